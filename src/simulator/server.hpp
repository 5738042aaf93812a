// The HTTPS server: listens on 127.0.0.1, speaks to each client as PVE's own HTTPServer does, and
// asks the application what to answer.
//
// A thread serves one client with blocking calls, from its first byte to its last; the application
// is asked under a lock. An event loop would serve thousands of clients, and be harder to read.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "simulator/faults.hpp"
#include "simulator/http.hpp"

namespace pveform::simulator {

struct ServerSettings {
    std::uint16_t port = 0; // 0: any that is free

    /// What PVE adds to a refused authentication.
    std::chrono::milliseconds refusal_delay = std::chrono::seconds(3);

    /// How long a client may be silent, within a request or between two.
    std::chrono::milliseconds idle_time = std::chrono::seconds(5);
};

class Server {
public:
    /// Takes the port at once; clients are served while `run` runs. An error where the port is not
    /// to be had. `application` outlives the server.
    [[nodiscard]] static Result<std::unique_ptr<Server>>
    listen(const ServerSettings& settings, Application& application);

    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    /// The certificate, in PEM, of the authority that signs the server's.
    [[nodiscard]] std::string ca_certificate() const;

    /// The same as POST /simulator/faults. Before `run`, or from any thread.
    void add_faults(std::vector<Fault> faults);

    /// From now on SIGTERM and SIGINT mean `stop`. Before `run`, and before there are other
    /// threads.
    void stop_on_signals();

    /// Serves until `stop`.
    void run();

    /// From any thread. Connections are ended where they stand.
    void stop();

private:
    struct Parts;
    explicit Server(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

} // namespace pveform::simulator
