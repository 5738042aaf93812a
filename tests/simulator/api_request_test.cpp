// Requests on their way to a method: paths, credentials, parameters, answers (facts 1 and 2).
#include "api_world.hpp"

using namespace pveform;
using namespace pveform::simulator;
using namespace pveform::simulator::test;
using Names = std::vector<std::string>;

TEST_CASE("an answer says whether the back daemon gave it", "[simulator]") {
    World world;
    CHECK(world.get(boss, "/version").raw.persistence == Persistence::keep_alive);
    CHECK(world.get(boss, "/access/users").raw.persistence == Persistence::close_and_keep_alive);
    CHECK(world.get(boss, "/nope").raw.persistence == Persistence::close);
}

TEST_CASE("there is no 404: what is not there is not implemented", "[simulator]") {
    World world;
    const Answer answer = world.get(boss, "/access/nope");
    CHECK(answer.status == 501);
    CHECK(answer.reason == "Method 'GET /access/nope' not implemented");
    CHECK(answer.message() == answer.reason);
    CHECK(world.post(boss, "/version").status == 501);
    CHECK(world.get(boss, "/access/groups/a%20b").status == 501);
}

TEST_CASE("a path is decoded before it is split, and slashes do not count", "[simulator]") {
    World world;
    CHECK(world.get(boss, "/access%2Fgroups//staff/").status == 200);
    CHECK(world.get(boss, "/acc%65ss/users/ann%40pve").status == 200);
}

TEST_CASE("without a format there is no such address, whoever asks", "[simulator]") {
    World world;
    Request request;
    request.head = {"GET", "/api2/JSON/version", {}};
    const auto early = world.api->answer_early(request.head);
    REQUIRE(early.has_value());
    CHECK(early->status == 501);
    CHECK(early->body == "no such uri");
    CHECK(!early->content_type.has_value());
}

TEST_CASE("an unknown format is noticed behind the login", "[simulator]") {
    World world;
    Request request;
    request.head = {"GET", "/api2/nope/version", {}};
    CHECK(world.api->answer(request).status == 401);
    request.head.headers = boss.headers;
    CHECK(world.api->answer(request).body == "no formatter for uri /version, nope");
}

TEST_CASE("credentials are found where PVE looks, and only there", "[simulator]") {
    World world;
    const auto status = [&world](const std::string& name, const std::string& value) {
        return world.get({{{name, value}}}, "/version").raw;
    };
    const std::string credentials = "boss@pve!api=" + boss_secret;
    CHECK(status("Authorization", "PVEAPIToken=" + credentials).status == 200);
    CHECK(status("Authorization", "PVEAPIToken " + credentials).status == 200);
    CHECK(status("Authorization", "Bearer PVEAPIToken=" + credentials + ";x").status == 200);
    CHECK(status("authorization", "PVEAPIToken=boss%40pve%21api%3D" + boss_secret).status == 200);
    CHECK(status("Authorization", "pveapitoken=" + credentials).reason == "No ticket");
    CHECK(status("X-APIKey", credentials).reason == "No ticket");
    CHECK(
        status("Authorization", "PVEAPIToken=boss@pve!api=wrong").reason == "Authentication failed!"
    );
}

TEST_CASE("a refused login is late and has no body", "[simulator]") {
    World world;
    const Response answer = world.get(anonymous, "/version").raw;
    CHECK(answer.status == 401);
    CHECK(answer.delayed);
    CHECK(answer.body.empty());
    CHECK(!answer.content_type.has_value());
}

TEST_CASE("a token dies with its user, by its own expiry, and with its secret", "[simulator]") {
    World world;
    CHECK(world.get(guest, "/version").status == 200);
    world.put(boss, "/access/users/guest@pve", "enable=0");
    CHECK(world.get(guest, "/version").status == 401);
    world.put(boss, "/access/users/guest@pve", "enable=1");
    const std::string now = std::to_string(world.clock.time);
    world.put(boss, "/access/users/guest@pve/token/api", "expire=" + now);
    CHECK(world.get(guest, "/version").status == 200);
    ++world.clock.time;
    CHECK(world.get(guest, "/version").status == 401);
}

TEST_CASE("older releases name the cause of a refusal", "[simulator]") {
    ApiOptions options;
    options.release = {9, 1};
    World world(small_cluster(), options);
    const Caller stranger = token("none@pve!none", "y");
    CHECK(world.get(stranger, "/version").reason == "no such user ('none@pve')");
}

