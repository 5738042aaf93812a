// The commands: `setup_x` declares one on the command line, `run_x` carries it out.
#pragma once

#include <vector>

#include "cli/context.hpp"
#include "cli/exit_code.hpp"
#include "cli/options.hpp"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace pveform::cli {

/// The flags that choose what of the document to look at; they are returned.
std::vector<CLI::Option*> setup_selection(CLI::App& command, Options& options);

/// The flags that plan and apply have in common, these among them.
void setup_plan_flags(CLI::App& command, Options& options);

/// Of these, the ones that let a plan past a guard.
void setup_allowances(CLI::App& command, Options& options);

/// The flags of whatever carries out a plan.
void setup_apply_flags(CLI::App& command, Options& options);

void setup_validate(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_validate(const Options& options, Context& context);

void setup_plan(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_plan(const Options& options, Context& context);

void setup_show(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_show(const Options& options, Context& context);

void setup_apply(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_apply(const Options& options, Context& context);

void setup_drift(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_drift(const Options& options, Context& context);

void setup_rotate(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_rotate(const Options& options, Context& context);

void setup_export(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_export(const Options& options, Context& context);

void setup_snapshot(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_snapshot(const Options& options, Context& context);

void setup_init(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_init(const Options& options, Context& context);

void setup_explain(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_explain(const Options& options, Context& context);

void setup_policy(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_policy(const Options& options, Context& context);

void setup_ping(CLI::App& app);
[[nodiscard]] ExitCode run_ping(const Options& options, Context& context);

void setup_schema(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_schema(const Options& options, Context& context);

void setup_completion(CLI::App& app, Options& options);
[[nodiscard]] ExitCode run_completion(const Options& options, Context& context);

/// What a completion script asks; `words` behind the program's name, the last one being written.
[[nodiscard]] ExitCode
run_complete(const CLI::App& app, std::vector<std::string> words, Context& context);

void setup_version(CLI::App& app);
[[nodiscard]] std::string version_text();
[[nodiscard]] ExitCode run_version(Context& context);

} // namespace pveform::cli
