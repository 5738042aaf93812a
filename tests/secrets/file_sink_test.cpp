// The JSON file: what is in it, what is kept, what is refused, and what survives.

#include <string>

#include "catch.hpp"
#include "secrets/vault.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::ErrorKind;
using pveform::Expiry;
using pveform::Result;
using pveform::secrets::IssuedSecret;
using pveform::secrets::open_file_sink;
using pveform::secrets::Sink;

namespace {

const std::string path = "/safe/prod.json";
const std::string first = "11111111-2222-3333-4444-555555555555";
const std::string second = "66666666-7777-8888-9999-aaaaaaaaaaaa";

struct World {
    MemoryFiles files;
    FakeProcesses processes;

    Result<std::unique_ptr<Sink>> open(std::initializer_list<const char*> ids = {"ann@pve!ci"}) {
        return open_file_sink(files, processes, path, "prod", tokens(ids));
    }

    std::string refusal() { return error_of(open()); }

    [[nodiscard]] pveform::json::Value document() const { return parsed(files.bytes(path)); }
};

} // namespace

TEST_CASE("a new file holds the record of a token under its declared name", "[secrets]") {
    World world;
    const auto sink = value_of(world.open());
    REQUIRE(sink->store(issued("ann@pve!ci", first)));
    CHECK(world.files.permissions(path) == 0600);
    CHECK(world.files.bytes(path) == R"({
  "version": 1,
  "tokens": {
    "ann@pve!ci": {
      "name": "ann@pve!ci",
      "id": "ann@pve!ci",
      "secret": "11111111-2222-3333-4444-555555555555",
      "authorization": "PVEAPIToken=ann@pve!ci=11111111-2222-3333-4444-555555555555",
      "issued": "2027-01-15T08:00:00Z",
      "expires": "2028-01-01T00:00:00Z",
      "cluster": "prod"
    }
  }
}
)");
}

TEST_CASE("a token that never expires has null for its expiry", "[secrets]") {
    World world;
    const auto sink = value_of(world.open());
    IssuedSecret forever = issued("ann@pve!ci", first);
    forever.expires = Expiry::never();
    REQUIRE(sink->store(forever));
    CHECK(world.document().find("tokens")->find("ann@pve!ci")->find("expires")->is_null());
}

TEST_CASE("the name and the id of a token may differ", "[secrets]") {
    World world;
    const auto sink = value_of(world.open());
    IssuedSecret turn = issued("ann@pve!ci", first);
    turn.id = pveform::split_token_id("ann@pve!ci-b");
    REQUIRE(sink->store(turn));
    CHECK(text_at(world.document(), {"tokens", "ann@pve!ci", "id"}) == "ann@pve!ci-b");
    CHECK(
        text_at(world.document(), {"tokens", "ann@pve!ci", "authorization"}) ==
        "PVEAPIToken=ann@pve!ci-b=" + first
    );
}

TEST_CASE("what a file holds already is kept", "[secrets]") {
    World world;
    world.files.add_file(path, R"({
        "note": [1, 2.5, true, null, 18446744073709551615, -3, "ä\n\u0001"],
        "tokens": {
            "ben@pve!ci": {"cluster": "other", "secret": "old"},
            "ann@pve!ci": {"owner": "team a", "cluster": "prod", "secret": "old"}
        }
    })");
    const auto before = world.document();
    const auto sink = value_of(world.open());
    REQUIRE(sink->store(issued("ann@pve!ci", first)));
    const auto after = world.document();
    CHECK(*after.find("note") == *before.find("note"));
    CHECK(*after.find("tokens")->find("ben@pve!ci") == *before.find("tokens")->find("ben@pve!ci"));
    CHECK(text_at(after, {"tokens", "ann@pve!ci", "owner"}) == "team a");
    CHECK(text_at(after, {"tokens", "ann@pve!ci", "secret"}) == first);
}

TEST_CASE("what somebody adds to the file while it is open is kept", "[secrets]") {
    World world;
    const auto sink = value_of(world.open());
    REQUIRE(sink->store(issued("ann@pve!ci", first)));
    world.files.add_file(path, R"({"tokens": {"x": {"note": "by hand"}}})");
    REQUIRE(sink->store(issued("ann@pve!ci", second)));
    CHECK(text_at(world.document(), {"tokens", "x", "note"}) == "by hand");
    CHECK(text_at(world.document(), {"tokens", "ann@pve!ci", "secret"}) == second);
}

