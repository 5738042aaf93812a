// `pveform ping`: can this machine, with these credentials, do what the document asks for? Each
// answer comes with what to do about it. Nothing is changed anywhere.

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>

#include <fmt/ostream.h>

#include <CLI/CLI.hpp>

#include "access/grant.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/credentials.hpp"
#include "cli/secret_sink.hpp"
#include "cli/session.hpp"
#include "desired/turns.hpp"
#include "model/object_paths.hpp"
#include "model/release.hpp"
#include "render/checks.hpp"

namespace pveform::cli {

namespace {

constexpr UnixSeconds short_life_s = UnixSeconds{14} * 24 * 60 * 60;
constexpr std::size_t max_paths_shown = 3;

/// What was found so far.
struct Findings {
    std::vector<render::Check> checks;
    Errors failures;
    render::Purpose purpose = render::Purpose::both; // of what comes next

    void ok(std::string name, std::string message) {
        checks.push_back({
            .name = std::move(name),
            .standing = render::Standing::ok,
            .purpose = purpose,
            .message = std::move(message),
        });
    }

    void warn(std::string name, std::string message, std::vector<std::string> fixes) {
        checks.push_back({
            .name = std::move(name),
            .standing = render::Standing::warning,
            .purpose = purpose,
            .message = std::move(message),
            .fixes = std::move(fixes),
        });
    }

    void fail(std::string name, Error error) {
        render::Check check{
            .name = std::move(name),
            .standing = render::Standing::failed,
            .purpose = purpose,
            .message = error.message,
            .notes = error.notes,
        };
        if (!error.help.empty()) {
            check.fixes.push_back(error.help);
        }
        checks.push_back(std::move(check));
        failures.push_back(std::move(error));
    }
};

/// What is asked, and by whom.
struct Question {
    const Options& options;
    const desired::Document& document;
    const live::Connection& connection;
    const live::Credentials& credentials;
    std::string identity;
};

void check_tls(const live::Connection& connection, Findings& findings) {
    if (connection.insecure) {
        findings.warn(
            "tls",
            "the certificate is not verified (`--insecure`): anybody could have answered",
            {"compare the fingerprint that `pvenode cert info` shows on the node, and pin it: "
             "`--fingerprint AB:CD:…`"}
        );
    } else if (connection.fingerprint) {
        findings.ok(
            "tls", fmt::format("the certificate is the pinned one, {}", *connection.fingerprint)
        );
    } else if (connection.ca_file) {
        findings.ok(
            "tls",
            fmt::format(
                "the certificate is for this host, and signed by an authority in `{}`",
                connection.ca_file->string()
            )
        );
    } else {
        findings.ok(
            "tls",
            "the certificate is for this host, and signed by an authority that this system knows"
        );
    }
}

void check_version(const live::Version& version, Findings& findings) {
    std::string message = fmt::format("PVE {}", version.version);
    if (version.release < Release::oldest_known()) {
        findings.warn(
            "version",
            message + ", older than any that pveform knows",
            {fmt::format("upgrade it to PVE {} or later", Release::oldest_known().text())}
        );
    } else if (version.release.major > Release::newest_known().major) {
        findings.warn(
            "version",
            message + fmt::format(
                          ", newer than any that pveform knows: taken for {}",
                          Release::newest_known().text()
                      ),
            {"look for a newer pveform"}
        );
    } else {
        findings.ok("version", std::move(message));
    }
}

void check_clock(const live::Version& version, Clock& clock, Findings& findings) {
    if (!version.server_time) {
        findings.warn(
            "clock", "the server does not tell its time", {"is there a gateway in front of PVE?"}
        );
        return;
    }
    if (const auto ahead = skew_of(version.server_time, clock)) {
        findings.warn(
            "clock",
            fmt::format(
                "the server's clock is {} {} this machine's; what has expired is judged by the "
                "server's",
                format_duration(std::chrono::seconds(std::abs(*ahead))),
                *ahead > 0 ? "ahead of" : "behind"
            ),
            {"synchronise both (`timedatectl`, `chronyc tracking`)"}
        );
    } else {
        findings.ok("clock", "the server's and this machine's agree");
    }
}

std::string who_is_accepted(const Question& question) {
    if (std::holds_alternative<live::NoCredentials>(question.credentials)) {
        return "PVE accepts what the gateway adds";
    }
    const bool is_token = std::holds_alternative<live::ApiToken>(question.credentials);
    return fmt::format(
        "PVE accepts {} `{}`", is_token ? "the API token" : "the password of", question.identity
    );
}

/// When the identity ends: the token, or its user before it.
Expiry end_of(const std::string& identity, const State& state) {
    const Principal principal = user_or_token(identity);
    Expiry end;
    if (const auto user = state.users.find(user_behind(principal)); user != state.users.end()) {
        end = user->second.expire;
    }
    if (principal.kind == PrincipalKind::token) {
        const auto token = state.tokens.find(split_token_id(identity));
        const bool ends = token != state.tokens.end() && !token->second.expire.is_never();
        if (ends && (end.is_never() || token->second.expire < end)) {
            end = token->second.expire;
        }
    }
    return end;
}

void check_end(
    const std::string& identity, const State& state, UnixSeconds now, Findings& findings
) {
    const Expiry end = end_of(identity, state);
    if (!end.is_never() && end.is_over(now + short_life_s)) {
        findings.warn(
            "expiry",
            fmt::format("`{}` expires on {}", identity, end.text()),
            {"give it a later expiry, or a successor, before that"}
        );
    }
}

/// Whether a plan would be made of everything.
void check_reading(const Result<live::View>& view, const Question& question, Findings& findings) {
    if (!view) {
        findings.fail("reading", view.error());
        return;
    }
    const State& state = view->state;
    findings.ok(
        "reading",
        fmt::format(
            "complete: {}, {}, {}",
            plural(state.users.size(), "user"),
            plural(state.groups.size(), "group"),
            plural(state.acl.size(), "ACL entry")
        )
    );
    std::vector<access::MissingRight> missing;
    for (const AclPath& path : view->hidden_pools) {
        missing.push_back({Privilege{"Pool.Audit"}, path});
    }
    if (!missing.empty()) {
        findings.warn(
            "pools",
            "some may be hidden: the access that they give is not known",
            access::grant_commands(state, user_or_token(question.identity), missing)
        );
    }
}

/// A privilege and the places where it is needed.
struct Need {
    std::string privilege;
    std::set<std::string> paths;
};

/// By what is written.
std::vector<std::pair<std::string, std::vector<Need>>> needs_of(const desired::Document& document) {
    const Need any_user{"User.Modify", {"/access/groups"}};
    Need realms{"Realm.AllocateUser", {}};
    Need grants{"Permissions.Modify", {}};
    const auto add_paths = [&grants](const std::optional<desired::AclList>& list) {
        for (const desired::AclRow& row : list.value_or(desired::AclList())) {
            grants.paths.insert(row.path.text);
        }
    };
    for (const auto& [id, user] : document.users) {
        realms.paths.insert(path_of(id.realm()));
        add_paths(user.acl);
        if (user.tokens) {
            for (const auto& [name, token] : *user.tokens) {
                add_paths(token.acl);
            }
        }
    }
    for (const auto& [id, group] : document.groups) {
        add_paths(group.acl);
    }
    if (realms.paths.empty()) {
        realms.paths.insert(path_of(RealmId{"pve"}));
    }
    if (grants.paths.empty()) {
        grants.paths.insert("/");
    }
    return {
        {"users", {any_user, realms}},
        {"tokens", {any_user}},
        {"groups", {Need{"Group.Allocate", {"/access/groups"}}}},
        {"roles", {Need{"Sys.Modify", {"/access"}}}},
        {"acl", {grants}},
    };
}

/// Asks PVE, once for each path.
class OwnRights {
public:
    explicit OwnRights(live::ReadTransport& pve) : pve_(pve) {}

