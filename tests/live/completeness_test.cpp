#include "live/completeness.hpp"

#include <algorithm>

#include "catch.hpp"
#include "live/fake_transport.hpp"

namespace pveform::live {

namespace {

using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using test::Answer;
using test::FakeTransport;

const std::string probe =
    "GET /access/permissions?path=/access/groups/pveform-asks-what-is-inherited";

const std::string pool_probe = "GET /access/permissions?path=/pool/pveform-asks-what-is-inherited";

/// A cluster whose answer about our own permissions is `own`; and ACL entries at `paths`.
FakeTransport
cluster(const std::string& own, const std::vector<std::string>& paths = {"/access/groups/ops"}) {
    FakeTransport pve = test::small_cluster();
    pve.forget("GET /access/permissions");
    pve.answer("GET /access/permissions", Answer::data(own));
    pve.answer(probe, Answer::data("{}"));
    pve.answer(pool_probe, Answer::data("{}"));
    std::string rows;
    for (const std::string& path : paths) {
        rows += (rows.empty() ? "" : ",") + std::string(R"({"path":")") + path +
                R"(","type":"user","ugid":"alice@pve","roleid":"Empty","propagate":1})";
    }
    pve.forget("GET /access/acl");
    pve.answer("GET /access/acl", Answer::data("[" + rows + "]"));
    return pve;
}

bool is_complete(FakeTransport& pve) {
    const auto view = fetch(pve, "ci@pve!plan");
    if (!view) {
        CHECK(view.error().kind == ErrorKind::incomplete_view);
    }
    return view.has_value();
}

} // namespace

TEST_CASE("who may audit /access and everything below sees everything", "[live]") {
    FakeTransport pve = cluster(
        R"({"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1},
            "/access/groups/ops":{"Sys.Audit":1},"/pool":{"Pool.Audit":1}})"
    );
    CHECK(is_complete(pve));
    CHECK(pve.log.size() == 8);
}

TEST_CASE("nobody without rights gets a view of an empty cluster", "[live]") {
    FakeTransport pve = cluster("{}", {});
    for (const auto* request : {"GET /access/users?full=1", "GET /access/groups"}) {
        pve.forget(request);
        pve.answer(request, Answer::data("[]"));
    }
    const auto view = fetch(pve, "ci@pve!plan");
    REQUIRE_FALSE(view.has_value());
    CHECK(view.error().kind == ErrorKind::incomplete_view);
    CHECK(
        view.error().message ==
        "PVE hides a part of the cluster from `ci@pve!plan`: `Sys.Audit` is missing on `/access`"
    );
    CHECK_THAT(
        view.error().help,
        EndsWith("`pveum acl modify /access --roles PVEAuditor --tokens 'ci@pve!plan'`")
    );
}

TEST_CASE("what an entry would take away is said where it cannot be seen", "[live]") {
    FakeTransport pve = cluster(R"({"/access":{"User.Modify":1,"VM.Audit":1}})");
    SECTION("of a token, and of its user, who gets no entry") {
        const auto notes = fetch(pve, "eve@pve!plan").error().notes;
        REQUIRE(notes.size() == 3);
        CHECK(
            notes[1] ==
            "an entry on `/access` replaces what `eve@pve!plan` has from above: if there are such "
            "roles, name them in the same command, `--roles PVEAuditor,…`; what it holds there "
            "now: `User.Modify`, `VM.Audit`"
        );
        CHECK_THAT(
            notes[2],
            StartsWith("its user `eve@pve` needs `Sys.Audit` there as well") &&
                ContainsSubstring("an entry of its own on `/access` would replace what it has")
        );
    }
    SECTION("of a user") {
        const auto error = fetch(pve, "eve@pve").error();
        CHECK_THAT(
            error.help, EndsWith("`pveum acl modify /access --roles PVEAuditor --users 'eve@pve'`")
        );
        REQUIRE(error.notes.size() == 2);
        CHECK_THAT(error.notes[1], ContainsSubstring("and hides what its groups have there"));
    }
    SECTION("of a user whose token has no privilege separation") {
        const auto error = fetch(pve, "ci@pve!plan").error();
        CHECK_THAT(error.help, EndsWith("--roles PVEAuditor --users 'ci@pve'`"));
        CHECK(error.notes.size() == 2);
    }
    SECTION("root needs no grant for its tokens") {
        const auto error = fetch(pve, "root@pam!plan").error();
        CHECK_THAT(error.help, EndsWith("--tokens 'root@pam!plan'`"));
        CHECK(error.notes.size() == 2);
    }
}

