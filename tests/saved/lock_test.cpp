// For every kind of change: the reviewed plan is refused when what it does, a guard or the
// effective access has changed, and accepted when something unrelated has.

#include "saved/lock.hpp"

#include <algorithm>
#include <functional>

#include "saved/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT
using desired::Document;
using plan::Action;

namespace {

/// One kind of change: a document that asks for it, and somebody's change of the cluster that makes
/// it another one.
struct Case {
    Action action;
    std::string kind;
    std::string id;
    std::function<void(Document&)> wanted;
    std::function<void(State&)> meddle;
    std::string difference; // what is said then, as a part of it
};

desired::User& user_of(Document& document, const char* id) {
    return document.users[UserId{id}];
}

desired::Token& token_of(Document& document, const char* id, const char* name) {
    desired::User& owner = user_of(document, id);
    if (!owner.tokens) {
        owner.tokens.emplace();
    }
    return (*owner.tokens)[name];
}

void keep_tokens_of_ann(Document& document) {
    for (const char* name : {"ci", "lost"}) {
        token_of(document, "ann@pve", name);
    }
    document.manage.tokens.ignore.push_back({Glob{"ann@pve!lost"}, {}});
    user_of(document, "ann@pve").tokens->erase("lost");
}

std::vector<Case> cases_of_roles() {
    return {
        {Action::create,
         "role",
         "Fresh",
         [](Document& d) {
             d.roles[RoleId{"Fresh"}].privileges = listed<Privilege>({{"VM.Audit"}});
         },
         [](State& s) { s.roles[RoleId{"Fresh"}] = role({"VM.Console"}); },
         "not as shown: update role Fresh, and not create"},
        {Action::update,
         "role",
         "Looker",
         [](Document& d) {
             d.roles[RoleId{"Looker"}].privileges =
                 listed<Privilege>({{"VM.Audit"}, {"VM.Console"}});
         },
         [](State& s) { s.roles[RoleId{"Looker"}] = role({"VM.PowerMgmt"}); },
         "not as shown: update role Looker: privileges [\"VM.PowerMgmt\"] → "
         "[\"VM.Audit\",\"VM.Console\"], and not [\"VM.Audit\"] → [\"VM.Audit\",\"VM.Console\"]"},
        {Action::destroy,
         "role",
         "Spare",
         [](Document& d) { d.absent.roles[RoleId{"Spare"}] = {}; },
         [](State& s) { s.remove(RoleId{"Spare"}); },
         "no longer: destroy role Spare"},
        {Action::cascade,
         "acl",
         "/vms/108 ben@pve Doomed",
         [](Document& d) { d.absent.roles[RoleId{"Doomed"}] = {}; },
         [](State& s) { s.acl[row("/vms/109", user("ben@pve"), "Doomed")] = {}; },
         "new: cascade acl /vms/109 ben@pve Doomed"},
    };
}

std::vector<Case> cases_of_groups() {
    return {
        {Action::create,
         "group",
         "fresh",
         [](Document& d) { d.groups[GroupId{"fresh"}].comment = said<std::string>("new"); },
         [](State& s) { s.groups[GroupId{"fresh"}].comment = "other"; },
         "not as shown: update group fresh, and not create"},
        {Action::update,
         "group",
         "dev",
         [](Document& d) { d.groups[GroupId{"dev"}].comment = said<std::string>("new"); },
         [](State& s) { s.groups[GroupId{"dev"}].comment = "by hand"; },
         "not as shown: update group dev: comment \"by hand\" → \"new\", and not \"Dev\" → "
         "\"new\""},
        {Action::destroy,
         "group",
         "old",
         [](Document& d) { d.absent.groups[GroupId{"old"}] = {}; },
         [](State& s) { s.groups[GroupId{"old"}].members.insert(UserId{"ann@pve"}); },
         "not as shown: destroy group old: members"},
        {Action::cascade,
         "acl",
         "/storage @old PVEAuditor",
         [](Document& d) { d.absent.groups[GroupId{"old"}] = {}; },
         [](State& s) { s.acl.erase(row("/storage", group("old"), "PVEAuditor")); },
         "no longer: cascade acl /storage @old PVEAuditor"},
    };
}

std::vector<Case> cases_of_users() {
    return {
        {Action::create,
         "user",
         "new@pve",
         [](Document& d) { user_of(d, "new@pve").email = said<std::string>("new@example.com"); },
         [](State& s) { s.users[UserId{"new@pve"}]; },
         "not as shown: update user new@pve, and not create"},
        {Action::update,
         "user",
         "ben@pve",
         [](Document& d) { user_of(d, "ben@pve").comment = said<std::string>("new"); },
         [](State& s) { s.users[UserId{"ben@pve"}].comment = "new"; },
         "no longer: update user ben@pve"},
        {Action::update,
         "user",
         "ann@pve",
         [](Document& d) {
             user_of(d, "ann@pve").groups = listed<GroupId>({GroupId{"ops"}, GroupId{"dev"}});
         },
         [](State& s) { s.groups[GroupId{"old"}].members.insert(UserId{"ann@pve"}); },
         "not as shown: update user ann@pve: groups [\"old\",\"ops\"] → [\"dev\",\"ops\"], and not "
         "[\"ops\"] → [\"dev\",\"ops\"]"},
        {Action::disable,
         "user",
         "eve@pve",
         [](Document& d) {
             d.manage.users.prune.push_back({Glob{"eve*"}, {}});
             d.manage.user_action = desired::PruneAction::disable;
         },
         [](State& s) { s.users[UserId{"eve@pve"}].enabled = false; },
         "no longer: disable user eve@pve"},
        {Action::destroy,
         "user",
         "eve@pve",
         [](Document& d) { d.absent.users[UserId{"eve@pve"}] = {}; },
         [](State& s) { s.groups[GroupId{"dev"}].members.insert(UserId{"eve@pve"}); },
         "not as shown: destroy user eve@pve: groups [\"dev\"] → nothing"},
        {Action::cascade,
         "token",
         "eve@pve!x",
         [](Document& d) { d.absent.users[UserId{"eve@pve"}] = {}; },
         [](State& s) { s.tokens[split_token_id("eve@pve!y")]; },
         "new: cascade token eve@pve!y"},
    };
}

std::vector<Case> cases_of_tokens() {
    return {
        {Action::create,
         "token",
         "ben@pve!new",
         [](Document& d) {
             token_of(d, "ben@pve", "new").lifetime = said(std::chrono::seconds(86'400));
             token_of(d, "ben@pve", "new").renew_before = said(std::chrono::seconds(3'600));
         },
         [](State& s) { s.tokens[split_token_id("ben@pve!new")].expire = Expiry{4'000'000'000}; },
         "not as shown: update token ben@pve!new, and not create"},
        {Action::update,
         "token",
         "ann@pve!ci",
         [](Document& d) {
             keep_tokens_of_ann(d);
             token_of(d, "ann@pve", "ci").expire = said(Expiry{4'000'000'000});
         },
         [](State& s) { s.tokens[split_token_id("ann@pve!ci")].expire = Expiry{4'050'000'000}; },
         "not as shown: update token ann@pve!ci: expire"},
        {Action::rotate,
         "token",
         "ann@pve!lost",
         [](Document& d) {
             token_of(d, "ann@pve", "ci");
             token_of(d, "ann@pve", "lost").expire = said(Expiry::never());
         },
         [](State& s) { s.tokens[split_token_id("ann@pve!lost")].expire = Expiry::never(); },
         "no longer: rotate token ann@pve!lost"},
        {Action::destroy,
         "token",
         "eve@pve!x",
         [](Document& d) { d.absent.tokens[split_token_id("eve@pve!x")] = {}; },
         [](State& s) { s.tokens[split_token_id("eve@pve!x")].comment = "still needed"; },
         "not as shown: destroy token eve@pve!x: comment \"still needed\" → nothing, and not "
         "unchanged"},
    };
}

std::vector<Case> cases_of_entries() {
    return {
        {Action::create,
         "acl",
         "/pool ben@pve Looker",
         [](Document& d) {
             user_of(d, "ben@pve").acl = {
                 wanted_row("/pool", "Looker"), wanted_row("/vms/108", "Doomed")};
         },
         [](State& s) { s.acl[row("/pool", user("ben@pve"), "Looker")] = {false}; },
         "not as shown: update acl /pool ben@pve Looker, and not create"},
        {Action::update,
         "acl",
         "/vms/108 ben@pve Doomed",
         [](Document& d) { user_of(d, "ben@pve").acl = {wanted_row("/vms/108", "Doomed", false)}; },
         [](State& s) { s.acl.erase(row("/vms/108", user("ben@pve"), "Doomed")); },
         "not as shown: create acl /vms/108 ben@pve Doomed, and not update"},
        {Action::destroy,
         "acl",
         "/vms/108 ben@pve Doomed",
         [](Document& d) { user_of(d, "ben@pve").acl.emplace(); },
         [](State& s) { s.acl[row("/vms/108", user("ben@pve"), "Doomed")] = {false}; },
         "not as shown: destroy acl /vms/108 ben@pve Doomed: propagate false → nothing, and not "
         "true "
         "→ nothing"},
    };
}

std::vector<Case> all_cases() {
    std::vector<Case> all;
    for (auto& some :
         {cases_of_roles(),
          cases_of_groups(),
          cases_of_users(),
          cases_of_tokens(),
          cases_of_entries()}) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

/// The plan that was reviewed for a case, from its file.
struct Reviewed {
    explicit Reviewed(const Case& one) {
        one.wanted(making.document);
        saved::SavedPlan saved = plan_of(making);
        REQUIRE(saved.plan.blocks.empty());
        REQUIRE(std::ranges::any_of(saved.plan.changes, [&](const plan::Change& change) {
            return change.action == one.action && to_string(kind_of(change.key)) == one.kind &&
                   name_of(change.key) == one.id;
        }));
        file = saved_and_read(saved);
    }

    [[nodiscard]] std::vector<std::string> differences() const {
        return saved::differences(file.saved, plan_of(making));
    }

    Making making; // to be changed by the test
    saved::PlanFile file;
};

template<class Test>
void for_every_case(Test test) {
    for (const Case& one : all_cases()) {
        INFO(to_string(one.action) << " " << one.kind << " " << one.id);
        Reviewed reviewed(one);
        test(one, reviewed);
    }
}

/// An entry that leaves somebody who gains or loses something without access where it does so.
std::optional<AclKey> hiding_entry(const plan::Plan& plan) {
    const access::Difference& difference = plan.effective_access;
    for (const access::Affected& affected : difference.affected) {
        for (const access::Shift& shift : affected.shifts) {
            const std::string path =
                shift.reach == access::Reach::members ? "" : difference.paths[shift.place];
            if (shift.is_change() && path.starts_with("/") && path != "/") {
                return row(
                    shift.reach == access::Reach::below ? path + "/999" : path,
                    affected.principals.front(),
                    "NoAccess"
                );
            }
        }
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("a plan is refused when what it does has changed", "[saved]") {
    for_every_case([](const Case& one, Reviewed& reviewed) {
        one.meddle(reviewed.making.live);
        const std::string lines = joined(reviewed.differences());
        INFO(lines);
        CHECK(lines.find(one.difference) != std::string::npos);
    });
}

TEST_CASE("a plan is refused when a guard trips that did not", "[saved]") {
    for_every_case([](const Case&, Reviewed& reviewed) {
        State& live = reviewed.making.live;
        live.acl.erase(row("/", user("boss@pve"), "Administrator"));
        live.acl[row("/", user("boss@pve"), "PVEAuditor")] = {};
        const std::string lines = joined(reviewed.differences());
        INFO(lines);
        CHECK(lines.find("now blocked[rights]: ") != std::string::npos);
    });
    for_every_case([](const Case& one, Reviewed& reviewed) {
        if (one.action == Action::destroy || one.action == Action::disable) {
            desired::Limits& limits = reviewed.making.document.limits;
            limits.destroy.value = 0;
            limits.acl_removals.value = 0;
            const std::string lines = joined(reviewed.differences());
            INFO(lines);
            CHECK(lines.find("now blocked[") != std::string::npos);
        }
    });
}

TEST_CASE("a plan is refused when it means something else to somebody", "[saved]") {
    int told_as_access = 0;
    for_every_case([&](const Case&, Reviewed& reviewed) {
        const auto entry = hiding_entry(reviewed.file.saved.plan);
        if (!entry) {
            return;
        }
        reviewed.making.live.acl[*entry] = {};
        const std::string lines = joined(reviewed.differences());
        CHECK_FALSE(lines.empty());
        const std::string access = "not as shown: access of " + entry->principal.text();
        told_as_access += lines.find(access) != std::string::npos ? 1 : 0;
    });
    CHECK(told_as_access >= 8); // others remove the entry, which is another plan anyhow
}

TEST_CASE("a plan is accepted when something unrelated has changed", "[saved]") {
    for_every_case([](const Case&, Reviewed& reviewed) {
        CHECK(reviewed.differences().empty());
        State& live = reviewed.making.live;
        live.users[UserId{"zoe@pve"}].comment = "somebody else";
        live.tokens[split_token_id("zoe@pve!ci")];
        live.roles[RoleId{"Another"}] = role({"VM.PowerMgmt", "VM.Console"});
        live.groups[GroupId{"zoes"}].members = {UserId{"zoe@pve"}};
        live.acl[row("/nodes", group("zoes"), "Another")] = {};
        live.acl[row("/vms", user("zoe@pve"), "PVEAuditor")] = {};
        live.users[UserId{"boss@pve"}].comment = "of another name";
        reviewed.making.now += 3 * 86'400;
        CHECK(joined(reviewed.differences()).empty());
    });
}

TEST_CASE("an unrelated entry of somebody whom the plan is about does not matter", "[saved]") {
    Making making;
    making.document.users[UserId{"ben@pve"}].comment = said<std::string>("new");
    making.document.groups[GroupId{"dev"}].members = listed<UserId>({UserId{"ann@pve"}});
    making.document.groups[GroupId{"dev"}].acl = {wanted_row("/pool", "PVEAuditor")};
    const saved::PlanFile file = saved_and_read(plan_of(making));
    making.live.acl[row("/nodes", user("ann@pve"), "Looker")] = {};
    making.live.acl[row("/nodes", user("ben@pve"), "Looker")] = {};
    CHECK(joined(saved::differences(file.saved, plan_of(making))).empty());
}

TEST_CASE(
    "where new secrets go, and initial passwords, are a part of what was reviewed", "[saved]"
) {
    Making making;
    making.document.users[UserId{"new@pve"}].tokens.emplace();
    (*making.document.users[UserId{"new@pve"}].tokens)["ci"].expire = said(Expiry::never());
    const saved::PlanFile file = saved_and_read(plan_of(making));
    saved::SavedPlan now = plan_of(making);
    CHECK(saved::differences(file.saved, now).empty());
    now.about.secrets_place = "command curl";
    CHECK(
        joined(saved::differences(file.saved, now)) ==
        "not as shown: new secrets go to `command curl`, and not to `secrets.json`\n"
    );
    now = plan_of(making);
    now.initial_passwords.insert(UserId{"new@pve"});
    CHECK(
        joined(saved::differences(file.saved, now)) == "new: an initial password of user new@pve\n"
    );
    CHECK(
        joined(saved::differences(now, file.saved)) ==
        "no longer: an initial password of user new@pve\n"
    );
}

TEST_CASE("a plan belongs to a cluster, and to who was meant to apply it", "[saved]") {
    const saved::SavedPlan saved = plan_of({});
    const auto complaint = [&](const saved::Applying& run) {
        const auto belongs = saved::check_belongs(saved, run);
        return belongs ? std::string() : belongs.error().message;
    };
    CHECK(complaint({"test", "https://192.0.2.1:8006", "boss@pve"}).empty());
    CHECK(
        complaint({"prod", "https://192.0.2.1:8006", "boss@pve"}) ==
        "the plan is of another cluster: its name is `test`, and here it is `prod`"
    );
    CHECK(
        complaint({"test", "https://192.0.2.2:8006", "boss@pve"}) ==
        "the plan is of another cluster: its endpoint is `https://192.0.2.1:8006`, and here it is "
        "`https://192.0.2.2:8006`"
    );
    CHECK(
        complaint({"test", "https://192.0.2.1:8006", "eve@pve"}) ==
        "the plan is for `boss@pve` to apply, and this is `eve@pve`"
    );
}

TEST_CASE("a plan with something in its way cannot be applied", "[saved]") {
    Making making;
    making.document.limits.destroy.value = 0;
    making.document.absent.users[UserId{"eve@pve"}] = {};
    const saved::PlanFile file = saved_and_read(plan_of(making));
    const auto applicable = saved::check_is_applicable(file.saved);
    REQUIRE_FALSE(applicable);
    CHECK(applicable.error().front().kind == ErrorKind::blocked);
    CHECK(
        applicable.error().front().message ==
        "the plan was blocked when it was made: destroy: the plan takes away 1 object, more than "
        "the limit of 0"
    );
    making.request.allowances.destroy = 1;
    const saved::PlanFile allowed = saved_and_read(plan_of(making));
    CHECK(saved::check_is_applicable(allowed.saved).has_value());
    CHECK(allowed.saved.request.allowances.destroy == 1U);
    CHECK(saved::differences(allowed.saved, plan_of(making)).empty());
}

TEST_CASE("an allowance is for what was reviewed with it", "[saved]") {
    Making making;
    making.request.allowances.lockout = true;
    making.document.absent.users[UserId{"boss@pve"}] = {};
    const saved::SavedPlan saved = plan_of(making);
    REQUIRE(saved.plan.blocks.empty());
    REQUIRE_FALSE(saved.plan.allowed.empty());
    const saved::PlanFile file = saved_and_read(saved);
    CHECK(saved::differences(file.saved, plan_of(making)).empty());
    const std::string shown = render::plan_text(file.saved.plan, file.saved.about, {});
    CHECK(shown == render::plan_text(saved.plan, saved.about, {}));
    CHECK(shown.find("  allowed[lockout] ") != std::string::npos);
    CHECK(shown.find("access lost: allowed (`--allow-lockout`)") != std::string::npos);
    CHECK(shown.find("own access kept") == std::string::npos);

    saved::SavedPlan forged = saved;
    forged.plan.allowed.clear();
    CHECK(
        joined(saved::differences(saved_and_read(forged).saved, plan_of(making)))
            .find("not let pass when it was shown[lockout]: ") != std::string::npos
    );
    CHECK(
        joined(saved::differences(file.saved, forged)).find("no longer let pass[lockout]: ") !=
        std::string::npos
    );
}

TEST_CASE("documents that differ are named", "[saved]") {
    using Lines = std::vector<std::string>;
    CHECK(saved::differing_documents({{"a", "1"}, {"b", "1"}}, {{"b", "1"}, {"a", "1"}}).empty());
    CHECK(
        saved::differing_documents(
            {{"a.yaml", "1"}, {"b.yaml", "1"}}, {{"a.yaml", "2"}, {"c.yaml", "1"}}
        ) ==
        Lines{
            "document `a.yaml` has changed",
            "document `b.yaml` is gone",
            "document `c.yaml` is new"}
    );
}
