// A wire that plays answers in order, and keeps what was sent over it.
#pragma once

#include <deque>
#include <expected>
#include <string>
#include <vector>

#include "live/fake_transport.hpp"
#include "live/http.hpp"
#include "live/observer.hpp"

namespace pveform::test {

class FakeHttp : public live::Http {
public:
    struct Wire {
        std::vector<std::string> requests; // `POST /access/ticket username=a@pve password=***`
        std::vector<std::vector<std::string>> headers; // of each; also the secret ones
        std::vector<std::string> passwords;            // of each that had one
        std::deque<Answer> answers;                    // in order; then `{"data":null}`
        bool failures_may_pass = true;
    };

    explicit FakeHttp(Wire& wire) : wire_(wire) {}

    std::expected<live::Response, live::HttpFailure> exchange(const live::HttpRequest& request
    ) override {
        note(request);
        Answer answer;
        if (!wire_.answers.empty()) {
            answer = wire_.answers.front();
            wire_.answers.pop_front();
        }
        auto response = to_response(answer);
        if (!response) {
            return std::unexpected(live::HttpFailure{
                std::move(response).error(), wire_.failures_may_pass});
        }
        return std::move(*response);
    }

private:
    void note(const live::HttpRequest& request) {
        const std::string parameters = live::shown(request.parameters);
        wire_.requests.push_back(
            request.method + " " + request.path + (parameters.empty() ? "" : " ") + parameters
        );
        auto& lines = wire_.headers.emplace_back();
        for (const Secret& line : request.headers) {
            lines.emplace_back(line.reveal());
        }
        for (const auto& [name, value] : request.parameters) {
            if (name == "password") {
                wire_.passwords.emplace_back(std::get<const Secret*>(value)->reveal());
            }
        }
    }

    Wire& wire_;
};

} // namespace pveform::test
