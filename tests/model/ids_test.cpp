// The grammar of identifiers: what PVE takes, less what PVE takes and then damages.

#include "model/ids.hpp"

#include <string>

#include "catch.hpp"

using pveform::GroupId;
using pveform::Principal;
using pveform::PrincipalKind;
using pveform::RealmId;
using pveform::RoleId;
using pveform::split_token_id;
using pveform::TokenId;
using pveform::UserId;

namespace {

/// Why the text is no such id; empty where it is one.
template<class Id>
std::string refusal(const std::string& text) {
    const auto parsed = Id::parse(text);
    return parsed ? std::string() : parsed.error();
}

} // namespace

TEST_CASE("a realm has 2 to 32 characters and begins with a letter", "[model]") {
    for (const std::string text : {"pam", "pve", "AD", "corp.example-1_x", "a-"}) {
        CAPTURE(text);
        CHECK(RealmId::parse(text)->text == text);
    }
    CHECK(RealmId::parse(std::string(32, 'r')));
    for (const std::string text : {"", "p", "1pve", "-pve", "p e", "pvé", "pve\n", "p/e"}) {
        CAPTURE(text);
        CHECK_FALSE(RealmId::parse(text));
    }
    CHECK_FALSE(RealmId::parse(std::string(33, 'r')));
}

TEST_CASE("a user id is split at its last `@`", "[model]") {
    const auto user = UserId::parse("me@corp.example@pve");
    REQUIRE(user);
    CHECK(user->name() == "me@corp.example");
    CHECK(user->realm().text == "pve");
}

TEST_CASE("the name of a user may hold what PVE lets it hold", "[model]") {
    for (const std::string text :
         {"joe@pve", "a!b@pve", "50%@pve", "who?@pve", "a=b@pve", "x@pam", "O'Neil@AD"}) {
        CAPTURE(text);
        CHECK(refusal<UserId>(text).empty());
    }
}

TEST_CASE("a user id without a usable realm is refused", "[model]") {
    CHECK(refusal<UserId>("joe") == "`joe` has no realm; a user id is `name@realm`");
    CHECK_THAT(refusal<UserId>("joe@"), ContainsSubstring("`` is not a realm"));
    CHECK_THAT(refusal<UserId>("joe@p"), ContainsSubstring("`p` is not a realm"));
    CHECK_THAT(refusal<UserId>("joe@9ve"), ContainsSubstring("`9ve` is not a realm"));
}

TEST_CASE("a user name that PVE refuses is refused", "[model]") {
    for (const std::string text : {"@pve", "a b@pve", "a:b@pve", "a/b@pve"}) {
        CAPTURE(text);
        CHECK_THAT(refusal<UserId>(text), ContainsSubstring("must have no blank, `:` or `/`"));
    }
}

TEST_CASE("a user name that PVE accepts and then damages is refused", "[model]") {
    CHECK_THAT(refusal<UserId>("jürgen@pve"), ContainsSubstring("beyond ASCII"));
    CHECK_THAT(refusal<UserId>("a\tb@pve"), ContainsSubstring("beyond ASCII"));
    CHECK_THAT(refusal<UserId>("a,b@pve"), ContainsSubstring("`,` or `;`"));
    CHECK_THAT(refusal<UserId>("a@pve;b@pve"), ContainsSubstring("`,` or `;`"));
    CHECK_FALSE(UserId::parse("joe@pve\n")); // stored as a disabled `joe@pve`
    CHECK_FALSE(UserId::parse("joe\n@pve"));
}

TEST_CASE("a user id has at most 64 characters", "[model]") {
    CHECK(UserId::parse(std::string(60, 'u') + "@pve"));
    CHECK_THAT(
        refusal<UserId>(std::string(61, 'u') + "@pve"),
        ContainsSubstring("too long: 65 of at most 64")
    );
}

TEST_CASE("a refusal never repeats control characters", "[model]") {
    CHECK(refusal<UserId>("a\x1b[31m").find('\x1b') == std::string::npos);
    CHECK(refusal<GroupId>("a\x1b[31m").find('\x1b') == std::string::npos);
}

TEST_CASE("a token id is split at its last `!`", "[model]") {
    const auto token = TokenId::parse("a!b@pve!ci");
    REQUIRE(token);
    CHECK(token->user.text == "a!b@pve");
    CHECK(token->name == "ci");
    CHECK(token->text() == "a!b@pve!ci");
}

