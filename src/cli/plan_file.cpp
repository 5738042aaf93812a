#include "cli/plan_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "cli/session.hpp"
#include "cli/written_file.hpp"
#include "live/endpoint.hpp"

namespace pveform::cli {

namespace {

constexpr std::size_t max_plan_file_bytes = 256U << 20U;

/// Users that come to be with a password of the document.
std::set<UserId> initial_passwords(const plan::Plan& plan, const desired::Document& document) {
    std::set<UserId> users;
    for (const plan::Change& change : plan.changes) {
        const auto* id = std::get_if<UserId>(&change.key);
        if (id == nullptr || change.action != plan::Action::create) {
            continue;
        }
        const auto user = document.users.find(*id);
        if (user != document.users.end() && user->second.initial_password) {
            users.insert(*id);
        }
    }
    return users;
}

Error unreadable(const std::filesystem::path& path, const std::string& reason) {
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format("cannot use `{}` as a plan: {}", printable(path.string()), reason),
        .help = "`pveform plan --out FILE` writes plans; documents are named with `-f`",
    };
}

Error folder_as_plan(const std::filesystem::path& path) {
    Error error = unreadable(path, "it is a folder");
    error.help = fmt::format(
        "documents are named with `-f`: `-f {}`; plans are files that `pveform plan --out FILE` "
        "wrote",
        printable(path.string())
    );
    return error;
}

/// The flags that name the documents again: the one file, or the folder that all are in.
std::string flags_for(const std::vector<saved::DocumentDigest>& documents) {
    if (documents.size() == 1) {
        return "-f " + documents.front().file;
    }
    std::filesystem::path folder = std::filesystem::path(documents.front().file).parent_path();
    std::vector<std::string> each;
    for (const saved::DocumentDigest& document : documents) {
        while (!folder.empty() && !document.file.starts_with(folder.string() + "/")) {
            folder = folder.has_relative_path() ? folder.parent_path() : std::filesystem::path();
        }
        each.push_back("-f " + document.file);
    }
    return folder.empty() ? join(each, " ") : "-f " + folder.string();
}

std::string ago(UnixSeconds seconds) {
    constexpr UnixSeconds minute = 60;
    constexpr UnixSeconds hour = 60 * minute;
    constexpr UnixSeconds day = 24 * hour;
    const auto words = [&](UnixSeconds unit, std::string_view name) {
        return plural(static_cast<std::size_t>(seconds / unit), name) + " ago";
    };
    if (seconds < 0) {
        return "in the future by this clock";
    }
    if (seconds < minute) {
        return "just now";
    }
    if (seconds < hour) {
        return words(minute, "minute");
    }
    return seconds < 2 * day ? words(hour, "hour") : words(day, "day");
}

} // namespace

std::string
lock_endpoint(const Options& options, const desired::Document& document, Context& context) {
    const std::string text = find_endpoint(options, document, context).value_or("");
    const auto endpoint = live::parse_endpoint(text);
    return endpoint ? endpoint->base : text;
}

saved::SavedPlan reviewable(
    plan::Plan plan, render::PlanContext about, const Origin& origin, const Options& options
) {
    saved::SavedPlan saved{
        .tool_version = PVEFORM_VERSION,
        .created = plan.now,
        .cluster =
            origin.document.cluster.name ? origin.document.cluster.name->value : std::string(),
        .endpoint = origin.endpoint,
        .documents = {},
        .request =
            {
                .allowances = options.allowances,
                .selection = options.selection,
                .no_prune = options.no_prune,
                .rotate_due = options.rotation.urgency == plan::Urgency::due,
            },
        .initial_passwords = initial_passwords(plan, origin.document),
        .plan = std::move(plan),
        .about = std::move(about),
    };
    for (const document::Tree& tree : origin.sources) {
        saved.documents.push_back({tree.source->name(), sha256(tree.source->text())});
    }
    return saved;
}

Result<std::filesystem::path> place_of_plan(const std::filesystem::path& path, Context& context) {
    if (path == standard_output) {
        return std::unexpected(usage_error(
            "a plan is saved in a file, not on standard output",
            "`--out FILE` names it, `./-` one of that name; `--output json=-` prints the plan"
        ));
    }
    return place_of_written(path, "a plan is saved in one", context);
}

Result<std::string>
save_plan(const saved::SavedPlan& saved, const std::filesystem::path& path, Context& context) {
    const json::Value value = saved::to_value(saved);
    const std::filesystem::path place = TRY(place_of_plan(path, context));
    TRY(replace_shared_file(context.files, place, saved::write(saved)));
    return *value.find("digest")->as_string();
}

