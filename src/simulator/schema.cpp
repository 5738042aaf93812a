#include "simulator/schema.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"
#include "model/builtin_roles.hpp"

namespace pveform::simulator {

namespace {

using formats::Blanks;
using formats::Complaint;

constexpr std::size_t max_keys_length = 4096;

/// Perl's `$` lets one newline stand at the end of what it matches.
std::string_view without_newline(std::string_view text) {
    return text.substr(0, text.size() - (text.ends_with('\n') ? 1 : 0));
}

Complaint check_privilege(std::string_view text, Release release) {
    const auto& all = builtin_roles(release).at(RoleId{"Administrator"}).privileges;
    if (!all.contains(Privilege{std::string(text)})) {
        return fmt::format("invalid privilege '{}'", text);
    }
    return std::nullopt;
}

Complaint check_option(std::string_view text) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    const bool fits = text.size() >= 2 && letters.contains(text.front()) &&
                      text.find_first_not_of(characters) == std::string_view::npos;
    if (!fits) {
        return fmt::format("invalid configuration ID '{}'", text);
    }
    return std::nullopt;
}

template<class F>
Complaint check_list(std::string_view text, F check_item) {
    for (const std::string& item : formats::split_list(text, Blanks::unicode)) {
        if (auto complaint = check_item(item)) {
            return complaint;
        }
    }
    return std::nullopt;
}

Complaint check_format(Format format, const Parameter& value, Release release) {
    const std::string_view text = value.text;
    const auto group = [release](std::string_view item) {
        return formats::check_group_id(item, release);
    };
    switch (format) {
    case Format::none:
        return std::nullopt;
    case Format::user_id:
        return formats::check_user_id(text, value.blanks);
    case Format::user_list:
        return check_list(text, [](auto& item) { return formats::check_user_id(item); });
    case Format::group_id:
        return group(text);
    case Format::group_list:
        return check_list(text, group);
    case Format::role_id:
        return formats::check_role_id(text);
    case Format::role_list:
        return check_list(text, formats::check_role_id);
    case Format::token_list:
        return check_list(text, [](auto& item) { return formats::check_token_id(item); });
    case Format::privilege_list:
        return check_list(text, [&](auto& item) { return check_privilege(item, release); });
    case Format::pool_id:
        return formats::check_pool_id(text);
    case Format::guest_list:
        return check_list(text, formats::check_guest_id);
    case Format::storage_list:
        return check_list(text, [release](auto& item) {
            return formats::check_storage_id(item, release);
        });
    case Format::realm:
        return formats::check_realm(text);
    case Format::email:
        return formats::is_true(text) ? formats::check_email(without_newline(text)) : std::nullopt;
    case Format::option_list:
        return check_list(text, check_option);
    }
    return std::nullopt;
}

bool matches(Pattern pattern, std::string_view text) {
    switch (pattern) {
    case Pattern::none:
        return true;
    case Pattern::token_name:
        return formats::is_realm_or_token_name(text);
    case Pattern::keys:
        return text.size() <= max_keys_length && std::ranges::all_of(text, [](char c) {
                   return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '!' || c == '=';
               });
    case Pattern::user_or_token_id: {
        // Length does not matter here: only the form of a user id does.
        const std::size_t at = text.rfind('@');
        const std::string_view realm =
            at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
        const std::string_view name = text.substr(0, at);
        const bool is_user = formats::is_realm_or_token_name(realm) && !name.empty() &&
                             !name.contains(':') && !name.contains('/') &&
                             !formats::has_blank(name, Blanks::unicode);
        return is_user || !formats::check_token_id(text);
    }
    }
    return false;
}

std::string_view type_name(Type type) {
    switch (type) {
    case Type::string:
        return "string";
    case Type::integer:
        return "integer";
    case Type::boolean:
        return "boolean";
    }
    return {};
}

/// `^[+-]?\d+$`, where `\d` is a digit of any script.
bool is_integer(std::string_view text) {
    text = without_newline(text);
    if (text.starts_with('+') || text.starts_with('-')) {
        text.remove_prefix(1);
    }
    return formats::is_all_digits(text);
}

/// To arithmetic a number ends before the first digit beyond ASCII.
bool is_negative(std::string_view integer) {
    return formats::integer_text(integer).starts_with('-');
}

Complaint check_type(Type type, const Parameter& value) {
    const auto refuse = [type](std::string_view got) {
        return fmt::format("type check ('{}') failed - got {}", type_name(type), got);
    };
    switch (value.kind) {
    case Parameter::Kind::undefined:
        return std::nullopt;
    case Parameter::Kind::array:
        return refuse("ARRAY");
    case Parameter::Kind::object:
        return refuse("HASH");
    case Parameter::Kind::boolean:
        return type == Type::boolean ? std::nullopt : Complaint(refuse("JSON::PP::Boolean"));
    case Parameter::Kind::text:
        break;
    }
    const bool fits = type == Type::string || (type == Type::integer && is_integer(value.text)) ||
                      (type == Type::boolean && (value.text == "0" || value.text == "1"));
    if (!fits) {
        return refuse(fmt::format("'{}'", value.text));
    }
    return std::nullopt;
}

/// A value of the right type: its format, pattern, length, range, in PVE's order.
Complaint check_text(const Property& property, const Parameter& value, Release release) {
    const std::string& text = value.text;
    if (const auto complaint = check_format(property.format, value, release)) {
        return "invalid format - " + *complaint + "\n";
    }
    if (!matches(property.pattern, text)) {
        return "value does not match the regex pattern";
    }
    const std::size_t characters = formats::length(text);
    if (property.max_length && characters > *property.max_length) {
        return fmt::format("value may only be {} characters long", *property.max_length);
    }
    if (characters < property.min_length) {
        return fmt::format("value must be at least {} characters long", property.min_length);
    }
    if (property.type == Type::integer && is_negative(text)) {
        return "value must have a minimum value of 0";
    }
    if (!property.one_of.empty() &&
        std::ranges::find(property.one_of, text) == property.one_of.end()) {
        std::vector<std::string> names(property.one_of.begin(), property.one_of.end());
        return fmt::format(
            "value '{}' does not have a value in the enumeration '{}'", text, join(names, ", ")
        );
    }
    return std::nullopt;
}

bool is_list(Format format) {
    using enum Format;
    constexpr std::array lists = {
        user_list,
        group_list,
        role_list,
        token_list,
        privilege_list,
        guest_list,
        storage_list,
        option_list,
    };
    return std::ranges::find(lists, format) != lists.end();
}

/// PVE joins arrays that stand for lists, and only these.
Parameter normalized(const Property& property, const Parameter& value) {
    if (value.kind == Parameter::Kind::array && is_list(property.format)) {
        return Parameter::of(join(value.items, ","));
    }
    return value;
}

class Checker {
public:
    Checker(const Parameters& parameters, const Schema& schema, Release release)
        : parameters_(parameters), schema_(schema), release_(release) {}

