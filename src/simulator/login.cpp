// /access/ticket and /access/password. Mirrors pve-access-control:
// src/PVE/API2/AccessControl.pm and src/PVE/AccessControl.pm (authenticate_user).
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"
#include "simulator/authentication.hpp"
#include "simulator/method.hpp"
#include "simulator/users.hpp"

namespace pveform::simulator {

namespace {

/// The same words for every cause, so that nobody learns which users there are.
std::unexpected<Failure> authentication_failure() {
    return std::unexpected(Failure{401, "authentication failure\n", {}});
}

/// A user as the ticket call names it, with everything that it may prove itself by.
struct Login {
    std::string user;
    const std::string& password; // or a ticket, or the answer to a challenge
    const std::string* second_factor;
    const std::string* challenge;
};

/// How far a login has come.
enum class Standing { refused, complete, second_factor_missing };

/// First factor: whether the realm takes the password. Directories cannot be reached from here.
bool realm_accepts(Store& store, const std::string& user, std::string_view password) {
    const auto& realms = store.domains().realms;
    const auto realm = realms.find(std::string(formats::realm_of(user)));
    const bool is_local =
        realm != realms.end() && (realm->second.type == "pve" || realm->second.type == "pam");
    return is_local && store.passwords().matches(user, password);
}

/// `totp:123456`.
bool second_factor_accepted(Call& call, const std::string& user, std::string_view response) {
    constexpr std::string_view kind = "totp:";
    const auto secret = call.store.passwords().totp_secret(user);
    return secret && response.starts_with(kind) &&
           is_totp_code(*secret, response.substr(kind.size()), call.now);
}

Standing authenticate_user(Call& call, const Login& login) {
    const bool has_second_factor = call.store.passwords().totp_secret(login.user).has_value();
    if (login.challenge != nullptr) {
        const auto data = call.tickets.verify(*login.challenge, call.now, login.user);
        const bool is_half = data && data->starts_with(half_ticket_mark);
        return is_half && second_factor_accepted(call, login.user, login.password)
                   ? Standing::complete
                   : Standing::refused;
    }
    if (!realm_accepts(call.store, login.user, login.password)) {
        return Standing::refused;
    }
    if (login.second_factor != nullptr) {
        return second_factor_accepted(call, login.user, *login.second_factor) ? Standing::complete
                                                                              : Standing::refused;
    }
    return has_second_factor ? Standing::second_factor_missing : Standing::complete;
}

/// The user of a full ticket in place of a password; nothing for anything else.
std::optional<std::string> ticket_holder(Call& call, const std::string& ticket) {
    auto data = call.tickets.verify(ticket, call.now);
    if (!data || data->starts_with(half_ticket_mark) || formats::check_user_id(*data)) {
        return std::nullopt;
    }
    return data;
}

/// A full ticket, or a half one for the second step. root@pam's ticket opens every door.
Outcome<json::Value> create_ticket(Call& call, const Login& login) {
    if (login.second_factor != nullptr && login.challenge != nullptr) {
        return authentication_failure();
    }
    Standing standing = Standing::refused;
    const auto holder =
        login.challenge == nullptr ? ticket_holder(call, login.password) : std::nullopt;
    if (holder && (*holder == login.user || *holder == root_user.text)) {
        standing = Standing::complete;
    } else {
        standing = authenticate_user(call, login);
    }
    if (standing == Standing::refused) {
        return authentication_failure();
    }
    const bool is_half = standing == Standing::second_factor_missing;
    const std::string ticket =
        is_half ? call.tickets.issue(
                      std::string(half_ticket_mark) + R"({"totp":true})", call.now, login.user
                  )
                : call.tickets.issue(login.user, call.now);
    json::Value answer = json::Object{
        {"username", login.user},
        {"ticket", ticket},
        {"CSRFPreventionToken", call.tickets.csrf_token(login.user, call.now)},
    };
    if (is_half) {
        answer.set("NeedTFA", 1);
    }
    return answer;
}

/// Only tells whether the user proves itself and has the privileges there.
Outcome<json::Value> verify_only(Call& call, const Login& login) {
    const auto path = formats::normalize_path(call.arguments["path"]);
    const auto privileges = call.arguments.list("privs");
    const bool is_proven = ticket_holder(call, login.password) == login.user ||
                           authenticate_user(call, login) != Standing::refused;
    if (!path || !is_proven || privileges.empty() ||
        !require(call.store, login.user, *path, privileges)) {
        return authentication_failure();
    }
    return json::Object{{"username", login.user}};
}

struct Area {
    std::string_view name;
    std::vector<std::string_view> prefixes;
};

const std::vector<Area>& areas() {
    static const std::vector<Area> all = {
        {"vms", {"VM.", "Permissions.Modify"}},
        {"access", {"User.", "Group.", "Permissions.Modify"}},
        {"storage", {"Datastore.", "Permissions.Modify"}},
        {"nodes", {"Sys.", "Permissions.Modify"}},
        {"sdn", {"SDN.", "Permissions.Modify"}},
        {"dc", {"Sys.Audit", "Sys.Modify", "SDN."}},
        {"mapping", {"Mapping.", "Permissions.Modify"}},
    };
    return all;
}

const Area* find_area(std::string_view name) {
    const auto found = std::ranges::find(areas(), name, &Area::name);
    return found == areas().end() ? nullptr : &*found;
}

bool belongs(std::string_view privilege, const Area& area) {
    return std::ranges::any_of(area.prefixes, [privilege](std::string_view prefix) {
        return privilege.starts_with(prefix);
    });
}

/// A pool's privileges count for what is in it.
std::vector<std::string_view> areas_of_path(std::string_view path) {
    const std::string_view top = path.substr(1, path.find('/', 1) - 1);
    if (top == "pool") {
        return {"vms", "storage"};
    }
    return {path == "/" ? "dc" : top};
}

/// What PVE's GUI shows menus by: privileges by area, wherever they are held
/// (RPCEnvironment.pm, compute_api_permission).
json::Value capabilities(Store& store, const std::string& user) {
    std::set<std::string> paths = formats::tree_nodes(store.config());
    for (const char* path : {"/nodes", "/access/groups", "/vms", "/storage", "/sdn", "/mapping"}) {
        paths.insert(path);
    }
    std::map<std::string_view, std::set<std::string>> held;
    for (const std::string& path : paths) {
        for (const auto& [privilege, propagate] : store.privileges(user, path)) {
            for (const std::string_view name : areas_of_path(path)) {
                if (const Area* area = find_area(name); area && belongs(privilege.text, *area)) {
                    held[area->name].insert(privilege.text);
                }
            }
        }
    }
    json::Value value{json::Object{}};
    for (const Area& area : areas()) {
        json::Object privileges;
        for (const std::string& privilege : held[area.name]) {
            privileges.emplace_back(privilege, 1);
        }
        value.set(area.name, std::move(privileges));
    }
    return value;
}

Outcome<json::Value> log_in(Call& call) {
    const Arguments& arguments = call.arguments;
    std::string name = arguments["username"];
    if (arguments.is_true("realm")) {
        name += "@" + arguments["realm"];
    }
    std::string user = TRY(lookup_user(call.store, name, false));
    const Login login{
        .user = std::move(user),
        .password = arguments["password"],
        .second_factor = arguments.find("otp"),
        .challenge = arguments.find("tfa-challenge"),
    };
    if (find_user_fault(call.store, login.user, call.now)) {
        return authentication_failure();
    }
    const bool only_verifies = arguments.is_true("path") && arguments.is_true("privs");
    json::Value answer = TRY(only_verifies ? verify_only(call, login) : create_ticket(call, login));
    if (answer.find("NeedTFA") == nullptr) {
        answer.set("cap", capabilities(call.store, login.user));
    }
    return answer;
}

/// Who is not root has to give its own password, too.
Outcome<void> confirm_caller(Call& call) {
    const std::string* confirmation = call.arguments.find("confirmation-password");
    if (confirmation == nullptr) {
        return bad_parameters({{"confirmation-password", "password is required to modify user"}});
    }
    const std::string realm(formats::realm_of(call.caller));
    const auto& realms = call.store.domains().realms;
    const auto found = realms.find(realm);
    if (found == realms.end()) {
        return died(fmt::format("auth domain '{}' does not exist", realm));
    }
    if (realm_accepts(call.store, call.caller, *confirmation)) {
        return {};
    }
    if (found->second.type == "pam") {
        return died("Authentication failure");
    }
    return died(
        call.store.passwords().has(call.caller) ? "invalid credentials" : "no password set"
    );
}

Outcome<json::Value> change_password(Call& call) {
    const std::string& user = call.arguments["userid"];
    const bool is_root = call.caller == root_user.text;
    TRY(require_user(call.store, user));
    if (user == root_user.text && !is_root) {
        return denied();
    }
    if (!is_root) {
        if (call.store.release() >= Release{8, 2}) {
            TRY(confirm_caller(call));
        }
        if (call.caller != user && formats::realm_of(user) == "pam") {
            return denied();
        }
    }
    TRY(set_password(call.store, user, call.arguments["password"]));
    return nullptr;
}

Outcome<json::Value> answer_nothing(Call&) {
    return nullptr;
}

} // namespace

std::vector<Method> login_methods(Release release) {
    Schema password = {
        {"userid", user_id_parameter},
        {"password",
         {.required = true, .min_length = min_password_length(release), .max_length = 64}},
    };
    if (release >= Release{8, 2}) {
        password["confirmation-password"] = {.min_length = 5, .max_length = 64};
    }
    return {
        {.verb = "GET",
         .path = "/access/ticket",
         .run = answer_nothing,
         .permission = World{},
         .schema = std::nullopt},
        {.verb = "POST",
         .path = "/access/ticket",
         .run = log_in,
         .permission = World{},
         .schema =
             Schema{
                 {"username", {.required = true, .max_length = 64}},
                 {"realm", {.format = Format::realm, .max_length = 32}},
                 {"password", {.required = true}},
                 {"otp", {}},
                 {"tfa-challenge", {}},
                 {"path", {.max_length = 64, .requires_property = "privs"}},
                 {"privs",
                  {.format = Format::privilege_list,
                   .max_length = 64,
                   .requires_property = "path"}},
                 {"new-format", {.type = Type::boolean}},
             },
         .is_protected = true,
         .allows_tokens = false},
        {.verb = "PUT",
         .path = "/access/password",
         .run = change_password,
         .permission = Rule{AnyOf{
             {{NeedsSelf{}}, {AllOf{{{NeedsRealmRight{}}, {NeedsGroupRight{{"User.Modify"}}}}}}}}},
         .schema = password,
         .is_protected = true,
         .allows_tokens = false},
    };
}

} // namespace pveform::simulator
