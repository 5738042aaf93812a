#include "model/builtin_roles.hpp"

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
    Release since = {8, 0};
    Release before = {1000, 0}; // gone from this release on
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
             {"VM.Monitor", admin, {8, 0}, {9, 0}},
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

std::map<RoleId, Role> compute(Release release) {
    std::map<RoleId, Role> roles;
    const auto add = [&roles](std::string role, std::string_view privilege) {
        roles[RoleId{std::move(role)}].privileges.insert(Privilege{std::string(privilege)});
    };
    roles[RoleId{"NoAccess"}];
    add("Administrator", "Permissions.Modify");
    for (const Category& category : categories()) {
        const std::string prefix = "PVE" + std::string(category.name);
        for (const Entry& entry : category.entries) {
            if (release < entry.since || release >= entry.before) {
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

} // namespace

const std::map<RoleId, Role>& builtin_roles(Release release) {
    static const std::map<RoleId, Role> of_8_0 = compute({8, 0});
    static const std::map<RoleId, Role> of_8_2 = compute({8, 2});
    static const std::map<RoleId, Role> of_9_0 = compute({9, 0});
    if (release >= Release{9, 0}) {
        return of_9_0;
    }
    return release >= Release{8, 2} ? of_8_2 : of_8_0;
}

} // namespace pveform
