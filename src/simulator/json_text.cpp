#include "simulator/json_text.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "formats/perl_text.hpp"

namespace pveform::simulator {

namespace {

void write_string(std::string_view text, std::string& out) {
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

class Writer {
public:
    explicit Writer(Shuffler& shuffler) : shuffler_(shuffler) {}

    void write(const json::Value& value) {
        if (const auto* text = value.as_string()) {
            write_string(*text, out_);
        } else if (const auto* flag = value.as_bool()) {
            out_ += *flag ? "true" : "false";
        } else if (const auto* integer = value.as_int()) {
            out_ += std::to_string(*integer);
        } else if (const auto* large = value.as_uint()) {
            out_ += std::to_string(*large);
        } else if (const auto* number = value.as_double()) {
            out_ += formats::number_text(*number);
        } else if (const auto* items = value.as_array()) {
            write_array(*items);
        } else if (const auto* members = value.as_object()) {
            write_object(*members);
        } else {
            out_ += "null";
        }
    }

    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    void write_array(const json::Array& items) {
        out_ += '[';
        for (const json::Value& item : items) {
            write(item);
            out_ += ',';
        }
        close(']', !items.empty());
    }

    void write_object(const json::Object& members) {
        std::vector<const json::Object::value_type*> order;
        order.reserve(members.size());
        for (const auto& member : members) {
            order.push_back(&member);
        }
        shuffler_.shuffle(order.begin(), order.end());
        out_ += '{';
        for (const auto* member : order) {
            write_string(member->first, out_);
            out_ += ':';
            write(member->second);
            out_ += ',';
        }
        close('}', !members.empty());
    }

    /// In place of the last comma, if there is one.
    void close(char bracket, bool has_comma) {
        if (has_comma) {
            out_.back() = bracket;
        } else {
            out_ += bracket;
        }
    }

    Shuffler& shuffler_;
    std::string out_;
};

} // namespace

std::string json_text(const json::Value& value, Shuffler& shuffler) {
    Writer writer(shuffler);
    writer.write(value);
    return std::move(writer).take();
}

} // namespace pveform::simulator
