// Export → document → plan: nothing to do, and nothing lost.

#include <fstream>
#include <random>
#include <sstream>

#include "catch.hpp"
#include "desired/reading.hpp"
#include "export/files.hpp"
#include "formats/cluster_state.hpp"
#include "model/builtin_roles.hpp"
#include "plan/plan.hpp"
#include "plan/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

constexpr UnixSeconds now = 1'800'000'000;
constexpr std::size_t max_bytes = 2000;

std::string exported(const State& state) {
    return exporting::one_file({"version: 1\n", {}}, exporting::sections_of(state));
}

desired::Document read_back(const Files& files) {
    auto document = parse(files);
    if (!document) {
        FAIL(render::diagnostics(document.error(), {}));
    }
    return std::move(*document);
}

Files folder_of(const State& state) {
    Files files;
    for (auto& file :
         exporting::folder({"version: 1\n", {}}, exporting::sections_of(state), max_bytes)) {
        files.emplace_back(std::move(file.name), std::move(file.text));
    }
    return files;
}

plan::Plan plan_of(const State& state, const desired::Document& document) {
    auto plan = plan::make_plan(state, document, {.applier = {}, .now = now, .allowances = {}});
    if (!plan) {
        FAIL(render::diagnostics(plan.error(), {}));
    }
    return std::move(*plan);
}

/// The plan of what is exported is empty, in one file and in many, and so the same is exported
/// again.
void check_round_trip(const State& state) {
    const std::string text = exported(state);
    INFO(text);
    const plan::Plan plan = plan_of(state, read_back({{"pveform.yaml", text}}));
    for (const plan::Change& change : plan.changes) {
        UNSCOPED_INFO(to_string(change.action) << " " << name_of(change.key));
    }
    CHECK(plan.is_empty());
    CHECK(plan.blocks.empty());
    CHECK(plan_of(state, read_back(folder_of(state))).is_empty());
    CHECK(exported(plan.after) == text);
}

/// What the document leads to in a cluster that has nothing yet exports as the same document: it
/// says all that there is to say.
void check_nothing_is_lost(const State& state) {
    const std::string text = exported(state);
    State empty = state;
    empty.groups.clear();
    empty.tokens.clear();
    empty.acl.clear();
    std::erase_if(empty.roles, [](const auto& role) { return !role.second.built_in; });
    std::erase_if(empty.users, [](const auto& user) {
        return user.first != root_user && user.first.realm().text != "corp";
    });
    INFO(text);
    CHECK(exported(plan_of(empty, read_back({{"pveform.yaml", text}})).after) == text);
}

