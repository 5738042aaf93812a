// What is left to say of documents that are not valid, and in which report.

#include <algorithm>

#include "catch.hpp"
#include "cli/run.hpp"
#include "cli/world.hpp"

using namespace pveform; // NOLINT: a test's own small world

namespace {

/// A job on GitHub with documents below `/access`.
struct Job {
    explicit Job(const std::map<std::string, std::string>& documents) {
        world.variables = {{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", "/summary"}};
        world.files.add_folder("/access", 0700);
        for (const auto& [name, text] : documents) {
            world.files.add_file("/access/" + name, text);
        }
    }

    /// The first line of the summary, which scripts find it by.
    std::string marker_after(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"-f", "/access"});
        CHECK(cli::run(arguments, world.context) == cli::ExitCode::invalid);
        const std::string summary = world.files.bytes("/summary");
        return summary.substr(0, summary.find('\n'));
    }

    [[nodiscard]] std::ptrdiff_t times_read(const std::string& path) const {
        return std::ranges::count(world.files.log(), "read " + path);
    }

    test::World world;
};

const std::string named = "version: 1\ncluster: { name: prod }\n";

/// Of documents that name no cluster, with this in its place.
std::string marker_without_name(const std::string& cluster, std::vector<std::string> arguments) {
    Job job({{"a.yaml", "version: 1\nusrs: {}\ncluster: { " + cluster + " }\n"}});
    return job.marker_after(std::move(arguments));
}

} // namespace

TEST_CASE("documents are read once, also where they are not valid", "[cli]") {
    for (const std::string command : {"validate", "plan", "drift", "apply"}) {
        CAPTURE(command);
        Job job({{"a.yaml", named + "usrs: {}\n"}});
        CHECK(job.marker_after({command}) == "<!-- pveform:" + command + ":prod -->");
        CHECK(job.times_read("/access/a.yaml") == 1);
    }
}

TEST_CASE(
    "a cluster has its name also where a file beside the one that says it is broken", "[cli]"
) {
    for (const std::string command : {"validate", "plan", "drift", "apply"}) {
        CAPTURE(command);
        Job job({{"cluster.yaml", named}, {"users.yaml", "users: [\n"}});
        CHECK(job.marker_after({command}) == "<!-- pveform:" + command + ":prod -->");
        CHECK(job.times_read("/access/cluster.yaml") == 1);
        CHECK(job.times_read("/access/users.yaml") == 1);
    }
}

TEST_CASE("without a name, what is not valid goes by the endpoint, as what is", "[cli]") {
    const std::string in_document = "endpoint: https://pve:8006";
    CHECK(marker_without_name(in_document, {"plan"}) == "<!-- pveform:plan:https-pve-8006 -->");
    CHECK(
        marker_without_name(in_document, {"plan", "--endpoint", "https://other:8006"}) ==
        "<!-- pveform:plan:https-other-8006 -->"
    );
    CHECK(marker_without_name("", {"plan"}) == "<!-- pveform:plan:unknown -->");
}

TEST_CASE("an endpoint with a password in it names no cluster", "[cli]") {
    CHECK(
        marker_without_name("endpoint: https://ann:hush@pve:8006", {"plan"}) ==
        "<!-- pveform:plan:unknown -->"
    );
    CHECK(
        marker_without_name("", {"plan", "--endpoint", "https://ann:hush@pve:8006"}) ==
        "<!-- pveform:plan:unknown -->"
    );
}

TEST_CASE("a comparison with a snapshot reads broken documents once", "[cli]") {
    Job job({{"a.yaml", named + "usrs: {}\n"}});
    job.world.files.add_file("/before.json", "no snapshot");
    CHECK(
        job.marker_after({"drift", "--against", "/before.json"}) == "<!-- pveform:drift:prod -->"
    );
    CHECK(job.times_read("/access/a.yaml") == 1);
}

TEST_CASE("an earlier report that a plan no longer holds is replaced by the mistakes", "[cli]") {
    Job job({{"a.yaml", named + "usrs: {}\n"}});
    job.world.files.add_file("/r.txt", "The plan that was reviewed no longer holds:\n  x\n");
    job.marker_after({"plan", "--output", "text=/r.txt"});
    CHECK(job.world.files.bytes("/r.txt").starts_with("error: unknown key `usrs`"));
}

TEST_CASE("what only reads never comes to have written, whatever its output", "[cli]") {
    for (const auto& [command, writes] : std::map<std::string, bool>{
             {"plan", false}, {"drift", false}, {"apply", true}, {"rotate", true}}) {
        CAPTURE(command);
        Job job({{"a.yaml", named + "usrs: {}\n"}});
        static_cast<void>(cli::run({command, "-f", "/access"}, job.world.context));
        CHECK(job.world.context.may_write == writes);
    }
}
