#include "render/plain.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"

namespace pveform::render {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
}

} // namespace

std::string plain(std::string_view text) {
    std::string out;
    const std::string shown = printable(text);
    for (std::string_view rest = shown; !rest.empty();) {
        const auto character = first_character(rest);
        const std::size_t length = character ? character->length : 1;
        out += character ? rest.substr(0, length) : replacement;
        rest.remove_prefix(length);
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
