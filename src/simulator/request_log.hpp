// What clients asked for, so that tests can look.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "json/value.hpp"

namespace pveform::simulator {

struct SeenRequest {
    std::string method;
    std::string path; // below /api2/json, decoded
    std::string query;
    int status = 0; // 0: no answer was sent
};

class RequestLog {
public:
    /// Keeps the last 10,000.
    void add(SeenRequest request);

    void count_connection(bool is_resumed);

    void clear();

    [[nodiscard]] json::Value to_json() const;

private:
    std::deque<SeenRequest> requests_;
    std::size_t total_ = 0;
    std::size_t connections_ = 0;
    std::size_t resumed_ = 0;
};

} // namespace pveform::simulator
