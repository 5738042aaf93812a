#include "model/authorization.hpp"

#include <string>

namespace pveform {

Secret token_authorization(std::string_view id, const Secret& secret) {
    std::string encoded;
    for (const char c : id) {
        encoded += c == '%' ? "%25" : std::string(1, c);
    }
    return Secret::joined({token_scheme, encoded, "=", secret.reveal()});
}

} // namespace pveform
