// Parameters as they arrive: from the query, a form or a JSON body, before anything is checked.
// Mirrors pve-http-server: src/PVE/APIServer/AnyEvent.pm (decode_urlencoded, extract_params).
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/perl_text.hpp"

namespace pveform::simulator {

/// One value as Perl holds it.
struct Parameter {
    enum class Kind { undefined, text, boolean, array, object };

    Kind kind = Kind::undefined;
    std::string text;               // of a boolean: `1` or `0`
    std::vector<std::string> items; // of an array, as Perl would join them

    /// Text from the path is bytes to Perl: only ASCII blanks are blanks in it.
    formats::Blanks blanks = formats::Blanks::unicode;

    [[nodiscard]] static Parameter of(std::string text);

    [[nodiscard]] bool is_defined() const { return kind != Kind::undefined; }

    /// Perl's truth.
    [[nodiscard]] bool is_true() const;

    /// What Perl makes of the value in a string: an array is `ARRAY(0x…)`.
    [[nodiscard]] std::string printed() const;
};

using Parameters = std::map<std::string, Parameter>;

/// Splits at `&` and `;`, drops what follows a second `=`, makes arrays of repeated names.
[[nodiscard]] Parameters decode_form(std::string_view text);

/// The error is the text of a 500.
[[nodiscard]] std::expected<Parameters, std::string> decode_json(std::string_view body);

} // namespace pveform::simulator
