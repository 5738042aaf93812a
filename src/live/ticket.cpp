// Sessions of PVE: a ticket for a user's password, and a second factor where the user has one.
// pve-access-control: src/PVE/API2/AccessControl.pm (create_ticket), src/PVE/AccessControl.pm.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "live/authentication.hpp"
#include "live/encode.hpp"
#include "live/response.hpp"
#include "model/ids.hpp"
#include "json/read.hpp"

namespace pveform::live {

namespace {

/// A ticket is good for two hours; the longest pause between two requests must fit in the rest.
constexpr UnixSeconds renewal_age_s = 90 * 60;

Error refused(std::string message, std::string help, int status = 0) {
    return Error{
        .kind = ErrorKind::authentication,
        .message = std::move(message),
        .help = std::move(help),
        .status = status,
    };
}

/// What PVE answers to a login, or to the first half of one.
struct Session {
    Secret ticket;
    Secret csrf_token;
    bool needs_second_factor = false;
};

Secret take(json::Value& data, std::string_view key) {
    json::Value* value = data.find(key);
    std::string* text = value != nullptr ? value->as_string() : nullptr;
    return text != nullptr ? Secret::take(std::move(*text)) : Secret();
}

bool is_set(const json::Value& data, std::string_view key) {
    const json::Value* value = data.find(key);
    return value != nullptr && *value != json::Value(0) && *value != json::Value(false) &&
           !value->is_null();
}

/// The second factors that a person can type, by what the first half of a ticket says:
/// `PVE:!tfa!JSON:TIME::SIGNATURE`, with the JSON percent-encoded.
bool can_be_typed(const Secret& half_ticket) {
    constexpr std::string_view start = "PVE:!tfa!";
    std::string_view text = half_ticket.reveal();
    if (!text.starts_with(start)) {
        return true; // of another form than known: PVE will say
    }
    text.remove_prefix(start.size());
    const auto challenge = json::parse(percent_decode(text.substr(0, text.find(':'))));
    return !challenge || is_set(*challenge, "totp") || is_set(*challenge, "recovery");
}

/// `totp:123456` or `recovery:KEY`.
Secret typed_factor(const Secret& code) {
    const std::string_view text = trim(code.reveal());
    const bool is_digits = text.find_first_not_of("0123456789") == std::string_view::npos;
    return Secret::joined({is_digits ? "totp:" : "recovery:", text});
}

/// The secrets of API tokens are UUIDs; some guides send them as passwords.
bool looks_like_a_token_secret(const Secret& password) {
    const std::string_view text = password.reveal();
    return text.size() == 36 && std::ranges::count(text, '-') == 4 &&
           text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

class TicketAuthentication : public Authentication {
public:
    TicketAuthentication(const Login& login, Clock& clock)
        : user_(login.user), password_(login.password.clone()),
          ask_second_factor_(login.ask_second_factor), clock_(clock) {}

    Result<std::vector<Secret>> headers(Http& http, bool writing) override {
        TRY(keep_alive(http));
        std::vector<Secret> lines;
        const Secret cookie = form_encode({{"PVEAuthCookie", &session_.ticket}});
        lines.push_back(Secret::joined({"Cookie: ", cookie.reveal()}));
        if (writing) {
            lines.push_back(Secret::joined({"CSRFPreventionToken: ", session_.csrf_token.reveal()})
            );
        }
        return lines;
    }

    Error refusal(const Response& response) const override {
        return refused(
            fmt::format(
                "PVE no longer accepts the session of `{}`: {}",
                printable(user_),
                describe(response)
            ),
            "the user was disabled, expired or deleted meanwhile, or the clock of the node jumped",
            response.status
        );
    }

private:
    Result<void> keep_alive(Http& http) {
        const UnixSeconds now = clock_.now();
        if (!session_.ticket.empty() && now - opened_ < renewal_age_s) {
            return {};
        }
        // A ticket is as good as the password for the next one, and needs no second factor.
        auto session = session_.ticket.empty() ? log_in(http) : open(http, session_.ticket);
        if (!session && !session_.ticket.empty()) {
            session = log_in(http);
        }
        session_ = TRY(std::move(session));
        opened_ = now;
        return {};
    }

    Result<Session> log_in(Http& http) {
        auto session = open(http, password_);
        if (!session) {
            return std::unexpected(explained(std::move(session).error()));
        }
        if (!session->needs_second_factor) {
            return session;
        }
        if (!can_be_typed(session->ticket)) {
            return std::unexpected(refused(
                fmt::format("the second factor of `{}` needs a browser", printable(user_)),
                "pveform knows one-time codes (TOTP) and recovery keys; an API token needs neither"
            ));
        }
        if (!ask_second_factor_) {
            return std::unexpected(refused(
                fmt::format("`{}` has a second factor, and nobody is there to type it", user_),
                "use an API token: `PVEFORM_API_TOKEN=user@realm!name=secret`"
            ));
        }
        const Secret code = TRY(ask_second_factor_(
            fmt::format("One-time code or recovery key of {}: ", printable(user_))
        ));
        auto complete = open(http, typed_factor(code), &session->ticket);
        if (!complete && complete.error().kind == ErrorKind::authentication) {
            complete.error().help =
                "the code is wrong, too old or used up; after many failures PVE locks second "
                "factors for an hour";
        }
        return complete;
    }

    /// POST /access/ticket: by password, by a ticket, or by the answer to a challenge.
    Result<Session>
    open(Http& http, const Secret& password, const Secret* challenge = nullptr) const {
        HttpRequest request{
            .method = "POST",
            .path = "/access/ticket",
            .parameters = {{"username", user_}, {"password", &password}},
            .headers = {},
        };
        if (challenge != nullptr) {
            request.parameters.emplace_back("tfa-challenge", challenge);
        }
        auto outcome = http.exchange(request);
        if (!outcome) {
            return std::unexpected(std::move(outcome).error().error);
        }
        const std::string action = fmt::format("log in as `{}`", printable(user_));
        json::Value data = TRY(data_of(std::move(*outcome), action));
        Session session;
        session.ticket = take(data, "ticket");
        session.csrf_token = take(data, "CSRFPreventionToken");
        session.needs_second_factor = is_set(data, "NeedTFA");
        json::wipe(data);
        if (session.ticket.empty()) {
            return std::unexpected(refused(
                fmt::format("cannot {}: PVE's answer holds no ticket", action),
                "is this PVE's API, or something in front of it?"
            ));
        }
        return session;
    }

    /// PVE tells nothing about why a login failed.
    [[nodiscard]] Error explained(Error error) const {
        if (error.kind != ErrorKind::authentication) {
            return error;
        }
        error.help = "the password is wrong, or the user is disabled, expired or not there (the "
                     "realm is part of the name: `root@pam`); PVE does not say which";
        if (looks_like_a_token_secret(password_)) {
            error.help = "this password looks like the secret of an API token, which opens no "
                         "session, whatever some guides say: use it as "
                         "`PVEFORM_API_TOKEN=user@realm!name=secret`";
        }
        return error;
    }

    std::string user_;
    Secret password_;
    AskSecondFactor ask_second_factor_;
    Clock& clock_;
    Session session_;
    UnixSeconds opened_ = 0;
};

} // namespace

Result<std::unique_ptr<Authentication>> authenticate_by_ticket(const Login& login, Clock& clock) {
    const auto usage = [](std::string message, std::string help) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage, .message = std::move(message), .help = std::move(help)});
    };
    if (TokenId::parse(login.user)) {
        return usage(
            fmt::format("`{}` is an API token, not a user", login.user),
            "the secret of a token is no password and opens no session: use it as "
            "`PVEFORM_API_TOKEN=user@realm!name=secret`"
        );
    }
    if (const auto user = UserId::parse(login.user); !user) {
        return usage(user.error(), "such as `root@pam` or `alice@pve`");
    }
    if (login.password.empty()) {
        return usage(fmt::format("the password of `{}` is empty", login.user), "");
    }
    return std::make_unique<TicketAuthentication>(login, clock);
}

} // namespace pveform::live
