// The state folder: written after every change, in PVE's formats, and a place to start from.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "api_world.hpp"

using namespace pveform;
using namespace pveform::simulator;
using namespace pveform::simulator::test;

namespace {

/// A folder of its own for every test, gone afterwards.
class Folder {
public:
    Folder() {
        static int count = 0;
        path = std::filesystem::temp_directory_path() /
               ("pveform-state-" + std::to_string(getpid()) + "-" + std::to_string(++count));
    }

    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }

    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(path / name);
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    }

    std::filesystem::path path;
};

ApiOptions in(const Folder& folder) {
    ApiOptions options;
    options.state_folder = folder.path;
    return options;
}

} // namespace

TEST_CASE("changes are in the folder when they are answered", "[simulator]") {
    const Folder folder;
    World world(small_cluster(), in(folder));
    CHECK(folder.read("user.cfg") == small_cluster().user_cfg);
    REQUIRE(world.post(boss, "/access/groups", "groupid=fresh&comment=a:b").status == 200);
    CHECK(folder.read("user.cfg").find("group:fresh::a%3Ab:\n") != std::string::npos);

    const Answer issued = world.post(boss, "/access/users/ann@pve/token/new");
    const std::string line = "ann@pve!new " + *issued.data().find("value")->as_string() + "\n";
    CHECK(folder.read("priv/token.cfg").find(line) != std::string::npos);
}

TEST_CASE("passwords of PVE's own realm are hashed as PVE does it", "[simulator]") {
    const Folder folder;
    World world(small_cluster(), in(folder));
    world.post(boss, "/access/users", "userid=new@pve&password=long-enough");
    const std::string shadow = folder.read("priv/shadow.cfg");
    CHECK(shadow.find("new:$5$") != std::string::npos);
    CHECK(shadow.find("long-enough") == std::string::npos);
}

TEST_CASE("a later run goes on where the last one ended", "[simulator]") {
    const Folder folder;
    {
        World world(small_cluster(), in(folder));
        world.post(boss, "/access/groups", "groupid=fresh");
        world.post(boss, "/access/users", "userid=new@pve&password=long-enough");
    }
    const auto files = read_cluster_folder(folder.path);
    REQUIRE(files.has_value());
    World again(*files, in(folder));
    CHECK(again.get(boss, "/access/groups/fresh").status == 200);
    again.log_in("new@pve", "long-enough");
    again.log_in("root@pam", "root-password");
}

TEST_CASE("a folder that holds a cluster is preferred to the seed", "[simulator]") {
    const Folder seed;
    const Folder state;
    ClusterFiles files = small_cluster();
    REQUIRE(write_cluster_folder(seed.path, files).has_value());
    files.user_cfg += "group:kept:::\n";
    REQUIRE(write_cluster_folder(state.path, files).has_value());
    const StillClock clock;
    const auto api = make_api(seed.path, in(state), clock);
    REQUIRE(api.has_value());
    Request request;
    request.head = {"GET", "/api2/json/access/groups/kept", boss.headers};
    CHECK((*api)->answer(request).status == 200);
}

TEST_CASE("an inventory that makes no sense is refused with its reason", "[simulator]") {
    const auto broken = parse_inventory(R"({"guests": [{"name": "x"}]})");
    REQUIRE(!broken.has_value());
    CHECK(broken.error().message == "inventory.json: an item of `guests` has no `vmid`");
}
