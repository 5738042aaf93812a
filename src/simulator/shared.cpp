#include "simulator/shared.hpp"

namespace pveform::simulator {

Result<void> Shared::renew_certificate(bool is_foreign) {
    if (is_foreign) {
        const CertificateAuthority stranger = TRY(CertificateAuthority::create());
        tls = TRY(TlsContext::create(TRY(stranger.issue())));
    } else {
        tls = TRY(TlsContext::create(TRY(authority.issue())));
    }
    return {};
}

} // namespace pveform::simulator
