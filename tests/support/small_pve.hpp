// A PVE in memory behind the transport: as much of its access API as an apply uses. What requests
// do is what plan::carry_out says; what is looked at here is what becomes of them when answers get
// lost.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "live/transport.hpp"
#include "plan/step.hpp"
#include "support/faults.hpp"
#include "support/pve_records.hpp"
#include "json/write.hpp"

namespace pveform::test {

enum class NetworkFault {
    lost_before,  // no answer, and the request was not executed
    lost_after,   // no answer, and it was
    garbled,      // executed, and the answer makes no sense
    disowned,     // executed, and PVE's front says 595: it reached nobody who could
    unreachable,  // no connection
    unsendable,   // this machine cannot: its file of authorities cannot be read
    lock_timeout, // PVE gave up waiting for its lock
    refused,      // PVE says no
    half_done,    // executed, as far as can be seen, and PVE says that it failed
    unauthorized, // PVE does not accept who we are
    broken_off,   // a token's secret is changed, the token's own record is not, and PVE says so
    died_within,  // the same, without an answer
};

class SmallPve final : public live::Transport {
public:
    explicit SmallPve(State start) : state(std::move(start)) {}

    State state;

    struct Request {
        std::size_t number; // counted since the faults were set
        std::string words;  // `PUT /access/users/ann@pve/token/ci expire=1 regenerate=1`
    };

    using FaultOf = std::function<std::optional<NetworkFault>(const Request&)>;

    /// What happens to requests from now on.
    void set_faults(FaultOf fault_of) {
        fault_of_ = std::move(fault_of);
        count_ = 0;
    }

    static std::optional<NetworkFault> no_faults(const Request& /*request*/) {
        return std::nullopt;
    }

    void set_kills(Faults* kills) { kills_ = kills; }

    [[nodiscard]] std::size_t request_count() const { return count_; }

    /// Writes that were executed.
    [[nodiscard]] const std::vector<std::string>& executed() const { return executed_; }

    /// Writes whose answer never came, executed or not.
    [[nodiscard]] std::size_t lost_writes() const { return lost_writes_; }

    /// Whether one could log in with this secret.
    [[nodiscard]] bool
    accepts(const TokenId& id, const std::string& secret, UnixSeconds now) const {
        const auto found = secrets_.find(id);
        return found != secrets_.end() && found->second == secret && is_alive(id, now);
    }

    [[nodiscard]] bool is_alive(const TokenId& id, UnixSeconds now) const {
        const auto token = state.tokens.find(id);
        return token != state.tokens.end() &&
               (token->second.expire.is_never() || token->second.expire.seconds > now);
    }

    [[nodiscard]] bool is_issued_here(const TokenId& id) const { return secrets_.contains(id); }

    /// Every secret that was ever given out.
    [[nodiscard]] const std::set<std::string>& all_secrets() const { return all_secrets_; }

    Result<live::Response> get(std::string_view path, const live::Parameters&) override {
        return exchange(false, fmt::format("GET {}", decoded(path)), [&] {
            return answer_get(std::string(path));
        });
    }

    Result<live::Response>
    send(live::Method method, std::string_view path, const live::Parameters& parameters) override {
        const Form form = form_of(parameters);
        std::string words = fmt::format("{} {}", to_string(method), decoded(path));
        for (const auto& [name, value] : form) {
            words += name == "password" ? " password" : fmt::format(" {}={}", name, value);
        }
        return exchange(true, words, [&] {
            live::Response response = answer_send(method, std::string(path), form);
            if (response.status == 200) {
                executed_.push_back(words);
            }
            return response;
        });
    }

    void replace_secret(const Secret& secret) override { own_secret = secret.reveal(); }

    std::string own_secret; // what we authenticate with, once it was replaced

private:
    using Form = std::map<std::string, std::string>;

    // The network

    template<class Answer>
    Result<live::Response> exchange(bool writing, const std::string& words, Answer answer) {
        const auto fault = fault_of_(Request{++count_, words});
        return with_faults(
            kills_,
            [&]() -> Result<live::Response> {
                return fault ? faulty(*fault, writing, answer) : Result<live::Response>(answer());
            },
            [&]() -> Result<live::Response> { return error(ErrorKind::unreachable); }
        );
    }

