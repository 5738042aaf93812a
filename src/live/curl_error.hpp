// From what libcurl and OpenSSL say to an error that a person can act on.
#pragma once

#include <string>

#include <curl/curl.h>

#include "base/error.hpp"
#include "live/connect.hpp"
#include "live/endpoint.hpp"
#include "live/tls.hpp"
#include "system/file_system.hpp"

namespace pveform::live {

/// An exchange that brought no complete answer.
struct Failure {
    CURLcode code = CURLE_OK;
    std::string words;         // libcurl's own
    int system_error = 0;      // errno of the attempt to connect
    bool request_sent = false; // any byte of it
    bool too_large = false;    // the answer was cut off at Connection::max_body_bytes
    std::string proxy = {};    // the variable that names one, perhaps not for this host; or empty
    long proxy_status = 0;     // what it answered to CONNECT; 0 if nothing
};

/// Whether a proxy was asked for a tunnel and did not make one: nothing was sent to PVE.
[[nodiscard]] bool lacks_tunnel(const std::string& words, long proxy_status);

/// Whether trying again a moment later makes sense.
[[nodiscard]] bool may_pass(const Failure& failure);

/// Of kind `unreachable` where no byte of the request was sent, `connection` where some was, `io`
/// where the trouble is on this machine. `files` is asked what is wrong with `ca_file`.
[[nodiscard]] Error explain(
    const Failure& failure,
    const Connection& connection,
    const Endpoint& endpoint,
    const CertificateCheck& check,
    FileSystem& files
);

} // namespace pveform::live
