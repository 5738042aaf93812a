#include "export/declarable.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "desired/fields.hpp"
#include "desired/known_names.hpp"
#include "document/write.hpp"

namespace pveform::exporting {

namespace {

using document::Problems;
using document::Value;

/// Lets the loader read a string as the value of a key, and passes on what it says.
template<class Read>
Objection ask_loader(const std::string& text, const std::string& name, Read read) {
    if (!is_utf8(text)) {
        return name + " is not UTF-8";
    }
    const document::Node node{document::Scalar{text, false}, {}};
    Problems problems;
    if (read(Value(node, name, {}, problems))) {
        return std::nullopt;
    }
    return std::move(problems).take({}).front().message;
}

Objection objection_to_key(const std::string& text) {
    return document::fits_key(text)
               ? std::nullopt
               : Objection(fmt::format("{} bytes are too long for a key of YAML", text.size()));
}

template<class Id>
Objection objection_to_id(const Id& id) {
    auto objection = objection_to_key(id.text);
    return objection ? objection : ask_loader(id.text, "the name", desired::read_id<Id>);
}

} // namespace

Objection objection_to(const UserId& id) {
    return objection_to_id(id);
}

Objection objection_to(const GroupId& id) {
    return objection_to_id(id);
}

Objection objection_to(const RoleId& id) {
    auto objection = objection_to_id(id);
    if (!objection && desired::mistyped_built_in_role(id.text)) {
        objection = fmt::format("`{}` is taken for a mistyped role of PVE's own", id.text);
    }
    return objection;
}

Objection objection_to_declaring(const RoleId& id) {
    return id.is_reserved() ? Objection("PVE keeps the name for its own roles")
                            : objection_to_id(id);
}

Objection objection_to(const AclKey& row) {
    if (const auto path = AclPath::parse(row.path.text); !path || *path != row.path) {
        return fmt::format("`{}` is not a path that PVE takes today", row.path.text);
    }
    return objection_to(row.role);
}

Objection objection_to(const Privilege& privilege) {
    return ask_loader(privilege.text, "a privilege", desired::read_privilege);
}

Objection objection_to_text(const std::string& text, std::size_t max_characters) {
    return ask_loader(text, "it", [&](const Value& value) {
        return desired::read_text(value, max_characters);
    });
}

Objection objection_to_email(const std::string& text) {
    return ask_loader(text, "it", desired::read_email);
}

Objection objection_to(Expiry expiry) {
    return ask_loader(expiry.text(), "it", desired::read_expiry)
               ? Objection(fmt::format("`{}` is no date that a document can give", expiry.text()))
               : std::nullopt;
}

} // namespace pveform::exporting
