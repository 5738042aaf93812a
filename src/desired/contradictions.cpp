#include "desired/contradictions.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "desired/directories.hpp"
#include "desired/turns.hpp"

namespace pveform::desired {

namespace {

using document::Problems;

constexpr std::string_view keep_one = "keep one of the two";

const Span* first_match(const Globs& globs, std::string_view name) {
    const auto found = std::ranges::find_if(globs, [name](const Declared<Glob>& glob) {
        return glob.value.matches(name);
    });
    return found == globs.end() ? nullptr : &found->span;
}

/// Something that the document speaks of, as errors name it.
struct Mention {
    std::string what; // user `alice@pve`
    std::string name; // as patterns see it
    Span span;
};

template<class Id>
Mention mention(std::string_view kind, const Id& id, const Span& span) {
    return {fmt::format("{} `{}`", kind, id.text), id.text, span};
}

Mention mention(std::string_view kind, const TokenId& id, const Span& span) {
    return {fmt::format("{} `{}`", kind, id.text()), id.text(), span};
}

class Checker {
public:
    Checker(const Document& document, Problems& problems)
        : document_(document), problems_(problems) {}

    void run() {
        for (const auto& [id, role] : document_.roles) {
            check_role(id, mention("role", id, role.span));
        }
        for (const auto& [id, group] : document_.groups) {
            check_group(id, group);
        }
        for (const auto& [id, user] : document_.users) {
            check_user(id, user);
        }
        check_absent();
    }

private:
    void contradict(
        std::string message,
        const Span& span,
        const Span& other,
        std::string label,
        std::string_view help = keep_one
    ) {
        problems_.add(std::move(message), span, std::string(help))
            .related.push_back({other, std::move(label)});
    }

    void check_border(const Mention& it, const Globs Scope::*kind, std::string_view name) {
        if (document_.scope && first_match((*document_.scope).*kind, name) == nullptr) {
            contradict(
                fmt::format("{} is outside the scope", it.what),
                it.span,
                document_.scope->span,
                "the scope",
                "widen the scope, or leave it to those who own it"
            );
        }
    }

    void check_ignored(const Mention& it, const Owned& owned) {
        if (const Span* rule = first_match(owned.ignore, it.name)) {
            contradict(
                fmt::format("{} is spoken of here and ignored elsewhere", it.what),
                it.span,
                *rule,
                "ignored here"
            );
        }
    }

    template<class Id>
    void check_not_absent(const Mention& it, const std::map<Id, Span>& absent, const Id& id) {
        if (const auto named = absent.find(id); named != absent.end()) {
            contradict(
                fmt::format("{} is spoken of here and absent elsewhere", it.what),
                it.span,
                named->second,
                "absent here"
            );
        }
    }

    void check_role(const RoleId& id, const Mention& it) {
        check_border(it, &Scope::roles, id.text);
        check_ignored(it, document_.manage.roles);
        check_not_absent(it, document_.absent.roles, id);
    }

    /// Declared, or named in a user's list.
    void check_group_mention(const GroupId& id, const Span& span) {
        const Mention it = mention("group", id, span);
        check_border(it, &Scope::groups, id.text);
        check_ignored(it, document_.manage.groups);
        check_not_absent(it, document_.absent.groups, id);
    }

    /// Declared, or named in a group's list.
    void check_user_mention(const UserId& id, const Span& span) {
        const Mention it = mention("user", id, span);
        check_border(it, &Scope::users, id.text);
        check_ignored(it, document_.manage.users);
        check_not_absent(it, document_.absent.users, id);
    }

    void check_group(const GroupId& id, const Group& group) {
        check_group_mention(id, group.span);
        const auto* directory = directory_of(document_, id);
        if (directory != nullptr && (group.comment || group.members)) {
            contradict(
                fmt::format(
                    "group `{}` comes from the directory of realm `{}`",
                    id.text,
                    directory->first.text
                ),
                group.span,
                directory->second.span,
                "a synced realm",
                "only its `acl` can be declared"
            );
        }
        if (group.members) {
            for (const auto& [user, span] : *group.members) {
                check_user_mention(user, span);
            }
        }
        check_acl({Principal::of(id)}, group.acl);
    }

    void check_user(const UserId& id, const User& user) {
        check_user_mention(id, user.span);
        check_record(id, user);
        if (user.groups) {
            for (const auto& [group, span] : *user.groups) {
                check_group_mention(group, span);
            }
        }
        check_acl({Principal::of(id)}, user.acl);
        if (!user.tokens) {
            return;
        }
        for (const auto& [name, token] : *user.tokens) {
            check_token(TokenId{id, name}, token);
        }
    }

