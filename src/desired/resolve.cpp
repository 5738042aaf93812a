#include "desired/resolve.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::desired {

namespace {

using document::Problems;
using std::chrono::seconds;

/// Without `renew_before` a token is due in the last third of its life.
constexpr int default_share_of_life_to_renew_in = 3;

template<class T>
void take(std::optional<T>& own, const std::optional<T>& other) {
    if (!own) {
        own = other;
    }
}

/// `expire` and `lifetime` are one choice: a token that made it takes neither from elsewhere.
void take_terms(Token& own, const Token& other) {
    take(own.privilege_separation, other.privilege_separation);
    if (!own.expire && !own.lifetime) {
        own.expire = other.expire;
        own.lifetime = other.lifetime;
    }
    if (own.lifetime) {
        take(own.renew_before, other.renew_before);
        take(own.overlap, other.overlap);
    }
}

void take_token(TokenDraft& own, const TokenDraft& other) {
    take(own.token.comment, other.token.comment);
    take_terms(own.token, other.token);
    if (!own.token.acl && !own.same_as_user) {
        own.token.acl = other.token.acl;
        own.same_as_user = other.same_as_user;
    }
}

/// Its own keys win; tokens are merged by name.
void take_profile(UserDraft& own, const UserDraft& profile) {
    User& user = own.user;
    const User& other = profile.user;
    take(user.comment, other.comment);
    take(user.email, other.email);
    take(user.first_name, other.first_name);
    take(user.last_name, other.last_name);
    take(user.enabled, other.enabled);
    take(user.expire, other.expire);
    take(user.groups, other.groups);
    take(user.acl, other.acl);
    take(user.initial_password, other.initial_password);
    if (!profile.tokens) {
        return;
    }
    if (!own.tokens) {
        own.tokens.emplace();
    }
    for (const auto& [name, token] : *profile.tokens) {
        const auto [declared, is_new] = own.tokens->try_emplace(name, token);
        if (!is_new) {
            take_token(declared->second, token);
        }
    }
}

void check_shorter(
    const Optional<seconds>& part,
    std::string_view name,
    const Optional<seconds>& lifetime,
    Problems& problems
) {
    if (!part) {
        return;
    }
    if (!lifetime) {
        problems.add(
            fmt::format("`{}` says nothing without a `lifetime`", name),
            part->span,
            "add a `lifetime`, or leave it out"
        );
    } else if (part->value >= lifetime->value) {
        problems
            .add(
                fmt::format(
                    "`{}` ({}) must be shorter than the lifetime ({})",
                    name,
                    format_duration(part->value),
                    format_duration(lifetime->value)
                ),
                part->span
            )
            .related.push_back({lifetime->span, "the lifetime"});
    }
}

void complete_terms(Token& token, Problems& problems) {
    check_shorter(token.renew_before, "renew_before", token.lifetime, problems);
    check_shorter(token.overlap, "overlap", token.lifetime, problems);
    if (token.lifetime && !token.renew_before) {
        token.renew_before = Declared<seconds>{
            token.lifetime->value / default_share_of_life_to_renew_in, token.lifetime->span};
    }
}

class Resolver {
public:
    Resolver(Draft draft, Problems& problems) : draft_(std::move(draft)), problems_(problems) {}

    Document run() && {
        Document document = std::move(draft_.document);
        if (draft_.user_action) {
            document.manage.user_action = draft_.user_action->value;
        }
        for (auto& [id, draft] : draft_.users) {
            document.users.emplace(id, resolve_user(id, std::move(draft)));
        }
        return document;
    }

private:
    User resolve_user(const UserId& id, UserDraft draft) {
        if (draft.profile) {
            if (const UserDraft* profile = find_profile(*draft.profile)) {
                take_profile(draft, *profile);
            }
        }
        User user = std::move(draft.user);
        if (!draft.tokens) {
            return user;
        }
        user.tokens.emplace();
        for (auto& [name, token_draft] : *draft.tokens) {
            take_terms(token_draft.token, draft_.token_defaults);
            complete_terms(token_draft.token, problems_);
            if (token_draft.same_as_user) {
                token_draft.token.acl = rows_of(id, user, *token_draft.same_as_user);
            }
            user.tokens->emplace(name, std::move(token_draft.token));
        }
        return user;
    }

    const UserDraft* find_profile(const Declared<std::string>& name) {
        const auto found = draft_.profiles.find(name.value);
        if (found != draft_.profiles.end()) {
            return &found->second;
        }
        std::vector<std::string> names;
        for (const auto& [known, profile] : draft_.profiles) {
            names.push_back(known);
        }
        const auto match = closest_match(name.value, names);
        problems_.add(
            fmt::format("unknown profile `{}`", printable(name.value)),
            name.span,
            match           ? fmt::format("did you mean `{}`?", *match)
            : names.empty() ? "none is declared under `profiles`"
                            : fmt::format("profiles are: {}", join(names, ", "))
        );
        return nullptr;
    }

    /// What `same_as_user` stands for.
    std::optional<AclList> rows_of(const UserId& id, const User& user, const Span& place) {
        if (!user.acl) {
            problems_
                .add(
                    fmt::format("`same_as_user`: `{}` has no `acl` to take over", id.text),
                    place,
                    id == root_user ? "root@pam takes no ACL; write the token's entries out"
                                    : "write the user's `acl`, or the token's entries"
                )
                .related.push_back({user.span, "the user"});
        }
        return user.acl;
    }

    Draft draft_;
    Problems& problems_;
};

} // namespace

Document resolve(Draft draft, Problems& problems) {
    return Resolver(std::move(draft), problems).run();
}

} // namespace pveform::desired
