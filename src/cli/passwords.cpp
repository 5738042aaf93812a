#include "cli/passwords.hpp"

#include <chrono>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::cli {

namespace {

constexpr std::size_t max_password_file_bytes = 4096;
constexpr std::size_t min_password_characters = 8; // PVE's own limits
constexpr std::size_t max_password_characters = 64;
constexpr std::chrono::seconds command_time_limit{30};

Result<Secret> read_source(const desired::PasswordSource& source, Context& context) {
    switch (source.kind) {
    case desired::PasswordSource::Kind::environment: {
        auto text = context.environment(source.variable);
        if (!text) {
            return std::unexpected(Error{
                .kind = ErrorKind::usage,
                .message =
                    fmt::format("environment variable `{}` is not set", printable(source.variable)),
            });
        }
        return Secret::take(std::move(*text));
    }
    case desired::PasswordSource::Kind::file: {
        std::string text = TRY(context.files.read_file(source.file, max_password_file_bytes));
        Secret secret(trim(text, "\r\n"));
        wipe(text);
        return secret;
    }
    case desired::PasswordSource::Kind::command: {
        const Secret text = TRY(context.processes.output_of(source.command, command_time_limit));
        return Secret(trim(text.reveal(), "\r\n"));
    }
    }
    return Secret();
}

Result<Secret>
read_password(const UserId& user, const desired::PasswordSource& source, Context& context) {
    Secret password = TRY(read_source(source, context));
    const std::size_t length = display_width(password.reveal());
    if (length < min_password_characters || length > max_password_characters) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = fmt::format(
                "the initial password of `{}` has {} characters; PVE takes {} to {}",
                user.text,
                length,
                min_password_characters,
                max_password_characters
            ),
        });
    }
    return password;
}

/// Before the first program for a password is run: that of another user is none of its business.
void withhold_passwords(const desired::Document& document, Processes& processes) {
    for (const auto& [id, user] : document.users) {
        const auto& source = user.initial_password;
        if (source && source->value.kind == desired::PasswordSource::Kind::environment) {
            processes.withhold(source->value.variable);
        }
    }
}

/// The value of a variable that names a folder. What is no absolute path is none (XDG Base
/// Directory Specification): it would be another folder in every working directory.
std::optional<std::filesystem::path> folder_in(const char* variable, Context& context) {
    const std::filesystem::path folder = context.environment(variable).value_or("");
    return folder.is_absolute() ? std::optional(folder) : std::nullopt;
}

} // namespace

Collected<std::map<UserId, Secret>> read_initial_passwords(
    const plan::Plan& plan, const desired::Document& document, Context& context
) {
    withhold_passwords(document, context.processes);
    std::map<UserId, Secret> passwords;
    Errors errors;
    for (const plan::Step& step : plan.steps) {
        const auto* create = std::get_if<plan::CreateUser>(&step.command);
        if (create == nullptr) {
            continue;
        }
        const auto user = document.users.find(create->id);
        if (user == document.users.end() || !user->second.initial_password) {
            continue;
        }
        const auto& source = *user->second.initial_password;
        auto password = read_password(create->id, source.value, context);
        if (password) {
            passwords.emplace(create->id, std::move(*password));
        } else {
            password.error().span = source.span;
            errors.push_back(std::move(password).error());
        }
    }
    if (!errors.empty()) {
        return std::unexpected(std::move(errors));
    }
    return passwords;
}

std::filesystem::path spool_folder(Context& context) {
    if (const auto state = folder_in("XDG_STATE_HOME", context)) {
        return *state / "pveform";
    }
    return folder_in("HOME", context).value_or("/root") / ".local/state/pveform";
}

} // namespace pveform::cli
