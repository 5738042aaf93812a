// The words of a first document: comments that teach, and examples to uncomment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "export/files.hpp"

namespace pveform::cli {

/// Of the cluster, as far as it is known.
struct KnownCluster {
    std::string name = {};
    std::string endpoint = {};
    std::string ca_file = {}; // relative to the document
    std::string fingerprint = {};
};

/// What stands around the sections of a document for a cluster that was looked at.
[[nodiscard]] exporting::Frame frame_of_first_document(const KnownCluster& cluster);

/// Sections that have nothing but examples.
[[nodiscard]] std::vector<exporting::Section> example_sections();

} // namespace pveform::cli
