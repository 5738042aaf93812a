#include "live/read.hpp"

#include <algorithm>

#include "catch.hpp"
#include "live/fake_transport.hpp"

namespace pveform::live {

namespace {

using test::Answer;
using test::FakeTransport;

const std::string identity = "ci@pve!plan";

AclKey row(const std::string& path, const Principal& principal, const std::string& role) {
    return {AclPath{path}, principal, RoleId{role}};
}

/// The message of what `fetch` gives when one answer is another one.
std::string complaint(const std::string& request, const std::string& json) {
    FakeTransport pve = test::small_cluster();
    pve.forget(request);
    pve.answer(request, Answer::data(json));
    const auto view = fetch(pve, identity);
    return view ? std::string("no complaint") : view.error().message;
}

} // namespace

TEST_CASE("a view is seven requests and one for the pools, the version first", "[live]") {
    FakeTransport pve = test::small_cluster();
    REQUIRE(fetch(pve, identity).has_value());
    CHECK(pve.log.size() == 8);
    CHECK(pve.log.front() == "GET /version");
    CHECK(pve.log.back() == "GET /pools");
}

TEST_CASE("a view holds what the lists say", "[live]") {
    FakeTransport pve = test::small_cluster();
    const auto view = fetch(pve, identity);
    REQUIRE(view.has_value());
    const State& state = view->state;

    CHECK(view->version == "9.2.11");
    CHECK(state.release == Release{9, 2});
    CHECK(state.realms.at(RealmId{"pam"}) == Realm{"pam", "Linux PAM"});
    CHECK(state.roles.at(RoleId{"Administrator"}).built_in);
    CHECK_FALSE(state.roles.at(RoleId{"Empty"}).built_in);
    CHECK(state.roles.at(RoleId{"Empty"}).privileges.empty());
    CHECK(state.privileges().size() == 2);

    const User& alice = state.users.at(UserId{"alice@pve"});
    CHECK(alice.enabled);
    CHECK(alice.expire.is_never());
    CHECK(alice.first_name == "Alice");
    CHECK(alice.email == "a@example.com");
    CHECK(state.users.size() == 3);

    const Token& plan = state.tokens.at(TokenId{UserId{"ci@pve"}, "plan"});
    CHECK_FALSE(plan.privilege_separation);
    CHECK(plan.expire == Expiry{1893456000});
    CHECK(plan.comment == "plans");

    const Group& ops = state.groups.at(GroupId{"ops"});
    CHECK(ops.comment == "Operations");
    CHECK(ops.members == std::set{UserId{"alice@pve"}, UserId{"gone@pve"}});
    CHECK(state.groups.at(GroupId{"dev"}).members.empty());

    CHECK(state.acl.size() == 2);
    CHECK(state.acl.at(row("/", Principal::of(UserId{"ci@pve"}), "PVEAuditor")).propagate);
    CHECK_FALSE(state.acl.at(row("/vms", Principal::of(GroupId{"ops"}), "Empty")).propagate);
    CHECK(view->own.at("/access").at(Privilege{"Sys.Audit"}));
}

TEST_CASE("forms that mean the same are read as the same", "[live]") {
    FakeTransport pve;
    pve.answer("GET /access/users", Answer::data(R"([
        {"userid":"a@pve","enable":1,"expire":0,"groups":"","tokens":null},
        {"userid":"b@pve","enable":"1","groups":"","tokens":[],"comment":"","email":"","firstname":""},
        {"userid":"c@pve","enable":true,"expire":"0","groups":"","comment":"  ","lastname":null},
        {"userid":"d@pve","enable":1,"expire":null,"groups":"","comment":"0","email":"0"}])"));
    const auto list = fetch_users(pve);
    REQUIRE(list.has_value());
    CHECK(list->tokens.empty());
    for (const auto& [id, user] : list->users) {
        INFO(id.text);
        CHECK(user == User{});
    }
}

TEST_CASE("a text keeps its line breaks and inner blanks", "[live]") {
    FakeTransport pve;
    pve.answer("GET /access/groups", Answer::data(R"([
        {"groupid":"g","users":"","comment":" two\n lines\t "}])"));
    CHECK(fetch_groups(pve)->at(GroupId{"g"}).comment == "two\n lines\t");
}

TEST_CASE("an expiry beyond what fits is the largest that does", "[live]") {
    FakeTransport pve;
    pve.answer(
        "GET /access/users", Answer::data(R"([
        {"userid":"a@pve","enable":1,"expire":9223372036854775807,"groups":"","tokens":null},
        {"userid":"b@pve","enable":1,"expire":9223372036854775808,"groups":"","tokens":null},
        {"userid":"c@pve","enable":1,"expire":"18446744073709551615","groups":"","tokens":null}])")
    );
    const auto list = fetch_users(pve);
    REQUIRE(list.has_value());
    for (const auto& [id, user] : list->users) {
        CHECK(user.expire.seconds == INT64_MAX);
    }
}

