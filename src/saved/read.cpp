// Reading stops at the first thing that is wrong: whoever sees it plans anew.

#include <fmt/format.h>

#include "saved/format.hpp"
#include "saved/read_plan.hpp"
#include "saved/saved_plan.hpp"
#include "json/read.hpp"
#include "json/reading.hpp"

namespace pveform::saved {

using namespace json::reading; // NOLINT: the words that this file is written in

namespace {

/// Before anything else is looked at, so that the files of a later pveform are called that.
Read<void> check_format(const json::Value& root) {
    const json::Value* format = root.find("format");
    const std::string* name = format != nullptr ? format->as_string() : nullptr;
    if (name == nullptr || *name != plan_format) {
        return std::unexpected("it is JSON, but no plan that `plan --out` wrote");
    }
    const json::Value* version = root.find("format_version");
    const std::int64_t* number = version != nullptr ? version->as_int() : nullptr;
    if (number == nullptr || *number != plan_format_version) {
        return std::unexpected(fmt::format(
            "it is a plan of another format version; this program reads version {}",
            plan_format_version
        ));
    }
    return {};
}

Read<std::optional<std::size_t>> number_or_nothing(const Place& place) {
    if (place.value->is_null()) {
        return std::optional<std::size_t>();
    }
    return std::optional(static_cast<std::size_t>(TRY(number_of(place))));
}

Read<Request> request_of(const Place& place) {
    static constexpr std::array keys = {
        "allow_destroy",
        "allow_acl_removals",
        "allow_cascade",
        "allow_lockout",
        "target",
        "exclude",
        "no_prune",
        "rotate_due"};
    const auto [destroy, acl_removals, cascade, lockout, target, exclude, no_prune, rotate_due] =
        TRY(fields_of(place, keys));
    Request request;
    request.allowances.lockout = TRY(flag_of(lockout));
    request.allowances.destroy = TRY(number_or_nothing(destroy));
    request.allowances.acl_removals = TRY(number_or_nothing(acl_removals));
    request.allowances.cascades = TRY(number_or_nothing(cascade));
    request.selection.targets = TRY(read_selectors(target));
    request.selection.excludes = TRY(read_selectors(exclude));
    request.no_prune = TRY(flag_of(no_prune));
    request.rotate_due = TRY(flag_of(rotate_due));
    return request;
}

Read<std::vector<DocumentDigest>> documents_of(const Place& place) {
    static constexpr std::array keys = {"file", "sha256"};
    std::vector<DocumentDigest> documents;
    for (const Place& item : TRY(items_of(place))) {
        const auto [file, digest] = TRY(fields_of(item, keys));
        DocumentDigest document;
        document.file = TRY(text_of(file));
        document.sha256 = TRY(text_of(digest));
        documents.push_back(std::move(document));
    }
    return documents;
}

Read<std::map<RoleId, Role>> roles_of(const Place& place) {
    std::map<RoleId, Role> roles;
    for (const auto& [id, privileges] : TRY(members_of(place))) {
        roles[RoleId{id}].privileges = TRY(set_of<Privilege>(privileges));
    }
    return roles;
}

Read<UnixSeconds> time_of(const Place& place) {
    const auto time = parse_time(TRY(text_of(place)));
    return time ? Read<UnixSeconds>(*time) : refuse(place, "is no time");
}

Read<void> check_digest(const json::Value& root, const std::string& digest) {
    if (digest != digest_of(root)) {
        return std::unexpected("it was changed after it was written: its digest is another one");
    }
    return {};
}

} // namespace

std::expected<PlanFile, std::string> read(std::string_view text) {
    static constexpr std::array keys = {
        "format",
        "format_version",
        "tool_version",
        "created",
        "cluster",
        "documents",
        "request",
        "initial_passwords",
        "naming_roles",
        "plan",
        "digest"};
    auto parsed = json::parse(text);
    if (!parsed) {
        return std::unexpected(fmt::format("it is no JSON, or cut off: {}", parsed.error()));
    }
    const json::Value& root = *parsed;
    TRY(check_format(root));
    const auto fields = TRY(fields_of({&root, ""}, keys));
    const auto& [format, format_version, tool_version, created, cluster, documents, request, initial_passwords, naming_roles, plan, digest] =
        fields;
    PlanFile file;
    file.printed = *plan.value;
    file.digest = TRY(text_of(digest));
    TRY(check_digest(root, file.digest));
    SavedPlan& saved = file.saved;
    saved.tool_version = TRY(text_of(tool_version));
    saved.created = TRY(time_of(created));
    const Place name = TRY(field_of(cluster, "name"));
    const Place endpoint = TRY(field_of(cluster, "endpoint"));
    saved.cluster = TRY(text_or_nothing(name));
    saved.endpoint = TRY(text_or_nothing(endpoint));
    saved.documents = TRY(documents_of(documents));
    saved.request = TRY(request_of(request));
    saved.initial_passwords = TRY(set_of<UserId>(initial_passwords));
    saved.plan = TRY(read_plan(plan));
    saved.plan.now = saved.created;
    const Place before = TRY(field_of(naming_roles, "before"));
    const Place after = TRY(field_of(naming_roles, "after"));
    saved.plan.before.roles = TRY(roles_of(before));
    saved.plan.after.roles = TRY(roles_of(after));
    saved.about = TRY(read_context(plan));
    return file;
}

} // namespace pveform::saved
