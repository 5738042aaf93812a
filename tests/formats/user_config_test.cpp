// user.cfg: what PVE keeps, ignores and damages (facts 4.2, 6.1; section 12).
#include <string>

#include "catch.hpp"

#include "formats/cluster_state.hpp"
#include "formats/user_config.hpp"

using namespace pveform;
using namespace pveform::formats;

namespace {

constexpr Release release{9, 2};

UserConfig parse(const std::string& text) {
    return parse_user_config(text, release);
}

std::string rewritten(const std::string& text) {
    return write_user_config(parse(text));
}

/// The written lines of one kind.
std::string lines(const std::string& text, const std::string& kind) {
    std::string found;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = text.find('\n', begin);
        if (text.compare(begin, kind.size() + 1, kind + ":") == 0) {
            found += text.substr(begin, end - begin + 1);
        }
        begin = end + 1;
    }
    return found;
}

} // namespace

TEST_CASE("a file as PVE writes it comes back byte for byte", "[formats]") {
    const std::string text = "user:a@pve:1:0:Ann:Lee:a@b.c:on call%3A 100%25 of %C3%84:x:\n"
                             "token:a@pve!tk:5:1:of a:\n"
                             "user:root@pam:1:0::::::\n"
                             "\n"
                             "group:g:a@pve,gone@pve:with blanks:\n"
                             "\n"
                             "pool:p:comment:100,101:local:\n"
                             "pool:p/q::102::\n"
                             "\n"
                             "role:r:Sys.Audit,VM.Audit:\n"
                             "\n"
                             "acl:0:/:a@pve:r:\n"
                             "acl:1:/:@g,a@pve!tk:NoAccess,r:\n"
                             "acl:1:/vms/100:gone@pve:r:\n";
    CHECK(rewritten(text) == text);
}

TEST_CASE("root@pam is always there, without an expiry until somebody writes", "[formats]") {
    const UserConfig config = parse("");
    REQUIRE(config.users.contains("root@pam"));
    CHECK(config.users.at("root@pam").enabled);
    CHECK(config.users.at("root@pam").expire.empty());
    CHECK(lines(rewritten(""), "user") == "user:root@pam:1:0::::::\n");
}

TEST_CASE("texts lose blanks at their ends and the value 0", "[formats]") {
    const UserConfig config = parse("user:a@pve:1:0: Ann :0:::0:\n");
    const UserEntry& user = config.users.at("a@pve");
    CHECK(user.first_name == "Ann");
    CHECK(user.last_name.empty());
    CHECK(user.keys.empty());
}

TEST_CASE("an e-mail is there, and empty, where a later field is", "[formats]") {
    CHECK(!parse("user:a@pve:1:0::::::\n").users.at("a@pve").email.has_value());
    CHECK(parse("user:a@pve:1:0::::c::\n").users.at("a@pve").email == "");
    CHECK(parse("user:a@pve:1:0::::  ::\n").users.at("a@pve").email == "");
}

TEST_CASE("an impossible expiry drops the line", "[formats]") {
    CHECK(!parse("user:a@pve:1:1.8e+19::::::\n").users.contains("a@pve"));
    CHECK(!parse("user:a@pve:1:-1::::::\n").users.contains("a@pve"));
    CHECK(parse("user:a@pve:1:007::::::\n").users.at("a@pve").expire == "7");
}

TEST_CASE("2^64 is written in a form that is not read again", "[formats]") {
    const std::string once = rewritten("user:a@pve:1:18446744073709551616::::::\n");
    CHECK(lines(once, "user").starts_with("user:a@pve:1:1.84467440737096e+19:"));
    CHECK(lines(rewritten(once), "user") == "user:root@pam:1:0::::::\n");
    const std::string below = "user:a@pve:1:18446744073709551615::::::\n";
    CHECK(lines(rewritten(below), "user").starts_with(below));
}

TEST_CASE("what the file says later counts from there on only", "[formats]") {
    // The role and the token do not exist yet where the entries stand.
    const UserConfig config = parse("acl:1:/vms:a@pve:later:\n"
                                    "acl:1:/vms:a@pve!tk:PVEAuditor:\n"
                                    "role:later:VM.Audit:\n"
                                    "user:a@pve:1:0::::::\n"
                                    "token:a@pve!tk:0:1::\n");
    CHECK(config.acl.empty());
}

TEST_CASE("a second line for a user takes its groups and tokens away", "[formats]") {
    const UserConfig config = parse("user:a@pve:1:0::::::\n"
                                    "token:a@pve!tk:0:1::\n"
                                    "group:g:a@pve::\n"
                                    "user:a@pve:0:0::::::\n");
    CHECK(config.users.at("a@pve").tokens.empty());
    CHECK(config.users.at("a@pve").groups.empty());
    CHECK(config.groups.at("g").users.contains("a@pve"));
}

TEST_CASE("entries of unknown users and groups stay, of unknown tokens and roles go", "[formats]") {
    const UserConfig config = parse("acl:1:/vms:gone@pve,@gone,gone@pve!tk:PVEAuditor,gone:\n");
    const AclNode& node = config.acl.at("/vms");
    CHECK(node.users.at("gone@pve") == std::map<std::string, bool>{{"PVEAuditor", true}});
    CHECK(node.groups.contains("gone"));
    CHECK(node.tokens.empty());
}

