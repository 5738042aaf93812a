// From the tree of one file to the draft: everything at its top level.

#include "base/text.hpp"
#include "desired/draft.hpp"
#include "desired/fields.hpp"

namespace pveform::desired {

namespace {

using document::MapReader;
using document::Problems;
using document::Value;

constexpr std::int64_t known_version = 1;

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
    auto map = item.value.as_map("{ privileges: […] }");
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
    read_key(user.profile, *map, "profile", problems, read_word);
    map->finish();
    return user;
}

std::optional<UserDraft> read_profile(const MapReader::Item& item, Problems& problems) {
    auto map = item.value.as_map();
    if (!map) {
        return std::nullopt;
    }
    UserDraft profile = read_user(*map, item.key_span, problems);
    map->finish();
    return profile;
}

std::optional<std::string> parse_profile_name(const MapReader::Item& item, Problems& problems) {
    if (item.key.empty()) {
        problems.add("a profile needs a name", item.key_span);
        return std::nullopt;
    }
    return item.key;
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
    const auto map = value ? value->as_map("{ NAME: {…} }") : std::nullopt;
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
    auto root = value.as_map("KEY: …");
    if (!root) {
        return;
    }
    read_version(draft, *root);
    if (const auto cluster = root->optional("cluster")) {
        read_cluster(draft.document.cluster, *cluster, problems);
    }
    read_ownership(draft, *root, problems);
    if (const auto defaults = root->optional("defaults")) {
        read_defaults(draft, *defaults, problems);
    }
    read_objects(
        draft.document.roles, *root, "roles", "role", problems, role_to_declare, read_role
    );
    read_objects(
        draft.document.groups, *root, "groups", "group", problems, parse_key<GroupId>, read_group
    );
    read_objects(
        draft.profiles, *root, "profiles", "profile", problems, parse_profile_name, read_profile
    );
    read_objects(draft.users, *root, "users", "user", problems, parse_key<UserId>, read_one_user);
    read_policy(draft.document, *root, problems);
    if (const auto secrets = root->optional("secrets")) {
        read_secrets(draft.document.secrets, *secrets, problems);
    }
    root->finish();
}

} // namespace pveform::desired
