// /access/users/{userid}/token. Mirrors pve-access-control: src/PVE/API2/User.pm.
#include <fmt/format.h>

#include "formats/perl_text.hpp"
#include "simulator/method.hpp"
#include "simulator/text_values.hpp"

namespace pveform::simulator {

namespace {

using formats::TokenEntry;
using formats::UserConfig;

struct TokenRef {
    std::string user;
    std::string name;

    [[nodiscard]] std::string full_id() const { return user + "!" + name; }
};

TokenRef token_of(const Call& call) {
    return {call.arguments["userid"], call.arguments["tokenid"]};
}

bool exists(const UserConfig& config, const TokenRef& token) {
    const auto user = config.users.find(token.user);
    return user != config.users.end() && user->second.tokens.contains(token.name);
}

Outcome<void> require_token(const Store& store, const TokenRef& token) {
    TRY(require_user(store, token.user));
    if (!exists(store.config(), token)) {
        return died(fmt::format("no such token '{}' for user '{}'", token.name, token.user));
    }
    return {};
}

Outcome<json::Value> list_tokens(Call& call) {
    const std::string& id = call.arguments["userid"];
    TRY(require_user(call.store, id));
    json::Array list;
    for (const auto& [name, token] : call.store.config().users.at(id).tokens) {
        json::Value value = token_value(token);
        value.set("tokenid", name);
        list.push_back(std::move(value));
    }
    call.shuffler.shuffle(list.begin(), list.end());
    return list;
}

Outcome<json::Value> read_token(Call& call) {
    const TokenRef token = token_of(call);
    TRY(require_token(call.store, token));
    return token_value(call.store.config().users.at(token.user).tokens.at(token.name));
}

/// What was sent comes back as it was sent, as text; what was not, as PVE has it.
Outcome<json::Value> create_token(Call& call) {
    const Arguments& arguments = call.arguments;
    const TokenRef token = token_of(call);
    TRY(require_user(call.store, token.user));
    if (exists(call.store.config(), token)) {
        return bad_parameters({{"tokenid", "Token already exists."}});
    }
    json::Value info{json::Object{}};
    std::string secret;
    TRY(call.store.locked("generating token failed", [&](UserConfig& config) -> Outcome<void> {
        secret = TRY(call.store.renew_secret(token.full_id()));
        TokenEntry& entry = config.users[token.user].tokens[token.name];
        const std::string* separation = arguments.find("privsep");
        entry.privilege_separation = separation == nullptr || formats::is_true(*separation);
        info.set("privsep", separation == nullptr ? json::Value(1) : json::Value(*separation));
        if (const std::string* expire = arguments.find("expire")) {
            entry.expire = formats::integer_text(*expire);
            info.set("expire", *expire);
        }
        if (arguments.is_true("comment")) {
            entry.comment = arguments["comment"];
            info.set("comment", entry.comment);
        }
        return {};
    }));
    return json::Object{
        {"info", std::move(info)}, {"value", secret}, {"full-tokenid", token.full_id()}};
}

/// The comment after an update, by the rules of the release.
void update_comment(TokenEntry& entry, json::Value& answer, const Call& call) {
    const std::string* comment = call.arguments.find("comment");
    if (comment == nullptr) {
        return;
    }
    if (!call.store.release().can_clear_token_comments() && !formats::is_true(*comment)) {
        return;
    }
    entry.comment = *comment;
    answer.set("comment", *comment);
}

/// PVE's Perl stumbles over an empty `delete`.
Outcome<std::vector<std::string>> options_to_delete(const Arguments& arguments) {
    if (arguments.has("delete") && !arguments.is_true("delete")) {
        return died(fmt::format(
            "Can't use string (\"{}\") as a HASH ref while \"strict refs\" in use at "
            "/usr/share/perl5/PVE/API2/User.pm line 1004.",
            arguments["delete"]
        ));
    }
    std::vector<std::string> options = arguments.list("delete");
    for (const std::string& option : options) {
        if (option != "comment") {
            return bad_parameters({{"delete", fmt::format("unknown option '{}'", option)}});
        }
    }
    return options;
}

Outcome<void> update_entry(Call& call, TokenEntry& entry, json::Value& answer) {
    const Arguments& arguments = call.arguments;
    if (const std::string* separation = arguments.find("privsep")) {
        entry.privilege_separation = formats::is_true(*separation);
        answer.set("privsep", *separation);
    }
    if (const std::string* expire = arguments.find("expire")) {
        entry.expire = formats::integer_text(*expire);
        answer.set("expire", *expire);
    }
    update_comment(entry, answer, call);
    if (!TRY(options_to_delete(arguments)).empty()) {
        entry.comment.clear();
    }
    return {};
}

Outcome<json::Value> update_token(Call& call) {
    const TokenRef token = token_of(call);
    TRY(require_token(call.store, token));
    json::Value answer;
    TRY(call.store.locked("updating token info failed", [&](UserConfig& config) -> Outcome<void> {
        TokenEntry& entry = config.users[token.user].tokens[token.name];
        answer = token_value(entry);
        TRY(update_entry(call, entry, answer));
        if (entry.comment.empty()) {
            std::erase_if(*answer.as_object(), [](auto& member) {
                return member.first == "comment";
            });
        }
        if (call.arguments.is_true("regenerate")) {
            answer.set("value", TRY(call.store.renew_secret(token.full_id())));
            answer.set("full-tokenid", token.full_id());
        }
        return {};
    }));
    return answer;
}

Outcome<json::Value> delete_token(Call& call) {
    const TokenRef token = token_of(call);
    TRY(require_token(call.store, token));
    TRY(call.store.locked("deleting token failed", [&](UserConfig& config) -> Outcome<void> {
        TRY(call.store.drop_secret(token.full_id()));
        config.users[token.user].tokens.erase(token.name);
        return {};
    }));
    return nullptr;
}

} // namespace

std::vector<Method> token_methods(Release release) {
    const Schema all = {{"userid", user_id_parameter}};
    Schema one = all;
    one["tokenid"] = {.pattern = Pattern::token_name, .required = true};
    Schema creation = one;
    creation["expire"] = {.type = Type::integer};
    creation["privsep"] = {.type = Type::boolean};
    creation["comment"] = {};
    Schema update = creation;
    if (release.can_clear_token_comments()) {
        update["delete"] = {.format = Format::option_list};
    }
    if (release.can_regenerate_tokens()) {
        update["regenerate"] = {.type = Type::boolean};
    }
    const Rule rule = self_or_group_right({"User.Modify"});
    constexpr std::string_view path = "/access/users/{userid}/token/{tokenid}";
    return {
        {.verb = "GET",
         .path = "/access/users/{userid}/token",
         .run = list_tokens,
         .permission = rule,
         .schema = all},
        {.verb = "GET", .path = path, .run = read_token, .permission = rule, .schema = one},
        {.verb = "POST",
         .path = path,
         .run = create_token,
         .permission = rule,
         .schema = creation,
         .is_protected = true},
        {.verb = "PUT",
         .path = path,
         .run = update_token,
         .permission = rule,
         .schema = update,
         .is_protected = true},
        {.verb = "DELETE",
         .path = path,
         .run = delete_token,
         .permission = rule,
         .schema = one,
         .is_protected = true},
    };
}

} // namespace pveform::simulator
