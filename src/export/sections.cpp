#include "export/sections.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/fields.hpp"
#include "document/write.hpp"
#include "export/acl_rows.hpp"
#include "export/declarable.hpp"
#include "model/glob.hpp"
#include "model/ids.hpp"

namespace pveform::exporting {

namespace {

using document::Writer;

constexpr std::size_t below_a_key = 2;

/// Whether PVE fills the realm from a directory.
bool is_directory(const Realm& realm) {
    return realm.type == "ldap" || realm.type == "ad";
}

std::set<RealmId> directories_in_use(const State& state) {
    std::set<RealmId> used;
    for (const auto& [id, user] : state.users) {
        const auto realm = state.realms.find(id.realm());
        if (realm != state.realms.end() && is_directory(realm->second) &&
            RealmId::parse(realm->first.text)) {
            used.insert(realm->first);
        }
    }
    return used;
}

std::string comment_line(const std::string& text) {
    Writer writer(below_a_key);
    writer.comment(text);
    return std::move(writer).take();
}

class Exporter {
public:
    explicit Exporter(const State& state)
        : state_(state), known_privileges_(state.privileges()), synced_(directories_in_use(state)) {
        for (const auto& [key, grant] : state.acl) {
            grants_[key.principal].push_back({key, grant.propagate});
        }
    }

    std::vector<Section> run() && {
        Section realms = this->realms();
        Section roles = this->roles();
        Section groups = this->groups();
        Section users = this->users();
        std::vector<Section> all = {
            std::move(realms),
            manage(), // of what the users found
            std::move(roles),
            std::move(groups),
            std::move(users),
            entries_of_nobody(),
        };
        std::erase_if(all, [](const Section& section) {
            return section.entries.empty() && section.remarks.empty();
        });
        return all;
    }

private:
    Section realms() {
        Section section{"realms", {}, {}};
        for (const RealmId& id : synced_) {
            Writer writer(below_a_key);
            writer.comment(fmt::format(
                "Its users and groups come from a directory ({}): only what they are given here is "
                "declared.",
                state_.realms.at(id).type
            ));
            writer.plain(id.text, "{ synced: true }");
            section.entries.push_back(std::move(writer).take());
        }
        return section;
    }

    /// Tokens that stand beside declared ones and must stay as they are.
    Section manage() {
        Section section{"manage", {}, {}};
        if (ignored_tokens_.empty()) {
            return section;
        }
        Writer writer(below_a_key);
        writer.open("tokens");
        writer.comment(
            "Their secrets were never stored. To have new ones issued, declare them instead."
        );
        writer.strings("ignore", ignored_tokens_);
        section.entries.push_back(std::move(writer).take());
        return section;
    }

    Section roles() {
        Section section{"roles", {}, {}};
        for (const auto& [id, role] : state_.roles) {
            if (role.built_in) {
                continue;
            }
            if (const auto objection = objection_to_role(id, role)) {
                leave_alone(section, "role", id.text, *objection);
                continue;
            }
            Writer writer(below_a_key);
            writer.open(id.text);
            std::vector<std::string> names;
            std::ranges::transform(role.privileges, std::back_inserter(names), &Privilege::text);
            writer.strings("privileges", names);
            section.entries.push_back(std::move(writer).take());
        }
        return section;
    }

    [[nodiscard]] Objection objection_to_role(const RoleId& id, const Role& role) const {
        if (auto objection = objection_to_declaring(id)) {
            return objection;
        }
        for (const Privilege& privilege : role.privileges) {
            if (auto objection = objection_to(privilege)) {
                return objection;
            }
            if (!known_privileges_.contains(privilege)) {
                return fmt::format(
                    "PVE {} knows no privilege `{}`", state_.release.text(), privilege.text
                );
            }
        }
        return std::nullopt;
    }

