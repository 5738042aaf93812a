// A cluster and an applier for the tests of guards, and what stands in the way of a plan.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "catch.hpp"
#include "desired/reading.hpp"
#include "formats/cluster_state.hpp"
#include "plan/plan.hpp"

namespace pveform::test {

inline constexpr UnixSeconds now = 1'800'000'000;
inline constexpr const char* domains =
    "ldap: corp\n\tserver1 192.0.2.1\n\tbase_dn dc=x\n\tuser_attr uid\n"
    "\tcase-sensitive 0\n";

/// ci@pve!apply administers everything; eight users and as many entries stand around.
inline std::string cluster(const std::string& more = "") {
    std::string text = "user:root@pam:1:0::::::\n"
                       "user:ci@pve:1:0::::::\n"
                       "token:ci@pve!apply:0:0::\n"
                       "group:ops:u1@pve:::\n"
                       "acl:1:/:ci@pve:Administrator:\n";
    for (int i = 1; i <= 8; ++i) {
        text += fmt::format("user:u{}@pve:1:0::::::\n", i);
    }
    for (int i = 1; i <= 12; ++i) {
        text += fmt::format("acl:1:/vms/{}:u1@pve:PVEVMUser:\n", 100 + i);
    }
    return text + more;
}

struct Case {
    std::string live = cluster();
    std::string document = {};
    plan::Allowances allowances = {};
    std::string applier = "ci@pve!apply";
    bool can_change_secret = true;
    plan::Rotation rotation = {};
    Release release = {9, 2};
};

inline plan::Plan plan_of(const Case& given) {
    auto made = plan::make_plan(
        formats::read_state(given.live, domains, given.release),
        wanted(given.document),
        {.applier = {user_or_token(given.applier), true, given.can_change_secret},
         .now = now,
         .allowances = given.allowances,
         .rotation = given.rotation}
    );
    if (!made) {
        FAIL(render::diagnostics(made.error(), {}));
    }
    return std::move(*made);
}

/// `guard: message`, in order.
inline std::vector<std::string> blocks_of(const Case& given) {
    std::vector<std::string> lines;
    for (const plan::Block& block : plan_of(given).blocks) {
        lines.push_back(block.guard + ": " + block.message);
    }
    return lines;
}

/// Those of the lock-out guard alone.
inline std::vector<std::string> lockouts_of(const Case& given) {
    std::vector<std::string> lines = blocks_of(given);
    std::erase_if(lines, [](const std::string& line) { return !line.starts_with("lockout: "); });
    return lines;
}

inline std::string help_of(const Case& given) {
    const plan::Plan plan = plan_of(given);
    REQUIRE_FALSE(plan.blocks.empty());
    return plan.blocks.front().help;
}

using Lines = std::vector<std::string>;

} // namespace pveform::test
