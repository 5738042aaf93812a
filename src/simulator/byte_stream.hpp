// A client's connection as a stream of plain bytes, with or without TLS, with PVE's patience.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/socket.hpp"
#include "simulator/tls.hpp"

namespace pveform::simulator {

class ByteStream {
public:
    /// `patience`: how long the client may be silent, or take nothing, while we wait for it.
    ByteStream(const Socket& socket, std::chrono::milliseconds patience)
        : socket_(socket), patience_(patience) {}

    /// Waits for the first bytes and, if they are TLS, for the handshake. False: nobody to talk to.
    bool open(const TlsContext& context);

    [[nodiscard]] bool is_encrypted() const { return tls_.has_value(); }

    [[nodiscard]] bool is_resumed() const { return tls_ && tls_->is_resumed(); }

    /// Reads more, maybe nothing that counts yet. False: the client has gone, patience is at its
    /// end, or more is waiting than PVE would buffer.
    bool fill();

    /// The next line that is there, without its LF or CRLF; valid until `fill`.
    [[nodiscard]] std::optional<std::string_view> take_line();

    /// Bytes that are there but not taken.
    [[nodiscard]] std::size_t size() const { return unread_.size() - taken_; }

    [[nodiscard]] std::string take(std::size_t size);

    /// False: the client has gone, or takes nothing.
    bool send(std::string_view plain);

    /// Ends it properly. What the client still sends is swallowed for a moment: unread bytes would
    /// make the kernel reset the connection, and the client might lose the last answer.
    void close();

    /// Ends it without a farewell.
    void cut();

    /// Listens to nothing any more until patience is at its end or the client has gone.
    void run_dry();

private:
    bool fill_raw();
    bool receive(std::string_view bytes);
    bool send_raw(std::string_view bytes);

    const Socket& socket_;
    std::chrono::milliseconds patience_;
    std::optional<TlsSession> tls_;
    std::array<char, 16 * 1024> chunk_; // what came last
    std::size_t chunk_size_ = 0;
    std::string unread_; // plain
    std::size_t taken_ = 0;
    bool has_ended_ = false; // the client said farewell
};

} // namespace pveform::simulator
