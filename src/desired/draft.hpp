// What was read from the documents before anything is resolved: a user may still name a profile, a
// token may still say `same_as_user`. Read file by file; each file adds to what is there.
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

using TokenDrafts = std::map<std::string, TokenDraft>;

struct UserDraft {
    User user; // without tokens
    std::optional<TokenDrafts> tokens;
    Optional<std::string> profile;
};

struct Draft {
    Document document; // without users
    std::map<UserId, UserDraft> users;
    std::map<std::string, UserDraft> profiles;
    Token token_defaults;
    Optional<PruneAction> user_action;
    std::optional<Span> version;
};

/// Adds what one file says.
void read_file(Draft& draft, const document::Tree& tree, document::Problems& problems);

// Its parts, each in a file of its own.

/// The rows of an `acl` list, multiplied out. Rows that are no good are reported and left out.
[[nodiscard]] std::optional<AclList>
read_acl(const document::Value& value, document::Problems& problems);

/// The keys that a user takes, and a profile with it. The caller ends the map.
[[nodiscard]] UserDraft
read_user(document::MapReader& map, const Span& span, document::Problems& problems);

/// `defaults`.
void read_defaults(Draft& draft, const document::Value& value, document::Problems& problems);

/// `cluster` and `secrets`.
void read_cluster(Cluster& cluster, const document::Value& value, document::Problems& problems);
void read_secrets(Secrets& secrets, const document::Value& value, document::Problems& problems);

/// `scope`, `manage`, `absent`, `realms`, `limits`.
void read_ownership(Draft& draft, document::MapReader& root, document::Problems& problems);

/// `policy` and `assertions`.
void read_policy(Document& document, document::MapReader& root, document::Problems& problems);

} // namespace pveform::desired
