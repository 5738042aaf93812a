#include "simulator/api.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/perl_text.hpp"
#include "simulator/authentication.hpp"
#include "simulator/json_text.hpp"
#include "simulator/method.hpp"
#include "simulator/router.hpp"

namespace pveform::simulator {

namespace {

constexpr std::string_view base_path = "/api2";
constexpr std::string_view json_content_type = "application/json;charset=UTF-8";

/// A request's target, taken apart. PVE decodes a path before it splits it.
struct Target {
    std::string path;   // all of it, decoded
    std::string format; // `json`; empty where there is none
    std::string method; // what follows the format: `/access/users`
    std::string query;  // not decoded

    [[nodiscard]] bool is_api() const { return path.starts_with(base_path); }
};

/// `/api2/FORMAT/…`, with any number of slashes before the format.
void split_path(Target& target) {
    std::string_view rest = std::string_view(target.path).substr(base_path.size());
    if (rest.ends_with('\n')) {
        rest.remove_suffix(1); // Perl's `$` does not see it
    }
    if (!rest.starts_with('/') || rest.contains('\n')) {
        return;
    }
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    const std::string_view format = rest.substr(0, rest.find('/'));
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyz0123456789";
    if (format.size() < 2 || !letters.contains(format.front()) ||
        format.find_first_not_of(characters) != std::string_view::npos) {
        return;
    }
    target.format = format;
    rest.remove_prefix(format.size());
    target.method = rest.empty() ? "/" : std::string(rest);
}

Target parse_target(std::string_view text) {
    Target target;
    const std::size_t mark = text.find('?');
    target.path = formats::from_latin1(formats::unescape(text.substr(0, mark)));
    if (mark != std::string_view::npos) {
        target.query = text.substr(mark + 1);
    }
    if (target.is_api()) {
        split_path(target);
    }
    return target;
}

/// A refusal before there is a method: the text is the reason and the body.
Response refusal(int status, const std::string& text) {
    return {
        .status = status,
        .reason = text.substr(0, text.find('\n')),
        .content_type = std::nullopt,
        .body = text,
        .persistence = Persistence::close,
    };
}

bool has_json_body(const RequestHead& head) {
    const std::string_view type = head.header("Content-Type").value_or("");
    const std::string_view name = type.substr(0, type.find_first_of(";,"));
    return formats::trim_blanks(name) == "application/json";
}

/// What becomes of a form on its way to the back daemon, which gets it written anew: names without
/// a value have an empty one, and names beyond ASCII are encoded once more.
Parameters forwarded(const Parameters& sent) {
    Parameters parameters;
    for (const auto& [name, value] : sent) {
        parameters[formats::from_latin1(name)] = value.is_defined() ? value : Parameter::of("");
    }
    return parameters;
}

/// What the query gives wins over what the body gives. A form is sent on with the parameters of the
/// query in it, behind the same address, so that the back daemon sees those twice (AnyEvent.pm,
/// proxy_request).
std::expected<Parameters, std::string>
extract_parameters(const Request& request, const Target& target, bool is_forwarded) {
    const bool has_body = request.head.method == "POST" || request.head.method == "PUT";
    const bool has_form = has_body && !has_json_body(request.head);
    Parameters parameters;
    if (has_form) {
        parameters = decode_form(request.body);
    } else if (has_body) {
        parameters = TRY(decode_json(request.body));
    }
    const Parameters query = decode_form(target.query);
    const auto add_query = [&] {
        for (const auto& [name, value] : query) {
            parameters[name] = value;
        }
        parameters.erase("_dc");
    };
    add_query();
    if (is_forwarded && has_form) {
        parameters = forwarded(parameters);
        add_query();
    }
    return parameters;
}

/// Those of the path and of the request, which must not contradict each other.
Outcome<Parameters> merge(Parameters in_path, const Parameters& sent) {
    for (const auto& [name, value] : sent) {
        const auto found = in_path.find(name);
        if (found != in_path.end() && found->second.printed() != value.printed()) {
            return bad_parameters(
                {{name, "duplicate parameter (already defined in URI) with conflicting values!"}}
            );
        }
        if (found == in_path.end()) {
            in_path[name] = value;
        }
    }
    return in_path;
}

std::vector<Method> all_methods(Release release) {
    std::vector<Method> all = index_methods();
    for (auto part :
         {user_methods(release),
          token_methods(release),
          group_methods(),
          role_methods(),
          acl_methods(),
          permission_methods(),
          realm_methods(),
          login_methods(release),
          second_factor_methods(),
          pool_methods(),
          object_methods(release)}) {
        std::move(part.begin(), part.end(), std::back_inserter(all));
    }
    return all;
}

class Api : public Application {
public:
    Api(Store store, const ApiOptions& options, const Clock& clock)
        : store_(std::move(store)), router_(all_methods(options.release)),
          shuffler_(options.shuffle_seed), clock_(clock) {}

    std::optional<Response> answer_early(const RequestHead& head) override {
        const Target target = parse_target(head.target);
        if (!target.is_api()) {
            return std::nullopt;
        }
        if (target.format.empty()) {
            return refusal(501, "no such uri");
        }
        if (const auto identity = identify(head, target); !identity) {
            return unauthorized(identity.error());
        }
        return std::nullopt;
    }

