#include "model/release.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform {

std::optional<Release> Release::parse(std::string_view text) {
    const auto parts = split(text, ".");
    if (parts.size() < 2) {
        return std::nullopt;
    }
    const auto major = parse_integer<int>(parts[0]);
    const auto minor = parse_integer<int>(parts[1]);
    if (!major || !minor) {
        return std::nullopt;
    }
    return Release{*major, *minor};
}

std::string Release::text() const {
    return fmt::format("{}.{}", major, minor);
}

} // namespace pveform
