#include "live/write.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "live/encode.hpp"
#include "live/response.hpp"

namespace pveform::live {

namespace {

std::string in_quotes(std::string_view id) {
    return fmt::format("`{}`", printable(id));
}

std::string role_path(const RoleId& id) {
    return "/access/roles/" + percent_encode(id.text);
}

std::string group_path(const GroupId& id) {
    return "/access/groups/" + percent_encode(id.text);
}

std::string user_path(const UserId& id) {
    return "/access/users/" + percent_encode(id.text);
}

std::string token_path(const TokenId& id) {
    return user_path(id.user) + "/token/" + percent_encode(id.name);
}

/// As one text with commas. PVE takes arrays too, but its permission check does not understand them
/// everywhere.
template<class Ids>
std::string list(const Ids& ids) {
    std::vector<std::string> texts;
    for (const auto& id : ids) {
        texts.push_back(id.text);
    }
    return join(texts, ",");
}

std::string flag(bool value) {
    return value ? "1" : "0";
}

Parameters parameters(const UserEdit& edit) {
    Parameters form;
    if (edit.enabled) {
        form.emplace_back("enable", flag(*edit.enabled));
    }
    if (edit.expire) {
        form.emplace_back("expire", std::to_string(edit.expire->seconds));
    }
    const auto add = [&form](const char* name, const std::optional<std::string>& text) {
        if (text) {
            form.emplace_back(name, *text);
        }
    };
    add("firstname", edit.first_name);
    add("lastname", edit.last_name);
    add("email", edit.email);
    add("comment", edit.comment);
    if (edit.groups) {
        form.emplace_back("groups", list(*edit.groups));
        if (edit.append_groups) {
            form.emplace_back("append", "1");
        }
    }
    return form;
}

Parameters parameters(const TokenEdit& edit) {
    Parameters form;
    if (edit.privilege_separation) {
        form.emplace_back("privsep", flag(*edit.privilege_separation));
    }
    if (edit.expire) {
        form.emplace_back("expire", std::to_string(edit.expire->seconds));
    }
    if (edit.comment) {
        form.emplace_back("comment", *edit.comment);
    }
    return form;
}

/// An answer that holds nothing of interest. It may echo what was sent, or a secret.
Result<void> done(Result<Response> response, const std::string& action) {
    json::Value data = TRY(data_of(std::move(response), action));
    json::wipe(data);
    return {};
}

/// The `value` of an answer about a token.
Result<Secret> secret_of(Result<Response> response, const std::string& action) {
    json::Value data = TRY(data_of(std::move(response), action));
    json::Value* value = data.find("value");
    std::string* text = value != nullptr ? value->as_string() : nullptr;
    if (text == nullptr || text->empty()) {
        json::wipe(data);
        return std::unexpected(Error{
            .kind = ErrorKind::connection, // it was executed, and what it should bring is lost
            .message = fmt::format("cannot {}: PVE's answer holds no secret", action),
            .help = "the token may be there all the same, without a secret that anybody knows",
        });
    }
    Secret secret = Secret::take(std::move(*text));
    json::wipe(data);
    return secret;
}

} // namespace

Result<void> create_role(Transport& pve, const RoleId& id, const std::set<Privilege>& privileges) {
    const Parameters form = {{"roleid", id.text}, {"privs", list(privileges)}};
    return done(pve.send(Method::post, "/access/roles", form), "create role " + in_quotes(id.text));
}

Result<void> set_role_privileges(
    Transport& pve, const RoleId& id, const std::set<Privilege>& privileges, bool append
) {
    // Always sent: PVE takes its absence for the empty set.
    Parameters form = {{"privs", list(privileges)}};
    if (append) {
        form.emplace_back("append", "1");
    }
    return done(pve.send(Method::put, role_path(id), form), "update role " + in_quotes(id.text));
}

Result<void> delete_role(Transport& pve, const RoleId& id) {
    return done(pve.send(Method::remove, role_path(id), {}), "delete role " + in_quotes(id.text));
}

Result<void> create_group(Transport& pve, const GroupId& id, const std::string& comment) {
    Parameters form = {{"groupid", id.text}};
    if (!comment.empty()) {
        form.emplace_back("comment", comment);
    }
    return done(
        pve.send(Method::post, "/access/groups", form), "create group " + in_quotes(id.text)
    );
}

Result<void> set_group_comment(Transport& pve, const GroupId& id, const std::string& comment) {
    const Parameters form = {{"comment", comment}};
    return done(pve.send(Method::put, group_path(id), form), "update group " + in_quotes(id.text));
}

Result<void> delete_group(Transport& pve, const GroupId& id) {
    return done(pve.send(Method::remove, group_path(id), {}), "delete group " + in_quotes(id.text));
}

Result<void>
create_user(Transport& pve, const UserId& id, const UserEdit& edit, const Secret* password) {
    Parameters form = {{"userid", id.text}};
    std::ranges::move(parameters(edit), std::back_inserter(form));
    if (password != nullptr) {
        form.emplace_back("password", password);
    }
    return done(pve.send(Method::post, "/access/users", form), "create user " + in_quotes(id.text));
}

Result<void> update_user(Transport& pve, const UserId& id, const UserEdit& edit) {
    return done(
        pve.send(Method::put, user_path(id), parameters(edit)), "update user " + in_quotes(id.text)
    );
}

Result<void> delete_user(Transport& pve, const UserId& id) {
    return done(pve.send(Method::remove, user_path(id), {}), "delete user " + in_quotes(id.text));
}

Result<Secret> create_token(Transport& pve, const TokenId& id, const TokenEdit& edit) {
    return secret_of(
        pve.send(Method::post, token_path(id), parameters(edit)),
        "create token " + in_quotes(id.text())
    );
}

Result<Secret> regenerate_token(Transport& pve, const TokenId& id, const TokenEdit& edit) {
    Parameters form = parameters(edit);
    form.emplace_back("regenerate", "1");
    return secret_of(
        pve.send(Method::put, token_path(id), form), "regenerate token " + in_quotes(id.text())
    );
}

Result<void> update_token(Transport& pve, const TokenId& id, const TokenEdit& edit) {
    return done(
        pve.send(Method::put, token_path(id), parameters(edit)),
        "update token " + in_quotes(id.text())
    );
}

Result<void> delete_token(Transport& pve, const TokenId& id) {
    return done(
        pve.send(Method::remove, token_path(id), {}), "delete token " + in_quotes(id.text())
    );
}

Result<void> change_acl(Transport& pve, const AclEdit& edit) {
    std::map<PrincipalKind, std::vector<std::string>> principals;
    for (const Principal& principal : edit.principals) {
        principals[principal.kind].push_back(principal.id);
    }
    Parameters form = {{"path", edit.path.text}, {"roles", list(edit.roles)}};
    for (const auto& [kind, ids] : principals) {
        form.emplace_back(std::string(to_string(kind)) + "s", join(ids, ","));
    }
    form.emplace_back(edit.remove ? "delete" : "propagate", flag(edit.remove || edit.propagate));
    const std::string action = fmt::format(
        "{} ACL entries on {}", edit.remove ? "remove" : "add", in_quotes(edit.path.text)
    );
    return done(pve.send(Method::put, "/access/acl", form), action);
}

} // namespace pveform::live
