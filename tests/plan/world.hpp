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
                made.expire = chance(10) ? Expiry::unconfirmed() : Expiry::never();
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

private:
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
