#include "live/response.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "json/read.hpp"

namespace pveform::live {

namespace {

constexpr std::size_t max_shown = 500; // bytes of a text from outside

constexpr std::string_view not_the_api =
    "is this PVE's API? Its answers are JSON objects with a member `data`";

/// PVE's status line is Latin-1, its bodies are UTF-8.
std::string from_latin1(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            result += c;
        } else {
            result += static_cast<char>(0xC0 | (byte >> 6));
            result += static_cast<char>(0x80 | (byte & 0x3F));
        }
    }
    return result;
}

/// One line that can be shown: PVE's messages end in a newline and some have more of them.
std::string one_line(std::string_view text) {
    std::string line = join(split(text, "\r\n"), " ");
    if (!is_utf8(line)) {
        line = from_latin1(line);
    }
    line = printable(trim(line));
    if (line.size() > max_shown) {
        line.resize(max_shown);
        while (!is_utf8(line)) {
            line.pop_back();
        }
        line += "…";
    }
    return line;
}

bool is_good(const Response& response) {
    return response.status >= 200 && response.status < 300;
}

/// `errors` maps parameters to what is wrong with them.
std::string parameter_errors(const json::Value& body) {
    const json::Value* errors = body.find("errors");
    const json::Object* object = errors != nullptr ? errors->as_object() : nullptr;
    std::vector<std::string> parts;
    if (object != nullptr) {
        for (const auto& [parameter, text] : *object) {
            const std::string* words = text.as_string();
            parts.push_back(fmt::format(
                "`{}`: {}", one_line(parameter), words != nullptr ? one_line(*words) : "refused"
            ));
        }
    }
    return join(parts, "; ");
}

/// PVE's own words; empty where it said nothing.
std::string words_of(const Response& response) {
    const std::string reason = one_line(response.reason);
    if (is_web_page(response)) {
        return reason;
    }
    const auto body = json::parse(response.body);
    if (!body || body->as_object() == nullptr) {
        return reason.empty() && !is_good(response) ? one_line(response.body) : reason;
    }
    const json::Value* message = body->find("message"); // pve-http-server 5.2.0 and later
    const bool has_message = message != nullptr && message->as_string() != nullptr;
    const std::string words = has_message ? one_line(*message->as_string()) : reason;
    const std::string details = parameter_errors(*body);
    return details.empty() ? words : words + " " + details;
}

/// PVE gave up within its lock, where it may have written already.
bool is_timeout_within_lock(std::string_view words) {
    return words.ends_with("-locked command timed out - aborting");
}

/// What an answer without data means, also for a request that may have been a write.
ErrorKind kind_of(const Response& response, std::string_view words) {
    const int status = response.status;
    if (status == 401) {
        return ErrorKind::authentication;
    }
    if (status >= 400 && status < 500) {
        return ErrorKind::api;
    }
    const bool from_pve =
        (status == 500 || status == 501 || status == 506) && !is_web_page(response);
    return from_pve && !is_timeout_within_lock(words) ? ErrorKind::api : ErrorKind::connection;
}

/// `Permission check failed (/vms/101, Permissions.Modify|VM.Allocate)`.
std::string help_for_403(std::string_view words) {
    const std::size_t open = words.rfind('(');
    const std::size_t comma = words.find(", ", open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || comma == std::string_view::npos ||
        !words.ends_with(')') || words.substr(open + 1, 1) != "/") {
        return "who pveform runs as may not do this; `pveum user permissions USER` (or `pveum user "
               "token permissions USER TOKEN`) on a node shows what it may";
    }
    const auto path = words.substr(open + 1, comma - open - 1);
    const auto privileges = split(words.substr(comma + 2, words.size() - comma - 3), "|");
    return fmt::format("who pveform runs as lacks `{}` on `{}`", join(privileges, "` or `"), path);
}

std::string help_for_redirect(const Response& response) {
    const std::size_t scheme = response.location.find("://");
    const std::size_t end =
        response.location.find_first_of("/?#", scheme == std::string::npos ? 0 : scheme + 3);
    std::string to = one_line(response.location.substr(0, end)); // the rest may be secret
    if (const std::size_t at = to.rfind('@'); at != std::string::npos) {
        to.erase(0, at + 1); // so may what is before the host
    }
    return fmt::format(
        "pveform follows no redirects, since they would carry its credentials away{}. Is the "
        "endpoint PVE's API itself, and not a gateway that wants a login first?",
        to.empty() ? std::string() : fmt::format("; this one leads to `{}`", to)
    );
}

