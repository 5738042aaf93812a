#include "simulator/socket.hpp"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pveform::simulator {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool is_ready(int descriptor, short event, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    pollfd wanted = {.fd = descriptor, .events = event, .revents = 0};
    while (true) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        const int result =
            ::poll(&wanted, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
        if (result >= 0 || errno != EINTR) {
            return result > 0;
        }
    }
}

bool would_block() {
    return errno == EAGAIN || errno == EINTR;
}

std::unexpected<Error> cannot_listen(std::uint16_t port) {
    return std::unexpected(Error{
        .kind = ErrorKind::io,
        .message = fmt::format(
            "cannot listen on 127.0.0.1:{}: {}", port, std::generic_category().message(errno)
        ),
        .help = "choose another `--port`; 0 takes any that is free"});
}

} // namespace

Descriptor::~Descriptor() {
    if (is_valid()) {
        ::close(number_);
    }
}

std::size_t Socket::receive(std::span<char> buffer, std::chrono::milliseconds patience) const {
    const int number = descriptor_.number();
    ssize_t size = ::recv(number, buffer.data(), buffer.size(), MSG_DONTWAIT);
    while (size < 0 && would_block() && is_ready(number, POLLIN, patience)) {
        size = ::recv(number, buffer.data(), buffer.size(), MSG_DONTWAIT);
    }
    return size > 0 ? static_cast<std::size_t>(size) : 0;
}

bool Socket::send(std::string_view bytes, std::chrono::milliseconds patience) const {
    const int number = descriptor_.number();
    while (!bytes.empty()) {
        const ssize_t size =
            ::send(number, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(size));
        } else if (!would_block() || !is_ready(number, POLLOUT, patience)) {
            return false;
        }
    }
    return true;
}

void Socket::shut_down_sending() const {
    ::shutdown(descriptor_.number(), SHUT_WR);
}

void Socket::shut_down() const {
    ::shutdown(descriptor_.number(), SHUT_RDWR);
}

Result<Descriptor> listen_on_loopback(std::uint16_t port) {
    Descriptor result(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    const sockaddr_in address = loopback(port);
    const int number = result.number();
    if (!result.is_valid() ||
        ::setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        ::bind(number, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(number, SOMAXCONN) != 0) {
        return cannot_listen(port);
    }
    return result;
}

std::uint16_t local_port(const Descriptor& listener) {
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    ::getsockname(listener.number(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

Descriptor accept_client(const Descriptor& listener) {
    Descriptor result(::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (result.is_valid()) {
        const int yes = 1;
        ::setsockopt(result.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    return result;
}

} // namespace pveform::simulator
