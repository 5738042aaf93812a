#include "plan/diff.hpp"

#include <optional>

#include <fmt/format.h>

#include "plan/succession.hpp"

namespace pveform::plan {

namespace {

template<class Ids>
json::Value names(const Ids& ids) {
    json::Array array;
    for (const auto& id : ids) {
        array.emplace_back(id.text);
    }
    return array;
}

/// An absent text and an empty one are the same.
json::Value text(const std::string& value) {
    return value.empty() ? json::Value() : json::Value(value);
}

class Fields {
public:
    void compare(std::string name, json::Value before, json::Value after) {
        if (before != after) {
            fields_.push_back({std::move(name), std::move(before), std::move(after)});
        }
    }

    std::vector<FieldChange> take() && { return std::move(fields_); }

private:
    std::vector<FieldChange> fields_;
};

/// What a value is compared with where there is no object: PVE's defaults are not worth a mention.
template<class T>
const T& or_default(const T* object) {
    static const T defaults{};
    return object != nullptr ? *object : defaults;
}

std::vector<FieldChange> compare(const Role* before, const Role* after) {
    Fields fields;
    fields.compare(
        "privileges",
        before != nullptr ? names(before->privileges) : json::Value(),
        after != nullptr ? names(after->privileges) : json::Value()
    );
    return std::move(fields).take();
}

/// Without the members: membership is a property of users here, as in PVE's API. But with the group
/// it goes.
std::vector<FieldChange> compare(const Group* before, const Group* after) {
    Fields fields;
    fields.compare("comment", text(or_default(before).comment), text(or_default(after).comment));
    if (after == nullptr && !before->members.empty()) {
        fields.compare("members", names(before->members), json::Value());
    }
    return std::move(fields).take();
}

std::vector<FieldChange> compare(
    const User* before,
    const User* after,
    const std::set<GroupId>& groups_before,
    const std::set<GroupId>& groups_after
) {
    const User& old = or_default(before);
    const User& fresh = or_default(after);
    Fields fields;
    fields.compare("enabled", old.enabled, fresh.enabled);
    fields.compare("expire", old.expire.text(), fresh.expire.text());
    fields.compare("first_name", text(old.first_name), text(fresh.first_name));
    fields.compare("last_name", text(old.last_name), text(fresh.last_name));
    fields.compare("email", text(old.email), text(fresh.email));
    fields.compare("comment", text(old.comment), text(fresh.comment));
    fields.compare("groups", names(groups_before), names(groups_after));
    return std::move(fields).take();
}

/// Separation and expiry of a token are always worth a mention when it comes to be.
std::vector<FieldChange> compare(const Token* before, const Token* after) {
    const auto separation = [](const Token* token) {
        return token != nullptr ? json::Value(token->privilege_separation) : json::Value();
    };
    const auto expire = [](const Token* token) {
        return token != nullptr ? json::Value(token->expire.text()) : json::Value();
    };
    Fields fields;
    fields.compare("privilege_separation", separation(before), separation(after));
    fields.compare("expire", expire(before), expire(after));
    fields.compare("comment", text(or_default(before).comment), text(or_default(after).comment));
    return std::move(fields).take();
}

std::vector<FieldChange> compare(const AclGrant* before, const AclGrant* after) {
    const auto flag = [](const AclGrant* grant) {
        return grant != nullptr ? json::Value(grant->propagate) : json::Value();
    };
    Fields fields;
    fields.compare("propagate", flag(before), flag(after));
    return std::move(fields).take();
}

/// Walks two sorted maps side by side; `visit` gets the key and what each side has, or null.
template<class Map, class Visit>
void merge(const Map& before, const Map& after, Visit visit) {
    auto left = before.begin();
    auto right = after.begin();
    while (left != before.end() || right != after.end()) {
        const bool only_left =
            right == after.end() || (left != before.end() && left->first < right->first);
        const bool only_right =
            left == before.end() || (right != after.end() && right->first < left->first);
        const auto& key = only_right ? right->first : left->first;
        visit(key, only_right ? nullptr : &left->second, only_left ? nullptr : &right->second);
        if (!only_right) {
            ++left;
        }
        if (!only_left) {
            ++right;
        }
    }
}

Action action_for(bool before, bool after) {
    if (!before) {
        return Action::create;
    }
    return after ? Action::update : Action::destroy;
}

class Difference {
public:
    Difference(
        const State& before, const State& after, const std::map<TokenId, std::string>& rotated
    )
        : before_(before), after_(after), rotated_(rotated) {}

