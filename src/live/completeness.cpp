#include "live/completeness.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::live {

namespace {

const Privilege sys_audit{"Sys.Audit"};

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
    if (!held(view.own, "/access", {sys_audit})) {
        return std::vector{Gap{"/access", "ACL entries, users and groups"}};
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

/// Grants to a token's user as well: with privilege separation a token has only what both have.
std::string grant_command(const std::string& path, const std::string& identity) {
    const auto token = TokenId::parse(identity);
    const std::string whom =
        token ? fmt::format("--users '{}' --tokens '{}'", token->user.text, identity)
              : fmt::format("--users '{}'", identity);
    return fmt::format("pveum acl modify {} --roles PVEAuditor {}", path, whom);
}

Error incomplete(const std::vector<Gap>& gaps, const std::string& identity) {
    Error error{
        .kind = ErrorKind::incomplete_view,
        .message = fmt::format(
            "PVE hides a part of the cluster from `{}`: `{}` is missing on `{}`",
            printable(identity),
            sys_audit.text,
            gaps.front().path
        ),
    };
    std::vector<std::string> commands;
    for (const Gap& gap : gaps) {
        error.notes.push_back(fmt::format(
            "without `{}` on `{}` PVE leaves out {}", sys_audit.text, gap.path, gap.hidden
        ));
        const std::string command = grant_command(gap.path, printable(identity));
        if (std::ranges::find(commands, command) == commands.end()) {
            commands.push_back(command);
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
    return std::unexpected(incomplete(gaps, identity));
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
