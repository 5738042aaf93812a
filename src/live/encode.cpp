#include "live/encode.hpp"

#include <charconv>

namespace pveform::live {

namespace {

constexpr std::string_view unreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

void append_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 0xF];
    }
}

std::string_view bytes_of(const ParameterValue& value) {
    if (const auto* secret = std::get_if<const Secret*>(&value)) {
        return (*secret)->reveal();
    }
    return std::get<std::string>(value);
}

} // namespace

std::string percent_encode(std::string_view text) {
    std::string out;
    append_encoded(out, text);
    return out;
}

std::string percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        const char* digits = text.data() + i + 1;
        const bool is_encoded = text[i] == '%' && i + 2 < text.size() &&
                                std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
        out += is_encoded ? static_cast<char>(byte) : text[i];
        i += is_encoded ? 2 : 0;
    }
    return out;
}

Secret form_encode(const Parameters& parameters) {
    // Room for the longest encoding, so that no growth leaves a copy of a secret behind.
    std::size_t most = 0;
    for (const auto& [name, value] : parameters) {
        most += 3 * (name.size() + bytes_of(value).size()) + 2;
    }
    std::string form;
    form.reserve(most);
    for (const auto& [name, value] : parameters) {
        if (!form.empty()) {
            form += '&';
        }
        append_encoded(form, name);
        form += '=';
        append_encoded(form, bytes_of(value));
    }
    return Secret::take(std::move(form));
}

} // namespace pveform::live
