#include "cli/secret_sink.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::cli {

std::string secrets_place(const Options& options, const desired::Document& document) {
    if (options.secrets_out) {
        return options.secrets_out->string();
    }
    const desired::Secrets& secrets = document.secrets;
    if (secrets.file) {
        return secrets.file->value.string();
    }
    if (secrets.directory) {
        return secrets.directory->value.string() + "/";
    }
    return secrets.command ? "command " + secrets.command->value.run.front() : std::string();
}

Result<std::unique_ptr<secrets::Sink>> open_secret_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    const std::vector<TokenId>& tokens,
    Context& context
) {
    const auto open_file = [&](const std::filesystem::path& path) {
        return secrets::open_file_sink(context.files, context.processes, path, cluster, tokens);
    };
    if (options.secrets_out) {
        return open_file(*options.secrets_out);
    }
    const desired::Secrets& secrets = document.secrets;
    if (secrets.file) {
        return open_file(secrets.file->value);
    }
    if (secrets.directory) {
        return secrets::open_folder_sink(
            context.files, context.processes, secrets.directory->value, cluster, tokens
        );
    }
    if (secrets.command) {
        const desired::SecretCommand& command = secrets.command->value;
        return secrets::open_command_sink(context.processes, command.run, command.timeout);
    }
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

} // namespace pveform::cli
