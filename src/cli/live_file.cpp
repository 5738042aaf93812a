#include "cli/live_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/cluster_state.hpp"
#include "formats/snapshot.hpp"
#include "model/release.hpp"

namespace pveform::cli {

namespace {

constexpr std::size_t max_live_file_bytes = 64 * 1024 * 1024; // a user.cfg has at most 1 MiB

Result<std::optional<Release>> release_of(const Options& options) {
    if (!options.release) {
        return std::nullopt;
    }
    const auto release = Release::parse(*options.release);
    if (!release) {
        return std::unexpected(usage_error(
            fmt::format("`{}` is no release of PVE", printable(*options.release)),
            "write it as `pveversion` shows it, such as `--release 9.2`"
        ));
    }
    if (*release < Release::oldest_known()) {
        return std::unexpected(usage_error(
            fmt::format(
                "pveform knows PVE {} and later, up to {}, not {}",
                Release::oldest_known().text(),
                Release::newest_known().text(),
                release->text()
            ),
            "upgrade the cluster first: older releases have other privileges, roles and ACL paths"
        ));
    }
    return release;
}

Result<formats::Snapshot>
parse_snapshot(const std::filesystem::path& path, const std::string& text) {
    auto snapshot = formats::read_snapshot(text);
    if (!snapshot) {
        return std::unexpected(Error{
            .kind = ErrorKind::document,
            .message = fmt::format("cannot read `{}`: {}", path.string(), snapshot.error()),
            .help = "take it anew with `pveform snapshot --out FILE`",
        });
    }
    return std::move(*snapshot);
}

Result<LiveFile> from_snapshot(const Options& options, const std::string& text) {
    const std::string path = options.live->string();
    auto snapshot = TRY(parse_snapshot(path, text));
    if (options.domains) {
        return std::unexpected(usage_error(
            "`--domains` goes with a user.cfg, and `--live` names a snapshot",
            "leave it out: the snapshot holds the realms"
        ));
    }
    const auto release = TRY(release_of(options));
    if (release && *release != snapshot.state.release) {
        return std::unexpected(usage_error(
            fmt::format(
                "`{}` is of PVE {}, not {}", path, snapshot.state.release.text(), release->text()
            ),
            "leave `--release` out: the snapshot knows"
        ));
    }
    return LiveFile{
        .view =
            {
                .state = std::move(snapshot.state),
                .version = std::move(snapshot.version),
                .own = {},
                .server_time = {},
                .hidden_pools = std::move(snapshot.hidden_pools),
            },
        .origin = fmt::format("{}, taken {}", path, format_rfc3339(snapshot.taken_at)),
        .cluster = std::move(snapshot.cluster),
        .endpoint = std::move(snapshot.endpoint),
    };
}

/// PVE's reader skips what it does not understand, and would take any text for an empty cluster.
bool looks_like_user_config(std::string_view text) {
    return text.starts_with("user:") || text.contains("\nuser:");
}

Result<LiveFile>
from_user_config(const Options& options, const std::string& text, Context& context) {
    const std::string path = options.live->string();
    if (!looks_like_user_config(text)) {
        return std::unexpected(Error{
            .kind = ErrorKind::document,
            .message = fmt::format("`{}` is neither a snapshot nor a user.cfg", path),
            .help = "take one with `pveform snapshot --out FILE`, or copy /etc/pve/user.cfg",
        });
    }
    const Release release = TRY(release_of(options)).value_or(Release::newest_known());
    std::string domains;
    if (options.domains) {
        domains = TRY(context.files.read_file(*options.domains, max_live_file_bytes));
    }
    return LiveFile{
        .view =
            {
                .state = formats::read_state(text, domains, release),
                .version = release.text(),
                .own = {},
                .server_time = {},
                .hidden_pools = {},
                .knows_realms = options.domains.has_value(),
            },
        .origin = path,
        .cluster = {},
        .endpoint = {},
    };
}

} // namespace

CLI::Option* setup_live_file(CLI::App& command, Options& options) {
    CLI::Option* live = command.add_option(
        "--live", options.live, "Look at a snapshot or a copy of /etc/pve/user.cfg, not a cluster"
    );
    live->option_text("FILE");
    command.add_option("--domains", options.domains, "The domains.cfg beside the user.cfg")
        ->option_text("FILE")
        ->needs(live);
    command
        .add_option(
            "--release",
            options.release,
            fmt::format("The PVE that the user.cfg is of ({})", Release::newest_known().text())
        )
        ->option_text("N.N")
        ->needs(live);
    return live;
}

Result<LiveFile> load_live_view(const Options& options, Context& context) {
    const std::string text = TRY(context.files.read_file(*options.live, max_live_file_bytes));
    return formats::looks_like_snapshot(text) ? from_snapshot(options, text)
                                              : from_user_config(options, text, context);
}

Result<formats::Snapshot> load_snapshot(const std::filesystem::path& path, Context& context) {
    return parse_snapshot(path, TRY(context.files.read_file(path, max_live_file_bytes)));
}

Result<State> load_live_file(const Options& options, Context& context) {
    return std::move(TRY(load_live_view(options, context)).view.state);
}

} // namespace pveform::cli
