#include "access/evaluator.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "model/builtin_roles.hpp"
#include "model/object_paths.hpp"

namespace pveform::access {

namespace {

using PoolPaths = std::vector<std::string>; // `/pool/prod`

/// Role → propagate flag, of one principal at one node of the tree.
using Roles = std::map<RoleId, bool>;

struct Branch {
    std::map<std::string, Branch, std::less<>> children;
    std::map<Principal, Roles> rows;
};

/// As PVE splits it: trailing empty parts removed, the leading one kept (it is the root).
std::vector<std::string_view> components_of(std::string_view path) {
    if (path == "/") {
        return {""};
    }
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    while (true) {
        const std::size_t slash = path.find('/', begin);
        parts.push_back(path.substr(begin, slash - begin));
        if (slash == std::string_view::npos) {
            break;
        }
        begin = slash + 1;
    }
    while (!parts.empty() && parts.back().empty()) {
        parts.pop_back();
    }
    return parts;
}

/// A syntactically valid user id, as far as PVE looks before it evaluates one.
bool is_user_id(std::string_view id) {
    const std::size_t at = id.rfind('@');
    return at != std::string_view::npos && at > 0 && at + 2 < id.size() &&
           id.find_first_of(" \t\r\n:/") == std::string_view::npos;
}

} // namespace

class Evaluator::Index {
public:
    explicit Index(const State& state);

    [[nodiscard]] Privileges privileges(
        const Principal& principal, std::string_view path, const PoolPaths& more_pools
    ) const;

private:
    [[nodiscard]] Roles roles(const Principal& principal, std::string_view path) const;
    [[nodiscard]] Roles applicable(const Branch& node, const Principal& principal, bool last) const;
    [[nodiscard]] Roles via_groups(const Branch& node, const UserId& user, bool last) const;
    void add_roles_of_pools(
        const Principal& principal, std::string_view path, const PoolPaths& more_pools, Roles& held
    ) const;
    [[nodiscard]] Privileges expand(const Roles& roles) const;
    [[nodiscard]] Privileges all() const;

