#include "plan/selection.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::plan {

namespace {

constexpr std::array<std::string_view, 5> kinds = {"role", "group", "user", "token", "acl"};

bool any_matches(const std::vector<Selector>& selectors, const ObjectKey& key) {
    return std::ranges::any_of(selectors, [&](const Selector& one) { return one.matches(key); });
}

/// Puts one object into the state in which another has it, or takes it away.
struct Copy {
    const State& from;
    State& to;

    void operator()(const RoleId& id) const { copy(id, from.roles, to.roles); }

    void operator()(const TokenId& id) const { copy(id, from.tokens, to.tokens); }

    void operator()(const AclKey& key) const {
        if (const auto found = from.acl.find(key); found != from.acl.end()) {
            to.acl[key] = found->second;
        } else {
            to.acl.erase(key);
        }
    }

    /// Without its members, which come with the users.
    void operator()(const GroupId& id) const {
        if (const auto found = from.groups.find(id); found != from.groups.end()) {
            to.groups[id].comment = found->second.comment;
        } else {
            to.remove(id);
        }
    }

    /// With its memberships.
    void operator()(const UserId& id) const {
        copy(id, from.users, to.users);
        for (auto& [group, record] : to.groups) {
            const auto found = from.groups.find(group);
            if (found == from.groups.end()) {
                continue; // about to be destroyed, which is another change
            }
            if (found->second.members.contains(id)) {
                record.members.insert(id);
            } else {
                record.members.erase(id);
            }
        }
    }

private:
    template<class Id, class Map>
    void copy(const Id& id, const Map& source, Map& target) const {
        if (const auto found = source.find(id); found != source.end()) {
            target[id] = found->second;
        } else {
            to.remove(id);
        }
    }
};

class Narrowing {
public:
    Narrowing(
        const State& before,
        const State& after,
        const std::vector<Change>& changes,
        const std::map<TokenId, Issue>& issues,
        const Selection& selection
    )
        : before_(before), after_(after), changes_(changes), issues_(issues),
          selection_(selection) {
        for (const Change& change : changes) {
            if (change.action == Action::create) {
                needed_.insert(change.key);
            }
        }
        for (const auto& [id, issue] : issues) {
            if (issue.predecessor &&
                before.tokens.at(issue.predecessor->id).expire != issue.predecessor->until) {
                needed_.insert(issue.predecessor->id);
            }
        }
    }

    Result<Narrowed> run() && {
        for (const Change& change : changes_) {
            const bool is_wanted =
                selection_.targets.empty() || is_among(selection_.targets, change.key);
            if (change.action != Action::cascade && is_wanted &&
                !is_among(selection_.excludes, change.key)) {
                TRY(choose(change.key));
            }
        }
        Narrowed narrowed{before_, chosen_, std::move(pulled_in_)};
        for (const Change& change : changes_) {
            if (chosen_.contains(change.key)) {
                std::visit(Copy{after_, narrowed.after}, change.key);
            }
        }
        return narrowed;
    }

private:
    [[nodiscard]] bool
    is_among(const std::vector<Selector>& selectors, const ObjectKey& key) const {
        const auto* token = std::get_if<TokenId>(&key);
        const auto issue = token != nullptr ? issues_.find(*token) : issues_.end();
        return any_matches(selectors, key) ||
               (issue != issues_.end() && any_matches(selectors, issue->second.declared));
    }

    Result<void> choose(const ObjectKey& key) {
        if (!chosen_.insert(key).second) {
            return {};
        }
        for (const ObjectKey& needed : needs_of(key)) {
            if (!needed_.contains(needed) || chosen_.contains(needed)) {
                continue;
            }
            const std::string words = fmt::format(
                "{} `{}` needs {} `{}`",
                kind_of(key),
                name_of(key),
                kind_of(needed),
                name_of(needed)
            );
            if (is_among(selection_.excludes, needed)) {
                return std::unexpected(Error{
                    .kind = ErrorKind::usage,
                    .message = words + ", which `--exclude` leaves out",
                    .help = "exclude both, or neither",
                });
            }
            if (!is_among(selection_.targets, needed)) {
                pulled_in_.push_back(words + ": it is part of this plan too");
            }
            TRY(choose(needed));
        }
        return {};
    }

    /// What must be there before the object can be as it is to be.
    [[nodiscard]] std::vector<ObjectKey> needs_of(const ObjectKey& key) const {
        if (const auto* token = std::get_if<TokenId>(&key)) {
            const auto issue = issues_.find(*token);
            if (issue != issues_.end() && issue->second.predecessor) {
                return {token->user, issue->second.predecessor->id};
            }
            return {token->user};
        }
        if (const auto* row = std::get_if<AclKey>(&key)) {
            return {row->role, object_of(row->principal)};
        }
        std::vector<ObjectKey> groups;
        if (const auto* user = std::get_if<UserId>(&key)) {
            for (const auto& [id, group] : after_.groups) {
                if (group.members.contains(*user)) {
                    groups.emplace_back(id);
                }
            }
        }
        return groups;
    }

    [[nodiscard]] static ObjectKey object_of(const Principal& principal) {
        switch (principal.kind) {
        case PrincipalKind::user:
            return UserId{principal.id};
        case PrincipalKind::group:
            return GroupId{principal.id};
        case PrincipalKind::token:
            return split_token_id(principal.id);
        }
        return UserId{principal.id};
    }

    const State& before_;
    const State& after_;
    const std::vector<Change>& changes_;
    const std::map<TokenId, Issue>& issues_;
    const Selection& selection_;
    std::set<ObjectKey> needed_; // others may wait for these
    std::set<ObjectKey> chosen_;
    std::vector<std::string> pulled_in_;
};

} // namespace

Parsed<Selector> Selector::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string kind(text.substr(0, colon));
    if (colon == std::string_view::npos || colon + 1 == text.size() ||
        std::ranges::find(kinds, kind) == kinds.end()) {
        const auto match = closest_match(kind, {kinds.begin(), kinds.end()});
        return std::unexpected(fmt::format(
            "`{}` is not KIND:GLOB with a kind of role, group, user, token or acl{}",
            printable(text),
            match && *match != kind ? fmt::format("; did you mean `{}:…`?", *match) : ""
        ));
    }
    return Selector{kind, Glob{std::string(text.substr(colon + 1))}};
}

bool Selector::matches(const ObjectKey& key) const {
    if (kind_of(key) != kind) {
        return false;
    }
    if (const auto* row = std::get_if<AclKey>(&key)) {
        return glob.matches(row->path.text) || glob.matches(row->principal.text());
    }
    return glob.matches(name_of(key));
}

bool Selection::chooses(const ObjectKey& key) const {
    return (targets.empty() || any_matches(targets, key)) && !any_matches(excludes, key);
}

Result<Narrowed> narrow(
    const State& before,
    const State& after,
    const std::vector<Change>& changes,
    const std::map<TokenId, Issue>& issues,
    const Selection& selection
) {
    return Narrowing(before, after, changes, issues, selection).run();
}

} // namespace pveform::plan
