// A cluster, a document that wants much of it, and runs of apply that go wrong.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apply/execute.hpp"
#include "catch.hpp"
#include "live/read.hpp"
#include "plan/plan.hpp"
#include "plan/world.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_processes.hpp"
#include "support/memory_files.hpp"
#include "support/small_pve.hpp"
#include "json/read.hpp"

namespace pveform::test {

/// Remembers what it is told: `started 1/9 create role Watcher`, `done create role Watcher`.
class RecordedProgress final : public apply::Progress {
public:
    void started(const plan::Step& step, std::size_t number, std::size_t total) override {
        lines.push_back(fmt::format("started {}/{} {}", number, total, describe(step.command)));
    }

    void finished(const plan::Step& step, const apply::StepResult& result) override {
        lines.push_back(fmt::format("{} {}", to_string(result.outcome), describe(step.command)));
    }

    std::vector<std::string> lines;
};

inline desired::Token wanted_token(std::initializer_list<desired::AclRow> rows) {
    desired::Token token;
    token.expire = said(Expiry{2'000'000'000});
    token.acl = desired::AclList(rows);
    return token;
}

/// A role, a group, two users with three tokens; an old token and an old grant go.
inline desired::Document wanted_document() {
    desired::Document document;
    document.roles[RoleId{"Watcher"}].privileges = listed({Privilege{"VM.Audit"}});
    document.groups[GroupId{"ops"}].comment = said(std::string("Operations"));
    desired::User& ann = document.users[UserId{"ann@pve"}];
    ann.groups = listed({GroupId{"ops"}});
    ann.acl = desired::AclList{wanted_row("/vms", "Watcher")};
    ann.tokens.emplace();
    (*ann.tokens)["ci"] = wanted_token({wanted_row("/vms", "Watcher")});
    (*ann.tokens)["web"] = wanted_token({});
    desired::User& ben = document.users[UserId{"ben@pve"}];
    ben.comment = said(std::string("new words"));
    ben.acl = desired::AclList{};
    ben.tokens.emplace();
    (*ben.tokens)["dead"] = wanted_token({wanted_row("/vms", "PVEAuditor")});
    return document;
}

/// Where `wanted_document` starts from.
inline State live_cluster() {
    State state = empty_cluster();
    state.users[UserId{"ben@pve"}].comment = "old words";
    state.acl[row("/", user("ben@pve"), "PVEAuditor")];
    state.tokens[TokenId{UserId{"ben@pve"}, "dead"}].expire = Expiry::unconfirmed();
    state.acl[row("/vms", token("ben@pve!dead"), "PVEAuditor")];
    state.tokens[TokenId{UserId{"ben@pve"}, "old"}];
    return state;
}

class World {
public:
    explicit World(State start = live_cluster()) : pve(std::move(start)) {
        files.add_folder("/home", 0700);
    }

    SmallPve pve;
    MemoryFiles files;
    FakeProcesses processes;
    FakeClock clock;
    RecordedProgress progress;
    desired::Document document = wanted_document();
    std::function<bool()> interrupted = [] { return false; };

    plan::Plan plan() {
        const auto view = live::fetch(pve, "root@pam!apply");
        if (!view) {
            FAIL(view.error().message);
        }
        auto made = plan::make_plan(view->state, document, {.now = clock.now()});
        if (!made) {
            FAIL(made.error().front().message);
        }
        return std::move(*made);
    }

    /// `before` is called between the plan and its first request.
    apply::Receipt apply(const std::function<void()>& before = [] {}) {
        const plan::Plan made = plan();
        const auto sink = secrets::open_file_sink(
            files, processes, "/safe/prod.json", "prod", made.tokens_to_issue()
        );
        if (!sink) {
            FAIL(sink.error().message);
        }
        apply::Tools tools{
            .transport = pve,
            .identity = "root@pam!apply",
            .files = files,
            .clock = clock,
            .progress = progress,
            .sink = sink->get(),
            .spool_folder = "/home/spool",
            .cluster = "prod",
            .initial_passwords = {},
            .interrupted = interrupted,
        };
        before();
        return apply::execute(made, tools);
    }

    /// The secret that consumers of this token would use; empty for none.
    [[nodiscard]] std::string stored_secret(const TokenId& id) const {
        if (!files.has("/safe/prod.json")) {
            return {};
        }
        const auto document_text = json::parse(files.bytes("/safe/prod.json"));
        REQUIRE(document_text);
        const json::Value* entry = document_text->find("tokens")->find(id.text());
        return entry == nullptr ? std::string() : *entry->find("secret")->as_string();
    }

    /// What must hold however a run ended.
    void check_no_live_token_without_secret() const {
        for (const auto& [id, token] : pve.state.tokens) {
            if (pve.is_issued_here(id) && pve.is_alive(id, clock.now())) {
                INFO(id.text());
                CHECK(pve.accepts(id, stored_secret(id), clock.now()));
            }
        }
    }

    /// One more run, with nothing in its way, finishes the work.
    void check_one_rerun_finishes() {
        pve.set_faults(SmallPve::no_faults);
        const apply::Receipt receipt = apply();
        CHECK(receipt.is_complete());
        CHECK(plan().is_empty());
        for (const char* id : {"ann@pve!ci", "ann@pve!web", "ben@pve!dead"}) {
            const TokenId token = split_token_id(id);
            INFO(id);
            CHECK(pve.accepts(token, stored_secret(token), clock.now()));
        }
        CHECK(pve.state.acl.contains(row("/vms", token("ann@pve!ci"), "Watcher")));
        CHECK(pve.state.acl.contains(row("/vms", token("ben@pve!dead"), "PVEAuditor")));
        CHECK_FALSE(pve.state.tokens.contains(split_token_id("ben@pve!old")));
    }
};

} // namespace pveform::test
