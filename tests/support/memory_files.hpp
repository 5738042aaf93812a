// Files in memory that know what is on the disk and what is not there yet.
#pragma once

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "support/faults.hpp"
#include "system/file_system.hpp"

namespace pveform::test {

class MemoryFiles final : public FileSystem {
public:
    /// What a crash of the machine leaves of what was never synced.
    enum class Crash {
        keeps_all,      // everything happened to be written out (or only the process was killed)
        drops_contents, // names are as they were seen last, contents as they were synced last
        drops_all,      // names as well
    };

    static constexpr unsigned me = 1000;

    MemoryFiles() {
        add_folder("/", 0755);
        add_folder("/safe", 0700);
    }

    // The world before the test, on the disk already.

    void add_folder(const std::string& path, unsigned permissions, unsigned owner_uid = me) {
        add(path, {FileKind::folder, permissions, owner_uid, {}, {}, 1});
    }

    void add_file(
        const std::string& path,
        const std::string& bytes,
        unsigned permissions = 0600,
        unsigned owner_uid = me,
        std::size_t links = 1
    ) {
        add(path, {FileKind::regular, permissions, owner_uid, bytes, bytes, links});
    }

    void add_link(const std::string& path) { add(path, {FileKind::symlink, 0777, me, {}, {}, 1}); }

    // What the test looks at.

    std::set<std::string> paths() const {
        std::set<std::string> all;
        for (const auto& [path, node] : seen_) {
            all.insert(path);
        }
        return all;
    }

    bool has(const std::string& path) const { return seen_.contains(path); }

    const std::string& bytes(const std::string& path) const { return seen_.at(path)->bytes; }

    unsigned permissions(const std::string& path) const { return seen_.at(path)->permissions; }

    /// What was asked of it, in order: `write /safe/.a.new`, `sync /safe`.
    const std::vector<std::string>& log() const { return log_; }

    void set_faults(Faults* faults) { faults_ = faults; }

    /// No file can be written in this folder any more.
    void fill_disk_of(const std::string& folder) { full_.insert(folder); }

    /// No file can be made in this folder, for this reason: `EACCES`.
    void refuse_files_in(const std::string& folder, int system_error) {
        refused_[folder] = system_error;
    }

    void empty_disk_of(const std::string& folder) { full_.erase(folder); }

    /// The process is gone and its locks are free; with it, perhaps, what was not synced.
    void crash(Crash kind) {
        locked_->clear();
        if (kind == Crash::drops_all) {
            seen_ = on_disk_;
        }
        if (kind != Crash::keeps_all) {
            for (const auto& [path, node] : seen_) {
                node->bytes = node->synced;
            }
        }
        on_disk_ = seen_;
    }

    // FileSystem

    Result<std::optional<FileInfo>> inspect(const std::filesystem::path& path) override {
        return attempt<std::optional<FileInfo>>("inspect", path, path, [&] {
            const auto node = seen_.find(path.string());
            if (node == seen_.end()) {
                return Result<std::optional<FileInfo>>();
            }
            const Node& found = *node->second;
            return Result<std::optional<FileInfo>>(FileInfo{
                .kind = found.kind,
                .permissions = found.permissions,
                .owner_uid = found.owner_uid,
                .links = found.links,
                .size_bytes = found.bytes.size(),
            });
        });
    }

    Result<std::filesystem::path> resolve(const std::filesystem::path& path) override {
        using Path = std::filesystem::path;
        return attempt<Path>("resolve", path, path, [&]() -> Result<Path> {
            const Path normal = (Path("/") / path).lexically_normal();
            return has(normal.string()) ? Result<Path>(normal) : missing("find", path);
        });
    }

    Result<std::string>
    read_file(const std::filesystem::path& path, std::size_t /*max_bytes*/) override {
        return attempt<std::string>("read", path, path, [&]() -> Result<std::string> {
            return has(path.string()) ? Result<std::string>(bytes(path.string()))
                                      : missing("read", path);
        });
    }

    Result<std::vector<std::string>> list_folder(const std::filesystem::path& path) override {
        using Names = std::vector<std::string>;
        return attempt<Names>("list", path, path, [&]() -> Result<Names> {
            Names names;
            for (const auto& [other, node] : seen_) {
                if (std::filesystem::path(other).parent_path() == path && other != "/") {
                    names.push_back(std::filesystem::path(other).filename().string());
                }
            }
            return names;
        });
    }

    Result<void> create_folder(const std::filesystem::path& path) override {
        return attempt<void>("create", path, path, [&] {
            return put_new(path, path, Node{FileKind::folder, 0700, me, {}, {}, 1});
        });
    }

    Result<void> write_new_file(
        const std::filesystem::path& path,
        std::string_view bytes,
        const std::filesystem::path& shown
    ) override {
        return write_new(path, bytes, shown, 0600);
    }

    Result<void> write_new_public_file(
        const std::filesystem::path& path,
        std::string_view bytes,
        const std::filesystem::path& shown,
        std::optional<unsigned> permissions
    ) override {
        return write_new(path, bytes, shown, permissions.value_or(0644));
    }

    Result<void>
    append_to_file(const std::filesystem::path& path, std::string_view bytes) override {
        if (!has(path.string())) {
            return write_new(path, bytes, path, 0600);
        }
        return attempt<void>("append", path, path, [&]() -> Result<void> {
            seen_.at(path.string())->bytes += bytes;
            return {};
        });
    }

