#include "simulator/faults.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "json/write.hpp"

namespace pveform::simulator {

namespace {

/// `*` stands for any text, also with slashes.
bool matches(std::string_view pattern, std::string_view text) {
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) {
        return pattern == text;
    }
    if (!text.starts_with(pattern.substr(0, star))) {
        return false;
    }
    const std::string_view rest = pattern.substr(star + 1);
    for (std::size_t at = star; at <= text.size(); ++at) {
        if (matches(rest, text.substr(at))) {
            return true;
        }
    }
    return false;
}

/// What PVE puts before the text of an error in a locked section.
std::string_view lock_prefix(std::string_view method, std::string_view path) {
    struct Row {
        std::string_view pattern;
        std::array<std::string_view, 3> prefixes; // POST, PUT, DELETE
    };

    constexpr Row rows[] = {
        {"/access/users/*/token/*",
         {"generating token failed", "updating token info failed", "deleting token failed"}},
        {"/access/users*", {"create user failed", "update user failed", "delete user failed"}},
        {"/access/groups*", {"create group failed", "update group failed", "delete group failed"}},
        {"/access/roles*", {"create role failed", "update role failed", "delete role failed"}},
        {"/access/acl", {"ACL update failed", "ACL update failed", "ACL update failed"}},
        {"/pools*", {"create pool failed", "update pools failed", "delete pool failed"}},
    };
    const auto row = std::ranges::find_if(rows, [&](const Row& candidate) {
        return matches(candidate.pattern, path);
    });
    if (row == std::end(rows) || method == "GET") {
        return "";
    }
    return row->prefixes[method == "POST" ? 0 : method == "PUT" ? 1 : 2];
}

} // namespace

Response lock_timeout_answer(std::string_view method, std::string_view path) {
    const std::string_view prefix = lock_prefix(method, path);
    const std::string message = fmt::format(
        "{}{}cfs-lock 'file-user_cfg' error: got lock request timeout",
        prefix,
        prefix.empty() ? "" : ": "
    );
    json::Value body;
    body.set("data", nullptr);
    body.set("message", message + "\n");
    return Response{
        .status = 500,
        .reason = message,
        .content_type = "application/json;charset=UTF-8",
        .body = json::dump(body),
        .persistence = Persistence::close};
}

void FaultList::add(std::vector<Fault> faults) {
    for (Fault& fault : faults) {
        waiting_.push_back(Waiting{.fault = std::move(fault)});
    }
}

void FaultList::clear() {
    waiting_.clear();
}

std::vector<FaultAction> FaultList::meet(std::string_view method, std::string_view path) {
    std::vector<FaultAction> result;
    for (auto& [fault, seen] : waiting_) {
        const bool is_method = fault.method.empty() || fault.method == method;
        if (is_method && matches(fault.path, path) && ++seen >= fault.nth) {
            result.push_back(fault.action);
        }
    }
    std::erase_if(waiting_, [](const Waiting& waiting) {
        return waiting.fault.times > 0 &&
               waiting.seen + 1 >= waiting.fault.nth + waiting.fault.times;
    });
    return result;
}

json::Value FaultList::to_json() const {
    json::Array result;
    for (const auto& [fault, seen] : waiting_) {
        json::Value item;
        item.set("fault", fault.name);
        item.set("method", fault.method.empty() ? json::Value() : json::Value(fault.method));
        item.set("path", fault.path);
        item.set("nth", std::uint64_t{fault.nth});
        item.set("times", std::uint64_t{fault.times});
        item.set("seen", std::uint64_t{seen});
        result.push_back(std::move(item));
    }
    return result;
}

} // namespace pveform::simulator
