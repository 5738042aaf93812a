#include "model/object_paths.hpp"

#include <cstdint>
#include <utility>

#include "model/acl_path.hpp"

namespace pveform {

namespace {

std::string child_of(std::string_view root, std::string_view name) {
    std::string path(root);
    path += '/';
    path += name;
    return path;
}

} // namespace

std::string path_of(const GroupId& group) {
    return child_of(groups_root, group.text);
}

std::string path_of(const RealmId& realm) {
    return child_of(realms_root, realm.text);
}

std::string path_of(const PoolId& pool) {
    return child_of(pools_root, pool.text);
}

std::vector<std::string> member_paths(const Pool& pool) {
    std::vector<std::string> paths;
    paths.reserve(pool.guests.size() + pool.storages.size());
    for (const std::uint32_t guest : pool.guests) {
        paths.push_back(child_of(guests_root, std::to_string(guest)));
    }
    for (const std::string& storage : pool.storages) {
        paths.push_back(child_of(storages_root, storage));
    }
    return paths;
}

PoolsByMember pools_by_member(const State& state) {
    PoolsByMember pools;
    for (const auto& [id, pool] : state.pools) {
        for (std::string& path : member_paths(pool)) {
            pools[std::move(path)].push_back(id);
        }
    }
    return pools;
}

std::optional<MemberKind> member_kind(std::string_view path) {
    if (is_below(path, guests_root)) {
        return MemberKind::guest;
    }
    return is_below(path, storages_root) ? std::optional(MemberKind::storage) : std::nullopt;
}

bool is_pool_path(std::string_view path) {
    return is_below(path, pools_root);
}

} // namespace pveform
