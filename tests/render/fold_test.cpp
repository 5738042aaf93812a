// Long lines on narrow terminals.
#include "catch.hpp"

#include "render/fold.hpp"

using namespace pveform;
using render::folded;

namespace {

render::Style terminal(std::size_t width) {
    return {.color = false, .in_place = true, .width = width};
}

} // namespace

TEST_CASE("a long line goes on below, a little further in", "[render]") {
    CHECK(
        folded("  one two three four five\nsix\n", terminal(14)) ==
        "  one two\n    three four\n    five\nsix\n"
    );
}

TEST_CASE("lines that fit, and blanks inside them, stay as they are", "[render]") {
    const std::string text = "\n  + user   ann@pve   x\n\nlast line without an end";
    CHECK(folded(text, terminal(40)) == text);
    CHECK(folded("a   b   c", terminal(9)) == "a   b   c");
    CHECK(folded("a   b   c", terminal(8)) == "a   b\n  c");
}

TEST_CASE("colours and letters beyond ASCII count as what is seen of them", "[render]") {
    const std::string text = "\x1b[31märgste\x1b[0m \x1b[1;31mNöte\x1b[0m";
    CHECK(render::visible_width(text) == 11);
    CHECK(folded(text, terminal(11)) == text);
    CHECK(folded(text, terminal(10)) == "\x1b[31märgste\x1b[0m\n  \x1b[1;31mNöte\x1b[0m");
}

TEST_CASE("a word that is too long is left to the terminal", "[render]") {
    CHECK(folded("a averyveryverylongword b", terminal(10)) == "a\n  averyveryverylongword\n  b");
}

TEST_CASE("nothing is folded in a pipe, nor what is there to be copied", "[render]") {
    const std::string help = "    help: grant it: pveum acl modify / --roles PVEAuditor";
    CHECK(folded(help, terminal(20)) == help);
    CHECK(folded("one two three", {.width = 5}) == "one two three");
}
