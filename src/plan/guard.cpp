#include "plan/guard.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/cluster_state.hpp"
#include "plan/foreign.hpp"
#include "plan/ownership.hpp"

namespace pveform::plan {

namespace {

constexpr std::size_t least_emptied = 3; // objects: fewer that go to zero are no disaster
constexpr std::size_t max_named_objects = 3;

/// How far a plan may go in one respect, and the flag that lets it go further.
struct Limit {
    std::string_view guard;
    std::string_view flag;
    std::size_t count = 0; // what the plan does
    std::optional<std::size_t> allowed;
    std::string_view verb; // `the plan takes away`
    std::string_view what; // one of what is counted

    [[nodiscard]] bool is_allowed() const { return allowed == count; }

    [[nodiscard]] bool is_misjudged() const { return allowed && *allowed != count; }

    [[nodiscard]] Block block(std::string message, const Span& span) const {
        std::string help = fmt::format("if that is meant: `{} {}`", flag, count);
        if (allowed) {
            help += fmt::format(" (not {})", *allowed);
        }
        return {std::string(guard), std::move(message), span, std::move(help)};
    }

    /// Also where no limit is in the way: who gave the number looked at another plan.
    [[nodiscard]] Block misjudged() const {
        return {
            std::string(guard),
            fmt::format(
                "`{} {}` is for another plan: {} {}", flag, *allowed, verb, plural(count, what)
            ),
            {},
            fmt::format("if that is meant: `{} {}`, or leave the flag out", flag, count)};
    }
};

class Destruction {
public:
    Destruction(
        const std::vector<Change>& changes,
        const State& before,
        const State& after,
        const desired::Document& document,
        const Allowances& allowances
    )
        : before_(before), after_(after), document_(document), ownership_(document),
          foreign_(foreign_objects(changes, before, after, document)),
          objects_{
              "destroy",
              "--allow-destroy",
              count(changes, takes_away_object),
              allowances.destroy,
              "the plan takes away",
              "object"},
          entries_{
              "acl-removals",
              "--allow-acl-removals",
              count(changes, removes_entry),
              allowances.acl_removals,
              "the plan takes away",
              "ACL entry"},
          cascades_{
              "cascade",
              "--allow-cascade",
              foreign_.size(),
              allowances.cascades,
              "PVE would also remove",
              "foreign object"} {
        for (const Change& change : changes) {
            if (change.action == Action::cascade) {
                taken_along_.insert(change.key);
            }
        }
    }

    std::vector<Block> run() && {
        const desired::Limits& limits = document_.limits;
        check_limit(objects_, limits.destroy);
        check_limit(entries_, limits.acl_removals);
        if (cascades_.count > 0 && !cascades_.is_allowed()) {
            blocks_.push_back(cascades_.block(
                fmt::format(
                    "PVE would also remove {} that this document ignores, protects or has no say "
                    "in: {}",
                    plural(cascades_.count, "object"),
                    named_objects()
                ),
                {}
            ));
        }
        const desired::Manage& manage = document_.manage;
        check_emptied_users(manage.users.prune);
        check_emptied(manage.tokens.prune, before_.tokens, after_.tokens);
        check_emptied(manage.groups.prune, before_.groups, after_.groups);
        check_emptied(manage.roles.prune, before_.roles, after_.roles);
        check_emptied_entries(manage.acl.prune);
        for (const Limit* limit : {&objects_, &entries_, &cascades_}) {
            check_number(*limit);
        }
        return std::move(blocks_);
    }

private:
    template<class Predicate>
    static std::size_t count(const std::vector<Change>& changes, Predicate predicate) {
        return static_cast<std::size_t>(std::ranges::count_if(changes, predicate));
    }

    void check_limit(const Limit& limit, const desired::Declared<std::size_t>& most) {
        if (limit.count > most.value && !limit.is_allowed()) {
            blocks_.push_back(limit.block(
                fmt::format(
                    "{} {}, more than the limit of {}",
                    limit.verb,
                    plural(limit.count, limit.what),
                    most.value
                ),
                most.span
            ));
        }
    }

    [[nodiscard]] std::string named_objects() const {
        std::vector<std::string> named = foreign_;
        named.resize(std::min(named.size(), max_named_objects));
        const std::size_t more = foreign_.size() - named.size();
        return join(named, ", ") + (more > 0 ? fmt::format(" and {} more", more) : "");
    }

    /// Unless a block of the same guard says the right number already.
    void check_number(const Limit& limit) {
        if (limit.is_misjudged() &&
            std::ranges::find(blocks_, limit.guard, &Block::guard) == blocks_.end()) {
            blocks_.push_back(limit.misjudged());
        }
    }

