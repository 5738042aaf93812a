#include "plan/order.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "plan/own_access.hpp"

namespace pveform::plan {

namespace {

/// The usual order, which keeps the rule by itself for changes of roles and ACL rows:
///
///     narrow and create roles → groups → users, those that lose nothing first
///       → prolong tokens, and shorten those that have a successor → issue tokens
///       → add ACL rows, deepest path first, users' and tokens' before groups'
///       → remove ACL rows, highest path first, groups' before users'
///       → change and destroy tokens → destroy users → destroy groups → destroy roles
///       → widen roles
///
/// A deeper row replaces what is inherited, and a user's row hides those of its groups. So while
/// rows are added from the bottom, nothing that the new rows will hide comes into effect; while
/// they are removed from the top, nothing that the old rows hid does.
///
/// Before somebody leaves a group for others, the rows of those are added, where that keeps them
/// what they hold in the end as well.
///
/// Of two tokens that take turns, the one that lives longest is the current one. So whatever ends a
/// run, no predecessor may outlive its successor: its end comes before that one is issued.
enum class Phase {
    narrow_roles,
    create_groups,
    change_users,
    move_ends_of_tokens,
    issue_tokens,
    add_acl,
    remove_acl,
    change_tokens,
    destroy_tokens,
    destroy_users,
    destroy_groups,
    destroy_roles,
    widen_roles,
};

Phase phase(const CreateRole&, const State&) {
    return Phase::narrow_roles;
}

Phase phase(const SetRolePrivileges& command, const State&) {
    return command.append ? Phase::widen_roles : Phase::narrow_roles;
}

Phase phase(const CreateGroup&, const State&) {
    return Phase::create_groups;
}

Phase phase(const SetGroupComment&, const State&) {
    return Phase::create_groups;
}

Phase phase(const CreateUser&, const State&) {
    return Phase::change_users;
}

Phase phase(const UpdateUser&, const State&) {
    return Phase::change_users;
}

Phase phase(const IssueToken&, const State&) {
    return Phase::issue_tokens;
}

bool only_moves_end(const UpdateToken& command) {
    return command.fields.expire && command.fields == TokenEdit{.expire = command.fields.expire};
}

Phase phase(const UpdateToken& command, const State& before) {
    const bool only_lives_longer =
        only_moves_end(command) &&
        before.tokens.at(command.id).expire.ends_before(*command.fields.expire);
    return only_lives_longer ? Phase::move_ends_of_tokens : Phase::change_tokens;
}

Phase phase(const DestroyToken&, const State&) {
    return Phase::destroy_tokens;
}

Phase phase(const DestroyUser&, const State&) {
    return Phase::destroy_users;
}

Phase phase(const DestroyGroup&, const State&) {
    return Phase::destroy_groups;
}

Phase phase(const DestroyRole&, const State&) {
    return Phase::destroy_roles;
}

Phase phase(const ChangeAcl& command, const State&) {
    return command.edit.remove ? Phase::remove_acl : Phase::add_acl;
}

/// The tokens that have a successor, which waits for their new end.
std::set<TokenId> predecessors_in(const std::vector<Step>& steps) {
    std::set<TokenId> predecessors;
    for (const Step& step : steps) {
        const auto* issue = std::get_if<IssueToken>(&step.command);
        if (issue != nullptr && issue->predecessor) {
            predecessors.insert(issue->predecessor->id);
        }
    }
    return predecessors;
}

/// The end of a predecessor as a step of its own, so that its successor waits for nothing else.
std::vector<Step> with_ends_apart(std::vector<Step> steps, const std::set<TokenId>& predecessors) {
    std::vector<Step> apart;
    for (Step& step : steps) {
        auto* update = std::get_if<UpdateToken>(&step.command);
        if (update != nullptr && update->fields.expire && !only_moves_end(*update) &&
            predecessors.contains(update->id)) {
            TokenEdit end;
            end.expire = std::exchange(update->fields.expire, std::nullopt);
            apart.push_back({UpdateToken{update->id, end}, step.changes});
        }
        apart.push_back(std::move(step));
    }
    return apart;
}

/// Sorts the steps into the usual order. Within the ACL phases: the depth of the path, then whose
/// row it is. Among users who takes over before who leaves, so that there is always somebody. Among
/// tokens whose end moves, the one that ends first.
struct Rank {
    Phase phase = Phase::narrow_roles;
    long depth = 0;
    bool second = false;
    friend auto operator<=>(const Rank&, const Rank&) = default;
};

Rank rank_of(const Command& command, const State& before, const std::set<TokenId>& predecessors) {
    Rank rank;
    rank.phase = std::visit([&](const auto& one) { return phase(one, before); }, command);
    if (const auto* acl = std::get_if<ChangeAcl>(&command)) {
        const std::string& path = acl->edit.path.text;
        const long depth = path == "/" ? 0 : std::ranges::count(path, '/');
        const bool has_groups =
            std::ranges::any_of(acl->edit.principals, [](const Principal& principal) {
                return principal.kind == PrincipalKind::group;
            });
        rank.depth = acl->edit.remove ? depth : -depth;
        rank.second = has_groups != acl->edit.remove;
    }
    if (std::holds_alternative<UpdateUser>(command)) {
        rank.second = is_revocation(command, before);
    }
    const auto* token = std::get_if<UpdateToken>(&command);
    if (token != nullptr && token->fields.expire) {
        const Expiry end = *token->fields.expire;
        rank.depth = end.is_never() ? std::numeric_limits<long>::max() : end.seconds;
        if (only_moves_end(*token) && predecessors.contains(token->id)) {
            rank.phase = Phase::move_ends_of_tokens;
        }
    }
    return rank;
}

/// One step for each principal of a batch of ACL rows; the step alone for anything else.
std::vector<Step> split(const Step& step) {
    const auto* acl = std::get_if<ChangeAcl>(&step.command);
    if (acl == nullptr || acl->edit.principals.size() < 2) {
        return {step};
    }
    std::vector<Step> parts;
    for (const Principal& principal : acl->edit.principals) {
        AclEdit edit = acl->edit;
        edit.principals = {principal};
        parts.push_back({ChangeAcl{std::move(edit)}, step.changes});
    }
    return parts;
}

/// Answers for each command in turn.
struct UsersAlone {
    using Users = std::optional<std::set<UserId>>;

