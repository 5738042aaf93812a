// The state of a cluster as plain values.

#include "model/state.hpp"

#include "catch.hpp"

using namespace pveform; // NOLINT: the test speaks of nothing else

namespace {

State small_cluster() {
    State state;
    state.roles[RoleId{"Administrator"}] =
        Role{{Privilege{"VM.Audit"}, Privilege{"Sys.Audit"}}, true};
    state.roles[RoleId{"Custom"}] = Role{{Privilege{"VM.Monitor"}}, false};
    state.users[UserId{"ann@pve"}] = User{};
    state.tokens[TokenId{UserId{"ann@pve"}, "ci"}] = Token{};
    state.groups[GroupId{"ops"}] = Group{"", {UserId{"ann@pve"}, UserId{"gone@pve"}}};
    state.groups[GroupId{"dev"}] = Group{"", {UserId{"ann@pve"}}};
    state.groups[GroupId{"empty"}] = Group{};
    return state;
}

} // namespace

TEST_CASE(
    "an expiry of 0 is never, 1 marks a token whose secret was not confirmed, 2 a suspended user",
    "[model]"
) {
    CHECK(Expiry::never().is_never());
    CHECK(Expiry{0} == Expiry::never());
    CHECK_FALSE(Expiry::unconfirmed().is_never());
    CHECK(Expiry{1} == Expiry::unconfirmed());
    CHECK(Expiry{2} == Expiry::suspended());
    CHECK(Expiry::suspended().is_over(3));
}

TEST_CASE("an expiry is written as a date, with its time where it has one", "[model]") {
    CHECK(Expiry::never().text() == "never");
    CHECK(Expiry{1'814'313'600}.text() == "2027-06-30");
    CHECK(Expiry{1'814'349'600}.text() == "2027-06-30T10:00:00Z");
}

TEST_CASE("the privileges that a PVE knows are those of its Administrator", "[model]") {
    const State state = small_cluster();
    CHECK(state.privileges() == std::set{Privilege{"Sys.Audit"}, Privilege{"VM.Audit"}});
    CHECK(State{}.privileges().empty());
}

TEST_CASE("a principal exists as what it is, not as something else of that name", "[model]") {
    const State state = small_cluster();
    CHECK(state.exists(Principal::of(UserId{"ann@pve"})));
    CHECK(state.exists(Principal::of(GroupId{"ops"})));
    CHECK(state.exists(Principal::of(TokenId{UserId{"ann@pve"}, "ci"})));
    CHECK_FALSE(state.exists(Principal::of(UserId{"gone@pve"})));
    CHECK_FALSE(state.exists(Principal::of(UserId{"ops"})));
    CHECK_FALSE(state.exists(Principal::of(GroupId{"ann@pve"})));
    CHECK_FALSE(state.exists(Principal::of(TokenId{UserId{"ann@pve"}, "cd"})));
}

TEST_CASE("memberships are the reverse of members, vanished users included", "[model]") {
    const auto groups_of = memberships(small_cluster());
    CHECK(groups_of.size() == 2);
    CHECK(groups_of.at(UserId{"ann@pve"}) == std::set{GroupId{"dev"}, GroupId{"ops"}});
    CHECK(groups_of.at(UserId{"gone@pve"}) == std::set{GroupId{"ops"}});
}

TEST_CASE("two states are equal when everything in them is", "[model]") {
    CHECK(small_cluster() == small_cluster());
    State other = small_cluster();
    other.acl[AclKey{AclPath{"/"}, Principal::of(UserId{"ann@pve"}), RoleId{"Custom"}}] = {};
    CHECK(other != small_cluster());
    State flag = other;
    flag.acl.begin()->second.propagate = false;
    CHECK(flag != other);
}