TEST_CASE("a token name has at least two characters and begins with a letter", "[model]") {
    for (const std::string name : {"ci", "t1", "A.b-c_d"}) {
        CAPTURE(name);
        CHECK(TokenId::parse_name(name) == name);
    }
    for (const std::string name : {"", "t", "1t", "-t", "t 1", "tö", "t1\n", "a!b", "a@b"}) {
        CAPTURE(name);
        CHECK_FALSE(TokenId::parse_name(name));
    }
    CHECK_THAT(
        TokenId::parse_name("t 1").error(),
        ContainsSubstring("begins with a letter (`a-z`, `A-Z`)") &&
            ContainsSubstring("letter, digit, `.`, `-` or `_`")
    );
    CHECK(refusal<TokenId>("joe@pve") == "`joe@pve` is not a token id; it is `name@realm!token`");
    CHECK_FALSE(TokenId::parse("joe!ci"));
}

TEST_CASE("tokens are ordered by their user first", "[model]") {
    CHECK(TokenId{UserId{"a@pve"}, "zz"} < TokenId{UserId{"b@pve"}, "aa"});
    CHECK(TokenId{UserId{"a@pve"}, "aa"} < TokenId{UserId{"a@pve"}, "zz"});
}

TEST_CASE("ids from a live cluster are split without being checked", "[model]") {
    CHECK(split_token_id("weird name@x!y!t") == TokenId{UserId{"weird name@x!y"}, "t"});
    CHECK(split_token_id("no-mark@pve") == TokenId{UserId{"no-mark@pve"}, ""});
}

TEST_CASE("groups and roles take letters, digits, `.`, `-` and `_`", "[model]") {
    for (const std::string text : {"a", "1", "ops-team", ".x", "_", "A.b-C_9", "00"}) {
        CAPTURE(text);
        CHECK(GroupId::parse(text)->text == text);
        CHECK(RoleId::parse(text)->text == text);
    }
    // PVE 8.2 to 9.1 wrongly took `( ) ? ^ :` in groups.
    for (const std::string text : {"", "a b", "a/b", "@ops", "a,b", "é", "ops\n", "a(b)", "a:b"}) {
        CAPTURE(text);
        CHECK_FALSE(GroupId::parse(text));
        CHECK_FALSE(RoleId::parse(text));
    }
}

TEST_CASE("the group `0` and the role `0` are refused, as PVE would lose them", "[model]") {
    CHECK_THAT(refusal<GroupId>("0"), ContainsSubstring("PVE accepts it and then loses it"));
    CHECK_THAT(refusal<RoleId>("0"), ContainsSubstring("PVE accepts it and then loses it"));
}

TEST_CASE("a directory's groups are named after its realm", "[model]") {
    CHECK(is_group_of(GroupId{"ops-corp"}, RealmId{"corp"}));
    CHECK(is_group_of(GroupId{"ops-x-corp"}, RealmId{"corp"}));
    for (const std::string text : {"corp", "opscorp", "ops-corp2", "ops-corp-", "ops-Corp"}) {
        CAPTURE(text);
        CHECK_FALSE(is_group_of(GroupId{text}, RealmId{"corp"}));
    }
}

TEST_CASE("role names that PVE keeps for itself are known", "[model]") {
    for (const std::string text :
         {"PVEAuditor", "pveCustom", "PvE", "pve", "Administrator", "NoAccess"}) {
        CAPTURE(text);
        CHECK(RoleId{text}.is_reserved());
    }
    for (const std::string text : {"Deployer", "MyPVERole", "PV", "administrator", "noaccess"}) {
        CAPTURE(text);
        CHECK_FALSE(RoleId{text}.is_reserved());
    }
}

TEST_CASE("a principal is written as documents write it", "[model]") {
    CHECK(Principal::of(UserId{"joe@pve"}).text() == "joe@pve");
    CHECK(Principal::of(GroupId{"ops"}).text() == "@ops");
    CHECK(Principal::of(TokenId{UserId{"joe@pve"}, "ci"}).text() == "joe@pve!ci");
    CHECK(to_string(PrincipalKind::token) == "token");
}

TEST_CASE("a group and a user of the same name are different principals", "[model]") {
    CHECK(Principal::of(UserId{"ops"}) != Principal::of(GroupId{"ops"}));
    CHECK(Principal::of(UserId{"z@pve"}) < Principal::of(GroupId{"a"})); // as PVE lists them
}
