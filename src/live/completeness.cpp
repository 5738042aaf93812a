#include "live/completeness.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "access/grant.hpp"
#include "base/text.hpp"

namespace pveform::live {

namespace {

const Privilege sys_audit{"Sys.Audit"};

const std::string access_path = "/access";

const Listing groups{
    .base = "/access/groups",
    .levels = 1,
    .privileges = {sys_audit, Privilege{"User.Modify"}, Privilege{"Group.Allocate"}},
};

const std::vector<Privilege> shows_all_users = {sys_audit, Privilege{"User.Modify"}};

/// A name below a path that no ACL entry stands at: what is held there is held at every such name.
constexpr std::string_view unused_name = "/pveform-asks-what-is-inherited";

struct Gap {
    std::string path;
    std::string hidden; // what cannot be seen
};

/// Whether one of the privileges is held there; if so, whether one propagates.
std::optional<bool>
held(const OwnPermissions& own, const std::string& path, const std::vector<Privilege>& any_of) {
    std::optional<bool> propagates;
    const auto at = own.find(path);
    if (at == own.end()) {
        return propagates;
    }
    for (const Privilege& privilege : any_of) {
        const auto found = at->second.find(privilege);
        if (found != at->second.end()) {
            propagates = propagates.value_or(false) || found->second;
        }
    }
    return propagates;
}

/// Whether objects without ACL entries on their own path are shown. What does not propagate from
/// the base may still come from above it, and the base is not always in PVE's list: then it is
/// asked.
Result<bool>
shows_ordinary_objects(ReadTransport& transport, const View& view, const Listing& listing) {
    if (held(view.own, listing.base, listing.privileges).value_or(false)) {
        return true;
    }
    const std::string below = listing.base + std::string(unused_name);
    const OwnPermissions own = TRY(fetch_own_permissions(transport, below));
    return held(own, below, listing.privileges).has_value();
}

/// The objects of a listing that are in the tree of ACL entries: those with entries on their own
/// path, or below it.
std::set<std::string> objects_in_tree(const View& view, const Listing& listing) {
    const std::string prefix = listing.base + "/";
    std::set<std::string> paths;
    for (const auto& [row, grant] : view.state.acl) {
        const std::string& path = row.path.text;
        if (!path.starts_with(prefix)) {
            continue;
        }
        std::size_t end = listing.base.size();
        for (int level = 0; level < listing.levels && end != std::string::npos; ++level) {
            end = path.find('/', end + 1);
            paths.insert(path.substr(0, end));
        }
    }
    return paths;
}

Result<std::vector<Gap>> find_gaps(ReadTransport& transport, const View& view) {
    // Without this one the ACL is not complete, and what else is missing cannot be told from it.
    if (!held(view.own, access_path, {sys_audit})) {
        return std::vector{Gap{access_path, "ACL entries, users and groups"}};
    }
    std::vector<Gap> gaps;
    if (!held(view.own, groups.base, shows_all_users)) {
        gaps.push_back({groups.base, "users and their tokens"});
    }
    for (const AclPath& path : TRY(hidden_objects(transport, view, groups))) {
        const bool all = path.text == groups.base;
        gaps.push_back({
            path.text,
            all ? "groups" : fmt::format("group `{}`", path.text.substr(groups.base.size() + 1)),
        });
    }
    return gaps;
}

/// Who has to have an entry so that the identity sees more.
Principal holder_of(const State& state, const std::string& identity) {
    const auto id = TokenId::parse(identity);
    if (!id) {
        return Principal::of(UserId{identity});
    }
    const auto token = state.tokens.find(*id);
    const bool is_whole = token != state.tokens.end() && !token->second.privilege_separation;
    return is_whole ? Principal::of(id->user) : Principal::of(*id);
}

/// Whether all that can give the principal a role at the path was shown: the ACL, and of a user the
/// members of every group that is in it.
bool knows_roles(const State& state, const Principal& holder, const std::string& path) {
    if (path == access_path) {
        return false;
    }
    return holder.kind == PrincipalKind::token ||
           std::ranges::all_of(state.acl, [&state](const auto& entry) {
               const Principal& other = entry.first.principal;
               return other.kind != PrincipalKind::group || state.exists(other);
           });
}

/// With the roles that an entry at this path would take away, as far as they are known.
std::string grant_command(const State& state, const Principal& holder, const std::string& path) {
    access::RoleNames roles;
    if (knows_roles(state, holder, path)) {
        roles = access::roles_that_reach(state, holder, AclPath{path});
    }
    roles.insert("PVEAuditor");
    return fmt::format(
        "pveum acl modify {} --roles {} --{}s '{}'",
        path,
        join({roles.begin(), roles.end()}, ","),
        to_string(holder.kind),
        holder.id
    );
}

/// What the command would take away where the holder's entries could not be seen.
std::string warning_about(const View& view, const Principal& holder, const std::string& path) {
    std::vector<std::string> held_now;
    if (const auto at = view.own.find(path); at != view.own.end()) {
        for (const auto& [privilege, propagates] : at->second) {
            held_now.push_back(fmt::format("`{}`", privilege.text));
        }
    }
    const bool is_user = holder.kind == PrincipalKind::user;
    return fmt::format(
        "an entry on `{}` replaces what `{}` has from above{}: if there are such roles, name them "
        "in "
        "the same command, `--roles PVEAuditor,…`{}",
        path,
        holder.id,
        is_user ? ", and hides what its groups have there" : "",
        held_now.empty() ? "" : "; what it holds there now: " + join(held_now, ", ")
    );
}

/// A token with privilege separation has only what its user has as well, and nothing here tells
/// whether the user has it.
std::string note_about_user(const UserId& user, const std::string& path) {
    return fmt::format(
        "its user `{0}` needs `{1}` there as well, or instead where the token has no privilege "
        "separation; if `{0}` lacks it, grant it at the path where its roles are: an entry of its "
        "own on `{2}` would replace what it has from above, or from its groups",
        user.text,
        sys_audit.text,
        path
    );
}

Error incomplete(const View& view, const std::vector<Gap>& gaps, const std::string& identity) {
    Error error{
        .kind = ErrorKind::incomplete_view,
        .message = fmt::format(
            "PVE hides a part of the cluster from `{}`: `{}` is missing on `{}`",
            identity,
            sys_audit.text,
            gaps.front().path
        ),
    };
    const Principal holder = holder_of(view.state, identity);
    std::vector<std::string> commands;
    std::vector<std::string> warnings;
    for (const Gap& gap : gaps) {
        error.notes.push_back(fmt::format(
            "without `{}` on `{}` PVE leaves out {}", sys_audit.text, gap.path, gap.hidden
        ));
        const std::string command = grant_command(view.state, holder, gap.path);
        if (std::ranges::find(commands, command) != commands.end()) {
            continue;
        }
        commands.push_back(command);
        if (!knows_roles(view.state, holder, gap.path)) {
            warnings.push_back(warning_about(view, holder, gap.path));
        }
    }
    std::ranges::move(warnings, std::back_inserter(error.notes));
    if (holder.kind == PrincipalKind::token) {
        const UserId user = split_token_id(holder.id).user;
        if (user != root_user) {
            error.notes.push_back(note_about_user(user, gaps.front().path));
        }
    }
    error.help = fmt::format(
        "a plan made from that would be wrong; on a node, an administrator grants it: `{}`",
        join(commands, "`, `")
    );
    return error;
}

} // namespace

Result<void>
check_complete(ReadTransport& transport, const View& view, const std::string& identity) {
    const std::vector<Gap> gaps = TRY(find_gaps(transport, view));
    if (gaps.empty()) {
        return {};
    }
    return std::unexpected(incomplete(view, gaps, printable(identity)));
}

Result<std::set<AclPath>>
hidden_objects(ReadTransport& transport, const View& view, const Listing& listing) {
    std::set<AclPath> hidden;
    if (!TRY(shows_ordinary_objects(transport, view, listing))) {
        hidden.insert(AclPath{listing.base});
    }
    for (const std::string& path : objects_in_tree(view, listing)) {
        const auto propagates = held(view.own, path, listing.privileges);
        const auto depth = std::ranges::count(path, '/') - std::ranges::count(listing.base, '/');
        const bool has_objects_below = depth < listing.levels;
        if (!propagates || (has_objects_below && !*propagates)) {
            hidden.insert(AclPath{path});
        }
    }
    return hidden;
}

} // namespace pveform::live
