#include "simulator/permission.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/grammar.hpp"
#include "formats/perl_text.hpp"

namespace pveform::simulator {

namespace {

const std::string all_groups = "/access/groups";

/// PVE's template_replace: what is not given, empty or `0` becomes a dash.
std::string fill_in(std::string_view text, const Parameters& parameters) {
    std::string filled;
    while (true) {
        const std::size_t open = text.find('{');
        filled += text.substr(0, open);
        if (open == std::string_view::npos) {
            return filled;
        }
        const std::size_t close = text.find('}', open);
        const auto found = parameters.find(std::string(text.substr(open + 1, close - open - 1)));
        filled +=
            found != parameters.end() && found->second.is_true() ? found->second.printed() : "-";
        text.remove_prefix(close + 1);
    }
}

std::string printed(const Parameters& parameters, const std::string& name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second.printed();
}

class Check {
public:
    Check(Store& store, std::string_view caller, const Parameters& parameters)
        : store_(store), caller_(caller), parameters_(parameters) {}

    /// Whether the rule grants. As in PVE a refusal is an exception, unless it is asked for
    /// quietly; and as in PVE there are faults that even a quiet question does not hold back.
    Outcome<bool> run(const Rule& rule, bool quiet) {
        return std::visit([&](const auto& kind) { return check(kind, quiet); }, rule.is);
    }

private:
    static Outcome<bool> verdict(Outcome<void> outcome, bool quiet) {
        if (!outcome && !quiet) {
            return std::unexpected(std::move(outcome).error());
        }
        return outcome.has_value();
    }

    Outcome<bool> check(const NeedsPrivileges& needs, bool quiet) {
        // A path that cannot be normalised is no path: nobody has a privilege there.
        const auto path = formats::normalize_path(fill_in(needs.path, parameters_));
        return verdict(
            require(store_, caller_, path.value_or(""), needs.privileges, needs.any), quiet
        );
    }

    /// PVE leaves a path that makes no sense to the method, which refuses it.
    Outcome<bool> check(const NeedsAclRight&, bool quiet) {
        const auto path = formats::normalize_path(fill_in("{path}", parameters_));
        return path ? verdict(require_acl_right(store_, caller_, *path), quiet)
                    : Outcome<bool>(false);
    }

    [[nodiscard]] Parameter user_parameter() const {
        const auto found = parameters_.find("userid");
        return found == parameters_.end() ? Parameter() : found->second;
    }

    [[nodiscard]] Outcome<std::string> valid_user() const {
        const Parameter user = user_parameter();
        if (const auto complaint = formats::check_user_id(user.printed(), user.blanks)) {
            return died(*complaint);
        }
        return user.printed();
    }

    Outcome<bool> check(const NeedsSelf&, bool quiet) {
        const std::string user = TRY(valid_user());
        if (!store_.config().users.contains(user)) {
            return verdict(require_user(store_, user), quiet);
        }
        return verdict(user == caller_ ? Outcome<void>() : denied(), quiet);
    }

    Outcome<bool> check(const NeedsRealmRight&, bool quiet) {
        const std::string user = TRY(valid_user());
        const std::string path = "/access/realm/" + std::string(formats::realm_of(user));
        return verdict(require(store_, caller_, path, {"Realm.AllocateUser"}), quiet);
    }

    Outcome<bool> check(const NeedsGroupRight& needs, bool quiet) {
        using Groups = NeedsGroupRight::Groups;
        const bool must_exist = needs.groups != Groups::create;
        const Parameter parameter = user_parameter();
        const std::string user = parameter.printed();
        if (must_exist) {
            if (auto existing = require_user(store_, user, parameter.blanks); !existing) {
                return verdict(std::move(existing), quiet);
            }
        }
        if (require(store_, caller_, all_groups, needs.privileges, true)) {
            return true;
        }
        if (needs.groups != Groups::not_asked) {
            TRY(check_named_groups(needs));
        }
        if (must_exist && !users_of_groups(store_, caller_, needs.privileges).contains(user)) {
            return verdict(denied(), quiet);
        }
        return true;
    }

