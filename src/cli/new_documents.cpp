#include "cli/new_documents.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "document/load.hpp"

namespace pveform::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t room_for_key_and_notes = 4096;

Error in_the_way(const fs::path& path, std::string what) {
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format("{} `{}`, which is not overwritten", what, path.string()),
        .help = "name a file or folder that is not there yet, or move this one away",
    };
}

bool is_document(const std::string& name) {
    return name.ends_with(".yaml") || name.ends_with(".yml");
}

} // namespace

Result<bool> is_folder(FileSystem& files, const fs::path& path) {
    if (!path.has_filename()) {
        return true;
    }
    const auto info = TRY(files.inspect(path));
    return info && info->kind == FileKind::folder;
}

Result<void> check_is_free(FileSystem& files, const fs::path& path) {
    // Without the slash at its end, behind which a link would be followed.
    const fs::path place = path.has_filename() ? path : path.parent_path();
    const auto info = TRY(files.inspect(place));
    if (!info) {
        return {};
    }
    if (!TRY(is_folder(files, path)) || info->kind != FileKind::folder) {
        return std::unexpected(in_the_way(place, "there is already"));
    }
    const std::vector<std::string> names = TRY(files.list_folder(place));
    const auto document = std::ranges::find_if(names, is_document);
    if (document != names.end()) {
        return std::unexpected(in_the_way(place / *document, "there is already a document"));
    }
    return {};
}

Result<std::string>
one_document(const exporting::Frame& frame, const std::vector<exporting::Section>& sections) {
    std::string text = exporting::one_file(frame, sections);
    if (text.size() > document::max_file_bytes) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = fmt::format(
                "the cluster is too large for one document ({} of at most {} bytes)",
                text.size(),
                document::max_file_bytes
            ),
            .help = "let it become a folder of documents: name one that ends with `/`",
        });
    }
    return text;
}

Result<std::vector<fs::path>> write_documents(
    FileSystem& files,
    const fs::path& path,
    const exporting::Frame& frame,
    const std::vector<exporting::Section>& sections
) {
    TRY(check_is_free(files, path));
    if (!TRY(is_folder(files, path))) {
        TRY(files.write_new_file(path, TRY(one_document(frame, sections))));
        return std::vector<fs::path>{path};
    }
    const fs::path folder = path.has_filename() ? path : path.parent_path();
    if (!TRY(files.inspect(folder))) {
        TRY(files.create_folder(folder));
    }
    std::vector<fs::path> written;
    for (const exporting::File& file :
         exporting::folder(frame, sections, document::max_file_bytes - room_for_key_and_notes)) {
        written.push_back(folder / file.name);
        TRY(files.write_new_file(written.back(), file.text));
    }
    return written;
}

} // namespace pveform::cli
