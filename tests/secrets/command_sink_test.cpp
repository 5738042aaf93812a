// A program that stores secrets, and the job's log that must not show them.

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "secrets/vault.hpp"
#include "support/temporary_folder.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using namespace std::chrono_literals;
using pveform::ErrorKind;
using pveform::posix_processes;
using pveform::Result;
using pveform::secrets::check_command_sink;
using pveform::secrets::CommandStore;
using pveform::secrets::IssuedSecret;
using pveform::secrets::open_command_sink;
using pveform::secrets::Sink;
using pveform::secrets::with_masking;

namespace {

const std::string lock_folder = "/safe/state/pveform";

CommandStore store_by(std::vector<std::string> command, const std::string& cluster = "prod") {
    return {std::move(command), 10min, lock_folder, cluster};
}

} // namespace

TEST_CASE("the program gets the record on its standard input and nowhere else", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    processes.install("vault-put", answers(0));
    const auto sink = value_of(open_command_sink(files, processes, store_by({"vault-put", "pve"})));
    REQUIRE(sink->store(issued("ann@pve!ci", "s3cret")));
    REQUIRE(processes.calls().size() == 1);
    const auto& call = processes.calls().front();
    CHECK(call.command == std::vector<std::string>{"vault-put", "pve"});
    CHECK(call.survives_interrupts);
    const auto record = parsed(call.input);
    CHECK(*record.find("version")->as_int() == 1);
    CHECK(text_at(record, {"name"}) == "ann@pve!ci");
    CHECK(text_at(record, {"secret"}) == "s3cret");
    CHECK(text_at(record, {"authorization"}) == "PVEAPIToken=ann@pve!ci=s3cret");
}

TEST_CASE("what is stored for the header is what PVE reads as the token's id", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    processes.install("vault-put", answers(0));
    const auto sink = value_of(open_command_sink(files, processes, store_by({"vault-put", "pve"})));
    REQUIRE(sink->store(issued("p%41q@pve!ci", "s3cret")));
    const auto record = parsed(processes.calls().front().input);
    CHECK(text_at(record, {"id"}) == "p%41q@pve!ci");
    CHECK(text_at(record, {"authorization"}) == "PVEAPIToken=p%2541q@pve!ci=s3cret");
}

