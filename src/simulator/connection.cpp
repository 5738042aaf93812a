#include "simulator/connection.hpp"

#include <algorithm>

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
        return hang_up();
    }
    requests_left_ -= std::min(requests_left_, reader.request_lines());
    switch (*state) {
    case HeadReader::State::refused:
        return send(reader.refusal(), reader);
    case HeadReader::State::complete:
        if (!stream_.is_encrypted()) {
            return redirect(reader);
        }
        return Control::is_addressed(reader.head()) ? ask_control(reader) : ask_api(reader);
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

Connection::Next Connection::ask_control(const HeadReader& reader) {
    if (const std::optional<Response> refusal = refuse_body(reader.head())) {
        return send(*refusal, reader);
    }
    const std::optional<Request> request = read_request(reader.head());
    return request ? send(answer_of_control(*request), reader) : hang_up();
}

Connection::Next Connection::ask_api(const HeadReader& reader) {
    if (const std::optional<Response> refusal = refuse(reader.head())) {
        return send(*refusal, reader);
    }
    const std::optional<Request> request = read_request(reader.head());
    if (!request) {
        return hang_up();
    }
    const std::vector<FaultAction> faults = meet_faults(reader.head());
    return faults.empty() ? send(answer(*request), reader) : suffer(*request, reader, faults);
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

std::vector<FaultAction> Connection::meet_faults(const RequestHead& head) {
    const std::lock_guard lock(shared_.mutex);
    return shared_.control.faults.meet(head.method, api_path(head.target));
}

Response Connection::answer_of_control(const Request& request) {
    const std::lock_guard lock(shared_.mutex);
    return shared_.control.answer(request);
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

/// With its body; nothing if the client fell silent.
std::optional<Request> Connection::read_request(const RequestHead& head) {
    const std::size_t size = body_size(head);
    while (stream_.size() < size) {
        if (!stream_.fill()) {
            return std::nullopt;
        }
    }
    return Request{head, stream_.take(size)};
}

Delivery Connection::delivery_for(const HeadReader& reader) const {
    const std::optional<std::string_view> encodings = reader.head().header("Accept-Encoding");
    return Delivery{
        .protocol = reader.protocol(),
        .keep_alive = reader.wants_keep_alive() && requests_left_ > 0,
        .accepts_gzip = mentions(encodings, "gzip"),
        .accepts_deflate = mentions(encodings, "deflate"),
        .now = shared_.control.now()};
}

Connection::Next Connection::send(const Response& response, const HeadReader& reader) {
    const ResponseText text = response_text(response, delivery_for(reader));
    const bool goes_on =
        !response.delayed || shared_.stop.sleep_until(arrived_ + shared_.settings.refusal_delay);
    if (!goes_on || !stream_.send(text.head + text.body)) {
        return hang_up();
    }
    if (text.keep_alive) {
        return Next::request;
    }
    stream_.close();
    return Next::end;
}

Connection::Next Connection::hang_up() {
    stream_.cut();
    return Next::end;
}

} // namespace pveform::simulator
