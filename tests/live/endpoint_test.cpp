#include "live/endpoint.hpp"

#include "catch.hpp"
#include "live/tls.hpp"

namespace pveform::live {

TEST_CASE("an endpoint may be written in several ways", "[live]") {
    const auto base = [](std::string_view text) { return parse_endpoint(text)->base; };
    CHECK(base("https://pve1:8006") == "https://pve1:8006");
    CHECK(base("https://pve1:8006/") == "https://pve1:8006");
    CHECK(base("  https://pve1:8006/api2/json/ ") == "https://pve1:8006");
    CHECK(base("https://pve1:8006/api2") == "https://pve1:8006");
    CHECK(base("HTTPS://pve1.example.com") == "https://pve1.example.com");
    CHECK(base("https://[fd00::1]:8006") == "https://[fd00::1]:8006");
    CHECK(base("https://gateway/pve/api2/json") == "https://gateway/pve");
    CHECK(parse_endpoint("https://pve1:8006")->address() == "pve1:8006");
    CHECK(parse_endpoint("https://pve1")->address() == "pve1:443");
}

TEST_CASE("an endpoint that cannot be right is refused", "[live]") {
    for (const auto* text :
         {"",
          "pve1",
          "pve1:8006",
          "https://",
          "http://pve1:8006",
          "ftp://pve1",
          "https://pve1:x",
          "https://pve1:8006/?a=b",
          "https://pve1:8006/#x",
          "https://a b/"}) {
        INFO(text);
        const auto endpoint = parse_endpoint(text);
        REQUIRE_FALSE(endpoint.has_value());
        CHECK(endpoint.error().kind == ErrorKind::usage);
        CHECK_FALSE(endpoint.error().help.empty());
    }
    CHECK_THAT(parse_endpoint("http://pve1:8006").error().message, ContainsSubstring("plain HTTP"));
}

TEST_CASE("a password in an endpoint is refused and not shown", "[live]") {
    for (const auto* text :
         {"https://root:hunter2@pve1:8006",
          "root:hunter2@pve1:8006",
          "http://root:hunter2@pve1",
          "https://root:hunter2@pve 1"}) {
        const auto endpoint = parse_endpoint(text);
        REQUIRE_FALSE(endpoint.has_value());
        CHECK(endpoint.error().message.find("hunter2") == std::string::npos);
        CHECK(endpoint.error().help.find("hunter2") == std::string::npos);
    }
}

TEST_CASE("a fingerprint may have colons or not, capitals or not", "[live]") {
    std::string colons;
    std::string plain;
    for (int i = 0; i < 32; ++i) {
        colons += (i == 0 ? "AB" : ":AB");
        plain += "ab";
    }
    CHECK(to_string(*parse_fingerprint(colons)) == colons);
    CHECK(to_string(*parse_fingerprint(" " + plain + "\n")) == colons);
}

TEST_CASE("what is not the SHA-256 of a certificate is refused", "[live]") {
    const std::string sha1 = "DA:39:A3:EE:5E:6B:4B:0D:32:55:BF:EF:95:60:18:90:AF:D8:07:09";
    for (const std::string& text :
         {std::string(), sha1, std::string(64, 'g'), std::string(63, 'a')}) {
        const auto fingerprint = parse_fingerprint(text);
        REQUIRE_FALSE(fingerprint.has_value());
        CHECK(fingerprint.error().kind == ErrorKind::usage);
        CHECK_THAT(fingerprint.error().help, ContainsSubstring("pvenode cert info"));
    }
}

} // namespace pveform::live
