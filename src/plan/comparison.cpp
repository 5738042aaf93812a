#include "plan/comparison.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "access/comparison.hpp"
#include "base/text.hpp"
#include "json/write.hpp"

namespace pveform::plan {

namespace {

std::string in_words(const Change& change) {
    return fmt::format(
        "{} {} {}", to_string(change.action), kind_of(change.key), name_of(change.key)
    );
}

std::map<ObjectKey, const Change*> by_key(const std::vector<Change>& changes) {
    std::map<ObjectKey, const Change*> found;
    for (const Change& change : changes) {
        found.emplace(change.key, &change);
    }
    return found;
}

/// What a value of a change comes to: of an object that comes to be there is nothing before, of one
/// that goes nothing after.
std::vector<FieldChange> fields_of(const Change& change) {
    std::vector<FieldChange> fields = change.fields;
    for (FieldChange& field : fields) {
        if (change.action == Action::create) {
            field.before = {};
        } else if (change.action == Action::destroy || change.action == Action::cascade) {
            field.after = {};
        }
    }
    return fields;
}

/// How long a token lives from its plan on, by a field of a change; nothing where that says
/// nothing.
std::optional<UnixSeconds>
life_of(const Plan& plan, const Change& change, const FieldChange& field) {
    const std::string* text = field.after.as_string();
    const bool is_end = field.name == "expire" && std::holds_alternative<TokenId>(change.key);
    const auto end = is_end && text != nullptr ? parse_time(*text) : std::nullopt;
    return end ? std::optional(*end - plan.now) : std::nullopt;
}

std::string in_words(const json::Value& value) {
    return value.is_null() ? "nothing" : json::dump(value);
}

std::string in_words(const FieldChange* field) {
    return field == nullptr
               ? "unchanged"
               : fmt::format("{} → {}", in_words(field->before), in_words(field->after));
}

std::string in_words(const access::PrivilegeSet& privileges) {
    constexpr std::size_t most = 4;
    std::vector<std::string> names;
    for (const Privilege& privilege : privileges) {
        if (names.size() == most) {
            names.push_back(fmt::format("{} more", privileges.size() - most));
            break;
        }
        names.push_back(privilege.text);
    }
    return join(names, ", ");
}

std::string in_words(const access::Effect& effect) {
    std::vector<std::string> parts;
    if (!effect.gained.empty()) {
        parts.push_back("gains " + in_words(effect.gained));
    }
    if (!effect.lost.empty()) {
        parts.push_back("loses " + in_words(effect.lost));
    }
    return parts.empty() ? "is unchanged" : join(parts, " and ");
}

class Comparison {
public:
    Comparison(const Plan& reviewed, const Plan& now) : reviewed_(reviewed), now_(now) {}

    std::vector<std::string> run() {
        const auto before = by_key(reviewed_.changes);
        const auto after = by_key(now_.changes);
        for (const auto& [key, change] : before) {
            const auto other = after.find(key);
            if (other == after.end()) {
                lines_.push_back("no longer: " + in_words(*change));
            } else {
                compare_changes(*change, *other->second);
            }
        }
        for (const auto& [key, change] : after) {
            if (!before.contains(key)) {
                lines_.push_back("new: " + in_words(*change));
            }
        }
        compare_access();
        compare_blocks();
        return std::move(lines_);
    }

private:
    [[nodiscard]] bool is_same(
        const Change& a, const FieldChange* one, const Change& b, const FieldChange* other
    ) const {
        if (one == nullptr || other == nullptr) {
            return false;
        }
        const auto life = life_of(reviewed_, a, *one);
        const bool same_life = life && life == life_of(now_, b, *other);
        return one->before == other->before && (same_life || one->after == other->after);
    }

    void compare_changes(const Change& a, const Change& b) {
        if (a.action != b.action) {
            lines_.push_back(
                fmt::format("not as shown: {}, and not {}", in_words(b), to_string(a.action))
            );
            return;
        }
        if (a.is_foreign != b.is_foreign) {
            lines_.push_back(fmt::format(
                "not as shown: {}, which the document has {} say in",
                in_words(b),
                b.is_foreign ? "no" : "a"
            ));
            return;
        }
        const std::vector<FieldChange> then = fields_of(a);
        const std::vector<FieldChange> now = fields_of(b);
        std::set<std::string> names;
        for (const auto* fields : {&then, &now}) {
            for (const FieldChange& field : *fields) {
                names.insert(field.name);
            }
        }
        for (const std::string& name : names) {
            const auto find = [&](const std::vector<FieldChange>& fields) {
                const auto found = std::ranges::find(fields, name, &FieldChange::name);
                return found == fields.end() ? nullptr : &*found;
            };
            const FieldChange* one = find(then);
            const FieldChange* other = find(now);
            if (!is_same(a, one, b, other)) {
                lines_.push_back(fmt::format(
                    "not as shown: {}: {} {}, and not {}",
                    in_words(b),
                    name,
                    in_words(other),
                    in_words(one)
                ));
            }
        }
    }

    void compare_access() {
        const auto all = access::discrepancies(reviewed_.effective_access, now_.effective_access);
        for (const access::Discrepancy& one : all) {
            lines_.push_back(fmt::format(
                "not as shown: access of {} {}{} {}, and not: {}",
                one.principal.text(),
                one.is_below ? "below " : "on ",
                one.path,
                in_words(one.now),
                in_words(one.then)
            ));
        }
        if (!all.empty() && reviewed_.hidden_pools != now_.hidden_pools) {
            lines_.push_back("other pools are hidden from this run than from the one that was shown"
            );
        }
    }

    void compare_blocks() {
        std::set<std::pair<std::string, std::string>> known;
        for (const Block& block : reviewed_.blocks) {
            known.emplace(block.guard, block.message);
        }
        for (const Block& block : now_.blocks) {
            if (known.erase({block.guard, block.message}) == 0) {
                lines_.push_back(fmt::format("now blocked[{}]: {}", block.guard, block.message));
            }
        }
        for (const auto& [guard, message] : known) {
            lines_.push_back(fmt::format("no longer blocked[{}]: {}", guard, message));
        }
    }

    const Plan& reviewed_;
    const Plan& now_;
    std::vector<std::string> lines_;
};

} // namespace

std::vector<std::string> differences(const Plan& reviewed, const Plan& now) {
    return Comparison(reviewed, now).run();
}

} // namespace pveform::plan
