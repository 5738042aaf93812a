#include "live/completeness.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::live {

namespace {

const Privilege sys_audit{"Sys.Audit"};

/// Any of them shows a group, and the users in it.
const std::array shows_group = {sys_audit, Privilege{"User.Modify"}, Privilege{"Group.Allocate"}};

const std::array shows_all_users = {sys_audit, Privilege{"User.Modify"}};

constexpr std::string_view groups_path = "/access/groups";

/// A name below a path that no ACL entry stands at: what is held there is held at every such name.
constexpr std::string_view unused_name = "/pveform-asks-what-is-inherited";

struct Gap {
    std::string path;
    std::string hidden; // what cannot be seen
};

bool holds(const OwnPermissions& own, const std::string& path, std::span<const Privilege> any_of) {
    const auto at = own.find(path);
    return at != own.end() && std::ranges::any_of(any_of, [&](const Privilege& privilege) {
               return at->second.contains(privilege);
           });
}

bool holds_propagating(
    const OwnPermissions& own, const std::string& path, std::span<const Privilege> any_of
) {
    const auto at = own.find(path);
    return at != own.end() && std::ranges::any_of(any_of, [&](const Privilege& privilege) {
               const auto held = at->second.find(privilege);
               return held != at->second.end() && held->second;
           });
}

/// Whether groups without ACL entries on their own path are shown. What does not propagate from
/// `/access/groups` may still come from above it, so that PVE has to be asked.
Result<bool> sees_ordinary_groups(ReadTransport& transport, const OwnPermissions& own) {
    const std::string path(groups_path);
    if (holds_propagating(own, path, shows_group)) {
        return true;
    }
    const std::string below = path + std::string(unused_name);
    return holds(TRY(fetch_own_permissions(transport, below)), below, shows_group);
}

/// The groups with ACL entries on their own path, or below it: these replace what is inherited.
std::set<std::string> groups_with_own_path(const State& state) {
    const std::string prefix = std::string(groups_path) + "/";
    std::set<std::string> paths;
    for (const auto& [row, grant] : state.acl) {
        const std::string& path = row.path.text;
        if (path.starts_with(prefix)) {
            paths.insert(path.substr(0, path.find('/', prefix.size())));
        }
    }
    return paths;
}

Result<std::vector<Gap>> find_gaps(ReadTransport& transport, const View& view) {
    // Without this one the ACL is not complete, and what else is missing cannot be told from it.
    if (!holds(view.own, "/access", std::span(&sys_audit, 1))) {
        return std::vector{Gap{"/access", "ACL entries, users and groups"}};
    }
    std::vector<Gap> gaps;
    if (!holds(view.own, std::string(groups_path), shows_all_users)) {
        gaps.push_back({std::string(groups_path), "users and their tokens"});
    }
    if (!TRY(sees_ordinary_groups(transport, view.own))) {
        gaps.push_back({std::string(groups_path), "groups"});
    }
    for (const std::string& path : groups_with_own_path(view.state)) {
        if (!holds(view.own, path, shows_group)) {
            gaps.push_back({path, fmt::format("group `{}`", path.substr(groups_path.size() + 1))});
        }
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

} // namespace pveform::live
