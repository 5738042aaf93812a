#include "cli/sight.hpp"

#include "cli/collisions.hpp"
#include "cli/credentials.hpp"
#include "cli/live_file.hpp"
#include "cli/session.hpp"

namespace pveform::cli {

namespace {

template<class T>
Collected<T> collected(Result<T> result) {
    if (!result) {
        return std::unexpected(Errors{std::move(result).error()});
    }
    return std::move(*result);
}

Collected<Sight>
look_from(const document::Loaded& sources, const Options& options, Context& context) {
    const auto document = TRY(read_document(sources, options));
    if (auto apart = refuse_collisions(options, document, context); !apart) {
        return std::unexpected(Errors{std::move(apart).error()});
    }
    auto connection = TRY(collected(find_connection(options, document, context)));
    const auto credentials = TRY(collected(find_credentials(options, context)));
    const auto pve = TRY(collected(live::connect_for_reading(
        connection, credentials, context.files, context.clock, context.trace.get()
    )));
    auto view = TRY(collected(live::fetch(*pve, identity_of(credentials, document))));
    std::string endpoint = connection.endpoint;
    return Sight{
        .view = std::move(view),
        .cluster = document.cluster.name ? document.cluster.name->value : std::string(),
        .endpoint = std::move(endpoint),
        .origin = {},
        .connection = std::move(connection),
    };
}

} // namespace

Collected<Sight> look_at_cluster(const Options& options, Context& context) {
    return look_from(sources_if_any(options, context), options, context);
}

Collected<Sight> look(const Options& options, Context& context) {
    return look(options, sources_for_look(options, context), context);
}

document::Loaded sources_for_look(const Options& options, Context& context) {
    return options.live ? document::Loaded() : sources_if_any(options, context);
}

Collected<Sight> look(const Options& options, const document::Loaded& sources, Context& context) {
    if (!options.live) {
        return look_from(sources, options, context);
    }
    auto file = TRY(collected(load_live_view(options, context)));
    return Sight{
        .view = std::move(file.view),
        .cluster = std::move(file.cluster),
        .endpoint = std::move(file.endpoint),
        .origin = std::move(file.origin),
        .connection = {},
    };
}

} // namespace pveform::cli
