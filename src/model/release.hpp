// Generations of PVE, as far as access control differs between them.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace pveform {

/// `9.2`, from the `release` of GET /version. Later releases than the newest known one are taken
/// to behave as that one does.
struct Release {
    // Those of the newest known release, where none are given.
    int major = 9;
    int minor = 2;

    [[nodiscard]] static constexpr Release oldest_known() { return {8, 0}; }

    [[nodiscard]] static constexpr Release newest_known() { return {}; }

    /// `9.2` or `9.2.11`; nothing for anything else.
    [[nodiscard]] static std::optional<Release> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    /// Whether a token's secret can be renewed in place (`regenerate`, pve-access-control 9.1.0).
    [[nodiscard]] bool can_regenerate_tokens() const { return *this >= Release{9, 2}; }

    /// Whether an empty comment clears a token's (pve-access-control 9.0.4). Before, it is no
    /// change.
    [[nodiscard]] bool can_clear_token_comments() const { return *this >= Release{9, 1}; }

    friend auto operator<=>(const Release&, const Release&) = default;
};

} // namespace pveform
