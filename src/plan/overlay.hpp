// How a target comes to be; not for use outside of target_state. The declarations are in
// target.cpp, those of tokens in target_tokens.cpp, what is taken away without being declared in
// target_removals.cpp, what names must be to mean anything in target_names.cpp.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plan/ownership.hpp"
#include "plan/rotation.hpp"
#include "plan/succession.hpp"
#include "plan/target.hpp"

namespace pveform::plan {

template<class T>
void overlay(T& value, const desired::Optional<T>& declared) {
    if (declared) {
        value = declared->value;
    }
}

/// Overlays the document's objects, kind by kind, on a copy of the live state.
class Overlay {
public:
    Overlay(
        const State& live,
        const desired::Document& document,
        UnixSeconds now,
        const Rotation& rotation,
        bool knows_realms
    )
        : live_(live), document_(document), now_(now), rotation_(rotation),
          knows_realms_(knows_realms), ownership_(document), known_privileges_(live.privileges()) {
        target_.state = live;
        for (const auto& [key, grant] : live.acl) {
            live_rows_[key.principal].push_back(key);
        }
    }

    Collected<Target> run() && {
        check_rotation();
        if (rotation_.nothing_else) {
            rotate_tokens();
        } else {
            declare_everything();
        }
        if (!errors_.empty()) {
            // Of a list that several hold, each of them is checked.
            return std::unexpected(without_repetitions(std::move(errors_)));
        }
        return std::move(target_);
    }

private:
    void declare_everything() {
        check_realms();
        declare_roles();
        declare_groups();
        declare_users();
        remove_objects();
        declare_memberships();
        declare_tokens();
        declare_acl();
        remove_acl();
        find_what_is_left_alone();
        check_names();
        note_names_of_nothing();
    }

    void check_realms();
    void declare_roles();
    void declare_privileges(const desired::Role& declared, Role& role);
    void declare_groups();
    void declare_users();
    void declare_memberships();
    void declare_acl();
    void
    declare_acl_of(const Principal& principal, const desired::AclList& list, const Span& owner);

    // Tokens (target_tokens.cpp)
    void check_rotation();
    void rotate_tokens();
    void rotate_token(const TokenId& declared, const desired::Token& wanted);
    void declare_tokens();
    void declare_tokens_of(const UserId& user, const desired::User& declared);
    void declare_token(const TokenId& declared, const desired::Token& wanted);
    void check_comment(const TokenId& id, const desired::Token& wanted);
    void issue(const TokenId& declared, const desired::Token& wanted, const Holder& holder);
    void lay_over(const TokenId& id, const desired::Token& wanted);
    void report(const TokenId& declared, const Succession& succession, const Span& span);
    void report_current(const Succession& succession, const Span& span);
    void complete_turn(
        const TokenId& current, const std::vector<TokenId>& holders, const desired::Token& wanted
    );

    struct Renewal {
        const TokenId& declared;
        const Holder& holder;
        const Token& live;
        const desired::Token& wanted;
    };

    void check_renewal(const Renewal& renewal);
    void check_making_anew(const Renewal& renewal, std::string_view how);
    void block(const Renewal& renewal, std::string message, std::string help);
    [[nodiscard]] bool is_restored(const AclKey& key, const desired::Token& wanted) const;

    void remove_objects();
    void remove_acl();
    void remove_user(const UserId& id, const Rule& rule);
    void remove_token(const TokenId& id, const Rule& rule);
    template<class Id>
    void remove(const Id& id, const Rule& rule);
    template<class Id>
    void
    check_protection(const Id& id, const Rule& rule, const ObjectKey& taken, std::string_view fate);

    // Names (target_names.cpp)
    void check_names();
    void note_names_of_nothing();
    void note_unless_known(std::string_view who, const ObjectKey& key, const Span& span);
    void note_unless_known(ObjectKind kind, const desired::Owned& owned);
    [[nodiscard]] bool is_known(const ObjectKey& key) const;
    void check_names_of(const desired::Globs& globs);
    void check_case_variants_of_new(const UserId& user, const Span& span);
    void check_case_variants(const UserId& user, const Span& span);
    [[nodiscard]] bool ignores_case(const RealmId& realm) const;

    void find_what_is_left_alone();
    void check_groups_of_user(const UserId& user, const std::map<GroupId, Span>& groups);
    void set_groups_of_user(const UserId& user, const std::map<GroupId, Span>& groups);
    void set_members_of_group(const GroupId& group, const std::map<UserId, Span>& members);
    void check_new_user(const UserId& user, const desired::User& declared);
    void check_root(const desired::User& declared);
    void check_row(const AclKey& key, const desired::AclRow& row);

    void refuse(std::string message, const Span& span, std::string help = {});

    template<class Id, class Map>
    void refuse_unknown(std::string_view what, const Id& id, const Map& known, const Span& span);

    const State& live_;
    const desired::Document& document_;
    UnixSeconds now_;
    const Rotation& rotation_;
    bool knows_realms_;
    Ownership ownership_;
    std::set<Privilege> known_privileges_;
    std::map<Principal, std::vector<AclKey>> live_rows_;
    Target target_;
    Errors errors_;
};

} // namespace pveform::plan
