// One client's connection: its requests, one after the other, as PVE's HTTPServer takes them
// (pve-http-server: src/PVE/APIServer/AnyEvent.pm).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "simulator/byte_stream.hpp"
#include "simulator/http.hpp"
#include "simulator/request_head.hpp"
#include "simulator/response_text.hpp"
#include "simulator/shared.hpp"

namespace pveform::simulator {

class Connection {
public:
    Connection(ByteStream& stream, Shared& shared);

    /// From the first byte to the last.
    void run();

private:
    enum class Next { request, end };

    Next serve_request();
    std::optional<HeadReader::State> read_head(HeadReader& reader);
    Next redirect(const HeadReader& reader);
    Next ask_control(const HeadReader& reader);
    Next ask_api(const HeadReader& reader);
    std::optional<Request> read_request(const RequestHead& head);

    std::optional<Response> refuse(const RequestHead& head);
    std::vector<FaultAction> meet_faults(const RequestHead& head);
    Response answer_of_control(const Request& request);
    Response answer(const Request& request);
    void log(const RequestHead& head, int status);

    Next suffer(
        const Request& request, const HeadReader& reader, const std::vector<FaultAction>& faults
    );
    bool strike(
        const FaultAction& fault,
        Moment moment,
        const Request& request,
        std::optional<Response>& response
    );

    Next send(const Response& response, const HeadReader& reader);
    Next send_broken(const Response& response, const HeadReader& reader, const BrokenBody& broken);
    bool send_endless(const Response& response, Delivery delivery);
    bool send_trickling(const ResponseText& text, std::chrono::milliseconds pause);
    Next hang_up();
    [[nodiscard]] Delivery delivery_for(const HeadReader& reader) const;

    ByteStream& stream_;
    Shared& shared_;
    std::size_t requests_left_;
    std::chrono::steady_clock::time_point arrived_; // the current request
    bool has_served_ = false;
};

} // namespace pveform::simulator
