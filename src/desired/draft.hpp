// What was read from the documents before anything is resolved: a token may still say
// `same_as_user`.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "desired/desired.hpp"
#include "document/reader.hpp"

namespace pveform::desired {

struct TokenDraft {
    Token token;
    std::optional<Span> same_as_user; // instead of `token.acl`
};

struct UserDraft {
    User user; // without tokens
    std::optional<std::map<std::string, TokenDraft>> tokens;
};

struct Draft {
    Document document; // without users
    std::map<UserId, UserDraft> users;
    std::optional<Span> version;
};

/// The rows of an `acl` list, multiplied out. Rows that are no good are reported and left out.
[[nodiscard]] std::optional<AclList>
read_acl(const document::Value& value, document::Problems& problems);

/// The keys that a user takes.
[[nodiscard]] UserDraft
read_user(document::MapReader& map, const Span& span, document::Problems& problems);

/// Adds what one file says.
void read_file(Draft& draft, const document::Tree& tree, document::Problems& problems);

} // namespace pveform::desired
