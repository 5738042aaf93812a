#include "model/glob.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "base/text.hpp"

namespace pveform {

namespace {

/// Matches with one point to come back to, the last `*`, so that the time is bounded by the product
/// of the lengths.
bool matches_wildcards(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_text = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    return pattern.substr(p).find_first_not_of('*') == std::string_view::npos;
}

using Components = std::span<const std::string>;

bool matches_components(Components pattern, Components path) {
    if (pattern.empty()) {
        return path.empty();
    }
    if (pattern.front() == "**") {
        for (std::size_t skipped = 0; skipped <= path.size(); ++skipped) {
            if (matches_components(pattern.subspan(1), path.subspan(skipped))) {
                return true;
            }
        }
        return false;
    }
    return !path.empty() && matches_wildcards(pattern.front(), path.front()) &&
           matches_components(pattern.subspan(1), path.subspan(1));
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
    return matches_components(wanted, given);
}

} // namespace pveform
