#include "desired/unsupported.hpp"

#include <fmt/format.h>

namespace pveform::desired {

namespace {

Error refusal(std::string_view what, const Span& span) {
    return Error{
        .kind = ErrorKind::document,
        .message = fmt::format("{} cannot be done by this version of pveform", what),
        .span = span,
        .help = "take it out until a later version; it is refused, so that nobody relies on it",
    };
}

} // namespace

Errors unsupported(const Document& document) {
    Errors errors;
    for (const auto& [rule, setting] : document.policy.rules) {
        errors.push_back(refusal("checking the `policy`", setting.span));
    }
    for (const Assertion& assertion : document.assertions) {
        errors.push_back(refusal("making `assertions`", assertion.span));
    }
    return errors;
}

} // namespace pveform::desired
