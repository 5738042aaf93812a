#include "render/checks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "render/fold.hpp"
#include "json/write.hpp"

namespace pveform::render {

namespace {

constexpr int checks_version = 1;
constexpr std::size_t standing_width = 9;

Paint paint_of(Standing standing) {
    switch (standing) {
    case Standing::ok:
        return Paint::create;
    case Standing::warning:
        return Paint::warning;
    case Standing::failed:
        return Paint::error;
    }
    return Paint::plain;
}

std::size_t count(const std::vector<Check>& checks, Standing standing) {
    return static_cast<std::size_t>(std::ranges::count(checks, standing, &Check::standing));
}

std::string sum_of(const std::vector<Check>& checks) {
    const std::size_t failed = count(checks, Standing::failed);
    const std::size_t warnings = count(checks, Standing::warning);
    if (failed == 0 && warnings == 0) {
        return "All is well.";
    }
    const bool can_plan =
        failed == 0 && std::ranges::all_of(checks, [](const Check& check) {
            return check.standing == Standing::ok || check.purpose == Purpose::apply;
        });
    return can_plan ? fmt::format("All is well to plan; to apply, {}.", plural(warnings, "warning"))
                    : fmt::format("{} failed, {}.", failed, plural(warnings, "warning"));
}

std::string heading_of(Purpose purpose) {
    switch (purpose) {
    case Purpose::both:
        return "";
    case Purpose::plan:
        return "To plan\n";
    case Purpose::apply:
        return "To apply\n";
    }
    return "";
}

std::string text_of(const Check& check, std::size_t name_width, const Style& style) {
    const std::string margin(standing_width + name_width + 2, ' ');
    std::string text = fmt::format(
        "{}{:<{}}  {}\n",
        paint(
            style,
            paint_of(check.standing),
            fmt::format("{:<{}}", to_string(check.standing), standing_width)
        ),
        check.name,
        name_width,
        printable(check.message)
    );
    for (const std::string& note : check.notes) {
        text += fmt::format("{}{}\n", margin, printable(note));
    }
    for (const std::string& fix : check.fixes) {
        text += fmt::format("{}{} {}\n", margin, paint(style, Paint::help, "fix:"), printable(fix));
    }
    return text;
}

json::Value array_of(const std::vector<std::string>& texts) {
    return json::Array(texts.begin(), texts.end());
}

} // namespace

std::string_view to_string(Standing standing) {
    switch (standing) {
    case Standing::ok:
        return "ok";
    case Standing::warning:
        return "warning";
    case Standing::failed:
        return "failed";
    }
    return "";
}

std::string_view to_string(Purpose purpose) {
    switch (purpose) {
    case Purpose::both:
        return "both";
    case Purpose::plan:
        return "plan";
    case Purpose::apply:
        return "apply";
    }
    return "";
}

std::string checks_text(const std::vector<Check>& checks, bool only_trouble, const Style& style) {
    std::size_t name_width = 0;
    for (const Check& check : checks) {
        name_width = std::max(name_width, check.name.size());
    }
    std::string text;
    Purpose purpose = Purpose::both;
    for (const Check& check : checks) {
        if (only_trouble && check.standing == Standing::ok) {
            continue;
        }
        if (check.purpose != purpose) {
            purpose = check.purpose;
            text += heading_of(purpose);
        }
        text += text_of(check, name_width, style);
    }
    text = folded(text, style, standing_width + name_width + 2);
    return only_trouble && text.empty() ? text : text + sum_of(checks) + '\n';
}

std::string checks_json(const std::vector<Check>& checks, const std::string& cluster) {
    json::Array values;
    for (const Check& check : checks) {
        values.emplace_back(json::Object{
            {"name", check.name},
            {"purpose", to_string(check.purpose)},
            {"status", to_string(check.standing)},
            {"message", check.message},
            {"notes", array_of(check.notes)},
            {"fixes", array_of(check.fixes)},
        });
    }
    const json::Value root = json::Object{
        {"format_version", checks_version},
        {"cluster", cluster},
        {"ok", count(checks, Standing::failed) == 0},
        {"checks", std::move(values)},
    };
    return json::dump(root, json::Style::indented) + '\n';
}

} // namespace pveform::render
