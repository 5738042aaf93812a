// TCP sockets, as few words as the simulator needs: every wait has an end, and every wait ends when
// another thread shuts the socket down.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace pveform::simulator {

/// Owns a file descriptor.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}

    ~Descriptor();

    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int number() const { return number_; }

    [[nodiscard]] bool is_valid() const { return number_ >= 0; }

private:
    int number_;
};

/// A connection to a client.
class Socket {
public:
    explicit Socket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

    /// How many bytes came; 0 if none came in `patience`, or the client has gone.
    [[nodiscard]] std::size_t
    receive(std::span<char> buffer, std::chrono::milliseconds patience) const;

    /// Whether all was taken; `patience` is for each step forward.
    [[nodiscard]] bool send(std::string_view bytes, std::chrono::milliseconds patience) const;

    void shut_down_sending() const;

    /// Nothing goes in or out any more, whoever waits for it. From any thread.
    void shut_down() const;

private:
    Descriptor descriptor_;
};

/// Listens on 127.0.0.1; port 0 takes any that is free.
[[nodiscard]] Result<Descriptor> listen_on_loopback(std::uint16_t port);

[[nodiscard]] std::uint16_t local_port(const Descriptor& listener);

/// The next client that waits; invalid if there is none (any more).
[[nodiscard]] Descriptor accept_client(const Descriptor& listener);

} // namespace pveform::simulator
