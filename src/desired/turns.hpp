// The names of a token with an `overlap`: `NAME-a` and `NAME-b` take turns.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "desired/desired.hpp"

namespace pveform::desired {

[[nodiscard]] std::array<TokenId, 2> turns_of(const TokenId& declared);

/// What a token would be called in the document if its name is one of two that take turns.
[[nodiscard]] std::optional<TokenId> declared_name_of_turn(const TokenId& turn);

/// The names that may stand for a declared token: its own, and those that take turns.
[[nodiscard]] std::vector<TokenId> possible_holders(const TokenId& declared, const Token& wanted);

} // namespace pveform::desired
