// Every request and every operation on files goes wrong once, in every way.

#include <array>
#include <random>
#include <string>

#include "apply/world.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::Release;
using pveform::split_token_id;
using pveform::State;
using pveform::TokenId;
using pveform::UnixSeconds;
using pveform::UserId;
using pveform::apply::Outcome;
using pveform::apply::Receipt;

namespace {

constexpr std::array all_faults = {
    NetworkFault::lost_before,
    NetworkFault::lost_after,
    NetworkFault::garbled,
    NetworkFault::disowned,
    NetworkFault::unreachable,
    NetworkFault::unsendable,
    NetworkFault::lock_timeout,
    NetworkFault::refused,
    NetworkFault::unauthorized,
    NetworkFault::broken_off,
    NetworkFault::died_within};

/// The fault happens to the n-th request, and, if `for_good`, nobody answers after it.
SmallPve::FaultOf at(std::size_t n, NetworkFault fault, bool for_good = false) {
    return [=](const SmallPve::Request& request) -> std::optional<NetworkFault> {
        if (request.number == n) {
            return fault;
        }
        return for_good && request.number > n ? std::optional(NetworkFault::unreachable)
                                              : std::nullopt;
    };
}

/// Reads are repeated by the transport.
SmallPve::FaultOf on_writes(SmallPve::FaultOf faults) {
    return [=](const SmallPve::Request& request) {
        return request.words.starts_with("GET") ? std::nullopt : faults(request);
    };
}

/// With everything in which a secret comes to be: creation, re-issue, rotation, a turn.
World world_of(Release release) {
    State state = rotating_cluster();
    state.release = release;
    return World(std::move(state), rotating_document());
}

/// What a rerun must have brought back, or kept.
void check_rotations(const World& world) {
    const State& state = world.pve.state;
    const UnixSeconds overlap_end = world.clock.now() + 14 * day_s;
    CHECK(world.pve.is_alive(split_token_id("ben@pve!turn-a"), overlap_end - 1));
    CHECK(state.acl.contains(row("/vms", token("ben@pve!r1"), "PVEAuditor")));
    CHECK(state.acl.contains(row("/vms", token("ben@pve!turn-b"), "PVEAuditor")));
}

/// Exit code 6 if and only if a write succeeded or may have.
void check_honesty(const World& world, const Receipt& receipt) {
    const bool executed = !world.pve.executed().empty();
    if (receipt.wrote()) {
        CHECK((executed || world.pve.lost_writes() > 0));
    } else {
        CHECK_FALSE(executed);
    }
    for (const auto& result : receipt.results) {
        CHECK((result.outcome == Outcome::not_attempted) == !result.reason.empty());
        CHECK(
            (result.outcome == Outcome::failed || result.outcome == Outcome::unknown) ==
            result.error.has_value()
        );
        CHECK((result.outcome != Outcome::done || result.wrote));
        CHECK((result.outcome != Outcome::not_attempted || !result.wrote));
    }
}

void check_nothing_leaks(const World& world, const Receipt& receipt) {
    std::string shown;
    for (const auto& result : receipt.results) {
        if (result.error) {
            shown += result.error->message + result.error->help;
            for (const std::string& note : result.error->notes) {
                shown += note;
            }
        }
    }
    for (const std::string& line : world.progress.lines) {
        shown += line;
    }
    for (const std::string& secret : world.pve.all_secrets()) {
        CHECK(shown.find(secret) == std::string::npos);
    }
}

} // namespace

TEST_CASE("an apply that nothing happens to does everything", "[apply]") {
    for (const Release release : {Release{9, 2}, Release{8, 4}}) {
        World world = world_of(release);
        const Receipt receipt = world.apply();
        CHECK(receipt.is_complete());
        CHECK(receipt.wrote());
        CHECK(receipt.stored.size() == 10);
        CHECK(world.plan().is_empty());
        world.check_no_live_token_without_secret();
    }
}

TEST_CASE("whatever happens to any request, one rerun finishes the work", "[apply]") {
    std::size_t tried = 0;
    for (const Release release : {Release{9, 2}, Release{8, 4}}) {
        for (const NetworkFault fault : all_faults) {
            for (const bool for_good : {false, true}) {
                for (std::size_t n = 1; true; ++n) {
                    World world = world_of(release);
                    const Receipt receipt =
                        world.apply([&] { world.pve.set_faults(at(n, fault, for_good)); });
                    INFO(
                        release.text() << ", fault " << int(fault) << " at request " << n
                                       << (for_good ? " for good" : "")
                    );
                    world.check_no_live_token_without_secret();
                    check_honesty(world, receipt);
                    check_nothing_leaks(world, receipt);
                    if (world.pve.request_count() < n) {
                        CHECK(receipt.is_complete());
                        break;
                    }
                    world.check_one_rerun_finishes();
                    check_rotations(world);
                    ++tried;
                }
            }
        }
    }
    CHECK(tried > 350);
}

