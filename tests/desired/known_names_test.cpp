// Typing errors in names that PVE gives, found without a cluster.
#include "desired/known_names.hpp"

#include "catch.hpp"
#include "model/builtin_roles.hpp"

using namespace pveform;
using desired::mistyped_built_in_role;
using desired::mistyped_privilege;

TEST_CASE("what any known PVE brings along is no typing error", "[desired]") {
    for (const Release release : {Release{8, 0}, Release{8, 2}, Release{9, 0}, Release{9, 2}}) {
        for (const auto& [id, role] : builtin_roles(release)) {
            INFO(release.text() << " " << id.text);
            CHECK(!mistyped_built_in_role(id.text));
            for (const Privilege& privilege : role.privileges) {
                INFO(privilege.text);
                CHECK(!mistyped_privilege(privilege.text));
            }
        }
    }
}

TEST_CASE("a typing error is near to a name of an older or newer PVE, too", "[desired]") {
    CHECK(mistyped_privilege("VM.Montor") == "VM.Monitor");
    CHECK(mistyped_privilege("VM.Replicat") == "VM.Replicate");
    CHECK(mistyped_privilege("Sys.AccesNetwork") == "Sys.AccessNetwork");
    CHECK(mistyped_built_in_role("PVEAudtor") == "PVEAuditor");
}

TEST_CASE("a name that is like none that is known may be from a later PVE", "[desired]") {
    CHECK(!mistyped_privilege("Firewall.Rules.Commit"));
    CHECK(!mistyped_built_in_role("PVEFirewallOfficer"));
    CHECK(!mistyped_built_in_role("Audtor"));
}
