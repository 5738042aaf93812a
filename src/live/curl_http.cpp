#include "live/curl_http.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "live/curl_error.hpp"
#include "live/curl_memory.hpp"
#include "live/encode.hpp"
#include "live/endpoint.hpp"
#include "live/tls.hpp"
#include "system/signals.hpp"

namespace pveform::live {

namespace {

/// PVE closes connections that are idle for 5 s.
constexpr long max_idle_s = 4;

/// Answers that hold a secret are shorter than this: a body that never grows leaves no copy of
/// itself behind.
constexpr std::size_t usual_body_bytes = 16 * 1024;

struct EasyCleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

using Easy = std::unique_ptr<CURL, EasyCleanup>;

/// curl_easy_setopt takes anything from C++: these overloads take what is meant. The first refusal
/// is kept: an option that is not there, such as one about TLS, must not be done without.
class Options {
public:
    explicit Options(CURL* easy) : easy_(easy) {}

    void set(CURLoption option, long value) { note(curl_easy_setopt(easy_, option, value)); }

    void set(CURLoption option, const char* value) { note(curl_easy_setopt(easy_, option, value)); }

    void set(CURLoption option, const std::string& value) { set(option, value.c_str()); }

    void set(CURLoption option, std::chrono::milliseconds value) {
        set(option, static_cast<long>(value.count()));
    }

    void set(CURLoption option, const curl_slist* value) {
        note(curl_easy_setopt(easy_, option, value));
    }

    void set(CURLoption option, curl_write_callback value) {
        note(curl_easy_setopt(easy_, option, value));
    }

    void set(CURLoption option, curl_ssl_ctx_callback value) {
        note(curl_easy_setopt(easy_, option, value));
    }

    void set_pointer(CURLoption option, void* value) {
        note(curl_easy_setopt(easy_, option, value));
    }

    [[nodiscard]] CURLcode refusal() const { return refusal_; }

private:
    void note(CURLcode code) {
        if (refusal_ == CURLE_OK) {
            refusal_ = code;
        }
    }

    CURL* easy_;
    CURLcode refusal_ = CURLE_OK;
};

/// Header lines in libcurl's form, which it does not copy: the bytes stay in the secrets.
class HeaderList {
public:
    /// The lines must outlive it.
    void add(const std::vector<Secret>& lines) {
        for (const Secret& line : lines) {
            // libcurl reads only; its type is older than const.
            nodes_.push_back({.data = const_cast<char*>(line.reveal().data()), .next = nullptr});
        }
    }

    /// Good until the next `add`.
    [[nodiscard]] const curl_slist* get() {
        for (std::size_t i = 1; i < nodes_.size(); ++i) {
            nodes_[i - 1].next = &nodes_[i];
        }
        return nodes_.empty() ? nullptr : nodes_.data();
    }

private:
    std::vector<curl_slist> nodes_;
};

std::vector<Secret> lines_of(const std::vector<ExtraHeader>& headers) {
    std::vector<Secret> lines;
    // No `Expect: 100-continue`, which PVE ignores and libcurl then waits for.
    lines.emplace_back("Expect:");
    for (const auto& [name, value] : headers) {
        lines.push_back(Secret::joined({name, ": ", value->reveal()}));
    }
    return lines;
}

/// What arrives during one exchange.
struct Arrival {
    Response response;
    std::size_t max_body_bytes = 0;
    bool too_large = false;
};

/// `HTTP/1.1 500 create group failed: group 'g' already exists`.
void take_status_line(std::string_view line, Response& response) {
    response = Response();
    response.body.reserve(usual_body_bytes);
    const std::size_t code = line.find(' ');
    if (code == std::string_view::npos) {
        return;
    }
    const std::size_t reason = line.find(' ', code + 1);
    const auto status = parse_integer<int>(line.substr(code + 1, reason - code - 1));
    response.status = status.value_or(0);
    if (reason != std::string_view::npos) {
        response.reason = line.substr(reason + 1);
    }
}

void take_header(std::string_view line, Response& response) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        return;
    }
    const std::string name = to_lower(line.substr(0, colon));
    const std::string value(trim(line.substr(colon + 1)));
    if (name == "content-type") {
        response.content_type = value;
    } else if (name == "location") {
        response.location = value;
    } else if (name == "date") {
        const std::time_t time = curl_getdate(value.c_str(), nullptr);
        response.date = time < 0 ? std::nullopt : std::optional<UnixSeconds>(time);
    }
}

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* arrival) {
    const std::string_view line = trim(std::string_view(bytes, size * count), "\r\n");
    Response& response = static_cast<Arrival*>(arrival)->response;
    if (line.starts_with("HTTP/")) {
        take_status_line(line, response);
    } else {
        take_header(line, response);
    }
    return size * count;
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* arrival) {
    auto& [response, max_body_bytes, too_large] = *static_cast<Arrival*>(arrival);
    if (size * count > max_body_bytes - response.body.size()) {
        too_large = true;
        return 0;
    }
    response.body.append(bytes, size * count);
    return size * count;
}

