#include "plan/selection.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/turns.hpp"
#include "plan/succession.hpp"
#include "plan/unmatched_selectors.hpp"

namespace pveform::plan {

namespace {

bool any_matches(const std::vector<Selector>& selectors, const std::vector<ObjectKey>& names) {
    return std::ranges::any_of(selectors, [&](const Selector& one) {
        return std::ranges::any_of(names, [&](const ObjectKey& key) { return one.matches(key); });
    });
}

/// Puts one object into the state in which another has it, or takes it away.
struct Copy {
    const State& from;
    State& to;
    const std::set<GroupId>& closed; // groups that nobody joins or leaves

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
        const bool is_new = !to.users.contains(id);
        copy(id, from.users, to.users);
        for (auto& [group, record] : to.groups) {
            const auto found = from.groups.find(group);
            if (closed.contains(group) && !is_new) {
                continue;
            }
            const bool joins = found != from.groups.end() && found->second.members.contains(id) &&
                               !closed.contains(group);
            if (joins) {
                record.members.insert(id);
            } else if (found != from.groups.end() || is_new) {
                record.members.erase(id);
            } // else the group is about to be destroyed, which is another change
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
        const Target& target,
        const std::vector<Change>& changes,
        const desired::Document& document,
        const Selection& selection
    )
        : before_(before), after_(target.state), changes_(changes), issues_(target.issues),
          document_(document), selection_(selection) {
        for (const Change& change : changes) {
            if (change.action == Action::create) {
                needed_.insert(change.key);
            }
        }
        for (const auto& [id, group] : document.groups) {
            if (group.members && selection.excludes_any({id})) {
                closed_.insert(id);
            }
        }
        for (const auto& [id, issue] : issues_) {
            if (issue.predecessor &&
                before.tokens.at(issue.predecessor->id).expire != issue.predecessor->until) {
                needed_.insert(issue.predecessor->id);
            }
        }
    }

    Result<Narrowed> run() && {
        for (const Change& change : changes_) {
            if (change.action != Action::cascade && selection_.chooses(names_of(change.key))) {
                TRY(choose(change.key));
            }
        }
        for (const auto& [id, group] : document_.groups) {
            if (group.members && !selection_.targets.empty() && selection_.chooses({id})) {
                TRY(choose_members_of(id));
            }
        }
        Narrowed narrowed{before_, {}, {}};
        for (const Change& change : changes_) {
            if (chosen_.contains(change.key)) {
                std::visit(Copy{after_, narrowed.after, closed_}, change.key);
            }
        }
        copy_memberships(narrowed.after);
        leave_out_memberships(narrowed.after);
        narrowed.chosen = std::move(chosen_);
        narrowed.pulled_in = std::move(pulled_in_);
        return narrowed;
    }

private:
    [[nodiscard]] static bool
    is_member(const UserId& user, const GroupId& group, const State& state) {
        const auto found = state.groups.find(group);
        return found != state.groups.end() && found->second.members.contains(user);
    }

    /// A list of members stands at the group, and to PVE it is a matter of the users: of those who
    /// are there, this membership comes along and nothing else.
    Result<void> choose_members_of(const GroupId& group) {
        for (const Change& change : changes_) {
            const auto* user = std::get_if<UserId>(&change.key);
            if (user == nullptr || change.action == Action::destroy ||
                chosen_.contains(change.key) || selection_.excludes_any({change.key})) {
                continue;
            }
            const bool joins = is_member(*user, group, after_);
            if (change.action == Action::create) {
                // Whom the group only names still, from a former user of that id, is no member:
                // the name goes when the user is created.
                if (!joins) {
                    continue;
                }
                pulled_in_.push_back(fmt::format(
                    "group `{}` needs user `{}`: it is part of this plan too",
                    group.text,
                    user->text
                ));
                TRY(choose(change.key));
            } else if (joins != is_member(*user, group, before_)) {
                memberships_[*user].insert(group);
                pulled_in_.push_back(fmt::format(
                    "group `{}` lists its members: that user `{}` {} it is part of this plan too",
                    group.text,
                    user->text,
                    joins ? "joins" : "leaves"
                ));
            }
        }
        return {};
    }

