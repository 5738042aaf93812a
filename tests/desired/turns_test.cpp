#include "desired/turns.hpp"

#include "catch.hpp"

using namespace pveform;

namespace {

/// `plain`, and `turn` with an `overlap`; ben has no list of tokens.
desired::Document document_with_tokens() {
    desired::Document document;
    desired::Tokens& tokens = document.users[UserId{"ann@pve"}].tokens.emplace();
    tokens["plain"];
    tokens["turn"].overlap.emplace();
    document.users[UserId{"ben@pve"}];
    return document;
}

/// The name of the declared token behind that of ann's.
std::string behind(const std::string& name) {
    const desired::Document document = document_with_tokens();
    const auto found = desired::token_behind(document, TokenId{UserId{"ann@pve"}, name});
    return found ? found->id.text() : "";
}

} // namespace

TEST_CASE("a token stands for the declared one of its name, or takes its turn", "[desired]") {
    CHECK(behind("plain") == "ann@pve!plain");
    CHECK(behind("plain-a").empty());
    CHECK(behind("turn") == "ann@pve!turn");
    CHECK(behind("turn-a") == "ann@pve!turn");
    CHECK(behind("turn-b") == "ann@pve!turn");
    CHECK(behind("turn-c").empty());
    CHECK(behind("turn-a-a").empty());
    CHECK(behind("-a").empty());
    const desired::Document document = document_with_tokens();
    CHECK_FALSE(desired::token_behind(document, TokenId{UserId{"ben@pve"}, "turn"}));
    CHECK_FALSE(desired::token_behind(document, TokenId{UserId{"cat@pve"}, "turn"}));
}

TEST_CASE("whatever may stand for a declared token finds it", "[desired]") {
    const desired::Document document = document_with_tokens();
    desired::for_each_token(document, [&](const TokenId& id, const desired::Token& token) {
        for (const TokenId& holder : desired::possible_holders(id, token)) {
            const auto found = desired::token_behind(document, holder);
            REQUIRE(found);
            CHECK(found->id == id);
            CHECK(found->token == &token);
        }
    });
    CHECK(
        desired::declared_tokens(document) ==
        std::vector{TokenId{UserId{"ann@pve"}, "plain"}, TokenId{UserId{"ann@pve"}, "turn"}}
    );
}
