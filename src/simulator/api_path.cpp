#include "simulator/api_path.hpp"

#include <charconv>

namespace pveform::simulator {

namespace {

std::string percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        const char* const digits = text.data() + i + 1;
        const bool is_encoded = text[i] == '%' && i + 2 < text.size() &&
                                std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
        result += is_encoded ? static_cast<char>(byte) : text[i];
        i += is_encoded ? 2 : 0;
    }
    return result;
}

} // namespace

std::string api_path(std::string_view target) {
    constexpr std::string_view base = "/api2/";
    const std::string path = percent_decoded(target.substr(0, target.find('?')));
    if (!path.starts_with(base)) {
        return path;
    }
    const auto rest = path.find('/', base.size()); // after the format
    return rest == std::string::npos ? "/" : path.substr(rest);
}

std::string_view query_of(std::string_view target) {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? "" : target.substr(mark + 1);
}

} // namespace pveform::simulator
