// Who pveform is, from wherever that can be said; and what it says where that is not clear.

#include "cli/credentials.hpp"

#include "catch.hpp"
#include "world.hpp"

using pveform::ErrorKind;
using pveform::cli::find_credentials;
using pveform::cli::find_headers;
using pveform::cli::Options;
using pveform::test::answers;
using pveform::test::World;

namespace live = pveform::live;

namespace {

const std::string uuid = "10000000-aaaa-4aaa-8aaa-000000000001";

/// `token ID SECRET`, `login USER PASSWORD`, `nothing`; or the error's message and help.
std::string found(World& world, const Options& options = {}) {
    const auto credentials = find_credentials(options, world.context);
    if (!credentials) {
        CHECK(credentials.error().kind == ErrorKind::usage);
        return credentials.error().message + "\n" + credentials.error().help;
    }
    if (const auto* token = std::get_if<live::ApiToken>(&*credentials)) {
        return "token " + token->id + " " + std::string(token->secret.reveal());
    }
    if (const auto* login = std::get_if<live::Login>(&*credentials)) {
        return "login " + login->user + " " + std::string(login->password.reveal());
    }
    return "nothing";
}

Options as_user(const std::string& user) {
    Options options;
    options.user = user;
    return options;
}

} // namespace

TEST_CASE("an API token comes whole or in two parts", "[cli]") {
    World world;
    SECTION("whole") {
        world.variables = {{"PVEFORM_API_TOKEN", "ci@pve!plan=" + uuid}};
    }
    SECTION("in two variables") {
        world.variables = {{"PVEFORM_TOKEN_ID", "ci@pve!plan"}, {"PVEFORM_TOKEN_SECRET", uuid}};
    }
    SECTION("with the secret in a file") {
        world.files.add_file("/safe/secret", uuid + "\n");
        world.variables = {
            {"PVEFORM_TOKEN_ID", "ci@pve!plan"}, {"PVEFORM_TOKEN_SECRET_FILE", "/safe/secret"}};
    }
    SECTION("as the Terraform provider reads it") {
        world.variables = {{"PROXMOX_VE_API_TOKEN", "ci@pve!plan=" + uuid}};
    }
    SECTION("as the secrets file has it, for the header") {
        world.variables = {{"PVEFORM_API_TOKEN", "PVEAPIToken=ci@pve!plan=" + uuid}};
    }
    SECTION("for the header, where the Terraform provider reads it") {
        world.variables = {{"PROXMOX_VE_API_TOKEN", "PVEAPIToken=ci@pve!plan=" + uuid}};
    }
    SECTION("for the header, beside its id") {
        world.variables = {
            {"PVEFORM_TOKEN_ID", "ci@pve!plan"},
            {"PVEFORM_TOKEN_SECRET", "PVEAPIToken=ci@pve!plan=" + uuid}};
    }
    SECTION("for the header, in a file") {
        world.files.add_file("/safe/secret", "PVEAPIToken=ci@pve!plan=" + uuid + "\n");
        world.variables = {
            {"PVEFORM_TOKEN_ID", "ci@pve!plan"}, {"PVEFORM_TOKEN_SECRET_FILE", "/safe/secret"}};
    }
    SECTION("as the Terraform provider reads it, before a password") {
        world.variables = {
            {"PROXMOX_VE_API_TOKEN", "ci@pve!plan=" + uuid},
            {"PROXMOX_VE_USERNAME", "root@pam"},
            {"PROXMOX_VE_PASSWORD", "made-up-password"}};
    }
    SECTION("before what the Terraform provider reads") {
        world.variables = {
            {"PVEFORM_API_TOKEN", "ci@pve!plan=" + uuid},
            {"PROXMOX_VE_API_TOKEN", "other@pve!t=" + uuid},
            {"PROXMOX_VE_USERNAME", "root@pam"}};
    }
    SECTION("beside variables that are empty") {
        world.variables = {
            {"PVEFORM_API_TOKEN", "ci@pve!plan=" + uuid},
            {"PVEFORM_TOKEN_ID", ""},
            {"PVEFORM_USER", ""},
            {"PVEFORM_PASSWORD", ""}};
    }
    CHECK(found(world) == "token ci@pve!plan " + uuid);
}

TEST_CASE("an id is written one way by itself and another way in a header", "[cli]") {
    World world;
    SECTION("by itself") {
        world.variables = {{"PVEFORM_API_TOKEN", "p%41q@pve!plan=" + uuid}};
    }
    SECTION("in a header, which PVE decodes") {
        world.variables = {{"PVEFORM_API_TOKEN", "PVEAPIToken=p%2541q@pve!plan=" + uuid}};
    }
    CHECK(found(world) == "token p%41q@pve!plan " + uuid);
}

TEST_CASE("a command that gives no password is named by its variable", "[cli]") {
    World world;
    world.variables = {{"PVEFORM_USER", "ann@pve"}, {"PVEFORM_PASSWORD_COMMAND", "false"}};
    world.processes.install("sh", answers(1));
    const auto credentials = find_credentials({}, world.context);
    REQUIRE_FALSE(credentials);
    CHECK_THAT(credentials.error().message, ContainsSubstring("`PVEFORM_PASSWORD_COMMAND`: "));
}

