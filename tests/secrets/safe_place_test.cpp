// git and free space: what must hold of a place before secrets are put there.

#include "secrets/safe_place.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "secrets/vault.hpp"
#include "support/temporary_folder.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::posix_file_system;
using pveform::posix_processes;
using pveform::secrets::check_file_sink;
using pveform::secrets::check_folder_sink;
using pveform::secrets::open_file_sink;
using pveform::secrets::require_hidden_from_git;
using pveform::secrets::require_lock;
using pveform::secrets::require_private_folder;
using pveform::secrets::require_room;

namespace {

/// A work tree in memory, and a git that ignores what the test says.
struct WorkTree {
    MemoryFiles files;
    FakeProcesses processes;

    WorkTree() {
        files.add_folder("/repo", 0700);
        files.add_folder("/repo/.git", 0700);
        files.add_folder("/repo/secrets", 0700);
    }

    void ignore(std::initializer_list<const char*> names) {
        std::string output;
        for (const char* name : names) {
            output += std::string("/repo/secrets/") + name + '\0';
        }
        processes.install("git", answers(names.size() == 0 ? 1 : 0, output));
    }

    auto check() {
        return require_hidden_from_git(
            files, processes, "/repo/secrets", {"a.json", ".a.json.new"}
        );
    }
};

} // namespace

TEST_CASE("nobody else can put another folder in the place of one for secrets", "[secrets]") {
    constexpr unsigned root = 0;
    constexpr unsigned somebody = 1001;
    MemoryFiles files;
    const auto check = [&](unsigned mode, unsigned owner) {
        files.add_folder("/srv", mode, owner);
        files.add_folder("/srv/team", 0755);
        files.add_folder("/srv/team/ann", 0700);
        return require_private_folder(files, "/srv/team/ann");
    };
    for (const unsigned mode : {0755U, 0700U, 0775U, 02775U, 01777U, 01775U}) {
        CHECK(check(mode, root));
        CHECK(check(mode, MemoryFiles::me));
        CHECK_THAT(
            error_of(check(mode, somebody)),
            ContainsSubstring(
                "folder `/srv`, with `/srv/team` in it, belongs to somebody else (uid 1001)"
            )
        );
    }
    for (const unsigned mode : {0777U, 0757U, 02777U}) {
        for (const unsigned owner : {root, MemoryFiles::me}) {
            CHECK_THAT(
                error_of(check(mode, owner)),
                ContainsSubstring("others can write in folder `/srv` (mode ") &&
                    ContainsSubstring("put another one in the place of `/srv/team`") &&
                    ContainsSubstring("`chmod o-w /srv`, or `chmod +t /srv`")
            );
        }
    }
    files.add_folder("/srv", 0755);
    files.add_folder("/", 0777, root);
    CHECK_THAT(
        error_of(require_private_folder(files, "/srv/team/ann")),
        ContainsSubstring("others can write in folder `/`")
    );
}

TEST_CASE("a place outside of any work tree needs no git", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    CHECK(require_hidden_from_git(files, processes, "/safe", {"a.json"}));
    CHECK(processes.calls().empty());
}

TEST_CASE("a place inside of a work tree must be ignored, every file of it", "[secrets]") {
    WorkTree tree;
    tree.ignore({"a.json", ".a.json.new"});
    CHECK(tree.check());
    tree.ignore({"a.json"});
    CHECK_THAT(error_of(tree.check()), ContainsSubstring("`/repo/secrets/.a.json.new`"));
    tree.ignore({});
    CHECK_THAT(
        error_of(tree.check()),
        ContainsSubstring("add to `/repo/secrets/.gitignore`: `a.json`, `.a.json.new`")
    );
}

TEST_CASE("a work tree that nobody can ask about is refused", "[secrets]") {
    WorkTree tree;
    CHECK_THAT(error_of(tree.check()), ContainsSubstring("git is not here to say"));
    tree.processes.install("git", answers(128));
    CHECK_THAT(error_of(tree.check()), ContainsSubstring("git cannot say what it ignores"));
}

TEST_CASE("a linked work tree, where .git is a file, is one too", "[secrets]") {
    WorkTree tree;
    tree.files.add_file("/repo/.git", "gitdir: /elsewhere\n");
    tree.ignore({});
    CHECK_FALSE(tree.check());
}

