#include "desired/known_names.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "model/ids.hpp"

namespace pveform::desired {

namespace {

/// Of PVE 8.0 to 9.2 (pve-access-control: src/PVE/AccessControl.pm, privilege groups).
const std::vector<std::string>& privileges() {
    static const std::vector<std::string> names = {
        "Datastore.Allocate",
        "Datastore.AllocateSpace",
        "Datastore.AllocateTemplate",
        "Datastore.Audit",
        "Group.Allocate",
        "Mapping.Audit",
        "Mapping.Modify",
        "Mapping.Use",
        "Permissions.Modify",
        "Pool.Allocate",
        "Pool.Audit",
        "Realm.Allocate",
        "Realm.AllocateUser",
        "SDN.Allocate",
        "SDN.Audit",
        "SDN.Use",
        "Sys.AccessNetwork",
        "Sys.Audit",
        "Sys.Console",
        "Sys.Incoming",
        "Sys.Modify",
        "Sys.PowerMgmt",
        "Sys.Syslog",
        "User.Modify",
        "VM.Allocate",
        "VM.Audit",
        "VM.Backup",
        "VM.Clone",
        "VM.Config.CDROM",
        "VM.Config.CPU",
        "VM.Config.Cloudinit",
        "VM.Config.Disk",
        "VM.Config.HWType",
        "VM.Config.Memory",
        "VM.Config.Network",
        "VM.Config.Options",
        "VM.Console",
        "VM.GuestAgent.Audit",
        "VM.GuestAgent.FileRead",
        "VM.GuestAgent.FileSystemMgmt",
        "VM.GuestAgent.FileWrite",
        "VM.GuestAgent.Unrestricted",
        "VM.Migrate",
        "VM.Monitor",
        "VM.PowerMgmt",
        "VM.Replicate",
        "VM.Snapshot",
        "VM.Snapshot.Rollback",
    };
    return names;
}

const std::vector<std::string>& built_in_roles() {
    static const std::vector<std::string> names = {
        "Administrator",
        "NoAccess",
        "PVEAdmin",
        "PVEAuditor",
        "PVEDatastoreAdmin",
        "PVEDatastoreUser",
        "PVEMappingAdmin",
        "PVEMappingUser",
        "PVEPoolAdmin",
        "PVEPoolUser",
        "PVESDNAdmin",
        "PVESDNUser",
        "PVESysAdmin",
        "PVETemplateUser",
        "PVEUserAdmin",
        "PVEVMAdmin",
        "PVEVMUser",
    };
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