    Users operator()(const CreateUser& command) const { return {{command.id}}; }

    Users operator()(const UpdateUser& command) const { return {{command.id}}; }

    Users operator()(const DestroyUser& command) const { return {{command.id}}; }

    Users operator()(const IssueToken& command) const { return {{command.id.user}}; }

    Users operator()(const UpdateToken& command) const { return {{command.id.user}}; }

    Users operator()(const DestroyToken& command) const { return {{command.id.user}}; }

    Users operator()(const ChangeAcl& command) const {
        std::set<UserId> users;
        for (const Principal& principal : command.edit.principals) {
            if (principal.kind == PrincipalKind::group) {
                return std::nullopt;
            }
            users.insert(user_behind(principal));
        }
        return users;
    }

    /// Roles and groups.
    template<class Command>
    Users operator()(const Command&) const {
        return std::nullopt;
    }
};

/// The users of whom alone, and of their tokens, a command changes anything; nothing where it is
/// about roles or groups.
std::optional<std::set<UserId>> users_alone_changed_by(const Command& command) {
    return std::visit(UsersAlone(), command);
}

bool gives_to_any_of(const std::set<GroupId>& groups, const Command& command) {
    const auto* acl = std::get_if<ChangeAcl>(&command);
    return acl != nullptr && !acl->edit.remove &&
           std::ranges::any_of(acl->edit.principals, [&](const Principal& principal) {
               return principal.kind == PrincipalKind::group &&
                      groups.contains(GroupId{principal.id});
           });
}

Error no_order_left(const Step& step, const Excess& excess) {
    return Error{
        .kind = ErrorKind::blocked,
        .message = fmt::format(
            "no order of requests is safe: to {} would give `{}` {} on {} for a moment, which it "
            "has neither before nor after this plan",
            describe(step.command),
            excess.principal.text(),
            excess.privilege.text,
            excess.path
        ),
        .help = "make the change in two applies: first take away, then give",
    };
}

/// Takes steps one after the other, each time one that is ready and gives nothing away.
class Scheduler {
public:
    Scheduler(std::vector<Step> steps, Rehearsal& rehearsal, const Circumspection& care)
        : rehearsal_(rehearsal), care_(care) {
        const State& before = rehearsal.state();
        const std::set<TokenId> predecessors = predecessors_in(steps);
        std::vector<std::pair<Rank, Step>> ranked;
        for (Step& step : with_ends_apart(std::move(steps), predecessors)) {
            const Rank rank = rank_of(step.command, before, predecessors);
            ranked.emplace_back(rank, std::move(step));
        }
        std::ranges::stable_sort(ranked, {}, [](const auto& pair) { return pair.first; });
        const OwnAccess own(care.running, before);
        for (auto& [rank, step] : ranked) {
            auto& list = own.is_touched_by(step.command) ? own_ : others_;
            list.push_back(std::move(step));
        }
    }

    Result<Ordered> run() && {
        while (!others_.empty() || !own_.empty()) {
            refused_.clear();
            if (take_from(others_, others_.size()) || split_a_batch() || suspend_somebody() ||
                take_from(own_, 1)) {
                continue;
            }
            if (refused_.empty()) {
                return std::unexpected(Error{.message = "the steps of a plan wait for each other"});
            }
            return std::unexpected(no_order_left(*refused_.front().step, refused_.front().excess));
        }
        return std::move(ordered_);
    }

private:
    using Steps = std::list<Step>;

    /// A step that could be sent now, were it not for what it gives away.
    struct Refused {
        Steps* list;
        Steps::iterator step;
        Excess excess;
    };

