// `pveform explain`, on a copy of a user.cfg.
#include "catch.hpp"

#include "cli/commands.hpp"
#include "cli/world.hpp"
#include "json/read.hpp"

using namespace pveform;

namespace {

/// What it answers, and what it complains of, to one question.
struct Asked {
    explicit Asked(cli::Options options) {
        test::World world;
        world.files.add_file(
            "/user.cfg",
            "user:root@pam:1:0::::::\n"
            "user:ann@pve:1:0::::::\n"
            "user:ben@pve:0:0::::::\n"
            "token:ann@pve!ci:1900000000:1::\n"
            "group:ops:ann@pve,ben@pve::\n"
            "role:Power:VM.PowerMgmt:\n"
            "role:Look:VM.Audit:\n"
            "role:Idle::\n"
            "acl:1:/nodes:ben@pve:Idle:\n"
            "acl:1:/vms:@ops:Power:\n"
            "acl:1:/vms:ann@pve!ci:Power,Look:\n"
            "acl:1:/vms/7:ann@pve:Look:\n"
        );
        world.files.add_file(
            "/pveform.yaml",
            "version: 1\nusers: { ann@pve: { acl: [{ path: /vms, role: Look }] } }\n"
        );
        options.live = "/user.cfg";
        options.files = {"/pveform.yaml"};
        code = cli::run_explain(options, world.context);
        out = world.out.str();
        err = world.err.str();
    }

    cli::ExitCode code = cli::ExitCode::done;
    std::string out;
    std::string err;
};

cli::Options question(const std::string& principal, const std::string& path) {
    cli::Options options;
    options.principal = principal;
    if (!path.empty()) {
        options.path = path;
    }
    return options;
}

} // namespace

TEST_CASE("explain names what replaces an entry, and what is left without it", "[cli]") {
    cli::Options options = question("ann@pve", "/vms/7");
    options.why = "VM.PowerMgmt";
    CHECK(
        Asked(options).out == "ann@pve on /vms/7: does not hold VM.PowerMgmt\n"
                              "Because of\n"
                              "  Power for @ops on /vms: replaced by Look for ann@pve on /vms/7\n"
                              "      VM.PowerMgmt\n"
                              "  Look for ann@pve on /vms/7: gives\n"
                              "      VM.Audit\n"
                              "      without it, lost: VM.Audit; without it, gained: VM.PowerMgmt\n"
    );
}

TEST_CASE("explain says of an entry whose role has no privileges that it gives none", "[cli]") {
    CHECK_THAT(
        Asked(question("ben@pve", "/nodes")).out,
        ContainsSubstring("  Idle for ben@pve on /nodes: gives\n      no privileges\n")
    );
}

TEST_CASE("explain says what privilege separation keeps from a token", "[cli]") {
    const Asked asked(question("ann@pve!ci", "/vms/108"));
    CHECK(asked.out.find("ann@pve!ci on /vms/108: 1 privilege\n  VM.PowerMgmt\n") == 0);
    CHECK(asked.out.find("  its user lacks: VM.Audit\n") != std::string::npos);
}

TEST_CASE("explain without a path shows all that is held, disabled or not", "[cli]") {
    CHECK(
        Asked(question("ben@pve", "")).out ==
        "ben@pve holds\n"
        "  VM.PowerMgmt on /vms and below\n"
        "note: it cannot log in now (disabled or expired), and can use none of it\n"
    );
    CHECK(
        Asked(question("ann@pve", "")).out == "ann@pve holds\n"
                                              "  VM.PowerMgmt on /vms and below but not /vms/7\n"
                                              "  VM.Audit on /vms/7\n"
    );
}

TEST_CASE("explain looks at what the documents lead to, if asked", "[cli]") {
    cli::Options options = question("ann@pve", "");
    options.planned = true;
    CHECK(Asked(options).out == "ann@pve holds\n  VM.Audit on /vms and below\n");
}

TEST_CASE("explain answers who holds a privilege, with the end of tokens", "[cli]") {
    cli::Options options;
    options.who_can = {"VM.PowerMgmt", "/vms/108"};
    CHECK(
        Asked(options).out == "VM.PowerMgmt on /vms/108 is held by\n"
                              "  user   ann@pve     never expires\n"
                              "  token  ann@pve!ci  expires 2030-03-17T17:46:40Z\n"
                              "  user   ben@pve     never expires, cannot log in now\n"
                              "  user   root@pam    never expires\n"
    );
}

