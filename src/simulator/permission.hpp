// Who may call a method. PVE checks this before it checks the parameters, and so on whatever was
// sent.
// Mirrors pve-access-control: src/PVE/RPCEnvironment.pm (check_api2_permissions,
// exec_api2_perm_check).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/failure.hpp"
#include "simulator/parameters.hpp"
#include "simulator/store.hpp"

namespace pveform::simulator {

struct Rule;

/// Some or all of the privileges on a path with `{parameter}`s in it.
struct NeedsPrivileges {
    std::string path;
    std::vector<std::string> privileges;
    bool any = false;
};

/// The right to change ACL entries at the path that is the parameter `path`.
struct NeedsAclRight {};

/// The caller is the user of the parameter `userid`.
struct NeedsSelf {};

/// Realm.AllocateUser on the realm of the parameter `userid`.
struct NeedsRealmRight {};

/// One of the privileges on all groups, or on those of the user (and on those that it is to have).
struct NeedsGroupRight {
    enum class Groups { not_asked, create, update };
    std::vector<std::string> privileges;
    Groups groups = Groups::not_asked;
};

struct AllOf {
    std::vector<Rule> rules;
};

struct AnyOf {
    std::vector<Rule> rules;
};

struct Rule {
    std::variant<
        NeedsPrivileges,
        NeedsAclRight,
        NeedsSelf,
        NeedsRealmRight,
        NeedsGroupRight,
        AllOf,
        AnyOf>
        is;
};

struct Everyone {}; // who is logged in

struct World {}; // also who is not

using Permission = std::variant<Everyone, World, Rule>;

/// `caller` is empty for who is not logged in. root@pam (the user, not its tokens) may do anything.
[[nodiscard]] Outcome<void> check_permission(
    const Permission& permission,
    Store& store,
    std::string_view caller,
    const Parameters& parameters
);

/// Fails unless the caller has all of the privileges, or any of them, on a normalised path.
[[nodiscard]] Outcome<void> require(
    Store& store,
    std::string_view caller,
    const std::string& path,
    const std::vector<std::string>& privileges,
    bool any = false
);

/// Whether the caller may change ACL entries at a path; the reason for a no is a 403.
[[nodiscard]] Outcome<void>
require_acl_right(Store& store, std::string_view caller, const std::string& path);

/// PVE's check_user_exist: fails with what is wrong with the name, or `no such user`.
[[nodiscard]] Outcome<void> require_user(
    const Store& store, const std::string& user, formats::Blanks blanks = formats::Blanks::ascii
);

/// The users whom the caller's rights on single groups cover.
[[nodiscard]] std::set<std::string>
users_of_groups(Store& store, std::string_view caller, const std::vector<std::string>& privileges);

} // namespace pveform::simulator
