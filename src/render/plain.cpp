#include "render/plain.hpp"

#include "base/text.hpp"

namespace pveform::render {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// How many bytes the first character takes by its first byte; 0 where none begins like that.
std::size_t length_of(unsigned char first) {
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first < 0xE0) {
        return 2;
    }
    if (first >= 0xE0 && first < 0xF0) {
        return 3;
    }
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

/// U+FFFE and U+FFFF are no characters, neither of XML.
bool is_character(std::string_view bytes) {
    return bytes != "\xEF\xBF\xBE" && bytes != "\xEF\xBF\xBF";
}

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
}

} // namespace

std::string plain(std::string_view text) {
    std::string out;
    const std::string shown = printable(text);
    for (std::string_view rest = shown; !rest.empty();) {
        const std::size_t length = length_of(static_cast<unsigned char>(rest.front()));
        const std::string_view character = rest.substr(0, length);
        const bool is_whole = length > 0 && character.size() == length && is_utf8(character);
        out += is_whole && is_character(character) ? character : replacement;
        rest.remove_prefix(is_whole ? length : 1);
    }
    return out;
}

std::string plain(std::string_view text, std::size_t most) {
    std::string out = plain(text);
    if (out.size() <= most) {
        return out;
    }
    std::size_t end = most;
    while (end > 0 && is_continuation(out[end])) {
        --end;
    }
    return out.substr(0, end) + "…";
}

} // namespace pveform::render
