// Findings for code scanning: SARIF 2.1.0, as GitHub and editors show it at the lines of documents.
#pragma once

#include <string>
#include <string_view>

#include "render/observations.hpp"
#include "render/source_names.hpp"

namespace pveform::render {

inline constexpr std::string_view sarif_schema = "https://json.schemastore.org/sarif-2.1.0.json";

/// What reports of many tools call this one.
inline constexpr std::string_view tool_name = "pveform";

/// What is about a run as a whole.
struct ScanContext {
    std::string version; // of pveform
    std::string command; // `plan`: tells the results of one command from those of another
    std::string cluster; // and those of one cluster
    SourceNames names;
    Span fallback = {}; // the place of what no document speaks of
};

[[nodiscard]] std::string sarif(const Observations& observations, const ScanContext& context);

} // namespace pveform::render
