// The address of a cluster as people write it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace pveform::live {

struct Endpoint {
    std::string base; // `https://HOST[:PORT][/PREFIX]`, without a slash at the end
    std::string host; // as in a URL: IPv6 addresses in brackets
    std::string port; // `443` where none was written

    /// `pve1.example.com:8006`.
    [[nodiscard]] std::string address() const { return host + ":" + port; }
};

/// Takes a trailing slash or `/api2/json` off. Refuses, with kind `usage`, anything but https,
/// user names and passwords, queries.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

} // namespace pveform::live
