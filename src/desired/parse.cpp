#include "desired/parse.hpp"

#include "desired/check.hpp"
#include "desired/draft.hpp"
#include "desired/resolve.hpp"

namespace pveform::desired {

namespace {

Draft read_files(const std::vector<document::Tree>& trees, document::Problems& problems) {
    Draft draft;
    for (const document::Tree& tree : trees) {
        problems.add(tree.errors);
        read_file(draft, tree, problems);
    }
    return draft;
}

} // namespace

Collected<Document> parse(const std::vector<document::Tree>& trees) {
    document::Problems problems;
    Draft draft = read_files(trees, problems);
    if (!draft.version) {
        const Span nowhere = trees.empty() ? Span() : Span{trees.front().source, 1, 1, 1};
        problems.add("`version` is missing", nowhere, "begin the document with `version: 1`");
    }
    Document document = resolve(std::move(draft), problems);
    check(document, problems);
    if (!problems.empty()) {
        return std::unexpected(std::move(problems).take(trees));
    }
    return document;
}

Errors mistakes_within(const std::vector<document::Tree>& trees) {
    document::Problems problems;
    static_cast<void>(read_files(trees, problems));
    return std::move(problems).take(trees);
}

} // namespace pveform::desired
