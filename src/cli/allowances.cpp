// The flags that let one plan past a guard. Each names a number that somebody has looked at.

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace pveform::cli {

void setup_allowances(CLI::App& command, Options& options) {
    plan::Allowances& allow = options.allowances;
    command.add_flag("--show-unmanaged", options.show_unmanaged, "List what is left alone");
    command.add_option("--allow-destroy", allow.destroy, "Let exactly N objects go")
        ->option_text("N");
    command.add_option("--allow-acl-removals", allow.acl_removals, "Let exactly N ACL entries go")
        ->option_text("N");
    command
        .add_option(
            "--allow-cascade", allow.cascades, "Let PVE remove exactly N objects that are not ours"
        )
        ->option_text("N");
    command.add_flag(
        "--allow-lockout", allow.lockout, "Let the applier, or every administrator, lose its access"
    );
}

} // namespace pveform::cli
