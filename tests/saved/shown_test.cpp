// What is shown of a plan is what it is held to: a file that says anything else of the cluster, of
// pools, of what is lost and by what, is refused.

#include <algorithm>

#include "saved/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT
using plan::Action;

namespace {

/// Somebody is destroyed, somebody gains on the members of pools, and an entry takes something.
Making shown_in_many_words() {
    Making making;
    making.live.pools[PoolId{"web"}].guests = {110, 111};
    making.live.pools[PoolId{"web"}].storages = {"nfs"};
    making.document.absent.users[UserId{"eve@pve"}] = {};
    making.document.users[UserId{"ben@pve"}].acl = {wanted_row("/pool/web", "PVEAuditor")};
    making.document.users[UserId{"ann@pve"}].acl = {wanted_row("/vms", "NoAccess")};
    return making;
}

access::Affected& affected_of(saved::SavedPlan& saved, const char* id) {
    auto& all = saved.plan.effective_access.affected;
    const auto found = std::ranges::find_if(all, [&](const access::Affected& one) {
        return one.principals.front() == user(id);
    });
    REQUIRE(found != all.end());
    return *found;
}

} // namespace

TEST_CASE("what a plan shows of access is what it is compared by", "[saved]") {
    const Making making = shown_in_many_words();
    const saved::SavedPlan now = plan_of(making);
    const saved::PlanFile file = saved_and_read(now);
    REQUIRE(joined(saved::differences(file.saved, now)).empty());
    const auto said_of = [&](auto forge) {
        saved::SavedPlan forged = file.saved;
        forge(forged);
        return joined(saved::differences(forged, now));
    };
    CHECK_THAT(
        said_of([](saved::SavedPlan& saved) {
            for (access::Members& members : saved.plan.effective_access.members) {
                members.after = {PoolId{"test"}};
            }
        }),
        ContainsSubstring("not as shown: /vms/110 is in web, and not in test\n")
    );
    CHECK(said_of([](saved::SavedPlan& saved) {
              affected_of(saved, "eve@pve").holds_something = true;
          }) == "not as shown: eve@pve loses everything that it had\n");
    CHECK(said_of([](saved::SavedPlan& saved) {
              access::Affected& ben = affected_of(saved, "ben@pve");
              ben.held_something = true;
              ben.holds_something = false;
          }) == "not as shown: ben@pve does not lose everything that it had\n");
    REQUIRE_FALSE(file.saved.plan.additions.empty());
    CHECK(said_of([](saved::SavedPlan& saved) {
              saved.plan.additions.begin()->second.front().added.role = RoleId{"Looker"};
          }) == "not as shown: by which of the entries that are added `ann@pve` loses something\n");
    CHECK_THAT(
        said_of([](saved::SavedPlan& saved) {
            for (access::Shift& shift : affected_of(saved, "ann@pve").shifts) {
                shift.lost_by_addition = access::PrivilegeSets::empty;
            }
        }),
        ContainsSubstring("by what is added, and not nothing\n")
    );
}

TEST_CASE("what a plan shows around its changes is what it is compared by", "[saved]") {
    Making making = shown_in_many_words();
    making.request.selection.excludes.push_back(*plan::Selector::parse("user:new@pve"));
    making.document.users[UserId{"new@pve"}].comment = said<std::string>("new");
    const saved::SavedPlan now = plan_of(making);
    const saved::PlanFile file = saved_and_read(now);
    REQUIRE(joined(saved::differences(file.saved, now)).empty());
    const auto said_of = [&](auto forge) {
        saved::SavedPlan forged = file.saved;
        forge(forged);
        return joined(saved::differences(forged, now));
    };
    CHECK(said_of([](saved::SavedPlan& saved) {
              saved.about.cluster = "staging";
          }) == "not as shown: it is of cluster `test`, and not `staging`\n");
    CHECK(
        said_of([](saved::SavedPlan& saved) { saved.plan.limits.destroy.value = 50; }) ==
        "not as shown: the limits are destroy 5 and ACL removals 10, and not destroy 50 and ACL "
        "removals 10\n"
    );
    CHECK(
        said_of([](saved::SavedPlan& saved) {
            const auto cascade =
                std::ranges::find(saved.plan.changes, Action::cascade, &plan::Change::action);
            cascade->reason = "goes with user zoe@pve";
        }) ==
        "not as shown: cascade token eve@pve!x goes with user eve@pve, and not goes with user "
        "zoe@pve\n"
    );
    CHECK(said_of([](saved::SavedPlan& saved) {
              saved.plan.part.reset();
          }) == "not as shown: which part of the document is planned\n");
    CHECK(said_of([](saved::SavedPlan& saved) {
              saved.created += 301;
          }) == "not as shown: when it was made; 2027-01-15T08:05:01Z is still to come\n");
    CHECK(said_of([](saved::SavedPlan& saved) { saved.created += 300; }).empty());
    CHECK(said_of([](saved::SavedPlan& saved) { saved.created -= 9'000'000; }).empty());
}

TEST_CASE("nobody and no place stands twice in what a plan says of access", "[saved]") {
    const saved::SavedPlan saved = plan_of(shown_in_many_words());
    const auto complaint = [&](auto forge) {
        saved::SavedPlan forged = saved;
        forge(forged);
        const auto file = saved::read(saved::write(forged));
        return file ? std::string() : file.error();
    };
    CHECK_THAT(
        complaint([](saved::SavedPlan& forged) {
            auto& all = forged.plan.effective_access.affected;
            all.push_back(all.front());
        }),
        ContainsSubstring("stands there twice")
    );
    CHECK_THAT(
        complaint([](saved::SavedPlan& forged) {
            auto& shifts = affected_of(forged, "eve@pve").shifts;
            shifts.push_back(shifts.front());
        }),
        ContainsSubstring("is twice about the same")
    );
    CHECK_THAT(
        complaint([](saved::SavedPlan& forged) {
            auto& shifts = affected_of(forged, "ben@pve").shifts;
            const auto members =
                std::ranges::find(shifts, access::Reach::members, &access::Shift::reach);
            REQUIRE(members != shifts.end());
            shifts.push_back(access::Shift(*members));
        }),
        ContainsSubstring("is twice about the same")
    );
    CHECK_THAT(
        complaint([](saved::SavedPlan& forged) {
            access::Difference& difference = forged.plan.effective_access;
            access::Affected& ben = affected_of(forged, "ben@pve");
            for (const access::Shift& shift : std::vector(ben.shifts)) {
                if (shift.reach != access::Reach::members) {
                    continue;
                }
                for (const std::string& path : difference.members[shift.place].paths) {
                    access::Shift own = shift;
                    own.reach = access::Reach::path;
                    own.place = static_cast<std::uint32_t>(difference.paths.size());
                    difference.paths.push_back(path);
                    ben.shifts.push_back(own);
                }
            }
        }),
        ContainsSubstring("is about members that are all spoken of otherwise")
    );
}
