// /access/groups. Mirrors pve-access-control: src/PVE/API2/Group.pm.
#include <fmt/format.h>

#include "base/text.hpp"
#include "simulator/method.hpp"
#include "simulator/text_values.hpp"

namespace pveform::simulator {

namespace {

using formats::GroupEntry;
using formats::UserConfig;

Outcome<json::Value> list_groups(Call& call) {
    json::Array list;
    for (const auto& [id, group] : call.store.config().groups) {
        const std::string path = "/access/groups/" + id;
        if (!require(
                call.store, call.caller, path, {"User.Modify", "Sys.Audit", "Group.Allocate"}, true
            )) {
            continue;
        }
        json::Value value = json::Object{
            {"groupid", id}, {"users", join({group.users.begin(), group.users.end()}, ",")}};
        set_unless_empty(value, "comment", group.comment);
        list.push_back(std::move(value));
    }
    call.shuffler.shuffle(list.begin(), list.end());
    return list;
}

std::unexpected<Failure> missing(const std::string& id) {
    return died(fmt::format("group '{}' does not exist", id));
}

Outcome<json::Value> read_group(Call& call) {
    const std::string& id = call.arguments["groupid"];
    const auto& groups = call.store.config().groups;
    const auto group = groups.find(id);
    if (group == groups.end()) {
        return missing(id);
    }
    json::Array members(group->second.users.begin(), group->second.users.end());
    call.shuffler.shuffle(members.begin(), members.end());
    json::Value value = json::Object{{"members", std::move(members)}};
    set_unless_empty(value, "comment", group->second.comment);
    return value;
}

Outcome<json::Value> create_group(Call& call) {
    const std::string& id = call.arguments["groupid"];
    TRY(call.store.locked("create group failed", [&](UserConfig& config) -> Outcome<void> {
        if (config.groups.contains(id)) {
            return died(fmt::format("group '{}' already exists", id));
        }
        config.groups[id] = GroupEntry{.comment = call.arguments["comment"], .users = {}};
        return {};
    }));
    return nullptr;
}

Outcome<json::Value> update_group(Call& call) {
    const std::string& id = call.arguments["groupid"];
    TRY(call.store.locked("update group failed", [&](UserConfig& config) -> Outcome<void> {
        const auto group = config.groups.find(id);
        if (group == config.groups.end()) {
            return missing(id);
        }
        if (const std::string* comment = call.arguments.find("comment")) {
            group->second.comment = *comment;
        }
        return {};
    }));
    return nullptr;
}

/// With its members in it, and with its ACL entries.
Outcome<json::Value> delete_group(Call& call) {
    const std::string& id = call.arguments["groupid"];
    TRY(call.store.locked("delete group failed", [&](UserConfig& config) -> Outcome<void> {
        if (config.groups.erase(id) == 0) {
            return missing(id);
        }
        for (auto& [path, node] : config.acl) {
            node.groups.erase(id);
        }
        return {};
    }));
    return nullptr;
}

} // namespace

std::vector<Method> group_methods() {
    const Rule allocate = needs("/access/groups", {"Group.Allocate"});
    const Schema one = {{"groupid", {.format = Format::group_id, .required = true}}};
    Schema with_comment = one;
    with_comment["comment"] = {};
    constexpr std::string_view path = "/access/groups/{groupid}";
    return {
        {.verb = "GET", .path = "/access/groups", .run = list_groups},
        {.verb = "POST",
         .path = "/access/groups",
         .run = create_group,
         .permission = allocate,
         .schema = with_comment,
         .is_protected = true},
        {.verb = "GET",
         .path = path,
         .run = read_group,
         .permission = needs("/access/groups", {"Sys.Audit", "Group.Allocate"}, true),
         .schema = one},
        {.verb = "PUT",
         .path = path,
         .run = update_group,
         .permission = allocate,
         .schema = with_comment,
         .is_protected = true},
        {.verb = "DELETE",
         .path = path,
         .run = delete_group,
         .permission = allocate,
         .schema = one,
         .is_protected = true},
    };
}

} // namespace pveform::simulator