TEST_CASE("a ticket needs the CSRF token for writes, and both end after two hours", "[simulator]") {
    World world;
    const Caller ann = world.log_in("ann@pve", "ann-password");
    const Caller without{{ann.headers.front()}};
    CHECK(world.get(without, "/version").status == 200);
    CHECK(
        world.post(without, "/access/users/ann@pve/token/new").reason ==
        "Permission denied - invalid csrf token"
    );
    CHECK(world.post(ann, "/access/users/ann@pve/token/new").status == 200);
    world.clock.time += 7199;
    CHECK(world.get(ann, "/version").status == 200);
    world.clock.time += 1;
    CHECK(world.get(ann, "/version").status == 401);
}

TEST_CASE("a ticket renews itself, and root's makes tickets for others", "[simulator]") {
    World world;
    const auto ticket_of = [](const Caller& caller) {
        return caller.headers.front().second.substr(std::string("PVEAuthCookie=").size());
    };
    const auto encoded = [](std::string text) {
        for (const auto& [from, to] : {std::pair{"+", "%2B"}, {":", "%3A"}, {"=", "%3D"}}) {
            for (std::size_t at = text.find(from); at != std::string::npos;
                 at = text.find(from, at + 3)) {
                text.replace(at, 1, to);
            }
        }
        return text;
    };
    const auto log_in_with = [&](const std::string& user, const Caller& with) {
        return world
            .post(
                anonymous,
                "/access/ticket",
                "username=" + user + "&password=" + encoded(ticket_of(with))
            )
            .status;
    };
    const Caller ann = world.log_in("ann@pve", "ann-password");
    const Caller root = world.log_in("root@pam", "root-password");
    CHECK(log_in_with("ann@pve", ann) == 200);
    CHECK(log_in_with("guest@pve", ann) == 401);
    CHECK(log_in_with("guest@pve", root) == 200);
}

TEST_CASE("a failed login never says why", "[simulator]") {
    World world;
    for (const char* body :
         {"username=ann@pve&password=wrong",
          "username=none@pve&password=x",
          "username=x&password=y",
          "username=boss@pve!api&password=x"}) {
        const Answer answer = world.post(anonymous, "/access/ticket", body);
        CHECK(answer.status == 401);
        CHECK(answer.message() == "authentication failure\n");
        CHECK(answer.raw.delayed);
    }
    CHECK(
        world.post(anonymous, "/access/ticket", "username=ann@pve").error("password") ==
        "property is missing and it is not optional"
    );
}

TEST_CASE("tokens get no tickets and change no passwords", "[simulator]") {
    World world;
    const Answer answer =
        world.put(boss, "/access/password", "userid=ann@pve&password=long-enough");
    CHECK(answer.status == 403);
    CHECK(
        answer.message() ==
        "Permission check failed (URI '/access/password' not available with API token, need "
        "proper ticket.\n)\n"
    );
    CHECK(
        world.post(token("any", "thing"), "/access/ticket", "username=a&password=b").status == 403
    );
}

TEST_CASE("verify-only logins tell about a privilege and give no ticket", "[simulator]") {
    World world;
    world.put(boss, "/access/acl", "path=/vms/100&users=ann@pve&roles=Looker");
    const std::string login = "username=ann&realm=pve&password=ann-password";
    const Answer held =
        world.post(anonymous, "/access/ticket", login + "&path=vms/100&privs=VM.Audit");
    CHECK(held.status == 200);
    CHECK(keys(held.data()) == Names{"cap", "username"});
    CHECK(
        world.post(anonymous, "/access/ticket", login + "&path=/vms/1000&privs=VM.Audit").status ==
        401
    );
    CHECK(
        world.post(anonymous, "/access/ticket", login + "&path=/vms/100").error("privs") ==
        "missing property required by 'path'"
    );
}