TEST_CASE("an empty file counts as a new one", "[secrets]") {
    for (const char* text : {"", "\n", "{}", R"({"version": 1})"}) {
        World world;
        world.files.add_file(path, text);
        REQUIRE(value_of(world.open())->store(issued("ann@pve!ci", first)));
        CHECK(text_at(world.document(), {"tokens", "ann@pve!ci", "secret"}) == first);
    }
}

TEST_CASE("a file that is no record of ours is refused and kept", "[secrets]") {
    World world;
    SECTION("no JSON") {
        world.files.add_file(path, "password=hunter2");
        CHECK_THAT(world.refusal(), ContainsSubstring("is no JSON object"));
        CHECK_THAT(world.refusal(), !ContainsSubstring("hunter2"));
        CHECK(world.files.bytes(path) == "password=hunter2");
    }
    SECTION("no object") {
        world.files.add_file(path, "[1]");
        CHECK_THAT(world.refusal(), ContainsSubstring("is no JSON object"));
    }
    SECTION("an object of somebody else's") {
        for (const char* text :
             {R"({"a": 1})",
              R"({"version": 1, "users": {}, "acl": []})",
              R"({"version": 1, "name": "ann@pve!ci", "secret": "old", "cluster": "prod"})"}) {
            world.files.add_file(path, text);
            CHECK_THAT(world.refusal(), ContainsSubstring("is JSON, but no secrets file"));
            CHECK(world.files.bytes(path) == text);
        }
    }
    SECTION("tokens of another shape") {
        world.files.add_file(path, R"({"tokens": []})");
        CHECK_THAT(world.refusal(), ContainsSubstring("`tokens` in `/safe/prod.json`"));
    }
    SECTION("a later version") {
        world.files.add_file(path, R"({"version": 2})");
        CHECK_THAT(world.refusal(), ContainsSubstring("of a version that is not known"));
    }
    SECTION("an entry that is none") {
        world.files.add_file(path, R"({"tokens": {"ann@pve!ci": "text"}})");
        CHECK_THAT(world.refusal(), ContainsSubstring("`ann@pve!ci` in `/safe/prod.json` is no"));
    }
}

TEST_CASE("an entry of another cluster is not replaced", "[secrets]") {
    World world;
    world.files.add_file(path, R"({"tokens": {"ann@pve!ci": {"cluster": "test"}}})");
    CHECK_THAT(world.refusal(), ContainsSubstring("is of cluster `test`, not of `prod`"));
    CHECK(world.open({"ben@pve!ci"}));
}

TEST_CASE("a file that others could read, write or replace is refused", "[secrets]") {
    World world;
    const auto refuse = [&](const std::string& words) {
        const auto opened = world.open();
        CHECK_THAT(error_of(opened), ContainsSubstring(words));
        CHECK(opened.error().kind == ErrorKind::io);
    };
    for (const unsigned mode : {0604U, 0602U, 0640U, 0620U, 0610U, 0644U}) {
        world.files.add_file(path, "{}", mode);
        refuse("others can read or write `/safe/prod.json`");
    }
    world.files.add_file(path, "{}", 0600, 0);
    refuse("belongs to somebody else (uid 0)");
    world.files.add_file(path, "{}", 0600, MemoryFiles::me, 2);
    refuse("has 2 names");
    world.files.add_link(path);
    refuse("is a symbolic link");
    world.files.add_folder(path, 0700);
    refuse("is no regular file");
}

TEST_CASE("a file in a folder that others can write in is refused", "[secrets]") {
    World world;
    for (const unsigned mode : {0770U, 0702U, 01777U}) {
        world.files.add_folder("/safe", mode);
        CHECK_THAT(world.refusal(), ContainsSubstring("others can write in folder `/safe`"));
    }
    world.files.add_folder("/safe", 0755);
    CHECK(world.open());
    world.files.add_folder("/safe", 0700, 0);
    CHECK_THAT(world.refusal(), ContainsSubstring("belongs to somebody else"));
}

TEST_CASE("a folder that is missing is not made up", "[secrets]") {
    World world;
    const auto opened =
        open_file_sink(world.files, world.processes, "/mnt/vault/prod.json", "prod", tokens({}));
    CHECK_THAT(error_of(opened), ContainsSubstring("mkdir -m 700 /mnt/vault"));
    CHECK_FALSE(world.files.has("/mnt/vault"));
}

