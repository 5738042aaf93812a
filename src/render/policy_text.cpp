// Findings and verdicts for people: in plans, in validate, and the list of rules.

#include "render/policy.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "render/fold.hpp"

namespace pveform::render {

namespace {

constexpr std::size_t most_undeclared = 3; // of one rule
constexpr std::size_t most_cases = 5;      // of one assertion
constexpr std::size_t rule_column = 35;    // where the list of rules says what each is about
constexpr std::size_t reading_width = 92;  // of paragraphs, on wide terminals as well

Paint paint_of(policy::Severity severity) {
    switch (severity) {
    case policy::Severity::error:
        return Paint::error;
    case policy::Severity::warning:
        return Paint::warning;
    case policy::Severity::info:
    case policy::Severity::off:
        return Paint::help;
    }
    return Paint::plain;
}

std::string place_of(const Span& span) {
    return span ? printable(span.file_and_line()) + ": " : std::string();
}

std::string names_of(const std::set<Privilege>& privileges) {
    std::vector<std::string> names;
    for (const Privilege& privilege : privileges) {
        names.push_back(printable(privilege.text));
    }
    return names.empty() ? std::string("nothing") : join(names, ", ");
}

/// Text of several lines, a few blanks before each.
std::string indented(std::string_view text, std::string_view indent) {
    std::string out;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        out += line.empty() ? std::string("\n") : fmt::format("{}{}\n", indent, line);
        begin = end + 1;
    }
    return out;
}

/// Lines of at most `width` columns; paragraphs stay apart.
std::string paragraphs(std::string_view text, std::size_t width) {
    std::string out;
    std::size_t column = 0;
    for (const char* separator = ""; !text.empty();) {
        const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
        const std::string_view word = text.substr(0, end);
        if (column > 0 && *separator == ' ' && column + 1 + word.size() > width) {
            separator = "\n";
        }
        column = *separator == '\n' ? 0 : column + std::string_view(separator).size();
        out += separator;
        out += word;
        column += word.size();
        separator = end < text.size() && text[end] == '\n' ? "\n" : " ";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string option_in_words(const policy::Rule& rule, const desired::Policy& policy) {
    const auto option = policy::option_of(rule, policy);
    return option ? fmt::format("{} {}", option->name, format_duration(option->value))
                  : std::string();
}

/// A label, and what may take several lines behind it.
std::string labelled(std::string_view label, std::string_view text, const Style& style) {
    constexpr std::size_t column = 16;
    constexpr std::size_t least_room = 24;
    const std::size_t room = style.width - std::min(style.width, column);
    const std::string lines = paragraphs(text, std::max(room, least_room));
    return fmt::format(
        "      {:<8}{}", label, indented(lines, std::string(column, ' ')).substr(column - 2)
    );
}

std::string failure_text(const policy::Failure& failure, const Style& style) {
    std::vector<std::string> expected;
    if (!failure.missing.empty()) {
        expected.push_back(names_of(failure.missing));
    }
    if (!failure.excess.empty()) {
        expected.push_back("not " + names_of(failure.excess));
    }
    std::string out = fmt::format(
        "    `{}` on `{}`\n{}{}",
        printable(failure.principal.text()),
        printable(failure.path),
        labelled("expected", join(expected, "; "), style),
        labelled("holds", names_of(failure.held), style)
    );
    const char* label = "because";
    for (const std::string& line : failure.because) {
        out += fmt::format("      {:<8}  {}\n", label, paint(style, Paint::dim, printable(line)));
        label = "";
    }
    return out;
}

/// Of one that holds.
std::string note_text(const policy::Verdict& verdict, const Style& style) {
    return verdict.note.empty() ? std::string()
                                : fmt::format(
                                      "  {} {}{}: {}\n",
                                      paint(style, Paint::warning, "note[assertion]"),
                                      place_of(verdict.span),
                                      printable(verdict.claim),
                                      printable(verdict.note)
                                  );
}

} // namespace

std::string findings_text(const policy::Findings& findings, bool all, const Style& style) {
    std::string out;
    const auto& list = findings.findings;
    std::size_t undeclared = 0; // of the rule, so far
    for (std::size_t i = 0; i < list.size(); ++i) {
        const policy::Finding& finding = list[i];
        const bool is_first = i == 0 || list[i - 1].rule != finding.rule;
        const bool is_last = i + 1 == list.size() || list[i + 1].rule != finding.rule;
        undeclared = (is_first ? 0 : undeclared) + (finding.span ? 0 : 1);
        if (finding.span || all || undeclared <= most_undeclared) {
            out += fmt::format(
                "  {} {}{}\n",
                paint(
                    style,
                    paint_of(finding.severity),
                    fmt::format("{}[{}]", policy::to_string(finding.severity), finding.rule)
                ),
                place_of(finding.span),
                printable(finding.message)
            );
        }
        if (is_last && !all && undeclared > most_undeclared) {
            out += fmt::format(
                "    and {} more that the document does not declare (`--show-unmanaged`)\n",
                undeclared - most_undeclared
            );
        }
        if (is_last || list[i + 1].help != finding.help) {
            out += fmt::format(
                "    {} {}\n", paint(style, Paint::help, "help:"), printable(finding.help)
            );
        }
    }
    for (const policy::Remark& remark : findings.remarks) {
        out += fmt::format(
            "  {} {}{}\n",
            paint(style, Paint::warning, "note:"),
            place_of(remark.span),
            printable(remark.message)
        );
    }
    return out;
}

std::string verdicts_text(const std::vector<policy::Verdict>& verdicts, const Style& style) {
    std::string out;
    for (const policy::Verdict& verdict : verdicts) {
        if (verdict.outcome == policy::Outcome::holds) {
            out += note_text(verdict, style);
            continue;
        }
        const bool is_unknown = verdict.outcome == policy::Outcome::unknown;
        out += fmt::format(
            "  {} {}{}{}\n",
            is_unknown ? paint(style, Paint::warning, "unknown[assertion]")
                       : paint(style, Paint::error, "failed[assertion]"),
            place_of(verdict.span),
            printable(verdict.claim),
            verdict.obstacle.empty() ? std::string() : ": " + printable(verdict.obstacle)
        );
        for (std::size_t i = 0; i < std::min(verdict.failures.size(), most_cases); ++i) {
            out += failure_text(verdict.failures[i], style);
        }
        if (verdict.failures.size() > most_cases) {
            out += fmt::format(
                "    and {} more of {} (`--format json` has them all)\n",
                verdict.failures.size() - most_cases,
                plural(verdict.cases, "case")
            );
        }
        if (is_unknown) {
            out += "    depends on pools that cannot be seen\n";
        }
    }
    return out;
}

std::string rules_text(const desired::Policy& policy, const Style& style) {
    std::string out;
    for (const policy::Rule& rule : policy::rules()) {
        const policy::Severity severity = policy::severity_of(rule, policy);
        out += fmt::format(
            "{}  {:<26}{}{}\n",
            paint(style, paint_of(severity), fmt::format("{:<7}", policy::to_string(severity))),
            rule.id,
            rule.summary,
            rule.option ? fmt::format(" ({})", option_in_words(rule, policy)) : std::string()
        );
    }
    return folded(out, style, rule_column) +
           "\n`pveform policy explain RULE` says why, and what to do.\n";
}

std::string rule_text(const policy::Rule& rule, const desired::Policy& policy, const Style& style) {
    const policy::Severity severity = policy::severity_of(rule, policy);
    const std::string option = option_in_words(rule, policy);
    return fmt::format(
        "{}\n{}\nSeverity: {}{}{}\n",
        folded(fmt::format("{}: {}\n", rule.id, rule.summary), style),
        indented(paragraphs(rule.explanation, std::min(reading_width, style.width) - 2), "  "),
        paint(style, paint_of(severity), policy::to_string(severity)),
        severity == rule.severity
            ? std::string()
            : fmt::format(" (by default {})", policy::to_string(rule.severity)),
        option.empty() ? std::string() : fmt::format(" · {}", option)
    );
}

} // namespace pveform::render
