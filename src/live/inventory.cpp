#include "live/inventory.hpp"

#include <fmt/format.h>

#include "live/completeness.hpp"
#include "live/decode.hpp"
#include "live/response.hpp"

namespace pveform::live {

namespace {

/// One list of PVE: where its objects stand as ACL paths, and who sees them.
struct Source {
    std::string_view endpoint;
    std::string_view key; // the object's name in an element of the list
    Listing listing;
};

/// facts: pve-access-api.md, 3.10.
std::vector<Source> sources() {
    const std::vector<Privilege> sdn = {Privilege{"SDN.Audit"}, Privilege{"SDN.Allocate"}};
    const std::vector<Privilege> mapping = {
        Privilege{"Mapping.Audit"}, Privilege{"Mapping.Use"}, Privilege{"Mapping.Modify"}};
    const std::vector<Privilege> storage = {
        Privilege{"Datastore.Audit"}, Privilege{"Datastore.AllocateSpace"}};
    return {
        {"/nodes", "node", {"/nodes", 1, {}}}, // shown to everybody
        {"/storage", "storage", {"/storage", 1, storage}},
        {"/cluster/sdn/zones", "zone", {"/sdn/zones", 2, sdn}},
        {"/cluster/sdn/controllers", "controller", {"/sdn/controllers", 1, sdn}},
        {"/cluster/sdn/dns", "dns", {"/sdn/dns", 1, sdn}},
        {"/cluster/sdn/ipams", "ipam", {"/sdn/ipams", 1, sdn}},
        {"/cluster/sdn/fabrics/fabric", "id", {"/sdn/fabrics", 1, sdn}},
        {"/cluster/mapping/pci", "id", {"/mapping/pci", 1, mapping}},
        {"/cluster/mapping/usb", "id", {"/mapping/usb", 1, mapping}},
        {"/cluster/mapping/dir", "id", {"/mapping/dir", 1, mapping}},
    };
}

const Listing guests{"/vms", 1, {Privilege{"VM.Audit"}}};

/// The elements of a list; nothing where we may not see it, or where this PVE does not have it.
Result<std::optional<json::Value>>
list(ReadTransport& transport, std::string_view endpoint, const Parameters& query = {}) {
    auto data = data_of(transport.get(endpoint, query), fmt::format("read `{}`", endpoint));
    if (data) {
        return std::move(*data);
    }
    if (data.error().status == 501 || data.error().status == 403) {
        return std::nullopt;
    }
    return std::unexpected(std::move(data).error());
}

class Reader {
public:
    Reader(ReadTransport& transport, const View& view) : transport_(transport), view_(view) {}

    Result<void> read_source(const Source& source) {
        const auto data = TRY(list(transport_, source.endpoint));
        if (!data) {
            inventory_.unseen_below.insert(AclPath{source.listing.base});
            return {};
        }
        const Node node(*data, source.endpoint);
        for (const Node& item : TRY(node.elements())) {
            add(source.listing.base, TRY(item.text(source.key)));
        }
        return source.listing.privileges.empty() ? Result<void>() : note_hidden(source.listing);
    }

    Result<void> read_guests() {
        const auto data = TRY(list(transport_, "/cluster/resources", {{"type", "vm"}}));
        if (!data) {
            inventory_.unseen_below.insert(AclPath{guests.base});
            return {};
        }
        const Node node(*data, "/cluster/resources");
        for (const Node& item : TRY(node.elements())) {
            const Node id = TRY(item.at("vmid"));
            add(guests.base, std::to_string(TRY(id.as_integer())));
        }
        return note_hidden(guests);
    }

    /// Networks are below their zones. That of the nodes' own bridges lists none.
    Result<void> read_networks() {
        const std::string zones = "/sdn/zones";
        add(zones, "localnetwork");
        inventory_.unseen_below.insert(AclPath{zones + "/localnetwork"});
        const auto data = TRY(list(transport_, "/cluster/sdn/vnets"));
        if (!data) {
            inventory_.unseen_below.insert(AclPath{zones});
            return {};
        }
        const Node node(*data, "/cluster/sdn/vnets");
        for (const Node& item : TRY(node.elements())) {
            const std::string zone = TRY(item.text("zone"));
            add(zones + "/" + zone, TRY(item.text("vnet")));
        }
        return {}; // what is hidden below the zones was noted with them
    }

    /// What the view holds already.
    void take_view() {
        inventory_.objects = inventory_of(view_.state, {}).objects;
        inventory_.unseen_below.insert(view_.hidden_pools.begin(), view_.hidden_pools.end());
    }

    [[nodiscard]] Inventory take() { return std::move(inventory_); }

private:
    void add(const std::string& base, const std::string& name) {
        inventory_.objects.insert(AclPath{base + "/" + name});
    }

    Result<void> note_hidden(const Listing& listing) {
        inventory_.unseen_below.merge(TRY(hidden_objects(transport_, view_, listing)));
        return {};
    }

    ReadTransport& transport_;
    const View& view_;
    Inventory inventory_;
};

} // namespace

Result<Inventory> fetch_inventory(ReadTransport& transport, const View& view) {
    Reader reader(transport, view);
    reader.take_view();
    for (const Source& source : sources()) {
        TRY(reader.read_source(source));
    }
    TRY(reader.read_networks());
    TRY(reader.read_guests());
    return reader.take();
}

} // namespace pveform::live
