// Nothing that is printed by accident is a command to a CI's runner.

#include "cli/github.hpp"

#include <sstream>

#include "catch.hpp"

using pveform::cli::InertText;

namespace {

std::string passed_on(const std::vector<std::string>& pieces) {
    std::ostringstream target;
    InertText inert(*target.rdbuf());
    std::ostream out(&inert);
    for (const std::string& piece : pieces) {
        out << piece;
    }
    out.flush();
    CHECK(out.good());
    return target.str();
}

} // namespace

TEST_CASE("a line that begins with colons is no command", "[cli]") {
    CHECK(passed_on({"::set-output name=x::y\n"}) == "\\::set-output name=x::y\n");
    CHECK(passed_on({"a\n \t::error::b\n"}) == "a\n \t\\::error::b\n");
    CHECK(passed_on({"a\r::error::b"}) == "a\r\\::error::b");
    CHECK(passed_on({"\xC2\xA0::error::b"}) == "\xC2\xA0\\::error::b");
    CHECK(passed_on({"\n", " ", ":", ":", "error::b"}) == "\n \\::error::b");
}

TEST_CASE("the older form of commands is broken up wherever it stands", "[cli]") {
    CHECK(passed_on({"x ##[set-env name=a]b"}) == "x ##\\[set-env name=a]b");
    CHECK(passed_on({"x #", "#", "[a]"}) == "x ##\\[a]");
    CHECK(passed_on({"###[a]"}) == "###\\[a]");
}

TEST_CASE("everything else is passed on as it is", "[cli]") {
    const std::string text = "a::b\n  help: x\n#[y] ## [z]\n## title\n\xC3\xA4::b \x01\n";
    CHECK(passed_on({text}) == "a::b\n  help: x\n#[y] ## [z]\n## title\n\xC3\xA4\\::b \x01\n");
}

TEST_CASE("text that could not be written is not said to be", "[cli]") {
    class Full final : public std::streambuf {};

    Full full;
    InertText inert(full);
    std::ostream out(&inert);
    out << "text" << std::flush;
    CHECK_FALSE(out.good());
}
