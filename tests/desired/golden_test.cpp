// Whole outputs, as somebody would see them. `ACCEPT=1` writes them anew.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "desired/reading.hpp"

using namespace pveform;
using namespace pveform::test;

namespace {

const std::string folder = PVEFORM_SOURCE_DIR "/tests/golden/";

std::string contents(const std::string& path) {
    std::ifstream stream(path);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void check_golden(const std::string& path, const std::string& text) {
    if (std::getenv("ACCEPT") != nullptr) {
        std::ofstream(path) << text;
    }
    CHECK(contents(path) == text);
}

} // namespace

TEST_CASE("twelve mistakes are reported in one run, each where it stands", "[desired]") {
    const std::string input = contents(folder + "twelve_mistakes/input.yaml");
    const auto document = parse({{"access/prod.yaml", input}});
    REQUIRE_FALSE(document);
    CHECK(document.error().size() == 12);
    check_golden(
        folder + "twelve_mistakes/diagnostics.txt", render::diagnostics(document.error(), {})
    );
}
