// What a receipt's last line says to do now.
#include "render/receipt_text.hpp"

#include "catch.hpp"

using namespace pveform;

namespace {

/// Of an apply with one step, which wrote and failed.
std::string last_line(const apply::Receipt& receipt) {
    const std::string text = render::receipt_text(plan::Plan(), {}, receipt, {}, {});
    return text.substr(text.rfind('\n', text.size() - 2) + 1);
}

} // namespace

TEST_CASE("a receipt ends with what to do now", "[render]") {
    apply::Receipt receipt;
    receipt.results.push_back(
        {.outcome = apply::Outcome::failed, .wrote = true, .error = {}, .reason = {}}
    );
    CHECK(
        last_line(receipt) ==
        "Partly applied: run `pveform apply` again, it goes on where this one ended\n"
    );
    receipt.own_secret_ends = Expiry{1'800'003'601};
    CHECK(
        last_line(receipt) == "Partly applied: run `pveform apply` again before "
                              "2027-01-15T09:00:01Z, with the new secret "
                              "that was stored\n"
    );
    receipt.spooled.push_back({.token = {UserId{"ci@pve"}, "a"}, .file = "/spool/a", .is_own = true}
    );
    CHECK(
        last_line(receipt) ==
        "Partly applied: run `pveform apply` again, with the secret that was kept\n"
    );
    receipt = {};
    receipt.results.push_back({.outcome = apply::Outcome::failed, .error = {}, .reason = {}});
    CHECK(last_line(receipt) == "Nothing was changed\n");
}
