// A plan as a file: a lock on what was reviewed, and never a source of what is done. Whoever
// applies it plans anew, and goes on where the two plans come to the same.
#pragma once

#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "plan/plan.hpp"
#include "render/plan_text.hpp"
#include "json/value.hpp"

namespace pveform::saved {

/// One of the files that the document was made of.
struct DocumentDigest {
    std::string file;
    std::string sha256;
    friend auto operator<=>(const DocumentDigest&, const DocumentDigest&) = default;
};

/// What the plan was asked for; it is made anew with the same.
struct Request {
    plan::Allowances allowances;
    plan::Selection selection;
    bool no_prune = false;
    bool rotate_due = false;
};

struct SavedPlan {
    std::string tool_version;
    UnixSeconds created = 0; // when the plan was made, by PVE's clock where that is known
    std::string cluster;     // its name in the document; may be empty
    std::string endpoint;    // where it is; empty where nobody knew
    std::vector<DocumentDigest> documents;
    Request request;
    std::set<UserId> initial_passwords; // users that are created with one
    /// As far as it is for people and for comparisons. In a plan that was read there are no steps,
    /// and no states but the roles that it grants and that its words about access need.
    plan::Plan plan;
    render::PlanContext about;
};

/// A plan file, and what tells it from others.
struct PlanFile {
    SavedPlan saved;
    json::Value printed; // the plan as `--format json` prints it
    std::string digest;  // of all of it but this
};

/// The form that schemas/plan.schema.json describes. Holds no secrets.
[[nodiscard]] json::Value to_value(const SavedPlan& saved);

/// `to_value` as a text.
[[nodiscard]] std::string write(const SavedPlan& saved);

/// The error is one sentence.
[[nodiscard]] std::expected<PlanFile, std::string> read(std::string_view text);

} // namespace pveform::saved
