#include "document/load.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "document/yaml.hpp"

namespace pveform::document {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool has_yaml_name(const fs::path& path) {
    return path.extension() == ".yaml" || path.extension() == ".yml";
}

bool is_hidden(const std::string& name) {
    return name.starts_with('.');
}

/// Collects the files that a list of paths stands for.
class Finder {
public:
    explicit Finder(FileSystem& files) : files_(files) {}

    Result<void> add(const fs::path& path) {
        const auto info = TRY(files_.inspect(path));
        if (!info && path == "-") {
            return std::unexpected(
                usage_error("standard input is not read", "name a file, or say `-f /dev/stdin`")
            );
        }
        if (!info) {
            return std::unexpected(Error{
                .kind = ErrorKind::usage,
                .message = fmt::format("there is no `{}`", path.string()),
                .help = "name a document, or a folder of documents, with `-f`",
            });
        }
        if (!TRY(is_folder(path, info->kind))) {
            add_file(path);
            return {};
        }
        const std::size_t before = visited_;
        TRY(add_folder(path));
        if (visited_ == before) {
            return std::unexpected(Error{
                .kind = ErrorKind::usage,
                .message = fmt::format("folder `{}` holds no documents", path.string()),
                .help = "documents are files named `*.yaml` or `*.yml`",
            });
        }
        return {};
    }

    [[nodiscard]] const std::vector<fs::path>& found() const { return found_; }

private:
    /// A symbolic link on the command line may lead to a folder.
    Result<bool> is_folder(const fs::path& path, FileKind kind) {
        if (kind != FileKind::symlink) {
            return kind == FileKind::folder;
        }
        const auto target = files_.inspect(path / ".");
        return target && *target && (*target)->kind == FileKind::folder;
    }

    void add_file(const fs::path& path) {
        ++visited_;
        fs::path normal = path.lexically_normal();
        if (seen_.insert(normal).second) {
            found_.push_back(std::move(normal));
        }
    }

    Result<void> add_folder(const fs::path& folder) {
        for (const std::string& name : TRY(files_.list_folder(folder))) {
            const fs::path path = folder / name;
            const auto info = TRY(files_.inspect(path));
            if (!info || is_hidden(name)) {
                continue;
            }
            if (info->kind == FileKind::folder) {
                TRY(add_folder(path));
            } else if (has_yaml_name(path) && info->kind != FileKind::other) {
                add_file(path);
            }
        }
        return {};
    }

    FileSystem& files_;
    std::size_t visited_ = 0;
    std::set<fs::path> seen_;
    std::vector<fs::path> found_;
};

Collected<Tree> read(FileSystem& files, const fs::path& path) {
    auto text = files.read_file(path, max_file_bytes);
    if (!text) {
        return std::unexpected(Errors{std::move(text).error()});
    }
    if (text->starts_with(byte_order_mark)) {
        text->erase(0, byte_order_mark.size());
    }
    return parse_yaml(std::make_shared<const SourceFile>(path.string(), std::move(*text)));
}

} // namespace

Loaded load(FileSystem& files, const std::vector<fs::path>& paths) {
    Loaded loaded;
    Finder finder(files);
    for (const fs::path& path : paths) {
        if (auto added = finder.add(path); !added) {
            loaded.errors.push_back(std::move(added).error());
        }
    }
    for (const fs::path& path : finder.found()) {
        auto tree = read(files, path);
        if (tree) {
            loaded.trees.push_back(std::move(*tree));
        } else {
            std::ranges::move(tree.error(), std::back_inserter(loaded.errors));
        }
    }
    return loaded;
}

} // namespace pveform::document
