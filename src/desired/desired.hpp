// What a document wants, checked as far as that is possible without the cluster. Every value knows
// the place where it was written. What is left out is `nullopt` and left alone; a list that is
// written is the whole list (design: ownership, rules 1 and 2). Profiles and defaults are already
// worked in: their values count as written, with their own places.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/source.hpp"
#include "desired/declared.hpp"
#include "desired/ownership.hpp"
#include "desired/policy.hpp"
#include "model/state.hpp"

namespace pveform::desired {

/// One row of the ACL; `paths`/`roles` lists are multiplied out. No two rows of a list are the
/// same (path, role).
struct AclRow {
    AclPath path;
    RoleId role;
    bool propagate = true;
    Span span;           // of the path
    Span role_span = {}; // of the role
};

using AclList = std::vector<AclRow>;

struct Token {
    Span span; // of its name
    Optional<std::string> comment;
    Optional<bool> privilege_separation;
    Optional<Expiry> expire;
    std::optional<AclList> acl; // `same_as_user` is already the user's list, with its spans

    // Rotation. A token with a lifetime has no `expire`, and always a `renew_before`; the other way
    // round it has none of these. Both are shorter than the lifetime.
    Optional<std::chrono::seconds> lifetime;
    Optional<std::chrono::seconds> renew_before;
    Optional<std::chrono::seconds> overlap; // `NAME-a` and `NAME-b` take turns
};

using Tokens = std::map<std::string, Token>; // by the name behind `!`

/// Where a password comes from; read when, and only when, the user is created.
struct PasswordSource {
    enum class Kind { environment, file, command };
    Kind kind = Kind::environment;
    std::string variable = {};             // environment
    std::filesystem::path file = {};       // file
    std::vector<std::string> command = {}; // command
};

struct User {
    Span span;
    Optional<std::string> comment;
    Optional<std::string> email;
    Optional<std::string> first_name;
    Optional<std::string> last_name;
    Optional<bool> enabled;
    Optional<Expiry> expire;
    std::optional<std::map<GroupId, Span>> groups;
    std::optional<AclList> acl;
    std::optional<Tokens> tokens;
    Optional<PasswordSource> initial_password;
};

struct Group {
    Span span;
    Optional<std::string> comment;
    std::optional<std::map<UserId, Span>> members;
    std::optional<AclList> acl;
};

struct Role {
    Span span;
    std::optional<std::map<Privilege, Span>> privileges;
};

struct Cluster {
    Optional<std::string> name;
    Optional<std::string> endpoint;          // https://HOST[:PORT], no path
    Optional<std::filesystem::path> ca_file; // relative paths resolved against their document
    Optional<std::string> fingerprint;       // 32 upper-case bytes with colons
    Optional<std::string> apply_as;          // a user or token id
};

/// Gets the JSON of a secret on standard input.
struct SecretCommand {
    std::vector<std::string> run;
    std::chrono::seconds timeout{30};
};

/// Where new secrets go: one of them at most.
struct Secrets {
    Optional<std::filesystem::path> file;
    Optional<std::filesystem::path> directory; // a file per token
    Optional<SecretCommand> command;
};

struct Document {
    Cluster cluster;
    Secrets secrets;
    std::map<RoleId, Role> roles;
    std::map<GroupId, Group> groups;
    std::map<UserId, User> users;
    std::optional<Scope> scope;
    Manage manage;
    Absent absent;
    std::map<RealmId, RealmRule> realms;
    Limits limits;
    Policy policy;
    std::vector<Assertion> assertions;
};

} // namespace pveform::desired
