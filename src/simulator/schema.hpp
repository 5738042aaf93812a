// What parameters a method takes, and PVE's words about all others.
// Mirrors pve-common: src/PVE/JSONSchema.pm (check_object, check_prop) and src/PVE/RESTHandler.pm.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/release.hpp"
#include "simulator/failure.hpp"
#include "simulator/parameters.hpp"

namespace pveform::simulator {

enum class Type { string, integer, boolean };

/// PVE's registered formats; a list is checked item by item.
enum class Format {
    none,
    user_id,
    user_list,
    group_id,
    group_list,
    role_id,
    role_list,
    token_list,
    privilege_list,
    pool_id,
    guest_list,
    storage_list,
    realm,
    email,
    option_list,
};

enum class Pattern {
    none,
    token_name,
    keys,             // of second factors, `[0-9a-zA-Z!=]{0,4096}`
    user_or_token_id, // as GET /access/permissions takes it
};

struct Property {
    Type type = Type::string;
    Format format = Format::none;
    Pattern pattern = Pattern::none;
    bool required = false;
    std::size_t min_length = 0;
    std::optional<std::size_t> max_length = std::nullopt; // in characters
    std::string requires_property = {};
    std::vector<std::string_view> one_of = {};
};

using Schema = std::map<std::string, Property>;

/// The values of a call that has been checked. Numbers and booleans are text, as in Perl.
class Arguments {
public:
    [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }

    /// Null where it was not given.
    [[nodiscard]] const std::string* find(std::string_view name) const;

    /// Empty where it was not given.
    [[nodiscard]] const std::string& operator[](std::string_view name) const;

    /// Given and neither empty nor `0`.
    [[nodiscard]] bool is_true(std::string_view name) const;

    /// The items of a list; none where it was not given.
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

    void set(std::string name, std::string value);

private:
    std::map<std::string, std::string, std::less<>> values_;
};

/// Reports everything that is wrong at once. No schema: anything goes.
[[nodiscard]] Outcome<Arguments> check_parameters(
    const Parameters& parameters, const std::optional<Schema>& schema, Release release
);

} // namespace pveform::simulator
