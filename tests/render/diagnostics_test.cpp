#include "render/diagnostics.hpp"

#include <memory>

#include "catch.hpp"

using namespace pveform;

namespace {

std::shared_ptr<const SourceFile> source(const std::string& text) {
    return std::make_shared<const SourceFile>("access/users.yaml", text);
}

std::string shown(Error error, const render::Style& style = {}) {
    return render::diagnostics({std::move(error)}, style);
}

Error error_at(const Span& span) {
    return Error{.kind = ErrorKind::document, .message = "wrong", .span = span};
}

/// The line of carets of an error in one line of text.
std::string marked(const std::string& line, std::size_t column, std::size_t length) {
    return shown(error_at({source(line), 1, column, length}));
}

} // namespace

TEST_CASE("an error shows its place, the line, and what to do", "[diagnostics]") {
    const auto file = source("users:\n  - path: /\n    role: PVEAudtor\n");
    CHECK(
        shown(
            {.kind = ErrorKind::document,
             .message = "unknown role `PVEAudtor`",
             .span = {file, 3, 11, 9},
             .help = "did you mean `PVEAuditor`?",
             .notes = {"roles are case-sensitive"}}
        ) == "error: unknown role `PVEAudtor`\n"
             " --> access/users.yaml:3:11\n"
             "  |\n"
             "3 |     role: PVEAudtor\n"
             "  |           ^^^^^^^^^\n"
             "  = note: roles are case-sensitive\n"
             "  = help: did you mean `PVEAuditor`?\n"
    );
}

TEST_CASE("an error without a place is a line and its help", "[diagnostics]") {
    CHECK(
        shown({.message = "no API token", .help = "set `PVEFORM_API_TOKEN`"}) ==
        "error: no API token\n  = help: set `PVEFORM_API_TOKEN`\n"
    );
    CHECK(shown({.message = "alone"}) == "error: alone\n");
}

TEST_CASE("a place without a line names the file", "[diagnostics]") {
    CHECK(shown(error_at({source(""), 0, 0, 0})) == "error: wrong\n --> access/users.yaml\n");
}

TEST_CASE("a second place has its own excerpt and label", "[diagnostics]") {
    std::string text;
    for (int i = 0; i < 99; ++i) {
        text += "\n";
    }
    const auto file = source("a@pve: {}\n" + text + "a@pve: { comment: x }\n");
    Error error = error_at({file, 101, 1, 5});
    error.help = "keep one of the two";
    error.related.push_back({{file, 1, 1, 5}, "first declared here"});
    CHECK(
        shown(error) == "error: wrong\n"
                        "   --> access/users.yaml:101:1\n"
                        "    |\n"
                        "101 | a@pve: { comment: x }\n"
                        "    | ^^^^^\n"
                        "    |\n"
                        "   ::: access/users.yaml:1:1\n"
                        "    |\n"
                        "  1 | a@pve: {}\n"
                        "    | ----- first declared here\n"
                        "    = help: keep one of the two\n"
    );
}

TEST_CASE("errors are divided by an empty line", "[diagnostics]") {
    CHECK(
        render::diagnostics({{.message = "one"}, {.message = "two"}}, {}) ==
        "error: one\n\nerror: two\n"
    );
    CHECK(render::diagnostics({}, {}).empty());
}

TEST_CASE("carets stand under the characters, however wide these are", "[diagnostics]") {
    CHECK(
        marked("\tab", 2, 2) == "error: wrong\n --> access/users.yaml:1:2\n  |\n"
                                "1 |     ab\n"
                                "  |     ^^\n"
    );
    CHECK(
        marked("ä: ö", 5, 2) == "error: wrong\n --> access/users.yaml:1:5\n  |\n"
                                "1 | ä: ö\n"
                                "  |    ^\n"
    );
    CHECK(
        marked("日本: x", 9, 1) == "error: wrong\n --> access/users.yaml:1:9\n  |\n"
                                   "1 | 日本: x\n"
                                   "  |       ^\n"
    );
    CHECK(
        marked("日本", 1, 6) == "error: wrong\n --> access/users.yaml:1:1\n  |\n"
                                "1 | 日本\n"
                                "  | ^^^^\n"
    );
    CHECK(
        marked("e\xCC\x81x", 4, 1) == "error: wrong\n --> access/users.yaml:1:4\n  |\n"
                                      "1 | e\xCC\x81x\n"
                                      "  |  ^\n"
    );
}

