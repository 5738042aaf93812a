#include "desired/turns.hpp"

namespace pveform::desired {

std::array<TokenId, 2> turns_of(const TokenId& declared) {
    return {
        TokenId{declared.user, declared.name + "-a"}, TokenId{declared.user, declared.name + "-b"}};
}

std::optional<TokenId> declared_name_of_turn(const TokenId& turn) {
    if (!turn.name.ends_with("-a") && !turn.name.ends_with("-b")) {
        return std::nullopt;
    }
    return TokenId{turn.user, turn.name.substr(0, turn.name.size() - 2)};
}

std::vector<TokenId> possible_holders(const TokenId& declared, const Token& wanted) {
    if (!wanted.overlap) {
        return {declared};
    }
    auto [a, b] = turns_of(declared);
    return {declared, std::move(a), std::move(b)};
}

} // namespace pveform::desired