TEST_CASE("an answer of another shape is an error that names place and value", "[live]") {
    CHECK(
        complaint("GET /access/users?full=1", R"([{"userid":"a@pve","enable":2}])") ==
        "PVE's answer to GET /access/users is not understood: `[0].enable` is `2`, not 0 or 1"
    );
    CHECK_THAT(
        complaint("GET /access/users?full=1", R"({"a@pve":{}})"), ContainsSubstring("not a list")
    );
    CHECK_THAT(
        complaint("GET /access/users?full=1", R"([{"enable":1}])"),
        ContainsSubstring("`[0].userid` is `null`, not a text")
    );
    CHECK_THAT(
        complaint(
            "GET /access/users?full=1",
            R"([{"userid":"a@pve","enable":1,"groups":"","tokens":[{"tokenid":"t","privsep":"x"}]}])"
        ),
        ContainsSubstring("`[0].tokens[0].privsep` is `\"x\"`, not 0 or 1")
    );
    CHECK_THAT(
        complaint("GET /access/users?full=1", R"([{"userid":"a@pve","enable":1,"expire":"soon"}])"),
        ContainsSubstring("`[0].expire` is `\"soon\"`, not an integer")
    );
    CHECK_THAT(
        complaint("GET /access/users?full=1", R"([{"userid":"a@pve","enable":1,"groups":["g"]}])"),
        ContainsSubstring("`[0].groups` is `[\"g\"]`, not a text")
    );
    CHECK_THAT(complaint("GET /access/groups", R"([7])"), ContainsSubstring("`[0]` is `7`"));
    CHECK_THAT(
        complaint("GET /access/groups", "null"), ContainsSubstring("it is `null`, not a list")
    );
    CHECK_THAT(
        complaint("GET /access/roles", R"([{"roleid":"r"}])"),
        ContainsSubstring("`[0].privs` is `null`, not a text")
    );
    CHECK_THAT(
        complaint(
            "GET /access/acl",
            R"([{"path":"/","type":"robot","ugid":"x","roleid":"r","propagate":1}])"
        ),
        ContainsSubstring("`[0].type` is `\"robot\"`, not `user`, `group` or `token`")
    );
    CHECK_THAT(
        complaint("GET /access/domains", R"([{"realm":"pve"}])"), ContainsSubstring("`[0].type`")
    );
    CHECK_THAT(
        complaint("GET /access/permissions", R"({"/":{"Sys.Audit":"yes"}})"),
        ContainsSubstring("`/.Sys.Audit` is `\"yes\"`")
    );
    CHECK_THAT(
        complaint("GET /version", R"({"version":"9.2.11","release":"sid"})"),
        ContainsSubstring("`release` is `\"sid\"`, not a release")
    );
}

TEST_CASE("an empty object may come as an empty list", "[live]") {
    FakeTransport pve;
    pve.answer("GET /access/permissions", Answer::data("[]"));
    const auto own = fetch_own_permissions(pve);
    REQUIRE(own.has_value());
    CHECK(own->empty());
}

TEST_CASE("a cluster that changed while it was read is read again", "[live]") {
    const std::string users = "GET /access/users?full=1";
    const std::string acl = "GET /access/acl";
    const Answer good_users = Answer::data(R"([
        {"userid":"alice@pve","enable":1,"groups":"ops","tokens":null},
        {"userid":"ci@pve","enable":1,"groups":"","tokens":null}])");

    SECTION("a membership seen from one side only") {
        FakeTransport pve = test::small_cluster();
        pve.forget(users);
        pve.answer(users, Answer::data(R"([
            {"userid":"alice@pve","enable":1,"groups":"","tokens":null}])"));
        pve.answer(users, good_users);
        REQUIRE(fetch(pve, identity).has_value());
        CHECK(std::ranges::count(pve.log, "GET /version") == 2);
    }
    SECTION("an entry of a token that came after the users were read") {
        FakeTransport pve = test::small_cluster();
        pve.forget(acl);
        pve.answer(acl, Answer::data(R"([{"path":"/","type":"token","ugid":"ci@pve!new",
            "roleid":"PVEAuditor","propagate":1}])"));
        pve.answer(acl, Answer::data("[]"));
        REQUIRE(fetch(pve, identity).has_value());
        CHECK(std::ranges::count(pve.log, "GET /version") == 2);
    }
    SECTION("for ever") {
        FakeTransport pve = test::small_cluster();
        pve.forget(acl);
        pve.answer(acl, Answer::data(R"([{"path":"/","type":"user","ugid":"ci@pve",
            "roleid":"New","propagate":1}])"));
        const auto view = fetch(pve, identity);
        REQUIRE_FALSE(view.has_value());
        CHECK_THAT(view.error().message, ContainsSubstring("role `New`, which is not there"));
    }
}

