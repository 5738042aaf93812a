#include "model/acl_path.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform {

namespace {

constexpr std::string_view nameless = "/~";
constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
constexpr std::string_view path_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_/";

/// One component of a path below its first two fixed words.
enum class Part {
    any,          // [A-Za-z0-9.\-_]+
    alphanumeric, // [A-Za-z0-9]+
    controller,   // [A-Za-z0-9_\-]+
    guest,        // [1-9][0-9]{2,}
    vlan,         // [1-9][0-9]{0,3}
};

bool matches(Part part, std::string_view text) {
    const auto only = [text](std::string_view characters) {
        return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
    };
    switch (part) {
    case Part::any:
        return only(name_characters);
    case Part::alphanumeric:
        return only(letters_and_digits);
    case Part::controller:
        return only(name_characters) && !text.contains('.');
    case Part::guest:
        return only(decimal_digits) && text.front() != '0' && text.size() >= 3;
    case Part::vlan:
        return only(decimal_digits) && text.front() != '0' && text.size() <= 4;
    }
    return false;
}

/// A fixed beginning, what may follow it (each part optional behind the one before), since when.
struct Rule {
    std::string_view prefix;
    std::vector<Part> parts;
    Release since = Release::oldest_known();
};

/// Facts 4.3 and 9.2: what the add rule of each release admits.
const std::vector<Rule>& rules() {
    using enum Part;
    static const std::vector<Rule> all = {
        {"/", {}},
        {"/access", {}},
        {groups_root, {any}},
        {realms_root, {any}},
        {"/nodes", {any}},
        {pools_root, {any}},
        {pools_root, {any, any, any}, {8, 1}},
        {"/sdn", {}},
        {"/sdn/controllers", {controller}, {8, 1}},
        {"/sdn/dns", {alphanumeric}, {8, 1}},
        {"/sdn/fabrics", {alphanumeric}, {9, 0}},
        {"/sdn/ipams", {alphanumeric}, {8, 1}},
        {"/sdn/prefix-lists", {alphanumeric}, {9, 2}},
        {"/sdn/route-maps", {alphanumeric}, {9, 2}},
        {"/sdn/zones", {any, any, vlan}},
        {storages_root, {any}},
        {guests_root, {guest}},
        {"/mapping", {any, any}},
    };
    return all;
}

bool admits(const Rule& rule, std::string_view path) {
    if (!path.starts_with(rule.prefix)) {
        return false;
    }
    const std::string_view rest = path.substr(rule.prefix.size());
    if (!rest.empty() && (rest.front() != '/' || rule.prefix == "/")) {
        return false;
    }
    const std::vector<std::string> components = split(rest, "/");
    return components.size() <= rule.parts.size() &&
           std::ranges::equal(
               components,
               std::span(rule.parts).first(components.size()),
               [](const std::string& text, Part part) { return matches(part, text); }
           );
}

} // namespace

Parsed<AclPath> AclPath::parse(std::string_view text) {
    if (text.empty() || text == "0") {
        return std::unexpected(fmt::format("`{}` is not an ACL path", text));
    }
    if (text.find_first_not_of(path_characters) != std::string_view::npos) {
        return std::unexpected(fmt::format(
            "`{}` is not an ACL path: it takes letters, digits, `.`, `-`, `_` and `/`",
            printable(text)
        ));
    }
    return AclPath{"/" + join(split(text, "/"), "/")};
}

bool AclPath::is_addable(Release release) const {
    return std::ranges::any_of(rules(), [&](const Rule& rule) {
        return release >= rule.since && admits(rule, text);
    });
}

bool is_below(std::string_view path, std::string_view above) {
    if (above == "/") {
        return path != above;
    }
    return path.size() > above.size() && path.starts_with(above) && path[above.size()] == '/';
}

bool is_at_or_below(std::string_view path, std::string_view above) {
    return path == above || is_below(path, above);
}

std::string nameless_child_of(std::string_view path) {
    return (path == "/" ? "" : std::string(path)) + std::string(nameless);
}

bool is_nameless(std::string_view path) {
    return path.ends_with(nameless);
}

std::string path_above_nameless(std::string_view path) {
    if (!is_nameless(path)) {
        return {};
    }
    path.remove_suffix(nameless.size());
    return path.empty() ? "/" : std::string(path);
}

} // namespace pveform
