// Files as they are in another file system: what is said otherwise is for whoever derives from it.
#pragma once

#include "system/file_system.hpp"

namespace pveform {

class ForwardedFiles : public FileSystem {
public:
    explicit ForwardedFiles(FileSystem& files) : files_(files) {}

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

    Result<void> write_new_file(
        const std::filesystem::path& path,
        std::string_view bytes,
        const std::filesystem::path& shown
    ) override {
        return files_.write_new_file(path, bytes, shown);
    }

    Result<void> write_new_public_file(
        const std::filesystem::path& path,
        std::string_view bytes,
        const std::filesystem::path& shown,
        std::optional<unsigned> permissions
    ) override {
        return files_.write_new_public_file(path, bytes, shown, permissions);
    }

    Result<void>
    append_to_file(const std::filesystem::path& path, std::string_view bytes) override {
        return files_.append_to_file(path, bytes);
    }

    Result<void>
    sync(const std::filesystem::path& path, const std::filesystem::path& shown) override {
        return files_.sync(path, shown);
    }

    Result<void>
    rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return files_.rename(from, to);
    }

    Result<void> remove(const std::filesystem::path& path) override { return files_.remove(path); }

    Result<std::unique_ptr<FileLock>> try_lock(const std::filesystem::path& path) override {
        return files_.try_lock(path);
    }

    [[nodiscard]] unsigned own_uid() const override { return files_.own_uid(); }

private:
    FileSystem& files_;
};

} // namespace pveform
