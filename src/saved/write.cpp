// read.cpp takes it apart again.

#include <fmt/format.h>

#include "base/digest.hpp"
#include "render/access_text.hpp"
#include "render/parts_json.hpp"
#include "render/plan_json.hpp"
#include "saved/format.hpp"
#include "saved/saved_plan.hpp"
#include "json/write.hpp"

namespace pveform::saved {

namespace {

json::Value number_or_null(const std::optional<std::size_t>& number) {
    return number ? json::Value(static_cast<std::int64_t>(*number)) : json::Value();
}

json::Value request_value(const Request& request) {
    return json::Object{
        {"allow_destroy", number_or_null(request.allowances.destroy)},
        {"allow_acl_removals", number_or_null(request.allowances.acl_removals)},
        {"allow_cascade", number_or_null(request.allowances.cascades)},
        {"allow_lockout", request.allowances.lockout},
        {"target", render::selectors_value(request.selection.targets)},
        {"exclude", render::selectors_value(request.selection.excludes)},
        {"no_prune", request.no_prune},
        {"rotate_due", request.rotate_due},
    };
}

json::Value documents_value(const std::vector<DocumentDigest>& documents) {
    json::Array values;
    for (const DocumentDigest& document : documents) {
        values.push_back(json::Object{{"file", document.file}, {"sha256", document.sha256}});
    }
    return values;
}

json::Value passwords_value(const std::set<UserId>& users) {
    json::Array texts;
    for (const UserId& user : users) {
        texts.emplace_back(user.text);
    }
    return texts;
}

json::Value roles_value(const std::map<RoleId, Role>& roles) {
    json::Object values;
    for (const auto& [id, role] : roles) {
        json::Array privileges;
        for (const Privilege& privilege : role.privileges) {
            privileges.emplace_back(privilege.text);
        }
        values.emplace_back(id.text, std::move(privileges));
    }
    return values;
}

} // namespace

std::string digest_of(const json::Value& root) {
    json::Object rest;
    for (const auto& [key, value] : *root.as_object()) {
        if (key != "digest") {
            rest.emplace_back(key, value);
        }
    }
    return sha256(json::dump(json::Value(std::move(rest))));
}

json::Value to_value(const SavedPlan& saved) {
    const render::NamingRoles roles = render::naming_roles(saved.plan);
    json::Value root = json::Object{
        {"format", plan_format},
        {"format_version", plan_format_version},
        {"tool_version", saved.tool_version},
        {"created", format_rfc3339(saved.created)},
        {"cluster",
         json::Object{
             {"name", render::text_or_null(saved.cluster)},
             {"endpoint", render::text_or_null(saved.endpoint)}}},
        {"documents", documents_value(saved.documents)},
        {"request", request_value(saved.request)},
        {"initial_passwords", passwords_value(saved.initial_passwords)},
        {"naming_roles",
         json::Object{{"before", roles_value(roles.before)}, {"after", roles_value(roles.after)}}},
        {"plan", render::plan_value(saved.plan, saved.about)},
    };
    root.set("digest", digest_of(root));
    return root;
}

std::string write(const SavedPlan& saved) {
    return json::dump(to_value(saved), json::Style::indented) + "\n";
}

} // namespace pveform::saved
