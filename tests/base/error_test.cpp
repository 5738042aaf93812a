#include "base/error.hpp"

#include <memory>
#include <string>

#include "catch.hpp"

using namespace pveform;

TEST_CASE("what is said twice of one place is kept once, in the order of the first", "[base]") {
    const auto file = std::make_shared<const SourceFile>("a.yaml", "a: 1\n");
    const auto other = std::make_shared<const SourceFile>("a.yaml", "a: 1\n");
    const auto error = [](const char* message, const Span& span) {
        return Error{.kind = ErrorKind::document, .message = message, .span = span};
    };
    const Errors kept = without_repetitions({
        error("y", {file, 1, 4, 1}),
        error("x", {file, 1, 4, 1}),
        error("y", {file, 1, 4, 2}), // not beside the first
        error("y", {file, 1, 1, 1}),
        error("y", {file, 2, 4, 1}),
        error("y", {other, 1, 4, 1}),
        error("y", {}),
        error("y", {}),
    });
    std::string lines;
    for (const Error& one : kept) {
        const char* where = !one.span ? "nowhere" : one.span.file == other ? "other" : "file";
        lines += one.message + " " + where + " " + std::to_string(one.span.line) + ":" +
                 std::to_string(one.span.column) + "\n";
    }
    CHECK(
        lines == "y file 1:4\n"
                 "x file 1:4\n"
                 "y file 1:1\n"
                 "y file 2:4\n"
                 "y other 1:4\n"
                 "y nowhere 0:0\n"
    );
}