TEST_CASE("room is asked for by writing", "[secrets]") {
    MemoryFiles files;
    files.add_file("/safe/.a.new", "left behind");
    REQUIRE(require_room(files, "/safe/.a.new", 1000));
    CHECK_FALSE(files.has("/safe/.a.new"));
    for (const std::size_t n : {2U, 3U, 4U}) { // the write, the sync, that of the folder
        Faults faults(n, FaultKind::error);
        files.set_faults(&faults);
        CHECK_THAT(
            error_of(require_room(files, "/safe/.a.new", 1000)),
            Catch::Matchers::EndsWith("Input/output error\n") // room would not help
        );
        files.set_faults(nullptr);
        CHECK_FALSE(files.has("/safe/.a.new"));
    }
    files.fill_disk_of("/safe");
    CHECK_THAT(
        error_of(require_room(files, "/safe/.a.new", 1000)),
        ContainsSubstring("secrets need 1000 bytes of room there")
    );
}

TEST_CASE("a folder that cannot be written in is to become writable, and not larger", "[secrets]") {
    MemoryFiles files;
    const auto says = [&files](int reason, const std::string& words, const std::string& help) {
        files.refuse_files_in("/safe", reason);
        for (const std::string& error :
             {error_of(require_room(files, "/safe/.a.new", 1000)),
              error_of(require_lock(files, "/safe/.a.lock"))}) {
            CHECK_THAT(error, ContainsSubstring(words));
            CHECK_THAT(error, ContainsSubstring(help) && !ContainsSubstring("bytes of room"));
        }
    };
    says(EACCES, "Permission denied", "`chmod u+w /safe`, or another place");
    says(EPERM, "Operation not permitted", "`chmod u+w /safe`, or another place");
    says(EROFS, "Read-only file system", "`/safe` cannot be written to: use another place");
}

TEST_CASE("a look is not in the way of a store", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    files.add_file("/safe/.a.json.new", "being stored");
    const auto before = files.paths();
    for (const bool is_locked : {false, true}) {
        CHECK(check_file_sink(files, processes, "/safe/a.json", "prod", tokens({"ann@pve!ci"})));
        CHECK(files.bytes("/safe/.a.json.new") == "being stored");
        if (!is_locked) {
            CHECK(files.paths() == before);
            files.add_file("/safe/.a.json.lock", "");
        }
    }
    files.add_file("/safe/.pveform.new", "being tried");
    CHECK(check_folder_sink(files, processes, "/safe", "prod", tokens({"ann@pve!ci"})));
    CHECK(files.bytes("/safe/.pveform.new") == "being tried");
    CHECK_FALSE(files.has("/safe/.pveform.lock"));
}

TEST_CASE("a look is refused while another run stores", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    const auto ids = tokens({"ann@pve!ci"});
    const auto held = value_of(open_file_sink(files, processes, "/safe/a.json", "prod", ids));
    CHECK_THAT(
        error_of(check_file_sink(files, processes, "/safe/a.json", "prod", ids)),
        ContainsSubstring("another run of pveform")
    );
}

TEST_CASE("a real git is understood", "[secrets]") {
    if (!posix_processes().can_find("git")) {
        WARN("git is not installed");
        return;
    }
    const TemporaryFolder folder;
    const auto repository = folder.path() / "repo";
    std::filesystem::create_directories(repository / "secrets");
    REQUIRE(posix_processes().output_of(
        {"git", "init", "--quiet", repository.string()}, std::chrono::minutes(10)
    ));
    const auto open = [&] {
        return open_file_sink(
            posix_file_system(),
            posix_processes(),
            repository / "secrets/prod.json",
            "prod",
            tokens({"ann@pve!ci"})
        );
    };
    ::setenv("GIT_DIR", "/nowhere", 1); // as in a hook of another repository
    CHECK_THAT(error_of(open()), ContainsSubstring("does not ignore it"));
    std::ofstream(repository / ".gitignore") << "prod.json\n";
    CHECK_THAT(error_of(open()), ContainsSubstring(".prod.json.new"));
    std::ofstream(repository / ".gitignore") << "/secrets/\n";
    const auto opened = open();
    CHECK(opened);
    REQUIRE((*opened)->store(issued("ann@pve!ci", "secret")));
    ::unsetenv("GIT_DIR");
    const auto status = posix_processes().output_of(
        {"git", "-C", repository.string(), "status", "--porcelain"}, std::chrono::minutes(10)
    );
    CHECK(status->reveal() == "?? .gitignore\n");
    REQUIRE(posix_processes().output_of(
        {"git", "-C", repository.string(), "add", "--force", "secrets/prod.json"},
        std::chrono::minutes(10)
    ));
    ::setenv("GIT_INDEX_FILE", "/nowhere", 1); // where that is not known
    CHECK_THAT(error_of(open()), ContainsSubstring("does not ignore it"));
    ::unsetenv("GIT_INDEX_FILE");
}
