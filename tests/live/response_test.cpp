#include "live/response.hpp"

#include "catch.hpp"
#include "live/fake_transport.hpp"

namespace pveform::live {

namespace {

using test::Answer;

Error error_of(const Answer& answer, const std::string& action = "create group `g1`") {
    const auto data = data_of(test::to_response(answer), action);
    REQUIRE_FALSE(data.has_value());
    return data.error();
}

} // namespace

TEST_CASE("the data of a good answer is what it holds under `data`", "[live]") {
    const auto data = data_of(test::to_response(Answer::data(R"({"a":1})")), "read x");
    REQUIRE(data.has_value());
    CHECK(*data->find("a")->as_int() == 1);
}

TEST_CASE("an error is told in PVE's words, on one line", "[live]") {
    const Error error =
        error_of(Answer::failure(500, "create group failed: group 'g1' already exists"));
    CHECK(error.kind == ErrorKind::api);
    CHECK(error.status == 500);
    CHECK(
        error.message == "cannot create group `g1`: PVE answered 500: create group failed: group "
                         "'g1' already exists"
    );
}

TEST_CASE("refused parameters are named", "[live]") {
    const Error error = error_of(
        {.status = 400,
         .body = R"({"data":null,"message":"Parameter verification failed.\n","errors":{"groupid":)"
                 R"("invalid format - group name 'bad name' contains invalid characters\n"}})",
         .reason = "Parameter verification failed."}
    );
    CHECK(error.kind == ErrorKind::api);
    CHECK(
        error.message == "cannot create group `g1`: PVE answered 400: Parameter verification "
                         "failed. `groupid`: invalid format - group name 'bad name' contains "
                         "invalid characters"
    );
}

TEST_CASE("an error of several lines becomes one", "[live]") {
    const Error error = error_of(
        {.status = 500,
         .body = R"({"data":null,"message":"ACL update failed: 400 Parameter verification )"
                 R"(failed.\nrole: Cannot add role 'PVEVMUser'\n"})",
         .reason = "ACL update failed: 400 Parameter verification failed."}
    );
    CHECK_THAT(
        error.message,
        ContainsSubstring("400 Parameter verification failed. role: Cannot add role 'PVEVMUser'")
    );
}

TEST_CASE("an answer without a body is told by its status line", "[live]") {
    const Error error = error_of(Answer::bare(501, "no such uri"));
    CHECK(error.kind == ErrorKind::api);
    CHECK_THAT(error.message, ContainsSubstring("PVE answered 501: no such uri"));
    CHECK_THAT(error.help, ContainsSubstring("PVE 8.0"));
}

TEST_CASE("servers before pve-http-server 5.2.0 have their text in the status line", "[live]") {
    const Error error =
        error_of({.status = 500, .body = R"({"data":null})", .reason = "no such user ('x@pve')"});
    CHECK_THAT(error.message, ContainsSubstring("PVE answered 500: no such user ('x@pve')"));
}

TEST_CASE("a status line is Latin-1 and is shown as UTF-8", "[live]") {
    const Error error = error_of(Answer::bare(
        400,
        "gr\xF6\xDF"
        "e"
    ));
    CHECK_THAT(error.message, ContainsSubstring("größe"));
}

TEST_CASE("control characters of an answer do not reach a terminal", "[live]") {
    const Error error = error_of(Answer::bare(500, "\x1b[31mred"));
    CHECK(error.message.find('\x1b') == std::string::npos);
}

