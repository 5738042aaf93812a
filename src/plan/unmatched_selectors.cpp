#include "plan/unmatched_selectors.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/turns.hpp"

namespace pveform::plan {

namespace {

template<class Map>
void collect_keys(const Map& objects, std::set<ObjectKey>& keys) {
    for (const auto& [id, object] : objects) {
        keys.insert(id);
    }
}

/// All that there is, that is to be, and that the document names.
std::set<ObjectKey>
known_objects(const State& before, const State& after, const desired::Document& document) {
    std::set<ObjectKey> keys;
    for (const State* state : {&before, &after}) {
        collect_keys(state->roles, keys);
        collect_keys(state->groups, keys);
        collect_keys(state->users, keys);
        collect_keys(state->tokens, keys);
        collect_keys(state->acl, keys);
    }
    for (const TokenId& id : desired::declared_tokens(document)) {
        keys.insert(id);
    }
    collect_keys(document.absent.roles, keys);
    collect_keys(document.absent.groups, keys);
    collect_keys(document.absent.users, keys);
    collect_keys(document.absent.tokens, keys);
    return keys;
}

/// What a selector of this kind could have meant.
std::vector<std::string> names_of_kind(ObjectKind kind, const std::set<ObjectKey>& keys) {
    std::set<std::string> names;
    for (const ObjectKey& key : keys) {
        if (kind_of(key) != kind) {
            continue;
        }
        if (const auto* row = std::get_if<AclKey>(&key)) {
            names.insert({row->path.text, row->principal.text()});
        } else {
            names.insert(name_of(key));
        }
    }
    return {names.begin(), names.end()};
}

Error matches_nothing(
    std::string_view flag, const Selector& selector, const std::set<ObjectKey>& keys
) {
    const auto match = closest_match(selector.glob.pattern, names_of_kind(selector.kind, keys));
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format(
            "`{} {}` matches nothing: there is no such {}, neither in the documents nor in the "
            "cluster",
            flag,
            printable(selector.text()),
            noun_of(selector.kind)
        ),
        .help =
            match
                ? fmt::format("did you mean `{}:{}`?", to_string(selector.kind), printable(*match))
                : "name what a plan without the flag shows; `*` stands for any text",
    };
}

} // namespace

Errors unmatched_selectors(
    const Selection& selection,
    const State& before,
    const State& after,
    const desired::Document& document
) {
    const std::set<ObjectKey> keys = known_objects(before, after, document);
    Errors errors;
    const auto check = [&](std::string_view flag, const std::vector<Selector>& selectors) {
        for (const Selector& selector : selectors) {
            if (std::ranges::none_of(keys, [&](const auto& key) {
                    return selector.matches(key);
                })) {
                errors.push_back(matches_nothing(flag, selector, keys));
            }
        }
    };
    check("--target", selection.targets);
    check("--exclude", selection.excludes);
    return errors;
}

} // namespace pveform::plan
