// domains.cfg: the realms of a cluster.
// Mirrors pve-access-control: src/PVE/Auth/Plugin.pm and pve-common: src/PVE/SectionConfig.pm.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace pveform::formats {

struct RealmEntry {
    std::string type;
    std::map<std::string, std::string> properties; // `comment` decoded, all else as written
    friend bool operator==(const RealmEntry&, const RealmEntry&) = default;
};

struct DomainsConfig {
    std::map<std::string, RealmEntry> realms; // `pam` and `pve` always among them
    std::string digest;                       // SHA-1 of the file, in hexadecimal
    friend bool operator==(const DomainsConfig&, const DomainsConfig&) = default;
};

[[nodiscard]] DomainsConfig parse_domains_config(std::string_view bytes);

/// Whether user names of the realm differ by case. They do unless a directory says otherwise.
[[nodiscard]] bool is_case_sensitive(const DomainsConfig& domains, std::string_view realm);

} // namespace pveform::formats
