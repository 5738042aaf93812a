#include "policy/because.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::policy {

namespace {

/// Entries that count at one level of the tree, and those that are hidden by them.
struct Level {
    std::vector<AclKey> counting;
    std::vector<AclKey> hidden;
};

/// `/`, `/vms`, `/vms/100`.
std::vector<std::string> levels_of(const std::string& path) {
    std::vector<std::string> levels = {"/"};
    std::string level;
    for (const std::string& part : split(path, "/")) {
        level += "/" + part;
        levels.push_back(level);
    }
    return levels;
}

std::vector<AclKey>
rows_at(const State& state, const std::string& path, const Principal& principal, bool is_last) {
    const AclPath at{path};
    std::vector<AclKey> rows;
    for (auto row = state.acl.lower_bound(AclKey{at, principal, {}});
         row != state.acl.end() && row->first.path == at && row->first.principal == principal;
         ++row) {
        if (is_last || row->second.propagate) {
            rows.push_back(row->first);
        }
    }
    return rows;
}

std::vector<AclKey>
rows_of_groups(const State& state, const std::string& path, const UserId& user, bool is_last) {
    std::vector<AclKey> rows;
    for (const auto& [id, group] : state.groups) {
        if (group.members.contains(user)) {
            std::ranges::move(
                rows_at(state, path, Principal::of(id), is_last), std::back_inserter(rows)
            );
        }
    }
    return rows;
}

/// The deepest level that has any; it replaces those above.
Level deciding_level(const State& state, const Principal& principal, const std::string& path) {
    Level deciding;
    const auto levels = levels_of(path);
    for (const std::string& level : levels) {
        const bool is_last = level == levels.back();
        Level here{rows_at(state, level, principal, is_last), {}};
        if (principal.kind == PrincipalKind::user) {
            auto groups = rows_of_groups(state, level, UserId{principal.id}, is_last);
            (here.counting.empty() ? here.counting : here.hidden) = std::move(groups);
        }
        if (!here.counting.empty()) {
            deciding = std::move(here);
        }
    }
    return deciding;
}

std::vector<PoolId> pools_of(const State& state, const std::string& path) {
    std::vector<PoolId> pools;
    for (const auto& [id, pool] : state.pools) {
        const bool holds_guest = std::ranges::any_of(pool.guests, [&](std::uint32_t guest) {
            return path == fmt::format("/vms/{}", guest);
        });
        const bool holds_storage = std::ranges::any_of(pool.storages, [&](const auto& storage) {
            return path == "/storage/" + storage;
        });
        if (holds_guest || holds_storage) {
            pools.push_back(id);
        }
    }
    return pools;
}

std::string words_of(const AclKey& key, const std::string& through) {
    return fmt::format(
        "`{}`: role `{}` of `{}`{}", key.path.text, key.role.text, key.principal.text(), through
    );
}

void add_level(std::vector<std::string>& lines, const Level& level, const std::string& through) {
    for (const AclKey& key : level.counting) {
        lines.push_back(words_of(key, through));
    }
    for (const AclKey& key : level.hidden) {
        lines.push_back(
            words_of(key, through) + fmt::format(", hidden by entries of the user itself")
        );
    }
}

/// By entries of the principal's own and of its groups.
std::vector<std::string>
entries_of(const State& state, const Principal& principal, const std::string& path) {
    std::vector<std::string> lines;
    add_level(lines, deciding_level(state, principal, path), "");
    for (const PoolId& pool : pools_of(state, path)) {
        add_level(
            lines,
            deciding_level(state, principal, "/pool/" + pool.text),
            fmt::format(", through pool `{}`", pool.text)
        );
    }
    if (lines.empty()) {
        lines.push_back(fmt::format("no entry for `{}` reaches `{}`", principal.text(), path));
    }
    return lines;
}

} // namespace

std::vector<std::string>
because(const State& state, const Principal& principal, const std::string& path) {
    if (principal == Principal::of(root_user)) {
        return {"`root@pam` may do everything"};
    }
    if (principal.kind != PrincipalKind::token) {
        return entries_of(state, principal, path);
    }
    const TokenId id = split_token_id(principal.id);
    const auto token = state.tokens.find(id);
    const auto of_user = because(state, Principal::of(id.user), path);
    if (token != state.tokens.end() && !token->second.privilege_separation) {
        std::vector<std::string> lines = {
            fmt::format("without privilege separation it has all rights of `{}`", id.user.text)};
        lines.insert(lines.end(), of_user.begin(), of_user.end());
        return lines;
    }
    auto lines = entries_of(state, principal, path);
    if (id.user != root_user) {
        lines.push_back(fmt::format("and no more than `{}` has:", id.user.text));
        lines.insert(lines.end(), of_user.begin(), of_user.end());
    }
    return lines;
}

} // namespace pveform::policy