TEST_CASE("rows of users and groups that no longer exist are part of the view", "[live]") {
    FakeTransport pve = test::small_cluster();
    pve.forget("GET /access/acl");
    pve.answer("GET /access/acl", Answer::data(R"([
        {"path":"/vms","type":"user","ugid":"ghost@pve","roleid":"Empty","propagate":1},
        {"path":"/vms","type":"group","ugid":"gone","roleid":"Empty","propagate":1}])"));
    const auto view = fetch(pve, identity);
    REQUIRE(view.has_value());
    CHECK(view->state.acl.size() == 2);
}

TEST_CASE("pools are read with their members", "[live]") {
    FakeTransport pve = test::small_cluster();
    pve.forget("GET /pools");
    pve.answer("GET /pools", Answer::data(R"([
        {"poolid":"prod","comment":"production"},{"poolid":"prod/web"}])"));
    pve.answer("GET /pools?poolid=prod", Answer::data(R"([{"poolid":"prod",
        "comment":"production","members":[
        {"id":"qemu/100","type":"qemu","vmid":100,"node":"pve1","name":"a"},
        {"id":"lxc/101","type":"lxc","vmid":"101","node":"pve1"},
        {"id":"storage/pve1/local","type":"storage","storage":"local","node":"pve1"}]}])"));
    pve.answer("GET /pools?poolid=prod/web", Answer::data(R"([{"poolid":"prod/web",
        "members":[]}])"));
    const auto view = fetch(pve, identity);
    REQUIRE(view.has_value());
    CHECK(view->state.pools.size() == 2);
    CHECK(view->state.pools.at(PoolId{"prod"}) == Pool{"production", {100, 101}, {"local"}});
    CHECK(view->state.pools.at(PoolId{"prod/web"}) == Pool{});
    CHECK(view->hidden_pools.empty());
}

TEST_CASE("before PVE 8.1 a pool has an address of its own", "[live]") {
    FakeTransport pve;
    pve.answer("GET /pools", Answer::data(R"([{"poolid":"prod"}])"));
    pve.answer("GET /pools/prod", Answer::data(R"({"members":[
        {"id":"qemu/100","type":"qemu","vmid":100,"node":"pve1"}]})"));
    const auto pools = fetch_pools(pve, Release{8, 0});
    REQUIRE(pools.has_value());
    CHECK(pools->at(PoolId{"prod"}).guests == std::set<std::uint32_t>{100});
}

TEST_CASE("a pool that goes away while pools are read is not there", "[live]") {
    FakeTransport pve;
    pve.answer("GET /pools", Answer::data(R"([{"poolid":"prod"},{"poolid":"test"}])"));
    pve.answer("GET /pools?poolid=prod", Answer::failure(500, "pool 'prod' does not exist"));
    pve.answer("GET /pools?poolid=test", Answer::data(R"([{"poolid":"test","members":[]}])"));
    const auto pools = fetch_pools(pve, Release{9, 2});
    REQUIRE(pools.has_value());
    CHECK(pools->size() == 1);
}

TEST_CASE("a pool of another shape is an error", "[live]") {
    const auto complaint_about = [](const std::string& json) {
        FakeTransport pve;
        pve.answer("GET /pools", Answer::data(R"([{"poolid":"prod"}])"));
        pve.answer("GET /pools?poolid=prod", Answer::data(json));
        return fetch_pools(pve, Release{9, 2}).error().message;
    };
    CHECK_THAT(complaint_about("[]"), ContainsSubstring("not a list of one pool"));
    CHECK_THAT(
        complaint_about(R"([{"members":[{"type":"qemu","vmid":-1}]}])"),
        ContainsSubstring("`[0].members[0].vmid` is `-1`, not the number of a guest")
    );
    CHECK_THAT(complaint_about(R"([{}])"), ContainsSubstring("`[0].members` is `null`"));
}

