// What all connections of a server share.
#pragma once

#include <mutex>

#include "simulator/certificates.hpp"
#include "simulator/control.hpp"
#include "simulator/http.hpp"
#include "simulator/server.hpp"
#include "simulator/stop.hpp"
#include "simulator/tls.hpp"

namespace pveform::simulator {

struct Shared {
    const ServerSettings settings;
    const CertificateAuthority authority;
    Stop stop;

    std::mutex mutex; // for all below: one request at a time
    Application& application;
    Control control;
    TlsContext tls; // of new connections

    /// Other certificate, other key; of an authority that nobody trusts where `is_foreign`.
    Result<void> renew_certificate(bool is_foreign);
};

} // namespace pveform::simulator
