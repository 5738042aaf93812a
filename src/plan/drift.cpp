#include "plan/drift.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "access/hidden_pools.hpp"
#include "base/text.hpp"
#include "model/object_paths.hpp"
#include "plan/diff.hpp"

namespace pveform::plan {

namespace {

constexpr std::string_view never_stored = "its secret was never stored";

std::vector<FieldDrift> turned_round(std::vector<FieldChange> fields) {
    std::vector<FieldDrift> drifts;
    for (FieldChange& field : fields) {
        drifts.push_back({std::move(field.name), std::move(field.after), std::move(field.before)});
    }
    return drifts;
}

/// What the cluster has that a plan would do this about.
DriftKind drift_kind_of(Action action) {
    switch (action) {
    case Action::create:
        return DriftKind::missing;
    case Action::update:
        return DriftKind::changed;
    case Action::rotate:
        return DriftKind::expiring;
    case Action::destroy:
    case Action::disable:
    case Action::cascade:
        return DriftKind::unmanaged;
    }
    return DriftKind::changed;
}

DriftItem item_of(Change change) {
    DriftItem item{
        .kind = drift_kind_of(change.action),
        .key = std::move(change.key),
        .fields = turned_round(std::move(change.fields)),
        .reason = std::move(change.reason),
        .source = std::move(change.source),
    };
    if (item.kind == DriftKind::expiring) { // a plan that is only looked at renews nothing else
        item.reason = never_stored;
    }
    return item;
}

/// One whose rotation is due: nobody changed the cluster, but somebody has to do something.
DriftItem item_of(const CurrentToken& token, UnixSeconds now) {
    return DriftItem{
        .kind = DriftKind::expiring,
        .key = token.holder,
        .reason = fmt::format(
            "{} {}, {} for a new secret",
            token.expire.is_over(now) ? "expired" : "expires",
            token.expire.text(),
            token.is_late ? "overdue" : "due"
        ),
        .source = token.span,
        .is_information = !token.is_late,
    };
}

/// The same kind of thing, where nobody declares anything.
DriftItem item_since(Change change) {
    DriftItem item = item_of(std::move(change));
    switch (item.kind) {
    case DriftKind::missing:
        item.kind = DriftKind::removed;
        break;
    case DriftKind::unmanaged:
        item.kind = DriftKind::added;
        break;
    case DriftKind::expiring:
        item.kind = DriftKind::changed;
        break;
    case DriftKind::changed:
    case DriftKind::removed:
    case DriftKind::added:
        break;
    }
    item.reason.clear();
    return item;
}

/// Pools that may be there in the other state as well, hidden from whoever read it.
std::vector<PoolId> incomparable(const State& state, const access::HiddenPools& hidden_elsewhere) {
    std::vector<PoolId> pools;
    for (const auto& [id, pool] : state.pools) {
        if (hidden_elsewhere.may_be_at(path_of(id))) {
            pools.push_back(id);
        }
    }
    return pools;
}

/// Leaves those pools alone that both states know of: that somebody else looks, who sees more or
/// less, changes no access.
void leave_comparable(State& before, State& live, const std::set<AclPath>& hidden_pools) {
    const auto only_before = incomparable(before, {hidden_pools, live});
    const auto only_live = incomparable(live, {hidden_pools, before});
    for (const PoolId& pool : only_before) {
        before.pools.erase(pool);
    }
    for (const PoolId& pool : only_live) {
        live.pools.erase(pool);
    }
}

Notice not_compared(const std::set<AclPath>& hidden_pools) {
    std::vector<std::string> places;
    for (const AclPath& path : hidden_pools) {
        places.push_back(fmt::format("`{}`", path.text));
    }
    return {
        fmt::format(
            "pools at and below {}, and the access that they give, were not compared where they "
            "could not be seen then or now: `Pool.Audit` was missing there",
            join(places, ", ")
        ),
        {}};
}

Plan deviation_between(
    State expected, State live, UnixSeconds now, std::set<AclPath> hidden_pools
) {
    Plan deviation;
    deviation.now = now;
    deviation.effective_access = access::difference(expected, live, now);
    deviation.changes = difference(expected, live);
    deviation.before = std::move(expected);
    deviation.after = std::move(live);
    deviation.hidden_pools = std::move(hidden_pools);
    return deviation;
}

json::Value texts_of(const std::set<UserId>& users) {
    json::Array texts;
    for (const UserId& user : users) {
        texts.emplace_back(user.text);
    }
    return texts;
}

/// Whether one of them names somebody whom the other does not, and who is no user there: of users
/// it is said which groups they are in.
bool names_others_than(
    const std::set<UserId>& members, const std::map<UserId, User>& users, const Group& other
) {
    return std::ranges::any_of(members, [&](const UserId& id) {
        return !other.members.contains(id) && !users.contains(id);
    });
}

/// Groups that name other vanished users than they did.
void add_changed_names(const State& before, const State& live, std::vector<DriftItem>& items) {
    for (const auto& [id, then] : before.groups) {
        const auto now = live.groups.find(id);
        if (now == live.groups.end() ||
            (!names_others_than(then.members, before.users, now->second) &&
             !names_others_than(now->second.members, live.users, then))) {
            continue;
        }
        const ObjectKey key = id;
        auto item = std::ranges::find(items, key, &DriftItem::key);
        if (item == items.end()) {
            item = items.insert(
                std::ranges::upper_bound(items, key, {}, &DriftItem::key), DriftItem{.key = key}
            );
        }
        item->fields.push_back({"members", texts_of(then.members), texts_of(now->second.members)});
    }
}

bool has_drifted_items(const std::vector<DriftItem>& items) {
    return std::ranges::any_of(items, [](const DriftItem& item) { return !item.is_information; });
}

} // namespace

std::string_view to_string(DriftKind kind) {
    switch (kind) {
    case DriftKind::missing:
        return "missing";
    case DriftKind::changed:
        return "changed";
    case DriftKind::unmanaged:
        return "unmanaged";
    case DriftKind::expiring:
        return "expiring";
    case DriftKind::removed:
        return "removed";
    case DriftKind::added:
        return "added";
    }
    return {};
}

bool Drift::is_drifted() const {
    return !deviation.effective_access.affected.empty() || has_drifted_items(items);
}

bool Drift::is_of_access_alone() const {
    return !deviation.effective_access.affected.empty() && !has_drifted_items(items);
}

std::size_t Drift::count(DriftKind kind) const {
    return static_cast<std::size_t>(std::ranges::count_if(items, [kind](const DriftItem& item) {
        return item.kind == kind && !item.is_information;
    }));
}

Drift drift_of(Plan plan) {
    Drift drift;
    for (Change& change : plan.changes) {
        if (!change.is_foreign) { // what goes along, and was nobody's business before
            drift.items.push_back(item_of(std::move(change)));
        }
    }
    for (const CurrentToken& token : plan.current_tokens) {
        if (token.is_due) {
            drift.items.push_back(item_of(token, plan.now));
        }
    }
    drift.deviation = deviation_between(
        std::move(plan.after), std::move(plan.before), plan.now, std::move(plan.hidden_pools)
    );
    drift.part = std::move(plan.part);
    drift.left_alone = std::move(plan.left_alone);
    drift.current_tokens = std::move(plan.current_tokens);
    drift.notices = std::move(plan.notices);
    drift.findings = std::move(plan.findings);
    drift.verdicts = std::move(plan.verdicts);
    drift.blocks = std::move(plan.blocks);
    return drift;
}

Drift drift_since(State before, State live, UnixSeconds now, std::set<AclPath> hidden_pools) {
    Drift drift;
    drift.is_since_snapshot = true;
    if (!hidden_pools.empty()) {
        leave_comparable(before, live, hidden_pools);
        drift.notices.push_back(not_compared(hidden_pools));
    }
    std::ranges::transform(difference(live, before), std::back_inserter(drift.items), item_since);
    add_changed_names(before, live, drift.items);
    drift.deviation =
        deviation_between(std::move(before), std::move(live), now, std::move(hidden_pools));
    return drift;
}

} // namespace pveform::plan
