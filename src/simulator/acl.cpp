// /access/acl. Mirrors pve-access-control: src/PVE/API2/ACL.pm.
#include <fmt/format.h>

#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"
#include "model/ids.hpp"
#include "simulator/method.hpp"
#include "simulator/text_values.hpp"

namespace pveform::simulator {

namespace {

using formats::AclNode;
using formats::Grants;
using formats::UserConfig;

void add_rows(
    json::Array& rows, const std::string& path, std::string_view type, const Grants& grants
) {
    for (const auto& [id, roles] : grants) {
        for (const auto& [role, propagate] : roles) {
            rows.emplace_back(json::Object{
                {"path", path},
                {"type", type},
                {"ugid", id},
                {"roleid", role},
                {"propagate", flag_value(propagate)},
            });
        }
    }
}

/// Paths come in the order of the tree, rows of a path in none.
Outcome<json::Value> list_acl(Call& call) {
    const bool sees_all = require(call.store, call.caller, "/access", {"Sys.Audit"}).has_value();
    json::Array list;
    for (const auto& [path, node] : call.store.config().acl) {
        if (!sees_all && !require_acl_right(call.store, call.caller, path)) {
            continue;
        }
        json::Array rows;
        add_rows(rows, path, "user", node.users);
        add_rows(rows, path, "group", node.groups);
        add_rows(rows, path, "token", node.tokens);
        call.shuffler.shuffle(rows.begin(), rows.end());
        std::move(rows.begin(), rows.end(), std::back_inserter(list));
    }
    return list;
}

/// What one call changes at a path.
struct Change {
    AclNode& node;
    const UserConfig& config;
    const Arguments& arguments;
    bool propagate = true;
    bool removes = false;

    void apply(Grants& grants, const std::string& id, const std::string& role) const {
        if (removes) {
            grants[id].erase(role);
        } else {
            grants[id][role] = propagate;
        }
    }
};

/// Who may not modify permissions at the path can pass on what they hold there themselves, and
/// only as far as it propagates.
Outcome<void>
check_delegation(const Change& change, const access::Privileges& held, const std::string& role) {
    if (held.contains(Privilege{"Permissions.Modify"})) {
        return {};
    }
    const auto refuse = [&](std::string_view how, std::string_view needs) {
        return bad_parameters({{
            "role",
            fmt::format(
                "Cannot {} role '{}'{} - requires 'Permissions.Modify'{}",
                change.removes ? "remove" : "add",
                role,
                how,
                needs
            ),
        }});
    };
    for (const std::string& privilege : change.config.roles.at(role)) {
        const auto own = held.find(Privilege{privilege});
        if (own == held.end()) {
            return refuse("", " or superset of privileges.");
        }
        if (change.propagate && !own->second && !change.removes) {
            return refuse(" with propagation", " or propagated superset of privileges.");
        }
    }
    if (role == "NoAccess") {
        return refuse("", "");
    }
    return {};
}

Outcome<void> apply_to_groups(const Change& change, const std::string& role) {
    for (const std::string& group : change.arguments.list("groups")) {
        if (!change.config.groups.contains(group)) {
            return died(fmt::format("group '{}' does not exist", group));
        }
        change.apply(change.node.groups, group, role);
    }
    return {};
}

Outcome<void> apply_to_users(const Change& change, const std::string& role) {
    for (const std::string& user : change.arguments.list("users")) {
        if (!change.config.users.contains(user)) {
            return died(fmt::format("user '{}' does not exist", user));
        }
        change.apply(change.node.users, user, role);
    }
    return {};
}

Outcome<void> apply_to_tokens(const Change& change, const std::string& role) {
    for (const std::string& full_id : change.arguments.list("tokens")) {
        const TokenId id = split_token_id(full_id);
        if (const auto complaint = formats::check_user_id(id.user.text)) {
            return died(*complaint);
        }
        const auto user = change.config.users.find(id.user.text);
        if (user == change.config.users.end()) {
            return died(fmt::format("no such user ('{}')", id.user.text));
        }
        if (!user->second.tokens.contains(id.name)) {
            return died(fmt::format("no such token '{}' for user '{}'", id.name, id.user.text));
        }
        change.apply(change.node.tokens, full_id, role);
    }
    return {};
}

Outcome<void> change_acl(
    const Call& call, UserConfig& config, const std::string& path, const access::Privileges& held
) {
    AclNode node = config.acl[formats::tree_path(path)];
    const Arguments& arguments = call.arguments;
    const Change change{
        .node = node,
        .config = config,
        .arguments = arguments,
        .propagate = !arguments.has("propagate") || arguments.is_true("propagate"),
        .removes = arguments.is_true("delete"),
    };
    for (const std::string& role : arguments.list("roles")) {
        if (!config.roles.contains(role)) {
            return died(fmt::format("role '{}' does not exist", role));
        }
        TRY(check_delegation(change, held, role));
        TRY(apply_to_groups(change, role));
        TRY(apply_to_users(change, role));
        TRY(apply_to_tokens(change, role));
    }
    config.acl[formats::tree_path(path)] = std::move(node);
    return {};
}

/// PVE's check_path, which admits letters of any script where AclPath knows ASCII only.
bool is_addable(const std::string& path, Release release) {
    std::string ascii = path;
    for (char& c : ascii) {
        if (static_cast<unsigned char>(c) >= 0x80) {
            c = 'x';
        }
    }
    return AclPath{ascii}.is_addable(release);
}

Outcome<json::Value> update_acl(Call& call) {
    const Arguments& arguments = call.arguments;
    if (!arguments.is_true("users") && !arguments.is_true("groups") &&
        !arguments.is_true("tokens")) {
        const std::string text = "either 'users', 'groups' or 'tokens' is required.";
        return bad_parameters({{"users", text}, {"groups", text}, {"tokens", text}});
    }
    const auto path = formats::normalize_path(arguments["path"]);
    const bool is_acceptable =
        path && (arguments.is_true("delete") || is_addable(*path, call.store.release()));
    if (!is_acceptable) {
        return bad_parameters({{"path", fmt::format("invalid ACL path '{}'", arguments["path"])}});
    }
    const access::Privileges held = call.store.privileges(call.caller, *path);
    TRY(call.store.locked("ACL update failed", [&](UserConfig& config) {
        return change_acl(call, config, *path, held);
    }));
    return nullptr;
}

} // namespace

std::vector<Method> acl_methods() {
    return {
        {.verb = "GET", .path = "/access/acl", .run = list_acl},
        {.verb = "PUT",
         .path = "/access/acl",
         .run = update_acl,
         .permission = Rule{NeedsAclRight{}},
         .schema =
             Schema{
                 {"path", {.required = true}},
                 {"roles", {.format = Format::role_list, .required = true}},
                 {"users", {.format = Format::user_list}},
                 {"groups", {.format = Format::group_list}},
                 {"tokens", {.format = Format::token_list}},
                 {"propagate", {.type = Type::boolean}},
                 {"delete", {.type = Type::boolean}},
             },
         .is_protected = true},
    };
}

} // namespace pveform::simulator
