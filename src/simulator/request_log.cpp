#include "simulator/request_log.hpp"

#include <cstdint>
#include <utility>

namespace pveform::simulator {

void RequestLog::add(SeenRequest request) {
    constexpr std::size_t max_kept = 10'000;
    ++total_;
    requests_.push_back(std::move(request));
    if (requests_.size() > max_kept) {
        requests_.pop_front();
    }
}

void RequestLog::count_connection(bool is_resumed) {
    ++connections_;
    resumed_ += is_resumed ? 1 : 0;
}

void RequestLog::clear() {
    *this = RequestLog();
}

json::Value RequestLog::to_json() const {
    json::Array requests;
    for (const SeenRequest& request : requests_) {
        json::Value item;
        item.set("method", request.method);
        item.set("path", request.path);
        item.set("query", request.query);
        item.set("status", request.status);
        requests.push_back(std::move(item));
    }
    json::Value result;
    result.set("connections", std::uint64_t{connections_});
    result.set("resumed_sessions", std::uint64_t{resumed_});
    result.set("total", std::uint64_t{total_});
    result.set("requests", std::move(requests));
    return result;
}

} // namespace pveform::simulator
