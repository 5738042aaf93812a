// The rules about users, and about what ends.

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "policy/facts.hpp"

namespace pveform::policy {

namespace {

bool is_shut_off(const User& user, UnixSeconds now) {
    // A user whom a plan expired for a while comes back with it.
    return !user.enabled || (user.expire.is_over(now) && user.expire != Expiry::suspended());
}

/// Whether the document says how the user stands.
bool knows_standing(const Facts& facts, const UserId& id) {
    const desired::User* user = facts.declared(id);
    return !facts.is_document_alone() || (user != nullptr && (user->enabled || user->expire));
}

/// Whether another name of the same declared token lives longer: it has taken over.
bool has_successor(const Facts& facts, const TokenId& id, const Token& token) {
    const desired::Token* declared = facts.declared(id);
    if (declared == nullptr || !declared->overlap) {
        return false;
    }
    return std::ranges::any_of(facts.state().tokens, [&](const auto& other) {
        return other.first.user == id.user && other.first != id &&
               facts.declared(other.first) == declared &&
               token.expire.ends_before(other.second.expire);
    });
}

void report_end(
    Facts& facts, ObjectKey object, std::string_view what, Expiry end, const Span& span
) {
    facts.report(
        "expiring-soon",
        std::move(object),
        fmt::format(
            "{} ends on {}, in less than {}",
            what,
            end.text(),
            format_duration(facts.option("expiring-soon"))
        ),
        "set a later `expire`, rotate the token, or let it go",
        span
    );
}

bool is_near(const Facts& facts, Expiry end, std::chrono::seconds within) {
    return !end.is_never() && !end.is_over(facts.now()) &&
           std::chrono::seconds(end.seconds - facts.now()) < within;
}

} // namespace

void undeclared_member(Facts& facts) {
    for (const auto& [id, declared] : facts.document().groups) {
        const auto group = facts.state().groups.find(id);
        if (group == facts.state().groups.end()) {
            continue;
        }
        for (const UserId& member : group->second.members) {
            const desired::User* user = facts.declared(member);
            const bool is_said = (declared.members && declared.members->contains(member)) ||
                                 (user != nullptr && user->groups && user->groups->contains(id));
            if (is_said || !facts.covers(member)) {
                continue;
            }
            facts.report(
                "undeclared-member",
                member,
                fmt::format(
                    "`{}` is in group `{}`, and the document does not say so", member.text, id.text
                ),
                "write the group's `members`, or the user's `groups`",
                declared.span
            );
        }
    }
}

void disabled_user_with_tokens(Facts& facts) {
    for (const auto& [id, user] : facts.state().users) {
        if (!is_shut_off(user, facts.now()) || !facts.covers(id) || !knows_standing(facts, id)) {
            continue;
        }
        std::vector<std::string> tokens;
        for (auto token = facts.state().tokens.lower_bound(TokenId{id, ""});
             token != facts.state().tokens.end() && token->first.user == id;
             ++token) {
            if (!token->second.expire.is_over(facts.now())) {
                tokens.push_back(fmt::format("`{}`", token->first.name));
            }
        }
        if (!tokens.empty()) {
            facts.report(
                "disabled-user-with-tokens",
                id,
                fmt::format(
                    "`{}` is {}, and {} would work again the moment it is brought back: {}",
                    id.text,
                    user.enabled ? "expired" : "disabled",
                    plural(tokens.size(), "token"),
                    join(tokens, ", ")
                ),
                "remove the tokens (`tokens: {}`), or the user",
                facts.place(id)
            );
        }
    }
}

void expiring_soon(Facts& facts) {
    const std::chrono::seconds within = facts.option("expiring-soon");
    for (const auto& [id, user] : facts.state().users) {
        if (facts.covers(id) && is_near(facts, user.expire, within)) {
            report_end(facts, id, fmt::format("user `{}`", id.text), user.expire, facts.place(id));
        }
    }
    for (const auto& [id, token] : facts.state().tokens) {
        if (!facts.covers(id)) {
            continue;
        }
        const desired::Token* declared = facts.declared(id);
        // A token that is rotated is not soon over before its rotation is overdue.
        const std::chrono::seconds threshold =
            declared != nullptr && declared->renew_before
                ? std::min(within, declared->renew_before->value / 2)
                : within;
        if (is_near(facts, token.expire, threshold) && !has_successor(facts, id, token)) {
            report_end(
                facts, id, fmt::format("token `{}`", id.text()), token.expire, facts.place(id)
            );
        }
    }
}

} // namespace pveform::policy
