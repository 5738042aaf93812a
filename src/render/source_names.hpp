// Names of files as whoever reads a report knows them: relative to a root, since a code host knows
// its repository and not the machine that a job ran on.
#pragma once

#include <filesystem>
#include <string>

#include "base/source.hpp"

namespace pveform::render {

struct SourceNames {
    std::filesystem::path working_folder = {}; // what relative names start from; absolute
    std::filesystem::path root = {};           // of the repository, where that is known

    /// `access/users.yaml`; absolute where the file is not below the root.
    [[nodiscard]] std::string name_of(const Span& span) const;

    /// The same as a URI reference.
    [[nodiscard]] std::string uri_of(const Span& span) const;
};

} // namespace pveform::render
