#include "plan/order.hpp"

#include <algorithm>
#include <list>
#include <tuple>

#include <fmt/format.h>

namespace pveform::plan {

namespace {

/// The usual order, which keeps the rule by itself for changes of roles and ACL rows:
///
///     narrow and create roles → groups → users → issue tokens
///       → add ACL rows, deepest path first, users' and tokens' before groups'
///       → remove ACL rows, highest path first, groups' before users'
///       → destroy tokens → widen roles
///
/// A deeper row replaces what is inherited, and a user's row hides those of its groups. So while
/// rows are added from the bottom, nothing that the new rows will hide comes into effect; while
/// they are removed from the top, nothing that the old rows hid does.
enum class Phase {
    narrow_roles,
    create_groups,
    change_users,
    issue_tokens,
    add_acl,
    remove_acl,
    change_tokens,
    destroy_tokens,
    widen_roles,
};

Phase phase(const CreateRole&, const State&) {
    return Phase::narrow_roles;
}

Phase phase(const SetRolePrivileges& command, const State& before) {
    const std::set<Privilege>& present = before.roles.at(command.id).privileges;
    return std::ranges::includes(present, command.privileges) ? Phase::narrow_roles
                                                              : Phase::widen_roles;
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

Phase phase(const UpdateUser& command, const State& before) {
    // The second step of a user that is created disabled, to shed what a namesake left.
    return before.users.contains(command.id) ? Phase::change_users : Phase::widen_roles;
}

Phase phase(const IssueToken&, const State&) {
    return Phase::issue_tokens;
}

Phase phase(const UpdateToken&, const State&) {
    return Phase::change_tokens;
}

Phase phase(const DestroyToken&, const State&) {
    return Phase::destroy_tokens;
}

Phase phase(const ChangeAcl& command, const State&) {
    return command.edit.remove ? Phase::remove_acl : Phase::add_acl;
}

bool touches(const Command& command, const Principal& running, const State& before) {
    const UserId user =
        running.kind == PrincipalKind::token ? split_token_id(running.id).user : UserId{running.id};
    const auto is_own = [&](const Principal& principal) {
        if (principal.kind != PrincipalKind::group) {
            return principal == running || principal == Principal::of(user);
        }
        const auto group = before.groups.find(GroupId{principal.id});
        return group != before.groups.end() && group->second.members.contains(user);
    };
    if (const auto* update = std::get_if<UpdateUser>(&command)) {
        return update->id == user;
    }
    if (const auto* token = std::get_if<UpdateToken>(&command)) {
        return is_own(Principal::of(token->id));
    }
    if (const auto* token = std::get_if<DestroyToken>(&command)) {
        return is_own(Principal::of(token->id));
    }
    if (const auto* acl = std::get_if<ChangeAcl>(&command)) {
        return std::ranges::any_of(acl->edit.principals, is_own);
    }
    if (const auto* role = std::get_if<SetRolePrivileges>(&command)) {
        return std::ranges::any_of(before.acl, [&](const auto& row) {
            return row.first.role == role->id && is_own(row.first.principal);
        });
    }
    return false;
}

/// Sorts the steps into the usual order. Within the ACL phases: the depth of the path, then whose
/// row it is.
struct Rank {
    bool own = false;
    Phase phase = Phase::narrow_roles;
    long depth = 0;
    bool second = false;
    friend auto operator<=>(const Rank&, const Rank&) = default;
};

Rank rank_of(const Command& command, const std::optional<Principal>& running, const State& before) {
    Rank rank;
    rank.own = running && touches(command, *running, before);
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

} // namespace

Result<std::vector<Step>>
in_order(std::vector<Step> steps, Rehearsal& rehearsal, const std::optional<Principal>& running) {
    const State before = rehearsal.state();
    std::vector<std::pair<Rank, Step>> ranked;
    for (Step& step : steps) {
        ranked.emplace_back(rank_of(step.command, running, before), std::move(step));
    }
    std::ranges::stable_sort(ranked, {}, [](const auto& pair) { return pair.first; });
    std::list<Step> waiting;
    for (auto& [rank, step] : ranked) {
        waiting.push_back(std::move(step));
    }

    std::vector<Step> ordered;
    while (!waiting.empty()) {
        std::optional<std::pair<std::list<Step>::iterator, Excess>> refused;
        auto next = waiting.end();
        for (auto it = waiting.begin(); it != waiting.end() && next == waiting.end(); ++it) {
            if (!is_ready(it->command, rehearsal.state())) {
                continue;
            }
            if (auto excess = rehearsal.excess_after(it->command)) {
                refused = refused ? refused : std::pair(it, std::move(*excess));
                continue;
            }
            next = it;
        }
        if (next != waiting.end()) {
            rehearsal.take(next->command);
            ordered.push_back(std::move(*next));
            waiting.erase(next);
            continue;
        }
        const auto batch =
            std::ranges::find_if(waiting, [](const Step& step) { return split(step).size() > 1; });
        if (batch == waiting.end()) {
            return std::unexpected(
                refused ? no_order_left(*refused->first, refused->second)
                        : Error{.message = "the steps of a plan wait for each other"}
            );
        }
        for (Step& part : split(*batch)) {
            waiting.insert(batch, std::move(part));
        }
        waiting.erase(batch);
    }
    return ordered;
}

} // namespace pveform::plan
