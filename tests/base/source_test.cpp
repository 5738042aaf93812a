// Source texts and places in them.

#include "base/source.hpp"

#include <memory>

#include "catch.hpp"

using pveform::SourceFile;
using pveform::Span;

TEST_CASE("lines are found by their number, without their ends", "[base]") {
    const SourceFile file("a.yaml", "first\nsecond\r\n\nlast");
    CHECK(file.line(1) == "first");
    CHECK(file.line(2) == "second");
    CHECK(file.line(3).empty());
    CHECK(file.line(4) == "last");
}

TEST_CASE("a line beyond the file is empty", "[base]") {
    const SourceFile file("a.yaml", "only\n");
    CHECK(file.line(0).empty());
    CHECK(file.line(2).empty());
    CHECK(file.line(99).empty());
    CHECK(SourceFile("empty", "").line(1).empty());
}

TEST_CASE("a span says its file and line, and nowhere says nothing", "[base]") {
    const auto file = std::make_shared<const SourceFile>("access/users.yaml", "x\ny\n");
    CHECK(Span{file, 2, 1, 1}.file_and_line() == "access/users.yaml:2");
    CHECK(Span{file, 2, 1, 1});
    CHECK_FALSE(Span{});
    CHECK(Span{}.file_and_line().empty());
}
