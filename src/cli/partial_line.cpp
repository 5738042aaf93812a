#include "cli/partial_line.hpp"

#include <algorithm>
#include <ranges>

#include <CLI/CLI.hpp>

namespace pveform::cli {

namespace {

bool is_flag(std::string_view word) {
    return word.size() > 1 && word.starts_with('-');
}

/// How many words behind it are its values.
std::size_t values_of(const CLI::Option& option) {
    return static_cast<std::size_t>(std::max(option.get_items_expected_min(), 0));
}

class Reader {
public:
    explicit Reader(const CLI::App& app) { line_.commands.push_back(&app); }

    void read(const std::string& word) {
        if (pending_ != nullptr) {
            line_.values[pending_].push_back(word);
            if (++given_ == values_of(*pending_)) {
                pending_ = nullptr;
            }
        } else if (word == "--" && !line_.only_positionals) {
            line_.only_positionals = true;
        } else if (is_flag(word) && !line_.only_positionals) {
            read_flag(word);
        } else if (const CLI::App* command = command_of(word)) {
            line_.commands.push_back(command);
        } else {
            if (const CLI::Option* positional = line_.next_positional()) {
                line_.values[positional].push_back(word);
            }
            ++line_.positionals;
        }
    }

    PartialLine end(const std::string& word) {
        line_.word = word;
        const std::size_t equals = word.find('=');
        if (pending_ != nullptr) {
            line_.option = pending_;
            line_.value_index = given_;
        } else if (word.starts_with("--") && equals != std::string::npos && !line_.only_positionals) {
            line_.option = flag_of(word.substr(0, equals));
            line_.value_begin = equals + 1;
        }
        return std::move(line_);
    }

private:
    [[nodiscard]] const CLI::App* command_of(const std::string& word) const {
        if (line_.positionals > 0 || line_.only_positionals) {
            return nullptr;
        }
        for (const CLI::App* command : line_.commands.back()->get_subcommands({})) {
            if (command->check_name(word)) {
                return command;
            }
        }
        return nullptr;
    }

    [[nodiscard]] const CLI::Option* flag_of(const std::string& name) const {
        const auto flags = flags_of(line_.commands);
        const auto found = std::ranges::find_if(flags, [&](const CLI::Option* option) {
            return option->check_name(name);
        });
        return found != flags.end() ? *found : nullptr;
    }

    void read_flag(const std::string& word) {
        const std::size_t equals = word.find('=');
        const bool is_long = word.starts_with("--");
        const std::string name = is_long ? word.substr(0, equals) : word.substr(0, 2);
        const CLI::Option* option = flag_of(name);
        if (option == nullptr || values_of(*option) == 0) {
            return;
        }
        const bool has_value = is_long ? equals != std::string::npos : word.size() > 2;
        if (has_value) {
            line_.values[option].push_back(word.substr(is_long ? equals + 1 : 2));
        } else {
            pending_ = option;
            given_ = 0;
        }
    }

    PartialLine line_;
    const CLI::Option* pending_ = nullptr; // waits for values
    std::size_t given_ = 0;                // how many it has
};

} // namespace

std::vector<std::string> PartialLine::given(const std::string& name) const {
    for (const auto& [flag, texts] : values) {
        if (flag->check_lname(name)) {
            return texts;
        }
    }
    return {};
}

const CLI::Option* PartialLine::next_positional() const {
    std::size_t left = positionals;
    for (const CLI::Option* one : commands.back()->get_options({})) {
        if (!one->get_positional() || one->nonpositional()) {
            continue;
        }
        const std::size_t takes = static_cast<std::size_t>(one->get_items_expected_max());
        if (left < takes) {
            return one;
        }
        left -= takes;
    }
    return nullptr;
}

std::vector<const CLI::Option*> flags_of(const std::vector<const CLI::App*>& commands) {
    std::vector<const CLI::Option*> flags;
    for (const CLI::App* command : commands | std::views::reverse) {
        for (const CLI::Option* option : command->get_options({})) {
            if (option->nonpositional()) {
                flags.push_back(option);
            }
        }
    }
    return flags;
}

PartialLine read_partial_line(const CLI::App& app, const std::vector<std::string>& words) {
    Reader reader(app);
    for (const std::string& word : words | std::views::take(words.size() - 1)) {
        reader.read(word);
    }
    return reader.end(words.back());
}

} // namespace pveform::cli
