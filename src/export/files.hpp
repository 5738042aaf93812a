// Sections as the text of one document, or of a folder of documents.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "export/sections.hpp"

namespace pveform::exporting {

/// What stands around the sections. Whole lines each.
struct Frame {
    std::string head;                         // `version: 1` among it
    std::map<std::string, std::string> notes; // comments above a section, by its key
    std::string tail = {};
};

struct File {
    std::string name; // `users.yaml`
    std::string text;
};

[[nodiscard]] std::string one_file(const Frame& frame, const std::vector<Section>& sections);

/// `cluster.yaml` with all that is short, and a file for each of roles, groups and users; more
/// than one where it would become longer than `max_bytes`.
[[nodiscard]] std::vector<File>
folder(const Frame& frame, const std::vector<Section>& sections, std::size_t max_bytes);

} // namespace pveform::exporting
