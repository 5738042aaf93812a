// The real files: what the seam promises, on the disk of this machine.

#include "system/file_system.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "catch.hpp"
#include "support/memory_files.hpp"
#include "support/temporary_folder.hpp"

using pveform::ErrorKind;
using pveform::FileKind;
using pveform::FileSystem;
using pveform::posix_file_system;
using pveform::replace_file_durably;
using pveform::temporary_name_of;
using pveform::test::FaultKind;
using pveform::test::Faults;
using pveform::test::MemoryFiles;
using pveform::test::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

FileSystem& files = posix_file_system();

std::string contents(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("a file is looked at without following links", "[system]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "a";
    CHECK_FALSE(files.inspect(file)->has_value());
    REQUIRE(files.write_new_file(file, "12345"));
    fs::create_hard_link(file, folder.path() / "b");
    fs::create_symlink(file, folder.path() / "link");
    const auto info = **files.inspect(file);
    CHECK(info.kind == FileKind::regular);
    CHECK(info.permissions == 0600);
    CHECK(info.owner_uid == files.own_uid());
    CHECK(info.links == 2);
    CHECK(info.size_bytes == 5);
    CHECK((*files.inspect(folder.path() / "link"))->kind == FileKind::symlink);
    CHECK((*files.inspect(folder.path()))->kind == FileKind::folder);
    CHECK((*files.inspect("/dev/null"))->kind == FileKind::other);
    CHECK_FALSE(files.inspect(file / "below a file"));
}

TEST_CASE("a new file is private whatever the umask says", "[system]") {
    const TemporaryFolder folder;
    const mode_t before = ::umask(0);
    REQUIRE(files.write_new_file(folder.path() / "file", "x"));
    REQUIRE(files.create_folder(folder.path() / "folder"));
    REQUIRE(files.try_lock(folder.path() / "lock"));
    ::umask(before);
    CHECK((*files.inspect(folder.path() / "file"))->permissions == 0600);
    CHECK((*files.inspect(folder.path() / "folder"))->permissions == 0700);
    CHECK((*files.inspect(folder.path() / "lock"))->permissions == 0600);
}

TEST_CASE("a new file replaces nothing and follows no link", "[system]") {
    const TemporaryFolder folder;
    const fs::path target = folder.path() / "target";
    fs::create_symlink(target, folder.path() / "link");
    CHECK_FALSE(files.write_new_file(folder.path() / "link", "x"));
    CHECK_FALSE(fs::exists(target));
    REQUIRE(files.write_new_file(target, "x"));
    const auto again = files.write_new_file(target, "y");
    CHECK(again.error().kind == ErrorKind::io);
    CHECK(again.error().message == "cannot create `" + target.string() + "`: File exists");
    CHECK(contents(target) == "x");
}

TEST_CASE("a file that cannot be written in full is removed again", "[system]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "file";
    rlimit before = {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small = {1000, before.rlim_max};
    const auto previous = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto written = files.write_new_file(file, std::string(5000, 'x'));
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, previous);
    CHECK(written.error().message == "cannot write `" + file.string() + "`: File too large");
    CHECK_FALSE(fs::exists(file));
}

TEST_CASE("what others may read has the mode that the umask leaves", "[system]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "report";
    const mode_t before = ::umask(027);
    CHECK(pveform::replace_public_file(files, file, "1"));
    CHECK_FALSE(files.write_new_public_file(file, "2", file, {}));
    ::umask(before);
    CHECK((*files.inspect(file))->permissions == 0640);
    CHECK(contents(file) == "1");
}

TEST_CASE("what takes the place of a file has its mode", "[system]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "report";
    for (const unsigned mode : {0600U, 0640U, 0666U}) {
        REQUIRE(pveform::replace_public_file(files, file, "1"));
        fs::permissions(file, fs::perms(mode));
        REQUIRE(pveform::replace_public_file(files, file, "2"));
        CHECK((*files.inspect(file))->permissions == mode);
    }
    CHECK(contents(file) == "2");
}

TEST_CASE("what is appended stands behind what was there", "[system]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "summary";
    REQUIRE(files.append_to_file(file, "one\n"));
    REQUIRE(files.append_to_file(file, "two\n"));
    CHECK(contents(file) == "one\ntwo\n");
    CHECK_FALSE(files.append_to_file(folder.path(), "x"));
}

TEST_CASE("files are read up to a limit", "[system]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "file";
    const std::string large(200'000, 'x');
    REQUIRE(files.write_new_file(file, large));
    CHECK(*files.read_file(file, 200'000) == large);
    CHECK(files.read_file(file, 199'999).error().help == "at most 199999 bytes are read");
    CHECK_FALSE(files.read_file(folder.path() / "missing", 10));
    CHECK_FALSE(files.read_file(folder.path(), 10));
}

TEST_CASE("an error tells its reason", "[system]") {
    const TemporaryFolder folder;
    const auto missing = files.read_file(folder.path() / "a", 1).error();
    CHECK(missing.system_error == ENOENT);
    CHECK(files.write_new_file(folder.path(), "").error().system_error == EEXIST);
    CHECK(files.list_folder(folder.path() / "a").error().system_error == ENOENT);
    REQUIRE(files.write_new_file(folder.path() / "a", "12"));
    CHECK(files.read_file(folder.path() / "a", 1).error().system_error == EFBIG);
}

TEST_CASE("a path is resolved to where it really leads", "[system]") {
    const TemporaryFolder folder;
    const fs::path real = *files.resolve(folder.path());
    fs::create_directory(real / "inner");
    fs::create_symlink(real / "inner", real / "link");
    CHECK(*files.resolve(real / "link" / ".." / "inner" / ".") == real / "inner");
    CHECK_THAT(files.resolve(real / "missing").error().message, ContainsSubstring("No such file"));
}

TEST_CASE("a folder's names are listed in order", "[system]") {
    const TemporaryFolder folder;
    for (const char* name : {"b", "a", ".c"}) {
        REQUIRE(files.write_new_file(folder.path() / name, ""));
    }
    CHECK(*files.list_folder(folder.path()) == std::vector<std::string>{".c", "a", "b"});
    CHECK_FALSE(files.list_folder(folder.path() / "missing"));
}

TEST_CASE("a lock is held by one at a time, until it goes", "[system]") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "lock";
    auto first = files.try_lock(path);
    REQUIRE(*first != nullptr);
    CHECK(*files.try_lock(path) == nullptr);
    first->reset();
    CHECK(*files.try_lock(path) != nullptr);
    fs::create_symlink(path, folder.path() / "link");
    CHECK_FALSE(files.try_lock(folder.path() / "link"));
    CHECK_FALSE(files.try_lock(folder.path() / "missing" / "lock"));
}

TEST_CASE("a lock that has gone is free, whoever inherited it", "[system]") {
    const TemporaryFolder folder;
    auto& files = posix_file_system();
    const fs::path path = folder.path() / "lock";
    auto lock = files.try_lock(path);
    REQUIRE(*lock != nullptr);
    const int inherited = ::dup((*lock)->descriptor());
    lock->reset();
    CHECK(*files.try_lock(path) != nullptr);
    ::close(inherited);
}

TEST_CASE("a file is replaced in one step", "[system]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "file";
    REQUIRE(replace_file_durably(files, file, "one"));
    REQUIRE(replace_file_durably(files, file, "two"));
    CHECK(contents(file) == "two");
    CHECK(*files.list_folder(folder.path()) == std::vector<std::string>{"file"});
}

TEST_CASE("an error names the file that was to be replaced", "[system]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "nowhere" / "file";
    for (const auto& done :
         {replace_file_durably(files, file, "x"),
          pveform::replace_shared_file(files, file, "x"),
          pveform::replace_public_file(files, file, "x"),
          pveform::check_replaceable(files, file)}) {
        REQUIRE_FALSE(done);
        CHECK(
            done.error().message ==
            "cannot create `" + file.string() + "`: No such file or directory"
        );
    }
}

TEST_CASE("an error names the file that was to be replaced, whatever fails", "[system]") {
    MemoryFiles memory;
    for (const std::size_t n : {2U, 3U, 4U}) { // the write, the sync, the rename
        Faults faults(n, FaultKind::error);
        memory.set_faults(&faults);
        const auto done = replace_file_durably(memory, "/safe/a", "x");
        REQUIRE_FALSE(done);
        CHECK_THAT(done.error().message, ContainsSubstring(" `/safe/a`: Input/output error"));
        CHECK(done.error().system_error == EIO);
        memory.set_faults(nullptr);
    }
}

TEST_CASE("what a killed run left behind is not in the way", "[system]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "file";
    CHECK(temporary_name_of(file) == folder.path() / ".file.new");
    REQUIRE(files.write_new_file(temporary_name_of(file), "half"));
    REQUIRE(replace_file_durably(files, file, "whole"));
    CHECK(contents(file) == "whole");
}

TEST_CASE("runs that write one report do not disturb each other", "[system]") {
    using Replace = pveform::Result<void> (*)(FileSystem&, const fs::path&, std::string_view);
    for (const Replace replace : {&pveform::replace_public_file, &pveform::replace_shared_file}) {
        const TemporaryFolder folder;
        const fs::path file = folder.path() / "report";
        constexpr std::size_t length = 100'000;
        std::atomic<unsigned> failures = 0;
        std::vector<std::thread> runs;
        for (const char letter : {'a', 'b', 'c'}) {
            runs.emplace_back([&, letter] {
                for (int i = 0; i < 30; ++i) {
                    failures += replace(files, file, std::string(length, letter)) ? 0U : 1U;
                }
            });
        }
        for (std::thread& run : runs) {
            run.join();
        }
        CHECK(failures == 0);
        const std::string text = contents(file);
        CHECK(text == std::string(length, text.at(0)));
        CHECK(*files.list_folder(folder.path()) == std::vector<std::string>{"report"});
    }
}

TEST_CASE("a report that cannot take its place leaves nothing behind", "[system]") {
    const TemporaryFolder folder;
    const fs::path place = folder.path() / "report";
    fs::create_directory(place);
    CHECK_FALSE(pveform::replace_public_file(files, place, "text"));
    CHECK_FALSE(pveform::replace_shared_file(files, place, "text"));
    CHECK(*files.list_folder(folder.path()) == std::vector<std::string>{"report"});
}

TEST_CASE("the contents are on the disk before the name is", "[system]") {
    MemoryFiles memory;
    memory.add_file("/safe/a", "old");
    REQUIRE(replace_file_durably(memory, "/safe/a", "new"));
    CHECK(
        memory.log() ==
        std::vector<std::string>{
            "inspect /safe/.a.new",
            "write /safe/.a.new",
            "sync /safe/.a.new",
            "rename /safe/a",
            "sync /safe"}
    );
}

TEST_CASE("a crash at any moment leaves the old file or the new one", "[system]") {
    using Crash = MemoryFiles::Crash;
    for (const Crash crash : {Crash::keeps_all, Crash::drops_contents, Crash::drops_all}) {
        for (std::size_t n = 1; n <= 5; ++n) {
            MemoryFiles memory;
            memory.add_file("/safe/a", "old");
            Faults kill(n, FaultKind::kill_after);
            memory.set_faults(&kill);
            CHECK_THROWS_AS(
                static_cast<void>(replace_file_durably(memory, "/safe/a", "new")),
                pveform::test::Killed
            );
            memory.set_faults(nullptr);
            memory.crash(crash);
            INFO("after operation " << n);
            CHECK((memory.bytes("/safe/a") == "old" || memory.bytes("/safe/a") == "new"));
            if (n == 5) {
                CHECK(memory.bytes("/safe/a") == "new");
            }
        }
    }
}
