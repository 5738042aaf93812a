// Strict reading of PVE's answers. An answer of another shape than expected is an error that names
// the endpoint, the place in the answer, and what was seen there: never a guess.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "json/value.hpp"

namespace pveform::live {

/// A value in an answer, and where it stands.
class Node {
public:
    /// `where` names the endpoint, for errors; both must outlive this.
    Node(const json::Value& value, std::string_view where) : value_(&value), where_(where) {}

    [[nodiscard]] const json::Value& value() const { return *value_; }

    /// The elements of an array.
    [[nodiscard]] Result<std::vector<Node>> elements() const;

    /// The members of an object, with their names. Perl gives an empty object as an empty array
    /// where it could not know better: that is taken as well.
    [[nodiscard]] Result<std::vector<std::pair<std::string, Node>>> members() const;

    /// Whether this is an object that has a member of this name that is not null.
    [[nodiscard]] bool has(std::string_view key) const;
    /// A member that must be there.
    [[nodiscard]] Result<Node> at(std::string_view key) const;

    // Members of an object. Without `or`, the member must be there.
    [[nodiscard]] Result<std::string> text(std::string_view key) const;
    /// Empty where absent; trimmed of blanks, and `0` as empty: forms that PVE takes for the same.
    [[nodiscard]] Result<std::string> field(std::string_view key) const;
    [[nodiscard]] Result<bool> flag(std::string_view key) const;
    [[nodiscard]] Result<bool> flag_or(std::string_view key, bool absent) const;
    [[nodiscard]] Result<std::int64_t> integer_or(std::string_view key, std::int64_t absent) const;

    // This value itself.
    [[nodiscard]] Result<std::string> as_text() const;
    /// 0 and 1, as number or text, true and false.
    [[nodiscard]] Result<bool> as_flag() const;
    /// A number or digits; what does not fit becomes the largest that does.
    [[nodiscard]] Result<std::int64_t> as_integer() const;

    /// "… `[3].expire` is `"soon"`, not `expected`".
    [[nodiscard]] Error error(std::string_view expected) const;

private:
    [[nodiscard]] Node child(const json::Value& value, std::string_view step) const;

    const json::Value* value_;
    std::string_view where_;
    std::string path_;
};

} // namespace pveform::live
