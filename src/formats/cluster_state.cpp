#include "formats/cluster_state.hpp"

#include <limits>

#include "base/text.hpp"
#include "formats/perl_text.hpp"
#include "model/builtin_roles.hpp"

namespace pveform::formats {

namespace {

Expiry to_expiry(const ExpiryText& text) {
    if (!is_true(text)) {
        return Expiry::never();
    }
    return {parse_integer<UnixSeconds>(text).value_or(std::numeric_limits<UnixSeconds>::max())};
}

void add_users(const UserConfig& config, State& state) {
    for (const auto& [id, entry] : config.users) {
        state.users[UserId{id}] = {
            .enabled = entry.enabled,
            .expire = to_expiry(entry.expire),
            .first_name = entry.first_name,
            .last_name = entry.last_name,
            .email = entry.email.value_or(""),
            .comment = entry.comment,
        };
        for (const auto& [name, token] : entry.tokens) {
            state.tokens[TokenId{UserId{id}, name}] = {
                .privilege_separation = token.privilege_separation,
                .expire = to_expiry(token.expire),
                .comment = token.comment,
            };
        }
    }
}

void add_groups_and_pools(const UserConfig& config, State& state) {
    for (const auto& [id, entry] : config.groups) {
        Group& group = state.groups[GroupId{id}];
        group.comment = entry.comment;
        for (const std::string& user : entry.users) {
            group.members.insert(UserId{user});
        }
    }
    for (const auto& [id, entry] : config.pools) {
        Pool& pool = state.pools[PoolId{id}];
        pool.comment = entry.comment;
        pool.storages = entry.storages;
        for (const std::string& guest : entry.guests) {
            if (const auto number = parse_integer<std::uint32_t>(guest)) {
                pool.guests.insert(*number);
            }
        }
    }
}

void add_roles(const UserConfig& config, State& state) {
    const auto& built_in = builtin_roles(config.release);
    for (const auto& [id, privileges] : config.roles) {
        Role& role = state.roles[RoleId{id}];
        role.built_in = built_in.contains(RoleId{id});
        for (const std::string& privilege : privileges) {
            role.privileges.insert(Privilege{privilege});
        }
    }
}

void add_grants(const Grants& grants, PrincipalKind kind, const std::string& path, State& state) {
    for (const auto& [id, roles] : grants) {
        for (const auto& [role, propagate] : roles) {
            state.acl[{AclPath{path}, Principal{kind, id}, RoleId{role}}] = {propagate};
        }
    }
}

} // namespace

State to_state(const UserConfig& users, const DomainsConfig& domains) {
    State state;
    state.release = users.release;
    for (const auto& [id, realm] : domains.realms) {
        const auto comment = realm.properties.find("comment");
        state.realms[RealmId{id}] = {
            .type = realm.type,
            .comment = comment == realm.properties.end() ? std::string() : comment->second,
            .case_sensitive = is_case_sensitive(domains, id),
        };
    }
    add_users(users, state);
    add_groups_and_pools(users, state);
    add_roles(users, state);
    for (const auto& [path, node] : users.acl) {
        add_grants(node.users, PrincipalKind::user, path, state);
        add_grants(node.groups, PrincipalKind::group, path, state);
        add_grants(node.tokens, PrincipalKind::token, path, state);
    }
    return state;
}

UserConfig to_user_config(const State& state) {
    UserConfig config;
    config.release = state.release;
    for (const auto& [id, user] : state.users) {
        UserEntry& entry = config.users[id.text];
        entry.enabled = user.enabled;
        entry.expire = std::to_string(user.expire.seconds);
        entry.first_name = user.first_name;
        entry.last_name = user.last_name;
        entry.email = user.email;
        entry.comment = user.comment;
    }
    for (const auto& [id, token] : state.tokens) {
        config.users[id.user.text].tokens[id.name] = {
            .privilege_separation = token.privilege_separation,
            .expire = std::to_string(token.expire.seconds),
            .comment = token.comment,
        };
    }
    for (const auto& [id, group] : state.groups) {
        GroupEntry& entry = config.groups[id.text];
        entry.comment = group.comment;
        for (const UserId& member : group.members) {
            entry.users.insert(member.text);
        }
    }
    for (const auto& [id, role] : state.roles) {
        for (const Privilege& privilege : role.privileges) {
            config.roles[id.text].insert(privilege.text);
        }
        config.roles[id.text];
    }
    for (const auto& [id, pool] : state.pools) {
        PoolEntry& entry = config.pools[id.text];
        entry.comment = pool.comment;
        entry.storages = pool.storages;
        for (const std::uint32_t guest : pool.guests) {
            entry.guests.insert(std::to_string(guest));
            config.pool_of_guest[std::to_string(guest)] = id.text;
        }
    }
    for (const auto& [key, grant] : state.acl) {
        AclNode& node = config.acl[key.path.text];
        Grants& grants = key.principal.kind == PrincipalKind::user    ? node.users
                         : key.principal.kind == PrincipalKind::group ? node.groups
                                                                      : node.tokens;
        grants[key.principal.id][key.role.text] = grant.propagate;
    }
    return config;
}

State read_state(std::string_view user_cfg, std::string_view domains_cfg, Release release) {
    return to_state(parse_user_config(user_cfg, release), parse_domains_config(domains_cfg));
}

} // namespace pveform::formats
