// What GitHub's runner (and Gitea's and Forgejo's) reads in the output of a job as commands: at the
// lines of a pull request it shows what is said with them.
#pragma once

#include <string>

#include "render/observations.hpp"
#include "render/source_names.hpp"

namespace pveform::render {

/// `::error file=users.yaml,line=12,col=3,title=…::…`, a line each.
[[nodiscard]] std::string annotations(const Observations& observations, const SourceNames& names);

} // namespace pveform::render