TEST_CASE("a second factor is asked for and checked", "[simulator]") {
    ClusterFiles files = small_cluster();
    // RFC 6238's secret: at 59 s its code is 287082.
    REQUIRE(files.passwords
                .add_json(R"({"ann@pve": {"password": "ann-password",
                              "totp": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}})")
                .has_value());
    World world(std::move(files));
    world.clock.time = 59;
    const std::string login = "username=ann@pve&password=ann-password";
    const Answer half = world.post(anonymous, "/access/ticket", login);
    REQUIRE(half.status == 200);
    CHECK(*half.data().find("NeedTFA") == json::Value(1));
    CHECK(half.data().find("cap") == nullptr);
    std::string challenge = *half.data().find("ticket")->as_string();
    CHECK(world.get({{{"Cookie", "PVEAuthCookie=" + challenge}}}, "/version").status == 401);

    for (const auto& [from, to] : {std::pair{"%", "%25"}, {"+", "%2B"}, {"=", "%3D"}}) {
        for (std::size_t at = challenge.find(from); at != std::string::npos;
             at = challenge.find(from, at + 3)) {
            challenge.replace(at, 1, to);
        }
    }
    const std::string second = "username=ann@pve&tfa-challenge=" + challenge + "&password=totp:";
    CHECK(world.post(anonymous, "/access/ticket", second + "000000").status == 401);
    CHECK(world.post(anonymous, "/access/ticket", second + "287082").status == 200);
    CHECK(world.post(anonymous, "/access/ticket", login + "&otp=totp:287082").status == 200);
}

TEST_CASE("a password stays behind where the user could not be created", "[simulator]") {
    World world;
    CHECK(
        world.post(boss, "/access/users", "userid=new@pve&password=long-enough&groups=none")
            .message() == "create user failed: no such group 'none'\n"
    );
    world.post(boss, "/access/users", "userid=new@pve");
    CHECK(
        world.post(anonymous, "/access/ticket", "username=new@pve&password=long-enough").status ==
        200
    );
    world.remove(boss, "/access/users/new@pve");
    world.post(boss, "/access/users", "userid=new@pve");
    CHECK(
        world.post(anonymous, "/access/ticket", "username=new@pve&password=long-enough").status ==
        401
    );
}

TEST_CASE("who changes a password confirms with its own", "[simulator]") {
    World world;
    const Caller ann = world.log_in("ann@pve", "ann-password");
    const std::string change = "userid=ann@pve&password=another-one";
    CHECK(
        world.put(ann, "/access/password", change).error("confirmation-password") ==
        "password is required to modify user"
    );
    CHECK(
        world.put(ann, "/access/password", change + "&confirmation-password=wrong-one").message() ==
        "invalid credentials\n"
    );
    CHECK(
        world.put(ann, "/access/password", change + "&confirmation-password=ann-password").status ==
        200
    );
    CHECK(world.get(ann, "/version").status == 200); // tickets outlive passwords
    world.log_in("ann@pve", "another-one");
}

TEST_CASE("the query wins over the body, and a path is not contradicted", "[simulator]") {
    World world;
    CHECK(world.put(boss, "/access/groups/staff?comment=query", "comment=body").status == 200);
    CHECK(*world.get(boss, "/access/groups/staff").data().find("comment") == json::Value("query"));
    CHECK(world.put(boss, "/access/groups/staff", "groupid=staff&comment=x").status == 200);
    CHECK(
        world.put(boss, "/access/groups/staff", "groupid=crew").error("groupid") ==
        "duplicate parameter (already defined in URI) with conflicting values!"
    );
}

TEST_CASE(
    "a name beyond ASCII in the query of a form reaches the back daemon twice", "[simulator]"
) {
    World world;
    const auto names = [](const Answer& answer) { return keys(*answer.body.find("errors")); };
    const std::string once = "\u00C3\u00A9";
    const std::string twice = "\u00C3\u0083\u00C2\u00A9";
    CHECK(
        names(world.put(boss, "/access/groups/staff?%C3%A9=x", "comment=y")) == Names{twice, once}
    );
    CHECK(names(world.put(boss, "/access/groups/staff", "%C3%A9=x")) == Names{twice});
    CHECK(
        names(world.send(boss, "PUT", "/access/groups/staff?%C3%A9=x", "{}", "application/json")) ==
        Names{once}
    );
    CHECK(names(world.remove(boss, "/access/groups/staff?%C3%A9=x")) == Names{once});
}

TEST_CASE("JSON bodies are typed as Perl would have them", "[simulator]") {
    World world;
    const auto send = [&world](const std::string& body) {
        return world.send(boss, "PUT", "/access/users/ann@pve", body, "application/json");
    };
    CHECK(
        send(R"({"enable": true, "expire": 5.0, "comment": 1e20, "groups": ["crew", "staff"]})")
            .status == 200
    );
    const Answer answer = world.get(boss, "/access/users/ann@pve");
    CHECK(*answer.data().find("expire") == json::Value(5));
    CHECK(*answer.data().find("comment") == json::Value("1e+20"));
    CHECK(
        send(R"({"comment": true})").error("comment") ==
        "type check ('string') failed - got JSON::PP::Boolean"
    );
    CHECK(
        send(R"({"groups": {"a": 1}})").error("groups") == "type check ('string') failed - got HASH"
    );
    CHECK(
        send(R"({"expire": 1.5})").error("expire") == "type check ('integer') failed - got '1.5'"
    );
    CHECK(send("null").status == 200);
    CHECK(send("[]").status == 500);
    CHECK(send("{").status == 500);
    CHECK(send("").status == 500);
}

