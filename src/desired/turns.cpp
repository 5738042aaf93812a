#include "desired/turns.hpp"

namespace pveform::desired {

std::array<TokenId, 2> turns_of(const TokenId& declared) {
    return {
        TokenId{declared.user, declared.name + "-a"}, TokenId{declared.user, declared.name + "-b"}};
}

std::vector<TokenId> possible_holders(const TokenId& declared, const Token& wanted) {
    if (!wanted.overlap) {
        return {declared};
    }
    auto [a, b] = turns_of(declared);
    return {declared, std::move(a), std::move(b)};
}

std::optional<DeclaredToken> token_behind(const Document& document, const TokenId& holder) {
    const auto user = document.users.find(holder.user);
    if (user == document.users.end() || !user->second.tokens) {
        return std::nullopt;
    }
    const Tokens& tokens = *user->second.tokens;
    if (const auto token = tokens.find(holder.name); token != tokens.end()) {
        return DeclaredToken{holder, &token->second};
    }
    if (!holder.name.ends_with("-a") && !holder.name.ends_with("-b")) {
        return std::nullopt;
    }
    const auto token = tokens.find(holder.name.substr(0, holder.name.size() - 2));
    if (token == tokens.end() || !token->second.overlap) {
        return std::nullopt;
    }
    return DeclaredToken{TokenId{holder.user, token->first}, &token->second};
}

std::vector<TokenId> declared_tokens(const Document& document) {
    std::vector<TokenId> ids;
    for_each_token(document, [&](const TokenId& id, const Token&) { ids.push_back(id); });
    return ids;
}

} // namespace pveform::desired
