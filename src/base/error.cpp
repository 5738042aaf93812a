#include "base/error.hpp"

#include <cstddef>
#include <set>
#include <tuple>

namespace pveform {

Errors without_repetitions(Errors errors) {
    using Said = std::tuple<const SourceFile*, std::size_t, std::size_t, std::string>;
    std::set<Said> said;
    std::erase_if(errors, [&said](const Error& error) {
        const Span& span = error.span;
        return !said.emplace(span.file.get(), span.line, span.column, error.message).second;
    });
    return errors;
}

} // namespace pveform
