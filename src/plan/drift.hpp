// What a cluster has instead of what it should have: according to a document, or since a snapshot
// was taken. The other side of a plan: a plan says what to do about it, and may not be carried out.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.hpp"

namespace pveform::plan {

enum class DriftKind {
    missing,   // declared, and not there
    changed,   // there, and not as declared or as it was
    unmanaged, // there, in what the document owns, and not declared
    expiring,  // a token that needs a new secret
    removed,   // since the snapshot
    added,     // since the snapshot
};

inline constexpr std::array all_drift_kinds = {
    DriftKind::missing,
    DriftKind::changed,
    DriftKind::unmanaged,
    DriftKind::expiring,
    DriftKind::removed,
    DriftKind::added,
};

[[nodiscard]] std::string_view to_string(DriftKind kind);

/// One property as it should be and as it is, in the document's own words; null where there is
/// none. Lists are sorted arrays of strings.
struct FieldDrift {
    std::string name;
    json::Value expected;
    json::Value live;
};

struct DriftItem {
    DriftKind kind = DriftKind::changed;
    ObjectKey key;
    std::vector<FieldDrift> fields = {};
    std::string reason = {};     // empty where the kind speaks for itself
    Span source = {};            // the place in the document that says otherwise
    bool is_information = false; // worth knowing, and no drift
};

struct Drift {
    std::vector<DriftItem> items;
    /// From what should be (with what nobody speaks of as it is live) to what is, as if somebody
    /// had planned it: both states and the access that is gained and lost, without any steps.
    Plan deviation;
    bool is_since_snapshot = false; // else from documents, which say more than that
    std::optional<Part> part;       // of the documents; nothing where everything was compared
    std::vector<ObjectKey> left_alone;
    std::vector<CurrentToken> current_tokens;
    std::vector<Notice> notices;
    policy::Findings findings;
    std::vector<policy::Verdict> verdicts;
    std::vector<Block> blocks; // by the policy or by assertions

    /// Since a snapshot, also where access alone changed, as pools got other members.
    [[nodiscard]] bool is_drifted() const;

    /// No object differs, and yet somebody's access does.
    [[nodiscard]] bool is_of_access_alone() const;

    [[nodiscard]] const State& live() const { return deviation.after; }

    [[nodiscard]] UnixSeconds now() const { return deviation.now; }

    /// Without what is information only.
    [[nodiscard]] std::size_t count(DriftKind kind) const;
};

/// Of a plan that was made to be looked at, after its review.
[[nodiscard]] Drift drift_of(Plan plan);

/// Of a cluster since it was as `before`. `hidden_pools`: at and below these, pools could not be
/// seen then or now; those that are not in both states are not compared, which a notice says.
[[nodiscard]] Drift
drift_since(State before, State live, UnixSeconds now, std::set<AclPath> hidden_pools);

} // namespace pveform::plan
