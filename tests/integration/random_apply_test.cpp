// Random documents against random clusters: an apply ends where its plan says, the next plan is
// empty, nothing that the document does not own has changed, and after no single request did
// anybody hold what they hold neither before nor after.

#include <set>
#include <string>
#include <tuple>

#include <fmt/format.h>

#include "integration/run.hpp"
#include "support/plain_access.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr unsigned pairs = 150; // several times slower: the whole number runs without sanitizers
constexpr unsigned least_of_each = 1;
#else
constexpr unsigned pairs = 1200;
constexpr unsigned least_of_each = 50;
#endif

using Held = std::set<std::tuple<std::string, std::string, std::string>>;

/// Who holds what where, of those who can log in.
Held all_that_is_held(const State& state, UnixSeconds now) {
    const PlainAccess access(state);
    Held held;
    const auto add = [&](const Principal& who) {
        if (who.id == "root@pam" || who.id == root_token || !can_log_in(state, who, now)) {
            return;
        }
        for (const char* level : {"/", "/vms", "/vms/100", "/pool/prod", "/storage"}) {
            for (const std::string& path :
                 {std::string(level), std::string(level) + (level[1] == 0 ? "below" : "/below")}) {
                for (const auto& [privilege, flag] : access.privileges(who, path)) {
                    held.emplace(who.id, path, privilege);
                }
            }
        }
    };
    for (const auto& [id, user] : state.users) {
        add(Principal::of(id));
    }
    for (const auto& [id, token] : state.tokens) {
        add(Principal::of(id));
    }
    return held;
}

bool matches(const desired::Globs& globs, const std::string& name) {
    return std::ranges::any_of(globs, [&](const auto& glob) { return glob.value.matches(name); });
}

/// The rules of ownership once more, for single facts: plain and separate from the planner's.
class Owned {
public:
    explicit Owned(const desired::Document& document) : document_(document) {}

    [[nodiscard]] bool record(const UserId& id) const {
        return document_.users.contains(id) ||
               goes(
                   id,
                   document_.manage.users,
                   document_.absent.users,
                   document_.scope ? &document_.scope->users : nullptr
               );
    }

    [[nodiscard]] bool record(const GroupId& id) const {
        return document_.groups.contains(id) ||
               goes(
                   id,
                   document_.manage.groups,
                   document_.absent.groups,
                   document_.scope ? &document_.scope->groups : nullptr
               );
    }

    [[nodiscard]] bool record(const RoleId& id) const {
        return document_.roles.contains(id) ||
               goes(
                   id,
                   document_.manage.roles,
                   document_.absent.roles,
                   document_.scope ? &document_.scope->roles : nullptr
               );
    }

    [[nodiscard]] bool token(const TokenId& id) const {
        if (matches(document_.manage.users.ignore, id.user.text) ||
            (document_.scope && !matches(document_.scope->users, id.user.text))) {
            return false;
        }
        const auto user = document_.users.find(id.user);
        const bool has_list = user != document_.users.end() && user->second.tokens;
        return has_list || matches(document_.manage.tokens.prune, id.text());
    }

    [[nodiscard]] bool membership(const UserId& user, const GroupId& group) const {
        const auto declared = document_.users.find(user);
        return declared != document_.users.end() && declared->second.groups &&
               !matches(document_.manage.groups.ignore, group.text) &&
               (!document_.scope || matches(document_.scope->groups, group.text));
    }

    [[nodiscard]] bool entry(const AclKey& key) const {
        for (const auto& pattern : document_.manage.acl.ignore) {
            if (pattern.path->matches(key.path.text)) {
                return false;
            }
        }
        if (document_.scope && std::ranges::none_of(document_.scope->acl, [&](const auto& glob) {
                return glob.value.matches(key.path.text);
            })) {
            return false;
        }
        return has_list(key.principal) || is_pruned(key);
    }

private:
    template<class Id>
    [[nodiscard]] static bool goes(
        const Id& id,
        const desired::Owned& owned,
        const std::map<Id, Span>& absent,
        const desired::Globs* scope
    ) {
        return !matches(owned.ignore, id.text) && (scope == nullptr || matches(*scope, id.text)) &&
               (absent.contains(id) || matches(owned.prune, id.text));
    }

    [[nodiscard]] bool is_pruned(const AclKey& key) const {
        const std::string principal = key.principal.text();
        const std::string user = principal.substr(0, principal.find('!'));
        if (matches(document_.manage.users.ignore, user) ||
            (principal.starts_with("@") &&
             matches(document_.manage.groups.ignore, principal.substr(1)))) {
            return false;
        }
        return std::ranges::any_of(document_.manage.acl.prune, [&](const auto& pattern) {
            return (!pattern.path || pattern.path->matches(key.path.text)) &&
                   (!pattern.principal || pattern.principal->matches(principal));
        });
    }

    [[nodiscard]] bool has_list(const Principal& principal) const {
        if (principal.kind == PrincipalKind::group) {
            const auto group = document_.groups.find(GroupId{principal.id});
            return group != document_.groups.end() && group->second.acl;
        }
        const auto user = document_.users.find(user_behind(principal));
        if (user == document_.users.end()) {
            return false;
        }
        if (principal.kind == PrincipalKind::user) {
            return user->second.acl.has_value();
        }
        if (!user->second.tokens) {
            return false;
        }
        const auto token = user->second.tokens->find(split_token_id(principal.id).name);
        return token != user->second.tokens->end() && token->second.acl;
    }

