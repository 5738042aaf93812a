// The answers of `pveform explain`.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "model/state.hpp"

namespace pveform::render {

struct Question {
    const State& state; // must outlive it
    Principal principal;
    std::string path;
    std::optional<Privilege> only = {}; // speaks of this one alone
    UnixSeconds now = 0;
    std::set<AclPath> hidden_pools = {}; // at and below these, some may be missing
};

/// What is held at the path, and each entry that gives, hides or takes something there.
[[nodiscard]] std::string explanation_text(const Question& question);
[[nodiscard]] std::string explanation_json(const Question& question);

/// What is held wherever it changes; the path of the question counts for nothing.
[[nodiscard]] std::string everywhere_text(const Question& question);
[[nodiscard]] std::string everywhere_json(const Question& question);

struct WhoCan {
    struct One {
        Principal principal;
        bool propagates = false;
        bool can_log_in = true;
        Expiry expire;
    };

    Privilege privilege;
    std::string path;
    std::vector<One> holders; // each user before its tokens
};

[[nodiscard]] WhoCan
who_can(const State& state, const Privilege& privilege, const std::string& path, UnixSeconds now);

[[nodiscard]] std::string who_can_text(const WhoCan& answer);
[[nodiscard]] std::string who_can_json(const WhoCan& answer);

} // namespace pveform::render
