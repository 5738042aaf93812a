// Secrets: what cannot be done with them is as important as what can.

#include "base/secret.hpp"

#include <concepts>
#include <sstream>
#include <type_traits>

#include <fmt/format.h>

#include "catch.hpp"

using pveform::append_wiping;
using pveform::Secret;
using pveform::wipe;

namespace {

template<class T>
concept printable_to_stream = requires(std::ostream& out, const T& value) {
    out << value;
};

template<class T>
concept comparable = requires(const T& a, const T& b) {
    a == b;
};

} // namespace

static_assert(!std::copyable<Secret>);
static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(!printable_to_stream<Secret>);
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!comparable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);

TEST_CASE("a secret gives its bytes only when asked", "[base]") {
    const Secret secret("correct horse");
    CHECK(secret.size() == 13);
    CHECK_FALSE(secret.empty());
    CHECK(secret.reveal() == "correct horse");
    CHECK(secret.reveal().data()[secret.size()] == '\0');
    CHECK(Secret().empty());
    CHECK(Secret("").reveal().empty());
}

TEST_CASE("a secret that is moved from is empty", "[base]") {
    Secret first("one");
    Secret second(std::move(first));
    CHECK(first.empty()); // NOLINT(bugprone-use-after-move)
    CHECK(second.reveal() == "one");
    Secret third("two");
    third = std::move(second);
    CHECK(second.empty()); // NOLINT(bugprone-use-after-move)
    CHECK(third.reveal() == "one");
    third = std::move(*&third);
    CHECK(third.reveal() == "one");
}

TEST_CASE("a string that is taken over is wiped, also a short one", "[base]") {
    for (const std::string_view bytes :
         {"short", "long enough not to fit into the string itself"}) {
        std::string text(bytes);
        const char* place = text.data();
        const Secret secret = Secret::take(std::move(text));
        CHECK(secret.reveal() == bytes);
        CHECK(text.empty()); // NOLINT(bugprone-use-after-move)
        CHECK(std::string_view(place, 5) == std::string_view("\0\0\0\0\0", 5));
    }
}

TEST_CASE("parts are joined into one secret", "[base]") {
    CHECK(Secret::joined({"a", "", "bc"}).reveal() == "abc");
    CHECK(Secret::joined({}).empty());
    CHECK(Secret("x").clone().reveal() == "x");
}

TEST_CASE("wiping a string reaches what it held before", "[base]") {
    std::string text = "a secret that is longer than what comes after it";
    text = "short";
    text.reserve(48);
    const char* place = text.data();
    const std::size_t capacity = text.capacity();
    wipe(text);
    CHECK(text.empty());
    CHECK(std::string_view(place, capacity).find_first_not_of('\0') == std::string_view::npos);
}

TEST_CASE("appending in a wiping way gives the same text as appending", "[base]") {
    std::string expected;
    std::string text;
    for (int i = 0; i < 500; ++i) {
        const std::string part(static_cast<std::size_t>(i % 7), static_cast<char>('a' + i % 26));
        expected += part;
        append_wiping(text, part);
    }
    CHECK(text == expected);
}
