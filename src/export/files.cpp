#include "export/files.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pveform::exporting {

namespace {

/// Objects of several lines are set apart.
bool is_tall(const std::string& entry) {
    return std::ranges::count(entry, '\n') > 2;
}

/// A part of a section with its key. Remarks without entries stand alone: a key with nothing below
/// it would be an error.
std::string text_of(const Section& section, const std::string& note) {
    std::string text = note;
    if (!section.entries.empty()) {
        text += section.key + ":\n";
    }
    for (const std::string& remark : section.remarks) {
        text += remark;
    }
    const bool spaced = std::ranges::any_of(section.entries, is_tall);
    bool is_first = section.remarks.empty();
    for (const std::string& entry : section.entries) {
        text += (spaced && !is_first ? "\n" : "") + entry;
        is_first = false;
    }
    return text;
}

std::string note_for(const Frame& frame, const std::string& key) {
    const auto note = frame.notes.find(key);
    return note == frame.notes.end() ? std::string() : note->second;
}

bool has_own_file(const Section& section) {
    return section.key == "roles" || section.key == "groups" || section.key == "users";
}

/// The section in parts of at most `max_bytes`, or of one entry.
std::vector<Section> parts_of(const Section& section, std::size_t max_bytes) {
    std::vector<Section> parts{{section.key, section.remarks, {}}};
    std::size_t size = 0;
    for (const std::string& remark : section.remarks) {
        size += remark.size();
    }
    for (const std::string& entry : section.entries) {
        if (size + entry.size() > max_bytes && size > 0) {
            parts.push_back({section.key, {}, {}});
            size = 0;
        }
        size += entry.size() + 1;
        parts.back().entries.push_back(entry);
    }
    return parts;
}

} // namespace

std::string one_file(const Frame& frame, const std::vector<Section>& sections) {
    std::string text = frame.head;
    for (const Section& section : sections) {
        text += "\n" + text_of(section, note_for(frame, section.key));
    }
    return text + frame.tail;
}

std::vector<File>
folder(const Frame& frame, const std::vector<Section>& sections, std::size_t max_bytes) {
    std::vector<File> files{{"cluster.yaml", frame.head}};
    for (const Section& section : sections) {
        const std::string note = note_for(frame, section.key);
        if (!has_own_file(section)) {
            files.front().text += "\n" + text_of(section, note);
            continue;
        }
        std::size_t number = 0;
        for (const Section& part : parts_of(section, max_bytes)) {
            ++number;
            files.push_back({
                number == 1 ? section.key + ".yaml"
                            : fmt::format("{}-{}.yaml", section.key, number),
                text_of(part, number == 1 ? note : std::string()),
            });
        }
    }
    files.front().text += frame.tail;
    return files;
}

} // namespace pveform::exporting
