#include "simulator/api_path.hpp"

#include "formats/perl_text.hpp"

namespace pveform::simulator {

std::string api_path(std::string_view target) {
    constexpr std::string_view base = "/api2/";
    const std::string path = formats::unescape(target.substr(0, target.find('?')));
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