    /// By each of its names; what is said of several of them is one contradiction.
    void check_token(const TokenId& declared, const Token& token) {
        std::vector<Principal> holders;
        std::set<const Span*> ignoring;
        for (const TokenId& id : possible_holders(declared, token)) {
            Mention it = mention("token", id, token.span);
            if (id != declared) {
                it.what += fmt::format(", which takes turns as `{}`,", declared.name);
            }
            if (ignoring.insert(first_match(document_.manage.tokens.ignore, it.name)).second) {
                check_ignored(it, document_.manage.tokens);
            }
            check_not_absent(it, document_.absent.tokens, id);
            holders.push_back(Principal::of(id));
        }
        check_acl(holders, token.acl);
    }

    /// The record of a synced realm's user is the directory's.
    void check_record(const UserId& id, const User& user) {
        const auto realm = document_.realms.find(id.realm());
        if (realm == document_.realms.end() || !realm->second.synced) {
            return;
        }
        const auto refuse = [&](std::string_view key, const auto& field) {
            if (field) {
                contradict(
                    fmt::format("`{}` of `{}` comes from the directory", key, id.text),
                    field->span,
                    realm->second.span,
                    "a synced realm",
                    "leave it out; groups, ACL and tokens of such users can be declared"
                );
            }
        };
        refuse("comment", user.comment);
        refuse("email", user.email);
        refuse("first_name", user.first_name);
        refuse("last_name", user.last_name);
        refuse("enabled", user.enabled);
        refuse("expire", user.expire);
        refuse("initial_password", user.initial_password);
    }

    /// `holders`: one, or several by whose names a token goes.
    void check_acl(const std::vector<Principal>& holders, const std::optional<AclList>& list) {
        if (!list) {
            return;
        }
        for (const AclRow& row : *list) {
            check_row(holders, row);
            check_not_absent(
                mention("role", row.role, row.role_span), document_.absent.roles, row.role
            );
        }
    }

    void check_row(const std::vector<Principal>& holders, const AclRow& row) {
        const auto covers = [&row](const Declared<PathGlob>& glob) {
            return glob.value.matches(row.path.text);
        };
        if (document_.scope && std::ranges::none_of(document_.scope->acl, covers)) {
            contradict(
                fmt::format("ACL path `{}` is outside the scope", row.path.text),
                row.span,
                document_.scope->span,
                "the scope",
                "widen the scope, or leave it to those who own it"
            );
        }
        for (const AclPattern& pattern : document_.manage.acl.ignore) {
            const auto ignored = std::ranges::find_if(holders, [&](const Principal& holder) {
                return pattern.matches(row.path, holder);
            });
            if (ignored != holders.end()) {
                contradict(
                    fmt::format(
                        "the ACL entry of `{}` at `{}` is declared here and ignored elsewhere",
                        ignored->text(),
                        row.path.text
                    ),
                    row.span,
                    pattern.span,
                    "ignored here"
                );
            }
        }
    }

    void check_absent() {
        const Absent& absent = document_.absent;
        const Manage& manage = document_.manage;
        for (const auto& [id, span] : absent.users) {
            check_absent_user(id, span);
        }
        for (const auto& [id, span] : absent.tokens) {
            const Mention it = mention("token", id, span);
            check_border(it, &Scope::users, id.user.text);
            check_ignored(it, manage.tokens);
            check_protected(it, manage.tokens);
        }
        for (const auto& [id, span] : absent.groups) {
            const Mention it = mention("group", id, span);
            check_border(it, &Scope::groups, id.text);
            check_ignored(it, manage.groups);
            check_protected(it, manage.groups);
            if (const auto* directory = directory_of(document_, id)) {
                refuse_synced(it, directory->second);
            }
        }
        for (const auto& [id, span] : absent.roles) {
            const Mention it = mention("role", id, span);
            if (id.is_reserved()) {
                problems_.add(
                    fmt::format("{} is built into PVE and cannot be removed", it.what), span
                );
                continue;
            }
            check_border(it, &Scope::roles, id.text);
            check_ignored(it, manage.roles);
            check_protected(it, manage.roles);
        }
    }

    void check_absent_user(const UserId& id, const Span& span) {
        const Mention it = mention("user", id, span);
        if (id == root_user) {
            problems_.add("root@pam is always there and cannot be removed", span);
            return;
        }
        check_border(it, &Scope::users, id.text);
        check_ignored(it, document_.manage.users);
        check_protected(it, document_.manage.users);
        const auto realm = document_.realms.find(id.realm());
        if (realm != document_.realms.end() && realm->second.synced) {
            refuse_synced(it, realm->second);
        }
    }

    void refuse_synced(const Mention& it, const RealmRule& realm) {
        contradict(
            fmt::format("{} is the directory's to remove", it.what),
            it.span,
            realm.span,
            "a synced realm",
            "remove it in the directory"
        );
    }

    void check_protected(const Mention& it, const Owned& owned) {
        if (const Span* rule = first_match(owned.protect, it.name)) {
            contradict(
                fmt::format("{} is to go and is protected", it.what),
                it.span,
                *rule,
                "protected here"
            );
        }
    }

    const Document& document_;
    Problems& problems_;
};

} // namespace

void check_contradictions(const Document& document, Problems& problems) {
    Checker(document, problems).run();
}

} // namespace pveform::desired
