// HTTPS by libcurl, one request after the other over kept-alive connections.
#pragma once

#include <memory>

#include "live/connect.hpp"
#include "live/http.hpp"
#include "system/file_system.hpp"

namespace pveform::live {

/// Nothing is sent yet. An error of kind `usage` where endpoint or fingerprint cannot be right. The
/// extra headers are taken as they are. `files` must outlive it: it is asked what is wrong with a
/// `ca_file` that cannot be used.
[[nodiscard]] Result<std::unique_ptr<Http>>
make_curl_http(const Connection& connection, FileSystem& files);

} // namespace pveform::live
