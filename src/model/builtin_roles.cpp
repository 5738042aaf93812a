#include "model/builtin_roles.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pveform {

namespace {

/// PVE sorts the privileges of each category into four tiers and derives its roles from them.
enum class Tier {
    root,  // `Administrator` only
    admin, // PVE<category>Admin and PVEAdmin
    user,  // these and PVE<category>User
    audit, // all of these and PVEAuditor
};

struct Entry {
    std::string_view privilege;
    Tier tier;
    Release since = Release::oldest_known();
    std::optional<Release> before = {}; // gone from this release on

    [[nodiscard]] bool is_in(Release release) const {
        return release >= since && (!before || release < *before);
    }
};

struct Category {
    std::string_view name;
    std::vector<Entry> entries;
};

/// Facts 5 and 9.1.
const std::vector<Category>& categories() {
    using enum Tier;
    static const std::vector<Category> all = {
        {"VM",
         {
             {"VM.Config.Disk", admin},
             {"VM.Config.CPU", admin},
             {"VM.Config.Memory", admin},
             {"VM.Config.Network", admin},
             {"VM.Config.HWType", admin},
             {"VM.Config.Options", admin},
             {"VM.Allocate", admin},
             {"VM.Clone", admin},
             {"VM.GuestAgent.Unrestricted", admin, {9, 0}},
             {"VM.Migrate", admin},
             {"VM.Monitor", admin, Release::oldest_known(), Release{9, 0}},
             {"VM.Replicate", admin, {9, 0}},
             {"VM.Snapshot", admin},
             {"VM.Snapshot.Rollback", admin},
             {"VM.Config.CDROM", user},
             {"VM.Config.Cloudinit", user},
             {"VM.Console", user},
             {"VM.Backup", user},
             {"VM.GuestAgent.FileRead", user, {9, 0}},
             {"VM.GuestAgent.FileSystemMgmt", user, {9, 0}},
             {"VM.GuestAgent.FileWrite", user, {9, 0}},
             {"VM.PowerMgmt", user},
             {"VM.Audit", audit},
             {"VM.GuestAgent.Audit", audit, {9, 0}},
         }},
        {"Sys",
         {
             {"Sys.PowerMgmt", root},
             {"Sys.Modify", root},
             {"Sys.Incoming", root},
             {"Sys.AccessNetwork", root, {8, 2}},
             {"Sys.Console", admin},
             {"Sys.Syslog", admin},
             {"Sys.Audit", audit},
         }},
        {"Datastore",
         {
             {"Datastore.Allocate", admin},
             {"Datastore.AllocateTemplate", admin},
             {"Datastore.AllocateSpace", user},
             {"Datastore.Audit", audit},
         }},
        {"SDN",
         {
             {"SDN.Allocate", admin},
             {"SDN.Use", user},
             {"SDN.Audit", audit},
         }},
        {"User",
         {
             {"Realm.Allocate", root},
             {"User.Modify", admin},
             {"Group.Allocate", admin},
             {"Realm.AllocateUser", admin},
         }},
        {"Pool",
         {
             {"Pool.Allocate", admin},
             {"Pool.Audit", user},
             {"Pool.Audit", audit},
         }},
        {"Mapping",
         {
             {"Mapping.Modify", admin},
             {"Mapping.Use", user},
             {"Mapping.Audit", audit},
         }},
    };
    return all;
}

bool has_user_tier(const Category& category) {
    for (const Entry& entry : category.entries) {
        if (entry.tier == Tier::user) {
            return true;
        }
    }
    return false;
}

using Roles = std::map<RoleId, Role>;

Roles compute(Release release) {
    Roles roles;
    const auto add = [&roles](std::string role, std::string_view privilege) {
        roles[RoleId{std::move(role)}].privileges.insert(Privilege{std::string(privilege)});
    };
    roles[RoleId{"NoAccess"}];
    add("Administrator", "Permissions.Modify");
    for (const Category& category : categories()) {
        const std::string prefix = "PVE" + std::string(category.name);
        for (const Entry& entry : category.entries) {
            if (!entry.is_in(release)) {
                continue;
            }
            add("Administrator", entry.privilege);
            if (entry.tier != Tier::root) {
                add(prefix + "Admin", entry.privilege);
                add("PVEAdmin", entry.privilege);
            }
            if (entry.tier == Tier::user ||
                (entry.tier == Tier::audit && has_user_tier(category))) {
                add(prefix + "User", entry.privilege);
            }
            if (entry.tier == Tier::audit) {
                add("PVEAuditor", entry.privilege);
            }
        }
    }
    roles[RoleId{"PVEAdmin"}].privileges.erase(Privilege{"Mapping.Modify"});
    add("PVETemplateUser", "VM.Clone");
    add("PVETemplateUser", "VM.Audit");
    for (auto& [id, role] : roles) {
        role.built_in = true;
    }
    return roles;
}

/// By the releases from which on they are others than before.
std::map<Release, Roles> compute_all() {
    std::map<Release, Roles> generations;
    for (const Category& category : categories()) {
        for (const Entry& entry : category.entries) {
            generations[entry.since];
            if (entry.before) {
                generations[*entry.before];
            }
        }
    }
    for (auto& [release, roles] : generations) {
        roles = compute(release);
    }
    return generations;
}

const std::map<Release, Roles>& generations() {
    static const std::map<Release, Roles> all = compute_all();
    return all;
}

Roles unite() {
    Roles united;
    for (const auto& [release, roles] : generations()) {
        for (const auto& [id, role] : roles) {
            united[id].built_in = true;
            united[id].privileges.insert(role.privileges.begin(), role.privileges.end());
        }
    }
    return united;
}

} // namespace

const std::map<RoleId, Role>& builtin_roles(Release release) {
    const auto next = generations().upper_bound(std::max(release, Release::oldest_known()));
    return std::prev(next)->second;
}

const std::map<RoleId, Role>& builtin_roles_of_all_releases() {
    static const Roles all = unite();
    return all;
}

} // namespace pveform
