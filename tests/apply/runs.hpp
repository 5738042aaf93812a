// Runs of apply in which chosen requests go wrong, and what is said of them.
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "apply/world.hpp"

namespace pveform::test {

using Lines = std::vector<std::string>;

/// Every request that begins so goes wrong; or, with `times`, only the first ones.
inline SmallPve::FaultOf on(const std::string& words, NetworkFault fault, int times = 1'000'000) {
    const auto left = std::make_shared<int>(times);
    return [=](const SmallPve::Request& request) -> std::optional<NetworkFault> {
        return request.words.starts_with(words) && (*left)-- > 0 ? std::optional(fault)
                                                                 : std::nullopt;
    };
}

struct Run {
    plan::Plan plan;
    apply::Receipt receipt;

    /// `done: create role Watcher`, `not attempted: …, because …`.
    [[nodiscard]] Lines outcomes() const {
        Lines lines;
        for (std::size_t i = 0; i < plan.steps.size(); ++i) {
            const apply::StepResult& result = receipt.results.at(i);
            const std::string reason = result.reason.empty() ? "" : ", because " + result.reason;
            lines.push_back(fmt::format(
                "{}: {}{}", to_string(result.outcome), describe(plan.steps[i].command), reason
            ));
        }
        return lines;
    }

    [[nodiscard]] Lines outcomes_but_done() const {
        Lines lines = outcomes();
        std::erase_if(lines, [](const std::string& line) { return line.starts_with("done"); });
        return lines;
    }

    /// The first error with its notes.
    [[nodiscard]] std::string words() const {
        for (const apply::StepResult& result : receipt.results) {
            if (result.error) {
                std::string text = result.error->message;
                for (const std::string& note : result.error->notes) {
                    text += "\n" + note;
                }
                return text;
            }
        }
        return {};
    }
};

inline Run run(World& world, const SmallPve::FaultOf& faults = SmallPve::no_faults) {
    plan::Plan plan = world.plan();
    apply::Receipt receipt = world.apply([&] { world.pve.set_faults(faults); });
    world.pve.set_faults(SmallPve::no_faults);
    return {std::move(plan), std::move(receipt)};
}

inline Lines requests_about(const World& world, const std::string& part) {
    Lines lines;
    std::ranges::copy_if(
        world.pve.executed(),
        std::back_inserter(lines),
        [&](const std::string& line) { return line.find(part) != std::string::npos; }
    );
    return lines;
}

} // namespace pveform::test
