#include "cli/completion.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/known_objects.hpp"
#include "cli/outputs.hpp"
#include "cli/partial_line.hpp"
#include "model/builtin_roles.hpp"
#include "model/object_key.hpp"
#include "model/release.hpp"
#include "policy/rules.hpp"

namespace pveform::cli {

namespace {

using Words = std::vector<Candidate>;

void add(Words& words, const std::set<std::string>& names, const std::string& before = {}) {
    for (const std::string& name : names) {
        words.push_back({before + name, {}});
    }
}

/// What the word at the end is looked up in.
struct Sources {
    const PartialLine& line;
    Context& context;

    [[nodiscard]] KnownObjects objects() const {
        Options options;
        if (const auto files = line.given("file"); !files.empty()) {
            options.files.assign(files.begin(), files.end());
        }
        for (const auto& [name, place] : {
                 std::pair("live", &options.live),
                 std::pair("domains", &options.domains),
             }) {
            if (const auto texts = line.given(name); !texts.empty()) {
                *place = texts.back();
            }
        }
        if (const auto texts = line.given("release"); !texts.empty()) {
            options.release = texts.back();
        }
        return known_objects(options, context);
    }
};

Words principals(const Sources& sources) {
    const KnownObjects objects = sources.objects();
    Words words;
    add(words, objects.users);
    add(words, objects.tokens);
    return words;
}

Words users(const Sources& sources) {
    Words words;
    add(words, sources.objects().users);
    return words;
}

Words tokens(const Sources& sources) {
    Words words;
    add(words, sources.objects().tokens);
    return words;
}

Words acl_paths(const Sources& sources) {
    Words words;
    add(words, sources.objects().paths);
    return words;
}

Words privileges(const Sources&) {
    Words words;
    for (const auto& [id, role] : builtin_roles(Release::newest_known())) {
        for (const Privilege& privilege : role.privileges) {
            words.push_back({privilege.text, {}});
        }
    }
    return words;
}

Words forms(const Sources&) {
    Words words;
    for (const std::string& name : names_of_forms()) {
        words.push_back({name + "=", {}});
    }
    return words;
}

Words rules(const Sources&) {
    Words words;
    for (const policy::Rule& rule : policy::rules()) {
        words.push_back({std::string(rule.id), std::string(rule.summary)});
    }
    return words;
}

/// As selectors write them; ACL entries are found by path or principal.
Words names_of(ObjectKind kind, const KnownObjects& objects) {
    const std::string before = fmt::format("{}:", to_string(kind));
    Words words;
    switch (kind) {
    case ObjectKind::role:
        add(words, objects.roles, before);
        break;
    case ObjectKind::group:
        add(words, objects.groups, before);
        break;
    case ObjectKind::user:
        add(words, objects.users, before);
        break;
    case ObjectKind::token:
        add(words, objects.tokens, before);
        break;
    case ObjectKind::acl:
        add(words, objects.paths, before);
        add(words, objects.grantees, before);
        break;
    }
    return words;
}

/// Kinds first, then the names of one: all at once would be a wall.
Words selectors(const Sources& sources) {
    const std::string value = sources.line.word.substr(sources.line.value_begin);
    const std::size_t colon = value.find(':');
    if (colon == std::string::npos) {
        Words words;
        for (const ObjectKind kind : all_object_kinds) {
            words.push_back({fmt::format("{}:", to_string(kind)), {}});
        }
        return words;
    }
    const auto kind = parse_object_kind(value.substr(0, colon));
    return kind ? names_of(*kind, sources.objects()) : Words();
}

/// What the help calls a value, and where such values are found.
struct Term {
    std::string_view text;
    Words (*find)(const Sources&);
};

constexpr std::array<Term, 9> terms = {{
    {"USER@REALM", users},
    {"USER@REALM[!TOKEN]", principals},
    {"USER[!TOKEN]", principals},
    {"USER@REALM!TOKEN...", tokens},
    {"KIND:GLOB", selectors},
    {"FORMAT=PATH", forms},
    {"ACL_PATH", acl_paths},
    {"PRIVILEGE", privileges},
    {"RULE", rules},
}};

bool is_of_files(std::string_view term) {
    constexpr std::array<std::string_view, 5> names = {"FILE", "PATH", "DIR", "PLAN", "SNAPSHOT"};
    return std::ranges::find(names, term) != names.end();
}

/// `text|json`.
bool is_enumeration(std::string_view term) {
    return term.find('|') != std::string_view::npos;
}

/// What the help calls the value that is being written.
std::string term_of(const CLI::Option& option, std::size_t index) {
    const auto texts = split(option.get_option_text(), " ");
    return index < texts.size() ? texts[index] : std::string();
}

/// Only what begins with what is already there; each once.
Words matching(Words words, std::string_view beginning) {
    std::erase_if(words, [&](const Candidate& one) { return !one.word.starts_with(beginning); });
    std::ranges::sort(words, {}, &Candidate::word);
    const auto doubled = std::ranges::unique(words, {}, &Candidate::word);
    words.erase(doubled.begin(), doubled.end());
    return words;
}

Completion values(const Sources& sources, const CLI::Option& option) {
    const PartialLine& line = sources.line;
    const std::string term = term_of(option, line.value_index);
    if (const std::size_t sign = line.word.find('=', line.value_begin);
        term.ends_with("=PATH") && sign != std::string::npos) {
        return {.candidates = {}, .before_path = line.word.substr(0, sign + 1)};
    }
    const std::string before = line.word.substr(0, line.value_begin);
    if (is_of_files(term)) {
        return {.candidates = {}, .before_path = before};
    }
    Words words;
    if (is_enumeration(term)) {
        for (const std::string& value : split(term, "|")) {
            words.push_back({value, {}});
        }
    } else if (const auto found = std::ranges::find(terms, term, &Term::text);
               found != terms.end()) {
        words = found->find(sources);
    }
    words = matching(std::move(words), line.word.substr(line.value_begin));
    for (Candidate& one : words) {
        one.word.insert(0, before);
    }
    return {.candidates = std::move(words), .before_path = {}};
}

Words flags(const PartialLine& line) {
    Words words;
    for (const CLI::Option* option : flags_of(line.commands)) {
        for (const std::string& name : option->get_lnames()) {
            words.push_back({"--" + name, option->get_description()});
        }
        if (line.word == "-") {
            for (const std::string& name : option->get_snames()) {
                words.push_back({"-" + name, option->get_description()});
            }
        }
    }
    return matching(std::move(words), line.word);
}

Words commands(const PartialLine& line) {
    Words words;
    if (line.positionals == 0 && !line.only_positionals) {
        for (const CLI::App* command : line.commands.back()->get_subcommands({})) {
            words.push_back({command->get_name(), command->get_description()});
        }
    }
    return matching(std::move(words), line.word);
}

} // namespace

Completion complete(const CLI::App& app, const std::vector<std::string>& words, Context& context) {
    const PartialLine line = read_partial_line(app, words);
    const Sources sources{line, context};
    if (line.option != nullptr) {
        return values(sources, *line.option);
    }
    if (line.word.starts_with('-') && !line.only_positionals) {
        return {.candidates = flags(line), .before_path = {}};
    }
    Completion completion{.candidates = commands(line), .before_path = {}};
    if (const CLI::Option* positional = line.next_positional()) {
        Completion more = values(sources, *positional);
        std::ranges::move(more.candidates, std::back_inserter(completion.candidates));
        completion.before_path = std::move(more.before_path);
    }
    return completion;
}

} // namespace pveform::cli