TEST_CASE("entries of root@pam are read and never written", "[formats]") {
    CHECK(lines(rewritten("acl:1:/:root@pam:PVEAuditor:\n"), "acl").empty());
}

TEST_CASE("PVE's own roles are not written, whatever a line adds to them", "[formats]") {
    const UserConfig config = parse("role:PVEPoolUser:VM.Audit:\n");
    CHECK(config.roles.at("PVEPoolUser").contains("VM.Audit"));
    CHECK(lines(write_user_config(config), "role").empty());
}

TEST_CASE("privileges that a release does not know leave custom roles", "[formats]") {
    const std::string text = "role:r:VM.Audit,VM.Monitor:\n";
    CHECK(parse_user_config(text, {8, 4}).roles.at("r").size() == 2);
    CHECK(parse_user_config(text, {9, 0}).roles.at("r").size() == 1);
}

TEST_CASE("paths are normalised, and lose components that are false to Perl", "[formats]") {
    const UserConfig config = parse("acl:1:vms//100/:a@pve:PVEAuditor:\n"
                                    "acl:1:/storage/0:a@pve:PVEAuditor:\n"
                                    "acl:1:/a b:a@pve:PVEAuditor:\n"
                                    "acl:1:0:a@pve:PVEAuditor:\n");
    std::string paths;
    for (const auto& [path, node] : config.acl) {
        paths += path + " ";
    }
    CHECK(paths == "/storage /vms/100 ");
}

TEST_CASE("the tree is walked from a path to those below it, siblings sorted", "[formats]") {
    std::string paths;
    for (const auto& [path, node] : parse("acl:1:/vms/100:a@pve:PVEAuditor:\n"
                                          "acl:1:/vms-x:a@pve:PVEAuditor:\n"
                                          "acl:1:/vms:a@pve:PVEAuditor:\n"
                                          "acl:1:/:a@pve:PVEAuditor:\n")
                                        .acl) {
        paths += path + " ";
    }
    CHECK(paths == "/ /vms /vms/100 /vms-x ");
}

TEST_CASE("a guest is in one pool, the first; parents of nested pools exist", "[formats]") {
    const UserConfig config = parse("pool:p/q/r:deep:100,0101:local,x:\npool:s::100::\n");
    CHECK(config.pools.contains("p"));
    CHECK(config.pools.contains("p/q"));
    CHECK(config.pools.at("p/q/r").guests == std::set<std::string>{"100", "101"});
    CHECK(config.pools.at("p/q/r").storages == std::set<std::string>{"local"});
    CHECK(config.pools.at("s").guests.empty());
}

TEST_CASE(
    "a name of Latin-1 letters is stored as bytes, one beyond makes all of it UTF-8", "[formats]"
) {
    UserConfig config = parse("");
    config.users["\xC3\xBC@pve"].expire = "0";
    CHECK(write_user_config(config).find("user:\xFC@pve:") != std::string::npos);
    CHECK(parse(write_user_config(config)).users.contains("\xC3\xBC@pve"));

    config.users["a@pve"].email = "\xD0\x96@x";
    const UserConfig damaged = parse(write_user_config(config));
    CHECK(!damaged.users.contains("\xC3\xBC@pve"));
    CHECK(damaged.users.contains("\xC3\x83\xC2\xBC@pve"));
}

TEST_CASE("a name with a comma does not survive in lists", "[formats]") {
    UserConfig config = parse("group:g:::\n");
    config.users["a,b@pve"].expire = "0";
    config.groups["g"].users.insert("a,b@pve");
    const UserConfig again = parse(write_user_config(config));
    CHECK(again.users.contains("a,b@pve"));
    CHECK(again.groups.at("g").users == std::set<std::string>{"b@pve"});
}

TEST_CASE("a state holds what an administrator reads from the API", "[formats]") {
    const State state = read_state(
        "user:a@pve:0:5:Ann:::note::\n"
        "token:a@pve!tk:0:0:hi:\n"
        "group:g:a@pve,gone@pve:c:\n"
        "pool:p::100:local:\n"
        "acl:0:/vms:@g,gone@pve:PVEAuditor:\n",
        "ldap: corp\n\tserver1 x\n\tcomment Corp%3A people\n",
        release
    );
    const User& user = state.users.at(UserId{"a@pve"});
    CHECK(!user.enabled);
    CHECK(user.expire == Expiry{5});
    CHECK(user.comment == "note");
    CHECK(!state.tokens.at(split_token_id("a@pve!tk")).privilege_separation);
    CHECK(state.groups.at(GroupId{"g"}).members.size() == 2);
    CHECK(state.pools.at(PoolId{"p"}).guests.contains(100));
    CHECK(state.realms.at(RealmId{"corp"}).comment == "Corp: people");
    CHECK(state.realms.contains(RealmId{"pam"}));
    CHECK(state.roles.at(RoleId{"PVEAuditor"}).built_in);
    const AclKey key{AclPath{"/vms"}, {PrincipalKind::user, "gone@pve"}, RoleId{"PVEAuditor"}};
    REQUIRE(state.acl.contains(key));
    CHECK(!state.acl.at(key).propagate);
}
