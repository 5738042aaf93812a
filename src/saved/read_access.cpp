// Who gains and who loses what, from the JSON of a plan.

#include <array>
#include <optional>
#include <set>
#include <utility>

#include "saved/read_plan.hpp"

namespace pveform::saved {

using namespace json::reading; // NOLINT: the words that this file is written in

namespace {

using access::Reach;
using access::Shift;

Read<Reach> reach_of(const Place& place) {
    const std::string text = TRY(text_of(place));
    if (text == "path") {
        return Reach::path;
    }
    if (text == "below") {
        return Reach::below;
    }
    return text == "members" ? Read<Reach>(Reach::members)
                             : refuse(place, "is none of path, below, members");
}

Read<access::Standing> displacement_of(const Place& place) {
    const std::string text = TRY(text_of(place));
    for (const auto standing :
         {access::Standing::hidden, access::Standing::replaced, access::Standing::overruled}) {
        if (text == to_string(standing)) {
            return standing;
        }
    }
    return refuse(place, "is none of hidden, replaced, overruled");
}

Read<AclKey> entry_of(const Place& place) {
    const Place path = TRY(field_of(place, "path"));
    const Place principal = TRY(field_of(place, "principal"));
    const Place role = TRY(field_of(place, "role"));
    AclKey entry;
    entry.path.text = TRY(read_path(path));
    entry.principal = principal_named(TRY(text_of(principal)));
    entry.role.text = TRY(text_of(role));
    return entry;
}

/// Builds the tables that a difference refers to.
class DifferenceReader {
public:
    explicit DifferenceReader(plan::Plan& plan) : plan_(plan) {}

    Read<void> read(const Place& place) && {
        const Place all = TRY(field_of(place, "affected"));
        for (const Place& item : TRY(items_of(all))) {
            access::Affected affected = TRY(affected_of(item));
            plan_.effective_access.affected.push_back(std::move(affected));
        }
        plan_.effective_access.sets = sets_.all();
        return {};
    }

private:
    Read<access::Affected> affected_of(const Place& place) {
        access::Affected affected;
        const Place principals = TRY(field_of(place, "principals"));
        for (const Place& item : TRY(items_of(principals))) {
            affected.principals.push_back(TRY(read_principal(item)));
            if (!principals_.insert(affected.principals.back()).second) {
                return refuse(item, "stands there twice");
            }
        }
        if (affected.principals.empty()) {
            return refuse(principals, "is empty");
        }
        const Place loses_everything = TRY(field_of(place, "loses_everything"));
        affected.held_something = TRY(flag_of(loses_everything));
        affected.holds_something = !affected.held_something;
        const Place places = TRY(field_of(place, "places"));
        for (const Place& item : TRY(items_of(places))) {
            affected.shifts.push_back(TRY(shift_of(item, affected.principals.front())));
        }
        TRY(check_places(places, affected));
        return affected;
    }

    /// That no two are about the same, and each is about something.
    Read<void> check_places(const Place& place, const access::Affected& affected) {
        const access::Difference& difference = plan_.effective_access;
        std::set<std::pair<Reach, std::string>> known;
        for (const Shift& shift : affected.shifts) {
            if (shift.reach != Reach::members &&
                !known.emplace(shift.reach, difference.paths[shift.place]).second) {
                return refuse(place, "is twice about the same");
            }
        }
        for (const Shift& shift : affected.shifts) {
            if (shift.reach != Reach::members) {
                continue;
            }
            const std::vector<std::string>& paths = difference.members[shift.place].paths;
            bool is_about_any = false;
            for (const std::string& path : paths) {
                is_about_any = is_about_any || !known.contains({Reach::path, path});
                if (!known.emplace(Reach::members, path).second) {
                    return refuse(place, "is twice about the same");
                }
            }
            if (!is_about_any) {
                return refuse(place, "is about members that are all spoken of otherwise");
            }
        }
        return {};
    }

    Read<Shift> shift_of(const Place& place, const Principal& example) {
        Shift shift;
        const Place reach = TRY(field_of(place, "reach"));
        shift.reach = TRY(reach_of(reach));
        shift.place = shift.reach == Reach::members ? TRY(members_at(place)) : TRY(path_at(place));
        const Place gained = TRY(field_of(place, "gained"));
        const Place lost = TRY(field_of(place, "lost"));
        shift.gained = TRY(set_number(gained));
        shift.lost = TRY(set_number(lost));
        if (place.value->find("lost_by_addition") != nullptr) {
            const Place by_addition = TRY(field_of(place, "lost_by_addition"));
            const Place additions = TRY(field_of(place, "additions"));
            shift.lost_by_addition = TRY(set_number(by_addition));
            if (shift.lost_by_addition == access::PrivilegeSets::empty) {
                return refuse(by_addition, "is empty");
            }
            TRY(read_additions(additions, {example, shift}));
        }
        return shift;
    }

    Read<std::uint32_t> path_at(const Place& place) {
        const Place path = TRY(field_of(place, "path"));
        auto& paths = plan_.effective_access.paths;
        paths.push_back(TRY(read_path(path)));
        return static_cast<std::uint32_t>(paths.size() - 1);
    }

    Read<std::uint32_t> members_at(const Place& place) {
        access::Members members;
        const Place pools = TRY(field_of(place, "pools"));
        for (const Place& item : TRY(items_of(pools))) {
            members.after.push_back(PoolId{TRY(text_of(item))});
        }
        const Place paths = TRY(field_of(place, "paths"));
        for (const Place& item : TRY(items_of(paths))) {
            members.paths.push_back(TRY(read_path(item)));
        }
        if (members.paths.empty()) {
            return refuse(paths, "is empty");
        }
        auto& all = plan_.effective_access.members;
        all.push_back(std::move(members));
        return static_cast<std::uint32_t>(all.size() - 1);
    }

    Read<access::PrivilegeSets::Number> set_number(const Place& place) {
        return sets_.number(TRY(set_of<Privilege>(place)));
    }

    Read<void> read_additions(const Place& place, const std::pair<Principal, Shift>& loss) {
        std::vector<access::Addition>& additions = plan_.additions[loss];
        for (const Place& item : TRY(items_of(place))) {
            const Place added = TRY(field_of(item, "entry"));
            const Place displaced = TRY(field_of(item, "displaces"));
            const Place how = TRY(field_of(item, "displaced"));
            access::Addition addition;
            addition.added = TRY(entry_of(added));
            addition.displaced = TRY(entry_of(displaced));
            addition.standing = TRY(displacement_of(how));
            additions.push_back(std::move(addition));
        }
        return {};
    }

    plan::Plan& plan_;
    access::PrivilegeSets sets_;
    std::set<Principal> principals_; // that were read
};

} // namespace

Read<void> read_access(const Place& place, plan::Plan& plan) {
    return DifferenceReader(plan).read(place);
}

} // namespace pveform::saved