TEST_CASE("explain gives programs the chain of entries", "[cli]") {
    cli::Options options = question("ann@pve", "/vms/7");
    options.format = cli::Format::json;
    const auto answer = json::parse(Asked(options).out);
    REQUIRE(answer.has_value());
    const json::Array& entries = *answer->find("explanation")->find("entries")->as_array();
    REQUIRE(entries.size() == 2);
    CHECK(*entries[0].find("standing")->as_string() == "replaced");
    CHECK(*entries[0].find("by")->as_array()->front().as_int() == 1);
}

TEST_CASE("explain suggests whom and what was meant", "[cli]") {
    CHECK(
        Asked(question("anne@pve", "/")).err.find("did you mean `ann@pve`?") != std::string::npos
    );
    CHECK(
        Asked(question("@ops", "/")).err.find("ask about one of its members") != std::string::npos
    );
    cli::Options options;
    options.who_can = {"VM.PowerMgnt", "/vms"};
    CHECK(Asked(options).err.find("did you mean `VM.PowerMgmt`?") != std::string::npos);
    CHECK(Asked(cli::Options{}).code == cli::ExitCode::invalid);
}

TEST_CASE("explain answers one question, and refuses to leave a part of another unheard", "[cli]") {
    cli::Options both = question("ann@pve!ci", "");
    both.who_can = {"VM.PowerMgmt", "/vms/8"};
    const Asked asked(both);
    CHECK(asked.code == cli::ExitCode::invalid);
    CHECK(asked.out.empty());
    CHECK(
        asked.err ==
        "error: `--who-can` asks who may, and `ann@pve!ci` what one may do: these are two "
        "questions\n"
        "  = help: `pveform explain --who-can VM.PowerMgmt /vms/8` names all who may; `pveform "
        "explain 'ann@pve!ci' /vms/8 --why VM.PowerMgmt` says whether this one may, and why\n"
    );
    cli::Options all_and_why;
    all_and_why.who_can = {"VM.PowerMgmt", "/vms/8"};
    all_and_why.why = "VM.Audit";
    CHECK(Asked(all_and_why).err.find("`--why` is about one user or token") != std::string::npos);

    for (cli::Options with_batch : {all_and_why, question("ann@pve", "/vms/8")}) {
        with_batch.batch = true;
        const Asked refused(with_batch);
        CHECK(refused.code == cli::ExitCode::invalid);
        CHECK(refused.err.find("from standard input alone") != std::string::npos);
    }
    cli::Options batch;
    batch.batch = true;
    CHECK(Asked(batch).code == cli::ExitCode::done);
}

TEST_CASE("explain takes a path as documents do", "[cli]") {
    const std::string normal = Asked(question("ann@pve", "/vms/108")).out;
    CHECK(normal.find("ann@pve on /vms/108: 1 privilege\n") == 0);
    for (const std::string path : {"vms/108", "/vms/108/", "//vms//108"}) {
        CAPTURE(path);
        CHECK(Asked(question("ann@pve", path)).out == normal);
        cli::Options options;
        options.who_can = {"VM.PowerMgmt", path};
        CHECK(Asked(options).out.find("VM.PowerMgmt on /vms/108 is held by\n") == 0);
    }
}

TEST_CASE("explain refuses a path that PVE can have no entry at", "[cli]") {
    struct Wrong {
        std::string path;
        std::string says;
    };

    const auto wrong = {
        Wrong{"/vmz/100", "`/vmz/100` is no ACL path of PVE 9.2"},
        Wrong{"/vmz/100", "did you mean `/vms/100`?"},
        Wrong{"/VMS/100", "did you mean `/vms/100`?"},
        Wrong{"/vms/a b", "`/vms/a b` is not an ACL path"},
        Wrong{"/vms/*", "`/vms/*` is not an ACL path"},
        Wrong{"/vms/9", "did you mean `/vms/7`?"},
        Wrong{"/guests/100/disk", "paths are `/`, `/access"},
        Wrong{"", "is not an ACL path"},
    };
    for (const auto& [path, says] : wrong) {
        CAPTURE(path, says);
        cli::Options one;
        one.principal = "ann@pve";
        one.path = path;
        cli::Options all;
        all.who_can = {"VM.PowerMgmt", path};
        for (const Asked& asked : {Asked(one), Asked(all)}) {
            CHECK(asked.code == cli::ExitCode::invalid);
            CHECK(asked.out.empty());
            CHECK(asked.err.find(says) != std::string::npos);
        }
    }
}