    Result<void>
    sync(const std::filesystem::path& path, const std::filesystem::path& shown) override {
        return attempt<void>("sync", path, shown, [&]() -> Result<void> {
            const auto node = seen_.find(path.string());
            if (node == seen_.end()) {
                return missing("sync", shown);
            }
            if (node->second->kind == FileKind::folder) {
                sync_names_in(path);
            } else {
                node->second->synced = node->second->bytes;
            }
            return {};
        });
    }

    Result<void>
    rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return attempt<void>("rename", to, to, [&]() -> Result<void> {
            if (!has(from.string())) {
                return missing("replace", from);
            }
            seen_[to.string()] = seen_.at(from.string());
            seen_.erase(from.string());
            return {};
        });
    }

    Result<void> remove(const std::filesystem::path& path) override {
        return attempt<void>("remove", path, path, [&]() -> Result<void> {
            return seen_.erase(path.string()) == 1 ? Result<void>() : missing("remove", path);
        });
    }

    Result<std::unique_ptr<FileLock>> try_lock(const std::filesystem::path& path) override {
        using Lock = std::unique_ptr<FileLock>;
        return attempt<Lock>("lock", path, path, [&]() -> Result<Lock> {
            if (!has(path.string())) {
                const auto refused = refused_.find(path.parent_path().string());
                if (refused != refused_.end()) {
                    return failure("lock", path, refused->second);
                }
                seen_[path.string()] =
                    std::make_shared<Node>(Node{FileKind::regular, 0600, me, {}, {}, 1});
            }
            if (!locked_->insert(path.string()).second) {
                return nullptr;
            }
            return std::make_unique<HeldLock>(locked_, path.string());
        });
    }

    [[nodiscard]] unsigned own_uid() const override { return me; }

private:
    struct Node {
        FileKind kind = FileKind::regular;
        unsigned permissions = 0600;
        unsigned owner_uid = me;
        std::string bytes;
        std::string synced;
        std::size_t links = 1;
    };

    using Locked = std::set<std::string>;

    class HeldLock final : public FileLock {
    public:
        HeldLock(std::shared_ptr<Locked> locked, std::string path)
            : locked_(std::move(locked)), path_(std::move(path)) {}

        ~HeldLock() override { locked_->erase(path_); }

        HeldLock(const HeldLock&) = delete;
        HeldLock& operator=(const HeldLock&) = delete;
        HeldLock(HeldLock&&) = delete;
        HeldLock& operator=(HeldLock&&) = delete;

        [[nodiscard]] int descriptor() const override { return -1; }

    private:
        std::shared_ptr<Locked> locked_;
        std::string path_;
    };

    static std::unexpected<Error>
    missing(std::string_view action, const std::filesystem::path& path) {
        return failure(action, path, ENOENT);
    }

    static std::unexpected<Error>
    failure(std::string_view action, const std::filesystem::path& shown, int code) {
        return std::unexpected(Error{
            .kind = ErrorKind::io,
            .message = fmt::format(
                "cannot {} `{}`: {}", action, shown.string(), std::generic_category().message(code)
            ),
            .system_error = code,
        });
    }

    template<class T, class Operation>
    Result<T> attempt(
        std::string_view action,
        const std::filesystem::path& path,
        const std::filesystem::path& shown,
        Operation operation
    ) {
        log_.push_back(fmt::format("{} {}", action, path.string()));
        return with_faults(
            faults_,
            [&]() -> Result<T> { return operation(); },
            [&]() -> Result<T> { return failure(action, shown, EIO); }
        );
    }

    Result<void> write_new(
        const std::filesystem::path& path,
        std::string_view bytes,
        const std::filesystem::path& shown,
        unsigned permissions
    ) {
        return attempt<void>("write", path, shown, [&]() -> Result<void> {
            if (full_.contains(path.parent_path().string())) {
                return failure("write", shown, ENOSPC);
            }
            return put_new(
                path, shown, Node{FileKind::regular, permissions, me, std::string(bytes), {}, 1}
            );
        });
    }

    void add(const std::string& path, Node node) {
        seen_[path] = std::make_shared<Node>(std::move(node));
        on_disk_[path] = seen_[path];
    }

    Result<void>
    put_new(const std::filesystem::path& path, const std::filesystem::path& shown, Node node) {
        if (has(path.string())) {
            return failure("create", shown, EEXIST);
        }
        const auto refused = refused_.find(path.parent_path().string());
        if (refused != refused_.end()) {
            return failure("create", shown, refused->second);
        }
        if (!has(path.parent_path().string())) {
            return missing("create", shown);
        }
        seen_[path.string()] = std::make_shared<Node>(std::move(node));
        return {};
    }

    void sync_names_in(const std::filesystem::path& folder) {
        const auto is_within = [&](const auto& entry) {
            return std::filesystem::path(entry.first).parent_path() == folder;
        };
        std::erase_if(on_disk_, is_within);
        std::ranges::copy_if(seen_, std::inserter(on_disk_, on_disk_.end()), is_within);
        on_disk_["/"] = seen_.at("/");
    }

    using Nodes = std::map<std::string, std::shared_ptr<Node>>;
    Nodes seen_;
    Nodes on_disk_;
    std::shared_ptr<Locked> locked_ = std::make_shared<Locked>();
    std::set<std::string> full_;
    std::map<std::string, int> refused_; // folder → why
    std::vector<std::string> log_;
    Faults* faults_ = nullptr;
};

} // namespace pveform::test