CURLcode on_tls_context(CURL*, void* context, void* check) {
    static_cast<CertificateCheck*>(check)->install(*static_cast<SSL_CTX*>(context));
    return CURLE_OK;
}

/// The variable of the environment that libcurl takes a proxy from; empty for none. Whether
/// `no_proxy` names the host is libcurl's to say.
std::string proxy_variable() {
    for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            return name;
        }
    }
    return {};
}

class CurlHttp : public Http {
public:
    CurlHttp(
        const Connection& connection,
        Endpoint endpoint,
        std::optional<Fingerprint> pinned,
        FileSystem& files,
        Easy easy
    )
        : connection_(connection), endpoint_(std::move(endpoint)),
          common_headers_(lines_of(connection.headers)), check_(pinned), files_(files),
          easy_(std::move(easy)) {}

    std::expected<Response, HttpFailure> exchange(const HttpRequest& request) override {
        Arrival arrival;
        arrival.max_body_bytes = connection_.max_body_bytes;
        std::array<char, CURL_ERROR_SIZE> words{};
        const Secret form = form_encode(request.parameters);
        HeaderList headers;
        headers.add(common_headers_);
        headers.add(request.headers);
        check_.forget();

        curl_easy_reset(easy_.get()); // connections, TLS sessions and names are kept
        Options options(easy_.get());
        set_transfer(options, arrival);
        set_tls(options);
        set_request(options, request, form);
        options.set(CURLOPT_HTTPHEADER, headers.get());
        options.set_pointer(CURLOPT_ERRORBUFFER, words.data());
        if (options.refusal() != CURLE_OK) {
            curl_easy_reset(easy_.get());
            return std::unexpected(HttpFailure{refused_option(options.refusal())});
        }
        // OpenSSL writes to sockets whose other end may be gone; with CURLOPT_NOSIGNAL, libcurl
        // leaves the signal that this brings to us.
        const SignalIgnored broken_pipes(SIGPIPE);
        const CURLcode code = curl_easy_perform(easy_.get());
        long request_bytes = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &request_bytes);
        long system_error = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &system_error);
        long proxy_status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
        curl_easy_reset(easy_.get()); // nothing may point at this request any longer
        if (code == CURLE_OK) {
            return std::move(arrival.response);
        }
        const Failure failure{
            .code = code,
            .words = words.front() != '\0' ? words.data() : curl_easy_strerror(code),
            .system_error = static_cast<int>(system_error),
            .request_sent = request_bytes > 0 && !lacks_tunnel(words.data(), proxy_status),
            .too_large = arrival.too_large,
            .proxy = proxy_variable(),
            .proxy_status = proxy_status,
        };
        return std::unexpected(HttpFailure{
            .error = explain(failure, connection_, endpoint_, check_, files_),
            .may_pass = may_pass(failure),
        });
    }

