#include "cli/invalid.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <variant>

#include "cli/session.hpp"
#include "document/tree.hpp"
#include "render/report.hpp"

namespace pveform::cli {

namespace {

const document::Node* entry_of(const document::Node* node, std::string_view key) {
    const auto* map = node != nullptr ? std::get_if<document::Map>(&node->value) : nullptr;
    if (map == nullptr) {
        return nullptr;
    }
    const auto found = std::ranges::find(*map, key, &document::Entry::key);
    return found != map->end() ? &found->value : nullptr;
}

/// What the documents call the cluster, as far as they can be read.
std::string name_in_documents(const Options& options, Context& context) {
    if (const auto trees = load_sources(options, context)) {
        for (const document::Tree& tree : *trees) {
            const auto* name = entry_of(entry_of(&tree.root, "cluster"), "name");
            const auto* scalar =
                name != nullptr ? std::get_if<document::Scalar>(&name->value) : nullptr;
            if (scalar != nullptr && !scalar->text.empty()) {
                return scalar->text;
            }
        }
    }
    return options.endpoint.value_or("unknown");
}

} // namespace

Errors write_invalid(
    std::string_view command,
    const Errors& errors,
    const Options& options,
    const Outputs& outputs,
    Context& context
) {
    Errors mistakes;
    std::ranges::copy_if(errors, std::back_inserter(mistakes), [](const Error& error) {
        return error.kind == ErrorKind::document;
    });
    if (mistakes.empty()) {
        return {};
    }
    const std::string cluster = name_in_documents(options, context);
    return outputs.write_with_care(render::InvalidReport(command, cluster, mistakes), context);
}

ExitCode report_invalid(
    std::string_view command,
    Errors errors,
    const Options& options,
    const Outputs& outputs,
    Context& context
) {
    std::ranges::move(
        write_invalid(command, errors, options, outputs, context), std::back_inserter(errors)
    );
    return context.report(errors);
}

} // namespace pveform::cli
