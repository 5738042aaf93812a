#include "cli/session.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <variant>

#include <fmt/ostream.h>

#include "base/text.hpp"
#include "cli/credentials.hpp"
#include "cli/known_principal.hpp"
#include "cli/secret_sink.hpp"
#include "desired/parse.hpp"
#include "live/endpoint.hpp"

namespace pveform::cli {

namespace {

/// Each time: nobody should get used to it.
void warn_of_insecurity(const std::string& endpoint, Context& context) {
    fmt::print(
        context.err,
        "{} `--insecure`: whoever answers at `{}` gets to see the credentials; pin the certificate "
        "with `--fingerprint`, or name its authority with `--ca-file`\n",
        render::paint(context.err_style, render::Paint::warning, "warning:"),
        printable(endpoint)
    );
    context.err.flush();
}

/// Null where there is no such entry.
const document::Node* entry_of(const document::Node* node, std::string_view key) {
    const auto* map = node != nullptr ? std::get_if<document::Map>(&node->value) : nullptr;
    if (map == nullptr) {
        return nullptr;
    }
    const auto found = std::ranges::find(*map, key, &document::Entry::key);
    return found != map->end() ? &found->value : nullptr;
}

/// What the first document that says it has in `cluster`.
std::optional<std::string>
written_of_cluster(const document::Loaded& sources, std::string_view key) {
    for (const document::Tree& tree : sources.trees) {
        const auto* node = entry_of(entry_of(&tree.root, "cluster"), key);
        const auto* scalar =
            node != nullptr ? std::get_if<document::Scalar>(&node->value) : nullptr;
        if (scalar != nullptr && !scalar->text.empty()) {
            return scalar->text;
        }
    }
    return std::nullopt;
}

std::optional<std::string>
endpoint_of(const Options& options, std::optional<std::string> in_documents, Context& context) {
    if (options.endpoint) {
        return options.endpoint;
    }
    return in_documents ? std::move(in_documents) : context.environment("PROXMOX_VE_ENDPOINT");
}

} // namespace

document::Loaded load_sources(const Options& options, Context& context) {
    document::Loaded loaded = document::load(context.files, options.files);
    if (!loaded.errors.empty()) {
        std::ranges::move(
            desired::mistakes_within(loaded.trees), std::back_inserter(loaded.errors)
        );
    }
    return loaded;
}

document::Loaded sources_if_any(const Options& options, Context& context) {
    if (options.files == Options().files) {
        const auto info = context.files.inspect(options.files.front());
        if (info && !*info) {
            return {};
        }
    }
    return load_sources(options, context);
}

Collected<desired::Document>
read_document(const document::Loaded& sources, const Options& options) {
    if (!sources.errors.empty()) {
        return std::unexpected(sources.errors);
    }
    if (sources.trees.empty()) {
        return desired::Document();
    }
    desired::Document document = TRY(desired::parse(sources.trees));
    if (options.no_prune) {
        desired::Manage& manage = document.manage;
        for (desired::Owned* owned :
             {&manage.users, &manage.tokens, &manage.groups, &manage.roles}) {
            owned->prune.clear();
        }
        manage.acl.prune.clear();
    }
    return document;
}

Collected<desired::Document> document_if_any(const Options& options, Context& context) {
    return read_document(sources_if_any(options, context), options);
}

std::optional<std::string>
find_endpoint(const Options& options, const desired::Document& document, Context& context) {
    const auto& endpoint = document.cluster.endpoint;
    return endpoint_of(options, endpoint ? std::optional(endpoint->value) : std::nullopt, context);
}

Result<live::Connection>
find_connection(const Options& options, const desired::Document& document, Context& context) {
    live::Connection connection;
    if (auto endpoint = find_endpoint(options, document, context)) {
        connection.endpoint = std::move(*endpoint);
    } else {
        return std::unexpected(usage_error(
            "no cluster to talk to",
            "write `cluster: { endpoint: https://HOST:8006 }` in the document, or use `--endpoint`"
        ));
    }
    connection.timeout = std::chrono::seconds(options.timeout_s);
    connection.headers = TRY(find_headers(options, context));
    if (options.insecure) { // replaces the document's trust as well
        connection.insecure = true;
        warn_of_insecurity(connection.endpoint, context);
        return connection;
    }
    // What is said on the command line replaces what the document says, as a whole: a fingerprint
    // there must not be overruled by a CA file here, or the other way round.
    if (options.ca_file || options.fingerprint) {
        connection.ca_file = options.ca_file;
        connection.fingerprint = options.fingerprint;
        return connection;
    }
    if (document.cluster.ca_file) {
        connection.ca_file = document.cluster.ca_file->value;
        connection.ca_file_place = document.cluster.ca_file->span;
    }
    if (document.cluster.fingerprint) {
        connection.fingerprint = document.cluster.fingerprint->value;
    }
    return connection;
}

std::string identity_of(const live::Credentials& credentials, const desired::Document& document) {
    const bool is_gateway = std::holds_alternative<live::NoCredentials>(credentials);
    return is_gateway && document.cluster.apply_as ? document.cluster.apply_as->value
                                                   : live::identity(credentials);
}

plan::Applier
running_applier(const live::Credentials& credentials, const desired::Document& document) {
    return {
        .identity = user_or_token(identity_of(credentials, document)),
        .is_certain = true,
        .can_change_secret = !std::holds_alternative<live::NoCredentials>(credentials),
    };
}

std::string cluster_name(const desired::Document& document, const live::Connection& connection) {
    return document.cluster.name ? document.cluster.name->value : connection.endpoint;
}

std::string
cluster_name_in(const document::Loaded& sources, const Options& options, Context& context) {
    if (auto name = written_of_cluster(sources, "name")) {
        return std::move(*name);
    }
    if (options.live) { // no endpoint is asked
        return "unknown";
    }
    auto endpoint = endpoint_of(options, written_of_cluster(sources, "endpoint"), context);
    const bool is_one = endpoint && live::parse_endpoint(*endpoint); // else it may hold a password
    return is_one ? std::move(*endpoint) : "unknown";
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
        .secrets_place = secrets_place(options, document).value_or(""),
        .show_unmanaged = options.show_unmanaged,
    };
}

