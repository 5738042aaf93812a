#include "desired/known_names.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <vector>

#include "base/text.hpp"
#include "model/builtin_roles.hpp"
#include "model/ids.hpp"

namespace pveform::desired {

namespace {

template<class Names>
std::vector<std::string> texts_of(const Names& names) {
    std::vector<std::string> texts;
    std::ranges::transform(names, std::back_inserter(texts), [](const auto& name) {
        return name.text;
    });
    return texts;
}

const std::vector<std::string>& privileges() {
    static const std::vector<std::string> names =
        texts_of(builtin_roles_of_all_releases().at(RoleId{"Administrator"}).privileges);
    return names;
}

const std::vector<std::string>& built_in_roles() {
    static const std::vector<std::string> names =
        texts_of(std::views::keys(builtin_roles_of_all_releases()));
    return names;
}

std::optional<std::string> near_miss(std::string_view text, const std::vector<std::string>& names) {
    if (std::ranges::find(names, text) != names.end()) {
        return std::nullopt;
    }
    return closest_match(text, names);
}

} // namespace

std::optional<std::string> mistyped_privilege(std::string_view text) {
    return near_miss(text, privileges());
}

std::optional<std::string> mistyped_built_in_role(std::string_view text) {
    const bool reserved = RoleId{std::string(text)}.is_reserved();
    return reserved ? near_miss(text, built_in_roles()) : std::nullopt;
}

} // namespace pveform::desired
