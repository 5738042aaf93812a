#include "cli/written_file.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::cli {

namespace {

std::unexpected<Error> not_a_file(const std::filesystem::path& path, std::string_view help) {
    return io_refusal(
        fmt::format("cannot write `{}`: it is not a file", printable(path.string())),
        fmt::format("what is written replaces a file as a whole; {}", help)
    );
}

} // namespace

Result<std::filesystem::path>
place_of_written(const std::filesystem::path& path, std::string_view help, Context& context) {
    const auto info = TRY(context.files.inspect(path));
    if (!info || info->kind == FileKind::regular) {
        return path;
    }
    if (info->kind != FileKind::symlink) {
        return not_a_file(path, help);
    }
    const auto target = TRY(context.files.resolve(path));
    const auto behind = TRY(context.files.inspect(target));
    if (!behind || behind->kind != FileKind::regular) {
        return not_a_file(path, help);
    }
    return target;
}

} // namespace pveform::cli
