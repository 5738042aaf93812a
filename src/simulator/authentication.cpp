#include "simulator/authentication.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"

namespace pveform::simulator {

namespace {

/// The value behind the first `KEY=` or `KEY ` that stands at the beginning or behind a blank, up
/// to a semicolon.
std::string extract_value(std::optional<std::string_view> header, std::string_view key) {
    if (!header) {
        return {};
    }
    constexpr std::string_view blanks = " \t\r\n\f\v";
    for (std::size_t at = header->find(key); at != std::string_view::npos;
         at = header->find(key, at + 1)) {
        const std::string_view rest = header->substr(at + key.size());
        const bool starts_word = at == 0 || blanks.contains((*header)[at - 1]);
        if (starts_word && (rest.starts_with('=') || rest.starts_with(' '))) {
            const std::string_view value = rest.substr(1, rest.find(';') - 1);
            return formats::is_true(value) ? formats::unescape(value) : std::string(value);
        }
    }
    return {};
}

bool is_expired(const formats::ExpiryText& expire, UnixSeconds now) {
    return formats::is_true(expire) &&
           std::strtod(expire.c_str(), nullptr) < static_cast<double>(now);
}

bool needs_no_login(std::string_view verb, std::string_view path) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> open_calls = {{
        {"GET", "/access/domains"},
        {"GET", "/access/ticket"},
        {"POST", "/access/ticket"},
        {"POST", "/access/vncticket"},
        {"POST", "/access/openid/login"},
        {"POST", "/access/openid/auth-url"},
    }};
    return std::ranges::find(open_calls, std::pair(verb, path)) != open_calls.end();
}

/// Nothing wrong with the token, or what is.
std::optional<std::string> find_token_fault(
    const std::string& text, std::string& caller, const Store& store, UnixSeconds now
) {
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos) {
        return "no tokenid specified";
    }
    caller = text.substr(0, equals);
    if (formats::check_token_id(caller)) {
        return fmt::format(
            "'{}' is not a valid token ID - not able to split into user and token parts", caller
        );
    }
    const TokenId id = split_token_id(caller);
    if (auto fault = find_user_fault(store, id.user.text, now)) {
        return fault;
    }
    const auto& tokens = store.config().users.at(id.user.text).tokens;
    const auto token = tokens.find(id.name);
    if (token == tokens.end()) {
        return fmt::format("no such token '{}' for user '{}'", id.name, id.user.text);
    }
    if (is_expired(token->second.expire, now)) {
        return fmt::format("token '{}' access expired", id.name);
    }
    if (!store.secret_matches(caller, text.substr(equals + 1))) {
        return "invalid token value!";
    }
    return std::nullopt;
}

std::optional<std::string> find_ticket_fault(
    const std::string& ticket,
    std::string& caller,
    const Store& store,
    const TicketOffice& tickets,
    UnixSeconds now
) {
    const auto data = tickets.verify(ticket, now);
    if (!data || data->starts_with(half_ticket_mark)) {
        return "permission denied - invalid PVE ticket";
    }
    caller = *data;
    return find_user_fault(store, caller, now);
}

/// From 9.2 on PVE keeps the cause to itself.
std::string refusal(const Store& store, std::string cause) {
    return store.release() >= Release{9, 2} ? "Authentication failed!" : std::move(cause);
}

} // namespace

std::optional<std::string>
find_user_fault(const Store& store, const std::string& user, UnixSeconds now) {
    if (auto complaint = formats::check_user_id(user)) {
        return complaint;
    }
    const auto found = store.config().users.find(user);
    if (found == store.config().users.end()) {
        return fmt::format("no such user ('{}')", user);
    }
    if (!found->second.enabled) {
        return fmt::format("user '{}' is disabled", user);
    }
    if (is_expired(found->second.expire, now)) {
        return fmt::format("user '{}' access expired", user);
    }
    return std::nullopt;
}

std::expected<Identity, std::string> authenticate(
    const RequestHead& head,
    std::string_view path,
    const Store& store,
    const TicketOffice& tickets,
    UnixSeconds now
) {
    constexpr std::string_view cookie_name = "PVEAuthCookie";
    std::string ticket = extract_value(head.header("Cookie"), cookie_name);
    if (!formats::is_true(ticket)) {
        ticket = extract_value(head.header("Authorization"), cookie_name);
    }
    std::string token;
    if (!formats::is_true(ticket)) {
        token = extract_value(head.header("Authorization"), "PVEAPIToken");
    }
    Identity identity{.caller = {}, .has_token = formats::is_true(token)};
    if (needs_no_login(head.method, path)) {
        return identity;
    }
    if (identity.has_token) {
        if (auto fault = find_token_fault(token, identity.caller, store, now)) {
            return std::unexpected(refusal(store, std::move(*fault)));
        }
        return identity;
    }
    if (!formats::is_true(ticket)) {
        return std::unexpected("No ticket");
    }
    if (auto fault = find_ticket_fault(ticket, identity.caller, store, tickets, now)) {
        return std::unexpected(refusal(store, std::move(*fault)));
    }
    const std::string_view csrf_token = head.header("CSRFPreventionToken").value_or("");
    if (head.method != "GET" && !tickets.is_csrf_token(identity.caller, csrf_token, now)) {
        return std::unexpected("Permission denied - invalid csrf token");
    }
    return identity;
}

} // namespace pveform::simulator