    std::vector<Change> run() && {
        objects(before_.roles, after_.roles);
        objects(before_.groups, after_.groups);
        users();
        tokens();
        acl();
        return std::move(changes_);
    }

private:
    template<class T>
    void
    add(const ObjectKey& key, const T* before, const T* after, std::vector<FieldChange> fields) {
        const Action action = action_for(before != nullptr, after != nullptr);
        if (action == Action::update && fields.empty()) {
            return;
        }
        changes_.push_back({.action = action, .key = key, .fields = std::move(fields)});
    }

    template<class Map>
    void objects(const Map& before, const Map& after) {
        merge(before, after, [&](const auto& key, const auto* left, const auto* right) {
            add(key, left, right, compare(left, right));
        });
    }

    void users() {
        const auto groups_before = lasting_memberships(before_, after_);
        const auto groups_after = memberships(after_);
        static const std::set<GroupId> none;
        const auto groups_in = [](const auto& all, const UserId& id) -> const std::set<GroupId>& {
            const auto found = all.find(id);
            return found == all.end() ? none : found->second;
        };
        merge(
            before_.users,
            after_.users,
            [&](const UserId& id, const User* left, const User* right) {
                // Groups can name a user that is not there yet (a vanished one); it counts as a
                // member only once it exists.
                const auto& old = left != nullptr ? groups_in(groups_before, id) : none;
                const auto& fresh = right != nullptr ? groups_in(groups_after, id) : none;
                add(id, left, right, compare(left, right, old, fresh));
            }
        );
    }

    void tokens() {
        merge(
            before_.tokens,
            after_.tokens,
            [&](const TokenId& id, const Token* left, const Token* right) {
                const std::string reason =
                    left != nullptr && right != nullptr ? reason_to_rotate(id, *left, *right) : "";
                if (!reason.empty()) {
                    changes_.push_back({
                        .action = Action::rotate,
                        .key = id,
                        .fields = compare(left, right),
                        .reason = reason,
                    });
                } else if (right == nullptr && !after_.users.contains(id.user)) {
                    add_cascade(id, compare(left, right), "user " + id.user.text);
                } else {
                    add(id, left, right, compare(left, right));
                }
            }
        );
    }

    void acl() {
        merge(
            before_.acl,
            after_.acl,
            [&](const AclKey& key, const AclGrant* left, const AclGrant* right) {
                const std::string cause = right == nullptr ? what_takes_along(key) : "";
                if (cause.empty()) {
                    add(key, left, right, compare(left, right));
                } else {
                    add_cascade(key, compare(left, right), cause);
                }
            }
        );
    }

    void add_cascade(ObjectKey key, std::vector<FieldChange> fields, std::string_view cause) {
        changes_.push_back({
            .action = Action::cascade,
            .key = std::move(key),
            .fields = std::move(fields),
            .reason = fmt::format("{}{}", cascade_prefix, cause),
        });
    }

    [[nodiscard]] std::string
    reason_to_rotate(const TokenId& id, const Token& before, const Token& after) const {
        if (before.expire == Expiry::unconfirmed() && after.expire != Expiry::unconfirmed()) {
            return std::string(secret_never_stored);
        }
        const auto found = rotated_.find(id);
        return found == rotated_.end() ? std::string() : found->second;
    }

    /// The object of an ACL row that is destroyed, so that PVE removes the row by itself; empty if
    /// both stay, or if the principal vanished long ago.
    [[nodiscard]] std::string what_takes_along(const AclKey& key) const {
        if (before_.exists(key.principal) && !after_.exists(key.principal)) {
            return fmt::format("{} {}", to_string(key.principal.kind), key.principal.id);
        }
        return after_.roles.contains(key.role) ? "" : "role " + key.role.text;
    }

    const State& before_;
    const State& after_;
    const std::map<TokenId, std::string>& rotated_;
    std::vector<Change> changes_;
};

} // namespace

std::map<UserId, std::set<GroupId>> lasting_memberships(const State& before, const State& after) {
    auto groups_of = memberships(before);
    for (auto& [user, groups] : groups_of) {
        std::erase_if(groups, [&](const GroupId& id) { return !after.groups.contains(id); });
    }
    return groups_of;
}

std::vector<Change>
difference(const State& before, const State& after, const std::map<TokenId, std::string>& rotated) {
    return Difference(before, after, rotated).run();
}

} // namespace pveform::plan
