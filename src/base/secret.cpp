#include "base/secret.hpp"

#include <algorithm>
#include <openssl/crypto.h>
#include <utility>

#include <fmt/format.h>

namespace pveform {

static_assert(!fmt::is_formattable<Secret>::value, "a secret must not be printable");

Secret::Secret(std::string_view bytes) : Secret(joined({bytes})) {}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = std::move(other.bytes_);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

Secret::~Secret() {
    wipe();
}

Secret Secret::take(std::string&& text) {
    Secret result(text);
    pveform::wipe(text);
    return result;
}

Secret Secret::joined(std::initializer_list<std::string_view> parts) {
    Secret result;
    for (const std::string_view part : parts) {
        result.size_ += part.size();
    }
    if (result.size_ == 0) {
        return result;
    }
    result.bytes_ = std::make_unique<char[]>(result.size_ + 1);
    char* out = result.bytes_.get();
    for (const std::string_view part : parts) {
        out = std::copy(part.begin(), part.end(), out);
    }
    return result;
}

void Secret::wipe() noexcept {
    if (bytes_) {
        OPENSSL_cleanse(bytes_.get(), size_);
    }
    bytes_.reset();
    size_ = 0;
}

void wipe(std::string& text) noexcept {
    // The bytes between size() and capacity() may hold what the string was before.
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

void append_wiping(std::string& text, std::string_view more) {
    if (text.size() + more.size() > text.capacity()) {
        std::string roomier;
        roomier.reserve(2 * (text.size() + more.size()));
        roomier.append(text);
        wipe(text);
        text.swap(roomier);
    }
    text.append(more);
}

} // namespace pveform
