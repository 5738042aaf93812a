// A value that must not be seen.

#include "base/secret.hpp"

#include <string>
#include <type_traits>

#include "catch.hpp"

using pveform::Secret;

namespace {

template<class T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};

template<class T>
concept Comparable = requires(const T& value) {
    value == value;
};

static_assert(!Printable<Secret>);
static_assert(!Comparable<Secret>);
static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);

} // namespace

TEST_CASE("a secret holds its bytes, NUL-terminated for C", "[base]") {
    const Secret secret("s3cr3t");
    CHECK(secret.reveal() == "s3cr3t");
    CHECK(secret.size() == 6);
    CHECK(secret.reveal().data()[6] == '\0');
    CHECK(Secret().empty());
    CHECK(Secret("").empty());
}

TEST_CASE("a secret that was moved from is empty", "[base]") {
    Secret from("s3cr3t");
    Secret to = std::move(from);
    CHECK(from.empty()); // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK(to.reveal() == "s3cr3t");
    Secret other("old");
    other = std::move(to);
    CHECK(other.reveal() == "s3cr3t");
    CHECK(to.empty()); // NOLINT(bugprone-use-after-move)
}

TEST_CASE("taking a string wipes it, its spare capacity too", "[base]") {
    std::string text = "the secret of the string";
    const char* bytes = text.data();
    const std::size_t size = text.size();
    const Secret secret = Secret::take(std::move(text));
    CHECK(secret.reveal() == "the secret of the string");
    CHECK(text.empty()); // NOLINT(bugprone-use-after-move)
    CHECK(text.capacity() >= size);
    CHECK(std::string(bytes, size) == std::string(size, '\0'));

    std::string shrunk = "another secret, once longer";
    shrunk.resize(3);
    const char* rest = shrunk.data();
    pveform::wipe(shrunk);
    CHECK(std::string(rest, 27) == std::string(27, '\0'));
}

TEST_CASE("a secret is cloned only where it says so", "[base]") {
    const Secret secret("s3cr3t");
    const Secret copy = secret.clone();
    CHECK(copy.reveal() == secret.reveal());
    CHECK(copy.reveal().data() != secret.reveal().data());
}

TEST_CASE("parts are joined into one secret", "[base]") {
    const Secret secret("s3cr3t");
    CHECK(Secret::joined({"a=", secret.reveal(), ";"}).reveal() == "a=s3cr3t;");
    CHECK(Secret::joined({}).empty());
}
