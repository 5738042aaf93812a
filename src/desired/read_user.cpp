// From an entry of `users:` to a user with tokens.

#include "desired/draft.hpp"
#include "desired/fields.hpp"

namespace pveform::desired {

namespace {

using document::MapReader;
using document::Problems;
using document::Value;

std::optional<std::string> read_variable(const Value& value) {
    auto name = read_word(value);
    if (name && name->find_first_of("= \t\n$") != std::string::npos) {
        value.refuse("an environment variable is written by its name alone: `CI_PASSWORD`");
        return std::nullopt;
    }
    return name;
}

std::optional<PasswordSource> read_password_source(const Value& value) {
    auto map = value.as_map();
    if (!map) {
        return std::nullopt;
    }
    using Kind = PasswordSource::Kind;
    std::optional<PasswordSource> source;
    std::size_t sources = 0;
    if (const auto variable = map->optional("env"); variable && ++sources != 0) {
        if (auto name = read_variable(*variable)) {
            source = PasswordSource{.kind = Kind::environment, .variable = *name};
        }
    }
    if (const auto file = map->optional("file"); file && ++sources != 0) {
        if (auto path = read_path(*file)) {
            source = PasswordSource{.kind = Kind::file, .file = *path};
        }
    }
    if (const auto command = map->optional("command"); command && ++sources != 0) {
        if (auto words = read_command(*command)) {
            source = PasswordSource{.kind = Kind::command, .command = *words};
        }
    }
    map->finish();
    if (sources != 1) {
        value.refuse(fmt::format("{} takes one of `env`, `file` and `command`", value.name()));
        return std::nullopt;
    }
    return source;
}

/// How long a token lives, and what it may: what `defaults` can set too.
void read_terms(Token& token, MapReader& map, Problems& problems) {
    read_key(token.privilege_separation, map, "privilege_separation", problems, &Value::as_boolean);
    read_key(token.expire, map, "expire", problems, read_expiry);
    read_key(token.lifetime, map, "lifetime", problems, read_duration);
    read_key(token.renew_before, map, "renew_before", problems, read_duration);
    read_key(token.overlap, map, "overlap", problems, read_duration);
    if (token.expire && token.lifetime) {
        problems
            .add(
                "a token with a `lifetime` has no `expire` of its own",
                token.expire->span,
                "keep one of the two: `lifetime` sets the end anew with every rotation"
            )
            .related.push_back({token.lifetime->span, "its lifetime"});
    }
}

void read_token_acl(TokenDraft& draft, MapReader& map, Problems& problems) {
    const auto acl = map.optional("acl");
    if (!acl) {
        return;
    }
    if (acl->scalar_text() == "same_as_user") {
        draft.same_as_user = acl->span();
    } else if (acl->scalar_text()) {
        acl->refuse_type(
            "a list of entries, or `same_as_user`",
            "did you mean `same_as_user`? That is the `acl` of its user"
        );
    } else {
        draft.token.acl = read_acl(*acl, problems);
    }
}

std::optional<TokenDraft> read_token(const MapReader::Item& item, Problems& problems) {
    if (auto name = TokenId::parse_name(item.key); !name) {
        problems.add(std::move(name).error(), item.key_span);
    }
    auto map = item.value.as_map();
    if (!map) {
        return std::nullopt;
    }
    TokenDraft draft;
    Token& token = draft.token;
    token.span = item.key_span;
    read_key(token.comment, *map, "comment", problems, [](const Value& value) {
        return read_text(value);
    });
    read_terms(token, *map, problems);
    read_token_acl(draft, *map, problems);
    map->finish();
    return draft;
}

std::optional<TokenDrafts> read_tokens(const Value& value, Problems& problems) {
    const auto map = value.as_map("{ NAME: {…} }");
    if (!map) {
        return std::nullopt;
    }
    TokenDrafts tokens;
    for (const MapReader::Item& item : map->items()) {
        if (auto token = read_token(item, problems)) {
            tokens.emplace(item.key, std::move(*token));
        }
    }
    return tokens;
}

} // namespace

UserDraft read_user(MapReader& map, const Span& span, Problems& problems) {
    UserDraft draft;
    User& user = draft.user;
    user.span = span;
    const auto read_name = [](const Value& value) { return read_text(value, max_name_characters); };
    read_key(user.comment, map, "comment", problems, [](const Value& value) {
        return read_text(value, max_comment_characters);
    });
    read_key(user.email, map, "email", problems, read_email);
    read_key(user.first_name, map, "first_name", problems, read_name);
    read_key(user.last_name, map, "last_name", problems, read_name);
    read_key(user.enabled, map, "enabled", problems, &Value::as_boolean);
    read_key(user.expire, map, "expire", problems, read_expiry);
    read_key(user.initial_password, map, "initial_password", problems, read_password_source);
    if (const auto groups = map.optional("groups")) {
        user.groups = read_set(*groups, read_id<GroupId>);
    }
    if (const auto acl = map.optional("acl")) {
        user.acl = read_acl(*acl, problems);
    }
    if (const auto tokens = map.optional("tokens")) {
        draft.tokens = read_tokens(*tokens, problems);
    }
    return draft;
}

void read_defaults(Draft& draft, const Value& value, Problems& problems) {
    auto map = value.as_map();
    if (!map) {
        return;
    }
    if (const auto token = map->optional("token")) {
        if (auto terms = token->as_map()) {
            read_terms(draft.token_defaults, *terms, problems);
            terms->finish();
        }
    }
    map->finish();
}

} // namespace pveform::desired