std::string help_for(const Response& response, std::string_view words) {
    if (response.status >= 300 && response.status < 400) {
        return help_for_redirect(response);
    }
    if (is_web_page(response)) {
        return "this is a web page, not PVE's API: is the endpoint right (`https://HOST:8006`), or "
               "is there a gateway in front of PVE that refuses or wants a login?";
    }
    if (response.status == 403) {
        return help_for_403(words);
    }
    if (response.status == 595) {
        return "the node's `pveproxy` answers, what executes requests does not: `systemctl status "
               "pvedaemon` on the node";
    }
    if (response.status == 501) {
        return "this server does not know the request: pveform needs PVE 8.0 or later";
    }
    if (words.ends_with("error: no quorum!")) {
        return "the cluster has no quorum and can change nothing: `pvecm status` on a node";
    }
    if (words.find("got lock request timeout") != std::string_view::npos) {
        return "something else keeps writing to `/etc/pve/user.cfg`; nothing was changed";
    }
    if (kind_of(response, words) == ErrorKind::connection) {
        return "the request may have been executed or not; the next plan shows what is there";
    }
    return {};
}

Error failure(const Response& response, std::string_view action) {
    const std::string words = words_of(response);
    return Error{
        .kind = kind_of(response, words),
        .message = fmt::format("cannot {}: {}", action, describe(response)),
        .help = help_for(response, words),
        .status = response.status,
    };
}

/// A good status, and no data that can be read.
Error unreadable(
    const Response& response, std::string_view action, std::string_view what, std::string help
) {
    return Error{
        .kind = ErrorKind::connection,
        .message =
            fmt::format("cannot {}: the server answered {} {}", action, response.status, what),
        .help = std::move(help),
        .status = response.status,
    };
}

} // namespace

std::string describe(const Response& response) {
    const std::string words = words_of(response);
    return fmt::format(
        "{} answered {}{}{}",
        is_web_page(response) || kind_of(response, words) == ErrorKind::connection ? "the server"
                                                                                   : "PVE",
        response.status,
        words.empty() ? "" : ": ",
        words
    );
}

Result<json::Value> data_of(Result<Response> response, std::string_view action) {
    if (!response) {
        Error error = std::move(response).error();
        const bool was_asked = error.kind != ErrorKind::unreachable && error.kind != ErrorKind::io;
        if (was_asked) {
            error.message = fmt::format("cannot {}: {}", action, error.message);
        }
        return std::unexpected(std::move(error));
    }
    if (!is_good(*response)) {
        return std::unexpected(failure(*response, action));
    }
    if (is_web_page(*response)) {
        return std::unexpected(
            unreadable(*response, action, "with a web page", help_for(*response, {}))
        );
    }
    if (!is_utf8(response->body)) {
        return std::unexpected(unreadable(
            *response,
            action,
            "with text that is not UTF-8",
            "PVE stores some broken characters as they come, and then shows no valid list any "
            "more: "
            "find the record on a node (`grep -naxv '.*' /etc/pve/user.cfg`) and correct it"
        ));
    }
    auto body = json::parse(response->body);
    if (!body) {
        return std::unexpected(unreadable(
            *response, action, "with broken JSON: " + body.error(), std::string(not_the_api)
        ));
    }
    json::Value* data = body->find("data");
    if (data == nullptr) {
        json::wipe(*body);
        return std::unexpected(
            unreadable(*response, action, "with JSON without `data`", std::string(not_the_api))
        );
    }
    return std::move(*data);
}

bool is_web_page(const Response& response) {
    return to_lower(response.content_type).starts_with("text/html") ||
           trim(response.body).starts_with('<');
}

bool is_lock_timeout(const Error& error) {
    return error.kind == ErrorKind::api && error.status == 500 &&
           error.message.find("error: got lock request timeout") != std::string::npos;
}

} // namespace pveform::live
