#include "render/access_json.hpp"

#include "access/additions.hpp"

namespace pveform::render {

namespace {

json::Value additions_value(
    const plan::Plan& plan,
    const access::Affected& affected,
    const access::Shift& shift,
    const State& excerpt
) {
    json::Array additions;
    for (const auto& [added, displaced, standing] :
         access::additions_behind(plan.effective_access, affected, shift, plan.before, excerpt)) {
        additions.push_back(json::Object{
            {"entry", entry_value(added)},
            {"displaces", entry_value(displaced)},
            {"displaced", to_string(standing)},
        });
    }
    return additions;
}

json::Value affected_value(const plan::Plan& plan, const access::Affected& affected) {
    const access::Difference& difference = plan.effective_access;
    json::Array principals;
    for (const Principal& principal : affected.principals) {
        principals.emplace_back(principal.text());
    }
    std::optional<State> excerpt;
    json::Array places;
    for (const access::Shift& shift : affected.shifts) {
        json::Object place = place_value(difference, shift);
        place.emplace_back("gained", privileges_value(difference.sets[shift.gained]));
        place.emplace_back("lost", privileges_value(difference.sets[shift.lost]));
        if (shift.lost_by_addition != access::PrivilegeSets::empty) {
            if (!excerpt) {
                excerpt = access::excerpt(plan.after, affected.principals.front());
            }
            place.emplace_back(
                "lost_by_addition", privileges_value(difference.sets[shift.lost_by_addition])
            );
            place.emplace_back("additions", additions_value(plan, affected, shift, *excerpt));
        }
        places.emplace_back(std::move(place));
    }
    return json::Object{
        {"principals", std::move(principals)},
        {"loses_everything", affected.held_something && !affected.holds_something},
        {"places", std::move(places)},
    };
}

} // namespace

json::Value privileges_value(const access::PrivilegeSet& privileges) {
    json::Array names;
    for (const Privilege& privilege : privileges) {
        names.emplace_back(privilege.text);
    }
    return names;
}

json::Object place_value(const access::Difference& difference, const access::Shift& shift) {
    if (shift.reach != access::Reach::members) {
        return {
            {"reach", shift.reach == access::Reach::path ? "path" : "below"},
            {"path", difference.paths[shift.place]},
        };
    }
    const access::Members& members = difference.members[shift.place];
    json::Array pools;
    for (const PoolId& pool : members.after.empty() ? members.before : members.after) {
        pools.emplace_back(pool.text);
    }
    json::Array paths;
    for (const std::string& path : members.paths) {
        paths.emplace_back(path);
    }
    return {{"reach", "members"}, {"pools", std::move(pools)}, {"paths", std::move(paths)}};
}

json::Value entry_value(const AclKey& entry) {
    return json::Object{
        {"path", entry.path.text},
        {"principal", entry.principal.text()},
        {"role", entry.role.text},
    };
}

json::Value effective_access_value(const plan::Plan& plan) {
    json::Array all;
    for (const access::Affected& affected : plan.effective_access.affected) {
        all.push_back(affected_value(plan, affected));
    }
    return json::Object{
        {"complete", plan.hidden_pools.empty()},
        {"affected", std::move(all)},
    };
}

json::Value explanation_value(const access::Explanation& explanation) {
    json::Array links;
    for (const access::Link& link : explanation.links) {
        json::Value value = entry_value(link.key);
        value.set("propagate", link.propagate);
        value.set("through_pool", link.pool ? json::Value(link.pool->text) : json::Value());
        value.set("standing", to_string(link.standing));
        json::Array by;
        for (const std::size_t index : link.by) {
            by.emplace_back(static_cast<std::int64_t>(index));
        }
        value.set("by", std::move(by));
        value.set("privileges", privileges_value(link.privileges));
        value.set("held_without_it", privileges_value(link.after_removal));
        links.push_back(std::move(value));
    }
    json::Object value = {{"is_root", explanation.is_root}, {"entries", std::move(links)}};
    if (explanation.own) {
        value.emplace_back("by_own_entries", privileges_value(*explanation.own));
        value.emplace_back("held_by_user", privileges_value(*explanation.of_user));
    }
    return value;
}

} // namespace pveform::render
