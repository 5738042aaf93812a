// Releases of PVE as GET /version names them.

#include "model/release.hpp"

#include <string>

#include "catch.hpp"

using pveform::Release;

TEST_CASE("a release is its first two numbers", "[model]") {
    CHECK(Release::parse("9.2") == Release{9, 2});
    CHECK(Release::parse("9.2.11") == Release{9, 2});
    CHECK(Release::parse("8.4.0-rc1") == Release{8, 4});
    CHECK(Release{10, 0}.text() == "10.0");
}

TEST_CASE("what is no release is nothing", "[model]") {
    for (const std::string text : {"", "9", "9.", "nine.two", "9.x", "v9.2"}) {
        CAPTURE(text);
        CHECK_FALSE(Release::parse(text));
    }
}

TEST_CASE("releases are ordered as numbers", "[model]") {
    CHECK(Release{8, 4} < Release{9, 0});
    CHECK(Release{9, 2} < Release{9, 10});
    CHECK(Release{9, 10} < Release{10, 0});
}

TEST_CASE("a token's comment can be cleared since 9.1", "[model]") {
    CHECK_FALSE(Release{8, 4}.can_clear_token_comments());
    CHECK_FALSE(Release{9, 0}.can_clear_token_comments());
    CHECK(Release{9, 1}.can_clear_token_comments());
}

TEST_CASE("secrets can be renewed in place since 9.2", "[model]") {
    CHECK_FALSE(Release{8, 4}.can_regenerate_tokens());
    CHECK_FALSE(Release{9, 1}.can_regenerate_tokens());
    CHECK(Release{9, 2}.can_regenerate_tokens());
    CHECK(Release{10, 0}.can_regenerate_tokens());
}

TEST_CASE("a release that is not named is the newest known one", "[model]") {
    CHECK(Release() == Release::newest_known());
    CHECK(Release::oldest_known() < Release::newest_known());
}
