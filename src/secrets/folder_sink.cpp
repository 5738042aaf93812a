// The sink that is a folder with a file for each token.

#include <fmt/format.h>

#include "base/text.hpp"
#include "secrets/record.hpp"
#include "secrets/safe_place.hpp"
#include "secrets/sink.hpp"

namespace pveform::secrets {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 4096; // what a small file takes

/// Ids cannot contain a slash, nor be `.` or `..`.
std::string file_name_of(const std::string& token) {
    return token + ".json";
}

class FolderSink final : public Sink {
public:
    FolderSink(FileSystem& files, fs::path folder, std::unique_ptr<FileLock> lock)
        : files_(files), folder_(std::move(folder)), lock_(std::move(lock)) {}

    Result<void> store(const IssuedSecret& issued) override {
        const fs::path file = folder_ / file_name_of(issued.name);
        PrivateTree record = single_record(issued);
        if (TRY(files_.inspect(file))) {
            // Read anew: somebody may have added to it.
            PrivateTree present = TRY(read_private_object(files_, file));
            TRY(claim_version(present.root, fmt::format("`{}`", file.string())));
            set_record(present.root, issued);
            std::swap(record.root, present.root);
        }
        return replace_file_durably(files_, file, record.text().reveal());
    }

private:
    FileSystem& files_;
    fs::path folder_;
    std::unique_ptr<FileLock> lock_;
};

/// A token's file is not there, or is safe, and a record of this cluster; and its name leaves room
/// for that of the file that takes its place.
Result<void> require_own_file(FileSystem& files, const fs::path& file, const std::string& cluster) {
    TRY(require_private_file(files, file));
    if (auto longest = files.inspect(temporary_name_of(file)); !longest) {
        longest.error().help = "a token with such a long name needs `secrets: { file: … }`";
        return std::unexpected(std::move(longest).error());
    }
    if (TRY(files.inspect(file))) {
        const std::string where = fmt::format("`{}`", file.string());
        PrivateTree record = TRY(read_private_object(files, file));
        TRY(claim_version(record.root, where));
        TRY(require_record_of(record.root, cluster, where));
    }
    return {};
}

/// The folder without links on the way, safe for the files of these tokens.
Result<fs::path> require_safe_folder(
    FileSystem& files,
    Processes& processes,
    const fs::path& folder,
    const std::vector<TokenId>& tokens
) {
    const fs::path place = TRY(require_private_folder(files, folder));
    std::vector<std::string> names;
    for (const TokenId& token : tokens) {
        names.push_back(file_name_of(token.text()));
        names.push_back(temporary_name_of(names.back()).string());
    }
    TRY(require_hidden_from_git(files, processes, place, names));
    return place;
}

/// What their files hold can be kept, and there is room for their secrets.
Result<void> require_files(
    FileSystem& files,
    const fs::path& place,
    const fs::path& probe,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
) {
    for (const TokenId& token : tokens) {
        TRY(require_own_file(files, place / file_name_of(token.text()), cluster));
    }
    return require_room(files, probe, (tokens.size() + 1) * block_bytes);
}

constexpr const char* folder_lock = ".pveform.lock";
constexpr const char* folder_probe = "pveform"; // the name that files which are tried go by

} // namespace

Result<std::unique_ptr<Sink>> open_folder_sink(
    FileSystem& files,
    Processes& processes,
    const fs::path& folder,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
) {
    const fs::path place = TRY(require_safe_folder(files, processes, folder, tokens));
    std::unique_ptr<FileLock> lock = TRY(require_lock(files, place / folder_lock));
    TRY(require_files(files, place, temporary_name_of(place / folder_probe), cluster, tokens));
    return std::make_unique<FolderSink>(files, place, std::move(lock));
}

Result<void> check_folder_sink(
    FileSystem& files,
    Processes& processes,
    const fs::path& folder,
    const std::string& cluster,
    const std::vector<TokenId>& tokens
) {
    const fs::path place = TRY(require_safe_folder(files, processes, folder, tokens));
    const auto lock = TRY(require_lock_if_there(files, place / folder_lock));
    return require_files(files, place, trial_name_of(place / folder_probe), cluster, tokens);
}

} // namespace pveform::secrets
