#include "live/authentication.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "live/response.hpp"
#include "model/authorization.hpp"
#include "model/ids.hpp"

namespace pveform::live {

namespace {

/// Blanks and line breaks would end the value or the header; PVE ends it at `;` and decodes `%XX`.
bool fits_into_a_header(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c <= '~' && c != ';' && c != '%';
    });
}

class TokenAuthentication : public Authentication {
public:
    explicit TokenAuthentication(const ApiToken& token) : id_(token.id) {
        replace_secret(token.secret);
    }

    void replace_secret(const Secret& secret) final {
        line_ = Secret::joined({"Authorization: ", token_authorization(id_, secret).reveal()});
    }

    Result<std::vector<Secret>> headers(Http&, bool) override {
        std::vector<Secret> lines;
        lines.push_back(line_.clone());
        return lines;
    }

    Error refusal(const Response& response) const override {
        return Error{
            .kind = ErrorKind::authentication,
            .message = fmt::format(
                "PVE does not accept the API token `{}`: {}", printable(id_), describe(response)
            ),
            .help = fmt::format(
                "PVE gives this answer whatever the cause. The usual ones: the secret is wrong or "
                "was replaced by a newer one; the token or its user has expired, is disabled, or "
                "is gone. Look on a node: `pveum user token list '{}'` and `pveum user list`",
                printable(split_token_id(id_).user.text)
            ),
            .status = response.status,
        };
    }

private:
    std::string id_;
    Secret line_;
};

/// The extra headers of the connection alone.
class NoAuthentication : public Authentication {
public:
    Result<std::vector<Secret>> headers(Http&, bool) override { return std::vector<Secret>(); }

    Error refusal(const Response& response) const override {
        return Error{
            .kind = ErrorKind::authentication,
            .message = fmt::format("PVE got no credentials: {}", describe(response)),
            .help = "PVE accepts an API token (`PVEFORM_API_TOKEN=user@realm!name=secret`) or a "
                    "user's password, and nothing else: a header such as `X-APIKey` is ignored, "
                    "whatever some guides say. Headers alone do where a gateway in front of PVE "
                    "adds PVE's own",
            .status = response.status,
        };
    }
};

Result<std::unique_ptr<Authentication>> authenticate_by_token(const ApiToken& token) {
    if (!TokenId::parse(token.id)) {
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

} // namespace

Result<std::unique_ptr<Authentication>> authenticate(const Credentials& credentials, Clock& clock) {
    if (const auto* token = std::get_if<ApiToken>(&credentials)) {
        return authenticate_by_token(*token);
    }
    if (const auto* login = std::get_if<Login>(&credentials)) {
        return authenticate_by_ticket(*login, clock);
    }
    return std::make_unique<NoAuthentication>();
}

} // namespace pveform::live
