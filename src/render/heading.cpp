#include "render/heading.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::render {

namespace {

/// `complete view`, or what is missing from it.
std::string completeness(const std::set<AclPath>& hidden_pools) {
    if (hidden_pools.empty()) {
        return "complete view";
    }
    const AclPath all{std::string(pools_root)};
    if (hidden_pools.contains(all)) {
        return "complete view but for pools below /pool";
    }
    std::vector<std::string> paths;
    std::ranges::transform(hidden_pools, std::back_inserter(paths), &AclPath::text);
    return "complete view but for pools at and below " + printable(join(paths, ", "));
}

} // namespace

std::string heading(const PlanContext& context, const Scenery& scenery) {
    std::string who = context.origin.empty() ? "as " + printable(context.identity)
                                             : "from " + printable(context.origin);
    if (!scenery.applier.empty()) {
        who += " for " + printable(scenery.applier);
    }
    return fmt::format(
        "{}{} · PVE {} · {} · {} ({}, {}, {})\n",
        heading_beginning,
        printable(context.cluster),
        printable(context.version),
        who,
        completeness(scenery.hidden_pools),
        plural(scenery.extent.users, "user"),
        plural(scenery.extent.groups, "group"),
        plural(scenery.extent.acl_entries, "ACL entry")
    );
}

std::string counts_of(const std::vector<ObjectKey>& keys) {
    std::map<ObjectKind, std::size_t> counts;
    for (const ObjectKey& key : keys) {
        ++counts[kind_of(key)];
    }
    std::vector<std::string> parts;
    for (const auto& [kind, count] : counts) {
        parts.push_back(plural(count, noun_of(kind)));
    }
    return join(parts, ", ");
}

std::string notices_text(const std::vector<plan::Notice>& notices, const Style& style) {
    std::string out;
    for (const plan::Notice& notice : notices) {
        const std::string place =
            notice.span ? printable(notice.span.file_and_line()) + ": " : std::string();
        out += fmt::format(
            "  {} {}{}\n", paint(style, Paint::warning, "note:"), place, printable(notice.message)
        );
    }
    return notices.empty() ? out : out + "\n";
}

std::string blocks_text(const std::vector<plan::Block>& blocks, const Style& style) {
    std::string out;
    for (const plan::Block& block : blocks) {
        const std::string place = block.span ? printable(block.span.file_and_line()) + ": " : "";
        out += fmt::format(
            "  {} {}{}\n    {} {}\n",
            paint(style, Paint::error, fmt::format("blocked[{}]", block.guard)),
            place,
            printable(block.message),
            paint(style, Paint::help, "help:"),
            printable(block.help)
        );
    }
    return blocks.empty() ? out : out + "\n";
}

std::string allowed_text(const std::vector<plan::Block>& blocks, const Style& style) {
    std::string out;
    for (const plan::Block& block : blocks) {
        out += fmt::format(
            "  {} {}\n",
            paint(style, Paint::warning, fmt::format("allowed[{}]", block.guard)),
            printable(block.message)
        );
    }
    return blocks.empty() ? out : out + "\n";
}

std::string left_alone_text(const std::vector<ObjectKey>& keys) {
    std::string out;
    for (const ObjectKey& key : keys) {
        out += fmt::format("    {:<5}  {}\n", to_string(kind_of(key)), printable(name_of(key)));
    }
    return out.empty() ? out : "  Left alone\n" + out + "\n";
}

} // namespace pveform::render
