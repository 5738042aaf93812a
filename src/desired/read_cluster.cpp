// `cluster` and `secrets`: where a document applies, and where new secrets go.

#include <algorithm>

#include "base/text.hpp"
#include "desired/draft.hpp"
#include "desired/fields.hpp"
#include "model/grace.hpp"

namespace pveform::desired {

namespace {

using document::Problems;
using document::Value;

constexpr std::size_t fingerprint_bytes = 32;

/// `https://HOST[:PORT]`, without the slash at the end that people copy along.
std::optional<std::string> read_endpoint(const Value& value) {
    auto text = read_word(value);
    if (!text) {
        return std::nullopt;
    }
    static constexpr std::string_view scheme = "https://";
    if (!text->starts_with(scheme)) {
        value.refuse(
            fmt::format("`{}` is not an https address", printable(*text)),
            "PVE speaks HTTPS only; write `https://HOST:8006`"
        );
        return std::nullopt;
    }
    if (text->ends_with('/')) {
        text->pop_back();
    }
    if (text->size() <= scheme.size() ||
        text->find_first_of("/?#@ \t\n", scheme.size()) != std::string::npos) {
        value.refuse(
            fmt::format("`{}` is not `https://HOST:PORT`", printable(*text)),
            "leave out path, user name and query"
        );
        return std::nullopt;
    }
    return text;
}

/// SHA-256 of a certificate as PVE shows it; in upper case.
std::optional<std::string> read_fingerprint(const Value& value) {
    auto text = value.as_string();
    if (!text) {
        return std::nullopt;
    }
    std::ranges::transform(*text, text->begin(), [](char c) {
        return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    const std::vector<std::string> bytes = split(*text, ":");
    const bool all_hex = std::ranges::all_of(bytes, [](const std::string& byte) {
        return byte.size() == 2 && byte.find_first_not_of("0123456789ABCDEF") == std::string::npos;
    });
    if (bytes.size() != fingerprint_bytes || !all_hex || join(bytes, ":") != *text) {
        value.refuse(
            fmt::format("{} must be {} bytes as `AB:CD:…`", value.name(), fingerprint_bytes),
            "the SHA-256 fingerprint that `pvenode cert info` shows"
        );
        return std::nullopt;
    }
    return text;
}

/// A user or a token.
std::optional<std::string> read_identity(const Value& value) {
    auto text = value.as_string();
    if (!text) {
        return std::nullopt;
    }
    const std::size_t mark = text->rfind('!');
    const bool is_token = mark != std::string::npos && mark > text->rfind('@');
    const bool is_good =
        is_token ? read_id<TokenId>(value).has_value() : read_id<UserId>(value).has_value();
    return is_good ? text : std::nullopt;
}

std::optional<std::filesystem::path> read_target(const Value& value) {
    if (const auto text = value.scalar_text()) {
        value.refuse_type("a map", fmt::format("write {{ path: {} }}", printable(*text)));
        return std::nullopt;
    }
    auto map = value.as_map();
    if (!map) {
        return std::nullopt;
    }
    const auto path = map->required("path");
    map->finish();
    return path ? read_path(*path) : std::nullopt;
}

/// The token that pveform itself runs with waits for the storing of its own new secret.
std::optional<std::chrono::seconds> read_command_timeout(const Value& value) {
    constexpr std::chrono::minutes longest{10};
    static_assert(longest < std::chrono::seconds(least_grace_s));
    const auto timeout = read_duration(value);
    if (timeout && *timeout > longest) {
        value.refuse(
            fmt::format("{} is too long: `{}`", value.name(), format_duration(*timeout)),
            fmt::format("`{}` is the most", format_duration(longest))
        );
        return std::nullopt;
    }
    return timeout;
}

std::optional<SecretCommand> read_secret_command(const Value& value) {
    auto map = value.as_map();
    if (!map) {
        return std::nullopt;
    }
    SecretCommand command;
    const auto run = map->required("run");
    const auto words = run ? read_command(*run) : std::nullopt;
    if (const auto timeout = map->optional("timeout")) {
        command.timeout = read_command_timeout(*timeout).value_or(command.timeout);
    }
    map->finish();
    if (!words) {
        return std::nullopt;
    }
    command.run = *words;
    return command;
}

} // namespace

void read_cluster(Cluster& cluster, const Value& value, Problems& problems) {
    auto map = value.as_map();
    if (!map) {
        return;
    }
    read_key(cluster.name, *map, "name", problems, read_word);
    read_key(cluster.endpoint, *map, "endpoint", problems, read_endpoint);
    read_key(cluster.apply_as, *map, "apply_as", problems, read_identity);
    if (const auto tls = map->optional("tls")) {
        if (auto trust = tls->as_map()) {
            read_key(cluster.ca_file, *trust, "ca_file", problems, read_path);
            read_key(cluster.fingerprint, *trust, "fingerprint", problems, read_fingerprint);
            trust->finish();
        }
    }
    map->finish();
    if (cluster.ca_file && cluster.fingerprint) {
        problems
            .add(
                "`ca_file` and `fingerprint` are two ways to know the server",
                cluster.fingerprint->span,
                "keep one of the two"
            )
            .related.push_back({cluster.ca_file->span, "the other one"});
    }
}

void read_secrets(Secrets& secrets, const Value& value, Problems& problems) {
    auto map = value.as_map();
    if (!map) {
        return;
    }
    read_key(secrets.file, *map, "file", problems, read_target);
    read_key(secrets.directory, *map, "directory", problems, read_target);
    read_key(secrets.command, *map, "command", problems, read_secret_command);
    map->finish();
    std::vector<Span> places;
    for (const Span& span :
         {secrets.file ? secrets.file->span : Span(),
          secrets.directory ? secrets.directory->span : Span(),
          secrets.command ? secrets.command->span : Span()}) {
        if (span) {
            places.push_back(span);
        }
    }
    if (places.size() > 1) {
        problems
            .add(
                "new secrets can go to one place only",
                places[1],
                "keep one of `file`, `directory` and `command`"
            )
            .related.push_back({places[0], "another place"});
    }
}

} // namespace pveform::desired