Result<plan::Applier> later_applier(
    const Options& options,
    const desired::Document& document,
    const plan::Applier& reader,
    const State& live
) {
    std::optional<Principal> named;
    if (options.as) {
        named = TRY(known_principal(*options.as, live));
    } else if (document.cluster.apply_as) {
        named = user_or_token(document.cluster.apply_as->value);
    }
    plan::Applier applier = !named || named == reader.identity ? reader : plan::Applier{named};
    applier.is_certain = named.has_value();
    return applier;
}

std::optional<UnixSeconds> skew_of(std::optional<UnixSeconds> server, Clock& clock) {
    constexpr UnixSeconds tolerable_skew_s = 60;
    const UnixSeconds ahead = server ? *server - clock.now() : 0;
    return std::abs(ahead) > tolerable_skew_s ? std::optional(ahead) : std::nullopt;
}

std::string about_so_long(UnixSeconds seconds) {
    constexpr UnixSeconds minute = 60;
    constexpr UnixSeconds hour = 60 * minute;
    constexpr UnixSeconds day = 24 * hour;
    const auto in = [seconds](UnixSeconds unit, std::string_view name) {
        return plural(static_cast<std::size_t>(seconds / unit), name);
    };
    if (seconds >= 2 * day) {
        return in(day, "day");
    }
    if (seconds >= 2 * hour) {
        return in(hour, "hour");
    }
    return seconds >= 2 * minute ? in(minute, "minute") : in(1, "second");
}

void warn_of_skew(const live::View& view, Context& context) {
    if (const auto ahead = skew_of(view.server_time, context.clock)) {
        fmt::print(
            context.err,
            "{} PVE's clock is {} {} this machine's; what has expired is judged by PVE's\n",
            render::paint(context.err_style, render::Paint::warning, "warning:"),
            about_so_long(std::abs(*ahead)),
            *ahead > 0 ? "ahead of" : "behind"
        );
    }
}

void warn_of_other_applier(
    const desired::Document& document, const std::string& identity, Context& context
) {
    const auto& expected = document.cluster.apply_as;
    if (expected && expected->value != identity) {
        fmt::print(
            context.err,
            "{} the document says that `{}` applies it, and this is `{}`; rights and own access "
            "are judged for the latter\n",
            render::paint(context.err_style, render::Paint::warning, "warning:"),
            printable(expected->value),
            printable(identity)
        );
    }
}

Collected<plan::Plan> plan_for(
    const Options& options,
    const desired::Document& document,
    const live::View& view,
    const plan::Applier& applier,
    Context& context,
    plan::Purpose purpose
) {
    return plan::make_plan(
        view.state,
        document,
        {.applier = applier,
         .now = view.server_time.value_or(context.clock.now()),
         .allowances = options.allowances,
         .selection = options.selection,
         .rotation = options.rotation,
         .reader = view.reader.empty() ? std::nullopt : std::optional(user_or_token(view.reader)),
         .hidden_pools = view.hidden_pools,
         .knows_realms = view.knows_realms,
         .purpose = purpose}
    );
}

} // namespace pveform::cli
