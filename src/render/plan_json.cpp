#include "render/plan_json.hpp"

#include "render/access_json.hpp"
#include "render/parts_json.hpp"
#include "render/policy.hpp"
#include "json/write.hpp"

namespace pveform::render {

namespace {

constexpr int plan_version = 1;

json::Value count(std::size_t number) {
    return static_cast<std::int64_t>(number);
}

json::Value change_value(const plan::Change& change) {
    json::Object before;
    json::Object after;
    for (const plan::FieldChange& field : change.fields) {
        before.emplace_back(field.name, field.before);
        after.emplace_back(field.name, field.after);
    }
    const bool was = change.action != plan::Action::create;
    const bool will_be =
        change.action != plan::Action::destroy && change.action != plan::Action::cascade;
    return json::Object{
        {"action", to_string(change.action)},
        {"kind", to_string(kind_of(change.key))},
        {"id", name_of(change.key)},
        {"before", was ? json::Value(std::move(before)) : json::Value()},
        {"after", will_be ? json::Value(std::move(after)) : json::Value()},
        {"reason", change.reason},
        {"foreign", change.is_foreign},
        {"source", source_value(change.source)},
    };
}

json::Value changes_value(const plan::Plan& plan) {
    json::Array changes;
    for (const plan::Change& change : plan.changes) {
        changes.push_back(change_value(change));
    }
    return changes;
}

json::Value steps_value(const plan::Plan& plan, const apply::Receipt* receipt) {
    json::Array steps;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        json::Array changes;
        for (const std::size_t index : plan.steps[i].changes) {
            changes.push_back(count(index));
        }
        json::Value step = json::Object{
            {"does", describe(plan.steps[i].command)},
            {"changes", std::move(changes)},
        };
        if (receipt != nullptr) {
            const apply::StepResult& result = receipt->results.at(i);
            step.set("outcome", to_string(result.outcome));
            step.set("reason", result.error ? result.error->message : result.reason);
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

json::Value applier_value(const plan::Applier& applier) {
    return json::Object{
        {"identity", applier.identity ? json::Value(applier.identity->text()) : json::Value()},
        {"rights_checked", applier.is_certain},
    };
}

json::Value allowed_value(const std::vector<plan::Block>& blocks) {
    json::Array values;
    for (const plan::Block& block : blocks) {
        values.push_back(json::Object{{"guard", block.guard}, {"message", block.message}});
    }
    return values;
}

json::Value extent_value(const plan::Extent& extent) {
    return json::Object{
        {"users", count(extent.users)},
        {"groups", count(extent.groups)},
        {"acl_entries", count(extent.acl_entries)},
    };
}

json::Value limits_value(const desired::Limits& limits) {
    return json::Object{
        {"destroy", count(limits.destroy.value)},
        {"acl_removals", count(limits.acl_removals.value)},
    };
}

json::Value
value_of(const plan::Plan& plan, const PlanContext& context, const apply::Receipt* receipt) {
    return json::Object{
        {"format_version", plan_version},
        {"cluster", context.cluster},
        {"pve_version", context.version},
        {"identity", text_or_null(context.identity)},
        {"origin", text_or_null(context.origin)},
        {"extent", extent_value(plan.extent)},
        {"applier", applier_value(plan.applier)},
        {"part", part_value(plan.part)},
        {"secrets_place", text_or_null(context.secrets_place)},
        {"changes", changes_value(plan)},
        {"steps", steps_value(plan, receipt)},
        {"effective_access", effective_access_value(plan)},
        {"notices", notices_value(plan.notices)},
        {"findings", findings_value(plan.findings)},
        {"ignored_findings", ignored_value(plan.findings)},
        {"policy_remarks", remarks_value(plan.findings)},
        {"assertions", verdicts_value(plan.verdicts)},
        {"blocks", blocks_value(plan.blocks)},
        {"allowed", allowed_value(plan.allowed)},
        {"limits", limits_value(plan.limits)},
        {"left_alone", objects_value(plan.left_alone)},
        {"hidden_pools", paths_value(plan.hidden_pools)},
    };
}

} // namespace

json::Value plan_value(const plan::Plan& plan, const PlanContext& context) {
    return value_of(plan, context, nullptr);
}

std::string plan_json(const plan::Plan& plan, const PlanContext& context) {
    return json::dump(plan_value(plan, context), json::Style::indented) + "\n";
}

std::string outdated_json(
    const plan::Plan& plan, const PlanContext& context, const std::vector<std::string>& differences
) {
    json::Value value = plan_value(plan, context);
    value.set("differences", json::Array(differences.begin(), differences.end()));
    return json::dump(value, json::Style::indented) + "\n";
}

std::string apply_json(
    const plan::Plan& plan,
    const PlanContext& context,
    const apply::Receipt& receipt,
    const apply::Verification& verification
) {
    json::Value value = value_of(plan, context, &receipt);
    json::Array stored;
    for (const TokenId& token : receipt.stored) {
        stored.emplace_back(token.text());
    }
    value.set("secrets_stored", std::move(stored));
    json::Array checks;
    for (const apply::SecretCheck& check : receipt.checks) {
        const bool skipped = !check.skipped.empty();
        const bool works = !skipped && check.problem.empty();
        checks.push_back(json::Object{
            {"token", check.token.text()},
            {"works", skipped ? json::Value() : json::Value(works)},
            {"reason", skipped ? check.skipped : check.problem}});
    }
    value.set("secret_checks", std::move(checks));
    json::Array spooled;
    for (const apply::SpooledSecret& secret : receipt.spooled) {
        spooled.push_back(json::Object{
            {"token", secret.token.text()}, {"file", secret.file.string()}});
    }
    value.set("secrets_spooled", std::move(spooled));
    value.set("verified", verification.is_good() && receipt.secrets_work());
    value.set(
        "verification",
        json::Object{
            {"looked", verification.looked},
            {"left", verification.left.empty() ? json::Value() : json::Value(verification.left)}}
    );
    return json::dump(value, json::Style::indented) + "\n";
}

} // namespace pveform::render