    Outcome<Arguments> check() {
        for (const auto& [name, property] : schema_) {
            check_property(name, property);
        }
        for (const auto& [name, value] : parameters_) {
            check_presence(name);
        }
        if (!errors_.empty()) {
            return bad_parameters(std::move(errors_));
        }
        return std::move(arguments_);
    }

private:
    /// PVE joins several complaints about one parameter with a backslash and an `n`. Names that
    /// are false to Perl count as none (pve-common: src/PVE/JSONSchema.pm, add_error).
    void complain(const std::string& name, std::string text) {
        std::string& slot = errors_[formats::is_true(name) ? name : "_root"];
        slot = slot.empty() ? std::move(text) : slot + "\\n" + text;
    }

    void check_property(const std::string& name, const Property& property) {
        const auto found = parameters_.find(name);
        const Parameter value =
            found == parameters_.end() ? Parameter() : normalized(property, found->second);
        if (!value.is_defined()) {
            if (property.required) {
                complain(name, "property is missing and it is not optional");
            }
        } else if (const auto complaint = check_type(property.type, value)) {
            complain(name, *complaint);
        } else if (const auto about_text = check_text(property, value, release_)) {
            complain(name, *about_text);
        } else {
            arguments_.set(name, value.text);
        }
    }

    void check_presence(const std::string& name) {
        const auto property = schema_.find(name);
        if (property == schema_.end()) {
            complain(
                name,
                "property is not defined in schema and the schema does not allow additional "
                "properties"
            );
            return;
        }
        const std::string& needed = property->second.requires_property;
        const auto other = parameters_.find(needed);
        if (!needed.empty() && (other == parameters_.end() || !other->second.is_defined())) {
            complain(
                needed,
                release_ < Release{9, 0}
                    ? fmt::format("missing property - '{}' requires this property", name)
                    : fmt::format("missing property required by '{}'", name)
            );
        }
    }

    const Parameters& parameters_;
    const Schema& schema_;
    Release release_;
    Arguments arguments_;
    std::map<std::string, std::string> errors_;
};

} // namespace

const std::string* Arguments::find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

const std::string& Arguments::operator[](std::string_view name) const {
    static const std::string nothing;
    const std::string* found = find(name);
    return found == nullptr ? nothing : *found;
}

bool Arguments::is_true(std::string_view name) const {
    return formats::is_true((*this)[name]);
}

std::vector<std::string> Arguments::list(std::string_view name) const {
    return formats::split_list((*this)[name], Blanks::unicode);
}

void Arguments::set(std::string name, std::string value) {
    values_[std::move(name)] = std::move(value);
}

Outcome<Arguments> check_parameters(
    const Parameters& parameters, const std::optional<Schema>& schema, Release release
) {
    if (schema) {
        return Checker(parameters, *schema, release).check();
    }
    Arguments arguments;
    for (const auto& [name, value] : parameters) {
        if (value.is_defined()) {
            arguments.set(name, value.printed());
        }
    }
    return arguments;
}

} // namespace pveform::simulator
