// `pveform explain`: what somebody may do, why, and who else may; by PVE's own permission
// algorithm.

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "access/difference.hpp"
#include "access/evaluator.hpp"
#include "access/explanation.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/known_principal.hpp"
#include "cli/live_file.hpp"
#include "cli/offline_plan.hpp"
#include "cli/path_argument.hpp"
#include "cli/session.hpp"
#include "cli/sight.hpp"
#include "render/explanation.hpp"
#include "render/fold.hpp"
#include "json/write.hpp"

namespace pveform::cli {

namespace {

json::Value answer_of(
    const access::Evaluator& evaluator, const std::string& principal, const std::string& path
) {
    json::Object privileges;
    for (const auto& [id, propagates] : evaluator.privileges(user_or_token(principal), path)) {
        privileges.emplace_back(id.text, propagates ? 1 : 0);
    }
    return json::Object{
        {"principal", principal}, {"path", path}, {"privileges", std::move(privileges)}};
}

/// One question a line, `principal path`; the path is taken verbatim, as the API takes the one of
/// GET /access/permissions, so that the answers can be compared.
ExitCode answer_batch(const State& state, Context& context) {
    const access::Evaluator evaluator(state);
    std::string line;
    while (std::getline(context.in, line)) {
        const std::size_t blank = line.find(' ');
        if (blank == std::string::npos) {
            return context.report(usage_error(
                fmt::format("`{}` is no question", printable(line)),
                "each line is a user or token, a blank, and a path: `ann@pve /vms/100`"
            ));
        }
        const auto answer = answer_of(evaluator, line.substr(0, blank), line.substr(blank + 1));
        fmt::print(context.out, "{}\n", json::dump(answer));
    }
    return ExitCode::done;
}

/// What there is to look at: the live state, or the one that a plan leads to.
struct Scene {
    State state;
    UnixSeconds now = 0;
    std::set<AclPath> hidden_pools;
};

Collected<Scene> planned_scene(const Options& options, Context& context) {
    const auto sources = load_sources(options, context);
    const auto document = TRY(read_document(sources, options));
    if (options.live) {
        auto offline = TRY(plan_offline(options, document, context));
        return Scene{
            std::move(offline.plan.after), offline.plan.now, std::move(offline.plan.hidden_pools)};
    }
    const auto sight = TRY(look(options, sources, context));
    auto plan = TRY(plan_for(options, document, sight.view, plan::Applier(), context));
    return Scene{std::move(plan.after), plan.now, std::move(plan.hidden_pools)};
}

Collected<Scene> scene_of(const Options& options, Context& context) {
    if (options.planned) {
        return planned_scene(options, context);
    }
    auto sight = TRY(look(options, context));
    const UnixSeconds now = sight.view.server_time.value_or(context.clock.now());
    return Scene{std::move(sight.view.state), now, std::move(sight.view.hidden_pools)};
}

Result<Privilege> known_privilege(const std::string& name, const State& state) {
    const auto known = state.privileges();
    if (known.contains(Privilege{name})) {
        return Privilege{name};
    }
    std::vector<std::string> names;
    for (const Privilege& privilege : known) {
        names.push_back(privilege.text);
    }
    const auto meant = closest_match(name, names);
    return std::unexpected(usage_error(
        fmt::format("unknown privilege `{}`", printable(name)),
        meant ? fmt::format("did you mean `{}`?", *meant)
              : std::string("privileges are written as in `VM.Audit`")
    ));
}

ExitCode answer_who_can(const Scene& scene, const Options& options, Context& context) {
    const auto privilege = known_privilege(options.who_can.at(0), scene.state);
    if (!privilege) {
        return context.report(privilege.error());
    }
    const auto path = path_argument(options.who_can.at(1), scene.state);
    if (!path) {
        return context.report(path.error());
    }
    const render::WhoCan answer = render::who_can(scene.state, *privilege, path->text, scene.now);
    const bool is_json = options.format == Format::json;
    fmt::print(
        context.out,
        "{}",
        is_json ? render::who_can_json(answer)
                : render::folded(render::who_can_text(answer), context.out_style)
    );
    return ExitCode::done;
}

ExitCode answer_one(const Scene& scene, const Options& options, Context& context) {
    const auto principal = known_principal(options.principal, scene.state);
    if (!principal) {
        return context.report(principal.error());
    }
    render::Question question{
        .state = scene.state,
        .principal = *principal,
        .path = {},
        .only = {},
        .now = scene.now,
        .hidden_pools = scene.hidden_pools,
    };
    if (options.path) {
        auto path = path_argument(*options.path, scene.state);
        if (!path) {
            return context.report(path.error());
        }
        question.path = std::move(path->text);
    }
    if (options.why) {
        const auto privilege = known_privilege(*options.why, scene.state);
        if (!privilege) {
            return context.report(privilege.error());
        }
        question.only = *privilege;
    }
    const bool is_json = options.format == Format::json;
    if (!options.path) {
        fmt::print(
            context.out,
            "{}",
            is_json ? render::everywhere_json(question)
                    : render::folded(render::everywhere_text(question), context.out_style)
        );
    } else {
        fmt::print(
            context.out,
            "{}",
            is_json ? render::explanation_json(question)
                    : render::folded(render::explanation_text(question), context.out_style)
        );
    }
    return ExitCode::done;
}

/// Each form asks something else: what belongs to another one would go unheard.
Result<void> check_is_one_question(const Options& options) {
    const bool is_about_one = !options.principal.empty();
    const bool is_about_all = !options.who_can.empty();
    if (is_about_one && is_about_all) {
        const std::string& privilege = options.who_can.at(0);
        const std::string& path = options.who_can.at(1);
        return std::unexpected(usage_error(
            fmt::format(
                "`--who-can` asks who may, and `{}` what one may do: these are two questions",
                printable(options.principal)
            ),
            fmt::format(
                "`pveform explain --who-can {1} {2}` names all who may; `pveform explain '{0}' {2} "
                "--why {1}` says whether this one may, and why",
                printable(options.principal),
                printable(privilege),
                printable(path)
            )
        ));
    }
    if (options.batch && (is_about_one || is_about_all || options.why)) {
        return std::unexpected(usage_error(
            "`--batch` takes its questions from standard input alone",
            "leave out what else is asked, or `--batch`"
        ));
    }
    if (!options.batch && !is_about_one && !is_about_all) {
        return std::unexpected(usage_error(
            "whose access?",
            "name a user or token, and a path: `pveform explain ann@pve /vms/100`; or ask "
            "`pveform explain --who-can VM.Console /vms/100`"
        ));
    }
    if (options.why && is_about_all) {
        return std::unexpected(usage_error(
            "`--why` is about one user or token, and `--who-can` about all",
            "leave one of them out; `--why` as in `pveform explain ann@pve /vms/100 --why VM.Audit`"
        ));
    }
    if (options.why && !options.path) {
        return std::unexpected(usage_error(
            "`--why` needs a path", "name it: `pveform explain ann@pve /vms/100 --why VM.Audit`"
        ));
    }
    return {};
}

} // namespace

void setup_explain(CLI::App& app, Options& options) {
    CLI::App* explain =
        app.add_subcommand("explain", "Show what a user or token may do, and why; or who may");
    explain->add_option("principal", options.principal, "Whose access")
        ->option_text("USER@REALM[!TOKEN]");
    explain
        ->add_option(
            "path", options.path, "Path of the ACL, such as /vms/100; without it, all that it holds"
        )
        ->option_text("ACL_PATH");
    explain->add_option("--why", options.why, "Only the entries that are about this privilege")
        ->option_text("PRIVILEGE");
    explain->add_option("--who-can", options.who_can, "All users and tokens that hold it there")
        ->option_text("PRIVILEGE ACL_PATH")
        ->expected(2)
        ->allow_extra_args(false);
    explain->add_flag("--planned", options.planned, "Look at what the documents of -f lead to");
    explain->add_flag(
        "--batch",
        options.batch,
        "Answer lines `principal path` from standard input; paths verbatim, as the API takes them"
    );
    setup_live_file(*explain, options);
}

ExitCode run_explain(const Options& options, Context& context) {
    if (const auto one = check_is_one_question(options); !one) {
        return context.report(one.error());
    }
    const auto scene = scene_of(options, context);
    if (!scene) {
        return context.report(scene.error());
    }
    if (options.batch) {
        return answer_batch(scene->state, context);
    }
    return options.who_can.empty() ? answer_one(*scene, options, context)
                                   : answer_who_can(*scene, options, context);
}

} // namespace pveform::cli
