#include "cli/credentials.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "live/encode.hpp"
#include "model/authorization.hpp"
#include "model/ids.hpp"

namespace pveform::cli {

namespace {

constexpr std::size_t max_secret_file_bytes = 4096;
constexpr std::chrono::seconds command_time_limit{60}; // a password manager may ask its owner first

/// CI systems set variables to nothing whose secret they do not give to a job.
std::optional<std::string> variable(Context& context, const std::string& name) {
    auto value = context.environment(name);
    return value && value->empty() ? std::nullopt : std::move(value);
}

bool is_set(Context& context, const std::string& name) {
    auto value = variable(context, name);
    if (value) {
        wipe(*value);
    }
    return value.has_value();
}

/// Of these variables, those that are set.
std::vector<std::string> set_ones(Context& context, const std::vector<std::string>& names) {
    std::vector<std::string> set;
    for (const std::string& name : names) {
        if (is_set(context, name)) {
            set.push_back(name);
        }
    }
    return set;
}

std::string quoted(const std::vector<std::string>& names) {
    return "`" + join(names, "` and `") + "`";
}

/// At most one of them may be set: which, if any.
Result<std::optional<std::string>>
only_one(Context& context, const std::vector<std::string>& names, std::string_view what) {
    const auto set = set_ones(context, names);
    if (set.size() > 1) {
        return std::unexpected(usage_error(
            fmt::format("{} each give {}", quoted(set), what), "unset all but one of them"
        ));
    }
    return set.empty() ? std::nullopt : std::optional(set.front());
}

Result<Secret> secret_in_file(Context& context, const std::string& path, std::string_view what) {
    std::string text = TRY(context.files.read_file(path, max_secret_file_bytes));
    Secret secret(trim(text, "\r\n"));
    wipe(text);
    if (secret.empty()) {
        return std::unexpected(usage_error(
            fmt::format("`{}` is empty", printable(path)), fmt::format("it should hold {}", what)
        ));
    }
    return secret;
}

// API tokens.

/// `user@realm!name=secret`; PVE splits it at the last `=`. The header's whole value, which secrets
/// files hold, does as well.
Result<live::ApiToken> parse_token(std::string text, std::string_view name) {
    const bool is_header = text.starts_with(token_scheme);
    const std::size_t begin = is_header ? token_scheme.size() : 0;
    const std::size_t equals = text.rfind('=');
    std::string id;
    if (equals != std::string::npos && equals > begin && equals + 1 < text.size()) {
        id = text.substr(begin, equals - begin);
    }
    if (is_header) {
        id = live::percent_decode(id);
    }
    if (!TokenId::parse(id)) {
        wipe(text);
        wipe(id);
        return std::unexpected(usage_error(
            fmt::format("`{}` does not hold an API token", name),
            "it is one text: `user@realm!name=secret`, as PVE shows it when the token is made"
        ));
    }
    live::ApiToken token{std::move(id), Secret(std::string_view(text).substr(equals + 1))};
    wipe(text);
    return token;
}

/// The token `id` with the secret that `source` holds, alone or as the header's whole value.
Result<live::ApiToken> token_of(std::string id, Secret secret, std::string_view source) {
    if (!secret.reveal().starts_with(token_scheme)) {
        return live::ApiToken{std::move(id), std::move(secret)};
    }
    auto token = TRY(parse_token(std::string(secret.reveal()), source));
    if (token.id != id) {
        return std::unexpected(usage_error(
            fmt::format(
                "`{}` is of token `{}`, and `PVEFORM_TOKEN_ID` is `{}`",
                source,
                printable(token.id),
                printable(id)
            ),
            "both must be of one token"
        ));
    }
    return token;
}

Result<live::ApiToken> token_from_parts(Context& context) {
    auto id = variable(context, "PVEFORM_TOKEN_ID");
    const auto source = TRY(only_one(
        context, {"PVEFORM_TOKEN_SECRET", "PVEFORM_TOKEN_SECRET_FILE"}, "the secret of the token"
    ));
    if (!id) {
        return std::unexpected(usage_error(
            fmt::format("`{}` is set and `PVEFORM_TOKEN_ID` is not", *source),
            "set `PVEFORM_TOKEN_ID` to `user@realm!name`"
        ));
    }
    if (!TokenId::parse(*id)) {
        return std::unexpected(usage_error(
            fmt::format("`PVEFORM_TOKEN_ID` is not a token id: `{}`", printable(*id)),
            "it is `user@realm!name`, without the secret"
        ));
    }
    if (!source) {
        return std::unexpected(usage_error(
            "`PVEFORM_TOKEN_ID` is set and its secret is not",
            "set `PVEFORM_TOKEN_SECRET`, or `PVEFORM_TOKEN_SECRET_FILE` to the path of a file"
        ));
    }
    auto value = variable(context, *source);
    if (*source == "PVEFORM_TOKEN_SECRET_FILE") {
        Secret secret = TRY(secret_in_file(context, *value, "the token's secret"));
        return token_of(std::move(*id), std::move(secret), *source);
    }
    return token_of(std::move(*id), Secret::take(std::move(*value)), *source);
}

// Users with passwords.

/// One that nobody has to be there for.
Result<std::optional<Secret>> given_password(Context& context) {
    const auto source = TRY(only_one(
        context,
        {"PVEFORM_PASSWORD", "PVEFORM_PASSWORD_FILE", "PVEFORM_PASSWORD_COMMAND"},
        "the password"
    ));
    if (!source) {
        return std::optional<Secret>();
    }
    auto value = variable(context, *source);
    if (*source == "PVEFORM_PASSWORD") {
        return Secret::take(std::move(*value));
    }
    if (*source == "PVEFORM_PASSWORD_FILE") {
        return TRY(secret_in_file(context, *value, "the password"));
    }
    auto output = context.processes.output_of({"sh", "-c", *value}, command_time_limit);
    if (!output) {
        Error error = std::move(output).error();
        error.message = "`PVEFORM_PASSWORD_COMMAND`: " + error.message;
        return std::unexpected(std::move(error));
    }
    Secret password(trim(output->reveal(), "\r\n"));
    if (password.empty()) {
        return std::unexpected(usage_error(
            "`PVEFORM_PASSWORD_COMMAND` printed nothing", "it should print the password"
        ));
    }
    return password;
}

Result<Secret> asked_password(const std::string& user, Context& context) {
    if (!context.terminal.is_interactive()) {
        return std::unexpected(usage_error(
            fmt::format("no password for `{}`, and nobody is there to type it", user),
            "set `PVEFORM_PASSWORD`, `PVEFORM_PASSWORD_FILE` or `PVEFORM_PASSWORD_COMMAND`; for "
            "jobs, an API token is the better way: `PVEFORM_API_TOKEN=user@realm!name=secret`"
        ));
    }
    auto password = context.terminal.ask_secret(fmt::format("Password of {}: ", user));
    if (!password || password->empty()) {
        return std::unexpected(usage_error(fmt::format("no password for `{}`", user), ""));
    }
    return std::move(*password);
}

Result<void> check_user(const std::string& user, std::string_view source) {
    if (TokenId::parse(user)) {
        return std::unexpected(usage_error(
            fmt::format("{} is an API token, `{}`, not a user", source, user),
            "the secret of a token is no password and opens no session, whatever some guides say: "
            "use it as `PVEFORM_API_TOKEN=user@realm!name=secret`"
        ));
    }
    if (const auto id = UserId::parse(user); !id) {
        return std::unexpected(usage_error(
            fmt::format("{} is not a user: {}", source, id.error()),
            "it is `name@realm`, such as `root@pam` or `alice@pve`"
        ));
    }
    return {};
}

/// Empty where nobody is there.
live::AskSecondFactor ask_second_factor(Context& context) {
    if (!context.terminal.is_interactive()) {
        return {};
    }
    return [&terminal = context.terminal](const std::string& question) -> Result<Secret> {
        auto code = terminal.ask_secret(question);
        if (!code || code->empty()) {
            return std::unexpected(Error{
                .kind = ErrorKind::authentication, .message = "no second factor was typed"});
        }
        return std::move(*code);
    };
}

/// `password` may be nothing: then it is asked for.
Result<live::Credentials>
login(std::string user, std::string_view source, std::optional<Secret> password, Context& context) {
    TRY(check_user(user, source));
    Secret known = password ? std::move(*password) : TRY(asked_password(user, context));
    return live::Login{std::move(user), std::move(known), ask_second_factor(context)};
}

Result<live::Credentials> own_login(const Options& options, Context& context) {
    auto user = options.user ? options.user : variable(context, "PVEFORM_USER");
    if (!user) {
        return std::unexpected(usage_error(
            "there is a password in the environment, and no user",
            "set `PVEFORM_USER` to `user@realm`, or use `--user`; or unset `PVEFORM_PASSWORD…`"
        ));
    }
    const char* source = options.user ? "`--user`" : "`PVEFORM_USER`";
    TRY(check_user(*user, source)); // before a command is started or somebody is asked
    return login(std::move(*user), source, TRY(given_password(context)), context);
}

/// The names that the Terraform provider bpg/proxmox reads; like there, the token goes first.
Result<std::optional<live::Credentials>> fallback(Context& context) {
    if (auto token = variable(context, "PROXMOX_VE_API_TOKEN")) {
        return live::Credentials(TRY(parse_token(std::move(*token), "PROXMOX_VE_API_TOKEN")));
    }
    if (auto user = variable(context, "PROXMOX_VE_USERNAME")) {
        std::optional<Secret> password;
        if (auto text = variable(context, "PROXMOX_VE_PASSWORD")) {
            password = Secret::take(std::move(*text));
        }
        return TRY(login(std::move(*user), "`PROXMOX_VE_USERNAME`", std::move(password), context));
    }
    return std::nullopt;
}

// Headers.

Error bad_header(std::string message) {
    return usage_error(
        std::move(message),
        "write `--header 'Name: env:VARIABLE'`, or `'Name: file:PATH'`: what is on the command "
        "line itself can be read by every user of this machine, and ends up in histories and logs"
    );
}

Result<live::ExtraHeader> parse_header(std::string_view text, Context& context) {
    constexpr std::string_view from_environment = "env:";
    constexpr std::string_view from_file = "file:";
    const std::size_t colon = text.find(':');
    const std::string name(trim(text.substr(0, colon)));
    if (colon == std::string_view::npos || name.empty()) {
        return std::unexpected(bad_header("`--header` has no name and value"));
    }
    const std::string_view value = trim(text.substr(colon + 1));
    Secret secret;
    if (value.starts_with(from_environment)) {
        const std::string source(value.substr(from_environment.size()));
        auto found = variable(context, source);
        if (!found) {
            return std::unexpected(usage_error(
                fmt::format(
                    "`{}`, for header `{}`, is not set", printable(source), printable(name)
                ),
                "it is an environment variable that holds the value of the header"
            ));
        }
        context.processes.withhold(source);
        secret = Secret::take(std::move(*found));
    } else if (value.starts_with(from_file)) {
        const std::string source(value.substr(from_file.size()));
        secret = TRY(secret_in_file(context, source, "the value of the header"));
    } else {
        return std::unexpected(bad_header(
            fmt::format("the value of header `{}` is on the command line", printable(name))
        ));
    }
    return live::ExtraHeader{name, std::make_shared<const Secret>(std::move(secret))};
}

} // namespace

Result<live::Credentials> find_credentials(const Options& options, Context& context) {
    const auto token = TRY(only_one(
        context, {"PVEFORM_API_TOKEN", "PVEFORM_TOKEN_ID"}, "the API token to authenticate with"
    ));
    auto of_token = set_ones(
        context,
        {"PVEFORM_API_TOKEN",
         "PVEFORM_TOKEN_ID",
         "PVEFORM_TOKEN_SECRET",
         "PVEFORM_TOKEN_SECRET_FILE"}
    );
    auto of_login = set_ones(
        context,
        {"PVEFORM_USER", "PVEFORM_PASSWORD", "PVEFORM_PASSWORD_FILE", "PVEFORM_PASSWORD_COMMAND"}
    );
    if (options.user) {
        of_login.insert(of_login.begin(), "--user");
    }
    if (!of_token.empty() && !of_login.empty()) {
        return std::unexpected(usage_error(
            fmt::format(
                "is it the API token of `{}` or the user of `{}` that pveform is?",
                of_token.front(),
                of_login.front()
            ),
            fmt::format("use one of them: unset {}", quoted(of_token))
        ));
    }
    if (token == "PVEFORM_API_TOKEN") {
        return TRY(parse_token(*variable(context, *token), *token));
    }
    if (!of_token.empty()) {
        return TRY(token_from_parts(context));
    }
    if (!of_login.empty()) {
        return own_login(options, context);
    }
    if (auto credentials = TRY(fallback(context))) {
        return std::move(*credentials);
    }
    if (!options.headers.empty()) {
        return live::NoCredentials{};
    }
    return std::unexpected(usage_error(
        "nothing to authenticate with",
        "set `PVEFORM_API_TOKEN` to `user@realm!name=secret`, or `PVEFORM_TOKEN_ID` and "
        "`PVEFORM_TOKEN_SECRET_FILE`; or log in as a user: `--user user@realm`"
    ));
}

Result<std::vector<live::ExtraHeader>> find_headers(const Options& options, Context& context) {
    std::vector<live::ExtraHeader> headers;
    for (const std::string& text : options.headers) {
        headers.push_back(TRY(parse_header(text, context)));
    }
    return headers;
}

} // namespace pveform::cli
