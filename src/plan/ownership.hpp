// What a document may speak about, and what it owns beyond what it declares (design: ownership):
// the border (`scope`), what is destroyed when nobody declares it (`prune`), what is left alone all
// the same (`ignore`), and what must not be destroyed (`protect`).
#pragma once

#include <optional>
#include <string>

#include "desired/desired.hpp"
#include "model/state.hpp"

namespace pveform::plan {

/// Where something is said, and in which words: `prune *@pve`.
struct Rule {
    std::string words;
    Span span;
};

/// Answers for single objects. The document must outlive it.
class Ownership {
public:
    explicit Ownership(const desired::Document& document) : document_(document) {}

    // Whether the document may speak about it at all. Of an ACL row, its path decides: a grant at a
    // path is a matter of those who own the path.
    [[nodiscard]] bool in_scope(const UserId& id) const;
    [[nodiscard]] bool in_scope(const TokenId& id) const;
    [[nodiscard]] bool in_scope(const GroupId& id) const;
    [[nodiscard]] bool in_scope(const RoleId& id) const;
    [[nodiscard]] bool in_scope(const AclKey& key) const;

    [[nodiscard]] bool is_ignored(const UserId& id) const;
    [[nodiscard]] bool is_ignored(const TokenId& id) const; // or its user is
    [[nodiscard]] bool is_ignored(const GroupId& id) const;
    [[nodiscard]] bool is_ignored(const RoleId& id) const;
    [[nodiscard]] bool is_ignored(const AclKey& key) const; // or its principal is

    /// In scope and not ignored: what a written list may remove.
    template<class Id>
    [[nodiscard]] bool may_change(const Id& id) const {
        return in_scope(id) && !is_ignored(id);
    }

    // The rule by which an object that is not declared is to go; nothing where it stays. Says
    // nothing of objects that are out of scope or ignored.
    [[nodiscard]] std::optional<Rule> removal_of(const UserId& id) const;
    [[nodiscard]] std::optional<Rule> removal_of(const TokenId& id) const;
    [[nodiscard]] std::optional<Rule> removal_of(const GroupId& id) const;
    [[nodiscard]] std::optional<Rule> removal_of(const RoleId& id) const;
    [[nodiscard]] std::optional<Rule> removal_of(const AclKey& key) const;

    // The rule that forbids to destroy it.
    [[nodiscard]] std::optional<Rule> protection_of(const UserId& id) const;
    [[nodiscard]] std::optional<Rule> protection_of(const TokenId& id) const;
    [[nodiscard]] std::optional<Rule> protection_of(const GroupId& id) const;
    [[nodiscard]] std::optional<Rule> protection_of(const RoleId& id) const;

    /// Whether a directory, not this document, says which users of the realm there are.
    [[nodiscard]] bool is_synced(const RealmId& realm) const;

    [[nodiscard]] static bool matches(const desired::AclPattern& pattern, const AclKey& key);

    /// `path /vms/**, principal @ops-*`.
    [[nodiscard]] static std::string words_of(const desired::AclPattern& pattern);

private:
    const desired::Document& document_;
};

} // namespace pveform::plan