    /// Whose change that completes counts as chosen.
    void copy_memberships(State& state) {
        for (const auto& [user, groups] : memberships_) {
            for (const GroupId& group : groups) {
                std::set<UserId>& members = state.groups.at(group).members;
                if (is_member(user, group, after_)) {
                    members.insert(user);
                } else {
                    members.erase(user);
                }
            }
            if (state.users.at(user) == after_.users.at(user) && has_all_groups(user, state)) {
                chosen_.insert(user);
            }
        }
    }

    [[nodiscard]] bool has_all_groups(const UserId& user, const State& state) const {
        return std::ranges::all_of(after_.groups, [&](const auto& one) {
            return is_member(user, one.first, state) == one.second.members.contains(user);
        });
    }

    /// Whose change is without those of a closed group does not count as chosen.
    void leave_out_memberships(const State& state) {
        if (closed_.empty()) {
            return;
        }
        std::erase_if(chosen_, [&](const ObjectKey& key) {
            const auto* user = std::get_if<UserId>(&key);
            return user != nullptr && state.users.contains(*user) && !has_all_groups(*user, state);
        });
    }

    /// What a user's own list asks of an excluded group cannot be left out: the list is the user's.
    [[nodiscard]] Result<void> check_groups_of(const UserId& user) const {
        const auto declared = document_.users.find(user);
        if (declared == document_.users.end() || !declared->second.groups) {
            return {};
        }
        const bool is_there = before_.users.contains(user);
        for (const auto& [id, group] : before_.groups) {
            const bool joins = is_member(user, id, after_);
            const bool is_same = joins == (is_there && group.members.contains(user));
            if (is_same || closed_.contains(id) || !after_.groups.contains(id) ||
                !selection_.excludes_any({id})) {
                continue;
            }
            return std::unexpected(Error{
                .kind = ErrorKind::usage,
                .message = fmt::format(
                    "user `{}` {} group `{}`, which `--exclude` leaves out",
                    user.text,
                    joins ? "joins" : "leaves",
                    id.text
                ),
                .help = "exclude both, or neither",
            });
        }
        return {};
    }

    [[nodiscard]] std::vector<ObjectKey> names_of(const ObjectKey& key) const {
        const auto* token = std::get_if<TokenId>(&key);
        const auto behind =
            token != nullptr ? desired::token_behind(document_, *token) : std::nullopt;
        return behind ? std::vector<ObjectKey>{key, behind->id} : std::vector{key};
    }

    Result<void> choose(const ObjectKey& key) {
        if (!chosen_.insert(key).second) {
            return {};
        }
        if (const auto* user = std::get_if<UserId>(&key)) {
            TRY(check_groups_of(*user));
        }
        for (const ObjectKey& needed : needs_of(key)) {
            if (needed_.contains(needed)) {
                TRY(choose_needed(needed, fmt::format("{} needs {}", words(key), words(needed))));
            }
        }
        if (is_planned(key, Action::create)) {
            for (const ObjectKey& row : leftover_rows_of(key)) {
                TRY(choose_needed(
                    row,
                    fmt::format(
                        "{} needs the change of {} (left of a former one)", words(key), words(row)
                    )
                ));
            }
        }
        if (is_planned(key, Action::destroy)) {
            TRY(check_cascades_of(key));
        }
        return {};
    }

    /// `reason` says who needs it.
    Result<void> choose_needed(const ObjectKey& needed, const std::string& reason) {
        if (chosen_.contains(needed)) {
            return {};
        }
        if (selection_.excludes_any(names_of(needed))) {
            return std::unexpected(Error{
                .kind = ErrorKind::usage,
                .message = reason + ", which `--exclude` leaves out",
                .help = "exclude both, or neither",
            });
        }
        if (!selection_.targets_any(names_of(needed))) {
            pulled_in_.push_back(reason + ": it is part of this plan too");
        }
        return choose(needed);
    }

    [[nodiscard]] static std::string words(const ObjectKey& key) {
        return fmt::format("{} `{}`", to_string(kind_of(key)), name_of(key));
    }

    [[nodiscard]] bool is_planned(const ObjectKey& key, Action action) const {
        return std::ranges::any_of(changes_, [&](const Change& change) {
            return change.action == action && change.key == key;
        });
    }

