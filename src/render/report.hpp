// One run's report, in whatever forms somebody wants it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apply/receipt.hpp"
#include "base/error.hpp"
#include "plan/drift.hpp"
#include "plan/plan.hpp"
#include "render/drift_text.hpp"
#include "render/form.hpp"
#include "render/observations.hpp"
#include "render/plan_text.hpp"
#include "render/sarif.hpp"
#include "render/style.hpp"

namespace pveform::render {

/// What a command has to say. Refers to what it is made of, which must outlive it.
class Report {
public:
    virtual ~Report() = default;
    [[nodiscard]] virtual std::string_view command() const = 0;
    [[nodiscard]] virtual const std::string& cluster() const = 0;
    [[nodiscard]] virtual std::string text(const Style& style) const = 0;
    [[nodiscard]] virtual std::string json() const = 0;
    [[nodiscard]] virtual std::string markdown() const = 0;
    [[nodiscard]] virtual Observations observations() const = 0;

    /// For metrics; nothing where the cluster has changed since it was looked at.
    [[nodiscard]] virtual std::optional<plan::Drift> drift() const = 0;

    /// Whether people are to be told of it also where they did not ask, as in a job's summary.
    [[nodiscard]] virtual bool has_news() const { return true; }
};

class PlanReport final : public Report {
public:
    PlanReport(const plan::Plan& plan, const PlanContext& about) : plan_(plan), about_(about) {}

    [[nodiscard]] std::string_view command() const override { return "plan"; }

    [[nodiscard]] const std::string& cluster() const override { return about_.cluster; }

    [[nodiscard]] std::string text(const Style& style) const override;
    [[nodiscard]] std::string json() const override;
    [[nodiscard]] std::string markdown() const override;
    [[nodiscard]] Observations observations() const override;
    [[nodiscard]] std::optional<plan::Drift> drift() const override;

private:
    const plan::Plan& plan_;
    const PlanContext& about_;
};

class DriftReport final : public Report {
public:
    DriftReport(const plan::Drift& drift, const DriftContext& context)
        : drift_(drift), context_(context) {}

    [[nodiscard]] std::string_view command() const override { return "drift"; }

    [[nodiscard]] const std::string& cluster() const override { return context_.about.cluster; }

    [[nodiscard]] std::string text(const Style& style) const override;
    [[nodiscard]] std::string json() const override;
    [[nodiscard]] std::string markdown() const override;
    [[nodiscard]] Observations observations() const override;

    [[nodiscard]] std::optional<plan::Drift> drift() const override { return drift_; }

    /// On a schedule, only what the exit code tells of: warnings of the policy are no drift.
    [[nodiscard]] bool has_news() const override;

private:
    const plan::Drift& drift_;
    const DriftContext& context_;
};

/// Of a plan that was carried out.
class ApplyReport final : public Report {
public:
    ApplyReport(
        const plan::Plan& plan,
        const PlanContext& about,
        const apply::Receipt& receipt,
        const apply::Verification& verification
    )
        : plan_(plan), about_(about), receipt_(receipt), verification_(verification) {}

    [[nodiscard]] std::string_view command() const override { return "apply"; }

    [[nodiscard]] const std::string& cluster() const override { return about_.cluster; }

    [[nodiscard]] std::string text(const Style& style) const override;
    [[nodiscard]] std::string json() const override;
    [[nodiscard]] std::string markdown() const override;
    [[nodiscard]] Observations observations() const override;

    [[nodiscard]] std::optional<plan::Drift> drift() const override { return std::nullopt; }

private:
    const plan::Plan& plan_;
    const PlanContext& about_;
    const apply::Receipt& receipt_;
    const apply::Verification& verification_;
};

/// Of a plan that no longer is the one that was reviewed: how it is now, and what differs.
class OutdatedReport final : public Report {
public:
    OutdatedReport(
        const plan::Plan& now, const PlanContext& about, const std::vector<std::string>& differences
    )
        : now_(now), about_(about), differences_(differences) {}

    [[nodiscard]] std::string_view command() const override { return "apply"; }

    [[nodiscard]] const std::string& cluster() const override { return about_.cluster; }

    [[nodiscard]] std::string text(const Style& style) const override;
    [[nodiscard]] std::string json() const override;
    [[nodiscard]] std::string markdown() const override;
    [[nodiscard]] Observations observations() const override;

    [[nodiscard]] std::optional<plan::Drift> drift() const override { return std::nullopt; }

private:
    const plan::Plan& now_;
    const PlanContext& about_;
    const std::vector<std::string>& differences_;
};

/// Of documents of which no plan can be made. It has no JSON: whoever counts the changes of a plan
/// must not find none.
class InvalidReport final : public Report {
public:
    InvalidReport(std::string_view command, const std::string& cluster, const Errors& errors)
        : command_(command), cluster_(cluster), errors_(errors) {}

    [[nodiscard]] std::string_view command() const override { return command_; }

    [[nodiscard]] const std::string& cluster() const override { return cluster_; }

    [[nodiscard]] std::string text(const Style& style) const override;

    [[nodiscard]] std::string json() const override { return {}; }

    [[nodiscard]] std::string markdown() const override;
    [[nodiscard]] Observations observations() const override;

    [[nodiscard]] std::optional<plan::Drift> drift() const override { return std::nullopt; }

private:
    std::string_view command_;
    const std::string& cluster_;
    const Errors& errors_;
};

/// What does not come from the report itself.
struct Surroundings {
    std::string version; // of pveform
    SourceNames names;
    Span fallback = {};         // the beginning of the first document, if there is one
    UnixSeconds written_at = 0; // by the clock of this machine
    Style style = {};           // of text
};

/// With a newline at its end. Empty where the report has no such form.
[[nodiscard]] std::string
written(const Report& report, Form form, const Surroundings& surroundings);

/// Whether a text is what that makes of some report in this form, without colours. Who finds it in
/// a file may put another report there.
[[nodiscard]] bool is_report(Form form, std::string_view text);

} // namespace pveform::render
