// Reads faults: `{"fault": "drop", "method": "PUT", "path": "/access/acl", "when": "after"}`.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "simulator/faults.hpp"
#include "json/read.hpp"

namespace pveform::simulator {

namespace {

std::unexpected<Error> bad(std::string message, std::string help = {}) {
    return std::unexpected(Error{
        .kind = ErrorKind::usage, .message = std::move(message), .help = std::move(help)});
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
    const std::optional<std::string> closest = closest_match(word, candidates);
    return closest ? fmt::format("did you mean `{}`?", *closest)
                   : fmt::format("known are {}", join(candidates, ", "));
}

/// The members of an object, each asked for once; in the end `finish` knows what nobody asked for.
class Members {
public:
    explicit Members(const json::Value& object) : object_(object) {}

    Result<std::string> text(const char* key, std::string fallback) {
        const json::Value* value = find(key);
        if (value == nullptr) {
            return fallback;
        }
        if (const std::string* text = value->as_string()) {
            return *text;
        }
        return bad(fmt::format("`{}` is not a string", key));
    }

    Result<std::int64_t> number(const char* key, std::optional<std::int64_t> fallback) {
        const json::Value* value = find(key);
        if (value == nullptr) {
            return fallback ? Result<std::int64_t>(*fallback)
                            : bad(fmt::format("`{}` is missing", key));
        }
        const std::int64_t* number = value->as_int();
        if (number == nullptr || *number < 0 || *number > std::numeric_limits<int>::max()) {
            return bad(fmt::format("`{}` is not a number from 0 on", key));
        }
        return *number;
    }

    Result<Moment> moment(const char* key = "when") {
        const std::string when = TRY(text(key, "before"));
        if (when != "before" && when != "after") {
            return bad(fmt::format("`{}` is neither `before` nor `after`", key));
        }
        return when == "before" ? Moment::before : Moment::after;
    }

    const json::Value* find(const char* key) {
        asked_.emplace_back(key);
        return object_.find(key);
    }

    Result<void> finish() const {
        for (const auto& [key, value] : *object_.as_object()) {
            if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
                return bad(fmt::format("unknown key `{}`", key), suggestion(key, asked_));
            }
        }
        return {};
    }

private:
    const json::Value& object_;
    std::vector<std::string> asked_;
};

std::string usual_reason(std::int64_t status) {
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Parameter verification failed.";
    case 401:
        return "Authentication failed!";
    case 403:
        return "Permission check failed";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 595:
        return "Connection refused";
    case 596:
        return "Connection timed out";
    case 597:
        return "Connection reset by peer";
    case 599:
        return "Too many redirections";
    default:
        return "Simulated";
    }
}

Result<FaultAction> parse_latency(Members& members) {
    const std::chrono::milliseconds time{TRY(members.number("milliseconds", std::nullopt))};
    const Moment moment = TRY(members.moment());
    return Latency{.moment = moment, .time = time};
}

Result<FaultAction> parse_answer(Members& members) {
    const std::int64_t status = TRY(members.number("status", std::nullopt));
    if (status < 200 || status > 599) {
        return bad("`status` is not between 200 and 599");
    }
    Response response{.status = static_cast<int>(status)};
    response.reason = TRY(members.text("reason", usual_reason(status)));
    response.body = TRY(members.text("body", ""));
    const std::string content_type = TRY(members.text("content_type", ""));
    if (!content_type.empty()) {
        response.content_type = content_type;
    }
    const Moment moment = TRY(members.moment());
    return OtherAnswer{.moment = moment, .response = std::move(response)};
}

Result<FaultAction> parse_html(Members& members) {
    const Moment moment = TRY(members.moment());
    return OtherAnswer{
        .moment = moment,
        .response = Response{
            .content_type = "text/html; charset=utf-8",
            .body = "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head>"
                    "<body><h1>We'll be back soon</h1></body></html>\n"}};
}

Result<FaultAction> parse_drop(Members& members) {
    return Drop{TRY(members.moment())};
}

Result<FaultAction> parse_exit(Members& members) {
    return Exit{TRY(members.moment())};
}

Result<FaultAction> parse_lock_timeout(Members&) {
    return LockTimeout{};
}

