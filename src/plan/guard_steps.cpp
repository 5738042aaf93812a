// The guards that look at every intermediate state: lock-out and rights.

#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "access/evaluator.hpp"
#include "access/grant.hpp"
#include "base/text.hpp"
#include "plan/administrator.hpp"
#include "plan/guard.hpp"
#include "plan/own_access.hpp"
#include "plan/own_administration.hpp"
#include "plan/rights.hpp"

namespace pveform::plan {

namespace {

class Walk {
public:
    Walk(const State& before, const Applier& applier, UnixSeconds now, const Allowances& allowances)
        : state_(before), applier_(applier), now_(now), allowances_(allowances), evaluator_(state_),
          own_(applier.identity, state_), administrator_(some_administrator(state_, now)),
          administrators_(administrator_, state_) {}

    std::vector<Block> run(std::vector<Step>& steps) && {
        if (applier_.identity) {
            needed_ =
                administration_of(evaluator_, *applier_.identity, paths_to_watch(state_, steps));
        }
        for (Step& step : steps) {
            if (applier_.identity && applier_.is_certain) {
                check_rights(step);
            }
            check_own_secret(step.command);
            const bool touches_own = own_.is_touched_by(step.command);
            const bool touches_administrator = administrators_.is_touched_by(step.command);
            carry_out(step.command, state_);
            if (touches_own) {
                evaluator_ = access::Evaluator(state_);
                own_ = OwnAccess(applier_.identity, state_);
            }
            if (!allowances_.lockout) {
                if (touches_own) {
                    check_own_access(step);
                }
                if (touches_administrator) {
                    check_administrators(step);
                }
            }
        }
        report_denials();
        return std::move(blocks_);
    }

private:
    void check_rights(Step& step) {
        const Rights rights(state_, evaluator_, *applier_.identity);
        step.command = rights.as_demanded(std::move(step.command));
        if (auto denial = rights.denial_of(step.command)) {
            auto& refused = refused_[{denial->path, denial->privilege, denial->reason}];
            refused.push_back(describe(step.command));
        }
    }

    /// No flag lets this pass: what follows could not be sent.
    void check_own_secret(const Command& command) {
        const auto* issue = std::get_if<IssueToken>(&command);
        const bool renews_own = issue != nullptr && issue->exists && applier_.identity &&
                                *applier_.identity == Principal::of(issue->id);
        if (!renews_own) {
            return;
        }
        if (!state_.release.can_regenerate_tokens()) {
            refuse_own_secret(fmt::format(
                "PVE {} renews a secret only by deleting and creating the token, and `{}` is the "
                "one that pveform runs with",
                state_.release.text(),
                issue->id.text()
            ));
        } else if (!applier_.can_change_secret) {
            refuse_own_secret(fmt::format(
                "`{}` is the token that pveform runs with, and the gateway that adds its secret "
                "would go on with the old one, which PVE no longer takes",
                issue->id.text()
            ));
        }
    }

    void refuse_own_secret(std::string message) {
        blocks_.push_back(Block{
            .guard = "lockout",
            .message = std::move(message),
            .span = {},
            .help = "give the token an `overlap`, or run this with another identity",
        });
    }

    /// Whoever follows all the advice, from the top down, creates a role once.
    std::string advice_on(const Privilege& privilege, const AclPath& path) {
        auto commands = access::grant_commands(state_, *applier_.identity, {{privilege, path}});
        const bool creates_role = commands.size() > 1;
        if (creates_role && !roles_advised_.insert(commands.front()).second) {
            commands.erase(commands.begin());
        }
        return "grant it: " + join(commands, " && ");
    }

    void report_denials() {
        for (const auto& [missing, commands] : refused_) {
            const auto& [path, privilege, reason] = missing;
            const std::string others =
                commands.size() == 1
                    ? ""
                    : fmt::format(" (and {})", plural(commands.size() - 1, "other request"));
            blocks_.push_back(Block{
                .guard = "rights",
                .message = fmt::format(
                    "PVE would not let `{}` {}{}: it {}",
                    applier_.identity->text(),
                    commands.front(),
                    others,
                    reason
                ),
                .span = {},
                .help = advice_on(privilege, path),
            });
        }
    }

    void check_own_access(const Step& step) {
        if (!can_log_in(state_, *applier_.identity, now_)) {
            if (could_log_in_) {
                report_lockout("could no longer log in", step);
            }
            could_log_in_ = false; // say it once
            return;
        }
        const auto lost = lost_of(needed_, evaluator_, *applier_.identity);
        if (!lost.empty()) {
            report_lockout("would lose " + in_words(lost), step);
        }
        for (const AdministrativeRight& right : lost) {
            needed_.erase(right); // say it once
        }
    }

    void report_lockout(const std::string& what, const Step& step) {
        blocks_.push_back(Block{
            .guard = "lockout",
            .message = fmt::format(
                "`{}`, which runs this plan, {} after: {}",
                applier_.identity->text(),
                what,
                describe(step.command)
            ),
            .span = {},
            .help = "let another identity apply it, or `--allow-lockout` if that is meant",
        });
    }

    /// Once something has happened to the one that is known. Where there is none any more, that is
    /// said once: nothing happens to nobody.
    void check_administrators(const Step& step) {
        administrator_ = some_administrator(state_, now_);
        administrators_ = OwnAccess(administrator_, state_);
        if (administrator_) {
            return;
        }
        blocks_.push_back(Block{
            .guard = "lockout",
            .message = fmt::format(
                "nobody who can log in would hold `Permissions.Modify` on `/` after: {}",
                describe(step.command)
            ),
            .span = {},
            .help = "keep an administrator, or `--allow-lockout` if that is meant",
        });
    }

    using Missing = std::tuple<AclPath, Privilege, std::string>;

    State state_;
    const Applier& applier_;
    UnixSeconds now_;
    const Allowances& allowances_;
    access::Evaluator evaluator_;
    OwnAccess own_;
    std::optional<Principal> administrator_; // one of them
    OwnAccess administrators_;               // that one's
    std::set<AdministrativeRight> needed_;
    bool could_log_in_ = true;
    std::map<Missing, std::vector<std::string>> refused_;
    std::set<std::string> roles_advised_;
    std::vector<Block> blocks_;
};

/// Nothing can be said of its access and rights.
Block unknown_applier(const Principal& identity) {
    return Block{
        .guard = "rights",
        .message = fmt::format(
            "`{}` cannot apply this plan: the cluster has no such {}",
            identity.text(),
            to_string(identity.kind)
        ),
        .span = {},
        .help = "create it first, or name who applies: in the document (`cluster: { apply_as: … "
                "}`), or for one plan with `--as`",
    };
}

} // namespace

std::vector<Block> check_steps(
    std::vector<Step>& steps,
    const State& before,
    const Applier& applier,
    UnixSeconds now,
    const Allowances& allowances
) {
    const bool is_unknown = applier.is_certain && applier.identity &&
                            !before.exists(*applier.identity) && !steps.empty();
    if (!is_unknown) {
        return Walk(before, applier, now, allowances).run(steps);
    }
    const Applier nobody;
    std::vector<Block> blocks = Walk(before, nobody, now, allowances).run(steps);
    blocks.push_back(unknown_applier(*applier.identity));
    return blocks;
}

} // namespace pveform::plan
