// How rows of a plan are laid out.

#include "render/plan_table.hpp"

#include "catch.hpp"

using namespace pveform;

namespace {

render::Row row(std::string name, std::string detail, std::vector<std::string> below = {}) {
    return {
        .action = plan::Action::destroy,
        .kind = "user",
        .name = std::move(name),
        .detail = std::move(detail),
        .source = {},
        .below = std::move(below),
    };
}

} // namespace

TEST_CASE("a list of names stays in its column", "[render]") {
    const std::string blanks(25, ' ');
    CHECK(
        render::table(
            {row("eve@pve", "one"),
             row("ann@pve, barbara@example, charlotte@pve and 2 more", "two")},
            2,
            {}
        ) == "  - user eve@pve  " + blanks + "one\n" +
                 "  - user ann@pve, barbara@example,         two\n"
                 "         charlotte@pve and 2 more\n"
    );
}

TEST_CASE("lines under the detail are wrapped as it is", "[render]") {
    render::Style narrow;
    narrow.width = 40;
    CHECK(
        render::table(
            {row(
                "a@pve", "PVEAdmin", {"by adding PVEAuditor for ann@pve on /pool/prod: it hides"}
            )},
            2,
            narrow
        ) == "  - user a@pve  PVEAdmin\n"
             "                by adding PVEAuditor\n"
             "                  for ann@pve on\n"
             "                  /pool/prod: it hides\n"
    );
}
