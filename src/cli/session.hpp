// The steps that several commands begin with: the document, who we are, where the cluster is.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "desired/desired.hpp"
#include "document/load.hpp"
#include "live/connect.hpp"
#include "live/read.hpp"
#include "plan/plan.hpp"
#include "render/plan_text.hpp"

namespace pveform::cli {

/// Reads everything that `-f` names; once in a run, as some of it may be a pipe. Where a part
/// cannot be read, also what is wrong with the rest is an error, as far as that does not depend on
/// the part.
[[nodiscard]] document::Loaded load_sources(const Options& options, Context& context);

/// The same; nothing where none was named and none is in the usual place.
[[nodiscard]] document::Loaded sources_if_any(const Options& options, Context& context);

/// What they say, checked; where nothing was there to be read, an empty document.
[[nodiscard]] Collected<desired::Document>
read_document(const document::Loaded& sources, const Options& options);

/// `read_document` of `sources_if_any`.
[[nodiscard]] Collected<desired::Document>
document_if_any(const Options& options, Context& context);

/// From the options, the document's `cluster`, or PROXMOX_VE_ENDPOINT, in this order.
[[nodiscard]] std::optional<std::string>
find_endpoint(const Options& options, const desired::Document& document, Context& context);

/// To the endpoint, with the extra headers. Warns of `--insecure`.
[[nodiscard]] Result<live::Connection>
find_connection(const Options& options, const desired::Document& document, Context& context);

/// Who we are to PVE. Behind a gateway that adds PVE's credentials itself: whom the document names
/// as `apply_as`; empty where it names nobody.
[[nodiscard]] std::string
identity_of(const live::Credentials& credentials, const desired::Document& document);

/// The same, as who runs a plan right now.
[[nodiscard]] plan::Applier
running_applier(const live::Credentials& credentials, const desired::Document& document);

/// The cluster's name for people: the document's, or the endpoint.
[[nodiscard]] std::string
cluster_name(const desired::Document& document, const live::Connection& connection);

/// The same from documents that may not be valid, as far as they could be read; else `unknown`.
[[nodiscard]] std::string
cluster_name_in(const document::Loaded& sources, const Options& options, Context& context);

[[nodiscard]] render::PlanContext plan_context(
    const Options& options,
    const desired::Document& document,
    const live::Connection& connection,
    const live::View& view,
    const std::string& identity
);

/// Who will apply the plan that a reader makes: `--as`, the document's `apply_as`, or, for want of
/// better knowledge and without its rights being checked, the reader itself. An error of kind
/// `usage` where `--as` names nobody of the cluster.
[[nodiscard]] Result<plan::Applier> later_applier(
    const Options& options,
    const desired::Document& document,
    const plan::Applier& reader,
    const State& live
);

/// By how much PVE's clock is ahead of ours, in seconds, where that is more than matters.
[[nodiscard]] std::optional<UnixSeconds> skew_of(std::optional<UnixSeconds> server, Clock& clock);

/// `79 days`, `5 hours`, `90 seconds`: whole units, as many as there are.
[[nodiscard]] std::string about_so_long(UnixSeconds seconds);

/// PVE judges by its own clock what has expired, and so do plans.
void warn_of_skew(const live::View& view, Context& context);

/// Rights and own access are judged for whoever runs this, whomever the document names.
void warn_of_other_applier(
    const desired::Document& document, const std::string& identity, Context& context
);

/// A plan of what `view` lacks to be as the document says.
[[nodiscard]] Collected<plan::Plan> plan_for(
    const Options& options,
    const desired::Document& document,
    const live::View& view,
    const plan::Applier& applier,
    Context& context,
    plan::Purpose purpose = plan::Purpose::carry_out
);

} // namespace pveform::cli
