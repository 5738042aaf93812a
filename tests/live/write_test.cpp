#include "live/write.hpp"

#include "catch.hpp"
#include "live/encode.hpp"
#include "live/fake_transport.hpp"

namespace pveform::live {

namespace {

using test::Answer;
using test::FakeTransport;

const TokenId token_id{UserId{"joe@pve"}, "t1"};

} // namespace

TEST_CASE("each write is one request", "[live]") {
    FakeTransport pve;
    const RoleId role{"Ops"};
    const GroupId group{"ops"};
    const UserId user{"joe@pve"};
    CHECK(create_role(pve, role, {Privilege{"VM.Audit"}, Privilege{"Sys.Audit"}}));
    CHECK(create_role(pve, role, {}));
    CHECK(set_role_privileges(pve, role, {}, false));
    CHECK(set_role_privileges(pve, role, {Privilege{"VM.Audit"}}, true));
    CHECK(delete_role(pve, role));
    CHECK(create_group(pve, group, ""));
    CHECK(create_group(pve, group, "Operations"));
    CHECK(set_group_comment(pve, group, ""));
    CHECK(delete_group(pve, group));
    CHECK(create_user(pve, user, {}, nullptr));
    CHECK(delete_user(pve, user));
    CHECK(delete_token(pve, token_id));
    CHECK(
        pve.log ==
        std::vector<std::string>{
            "POST /access/roles roleid=Ops&privs=Sys.Audit,VM.Audit",
            "POST /access/roles roleid=Ops&privs=",
            "PUT /access/roles/Ops privs=",
            "PUT /access/roles/Ops privs=VM.Audit&append=1",
            "DELETE /access/roles/Ops",
            "POST /access/groups groupid=ops",
            "POST /access/groups groupid=ops&comment=Operations",
            "PUT /access/groups/ops comment=",
            "DELETE /access/groups/ops",
            "POST /access/users userid=joe@pve",
            "DELETE /access/users/joe%40pve",
            "DELETE /access/users/joe%40pve/token/t1",
        }
    );
}

TEST_CASE("a user is sent with what is said of it and nothing else", "[live]") {
    FakeTransport pve;
    const UserId id{"joe@pve"};
    UserEdit all;
    all.enabled = false;
    all.expire = Expiry{1'900'000'000};
    all.first_name = "Joe";
    all.last_name = "";
    all.email = "joe@example.com";
    all.comment = "a=b&c";
    all.groups = {GroupId{"ops"}, GroupId{"dev"}};
    const Secret password("pass word");
    CHECK(create_user(pve, id, all, &password));
    UserEdit none;
    none.groups.emplace();
    CHECK(update_user(pve, id, none));
    UserEdit more;
    more.groups = {GroupId{"ops"}};
    more.append_groups = true;
    CHECK(update_user(pve, id, more));
    CHECK(
        pve.log ==
        std::vector<std::string>{
            "POST /access/users userid=joe@pve&enable=0&expire=1900000000&firstname=Joe&lastname=&"
            "email=joe@example.com&comment=a=b&c&groups=dev,ops&password=***",
            "PUT /access/users/joe%40pve groups=",
            "PUT /access/users/joe%40pve groups=ops&append=1",
        }
    );
}

TEST_CASE("a new token brings its secret", "[live]") {
    FakeTransport pve;
    pve.answer("POST /access/users/joe%40pve/token/t1", Answer::data(R"({
        "info":{"expire":"1","privsep":"0"},"full-tokenid":"joe@pve!t1",
        "value":"01234567-89ab-4cde-8f01-23456789abcd"})"));
    TokenEdit edit;
    edit.privilege_separation = false;
    edit.expire = Expiry::unconfirmed();
    const auto secret = create_token(pve, token_id, edit);
    REQUIRE(secret.has_value());
    CHECK(secret->reveal() == "01234567-89ab-4cde-8f01-23456789abcd");
    CHECK(
        pve.log ==
        std::vector<std::string>{"POST /access/users/joe%40pve/token/t1 privsep=0&expire=1"}
    );
}

TEST_CASE("a renewed token brings its new secret", "[live]") {
    FakeTransport pve;
    pve.answer("PUT /access/users/joe%40pve/token/t1", Answer::data(R"({"privsep":0,"expire":0,
        "full-tokenid":"joe@pve!t1","value":"11234567-89ab-4cde-8f01-23456789abcd"})"));
    TokenEdit edit;
    edit.expire = Expiry::never();
    edit.comment = "";
    const auto secret = regenerate_token(pve, token_id, edit);
    REQUIRE(secret.has_value());
    CHECK(secret->reveal() == "11234567-89ab-4cde-8f01-23456789abcd");
    CHECK(
        pve.log ==
        std::vector<std::string>{
            "PUT /access/users/joe%40pve/token/t1 expire=0&comment=&regenerate=1"}
    );
}

TEST_CASE("a secret that did not come may have been made all the same", "[live]") {
    for (const auto* data : {"null", "{}", R"({"value":""})", R"({"value":7})", "[]"}) {
        FakeTransport pve;
        pve.answer("POST", Answer::data(data));
        const auto secret = create_token(pve, token_id, {});
        REQUIRE_FALSE(secret.has_value());
        CHECK(secret.error().kind == ErrorKind::connection);
    }
}

TEST_CASE("a token is changed without a new secret", "[live]") {
    FakeTransport pve;
    TokenEdit edit;
    edit.privilege_separation = true;
    CHECK(update_token(pve, token_id, edit));
    CHECK(pve.log == std::vector<std::string>{"PUT /access/users/joe%40pve/token/t1 privsep=1"});
}

TEST_CASE("an ACL change carries all principals and roles of its path", "[live]") {
    FakeTransport pve;
    AclEdit edit;
    edit.path = AclPath{"/vms/100"};
    edit.principals = {
        Principal::of(UserId{"a@pve"}),
        Principal::of(UserId{"b@pve"}),
        Principal::of(GroupId{"ops"}),
        Principal::of(token_id)};
    edit.roles = {RoleId{"Ops"}, RoleId{"PVEAuditor"}};
    CHECK(change_acl(pve, edit));
    edit.propagate = false;
    edit.principals = {Principal::of(GroupId{"ops"})};
    CHECK(change_acl(pve, edit));
    edit.remove = true;
    CHECK(change_acl(pve, edit));
    CHECK(
        pve.log ==
        std::vector<std::string>{
            "PUT /access/acl path=/vms/100&roles=Ops,PVEAuditor&users=a@pve,b@pve&groups=ops&"
            "tokens=joe@pve!t1&propagate=1",
            "PUT /access/acl path=/vms/100&roles=Ops,PVEAuditor&groups=ops&propagate=0",
            "PUT /access/acl path=/vms/100&roles=Ops,PVEAuditor&groups=ops&delete=1",
        }
    );
}

TEST_CASE("a refused write says what was tried", "[live]") {
    FakeTransport pve;
    pve.answer(
        "POST /access/groups",
        Answer::failure(403, "Permission check failed (/access/groups, Group.Allocate)")
    );
    const auto result = create_group(pve, GroupId{"ops"}, "");
    REQUIRE_FALSE(result.has_value());
    CHECK(
        result.error().message ==
        "cannot create group `ops`: PVE answered 403: Permission check failed (/access/groups, "
        "Group.Allocate)"
    );
    CHECK(pve.log.size() == 1);
}

TEST_CASE("names are encoded in paths", "[live]") {
    FakeTransport pve;
    CHECK(delete_token(pve, TokenId{UserId{"a!b/ü%@pve"}, "t.1"}));
    CHECK(
        pve.log ==
        std::vector<std::string>{"DELETE /access/users/a%21b%2F%C3%BC%25%40pve/token/t.1"}
    );
}

TEST_CASE("forms are encoded so that PVE's parser finds what was meant", "[live]") {
    const Secret password("p&w=;+ %");
    CHECK(
        form_encode({{"comment", "a=b&c;d +\n"}, {"password", &password}, {"groups", ""}}
        ).reveal() == "comment=a%3Db%26c%3Bd%20%2B%0A&password=p%26w%3D%3B%2B%20%25&groups="
    );
    CHECK(form_encode({}).empty());
}

} // namespace pveform::live