    /// PVE keeps the ACL entries of a principal that vanished: whoever is created by its name holds
    /// them from the first moment. Here those that are to go or to differ.
    [[nodiscard]] std::vector<ObjectKey> leftover_rows_of(const ObjectKey& created) const {
        std::vector<ObjectKey> rows;
        for (const Change& change : changes_) {
            const auto* row = std::get_if<AclKey>(&change.key);
            if (row != nullptr && before_.acl.contains(*row) &&
                object_of(row->principal) == created) {
                rows.emplace_back(*row);
            }
        }
        return rows;
    }

    /// PVE takes them along, whatever is excluded.
    [[nodiscard]] Result<void> check_cascades_of(const ObjectKey& destroyed) const {
        for (const Change& change : changes_) {
            if (change.action == Action::cascade && goes_with(change.key, destroyed) &&
                selection_.excludes_any(names_of(change.key))) {
                return std::unexpected(Error{
                    .kind = ErrorKind::usage,
                    .message = fmt::format(
                        "destroying {} `{}` takes {} `{}` along, which `--exclude` leaves out",
                        to_string(kind_of(destroyed)),
                        name_of(destroyed),
                        to_string(kind_of(change.key)),
                        name_of(change.key)
                    ),
                    .help = "exclude both, or neither",
                });
            }
        }
        return {};
    }

    [[nodiscard]] static bool goes_with(const ObjectKey& key, const ObjectKey& destroyed) {
        if (const auto* token = std::get_if<TokenId>(&key)) {
            return ObjectKey(token->user) == destroyed;
        }
        if (const auto* row = std::get_if<AclKey>(&key)) {
            const ObjectKey holder = object_of(row->principal);
            return ObjectKey(row->role) == destroyed || holder == destroyed ||
                   goes_with(holder, destroyed);
        }
        return false;
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
                if (group.members.contains(*user) && !closed_.contains(id)) {
                    groups.emplace_back(id);
                }
            }
        }
        return groups;
    }

    const State& before_;
    const State& after_;
    const std::vector<Change>& changes_;
    const std::map<TokenId, Issue>& issues_;
    const desired::Document& document_;
    const Selection& selection_;
    std::set<GroupId> closed_;   // excluded, with the members that the document lists
    std::set<ObjectKey> needed_; // others may wait for these
    std::set<ObjectKey> chosen_;
    std::map<UserId, std::set<GroupId>> memberships_; // chosen alone, without the rest of the user
    std::vector<std::string> pulled_in_;
};

} // namespace

Parsed<Selector> Selector::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string word(text.substr(0, colon));
    const auto kind = parse_object_kind(word);
    if (!kind || colon == std::string_view::npos || colon + 1 == text.size()) {
        std::vector<std::string> words;
        std::ranges::transform(all_object_kinds, std::back_inserter(words), [](ObjectKind one) {
            return std::string(to_string(one));
        });
        const auto match = closest_match(word, words);
        return std::unexpected(fmt::format(
            "`{}` is not KIND:GLOB with a kind of role, group, user, token or acl{}",
            printable(text),
            match && *match != word ? fmt::format("; did you mean `{}:…`?", *match) : ""
        ));
    }
    return Selector{*kind, Glob{std::string(text.substr(colon + 1))}};
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

std::string Selector::text() const {
    return fmt::format("{}:{}", to_string(kind), glob.pattern);
}

bool Selection::chooses(const std::vector<ObjectKey>& names) const {
    return (targets.empty() || targets_any(names)) && !excludes_any(names);
}

bool Selection::targets_any(const std::vector<ObjectKey>& names) const {
    return any_matches(targets, names);
}

bool Selection::excludes_any(const std::vector<ObjectKey>& names) const {
    return any_matches(excludes, names);
}

Collected<Narrowed> narrow(
    const State& before,
    const Target& target,
    const std::vector<Change>& changes,
    const desired::Document& document,
    const Selection& selection
) {
    if (!selection.may_match_nothing) {
        Errors errors = unmatched_selectors(selection, before, target.state, document);
        if (!errors.empty()) {
            return std::unexpected(std::move(errors));
        }
    }
    auto narrowed = Narrowing(before, target, changes, document, selection).run();
    if (!narrowed) {
        return std::unexpected(Errors{std::move(narrowed).error()});
    }
    return std::move(*narrowed);
}

} // namespace pveform::plan
