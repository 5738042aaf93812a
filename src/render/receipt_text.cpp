#include "render/receipt_text.hpp"

#include <fmt/format.h>
#include <range/v3/view/zip.hpp>

#include "base/text.hpp"
#include "render/diagnostics.hpp"

namespace pveform::render {

namespace {

using apply::Outcome;

std::string counts(const apply::Receipt& receipt) {
    std::vector<std::string> parts;
    for (const Outcome outcome :
         {Outcome::done, Outcome::failed, Outcome::unknown, Outcome::not_attempted}) {
        if (const std::size_t count = receipt.count(outcome); count > 0) {
            parts.push_back(fmt::format("{} {}", count, to_string(outcome)));
        }
    }
    return join(parts, ", ");
}

/// The place in the document that asked for a step, for its error.
Span source_of(const plan::Plan& plan, const plan::Step& step) {
    return step.changes.empty() ? Span() : plan.changes.at(step.changes.front()).source;
}

std::string steps_that_were_not_done(
    const plan::Plan& plan, const apply::Receipt& receipt, const Style& style
) {
    std::string out;
    Errors errors;
    for (const auto& [step, result] : ranges::views::zip(plan.steps, receipt.results)) {
        if (result.outcome == Outcome::done) {
            continue;
        }
        const bool untouched = result.outcome == Outcome::not_attempted;
        out += fmt::format(
            "  {:<13}  {}{}\n",
            to_string(result.outcome),
            printable(describe(step.command)),
            untouched ? ": " + result.reason : ""
        );
        if (result.error) {
            Error error = *result.error;
            error.span = source_of(plan, step);
            errors.push_back(std::move(error));
        }
    }
    return errors.empty() ? out : out + "\n" + diagnostics(errors, style);
}

std::string checks(const apply::Receipt& receipt) {
    std::string out;
    std::size_t working = 0;
    for (const apply::SecretCheck& check : receipt.checks) {
        const std::string token = printable(check.token.text());
        if (!check.problem.empty()) {
            out += fmt::format(
                "The new secret of {} fails its first request: {}\n", token, check.problem
            );
        } else if (!check.skipped.empty()) {
            out += fmt::format("The new secret of {} was not tried: {}\n", token, check.skipped);
        } else {
            ++working;
        }
    }
    return working == 0 ? out : out + plural(working, "new secret") + " tried: good\n";
}

std::string secrets(const PlanContext& context, const apply::Receipt& receipt) {
    std::string out;
    if (!receipt.stored.empty()) {
        out += fmt::format(
            "{} stored in {}\n", plural(receipt.stored.size(), "secret"), context.secrets_place
        );
    }
    for (const apply::SpooledSecret& spooled : receipt.spooled) {
        out += fmt::format(
            "The secret of {} could not be stored and was kept in {}\n",
            printable(spooled.token.text()),
            spooled.file.string()
        );
    }
    return out + checks(receipt);
}

} // namespace

std::string receipt_text(
    const plan::Plan& plan,
    const PlanContext& context,
    const apply::Receipt& receipt,
    const apply::Verification& verification,
    const Style& style
) {
    std::string out = fmt::format("\nReceipt: {}\n", counts(receipt));
    out += steps_that_were_not_done(plan, receipt, style);
    out += secrets(context, receipt);
    if (!receipt.secrets_work()) {
        return out + "Not verified: give the tokens above another secret with `pveform rotate`\n";
    }
    if (verification.is_good()) {
        return out + (plan.part ? "Verified: nothing left to change of what was chosen\n"
                                : "Verified: nothing left to change\n");
    }
    if (verification.looked) {
        return out +
               fmt::format(
                   "Not verified: the cluster is not as the document says, there is still: {}. "
                   "Plan again\n",
                   verification.left
               );
    }
    if (receipt.is_complete()) {
        return out + "Not verified: all was done, and the cluster could not be read again\n";
    }
    if (receipt.own_secret_is_spooled()) {
        return out + "Partly applied: run `pveform apply` again, with the secret that was kept\n";
    }
    if (receipt.own_secret_ends) {
        return out + fmt::format(
                         "Partly applied: run `pveform apply` again before {}, with the new secret "
                         "that was stored\n",
                         receipt.own_secret_ends->text()
                     );
    }
    return out +
           (receipt.wrote()
                ? "Partly applied: run `pveform apply` again, it goes on where this one ended\n"
                : "Nothing was changed\n");
}

} // namespace pveform::render
