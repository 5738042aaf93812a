#include "access/explanation.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "model/acl_path.hpp"
#include "model/builtin_roles.hpp"
#include "model/object_paths.hpp"

namespace pveform::access {

namespace {

using Indexes = std::vector<std::size_t>;

PrivilegeSet names_of(const Privileges& privileges) {
    PrivilegeSet names;
    for (const auto& [privilege, propagates] : privileges) {
        names.insert(privilege);
    }
    return names;
}

/// The walk of one principal to the path and to the pools that it is in.
class Walk {
public:
    Walk(const State& excerpt, const Principal& principal, std::vector<Link>& links)
        : state_(excerpt), principal_(principal), links_(links) {}

    void run(const std::string& path, const std::vector<PoolId>& pools);

private:
    /// Adds the links of one way, and gives those in force.
    Indexes follow(const std::string& path, const std::optional<PoolId>& pool);
    void displace(const Indexes& losers, Standing standing, const Indexes& winners);
    [[nodiscard]] Indexes denials_among(const Indexes& links) const;
    void overrule(const Indexes& ways, const Indexes& denials);

    const State& state_;
    const Principal& principal_;
    std::vector<Link>& links_;
};

void Walk::displace(const Indexes& losers, Standing standing, const Indexes& winners) {
    for (const std::size_t loser : losers) {
        links_[loser].standing = standing;
        links_[loser].by = winners;
    }
}

Indexes Walk::denials_among(const Indexes& links) const {
    Indexes denials;
    std::ranges::copy_if(links, std::back_inserter(denials), [&](std::size_t link) {
        return links_[link].key.role == no_access;
    });
    return denials;
}

void Walk::overrule(const Indexes& ways, const Indexes& denials) {
    for (const std::size_t way : ways) {
        if (links_[way].key.role != no_access) {
            displace({way}, Standing::overruled, denials);
        }
    }
}

Indexes Walk::follow(const std::string& path, const std::optional<PoolId>& pool) {
    Indexes in_force;
    Indexes passed; // all of the levels before
    auto row = state_.acl.begin();
    while (row != state_.acl.end()) { // by path, and a path comes before all that is below it
        const std::string& level = row->first.path.text;
        Indexes own;
        Indexes of_groups;
        for (; row != state_.acl.end() && row->first.path.text == level; ++row) {
            const auto& [key, grant] = *row;
            const bool is_own = key.principal == principal_;
            const bool is_of_group = principal_.kind == PrincipalKind::user &&
                                     key.principal.kind == PrincipalKind::group;
            if (!is_at_or_below(path, level) || (level != path && !grant.propagate) ||
                (!is_own && !is_of_group)) {
                continue;
            }
            (is_own ? own : of_groups).push_back(links_.size());
            links_.push_back(Link{
                .key = key,
                .propagate = grant.propagate,
                .pool = pool,
                .standing = key.role == no_access ? Standing::denies : Standing::gives,
                .by = {},
                .privileges = state_.roles.at(key.role).privileges,
                .after_removal = {},
            });
        }
        if (own.empty() && of_groups.empty()) {
            continue;
        }
        in_force = own.empty() ? of_groups : own;
        displace(passed, Standing::replaced, in_force);
        if (!own.empty()) {
            displace(of_groups, Standing::hidden, own);
        }
        passed.insert(passed.end(), own.begin(), own.end());
        passed.insert(passed.end(), of_groups.begin(), of_groups.end());
    }
    if (const Indexes denials = denials_among(in_force); !denials.empty()) {
        overrule(in_force, denials);
    }
    return in_force;
}

void Walk::run(const std::string& path, const std::vector<PoolId>& pools) {
    const Indexes direct = follow(path, std::nullopt);
    Indexes through_pools;
    for (const PoolId& pool : pools) {
        const Indexes more = follow(path_of(pool), pool);
        through_pools.insert(through_pools.end(), more.begin(), more.end());
    }
    const Indexes first = denials_among(direct);
    const Indexes second = denials_among(through_pools);
    if (!first.empty()) {
        displace(through_pools, Standing::overruled, first);
    } else if (!second.empty()) {
        overrule(direct, second);
        overrule(through_pools, second);
    }
}

std::vector<PoolId> pools_with(const State& state, const std::string& path) {
    std::vector<PoolId> pools;
    for (const auto& [id, pool] : state.pools) {
        const std::vector<std::string> members = member_paths(pool);
        if (std::ranges::find(members, path) != members.end()) {
            pools.push_back(id);
        }
    }
    return pools;
}

/// Which removal leaves what: by the algorithm itself, on a state without the entry.
void predict_removals(
    Explanation& explanation, State excerpt, const Principal& principal, const std::string& path
) {
    std::map<AclKey, PrivilegeSet> known;
    for (Link& link : explanation.links) {
        const auto [found, is_new] = known.try_emplace(link.key);
        if (is_new) {
            auto row = excerpt.acl.extract(link.key);
            found->second = names_of(Evaluator(excerpt).privileges(principal, path));
            excerpt.acl.insert(std::move(row));
        }
        link.after_removal = found->second;
    }
}

} // namespace

std::string_view to_string(Standing standing) {
    switch (standing) {
    case Standing::gives:
        return "gives";
    case Standing::denies:
        return "denies";
    case Standing::hidden:
        return "hidden";
    case Standing::replaced:
        return "replaced";
    case Standing::overruled:
        return "overruled";
    }
    return {};
}

State excerpt(const State& state, const Principal& principal) {
    State part;
    part.release = state.release;
    part.roles = state.roles;
    part.pools = state.pools;
    const UserId user = user_behind(principal);
    std::set<Principal> subjects = {principal, Principal::of(user)};
    if (const auto found = state.users.find(user); found != state.users.end()) {
        part.users.insert(*found);
    }
    if (principal.kind == PrincipalKind::token) {
        const auto token = state.tokens.find(split_token_id(principal.id));
        if (token != state.tokens.end()) {
            part.tokens.insert(*token);
        }
    }
    for (const auto& [id, group] : state.groups) {
        if (group.members.contains(user)) {
            part.groups[id].members.insert(user);
            subjects.insert(Principal::of(id));
        }
    }
    for (const auto& row : state.acl) {
        if (subjects.contains(row.first.principal) && part.roles.contains(row.first.role)) {
            part.acl.insert(row);
        }
    }
    return part;
}

Explanation explain(const State& state, const Principal& principal, const std::string& path) {
    State part = excerpt(state, principal);
    const std::vector<PoolId> pools = pools_with(part, path);
    std::erase_if(part.pools, [&](const auto& pool) {
        return std::ranges::find(pools, pool.first) == pools.end();
    });
    const Evaluator evaluator(part);
    Explanation result{.held = evaluator.privileges(principal, path), .links = {}};

    const UserId user = user_behind(principal);
    bool is_separated = false;
    if (principal.kind == PrincipalKind::token) {
        const auto token = part.tokens.find(split_token_id(principal.id));
        if (token == part.tokens.end()) {
            return result;
        }
        is_separated = token->second.privilege_separation;
    }
    if (user == root_user && !is_separated) {
        result.is_root = true;
        return result;
    }
    if (is_separated) {
        Walk(part, principal, result.links).run(path, pools);
    }
    if (user != root_user) {
        Walk(part, Principal::of(user), result.links).run(path, pools);
    }
    if (is_separated && user != root_user) {
        // What the token's entries would give if its user held everything.
        State unbound = part;
        auto token = unbound.tokens.extract(split_token_id(principal.id));
        token.key() = TokenId{root_user, token.key().name};
        const Principal alone = Principal::of(token.key());
        unbound.tokens.insert(std::move(token));
        for (const auto& [key, grant] : part.acl) {
            if (key.principal == principal) {
                unbound.acl[{key.path, alone, key.role}] = grant;
            }
        }
        result.own = names_of(Evaluator(unbound).privileges(alone, path));
        result.of_user = names_of(evaluator.privileges(Principal::of(user), path));
    }
    predict_removals(result, std::move(part), principal, path);
    return result;
}

} // namespace pveform::access