TEST_CASE("two runs cannot have one file at once", "[secrets]") {
    World world;
    {
        const auto held = value_of(world.open());
        CHECK_THAT(world.refusal(), ContainsSubstring("another run of pveform"));
        const auto other =
            open_file_sink(world.files, world.processes, "/safe/test.json", "test", tokens({}));
        CHECK(other); // another file is another matter
    }
    CHECK(world.open());
}

TEST_CASE("a full disk is found out before anything is issued", "[secrets]") {
    World world;
    std::size_t operations = 0;
    {
        Faults none;
        world.files.set_faults(&none);
        REQUIRE(world.open());
        operations = none.count();
    }
    for (std::size_t n = 1; n <= operations; ++n) {
        Faults faults(n, FaultKind::error);
        world.files.set_faults(&faults);
        INFO(n << ": " << world.files.log().back());
        CHECK_FALSE(world.open());
    }
    world.files.set_faults(nullptr);
    CHECK(world.open());
    CHECK_FALSE(world.files.has("/safe/.prod.json.new"));
}

TEST_CASE("a store writes, syncs, renames and syncs the folder, in this order", "[secrets]") {
    World world;
    const auto sink = value_of(world.open());
    const auto begin = static_cast<std::ptrdiff_t>(world.files.log().size());
    REQUIRE(sink->store(issued("ann@pve!ci", first)));
    std::vector<std::string> writes;
    for (auto line = world.files.log().begin() + begin; line != world.files.log().end(); ++line) {
        if (!line->starts_with("inspect") && !line->starts_with("read")) {
            writes.push_back(*line);
        }
    }
    CHECK(
        writes ==
        std::vector<std::string>{
            "write /safe/.prod.json.new",
            "sync /safe/.prod.json.new",
            "rename /safe/prod.json",
            "sync /safe"}
    );
}

TEST_CASE("a store that fails at any operation keeps what was there", "[secrets]") {
    for (std::size_t n = 1; n <= 8; ++n) {
        World world;
        const auto sink = value_of(world.open({"ann@pve!ci", "ben@pve!ci"}));
        REQUIRE(sink->store(issued("ann@pve!ci", first)));
        Faults faults(n, FaultKind::error);
        world.files.set_faults(&faults);
        const auto stored = sink->store(issued("ben@pve!ci", second));
        world.files.set_faults(nullptr);
        INFO("operation " << n << " of " << faults.count());
        CHECK(stored.has_value() == (n > faults.count()));
        CHECK(text_at(world.document(), {"tokens", "ann@pve!ci", "secret"}) == first);
        CHECK_FALSE(world.files.has("/safe/.prod.json.new"));
        // The next attempt is not in the way of the last one.
        CHECK(sink->store(issued("ben@pve!ci", second)));
        CHECK(text_at(world.document(), {"tokens", "ben@pve!ci", "secret"}) == second);
    }
}

TEST_CASE("no kill at any operation loses a secret that was acknowledged", "[secrets]") {
    using Crash = MemoryFiles::Crash;
    std::size_t kills = 0;
    for (const auto kind : {FaultKind::kill_before, FaultKind::kill_after}) {
        for (const auto crash : {Crash::keeps_all, Crash::drops_contents, Crash::drops_all}) {
            for (std::size_t n = 1; true; ++n) {
                World world;
                std::vector<std::string> acknowledged;
                Faults faults(n, kind);
                world.files.set_faults(&faults);
                bool killed = false;
                try {
                    const auto sink = value_of(world.open({"ann@pve!ci", "ben@pve!ci"}));
                    for (const std::string id : {"ann@pve!ci", "ben@pve!ci", "ann@pve!ci"}) {
                        if (sink->store(issued(id, first))) {
                            acknowledged.push_back(id);
                        }
                    }
                } catch (const Killed&) {
                    killed = true;
                }
                world.files.set_faults(nullptr);
                world.files.crash(crash);
                INFO("operation " << n);
                for (const std::string& id : acknowledged) {
                    CHECK(text_at(world.document(), {"tokens", id.c_str(), "secret"}) == first);
                }
                // The next run finds nothing in its way.
                const auto sink = value_of(world.open({"ann@pve!ci", "ben@pve!ci"}));
                CHECK(sink->store(issued("ben@pve!ci", second)));
                if (!killed) {
                    break;
                }
                ++kills;
            }
        }
    }
    CHECK(kills > 100);
}