TEST_CASE("integers beyond 64 bits keep their digits in a JSON body", "[simulator]") {
    World world;
    const auto send = [&world](const std::string& body) {
        return world.send(boss, "PUT", "/access/users/ann@pve", body, "application/json");
    };
    CHECK(send(R"({"comment": 123456789012345678901234567890})").status == 200);
    CHECK(
        *world.get(boss, "/access/users/ann@pve").data().find("comment") ==
        json::Value("123456789012345678901234567890")
    );
    CHECK(
        send(R"({"expire": -99999999999999999999})").error("expire") ==
        "value must have a minimum value of 0"
    );
    CHECK(
        send(R"({"enable": [99999999999999999999], "comment": "a\\\"99999999999999999999"})")
            .error("enable") == "type check ('boolean') failed - got ARRAY"
    );
    CHECK(send(R"({"comment": "is \"99999999999999999999, \\"})").status == 200);
    CHECK(
        *world.get(boss, "/access/users/ann@pve").data().find("comment") ==
        json::Value(R"(is "99999999999999999999, \)")
    );
    CHECK(send(R"({"comment": 099999999999999999999})").status == 500);
    CHECK(send(R"({99999999999999999999: 1})").status == 500);
}

TEST_CASE(
    "digits of other scripts are digits to PVE's checks and nothing to its arithmetic",
    "[simulator]"
) {
    World world;
    const auto expire_after = [&world](const std::string& text) {
        const Answer answer = world.put(boss, "/access/users/ann@pve", "expire=" + text);
        return answer.status == 200
                   ? *world.get(boss, "/access/users/ann@pve").data().find("expire")
                   : json::Value(answer.error("expire"));
    };
    CHECK(expire_after("7%D9%A3") == json::Value(7));
    CHECK(expire_after("%D9%A3") == json::Value(0));
    CHECK(expire_after("-%D9%A3") == json::Value(0));
    CHECK(expire_after("-1%D9%A3") == json::Value("value must have a minimum value of 0"));
    CHECK(expire_after("%C2%B2") == json::Value("type check ('integer') failed - got '\u00B2'"));
}

TEST_CASE("an array of groups shuts out who manages only some", "[simulator]") {
    World world;
    const Answer answer = world.send(
        lead, "PUT", "/access/users/ann@pve", R"({"groups": ["staff"]})", "application/json"
    );
    CHECK(answer.status == 403);
    CHECK(answer.reason.find("/access/groups/ARRAY(0x") != std::string::npos);
}

TEST_CASE("names that are false to Perl are about the root of the parameters", "[simulator]") {
    World world;
    CHECK(!world.put(boss, "/access/groups/staff", "=x&comment=y").error("_root").empty());
    CHECK(!world.put(boss, "/access/groups/staff", "0=x&comment=y").error("_root").empty());
    CHECK(world.put(boss, "/access/groups/staff", "comment=y&&").status == 200);
}

TEST_CASE("realms are for everybody to see, but only at their exact address", "[simulator]") {
    World world;
    CHECK(
        column(world.get(anonymous, "/access/domains").data(), "realm") ==
        Names{"corp", "pam", "pve"}
    );
    CHECK(world.get(anonymous, "/access/domains/").status == 401);
    CHECK(world.get(guest, "/access/domains/").reason == "Permission check failed");
    const Answer corp = world.get(boss, "/access/domains/corp");
    CHECK(*corp.data().find("case-sensitive") == json::Value(0));
    CHECK(corp.data().find("digest")->as_string()->size() == 40);
}

