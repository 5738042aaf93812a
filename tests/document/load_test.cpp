#include "document/load.hpp"

#include <cstdlib>
#include <fstream>
#include <unistd.h>

#include "base/text.hpp"
#include "catch.hpp"

using namespace pveform;
namespace fs = std::filesystem;

namespace {

/// A folder that goes with the test.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "pveform-load-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }

    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }

    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << text;
    }

    [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }

    /// The files that are read for some paths in here, by their names in here.
    [[nodiscard]] std::vector<std::string> loaded(const std::vector<std::string>& names) const {
        std::vector<fs::path> paths;
        for (const std::string& name : names) {
            paths.push_back(path_ / name);
        }
        const document::Loaded loaded = document::load(posix_file_system(), paths);
        if (!loaded.errors.empty()) {
            FAIL(loaded.errors.front().message);
        }
        std::vector<std::string> read;
        for (const document::Tree& tree : loaded.trees) {
            read.push_back(fs::path(tree.source->name()).lexically_relative(path_).string());
        }
        return read;
    }

    [[nodiscard]] Errors refused(const std::vector<std::string>& names) const {
        std::vector<fs::path> paths;
        for (const std::string& name : names) {
            paths.push_back(path_ / name);
        }
        return document::load(posix_file_system(), paths).errors;
    }

private:
    fs::path path_;
};

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("a folder stands for all documents below it, sorted", "[load]") {
    const Folder folder;
    for (const char* name : {"b.yaml", "a.yml", "sub/c.yaml", "sub/deep/d.yaml"}) {
        folder.write(name, "x: 1\n");
    }
    for (const char* name : {"notes.md", "a.yaml.bak", ".hidden.yaml", ".git/config.yaml"}) {
        folder.write(name, "not: [a, document\n");
    }
    CHECK(folder.loaded({"."}) == Names{"a.yml", "b.yaml", "sub/c.yaml", "sub/deep/d.yaml"});
}

TEST_CASE("paths are read in the order in which they are given, each file once", "[load]") {
    const Folder folder;
    folder.write("prod/users.yaml", "x: 1\n");
    folder.write("common/roles.yaml", "x: 1\n");
    CHECK(
        folder.loaded({"prod/users.yaml", "common", "prod", "common/../prod/users.yaml"}) ==
        Names{"prod/users.yaml", "common/roles.yaml"}
    );
}

TEST_CASE("a file on the command line may have any name", "[load]") {
    const Folder folder;
    folder.write("access", "x: 1\n");
    CHECK(folder.loaded({"access"}) == Names{"access"});
}

TEST_CASE("symbolic links to files are followed, to folders only where they are named", "[load]") {
    const Folder folder;
    folder.write("real/a.yaml", "x: 1\n");
    fs::create_directory(folder / "docs");
    fs::create_symlink("../real/a.yaml", folder / "docs/link.yaml");
    fs::create_directory_symlink("..", folder / "docs/up");
    CHECK(folder.loaded({"docs"}) == Names{"docs/link.yaml"});
    fs::create_directory_symlink("real", folder / "linked");
    CHECK(folder.loaded({"linked"}) == Names{"linked/a.yaml"});
}

TEST_CASE("a byte order mark is no part of the text", "[load]") {
    const Folder folder;
    folder.write("a.yaml", "\xEF\xBB\xBFversion: 1\n");
    const auto loaded = document::load(posix_file_system(), {folder / "a.yaml"});
    REQUIRE(loaded.trees.size() == 1);
    const auto& entry = std::get<document::Map>(loaded.trees.front().root.value).front();
    CHECK(entry.key == "version");
    CHECK(entry.key_span.column == 1);
}

TEST_CASE("what is not there, or holds nothing, is said", "[load]") {
    const Folder folder;
    folder.write("empty/readme.md", "");
    folder.write("good.yaml", "x: 1\n");
    const Errors errors = folder.refused({"missing.yaml", "good.yaml", "empty"});
    REQUIRE(errors.size() == 2);
    CHECK(errors[0].kind == ErrorKind::usage);
    CHECK_THAT(errors[0].message, ContainsSubstring("there is no"));
    CHECK_THAT(errors[1].message, ContainsSubstring("holds no documents"));
}

TEST_CASE("the mistakes of all files are reported together", "[load]") {
    const Folder folder;
    folder.write("a.yaml", "a: [1\n");
    folder.write("b.yaml", "a: }\n");
    folder.write("c.yaml", "fine: 1\n");
    const Errors errors = folder.refused({"."});
    REQUIRE(errors.size() == 2);
    CHECK_THAT(errors[0].span.file->name(), ContainsSubstring("a.yaml"));
    CHECK_THAT(errors[1].span.file->name(), ContainsSubstring("b.yaml"));
}

TEST_CASE("standard input is not read, unless it has a name", "[load]") {
    const Errors errors = document::load(posix_file_system(), {"-"}).errors;
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].message == "standard input is not read");
    CHECK_THAT(errors[0].help, ContainsSubstring("`-f /dev/stdin`"));
}

TEST_CASE("what could be read is there beside what could not", "[load]") {
    const Folder folder;
    folder.write("a.yaml", "a: [1\n");
    folder.write("b.yaml", "fine: 1\n");
    const auto loaded = document::load(posix_file_system(), {folder / "a.yaml", folder / "b.yaml"});
    CHECK(loaded.errors.size() == 1);
    REQUIRE(loaded.trees.size() == 1);
    CHECK_THAT(loaded.trees.front().source->name(), ContainsSubstring("b.yaml"));
}

TEST_CASE("a file of more than a mebibyte is refused", "[load]") {
    const Folder folder;
    const std::string line = "# " + std::string(1021, 'x') + "\n";
    std::string text;
    for (int i = 0; i < 1024; ++i) {
        text += line;
    }
    folder.write("a.yaml", text);
    CHECK(folder.refused({"a.yaml"}).empty());
    folder.write("a.yaml", text + "\n");
    const Errors errors = folder.refused({"a.yaml"});
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].kind == ErrorKind::io);
    CHECK_THAT(errors[0].help, ContainsSubstring("1048576 bytes"));
}
