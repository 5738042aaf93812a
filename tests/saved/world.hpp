// Plans that are saved, read again, and held against plans that are made anew: what `plan --out`
// and `apply PLAN` do, without the command line around them.
#pragma once

#include <string>
#include <utility>

#include "catch.hpp"
#include "plan/world.hpp"
#include "saved/lock.hpp"
#include "saved/saved_plan.hpp"

namespace pveform::test {

/// Small, and with something in it for every kind of change. Whoever applies is an administrator by
/// an entry on `/`.
inline State small_cluster() {
    State state = empty_cluster();
    for (const char* privilege :
         {"Group.Allocate", "Realm.AllocateUser", "Sys.Modify", "User.Modify"}) {
        state.roles[RoleId{"Administrator"}].privileges.insert(Privilege{privilege});
    }
    state.users[UserId{"boss@pve"}];
    state.acl[row("/", user("boss@pve"), "Administrator")] = {};
    state.roles[RoleId{"Looker"}] = role({"VM.Audit"});
    state.roles[RoleId{"Spare"}] = role({"VM.Audit"});
    state.roles[RoleId{"Doomed"}] = role({"VM.Console"});
    state.groups[GroupId{"ops"}] = Group{"Ops", {UserId{"ann@pve"}}};
    state.groups[GroupId{"dev"}] = Group{"Dev", {}};
    state.groups[GroupId{"old"}] = Group{"Old", {UserId{"ben@pve"}}};
    for (const char* id : {"ann@pve", "ben@pve", "eve@pve"}) {
        state.users[UserId{id}];
    }
    state.tokens[split_token_id("ann@pve!ci")].expire = Expiry{4'102'444'800};
    state.tokens[split_token_id("ann@pve!lost")].expire = Expiry::unconfirmed();
    state.tokens[split_token_id("eve@pve!x")];
    state.acl[row("/vms", group("ops"), "PVEAuditor")] = {};
    state.acl[row("/vms/107", user("ann@pve"), "Looker")] = {};
    state.acl[row("/vms", user("eve@pve"), "Looker")] = {};
    state.acl[row("/storage", group("old"), "PVEAuditor")] = {};
    state.acl[row("/vms/108", user("ben@pve"), "Doomed")] = {};
    return state;
}

/// What a plan is made of.
struct Making {
    State live = small_cluster();
    desired::Document document = {};
    UnixSeconds now = 1'800'000'000;
    saved::Request request = {};
    Principal applier = user("boss@pve");
};

/// As the commands make it.
inline Collected<saved::SavedPlan> try_plan_of(const Making& making) {
    desired::Document document = making.document;
    if (making.request.no_prune) {
        document.manage = {};
    }
    plan::Selection selection = making.request.selection;
    selection.may_match_nothing = true; // as `apply PLAN` has it
    auto made = plan::make_plan(
        making.live,
        document,
        {.applier = {making.applier, true},
         .now = making.now,
         .allowances = making.request.allowances,
         .selection = std::move(selection),
         .rotation =
             {.urgency = making.request.rotate_due ? plan::Urgency::due : plan::Urgency::never}}
    );
    if (!made) {
        return std::unexpected(made.error());
    }
    return saved::SavedPlan{
        .tool_version = "1.2.3",
        .created = making.now,
        .cluster = "test",
        .endpoint = "https://192.0.2.1:8006",
        .documents = {{"pveform.yaml", std::string(64, 'a')}},
        .request = making.request,
        .initial_passwords = {},
        .plan = std::move(*made),
        .about =
            {
                .cluster = "test",
                .version = "9.2.11",
                .identity = "ci@pve!plan",
                .origin = {},
                .secrets_place = "secrets.json",
            },
    };
}

inline saved::SavedPlan plan_of(const Making& making) {
    auto made = try_plan_of(making);
    if (!made) {
        FAIL(made.error().front().message);
    }
    return std::move(*made);
}

/// Through a file.
inline saved::PlanFile saved_and_read(const saved::SavedPlan& saved) {
    auto file = saved::read(saved::write(saved));
    if (!file) {
        FAIL(file.error());
    }
    return std::move(*file);
}

inline std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

} // namespace pveform::test
