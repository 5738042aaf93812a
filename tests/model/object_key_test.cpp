#include "model/object_key.hpp"

#include "catch.hpp"

using namespace pveform;

namespace {

/// One of each kind, with its text.
const std::vector<std::pair<ObjectKey, std::string>> objects = {
    {RoleId{"Ops"}, "role:Ops"},
    {GroupId{"ops"}, "group:ops"},
    {UserId{"a:b!c@pve"}, "user:a:b!c@pve"},
    {TokenId{UserId{"a!b@pve"}, "ci"}, "token:a!b@pve!ci"},
    {AclKey{AclPath{"/vms"}, Principal::of(GroupId{"ops"}), RoleId{"Ops"}}, "acl:/vms @ops Ops"},
    {AclKey{AclPath{"/"}, Principal::of(UserId{"a!b@pve"}), RoleId{"Ops"}}, "acl:/ a!b@pve Ops"},
    {AclKey{AclPath{"/"}, Principal::of(TokenId{UserId{"a@pve"}, "ci"}), RoleId{"Ops"}},
     "acl:/ a@pve!ci Ops"},
};

} // namespace

TEST_CASE("an object is read back from its text", "[model]") {
    for (const auto& [key, text] : objects) {
        INFO(text);
        CHECK(text_of(key) == text);
        CHECK(parse_object(text) == key);
        CHECK(text == std::string(to_string(kind_of(key))) + ":" + name_of(key));
        CHECK(parse_object(kind_of(key), name_of(key)) == key);
    }
}

TEST_CASE("a text that no object has names none", "[model]") {
    for (const char* text :
         {"",
          "user",
          "user:",
          ":a@pve",
          "usr:a@pve",
          "ACL:/ a@pve Ops",
          "token:a@pve",
          "acl:/vms",
          "acl:/vms a@pve",
          "acl:vms a@pve Ops",
          "acl:/vms  a@pve Ops",
          "acl:/vms a@pve Ops ",
          "acl:/vms a@pve Ops x"}) {
        INFO(text);
        CHECK_FALSE(parse_object(text));
    }
}

TEST_CASE("kinds of objects are read back, and have a word for sentences", "[model]") {
    for (const ObjectKind kind : all_object_kinds) {
        CHECK(parse_object_kind(to_string(kind)) == kind);
    }
    CHECK_FALSE(parse_object_kind("ACL entry"));
    CHECK(noun_of(ObjectKind::acl) == "ACL entry");
    CHECK(noun_of(ObjectKind::token) == "token");
}

TEST_CASE("a principal is an object by its kind", "[model]") {
    const TokenId token{UserId{"a@pve"}, "ci"};
    CHECK(object_of(Principal::of(token.user)) == ObjectKey(token.user));
    CHECK(object_of(Principal::of(GroupId{"a@pve"})) == ObjectKey(GroupId{"a@pve"}));
    CHECK(object_of(Principal::of(token)) == ObjectKey(token));
}
