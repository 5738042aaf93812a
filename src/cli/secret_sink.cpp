#include "cli/secret_sink.hpp"

#include <filesystem>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/github.hpp"
#include "cli/passwords.hpp"
#include "cli/written_file.hpp"
#include "desired/turns.hpp"

namespace pveform::cli {

namespace {

/// Whether GitHub's runner, or one that is compatible with it, is all that reads standard error. In
/// `… 2>&1 | tee log` and `$(… 2>&1)` another program does, and would keep the secrets.
///
/// The processes of a step have the run's number in their environment; the runner itself has none.
/// The step's shell (`bash -e script.sh`), its scripts and we must have the same standard error,
/// and none of the step's processes may read it. In the container of a job the shell's parent
/// cannot be seen: that far is enough. A process of another user, as between sudo and us, cannot be
/// looked into, and a program that passes on what we say, as Node.js does, has another standard
/// error: nothing is masked then.
bool only_runner_reads(Context& context) {
    const std::string run = context.environment("GITHUB_RUN_ID").value_or("");
    return !run.empty() && context.terminal.errors_reach_starter_of("GITHUB_RUN_ID=" + run);
}

/// Whether what reads our standard error takes `::add-mask::` for what it is: GitHub does, and what
/// is compatible with it. GitLab's runner does so only with `proxy_exec`, which cannot be told from
/// here: there it has to be said. What is said counts on GitHub, too. A file would only keep the
/// secrets. A note says where they are not masked.
Result<bool> log_takes_masks(Context& context) {
    const std::string said = context.environment("PVEFORM_ADD_MASK").value_or("");
    if (!said.empty() && said != "true" && said != "false") {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = fmt::format("`PVEFORM_ADD_MASK` is `{}`", printable(said)),
            .help =
                "it is `true` (new secrets are masked in the log) or `false`; empty: as is usual "
                "where pveform runs",
        });
    }
    const bool wanted = said.empty() ? is_on_github(context) : said == "true";
    if (!wanted) {
        return false;
    }
    if (context.terminal.errors_go_to_a_file()) {
        context.err
            << "note: new secrets are not registered for masking: standard error is a file, "
               "which would keep them\n";
        return false;
    }
    if (said.empty() && !only_runner_reads(context)) {
        context.err << "note: new secrets are not registered for masking: something else than the "
                       "runner seems to read standard error, and would keep them "
                       "(`PVEFORM_ADD_MASK=true` prints the masks all the same)\n";
        return false;
    }
    return true;
}

std::unexpected<Error> nowhere(const std::vector<TokenId>& tokens) {
    return std::unexpected(Error{
        .kind = ErrorKind::usage,
        .message = fmt::format(
            "{} would be issued, and there is nowhere to put {}",
            plural(tokens.size(), "token"),
            tokens.size() == 1 ? "its secret" : "their secrets"
        ),
        .help = "write `secrets: { file: { path: … } }` in the document, or use "
                "`--secrets-out FILE`",
    });
}

// Where secrets can go.

struct SecretFile {
    std::filesystem::path path;
};

struct SecretFolder {
    std::filesystem::path path;
};

using Destination = std::variant<SecretFile, SecretFolder, secrets::CommandStore>;

/// What a sink is opened or checked for, and with what.
struct Needs {
    const std::string& cluster;
    const std::vector<TokenId>& tokens;
    const desired::Document& document;
    Context& context;
};

Result<Destination> destination(const Options& options, const Needs& needs) {
    const desired::Secrets& wanted = needs.document.secrets;
    if (options.secrets_out == standard_output) {
        return std::unexpected(usage_error(
            "secrets do not go to standard output",
            "name a file with `--secrets-out`, or a program: `secrets: { command: … }`"
        ));
    }
    if (options.secrets_out) {
        return SecretFile{*options.secrets_out};
    }
    if (wanted.file) {
        return SecretFile{wanted.file->value};
    }
    if (wanted.directory) {
        return SecretFolder{wanted.directory->value};
    }
    if (wanted.command) {
        const desired::SecretCommand& command = wanted.command->value;
        return secrets::CommandStore{
            command.run, command.timeout, spool_folder(needs.context), needs.cluster};
    }
    return nowhere(needs.tokens);
}

/// Opens a sink there.
struct SinkOpener {
    const Needs& needs;
    FileSystem& files = needs.context.files;
    Processes& processes = needs.context.processes;

    Result<std::unique_ptr<secrets::Sink>> operator()(const SecretFile& file) const {
        return secrets::open_file_sink(files, processes, file.path, needs.cluster, needs.tokens);
    }

    Result<std::unique_ptr<secrets::Sink>> operator()(const SecretFolder& folder) const {
        return secrets::open_folder_sink(
            files, processes, folder.path, needs.cluster, needs.tokens
        );
    }

    Result<std::unique_ptr<secrets::Sink>> operator()(const secrets::CommandStore& store) const {
        return secrets::open_command_sink(
            files, processes, store, desired::declared_tokens(needs.document)
        );
    }
};

/// Asks whether one could be opened there.
struct SinkChecker {
    const Needs& needs;
    FileSystem& files = needs.context.files;
    Processes& processes = needs.context.processes;

    Result<void> operator()(const SecretFile& file) const {
        return secrets::check_file_sink(files, processes, file.path, needs.cluster, needs.tokens);
    }

    Result<void> operator()(const SecretFolder& folder) const {
        return secrets::check_folder_sink(
            files, processes, folder.path, needs.cluster, needs.tokens
        );
    }

    Result<void> operator()(const secrets::CommandStore& store) const {
        return secrets::check_command_sink(files, processes, store);
    }
};

/// The place in the document that an error about its sink speaks of.
Span span_of(const Options& options, const desired::Secrets& wanted) {
    if (options.secrets_out) {
        return {};
    }
    if (wanted.file) {
        return wanted.file->span;
    }
    if (wanted.directory) {
        return wanted.directory->span;
    }
    return wanted.command ? wanted.command->span : Span();
}

} // namespace

std::optional<std::string>
secrets_place(const Options& options, const desired::Document& document) {
    const desired::Secrets& wanted = document.secrets;
    if (options.secrets_out) {
        return options.secrets_out->string();
    }
    if (wanted.file) {
        return wanted.file->value.string();
    }
    if (wanted.directory) {
        return wanted.directory->value.string();
    }
    if (wanted.command) {
        return "command " + join(wanted.command->value.run, " ");
    }
    return std::nullopt;
}

Result<std::unique_ptr<secrets::Sink>> open_secret_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    const std::vector<TokenId>& tokens,
    Context& context
) {
    if (tokens.empty()) {
        return nullptr;
    }
    const bool takes_masks = TRY(log_takes_masks(context));
    const Needs needs{cluster, tokens, document, context};
    auto sink = std::visit(SinkOpener{needs}, TRY(destination(options, needs)));
    if (!sink) {
        sink.error().span = span_of(options, document.secrets);
        return sink;
    }
    return takes_masks ? secrets::with_masking(std::move(*sink), context.runner) : std::move(*sink);
}

Result<void> check_secret_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    Context& context
) {
    std::vector<TokenId> tokens = declared_tokens(document);
    if (tokens.empty()) { // the place is looked at all the same
        tokens.push_back(TokenId{UserId{"nobody@pve"}, "none"});
    }
    TRY(log_takes_masks(context));
    const Needs needs{cluster, tokens, document, context};
    auto checked = std::visit(SinkChecker{needs}, TRY(destination(options, needs)));
    if (!checked) {
        checked.error().span = span_of(options, document.secrets);
    }
    return checked;
}

} // namespace pveform::cli
