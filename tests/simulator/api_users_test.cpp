// Users, tokens, groups and roles, as PVE answers (facts 3.2 to 3.5).
#include "api_world.hpp"

using namespace pveform;
using namespace pveform::simulator;
using namespace pveform::simulator::test;
using Names = std::vector<std::string>;

TEST_CASE("users come sorted, with memberships and tokens only on request", "[simulator]") {
    World world;
    const Answer plain = world.get(boss, "/access/users");
    CHECK(
        column(plain.data(), "userid") ==
        Names{"ann@pve", "boss@pve", "guest@pve", "lead@pve", "root@pam"}
    );
    const json::Value& ann = plain.data().as_array()->front();
    CHECK(keys(ann) == Names{"email", "enable", "expire", "firstname", "realm-type", "userid"});

    const Answer full = world.get(boss, "/access/users?full=1");
    const json::Value& ann_in_full = full.data().as_array()->front();
    CHECK(*ann_in_full.find("groups") == json::Value("staff"));
    CHECK(column(*ann_in_full.find("tokens"), "tokenid") == Names{"sep"});
}

TEST_CASE("a user without tokens has null for them, not an empty list", "[simulator]") {
    World world;
    world.post(boss, "/access/users", "userid=new@pve");
    const Answer one = world.get(boss, "/access/users/new@pve");
    CHECK(one.data().find("tokens")->is_null());
    CHECK(one.data().find("groups")->as_array()->empty());
    CHECK(one.data().find("email") == nullptr);
}

TEST_CASE("an empty e-mail shows up as soon as a later field is set", "[simulator]") {
    World world;
    world.post(boss, "/access/users", "userid=new@pve&comment=hi");
    CHECK(*world.get(boss, "/access/users/new@pve").data().find("email") == json::Value(""));
}

TEST_CASE("listings are filtered silently by the caller's rights", "[simulator]") {
    World world;
    CHECK(world.get(guest, "/access/users").data().as_array()->empty());
    CHECK(column(world.get(lead, "/access/users").data(), "userid") == Names{"ann@pve"});
    const Caller ann = world.log_in("ann@pve", "ann-password");
    CHECK(column(world.get(ann, "/access/users").data(), "userid") == Names{"ann@pve"});
}

