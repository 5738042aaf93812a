// A file for each token.

#include "catch.hpp"
#include "secrets/vault.hpp"
#include "support/temporary_folder.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::Result;
using pveform::secrets::open_folder_sink;
using pveform::secrets::Sink;

namespace {

const std::string file = "/safe/ann@pve!ci.json";

struct World {
    MemoryFiles files;
    FakeProcesses processes;

    Result<std::unique_ptr<Sink>> open() {
        return open_folder_sink(
            files, processes, "/safe", "prod", tokens({"ann@pve!ci", "ben@pve!ci"})
        );
    }
};

} // namespace

TEST_CASE("a token's file is a record", "[secrets]") {
    World world;
    REQUIRE(value_of(world.open())->store(issued("ann@pve!ci", "s3cret")));
    CHECK(world.files.permissions(file) == 0600);
    CHECK(world.files.bytes(file) == R"({
  "version": 1,
  "name": "ann@pve!ci",
  "id": "ann@pve!ci",
  "secret": "s3cret",
  "authorization": "PVEAPIToken=ann@pve!ci=s3cret",
  "issued": "2027-01-15T08:00:00Z",
  "expires": "2028-01-01T00:00:00Z",
  "cluster": "prod"
}
)");
}

TEST_CASE("what a token's file holds besides is kept", "[secrets]") {
    World world;
    world.files.add_file(file, R"({"owner": "team a", "secret": "old", "cluster": "prod"})");
    REQUIRE(value_of(world.open())->store(issued("ann@pve!ci", "s3cret")));
    CHECK(text_at(parsed(world.files.bytes(file)), {"owner"}) == "team a");
    CHECK(text_at(parsed(world.files.bytes(file)), {"secret"}) == "s3cret");
}

TEST_CASE("every file of the plan's tokens is checked before the first is written", "[secrets]") {
    World world;
    const std::string other = "/safe/ben@pve!ci.json";
    world.files.add_file(other, R"({"cluster": "test"})");
    CHECK_THAT(error_of(world.open()), ContainsSubstring("is of cluster `test`"));
    world.files.add_file(other, R"({"cluster": "prod", "version": 7})");
    CHECK_THAT(error_of(world.open()), ContainsSubstring("version that is not known"));
    world.files.add_file(other, "{}");
    CHECK_THAT(error_of(world.open()), ContainsSubstring("is no record"));
    world.files.add_file(other, "text");
    CHECK_THAT(error_of(world.open()), ContainsSubstring("is no JSON object"));
    world.files.add_file(other, R"({"cluster": "prod"})", 0640);
    CHECK_THAT(error_of(world.open()), ContainsSubstring("others can read"));
    world.files.add_link(other);
    CHECK_THAT(error_of(world.open()), ContainsSubstring("is a symbolic link"));
    world.files.add_file(other, R"({"cluster": "prod"})");
    CHECK(world.open());
    world.files.add_folder("/safe", 0775);
    CHECK_THAT(error_of(world.open()), ContainsSubstring("others can write in folder"));
}

TEST_CASE("a name that is too long for what takes the file's place is found out", "[secrets]") {
    const TemporaryFolder folder;
    FakeProcesses processes;
    constexpr std::size_t longest = 255 - std::string_view("..json.new").size();
    for (const bool fits : {true, false}) {
        const std::string token = "ann@pve!" + std::string(longest - 8 + (fits ? 0 : 1), 'x');
        const auto sink = open_folder_sink(
            pveform::posix_file_system(), processes, folder.path(), "prod", tokens({token.c_str()})
        );
        if (fits) {
            REQUIRE(sink);
            CHECK((*sink)->store(issued(token, "s3cret")));
        } else {
            CHECK_THAT(
                error_of(sink), ContainsSubstring("too long") && ContainsSubstring("secrets: {")
            );
        }
    }
}

TEST_CASE("two runs cannot have one folder at once", "[secrets]") {
    World world;
    const auto held = value_of(world.open());
    CHECK_THAT(error_of(world.open()), ContainsSubstring("another run of pveform"));
}

TEST_CASE("a folder without room is found out in time", "[secrets]") {
    World world;
    world.files.fill_disk_of("/safe");
    CHECK_THAT(error_of(world.open()), ContainsSubstring("No space left on device"));
}

TEST_CASE("a kill at any operation leaves each token's file whole", "[secrets]") {
    using Crash = MemoryFiles::Crash;
    std::size_t kills = 0;
    for (const Crash crash : {Crash::keeps_all, Crash::drops_contents, Crash::drops_all}) {
        for (std::size_t n = 1; true; ++n) {
            World world;
            world.files.add_file(file, R"({"secret": "old", "cluster": "prod"})");
            Faults kill(n, FaultKind::kill_after);
            world.files.set_faults(&kill);
            bool stored = false;
            try {
                const auto sink = value_of(world.open());
                stored = sink->store(issued("ann@pve!ci", "new")).has_value();
            } catch (const Killed&) {
                ++kills;
            }
            world.files.set_faults(nullptr);
            world.files.crash(crash);
            INFO("operation " << n);
            const std::string secret = text_at(parsed(world.files.bytes(file)), {"secret"});
            CHECK((secret == "new" || (secret == "old" && !stored)));
            CHECK(world.open());
            if (stored) {
                break;
            }
        }
    }
    CHECK(kills > 50);
}