TEST_CASE("a user has a password", "[cli]") {
    World world;
    world.variables = {{"PVEFORM_USER", "ann@pve"}};
    SECTION("in a variable") {
        world.variables["PVEFORM_PASSWORD"] = "made-up-password";
    }
    SECTION("in a file, whose last line break is not part of it") {
        world.files.add_file("/safe/password", "made-up-password\r\n");
        world.variables["PVEFORM_PASSWORD_FILE"] = "/safe/password";
    }
    SECTION("from a command, by the shell") {
        world.processes.install("sh", answers(0, "made-up-password\n"));
        world.variables["PVEFORM_PASSWORD_COMMAND"] = "pass show 'pve/ann'";
        CHECK(found(world) == "login ann@pve made-up-password");
        CHECK(
            world.processes.calls().at(0).command ==
            std::vector<std::string>{"sh", "-c", "pass show 'pve/ann'"}
        );
    }
    SECTION("typed, and not shown") {
        world.terminal.interactive = true;
        world.terminal.answer = "made-up-password";
        CHECK(found(world) == "login ann@pve made-up-password");
        CHECK(world.terminal.hidden_questions.at(0) == "Password of ann@pve: ");
        CHECK(world.terminal.questions.empty());
    }
    SECTION("as the Terraform provider reads both") {
        world.variables = {
            {"PROXMOX_VE_USERNAME", "ann@pve"}, {"PROXMOX_VE_PASSWORD", "made-up-password"}};
    }
    CHECK(found(world) == "login ann@pve made-up-password");
}

TEST_CASE("the flag --user replaces PVEFORM_USER", "[cli]") {
    World world;
    world.variables = {{"PVEFORM_USER", "ann@pve"}, {"PVEFORM_PASSWORD", "made-up-password"}};
    CHECK(found(world, as_user("root@pam")) == "login root@pam made-up-password");
}

TEST_CASE("a second factor is asked for only where somebody can type it", "[cli]") {
    World world;
    world.variables = {{"PVEFORM_USER", "ann@pve"}, {"PVEFORM_PASSWORD", "made-up-password"}};
    const auto alone = find_credentials({}, world.context);
    REQUIRE(alone);
    CHECK_FALSE(std::get<live::Login>(*alone).ask_second_factor);

    world.terminal.interactive = true;
    const auto attended = find_credentials({}, world.context);
    REQUIRE(attended);
    const auto& ask = std::get<live::Login>(*attended).ask_second_factor;
    REQUIRE(ask);
    CHECK(ask("Code: ").error().kind == ErrorKind::authentication);
    world.terminal.answer = "123456";
    const auto code = ask("Code: ");
    REQUIRE(code);
    CHECK(code->reveal() == "123456");
    CHECK(world.terminal.hidden_questions.back() == "Code: ");
}

TEST_CASE("sources that contradict each other are errors that name both", "[cli]") {
    World world;
    const auto refused = [&](std::map<std::string, std::string> variables,
                             const Options& options = {}) {
        world.variables = std::move(variables);
        return found(world, options);
    };
    const std::string token = "ci@pve!plan=" + uuid;
    CHECK(
        refused({{"PVEFORM_API_TOKEN", token}, {"PVEFORM_TOKEN_ID", "ci@pve!plan"}}) ==
        "`PVEFORM_API_TOKEN` and `PVEFORM_TOKEN_ID` each give the API token to authenticate with\n"
        "unset all but one of them"
    );
    CHECK(
        refused({{"PVEFORM_API_TOKEN", token}}, as_user("root@pam")) ==
        "is it the API token of `PVEFORM_API_TOKEN` or the user of `--user` that pveform is?\n"
        "use one of them: unset `PVEFORM_API_TOKEN`"
    );
    CHECK(
        refused(
            {{"PVEFORM_TOKEN_ID", "ci@pve!plan"},
             {"PVEFORM_TOKEN_SECRET", uuid},
             {"PVEFORM_USER", "ann@pve"}}
        ) ==
        "is it the API token of `PVEFORM_TOKEN_ID` or the user of `PVEFORM_USER` that pveform is?\n"
        "use one of them: unset `PVEFORM_TOKEN_ID` and `PVEFORM_TOKEN_SECRET`"
    );
    CHECK_THAT(
        refused(
            {{"PVEFORM_USER", "ann@pve"},
             {"PVEFORM_PASSWORD", "made-up-password"},
             {"PVEFORM_PASSWORD_FILE", "/safe/password"}}
        ),
        ContainsSubstring("`PVEFORM_PASSWORD` and `PVEFORM_PASSWORD_FILE` each give the password")
    );
    CHECK_THAT(
        refused(
            {{"PVEFORM_TOKEN_ID", "ci@pve!plan"},
             {"PVEFORM_TOKEN_SECRET", uuid},
             {"PVEFORM_TOKEN_SECRET_FILE", "/safe/secret"}}
        ),
        ContainsSubstring("`PVEFORM_TOKEN_SECRET` and `PVEFORM_TOKEN_SECRET_FILE` each give")
    );
}

