// examples/sinks/: each recipe with the real program where it is installed, else with one that
// writes down what it was told.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "catch.hpp"
#include "secrets/vault.hpp"
#include "support/temporary_folder.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::posix_processes;
using pveform::Result;
using pveform::secrets::CommandStore;
using pveform::secrets::open_command_sink;

namespace fs = std::filesystem;

namespace {

constexpr const char* name = "ann.b@pve!ci_1";
constexpr const char* secret = "11111111-2222-3333-4444-555555555555";
constexpr std::chrono::minutes time_limit{10};

std::string contents(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool has(const char* program) {
    if (posix_processes().can_find(program)) {
        return true;
    }
    WARN(program << " is not installed");
    return false;
}

/// A folder in front of PATH, with programs that are not what they seem.
class Workshop {
public:
    Workshop() : path_before_(std::getenv("PATH")) {
        fs::create_directory(folder.path() / "bin");
        fs::create_directory(folder.path() / "out");
        const std::string path = (folder.path() / "bin").string() + ":" + path_before_;
        ::setenv("PATH", path.c_str(), 1);
    }

    ~Workshop() { ::setenv("PATH", path_before_.c_str(), 1); }

    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    Workshop(Workshop&&) = delete;
    Workshop& operator=(Workshop&&) = delete;

    /// A program that keeps its arguments and standard input, prints the latter, and fails where
    /// it is told to.
    void pretend(const std::string& program, int exit_code = 0) const {
        const fs::path file = folder.path() / "bin" / program;
        std::ofstream(file) << "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\" >'" << arguments().string()
                            << "'\nenv >'" << environment().string() << "'\ntee '"
                            << input().string() << "'\nexit " << exit_code << "\n";
        fs::permissions(file, fs::perms::owner_all);
    }

    [[nodiscard]] static CommandStore store_by(std::vector<std::string> command) {
        return {std::move(command), time_limit, "/safe/state", "prod"};
    }

    [[nodiscard]] Result<void> store(
        const std::string& recipe,
        std::vector<std::string> arguments,
        const std::vector<pveform::TokenId>& declared = {}
    ) const {
        std::vector<std::string> command = {PVEFORM_SOURCE_DIR "/examples/sinks/" + recipe};
        std::ranges::move(arguments, std::back_inserter(command));
        MemoryFiles files;
        const auto sink =
            value_of(open_command_sink(files, posix_processes(), store_by(command), declared));
        return sink->store(issued(name, secret));
    }

    /// What a recipe says to standard error when it does not store.
    [[nodiscard]] std::string refusal(
        const std::string& recipe, const std::string& argument, const std::string& other
    ) const {
        const fs::path words = folder.path() / "words";
        const std::vector<std::string> command = {
            "sh",
            "-c",
            R"(exec "$1" "$2" 2>"$3")",
            "sh",
            PVEFORM_SOURCE_DIR "/examples/sinks/" + recipe,
            argument,
            words.string()};
        MemoryFiles files;
        const auto sink = value_of(open_command_sink(
            files, posix_processes(), store_by(command), tokens({name, other.c_str()})
        ));
        CHECK_FALSE(sink->store(issued(name, secret)));
        return contents(words);
    }

    /// The program was told everything on its standard input.
    void check_nothing_is_seen() const {
        CHECK_FALSE(contents(arguments()).empty());
        CHECK(contents(arguments()).find(secret) == std::string::npos);
        CHECK(contents(environment()).find(secret) == std::string::npos);
        CHECK(contents(input()).find(secret) != std::string::npos);
    }

    [[nodiscard]] fs::path arguments() const { return folder.path() / "arguments"; }

    [[nodiscard]] fs::path environment() const { return folder.path() / "environment"; }

    [[nodiscard]] fs::path input() const { return folder.path() / "input"; }

    [[nodiscard]] fs::path out() const { return folder.path() / "out"; }

    TemporaryFolder folder;

private:
    std::string path_before_;
};

} // namespace

TEST_CASE("recipe age: what is encrypted can be decrypted", "[secrets][recipes]") {
    if (!has("jq") || !has("age") || !has("age-keygen")) {
        return;
    }
    const Workshop workshop;
    const std::string key = (workshop.folder.path() / "key").string();
    const std::string recipients = (workshop.folder.path() / "recipients").string();
    REQUIRE(posix_processes().output_of(
        {"sh",
         "-c",
         "age-keygen -o \"$1\" 2>/dev/null && age-keygen -y \"$1\" >\"$2\"",
         "sh",
         key,
         recipients},
        time_limit
    ));
    REQUIRE(workshop.store("age.sh", {workshop.out().string(), recipients}));
    const fs::path file = workshop.out() / (std::string(name) + ".json.age");
    CHECK(contents(file).starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
    CHECK(
        (fs::status(file).permissions() & fs::perms::mask) ==
        (fs::perms::owner_read | fs::perms::owner_write)
    );
    const auto record = posix_processes().output_of(
        {"age", "--decrypt", "--identity", key, file.string()}, time_limit
    );
    REQUIRE(record);
    CHECK(text_at(parsed(std::string(record->reveal())), {"secret"}) == secret);
    CHECK(workshop.store("age.sh", {workshop.out().string(), recipients})); // once more
    CHECK_FALSE(workshop.store("age.sh", {workshop.out().string(), "/no/such/file"}));
    CHECK_FALSE(workshop.store("age.sh", {"/no/such/folder", recipients}));
}

TEST_CASE("recipe sops: the record goes in by a pipe", "[secrets][recipes]") {
    if (!has("jq")) {
        return;
    }
    const Workshop workshop;
    workshop.pretend("sops");
    REQUIRE(workshop.store("sops.sh", {workshop.out().string()}));
    workshop.check_nothing_is_seen();
    const fs::path file = workshop.out() / (std::string(name) + ".sops.json");
    CHECK(text_at(parsed(contents(file)), {"secret"}) == secret);
    workshop.pretend("sops", 1);
    CHECK_FALSE(workshop.store("sops.sh", {workshop.out().string()}));
}

TEST_CASE("recipe vault: the record goes in by a pipe", "[secrets][recipes]") {
    if (!has("jq")) {
        return;
    }
    const Workshop workshop;
    workshop.pretend("vault");
    REQUIRE(workshop.store("vault.sh", {"secret", "pve"}));
    workshop.check_nothing_is_seen();
    CHECK_THAT(
        contents(workshop.arguments()),
        ContainsSubstring("kv\nput\n-mount=secret\npve/ann.b@pve!ci_1\n-\n")
    );
    CHECK(text_at(parsed(contents(workshop.input())), {"secret"}) == secret);
    workshop.pretend("vault", 2);
    CHECK_FALSE(workshop.store("vault.sh", {"secret", "pve"}));
}

TEST_CASE("recipe github: id and secret go in by a pipe", "[secrets][recipes]") {
    if (!has("jq")) {
        return;
    }
    const Workshop workshop;
    workshop.pretend("gh");
    REQUIRE(workshop.store("github.sh", {"owner/repository"}));
    workshop.check_nothing_is_seen();
    CHECK_THAT(
        contents(workshop.arguments()),
        ContainsSubstring("secret\nset\nPVE_ANN_B_PVE_CI_1\n--repo\nowner/repository\n")
    );
    CHECK(contents(workshop.input()) == std::string(name) + "=" + secret);
    workshop.pretend("gh", 1);
    CHECK_FALSE(workshop.store("github.sh", {"owner/repository"}));
}

TEST_CASE("recipe kubernetes: a Secret goes in by a pipe", "[secrets][recipes]") {
    if (!has("jq")) {
        return;
    }
    const Workshop workshop;
    workshop.pretend("kubectl");
    REQUIRE(workshop.store("kubernetes.sh", {"monitoring"}));
    workshop.check_nothing_is_seen();
    const auto manifest = parsed(contents(workshop.input()));
    CHECK(text_at(manifest, {"kind"}) == "Secret");
    CHECK(text_at(manifest, {"metadata", "name"}) == "pve-ann-b-pve-ci-1");
    CHECK(text_at(manifest, {"metadata", "annotations", "pveform/name"}) == name);
    CHECK(text_at(manifest, {"stringData", "secret"}) == secret);
    CHECK_THAT(contents(workshop.arguments()), ContainsSubstring("--server-side"));
    workshop.pretend("kubectl", 1);
    CHECK_FALSE(workshop.store("kubernetes.sh", {"monitoring"}));
}

TEST_CASE(
    "recipes refuse two tokens that would be one secret, and store nothing", "[secrets][recipes]"
) {
    if (!has("jq")) {
        return;
    }
    const Workshop workshop;
    workshop.pretend("gh");
    workshop.pretend("kubectl");
    const std::string other = "Ann-b@pve!ci.1";
    CHECK(
        workshop.refusal("github.sh", "owner/repository", other) ==
        "github.sh: ann.b@pve!ci_1 and Ann-b@pve!ci.1 would both be the secret "
        "PVE_ANN_B_PVE_CI_1: rename one\n"
    );
    CHECK(
        workshop.refusal("kubernetes.sh", "monitoring", other) ==
        "kubernetes.sh: ann.b@pve!ci_1 and Ann-b@pve!ci.1 would both be the Secret "
        "pve-ann-b-pve-ci-1: rename one\n"
    );
    CHECK_FALSE(fs::exists(workshop.arguments()));
    // Alike, and not the same.
    const auto declared = tokens({name, "annb@pve!ci_1", "ann.b@pve!other"});
    CHECK(workshop.store("github.sh", {"owner/repository"}, declared));
    CHECK(workshop.store("kubernetes.sh", {"monitoring"}, declared));
}