    const State& state_;
    Branch root_;
    std::map<UserId, std::set<GroupId>> groups_of_;
    std::map<std::string, PoolPaths, std::less<>> pools_of_; // by `/vms/100`
};

Evaluator::Index::Index(const State& state) : state_(state), groups_of_(memberships(state)) {
    for (const auto& [key, grant] : state.acl) {
        const bool is_dangling_token =
            key.principal.kind == PrincipalKind::token && !state.exists(key.principal);
        if (is_dangling_token || !state.roles.contains(key.role)) {
            continue; // PVE drops such rows when it reads its file
        }
        Branch* node = &root_;
        for (const std::string_view part : components_of(key.path.text)) {
            if (!part.empty()) {
                node = &node->children[std::string(part)];
            }
        }
        node->rows[key.principal][key.role] = grant.propagate;
    }
    for (const auto& [id, pool] : state.pools) {
        const std::string pool_path = path_of(id);
        for (std::string& member : member_paths(pool)) {
            pools_of_[std::move(member)].push_back(pool_path);
        }
    }
}

Roles Evaluator::Index::applicable(const Branch& node, const Principal& principal, bool last)
    const {
    const auto rows = node.rows.find(principal);
    if (rows == node.rows.end()) {
        return {};
    }
    Roles found = rows->second;
    std::erase_if(found, [last](const auto& row) { return !last && !row.second; });
    return found;
}

Roles Evaluator::Index::via_groups(const Branch& node, const UserId& user, bool last) const {
    Roles found;
    if (const auto groups = groups_of_.find(user); groups != groups_of_.end()) {
        for (const GroupId& group : groups->second) {
            for (const auto& [role, flag] : applicable(node, Principal::of(group), last)) {
                found[role] = flag;
            }
        }
    }
    return found;
}

/// Deeper levels replace what is inherited; at one level a user's own rows hide those of groups.
Roles Evaluator::Index::roles(const Principal& principal, std::string_view path) const {
    Roles current;
    const Branch* node = &root_;
    const auto components = components_of(path);
    for (std::size_t i = 0; i < components.size() && node != nullptr; ++i) {
        if (!components[i].empty()) {
            const auto child = node->children.find(components[i]);
            node = child == node->children.end() ? nullptr : &child->second;
        }
        if (node == nullptr) {
            break;
        }
        const bool last = i + 1 == components.size();
        Roles here = applicable(*node, principal, last);
        if (here.empty() && principal.kind == PrincipalKind::user) {
            here = via_groups(*node, UserId{principal.id}, last);
        }
        if (!here.empty()) {
            current = std::move(here);
        }
    }
    if (const auto none = current.find(no_access); none != current.end()) {
        return {*none};
    }
    return current;
}

/// What comes through a pool never propagates.
void Evaluator::Index::add_roles_of_pools(
    const Principal& principal, std::string_view path, const PoolPaths& more_pools, Roles& held
) const {
    if (held.contains(no_access)) {
        return;
    }
    Roles inherited;
    if (const auto pools = pools_of_.find(path); pools != pools_of_.end()) {
        for (const std::string& pool : pools->second) {
            inherited.merge(roles(principal, pool));
        }
    }
    for (const std::string& pool : more_pools) {
        inherited.merge(roles(principal, pool));
    }
    if (inherited.contains(no_access)) {
        held = {{no_access, false}};
        return;
    }
    for (const auto& [role, flag] : inherited) {
        held.try_emplace(role, false);
    }
}

Privileges Evaluator::Index::expand(const Roles& roles) const {
    Privileges privileges;
    for (const auto& [id, flag] : roles) {
        for (const Privilege& privilege : state_.roles.at(id).privileges) {
            privileges[privilege] |= flag;
        }
    }
    return privileges;
}

Privileges Evaluator::Index::all() const {
    Privileges privileges;
    for (const Privilege& privilege : state_.privileges()) {
        privileges[privilege] = true;
    }
    return privileges;
}

Privileges Evaluator::Index::privileges(
    const Principal& principal, std::string_view path, const PoolPaths& more_pools
) const {
    if (principal == Principal::of(root_user)) {
        return all();
    }
    const bool is_token = principal.kind == PrincipalKind::token;
    const TokenId id = is_token ? split_token_id(principal.id) : TokenId{};
    if (is_token) {
        const auto token = state_.tokens.find(id);
        if (token == state_.tokens.end()) {
            return {};
        }
        if (!token->second.privilege_separation) {
            return privileges(Principal::of(id.user), path, more_pools);
        }
    } else if (principal.kind == PrincipalKind::group || !is_user_id(principal.id)) {
        return {};
    }
    Roles held = roles(principal, path);
    add_roles_of_pools(principal, path, more_pools, held);
    Privileges own = expand(held);
    if (!is_token || id.user == root_user) {
        return own;
    }
    const Privileges owners = privileges(Principal::of(id.user), path, more_pools);
    Privileges both;
    for (const auto& [privilege, flag] : own) {
        if (const auto found = owners.find(privilege); found != owners.end()) {
            both[privilege] = flag && found->second;
        }
    }
    return both;
}

Evaluator::Evaluator(const State& state) : index_(std::make_unique<const Index>(state)) {}

Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

Privileges Evaluator::privileges(const Principal& principal, std::string_view path) const {
    return index_->privileges(principal, path, {});
}

Privileges Evaluator::privileges_in_pools(
    const Principal& principal, std::string_view path, const std::vector<std::string>& pools
) const {
    return index_->privileges(principal, path, pools);
}

bool Evaluator::holds(const Principal& principal, std::string_view path, const Privilege& privilege)
    const {
    return privileges(principal, path).contains(privilege);
}

} // namespace pveform::access
