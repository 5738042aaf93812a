// From a snapshot to its JSON text.

#include <iterator>

#include "formats/snapshot.hpp"
#include "formats/snapshot_format.hpp"
#include "json/write.hpp"

namespace pveform::formats {

namespace {

/// The texts of ids, in their order.
template<class Ids>
json::Value texts_of(const Ids& ids) {
    json::Array texts;
    for (const auto& id : ids) {
        texts.emplace_back(id.text);
    }
    return texts;
}

json::Value realms_value(const State& state) {
    json::Object realms;
    for (const auto& [id, realm] : state.realms) {
        realms.emplace_back(
            id.text,
            json::Object{
                {"type", realm.type},
                {"comment", realm.comment},
                {"case_sensitive", realm.case_sensitive},
            }
        );
    }
    return realms;
}

json::Value roles_value(const State& state) {
    json::Object roles;
    for (const auto& [id, role] : state.roles) {
        roles.emplace_back(
            id.text,
            json::Object{
                {"built_in", role.built_in},
                {"privileges", texts_of(role.privileges)},
            }
        );
    }
    return roles;
}

json::Value groups_value(const State& state) {
    json::Object groups;
    for (const auto& [id, group] : state.groups) {
        groups.emplace_back(
            id.text, json::Object{{"comment", group.comment}, {"members", texts_of(group.members)}}
        );
    }
    return groups;
}

json::Value tokens_value(const UserId& user, const State& state) {
    json::Object tokens;
    for (auto it = state.tokens.lower_bound(TokenId{user, {}});
         it != state.tokens.end() && it->first.user == user;
         ++it) {
        const auto& [id, token] = *it;
        tokens.emplace_back(
            id.name,
            json::Object{
                {"comment", token.comment},
                {"expire", token.expire.seconds},
                {"privilege_separation", token.privilege_separation},
            }
        );
    }
    return tokens;
}

json::Value users_value(const State& state) {
    json::Object users;
    for (const auto& [id, user] : state.users) {
        users.emplace_back(
            id.text,
            json::Object{
                {"enabled", user.enabled},
                {"expire", user.expire.seconds},
                {"first_name", user.first_name},
                {"last_name", user.last_name},
                {"email", user.email},
                {"comment", user.comment},
                {"tokens", tokens_value(id, state)},
            }
        );
    }
    return users;
}

json::Value acl_value(const State& state) {
    json::Array rows;
    for (const auto& [key, grant] : state.acl) {
        rows.push_back(json::Object{
            {"path", key.path.text},
            {"kind", to_string(key.principal.kind)},
            {"id", key.principal.id},
            {"role", key.role.text},
            {"propagate", grant.propagate},
        });
    }
    return rows;
}

json::Value pools_value(const State& state) {
    json::Object pools;
    for (const auto& [id, pool] : state.pools) {
        json::Array guests;
        for (const std::uint32_t guest : pool.guests) {
            guests.emplace_back(std::int64_t{guest});
        }
        json::Array storages(pool.storages.begin(), pool.storages.end());
        pools.emplace_back(
            id.text,
            json::Object{
                {"comment", pool.comment},
                {"guests", std::move(guests)},
                {"storages", std::move(storages)},
            }
        );
    }
    return pools;
}

} // namespace

std::string write_snapshot(const Snapshot& snapshot) {
    const State& state = snapshot.state;
    const json::Value value = json::Object{
        {"format", snapshot_format},
        {"format_version", snapshot_format_version},
        {"cluster", snapshot.cluster},
        {"endpoint", snapshot.endpoint},
        {"taken_at", snapshot.taken_at},
        {"pve_version", snapshot.version},
        {"pve_release", state.release.text()},
        {"hidden_pools", texts_of(snapshot.hidden_pools)},
        {"realms", realms_value(state)},
        {"roles", roles_value(state)},
        {"groups", groups_value(state)},
        {"users", users_value(state)},
        {"acl", acl_value(state)},
        {"pools", pools_value(state)},
    };
    return json::dump(value, json::Style::indented) + "\n";
}

} // namespace pveform::formats
