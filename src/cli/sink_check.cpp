#include "cli/sink_check.hpp"

#include <utility>

#include "cli/secret_sink.hpp"

namespace pveform::cli {

namespace {

class NoLock final : public FileLock {};

/// The files as they are, but for locks: where there is no lock file, nobody holds the lock, and
/// none is left behind.
class TracelessFiles final : public FileSystem {
public:
    explicit TracelessFiles(FileSystem& files) : files_(files) {}

    Result<std::optional<FileInfo>> inspect(const std::filesystem::path& path) override {
        return files_.inspect(path);
    }

    Result<std::filesystem::path> resolve(const std::filesystem::path& path) override {
        return files_.resolve(path);
    }

    Result<std::string>
    read_file(const std::filesystem::path& path, std::size_t max_bytes) override {
        return files_.read_file(path, max_bytes);
    }

    Result<std::vector<std::string>> list_folder(const std::filesystem::path& path) override {
        return files_.list_folder(path);
    }

    Result<void> create_folder(const std::filesystem::path& path) override {
        return files_.create_folder(path);
    }

    Result<void>
    write_new_file(const std::filesystem::path& path, std::string_view bytes) override {
        return files_.write_new_file(path, bytes);
    }

    Result<void> write_new_public_file(
        const std::filesystem::path& path,
        std::string_view bytes,
        std::optional<unsigned> permissions
    ) override {
        return files_.write_new_public_file(path, bytes, permissions);
    }

    Result<void>
    append_to_file(const std::filesystem::path& path, std::string_view bytes) override {
        return files_.append_to_file(path, bytes);
    }

    Result<void> sync(const std::filesystem::path& path) override { return files_.sync(path); }

    Result<void>
    rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return files_.rename(from, to);
    }

    Result<void> remove(const std::filesystem::path& path) override { return files_.remove(path); }

    Result<std::unique_ptr<FileLock>> try_lock(const std::filesystem::path& path) override {
        if (TRY(files_.inspect(path))) {
            return files_.try_lock(path);
        }
        return std::make_unique<NoLock>();
    }

    [[nodiscard]] unsigned own_uid() const override { return files_.own_uid(); }

private:
    FileSystem& files_;
};

} // namespace

Result<void> check_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    Context& context
) {
    TracelessFiles files(context.files);
    Context traceless{
        .files = files,
        .processes = context.processes,
        .clock = context.clock,
        .terminal = context.terminal,
        .environment = context.environment,
        .in = context.in,
        .out = context.out,
        .err = context.err,
        .runner = context.runner,
        .out_style = context.out_style,
        .err_style = context.err_style,
    };
    std::vector<TokenId> tokens = declared_tokens(document);
    if (tokens.empty()) { // the place is looked at all the same
        tokens.push_back(TokenId{UserId{"nobody@pve"}, "none"});
    }
    TRY(open_secret_sink(options, document, cluster, tokens, traceless));
    return {};
}

std::vector<TokenId> declared_tokens(const desired::Document& document) {
    std::vector<TokenId> tokens;
    for (const auto& [id, user] : document.users) {
        if (user.tokens) {
            for (const auto& [name, token] : *user.tokens) {
                tokens.push_back(TokenId{id, name});
            }
        }
    }
    return tokens;
}

} // namespace pveform::cli