    Section groups() {
        Section section{"groups", {}, {}};
        for (const auto& [id, group] : state_.groups) {
            if (const auto objection = objection_to(id)) {
                leave_alone(section, "group", id.text, *objection);
                continue;
            }
            const bool is_synced = std::ranges::any_of(synced_, [&](const RealmId& realm) {
                return is_group_of(id, realm);
            });
            if (is_synced && !grants_.contains(Principal::of(id))) {
                continue;
            }
            Writer writer(below_a_key);
            writer.open(id.text);
            if (!is_synced) {
                text(writer, "comment", group.comment);
                members(writer, group);
            }
            acl(writer, Principal::of(id));
            section.entries.push_back(std::move(writer).take());
        }
        return section;
    }

    void members(Writer& writer, const Group& group) const {
        std::vector<std::string> ids;
        std::vector<std::string> vanished;
        Objection objection;
        for (const UserId& member : group.members) {
            if (!state_.users.contains(member)) {
                vanished.push_back(member.text);
            } else if (auto found = objection_to(member)) {
                objection = std::move(found);
            } else {
                ids.push_back(member.text);
            }
        }
        if (!vanished.empty()) {
            writer.comment(fmt::format(
                "PVE still names {} here, which no longer {}.",
                join(vanished, ", "),
                vanished.size() == 1 ? "exists" : "exist"
            ));
        }
        if (objection) {
            writer.comment("`members` are left alone: " + *objection);
        } else {
            writer.strings("members", ids);
        }
    }

    Section users() {
        Section section{"users", {}, {}};
        std::size_t without_grants = 0;
        for (const auto& [id, user] : state_.users) {
            if (const auto objection = objection_to_user(id, user)) {
                leave_alone(section, "user", id.text, *objection);
                continue;
            }
            const bool is_synced = synced_.contains(id.realm());
            if (is_synced && !grants_.contains(Principal::of(id)) && tokens_of(id).empty()) {
                ++without_grants;
                continue;
            }
            Writer writer(below_a_key);
            if (id == root_user) {
                writer.comment("It may do everything: its tokens alone are declared.");
            }
            writer.open(id.text);
            if (id != root_user) {
                if (!is_synced) {
                    record(writer, user);
                }
                acl(writer, Principal::of(id));
            }
            tokens(writer, id);
            section.entries.push_back(std::move(writer).take());
        }
        if (without_grants > 0) {
            section.remarks.push_back(comment_line(fmt::format(
                "Left alone: {} from directories, with neither grants nor tokens of their own.",
                plural(without_grants, "user")
            )));
        }
        return section;
    }

    static Objection objection_to_user(const UserId& id, const User& user) {
        if (user.expire == Expiry::suspended()) {
            return "an apply that was interrupted left it expired; the next one would go on";
        }
        return objection_to(id);
    }

    static void record(Writer& writer, const User& user) {
        text(writer, "comment", user.comment, desired::max_comment_characters);
        if (!user.email.empty()) {
            quoted(writer, "email", user.email, objection_to_email(user.email));
        }
        text(writer, "first_name", user.first_name, desired::max_name_characters);
        text(writer, "last_name", user.last_name, desired::max_name_characters);
        if (!user.enabled) {
            writer.plain("enabled", "false");
        }
        if (!user.expire.is_never()) {
            value(writer, "expire", user.expire.text(), objection_to(user.expire));
        }
    }

    /// What PVE has nothing for is left out.
    static void text(
        Writer& writer, std::string_view key, const std::string& text, std::size_t max_length = 0
    ) {
        if (!text.empty()) {
            quoted(writer, key, text, objection_to_text(text, max_length));
        }
    }

    static void quoted(
        Writer& writer, std::string_view key, const std::string& text, const Objection& objection
    ) {
        value(writer, key, objection ? std::string() : document::scalar(text), objection);
    }

    static void value(
        Writer& writer, std::string_view key, const std::string& yaml, const Objection& objection
    ) {
        if (objection) {
            writer.comment(fmt::format("`{}` is left alone: {}", key, *objection));
        } else {
            writer.plain(key, yaml);
        }
    }

    using TokenRange = std::vector<std::pair<TokenId, const Token*>>;

