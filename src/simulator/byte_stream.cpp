#include "simulator/byte_stream.hpp"

#include <utility>

namespace pveform::simulator {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_unread_bytes = (512 + 8) * 1024; // rbuf_max of PVE's handles
constexpr char tls_handshake_record = 0x16;

} // namespace

bool ByteStream::open(const TlsContext& context) {
    if (!fill_raw()) {
        return false;
    }
    if (chunk_[0] == tls_handshake_record) {
        tls_.emplace(context);
    }
    bool is_open = receive({chunk_.data(), chunk_size_});
    while (is_open && tls_ && !tls_->is_established()) {
        is_open = fill();
    }
    return is_open;
}

bool ByteStream::fill() {
    return !has_ended_ && size() <= max_unread_bytes && fill_raw() &&
           receive({chunk_.data(), chunk_size_});
}

bool ByteStream::fill_raw() {
    chunk_size_ = socket_.receive(chunk_, patience_);
    return chunk_size_ > 0;
}

bool ByteStream::receive(std::string_view bytes) {
    unread_.erase(0, std::exchange(taken_, 0));
    if (!tls_) {
        unread_ += bytes;
        return true;
    }
    const std::size_t size_before = unread_.size();
    has_ended_ = tls_->receive(bytes, unread_) != TlsSession::Status::open;
    return send_raw(tls_->take_output()) && (!has_ended_ || unread_.size() > size_before);
}

std::optional<std::string_view> ByteStream::take_line() {
    const std::string_view rest = std::string_view(unread_).substr(taken_);
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    taken_ += end + 1;
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

std::string ByteStream::take(std::size_t size) {
    std::string result = unread_.substr(taken_, size);
    taken_ += result.size();
    return result;
}

bool ByteStream::send(std::string_view plain) {
    if (!tls_) {
        return send_raw(plain);
    }
    tls_->send(plain);
    return send_raw(tls_->take_output());
}

bool ByteStream::send_raw(std::string_view bytes) {
    return socket_.send(bytes, patience_);
}

void ByteStream::close() {
    if (tls_) {
        tls_->close();
        send_raw(tls_->take_output());
    }
    socket_.shut_down_sending();
    const auto end = std::chrono::steady_clock::now() + 1s;
    for (auto now = end - 1s; now < end; now = std::chrono::steady_clock::now()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now);
        if (socket_.receive(chunk_, left) == 0) {
            break;
        }
    }
    cut();
}

void ByteStream::cut() {
    socket_.shut_down();
}

void ByteStream::run_dry() {
    while (fill_raw()) {
    }
}

} // namespace pveform::simulator
