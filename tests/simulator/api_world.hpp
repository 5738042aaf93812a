// A small cluster behind the API, asked in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "catch.hpp"

#include "simulator/api.hpp"
#include "json/read.hpp"

namespace pveform::simulator::test {

/// A clock that stands still until it is told otherwise.
class StillClock : public Clock {
public:
    [[nodiscard]] UnixSeconds now() const override { return time; }

    void sleep_for(std::chrono::milliseconds) override {}

    UnixSeconds time = 1'800'000'000;
};

struct Answer {
    int status = 0;
    std::string reason;
    json::Value body;
    Response raw;

    [[nodiscard]] const json::Value& data() const {
        static const json::Value nothing;
        const json::Value* found = body.find("data");
        return found == nullptr ? nothing : *found;
    }

    [[nodiscard]] std::string message() const {
        const json::Value* found = body.find("message");
        return found == nullptr ? std::string() : *found->as_string();
    }

    /// What is said about a parameter; empty where nothing is.
    [[nodiscard]] std::string error(std::string_view name) const {
        const json::Value* errors = body.find("errors");
        const json::Value* found = errors == nullptr ? nullptr : errors->find(name);
        return found == nullptr ? std::string() : *found->as_string();
    }
};

/// Who asks: an `Authorization` header, or a ticket with its CSRF token.
struct Caller {
    std::vector<std::pair<std::string, std::string>> headers;
};

[[nodiscard]] inline Caller token(const std::string& id, const std::string& secret) {
    return {{{"Authorization", "PVEAPIToken=" + id + "=" + secret}}};
}

inline const std::string boss_secret = "00000000-0000-4000-8000-000000000001";
inline const std::string lead_secret = "00000000-0000-4000-8000-000000000002";
inline const std::string guest_secret = "00000000-0000-4000-8000-000000000003";

/// Administrator, group administrator of `staff`, and somebody without any right; each by a token
/// that may do what its user may.
inline const Caller boss = token("boss@pve!api", boss_secret);
inline const Caller lead = token("lead@pve!api", lead_secret);
inline const Caller guest = token("guest@pve!api", guest_secret);
inline const Caller anonymous{};

inline ClusterFiles small_cluster() {
    ClusterFiles files;
    files.user_cfg = "user:root@pam:1:0::::::\n"
                     "token:root@pam!sep:0:1::\n"
                     "user:boss@pve:1:0::::::\n"
                     "token:boss@pve!api:0:0::\n"
                     "user:lead@pve:1:0::::::\n"
                     "token:lead@pve!api:0:0::\n"
                     "user:guest@pve:1:0::::::\n"
                     "token:guest@pve!api:0:0::\n"
                     "user:ann@pve:1:0:Ann::ann@example.com:::\n"
                     "token:ann@pve!sep:0:1::\n"
                     "group:staff:ann@pve,ghost@pve:The staff:\n"
                     "group:crew::::\n"
                     "pool:shop::100,101:local:\n"
                     "role:Looker:VM.Audit:\n"
                     "role:Maker:VM.Allocate,VM.Audit,VM.PowerMgmt:\n"
                     "acl:1:/:boss@pve:Administrator:\n"
                     "acl:1:/access/groups/staff:lead@pve:PVEUserAdmin:\n"
                     "acl:1:/access/realm/pve:lead@pve:PVEUserAdmin:\n"
                     "acl:1:/vms/200:lead@pve:Maker:\n"
                     "acl:1:/vms/300:ghost@pve:Looker:\n"
                     "acl:1:/vms/301:ann@pve:Vanished:\n"
                     "acl:1:/vms/302:ann@pve!gone:Looker:\n";
    files.domains_cfg = "pam: pam\n\tcomment Linux PAM\n\n"
                        "ldap: corp\n\tserver1 127.0.0.1\n\tcase-sensitive 0\n";
    files.token_cfg = "boss@pve!api " + boss_secret + "\nlead@pve!api " + lead_secret +
                      "\nguest@pve!api " + guest_secret + "\n";
    files.passwords.set("root@pam", "root-password");
    files.passwords.set("ann@pve", "ann-password");
    return files;
}

/// The API over a cluster, sorted lists, PVE 9.2 unless said otherwise.
class World {
public:
    explicit World(ClusterFiles files = small_cluster(), ApiOptions options = {}) {
        auto made = make_api(std::move(files), options, clock);
        REQUIRE(made.has_value());
        api = std::move(*made);
    }

    Answer send(
        const Caller& caller,
        const std::string& verb,
        const std::string& path,
        const std::string& body = {},
        const std::string& content_type = {}
    ) {
        Request request;
        request.head = {verb, "/api2/json" + path, caller.headers};
        request.body = body;
        if (!content_type.empty()) {
            request.head.headers.emplace_back("Content-Type", content_type);
        }
        Answer answer;
        answer.raw = api->answer(request);
        answer.status = answer.raw.status;
        answer.reason = answer.raw.reason;
        if (const auto body_value = json::parse(answer.raw.body)) {
            answer.body = *body_value;
        }
        return answer;
    }

    Answer get(const Caller& caller, const std::string& path) { return send(caller, "GET", path); }

    Answer post(const Caller& caller, const std::string& path, const std::string& body = {}) {
        return send(caller, "POST", path, body);
    }

    Answer put(const Caller& caller, const std::string& path, const std::string& body = {}) {
        return send(caller, "PUT", path, body);
    }

    Answer remove(const Caller& caller, const std::string& path) {
        return send(caller, "DELETE", path);
    }

    /// Logs in; the caller holds the ticket and the CSRF token.
    Caller log_in(const std::string& user, const std::string& password) {
        const Answer answer =
            post(anonymous, "/access/ticket", "username=" + user + "&password=" + password);
        REQUIRE(answer.status == 200);
        return {{
            {"Cookie", "PVEAuthCookie=" + *answer.data().find("ticket")->as_string()},
            {"CSRFPreventionToken", *answer.data().find("CSRFPreventionToken")->as_string()},
        }};
    }

    StillClock clock;
    std::unique_ptr<Application> api;
};

/// The values of one member in a list of objects, in the list's order.
inline std::vector<std::string> column(const json::Value& list, std::string_view key) {
    std::vector<std::string> values;
    if (list.as_array() != nullptr) {
        for (const json::Value& item : *list.as_array()) {
            values.push_back(*item.find(key)->as_string());
        }
    }
    return values;
}

/// The names of an object's members, sorted.
inline std::vector<std::string> keys(const json::Value& object) {
    std::vector<std::string> names;
    if (object.as_object() != nullptr) {
        for (const auto& [name, value] : *object.as_object()) {
            names.push_back(name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace pveform::simulator::test
