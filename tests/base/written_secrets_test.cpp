// Which lines of a document are never shown.

#include "base/written_secrets.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using pveform::is_secret_key;
using pveform::may_hold_secret;
using pveform::SourceFile;

namespace {

/// The numbers of the lines that may hold a secret.
std::vector<std::size_t> withheld(const std::string& text) {
    const SourceFile file("a.yaml", text);
    std::vector<std::size_t> lines;
    for (std::size_t line = 1; !file.line(line).empty(); ++line) {
        if (may_hold_secret(file, line)) {
            lines.push_back(line);
        }
    }
    return lines;
}

using Lines = std::vector<std::size_t>;

} // namespace

TEST_CASE("keys of secrets are those of passwords, `secret` and `token`", "[base]") {
    for (const auto* key : {"initial_password", "password", "Password", "secret", "token"}) {
        CAPTURE(key);
        CHECK(is_secret_key(key));
    }
    for (const auto* key : {"secrets", "tokens", "root-token", "token-lifetime", "comment"}) {
        CAPTURE(key);
        CHECK_FALSE(is_secret_key(key));
    }
}

TEST_CASE("a line with the text of a secret is withheld", "[base]") {
    CHECK(withheld("a:\n  initial_password: hunter22\n  comment: x\n") == Lines{2});
    CHECK(withheld("a: { enabeld: true, \"password\": hunter22 }\n") == Lines{1});
    CHECK(withheld("- token : hunter22\n- b: c\n") == Lines{1});
    CHECK(withheld("password: {hunter22\n") == Lines{1});
}

TEST_CASE("so are the lines that the text goes on in", "[base]") {
    CHECK(withheld("a:\n  password:\n    hunter22\n  comment: x\n") == Lines{3});
    CHECK(withheld("a:\n  password: |\n    one: 1\n      two\n  comment: x\n") == Lines{2, 3, 4});
    CHECK(withheld("a:\n  secret: \"hunter22\n    goes on\"\n  comment: x\n") == Lines{2, 3});
}

TEST_CASE("maps under such a key are shown", "[base]") {
    CHECK(withheld("a: { initial_password: { env: CI_PASSWORD } }\n").empty());
    CHECK(withheld("a:\n  initial_password: # from CI\n    env: CI_PASSWORD\n").empty());
    CHECK(withheld("defaults:\n  token:\n    lifetime: 90x\n").empty());
    CHECK(withheld("rules:\n  root-token: error\n").empty());
}