TEST_CASE("what an entry would take away is granted along where it can be seen", "[live]") {
    const std::string own = R"({"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1}})";
    FakeTransport pve = cluster(own);
    pve.forget("GET /access/acl");
    const auto rows = [](const std::string& type, const std::string& id, const std::string& path) {
        return R"([{"path":"/access/groups/ops","type":"user","ugid":"alice@pve","roleid":"Empty"},)"
               R"({"path":")" +
               path + R"(","type":")" + type + R"(","ugid":")" + id +
               R"(","roleid":"Deployer","propagate":1}])";
    };
    SECTION("to a token") {
        pve.answer("GET /access/acl", Answer::data(rows("token", "alice@pve!ci", "/access")));
        CHECK_THAT(
            fetch(pve, "alice@pve!ci").error().help,
            EndsWith("`pveum acl modify /access/groups/ops --roles Deployer,PVEAuditor --tokens "
                     "'alice@pve!ci'`")
        );
    }
    SECTION("to a user") {
        pve.answer("GET /access/acl", Answer::data(rows("group", "ops", "/access/groups")));
        const auto error = fetch(pve, "alice@pve").error();
        CHECK_THAT(error.help, EndsWith("--roles Empty,PVEAuditor --users 'alice@pve'`"));
        CHECK(error.notes.size() == 1);
    }
    SECTION("but to no user, where it may be in a group that is hidden") {
        pve.answer("GET /access/acl", Answer::data(rows("group", "hidden", "/access/groups")));
        const auto error = fetch(pve, "alice@pve").error();
        CHECK_THAT(error.help, ContainsSubstring("--roles PVEAuditor --users 'alice@pve'"));
        CHECK_THAT(error.notes.back(), ContainsSubstring("and hides what its groups have there"));
    }
}

TEST_CASE("the ACL needs Sys.Audit on /access and nothing else will do", "[live]") {
    FakeTransport pve = cluster(
        R"({"/access":{"User.Modify":1,"Permissions.Modify":1},"/access/groups":{"Sys.Audit":1},
            "/access/groups/ops":{"Sys.Audit":1}})"
    );
    CHECK_FALSE(is_complete(pve));
}

TEST_CASE("users need Sys.Audit or User.Modify on /access/groups", "[live]") {
    const auto with = [](const std::string& privilege) {
        return cluster(
            R"({"/access":{"Sys.Audit":1},"/access/groups":{")" + privilege +
            R"(":1},"/access/groups/ops":{")" + privilege + R"(":1}})"
        );
    };
    FakeTransport audit = with("Sys.Audit");
    FakeTransport modify = with("User.Modify");
    FakeTransport allocate = with("Group.Allocate"); // shows the groups alone
    CHECK(is_complete(audit));
    CHECK(is_complete(modify));
    const auto view = fetch(allocate, "ci@pve!plan");
    REQUIRE_FALSE(view.has_value());
    CHECK_THAT(view.error().message, ContainsSubstring("missing on `/access/groups`"));
    CHECK(view.error().notes.size() == 1);
    CHECK_THAT(view.error().notes.front(), ContainsSubstring("users and their tokens"));
}

TEST_CASE("an entry of one's own on a group's path can hide that group", "[live]") {
    // A row there without any of the privileges replaces what is inherited: the list of our own
    // permissions does not even have the path.
    FakeTransport hidden =
        cluster(R"({"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1}})");
    const auto view = fetch(hidden, "ci@pve!plan");
    REQUIRE_FALSE(view.has_value());
    CHECK(view.error().kind == ErrorKind::incomplete_view);
    CHECK_THAT(view.error().message, ContainsSubstring("missing on `/access/groups/ops`"));
    CHECK_THAT(
        view.error().help,
        ContainsSubstring("pveum acl modify /access/groups/ops --roles PVEAuditor")
    );

    for (const auto* privilege : {"Sys.Audit", "User.Modify", "Group.Allocate"}) {
        FakeTransport shown = cluster(
            std::string(R"({"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1},)") +
            R"("/access/groups/ops":{")" + privilege + R"(":0}})"
        );
        CHECK(is_complete(shown));
    }
    FakeTransport other = cluster(
        R"({"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1},
            "/access/groups/ops":{"VM.Audit":1}})"
    );
    CHECK_FALSE(is_complete(other));
}

TEST_CASE("an entry below a group's path makes the group's path one of the ACL", "[live]") {
    FakeTransport pve = cluster(
        R"({"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1},
            "/access/groups/ops":{"Sys.Audit":1}})",
        {"/access/groups/ops/old"}
    );
    CHECK(is_complete(pve));
}