    static std::string text_of(const TokenId& id) { return id.text(); }

    template<class Id>
    static const std::string& text_of(const Id& id) {
        return id.text;
    }

    template<class Map>
    void check_emptied(
        const desired::Globs& globs,
        const Map& before,
        const Map& after,
        std::string_view fate = "go"
    ) {
        for (const auto& glob : globs) {
            std::size_t there = 0;
            std::size_t kept = 0;
            for (const auto& [id, object] : before) {
                if (glob.value.matches(text_of(id)) && ownership_.may_change(id) &&
                    !taken_along_.contains(id)) {
                    ++there;
                    kept += after.contains(id) ? 1U : 0U;
                }
            }
            report_emptied(objects_, {there, kept, fate}, glob.value.pattern, glob.span);
        }
    }

    /// Where pruning disables, an enabled user is what can go, and a disabled one is gone.
    void check_emptied_users(const desired::Globs& globs) {
        if (document_.manage.user_action == desired::PruneAction::disable) {
            check_emptied(globs, not_pruned(before_), not_pruned(after_), "go or be disabled");
        } else {
            check_emptied(globs, before_.users, after_.users);
        }
    }

    /// Whom the document declares stays, enabled or not.
    [[nodiscard]] std::map<UserId, User> not_pruned(const State& state) const {
        std::map<UserId, User> users = state.users;
        std::erase_if(users, [&](const auto& one) {
            return !one.second.enabled && !document_.users.contains(one.first);
        });
        return users;
    }

    void check_emptied_entries(const std::vector<desired::AclPattern>& patterns) {
        for (const desired::AclPattern& pattern : patterns) {
            std::size_t there = 0;
            std::size_t kept = 0;
            for (const auto& [key, grant] : before_.acl) {
                if (Ownership::matches(pattern, key) && ownership_.may_change(key) &&
                    !taken_along_.contains(key)) {
                    ++there;
                    kept += after_.acl.contains(key) ? 1U : 0U;
                }
            }
            report_emptied(
                entries_, {there, kept, "go"}, Ownership::words_of(pattern), pattern.span
            );
        }
    }

    /// What a prune pattern matches, without what goes along with something else: the flags that
    /// let a plan pass do not count that.
    struct Matched {
        std::size_t there = 0;
        std::size_t kept = 0;
        std::string_view fate;
    };

    void report_emptied(
        const Limit& limit, const Matched& matched, std::string_view pattern, const Span& span
    ) {
        if (matched.there >= least_emptied && matched.kept == 0 && !limit.is_allowed()) {
            blocks_.push_back(limit.block(
                fmt::format(
                    "all {} that `{}` matches would {}, none is left",
                    matched.there,
                    pattern,
                    matched.fate
                ),
                span
            ));
        }
    }

    const State& before_;
    const State& after_;
    const desired::Document& document_;
    Ownership ownership_;
    std::vector<std::string> foreign_; // all that PVE would also remove
    Limit objects_;
    Limit entries_;
    Limit cascades_;
    std::set<ObjectKey> taken_along_;
    std::vector<Block> blocks_;
};

} // namespace

bool takes_away_object(const Change& change) {
    return !std::holds_alternative<AclKey>(change.key) &&
           (change.action == Action::destroy || change.action == Action::disable);
}

bool removes_entry(const Change& change) {
    return std::holds_alternative<AclKey>(change.key) && change.action == Action::destroy;
}

SizeCheck check_size(const State& before, const State& after) {
    constexpr std::size_t limit = formats::max_file_bytes;
    const auto size_of = [](const State& state) {
        return formats::write_user_config(formats::to_user_config(state)).size();
    };
    const std::size_t size = size_of(after);
    const bool grows = size > size_of(before);
    const std::string words = fmt::format(
        "the cluster's user.cfg would take {} KiB of the {} KiB that PVE can hold",
        size / 1024,
        limit / 1024
    );
    if (size > limit && grows) {
        return {
            {{.guard = "size",
              .message = words,
              .span = {},
              .help = "use groups instead of entries for single users, and remove what is not "
                      "needed"}},
            {}};
    }
    return {{}, size > limit / 5 * 4 ? words : std::string()};
}

std::vector<Block> check_destruction(
    const std::vector<Change>& changes,
    const State& before,
    const State& after,
    const desired::Document& document,
    const Allowances& allowances
) {
    if (changes.empty()) {
        return {}; // the flags of a run that is repeated after it was done
    }
    return Destruction(changes, before, after, document, allowances).run();
}

} // namespace pveform::plan
