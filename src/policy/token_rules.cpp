// The rules about API tokens.

#include <algorithm>

#include <fmt/format.h>

#include "access/hidden_pools.hpp"
#include "policy/facts.hpp"

namespace pveform::policy {

namespace {

/// Whether the state has the token's expiry for certain.
bool knows_expiry(const Facts& facts, const TokenId& id) {
    const desired::Token* token = facts.declared(id);
    return !facts.is_document_alone() || (token != nullptr && (token->expire || token->lifetime));
}

bool knows_separation(const Facts& facts, const TokenId& id) {
    const desired::Token* token = facts.declared(id);
    return !facts.is_document_alone() || (token != nullptr && token->privilege_separation);
}

bool knows_acl(const Facts& facts, const TokenId& id) {
    const desired::Token* token = facts.declared(id);
    return !facts.is_document_alone() || (token != nullptr && token->acl);
}

/// Of the key where it is written, else of the token.
template<class T>
Span place_of(const Facts& facts, const TokenId& id, desired::Optional<T> desired::Token::*key) {
    const desired::Token* token = facts.declared(id);
    if (token == nullptr) {
        return {};
    }
    const desired::Optional<T>& value = token->*key;
    return value ? value->span : token->span;
}

/// Guests and storages in pools at or below `path`, and those below `path` in any pool; as paths.
void add_pool_members(const State& state, const AclPath& path, std::set<std::string>& paths) {
    const std::string prefix = path.text == "/" ? path.text : path.text + "/";
    for (const auto& [id, pool] : state.pools) {
        const std::string pool_path = "/pool/" + id.text;
        const bool is_ours = pool_path == path.text || pool_path.starts_with(prefix);
        const auto add = [&](std::string member) {
            if (is_ours || member == path.text || member.starts_with(prefix)) {
                paths.insert(std::move(member));
            }
        };
        for (const std::uint32_t guest : pool.guests) {
            add(fmt::format("/vms/{}", guest));
        }
        for (const std::string& storage : pool.storages) {
            add("/storage/" + storage);
        }
    }
}

/// Where a row's role may come to something: its path, the paths of other entries below it, and
/// what comes through pools.
std::set<std::string> paths_reached(const State& state, const AclKey& row, bool propagate) {
    std::set<std::string> paths = {row.path.text};
    if (propagate) {
        const std::string prefix = row.path.text == "/" ? row.path.text : row.path.text + "/";
        for (auto other = state.acl.lower_bound(AclKey{AclPath{prefix}, {}, {}});
             other != state.acl.end() && other->first.path.text.starts_with(prefix);
             ++other) {
            paths.insert(other->first.path.text);
        }
    }
    add_pool_members(state, row.path, paths);
    return paths;
}

/// Whether something that nobody saw can be what the row is good for.
bool may_work_through_hidden_pool(const Facts& facts, const AclKey& row) {
    const std::string& path = row.path.text;
    const bool reaches_members = path == "/" || path.starts_with("/vms") ||
                                 path.starts_with("/storage") || path.starts_with("/pool");
    return reaches_members &&
           access::HiddenPools(facts.subject().hidden_pools, facts.state()).are_possible();
}

bool has_effect(const Facts& facts, const AclKey& row, bool propagate, const Role& role) {
    const auto paths = paths_reached(facts.state(), row, propagate);
    return std::ranges::any_of(paths, [&](const std::string& path) {
        const auto held = facts.evaluator().privileges(row.principal, path);
        return std::ranges::any_of(role.privileges, [&](const Privilege& privilege) {
            return held.contains(privilege);
        });
    });
}

} // namespace

void token_without_expiry(Facts& facts) {
    for (const auto& [id, token] : facts.state().tokens) {
        if (token.expire.is_never() && facts.covers(id) && knows_expiry(facts, id)) {
            facts.report(
                "token-without-expiry",
                object_of(id),
                fmt::format(
                    "token `{}` never expires: whoever copies its secret keeps it", id.text()
                ),
                "set `expire`, or a `lifetime` and rotate it",
                place_of(facts, id, &desired::Token::expire)
            );
        }
    }
}

void token_lifetime(Facts& facts) {
    const std::chrono::seconds max = facts.option("token-lifetime");
    for (const auto& [id, token] : facts.state().tokens) {
        if (token.expire.is_never() || !facts.covers(id) || !knows_expiry(facts, id)) {
            continue;
        }
        const desired::Token* declared = facts.declared(id);
        const bool has_lifetime = declared != nullptr && declared->lifetime;
        const std::chrono::seconds left =
            has_lifetime ? declared->lifetime->value
                         : std::chrono::seconds(token.expire.seconds - facts.now());
        if (left > max) {
            facts.report(
                "token-lifetime",
                object_of(id),
                has_lifetime ? fmt::format(
                                   "token `{}` lives for {}, more than {}",
                                   id.text(),
                                   format_duration(left),
                                   format_duration(max)
                               )
                             : fmt::format(
                                   "token `{}` lives until {}, more than {} from now",
                                   id.text(),
                                   token.expire.text(),
                                   format_duration(max)
                               ),
                fmt::format(
                    "let it end earlier, or give it a `lifetime` of at most {}",
                    format_duration(max)
                ),
                has_lifetime ? declared->lifetime->span
                             : place_of(facts, id, &desired::Token::expire)
            );
        }
    }
}

void token_without_separation(Facts& facts) {
    for (const auto& [id, token] : facts.state().tokens) {
        if (!token.privilege_separation && facts.covers(id) && knows_separation(facts, id)) {
            facts.report(
                "token-without-separation",
                object_of(id),
                fmt::format(
                    "token `{}` has all rights of its user, today's and later ones", id.text()
                ),
                "set `privilege_separation: true` and give it an `acl`",
                place_of(facts, id, &desired::Token::privilege_separation)
            );
        }
    }
}

void token_without_acl(Facts& facts) {
    std::set<std::string> with_rows;
    for (const auto& [key, grant] : facts.state().acl) {
        if (key.principal.kind == PrincipalKind::token) {
            with_rows.insert(key.principal.id);
        }
    }
    for (const auto& [id, token] : facts.state().tokens) {
        if (token.privilege_separation && !with_rows.contains(id.text()) && facts.covers(id) &&
            knows_separation(facts, id) && knows_acl(facts, id)) {
            facts.report(
                "token-without-acl",
                object_of(id),
                fmt::format(
                    "token `{}` can do nothing: with privilege separation it needs ACL entries of "
                    "its own",
                    id.text()
                ),
                "give it an `acl`; `acl: same_as_user` for all that its user may do",
                facts.place(id)
            );
        }
    }
}

void token_acl_without_effect(Facts& facts) {
    if (facts.is_document_alone()) {
        return; // what the user holds is the cluster's to say
    }
    for (const auto& [key, grant] : facts.state().acl) {
        const auto role = facts.state().roles.find(key.role);
        if (key.principal.kind != PrincipalKind::token || !facts.covers(key) ||
            role == facts.state().roles.end() || role->second.privileges.empty()) {
            continue; // without privileges a role is there to take away
        }
        const TokenId id = split_token_id(key.principal.id);
        const auto token = facts.state().tokens.find(id);
        if (token == facts.state().tokens.end() || !token->second.privilege_separation ||
            may_work_through_hidden_pool(facts, key) ||
            has_effect(facts, key, grant.propagate, role->second)) {
            continue;
        }
        facts.report(
            "token-acl-without-effect",
            object_of(key),
            fmt::format(
                "role `{}` on `{}` gives token `{}` nothing: `{}` holds none of its privileges "
                "there",
                key.role.text,
                key.path.text,
                id.text(),
                id.user.text
            ),
            "give the user the role, too, or take the token's entry out",
            facts.place(key)
        );
    }
}

void root_token(Facts& facts) {
    for (const auto& [id, token] : facts.state().tokens) {
        if (id.user == root_user && facts.covers(id)) {
            facts.report(
                "root-token",
                object_of(id),
                token.privilege_separation
                    ? fmt::format(
                          "token `{}` belongs to a user that nobody can shut off", id.text()
                      )
                    : fmt::format(
                          "token `{}` may do everything, and asks for no second factor", id.text()
                      ),
                "make a user in the realm `pve` for its consumer, with a token of its own",
                facts.place(id)
            );
        }
    }
}

} // namespace pveform::policy
