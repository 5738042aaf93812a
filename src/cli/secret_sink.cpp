#include "cli/secret_sink.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/github.hpp"
#include "cli/passwords.hpp"
#include "cli/written_file.hpp"
#include "desired/turns.hpp"

namespace pveform::cli {

namespace {

/// Whether what reads our standard error takes `::add-mask::` for what it is: GitHub does, and what
/// is compatible with it. GitLab's runner does so only with `proxy_exec`, which cannot be told from
/// here: there it has to be said. What is said counts on GitHub, too: an output that a program
/// reads there is no log. A file would only keep the secrets.
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
    return wanted && !context.terminal.errors_go_to_a_file();
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

Result<std::unique_ptr<secrets::Sink>> open_plain_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    const std::vector<TokenId>& tokens,
    Context& context,
    secrets::Opening opening
) {
    FileSystem& files = context.files;
    Processes& processes = context.processes;
    const desired::Secrets& wanted = document.secrets;
    if (options.secrets_out == standard_output) {
        return std::unexpected(usage_error(
            "secrets do not go to standard output",
            "name a file with `--secrets-out`, or a program: `secrets: { command: … }`"
        ));
    }
    if (options.secrets_out) {
        return secrets::open_file_sink(
            files, processes, *options.secrets_out, cluster, tokens, opening
        );
    }
    if (wanted.file) {
        return secrets::open_file_sink(
            files, processes, wanted.file->value, cluster, tokens, opening
        );
    }
    if (wanted.directory) {
        return secrets::open_folder_sink(
            files, processes, wanted.directory->value, cluster, tokens, opening
        );
    }
    if (wanted.command) {
        const desired::SecretCommand& command = wanted.command->value;
        const secrets::CommandStore store{
            command.run, command.timeout, spool_folder(context), cluster};
        return secrets::open_command_sink(
            files, processes, store, desired::declared_tokens(document), opening
        );
    }
    return nowhere(tokens);
}

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
    Context& context,
    secrets::Opening opening
) {
    if (tokens.empty()) {
        return nullptr;
    }
    const bool takes_masks = TRY(log_takes_masks(context));
    auto sink = open_plain_sink(options, document, cluster, tokens, context, opening);
    if (!sink) {
        sink.error().span = span_of(options, document.secrets);
        return sink;
    }
    return takes_masks ? secrets::with_masking(std::move(*sink), context.runner) : std::move(*sink);
}

} // namespace pveform::cli
