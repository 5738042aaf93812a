// The last resort for a secret whose sink has failed: a new file of mode 0600.

#include <fmt/format.h>

#include "base/digest.hpp"
#include "secrets/record.hpp"
#include "secrets/safe_place.hpp"
#include "secrets/sink.hpp"

namespace pveform::secrets {

namespace {

namespace fs = std::filesystem;

/// The id, or so much of it that any file system takes the file's name, and what tells it from
/// others that begin alike.
std::string recognisable(const std::string& id) {
    constexpr std::size_t max_bytes = 100;
    constexpr std::size_t beginning_bytes = 80;
    constexpr std::size_t digits = 16;
    if (id.size() <= max_bytes) {
        return id;
    }
    std::size_t end = beginning_bytes;
    while ((static_cast<unsigned char>(id[end]) & 0xC0U) == 0x80U) { // in the middle of a character
        --end;
    }
    return fmt::format("{}-{}", id.substr(0, end), sha256(id).substr(0, digits));
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
    const fs::path place = TRY(make_private_folder(files, folder));
    const fs::path file = TRY(write_beside_others(
        files,
        place / fmt::format("{}-{}", recognisable(issued.id.text()), issued.issued),
        single_record(issued).text().reveal()
    ));
    TRY(files.sync(file));
    TRY(files.sync(place));
    return file;
}

} // namespace pveform::secrets
