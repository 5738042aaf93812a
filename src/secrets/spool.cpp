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

} // namespace

Result<fs::path> spool(FileSystem& files, const fs::path& folder, const IssuedSecret& issued) {
    TRY(create_folders(files, folder));
    const fs::path place = TRY(require_private_folder(files, folder));
    // A token's next secret is issued after this one is found to be lost: seconds tell them apart.
    const fs::path file = place / fmt::format("{}-{}.json", issued.id.text(), issued.issued);
    TRY(files.write_new_file(file, single_record(issued).text().reveal()));
    TRY(files.sync(file));
    TRY(files.sync(place));
    return file;
}

} // namespace pveform::secrets
