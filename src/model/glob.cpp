#include "model/glob.hpp"

#include <cstddef>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace pveform {

namespace {

/// Whether a sequence matches a pattern in which some elements stand for any number of others.
/// There is one point to come back to, the last such element, so that the time is bounded by the
/// product of the lengths.
template<class Sequence, class IsStar, class MatchesOne>
bool matches_sequence(
    const Sequence& pattern, const Sequence& given, IsStar is_star, MatchesOne matches_one
) {
    std::size_t p = 0;
    std::size_t g = 0;
    std::optional<std::size_t> star;
    std::size_t covered = 0; // by that star, up to here
    while (g < given.size()) {
        if (p < pattern.size() && is_star(pattern[p])) {
            star = p++;
            covered = g;
        } else if (p < pattern.size() && matches_one(pattern[p], given[g])) {
            ++p;
            ++g;
        } else if (star) {
            p = *star + 1;
            g = ++covered;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && is_star(pattern[p])) {
        ++p;
    }
    return p == pattern.size();
}

bool matches_wildcards(std::string_view pattern, std::string_view text) {
    return matches_sequence(
        pattern,
        text,
        [](char c) { return c == '*'; },
        [](char wanted, char given) { return wanted == '?' || wanted == given; }
    );
}

} // namespace

bool Glob::matches(std::string_view name) const {
    return matches_wildcards(pattern, name);
}

bool Glob::is_pattern() const {
    return pattern.find_first_of("*?") != std::string::npos;
}

bool PathGlob::matches(std::string_view path) const {
    const std::vector<std::string> wanted = split(pattern, "/");
    const std::vector<std::string> given = split(path, "/");
    return matches_sequence(
        wanted,
        given,
        [](const std::string& component) { return component == "**"; },
        matches_wildcards
    );
}

} // namespace pveform
