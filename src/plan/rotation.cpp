#include "plan/rotation.hpp"

#include <algorithm>

namespace pveform::plan {

bool Rotation::speaks_of(const TokenId& declared) const {
    return tokens.empty() || std::ranges::any_of(tokens, [&](const Glob& glob) {
               return glob.matches(declared.text());
           });
}

} // namespace pveform::plan
