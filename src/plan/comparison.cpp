#include "plan/comparison.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

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

/// How long a token would live from its plan on; nothing where that says nothing.
std::optional<UnixSeconds> life_of(const Plan& plan, const ObjectKey& key) {
    const auto* id = std::get_if<TokenId>(&key);
    const auto token = id != nullptr ? plan.after.tokens.find(*id) : plan.after.tokens.end();
    if (token == plan.after.tokens.end() || token->second.expire.is_never()) {
        return std::nullopt;
    }
    return token->second.expire.seconds - plan.now;
}

/// What it changes, without a life time that is counted from now on.
std::vector<FieldChange> fields_of(const Change& change, bool without_expiry) {
    std::vector<FieldChange> fields = change.fields;
    std::erase_if(fields, [&](const FieldChange& field) {
        return without_expiry && field.name == "expire";
    });
    return fields;
}

class Comparison {
public:
    Comparison(const Plan& reviewed, const Plan& now) : reviewed_(reviewed), now_(now) {}

    [[nodiscard]] bool is_same(const Change& a, const Change& b) const {
        const auto life = life_of(reviewed_, a.key);
        const bool same_life = life && life == life_of(now_, b.key);
        return a.action == b.action && a.is_foreign == b.is_foreign &&
               fields_of(a, same_life) == fields_of(b, same_life);
    }

    std::vector<std::string> run() {
        const auto before = by_key(reviewed_.changes);
        const auto after = by_key(now_.changes);
        for (const auto& [key, change] : before) {
            const auto other = after.find(key);
            if (other == after.end()) {
                lines_.push_back("no longer: " + in_words(*change));
            } else if (!is_same(*change, *other->second)) {
                lines_.push_back("not as shown: " + in_words(*other->second));
            }
        }
        for (const auto& [key, change] : after) {
            if (!before.contains(key)) {
                lines_.push_back("new: " + in_words(*change));
            }
        }
        compare_blocks();
        return std::move(lines_);
    }

private:
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