TEST_CASE("half of the credentials is an error that names the other half", "[cli]") {
    World world;
    const auto refused = [&](std::map<std::string, std::string> variables) {
        world.variables = std::move(variables);
        return found(world);
    };
    CHECK_THAT(refused({}), ContainsSubstring("nothing to authenticate with"));
    CHECK_THAT(
        refused({{"PVEFORM_TOKEN_SECRET", uuid}}),
        ContainsSubstring("`PVEFORM_TOKEN_SECRET` is set and `PVEFORM_TOKEN_ID` is not")
    );
    CHECK_THAT(
        refused({{"PVEFORM_TOKEN_ID", "ci@pve!plan"}}), ContainsSubstring("its secret is not")
    );
    CHECK_THAT(
        refused({{"PVEFORM_PASSWORD", "made-up-password"}}), ContainsSubstring("and no user")
    );
    CHECK_THAT(
        refused({{"PVEFORM_USER", "ann@pve"}}), ContainsSubstring("nobody is there to type it")
    );
    CHECK_THAT(
        refused({{"PVEFORM_USER", "ann"}}), ContainsSubstring("`PVEFORM_USER` is not a user")
    );
    CHECK_THAT(
        refused({{"PVEFORM_TOKEN_ID", "ci@pve"}, {"PVEFORM_TOKEN_SECRET", uuid}}),
        ContainsSubstring("not a token id: `ci@pve`")
    );
}

TEST_CASE("a token where a user belongs is explained before anybody is asked", "[cli]") {
    World world;
    world.terminal.interactive = true;
    world.terminal.answer = uuid;
    CHECK_THAT(
        found(world, as_user("ci@pve!plan")),
        ContainsSubstring("`--user` is an API token, `ci@pve!plan`, not a user\nthe secret of a "
                          "token is no password")
    );
    CHECK(world.terminal.hidden_questions.empty());
}

TEST_CASE("errors about credentials show none of them", "[cli]") {
    World world;
    for (const char* variable :
         {"PVEFORM_API_TOKEN",
          "PROXMOX_VE_API_TOKEN",
          "PVEFORM_PASSWORD",
          "PVEFORM_TOKEN_SECRET",
          "PVEFORM_TOKEN_SECRET_FILE"}) {
        world.variables = {{variable, "ci@pve=" + uuid}};
        CHECK_THAT(found(world), !ContainsSubstring(uuid));
    }
}

TEST_CASE("a header's value comes from the environment or a file", "[cli]") {
    World world;
    world.variables = {{"KEY", "made-up-key"}};
    world.files.add_file("/safe/key", "made-up-file-key\n");
    Options options;
    options.headers = {"X-APIKey: env:KEY", "CF-Access-Client-Secret:file:/safe/key"};
    const auto headers = find_headers(options, world.context);
    REQUIRE(headers);
    CHECK(headers->at(0).name == "X-APIKey");
    CHECK(headers->at(0).value->reveal() == "made-up-key");
    CHECK(headers->at(1).name == "CF-Access-Client-Secret");
    CHECK(headers->at(1).value->reveal() == "made-up-file-key");
    CHECK(found(world, options) == "nothing");
}

TEST_CASE("a header's value on the command line is refused and not repeated", "[cli]") {
    World world;
    for (const std::string text :
         {"X-APIKey: made-up-key", "X-APIKey:", "made-up-key", ": env:KEY", "X-APIKey: env:KEY"}) {
        Options options;
        options.headers = {text};
        const auto headers = find_headers(options, world.context);
        REQUIRE_FALSE(headers);
        CHECK(headers.error().kind == ErrorKind::usage);
        CHECK_THAT(headers.error().message, !ContainsSubstring("made-up-key"));
        CHECK_THAT(headers.error().help, !ContainsSubstring("made-up-key"));
    }
}

TEST_CASE("a header's value of another token is told apart, without its secret", "[cli]") {
    World world;
    world.variables = {
        {"PVEFORM_TOKEN_ID", "ci@pve!plan"},
        {"PVEFORM_TOKEN_SECRET", "PVEAPIToken=ci@pve!apply=" + uuid}};
    const std::string told = found(world);
    CHECK(told.starts_with(
        "`PVEFORM_TOKEN_SECRET` is of token `ci@pve!apply`, and `PVEFORM_TOKEN_ID` is `ci@pve!plan`"
    ));
    CHECK(told.find(uuid) == std::string::npos);
    for (const std::string& text : {"PVEAPIToken=" + uuid, "PVEAPIToken=ci@pve=" + uuid}) {
        world.variables = {{"PVEFORM_API_TOKEN", text}};
        CHECK(found(world).starts_with("`PVEFORM_API_TOKEN` does not hold an API token"));
        CHECK(found(world).find(uuid) == std::string::npos);
    }
}