private:
    void set_transfer(Options& options, Arrival& arrival) const {
        options.set(CURLOPT_PROTOCOLS_STR, "https");
        options.set(CURLOPT_FOLLOWLOCATION, 0L); // a redirect would carry the token away
        options.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        options.set(CURLOPT_NOSIGNAL, 1L);
        options.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
        options.set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)); // none to a proxy
        options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        options.set(CURLOPT_CONNECTTIMEOUT_MS, connection_.connect_timeout);
        options.set(CURLOPT_TIMEOUT_MS, connection_.timeout);
        options.set(CURLOPT_MAXAGE_CONN, max_idle_s);
        options.set(CURLOPT_USERAGENT, "pveform");
        options.set(CURLOPT_WRITEFUNCTION, &on_body);
        options.set_pointer(CURLOPT_WRITEDATA, &arrival);
        options.set(CURLOPT_HEADERFUNCTION, &on_header);
        options.set_pointer(CURLOPT_HEADERDATA, &arrival);
    }

    void set_tls(Options& options) {
        options.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        options.set(CURLOPT_SSL_CTX_FUNCTION, &on_tls_context);
        options.set_pointer(CURLOPT_SSL_CTX_DATA, &check_);
        options.set(CURLOPT_SSL_VERIFYPEER, connection_.insecure ? 0L : 1L);
        // The pinned certificate is the right one whatever names it is for.
        const bool any_name = connection_.insecure || check_.is_pinned();
        options.set(CURLOPT_SSL_VERIFYHOST, any_name ? 0L : 2L);
        const char* no_file = nullptr;
        if (any_name) {
            options.set(CURLOPT_CAINFO, no_file);
            options.set(CURLOPT_CAPATH, no_file);
        } else if (connection_.ca_file) {
            options.set(CURLOPT_CAINFO, connection_.ca_file->string());
            options.set(CURLOPT_CAPATH, no_file); // else the system's authorities would count too
        } else if (curl_version_info(CURLVERSION_NOW)->cainfo != nullptr) {
            options.set(CURLOPT_CAPATH, no_file); // the bundle alone is read once, not every time
        }
    }

    void set_request(Options& options, const HttpRequest& request, const Secret& form) const {
        const bool has_body = request.method == "POST" || request.method == "PUT";
        std::string url = endpoint_.base + "/api2/json" + request.path;
        if (!has_body && !form.empty()) { // PVE refuses a DELETE with content
            url += '?';
            url += form.reveal();
        }
        options.set(CURLOPT_URL, url);
        options.set(CURLOPT_PATH_AS_IS, 1L); // a group may be called `..`
        if (request.method == "GET") {
            options.set(CURLOPT_ACCEPT_ENCODING, "gzip");
            return;
        }
        options.set(CURLOPT_CUSTOMREQUEST, request.method);
        // On a connection that was used before, libcurl would send a request again whose answer did
        // not come. A write is sent at most once. (PVE ends the connection after every write: there
        // is nothing to reuse.)
        options.set(CURLOPT_FRESH_CONNECT, 1L);
        if (has_body) {
            options.set(CURLOPT_POSTFIELDSIZE, static_cast<long>(form.size()));
            options.set(CURLOPT_POSTFIELDS, form.empty() ? "" : form.reveal().data());
        }
    }

    [[nodiscard]] static Error refused_option(CURLcode code) {
        return Error{
            .kind = ErrorKind::io,
            .message =
                fmt::format("this machine's libcurl cannot do it: {}", curl_easy_strerror(code)),
            .help = "pveform needs libcurl 7.85 or later, built with OpenSSL "
                    "(Debian: `libcurl4`, not `libcurl3-gnutls`)",
        };
    }

    Connection connection_;
    Endpoint endpoint_;
    std::vector<Secret> common_headers_;
    CertificateCheck check_;
    FileSystem& files_;
    Easy easy_;
};

} // namespace

Result<std::unique_ptr<Http>> make_curl_http(const Connection& connection, FileSystem& files) {
    const CURLcode initialised = initialise_curl(); // before anything of libcurl
    Endpoint endpoint = TRY(parse_endpoint(connection.endpoint));
    std::optional<Fingerprint> pinned;
    if (connection.fingerprint) {
        pinned = TRY(parse_fingerprint(*connection.fingerprint));
    }
    if (pinned && connection.insecure) {
        return std::unexpected(Error{
            .kind = ErrorKind::usage,
            .message = "a pinned fingerprint and `--insecure` contradict each other",
            .help = "the fingerprint is enough: it accepts this one certificate, whoever signed it",
        });
    }
    Easy easy(curl_easy_init());
    if (initialised != CURLE_OK || !easy) {
        return std::unexpected(Error{
            .kind = ErrorKind::io, .message = "libcurl cannot be initialised"});
    }
    return std::make_unique<CurlHttp>(
        connection, std::move(endpoint), pinned, files, std::move(easy)
    );
}

} // namespace pveform::live
