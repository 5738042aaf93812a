#include "render/explanation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "access/difference.hpp"
#include "access/evaluator.hpp"
#include "access/explanation.hpp"
#include "base/sets.hpp"
#include "base/text.hpp"
#include "render/access_json.hpp"
#include "render/access_text.hpp"
#include "render/plan_table.hpp"
#include "json/write.hpp"

namespace pveform::render {

namespace {

using access::Explanation;
using access::Link;
using access::PrivilegeSet;
using access::Standing;

PrivilegeSet names_of(const access::Privileges& privileges) {
    PrivilegeSet names;
    for (const auto& [privilege, propagates] : privileges) {
        names.insert(privilege);
    }
    return names;
}

std::string entry_in_words(const AclKey& key) {
    return fmt::format(
        "{} for {} on {}",
        printable(key.role.text),
        printable(key.principal.text()),
        printable(key.path.text)
    );
}

/// What becomes of the entry, and by what.
std::string standing_in_words(const Link& link, const Explanation& explanation) {
    std::vector<std::string> others;
    for (const std::size_t by : link.by) {
        others.push_back(entry_in_words(explanation.links[by].key));
    }
    switch (link.standing) {
    case Standing::gives:
        return "gives";
    case Standing::denies:
        return "denies all";
    case Standing::hidden:
        return "hidden by " + join(others, "; ");
    case Standing::replaced:
        return "replaced by " + join(others, "; ");
    case Standing::overruled:
        return "overruled by " + join(others, "; ");
    }
    return {};
}

/// What would be different without the entry.
std::string removal_in_words(const Link& link, const PrivilegeSet& held, const State& state) {
    std::vector<std::string> effects;
    if (const auto lost = without(held, link.after_removal); !lost.empty()) {
        effects.push_back("without it, lost: " + privileges_in_words(lost, state));
    }
    if (const auto gained = without(link.after_removal, held); !gained.empty()) {
        effects.push_back("without it, gained: " + privileges_in_words(gained, state));
    }
    return join(effects, "; ");
}

/// Whether the entry gives the privilege, would, or keeps another from giving it.
bool is_about(const Link& link, const Explanation& explanation, const Privilege& privilege) {
    if (link.privileges.contains(privilege)) {
        return true;
    }
    const auto index = static_cast<std::size_t>(&link - explanation.links.data());
    return std::ranges::any_of(explanation.links, [&](const Link& other) {
        return other.privileges.contains(privilege) &&
               std::ranges::find(other.by, index) != other.by.end();
    });
}

std::string log_in_note(const Question& question) {
    return can_log_in(question.state, question.principal, question.now)
               ? std::string()
               : "note: it cannot log in now (disabled or expired), and can use none of it\n";
}

std::string hidden_pools_note(const Question& question) {
    std::vector<std::string> paths;
    for (const AclPath& path : question.hidden_pools) {
        paths.push_back(printable(path.text));
    }
    return paths.empty() ? std::string()
                         : fmt::format(
                               "note: what comes through pools at and below {} is unknown: they "
                               "are not visible\n",
                               join(paths, ", ")
                           );
}

std::string entries_text(const Question& question, const Explanation& explanation) {
    std::string out;
    const PrivilegeSet held = names_of(explanation.held);
    for (const Link& link : explanation.links) {
        if (question.only && !is_about(link, explanation, *question.only)) {
            continue;
        }
        out += fmt::format(
            "  {}{}{}: {}\n",
            entry_in_words(link.key),
            link.propagate ? "" : " (not below)",
            link.pool ? fmt::format(", through pool {}", printable(link.pool->text)) : "",
            standing_in_words(link, explanation)
        );
        const bool is_no_access = link.standing == Standing::denies;
        if (!is_no_access) {
            const std::string privileges = privileges_in_words(link.privileges, State{});
            out += fmt::format("      {}\n", privileges.empty() ? "no privileges" : privileges);
        }
        if (const auto effect = removal_in_words(link, held, question.state); !effect.empty()) {
            out += "      " + effect + "\n";
        }
    }
    return out;
}

std::string separation_text(const Question& question, const Explanation& explanation) {
    if (!explanation.own) {
        return {};
    }
    std::string out = "A token with privilege separation holds what both it and its user hold.\n";
    const auto bound = without(*explanation.own, *explanation.of_user);
    if (!bound.empty()) {
        out += fmt::format("  its user lacks: {}\n", privileges_in_words(bound, question.state));
    }
    const auto unused = without(*explanation.of_user, *explanation.own);
    if (!unused.empty()) {
        out += fmt::format(
            "  its own entries lack: {}\n", privileges_in_words(unused, question.state)
        );
    }
    return out;
}

/// What it holds everywhere is what it would gain if it held nothing so far.
access::Difference all_of(const Question& question) {
    State now = access::excerpt(question.state, question.principal);
    for (auto& [id, user] : now.users) { // whether it can log in is said apart
        user = User{};
    }
    for (auto& [id, token] : now.tokens) {
        token.expire = Expiry::never();
    }
    now.users.try_emplace(user_behind(question.principal));
    State nobody = now;
    nobody.users.clear();
    nobody.tokens.clear();
    return access::difference(nobody, now, question.now);
}

const access::Affected*
find_affected(const access::Difference& difference, const Principal& principal) {
    const auto found = std::ranges::find_if(difference.affected, [&](const auto& affected) {
        return std::ranges::find(affected.principals, principal) != affected.principals.end();
    });
    return found == difference.affected.end() ? nullptr : &*found;
}

json::Object head(const Question& question) {
    return {
        {"format_version", 1},
        {"principal", question.principal.text()},
        {"can_log_in", can_log_in(question.state, question.principal, question.now)},
        {"complete", question.hidden_pools.empty()},
    };
}

} // namespace

std::string explanation_text(const Question& question) {
    const Explanation explanation =
        access::explain(question.state, question.principal, question.path);
    const std::string who = printable(question.principal.text());
    const std::string path = printable(question.path);
    std::string out;
    if (question.only) {
        out += fmt::format(
            "{} on {}: {} {}\n",
            who,
            path,
            explanation.held.contains(*question.only) ? "holds" : "does not hold",
            question.only->text
        );
    } else {
        out += fmt::format(
            "{} on {}: {}\n",
            who,
            path,
            explanation.held.empty() ? "nothing" : plural(explanation.held.size(), "privilege")
        );
        for (const auto& [privilege, propagates] : explanation.held) {
            out += fmt::format(
                "  {}{}\n", printable(privilege.text), propagates ? "" : "  (on this path only)"
            );
        }
    }
    if (explanation.is_root) {
        return out + "root@pam holds everything, whatever the entries say.\n";
    }
    const std::string entries = entries_text(question, explanation);
    out += entries.empty() ? "No entry speaks of it.\n" : "Because of\n" + entries;
    return out + separation_text(question, explanation) + log_in_note(question) +
           hidden_pools_note(question);
}

std::string explanation_json(const Question& question) {
    const Explanation explanation =
        access::explain(question.state, question.principal, question.path);
    json::Value value = head(question);
    value.set("path", question.path);
    json::Object held;
    for (const auto& [privilege, propagates] : explanation.held) {
        held.emplace_back(privilege.text, propagates ? 1 : 0);
    }
    value.set("privileges", std::move(held));
    if (question.only) {
        value.set("why", question.only->text);
        value.set("holds", explanation.held.contains(*question.only));
    }
    value.set("explanation", explanation_value(explanation));
    return json::dump(value, json::Style::indented) + "\n";
}

std::string everywhere_text(const Question& question) {
    const access::Difference difference = all_of(question);
    const std::string who = printable(question.principal.text());
    const access::Affected* affected = find_affected(difference, question.principal);
    if (affected == nullptr) {
        return who + " holds nothing\n" + log_in_note(question) + hidden_pools_note(question);
    }
    std::string out = who + " holds\n";
    std::set<access::PrivilegeSets::Number> said = {access::PrivilegeSets::empty};
    for (const access::Shift& shift : affected->shifts) {
        if (!said.insert(shift.gained).second) {
            continue;
        }
        const std::string places =
            places_in_words(difference, *affected, [&](const access::Shift& other) {
                return other.gained == shift.gained;
            });
        if (!places.empty()) { // else it is below a guest or a storage, where nothing is
            out += fmt::format(
                "  {} {}\n",
                privileges_in_words(difference.sets[shift.gained], question.state),
                places
            );
        }
    }
    return out + log_in_note(question) + hidden_pools_note(question);
}

std::string everywhere_json(const Question& question) {
    const access::Difference difference = all_of(question);
    json::Value value = head(question);
    json::Array places;
    if (const auto* affected = find_affected(difference, question.principal)) {
        for (const access::Shift& shift : affected->shifts) {
            json::Object place = place_value(difference, shift);
            place.emplace_back("privileges", privileges_value(difference.sets[shift.gained]));
            places.emplace_back(std::move(place));
        }
    }
    value.set("places", std::move(places));
    return json::dump(value, json::Style::indented) + "\n";
}

WhoCan
who_can(const State& state, const Privilege& privilege, const std::string& path, UnixSeconds now) {
    const access::Evaluator evaluator(state);
    WhoCan answer{.privilege = privilege, .path = path, .holders = {}};
    const auto add = [&](const Principal& principal, Expiry expire) {
        const auto held = evaluator.privileges(principal, path);
        if (const auto found = held.find(privilege); found != held.end()) {
            answer.holders.push_back(
                {principal, found->second, can_log_in(state, principal, now), expire}
            );
        }
    };
    for (const auto& [id, user] : state.users) {
        add(Principal::of(id), user.expire);
        for (auto token = state.tokens.lower_bound(TokenId{id, {}});
             token != state.tokens.end() && token->first.user == id;
             ++token) {
            add(Principal::of(token->first), token->second.expire);
        }
    }
    return answer;
}

std::string who_can_text(const WhoCan& answer) {
    if (answer.holders.empty()) {
        return fmt::format(
            "nobody holds {} on {}\n", answer.privilege.text, printable(answer.path)
        );
    }
    std::string out =
        fmt::format("{} on {} is held by\n", answer.privilege.text, printable(answer.path));
    std::size_t width = 0;
    for (const WhoCan::One& one : answer.holders) {
        width = std::max(width, display_width(printable(one.principal.text())));
    }
    for (const WhoCan::One& one : answer.holders) {
        std::vector<std::string> notes = {
            one.expire.is_never() ? "never expires" : "expires " + one.expire.text()};
        if (!one.can_log_in) {
            notes.emplace_back("cannot log in now");
        }
        if (!one.propagates) {
            notes.emplace_back("on this path only");
        }
        out += fmt::format(
            "  {:<5}  {}  {}\n",
            to_string(one.principal.kind),
            padded(printable(one.principal.text()), width),
            join(notes, ", ")
        );
    }
    return out;
}

std::string who_can_json(const WhoCan& answer) {
    json::Array holders;
    for (const WhoCan::One& one : answer.holders) {
        holders.push_back(json::Object{
            {"kind", to_string(one.principal.kind)},
            {"id", one.principal.text()},
            {"propagates", one.propagates},
            {"can_log_in", one.can_log_in},
            {"expire", one.expire.text()},
        });
    }
    const json::Value value = json::Object{
        {"format_version", 1},
        {"privilege", answer.privilege.text},
        {"path", answer.path},
        {"holders", std::move(holders)},
    };
    return json::dump(value, json::Style::indented) + "\n";
}

} // namespace pveform::render
