// Taking apart JSON that a program wrote in a known form: the first thing that is wrong ends it,
// and is named by its place.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "json/value.hpp"

namespace pveform::json::reading {

/// The error is a sentence that begins with the place.
template<class T>
using Read = std::expected<T, std::string>;

/// A value and how to name it: `` `users.ann@pve.expire` ``.
struct Place {
    const Value* value;
    std::string name;
};

[[nodiscard]] std::unexpected<std::string> refuse(const Place& place, std::string_view what);

/// The name of a member.
[[nodiscard]] std::string below(const Place& place, std::string_view key);

/// The members of an object whose keys are names.
[[nodiscard]] Read<std::vector<std::pair<std::string, Place>>> members_of(const Place& place);

/// One member of an object, whatever else it has.
[[nodiscard]] Read<Place> field_of(const Place& place, std::string_view key);

[[nodiscard]] Read<std::vector<Place>> items_of(const Place& place);
[[nodiscard]] Read<std::string> text_of(const Place& place);
[[nodiscard]] Read<bool> flag_of(const Place& place);

/// A whole number from zero up.
[[nodiscard]] Read<std::int64_t> number_of(const Place& place);

/// The members of an object that has exactly these keys, in their order.
template<std::size_t N>
[[nodiscard]] Read<std::array<Place, N>>
fields_of(const Place& place, const std::array<const char*, N>& keys) {
    const auto members = TRY(members_of(place));
    std::array<Place, N> fields;
    for (std::size_t i = 0; i < N; ++i) {
        fields[i] = TRY(field_of(place, keys[i]));
    }
    for (const auto& [key, member] : members) {
        if (std::ranges::find(keys, std::string_view(key)) == keys.end()) {
            return refuse(member, "is not known");
        }
    }
    return fields;
}

/// A list of texts without repetitions.
template<class Id>
[[nodiscard]] Read<std::set<Id>> set_of(const Place& place) {
    std::set<Id> set;
    for (const Place& item : TRY(items_of(place))) {
        if (!set.insert(Id{TRY(text_of(item))}).second) {
            return refuse(item, "stands there twice");
        }
    }
    return set;
}

} // namespace pveform::json::reading
