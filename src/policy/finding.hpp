// What a rule found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/source.hpp"
#include "model/object_key.hpp"
#include "policy/rules.hpp"

namespace pveform::policy {

struct Finding {
    std::string_view rule; // its id
    Severity severity = Severity::warning;
    ObjectKey object;
    std::string message; // names the object, too
    std::string help;
    Span span; // where the object is declared; nowhere if the document does not
};

/// A finding that the document wants nothing to be said about.
struct Ignored {
    Finding finding;
    std::string reason;
    Span span; // of the `ignore`
};

} // namespace pveform::policy