TEST_CASE("a file that grows beyond 1 MiB is not written", "[simulator]") {
    World world;
    const std::string comment(500'000, 'x');
    CHECK(world.put(boss, "/access/groups/staff", "comment=" + comment).status == 200);
    CHECK(world.put(boss, "/access/groups/crew", "comment=" + comment).status == 200);
    const Answer answer = world.post(boss, "/access/groups", "groupid=third&comment=" + comment);
    CHECK(answer.status == 500);
    CHECK(answer.message().find("File too large") != std::string::npos);
    CHECK(world.get(boss, "/access/groups/third").status == 500);
}

TEST_CASE("objects come from the inventory and are filtered by rights", "[simulator]") {
    ClusterFiles files = small_cluster();
    auto inventory = parse_inventory(R"({
        "nodes": [{"node": "n1"}, {"node": "n2"}],
        "guests": [{"vmid": 100, "type": "lxc", "node": "n1"}, {"vmid": 200, "node": "n2"}],
        "storages": [{"storage": "local", "type": "dir"}],
        "sdn": {"zones": [{"zone": "z1"}], "vnets": [{"vnet": "v1", "zone": "z1"}]},
        "mapping": {"pci": [{"id": "gpu"}]}})");
    REQUIRE(inventory.has_value());
    files.inventory = std::move(*inventory);
    World world(std::move(files));
    CHECK(column(world.get(guest, "/nodes").data(), "node") == Names{"n1", "n2"});
    CHECK(column(world.get(lead, "/cluster/resources?type=vm").data(), "id") == Names{"qemu/200"});
    CHECK(
        column(world.get(boss, "/cluster/resources?type=storage").data(), "id") ==
        Names{"storage/n1/local", "storage/n2/local"}
    );
    CHECK(column(world.get(boss, "/storage").data(), "storage") == Names{"local"});
    CHECK(column(world.get(boss, "/cluster/sdn/vnets").data(), "vnet") == Names{"v1"});
    CHECK(world.get(guest, "/cluster/sdn/zones").data().as_array()->empty());
    CHECK(column(world.get(boss, "/cluster/mapping/pci").data(), "id") == Names{"gpu"});
    CHECK(
        column(
            *world.get(boss, "/pools?poolid=shop").data().as_array()->front().find("members"), "id"
        ) == Names{"lxc/100", "storage/n1/local"}
    );
}

TEST_CASE("releases differ in privileges and parameters", "[simulator]") {
    const auto knows = [](Release release, const std::string& privilege) {
        ApiOptions options;
        options.release = release;
        World world(small_cluster(), options);
        const Names all = keys(world.get(boss, "/access/roles/Administrator").data());
        return std::find(all.begin(), all.end(), privilege) != all.end();
    };
    CHECK(knows({8, 4}, "VM.Monitor"));
    CHECK(!knows({9, 0}, "VM.Monitor"));
    CHECK(knows({9, 0}, "VM.GuestAgent.Audit"));

    ApiOptions options;
    options.release = {9, 1};
    World world(small_cluster(), options);
    CHECK(!world.put(boss, "/access/users/ann@pve/token/sep", "regenerate=1")
               .error("regenerate")
               .empty());
    CHECK(world.put(boss, "/access/users/ann@pve/token/sep", "delete=comment").status == 200);
    CHECK(*world.get(boss, "/version").data().find("release") == json::Value("9.1"));
}

TEST_CASE("8.4 has words of its own for a parameter that needs another", "[simulator]") {
    const auto complaint = [](Release release) {
        ApiOptions options;
        options.release = release;
        World world(small_cluster(), options);
        return world.put(boss, "/access/users/ann@pve", "append=1").error("groups");
    };
    CHECK(complaint({8, 4}) == "missing property - 'append' requires this property");
    CHECK(complaint({9, 0}) == "missing property required by 'append'");
}

TEST_CASE("a shuffled list holds the same, and one seed gives one order", "[simulator]") {
    const auto order = [](std::uint64_t seed) {
        ApiOptions options;
        options.shuffle_seed = seed;
        World world(small_cluster(), options);
        return column(world.get(boss, "/access/roles").data(), "roleid");
    };
    CHECK(order(1) == order(1));
    CHECK(order(1) != order(2));
    Names sorted = order(1);
    std::sort(sorted.begin(), sorted.end());
    World world;
    CHECK(column(world.get(boss, "/access/roles").data(), "roleid") == sorted);
}

TEST_CASE("another writer may do what root may", "[simulator]") {
    World world;
    Request request;
    request.head = {"POST", "/api2/json/access/groups", {}};
    request.body = "groupid=between";
    CHECK(world.api->answer_as_root(request).status == 200);
    CHECK(world.get(boss, "/access/groups/between").status == 200);
}

TEST_CASE("the clock can be shifted", "[simulator]") {
    World world;
    const Caller ann = world.log_in("ann@pve", "ann-password");
    world.api->set_clock_offset(std::chrono::hours(3));
    CHECK(world.get(ann, "/version").status == 401);
}
