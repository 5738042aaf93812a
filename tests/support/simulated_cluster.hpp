// The simulator's API behind pveform's own client, without a network between them: what is sent is
// encoded, answered and decoded for real.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "live/api_transport.hpp"
#include "live/encode.hpp"
#include "live/read.hpp"
#include "simulator/api.hpp"
#include "support/fake_clock.hpp"
#include "support/user_cfg.hpp"

namespace pveform::test {

/// A request that the cluster answered, for tests that look at what came of it.
struct Exchange {
    std::string method;
    int status = 0;
    std::string body;
};

class SimulatedHttp final : public live::Http {
public:
    using Listener = std::function<void(const Exchange&)>;

    SimulatedHttp(simulator::Application& application, Listener listener)
        : application_(application), listener_(std::move(listener)) {}

    std::expected<live::Response, live::HttpFailure> exchange(const live::HttpRequest& request
    ) override {
        simulator::Request sent;
        sent.head.method = request.method;
        sent.head.target = "/api2/json" + request.path;
        const std::string form(live::form_encode(request.parameters).reveal());
        const bool has_body = request.method == "POST" || request.method == "PUT";
        if (has_body) {
            sent.body = form;
            sent.head.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
            sent.head.headers.emplace_back("Content-Length", std::to_string(form.size()));
        } else if (!form.empty()) {
            sent.head.target += "?" + form;
        }
        for (const Secret& line : request.headers) {
            const std::string_view text = line.reveal();
            const std::size_t colon = text.find(": ");
            sent.head.headers.emplace_back(text.substr(0, colon), text.substr(colon + 2));
        }
        const auto early = application_.answer_early(sent.head);
        const simulator::Response given = early ? *early : application_.answer(sent);
        live::Response response;
        response.status = given.status;
        response.reason = given.reason;
        response.content_type = given.content_type.value_or("");
        response.body = given.body;
        if (listener_) {
            listener_({request.method, given.status, given.body});
        }
        return response;
    }

private:
    simulator::Application& application_;
    Listener listener_;
};

/// One cluster, and clients of it.
class SimulatedCluster {
public:
    /// `secrets`: full token ids and their secrets, of tokens that `start` has.
    SimulatedCluster(const State& start, const std::map<std::string, std::string>& secrets)
        : SimulatedCluster(user_cfg(start), secrets) {}

    SimulatedCluster(std::string config, const std::map<std::string, std::string>& secrets) {
        simulator::ClusterFiles files;
        files.user_cfg = std::move(config);
        files.domains_cfg =
            "ldap: corp\n\tserver1 192.0.2.1\n\tbase_dn dc=example\n\tuser_attr uid\n";
        for (const auto& [token, secret] : secrets) {
            files.token_cfg += token + " " + secret + "\n";
        }
        auto made = simulator::make_api(
            std::move(files),
            {.release = Release{9, 2}, .state_folder = std::nullopt, .shuffle_seed = 1},
            clock
        );
        if (!made) {
            FAIL(made.error().message);
        }
        application_ = std::move(*made);
    }

    /// A client that logs in with a token.
    std::unique_ptr<live::Transport> client(
        const std::string& token, const std::string& secret, SimulatedHttp::Listener listener = {}
    ) {
        auto authentication = live::authenticate(live::ApiToken{token, Secret(secret)}, clock);
        if (!authentication) {
            FAIL(authentication.error().message);
        }
        return std::make_unique<live::ApiTransport>(
            std::make_unique<SimulatedHttp>(*application_, std::move(listener)),
            std::move(*authentication),
            clock
        );
    }

    FakeClock clock;

private:
    std::unique_ptr<simulator::Application> application_;
};

} // namespace pveform::test
