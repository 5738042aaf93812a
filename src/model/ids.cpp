#include "model/ids.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform {

namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view word_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
constexpr std::size_t max_user_id_length = 64;
constexpr std::size_t max_realm_length = 32;

bool only(std::string_view characters, std::string_view text) {
    return text.find_first_not_of(characters) == std::string_view::npos;
}

/// `[A-Za-z][A-Za-z0-9.\-_]+`, the form of realms and token names.
bool is_name(std::string_view text) {
    return text.size() >= 2 && only(letters, text.substr(0, 1)) && only(word_characters, text);
}

/// PVE tolerates one trailing newline in every id and then damages its file.
bool has_control_or_wide_bytes(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte >= 0x7F;
    });
}

std::string quoted(std::string_view text) {
    return fmt::format("`{}`", printable(text));
}

} // namespace

Parsed<RealmId> RealmId::parse(std::string_view text) {
    if (!is_name(text) || text.size() > max_realm_length) {
        return std::unexpected(fmt::format(
            "{} is not a realm: 2 to {} letters, digits, `.`, `-` and `_`, the first a letter",
            quoted(text),
            max_realm_length
        ));
    }
    return RealmId{std::string(text)};
}

Parsed<UserId> UserId::parse(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos) {
        return std::unexpected(
            fmt::format("{} has no realm; a user id is `name@realm`", quoted(text))
        );
    }
    if (const auto realm = RealmId::parse(text.substr(at + 1)); !realm) {
        return std::unexpected(realm.error());
    }
    const std::string_view name = text.substr(0, at);
    if (name.empty() || name.find_first_of(" :/") != std::string_view::npos) {
        return std::unexpected(fmt::format(
            "{} is not a user id: its name must have no blank, `:` or `/`, and not be empty",
            quoted(text)
        ));
    }
    if (has_control_or_wide_bytes(name)) {
        return std::unexpected(fmt::format(
            "{} has characters beyond ASCII in its name: PVE stores such a user and then does not "
            "find it",
            quoted(text)
        ));
    }
    // It would be two names, and somebody else's, wherever PVE reads a list: members, an ACL entry.
    if (name.find_first_of(",;") != std::string_view::npos) {
        return std::unexpected(fmt::format(
            "{} has a `,` or `;` in its name: PVE divides lists of users there", quoted(text)
        ));
    }
    if (text.size() > max_user_id_length) {
        return std::unexpected(fmt::format(
            "{} is too long: {} of at most {} characters",
            quoted(text),
            text.size(),
            max_user_id_length
        ));
    }
    return UserId{std::string(text)};
}

std::string_view UserId::name() const {
    return std::string_view(text).substr(0, text.rfind('@'));
}

RealmId UserId::realm() const {
    const std::size_t at = text.rfind('@');
    return RealmId{at == std::string::npos ? std::string() : text.substr(at + 1)};
}

Parsed<std::string> TokenId::parse_name(std::string_view text) {
    if (!is_name(text)) {
        return std::unexpected(fmt::format(
            "{} is not a token name: it begins with a letter (`a-z`, `A-Z`) and goes on with at "
            "least one more letter, digit, `.`, `-` or `_`",
            quoted(text)
        ));
    }
    return std::string(text);
}

Parsed<TokenId> TokenId::parse(std::string_view text) {
    const std::size_t mark = text.rfind('!');
    if (mark == std::string_view::npos) {
        return std::unexpected(
            fmt::format("{} is not a token id; it is `name@realm!token`", quoted(text))
        );
    }
    auto user = UserId::parse(text.substr(0, mark));
    if (!user) {
        return std::unexpected(user.error());
    }
    auto name = parse_name(text.substr(mark + 1));
    if (!name) {
        return std::unexpected(name.error());
    }
    return TokenId{std::move(*user), std::move(*name)};
}

std::string TokenId::text() const {
    return user.text + "!" + name;
}

TokenId split_token_id(std::string_view text) {
    const std::size_t mark = text.rfind('!');
    if (mark == std::string_view::npos) {
        return TokenId{UserId{std::string(text)}, {}};
    }
    return TokenId{UserId{std::string(text.substr(0, mark))}, std::string(text.substr(mark + 1))};
}

Principal user_or_token(std::string_view id) {
    const std::size_t at = id.rfind('@');
    const bool is_token =
        at != std::string_view::npos && id.find('!', at) != std::string_view::npos;
    return {is_token ? PrincipalKind::token : PrincipalKind::user, std::string(id)};
}

Principal principal_named(std::string_view text) {
    return text.starts_with('@') ? Principal::of(GroupId{std::string(text.substr(1))})
                                 : user_or_token(text);
}

UserId user_behind(const Principal& principal) {
    return principal.kind == PrincipalKind::token ? split_token_id(principal.id).user
                                                  : UserId{principal.id};
}

std::variant<UserId, GroupId, TokenId> id_of(const Principal& principal) {
    switch (principal.kind) {
    case PrincipalKind::user:
        return UserId{principal.id};
    case PrincipalKind::group:
        return GroupId{principal.id};
    case PrincipalKind::token:
        return split_token_id(principal.id);
    }
    return UserId{principal.id};
}

Parsed<GroupId> GroupId::parse(std::string_view text) {
    if (text.empty() || !only(word_characters, text)) {
        return std::unexpected(fmt::format(
            "{} is not a group: it takes letters, digits, `.`, `-` and `_`", quoted(text)
        ));
    }
    if (text == "0") {
        return std::unexpected("`0` is not a group: PVE accepts it and then loses it");
    }
    return GroupId{std::string(text)};
}

bool is_group_of(const GroupId& group, const RealmId& realm) {
    return group.text.ends_with("-" + realm.text);
}

Parsed<RoleId> RoleId::parse(std::string_view text) {
    if (text.empty() || !only(word_characters, text)) {
        return std::unexpected(fmt::format(
            "{} is not a role: it takes letters, digits, `.`, `-` and `_`", quoted(text)
        ));
    }
    if (text == "0") {
        return std::unexpected("`0` is not a role: PVE accepts it and then loses it");
    }
    return RoleId{std::string(text)};
}

bool RoleId::is_reserved() const {
    return to_lower(text).starts_with("pve") || text == "Administrator" || text == "NoAccess";
}

std::string_view to_string(PrincipalKind kind) {
    switch (kind) {
    case PrincipalKind::user:
        return "user";
    case PrincipalKind::group:
        return "group";
    case PrincipalKind::token:
        return "token";
    }
    return {};
}

std::string Principal::text() const {
    return kind == PrincipalKind::group ? "@" + id : id;
}

} // namespace pveform