TEST_CASE(
    "whatever happens to any request of a rotation, one more rotation finishes it", "[apply]"
) {
    std::size_t tried = 0;
    for (const Release release : {Release{9, 2}, Release{8, 4}}) {
        for (const NetworkFault fault : all_faults) {
            for (std::size_t n = 1; true; ++n) {
                World world = world_of(release);
                world.only_rotates = true;
                const Receipt receipt =
                    world.apply([&] { world.pve.set_faults(at(n, fault, true)); });
                INFO(release.text() << ", fault " << int(fault) << " at request " << n);
                world.check_no_live_token_without_secret();
                check_honesty(world, receipt);
                if (world.pve.request_count() < n) {
                    break;
                }
                world.pve.set_faults(SmallPve::no_faults);
                CHECK(world.apply().is_complete());
                CHECK(world.plan().is_empty());
                check_rotations(world);
                for (const char* name : {"r1", "r2", "turn"}) {
                    const auto record = world.stored_record(TokenId{UserId{"ben@pve"}, name});
                    REQUIRE(record);
                    const TokenId id = split_token_id(*record->find("id")->as_string());
                    const std::string& secret = *record->find("secret")->as_string();
                    CHECK(world.pve.accepts(id, secret, world.clock.now()));
                }
                ++tried;
            }
        }
    }
    CHECK(tried > 150);
}

TEST_CASE("a request that is lost once is made good within the same run", "[apply]") {
    for (const Release release : {Release{9, 2}, Release{8, 4}}) {
        for (const NetworkFault fault :
             {NetworkFault::lost_before,
              NetworkFault::lost_after,
              NetworkFault::lock_timeout,
              NetworkFault::died_within}) {
            for (std::size_t n = 1; true; ++n) {
                World world = world_of(release);
                const Receipt receipt =
                    world.apply([&] { world.pve.set_faults(on_writes(at(n, fault))); });
                INFO(release.text() << ", fault " << int(fault) << " at request " << n);
                CHECK(receipt.is_complete());
                const bool was_last = world.pve.request_count() < n;
                world.pve.set_faults(SmallPve::no_faults);
                CHECK(world.plan().is_empty());
                if (was_last) {
                    break;
                }
            }
        }
    }
}

TEST_CASE("however many things go wrong in one run, one rerun finishes the work", "[apply]") {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        World world = world_of(seed % 2 == 0 ? Release{9, 2} : Release{8, 4});
        std::mt19937 random(seed);
        const Receipt receipt = world.apply([&] {
            world.pve.set_faults([&](const SmallPve::Request&) -> std::optional<NetworkFault> {
                const bool goes_wrong = random() % 4 == 0;
                return goes_wrong ? std::optional(all_faults[random() % 5]) : std::nullopt;
            });
        });
        INFO("seed " << seed);
        world.check_no_live_token_without_secret();
        check_honesty(world, receipt);
        check_nothing_leaks(world, receipt);
        world.check_one_rerun_finishes();
    }
}

TEST_CASE("killed at any operation, one rerun finishes the work", "[apply]") {
    const bool in_folder = GENERATE(false, true);
    using Crash = MemoryFiles::Crash;
    std::size_t kills = 0;
    for (const Release release : {Release{9, 2}, Release{8, 4}}) {
        for (const FaultKind kind : {FaultKind::kill_before, FaultKind::kill_after}) {
            for (const Crash crash : {Crash::keeps_all, Crash::drops_contents, Crash::drops_all}) {
                for (std::size_t n = 1; true; ++n) {
                    World world = world_of(release);
                    world.stores_in_folder = in_folder;
                    Faults kill(n, kind);
                    bool killed = false;
                    try {
                        static_cast<void>(world.apply([&] {
                            world.pve.set_kills(&kill);
                            world.files.set_faults(&kill);
                        }));
                    } catch (const Killed&) {
                        killed = true;
                    }
                    if (!killed) {
                        break;
                    }
                    world.pve.set_kills(nullptr);
                    world.files.set_faults(nullptr);
                    world.files.crash(crash);
                    INFO(
                        release.text() << ", operation " << n << " of the run"
                                       << (in_folder ? ", into a folder" : "")
                    );
                    world.check_no_live_token_without_secret();
                    world.check_one_rerun_finishes();
                    check_rotations(world);
                    ++kills;
                }
            }
        }
    }
    CHECK(kills > 300);
}

TEST_CASE("whatever fails in the files, no live token is without its secret", "[apply]") {
    const bool in_folder = GENERATE(false, true);
    for (std::size_t n = 1; true; ++n) {
        World world = world_of(Release{9, 2});
        world.stores_in_folder = in_folder;
        Faults fault(n, FaultKind::error);
        const Receipt receipt = world.apply([&] { world.files.set_faults(&fault); });
        world.files.set_faults(nullptr);
        INFO("operation " << n << (in_folder ? ", into a folder" : ""));
        world.check_no_live_token_without_secret();
        check_honesty(world, receipt);
        check_nothing_leaks(world, receipt);
        if (fault.count() < n) {
            CHECK(receipt.is_complete());
            break;
        }
        if (!receipt.is_complete()) {
            REQUIRE(receipt.spooled.size() == 1);
            CHECK(world.files.has(receipt.spooled.front().file));
        }
        world.check_one_rerun_finishes();
    }
}
