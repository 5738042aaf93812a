// A plan walked through in thought: the state as it would be after each step, and whether anybody
// would hold, for a moment, what they have neither before nor after the plan.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "access/evaluator.hpp"
#include "access/hidden_pools.hpp"
#include "base/time.hpp"
#include "model/state.hpp"
#include "plan/step.hpp"

namespace pveform::plan {

/// A privilege that a step would give, or take.
struct Excess {
    Principal principal;
    std::string path;
    Privilege privilege;
};

/// Which losses are meant: all, or those of what is held in the end as well.
enum class Losses { all, that_return };

/// Both states must outlive it. Disabled and expired users and tokens hold nothing.
///
/// Where pools are hidden, every guest and every storage could be in any of them. The rule is then
/// kept for each of those cases: a guest in one hidden pool or none (PVE lets it be in one only), a
/// storage in up to two.
class Rehearsal {
public:
    Rehearsal(
        const State& before,
        const State& after,
        UnixSeconds now,
        const std::set<AclPath>& hidden_pools = {}
    );
    Rehearsal(const Rehearsal&) = delete;
    Rehearsal& operator=(const Rehearsal&) = delete;
    Rehearsal(Rehearsal&&) = delete;
    Rehearsal& operator=(Rehearsal&&) = delete;
    ~Rehearsal() = default;

    [[nodiscard]] const State& state() const { return state_; }

    [[nodiscard]] const State& after() const { return *after_view_.state; }

    /// What is wrong with doing `command` now; nothing if every principal that it touches holds
    /// afterwards no more than before or after the plan.
    [[nodiscard]] std::optional<Excess> excess_after(const Command& command) const;

    /// What somebody who holds it now would hold no more after `command`; also where that only
    /// adds, as an entry of one's own hides those of one's groups.
    [[nodiscard]] std::optional<Excess>
    loss_after(const Command& command, Losses losses = Losses::all) const;

    /// The command must be ready.
    void take(const Command& command);

private:
    /// One of the states with what it takes to look at single principals of it.
    struct View {
        explicit View(const State& shown);
        [[nodiscard]] std::set<GroupId> groups_of(const UserId& user) const;

        // What goes with an object; while it is still there.
        void forget(const DestroyToken& command);
        void forget(const DestroyUser& command);
        void forget(const DestroyGroup& command);
        void forget(const DestroyRole& command);

        template<class Command>
        void forget(const Command&) {} // takes nothing along

        const State* state;
        std::map<Principal, std::set<AclKey>> rows_of;
        std::map<UserId, std::set<GroupId>> groups;
    };

    [[nodiscard]] std::set<Principal> touched_by(const Command& command) const;
    void add_with_tokens(const UserId& user, std::set<Principal>& touched) const;
    void add_with_members(const Principal& principal, std::set<Principal>& touched) const;
    void refresh_groups_of(const UserId& user);
    [[nodiscard]] bool has_own_rows(const UserId& user, const Principal& principal) const;
    [[nodiscard]] std::vector<Principal>
    first_of_each_kind(const std::set<Principal>& touched, const Command& command) const;
    [[nodiscard]] State
    excerpt(const std::vector<Principal>& principals, const Command& command) const;
    [[nodiscard]] std::set<std::string>
    paths_for(const Principal& principal, const State& excerpt) const;

    /// A guest or storage, or any other path, and hidden pools that it could be in.
    struct Place {
        std::string path;
        std::vector<std::string> pools;
    };

    [[nodiscard]] std::vector<Place> places_at(std::set<std::string> paths) const;
    [[nodiscard]] std::optional<Excess> excess_of(
        const Principal& principal, const State& excerpt, const access::Evaluator& evaluator
    ) const;

    /// A state with the answers to questions about it.
    struct Evaluated {
        explicit Evaluated(const State& shown) : state(shown), evaluator(shown) {}

        const State& state;
        access::Evaluator evaluator;
    };

    [[nodiscard]] std::optional<Excess> loss_of(
        const Principal& principal, const Evaluated& present, const Evaluated& later, Losses losses
    ) const;

    State state_;
    View now_view_;
    View before_view_;
    View after_view_;
    access::Evaluator before_;
    access::Evaluator after_;
    UnixSeconds now_;
    access::HiddenPools hidden_pools_;
    std::vector<std::vector<std::string>> members_; // of pools, by the pools that they are in
};

} // namespace pveform::plan