    template<class Answer>
    Result<live::Response> faulty(NetworkFault fault, bool writing, Answer answer) {
        switch (fault) {
        case NetworkFault::lost_before:
            lost_writes_ += writing ? 1 : 0;
            return error(ErrorKind::connection);
        case NetworkFault::lost_after:
            lost_writes_ += writing ? 1 : 0;
            static_cast<void>(answer());
            return error(ErrorKind::connection);
        case NetworkFault::garbled: {
            lost_writes_ += writing ? 1 : 0;
            live::Response response = answer();
            response.body = "{";
            return response;
        }
        case NetworkFault::disowned:
            lost_writes_ += writing ? 1 : 0;
            static_cast<void>(answer());
            return failure(595, "Connection refused");
        case NetworkFault::unreachable:
            return error(ErrorKind::unreachable);
        case NetworkFault::unsendable:
            return error(ErrorKind::io);
        case NetworkFault::lock_timeout:
            return writing
                       ? failure(500, "cfs-lock 'file-user_cfg' error: got lock request timeout")
                       : answer();
        case NetworkFault::refused:
            return failure(403, "Permission check failed (/access, Sys.Audit)");
        case NetworkFault::half_done:
            static_cast<void>(answer());
            return failure(500, "create user failed: cannot write 'priv/shadow.cfg'");
        case NetworkFault::unauthorized:
            return error(ErrorKind::authentication);
        case NetworkFault::broken_off:
            return writing ? broken_off(answer) : answer();
        case NetworkFault::died_within:
            lost_writes_ += writing ? 1 : 0;
            static_cast<void>(broken_off(answer));
            return error(ErrorKind::connection);
        }
        return error(ErrorKind::internal);
    }

    template<class Answer>
    live::Response broken_off(Answer answer) {
        records_fail_ = true;
        live::Response response = answer();
        records_fail_ = false;
        return response;
    }

    static std::unexpected<Error> error(ErrorKind kind) {
        return std::unexpected(Error{.kind = kind, .message = "the network had a bad day"});
    }

    // Answers

    static live::Response data(json::Value value) {
        live::Response response;
        response.status = 200;
        response.content_type = "application/json;charset=UTF-8";
        response.body = json::dump(json::Object{{"data", std::move(value)}});
        return response;
    }

    static live::Response failure(int status, const std::string& message) {
        live::Response response;
        response.status = status;
        response.reason = message;
        response.content_type = "application/json;charset=UTF-8";
        response.body = json::dump(json::Object{{"data", nullptr}, {"message", message + "\n"}});
        return response;
    }

    live::Response answer_get(const std::string& path) const {
        if (path == "/version") {
            const std::string release = state.release.text();
            return data(json::Object{{"version", release + ".1"}, {"release", release}});
        }
        if (path == "/access/domains") {
            return data(domain_records(state));
        }
        if (path == "/access/roles") {
            return data(role_records(state));
        }
        if (path == "/access/groups") {
            return data(group_records(state));
        }
        if (path == "/access/users") {
            return data(user_records(state));
        }
        if (path == "/access/acl") {
            return data(acl_records(state));
        }
        if (path == "/access/permissions") {
            return data(all_permissions(state));
        }
        if (path == "/pools") {
            return data(json::Array());
        }
        constexpr std::string_view realms = "/access/domains/";
        if (path.starts_with(realms)) {
            const Realm& realm = state.realms.at(RealmId{decoded(path.substr(realms.size()))});
            return data(json::Object{{"type", realm.type}, {"digest", ""}});
        }
        const TokenId id = token_in(path);
        const auto token = state.tokens.find(id);
        if (token == state.tokens.end()) {
            return failure(
                500, fmt::format("no such token '{}' for user '{}'", id.name, id.user.text)
            );
        }
        return data(token_record(token->second));
    }

    // Writes

