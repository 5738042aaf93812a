#include "policy/facts.hpp"

#include "desired/turns.hpp"

namespace pveform::policy {

Facts::Facts(const Subject& subject, bool is_document_alone)
    : subject_(subject), is_document_alone_(is_document_alone), evaluator_(subject.state),
      groups_of_(memberships(subject.state)) {
    for (const auto& [id, group] : document().groups) {
        note_rows(Principal::of(id), group.acl);
    }
    for (const auto& [id, user] : document().users) {
        note_rows(Principal::of(id), user.acl);
    }
    for (const auto& [id, token] : state().tokens) {
        if (const desired::Token* wanted = declared(id)) {
            note_rows(Principal::of(id), wanted->acl);
        }
    }
}

void Facts::note_rows(const Principal& principal, const std::optional<desired::AclList>& list) {
    for (const desired::AclRow& row : list.value_or(desired::AclList())) {
        declared_rows_.emplace(AclKey{row.path, principal, row.role}, row.span);
    }
}

const desired::User* Facts::declared(const UserId& id) const {
    const auto user = document().users.find(id);
    return user == document().users.end() ? nullptr : &user->second;
}

const desired::Token* Facts::declared(const TokenId& id) const {
    const auto behind = desired::token_behind(document(), id);
    return behind ? behind->token : nullptr;
}

Span Facts::place(const UserId& id) const {
    const desired::User* user = declared(id);
    return user != nullptr ? user->span : Span();
}

Span Facts::place(const TokenId& id) const {
    const desired::Token* token = declared(id);
    return token != nullptr ? token->span : Span();
}

Span Facts::place(const AclKey& key) const {
    const auto row = declared_rows_.find(key);
    return row != declared_rows_.end() ? row->second : Span();
}

std::vector<std::pair<AclKey, bool>>
Facts::rows_at(const AclPath& path, const Principal& principal) const {
    std::vector<std::pair<AclKey, bool>> rows;
    for (auto row = state().acl.lower_bound(AclKey{path, principal, {}});
         row != state().acl.end() && row->first.path == path && row->first.principal == principal;
         ++row) {
        rows.emplace_back(row->first, row->second.propagate);
    }
    return rows;
}

std::chrono::seconds Facts::option(std::string_view rule) const {
    return option_of(*find_rule(rule), document().policy)->value;
}

void Facts::report(
    std::string_view rule, ObjectKey object, std::string message, std::string help, const Span& span
) {
    findings_.push_back(Finding{
        .rule = rule,
        .severity = severity_of(*find_rule(rule), document().policy),
        .object = std::move(object),
        .message = std::move(message),
        .help = std::move(help),
        .span = span,
    });
}

} // namespace pveform::policy
