#include "policy/rules.hpp"

#include <algorithm>
#include <array>

namespace pveform::policy {

namespace {

using std::chrono::days;

constexpr std::array<Rule, 13> all_rules = {{
    {
        .id = "administrator-on-root",
        .summary = "somebody other than root@pam may do everything, everywhere or on / itself",
        .explanation =
            "An entry on `/` with `Administrator`, or with a role that holds every privilege, "
            "makes its holder a second root: whoever gets hold of that password or secret owns "
            "the cluster, and nothing further down takes much of it away again. With `propagate: "
            "false` it holds on `/` alone; but who may change the ACL there can have the rest.\n"
            "\n"
            "Give the roles that the work needs, on the paths where it is done: `PVEVMAdmin` on a "
            "pool, `PVEDatastoreAdmin` on a storage. For the few people who do administer the "
            "cluster, grant it to one group and ignore the finding there, with a reason.",
    },
    {
        .id = "disabled-user-with-tokens",
        .summary = "a user who is shut off still has tokens that have not expired",
        .explanation =
            "PVE refuses the tokens of a user who is disabled or expired, and takes them again as "
            "soon as somebody enables the user, for a minute or by mistake. Secrets that nobody "
            "looked after for months then work as on the first day.\n"
            "\n"
            "Remove the tokens (`tokens: {}`), or the user. What is to come back should get new "
            "secrets when it does.",
    },
    {
        .id = "expiring-soon",
        .summary = "a user or token ends soon",
        .explanation =
            "What expires stops working without a word, and the first to notice is whoever "
            "depended on it.\n"
            "\n"
            "Set a later `expire`, or give the token a `lifetime` and run `pveform rotate --due` "
            "on a schedule. A token with a `lifetime` is named only when its rotation is overdue: "
            "half of its `renew_before` is spent.",
        .option = Option{"within", days(14)},
    },
    {
        .id = "hidden-entry",
        .summary = "a user's own entry hides what the user's groups have at the same path",
        .explanation =
            "PVE does not add up a user's entries and those of the groups at one path: where the "
            "user has an entry, those of groups count for nothing there. So an entry that was "
            "meant to give more can take rights away, and one that was meant to be harmless can "
            "undo the `NoAccess` of a group. An own entry of `NoAccess` is not reported: taking "
            "away is what it is for.\n"
            "\n"
            "Grant by groups alone, or repeat the group's role in the user's own list. To give a "
            "user more than the group has, put the user into a second group: roles of several "
            "groups do add up.",
    },
    {
        .id = "privileges-unused-role",
        .summary = "a role that no ACL entry uses",
        .explanation =
            "A role that nobody holds is one more thing to read in every review, and its "
            "privileges are granted by whoever uses its name one day without looking.\n"
            "\n"
            "Remove it. It is quickly declared again.",
    },
    {
        .id = "root-token",
        .summary = "a token of root@pam",
        .explanation =
            "Without privilege separation such a token may do everything, also what PVE keeps for "
            "root@pam alone, and it works where two factors are asked of root. With separation it "
            "has what its own entries say, but belongs to a user that nobody can shut off.\n"
            "\n"
            "Make a user in the realm `pve` for each consumer and give the token to that.",
    },
    {
        .id = "token-acl-without-effect",
        .summary =
            "a token's entry gives nothing: its user lacks the right, or other entries take it",
        .explanation =
            "A token with privilege separation may do what both its own entries and those of its "
            "user allow. An entry of the token whose privileges the user does not hold, neither "
            "at that path nor below it, gives nothing today, and works all at once when the user "
            "is given the right for another reason. Nor does one give anything that other entries "
            "of the token overrule (`NoAccess` at the same path) or replace (further down) "
            "wherever "
            "the user holds any of it.\n"
            "\n"
            "Give the user the role as well (`acl: same_as_user` at the token keeps both alike), "
            "or take the entry out, or the others that are in its way.",
    },
    {
        .id = "token-lifetime",
        .summary = "a token that lives too long",
        .explanation =
            "The longer a secret works, the more places it has been copied to: backups, old "
            "laptops, logs. PVE does not store when a token was issued, so what counts is the "
            "time that is left, and for a token with a `lifetime` that. Tokens without any end "
            "are the matter of token-without-expiry.\n"
            "\n"
            "Set an earlier `expire`, or a `lifetime` with `pveform rotate --due` on a schedule.",
        .option = Option{"max", days(400)},
    },
    {
        .id = "token-without-acl",
        .summary = "a token with privilege separation and without entries: it can do nothing",
        .explanation =
            "With privilege separation a token has nothing of its user's rights unless entries of "
            "its own allow it, too. Without any, every request is answered 403, and people tend "
            "to help themselves by switching the separation off.\n"
            "\n"
            "Give it an `acl`, at most what its user has; `acl: same_as_user` is the shortest.",
    },
    {
        .id = "token-without-expiry",
        .summary = "a token that never expires",
        .explanation =
            "A secret without an end works for as long as somebody remembers to take it away: on "
            "the laptop that was sold, in the backup of the runner that is gone. PVE creates "
            "tokens that way unless it is told otherwise.\n"
            "\n"
            "Set `expire`, or a `lifetime` with `pveform rotate --due` on a schedule. For an "
            "appliance that cannot change its secret, ignore the finding there, with a reason and "
            "a date.",
    },
    {
        .id = "token-without-separation",
        .summary = "a token with all rights of its user",
        .explanation =
            "Without privilege separation a token may do whatever its user may, today and after "
            "every later grant to the user or to one of the user's groups.\n"
            "\n"
            "Set `privilege_separation: true` and give the token an `acl` of its own; "
            "`same_as_user` to begin with.",
    },
    {
        .id = "undeclared-member",
        .summary = "a member of a declared group of whom the document does not speak",
        .explanation =
            "The document says what the group may do, and not who is in it: whoever was added by "
            "hand has these rights without any review.\n"
            "\n"
            "Write the group's `members`, or the user's `groups`.",
    },
    {
        .id = "unknown-path",
        .summary = "an entry at the path of an object that does not exist",
        .explanation =
            "PVE checks the form of a path and nothing else: an entry for `/vms/1000` instead of "
            "`/vms/100`, or for a pool with a typing error, is stored and gives nothing, until "
            "somebody creates an object of that name. Only entries that the document declares are "
            "looked at. Whether guests, storages and nodes exist is read from the cluster; a "
            "snapshot and a copy of user.cfg know pools, groups and realms alone.\n"
            "\n"
            "Correct the path; or, where the object is to be created later, ignore the finding "
            "there until then.",
    },
}};

static_assert(std::ranges::equal(all_rules, desired::policy_rules, {}, &Rule::id));

/// The document stage takes the options that the rules have, and no others.
constexpr bool options_agree() {
    return std::ranges::all_of(all_rules, [](const Rule& rule) {
        const auto* option =
            std::ranges::find(desired::policy_rule_options, rule.id, &desired::RuleOption::rule);
        const bool is_taken = option != desired::policy_rule_options.end();
        return is_taken ? rule.option && rule.option->name == option->option : !rule.option;
    });
}

static_assert(options_agree());

const desired::RuleSetting* setting_of(const Rule& rule, const desired::Policy& policy) {
    const auto setting = policy.rules.find(std::string(rule.id));
    return setting == policy.rules.end() ? nullptr : &setting->second;
}

} // namespace

std::string_view to_string(Severity severity) {
    switch (severity) {
    case Severity::off:
        return "off";
    case Severity::info:
        return "info";
    case Severity::warning:
        return "warning";
    case Severity::error:
        return "error";
    }
    return "";
}

std::span<const Rule> rules() {
    return all_rules;
}

const Rule* find_rule(std::string_view id) {
    const auto* rule = std::ranges::find(all_rules, id, &Rule::id);
    return rule == all_rules.end() ? nullptr : rule;
}

Severity severity_of(const Rule& rule, const desired::Policy& policy) {
    const auto* setting = setting_of(rule, policy);
    return setting != nullptr && setting->severity ? setting->severity->value : rule.severity;
}

std::optional<Option> option_of(const Rule& rule, const desired::Policy& policy) {
    std::optional<Option> option = rule.option;
    const auto* setting = setting_of(rule, policy);
    if (option && setting != nullptr && setting->duration) {
        option->value = setting->duration->value;
    }
    return option;
}

} // namespace pveform::policy
