// From a live cluster to what a document says about it: everything that can be declared, so that a
// plan made of it is empty; and, in comments, what cannot and why.
#pragma once

#include <string>
#include <vector>

#include "model/state.hpp"

namespace pveform::exporting {

/// What stands below one key at the top of a document. Entries and remarks are whole lines of YAML,
/// indented below the key.
struct Section {
    std::string key;                  // `users`; empty for remarks that belong to none
    std::vector<std::string> remarks; // comments: what is left alone
    std::vector<std::string> entries; // an object each
};

/// In the order of a document, without those that have nothing to say. What is declared and how:
///
/// - roles of one's own, groups, users and tokens, with all their lists, so that whatever is added
///   by hand later shows as a difference;
/// - of root@pam its tokens alone;
/// - realms of type ldap and ad that users come from as `synced`; of their users and groups, those
///   with grants or tokens of their own, without their records.
[[nodiscard]] std::vector<Section> sections_of(const State& state);

} // namespace pveform::exporting
