// The names that can be meant on a command line: of what the documents declare, and of what a file
// of `--live` holds. For completion; quiet about whatever cannot be read.
#pragma once

#include <set>
#include <string>

#include "cli/context.hpp"
#include "cli/options.hpp"

namespace pveform::cli {

struct KnownObjects {
    std::set<std::string> users;
    std::set<std::string> tokens;
    std::set<std::string> groups;
    std::set<std::string> roles;
    std::set<std::string> paths;    // that ACL entries name
    std::set<std::string> grantees; // users, tokens and groups (`@ops`) that have entries
};

/// From files alone: no cluster is asked, and nothing is run.
[[nodiscard]] KnownObjects known_objects(const Options& options, Context& context);

} // namespace pveform::cli