    Response answer(const Request& request) override {
        const Target target = parse_target(request.head.target);
        if (!target.is_api()) {
            return refusal(500, fmt::format("no such file '{}'\n", target.path));
        }
        if (target.format.empty()) {
            return refusal(501, "no such uri");
        }
        const auto identity = identify(request.head, target);
        if (!identity) {
            return unauthorized(identity.error());
        }
        return dispatch(request, target, *identity);
    }

    Response answer_as_root(const Request& request) override {
        const Target target = parse_target(request.head.target);
        return dispatch(request, target, {.caller = root_user.text, .has_token = false});
    }

    void set_clock_offset(std::chrono::seconds offset) override { offset_ = offset; }

private:
    [[nodiscard]] UnixSeconds now() const { return clock_.now() + offset_.count(); }

    [[nodiscard]] std::expected<Identity, std::string>
    identify(const RequestHead& head, const Target& target) const {
        return authenticate(head, target.method, store_, tickets_, now());
    }

    static Response unauthorized(const std::string& reason) {
        return {
            .status = 401,
            .reason = reason,
            .content_type = std::nullopt,
            .body = {},
            .persistence = Persistence::close,
            .delayed = true,
        };
    }

    Response dispatch(const Request& request, const Target& target, const Identity& identity) {
        if (target.format != "json" && target.format != "extjs") {
            return refusal(
                501, fmt::format("no formatter for uri {}, {}", target.method, target.format)
            );
        }
        const Router::Match match = router_.find(request.head.method, target.method);
        const bool is_forwarded = match.method != nullptr && match.method->is_protected;
        const auto parameters = extract_parameters(request, target, is_forwarded);
        if (!parameters) {
            return refusal(500, parameters.error());
        }
        if (match.method == nullptr) {
            const std::string text =
                fmt::format("Method '{} {}' not implemented", request.head.method, target.method);
            return format_failure(target, {501, text, {}});
        }
        auto result = call(*match.method, target, identity, merge(match.parameters, *parameters));
        return result ? format_result(target, std::move(*result), match.method->is_protected)
                      : format_failure(target, result.error());
    }

    Outcome<json::Value> call(
        const Method& method,
        const Target& target,
        const Identity& identity,
        const Outcome<Parameters>& merged
    ) {
        const Parameters& parameters = TRY(merged);
        if (identity.has_token && !method.allows_tokens) {
            return denied(fmt::format(
                "URI '{}' not available with API token, need proper ticket.\n", target.method
            ));
        }
        TRY(check_permission(method.permission, store_, identity.caller, parameters));
        Arguments arguments = TRY(check_parameters(parameters, method.schema, store_.release()));
        Call call{
            .store = store_,
            .tickets = tickets_,
            .shuffler = shuffler_,
            .now = now(),
            .caller = identity.caller,
            .arguments = std::move(arguments),
        };
        return method.run(call);
    }

    Response format_result(const Target& target, json::Value data, bool is_protected) {
        json::Value body = json::Object{{"data", std::move(data)}};
        if (target.format == "extjs") {
            body.set("success", 1);
        }
        return {
            .status = 200,
            .reason = "OK",
            .content_type = std::string(json_content_type),
            .body = json_text(body, shuffler_),
            .persistence =
                is_protected ? Persistence::close_and_keep_alive : Persistence::keep_alive,
        };
    }

    /// For ExtJS every answer of a method is a 200.
    Response format_failure(const Target& target, const Failure& failure) {
        const bool is_for_extjs = target.format == "extjs";
        json::Value body = json::Object{{"data", nullptr}, {"message", failure.message}};
        if (!failure.errors.empty()) {
            json::Value errors{json::Object{}};
            for (const auto& [name, text] : failure.errors) {
                errors.set(name, text);
            }
            body.set("errors", std::move(errors));
        }
        if (is_for_extjs) {
            body.set("success", 0);
            body.set("status", failure.status);
        }
        return {
            .status = is_for_extjs ? 200 : failure.status,
            .reason = is_for_extjs ? "OK" : failure.message.substr(0, failure.message.find('\n')),
            .content_type = std::string(json_content_type),
            .body = json_text(body, shuffler_),
            .persistence = is_for_extjs ? Persistence::keep_alive : Persistence::close,
            .delayed = failure.status == 401,
        };
    }

    Store store_;
    Router router_;
    TicketOffice tickets_;
    Shuffler shuffler_;
    const Clock& clock_;
    std::chrono::seconds offset_{0};
};

} // namespace

Result<std::unique_ptr<Application>> make_api(
    const std::optional<std::filesystem::path>& seed, const ApiOptions& options, const Clock& clock
) {
    const bool has_state =
        options.state_folder && std::filesystem::exists(*options.state_folder / "user.cfg");
    ClusterFiles files;
    if (has_state) {
        files = TRY(read_cluster_folder(*options.state_folder));
    } else if (seed) {
        files = TRY(read_cluster_folder(*seed));
    }
    return make_api(std::move(files), options, clock);
}

Result<std::unique_ptr<Application>>
make_api(ClusterFiles files, const ApiOptions& options, const Clock& clock) {
    if (options.state_folder) {
        TRY(write_cluster_folder(*options.state_folder, files));
    }
    Store store(std::move(files), options.release, options.state_folder);
    return std::make_unique<Api>(std::move(store), options, clock);
}

} // namespace pveform::simulator
