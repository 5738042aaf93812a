// A state as the text of a user.cfg, so that the simulator can start from it.
#pragma once

#include <string>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/state.hpp"

namespace pveform::test {

namespace user_cfg_detail {

template<class Ids>
std::string list(const Ids& ids) {
    std::vector<std::string> texts;
    for (const auto& id : ids) {
        texts.push_back(id.text);
    }
    return join(texts, ",");
}

} // namespace user_cfg_detail

/// Values must need no encoding: plain words.
inline std::string user_cfg(const State& state) {
    using user_cfg_detail::list;
    std::string out;
    for (const auto& [id, user] : state.users) {
        out += fmt::format(
            "user:{}:{}:{}:{}:{}:{}:{}::\n",
            id.text,
            user.enabled ? 1 : 0,
            user.expire.seconds,
            user.first_name,
            user.last_name,
            user.email,
            user.comment
        );
    }
    for (const auto& [id, token] : state.tokens) {
        out += fmt::format(
            "token:{}:{}:{}:{}:\n",
            id.text(),
            token.expire.seconds,
            token.privilege_separation ? 1 : 0,
            token.comment
        );
    }
    for (const auto& [id, group] : state.groups) {
        out += fmt::format("group:{}:{}:{}:\n", id.text, list(group.members), group.comment);
    }
    for (const auto& [id, pool] : state.pools) {
        std::vector<std::string> guests;
        for (const std::uint32_t guest : pool.guests) {
            guests.push_back(std::to_string(guest));
        }
        out += fmt::format(
            "pool:{}:{}:{}:{}:\n",
            id.text,
            pool.comment,
            join(guests, ","),
            join({pool.storages.begin(), pool.storages.end()}, ",")
        );
    }
    for (const auto& [id, role] : state.roles) {
        if (!role.built_in) {
            out += fmt::format("role:{}:{}:\n", id.text, list(role.privileges));
        }
    }
    for (const auto& [key, grant] : state.acl) {
        out += fmt::format(
            "acl:{}:{}:{}:{}:\n",
            grant.propagate ? 1 : 0,
            key.path.text,
            key.principal.text(),
            key.role.text
        );
    }
    return out;
}

} // namespace pveform::test