TEST_CASE("what PVE cannot keep is lost on the way through its file", "[simulator]") {
    World world;
    const auto stored = [&world](const std::string& encoded) -> std::string {
        REQUIRE(world.put(boss, "/access/users/ann@pve", "comment=" + encoded).status == 200);
        const Answer answer = world.get(boss, "/access/users/ann@pve");
        const json::Value* comment = answer.data().find("comment");
        return comment == nullptr ? "(none)" : *comment->as_string();
    };
    CHECK(stored("0") == "(none)");
    CHECK(stored("%20%20") == "(none)");
    CHECK(stored("%20x%20") == "x");
    CHECK(stored("a=b") == "a");
    CHECK(stored("a%3Ab%25%0A%C3%A4") == "a:b%\n\xC3\xA4");
    CHECK(stored("%FF%FE") == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("an encoded surrogate is stored and makes every list with it invalid", "[simulator]") {
    World world;
    REQUIRE(world.put(boss, "/access/users/ann@pve", "comment=a%ED%A0%80b").status == 200);
    const Answer answer = world.get(boss, "/access/users/ann@pve");
    CHECK(
        answer.raw.body.find("a\xED\xA0\x80"
                             "b") != std::string::npos
    );
    CHECK(answer.body.is_null()); // no JSON reader takes it
}

TEST_CASE("an expiry of 2^64 is taken and loses the user", "[simulator]") {
    World world;
    CHECK(world.put(boss, "/access/users/ann@pve", "expire=18446744073709551616").status == 200);
    CHECK(world.get(boss, "/access/users/ann@pve").message() == "no such user ('ann@pve')\n");

    world.put(boss, "/access/users/guest@pve", "expire=18446744073709551615");
    CHECK(
        *world.get(boss, "/access/users/guest@pve").data().find("expire") ==
        json::Value("18446744073709551615")
    );
}

TEST_CASE("a group administrator's update must name the groups", "[simulator]") {
    World world;
    CHECK(
        world.put(lead, "/access/users/ann@pve", "comment=x").reason ==
        "Permission check failed (/access/groups, User.Modify)"
    );
    CHECK(
        world.put(lead, "/access/users/ann@pve", "comment=x&groups=staff&append=1").status == 200
    );
    CHECK(
        world.put(lead, "/access/users/ann@pve", "groups=crew").reason ==
        "Permission check failed (/access/groups/crew, User.Modify)"
    );
    CHECK(world.post(lead, "/access/users", "userid=bo@pve&groups=staff").status == 200);
    CHECK(
        world.post(lead, "/access/users", "userid=bo@corp&groups=staff").reason ==
        "Permission check failed (/access/realm/corp, Realm.AllocateUser)"
    );
}

TEST_CASE("rights are checked before parameters, except for root's ticket", "[simulator]") {
    World world;
    CHECK(world.post(guest, "/access/groups", "nonsense=1").status == 403);
    const Answer bad_name = world.post(boss, "/access/users", "userid=x");
    CHECK(bad_name.status == 500);
    CHECK(bad_name.message() == "user name 'x' is too short\n");
    const Caller root = world.log_in("root@pam", "root-password");
    const Answer for_root = world.post(root, "/access/users", "userid=x&foo=1");
    CHECK(for_root.status == 400);
    CHECK(for_root.error("userid") == "invalid format - user name 'x' is too short\n");
    CHECK(
        for_root.error("foo") ==
        "property is not defined in schema and the schema does not allow additional properties"
    );
}

TEST_CASE("only root's ticket deletes a user who is not there", "[simulator]") {
    World world;
    CHECK(world.remove(boss, "/access/users/none@pve").reason == "no such user ('none@pve')");
    const Caller root = world.log_in("root@pam", "root-password");
    CHECK(world.remove(root, "/access/users/none@pve").status == 200);
}

TEST_CASE("a deleted root@pam is back at once, without its tokens", "[simulator]") {
    World world;
    CHECK(world.remove(boss, "/access/users/root@pam").status == 200);
    CHECK(world.get(boss, "/access/users/root@pam").data().find("tokens")->is_null());
    CHECK(*world.get(boss, "/access/users/root@pam").data().find("enable") == json::Value(1));
}

TEST_CASE("names of a realm without case are found whatever their case", "[simulator]") {
    World world;
    REQUIRE(world.post(boss, "/access/users", "userid=Dave@corp").status == 200);
    CHECK(
        world.post(boss, "/access/users", "userid=dave@corp").message() ==
        "create user failed: user 'Dave@corp' already exists\n"
    );
    CHECK(world.get(boss, "/access/users/dave@corp").status == 500);
}

TEST_CASE("a new token's answer gives back what was sent, as text", "[simulator]") {
    World world;
    const Answer sent =
        world.post(boss, "/access/users/ann@pve/token/t2", "privsep=0&expire=0600&comment=");
    const json::Value* info = sent.data().find("info");
    CHECK(*info->find("privsep") == json::Value("0"));
    CHECK(*info->find("expire") == json::Value("0600"));
    CHECK(info->find("comment") == nullptr);
    CHECK(
        *world.get(boss, "/access/users/ann@pve/token/t2").data().find("expire") == json::Value(600)
    );

    const Answer bare = world.post(boss, "/access/users/ann@pve/token/t3");
    CHECK(*bare.data().find("info")->find("privsep") == json::Value(1));
    CHECK(bare.data().find("info")->find("expire") == nullptr);
    CHECK(*bare.data().find("full-tokenid") == json::Value("ann@pve!t3"));
    CHECK(bare.data().find("value")->as_string()->size() == 36);
}

TEST_CASE("an existing token is an error about a parameter", "[simulator]") {
    World world;
    const Answer answer = world.post(boss, "/access/users/ann@pve/token/sep");
    CHECK(answer.status == 400);
    CHECK(answer.error("tokenid") == "Token already exists.");
}

TEST_CASE("regenerating kills the old secret at once and keeps everything else", "[simulator]") {
    World world;
    const Answer answer = world.put(boss, "/access/users/boss@pve/token/api", "regenerate=1");
    REQUIRE(answer.status == 200);
    CHECK(*answer.data().find("privsep") == json::Value(0));
    CHECK(world.get(boss, "/version").status == 401);
    const std::string secret = *answer.data().find("value")->as_string();
    CHECK(world.get(token("boss@pve!api", secret), "/version").status == 200);
}

TEST_CASE("only the comment of a token can be deleted", "[simulator]") {
    World world;
    CHECK(
        world.put(boss, "/access/users/ann@pve/token/sep", "delete=expire").message() ==
        "updating token info failed: 400 Parameter verification failed.\n"
        "delete: unknown option 'expire'\n"
    );
    CHECK(world.put(boss, "/access/users/ann@pve/token/sep", "delete=e").status == 400);
    world.put(boss, "/access/users/ann@pve/token/sep", "comment=x");
    const Answer answer =
        world.put(boss, "/access/users/ann@pve/token/sep", "comment=y&delete=comment");
    CHECK(answer.data().find("comment") == nullptr);
}

TEST_CASE("tokens are nobody's self: not even their owner's tokens do they see", "[simulator]") {
    World world;
    CHECK(world.get(guest, "/access/users/guest@pve/token").reason == "Permission check failed");
    CHECK(world.get(boss, "/access/users/none@pve/token").reason == "Permission check failed");
    const Caller ann = world.log_in("ann@pve", "ann-password");
    CHECK(column(world.get(ann, "/access/users/ann@pve/token").data(), "tokenid") == Names{"sep"});
    CHECK(world.get(ann, "/access/users/ann@pve").status == 403);
}

TEST_CASE("groups list members that are gone", "[simulator]") {
    World world;
    const Answer list = world.get(boss, "/access/groups");
    CHECK(column(list.data(), "users") == Names{"", "ann@pve,ghost@pve"});
    CHECK(column(world.get(lead, "/access/groups").data(), "groupid") == Names{"staff"});
    CHECK(
        world.get(lead, "/access/groups/staff").reason ==
        "Permission check failed (/access/groups, Sys.Audit|Group.Allocate)"
    );
}

TEST_CASE("group 0 is created and lost", "[simulator]") {
    World world;
    CHECK(world.post(boss, "/access/groups", "groupid=0").status == 200);
    CHECK(world.get(boss, "/access/groups/0").message() == "group '0' does not exist\n");
}

TEST_CASE("a role updated without privileges is emptied", "[simulator]") {
    World world;
    CHECK(world.put(boss, "/access/roles/Maker").status == 200);
    CHECK(keys(world.get(boss, "/access/roles/Maker").data()).empty());
    CHECK(world.put(boss, "/access/roles/Maker", "privs=VM.Audit").status == 200);
    CHECK(world.put(boss, "/access/roles/Maker", "privs=VM.Clone&append=1").status == 200);
    CHECK(keys(world.get(boss, "/access/roles/Maker").data()) == Names{"VM.Audit", "VM.Clone"});
}

TEST_CASE("PVE's own roles stay as they are", "[simulator]") {
    World world;
    CHECK(
        world.put(boss, "/access/roles/PVEAdmin", "privs=VM.Audit").message() ==
        "auto-generated role 'PVEAdmin' cannot be modified\n"
    );
    CHECK(
        world.post(boss, "/access/roles", "roleid=pvemine").error("roleid") ==
        "cannot use role ID starting with the (case-insensitive) 'PVE' namespace"
    );
    CHECK(
        world.post(boss, "/access/roles", "roleid=r&privs=VM.Bogus").error("privs") ==
        "invalid format - invalid privilege 'VM.Bogus'\n"
    );
}
