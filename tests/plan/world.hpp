// Small clusters and documents for the tests of plans, built by hand or at random.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "desired/desired.hpp"
#include "model/state.hpp"

namespace pveform::test {

inline AclKey row(const std::string& path, const Principal& principal, const std::string& role) {
    return AclKey{AclPath{path}, principal, RoleId{role}};
}

inline Principal user(const std::string& id) {
    return Principal::of(UserId{id});
}

inline Principal group(const std::string& id) {
    return Principal::of(GroupId{id});
}

inline Principal token(const std::string& id) {
    return Principal::of(split_token_id(id));
}

inline Role role(std::initializer_list<const char*> privileges, bool built_in = false) {
    Role result;
    for (const char* privilege : privileges) {
        result.privileges.insert(Privilege{privilege});
    }
    result.built_in = built_in;
    return result;
}

/// Realms pam and pve, root@pam, the roles Administrator (of a few privileges), NoAccess,
/// PVEAuditor.
inline State empty_cluster() {
    State state;
    state.realms[RealmId{"pam"}] = Realm{"pam", {}};
    state.realms[RealmId{"pve"}] = Realm{"pve", {}};
    state.realms[RealmId{"corp"}] = Realm{"ldap", {}};
    state.roles[RoleId{"Administrator"}] = role(
        {"Permissions.Modify",
         "Sys.Audit",
         "VM.Allocate",
         "VM.Audit",
         "VM.Console",
         "VM.PowerMgmt"},
        true
    );
    state.roles[RoleId{"NoAccess"}] = role({}, true);
    state.roles[RoleId{"PVEAuditor"}] = role({"Sys.Audit", "VM.Audit"}, true);
    state.users[root_user] = User{};
    return state;
}

template<class T>
desired::Optional<T> said(T value) {
    return desired::Declared<T>{std::move(value), {}};
}

/// A written list: what stands in it, from nowhere in particular.
template<class T>
std::map<T, Span> listed(std::initializer_list<T> items) {
    std::map<T, Span> list;
    for (const T& item : items) {
        list[item] = {};
    }
    return list;
}

inline desired::AclRow
wanted_row(const std::string& path, const std::string& role, bool propagate = true) {
    return desired::AclRow{AclPath{path}, RoleId{role}, propagate, {}};
}

/// Draws clusters and documents from so few names that they collide all the time.
class RandomWorld {
public:
    explicit RandomWorld(unsigned seed) : random_(seed) {}

    State cluster() {
        State state = empty_cluster();
        for (const auto& [id, privileges] : some_roles()) {
            state.roles[RoleId{id}] = privileges;
        }
        for (const std::string& id : subset(group_names)) {
            state.groups[GroupId{id}].comment = text();
        }
        for (const std::string& id : subset(user_names)) {
            User& one = state.users[UserId{id}];
            one.comment = text();
            one.enabled = chance(85);
            for (const std::string& name : subset(token_names)) {
                Token& made = state.tokens[TokenId{UserId{id}, name}];
                made.privilege_separation = chance(60);
                made.expire = chance(17) ? Expiry::unconfirmed() : Expiry::never();
            }
        }
        // Users that do not exist now and then: PVE keeps the memberships and rows of vanished
        // ones.
        for (auto& [id, one] : state.groups) {
            for (const std::string& member : subset(user_names)) {
                if (state.users.contains(UserId{member}) || chance(10)) {
                    one.members.insert(UserId{member});
                }
            }
        }
        for (int i = number(14); i > 0; --i) {
            const Principal principal = principal_of(state, chance(8));
            state.acl[AclKey{AclPath{path()}, principal, RoleId{role_of(state)}}] =
                AclGrant{chance(75)};
        }
        return state;
    }

    /// A document that this cluster takes: it names only what is there or what it declares.
    desired::Document document(const State& live) {
        desired::Document wanted;
        for (const auto& [id, privileges] : some_roles()) {
            desired::Role& one = wanted.roles[RoleId{id}];
            if (chance(80)) {
                one.privileges.emplace();
                for (const Privilege& privilege : privileges.privileges) {
                    (*one.privileges)[privilege] = {};
                }
            }
        }
        for (const std::string& id : subset(group_names)) {
            desired::Group& one = wanted.groups[GroupId{id}];
            one.comment = chance(50) ? said(text()) : std::nullopt;
            one.acl = chance(70) ? std::optional(acl(live, wanted)) : std::nullopt;
        }
        for (const std::string& id : subset(user_names)) {
            declare_user(wanted.users[UserId{id}], live, wanted);
        }
        return wanted;
    }

