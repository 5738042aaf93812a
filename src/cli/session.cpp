#include "cli/session.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/secret_sink.hpp"
#include "desired/parse.hpp"
#include "document/load.hpp"

namespace pveform::cli {

namespace {

constexpr std::size_t max_secret_file_bytes = 4096;

Error usage(std::string message, std::string help) {
    return Error{.kind = ErrorKind::usage, .message = std::move(message), .help = std::move(help)};
}

/// `user@realm!name=secret`; PVE splits it at the last `=`.
Result<live::ApiToken> parse_token(std::string text, std::string_view variable) {
    const std::size_t equals = text.rfind('=');
    const bool has_id = equals != std::string::npos && equals + 1 < text.size() &&
                        TokenId::parse(std::string_view(text).substr(0, equals)).has_value();
    if (!has_id) {
        wipe(text);
        return std::unexpected(usage(
            fmt::format("`{}` does not hold an API token", variable),
            "it is one text: `user@realm!name=secret`, as PVE shows it when the token is made"
        ));
    }
    live::ApiToken token{text.substr(0, equals), Secret(std::string_view(text).substr(equals + 1))};
    wipe(text);
    return token;
}

Result<live::ApiToken> token_from_parts(std::string id, Context& context) {
    if (!TokenId::parse(id)) {
        return std::unexpected(usage(
            fmt::format("`PVEFORM_TOKEN_ID` is not a token id: `{}`", printable(id)),
            "it is `user@realm!name`, without the secret"
        ));
    }
    if (auto secret = context.environment("PVEFORM_TOKEN_SECRET")) {
        return live::ApiToken{std::move(id), Secret::take(std::move(*secret))};
    }
    const auto file = context.environment("PVEFORM_TOKEN_SECRET_FILE");
    if (!file) {
        return std::unexpected(usage(
            "`PVEFORM_TOKEN_ID` is set and its secret is not",
            "set `PVEFORM_TOKEN_SECRET`, or `PVEFORM_TOKEN_SECRET_FILE` to the path of a file"
        ));
    }
    std::string text = TRY(context.files.read_file(*file, max_secret_file_bytes));
    Secret secret(trim(text));
    wipe(text);
    if (secret.empty()) {
        return std::unexpected(
            usage(fmt::format("`{}` is empty", *file), "it should hold the token's secret")
        );
    }
    return live::ApiToken{std::move(id), std::move(secret)};
}

} // namespace

Collected<desired::Document> load_document(const Options& options, Context& context) {
    const auto sources = TRY(document::load(context.files, options.files));
    return desired::parse(sources);
}

Result<live::Credentials> find_credentials(Context& context) {
    if (auto token = context.environment("PVEFORM_API_TOKEN")) {
        return parse_token(std::move(*token), "PVEFORM_API_TOKEN");
    }
    if (auto id = context.environment("PVEFORM_TOKEN_ID")) {
        return token_from_parts(std::move(*id), context);
    }
    if (auto token = context.environment("PROXMOX_VE_API_TOKEN")) {
        return parse_token(std::move(*token), "PROXMOX_VE_API_TOKEN");
    }
    return std::unexpected(usage(
        "no API token to authenticate with",
        "set `PVEFORM_API_TOKEN` to `user@realm!name=secret`, or `PVEFORM_TOKEN_ID` and "
        "`PVEFORM_TOKEN_SECRET_FILE`"
    ));
}

Result<live::Connection>
find_connection(const Options& options, const desired::Document& document, Context& context) {
    live::Connection connection;
    if (options.endpoint) {
        connection.endpoint = *options.endpoint;
    } else if (document.cluster.endpoint) {
        connection.endpoint = document.cluster.endpoint->value;
    } else if (auto endpoint = context.environment("PROXMOX_VE_ENDPOINT")) {
        connection.endpoint = std::move(*endpoint);
    } else {
        return std::unexpected(usage(
            "no cluster to talk to",
            "write `cluster: { endpoint: https://HOST:8006 }` in the document, or use `--endpoint`"
        ));
    }
    connection.timeout = std::chrono::seconds(options.timeout_s);
    // What is said on the command line replaces what the document says, as a whole: a fingerprint
    // there must not be overruled by a CA file here, or the other way round.
    if (options.ca_file || options.fingerprint) {
        connection.ca_file = options.ca_file;
        connection.fingerprint = options.fingerprint;
        return connection;
    }
    if (document.cluster.ca_file) {
        connection.ca_file = document.cluster.ca_file->value;
    }
    if (document.cluster.fingerprint) {
        connection.fingerprint = document.cluster.fingerprint->value;
    }
    return connection;
}

std::string cluster_name(const desired::Document& document, const live::Connection& connection) {
    return document.cluster.name ? document.cluster.name->value : connection.endpoint;
}

render::PlanContext plan_context(
    const Options& options,
    const desired::Document& document,
    const live::Connection& connection,
    const live::View& view,
    const std::string& identity
) {
    return render::PlanContext{
        .cluster = cluster_name(document, connection),
        .version = view.version,
        .identity = identity,
        .secrets_path = secrets_place(options, document).value_or(""),
        .show_unmanaged = options.show_unmanaged,
    };
}

plan::Applier later_applier(
    const Options& options, const desired::Document& document, const std::string& identity
) {
    if (options.as) {
        return {.identity = user_or_token(*options.as), .is_certain = true};
    }
    if (document.cluster.apply_as) {
        return {.identity = user_or_token(document.cluster.apply_as->value), .is_certain = true};
    }
    return {.identity = user_or_token(identity), .is_certain = false};
}

Collected<plan::Plan> plan_for(
    const Options& options,
    const desired::Document& document,
    const live::View& view,
    const plan::Applier& applier,
    Context& context
) {
    return plan::make_plan(
        view.state,
        document,
        {.applier = applier, .now = context.clock.now(), .allowances = options.allowances}
    );
}

} // namespace pveform::cli