    /// Every group that the request names must be one that the caller manages.
    Outcome<void> check_named_groups(const NeedsGroupRight& needs) {
        const auto groups =
            formats::split_list(printed(parameters_, "groups"), formats::Blanks::unicode);
        const std::string privileges = join(needs.privileges, "|");
        if (groups.empty()) {
            return denied(fmt::format("{}, {}", all_groups, privileges));
        }
        for (const std::string& group : groups) {
            const std::string path = all_groups + "/" + group;
            if (!store_.config().groups.contains(group) ||
                !require(store_, caller_, path, needs.privileges, true)) {
                return denied(fmt::format("{}, {}", path, privileges));
            }
        }
        return {};
    }

    Outcome<bool> check(const AllOf& all, bool) {
        for (const Rule& rule : all.rules) {
            TRY(run(rule, false));
        }
        return true;
    }

    Outcome<bool> check(const AnyOf& any, bool quiet) {
        for (const Rule& rule : any.rules) {
            if (TRY(run(rule, true))) {
                return true;
            }
        }
        return verdict(denied(), quiet);
    }

    Store& store_;
    std::string_view caller_;
    const Parameters& parameters_;
};

} // namespace

Outcome<void> check_permission(
    const Permission& permission,
    Store& store,
    std::string_view caller,
    const Parameters& parameters
) {
    if (caller.empty()) {
        return std::holds_alternative<World>(permission) ? Outcome<void>() : denied("user != null");
    }
    if (caller == root_user.text || std::holds_alternative<Everyone>(permission)) {
        return {};
    }
    if (const auto* rule = std::get_if<Rule>(&permission)) {
        TRY(Check(store, caller, parameters).run(*rule, false));
        return {};
    }
    return denied(); // PVE's `world` is for those only who are not logged in
}

Outcome<void> require(
    Store& store,
    std::string_view caller,
    const std::string& path,
    const std::vector<std::string>& privileges,
    bool any
) {
    const access::Privileges held = path.empty() && caller != root_user.text
                                        ? access::Privileges()
                                        : store.privileges(caller, path);
    const auto has = [&held](const std::string& name) { return held.contains(Privilege{name}); };
    if (any) {
        if (std::ranges::none_of(privileges, has)) {
            return denied(fmt::format("{}, {}", path, join(privileges, "|")));
        }
        return {};
    }
    if (const auto missing = std::ranges::find_if_not(privileges, has);
        missing != privileges.end()) {
        return denied(fmt::format("{}, {}", path, *missing));
    }
    return {};
}

Outcome<void> require_acl_right(Store& store, std::string_view caller, const std::string& path) {
    std::vector<std::string> privileges = {"Permissions.Modify"};
    if (path.starts_with("/storage/")) {
        privileges.emplace_back("Datastore.Allocate");
    } else if (path.starts_with("/vms/")) {
        privileges.emplace_back("VM.Allocate");
    } else if (path.starts_with("/pool/")) {
        privileges.emplace_back("Pool.Allocate");
    }
    return require(store, caller, path, privileges, true);
}

Outcome<void> require_user(const Store& store, const std::string& user, formats::Blanks blanks) {
    if (const auto complaint = formats::check_user_id(user, blanks)) {
        return died(*complaint);
    }
    if (!store.config().users.contains(user)) {
        return died(fmt::format("no such user ('{}')", user));
    }
    return {};
}

std::set<std::string>
users_of_groups(Store& store, std::string_view caller, const std::vector<std::string>& privileges) {
    std::set<std::string> users;
    for (const auto& [id, group] : store.config().groups) {
        if (require(store, caller, all_groups + "/" + id, privileges, true)) {
            users.insert(group.users.begin(), group.users.end());
        }
    }
    return users;
}

} // namespace pveform::simulator
