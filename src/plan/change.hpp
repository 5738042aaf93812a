// A change as a value: what would happen to one object, why, and where that was asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/source.hpp"
#include "model/object_key.hpp"
#include "json/value.hpp"

namespace pveform::plan {

enum class Action {
    create,
    update,
    destroy,
    disable, // a user that nobody declares, where pruning is told to disable
    rotate,  // a new secret for a token that exists
    cascade, // PVE removes it along with something else; no request of its own
};

[[nodiscard]] std::string_view to_string(Action action);

/// One property before and after, in the document's own words; null where there is none. Lists are
/// sorted arrays of strings.
struct FieldChange {
    std::string name;
    json::Value before;
    json::Value after;
    friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

inline constexpr std::string_view cascade_prefix = "goes with ";

struct Change {
    Action action = Action::update;
    ObjectKey key;
    std::vector<FieldChange> fields = {};
    std::string reason = {}; // empty where the action speaks for itself; of a cascade what it
                             // goes with: `goes with user ann@pve`
    Span source = {};        // the place in the document that asks for it
    bool is_foreign = false; // a cascade onto what is ignored, protected or out of scope
};

/// The role of an ACL entry that is added or changed; null for all other changes.
[[nodiscard]] const RoleId* role_granted_by(const Change& change);

} // namespace pveform::plan
