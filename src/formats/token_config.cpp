#include "formats/token_config.hpp"

#include "base/text.hpp"
#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"

namespace pveform::formats {

TokenSecrets parse_token_config(std::string_view bytes) {
    TokenSecrets secrets;
    for (const std::string& line : split(from_latin1(bytes), "\n")) {
        const std::size_t blank = line.find(' ');
        if (blank == std::string::npos) {
            continue;
        }
        const std::string id = line.substr(0, blank);
        const std::string secret = line.substr(blank + 1);
        if (!secret.empty() && !has_blank(secret, Blanks::ascii) &&
            !check_token_id(id, Blanks::ascii)) {
            secrets[id] = secret;
        }
    }
    return secrets;
}

std::string write_token_config(const TokenSecrets& secrets) {
    std::string out;
    for (const auto& [id, secret] : secrets) {
        out += id + " " + secret + "\n";
    }
    return to_bytes(out);
}

} // namespace pveform::formats
