// The sink that is one JSON file:
//
//     { "version": 1, "tokens": { "metrics@pve!exporter": { "id": …, "secret": …, … } } }
//
// A lock on the file itself would be of no use, as every store puts a new file in its place: a file
// beside it is locked, and stays.

#include <fmt/format.h>

#include "base/text.hpp"
#include "secrets/record.hpp"
#include "secrets/safe_place.hpp"
#include "secrets/sink.hpp"

namespace pveform::secrets {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_record_bytes = 2048;

/// An error where the object is somebody else's: a file that is begun anew is empty, or holds a
/// version alone.
Result<void> require_form(const json::Value& object, const fs::path& path) {
    const std::size_t others =
        object.as_object()->size() - (object.find("version") != nullptr ? 1 : 0);
    if (object.find("tokens") == nullptr && others != 0) {
        return io_refusal(
            fmt::format("`{}` is JSON, but no secrets file of pveform", path.string()),
            "secrets would be added to it: name a file of their own, which need not be there yet"
        );
    }
    return {};
}

Result<PrivateTree> read_or_begin(FileSystem& files, const fs::path& path) {
    PrivateTree document{json::Object()};
    if (TRY(files.inspect(path))) {
        PrivateTree present = TRY(read_private_object(files, path));
        std::swap(document.root, present.root);
    }
    TRY(require_form(document.root, path));
    TRY(claim_version(document.root, fmt::format("`{}`", path.string())));
    const json::Value* tokens = document.root.find("tokens");
    if (tokens == nullptr) {
        document.root.set("tokens", json::Object());
    } else if (tokens->as_object() == nullptr) {
        return std::unexpected(Error{
            .kind = ErrorKind::io,
            .message = fmt::format("`tokens` in `{}` is no object", path.string()),
            .help = "it would be replaced: move it away, or use another file",
        });
    }
    return document;
}

class FileSink final : public Sink {
public:
    FileSink(FileSystem& files, fs::path path, std::unique_ptr<FileLock> lock)
        : files_(files), path_(std::move(path)), lock_(std::move(lock)) {}

    Result<void> store(const IssuedSecret& issued) override {
        // Read anew: somebody may have edited it since.
        PrivateTree document = TRY(read_or_begin(files_, path_));
        json::Value& tokens = *document.root.find("tokens");
        if (tokens.find(issued.name) == nullptr) {
            tokens.set(issued.name, json::Object());
        }
        set_record(*tokens.find(issued.name), issued);
        return replace_file_durably(files_, path_, document.text().reveal());
    }

private:
    FileSystem& files_;
    fs::path path_;
    std::unique_ptr<FileLock> lock_;
};

Result<void> require_own_entries(
    const json::Value& entries,
    const fs::path& path,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
) {
    for (const TokenId& token : tokens) {
        if (const json::Value* entry = entries.find(token.text())) {
            const std::string where =
                fmt::format("entry `{}` in `{}`", printable(token.text()), path.string());
            TRY(require_record_of(*entry, cluster, where));
        }
    }
    return {};
}

/// The file without links on the way, in a place that is safe.
Result<fs::path> require_safe_file(FileSystem& files, Processes& processes, const fs::path& path) {
    const fs::path folder = TRY(require_private_folder(files, path.parent_path()));
    const std::string name = path.filename().string();
    const fs::path file = folder / name;
    TRY(require_private_file(files, file));
    TRY(require_hidden_from_git(
        files, processes, folder, {name, temporary_name_of(file).filename().string()}
    ));
    return file;
}

/// What it holds can be kept, and there is room for the secrets of these tokens.
Result<void> require_use(
    FileSystem& files,
    const fs::path& file,
    const fs::path& probe,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
) {
    // Once more: who holds the lock knows that nobody else replaces it from here on.
    const std::size_t size_bytes = TRY(require_private_file(files, file));
    const PrivateTree document = TRY(read_or_begin(files, file));
    TRY(require_own_entries(*document.root.find("tokens"), file, cluster, tokens));
    return require_room(files, probe, size_bytes + (tokens.size() + 1) * max_record_bytes);
}

fs::path lock_file_of(const fs::path& file) {
    return file.parent_path() / ("." + file.filename().string() + ".lock");
}

} // namespace

Result<std::unique_ptr<Sink>> open_file_sink(
    FileSystem& files,
    Processes& processes,
    const fs::path& path,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
) {
    const fs::path file = TRY(require_safe_file(files, processes, path));
    std::unique_ptr<FileLock> lock = TRY(require_lock(files, lock_file_of(file)));
    TRY(require_use(files, file, temporary_name_of(file), cluster, tokens));
    return std::make_unique<FileSink>(files, file, std::move(lock));
}

Result<void> check_file_sink(
    FileSystem& files,
    Processes& processes,
    const fs::path& path,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
) {
    const fs::path file = TRY(require_safe_file(files, processes, path));
    const auto lock = TRY(require_lock_if_there(files, lock_file_of(file)));
    return require_use(files, file, trial_name_of(file), cluster, tokens);
}

} // namespace pveform::secrets
