// From the tree of one file to the draft: everything at its top level.

#include <algorithm>

#include "base/text.hpp"
#include "desired/draft.hpp"
#include "desired/fields.hpp"
#include "desired/known_names.hpp"

namespace pveform::desired {

namespace {

using document::MapReader;
using document::Problems;
using document::Value;

constexpr std::int64_t known_version = 1;
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
    if (const auto file = map->optional("file")) {
        if (auto target = file->as_map()) {
            static_cast<void>(target->required("path"));
            read_key(secrets.file, *target, "path", problems, read_path);
            target->finish();
        }
    }
    map->finish();
}

std::optional<Privilege> read_privilege(const Value& value) {
    auto text = read_word(value);
    if (!text) {
        return std::nullopt;
    }
    if (const auto meant = mistyped_privilege(*text)) {
        value.refuse(
            fmt::format("unknown privilege `{}`", printable(*text)),
            fmt::format("did you mean `{}`?", *meant)
        );
        return std::nullopt;
    }
    if (text->find_first_of(" ,;\t\n") != std::string::npos) {
        value.refuse(
            fmt::format("`{}` is not a privilege", printable(*text)), "write one privilege an item"
        );
        return std::nullopt;
    }
    return Privilege{*text};
}

std::optional<RoleId> role_to_declare(const MapReader::Item& item, Problems& problems) {
    auto id = RoleId::parse(item.key);
    if (!id) {
        problems.add(std::move(id).error(), item.key_span);
        return std::nullopt;
    }
    if (id->is_reserved()) {
        problems.add(
            fmt::format("role `{}` cannot be declared: PVE keeps the name for its own", id->text),
            item.key_span,
            "declare a role of another name; `Administrator`, `NoAccess` and `PVE…` are PVE's"
        );
        return std::nullopt;
    }
    return std::move(*id);
}

std::optional<Role> read_role(const MapReader::Item& item, Problems&) {
    auto map = item.value.as_map();
    if (!map) {
        return std::nullopt;
    }
    Role role{item.key_span, {}};
    if (const auto privileges = map->optional("privileges")) {
        role.privileges = read_set(*privileges, read_privilege);
    }
    map->finish();
    return role;
}

std::optional<Group> read_group(const MapReader::Item& item, Problems& problems) {
    auto map = item.value.as_map();
    if (!map) {
        return std::nullopt;
    }
    Group group{item.key_span, {}, {}, {}};
    read_key(group.comment, *map, "comment", problems, [](const Value& value) {
        return read_text(value);
    });
    if (const auto members = map->optional("members")) {
        group.members = read_set(*members, read_id<UserId>);
    }
    if (const auto acl = map->optional("acl")) {
        group.acl = read_acl(*acl, problems);
    }
    map->finish();
    return group;
}

std::optional<UserDraft> read_one_user(const MapReader::Item& item, Problems& problems) {
    auto map = item.value.as_map();
    if (!map) {
        return std::nullopt;
    }
    UserDraft user = read_user(*map, item.key_span, problems);
    map->finish();
    return user;
}

template<class Id>
std::optional<Id> parse_key(const MapReader::Item& item, Problems& problems) {
    auto id = Id::parse(item.key);
    if (!id) {
        problems.add(std::move(id).error(), item.key_span);
        return std::nullopt;
    }
    return std::move(*id);
}

const Span& span_of(const UserDraft& draft) {
    return draft.user.span;
}

template<class Object>
const Span& span_of(const Object& object) {
    return object.span;
}

/// A map from ids to objects; an object of another file under the same id is an error.
template<class Id, class Object, class ReadId, class Read>
void read_objects(
    std::map<Id, Object>& objects,
    MapReader& root,
    std::string_view key,
    std::string_view kind,
    Problems& problems,
    ReadId read_key_of,
    Read read
) {
    const auto value = root.optional(key);
    const auto map = value ? value->as_map() : std::nullopt;
    if (!map) {
        return;
    }
    for (const MapReader::Item& item : map->items()) {
        const auto id = read_key_of(item, problems);
        auto object = read(item, problems);
        if (!id || !object) {
            continue;
        }
        const auto [first, is_new] = objects.try_emplace(*id, std::move(*object));
        if (!is_new) {
            refuse_second(
                problems,
                fmt::format("{} `{}`", kind, item.key),
                item.key_span,
                span_of(first->second)
            );
        }
    }
}

void read_version(Draft& draft, MapReader& root) {
    const auto value = root.optional("version");
    if (!value) {
        return;
    }
    draft.version = value->span();
    const auto version = value->as_integer();
    if (version && *version != known_version) {
        value->refuse(
            fmt::format("version {} of the document format is not known", *version),
            fmt::format("this program reads version {}", known_version)
        );
    }
}

} // namespace

void read_file(Draft& draft, const document::Tree& tree, Problems& problems) {
    const Value value(tree.root, "the document", Span{tree.source, 1, 1, 1}, problems);
    auto root = value.as_map();
    if (!root) {
        return;
    }
    read_version(draft, *root);
    if (const auto cluster = root->optional("cluster")) {
        read_cluster(draft.document.cluster, *cluster, problems);
    }
    if (const auto secrets = root->optional("secrets")) {
        read_secrets(draft.document.secrets, *secrets, problems);
    }
    read_objects(
        draft.document.roles, *root, "roles", "role", problems, role_to_declare, read_role
    );
    read_objects(
        draft.document.groups, *root, "groups", "group", problems, parse_key<GroupId>, read_group
    );
    read_objects(draft.users, *root, "users", "user", problems, parse_key<UserId>, read_one_user);
    root->finish();
}

} // namespace pveform::desired