TEST_CASE("a place beyond the line's end is marked behind it", "[diagnostics]") {
    CHECK(
        marked("ab", 9, 4) == "error: wrong\n --> access/users.yaml:1:9\n  |\n"
                              "1 | ab\n"
                              "  |   ^\n"
    );
    CHECK(
        marked("", 1, 1) == "error: wrong\n --> access/users.yaml:1:1\n  |\n"
                            "1 | \n"
                            "  | ^\n"
    );
}

TEST_CASE("nothing that a file or a cluster says can steer the terminal", "[diagnostics]") {
    const std::string line = "a\x1b[2Jb\x07\xC2\x9B\xE2\x80\xAE";
    const std::string text = shown(
        {.message = "bad \x1b]0;title\x07",
         .span = {source(line + "\xFF"), 1, 1, 1},
         .help = "\x1b[31mhelp",
         .notes = {"first\nsecond\r"}}
    );
    CHECK(
        text == "error: bad \\x1b]0;title\\x07\n"
                " --> access/users.yaml:1:1\n"
                "  |\n"
                "1 | a\xEF\xBF\xBD[2Jb\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\n"
                "  | ^\n"
                "  = note: first\n"
                "          second\\r\n"
                "  = help: \\x1b[31mhelp\n"
    );
}

TEST_CASE("of a long line the part around the place is shown", "[diagnostics]") {
    const std::string line = std::string(500, 'a') + "HERE" + std::string(500, 'b');
    const std::string text = shown(error_at({source(line), 1, 501, 4}), {.width = 60});
    CHECK(
        text == "error: wrong\n"
                " --> access/users.yaml:1:501\n"
                "  |\n"
                "1 | …aaaaaaaaaaaaaaaaaaHERE" +
                    std::string(32, 'b') +
                    "…\n"
                    "  |                    ^^^^\n"
    );
    const std::string start = shown(error_at({source(line), 1, 1, 600}), {.width = 60});
    CHECK(
        start == "error: wrong\n"
                 " --> access/users.yaml:1:1\n"
                 "  |\n"
                 "1 | " +
                     std::string(54, 'a') +
                     "…\n"
                     "  | " +
                     std::string(54, '^') + "\n"
    );
}

TEST_CASE("colours mark the parts that matter, and no text", "[diagnostics]") {
    const std::string plain = marked("ab", 1, 2);
    std::string colored = shown(error_at({source("ab"), 1, 1, 2}), {.color = true});
    CHECK_THAT(colored, ContainsSubstring("\x1b[1;31merror:\x1b[0m wrong\n"));
    CHECK_THAT(colored, ContainsSubstring("\x1b[1;31m^^\x1b[0m"));
    for (std::size_t at = colored.find('\x1b'); at != std::string::npos;
         at = colored.find('\x1b')) {
        colored.erase(at, colored.find('m', at) - at + 1);
    }
    CHECK(colored == plain);
}

TEST_CASE("a line in which a secret may stand is not shown", "[diagnostics]") {
    const auto file = source("a:\n  password: hunter22\n  b: c\n");
    Error error = error_at({file, 2, 3, 8});
    error.related.push_back({{file, 2, 13, 8}, "first here"});
    CHECK(
        shown(error) ==
        "error: wrong\n"
        " --> access/users.yaml:2:3 (a secret may stand in the line, so it is not shown)\n"
        "  |\n"
        " ::: access/users.yaml:2:13 first here (a secret may stand in the line, so it is not "
        "shown)\n"
    );
    CHECK(shown(error_at({file, 3, 3, 1})).find("3 |   b: c\n") != std::string::npos);
}
