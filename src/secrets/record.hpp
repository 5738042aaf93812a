// The form in which a secret leaves us: what a consumer finds in a file, or a command on its
// standard input. schemas/secrets.schema.json says the same.
#pragma once

#include <filesystem>

#include "secrets/sink.hpp"
#include "json/value.hpp"

namespace pveform::secrets {

/// A JSON tree that holds secrets, and is wiped when it goes.
class PrivateTree {
public:
    explicit PrivateTree(json::Value tree) : root(std::move(tree)) {}

    PrivateTree(PrivateTree&& other) noexcept : root(std::exchange(other.root, {})) {}

    PrivateTree& operator=(PrivateTree&&) = delete;
    PrivateTree(const PrivateTree&) = delete;
    PrivateTree& operator=(const PrivateTree&) = delete;

    ~PrivateTree() { json::wipe(root); }

    /// Indented, with a newline at the end.
    [[nodiscard]] Secret text() const;

    json::Value root;
};

/// Of the form of files and records. A newer one is not touched.
constexpr std::int64_t format_version = 1;

/// Sets the member `version` where it is missing. An error where it is another one than ours.
[[nodiscard]] Result<void> claim_version(json::Value& object, const std::string& where);

/// A record that stands alone: with a version.
[[nodiscard]] PrivateTree single_record(const IssuedSecret& issued);

/// Sets the members `name`, `id`, `secret`, `authorization`, `issued`, `expires` (null for never)
/// and `cluster` of an object; others that it has are kept.
void set_record(json::Value& object, const IssuedSecret& issued);

/// An error where the record is one of another cluster, or none at all: replacing it would lose
/// what somebody else may need. `where` names it.
[[nodiscard]] Result<void>
require_record_of(const json::Value& record, const std::string& cluster, const std::string& where);

/// The object in a file. An empty file counts as an empty object.
[[nodiscard]] Result<PrivateTree>
read_private_object(FileSystem& files, const std::filesystem::path& path);

} // namespace pveform::secrets
