// The tokens of a document, and the names that stand for them: of one with an `overlap`, `NAME-a`
// and `NAME-b` take turns.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "desired/desired.hpp"

namespace pveform::desired {

[[nodiscard]] std::array<TokenId, 2> turns_of(const TokenId& declared);

/// The names that may stand for a declared token: its own, and those that take turns.
[[nodiscard]] std::vector<TokenId> possible_holders(const TokenId& declared, const Token& wanted);

struct DeclaredToken {
    TokenId id; // as the document calls it
    const Token* token;
};

/// The declared token that one of this name may stand for, the reverse of `possible_holders`.
[[nodiscard]] std::optional<DeclaredToken>
token_behind(const Document& document, const TokenId& holder);

/// Calls `visit(id, token)` for each declared token, in the order of their ids.
template<class F>
void for_each_token(const Document& document, F visit) {
    for (const auto& [user, declared] : document.users) {
        if (!declared.tokens) {
            continue;
        }
        for (const auto& [name, token] : *declared.tokens) {
            visit(TokenId{user, name}, token);
        }
    }
}

[[nodiscard]] std::vector<TokenId> declared_tokens(const Document& document);

} // namespace pveform::desired