Result<saved::PlanFile> read_plan_file(const std::filesystem::path& path, Context& context) {
    const auto info = TRY(context.files.inspect(path));
    if (!info) {
        return std::unexpected(unreadable(path, "there is no such file"));
    }
    if (info->kind == FileKind::folder) {
        return std::unexpected(folder_as_plan(path));
    }
    const std::string text = TRY(context.files.read_file(path, max_plan_file_bytes));
    auto file = saved::read(text);
    if (!file) {
        return std::unexpected(unreadable(path, file.error()));
    }
    return std::move(*file);
}

Result<void>
check_documents_are_named(const saved::SavedPlan& saved, const Options& options, Context& context) {
    const std::filesystem::path& usual = options.files.front();
    if (options.files != Options().files || saved.documents.empty() ||
        saved.documents.front().file == usual || TRY(context.files.inspect(usual))) {
        return {};
    }
    return std::unexpected(usage_error(
        fmt::format(
            "there is no `{}`: the plan was made from `{}`{}",
            usual.string(),
            printable(saved.documents.front().file),
            saved.documents.size() == 1 ? "" : ", …"
        ),
        fmt::format(
            "name them: `pveform apply {} {}`",
            printable(flags_for(saved.documents)),
            printable(options.plan->string())
        )
    ));
}

void setup_digest(CLI::App& command, CLI::Option* plan, Options& options) {
    command
        .add_option_function<std::string>(
            "--digest",
            [&options](const std::string& text) {
                constexpr std::size_t fewest = 12;
                constexpr std::size_t all = 64;
                std::string digest = to_lower(text);
                const bool is_hex =
                    digest.find_first_not_of("0123456789abcdef") == std::string::npos;
                if (!is_hex || digest.size() < fewest || digest.size() > all) {
                    throw CLI::ValidationError(fmt::format(
                        "`--digest` takes 12 to 64 hexadecimal digits, not `{}`", printable(text)
                    ));
                }
                options.digest = std::move(digest);
            },
            "Of the plan that was reviewed, as `plan --out` said it"
        )
        ->option_text("SHA256")
        ->needs(plan);
}

Error of_another_digest(const saved::PlanFile& file, const Options& options) {
    return Error{
        .kind = ErrorKind::blocked,
        .message = fmt::format(
            "`{}` is not the file that was reviewed: its digest is {}",
            printable(options.plan->string()),
            file.digest
        ),
        .help = "nothing was changed by this run; get the file that was reviewed, or plan and "
                "review again",
    };
}

Result<Options> as_planned(Options options, const saved::Request& request) {
    const plan::Allowances& allow = options.allowances;
    const bool was_said = allow.lockout || allow.destroy || allow.acl_removals || allow.cascades ||
                          !options.selection.is_everything() || options.no_prune ||
                          options.rotation.urgency != plan::Urgency::never;
    if (was_said) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = "a saved plan has its own allowances, selection and rotation",
            .help = "leave `--allow-…`, `--target`, `--exclude`, `--no-prune` and `--rotate-due` "
                    "out, or plan again with them",
        });
    }
    options.allowances = request.allowances;
    options.selection = request.selection;
    options.selection.may_match_nothing = true; // what was chosen then may be gone
    options.no_prune = request.no_prune;
    options.rotation.urgency = request.rotate_due ? plan::Urgency::due : plan::Urgency::never;
    return options;
}

std::string name_of(const saved::PlanFile& file, UnixSeconds now) {
    constexpr std::size_t digits = 12; // of the digest: enough for people
    return fmt::format(
        "plan {} of {}, {}",
        file.digest.substr(0, digits),
        format_rfc3339(file.saved.created),
        ago(now - file.saved.created)
    );
}

std::string flags_of(const saved::Request& request) {
    std::vector<std::string> flags;
    const auto add_number = [&](std::string_view flag, const std::optional<std::size_t>& number) {
        if (number) {
            flags.push_back(fmt::format("{} {}", flag, *number));
        }
    };
    const auto add_flag = [&](std::string_view flag, bool is_set) {
        if (is_set) {
            flags.emplace_back(flag);
        }
    };
    add_number("--allow-destroy", request.allowances.destroy);
    add_number("--allow-acl-removals", request.allowances.acl_removals);
    add_number("--allow-cascade", request.allowances.cascades);
    add_flag("--allow-lockout", request.allowances.lockout);
    for (const plan::Selector& one : request.selection.targets) {
        flags.push_back(
            fmt::format("--target '{}:{}'", to_string(one.kind), printable(one.glob.pattern))
        );
    }
    for (const plan::Selector& one : request.selection.excludes) {
        flags.push_back(
            fmt::format("--exclude '{}:{}'", to_string(one.kind), printable(one.glob.pattern))
        );
    }
    add_flag("--no-prune", request.no_prune);
    add_flag("--rotate-due", request.rotate_due);
    return join(flags, " ");
}

} // namespace pveform::cli