Result<FaultAction> parse_certificate(Members& members) {
    const std::string issuer = TRY(members.text("issuer", "same"));
    if (issuer != "same" && issuer != "foreign") {
        return bad("`issuer` is neither `same` nor `foreign`");
    }
    return NewCertificate{.is_foreign = issuer == "foreign"};
}

Result<FaultAction> parse_truncate(Members&) {
    return BrokenBody{.form = BodyForm::truncated, .pause = {}};
}

Result<FaultAction> parse_endless(Members&) {
    return BrokenBody{.form = BodyForm::endless, .pause = {}};
}

Result<FaultAction> parse_trickle(Members& members) {
    constexpr std::int64_t default_pause_ms = 100;
    const std::chrono::milliseconds pause{TRY(members.number("milliseconds", default_pause_ms))};
    return BrokenBody{.form = BodyForm::trickling, .pause = pause};
}

/// A request of another client: method, path below /api2/json with its query, form body.
Result<FaultAction> parse_writer(Members& members) {
    const json::Value* value = members.find("request");
    if (value == nullptr || value->as_object() == nullptr) {
        return bad("`request` is not an object", "give its `method`, `path` and `body`");
    }
    Members request(*value);
    OtherWriter writer;
    RequestHead& head = writer.request.head;
    head.method = TRY(request.text("method", ""));
    head.target = "/api2/json" + TRY(request.text("path", ""));
    writer.request.body = TRY(request.text("body", ""));
    TRY(request.finish());
    if (head.method != "GET" && head.method != "POST" && head.method != "PUT" &&
        head.method != "DELETE") {
        return bad("`method` of `request` is not GET, POST, PUT or DELETE");
    }
    if (!writer.request.body.empty()) {
        head.headers = {
            {"Content-Type", "application/x-www-form-urlencoded"},
            {"Content-Length", std::to_string(writer.request.body.size())}};
    }
    return writer;
}

Result<FaultAction> parse_action(const std::string& name, Members& members) {
    using Parser = Result<FaultAction> (*)(Members&);
    static const std::vector<std::pair<std::string, Parser>> parsers = {
        {"latency", parse_latency},
        {"answer", parse_answer},
        {"html", parse_html},
        {"lock-timeout", parse_lock_timeout},
        {"drop", parse_drop},
        {"exit", parse_exit},
        {"truncate", parse_truncate},
        {"endless", parse_endless},
        {"trickle", parse_trickle},
        {"certificate", parse_certificate},
        {"writer", parse_writer},
    };
    std::vector<std::string> names;
    for (const auto& [known, parser] : parsers) {
        if (known == name) {
            return parser(members);
        }
        names.push_back(known);
    }
    return name.empty() ? bad("`fault` is missing", fmt::format("known are {}", join(names, ", ")))
                        : bad(fmt::format("unknown fault `{}`", name), suggestion(name, names));
}

} // namespace

Result<Fault> parse_fault(const json::Value& value) {
    if (value.as_object() == nullptr) {
        return bad("a fault is not a JSON object");
    }
    Members members(value);
    Fault fault;
    fault.name = TRY(members.text("fault", ""));
    fault.method = TRY(members.text("method", ""));
    fault.path = TRY(members.text("path", "*"));
    fault.nth = static_cast<std::size_t>(TRY(members.number("nth", 1)));
    fault.times = static_cast<std::size_t>(TRY(members.number("times", 1)));
    fault.action = TRY(parse_action(fault.name, members));
    TRY(members.finish());
    if (fault.nth == 0) {
        return bad("`nth` is 0", "the first request is 1");
    }
    return fault;
}

Result<std::vector<Fault>> parse_faults(std::string_view text) {
    const std::expected<json::Value, std::string> value = json::parse(text);
    if (!value) {
        return bad(fmt::format("not JSON: {}", value.error()));
    }
    std::vector<Fault> result;
    if (const json::Array* items = value->as_array()) {
        for (const json::Value& item : *items) {
            result.push_back(TRY(parse_fault(item)));
        }
    } else {
        result.push_back(TRY(parse_fault(*value)));
    }
    return result;
}

} // namespace pveform::simulator
