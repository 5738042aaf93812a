#include "cli/collisions.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace pveform::cli {

namespace {

namespace fs = std::filesystem;

/// What a path is for: the file alone, all that is in a folder, or its documents.
enum class Extent { file, folder, documents };

struct Claim {
    std::string name; // for people
    fs::path place;
    Extent extent = Extent::file;
};

/// A form in which two paths can be compared. What is not there yet is looked for in its folder.
fs::path place_of(const fs::path& path, Context& context) {
    if (auto there = context.files.resolve(path)) {
        return std::move(*there);
    }
    const fs::path parent = path.has_parent_path() ? path.parent_path() : ".";
    if (const auto folder = context.files.resolve(parent)) {
        return *folder / path.filename();
    }
    return path.lexically_normal();
}

bool is_below(const fs::path& path, const fs::path& folder) {
    return std::ranges::mismatch(folder, path).in1 == folder.end();
}

bool is_hit(const fs::path& written, const Claim& claim) {
    if (written == claim.place) {
        return true;
    }
    switch (claim.extent) {
    case Extent::file:
        return false;
    case Extent::folder:
        return is_below(written, claim.place);
    case Extent::documents:
        return is_below(written, claim.place) &&
               (written.extension() == ".yaml" || written.extension() == ".yml");
    }
    return false;
}

class Claims {
public:
    explicit Claims(Context& context) : context_(context) {}

    void add(std::string_view name, const fs::path& path, Extent extent = Extent::file) {
        claims_.push_back(
            {fmt::format("{} {}", name, printable(path.string())), place_of(path, context_), extent}
        );
    }

    void add(std::string_view name, const std::optional<fs::path>& path) {
        if (path) {
            add(name, *path);
        }
    }

    /// An error where one of them is hit.
    [[nodiscard]] Result<void> check(const Claim& written) const {
        for (const Claim& claim : claims_) {
            if (is_hit(written.place, claim)) {
                return std::unexpected(Error{
                    .kind = ErrorKind::usage,
                    .message =
                        fmt::format("`{}` would be written over `{}`", written.name, claim.name),
                    .help = "what is written replaces a file as a whole; give it one of its own",
                });
            }
        }
        return {};
    }

    void add(Claim claim) { claims_.push_back(std::move(claim)); }

private:
    Context& context_;
    std::vector<Claim> claims_;
};

std::vector<Claim> written_by(const Options& options, Context& context) {
    std::vector<Claim> written;
    const auto add = [&](std::string_view name, const fs::path& path) {
        written.push_back(
            {fmt::format("{} {}", name, printable(path.string())), place_of(path, context)}
        );
    };
    for (const Output& output : options.outputs) {
        if (output.path != "-") {
            add("--output", output.path);
        }
    }
    if (options.out && *options.out != "-") {
        add("--out", *options.out);
    }
    return written;
}

/// Files that hold what pveform authenticates with.
void add_credential_files(const Options& options, Claims& claims, Context& context) {
    for (const char* variable : {"PVEFORM_TOKEN_SECRET_FILE", "PVEFORM_PASSWORD_FILE"}) {
        if (const auto path = context.environment(variable); path && !path->empty()) {
            claims.add(variable, fs::path(*path));
        }
    }
    for (const std::string& header : options.headers) {
        constexpr std::string_view from_file = "file:";
        const std::size_t colon = header.find(':');
        const std::string_view value = colon == std::string::npos
                                           ? std::string_view()
                                           : trim(std::string_view(header).substr(colon + 1));
        if (value.starts_with(from_file)) {
            claims.add("--header file:", fs::path(value.substr(from_file.size())));
        }
    }
}

void add_password_files(const desired::Document& document, Claims& claims) {
    for (const auto& [id, user] : document.users) {
        if (user.initial_password &&
            user.initial_password->value.kind == desired::PasswordSource::Kind::file) {
            claims.add("initial_password: file:", user.initial_password->value.file);
        }
    }
}

} // namespace

Result<void> refuse_collisions(const Options& options, Context& context) {
    Claims claims(context);
    for (const fs::path& path : options.files) {
        claims.add("--file", path, Extent::documents);
    }
    claims.add("--live", options.live);
    claims.add("--domains", options.domains);
    claims.add("--against", options.against);
    claims.add("PLAN", options.plan);
    claims.add("--secrets-out", options.secrets_out);
    claims.add("--ca-file", options.ca_file);
    add_credential_files(options, claims, context);
    for (Claim& written : written_by(options, context)) {
        TRY(claims.check(written));
        claims.add(std::move(written));
    }
    return {};
}

Result<void>
refuse_collisions(const Options& options, const desired::Document& document, Context& context) {
    Claims claims(context);
    const desired::Secrets& secrets = document.secrets;
    if (secrets.file) {
        claims.add("secrets: file:", secrets.file->value);
    }
    if (secrets.directory) {
        claims.add("secrets: directory:", secrets.directory->value, Extent::folder);
    }
    if (document.cluster.ca_file) {
        claims.add("ca_file:", document.cluster.ca_file->value);
    }
    add_password_files(document, claims);
    for (const Claim& written : written_by(options, context)) {
        TRY(claims.check(written));
    }
    return {};
}

} // namespace pveform::cli
