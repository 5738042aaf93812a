// Initial passwords of users that a plan creates, read before the first write.
#pragma once

#include <filesystem>
#include <map>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "cli/context.hpp"
#include "desired/desired.hpp"
#include "plan/plan.hpp"

namespace pveform::cli {

/// One for each user that is created and declares one; all that is wrong with them together.
[[nodiscard]] Collected<std::map<UserId, Secret>>
read_initial_passwords(const plan::Plan& plan, const desired::Document& document, Context& context);

/// Where secrets go whose sink fails in the middle of a run: `$XDG_STATE_HOME/pveform`, or
/// `~/.local/state/pveform`; always an absolute path.
[[nodiscard]] std::filesystem::path spool_folder(Context& context);

} // namespace pveform::cli