    /// Goes through a list once and takes up to `most` steps; whether it took any.
    bool take_from(Steps& list, std::size_t most) {
        std::size_t taken = 0;
        for (auto it = list.begin(); it != list.end() && taken < most;) {
            if (!is_ready(it->command, rehearsal_.state())) {
                ++it;
                continue;
            }
            if (auto excess = excess_after(*it)) {
                refused_.push_back({&list, it, std::move(*excess)});
                ++it;
                continue;
            }
            if (&list == &others_ && add_rows_of_groups_joined_by(it->command)) {
                return true; // what can be taken now may be something else
            }
            take(std::move(*it));
            it = list.erase(it);
            ++taken;
        }
        return taken > 0;
    }

    /// Whoever goes from one group to another goes without for a while, unless what the new one
    /// gives is there before. Whether there was something to add, and it was taken.
    bool add_rows_of_groups_joined_by(const Command& command) {
        const auto* update = std::get_if<UpdateUser>(&command);
        if (update == nullptr || !update->fields.groups || update->fields.append_groups ||
            !rehearsal_.loss_after(command, Losses::that_return)) {
            return false;
        }
        const std::size_t before = others_.size();
        for (auto it = others_.begin(); it != others_.end();) {
            const bool is_first = gives_to_any_of(*update->fields.groups, it->command) &&
                                  is_ready(it->command, rehearsal_.state()) && !excess_after(*it);
            if (is_first) {
                take(std::move(*it));
            }
            it = is_first ? others_.erase(it) : std::next(it);
        }
        return others_.size() < before;
    }

    /// A step that was refused is not rehearsed again before something has changed for whom it
    /// would give too much to: with many users to be suspended one by one, most steps wait for
    /// long.
    std::optional<Excess> excess_after(const Step& step) {
        if (const auto known = known_.find(&step); known != known_.end()) {
            return known->second;
        }
        auto excess = rehearsal_.excess_after(step.command);
        if (excess) {
            known_.emplace(&step, *excess);
        }
        return excess;
    }

    void take(Step step) {
        forget_what_depends_on(step.command);
        rehearsal_.take(step.command);
        ordered_.steps.push_back(std::move(step));
    }

    /// What is done to users and tokens matters to nobody else; groups and roles do.
    void forget_what_depends_on(const Command& command) {
        const auto users = users_alone_changed_by(command);
        if (!users) {
            known_.clear();
            return;
        }
        for (const UserId& user : *users) {
            forget_what_is_known_of(user);
        }
    }

    void forget_what_is_known_of(const UserId& user) {
        std::erase_if(known_, [&](const auto& one) {
            return user_behind(one.second.principal) == user;
        });
    }

    bool split_a_batch() {
        for (const Refused& refused : refused_) {
            std::vector<Step> parts = split(*refused.step);
            if (parts.size() > 1) {
                refused.list->insert(
                    refused.step,
                    std::make_move_iterator(parts.begin()),
                    std::make_move_iterator(parts.end())
                );
                known_.erase(&*refused.step);
                refused.list->erase(refused.step);
                return true;
            }
        }
        return false;
    }

    /// Somebody who would hold too much for a moment holds nothing instead until the rest is done:
    /// expired, with the mark by which a later run would find and finish the work.
    bool suspend_somebody() {
        for (const Refused& refused : refused_) {
            const UserId user = user_behind(refused.excess.principal);
            const bool is_own = care_.running && user_behind(*care_.running) == user;
            const bool again = suspended_.contains(user);
            if (is_own || again || user == root_user || !care_.can_be_suspended(user)) {
                continue;
            }
            suspend(user);
            ordered_.suspended.push_back({user, refused.excess});
            return true;
        }
        return false;
    }

    void suspend(const UserId& user) {
        suspended_.insert(user);
        forget_what_is_known_of(user);
        Steps::iterator creation = others_.end();
        for (auto it = others_.begin(); it != others_.end(); ++it) {
            if (auto* create = std::get_if<CreateUser>(&it->command);
                create && create->id == user) {
                create->fields.expire = Expiry::suspended();
                creation = it;
            }
            if (auto* update = std::get_if<UpdateUser>(&it->command);
                update && update->id == user) {
                update->fields.expire.reset(); // the revival sets it
            }
        }
        std::vector<std::size_t> changes;
        if (creation != others_.end()) {
            changes = creation->changes;
        } else {
            take({UpdateUser{user, {.expire = Expiry::suspended()}}, {}});
        }
        const auto& users = rehearsal_.after().users;
        if (const auto after = users.find(user); after != users.end()) {
            others_.push_back({UpdateUser{user, {.expire = after->second.expire}}, changes});
        }
    }

    Rehearsal& rehearsal_;
    const Circumspection& care_;
    Steps others_;
    Steps own_; // those that touch the running identity
    std::vector<Refused> refused_;
    std::map<const Step*, Excess> known_; // of steps that were refused
    std::set<UserId> suspended_;
    Ordered ordered_;
};

} // namespace

Result<Ordered>
in_order(std::vector<Step> steps, Rehearsal& rehearsal, const Circumspection& care) {
    return Scheduler(std::move(steps), rehearsal, care).run();
}

} // namespace pveform::plan
