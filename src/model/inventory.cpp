#include "model/inventory.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "model/object_paths.hpp"

namespace pveform {

namespace {

/// The paths below which every object is listed, and how many names deep.
struct Listed {
    std::string_view base;
    std::ptrdiff_t levels;
};

constexpr std::array listed = {
    Listed{groups_root, 1},
    Listed{realms_root, 1},
    Listed{"/mapping/dir", 1},
    Listed{"/mapping/pci", 1},
    Listed{"/mapping/usb", 1},
    Listed{"/nodes", 1},
    Listed{pools_root, 3},
    Listed{"/sdn/controllers", 1},
    Listed{"/sdn/dns", 1},
    Listed{"/sdn/fabrics", 1},
    Listed{"/sdn/ipams", 1},
    Listed{"/sdn/zones", 2},
    Listed{storages_root, 1},
    Listed{guests_root, 1},
};

/// The path without the names that are deeper than what is listed; empty where nothing is.
std::string_view listed_part(std::string_view path) {
    const auto* kind = std::ranges::find_if(listed, [path](const Listed& one) {
        return is_below(path, one.base);
    });
    if (kind == listed.end()) {
        return {};
    }
    std::size_t end = kind->base.size();
    for (auto level = kind->levels; level > 0 && end != std::string_view::npos; --level) {
        end = path.find('/', end + 1);
    }
    return path.substr(0, end);
}

} // namespace

bool Inventory::may_exist(const AclPath& path) const {
    const std::string_view part = listed_part(path.text);
    if (part.empty() || objects.contains(AclPath{std::string(part)})) {
        return true;
    }
    return std::ranges::any_of(unseen_below, [part](const AclPath& unseen) {
        return is_at_or_below(part, unseen.text);
    });
}

Inventory inventory_of(const State& state, const std::set<AclPath>& hidden_pools) {
    Inventory inventory{.objects = {}, .unseen_below = hidden_pools};
    const auto add_all = [&](const auto& objects) {
        for (const auto& [id, object] : objects) {
            inventory.objects.insert(AclPath{path_of(id)});
        }
    };
    add_all(state.groups);
    add_all(state.realms);
    add_all(state.pools);
    for (const Listed& kind : listed) {
        if (kind.base != groups_root && kind.base != realms_root && kind.base != pools_root) {
            inventory.unseen_below.insert(AclPath{std::string(kind.base)});
        }
    }
    return inventory;
}

} // namespace pveform
