#include "simulator/control.hpp"

#include <fmt/format.h>

#include "simulator/api_path.hpp"
#include "json/read.hpp"
#include "json/write.hpp"

namespace pveform::simulator {

namespace {

Response json_answer(int status, std::string reason, const json::Value& body) {
    return Response{
        .status = status,
        .reason = std::move(reason),
        .content_type = "application/json;charset=UTF-8",
        .body = json::dump(body)};
}

Response done(json::Value data = {}) {
    json::Value body;
    body.set("data", std::move(data));
    return json_answer(200, "OK", body);
}

Response refusal(int status, const std::string& message) {
    json::Value body;
    body.set("data", nullptr);
    body.set("message", message);
    return json_answer(status, message, body);
}

} // namespace

bool Control::is_addressed(const RequestHead& head) {
    return head.target == "/simulator" || head.target.starts_with("/simulator/");
}

Response Control::answer(const Request& request) {
    const std::string& method = request.head.method;
    const std::string path = api_path(request.head.target);
    if (path == "/simulator/faults" && method == "POST") {
        Result<std::vector<Fault>> added = parse_faults(request.body);
        if (!added) {
            const Error& error = added.error();
            return refusal(
                400, error.help.empty() ? error.message : error.message + "; " + error.help
            );
        }
        faults.add(*std::move(added));
        return done();
    }
    if (path == "/simulator/faults" && method == "GET") {
        return done(faults.to_json());
    }
    if (path == "/simulator/faults" && method == "DELETE") {
        faults.clear();
        return done();
    }
    if (path == "/simulator/requests" && method == "GET") {
        return done(log.to_json());
    }
    if (path == "/simulator/requests" && method == "DELETE") {
        log.clear();
        return done();
    }
    if (path == "/simulator/clock" && method == "PUT") {
        return set_clock(request.body);
    }
    return refusal(404, fmt::format("the simulator knows no `{} {}`", method, path));
}

Response Control::set_clock(const std::string& body) {
    const std::expected<json::Value, std::string> value = json::parse(body);
    const json::Value* offset = value ? value->find("offset_seconds") : nullptr;
    if (offset == nullptr || offset->as_int() == nullptr) {
        return refusal(400, "give {\"offset_seconds\": N}");
    }
    offset_s_ = *offset->as_int();
    application_.set_clock_offset(std::chrono::seconds(offset_s_));
    return done();
}

} // namespace pveform::simulator
