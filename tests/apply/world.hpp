// A cluster, a document that wants much of it, and runs of apply that go wrong.
#pragma once

#include <array>
#include <chrono>
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

constexpr UnixSeconds day_s = 86'400;

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

/// A token that is renewed every ninety days.
inline desired::Token renewed_token(std::initializer_list<desired::AclRow> rows) {
    desired::Token token;
    token.lifetime = said(std::chrono::seconds(90 * day_s));
    token.renew_before = said(std::chrono::seconds(21 * day_s));
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

/// The same with six new tokens, one that was never confirmed, two that are due for rotation and
/// one whose successor takes its turn.
inline desired::Document rotating_document() {
    desired::Document document = wanted_document();
    for (const char* name : {"n3", "n4", "n5", "n6"}) {
        (*document.users[UserId{"ann@pve"}].tokens)[name] = wanted_token({});
    }
    desired::User& ben = document.users[UserId{"ben@pve"}];
    (*ben.tokens)["r1"] = renewed_token({wanted_row("/vms", "PVEAuditor")});
    (*ben.tokens)["r2"] = renewed_token({});
    (*ben.tokens)["turn"] = renewed_token({wanted_row("/vms", "PVEAuditor")});
    (*ben.tokens)["turn"].overlap = said(std::chrono::seconds(14 * day_s));
    return document;
}

/// Where `rotating_document` starts from.
inline State rotating_cluster() {
    State state = live_cluster();
    for (const char* name : {"r1", "r2", "turn-a"}) { // due, and the last one late
        state.tokens[TokenId{UserId{"ben@pve"}, name}].expire = {FakeClock().now() + 5 * day_s};
    }
    state.acl[row("/vms", token("ben@pve!r1"), "PVEAuditor")];
    state.acl[row("/vms", token("ben@pve!turn-a"), "PVEAuditor")];
    return state;
}

class World {
public:
    explicit World(State start = live_cluster(), desired::Document wanted = wanted_document())
        : pve(std::move(start)), document(std::move(wanted)) {
        files.add_folder("/home", 0700);
    }

    SmallPve pve;
    MemoryFiles files;
    FakeProcesses processes;
    FakeClock clock;
    RecordedProgress progress;
    desired::Document document;
    std::function<bool()> interrupted = [] { return false; };
    std::string identity = "root@pam!apply"; // who we are
    UnixSeconds pve_is_ahead_s = 0;
    bool only_rotates = false;     // as `pveform rotate --due` does
    bool stores_in_folder = false; // a file for each secret, instead of one for all

    plan::Plan plan() {
        const auto view = live::fetch(pve, identity);
        if (!view) {
            FAIL(view.error().message);
        }
        auto made = plan::make_plan(
            view->state,
            document,
            {.now = clock.now() + pve_is_ahead_s,
             .rotation = {.urgency = plan::Urgency::due, .nothing_else = only_rotates}}
        );
        if (!made) {
            FAIL(made.error().front().message);
        }
        return std::move(*made);
    }

    /// `before` is called between the plan and its first request.
    apply::Receipt apply(const std::function<void()>& before = [] {}) {
        const plan::Plan made = plan();
        const auto sink = open_sink(made.tokens_to_issue());
        if (!sink) {
            FAIL(sink.error().message);
        }
        apply::Tools tools{
            .transport = pve,
            .identity = identity,
            .files = files,
            .clock = clock,
            .progress = progress,
            .sink = sink->get(),
            .spool_folder = "/home/spool",
            .cluster = "prod",
            .initial_passwords = {},
            .interrupted = interrupted,
            .pve_is_ahead_s = pve_is_ahead_s,
        };
        before();
        return apply::execute(made, tools);
    }

    /// Of a token that takes turns: what the document calls it.
    [[nodiscard]] static TokenId declared_name(const TokenId& id) {
        return id.name.starts_with("turn-") ? TokenId{id.user, "turn"} : id;
    }

    /// What is stored about a declared token; nothing where nothing is.
    [[nodiscard]] std::optional<json::Value> stored_record(const TokenId& declared) const {
        const std::string file =
            stores_in_folder ? "/safe/" + declared.text() + ".json" : "/safe/prod.json";
        if (!files.has(file)) {
            return std::nullopt;
        }
        const auto stored = json::parse(files.bytes(file));
        REQUIRE(stored);
        if (stores_in_folder) {
            return *stored;
        }
        const json::Value* entry = stored->find("tokens")->find(declared.text());
        return entry == nullptr ? std::nullopt : std::optional(*entry);
    }

    /// The secret that consumers of this token would use; empty for none.
    [[nodiscard]] std::string stored_secret(const TokenId& declared) const {
        const auto record = stored_record(declared);
        return record ? *record->find("secret")->as_string() : std::string();
    }

    /// What must hold however a run ended.
    void check_no_live_token_without_secret() const {
        for (const auto& [id, token] : pve.state.tokens) {
            if (pve.is_issued_here(id) && pve.is_alive(id, clock.now())) {
                INFO(id.text());
                CHECK(pve.accepts(id, stored_secret(declared_name(id)), clock.now()));
            }
        }
    }

    /// One more run, with nothing in its way, finishes the work.
    void check_one_rerun_finishes() {
        pve.set_faults(SmallPve::no_faults);
        const apply::Receipt receipt = apply();
        CHECK(receipt.is_complete());
        CHECK(plan().is_empty());
        for (const auto& [user, declared] : document.users) {
            for (const auto& [name, wanted] : *declared.tokens) {
                const TokenId token{user, name};
                INFO(token.text());
                const auto record = stored_record(token);
                REQUIRE(record);
                const TokenId id = split_token_id(*record->find("id")->as_string());
                CHECK(declared_name(id) == token);
                CHECK(pve.accepts(id, stored_secret(token), clock.now()));
            }
        }
        CHECK(pve.state.acl.contains(row("/vms", token("ann@pve!ci"), "Watcher")));
        CHECK(pve.state.acl.contains(row("/vms", token("ben@pve!dead"), "PVEAuditor")));
        CHECK_FALSE(pve.state.tokens.contains(split_token_id("ben@pve!old")));
    }

private:
    Result<std::unique_ptr<secrets::Sink>> open_sink(const std::vector<TokenId>& tokens) {
        return stores_in_folder
                   ? secrets::open_folder_sink(files, processes, "/safe", "prod", tokens)
                   : secrets::open_file_sink(files, processes, "/safe/prod.json", "prod", tokens);
    }
};

} // namespace pveform::test
