#include "render/source_names.hpp"

#include <string_view>

#include <fmt/format.h>

namespace pveform::render {

namespace {

bool is_unreserved(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') ||
           std::string_view("-._~/").find(character) != std::string_view::npos;
}

} // namespace

std::string SourceNames::name_of(const Span& span) const {
    if (!span) {
        return {};
    }
    const std::filesystem::path file = (working_folder / span.file->name()).lexically_normal();
    const std::filesystem::path& base = root.empty() ? working_folder : root;
    const std::filesystem::path below = file.lexically_relative(base);
    const bool is_inside = !below.empty() && *below.begin() != "..";
    return is_inside ? below.generic_string() : file.generic_string();
}

std::string SourceNames::uri_of(const Span& span) const {
    const std::string name = name_of(span);
    std::string uri = name.starts_with('/') ? "file://" : "";
    for (const char character : name) {
        uri += is_unreserved(character)
                   ? std::string(1, character)
                   : fmt::format("%{:02X}", static_cast<unsigned char>(character));
    }
    return uri;
}

} // namespace pveform::render
