// The last resort.

#include <filesystem>
#include <set>

#include "base/text.hpp"
#include "catch.hpp"
#include "secrets/vault.hpp"
#include "support/temporary_folder.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::secrets::spool;

TEST_CASE("a spooled secret is a private file in a private folder", "[secrets]") {
    MemoryFiles files;
    const auto file = value_of(spool(files, "/safe/state/pveform", issued("ann@pve!ci", "s3cret")));
    CHECK(file == "/safe/state/pveform/ann@pve!ci-1800000000.json");
    CHECK(files.permissions(file) == 0600);
    CHECK(files.permissions("/safe/state/pveform") == 0700);
    CHECK(files.permissions("/safe/state") == 0700);
    CHECK(text_at(parsed(files.bytes(file)), {"secret"}) == "s3cret");
    CHECK(text_at(parsed(files.bytes(file)), {"name"}) == "ann@pve!ci");
}

TEST_CASE("a spooled secret never takes the place of another", "[secrets]") {
    MemoryFiles files;
    const auto once = value_of(spool(files, "/safe/pveform", issued("ann@pve!ci", "s3cret-1")));
    const auto again = value_of(spool(files, "/safe/pveform", issued("ann@pve!ci", "s3cret-2")));
    CHECK(again == "/safe/pveform/ann@pve!ci-1800000000-2.json");
    CHECK(text_at(parsed(files.bytes(once)), {"secret"}) == "s3cret-1");
    CHECK(text_at(parsed(files.bytes(again)), {"secret"}) == "s3cret-2");
    CHECK(files.permissions(again) == 0600);
}

TEST_CASE("a long name is spooled under a shorter one that is its own", "[secrets]") {
    const TemporaryFolder folder;
    std::set<std::filesystem::path> places;
    for (const char* end : {"a", "b"}) {
        for (const std::string& letter : {std::string("x"), std::string("ä")}) {
            std::string id = "ann";
            while (id.size() < 240) {
                id += letter;
            }
            id += "@pve!" + std::string(end);
            const auto file =
                value_of(spool(pveform::posix_file_system(), folder.path(), issued(id, "s3cret")));
            const std::string name = file.filename().string();
            CHECK(name.starts_with("ann" + letter));
            CHECK(pveform::is_utf8(name));
            CHECK(name.size() < 143); // what encrypting file systems take
            const auto text = pveform::posix_file_system().read_file(file, 10'000);
            CHECK(text_at(parsed(*text), {"id"}) == id);
            places.insert(file);
        }
    }
    CHECK(places.size() == 4);
}

TEST_CASE("a spooled secret survives a crash of the machine", "[secrets]") {
    MemoryFiles files;
    const auto file = value_of(spool(files, "/safe/state/pveform", issued("ann@pve!ci", "s3cret")));
    files.crash(MemoryFiles::Crash::drops_all);
    REQUIRE(files.has(file));
    CHECK(text_at(parsed(files.bytes(file)), {"secret"}) == "s3cret");
}

TEST_CASE("nothing is spooled where others can write", "[secrets]") {
    MemoryFiles files;
    files.add_folder("/safe/shared", 0777);
    CHECK_THAT(
        error_of(spool(files, "/safe/shared", issued("ann@pve!ci", "s3cret"))),
        ContainsSubstring("others can write in folder")
    );
}

TEST_CASE("a spool that fails says so", "[secrets]") {
    for (std::size_t n = 1; true; ++n) {
        MemoryFiles files;
        Faults faults(n, FaultKind::error);
        files.set_faults(&faults);
        const auto spooled = spool(files, "/safe/pveform", issued("ann@pve!ci", "s3cret"));
        CHECK(spooled.has_value() == (n > faults.count()));
        if (spooled) {
            break;
        }
    }
}
