#include "saved/lock.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "plan/comparison.hpp"
#include "plan/review.hpp"
#include "render/access_text.hpp"

namespace pveform::saved {

namespace {

bool issues_secret(const plan::Plan& plan) {
    return std::ranges::any_of(plan.changes, [](const plan::Change& change) {
        return std::holds_alternative<TokenId>(change.key) &&
               (change.action == plan::Action::create || change.action == plan::Action::rotate);
    });
}

/// Whether both know the role, as the same.
bool is_same_role(
    const RoleId& id, const std::map<RoleId, Role>& reviewed, const std::map<RoleId, Role>& now
) {
    const auto then = reviewed.find(id);
    const auto later = now.find(id);
    return then != reviewed.end() && later != now.end() &&
           then->second.privileges == later->second.privileges;
}

/// Those that the words about access need, and those that are granted: whoever reviewed a grant
/// reviewed what its role gives, also where nobody can use it yet and no access differs.
void compare_roles(
    const plan::Plan& reviewed, const plan::Plan& now, std::vector<std::string>& lines
) {
    std::set<RoleId> changed;
    const render::NamingRoles named = render::naming_roles(reviewed);
    for (const auto& [id, role] : named.before) {
        if (!is_same_role(id, named.before, now.before.roles)) {
            changed.insert(id);
        }
    }
    for (const auto& [id, role] : named.after) {
        if (!is_same_role(id, named.after, now.after.roles)) {
            changed.insert(id);
        }
    }
    for (const plan::Change& change : now.changes) {
        const RoleId* granted = plan::role_granted_by(change);
        if (granted != nullptr && !is_same_role(*granted, named.after, now.after.roles)) {
            changed.insert(*granted);
        }
    }
    for (const RoleId& id : changed) {
        lines.push_back(fmt::format(
            "not as shown: the privileges of role {}, which the plan grants or describes access by",
            printable(id.text)
        ));
    }
}

void compare_passwords(
    const std::set<UserId>& reviewed, const std::set<UserId>& now, std::vector<std::string>& lines
) {
    for (const UserId& user : now) {
        if (!reviewed.contains(user)) {
            lines.push_back(fmt::format("new: an initial password of user {}", user.text));
        }
    }
    for (const UserId& user : reviewed) {
        if (!now.contains(user)) {
            lines.push_back(fmt::format("no longer: an initial password of user {}", user.text));
        }
    }
}

/// A part of a plan is what its request chose, which the plan that is made anew chooses too.
bool is_same_part(const std::optional<plan::Part>& one, const std::optional<plan::Part>& other) {
    if (!one || !other) {
        return !one && !other;
    }
    const auto same = [](const auto& a, const auto& b) {
        return std::ranges::equal(a, b, {}, &plan::Selector::text, &plan::Selector::text);
    };
    return same(one->selection.targets, other->selection.targets) &&
           same(one->selection.excludes, other->selection.excludes);
}

std::string in_words(const std::string& text) {
    return text.empty() ? "none" : fmt::format("`{}`", printable(text));
}

Error of_another(std::string_view what, const std::string& reviewed, const std::string& now) {
    return Error{
        .kind = ErrorKind::usage,
        .message = fmt::format(
            "the plan is of another cluster: its {} is {}, and here it is {}",
            what,
            in_words(reviewed),
            in_words(now)
        ),
        .help = "apply it where it was made for, or plan again",
    };
}

/// Of which cluster it is shown to be, and when it was made. A plan from a file for a document
/// without a name says what that file says.
void compare_origins(
    const SavedPlan& reviewed, const SavedPlan& now, std::vector<std::string>& lines
) {
    constexpr UnixSeconds tolerable_skew_s = 300; // offline, `created` is by another clock
    const std::string& shown = reviewed.about.cluster;
    const bool says_its_file = reviewed.cluster.empty() && !reviewed.about.origin.empty();
    if (shown != now.about.cluster && !says_its_file) {
        lines.push_back(fmt::format(
            "not as shown: it is of cluster {}, and not {}",
            in_words(now.about.cluster),
            in_words(shown)
        ));
    }
    if (reviewed.created > now.created + tolerable_skew_s) {
        lines.push_back(fmt::format(
            "not as shown: when it was made; {} is still to come", format_rfc3339(reviewed.created)
        ));
    }
}

} // namespace

Collected<void> check_is_applicable(const SavedPlan& saved) {
    Errors errors;
    for (const plan::Block& block : saved.plan.blocks) {
        errors.push_back(Error{
            .kind = ErrorKind::blocked,
            .message = fmt::format(
                "the plan was blocked when it was made: {}: {}", block.guard, block.message
            ),
            .help = block.help + "; then plan again",
        });
    }
    if (Errors undecided = plan::undecided(saved.plan); !undecided.empty()) {
        for (Error& error : undecided) {
            error.span = {}; // of a text that is not at hand
        }
        std::ranges::move(undecided, std::back_inserter(errors));
    }
    return errors.empty() ? Collected<void>() : std::unexpected(std::move(errors));
}

Result<void> check_belongs(const SavedPlan& saved, const Applying& run) {
    if (saved.cluster != run.cluster) {
        return std::unexpected(of_another("name", saved.cluster, run.cluster));
    }
    if (!saved.endpoint.empty() && saved.endpoint != run.endpoint) {
        return std::unexpected(of_another("endpoint", saved.endpoint, run.endpoint));
    }
    const plan::Applier& applier = saved.plan.applier;
    if (applier.is_certain && applier.identity->text() != run.identity) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = fmt::format(
                "the plan is for `{}` to apply, and this is {}",
                printable(applier.identity->text()),
                in_words(run.identity)
            ),
            .help = "rights and own access were judged for the former; plan again with `--as`, or "
                    "apply as who was meant",
        });
    }
    return {};
}

std::vector<std::string> differences(const SavedPlan& reviewed, const SavedPlan& now) {
    std::vector<std::string> lines;
    compare_origins(reviewed, now, lines);
    std::ranges::move(plan::differences(reviewed.plan, now.plan), std::back_inserter(lines));
    if (!is_same_part(reviewed.plan.part, now.plan.part)) {
        lines.emplace_back("not as shown: which part of the document is planned");
    }
    compare_roles(reviewed.plan, now.plan, lines);
    compare_passwords(reviewed.initial_passwords, now.initial_passwords, lines);
    const std::string& place = reviewed.about.secrets_place;
    if (issues_secret(now.plan) && !place.empty() && place != now.about.secrets_place) {
        lines.push_back(fmt::format(
            "not as shown: new secrets go to {}, and not to {}",
            in_words(now.about.secrets_place),
            in_words(place)
        ));
    }
    return lines;
}

std::vector<std::string> differing_documents(
    const std::vector<DocumentDigest>& reviewed, const std::vector<DocumentDigest>& now
) {
    std::map<std::string, std::pair<std::string, std::string>> files;
    for (const DocumentDigest& one : reviewed) {
        files[one.file].first = one.sha256;
    }
    for (const DocumentDigest& one : now) {
        files[one.file].second = one.sha256;
    }
    std::vector<std::string> lines;
    for (const auto& [file, digests] : files) {
        const auto& [then, later] = digests;
        if (then.empty()) {
            lines.push_back(fmt::format("document `{}` is new", printable(file)));
        } else if (later.empty()) {
            lines.push_back(fmt::format("document `{}` is gone", printable(file)));
        } else if (then != later) {
            lines.push_back(fmt::format("document `{}` has changed", printable(file)));
        }
    }
    return lines;
}

} // namespace pveform::saved