    static std::string decoded(std::string_view text) {
        std::string result;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '%') {
                result +=
                    static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
                i += 2;
            } else {
                result += text[i];
            }
        }
        return result;
    }

    static TokenId token_in(const std::string& path) {
        const auto parts = split(path, "/");
        return TokenId{UserId{decoded(parts.at(2))}, decoded(parts.at(4))};
    }

    template<class Id>
    static std::set<Id> set_of(const std::string& text) {
        std::set<Id> ids;
        for (const std::string& part : split(text, ",")) {
            ids.insert(Id{part});
        }
        return ids;
    }

    static std::optional<std::string> optional(const Form& form, const std::string& key) {
        const auto found = form.find(key);
        return found == form.end() ? std::nullopt : std::optional(found->second);
    }

    static std::optional<Expiry> expiry(const Form& form) {
        const auto text = optional(form, "expire");
        return text ? std::optional(Expiry{std::stoll(*text)}) : std::nullopt;
    }

    static std::optional<bool> flag(const Form& form, const std::string& key) {
        const auto text = optional(form, key);
        return text ? std::optional(*text == "1") : std::nullopt;
    }

    static UserEdit user_edit(const Form& form) {
        UserEdit edit;
        edit.enabled = flag(form, "enable");
        edit.expire = expiry(form);
        edit.first_name = optional(form, "firstname");
        edit.last_name = optional(form, "lastname");
        edit.email = optional(form, "email");
        edit.comment = optional(form, "comment");
        if (const auto groups = optional(form, "groups")) {
            edit.groups = set_of<GroupId>(*groups);
        }
        edit.append_groups = form.contains("append");
        return edit;
    }

    static TokenEdit token_edit(const Form& form) {
        return {flag(form, "privsep"), expiry(form), optional(form, "comment")};
    }

    static AclEdit acl_edit(const Form& form) {
        AclEdit edit;
        edit.path.text = form.at("path");
        edit.roles = set_of<RoleId>(form.at("roles"));
        edit.propagate = flag(form, "propagate").value_or(true);
        edit.remove = form.contains("delete");
        for (const auto kind : {PrincipalKind::user, PrincipalKind::group, PrincipalKind::token}) {
            const auto ids = optional(form, std::string(to_string(kind)) + "s");
            for (const std::string& id : split(ids.value_or(""), ",")) {
                edit.principals.insert(Principal{kind, id});
            }
        }
        return edit;
    }

    static Form form_of(const live::Parameters& parameters) {
        Form form;
        for (const auto& [name, value] : parameters) {
            const auto* text = std::get_if<std::string>(&value);
            form[name] = text != nullptr ? *text : std::string(std::get<1>(value)->reveal());
        }
        return form;
    }

    live::Response answer_send(live::Method method, const std::string& path, const Form& form) {
        const auto parts = split(path, "/");
        if (parts.size() == 5) {
            return answer_token(method, token_in(path), form);
        }
        const bool creates = method == live::Method::post;
        const std::string id = parts.size() > 2 ? decoded(parts[2]) : std::string();
        if (parts.at(1) == "acl") {
            return carry_out_if_ready(plan::ChangeAcl{acl_edit(form)});
        }
        if (parts.at(1) == "roles") {
            const auto privileges = set_of<Privilege>(optional(form, "privs").value_or(""));
            return creates ? carry_out_if_ready(plan::CreateRole{{form.at("roleid")}, privileges})
                           : carry_out_if_ready(plan::SetRolePrivileges{
                                 {id}, privileges, form.contains("append")});
        }
        if (parts.at(1) == "groups") {
            const std::string comment = optional(form, "comment").value_or("");
            return creates ? carry_out_if_ready(plan::CreateGroup{{form.at("groupid")}, comment})
                           : carry_out_if_ready(plan::SetGroupComment{{id}, comment});
        }
        return creates ? carry_out_if_ready(plan::CreateUser{{form.at("userid")}, user_edit(form)})
                       : carry_out_if_ready(plan::UpdateUser{{id}, user_edit(form)});
    }

    live::Response answer_token(live::Method method, const TokenId& id, const Form& form) {
        const bool exists = state.tokens.contains(id);
        if (method == live::Method::post) {
            if (exists || !state.users.contains(id.user)) {
                return failure(400, "Parameter verification failed.");
            }
            const std::string secret = new_secret(id);
            if (records_fail_) {
                return record_failure();
            }
            plan::carry_out(plan::IssueToken{id, Token(), false}, state);
            plan::carry_out(plan::UpdateToken{id, token_edit(form)}, state);
            return data(json::Object{{"value", secret}, {"full-tokenid", id.text()}});
        }
        if (method == live::Method::remove) {
            secrets_.erase(id);
            return carry_out_if_ready(plan::DestroyToken{id});
        }
        const bool renews = form.contains("regenerate");
        if (renews && !state.release.can_regenerate_tokens()) {
            return failure(400, "Parameter verification failed.");
        }
        const plan::UpdateToken update{id, token_edit(form)};
        if (!renews || !is_ready(plan::Command{update}, state)) {
            return carry_out_if_ready(update);
        }
        const std::string secret = new_secret(id); // the first of two files
        live::Response response = carry_out_if_ready(update);
        return response.status == 200 ? data(json::Object{{"value", secret}}) : std::move(response);
    }

    live::Response carry_out_if_ready(const plan::Command& command) {
        if (!is_ready(command, state)) {
            return failure(500, "not possible: " + describe(command));
        }
        if (records_fail_) {
            return record_failure();
        }
        plan::carry_out(command, state);
        return data(nullptr);
    }

    static live::Response record_failure() {
        return failure(500, "unable to write '/etc/pve/user.cfg.tmp' - Input/output error");
    }

    std::string new_secret(const TokenId& id) {
        secrets_[id] = fmt::format("0000{:04}-2222-3333-4444-555555555555", all_secrets_.size());
        all_secrets_.insert(secrets_[id]);
        return secrets_[id];
    }

    bool records_fail_ = false; // user.cfg cannot be written
    std::map<TokenId, std::string> secrets_;
    std::set<std::string> all_secrets_;
    std::vector<std::string> executed_;
    std::size_t lost_writes_ = 0;
    std::size_t count_ = 0;
    FaultOf fault_of_ = no_faults;
    Faults* kills_ = nullptr;
};

} // namespace pveform::test
