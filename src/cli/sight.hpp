// A cluster as the commands see it that can do without a document: snapshot, export, init.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "document/load.hpp"
#include "live/connect.hpp"
#include "live/read.hpp"

namespace pveform::cli {

struct Sight {
    live::View view;
    std::string cluster;                        // its name; empty if nobody said one
    std::string endpoint;                       // empty if nobody said one
    std::string origin;                         // that file, for people; empty: from a cluster
    std::optional<live::Connection> connection; // nothing where the view is from a file
};

/// Reads the cluster with a client that can only GET. Where it is, the options or the environment
/// say, or the document, if one was named or stands in its usual place.
[[nodiscard]] Collected<Sight> look_at_cluster(const Options& options, Context& context);

/// The same, or the file that `--live` names.
[[nodiscard]] Collected<Sight> look(const Options& options, Context& context);

/// What such a look reads of documents: nothing where `--live` names a file.
[[nodiscard]] document::Loaded sources_for_look(const Options& options, Context& context);

/// `look`, where the documents were read already.
[[nodiscard]] Collected<Sight>
look(const Options& options, const document::Loaded& sources, Context& context);

} // namespace pveform::cli