    const desired::Document& document_;
};

/// What has changed without being owned; empty if nothing.
std::string trespass(const State& before, const State& after, const desired::Document& document) {
    const Owned owned(document);
    const auto differs = [](const auto& one, const auto& other, const auto& id) {
        const auto a = one.find(id);
        const auto b = other.find(id);
        return (a == one.end()) != (b == other.end()) || (a != one.end() && a->second != b->second);
    };
    for (const auto& [id, user] : before.users) {
        if (differs(before.users, after.users, id) && !owned.record(id)) {
            return "user " + id.text;
        }
    }
    for (const auto& [id, role] : before.roles) {
        if (differs(before.roles, after.roles, id) && !owned.record(id)) {
            return "role " + id.text;
        }
    }
    for (const auto& [id, group] : before.groups) {
        const auto later = after.groups.find(id);
        if (later == after.groups.end()
                ? !owned.record(id)
                : later->second.comment != group.comment && !owned.record(id)) {
            return "group " + id.text;
        }
        for (const UserId& member : group.members) {
            const bool left = later != after.groups.end() && after.users.contains(member) &&
                              before.users.contains(member) &&
                              !later->second.members.contains(member);
            if (left && !owned.membership(member, id)) {
                return "membership of " + member.text + " in " + id.text;
            }
        }
    }
    for (const auto& [id, token] : before.tokens) {
        if (differs(before.tokens, after.tokens, id) && after.users.contains(id.user) &&
            !owned.token(id)) {
            return "token " + id.text();
        }
    }
    for (const auto& [key, grant] : before.acl) {
        const bool goes_along = (before.exists(key.principal) && !after.exists(key.principal)) ||
                                !after.roles.contains(key.role);
        if (differs(before.acl, after.acl, key) && !goes_along && !owned.entry(key)) {
            return "entry at " + key.path.text + " of " + key.principal.text();
        }
    }
    for (const auto& [key, grant] : after.acl) {
        if (!before.acl.contains(key) && !owned.entry(key)) {
            return "new entry at " + key.path.text + " of " + key.principal.text();
        }
    }
    return {};
}

} // namespace

TEST_CASE("random applies converge, trespass nowhere and give nothing away", "[integration]") {
    unsigned applied = 0;
    std::map<std::string, unsigned> seen;
    for (unsigned seed = 1; seed <= pairs; ++seed) {
        INFO("seed " << seed);
        RandomWorld world(seed);
        const State start = with_root_token(world.cluster());
        desired::Document document = world.document(start);
        world.add_ownership(document);
        SimulatedCluster cluster(start, {{root_token, root_secret}});
        const UnixSeconds now = cluster.clock.now();
        const auto reader = cluster.client(root_token, root_secret);
        const State before = state_of(*reader, root_token);
        const plan::Circumstances circumstances{
            .applier = {user_or_token(root_token), true},
            .now = now,
            .allowances = {.lockout = true}};
        const auto made = plan::make_plan(before, document, circumstances);
        if (!made) {
            continue; // a name that this cluster does not have
        }
        plan::Plan plan = std::move(*made);
        std::erase_if(plan.blocks, [](const plan::Block& block) {
            return block.guard == "cascade" || block.guard == "destroy" ||
                   block.guard == "acl-removals";
        });
        INFO((plan.blocks.empty() ? "" : plan.blocks.front().message));
        REQUIRE(plan.blocks.empty());
        ++applied;
        for (const plan::Change& change : plan.changes) {
            ++seen[fmt::format("{} {}", to_string(change.action), to_string(kind_of(change.key)))];
        }

        Held allowed = all_that_is_held(plan.before, now);
        allowed.merge(all_that_is_held(plan.after, now));
        unsigned writes = 0;
        const auto pve = cluster.client(root_token, root_secret, [&](const Exchange& exchange) {
            if (exchange.method == "GET") {
                return;
            }
            ++writes;
            for (const auto& [who, path, privilege] :
                 all_that_is_held(state_of(*reader, root_token), now)) {
                INFO("write " << writes << ": " << who << " " << privilege << " " << path);
                REQUIRE(allowed.contains({who, path, privilege}));
            }
        });
        MemorySink sink;
        const apply::Receipt receipt = carry_out_plan(plan, *pve, root_token, cluster.clock, sink);
        REQUIRE(receipt.is_complete());

        const State after = state_of(*reader, root_token);
        REQUIRE(after == plan.after);
        const auto again = plan::make_plan(after, document, circumstances);
        REQUIRE(again);
        for (const plan::Change& change : again->changes) {
            INFO(
                to_string(change.action) << " " << to_string(kind_of(change.key)) << " "
                                         << name_of(change.key) << " " << change.reason
            );
            REQUIRE(again->is_empty());
        }
        REQUIRE(trespass(before, after, document) == "");
    }
    for (const auto& [what, count] : seen) {
        INFO(what);
        CHECK(count >= least_of_each);
        WARN(count << " " << what);
    }
    if (least_of_each > 1) { // the few pairs under sanitizers need not show every kind
        CHECK(seen.size() == 19);
    }
    WARN(applied << " of " << pairs << " pairs applied");
    CHECK(applied >= pairs * 70 / 100);
}
