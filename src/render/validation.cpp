#include "render/validation.hpp"

#include "render/policy.hpp"
#include "json/write.hpp"

namespace pveform::render {

namespace {

constexpr int validation_version = 1;

json::Value count(std::size_t number) {
    return static_cast<std::int64_t>(number);
}

json::Value error_value(const Error& error) {
    json::Array related;
    for (const Related& place : error.related) {
        related.emplace_back(json::Object{
            {"label", place.label}, {"source", source_value(place.span)}});
    }
    return json::Object{
        {"message", error.message},
        {"help", error.help},
        {"notes", json::Array(error.notes.begin(), error.notes.end())},
        {"source", source_value(error.span)},
        {"related", std::move(related)},
    };
}

} // namespace

std::string validation_json(const Validation& validation) {
    json::Array errors;
    for (const Error& error : validation.errors) {
        errors.push_back(error_value(error));
    }
    const json::Value root = json::Object{
        {"format_version", validation_version},
        {"ok", validation.errors.empty()},
        {"errors", std::move(errors)},
        {"findings", findings_value(validation.findings)},
        {"ignored_findings", ignored_value(validation.findings)},
        {"policy_remarks", remarks_value(validation.findings)},
        {"assertions", verdicts_value(validation.verdicts)},
        {"untested_assertions", count(validation.untested_assertions)},
        {"declared",
         json::Object{
             {"users", count(validation.users)},
             {"groups", count(validation.groups)},
             {"roles", count(validation.roles)},
         }},
    };
    return json::dump(root, json::Style::indented) + '\n';
}

} // namespace pveform::render
