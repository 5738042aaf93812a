// Perl's text, PVE's names, the smaller files.
#include <string>

#include "catch.hpp"

#include "formats/domains_config.hpp"
#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"
#include "formats/token_config.hpp"

using namespace pveform;
using namespace pveform::formats;
using Names = std::vector<std::string>;

TEST_CASE("lists split at commas, semicolons and blanks, or at NULs alone", "[formats]") {
    CHECK(split_list(" a,,b; c\td ", Blanks::ascii) == Names{"a", "b", "c", "d"});
    CHECK(split_list("", Blanks::ascii).empty());
    CHECK(split_list(std::string("a b\0c\0\0", 7), Blanks::ascii) == Names{"a b", "c"});
    const std::string no_break = "a\xC2\xA0"
                                 "b";
    CHECK(split_list(no_break, Blanks::ascii).size() == 1);
    CHECK(split_list(no_break, Blanks::unicode) == Names{"a", "b"});
}

TEST_CASE("a broken sequence becomes one replacement character, whatever is broken", "[formats]") {
    const std::string mark = "\xEF\xBF\xBD";
    CHECK(decode_utf8("\xC3") == mark);
    CHECK(decode_utf8("\xE2\x98x") == mark + "x");
    CHECK(decode_utf8("\xC0\x80") == mark);
    CHECK(decode_utf8("\x80\x80") == mark + mark);
    CHECK(decode_utf8("\xE2\x28\xA1") == mark + "(" + mark);
    CHECK(decode_utf8("\xED\xA0\x80") == "\xED\xA0\x80"); // a surrogate passes
    CHECK(decode_utf8("\xF0\x9D\x84\x9E") == "\xF0\x9D\x84\x9E");
}

TEST_CASE("comments are encoded so that one line holds them", "[formats]") {
    const std::string text = "a:b%\n\xC3\xA4 ~";
    CHECK(encode_text(text) == "a%3Ab%25%0A%C3%A4 ~");
    CHECK(decode_text(encode_text(text)) == text);
    CHECK(decode_text("50%zz%") == "50%zz%");
}

TEST_CASE("integers lose signs and zeros, and exactness from 2^64 on", "[formats]") {
    CHECK(integer_text("0600") == "600");
    CHECK(integer_text("+7") == "7");
    CHECK(integer_text("-0") == "0");
    CHECK(integer_text("5\n") == "5");
    CHECK(integer_text("18446744073709551615") == "18446744073709551615");
    CHECK(integer_text("123456789012345678901234567890") == "1.23456789012346e+29");
}

TEST_CASE("PVE says what is wrong with a user id", "[formats]") {
    CHECK(!check_user_id("a!b@corp.example@pve"));
    CHECK(check_user_id("ab") == "user name 'ab' is too short");
    CHECK(check_user_id("0") == "user name '' is too short");
    CHECK(check_user_id("a b@pve") == "value 'a b@pve' does not look like a valid user name");
    CHECK(check_user_id("@pve"));
    CHECK(check_user_id("a@p"));
    CHECK(!check_user_id(std::string(60, 'x') + "@pve"));
    CHECK(
        check_user_id(std::string(61, 'x') + "@pve") ==
        "user name '" + std::string(61, 'x') + "@pve' is too long (65 > 64)"
    );
    CHECK(check_user_id("x@pve\n"));
}

TEST_CASE("group names were too lax between 8.4 and 9.1", "[formats]") {
    CHECK(check_group_id("a(b)", {9, 2}) == "group name 'a(b)' contains invalid characters");
    CHECK(!check_group_id("a(b)", {9, 1}));
    CHECK(check_group_id("", {9, 2}));
}

TEST_CASE("pools have up to three levels", "[formats]") {
    CHECK(!check_pool_id("a/b/c"));
    CHECK(check_pool_id("a/b/c/d") == "pool name 'a/b/c/d' nested too deeply (max levels = 3)");
    CHECK(check_pool_id("a//b") == "pool name 'a//b' contains invalid characters");
    CHECK(check_pool_id("a/") == "pool name 'a/' contains invalid characters");
}

TEST_CASE("e-mail addresses are checked loosely", "[formats]") {
    CHECK(!check_email("a.b+c@host.example"));
    CHECK(!check_email("\xC3\xA4@host"));
    CHECK(check_email("a..b@host") == "value does not look like a valid email address");
    CHECK(check_email("a@"));
    CHECK(check_email("\xE2\x98\x83@host"));
}

TEST_CASE("a path of letters beyond ASCII passes as a parameter, not in the file", "[formats]") {
    CHECK(normalize_path("/storage/\xC3\xA4") == "/storage/\xC3\xA4");
    CHECK(!normalize_path("/storage/\xC3\xA4", Blanks::ascii));
    CHECK(!normalize_path("/storage/\xE2\x98\x83"));
    CHECK(normalize_path("//") == "/");
    CHECK(!normalize_path("0"));
    CHECK(!normalize_path(""));
}

TEST_CASE("secrets of tokens are kept by full id; lines that make no sense are not", "[formats]") {
    const TokenSecrets secrets =
        parse_token_config("a@pve!t1 secret\n\nnonsense\na@pve x\nb@pve!t2 s t\n");
    CHECK(secrets == TokenSecrets{{"a@pve!t1", "secret"}});
    CHECK(write_token_config(secrets) == "a@pve!t1 secret\n");
}

TEST_CASE("the realms pam and pve are always there", "[formats]") {
    const DomainsConfig domains = parse_domains_config("");
    CHECK(domains.realms.at("pam").type == "pam");
    CHECK(domains.realms.at("pve").properties.at("comment") == "Proxmox VE authentication server");
    CHECK(domains.digest == "da39a3ee5e6b4b0d3255bfef95601890afd80709"); // of nothing
}

TEST_CASE("realms are sections of properties; one of them is the default", "[formats]") {
    const DomainsConfig domains = parse_domains_config("# a comment\n"
                                                       "ldap: corp\n"
                                                       "\tserver1 ldap.example\n"
                                                       "\tcase-sensitive 0\n"
                                                       "\tdefault 1\n"
                                                       "\n"
                                                       "ad: office\n"
                                                       "\tdomain office.example\n"
                                                       "\tdefault 1\n"
                                                       "\n"
                                                       "broken header\n"
                                                       "\tproperty of nobody\n");
    CHECK(domains.realms.size() == 4);
    CHECK(domains.realms.at("office").properties.at("domain") == "office.example");
    CHECK(domains.realms.at("corp").properties.contains("default"));
    CHECK(!domains.realms.at("office").properties.contains("default"));
    CHECK(!is_case_sensitive(domains, "corp"));
    CHECK(is_case_sensitive(domains, "office"));
    CHECK(is_case_sensitive(domains, "unknown"));
}