    [[nodiscard]] TokenRange tokens_of(const UserId& user) const {
        TokenRange tokens;
        for (auto it = state_.tokens.lower_bound(TokenId{user, {}});
             it != state_.tokens.end() && it->first.user == user;
             ++it) {
            tokens.emplace_back(it->first, &it->second);
        }
        return tokens;
    }

    void tokens(Writer& writer, const UserId& user) {
        TokenRange tokens = tokens_of(user);
        if (const auto objection = objection_to_tokens(user, tokens)) {
            writer.comment("`tokens` are left alone: " + *objection);
            return;
        }
        std::erase_if(tokens, [&](const auto& token) {
            const bool is_dead = token.second->expire == Expiry::unconfirmed();
            if (is_dead) {
                ignored_tokens_.push_back(token.first.text());
            }
            return is_dead;
        });
        if (tokens.empty()) {
            writer.plain("tokens", "{}");
            return;
        }
        writer.open("tokens");
        for (const auto& [id, token] : tokens) {
            writer.open(id.name);
            this->token(writer, id, *token);
            writer.close();
        }
        writer.close();
    }

    /// Where the list cannot be written, as a token would be missing from it.
    static Objection objection_to_tokens(const UserId& user, const TokenRange& tokens) {
        for (const auto& [id, token] : tokens) {
            if (const auto name = TokenId::parse_name(id.name); !name) {
                return name.error();
            }
            if (!document::fits_key(id.name)) {
                return "the name of one is too long for a key of YAML";
            }
            const bool is_dead = token->expire == Expiry::unconfirmed();
            if (is_dead && Glob{user.text}.is_pattern()) { // it cannot be ignored by name
                return fmt::format("the secret of `{}` was never stored", id.name);
            }
        }
        return std::nullopt;
    }

    void token(Writer& writer, const TokenId& id, const Token& token) {
        text(writer, "comment", token.comment);
        writer.plain("privilege_separation", token.privilege_separation ? "true" : "false");
        value(writer, "expire", token.expire.text(), objection_to(token.expire));
        // Without privilege separation entries have no effect: none is not worth a line.
        if (token.privilege_separation || grants_.contains(Principal::of(id))) {
            acl(writer, Principal::of(id));
        }
    }

    void acl(Writer& writer, const Principal& principal) const {
        const auto found = grants_.find(principal);
        if (found == grants_.end()) {
            writer.plain("acl", "[]");
            return;
        }
        for (const Grant& grant : found->second) {
            if (const auto objection = objection_to(grant.key)) {
                writer.comment("`acl` is left alone: " + *objection);
                return;
            }
        }
        writer.items("acl", acl_rows(found->second));
    }

    void leave_alone(
        Section& section, std::string_view kind, const std::string& id, const std::string& why
    ) {
        section.remarks.push_back(comment_line(fmt::format("Left alone: {} {}: {}", kind, id, why))
        );
    }

    /// ACL entries that PVE lists and refuses to change.
    [[nodiscard]] Section entries_of_nobody() const {
        Section section;
        const auto remark = [&section](const std::string& text) {
            Writer writer;
            writer.comment(text);
            section.remarks.push_back(std::move(writer).take());
        };
        for (const auto& [principal, grants] : grants_) {
            if (state_.exists(principal) && principal != Principal::of(root_user)) {
                continue;
            }
            for (const Grant& grant : grants) {
                remark(fmt::format(
                    "- {} on {} for {}", grant.key.role.text, grant.key.path.text, principal.text()
                ));
            }
        }
        if (!section.remarks.empty()) {
            section.remarks.insert(
                section.remarks.begin(),
                "# ACL entries that PVE refuses to change, as whom they speak of no longer "
                "exists:\n"
            );
        }
        return section;
    }

    const State& state_;
    std::set<Privilege> known_privileges_;
    std::set<RealmId> synced_;
    std::map<Principal, std::vector<Grant>> grants_;
    std::vector<std::string> ignored_tokens_;
};

} // namespace

std::vector<Section> sections_of(const State& state) {
    return Exporter(state).run();
}

} // namespace pveform::exporting
