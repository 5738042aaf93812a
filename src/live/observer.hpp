// Is told of every exchange with PVE, for `-v` and `-vv`. Nothing secret can reach it: passwords,
// tickets and the secrets of tokens have a type of their own, headers and bodies are not told at
// all.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "live/http.hpp"

namespace pveform::live {

struct Exchange {
    std::string_view method;
    std::string_view path;        // below `/api2/json`
    const Parameters& parameters; // for `shown`
    int status = 0;               // 0 where no answer came
    std::string_view words;       // the reason phrase, or why no answer came
    std::size_t body_bytes = 0;
    std::chrono::milliseconds duration{0};
};

class Observer {
public:
    virtual ~Observer() = default;
    virtual void exchanged(const Exchange& exchange) = 0;
};

/// `path=/vms roles=Ops password=***`, fit for a terminal.
[[nodiscard]] std::string shown(const Parameters& parameters);

/// Tells `observer`, which must outlive it, of what passes through.
[[nodiscard]] std::unique_ptr<Http> observed(std::unique_ptr<Http> http, Observer& observer);

} // namespace pveform::live