std::string file_text(const std::string& path) {
    std::ifstream stream(PVEFORM_SOURCE_DIR "/" + path);
    REQUIRE(stream);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

State seed(const std::string& folder) {
    return formats::read_state(
        file_text(folder + "/user.cfg"), file_text(folder + "/domains.cfg"), Release{9, 2}
    );
}

/// Makes of a random cluster one with everything that is awkward: values of all kinds, and names
/// that no document takes.
class Trouble {
public:
    explicit Trouble(unsigned seed) : random_(seed) {}

    State in(State state) {
        state.release = Release{9, 2};
        state.roles[RoleId{"pvelegacy"}] = role({"VM.Audit"});
        state.roles[RoleId{"PVEAuditr"}] = role({"VM.Audit"});
        state.roles[RoleId{"Future"}] = role({"VM.Teleport"});
        for (const char* id :
             {"dora@corp",
              "j\xC3\xB6rg@pve",
              "a,b@pve",
              "a;b@pve",
              "st*r@pve",
              "0@pve",
              "no@gone"}) {
            state.users[UserId{id}];
        }
        state.users[UserId{std::string(90, 'x') + "@pve"}];
        state.groups[GroupId{"staff-corp"}].comment = "synced";
        state.groups[GroupId{"lax(group)"}];
        state.groups[GroupId{std::string(1500, 'g')}];
        for (auto& [id, user] : state.users) {
            trouble(user, id);
            for (auto& [group_id, group] : state.groups) {
                if (chance(20)) {
                    group.members.insert(id);
                }
            }
            if (chance(40)) {
                state.tokens[TokenId{id, chance(50) ? "null" : "token"}] = {
                    chance(50), chance(30) ? Expiry::unconfirmed() : expiry(), text()};
            }
        }
        for (auto& [id, group] : state.groups) {
            group.comment = text();
        }
        add_rows(state);
        return state;
    }

private:
    void trouble(User& user, const UserId& id) {
        user.comment = text();
        user.first_name = text();
        user.last_name = chance(5) ? std::string(2000, 'n') : text();
        user.email = pick({"", "a@example.com", "not one", "null@y"});
        user.enabled = chance(70);
        user.expire = id != root_user && chance(5) ? Expiry{chance(50) ? 1 : 2} : expiry();
    }

    void add_rows(State& state) {
        std::vector<Principal> principals;
        for (const auto& [id, user] : state.users) {
            principals.push_back(Principal::of(id));
        }
        for (const auto& [id, group] : state.groups) {
            principals.push_back(Principal::of(id));
        }
        for (const auto& [id, token] : state.tokens) {
            principals.push_back(Principal::of(id));
        }
        for (const Principal& principal : principals) {
            while (principal.id != root_user.text && chance(40)) {
                const RoleId role{pick({"pvelegacy", "PVEAuditr", "Future", "NoAccess"})};
                const AclPath path{pick({"/", "/vms/1", "/old/path", "/pool/prod"})};
                state.acl[{path, principal, role}] = {chance(50)};
            }
        }
    }

    Expiry expiry() {
        const auto seconds = std::vector<UnixSeconds>{
            0,
            0,
            3,
            1'600'000'000,
            1'900'000'000,
            4'102'444'800,
            300'000'000'000,
            UnixSeconds(1) << 53U};
        return {seconds[static_cast<std::size_t>(number(static_cast<int>(seconds.size()) - 1))]};
    }

    std::string text() {
        return pick(
            {"",
             "",
             "plain words",
             "yes",
             "~",
             "12",
             "2027-01-01",
             "a: b # c",
             "two\nlines",
             "\"",
             "- x",
             "{x}",
             "0",
             " blank",
             "\xC2\x85\xE2\x80\xA8",
             "don't",
             "\xC3\xBC",
             "\x1b[2J",
             "\u202Ertl"}
        );
    }

    std::string pick(const std::vector<std::string>& from) {
        return from[static_cast<std::size_t>(number(static_cast<int>(from.size()) - 1))];
    }

    bool chance(int percent) { return number(99) < percent; }

    int number(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }

    std::mt19937 random_;
};

} // namespace

TEST_CASE("a plan of what is exported is empty, for random clusters", "[export]") {
    for (unsigned number = 0; number < 100; ++number) {
        INFO("cluster " << number);
        check_round_trip(RandomWorld(number).cluster());
    }
}

TEST_CASE("a plan of what is exported is empty, however awkward the cluster", "[export]") {
    for (unsigned number = 0; number < 150; ++number) {
        INFO("cluster " << number);
        check_round_trip(Trouble(number).in(RandomWorld(number).cluster()));
    }
}

TEST_CASE("an export says all that there is to say", "[export]") {
    std::size_t whole = 0;
    for (unsigned number = 0; number < 100; ++number) {
        INFO("cluster " << number);
        const State state = RandomWorld(number).cluster();
        const std::string text = exported(state);
        const bool leaves_out = text.contains("# PVE still names") ||
                                text.contains("# ACL entries") || text.contains("ignore:");
        if (!leaves_out) {
            ++whole;
            check_nothing_is_lost(state);
        }
    }
    CHECK(whole >= 20);
}

TEST_CASE("a plan of what is exported is empty, for the clusters that come along", "[export]") {
    for (const char* folder : {"examples/quickstart/cluster", "tests/e2e/seed"}) {
        INFO(folder);
        check_round_trip(seed(folder));
    }
}
