// The commands that error messages recommend: each can be typed as it stands, in their order.
#include "access/grant.hpp"

#include "catch.hpp"
#include "formats/cluster_state.hpp"

using namespace pveform; // NOLINT: a test's own small world

namespace {

using Lines = std::vector<std::string>;

State cluster(const std::string& more = "") {
    return formats::read_state(
        "user:root@pam:1:0::::::\n"
        "user:ci@pve:1:0::::::\n"
        "token:ci@pve!plan:0:1::\n"
        "token:ci@pve!whole:0:0::\n" +
            more,
        "",
        {9, 2}
    );
}

const std::vector<access::MissingRight> rights = {
    {Privilege{"Permissions.Modify"}, AclPath{"/vms"}},
    {Privilege{"User.Modify"}, AclPath{"/access/groups"}},
    {Privilege{"Sys.Modify"}, AclPath{"/access"}},
    {Privilege{"Group.Allocate"}, AclPath{"/access/groups"}},
    {Privilege{"Permissions.Modify"}, AclPath{"/pool/web"}},
};

} // namespace

TEST_CASE(
    "what grants several rights creates each role once, and says each path once", "[access]"
) {
    const std::string to_both = "--users 'ci@pve' --tokens 'ci@pve!plan'";
    CHECK(
        access::grant_commands(cluster(), user_or_token("ci@pve!plan"), rights) ==
        Lines{
            "pveum role add PermissionsModify --privs Permissions.Modify",
            "pveum role add SysModify --privs Sys.Modify",
            "pveum acl modify /access --roles SysModify " + to_both,
            "pveum acl modify /access/groups --roles PVEUserAdmin " + to_both,
            "pveum acl modify /pool/web --roles PermissionsModify " + to_both,
            "pveum acl modify /vms --roles PermissionsModify " + to_both}
    );
}

TEST_CASE(
    "what somebody holds at a path so far is granted there along with what is new", "[access]"
) {
    const auto command = [](const std::string& rows) {
        return access::grant_command(
            cluster("group:ops:ci@pve::\nrole:Ours:Sys.Modify:\n" + rows),
            user_or_token("ci@pve!plan"),
            Privilege{"Sys.Modify"},
            AclPath{"/access"}
        );
    };
    CHECK(
        command("acl:1:/:ci@pve,ci@pve!plan:PVEAuditor:\n") ==
        "pveum acl modify /access --roles Ours,PVEAuditor --users 'ci@pve' --tokens 'ci@pve!plan'"
    );
    CHECK(
        command("acl:1:/:ci@pve:Administrator:\nacl:1:/:ci@pve!plan:PVEAuditor:\n") ==
        "pveum acl modify /access --roles Ours,PVEAuditor --tokens 'ci@pve!plan'"
    );
    CHECK(
        command("acl:1:/access:@ops:PVEAuditor:\nacl:0:/:ci@pve!plan:PVEAuditor:\n") ==
        "pveum acl modify /access --roles Ours --tokens 'ci@pve!plan' && "
        "pveum acl modify /access --roles Ours,PVEAuditor --users 'ci@pve'"
    );
}

TEST_CASE("a role that is there already is taken, or left alone", "[access]") {
    const auto command = [](const std::string& roles) {
        return access::grant_command(
            cluster(roles),
            user_or_token("ci@pve!whole"),
            Privilege{"Sys.Modify"},
            AclPath{"/access"}
        );
    };
    CHECK(
        command("role:Ours:Sys.Modify,Sys.Audit:\n") ==
        "pveum acl modify /access --roles Ours --users 'ci@pve'"
    );
    CHECK(
        command("role:SysModify:VM.Audit:\n") ==
        "pveum role add SysModify2 --privs Sys.Modify && pveum acl modify /access --roles "
        "SysModify2 --users 'ci@pve'"
    );
}
