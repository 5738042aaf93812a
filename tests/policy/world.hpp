// A small cluster as user.cfg, a document as YAML, and what the policy says about both.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catch.hpp"
#include "desired/parse.hpp"
#include "document/yaml.hpp"
#include "formats/cluster_state.hpp"
#include "policy/check.hpp"
#include "render/diagnostics.hpp"

namespace pveform::test {

inline constexpr UnixSeconds policy_now = 1'800'000'000; // 2027-01-15T08:00:00Z

/// `version: 1` goes before the text, on the same line.
inline desired::Document declared(const std::string& text) {
    auto tree = document::parse_yaml(
        std::make_shared<const SourceFile>("access.yaml", "version: 1\n" + text)
    );
    REQUIRE(tree);
    auto document = desired::parse({*tree});
    if (!document) {
        FAIL(render::diagnostics(document.error(), {}));
    }
    return std::move(*document);
}

inline State cluster(const std::string& user_cfg) {
    return formats::read_state("user:root@pam:1:0::::::\n" + user_cfg, "", Release{9, 2});
}

/// The planned state is what `user_cfg` says, whatever the document declares.
inline policy::Findings
findings_of(const std::string& user_cfg, const std::string& yaml, const Inventory* seen = nullptr) {
    const State state = cluster(user_cfg);
    const desired::Document document = declared(yaml);
    const Inventory inventory = seen != nullptr ? *seen : inventory_of(state, {});
    const std::set<AclPath> none;
    return policy::check(
        {.state = state,
         .document = document,
         .now = policy_now,
         .inventory = inventory,
         .hidden_pools = none}
    );
}

/// The objects that one rule speaks of.
inline std::vector<std::string>
objects_of(const policy::Findings& findings, std::string_view rule) {
    std::vector<std::string> objects;
    for (const policy::Finding& finding : findings.findings) {
        if (finding.rule == rule) {
            objects.push_back(text_of(finding.object));
        }
    }
    return objects;
}

} // namespace pveform::test
