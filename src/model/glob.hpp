// Patterns for names and for ACL paths, as documents and the command line write them.
#pragma once

#include <string>
#include <string_view>

namespace pveform {

/// A pattern for a whole name: `*` stands for any number of characters, `?` for one. Case matters,
/// as it does in PVE.
struct Glob {
    std::string pattern;

    [[nodiscard]] bool matches(std::string_view name) const;

    /// Whether it has a wildcard at all; one without names a single object.
    [[nodiscard]] bool is_pattern() const;
    friend auto operator<=>(const Glob&, const Glob&) = default;
};

/// A pattern for an ACL path: `*` and `?` stay within one component; `/**` at the end stands for
/// the path itself and everything below it, `**` elsewhere for any number of components.
struct PathGlob {
    std::string pattern;

    [[nodiscard]] bool matches(std::string_view path) const;
    friend auto operator<=>(const PathGlob&, const PathGlob&) = default;
};

} // namespace pveform
