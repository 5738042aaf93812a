#include "desired/reading.hpp"

using namespace pveform;
using namespace pveform::test;

TEST_CASE("a document declares users, groups and roles", "[desired]") {
    const auto document = wanted(R"(
roles:
  Reader: { privileges: [VM.Audit, Sys.Audit] }
groups:
  ops: { comment: Operations, members: [alice@pve] }
users:
  alice@pve: { comment: Alice, groups: [ops] }
)");
    CHECK(document.roles.at(RoleId{"Reader"}).privileges->size() == 2);
    CHECK(document.groups.at(GroupId{"ops"}).comment->value == "Operations");
    CHECK(document.users.at(UserId{"alice@pve"}).groups->contains(GroupId{"ops"}));
}
