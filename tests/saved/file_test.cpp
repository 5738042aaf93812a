// Plan files: what is written is read again, and a file that was tampered with can do nothing but
// make apply refuse.

#include "saved/saved_plan.hpp"

#include <functional>

#include "render/plan_json.hpp"
#include "saved/format.hpp"
#include "saved/world.hpp"
#include "json/read.hpp"
#include "json/write.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

std::string text_of(const saved::SavedPlan& saved) {
    render::PlanContext about = saved.about;
    about.show_unmanaged = true;
    return render::plan_text(saved.plan, about, {});
}

/// Every kind of change, with effects, findings, verdicts, notices and what is left alone.
Making rich_making() {
    Making making;
    desired::Document& document = making.document;
    document.limits.destroy.value = 1;
    making.request.allowances.destroy = 3;
    making.request.no_prune = false;
    document.roles[RoleId{"Looker"}].privileges = listed<Privilege>({{"VM.Audit"}, {"VM.Console"}});
    document.groups[GroupId{"dev"}].comment = said<std::string>("new");
    document.groups[GroupId{"dev"}].members = listed<UserId>({UserId{"ann@pve"}});
    document.absent.users[UserId{"eve@pve"}] = {};
    document.absent.groups[GroupId{"old"}] = {};
    document.absent.roles[RoleId{"Doomed"}] = {};
    desired::User& ann = document.users[UserId{"ann@pve"}];
    ann.acl = {wanted_row("/vms", "NoAccess"), wanted_row("/vms/107", "PVEAuditor", false)};
    ann.tokens.emplace();
    (*ann.tokens)["ci"].expire = said(Expiry{4'000'000'000});
    (*ann.tokens)["lost"].lifetime = said(std::chrono::seconds(86'400));
    (*ann.tokens)["lost"].renew_before = said(std::chrono::seconds(3'600));
    document.users[UserId{"new@pve"}].enabled = said(false);
    Pool& web = making.live.pools[PoolId{"web"}];
    web.guests = {110, 111};
    web.storages = {"nfs"};
    making.live.users[UserId{"max@pve"}];
    document.users[UserId{"max@pve"}].acl = {wanted_row("/pool/web", "PVEAuditor")};
    return making;
}

saved::SavedPlan rich_plan(const Making& making) {
    saved::SavedPlan saved = plan_of(making);
    REQUIRE(saved.plan.blocks.empty());
    const auto source = std::make_shared<const SourceFile>("access.yaml", "version: 1\n");
    saved.plan.changes.front().source = Span{source, 1, 2, 3};
    saved.plan.notices.push_back({"something worth saying", {source, 1, 1, 1}});
    saved.plan.findings.findings.push_back(
        {"hidden-entry",
         policy::Severity::warning,
         *parse_object("acl:/vms ann@pve NoAccess"),
         "it hides",
         "why",
         {source, 1, 1, 1}}
    );
    saved.plan.findings.remarks.push_back({"a remark", {}});
    saved.plan.verdicts.push_back(
        {.claim = "a claim",
         .span = {source, 1, 1, 1},
         .outcome = policy::Outcome::fails,
         .cases = 2,
         .failures =
             {{user("ann@pve"), "/vms", {{"VM.Audit"}}, {{"VM.Console"}}, {{"VM.Console"}}, {"x"}}}}
    );
    saved.initial_passwords.insert(UserId{"new@pve"});
    saved.plan.hidden_pools.insert(AclPath{"/pool"});
    return saved;
}

std::string error_of(const std::string& text) {
    const auto file = saved::read(text);
    return file ? std::string() : file.error();
}

std::string with(const std::string& key, const json::Value& value) {
    json::Value root = saved::to_value(plan_of({}));
    root.set(key, value);
    root.set("digest", saved::digest_of(root));
    return json::dump(root);
}

/// Calls `visit` with each version of `value` that differs from it in one place below.
class Tampering {
public:
    using Visit = std::function<void(const json::Value& root, const std::string& place)>;

    Tampering(json::Value root, Visit visit) : root_(std::move(root)), visit_(std::move(visit)) {}

    void run() {
        for (const std::size_t first : {0U, 5U}) { // two of them at each place
            turn_ = first;
            walk(root_, "");
        }
        near_ = true;
        walk(root_, "");
    }

private:
    void walk(json::Value& value, const std::string& place) {
        if (json::Object* object = value.as_object()) {
            for (std::size_t i = 0; i < object->size(); ++i) {
                walk((*value.as_object())[i].second, place + "." + (*object)[i].first);
                object = value.as_object();
            }
            for (std::size_t i = 0; i < object->size() && !near_; ++i) {
                json::Object fewer = *value.as_object();
                fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
                instead(value, std::move(fewer), place + " without a member");
            }
        } else if (json::Array* array = value.as_array()) {
            for (std::size_t i = 0; i < array->size(); ++i) {
                walk((*value.as_array())[i], place + "[" + std::to_string(i) + "]");
                array = value.as_array();
            }
            if (!array->empty() && !near_) {
                json::Array fewer(array->begin() + 1, array->end());
                json::Array more = *array;
                more.push_back(array->front());
                instead(value, std::move(fewer), place + " without the first");
                instead(value, std::move(more), place + " with the first twice");
            }
            if (!near_) {
                instead(value, json::Array{json::Object{}}, place + " = [{}]");
            }
        }
        if (near_) {
            instead(value, near_to(value), place + " = something near");
            return;
        }
        // In turn, as all of them everywhere would take minutes.
        static const std::vector<json::Value> others = {
            true,
            1,
            "",
            "\x1b[2J\n",
            false,
            "user:*",
            "/vms ann@pve PVEAuditor",
            "2030-01-01T00:00:00Z",
            json::Object{},
            json::Array{"VM.Allocate"},
            json::Value(),
        };
        const json::Value& other = others[++turn_ % others.size()];
        instead(value, other, place + " = " + json::dump(other));
    }

    /// What would pass where this stands: somebody else, another place, another pool.
    static json::Value near_to(const json::Value& value) {
        if (const std::string* text = value.as_string()) {
            return *text + "x";
        }
        if (const std::int64_t* number = value.as_int()) {
            return *number + 1;
        }
        return value;
    }

    void instead(json::Value& value, json::Value other, const std::string& place) {
        if (value == other) {
            return;
        }
        std::swap(value, other);
        visit_(root_, place);
        std::swap(value, other);
    }

    json::Value root_;
    Visit visit_;
    std::size_t turn_ = 0;
    bool near_ = false;
};

/// A plan as it is shown, but for what may differ (README, "What does not matter"): who looked,
/// from where and at how many others, places in documents and reasons, and what is said beside the
/// plan.
json::Value without_explanations(json::Value plan) {
    for (const char* key :
         {"format_version",
          "pve_version",
          "identity",
          "origin",
          "extent",
          "applier",
          "steps",
          "notices",
          "findings",
          "ignored_findings",
          "policy_remarks",
          "assertions",
          "left_alone",
          "hidden_pools"}) {
        plan.set(key, json::Value());
    }
    const std::string* place = plan.find("secrets_place")->as_string();
    if (place == nullptr || place->empty()) { // nobody knew
        plan.set("secrets_place", "secrets.json");
    }
    for (json::Value& change : *plan.find("changes")->as_array()) {
        change.set("source", json::Value());
        if (*change.find("action")->as_string() != "cascade") {
            change.set("reason", json::Value());
        }
    }
    return plan;
}

std::string without_explanations(saved::SavedPlan saved, const saved::SavedPlan& other) {
    plan::Plan& plan = saved.plan;
    plan.extent = other.plan.extent;
    plan.applier = other.plan.applier;
    plan.notices = other.plan.notices;
    plan.findings = other.plan.findings;
    plan.verdicts = other.plan.verdicts;
    plan.left_alone = other.plan.left_alone;
    plan.hidden_pools = other.plan.hidden_pools;
    for (std::size_t i = 0; i < std::min(plan.changes.size(), other.plan.changes.size()); ++i) {
        plan.changes[i].source = other.plan.changes[i].source;
        if (plan.changes[i].action != plan::Action::cascade) {
            plan.changes[i].reason = other.plan.changes[i].reason;
        }
    }
    saved.about.version = other.about.version;
    saved.about.identity = other.about.identity;
    saved.about.origin = other.about.origin;
    if (saved.about.secrets_place.empty()) {
        saved.about.secrets_place = other.about.secrets_place;
    }
    return text_of(saved);
}

} // namespace

TEST_CASE("a plan that was saved is shown as it was", "[saved]") {
    const Making making = rich_making();
    const saved::SavedPlan saved = rich_plan(making);
    const saved::PlanFile file = saved_and_read(saved);
    CHECK(text_of(file.saved) == text_of(saved));
    CHECK(
        json::dump(file.printed, json::Style::indented) + "\n" ==
        render::plan_json(saved.plan, saved.about)
    );
    CHECK(file.saved.created == saved.created);
    CHECK(file.saved.tool_version == "1.2.3");
    CHECK(file.saved.documents == saved.documents);
    CHECK(file.saved.initial_passwords == saved.initial_passwords);
    CHECK(file.digest.size() == 64);
}

TEST_CASE("what a plan was asked for comes back from its file", "[saved]") {
    Making making;
    making.request = {
        .allowances = {.lockout = true, .destroy = 1, .acl_removals = 0, .cascades = 3},
        .selection = {{*plan::Selector::parse("user:*@pve")}, {*plan::Selector::parse("acl:@x")}},
        .no_prune = true,
        .rotate_due = true,
    };
    const saved::Request request = saved_and_read(plan_of(making)).saved.request;
    CHECK(request.allowances.lockout);
    CHECK(request.allowances.destroy == 1U);
    CHECK(request.allowances.acl_removals == 0U);
    CHECK(request.allowances.cascades == 3U);
    REQUIRE(request.selection.targets.size() == 1);
    CHECK(request.selection.targets.front().glob.pattern == "*@pve");
    REQUIRE(request.selection.excludes.size() == 1);
    CHECK(request.selection.excludes.front().kind == ObjectKind::acl);
    CHECK(request.no_prune);
    CHECK(request.rotate_due);
}

TEST_CASE("hundreds of random plans are shown as they were, and hold", "[saved]") {
    const unsigned seeds = 300;
    int with_access = 0;
    int plans = 0;
    for (unsigned seed = 0; seed < seeds; ++seed) {
        RandomWorld world(seed);
        Making making;
        making.live = world.cluster();
        making.document = world.document(making.live);
        world.add_ownership(making.document);
        making.applier = Principal::of(root_user);
        INFO("seed " << seed);
        if (!try_plan_of(making)) {
            continue; // names what its own rules take away
        }
        ++plans;
        const saved::SavedPlan saved = plan_of(making);
        const saved::PlanFile file = saved_and_read(saved);
        REQUIRE(text_of(file.saved) == text_of(saved));
        REQUIRE(joined(saved::differences(file.saved, plan_of(making))).empty());
        with_access += saved.plan.effective_access.affected.empty() ? 0 : 1;
    }
    CHECK(plans > 100);
    CHECK(with_access > 50);
}

TEST_CASE("what is no plan file of this version is said to be that", "[saved]") {
    const std::string text = saved::write(plan_of({}));
    CHECK(error_of("version: 1\n").starts_with("it is no JSON, or cut off: "));
    CHECK(error_of("").starts_with("it is no JSON, or cut off: "));
    CHECK(error_of(text.substr(0, text.size() / 2)).starts_with("it is no JSON, or cut off: "));
    CHECK(error_of("{}") == "it is JSON, but no plan that `plan --out` wrote");
    CHECK(error_of("[]") == "it is JSON, but no plan that `plan --out` wrote");
    CHECK(
        error_of(render::plan_json(plan_of({}).plan, {})) ==
        "it is JSON, but no plan that `plan --out` wrote"
    );
    CHECK(
        error_of(with("format_version", 2)) ==
        "it is a plan of another format version; this program reads version 1"
    );
    CHECK(error_of(with("created", "yesterday")) == "`created` is no time");
    CHECK(error_of(with("more", 1)) == "`more` is not known");
    std::string edited = text;
    edited.replace(edited.find("1.2.3"), 5, "1.2.4");
    CHECK(error_of(edited) == "it was changed after it was written: its digest is another one");
}

TEST_CASE("another layout of the same JSON is the same plan", "[saved]") {
    const std::string text = saved::write(plan_of({}));
    CHECK(error_of(json::dump(*json::parse(text))).empty());
}

TEST_CASE("a file that was tampered with makes apply refuse, or changes nothing", "[saved]") {
    const Making making = rich_making();
    const saved::SavedPlan reviewed = rich_plan(making);
    const std::string wanted = render::plan_json(plan_of(making).plan, reviewed.about);
    const json::Value shown_wanted =
        without_explanations(render::plan_value(reviewed.plan, reviewed.about));
    std::map<std::string, saved::SavedPlan> anew; // by what is requested
    int places = 0;
    int refused_reading = 0;
    int refused = 0;
    int accepted = 0;
    Tampering(saved::to_value(reviewed), [&](const json::Value& root, const std::string& place) {
        if (++places % 8 == 0) { // the digest tells
            CHECK_FALSE(saved::read(json::dump(root)).has_value());
        }
        json::Value sealed = root;
        if (sealed.find("digest") != nullptr) {
            sealed.set("digest", saved::digest_of(sealed));
        }
        const auto file = saved::read(json::dump(sealed));
        if (!file) {
            ++refused_reading;
            return;
        }
        const std::string shown = text_of(file->saved); // whatever stands there
        if (shown.find('\x1b') != std::string::npos) {
            FAIL_CHECK("an escape gets through at " << place);
        }
        if (!saved::check_is_applicable(file->saved) ||
            !saved::check_belongs(file->saved, {"test", "https://192.0.2.1:8006", "boss@pve"})) {
            ++refused;
            return;
        }
        // What apply would do: plan anew with the request of the file, and compare.
        auto [made, is_new] = anew.try_emplace(json::dump(*sealed.find("request")));
        saved::SavedPlan& now = made->second;
        if (is_new) {
            Making again = making;
            again.request = file->saved.request;
            now = plan_of(again);
            now.initial_passwords = reviewed.initial_passwords;
        }
        if (!saved::differences(file->saved, now).empty()) {
            ++refused;
            return;
        }
        ++accepted;
        if (render::plan_json(now.plan, reviewed.about) != wanted) {
            FAIL_CHECK("other changes than were reviewed, by " << place);
        }
        if (without_explanations(file->saved, reviewed) != text_of(reviewed) ||
            without_explanations(file->printed) != shown_wanted) {
            FAIL_CHECK("one thing is shown and another is done, by " << place);
        }
    }).run();
    CHECK(refused_reading > 100);
    CHECK(refused > 50);
    CHECK(accepted > 20); // places, reasons, counts: explanations
}
