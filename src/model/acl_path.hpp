// The paths that ACL entries stand at: `/vms/100`, `/pool/prod`.
#pragma once

#include <array>
#include <compare>
#include <string>
#include <string_view>

#include "model/ids.hpp"
#include "model/release.hpp"

namespace pveform {

/// Normalised as PVE does it: one leading slash, none doubled, none at the end but for `/` itself.
/// Mirrors pve-access-control: src/PVE/AccessControl.pm, normalize_path and check_path.
struct AclPath {
    std::string text;

    /// Normalises; refuses what PVE cannot normalise (empty, `0`, other characters than letters,
    /// digits, `.`, `-`, `_`).
    [[nodiscard]] static Parsed<AclPath> parse(std::string_view text);

    /// Whether this PVE lets an entry be added here. Entries at other paths can exist (from older
    /// releases) and be deleted.
    [[nodiscard]] bool is_addable(Release release) const;

    friend auto operator<=>(const AclPath&, const AclPath&) = default;
};

inline constexpr std::string_view groups_root = "/access/groups";
inline constexpr std::string_view guests_root = "/vms";
inline constexpr std::string_view pools_root = "/pool";
inline constexpr std::string_view realms_root = "/access/realm";
inline constexpr std::string_view storages_root = "/storage";

/// The paths that are there whatever the cluster holds, on every release: `/`, those right below
/// it, and what is fixed below `/access`. Sorted.
inline constexpr std::array<std::string_view, 10> acl_roots = {
    "/",
    "/access",
    groups_root,
    realms_root,
    "/mapping",
    "/nodes",
    pools_root,
    "/sdn",
    storages_root,
    guests_root,
};

/// `/` is above everything else.
[[nodiscard]] bool is_below(std::string_view path, std::string_view above);

/// Whether what stands at `above` and propagates reaches `path`.
[[nodiscard]] bool is_at_or_below(std::string_view path, std::string_view above);

/// A path below `path` that no entry can stand at, as `~` cannot be in one: `/pool/~`. What is held
/// there is what propagates.
[[nodiscard]] std::string nameless_child_of(std::string_view path);

[[nodiscard]] bool is_nameless(std::string_view path);

/// `/pool` of `/pool/~`; empty of a path that stands for itself.
[[nodiscard]] std::string path_above_nameless(std::string_view path);

} // namespace pveform