TEST_CASE("the program is told which other names are easily mixed up", "[secrets]") {
    const TemporaryFolder folder;
    const std::string told = (folder.path() / "told").string();
    MemoryFiles files;
    const auto sink = value_of(open_command_sink(
        files,
        posix_processes(),
        store_by(
            {"sh", "-c", R"(cat >/dev/null; printf %s "$PVEFORM_LIKE_NAMES" >"$1")", "sh", told}
        ),
        tokens({"ann@pve!ci", "ann@pve!CI", "an.n@pve!c_i", "ann@pve!ci2", "annp@ve!ci"})
    ));
    const auto names_like = [&](const char* name) {
        REQUIRE(sink->store(issued(name, "s3cret")));
        std::ifstream file(told);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    CHECK(names_like("ann@pve!ci") == "ann@pve!CI\nan.n@pve!c_i\nannp@ve!ci");
    CHECK(names_like("ann@pve!ci2").empty());
    CHECK(names_like("nobody@pve!declared").empty());
}

TEST_CASE("only exit code 0 says that a secret is stored", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    processes.install("vault-put", answers(2));
    const auto sink = value_of(open_command_sink(files, processes, store_by({"vault-put"})));
    const auto stored = sink->store(issued("ann@pve!ci", "s3cret"));
    REQUIRE_FALSE(stored);
    CHECK(stored.error().kind == ErrorKind::io);
    CHECK(
        stored.error().message ==
        "command `vault-put` did not store the secret of `ann@pve!ci`: exit code 2"
    );
}

TEST_CASE("a program that is not there is found out in time", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    CHECK_THAT(
        error_of(open_command_sink(files, processes, store_by({"vault-put"}))),
        ContainsSubstring("there is no program `vault-put`")
    );
    CHECK_FALSE(open_command_sink(files, processes, store_by({})));
}

TEST_CASE("two runs cannot store secrets of one cluster by commands at once", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    processes.install("vault-put", answers(0));
    const auto open = [&](const std::string& cluster) {
        return open_command_sink(files, processes, store_by({"vault-put"}, cluster));
    };
    {
        const auto held = value_of(open("prod"));
        CHECK_THAT(error_of(open("prod")), ContainsSubstring("another run of pveform"));
        CHECK_THAT(
            error_of(check_command_sink(files, processes, store_by({"vault-put"}))),
            ContainsSubstring("another run of pveform")
        );
        CHECK(open("test"));                                 // another cluster is another matter
        CHECK(open("Prod"));                                 // so is one that is only called alike
        CHECK(open("https://pve/" + std::string(300, 'x'))); // whatever its name
    }
    CHECK(open("prod"));
    CHECK(files.permissions(lock_folder) == 0700);
}

TEST_CASE("a look at a program leaves nothing behind", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    processes.install("vault-put", answers(0));
    const auto before = files.paths();
    CHECK(check_command_sink(files, processes, store_by({"vault-put"})));
    CHECK(files.paths() == before);
    CHECK_THAT(
        error_of(check_command_sink(files, processes, store_by({"vault-get"}))),
        ContainsSubstring("there is no program `vault-get`")
    );
}

TEST_CASE("a program whose runs cannot be locked out is refused in time", "[secrets]") {
    MemoryFiles files;
    FakeProcesses processes;
    processes.install("vault-put", answers(0));
    files.add_folder("/safe/state", 0700);
    files.add_folder(lock_folder, 0777);
    CHECK_THAT(
        error_of(open_command_sink(files, processes, store_by({"vault-put"}))),
        ContainsSubstring("others can write in folder") && ContainsSubstring("XDG_STATE_HOME")
    );
}

TEST_CASE("a real program: what it prints does not matter, how long it takes does", "[secrets]") {
    const TemporaryFolder folder;
    const std::string target = (folder.path() / "stored").string();
    const auto store = [&](const std::string& script, std::chrono::seconds limit = 10min) {
        MemoryFiles files;
        CommandStore by_script = store_by({"sh", "-c", script, "sh", target});
        by_script.time_limit = limit;
        const auto sink = value_of(open_command_sink(files, posix_processes(), by_script));
        return sink->store(issued("ann@pve!ci", "s3cret"));
    };
    CHECK(store("cat >\"$1\"; head -c 200000 /dev/zero"));
    const auto text = pveform::posix_file_system().read_file(target, 10'000);
    CHECK(text_at(parsed(*text), {"secret"}) == "s3cret");
    CHECK_FALSE(store("cat >/dev/null; exit 1"));
    CHECK_FALSE(store("cat >/dev/null; kill -9 $$"));
    CHECK_THAT(error_of(store("exec sleep 1000", 1s)), ContainsSubstring("takes too long"));
}

TEST_CASE("a program that did not read all of the record has not stored it", "[secrets]") {
    const auto store = [](const std::string& script) {
        MemoryFiles files;
        const auto sink =
            value_of(open_command_sink(files, posix_processes(), store_by({"sh", "-c", script})));
        return sink->store(issued("ann@pve!ci", "s3cret"));
    };
    for (const char* script :
         {"exit 0",
          "echo stored",
          "exec <&-; sleep 0.2",
          "sleep 0.2",
          "head -c 10 | wc -c",
          "dd bs=1 count=10 2>/dev/null",
          "exec </dev/null; cat"}) {
        INFO(script);
        CHECK(
            error_of(store(script)) ==
            "command `sh` did not store the secret of `ann@pve!ci`: it ended well, but did not "
            "read the secret\na command that stores reads all of its standard input"
        );
    }
    CHECK(store("cat"));
    CHECK(store("cat >/dev/null; sleep 0.2"));
    CHECK(store("record=$(cat)"));
}

TEST_CASE("a job's log is told what to hide before the secret goes anywhere", "[secrets]") {
    std::ostringstream log;
    std::string log_at_store; // begins on a new line, whatever stood on the last one

    class Watcher final : public Sink {
    public:
        Watcher(const std::ostringstream& log, std::string& seen) : log_(log), seen_(seen) {}

        Result<void> store(const IssuedSecret&) override {
            seen_ = log_.str();
            return std::unexpected(pveform::Error{.kind = ErrorKind::io, .message = "full"});
        }

    private:
        const std::ostringstream& log_;
        std::string& seen_;
    };

    const auto sink = with_masking(std::make_unique<Watcher>(log, log_at_store), log);
    CHECK_FALSE(sink->store(issued("ann@pve!ci", "s3cret")));
    CHECK(log_at_store == "\n::add-mask::s3cret\n");
}
