// The rules about API tokens.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "access/explanation.hpp"
#include "model/acl_path.hpp"
#include "model/object_paths.hpp"
#include "policy/facts.hpp"
#include "policy/upper_bound.hpp"

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

/// Whether something that nobody saw can be what the row is good for.
bool may_work_through_hidden_pool(const Facts& facts, const AclKey& row) {
    const std::string& path = row.path.text;
    const bool reaches_members = path == "/" || is_at_or_below(path, guests_root) ||
                                 is_at_or_below(path, storages_root) ||
                                 is_at_or_below(path, pools_root);
    return reaches_members && !facts.subject().hidden_pools.empty();
}

/// Whether the role of a token's entry comes to something: at its path, at the paths of other
/// entries below it, or through pools.
class Effects {
public:
    explicit Effects(const Facts& facts) : facts_(facts), bound_(facts.state()) {
        for (const auto& [id, pool] : facts.state().pools) {
            for (std::string& path : member_paths(pool)) {
                members_.push_back({path_of(id), std::move(path)});
            }
        }
    }

    [[nodiscard]] bool any_of(const AclKey& row, bool propagate, const Role& role) const {
        return may_matter(row, role) && any_place(row, propagate, [&](const std::string& path) {
                   return holds_any(row.principal, path, role);
               });
    }

    /// Whether other entries of the token are in the way where its user holds any of the role.
    [[nodiscard]] bool are_taken(const AclKey& row, bool propagate, const Role& role) const {
        return may_matter(row, role) && any_place(row, propagate, [&](const std::string& path) {
                   return holds_any(user_of(row), path, role) && is_taken_at(path, row);
               });
    }

private:
    struct Member {
        std::string pool; // `/pool/prod`
        std::string path; // `/vms/100`
    };

    static Principal user_of(const AclKey& row) {
        return Principal::of(user_behind(row.principal));
    }

    [[nodiscard]] bool may_matter(const AclKey& row, const Role& role) const {
        return bound_.may_hold_any(user_of(row), role.privileges);
    }

    [[nodiscard]] bool
    holds_any(const Principal& principal, const std::string& path, const Role& role) const {
        const auto held = facts_.evaluator().privileges(principal, path);
        return std::ranges::any_of(role.privileges, [&](const Privilege& privilege) {
            return held.contains(privilege);
        });
    }

    [[nodiscard]] bool is_taken_at(const std::string& path, const AclKey& row) const {
        const auto explanation = access::explain(facts_.state(), row.principal, path);
        return std::ranges::any_of(explanation.links, [&](const access::Link& link) {
            return link.key == row && link.standing != access::Standing::gives;
        });
    }

    template<class Predicate>
    [[nodiscard]] bool any_place(const AclKey& row, bool propagate, Predicate predicate) const {
        return predicate(row.path.text) || any_member(row, predicate) ||
               (propagate && any_place_below(row, predicate));
    }

    template<class Predicate>
    [[nodiscard]] bool any_member(const AclKey& row, Predicate predicate) const {
        const std::string& path = row.path.text;
        return std::ranges::any_of(members_, [&](const Member& member) {
            return (is_at_or_below(member.pool, path) || is_at_or_below(member.path, path)) &&
                   predicate(member.path);
        });
    }

    /// At the paths of other entries.
    template<class Predicate>
    [[nodiscard]] bool any_place_below(const AclKey& row, Predicate predicate) const {
        const auto& acl = facts_.state().acl;
        const std::string prefix = row.path.text == "/" ? row.path.text : row.path.text + "/";
        const std::string* last = nullptr;
        for (auto other = acl.lower_bound(AclKey{AclPath{prefix}, {}, {}});
             other != acl.end() && other->first.path.text.starts_with(prefix);
             ++other) {
            const std::string& path = other->first.path.text;
            if ((last == nullptr || *last != path) && predicate(path)) {
                return true;
            }
            last = &path;
        }
        return false;
    }

    const Facts& facts_;
    UpperBound bound_;
    std::vector<Member> members_; // of all pools
};

} // namespace

void token_without_expiry(Facts& facts) {
    for (const auto& [id, token] : facts.state().tokens) {
        if (token.expire.is_never() && facts.covers(id) && knows_expiry(facts, id)) {
            facts.report(
                "token-without-expiry",
                id,
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
                id,
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
                id,
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
                id,
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
    const Effects effects(facts);
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
            effects.any_of(key, grant.propagate, role->second)) {
            continue;
        }
        const bool are_taken = effects.are_taken(key, grant.propagate, role->second);
        facts.report(
            "token-acl-without-effect",
            key,
            fmt::format(
                "role `{}` on `{}` gives token `{}` nothing: {}",
                key.role.text,
                key.path.text,
                id.text(),
                are_taken ? fmt::format(
                                "where `{}` holds any of its privileges, other entries of the "
                                "token take it",
                                id.user.text
                            )
                          : fmt::format("`{}` holds none of its privileges there", id.user.text)
            ),
            are_taken ? "take this entry out, or the others of the token that are in its way"
                      : "give the user the role, too, or take the token's entry out",
            facts.place(key)
        );
    }
}

void root_token(Facts& facts) {
    for (const auto& [id, token] : facts.state().tokens) {
        if (id.user == root_user && facts.covers(id)) {
            facts.report(
                "root-token",
                id,
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