    /// A document that says little, so that a plan of it asks for few rights.
    desired::Document small_document(const State& live) {
        const desired::Document whole = document(live);
        desired::Document part;
        const auto take_some = [&](const auto& from, auto& to, int percent) {
            for (const auto& [id, object] : from) {
                if (chance(percent)) {
                    to[id] = object;
                }
            }
        };
        take_some(whole.roles, part.roles, 15);
        take_some(whole.groups, part.groups, 25);
        take_some(whole.users, part.users, 45);
        return part;
    }

    /// Lets the document own some of what it does not declare, without contradictions: what is
    /// declared or named is neither ignored nor absent nor out of scope.
    void add_ownership(desired::Document& wanted) {
        std::set<std::string> users;
        std::set<std::string> groups;
        std::set<std::string> roles = {"Administrator", "NoAccess", "PVEAuditor"};
        std::set<std::string> declared_paths;
        collect_names(wanted, users, groups, roles, declared_paths);
        add_rules(wanted.manage.users, user_names, users);
        add_rules(wanted.manage.groups, group_names, groups);
        add_rules(wanted.manage.roles, role_names, roles);
        if (chance(40)) {
            wanted.manage.tokens.prune.push_back(glob("*@pve!" + pick(token_names)));
        }
        if (chance(45)) {
            wanted.manage.user_action = desired::PruneAction::disable;
        }
        if (chance(40)) {
            wanted.manage.acl.prune.push_back({{}, PathGlob{pick(paths)}, std::nullopt});
        }
        if (chance(25)) {
            wanted.manage.acl.prune.push_back({{}, std::nullopt, Glob{"*@pve*"}});
        }
        for (const std::string& path : paths) {
            if (!declared_paths.contains(path) && chance(15)) {
                wanted.manage.acl.ignore.push_back({{}, PathGlob{path}, std::nullopt});
            }
        }
        name_absent(wanted.absent.users, wanted.manage.users, user_names, users);
        name_absent(wanted.absent.groups, wanted.manage.groups, group_names, groups);
        name_absent(wanted.absent.roles, wanted.manage.roles, role_names, roles);
        if (chance(30)) {
            add_scope(wanted, users, groups, roles, declared_paths);
        }
        wanted.limits.destroy.value = 1000;
        wanted.limits.acl_removals.value = 1000;
    }

private:
    static desired::Declared<Glob> glob(std::string pattern) {
        return {Glob{std::move(pattern)}, {}};
    }

    static void collect_names(
        const desired::Document& wanted,
        std::set<std::string>& users,
        std::set<std::string>& groups,
        std::set<std::string>& roles,
        std::set<std::string>& paths
    ) {
        const auto collect_rows = [&](const std::optional<desired::AclList>& acl) {
            for (const desired::AclRow& row : acl.value_or(desired::AclList{})) {
                roles.insert(row.role.text);
                paths.insert(row.path.text);
            }
        };
        for (const auto& [id, role] : wanted.roles) {
            roles.insert(id.text);
        }
        for (const auto& [id, group] : wanted.groups) {
            groups.insert(id.text);
            collect_rows(group.acl);
        }
        for (const auto& [id, user] : wanted.users) {
            users.insert(id.text);
            collect_rows(user.acl);
            for (const auto& [group, span] : user.groups.value_or(std::map<GroupId, Span>{})) {
                groups.insert(group.text);
            }
            for (const auto& [name, token] :
                 user.tokens.value_or(std::map<std::string, desired::Token>{})) {
                collect_rows(token.acl);
            }
        }
    }

    void add_rules(
        desired::Owned& owned,
        const std::vector<std::string>& names,
        const std::set<std::string>& named
    ) {
        for (const std::string& name : names) {
            if (chance(30)) {
                owned.prune.push_back(glob(name));
            }
            if (!named.contains(name) && chance(15)) {
                owned.ignore.push_back(glob(name));
            }
        }
    }

    template<class Id>
    void name_absent(
        std::map<Id, Span>& absent,
        const desired::Owned& owned,
        const std::vector<std::string>& names,
        const std::set<std::string>& named
    ) {
        for (const std::string& name : names) {
            const bool is_ignored = std::ranges::any_of(owned.ignore, [&](const auto& one) {
                return one.value.matches(name);
            });
            if (!named.contains(name) && !is_ignored && chance(15)) {
                absent[Id{name}] = {};
            }
        }
    }

