#include "policy/check.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/turns.hpp"
#include "model/builtin_roles.hpp"
#include "policy/facts.hpp"

namespace pveform::policy {

namespace {

struct Judge {
    std::string_view rule;
    void (*look)(Facts&);
};

constexpr std::array judges = {
    Judge{"administrator-on-root", administrator_on_root},
    Judge{"disabled-user-with-tokens", disabled_user_with_tokens},
    Judge{"expiring-soon", expiring_soon},
    Judge{"hidden-entry", hidden_entry},
    Judge{"privileges-unused-role", privileges_unused_role},
    Judge{"root-token", root_token},
    Judge{"token-acl-without-effect", token_acl_without_effect},
    Judge{"token-lifetime", token_lifetime},
    Judge{"token-without-acl", token_without_acl},
    Judge{"token-without-expiry", token_without_expiry},
    Judge{"token-without-separation", token_without_separation},
    Judge{"undeclared-member", undeclared_member},
    Judge{"unknown-path", unknown_path},
};

static_assert(std::ranges::equal(judges, desired::policy_rules, {}, &Judge::rule));

bool is_on(std::string_view rule, const desired::Policy& policy) {
    return severity_of(*find_rule(rule), policy) != Severity::off;
}

bool is_void(const desired::PolicyIgnore& ignore, UnixSeconds now) {
    return ignore.until && ignore.until->value <= now;
}

/// The `ignore` that speaks of the finding and still counts.
const desired::PolicyIgnore*
ignore_of(const Finding& finding, const desired::Policy& policy, UnixSeconds now) {
    const auto found = std::ranges::find_if(policy.ignore, [&](const auto& ignore) {
        return ignore.rule.value == finding.rule && ignore.object.value == finding.object &&
               !is_void(ignore, now);
    });
    return found == policy.ignore.end() ? nullptr : &*found;
}

std::vector<Remark> remarks_on(const desired::Policy& policy, UnixSeconds now) {
    std::vector<Remark> remarks;
    for (const desired::PolicyIgnore& ignore : policy.ignore) {
        if (is_void(ignore, now)) {
            remarks.push_back(
                {fmt::format(
                     "this `ignore` of {} for `{}` ended on {} and counts no more",
                     ignore.rule.value,
                     text_of(ignore.object.value),
                     format_time(ignore.until->value)
                 ),
                 ignore.span}
            );
        }
    }
    return remarks;
}

auto order_of(const Finding& finding) {
    return std::tuple(
        -static_cast<int>(finding.severity),
        finding.rule,
        !finding.span, // what the document declares first
        finding.span ? finding.span.file->name() : std::string(),
        finding.span.line,
        text_of(finding.object)
    );
}

Findings judge(const Subject& subject, bool is_document_alone) {
    const desired::Policy& policy = subject.document.policy;
    Facts facts(subject, is_document_alone);
    for (const Judge& one : judges) {
        if (is_on(one.rule, policy)) {
            one.look(facts);
        }
    }
    Findings result;
    result.remarks = remarks_on(policy, subject.now);
    for (Finding& finding : facts.take()) {
        if (const auto* ignore = ignore_of(finding, policy, subject.now)) {
            result.ignored.push_back({std::move(finding), ignore->reason, ignore->span});
        } else {
            result.findings.push_back(std::move(finding));
        }
    }
    std::ranges::stable_sort(result.findings, {}, order_of);
    return result;
}

// The document as a state of its own, over a cluster of which nothing is known.

void add_rows(
    State& state, const Principal& principal, const std::optional<desired::AclList>& list
) {
    for (const desired::AclRow& row : list.value_or(desired::AclList())) {
        state.acl[AclKey{row.path, principal, row.role}] = AclGrant{row.propagate};
    }
}

void add_token(State& state, const TokenId& id, const desired::Token& declared, UnixSeconds now) {
    Token& token = state.tokens[id];
    if (declared.privilege_separation) {
        token.privilege_separation = declared.privilege_separation->value;
    }
    if (declared.expire) {
        token.expire = declared.expire->value;
    } else if (declared.lifetime) {
        token.expire = Expiry{now + declared.lifetime->value.count()};
    }
    add_rows(state, Principal::of(id), declared.acl);
}

void add_user(State& state, const UserId& id, const desired::User& declared) {
    User& user = state.users[id];
    if (declared.enabled) {
        user.enabled = declared.enabled->value;
    }
    if (declared.expire) {
        user.expire = declared.expire->value;
    }
    for (const auto& [group, span] : declared.groups.value_or(std::map<GroupId, Span>())) {
        state.groups[group].members.insert(id);
    }
    add_rows(state, Principal::of(id), declared.acl);
}

State state_of(const desired::Document& document, UnixSeconds now) {
    State state;
    state.roles = builtin_roles(state.release);
    for (const auto& [id, declared] : document.roles) {
        if (declared.privileges) { // else they are the cluster's to say
            for (const auto& [privilege, span] : *declared.privileges) {
                state.roles[id].privileges.insert(privilege);
            }
        }
    }
    for (const auto& [id, declared] : document.groups) {
        for (const auto& [member, span] : declared.members.value_or(std::map<UserId, Span>())) {
            state.groups[id].members.insert(member);
        }
        add_rows(state, Principal::of(id), declared.acl);
    }
    for (const auto& [id, declared] : document.users) {
        add_user(state, id, declared);
    }
    desired::for_each_token(document, [&](const TokenId& id, const desired::Token& declared) {
        add_token(state, id, declared, now);
    });
    return state;
}

} // namespace

Findings check(const Subject& subject) {
    return judge(subject, false);
}

Findings check_alone(const desired::Document& document, UnixSeconds now) {
    const State state = state_of(document, now);
    const Inventory nothing;
    const std::set<AclPath> none;
    return judge(
        {.state = state,
         .document = document,
         .now = now,
         .inventory = nothing,
         .hidden_pools = none},
        true
    );
}

bool needs_object_lists(const desired::Document& document, const Inventory& inventory) {
    if (!is_on("unknown-path", document.policy)) {
        return false;
    }
    // Where something unseen may be, and without the unseen could not.
    const Inventory seen{.objects = inventory.objects, .unseen_below = {}};
    const auto is_open = [&](const std::optional<desired::AclList>& list) {
        return list && std::ranges::any_of(*list, [&](const desired::AclRow& row) {
                   return inventory.may_exist(row.path) && !seen.may_exist(row.path);
               });
    };
    const auto is_open_for = [&](const auto& user) {
        return is_open(user.second.acl) ||
               (user.second.tokens &&
                std::ranges::any_of(*user.second.tokens, [&](const auto& token) {
                    return is_open(token.second.acl);
                }));
    };
    return std::ranges::any_of(document.users, is_open_for) ||
           std::ranges::any_of(document.groups, [&](const auto& group) {
               return is_open(group.second.acl);
           });
}

} // namespace pveform::policy
