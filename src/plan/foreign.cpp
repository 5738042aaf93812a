#include "plan/foreign.hpp"

#include <variant>

#include <fmt/format.h>

namespace pveform::plan {

namespace {

bool is_protected(const Principal& principal, const Ownership& ownership) {
    const bool is_named = std::visit(
        [&](const auto& id) { return ownership.protection_of(id).has_value(); }, id_of(principal)
    );
    return is_named || (principal.kind == PrincipalKind::token &&
                        ownership.protection_of(user_behind(principal)));
}

std::string foreign_in_words(const ObjectKey& key) {
    if (const auto* row = std::get_if<AclKey>(&key)) {
        return fmt::format(
            "the ACL entry of `{}` at `{}` (`{}`)",
            row->principal.text(),
            row->path.text,
            row->role.text
        );
    }
    return fmt::format("{} `{}`", to_string(kind_of(key)), name_of(key));
}

/// Collects the memberships that go with one of the two.
class LostMemberships {
public:
    LostMemberships(const State& before, const State& after, const desired::Document& document)
        : before_(before), after_(after), document_(document), ownership_(document) {}

    void add_those_of(const GroupId& group, std::vector<std::string>& words) const {
        for (const UserId& user : before_.groups.at(group).members) {
            const auto declared = document_.users.find(user);
            const bool is_asked_for =
                declared != document_.users.end() && declared->second.groups.has_value();
            const bool stays = before_.users.contains(user) && after_.users.contains(user);
            if (stays && !is_asked_for && is_foreign_holder(user)) {
                words.push_back(in_words(user, group));
            }
        }
    }

    void add_those_of(const UserId& user, std::vector<std::string>& words) const {
        for (const auto& [group, live] : before_.groups) {
            const auto declared = document_.groups.find(group);
            const bool is_asked_for =
                declared != document_.groups.end() && declared->second.members.has_value();
            if (live.members.contains(user) && after_.groups.contains(group) && !is_asked_for &&
                is_foreign_holder(group)) {
                words.push_back(in_words(user, group));
            }
        }
    }

private:
    static std::string in_words(const UserId& user, const GroupId& group) {
        return fmt::format("the membership of `{}` in group `{}`", user.text, group.text);
    }

    template<class Id>
    [[nodiscard]] bool is_foreign_holder(const Id& id) const {
        return !ownership_.may_change(id) || ownership_.protection_of(id);
    }

    const State& before_;
    const State& after_;
    const desired::Document& document_;
    Ownership ownership_;
};

} // namespace

bool is_foreign(
    const ObjectKey& cascade, const State& after, const Target& target, const Ownership& ownership
) {
    const bool is_ours =
        std::visit([&](const auto& id) { return ownership.may_change(id); }, cascade);
    const auto* row = std::get_if<AclKey>(&cascade);
    if (!is_ours || row == nullptr) {
        return !is_ours;
    }
    const bool is_asked_for = target.origins.contains(cascade) || ownership.removal_of(*row);
    return !is_asked_for && after.exists(row->principal) && is_protected(row->principal, ownership);
}

std::vector<std::string> foreign_objects(
    const std::vector<Change>& changes,
    const State& before,
    const State& after,
    const desired::Document& document
) {
    const LostMemberships memberships(before, after, document);
    std::vector<std::string> words;
    for (const Change& change : changes) {
        if (change.is_foreign) {
            words.push_back(foreign_in_words(change.key));
        } else if (change.action == Action::destroy) {
            if (const auto* group = std::get_if<GroupId>(&change.key)) {
                memberships.add_those_of(*group, words);
            } else if (const auto* user = std::get_if<UserId>(&change.key)) {
                memberships.add_those_of(*user, words);
            }
        }
    }
    return words;
}

} // namespace pveform::plan
