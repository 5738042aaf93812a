// The part of a request target that names a resource, as a person would write it.
#pragma once

#include <string>
#include <string_view>

namespace pveform::simulator {

/// `/access/users/ci@pve` for `/api2/json/access/users/ci%40pve?full=1`. What is not below `/api2/`
/// stays whole, apart from the query.
[[nodiscard]] std::string api_path(std::string_view target);

/// `full=1`; empty without a query.
[[nodiscard]] std::string_view query_of(std::string_view target);

} // namespace pveform::simulator
