#include "simulator/server.hpp"

#include <atomic>
#include <csignal>
#include <list>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "simulator/connection.hpp"
#include "simulator/shared.hpp"
#include "simulator/socket.hpp"

namespace pveform::simulator {

namespace {

/// A thread that serves one client.
class Client {
public:
    Client(Descriptor descriptor, Shared& shared)
        : socket_(std::move(descriptor)), thread_([this, &shared] {
              ByteStream stream(socket_, shared.settings.idle_time);
              Connection(stream, shared).run();
              socket_.shut_down();
              is_done_ = true;
          }) {}

    ~Client() { socket_.shut_down(); }

    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    Client(Client&&) = delete;
    Client& operator=(Client&&) = delete;

    [[nodiscard]] bool is_done() const { return is_done_; }

private:
    Socket socket_;
    std::atomic<bool> is_done_ = false;
    std::jthread thread_; // last: it uses the others
};

} // namespace

struct Server::Parts {
    Shared shared;
    Descriptor listener;
    Descriptor stop_event{::eventfd(0, EFD_CLOEXEC)};
    Descriptor signals;

    /// Until a client is there; false at the end.
    [[nodiscard]] bool wait_for_client() const;
};

bool Server::Parts::wait_for_client() const {
    pollfd wanted[] = {
        {.fd = listener.number(), .events = POLLIN, .revents = 0},
        {.fd = stop_event.number(), .events = POLLIN, .revents = 0},
        {.fd = signals.number(), .events = POLLIN, .revents = 0}, // ignored where negative
    };
    while (::poll(wanted, std::size(wanted), -1) < 0 && errno == EINTR) {
    }
    return wanted[1].revents == 0 && wanted[2].revents == 0;
}

Result<std::unique_ptr<Server>>
Server::listen(const ServerSettings& settings, Application& application) {
    CertificateAuthority authority = TRY(CertificateAuthority::create());
    TlsContext tls = TRY(TlsContext::create(TRY(authority.issue())));
    Descriptor listener = TRY(listen_on_loopback(settings.port));
    std::unique_ptr<Parts> parts(new Parts{
        .shared =
            {.settings = settings,
             .authority = std::move(authority),
             .stop = {},
             .mutex = {},
             .application = application,
             .control = Control(application),
             .tls = std::move(tls)},
        .listener = std::move(listener),
        .signals = Descriptor()});
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() = default;

std::uint16_t Server::port() const {
    return local_port(parts_->listener);
}

std::string Server::ca_certificate() const {
    return parts_->shared.authority.certificate_pem();
}

void Server::add_faults(std::vector<Fault> faults) {
    const std::lock_guard lock(parts_->shared.mutex);
    parts_->shared.control.faults.add(std::move(faults));
}

void Server::run() {
    std::list<Client> clients;
    while (parts_->wait_for_client()) {
        clients.remove_if([](const Client& client) { return client.is_done(); });
        Descriptor descriptor = accept_client(parts_->listener);
        if (descriptor.is_valid()) {
            clients.emplace_back(std::move(descriptor), parts_->shared);
        } else { // gone again, or too many are open: those need time to end
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    parts_->shared.stop.request();
}

void Server::stop_on_signals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
    parts_->signals = Descriptor(::signalfd(-1, &wanted, SFD_CLOEXEC));
}

void Server::stop() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(parts_->stop_event.number(), &one, sizeof one);
}

} // namespace pveform::simulator