TEST_CASE("paths elsewhere do not matter to the view", "[live]") {
    FakeTransport pve = cluster(
        R"({"/access":{"Sys.Audit":0},"/access/groups":{"Sys.Audit":1}})",
        {"/vms/100", "/access/realm/pve", "/access/groups"}
    );
    CHECK(is_complete(pve));
}

TEST_CASE("what does not propagate to the groups is asked for", "[live]") {
    const std::string own = R"({"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":0}})";
    SECTION("and inherited from further above") {
        FakeTransport pve = cluster(own, {});
        pve.forget(probe);
        pve.answer(
            probe,
            Answer::data(R"({"/access/groups/pveform-asks-what-is-inherited":{"Sys.Audit":1}})")
        );
        CHECK(is_complete(pve));
        CHECK(std::ranges::count(pve.log, probe) == 1);
    }
    SECTION("and not there") {
        FakeTransport pve = cluster(own, {});
        pve.forget(probe);
        pve.answer(probe, Answer::data(R"({"/access/groups/pveform-asks-what-is-inherited":{}})"));
        const auto view = fetch(pve, "ci@pve!plan");
        REQUIRE_FALSE(view.has_value());
        CHECK(view.error().notes.size() == 1);
        CHECK_THAT(view.error().notes.front(), ContainsSubstring("leaves out groups"));
    }
}

TEST_CASE("every gap is named with the command that closes it", "[live]") {
    FakeTransport pve = cluster(
        R"({"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1}})",
        {"/access/groups/ops", "/access/groups/dev"}
    );
    const auto view = fetch(pve, "ci@pve!plan");
    REQUIRE_FALSE(view.has_value());
    CHECK(view.error().notes.size() == 2);
    CHECK_THAT(view.error().help, ContainsSubstring("/access/groups/ops"));
    CHECK_THAT(view.error().help, ContainsSubstring("/access/groups/dev"));
}

namespace {

/// What of the pools cannot be seen, with these permissions of our own and entries at these paths.
std::set<std::string> hidden_pools(
    const std::string& own, const std::vector<std::string>& paths, bool inherited = false
) {
    FakeTransport pve = cluster(
        R"({"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1})" + own + "}", paths
    );
    if (inherited) {
        pve.forget(pool_probe);
        pve.answer(
            pool_probe, Answer::data(R"({"/pool/pveform-asks-what-is-inherited":{"Pool.Audit":1}})")
        );
    }
    const auto view = fetch(pve, "ci@pve!plan");
    REQUIRE(view.has_value());
    std::set<std::string> hidden;
    for (const AclPath& path : view->hidden_pools) {
        hidden.insert(path.text);
    }
    return hidden;
}

using Paths = std::set<std::string>;

} // namespace

TEST_CASE(
    "pools that cannot be seen are unknown, and the view is complete without them", "[live]"
) {
    CHECK(hidden_pools("", {}) == Paths{"/pool"});
    CHECK(hidden_pools(R"(,"/pool":{"VM.Audit":1})", {}) == Paths{"/pool"});
    CHECK(hidden_pools(R"(,"/pool":{"Pool.Audit":1})", {}).empty());
}

TEST_CASE("what is held on pools may come from above", "[live]") {
    CHECK(hidden_pools(R"(,"/pool":{"Pool.Audit":0})", {}) == Paths{"/pool"});
    CHECK(hidden_pools(R"(,"/pool":{"Pool.Audit":0})", {}, true).empty());
}

TEST_CASE("an entry of one's own on a pool can hide it and the pools in it", "[live]") {
    const std::string all = R"(,"/pool":{"Pool.Audit":1})";
    CHECK(hidden_pools(all, {"/pool/prod"}) == Paths{"/pool/prod"});
    CHECK(hidden_pools(all + R"(,"/pool/prod":{"Pool.Audit":1})", {"/pool/prod"}).empty());
    // Seen, and what is in it is not.
    CHECK(
        hidden_pools(all + R"(,"/pool/prod":{"Pool.Audit":0})", {"/pool/prod"}) ==
        Paths{"/pool/prod"}
    );
    CHECK(
        hidden_pools(
            all + R"(,"/pool/a":{"Pool.Audit":1},"/pool/a/b":{"Pool.Audit":1})", {"/pool/a/b/c"}
        ) == Paths{"/pool/a/b/c"}
    );
    CHECK(hidden_pools(
              all + R"(,"/pool/a":{"Pool.Audit":1},"/pool/a/b":{"Pool.Audit":1},
                        "/pool/a/b/c":{"Pool.Audit":0})",
              {"/pool/a/b/c"}
    )
              .empty());
}

} // namespace pveform::live
