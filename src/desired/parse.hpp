// Trees → what is wanted: the only way from a document to a plan.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "desired/desired.hpp"
#include "document/tree.hpp"

namespace pveform::desired {

/// Merges the files by key and checks all that can be checked without the cluster. Every error
/// that there is, in reading order.
[[nodiscard]] Collected<Document> parse(const std::vector<document::Tree>& trees);

/// Where other files could not be read: only what is wrong whatever they say. No reference is
/// looked up, nothing is missed.
[[nodiscard]] Errors mistakes_within(const std::vector<document::Tree>& trees);

} // namespace pveform::desired
