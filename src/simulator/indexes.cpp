// /version and the lists of what is below a path.
#include <initializer_list>

#include "simulator/method.hpp"

namespace pveform::simulator {

namespace {

json::Value subfolders(std::initializer_list<const char*> names) {
    json::Array list;
    for (const char* name : names) {
        list.emplace_back(json::Object{{"subdir", name}});
    }
    return list;
}

Outcome<json::Value> list_root(Call&) {
    return subfolders({"version", "cluster", "nodes", "storage", "access", "pools"});
}

Outcome<json::Value> list_access(Call&) {
    return subfolders(
        {"users", "groups", "roles", "acl", "domains", "openid", "tfa", "ticket", "password"}
    );
}

Outcome<json::Value> list_openid(Call&) {
    return subfolders({"auth-url", "login"});
}

/// The newest of each series that was known when this was written.
std::string_view full_version(Release release) {
    if (release >= Release{9, 2}) {
        return "9.2.11";
    }
    if (release >= Release{9, 1}) {
        return "9.1.4";
    }
    return release >= Release{9, 0} ? "9.0.11" : "8.4.14";
}

Outcome<json::Value> read_version(Call& call) {
    return json::Object{
        {"version", full_version(call.store.release())},
        {"release", call.store.release().text()},
        {"repoid", "5c9e4ea0f6a8c2d1"},
    };
}

} // namespace

std::vector<Method> index_methods() {
    return {
        {.verb = "GET", .path = "/", .run = list_root},
        {.verb = "GET", .path = "/version", .run = read_version},
        {.verb = "GET", .path = "/access", .run = list_access},
        {.verb = "GET", .path = "/access/openid", .run = list_openid},
    };
}

} // namespace pveform::simulator
