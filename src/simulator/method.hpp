// A method of the API: where it is, who may call it, what it takes, what it does.
// Mirrors pve-common: src/PVE/RESTHandler.pm.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "simulator/failure.hpp"
#include "simulator/permission.hpp"
#include "simulator/schema.hpp"
#include "simulator/store.hpp"
#include "simulator/ticket_office.hpp"
#include "json/value.hpp"

namespace pveform::simulator {

/// Puts into another order what PVE lists in the order of a hash, so that no client can rely on
/// it. Without a generator everything stays sorted.
class Shuffler {
public:
    explicit Shuffler(std::optional<std::uint64_t> seed) {
        if (seed) {
            generator_.emplace(*seed);
        }
    }

    template<class Iterator>
    void shuffle(Iterator begin, Iterator end) {
        if (generator_) {
            std::shuffle(begin, end, *generator_);
        }
    }

private:
    std::optional<std::mt19937_64> generator_;
};

/// What a method works with.
struct Call {
    Store& store;
    const TicketOffice& tickets;
    Shuffler& shuffler;
    UnixSeconds now = 0;
    std::string caller; // a user or a full token id; empty for who is not logged in
    Arguments arguments;
};

using Handler = Outcome<json::Value> (*)(Call&);

struct Method {
    std::string_view verb;
    std::string_view path; // with `{parameter}`s
    Handler run = nullptr;
    Permission permission = Everyone{};
    std::optional<Schema> schema = Schema{}; // nothing: whatever is sent
    bool is_protected = false;               // run by PVE's back daemon
    bool allows_tokens = true;
};

/// The methods of each part of the API, as this release has them.
[[nodiscard]] std::vector<Method> user_methods(Release release);
[[nodiscard]] std::vector<Method> token_methods(Release release);
[[nodiscard]] std::vector<Method> group_methods();
[[nodiscard]] std::vector<Method> role_methods();
[[nodiscard]] std::vector<Method> acl_methods();
[[nodiscard]] std::vector<Method> permission_methods();
[[nodiscard]] std::vector<Method> realm_methods();
[[nodiscard]] std::vector<Method> login_methods(Release release);
[[nodiscard]] std::vector<Method> second_factor_methods();
[[nodiscard]] std::vector<Method> pool_methods();
[[nodiscard]] std::vector<Method> object_methods(Release release);
[[nodiscard]] std::vector<Method> index_methods();

// The rules that more than one part uses.

[[nodiscard]] inline Rule
needs(std::string path, std::vector<std::string> privileges, bool any = false) {
    return {NeedsPrivileges{std::move(path), std::move(privileges), any}};
}

/// The user itself, or who has one of the privileges on a group of it.
[[nodiscard]] inline Rule self_or_group_right(std::vector<std::string> privileges) {
    return {AnyOf{{{NeedsSelf{}}, {NeedsGroupRight{std::move(privileges)}}}}};
}

inline const Property user_id_parameter{
    .format = Format::user_id, .required = true, .max_length = 64};

} // namespace pveform::simulator