TEST_CASE("a long answer is cut", "[live]") {
    const Error error = error_of(Answer::bare(500, std::string(100'000, 'x')));
    CHECK(error.message.size() < 1000);
}

TEST_CASE("a refused permission names privilege and path", "[live]") {
    const Error error = error_of(
        Answer::failure(403, "Permission check failed (/vms/101, Permissions.Modify|VM.Allocate)")
    );
    CHECK(error.kind == ErrorKind::api);
    CHECK(error.status == 403);
    CHECK(
        error.help ==
        "who pveform runs as lacks `Permissions.Modify` or `VM.Allocate` on `/vms/101`"
    );
}

TEST_CASE("a refused permission without a path says how to look", "[live]") {
    for (const auto* text :
         {"Permission check failed", "Permission check failed (user != root@pam)"}) {
        CHECK_THAT(error_of(Answer::failure(403, text)).help, ContainsSubstring("pveum"));
    }
}

TEST_CASE("what an answer means for a write decides its kind", "[live]") {
    const auto kind = [](const Answer& answer) { return error_of(answer).kind; };
    CHECK(kind(Answer::bare(401, "Authentication failed!")) == ErrorKind::authentication);
    for (const int status : {595, 596, 597, 598, 599, 502, 503, 504, 524}) {
        CHECK(kind(Answer::bare(status, "gone")) == ErrorKind::connection);
    }
    for (const int status : {400, 403, 500, 501, 506}) {
        CHECK(kind(Answer::bare(status, "no")) == ErrorKind::api);
    }
    // PVE's own time limit within its lock: it may have written.
    CHECK(
        kind(Answer::failure(
            500, "update user failed: 'file-user_cfg'-locked command timed out - aborting"
        )) == ErrorKind::connection
    );
}

TEST_CASE("only a lock that was not got is safe to try again", "[live]") {
    const std::string timeout =
        "create user failed: cfs-lock 'file-user_cfg' error: got lock request timeout";
    CHECK(is_lock_timeout(error_of(Answer::failure(500, timeout))));
    // Of the second lock, which ends in two newlines.
    CHECK(is_lock_timeout(error_of(Answer::failure(
        500,
        R"(generating token failed: cfs-lock 'file-priv_token_cfg' error: got lock request timeout\n)"
    ))));
    CHECK_FALSE(is_lock_timeout(error_of(
        Answer::failure(500, "create user failed: cfs-lock 'file-user_cfg' error: no quorum!")
    )));
    CHECK_FALSE(is_lock_timeout(error_of(Answer::failure(403, timeout))));
    CHECK_FALSE(is_lock_timeout(error_of(Answer::lost())));
}

TEST_CASE("a web page in place of an answer is not taken for PVE's", "[live]") {
    const std::string page = "<!doctype html><title>Log in</title>";
    for (const int status : {200, 403, 500, 502}) {
        const Error error =
            error_of({.status = status, .body = page, .content_type = "text/html; charset=utf-8"});
        CHECK_THAT(error.message, ContainsSubstring(std::to_string(status)));
        CHECK_THAT(error.help, ContainsSubstring("web page"));
        CHECK(error.kind == (status == 403 ? ErrorKind::api : ErrorKind::connection));
    }
    CHECK_THAT(
        error_of({.status = 200, .body = "\n <html>", .content_type = ""}).help,
        ContainsSubstring("web page")
    );
}

TEST_CASE("a redirect is not followed, and told without its details", "[live]") {
    auto response = test::to_response(Answer::bare(302, "Found"));
    response->location = "https://login.example.com/start?state=secret";
    const auto data = data_of(std::move(response), "read x");
    REQUIRE_FALSE(data.has_value());
    CHECK_THAT(data.error().help, ContainsSubstring("`https://login.example.com`"));
    CHECK(data.error().help.find("secret") == std::string::npos);

    response = test::to_response(Answer::bare(302, "Found"));
    response->location = "https://user:secret@login.example.com/";
    const Error error = data_of(std::move(response), "read x").error();
    CHECK_THAT(error.help, ContainsSubstring("`login.example.com`"));
    CHECK(error.help.find("secret") == std::string::npos);
}

TEST_CASE("a good status without readable data is an error", "[live]") {
    CHECK_THAT(error_of({.body = R"({"data":[)"}).message, ContainsSubstring("broken JSON"));
    CHECK_THAT(error_of({.body = ""}).message, ContainsSubstring("broken JSON"));
    CHECK_THAT(
        error_of({.body = "{\"data\":\"\xED\xA0\x80\"}"}).message, ContainsSubstring("UTF-8")
    );
    CHECK_THAT(error_of({.body = R"({"success":1})"}).message, ContainsSubstring("without `data`"));
    CHECK_THAT(error_of({.body = R"([])"}).message, ContainsSubstring("without `data`"));
}

TEST_CASE("an error of the transport says what was tried, if anything was", "[live]") {
    const Error lost = error_of(Answer::lost(ErrorKind::connection), "read the users");
    CHECK(lost.kind == ErrorKind::connection);
    CHECK(lost.message == "cannot read the users: no answer");
    const Error never_sent = error_of(Answer::lost(ErrorKind::unreachable), "read the users");
    CHECK(never_sent.kind == ErrorKind::unreachable);
    CHECK(never_sent.message == "no answer");
}

} // namespace pveform::live
