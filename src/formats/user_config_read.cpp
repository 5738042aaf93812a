// `user.cfg` as PVE reads it, what it skips and drops included.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"
#include "formats/user_config.hpp"
#include "model/builtin_roles.hpp"
#include "model/ids.hpp"

namespace pveform::formats {

namespace {

/// The fields of a line; those at its end that are empty are not there at all.
class Fields {
public:
    explicit Fields(std::string_view line) {
        while (true) {
            const std::size_t colon = line.find(':');
            fields_.push_back(line.substr(0, colon));
            if (colon == std::string_view::npos) {
                break;
            }
            line.remove_prefix(colon + 1);
        }
        while (!fields_.empty() && fields_.back().empty()) {
            fields_.pop_back();
        }
        for (std::string_view& field : fields_) {
            field = trim_blanks(field);
        }
    }

    [[nodiscard]] bool has(std::size_t index) const { return index < fields_.size(); }

    [[nodiscard]] std::string_view operator[](std::size_t index) const {
        return has(index) ? fields_[index] : std::string_view();
    }

    /// A comment or name, decoded; empty where Perl takes the field for false.
    [[nodiscard]] std::string text(std::size_t index) const {
        return is_true((*this)[index]) ? decode_text((*this)[index]) : std::string();
    }

private:
    std::vector<std::string_view> fields_;
};

/// Nothing for what PVE ignores the whole line for.
std::optional<ExpiryText> parse_expiry(std::string_view text) {
    if (!is_true(text)) {
        return "0";
    }
    if (text.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    return integer_text(text);
}

bool is_user_id(std::string_view text) {
    return !check_user_id(text, Blanks::ascii);
}

class Parser {
public:
    explicit Parser(Release release) {
        config_.release = release;
        for (const auto& [id, role] : builtin_roles(release)) {
            auto& privileges = config_.roles[id.text];
            for (const Privilege& privilege : role.privileges) {
                privileges.insert(privilege.text);
            }
        }
        known_privileges_ = config_.roles["Administrator"];
        config_.users["root@pam"].enabled = true;
    }

    void take(std::string_view line) {
        const Fields fields(line);
        const std::string_view kind = fields[0];
        if (kind == "user") {
            take_user(fields);
        } else if (kind == "token") {
            take_token(fields);
        } else if (kind == "group") {
            take_group(fields);
        } else if (kind == "role") {
            take_role(fields);
        } else if (kind == "pool") {
            take_pool(fields);
        } else if (kind == "acl") {
            take_acl(fields);
        }
    }

    UserConfig finish() && { return std::move(config_); }

private:
    void take_user(const Fields& fields);
    void take_token(const Fields& fields);
    void take_group(const Fields& fields);
    void take_role(const Fields& fields);
    void take_pool(const Fields& fields);
    void add_pool_members(const Fields& fields, const std::string& pool);
    void take_acl(const Fields& fields);
    void grant(const std::string& path, std::string_view to, const std::string& role, bool flag);
    [[nodiscard]] bool token_exists(std::string_view id) const;

    UserConfig config_;
    std::set<std::string> known_privileges_;
};

/// A second line for a user starts anew: groups and tokens of the first are gone.
void Parser::take_user(const Fields& fields) {
    const auto expire = parse_expiry(fields[3]);
    if (!is_user_id(fields[1]) || !expire) {
        return;
    }
    UserEntry user;
    user.enabled = is_true(fields[2]);
    user.expire = *expire;
    user.first_name = fields.text(4);
    user.last_name = fields.text(5);
    if (fields.has(6)) {
        user.email = std::string(fields[6]);
    }
    user.comment = fields.text(7);
    user.keys = is_true(fields[8]) ? std::string(fields[8]) : std::string();
    config_.users[std::string(fields[1])] = std::move(user);
}

void Parser::take_token(const Fields& fields) {
    const auto expire = parse_expiry(fields[2]);
    if (check_token_id(fields[1], Blanks::ascii) || !expire) {
        return;
    }
    const TokenId id = split_token_id(fields[1]);
    const auto user = config_.users.find(id.user.text);
    if (user == config_.users.end()) {
        return;
    }
    TokenEntry& token = user->second.tokens[id.name];
    token.expire = *expire;
    token.privilege_separation = is_true(fields[3]);
    if (is_true(fields[4])) {
        token.comment = fields.text(4);
    }
}

void Parser::take_group(const Fields& fields) {
    // PVE takes the name itself for the verdict about it, and `0` is false.
    if (check_group_id(fields[1], config_.release) || !is_true(fields[1])) {
        return;
    }
    const std::string name(fields[1]);
    GroupEntry& group = config_.groups[name];
    if (is_true(fields[3])) {
        group.comment = fields.text(3);
    }
    for (const std::string& member : split_list(fields[2], Blanks::ascii)) {
        if (!is_user_id(member)) {
            continue;
        }
        group.users.insert(member);
        if (const auto user = config_.users.find(member); user != config_.users.end()) {
            user->second.groups.insert(name);
        }
    }
}

/// Also a line that names one of PVE's own roles adds to it.
void Parser::take_role(const Fields& fields) {
    if (check_role_id(fields[1]) || !is_true(fields[1])) {
        return;
    }
    auto& privileges = config_.roles[std::string(fields[1])];
    for (const std::string& privilege : split_list(fields[2], Blanks::ascii)) {
        if (known_privileges_.contains(privilege)) {
            privileges.insert(privilege);
        }
    }
}

void Parser::take_pool(const Fields& fields) {
    if (check_pool_id(fields[1]) || !is_true(fields[1])) {
        return;
    }
    const std::string name(fields[1]);
    for (std::size_t end = name.size(); end != std::string::npos; end = name.rfind('/', end - 1)) {
        config_.pools[name.substr(0, end)]; // those above it exist from now on
    }
    if (is_true(fields[2])) {
        config_.pools[name].comment = fields.text(2);
    }
    add_pool_members(fields, name);
}

void Parser::add_pool_members(const Fields& fields, const std::string& pool) {
    PoolEntry& entry = config_.pools[pool];
    for (const std::string& guest : split_list(fields[3], Blanks::ascii)) {
        if (guest.find_first_not_of("0123456789") == std::string::npos) {
            const std::string id = integer_text(guest);
            if (config_.pool_of_guest.try_emplace(id, pool).second) {
                entry.guests.insert(id);
            }
        }
    }
    for (const std::string& storage : split_list(fields[4], Blanks::ascii)) {
        if (!check_storage_id(storage, config_.release)) {
            entry.storages.insert(storage);
        }
    }
}

void Parser::take_acl(const Fields& fields) {
    const auto path = normalize_path(fields[2], Blanks::ascii);
    if (!path) {
        return;
    }
    const std::string node = tree_path(*path);
    const bool propagate = is_true(fields[1]);
    for (const std::string& role : split_list(fields[4], Blanks::ascii)) {
        if (check_role_id(role) || !config_.roles.contains(role)) {
            continue;
        }
        for (const std::string& principal : split_list(fields[3], Blanks::ascii)) {
            grant(node, principal, role, propagate);
        }
    }
}

/// Entries of users and groups that do not exist stay, those of tokens go.
void Parser::grant(
    const std::string& path, std::string_view to, const std::string& role, bool flag
) {
    const std::string_view group = to.starts_with('@') ? to.substr(1) : std::string_view();
    if (is_true(group) && !check_group_id(group, config_.release)) {
        config_.acl[path].groups[std::string(group)][role] = flag;
    } else if (is_user_id(to)) {
        config_.acl[path].users[std::string(to)][role] = flag;
    } else if (token_exists(to)) {
        config_.acl[path].tokens[std::string(to)][role] = flag;
    }
}

bool Parser::token_exists(std::string_view id) const {
    if (check_token_id(id, Blanks::ascii)) {
        return false;
    }
    const TokenId token = split_token_id(id);
    const auto user = config_.users.find(token.user.text);
    return user != config_.users.end() && user->second.tokens.contains(token.name);
}

} // namespace

bool TreeOrder::operator()(std::string_view a, std::string_view b) const {
    const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };
    return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

std::set<std::string> tree_nodes(const UserConfig& config) {
    std::set<std::string> paths = {"/"};
    for (const auto& [path, node] : config.acl) {
        for (std::size_t end = path.size(); end != 0; end = path.rfind('/', end - 1)) {
            paths.insert(path.substr(0, end));
        }
    }
    return paths;
}

UserConfig parse_user_config(std::string_view bytes, Release release) {
    const std::string text = from_latin1(bytes);
    Parser parser(release);
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trim_blanks(rest.substr(0, end));
        if (!line.empty()) {
            parser.take(line);
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::move(parser).finish();
}

} // namespace pveform::formats
