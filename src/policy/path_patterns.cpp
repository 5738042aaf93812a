#include "policy/path_patterns.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/acl_path.hpp"
#include "model/object_paths.hpp"

namespace pveform::policy {

namespace {

/// A name that a pattern of one component matches and that nothing has.
std::string stand_in_for(std::string pattern) {
    std::ranges::replace_if(
        pattern, [](char c) { return c == '*' || c == '?'; }, any_other
    );
    return pattern;
}

} // namespace

KnownPaths::KnownPaths(const State& state) {
    for (const std::string_view root : acl_roots) {
        add(root);
    }
    for (const auto& [key, grant] : state.acl) {
        add(key.path.text);
    }
    for (const auto& [id, group] : state.groups) {
        add(path_of(id));
    }
    for (const auto& [id, realm] : state.realms) {
        add(path_of(id));
    }
    for (const auto& [id, pool] : state.pools) {
        add(path_of(id));
        for (const std::string& path : member_paths(pool)) {
            add(path);
        }
    }
}

void KnownPaths::add(std::string_view path) {
    std::string above;
    for (const std::string& part : split(path, "/")) {
        children_[above].insert(part);
        above += "/" + part;
    }
}

std::set<std::string> KnownPaths::matching(const PathGlob& pattern) const {
    std::set<std::string> found;
    expand(split(pattern.pattern, "/"), 0, "", found);
    return found;
}

void KnownPaths::expand(
    const Parts& parts, std::size_t next, const std::string& prefix, std::set<std::string>& found
) const {
    if (next == parts.size()) {
        found.insert(prefix.empty() ? "/" : prefix);
        return;
    }
    const std::string& part = parts[next];
    const Glob glob{part};
    const bool is_deep = part == "**";
    if (!glob.is_pattern()) {
        expand(parts, next + 1, prefix + "/" + part, found);
        return;
    }
    if (is_deep) {
        expand(parts, next + 1, prefix, found);
    }
    if (const auto names = children_.find(prefix); names != children_.end()) {
        for (const std::string& name : names->second) {
            if (is_deep || glob.matches(name)) {
                expand(parts, is_deep ? next : next + 1, prefix + "/" + name, found);
            }
        }
    }
    // Below a name that nothing has, all is alike.
    expand(
        parts,
        next + 1,
        prefix + "/" + (is_deep ? std::string(1, any_other) : stand_in_for(part)),
        found
    );
}

} // namespace pveform::policy
