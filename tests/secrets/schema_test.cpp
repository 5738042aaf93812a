// What sinks write is what schemas/secrets.schema.json promises.

#include <chrono>

#include "catch.hpp"
#include "secrets/vault.hpp"
#include "support/temporary_folder.hpp"

using namespace pveform::test; // NOLINT: names of the test's own small world
using pveform::posix_file_system;
using pveform::posix_processes;
using pveform::secrets::open_file_sink;
using pveform::secrets::open_folder_sink;

namespace {

/// Says why a file is not as the schema (or a definition in it) wants it; nothing if it is.
constexpr const char* validator = R"(
import json, sys
from jsonschema import Draft202012Validator
schema, definition, path = sys.argv[1:]
root = json.load(open(schema))
Draft202012Validator.check_schema(root)
part = root if definition == "#" else {"$defs": root["$defs"], "$ref": definition}
for error in Draft202012Validator(part).iter_errors(json.load(open(path))):
    print(error.message)
)";

std::string complaints(const std::string& definition, const std::filesystem::path& path) {
    const auto answer = posix_processes().output_of(
        {"python3",
         "-c",
         validator,
         PVEFORM_SOURCE_DIR "/schemas/secrets.schema.json",
         definition,
         path.string()},
        std::chrono::minutes(10)
    );
    if (!answer) {
        FAIL(answer.error().message);
    }
    return std::string(answer->reveal());
}

} // namespace

TEST_CASE("files and records are as the schema says", "[secrets]") {
    if (!posix_processes().output_of(
            {"python3", "-c", "import jsonschema"}, std::chrono::minutes(10)
        )) {
        WARN("python3-jsonschema is not installed");
        return;
    }
    const TemporaryFolder folder;
    auto& files = posix_file_system();
    const auto file = folder.path() / "prod.json";
    const auto ids = tokens({"ann@pve!ci", "ben.b@corp!web_1"});
    {
        const auto sink = value_of(open_file_sink(files, posix_processes(), file, "prod", ids));
        REQUIRE(sink->store(issued("ann@pve!ci", "s3cret")));
        auto forever = issued("ben.b@corp!web_1", "s3cret");
        forever.expires = pveform::Expiry::never();
        REQUIRE(sink->store(forever));
    }
    const auto sink =
        value_of(open_folder_sink(files, posix_processes(), folder.path(), "prod", ids));
    REQUIRE(sink->store(issued("ann@pve!ci", "s3cret")));

    CHECK(complaints("#", file).empty());
    const auto record = folder.path() / "ann@pve!ci.json";
    CHECK(complaints("#/$defs/single_record", record).empty());
    // The schema is one that says no.
    CHECK_THAT(complaints("#", record), ContainsSubstring("'tokens' is a required property"));
    CHECK_FALSE(complaints("#/$defs/single_record", file).empty());
}
