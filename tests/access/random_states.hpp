// Clusters at random, with everything that PVE's permission algorithm looks at, from so few names
// that entries meet all the time.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "model/state.hpp"

namespace pveform::test {

class RandomStates {
public:
    explicit RandomStates(unsigned seed) : random_(seed) {}

    State state() {
        State state;
        state.roles[RoleId{"NoAccess"}].built_in = true;
        state.roles[RoleId{"Administrator"}] = {
            {{"VM.Audit"}, {"VM.Console"}, {"VM.PowerMgmt"}, {"Sys.Audit"}, {"Pool.Audit"}}, true};
        state.users[root_user];
        state.tokens[{root_user, "full"}].privilege_separation = false;
        state.tokens[{root_user, "sep"}];
        for (const char* role : {"A", "B", "C"}) {
            change_role(state, role);
        }
        for (const std::string& id : users_) {
            add_user(state, id);
        }
        for (const std::string& id : groups_) {
            change_group(state, id);
        }
        change_pools(state);
        for (int i = number(16); i > 0; --i) {
            change_entry(state);
        }
        return state;
    }

    /// With a few things changed; pools, which no plan changes, seldom.
    State changed(State state) {
        for (int i = 1 + number(4); i > 0; --i) {
            switch (number(9)) {
            case 0:
                change_role(state, pick<std::string>({"A", "B", "C"}));
                break;
            case 1:
                change_group(state, pick(groups_));
                break;
            case 2: {
                const UserId id{pick(users_)};
                if (state.users.contains(id)) {
                    state.remove(id);
                } else {
                    add_user(state, id.text);
                }
                break;
            }
            case 3:
                for (auto& [id, token] : state.tokens) {
                    token.privilege_separation = token.privilege_separation != chance(20);
                }
                break;
            case 4:
                if (chance(30)) {
                    change_pools(state);
                }
                break;
            case 5:
                for (auto& [id, user] : state.users) {
                    user.enabled = user.enabled != chance(20);
                }
                break;
            default:
                change_entry(state);
            }
        }
        return state;
    }

    const std::string& path() { return pick(paths_); }

    bool chance(int percent) { return number(99) < percent; }

    int number(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }

    template<class T>
    const T& pick(const std::vector<T>& from) {
        return from[static_cast<std::size_t>(number(static_cast<int>(from.size()) - 1))];
    }

private:
    template<class T>
    T pick(std::initializer_list<T> from) {
        return pick(std::vector<T>(from));
    }

    void add_user(State& state, const std::string& id) {
        if (chance(15)) {
            return; // may be in groups and entries all the same
        }
        state.users[UserId{id}].enabled = chance(90);
        for (const char* name : {"t1", "t2"}) {
            if (chance(60)) {
                state.tokens[{UserId{id}, name}].privilege_separation = chance(70);
            }
        }
    }

    void change_role(State& state, const std::string& id) {
        Role& role = state.roles[RoleId{id}];
        role.privileges.clear();
        for (const Privilege& privilege : state.roles[RoleId{"Administrator"}].privileges) {
            if (chance(45)) {
                role.privileges.insert(privilege);
            }
        }
    }

    void change_group(State& state, const std::string& id) {
        Group& group = state.groups[GroupId{id}];
        group.members.clear();
        for (const std::string& user : users_) {
            if (chance(45)) {
                group.members.insert(UserId{user});
            }
        }
    }

    /// A guest in one at most, storages in several.
    void change_pools(State& state) {
        state.pools.clear();
        for (const char* id : {"p", "p/s", "q"}) {
            if (chance(75)) {
                state.pools[PoolId{id}];
            }
        }
        for (const std::uint32_t guest : {100U, 101U, 102U, 103U}) {
            if (!state.pools.empty() && chance(75)) {
                auto pool = state.pools.begin();
                std::advance(pool, number(static_cast<int>(state.pools.size()) - 1));
                pool->second.guests.insert(guest);
            }
        }
        for (auto& [id, pool] : state.pools) {
            for (const char* storage : {"s1", "s2"}) {
                if (chance(50)) {
                    pool.storages.insert(storage);
                }
            }
        }
    }

    void change_entry(State& state) {
        if (!state.acl.empty() && chance(30)) {
            auto one = state.acl.begin();
            std::advance(one, number(static_cast<int>(state.acl.size()) - 1));
            if (chance(50)) {
                state.acl.erase(one);
            } else {
                one->second.propagate = !one->second.propagate;
            }
            return;
        }
        state.acl[{AclPath{path()}, principal(state), RoleId{role()}}] = AclGrant{chance(75)};
    }

    std::string role() {
        return chance(15) ? "NoAccess"
                          : pick<std::string>({"A", "B", "C", "Administrator", "gone"});
    }

    Principal principal(const State& state) {
        if (chance(35)) {
            return Principal::of(GroupId{pick(groups_)});
        }
        if (chance(40) && !state.tokens.empty()) {
            auto token = state.tokens.begin();
            std::advance(token, number(static_cast<int>(state.tokens.size()) - 1));
            return Principal::of(token->first);
        }
        return Principal::of(UserId{pick(users_)});
    }

    const std::vector<std::string> users_ = {"u1@pve", "u2@pve", "u3@pve"};
    const std::vector<std::string> groups_ = {"g1", "g2"};
    const std::vector<std::string> paths_ = {
        "/",
        "/vms",
        "/vms/100",
        "/vms/101",
        "/pool",
        "/pool/p",
        "/pool/p/s",
        "/pool/q",
        "/storage",
        "/storage/s1",
        "/sdn/zones/z/v"};
    std::mt19937 random_;
};

} // namespace pveform::test
