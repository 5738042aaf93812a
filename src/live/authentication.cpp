#include "live/authentication.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "live/response.hpp"
#include "model/ids.hpp"

namespace pveform::live {

namespace {

/// A line break would end the header; PVE ends the value at `;` and decodes `%XX`.
bool fits_into_a_header(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c <= '~' && c != ';' && c != '%';
    });
}

/// PVE decodes these in the value.
std::string escaped(std::string_view id) {
    std::string result;
    for (const char c : id) {
        result += c == '%' ? "%25" : c == ';' ? "%3B" : std::string(1, c);
    }
    return result;
}

class TokenAuthentication : public Authentication {
public:
    explicit TokenAuthentication(const ApiToken& token)
        : id_(token.id),
          line_(Secret::joined(
              {"Authorization: PVEAPIToken=", escaped(token.id), "=", token.secret.reveal()}
          )) {}

    Result<std::vector<Secret>> headers(Http&, bool) override {
        std::vector<Secret> lines;
        lines.push_back(line_.clone());
        return lines;
    }

    Error refusal(const Response& response) const override {
        const TokenId id = split_token_id(id_);
        Error error{
            .kind = ErrorKind::authentication,
            .message = fmt::format(
                "PVE does not accept the API token `{}`: {}", printable(id_), describe(response)
            ),
            .help = fmt::format(
                "PVE gives this answer whatever the cause. The usual ones: the secret is wrong or "
                "was replaced by a newer one; the token or its user has expired, is disabled, or "
                "is gone. Look on a node: `pveum user token list '{}'` and `pveum user list`",
                printable(id.user.text)
            ),
            .status = response.status,
        };
        return error;
    }

private:
    std::string id_;
    Secret line_;
};

} // namespace

Result<std::unique_ptr<Authentication>> authenticate_by_token(const ApiToken& token) {
    const bool has_id = TokenId::parse(token.id).has_value();
    if (!has_id) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = "the name of the API token is not a token id",
            .help = "it is `user@realm!name`",
        });
    }
    if (!fits_into_a_header(token.secret.reveal())) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = fmt::format("the secret of API token `{}` cannot be one", token.id),
            .help =
                "it has blanks, line breaks or other characters that PVE's secrets do not have, "
                "or is empty: PVE makes them of 36 hexadecimal digits and `-`",
        });
    }
    return std::make_unique<TokenAuthentication>(token);
}

} // namespace pveform::live