    Result<bool> holds(const std::string& privilege, const std::string& path) {
        auto known = known_.find(path);
        if (known == known_.end()) {
            live::OwnPermissions all = TRY(live::fetch_own_permissions(pve_, path));
            known = known_.emplace(path, std::move(all[path])).first;
        }
        return known->second.contains(Privilege{privilege});
    }

private:
    live::ReadTransport& pve_;
    std::map<std::string, std::map<Privilege, bool>> known_;
};

Result<std::vector<access::MissingRight>>
missing_of(const std::vector<Need>& needs, OwnRights& rights) {
    std::vector<access::MissingRight> missing;
    for (const Need& need : needs) {
        for (const std::string& path : need.paths) {
            if (!TRY(rights.holds(need.privilege, path))) {
                missing.push_back({Privilege{need.privilege}, AclPath{path}});
            }
        }
    }
    return missing;
}

/// `` `Sys.Modify` on `/access` ``.
std::string in_words(const std::vector<access::MissingRight>& missing) {
    std::vector<std::string> texts;
    for (const auto& [privilege, path] : missing) {
        texts.push_back(fmt::format("`{}` on `{}`", privilege.text, path.text));
    }
    if (texts.size() > max_paths_shown) {
        const std::size_t rest = texts.size() - max_paths_shown;
        texts.resize(max_paths_shown);
        texts.push_back(fmt::format("{} more", rest));
    }
    return join(texts, ", ");
}

/// All that is missing in one place: each role is created once. Whoever only plans needs none of
/// it, and had better not get it. An entry replaces what its holder has from above, so that there
/// is nothing to recommend where `state`, which says what that is, could not be read: it is null.
void advise_on(
    const std::vector<access::MissingRight>& missing,
    const Question& question,
    const State* state,
    Findings& findings
) {
    std::vector<std::string> fixes = {
        "mend `reading` first, then run `pveform ping` again: what to grant depends on what is "
        "held so far"};
    if (state != nullptr) {
        fixes = access::grant_commands(*state, user_or_token(question.identity), missing);
    }
    findings.warn(
        "rights", fmt::format("`{}` lacks what is named above", question.identity), std::move(fixes)
    );
    findings.checks.back().notes = {
        "if another identity applies, nothing is to be mended here: name that one in the document, "
        "`cluster: { apply_as: USER@REALM!TOKEN }`",
        state != nullptr ? "if this one is to apply, on a node:" : "if this one is to apply:"};
}

/// Who only plans needs none of these: what is missing is a warning.
void check_writing(
    live::ReadTransport& pve, const Question& question, const State* state, Findings& findings
) {
    const auto& applier = question.document.cluster.apply_as;
    if (applier && applier->value != question.identity) {
        findings.ok(
            "rights",
            fmt::format(
                "not asked for: `{}` applies (`apply_as`), and not `{}`; run `pveform ping` with "
                "its credentials",
                applier->value,
                question.identity
            )
        );
        return;
    }
    OwnRights rights(pve);
    std::vector<access::MissingRight> all;
    for (const auto& [kind, needs] : needs_of(question.document)) {
        const auto missing = missing_of(needs, rights);
        if (!missing) {
            findings.fail(kind, missing.error());
        } else if (missing->empty()) {
            findings.ok(kind, "may be written");
        } else {
            findings.warn(
                kind, fmt::format("cannot be written without {}", in_words(*missing)), {}
            );
            std::ranges::copy(*missing, std::back_inserter(all));
        }
    }
    if (!all.empty()) {
        advise_on(all, question, state, findings);
    }
}

void check_secrets(const Question& question, Context& context, Findings& findings) {
    const auto place = secrets_place(question.options, question.document);
    const std::size_t tokens = desired::declared_tokens(question.document).size();
    if (!place && tokens == 0) {
        findings.ok("secrets", "no place for them, and no tokens in the document");
        return;
    }
    if (!place) {
        findings.warn(
            "secrets",
            fmt::format(
                "{} in the document, and no place for new secrets", plural(tokens, "token")
            ),
            {"write `secrets: { file: { path: … } }` in the document, or use `--secrets-out FILE`"}
        );
        return;
    }
    const std::string cluster = cluster_name(question.document, question.connection);
    auto checked = check_secret_sink(question.options, question.document, cluster, context);
    if (!checked) {
        findings.fail("secrets", std::move(checked).error());
        return;
    }
    findings.ok("secrets", fmt::format("new ones go to `{}`", *place));
}

/// All that needs an answer from PVE.
void check_cluster(
    live::ReadTransport& pve, const Question& question, Context& context, Findings& findings
) {
    auto version = live::fetch_version(pve);
    const bool answered =
        version || version.error().status != 0 || version.error().kind == ErrorKind::authentication;
    if (!answered) {
        findings.fail("connection", std::move(version).error());
        return;
    }
    findings.ok("connection", question.connection.endpoint + " answers");
    check_tls(question.connection, findings);
    if (!version) {
        const bool refused = version.error().kind == ErrorKind::authentication;
        findings.fail(refused ? "identity" : "version", std::move(version).error());
        return;
    }
    findings.ok("identity", who_is_accepted(question));
    check_version(*version, findings);
    check_clock(*version, context.clock, findings);
    const auto view = live::fetch(pve, question.identity);
    if (view) {
        check_end(question.identity, view->state, context.clock.now(), findings);
    }
    findings.purpose = render::Purpose::plan;
    check_reading(view, question, findings);
    findings.purpose = render::Purpose::apply;
    check_writing(pve, question, view ? &view->state : nullptr, findings);
}

} // namespace

void setup_ping(CLI::App& app) {
    app.add_subcommand("ping", "Check connection, identity, rights and the place for secrets");
}

ExitCode run_ping(const Options& options, Context& context) {
    const auto document = document_if_any(options, context);
    if (!document) {
        return context.report(document.error());
    }
    const auto connection = find_connection(options, *document, context);
    if (!connection) {
        return context.report(connection.error());
    }
    const auto credentials = find_credentials(options, context);
    if (!credentials) {
        return context.report(credentials.error());
    }
    const auto pve = live::connect_for_reading(
        *connection, *credentials, context.files, context.clock, context.trace.get()
    );
    if (!pve) {
        return context.report(pve.error());
    }
    const Question question{
        options, *document, *connection, *credentials, identity_of(*credentials, *document)};
    Findings findings;
    check_cluster(**pve, question, context, findings);
    findings.purpose = render::Purpose::apply;
    check_secrets(question, context, findings);
    if (options.format == Format::json) {
        fmt::print(
            context.out,
            "{}",
            render::checks_json(findings.checks, cluster_name(*document, *connection))
        );
    } else {
        fmt::print(
            context.out,
            "{}",
            render::checks_text(findings.checks, options.quiet, context.out_style)
        );
    }
    return findings.failures.empty() ? ExitCode::done : exit_code_for(findings.failures);
}

} // namespace pveform::cli
