// A PVE that answers what it was told to, and keeps a log of what it was asked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "live/transport.hpp"

namespace pveform::test {

/// One answer, or an error in its place.
struct Answer {
    int status = 200;
    std::string body = R"({"data":null})";
    std::string reason = "OK";
    std::string content_type = "application/json;charset=UTF-8";
    std::optional<UnixSeconds> date = {};
    std::optional<Error> error = {};

    [[nodiscard]] static Answer data(const std::string& json) {
        return {.body = R"({"data":)" + json + "}"};
    }

    /// As PVE reports a failure: the text in the status line and in the body.
    [[nodiscard]] static Answer failure(int status, const std::string& message) {
        return {
            .status = status,
            .body = R"({"data":null,"message":")" + message + R"(\n"})",
            .reason = message,
        };
    }

    /// An answer of PVE's server itself, without a body.
    [[nodiscard]] static Answer bare(int status, const std::string& reason) {
        return {.status = status, .body = "", .reason = reason, .content_type = ""};
    }

    [[nodiscard]] static Answer lost(ErrorKind kind = ErrorKind::connection) {
        return {.error = Error{.kind = kind, .message = "no answer"}};
    }
};

[[nodiscard]] inline Result<live::Response> to_response(const Answer& answer) {
    if (answer.error) {
        return std::unexpected(*answer.error);
    }
    live::Response response;
    response.status = answer.status;
    response.reason = answer.reason;
    response.content_type = answer.content_type;
    response.date = answer.date;
    response.body = answer.body;
    return response;
}

class FakeTransport : public live::Transport {
public:
    /// What was asked: `GET /access/users?full=1`, `PUT /access/acl path=/vms&roles=Ops`. Values
    /// are not encoded, secrets are `***`.
    std::vector<std::string> log;

    /// `request` is as in the log, or only its first words (`PUT /access/acl`); the longest that
    /// fits counts. Several answers to one request are given one after the other, the last of them
    /// for ever. Without any, GETs are refused and writes are good.
    void answer(const std::string& request, Answer with) {
        answers_[request].push_back(std::move(with));
    }

    /// Forgets the answers to exactly this request.
    void forget(const std::string& request) { answers_.erase(request); }

    Result<live::Response> get(std::string_view path, const live::Parameters& query) override {
        std::string request = "GET " + std::string(path);
        if (!query.empty()) {
            request += "?" + shown(query);
        }
        return play(request, Answer::failure(501, "Method '" + request + "' not implemented"));
    }

    Result<live::Response>
    send(live::Method method, std::string_view path, const live::Parameters& form) override {
        std::string request = std::string(to_string(method)) + " " + std::string(path);
        if (!form.empty()) {
            request += " " + shown(form);
        }
        return play(request, Answer{});
    }

    void replace_secret(const Secret&) override {}

private:
    static std::string shown(const live::Parameters& parameters) {
        std::string text;
        for (const auto& [name, value] : parameters) {
            const std::string* plain = std::get_if<std::string>(&value);
            text += (text.empty() ? "" : "&") + name + "=" + (plain != nullptr ? *plain : "***");
        }
        return text;
    }

    Result<live::Response> play(const std::string& request, const Answer& otherwise) {
        log.push_back(request);
        auto best = answers_.end();
        for (auto one = answers_.begin(); one != answers_.end(); ++one) {
            if (request.starts_with(one->first)) {
                best = one; // sorted: a longer beginning comes later
            }
        }
        if (best == answers_.end()) {
            return to_response(otherwise);
        }
        const Answer answer = best->second.front();
        if (best->second.size() > 1) {
            best->second.erase(best->second.begin());
        }
        return to_response(answer);
    }

    std::map<std::string, std::vector<Answer>> answers_;
};

/// A cluster in which `ci@pve!plan` sees everything.
[[nodiscard]] inline FakeTransport small_cluster() {
    FakeTransport pve;
    pve.answer(
        "GET /version", Answer::data(R"({"version":"9.2.11","release":"9.2","repoid":"0a1b2c3d"})")
    );
    pve.answer(
        "GET /access/domains", Answer::data(R"([{"realm":"pam","type":"pam","comment":"Linux PAM"},
                         {"realm":"pve","type":"pve","default":1}])")
    );
    pve.answer(
        "GET /access/roles",
        Answer::data(R"([{"roleid":"Administrator","special":1,"privs":"Sys.Audit,VM.Audit"},
                         {"roleid":"NoAccess","special":1,"privs":""},
                         {"roleid":"PVEAuditor","special":1,"privs":"Sys.Audit,VM.Audit"},
                         {"roleid":"Empty","special":0,"privs":""}])")
    );
    pve.answer(
        "GET /access/groups",
        Answer::data(R"([{"groupid":"ops","users":"alice@pve,gone@pve","comment":"Operations"},
                         {"groupid":"dev","users":""}])")
    );
    pve.answer(
        "GET /access/users?full=1",
        Answer::data(R"([{"userid":"alice@pve","enable":1,"expire":0,"groups":"ops","tokens":null,
                          "realm-type":"pve","firstname":"Alice","email":"a@example.com"},
                         {"userid":"ci@pve","enable":1,"expire":0,"groups":"","email":"",
                          "comment":"CI","tokens":[{"tokenid":"plan","expire":1893456000,
                          "privsep":0,"comment":"plans"}]},
                         {"userid":"root@pam","enable":1,"groups":"","tokens":null}])")
    );
    pve.answer(
        "GET /access/acl",
        Answer::data(R"([{"path":"/","type":"user","ugid":"ci@pve","roleid":"PVEAuditor",
                          "propagate":1},
                         {"path":"/vms","type":"group","ugid":"ops","roleid":"Empty",
                          "propagate":0}])")
    );
    pve.answer("GET /access/permissions", Answer::data(R"({
        "/":{"Sys.Audit":1},"/access":{"Sys.Audit":1},"/access/groups":{"Sys.Audit":1},
        "/pool":{"Pool.Audit":1},"/vms":{"Sys.Audit":1}})"));
    pve.answer("GET /pools", Answer::data("[]"));
    return pve;
}

} // namespace pveform::test
