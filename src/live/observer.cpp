#include "live/observer.hpp"

#include "base/text.hpp"

namespace pveform::live {

namespace {

class ObservedHttp : public Http {
public:
    ObservedHttp(std::unique_ptr<Http> http, Observer& observer)
        : http_(std::move(http)), observer_(observer) {}

    std::expected<Response, HttpFailure> exchange(const HttpRequest& request) override {
        const auto start = std::chrono::steady_clock::now();
        auto outcome = http_->exchange(request);
        const auto duration = std::chrono::steady_clock::now() - start;
        observer_.exchanged({
            .method = request.method,
            .path = request.path,
            .parameters = request.parameters,
            .status = outcome ? outcome->status : 0,
            .words = outcome ? outcome->reason : outcome.error().error.message,
            .body_bytes = outcome ? outcome->body.size() : 0,
            .duration = std::chrono::duration_cast<std::chrono::milliseconds>(duration),
        });
        return outcome;
    }

private:
    std::unique_ptr<Http> http_;
    Observer& observer_;
};

} // namespace

std::string shown(const Parameters& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        const std::string* plain = std::get_if<std::string>(&value);
        text += (text.empty() ? "" : " ") + printable(name) + "=" +
                (plain != nullptr ? printable(*plain) : "***");
    }
    return text;
}

std::unique_ptr<Http> observed(std::unique_ptr<Http> http, Observer& observer) {
    return std::make_unique<ObservedHttp>(std::move(http), observer);
}

} // namespace pveform::live
