#include "secrets/record.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/authorization.hpp"
#include "json/read.hpp"
#include "json/write.hpp"

namespace pveform::secrets {

namespace {

/// Some ten thousand tokens.
constexpr std::size_t max_file_bytes = 16 * 1024 * 1024;

void replace(json::Value& object, std::string_view key, json::Value value) {
    if (json::Value* present = object.find(key)) {
        json::wipe(*present);
    }
    object.set(key, std::move(value));
}

} // namespace

Secret PrivateTree::text() const {
    std::string text = json::dump(root, json::Style::indented);
    append_wiping(text, "\n");
    return Secret::take(std::move(text));
}

Result<void> claim_version(json::Value& object, const std::string& where) {
    const json::Value* version = object.find("version");
    if (version == nullptr) {
        object.set("version", format_version);
        return {};
    }
    if (version->as_int() == nullptr || *version->as_int() != format_version) {
        return io_refusal(
            fmt::format("{} is of a version that is not known", where),
            fmt::format(
                "this pveform knows version {}; use a newer one, or another place", format_version
            )
        );
    }
    return {};
}

PrivateTree single_record(const IssuedSecret& issued) {
    PrivateTree record{json::Object{{"version", format_version}}};
    set_record(record.root, issued);
    return record;
}

void set_record(json::Value& object, const IssuedSecret& issued) {
    const std::string id = issued.id.text();
    replace(object, "name", issued.name);
    replace(object, "id", id);
    replace(object, "secret", issued.secret.reveal());
    replace(object, "authorization", token_authorization(id, issued.secret).reveal());
    replace(object, "issued", format_rfc3339(issued.issued));
    replace(
        object,
        "expires",
        issued.expires.is_never() ? json::Value() : format_rfc3339(issued.expires.seconds)
    );
    replace(object, "cluster", issued.cluster);
}

Result<void>
require_record_of(const json::Value& record, const std::string& cluster, const std::string& where) {
    const json::Value* member = record.find("cluster");
    const std::string* present = member != nullptr ? member->as_string() : nullptr;
    if (present == nullptr) {
        return io_refusal(
            fmt::format("{} is no record of pveform's", where),
            "it would be replaced: move it away, or use another place for secrets"
        );
    }
    if (*present != cluster) {
        return io_refusal(
            fmt::format(
                "{} is of cluster `{}`, not of `{}`", where, printable(*present), printable(cluster)
            ),
            "use a place of its own for the secrets of each cluster; if the cluster was only "
            "renamed, change `cluster` there"
        );
    }
    return {};
}

Result<PrivateTree> read_private_object(FileSystem& files, const std::filesystem::path& path) {
    std::string text = TRY(files.read_file(path, max_file_bytes));
    auto tree = trim(text).empty() ? json::Object() : json::parse(text);
    wipe(text);
    if (!tree || tree->as_object() == nullptr) {
        return io_refusal(
            fmt::format("`{}` is no JSON object{}", path.string(), tree ? "" : ": " + tree.error()),
            "it would be replaced: move it away, or use another place for secrets"
        );
    }
    return PrivateTree(std::move(*tree));
}

} // namespace pveform::secrets
