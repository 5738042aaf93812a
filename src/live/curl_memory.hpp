// Memory for libcurl that is wiped before it goes back: its buffers hold what is sent and received,
// tokens, passwords and new secrets among it.
#pragma once

#include <curl/curl.h>

namespace pveform::live {

/// Initialises libcurl, once, however often it is called.
[[nodiscard]] CURLcode initialise_curl();

} // namespace pveform::live