    void add_scope(
        desired::Document& wanted,
        const std::set<std::string>& users,
        const std::set<std::string>& groups,
        const std::set<std::string>& roles,
        const std::set<std::string>& declared_paths
    ) {
        desired::Scope& scope = wanted.scope.emplace();
        const auto fill = [&](desired::Globs& globs,
                              const std::vector<std::string>& all,
                              const std::set<std::string>& must) {
            for (const std::string& name : all) {
                if (must.contains(name) || chance(50)) {
                    globs.push_back(glob(name));
                }
            }
        };
        fill(scope.users, user_names, users);
        fill(scope.groups, group_names, groups);
        fill(scope.roles, role_names, roles);
        for (const std::string& path : paths) {
            if (declared_paths.contains(path) || chance(50)) {
                scope.acl.push_back({PathGlob{path}, {}});
            }
        }
        const auto drop_outside = [](auto& absent, const desired::Globs& inside) {
            std::erase_if(absent, [&](const auto& one) {
                return std::ranges::none_of(inside, [&](const auto& pattern) {
                    return pattern.value.matches(one.first.text);
                });
            });
        };
        drop_outside(wanted.absent.users, scope.users);
        drop_outside(wanted.absent.groups, scope.groups);
        drop_outside(wanted.absent.roles, scope.roles);
    }

    void declare_user(desired::User& one, const State& live, const desired::Document& wanted) {
        one.comment = chance(50) ? said(text()) : std::nullopt;
        one.enabled = chance(30) ? said(chance(70)) : std::nullopt;
        if (chance(60)) {
            one.groups.emplace();
            for (const std::string& id : subset(group_names)) {
                if (live.groups.contains(GroupId{id}) || wanted.groups.contains(GroupId{id})) {
                    (*one.groups)[GroupId{id}] = {};
                }
            }
        }
        one.acl = chance(70) ? std::optional(acl(live, wanted)) : std::nullopt;
        if (chance(60)) {
            one.tokens.emplace();
            for (const std::string& name : subset(token_names)) {
                desired::Token& made = (*one.tokens)[name];
                made.privilege_separation = chance(50) ? said(chance(60)) : std::nullopt;
                made.expire = chance(30) ? said(Expiry{4102444800}) : std::nullopt;
                made.acl = chance(60) ? std::optional(acl(live, wanted)) : std::nullopt;
            }
        }
    }

    desired::AclList acl(const State& live, const desired::Document& wanted) {
        desired::AclList list;
        for (int i = number(4); i > 0; --i) {
            std::vector<std::string> roles = {"Administrator", "NoAccess", "PVEAuditor"};
            for (const std::string& id : role_names) {
                if (live.roles.contains(RoleId{id}) || wanted.roles.contains(RoleId{id})) {
                    roles.push_back(id);
                }
            }
            const desired::AclRow one = wanted_row(path(), pick(roles), chance(75));
            const bool twice = std::ranges::any_of(list, [&](const desired::AclRow& other) {
                return other.path == one.path && other.role == one.role;
            });
            if (!twice) {
                list.push_back(one);
            }
        }
        return list;
    }

    std::map<std::string, Role> some_roles() {
        std::map<std::string, Role> roles;
        for (const std::string& id : subset(role_names)) {
            for (const std::string& privilege : subset(privilege_names)) {
                roles[id].privileges.insert(Privilege{privilege});
            }
        }
        return roles;
    }

    Principal principal_of(const State& state, bool vanished) {
        std::vector<Principal> all;
        for (const std::string& id : user_names) {
            if (vanished || state.users.contains(UserId{id})) {
                all.push_back(user(id));
            }
        }
        for (const auto& [id, one] : state.groups) {
            all.push_back(Principal::of(id));
        }
        for (const auto& [id, one] : state.tokens) {
            all.push_back(Principal::of(id));
        }
        return all.empty() ? user("ghost@pve") : pick(all);
    }

    std::string role_of(const State& state) {
        std::vector<std::string> ids;
        for (const auto& [id, one] : state.roles) {
            ids.push_back(id.text);
        }
        return pick(ids);
    }

    std::string path() { return pick(paths); }

    std::string text() { return chance(50) ? "" : pick(std::vector<std::string>{"one", "two"}); }

    bool chance(int percent) { return number(99) < percent; }

    int number(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }

    template<class T>
    T pick(const std::vector<T>& from) {
        return from[static_cast<std::size_t>(number(static_cast<int>(from.size()) - 1))];
    }

    std::vector<std::string> subset(const std::vector<std::string>& of) {
        std::vector<std::string> chosen;
        for (const std::string& one : of) {
            if (chance(55)) {
                chosen.push_back(one);
            }
        }
        return chosen;
    }

    const std::vector<std::string> user_names = {"ann@pve", "ben@pve", "cat@pve"};
    const std::vector<std::string> group_names = {"dev", "ops"};
    const std::vector<std::string> token_names = {"t1", "t2"};
    const std::vector<std::string> role_names = {"Alpha", "Beta", "Gamma"};
    const std::vector<std::string> privilege_names = {
        "Sys.Audit", "VM.Audit", "VM.Console", "VM.PowerMgmt"};
    const std::vector<std::string> paths = {"/", "/vms", "/vms/100", "/pool/prod", "/storage"};
    std::mt19937 random_;
};

} // namespace pveform::test
