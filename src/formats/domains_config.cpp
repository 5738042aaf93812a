#include "formats/domains_config.hpp"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"

namespace pveform::formats {

namespace {

std::string sha1_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        hex += fmt::format("{:02x}", digest[i]);
    }
    return hex;
}

/// `ldap: corp` → type and realm.
std::optional<std::pair<std::string, std::string>> parse_header(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view type = line.substr(0, colon);
    const std::string_view realm = trim_blanks(line.substr(colon + 1));
    if (has_blank(type, Blanks::ascii) || check_realm(realm)) {
        return std::nullopt;
    }
    return std::pair(std::string(type), std::string(realm));
}

void add_property(RealmEntry& realm, std::string_view line) {
    const std::string_view text = trim_blanks(line);
    const std::size_t end = text.find_first_of(" \t");
    const std::string_view name = text.substr(0, end);
    const std::string_view value =
        end == std::string_view::npos ? std::string_view() : trim_blanks(text.substr(end));
    realm.properties[std::string(name)] =
        name == "comment" ? decode_text(value) : std::string(value);
}

/// PVE keeps one mark of a default realm, and forces its own two realms.
void complete(DomainsConfig& domains) {
    bool has_default = false;
    for (auto& [id, realm] : domains.realms) {
        const auto mark = realm.properties.find("default");
        if (mark != realm.properties.end() && is_true(mark->second)) {
            if (has_default) {
                realm.properties.erase(mark);
            }
            has_default = true;
        }
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> built_in = {{
        {"pve", "Proxmox VE authentication server"},
        {"pam", "Linux PAM standard authentication"},
    }};
    for (const auto& [name, comment] : built_in) {
        RealmEntry& realm = domains.realms[std::string(name)];
        realm.type = name;
        if (!is_true(realm.properties["comment"])) {
            realm.properties["comment"] = comment;
        }
    }
}

} // namespace

DomainsConfig parse_domains_config(std::string_view bytes) {
    DomainsConfig domains;
    domains.digest = sha1_hex(bytes);
    const std::string text = from_latin1(bytes);
    RealmEntry* section = nullptr;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::string_view content = trim_blanks(line);
        if (content.starts_with('#')) {
            continue;
        }
        if (content.empty()) {
            section = nullptr;
        } else if (section != nullptr && content.front() != line.front()) {
            add_property(*section, content);
        } else if (const auto header = parse_header(line)) {
            section = &domains.realms[header->second];
            section->type = header->first;
        } else {
            section = nullptr;
        }
    }
    complete(domains);
    return domains;
}

bool is_case_sensitive(const DomainsConfig& domains, std::string_view realm) {
    const auto found = domains.realms.find(std::string(realm));
    if (found == domains.realms.end()) {
        return true;
    }
    const auto& properties = found->second.properties;
    const auto flag = properties.find("case-sensitive");
    return flag == properties.end() || is_true(flag->second);
}

} // namespace pveform::formats
