// The last resort for a secret whose sink has failed: a new file of mode 0600.

#include <fmt/format.h>

#include "secrets/record.hpp"
#include "secrets/safe_place.hpp"
#include "secrets/sink.hpp"

namespace pveform::secrets {

namespace {

namespace fs = std::filesystem;

/// From the top down, each private.
Result<void> create_folders(FileSystem& files, const fs::path& folder) {
    if (folder.empty() || TRY(files.inspect(folder))) {
        return {};
    }
    const fs::path parent = folder.parent_path();
    TRY(create_folders(files, parent));
    TRY(files.create_folder(folder));
    return files.sync(parent.empty() ? fs::path(".") : parent);
}

/// Under a name that is free: an earlier secret of the token may be the one that somebody needs,
/// and a clock that was set back, or two runs in one second, give the same name again.
Result<fs::path>
write_beside_others(FileSystem& files, const fs::path& stem, std::string_view bytes) {
    for (int number = 1; true; ++number) {
        fs::path file = stem;
        file += number == 1 ? ".json" : fmt::format("-{}.json", number);
        if (TRY(files.inspect(file))) {
            continue;
        }
        auto written = files.write_new_file(file, bytes);
        if (written) {
            return file;
        }
        if (!TRY(files.inspect(file))) { // else somebody was faster
            return std::unexpected(std::move(written).error());
        }
    }
}

} // namespace

Result<fs::path> spool(FileSystem& files, const fs::path& folder, const IssuedSecret& issued) {
    TRY(create_folders(files, folder));
    const fs::path place = TRY(require_private_folder(files, folder));
    const fs::path file = TRY(write_beside_others(
        files,
        place / fmt::format("{}-{}", issued.id.text(), issued.issued),
        single_record(issued).text().reveal()
    ));
    TRY(files.sync(file));
    TRY(files.sync(place));
    return file;
}

} // namespace pveform::secrets
