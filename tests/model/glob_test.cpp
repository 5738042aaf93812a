#include "model/glob.hpp"

#include <string>

#include "catch.hpp"

using namespace pveform;

TEST_CASE("a pattern of names matches whole names", "[glob]") {
    CHECK(Glob{"alice@pve"}.matches("alice@pve"));
    CHECK_FALSE(Glob{"alice@pve"}.matches("alice@pvex"));
    CHECK_FALSE(Glob{"alice@pve"}.matches("xalice@pve"));
    CHECK_FALSE(Glob{"Alice@pve"}.matches("alice@pve"));
    CHECK(Glob{""}.matches(""));
    CHECK_FALSE(Glob{""}.matches("a"));
}

TEST_CASE("`*` stands for any number of characters, `?` for one", "[glob]") {
    CHECK(Glob{"*"}.matches(""));
    CHECK(Glob{"*"}.matches("anything@at.all!ever"));
    CHECK(Glob{"*@pve"}.matches("a@b@pve"));
    CHECK_FALSE(Glob{"*@pve"}.matches("a@pve!ci"));
    CHECK(Glob{"*@pve!*"}.matches("a@pve!ci"));
    CHECK(Glob{"svc-?@pve"}.matches("svc-1@pve"));
    CHECK_FALSE(Glob{"svc-?@pve"}.matches("svc-@pve"));
    CHECK_FALSE(Glob{"svc-?@pve"}.matches("svc-12@pve"));
    CHECK(Glob{"a*b*c"}.matches("a-b-b-c"));
    CHECK_FALSE(Glob{"a*b*c"}.matches("a-b-b-d"));
    CHECK(Glob{"a**"}.matches("a"));
    CHECK(Glob{"*?"}.matches("a"));
    CHECK_FALSE(Glob{"*?"}.matches(""));
}

TEST_CASE("nothing else in a pattern is special", "[glob]") {
    CHECK(Glob{"a.b"}.matches("a.b"));
    CHECK_FALSE(Glob{"a.b"}.matches("axb"));
    CHECK_FALSE(Glob{"[ab]"}.matches("a"));
}

TEST_CASE("a pattern is known by its wildcards", "[glob]") {
    CHECK(Glob{"a*"}.is_pattern());
    CHECK(Glob{"?"}.is_pattern());
    CHECK_FALSE(Glob{"alice@pve"}.is_pattern());
}

TEST_CASE("hostile patterns are matched in time", "[glob]") {
    std::string pattern;
    for (int i = 0; i < 200; ++i) {
        pattern += "*a";
    }
    CHECK_FALSE(Glob{pattern + "b"}.matches(std::string(5000, 'a')));
    std::string deep;
    for (int i = 0; i < 12; ++i) {
        deep += "/**/a";
    }
    std::string path;
    for (int i = 0; i < 30; ++i) {
        path += "/a";
    }
    CHECK_FALSE(PathGlob{deep + "/b"}.matches(path));
}

TEST_CASE("wildcards of a path stay within one component", "[glob]") {
    CHECK(PathGlob{"/vms/*"}.matches("/vms/100"));
    CHECK_FALSE(PathGlob{"/vms/*"}.matches("/vms"));
    CHECK_FALSE(PathGlob{"/pool/*"}.matches("/pool/a/b"));
    CHECK(PathGlob{"/vms/1?0"}.matches("/vms/100"));
    CHECK_FALSE(PathGlob{"/vms?100"}.matches("/vms/100"));
    CHECK(PathGlob{"/*/100"}.matches("/vms/100"));
}

TEST_CASE("`/**` at the end stands for the path and everything below it", "[glob]") {
    CHECK(PathGlob{"/pool/a/**"}.matches("/pool/a"));
    CHECK(PathGlob{"/pool/a/**"}.matches("/pool/a/b/c"));
    CHECK_FALSE(PathGlob{"/pool/a/**"}.matches("/pool/ab"));
    CHECK_FALSE(PathGlob{"/pool/a/**"}.matches("/pool"));
    CHECK(PathGlob{"/**"}.matches("/"));
    CHECK(PathGlob{"/**"}.matches("/vms/100"));
}

TEST_CASE("`**` elsewhere stands for any number of components", "[glob]") {
    CHECK(PathGlob{"/sdn/**/v1"}.matches("/sdn/v1"));
    CHECK(PathGlob{"/sdn/**/v1"}.matches("/sdn/zones/z/v1"));
    CHECK_FALSE(PathGlob{"/sdn/**/v1"}.matches("/sdn/zones/z"));
}

TEST_CASE("the root is matched by itself alone", "[glob]") {
    CHECK(PathGlob{"/"}.matches("/"));
    CHECK_FALSE(PathGlob{"/"}.matches("/vms"));
    CHECK_FALSE(PathGlob{"/*"}.matches("/"));
}
