// What PVE's lists show of a state.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "model/state.hpp"
#include "json/value.hpp"

namespace pveform::test {

template<class Ids>
std::string comma_list(const Ids& ids) {
    std::vector<std::string> texts;
    for (const auto& id : ids) {
        texts.push_back(id.text);
    }
    return join(texts, ",");
}

inline json::Object token_record(const Token& token) {
    return {
        {"privsep", token.privilege_separation ? 1 : 0},
        {"expire", token.expire.seconds},
        {"comment", token.comment}};
}

inline json::Array domain_records(const State& state) {
    json::Array items;
    for (const auto& [id, realm] : state.realms) {
        items.emplace_back(json::Object{{"realm", id.text}, {"type", realm.type}});
    }
    return items;
}

inline json::Array role_records(const State& state) {
    json::Array items;
    for (const auto& [id, role] : state.roles) {
        items.emplace_back(json::Object{
            {"roleid", id.text},
            {"special", role.built_in ? 1 : 0},
            {"privs", comma_list(role.privileges)}});
    }
    return items;
}

inline json::Array group_records(const State& state) {
    json::Array items;
    for (const auto& [id, group] : state.groups) {
        items.emplace_back(json::Object{
            {"groupid", id.text}, {"comment", group.comment}, {"users", comma_list(group.members)}}
        );
    }
    return items;
}

inline json::Array user_records(const State& state) {
    const auto groups_of = memberships(state);
    json::Array items;
    for (const auto& [id, user] : state.users) {
        json::Array tokens;
        for (const auto& [token_id, token] : state.tokens) {
            if (token_id.user == id) {
                json::Object record = token_record(token);
                record.emplace_back("tokenid", token_id.name);
                tokens.emplace_back(std::move(record));
            }
        }
        const auto member = groups_of.find(id);
        items.emplace_back(json::Object{
            {"userid", id.text},
            {"enable", user.enabled ? 1 : 0},
            {"expire", user.expire.seconds},
            {"firstname", user.first_name},
            {"lastname", user.last_name},
            {"email", user.email},
            {"comment", user.comment},
            {"groups", member != groups_of.end() ? comma_list(member->second) : ""},
            {"tokens", std::move(tokens)}});
    }
    return items;
}

inline json::Array acl_records(const State& state) {
    json::Array items;
    for (const auto& [key, grant] : state.acl) {
        items.emplace_back(json::Object{
            {"path", key.path.text},
            {"type", to_string(key.principal.kind)},
            {"ugid", key.principal.id},
            {"roleid", key.role.text},
            {"propagate", grant.propagate ? 1 : 0}});
    }
    return items;
}

inline json::Object all_permissions(const State& state) {
    json::Object all;
    for (const Privilege& privilege : state.privileges()) {
        all.emplace_back(privilege.text, 1);
    }
    std::set<std::string> paths = {"/", "/access", "/access/groups", "/access/realm"};
    for (const auto& [key, grant] : state.acl) {
        paths.insert(key.path.text);
    }
    json::Object own;
    for (const std::string& path : paths) {
        own.emplace_back(path, all);
    }
    return own;
}

} // namespace pveform::test
