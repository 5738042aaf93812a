#include "simulator/connection.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "simulator/api_path.hpp"

namespace pveform::simulator {

namespace {

constexpr std::size_t max_requests = 100;

bool mentions(std::optional<std::string_view> header, std::string_view word) {
    return header && header->find(word) != std::string_view::npos;
}

/// PVE says keep-alive, and hangs up.
Response redirection(int status, std::string_view text) {
    Response response = transport_error(status, text);
    response.persistence = Persistence::keep_alive;
    return response;
}

std::string_view without_scheme(std::string_view host) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (host.starts_with(scheme)) {
            return host.substr(scheme.size());
        }
    }
    return host;
}

} // namespace

Connection::Connection(ByteStream& stream, Shared& shared)
    : stream_(stream), shared_(shared), requests_left_(max_requests) {}

void Connection::run() {
    const TlsContext tls = [&] {
        const std::lock_guard lock(shared_.mutex);
        return shared_.tls;
    }();
    if (!stream_.open(tls)) {
        return;
    }
    {
        const std::lock_guard lock(shared_.mutex);
        shared_.control.log.count_connection(stream_.is_resumed());
    }
    while (serve_request() == Next::request) {
        has_served_ = true;
    }
}

Connection::Next Connection::serve_request() {
    HeadReader reader;
    const std::optional<HeadReader::State> state = read_head(reader);
    if (!state) {
        stream_.cut();
        return Next::end;
    }
    requests_left_ -= std::min(requests_left_, reader.request_lines());
    switch (*state) {
    case HeadReader::State::refused:
        return send(reader.refusal(), reader);
    case HeadReader::State::complete:
        return stream_.is_encrypted() ? exchange(reader) : redirect(reader);
    case HeadReader::State::unfinished:
    case HeadReader::State::abandoned:
        break;
    }
    // A fresh connection dies in silence; a kept one takes the next line for a new request.
    if (has_served_) {
        return Next::request;
    }
    stream_.run_dry();
    return Next::end;
}

std::optional<HeadReader::State> Connection::read_head(HeadReader& reader) {
    auto state = HeadReader::State::unfinished;
    while (state == HeadReader::State::unfinished) {
        if (const std::optional<std::string_view> line = stream_.take_line()) {
            state = reader.take(*line);
        } else if (!stream_.fill()) {
            return std::nullopt;
        }
    }
    arrived_ = std::chrono::steady_clock::now();
    return state;
}

/// PVE tells a client without TLS where to go. Without a Host it does not know, and says nothing.
Connection::Next Connection::redirect(const HeadReader& reader) {
    const std::string_view host = reader.head().header("Host").value_or("");
    if (host.empty()) {
        stream_.run_dry();
        return Next::end;
    }
    Delivery delivery = delivery_for(reader);
    delivery.location = fmt::format("https://{}{}", without_scheme(host), reader.raw_target());
    const Response response = reader.head().method == "GET"
                                  ? redirection(301, "Moved Permanently")
                                  : redirection(308, "Permanent Redirect");
    const ResponseText text = response_text(response, delivery);
    stream_.send(text.head + text.body);
    stream_.close();
    return Next::end;
}

Connection::Next Connection::exchange(const HeadReader& reader) {
    const RequestHead& head = reader.head();
    const bool is_control = Control::is_addressed(head);
    const std::optional<Response> refusal = is_control ? refuse_body(head) : refuse(head);
    if (refusal) {
        return send(*refusal, reader);
    }
    std::optional<std::string> body = read_body(body_size(head));
    if (!body) {
        stream_.cut();
        return Next::end;
    }
    const Request request{head, *std::move(body)};
    std::unique_lock lock(shared_.mutex);
    if (is_control) {
        const Response response = shared_.control.answer(request);
        lock.unlock();
        return send(response, reader);
    }
    const std::vector<FaultAction> faults =
        shared_.control.faults.meet(head.method, api_path(head.target));
    lock.unlock();
    return faults.empty() ? send(answer(request), reader) : suffer(request, reader, faults);
}

/// What PVE refuses without reading the body.
std::optional<Response> Connection::refuse(const RequestHead& head) {
    const std::lock_guard lock(shared_.mutex);
    std::optional<Response> refusal = shared_.application.answer_early(head);
    if (!refusal) {
        refusal = refuse_body(head);
    }
    if (refusal) {
        log(head, refusal->status);
    }
    return refusal;
}

Response Connection::answer(const Request& request) {
    const std::lock_guard lock(shared_.mutex);
    Response response = shared_.application.answer(request);
    log(request.head, response.status);
    return response;
}

/// With the mutex held.
void Connection::log(const RequestHead& head, int status) {
    shared_.control.log.add(SeenRequest{
        .method = head.method,
        .path = api_path(head.target),
        .query = std::string(query_of(head.target)),
        .status = status});
}

std::optional<std::string> Connection::read_body(std::size_t size) {
    while (stream_.size() < size) {
        if (!stream_.fill()) {
            return std::nullopt;
        }
    }
    return stream_.take(size);
}

Delivery Connection::delivery_for(const HeadReader& reader) const {
    const std::optional<std::string_view> encodings = reader.head().header("Accept-Encoding");
    return Delivery{
        .protocol = reader.protocol(),
        .keep_alive = reader.wants_keep_alive() && requests_left_ > 0,
        .accepts_gzip = mentions(encodings, "gzip"),
        .accepts_deflate = mentions(encodings, "deflate"),
        .now = std::time(nullptr)};
}

Connection::Next Connection::send(const Response& response, const HeadReader& reader) {
    const ResponseText text = response_text(response, delivery_for(reader));
    const bool goes_on =
        !response.delayed || shared_.stop.sleep_until(arrived_ + shared_.settings.refusal_delay);
    if (!goes_on || !stream_.send(text.head + text.body)) {
        stream_.cut();
        return Next::end;
    }
    if (text.keep_alive) {
        return Next::request;
    }
    stream_.close();
    return Next::end;
}

} // namespace pveform::simulator
