#include "live/transport.hpp"

namespace pveform::live {

Response::~Response() {
    wipe(body);
}

std::string_view to_string(Method method) {
    switch (method) {
    case Method::post:
        return "POST";
    case Method::put:
        return "PUT";
    case Method::remove:
        return "DELETE";
    }
    return {};
}

} // namespace pveform::live
