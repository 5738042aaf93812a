#include "plan/own_administration.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/acl_path.hpp"
#include "model/object_paths.hpp"
#include "plan/rights.hpp"

namespace pveform::plan {

namespace {

const Privilege permissions_modify{"Permissions.Modify"};

/// Whether PVE asks for the privilege there, so that who has it administers something.
bool administers(const Privilege& privilege, const std::string& path) {
    struct Place {
        std::string_view privilege;
        std::string_view root;
    };

    static constexpr std::array places = {
        Place{"Sys.Audit", "/access"},
        Place{"Sys.Modify", "/access"},
        Place{"User.Modify", "/access/groups"},
        Place{"Group.Allocate", "/access/groups"},
        Place{"Realm.Allocate", "/access/realm"},
        Place{"Realm.AllocateUser", "/access/realm"},
    };
    return privilege == permissions_modify || privilege.text == delegating_privilege(path) ||
           std::ranges::any_of(places, [&](const Place& place) {
               return place.privilege == privilege.text && is_at_or_below(path, place.root);
           });
}

/// Whoever has Permissions.Modify needs no other privilege to grant.
bool is_covered(const AdministrativeRight& right, const access::Privileges& held) {
    return right.privilege.text == delegating_privilege(right.path) &&
           held.contains(permissions_modify);
}

/// Whether a right at the first path speaks of the second, too.
bool reaches(const std::string& upper, const std::string& lower) {
    const std::string above = path_above_nameless(upper);
    const std::string& root = above.empty() ? upper : above;
    return root != lower && upper != lower && is_at_or_below(lower, root);
}

/// ``on `/access` ``, ``below `/pool` ``.
std::string place_in_words(const std::string& path) {
    const std::string above = path_above_nameless(path);
    return above.empty() ? fmt::format("on `{}`", path) : fmt::format("below `{}`", above);
}

} // namespace

std::set<std::string> paths_to_watch(const State& before, const std::vector<Step>& steps) {
    std::set<std::string> paths(acl_roots.begin(), acl_roots.end());
    for (const auto& [key, grant] : before.acl) {
        paths.insert(key.path.text);
    }
    for (const Step& step : steps) {
        if (const auto* acl = std::get_if<ChangeAcl>(&step.command)) {
            paths.insert(acl->edit.path.text);
        }
    }
    for (const auto& [id, pool] : before.pools) {
        paths.insert(path_of(id));
        std::ranges::move(member_paths(pool), std::inserter(paths, paths.end()));
    }
    // Below guests, storages, groups and realms there is nothing; pools can be nested.
    std::set<std::string> children;
    for (const std::string& path : paths) {
        if (std::ranges::find(acl_roots, path) != acl_roots.end() || is_pool_path(path)) {
            children.insert(nameless_child_of(path));
        }
    }
    paths.merge(children);
    return paths;
}

std::set<AdministrativeRight> administration_of(
    const access::Evaluator& evaluator,
    const Principal& identity,
    const std::set<std::string>& paths
) {
    std::set<AdministrativeRight> rights;
    for (const std::string& path : paths) {
        const access::Privileges held = evaluator.privileges(identity, path);
        for (const auto& [privilege, propagates] : held) {
            const AdministrativeRight right{privilege, path};
            if (administers(privilege, path) && !is_covered(right, held)) {
                rights.insert(right);
            }
        }
    }
    return rights;
}

std::set<AdministrativeRight> lost_of(
    const std::set<AdministrativeRight>& needed,
    const access::Evaluator& evaluator,
    const Principal& identity
) {
    std::set<AdministrativeRight> lost;
    for (const AdministrativeRight& right : needed) {
        const access::Privileges held = evaluator.privileges(identity, right.path);
        if (!held.contains(right.privilege) && !is_covered(right, held)) {
            lost.insert(right);
        }
    }
    return lost;
}

std::string in_words(const std::set<AdministrativeRight>& rights) {
    std::map<Privilege, std::vector<std::string>> paths;
    for (const AdministrativeRight& right : rights) {
        paths[right.privilege].push_back(right.path);
    }
    constexpr std::size_t few = 3;
    std::vector<std::string> parts;
    for (const auto& [privilege, all] : paths) {
        std::vector<std::string> places;
        for (const std::string& path : all) {
            const bool is_implied = std::ranges::any_of(all, [&](const std::string& other) {
                return reaches(other, path);
            });
            if (!is_implied) {
                places.push_back(place_in_words(path));
            }
        }
        const std::size_t more = places.size() > few ? places.size() - few : 0;
        places.resize(places.size() - more);
        parts.push_back(fmt::format(
            "`{}` {}{}",
            privilege.text,
            join(places, " and "),
            more > 0 ? fmt::format(" and {}", plural(more, "other path")) : ""
        ));
    }
    return join(parts, ", ");
}

} // namespace pveform::plan
