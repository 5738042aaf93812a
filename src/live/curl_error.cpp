#include "live/curl_error.hpp"

#include <cstddef>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <openssl/x509.h>

#include "base/text.hpp"

namespace pveform::live {

namespace {

struct Context {
    const Failure& failure;
    const Connection& connection;
    const Endpoint& endpoint;
    const CertificateCheck& check;
    FileSystem& files;

    [[nodiscard]] std::string address() const { return printable(endpoint.address()); }

    [[nodiscard]] Error error(std::string message, std::string help) const {
        return Error{
            .kind = failure.request_sent ? ErrorKind::connection : ErrorKind::unreachable,
            .message = failure.request_sent
                           ? std::move(message)
                           : fmt::format(
                                 "cannot reach PVE at `{}`: {}", printable(endpoint.base), message
                             ),
            .help = std::move(help),
        };
    }
};

double in_seconds(std::chrono::milliseconds time) {
    return std::chrono::duration<double>(time).count();
}

/// The other end went away while TLS was being set up.
bool is_cut_off_in_handshake(const Failure& failure) {
    return failure.code == CURLE_SSL_CONNECT_ERROR &&
           (failure.words.find("SSL_ERROR_SYSCALL") != std::string::npos ||
            failure.words.find("reset by peer") != std::string::npos);
}

constexpr std::string_view where_to_compare =
    "compare the fingerprint with what `pvenode cert info` shows on the node itself";

void describe(const SeenCertificate& seen, Error& error) {
    error.notes.push_back("the server's certificate: SHA-256 " + to_string(seen.fingerprint));
    if (!seen.issuer.empty()) {
        error.notes.push_back("issued by: " + seen.issuer);
    }
}

Error wrong_fingerprint(const Context& context) {
    Error error = context.error(
        fmt::format("the certificate of `{}` is not the pinned one", context.address()),
        fmt::format(
            "if the certificate was renewed, {}, and pin the new one; if they differ, somebody "
            "else answers at this address",
            where_to_compare
        )
    );
    error.notes.push_back("pinned: " + to_string(*context.check.pinned()));
    describe(*context.check.seen(), error);
    return error;
}

Error expired(const Context& context) {
    const auto& seen = *context.check.seen();
    Error error = context.error(
        fmt::format(
            "the certificate of `{}` has expired{}",
            context.address(),
            seen.not_after ? " on " + format_time(*seen.not_after) : std::string()
        ),
        "renew it: `pvecm updatecerts --force` on the node for PVE's own, `pvenode acme cert "
        "renew` for one from an ACME authority"
    );
    describe(seen, error);
    return error;
}

Error wrong_name(const Context& context) {
    const auto& seen = *context.check.seen();
    Error error = context.error(
        fmt::format(
            "the certificate of `{}` is for {}, not for this name",
            context.address(),
            seen.names.empty() ? std::string("no name at all")
                               : "`" + join(seen.names, "`, `") + "`"
        ),
        fmt::format(
            "use one of its names in the endpoint; or {}, and pin it with `tls: {{ fingerprint: … "
            "}}` (`--fingerprint`)",
            where_to_compare
        )
    );
    describe(seen, error);
    return error;
}

Error unknown_authority(const Context& context) {
    const auto& seen = *context.check.seen();
    const bool own_file = context.connection.ca_file.has_value();
    Error error = context.error(
        fmt::format(
            "the certificate of `{}` is not signed by an authority {}",
            context.address(),
            own_file ? fmt::format("in `{}`", printable(context.connection.ca_file->string()))
                     : std::string("that this system knows")
        ),
        fmt::format(
            "PVE signs its certificates itself: copy {} from a node and name the copy in `tls: {{ "
            "ca_file: … }}` (`--ca-file`); or {}, and pin it with `tls: {{ fingerprint: … }}` "
            "(`--fingerprint`)",
            own_file ? "this cluster's `/etc/pve/pve-root-ca.pem`" : "`/etc/pve/pve-root-ca.pem`",
            where_to_compare
        )
    );
    error.notes.push_back(
        fmt::format("OpenSSL: {}", X509_verify_cert_error_string(seen.verify_error))
    );
    describe(seen, error);
    return error;
}

Error bad_certificate(const Context& context) {
    switch (context.check.seen()->verify_error) {
    case X509_V_OK: // the chain is good, and libcurl looked at the name
        return wrong_name(context);
    case X509_V_ERR_CERT_REJECTED:
        return wrong_fingerprint(context);
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return expired(context);
    default:
        return unknown_authority(context);
    }
}

Error broken_off(const Context& context) {
    return context.error(
        fmt::format(
            "the connection to `{}` broke off: {}",
            context.address(),
            printable(context.failure.words)
        ),
        "a restarted `pveproxy`, a network fault, or an address that its `ALLOW_FROM` and "
        "`DENY_FROM` do not let in"
    );
}

Error no_tls(const Context& context) {
    if (is_cut_off_in_handshake(context.failure)) {
        return broken_off(context);
    }
    const std::string& words = context.failure.words;
    std::string message;
    if (words.find("wrong version number") != std::string::npos) { // of a record that is no TLS
        message = fmt::format("`{}` does not speak TLS: it answers plain text", context.address());
    } else if (context.failure.code == CURLE_OPERATION_TIMEDOUT) {
        message = fmt::format(
            "`{}` accepts connections and does not answer in TLS within {} s",
            context.address(),
            in_seconds(context.connection.connect_timeout)
        );
    } else {
        message = fmt::format("no TLS connection to `{}`: {}", context.address(), printable(words));
    }
    return context.error(
        std::move(message),
        "PVE's API speaks HTTPS only, with TLS 1.2 or later, on port 8006: is it the right port?"
    );
}

/// As libcurl, and `no_proxy`, write it.
std::string bare_host(const Context& context) {
    return std::string(trim(context.endpoint.host, "[]"));
}

/// libcurl could not connect, and it was to the node itself: in its words the node's name is
/// followed by the port and `after`; newer versions put the proxy in between.
bool was_direct(const Context& context) {
    const std::string where =
        fmt::format("{} port {} after", bare_host(context), context.endpoint.port);
    return context.failure.words.starts_with("Failed to connect to " + where);
}

/// An attempt to connect, to find a name or to be let through that a proxy of the environment
/// failed.
bool is_of_proxy(const Context& context) {
    const Failure& failure = context.failure;
    const bool did_not_connect =
        failure.code == CURLE_COULDNT_CONNECT || failure.words.starts_with("Failed to connect to ");
    return failure.code == CURLE_COULDNT_RESOLVE_PROXY || failure.code == CURLE_PROXY ||
           lacks_tunnel(failure.words, failure.proxy_status) ||
           (did_not_connect && !failure.proxy.empty() && !was_direct(context));
}

/// Its address is not said: it can hold a password.
Error no_way_through_proxy(const Context& context) {
    const Failure& failure = context.failure;
    const std::string what = failure.proxy_status != 0
                                 ? fmt::format("it answered {}", failure.proxy_status)
                                 : printable(failure.words);
    return context.error(
        fmt::format("no connection through the proxy of `{}`: {}", failure.proxy, what),
        fmt::format(
            "is the variable right, the proxy up, and may it be used for port {}? A node that is "
            "to be reached without it is named in `no_proxy`: `no_proxy={}`",
            context.endpoint.port,
            printable(bare_host(context))
        )
    );
}

Error no_connection(const Context& context) {
    const int system_error = context.failure.system_error;
    return context.error(
        fmt::format(
            "cannot connect to `{}`: {}",
            context.address(),
            printable(
                system_error != 0 ? std::generic_category().message(system_error)
                                  : context.failure.words
            )
        ),
        context.endpoint.port == "443"
            ? "is the port missing? PVE's API listens on port 8006"
            : "is the node up, `pveproxy` running on it, and the port not blocked by a firewall?"
    );
}

Error no_such_name(const Context& context) {
    return context.error(
        fmt::format("the name `{}` cannot be found", printable(context.endpoint.host)),
        "is the endpoint spelled right, and known to this machine's name service?"
    );
}

Error timed_out(const Context& context) {
    const std::string& words = context.failure.words;
    if (words.starts_with("Resolving")) {
        return no_such_name(context);
    }
    if (!context.failure.request_sent) {
        return words.starts_with("SSL") ? no_tls(context) : no_connection(context);
    }
    return context.error(
        fmt::format(
            "no complete answer from `{}` within {} s",
            context.address(),
            in_seconds(context.connection.timeout)
        ),
        "a busy or hung node; `--timeout` sets how long to wait for one answer"
    );
}

Error too_large(const Context& context) {
    return context.error(
        fmt::format(
            "the answer from `{}` is larger than {} KiB",
            context.address(),
            context.connection.max_body_bytes / 1024
        ),
        "nothing in PVE's access control is that large: is this PVE's API?"
    );
}

/// OpenSSL was given the file and does not say why it could not use it.
std::string why_unusable(const std::filesystem::path& authorities, FileSystem& files) {
    constexpr std::size_t max_bytes = 16 * 1024 * 1024;
    const auto text = files.read_file(authorities, max_bytes);
    if (!text) {
        return std::generic_category().message(text.error().system_error);
    }
    return text->find("-----BEGIN ") == std::string::npos
               ? "it holds no certificate"
               : "what it holds is no certificate that can be read";
}

Error unreadable_authorities(const Context& context) {
    const auto& file = context.connection.ca_file;
    if (!file) {
        return Error{
            .kind = ErrorKind::io,
            .message = "cannot read this system's certificate authorities",
            .help = "install them (Debian: `ca-certificates`), or name the cluster's own authority "
                    "in `tls: { ca_file: … }`",
        };
    }
    return Error{
        .kind = ErrorKind::io,
        .message = fmt::format(
            "cannot read a certificate authority from `{}`: {}",
            printable(file->string()),
            why_unusable(*file, context.files)
        ),
        .span = context.connection.ca_file_place,
        .help = "it must be a readable file in PEM form (`-----BEGIN CERTIFICATE-----`), such as a "
                "copy of `/etc/pve/pve-root-ca.pem`",
    };
}

} // namespace

bool lacks_tunnel(const std::string& words, long proxy_status) {
    return (proxy_status != 0 && proxy_status / 100 != 2) ||
           words.starts_with("Proxy CONNECT aborted");
}

bool may_pass(const Failure& failure) {
    if (failure.proxy_status / 100 == 4) {
        return false;
    }
    switch (failure.code) {
    case CURLE_COULDNT_CONNECT: // a daemon that is being restarted
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return true;
    default: // else it waited long enough already, or is wrong for good
        return is_cut_off_in_handshake(failure);
    }
}

Error explain(
    const Failure& failure,
    const Connection& connection,
    const Endpoint& endpoint,
    const CertificateCheck& check,
    FileSystem& files
) {
    const Context context{failure, connection, endpoint, check, files};
    if (failure.too_large) {
        return too_large(context);
    }
    if (is_of_proxy(context)) {
        return no_way_through_proxy(context);
    }
    switch (failure.code) {
    case CURLE_PEER_FAILED_VERIFICATION:
        return check.seen() ? bad_certificate(context) : no_tls(context);
    case CURLE_SSL_CONNECT_ERROR:
        return no_tls(context);
    case CURLE_SSL_CACERT_BADFILE:
        return unreadable_authorities(context);
    case CURLE_COULDNT_RESOLVE_HOST:
        return no_such_name(context);
    case CURLE_COULDNT_CONNECT:
        return no_connection(context);
    case CURLE_OPERATION_TIMEDOUT:
        return timed_out(context);
    default: // all others have libcurl's own words
        return broken_off(context);
    }
}

} // namespace pveform::live
