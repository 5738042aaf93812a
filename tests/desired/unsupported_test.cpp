// What a document may say and this version cannot do is refused, not ignored.

#include "desired/unsupported.hpp"

#include "desired/reading.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

TEST_CASE("tests of access that would not be made are refused at their place", "[desired]") {
    const auto document = wanted("assertions:\n"
                                 "  - { principal: ann@pve, path: /vms, denies: [VM.Audit] }\n"
                                 "policy: { rules: { root-token: error } }\n");
    const Errors errors = desired::unsupported(document);
    REQUIRE(errors.size() == 2);
    for (const Error& error : errors) {
        CHECK(error.kind == ErrorKind::document);
        CHECK(error.span);
        CHECK_THAT(error.message, ContainsSubstring("cannot be done by this version"));
    }
    CHECK(desired::unsupported(wanted("users: { ann@pve: {} }")).empty());
}
