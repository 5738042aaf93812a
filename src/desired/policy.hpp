// What a document asks to be checked: rules over the planned state, and tests of access.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "desired/declared.hpp"
#include "model/glob.hpp"
#include "model/ids.hpp"
#include "model/object_key.hpp"

namespace pveform::desired {

/// The rules that a document can set, in alphabetical order. Others are typing errors.
inline constexpr std::array<std::string_view, 13> policy_rules = {
    "administrator-on-root",
    "disabled-user-with-tokens",
    "expiring-soon",
    "hidden-entry",
    "privileges-unused-role",
    "root-token",
    "token-acl-without-effect",
    "token-lifetime",
    "token-without-acl",
    "token-without-expiry",
    "token-without-separation",
    "undeclared-member",
    "unknown-path",
};

/// The rules that take a length of time, and the option's name.
struct RuleOption {
    std::string_view rule;
    std::string_view option;
};

inline constexpr std::array<RuleOption, 2> policy_rule_options = {{
    {"expiring-soon", "within"},
    {"token-lifetime", "max"},
}};

enum class Severity { off, info, warning, error };

/// What is left out stays at the rule's own default.
struct RuleSetting {
    Span span;
    Optional<Severity> severity;
    Optional<std::chrono::seconds> duration; // the rule's option
};

/// One object that one rule is not to speak of.
struct PolicyIgnore {
    Span span;
    Declared<std::string> rule;
    Declared<ObjectKey> object;
    std::string reason;
    Optional<UnixSeconds> until; // from then on the rule speaks again
};

struct Policy {
    std::map<std::string, RuleSetting> rules; // by the rule's id
    std::vector<PolicyIgnore> ignore;
};

/// Holds for every principal and path that match, of which there must be some. At least one of
/// `allows`, `denies` and the two forms of `only` is there.
struct Assertion {
    Span span;
    Declared<Glob> principal; // `alice@pve`, `@ops-*`, `*@pve!*`
    Declared<PathGlob> path;
    std::map<Privilege, Span> allows;
    std::map<Privilege, Span> denies;
    Optional<RoleId> only_role; // exactly this role's privileges
    std::optional<std::map<Privilege, Span>> only_privileges;
};

} // namespace pveform::desired
