// From an `acl:` list to rows: `path`/`role`, or `paths`/`roles` multiplied out.

#include <algorithm>

#include "desired/draft.hpp"
#include "desired/fields.hpp"

namespace pveform::desired {

namespace {

using document::MapReader;
using document::Problems;
using document::Value;

/// One thing under the key `one`, or a list of them under `many`.
template<class Id>
std::optional<std::map<Id, Span>>
read_one_or_many(MapReader& row, const std::string& one, const std::string& many) {
    const auto single = row.optional(one);
    const auto several = row.optional(many);
    if (single && several) {
        single->refuse(fmt::format("`{}` and `{}` say the same; write one of them", one, many));
        return std::nullopt;
    }
    if (several) {
        auto set = read_set(*several, read_id<Id>);
        if (set && set->empty() && several->as_list()->empty()) {
            several->refuse(fmt::format("`{}` is empty", many));
        }
        return set;
    }
    if (!single) {
        static_cast<void>(row.required(one)); // reports it
        return std::nullopt;
    }
    auto id = read_id<Id>(*single);
    if (!id) {
        return std::nullopt;
    }
    return std::map<Id, Span>{{std::move(*id), single->span()}};
}

void add_row(AclList& list, AclRow row, Problems& problems) {
    const auto same = std::ranges::find_if(list, [&row](const AclRow& other) {
        return other.path == row.path && other.role == row.role;
    });
    if (same == list.end()) {
        list.push_back(std::move(row));
        return;
    }
    refuse_second(
        problems,
        fmt::format("role `{}` on `{}`", row.role.text, row.path.text),
        row.span,
        same->span
    );
}

} // namespace

std::optional<AclList> read_acl(const Value& value, Problems& problems) {
    static constexpr std::string_view form = "{ path: …, role: … }";
    const auto items = value.as_list(form);
    if (!items) {
        return std::nullopt;
    }
    AclList list;
    for (const Value& item : *items) {
        auto row = item.as_map(form);
        if (!row) {
            continue;
        }
        const auto paths = read_one_or_many<AclPath>(*row, "path", "paths");
        const auto roles = read_one_or_many<RoleId>(*row, "role", "roles");
        const auto propagate = row->optional("propagate");
        const auto flag = propagate ? propagate->as_boolean() : std::optional(true);
        row->finish();
        if (!paths || !roles || !flag) {
            continue;
        }
        for (const auto& [path, path_span] : *paths) {
            for (const auto& [role, role_span] : *roles) {
                add_row(list, AclRow{path, role, *flag, path_span, role_span}, problems);
            }
        }
    }
    return list;
}

} // namespace pveform::desired
