// What the rules look at, and where they put what they find; not for use outside of this room.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/evaluator.hpp"
#include "policy/check.hpp"
#include "policy/finding.hpp"

namespace pveform::policy {

class Facts {
public:
    Facts(const Subject& subject, bool is_document_alone);

    [[nodiscard]] const State& state() const { return subject_.state; }

    [[nodiscard]] const desired::Document& document() const { return subject_.document; }

    [[nodiscard]] UnixSeconds now() const { return subject_.now; }

    [[nodiscard]] const Subject& subject() const { return subject_; }

    [[nodiscard]] const access::Evaluator& evaluator() const { return evaluator_; }

    [[nodiscard]] const std::map<UserId, std::set<GroupId>>& groups_of() const {
        return groups_of_;
    }

    /// Whether there is no cluster behind the state: what the document leaves out is not known.
    [[nodiscard]] bool is_document_alone() const { return is_document_alone_; }

    /// Whether the document may speak about it. What is out of scope is somebody else's matter.
    template<class Id>
    [[nodiscard]] bool covers(const Id& id) const {
        return !document().scope || document().scope->contains(id);
    }

    // What the document says of it; null if nothing. A token whose name is one of two that take
    // turns is declared under the name without the suffix.
    [[nodiscard]] const desired::User* declared(const UserId& id) const;
    [[nodiscard]] const desired::Token* declared(const TokenId& id) const;

    // Where it is declared.
    [[nodiscard]] Span place(const UserId& id) const;
    [[nodiscard]] Span place(const TokenId& id) const;
    [[nodiscard]] Span place(const AclKey& key) const;

    [[nodiscard]] const std::map<AclKey, Span>& declared_rows() const { return declared_rows_; }

    /// The rows of a principal at a path: (row, whether it propagates).
    [[nodiscard]] std::vector<std::pair<AclKey, bool>>
    rows_at(const AclPath& path, const Principal& principal) const;

    /// The value of the rule's option.
    [[nodiscard]] std::chrono::seconds option(std::string_view rule) const;

    void report(
        std::string_view rule,
        ObjectKey object,
        std::string message,
        std::string help,
        const Span& span
    );

    [[nodiscard]] std::vector<Finding> take() { return std::move(findings_); }

private:
    void note_rows(const Principal& principal, const std::optional<desired::AclList>& list);

    const Subject& subject_;
    bool is_document_alone_;
    access::Evaluator evaluator_;
    std::map<UserId, std::set<GroupId>> groups_of_;
    std::map<AclKey, Span> declared_rows_;
    std::vector<Finding> findings_;
};

// The rules, each by its id.

void token_without_expiry(Facts& facts);
void token_lifetime(Facts& facts);
void token_without_separation(Facts& facts);
void token_without_acl(Facts& facts);
void token_acl_without_effect(Facts& facts);
void root_token(Facts& facts);

void administrator_on_root(Facts& facts);
void hidden_entry(Facts& facts);
void unknown_path(Facts& facts);
void privileges_unused_role(Facts& facts);

void undeclared_member(Facts& facts);
void disabled_user_with_tokens(Facts& facts);
void expiring_soon(Facts& facts);

} // namespace pveform::policy