TEST_CASE("the case rule of a directory is read where it has users", "[live]") {
    const std::string realms = R"([{"realm":"pve","type":"pve"},{"realm":"corp","type":"ldap"},
        {"realm":"idle","type":"ad"}])";
    FakeTransport pve = test::small_cluster();
    pve.forget("GET /access/domains");
    pve.answer("GET /access/domains", Answer::data(realms));
    pve.forget("GET /access/users?full=1");
    pve.answer("GET /access/users?full=1", Answer::data(R"([
        {"userid":"alice@pve","enable":1,"groups":"ops","tokens":null},
        {"userid":"ci@pve","enable":1,"groups":"","tokens":null},
        {"userid":"Dave@corp","enable":1,"groups":"","tokens":null}])"));
    const std::string record = "GET /access/domains/corp";

    SECTION("case does not matter") {
        pve.answer(record, Answer::data(R"({"type":"ldap","case-sensitive":0})"));
        const auto view = fetch(pve, identity);
        REQUIRE(view.has_value());
        CHECK_FALSE(view->state.realms.at(RealmId{"corp"}).case_sensitive);
        CHECK(view->state.realms.at(RealmId{"pve"}).case_sensitive);
        CHECK(std::ranges::count(pve.log, record) == 1);
        CHECK(std::ranges::count(pve.log, "GET /access/domains/idle") == 0);
    }
    SECTION("it does where nothing is said") {
        pve.answer(record, Answer::data(R"({"type":"ldap"})"));
        CHECK(fetch(pve, identity)->state.realms.at(RealmId{"corp"}).case_sensitive);
    }
    SECTION("without the right to read it the view is not complete") {
        pve.answer(
            record,
            Answer::failure(
                403, "Permission check failed (/access/realm, Realm.Allocate|Sys.Audit)"
            )
        );
        const auto view = fetch(pve, identity);
        REQUIRE_FALSE(view.has_value());
        CHECK(view.error().kind == ErrorKind::incomplete_view);
        CHECK_THAT(view.error().help, ContainsSubstring("`Sys.Audit` on `/access/realm`"));
    }
}

TEST_CASE("the view knows the server's clock", "[live]") {
    FakeTransport pve = test::small_cluster();
    pve.forget("GET /version");
    Answer version = Answer::data(R"({"version":"9.2.11","release":"9.2"})");
    version.date = 1'800'000'000;
    pve.answer("GET /version", version);
    CHECK(fetch(pve, identity)->server_time == UnixSeconds{1'800'000'000});
}

TEST_CASE("one token is there, is not there, or cannot be told", "[live]") {
    const TokenId id{UserId{"joe@pve"}, "t1"};
    const std::string request = "GET /access/users/joe%40pve/token/t1";
    FakeTransport pve;
    SECTION("there") {
        pve.answer(request, Answer::data(R"({"expire":1,"privsep":1,"comment":"c"})"));
        const auto token = fetch_token(pve, id);
        REQUIRE(token.has_value());
        REQUIRE(token->has_value());
        CHECK(**token == Token{true, Expiry::unconfirmed(), "c"});
    }
    SECTION("not there") {
        pve.answer(request, Answer::failure(500, "no such token 't1' for user 'joe@pve'"));
        const auto token = fetch_token(pve, id);
        REQUIRE(token.has_value());
        CHECK_FALSE(token->has_value());
    }
    SECTION("no right to know") {
        pve.answer(request, Answer::failure(403, "Permission check failed"));
        CHECK(fetch_token(pve, id).error().status == 403);
    }
    SECTION("no answer") {
        pve.answer(request, Answer::lost());
        CHECK(fetch_token(pve, id).error().kind == ErrorKind::connection);
    }
}

TEST_CASE("errors of any of the requests end the reading", "[live]") {
    for (const auto* request :
         {"GET /version",
          "GET /access/domains",
          "GET /access/roles",
          "GET /access/groups",
          "GET /access/users?full=1",
          "GET /access/acl",
          "GET /access/permissions",
          "GET /pools"}) {
        FakeTransport pve = test::small_cluster();
        pve.forget(request);
        pve.answer(request, Answer::failure(500, "broken"));
        const auto view = fetch(pve, identity);
        INFO(request);
        REQUIRE_FALSE(view.has_value());
        CHECK(view.error().kind == ErrorKind::api);
        CHECK(pve.log.back() == request);
    }
}

} // namespace pveform::live
