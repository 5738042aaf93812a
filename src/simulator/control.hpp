// The simulator's own endpoint, `/simulator`, outside PVE's API: faults, what was asked for, time.
#pragma once

#include <atomic>
#include <ctime>

#include "base/time.hpp"
#include "simulator/faults.hpp"
#include "simulator/http.hpp"
#include "simulator/request_log.hpp"

namespace pveform::simulator {

/// | request | effect |
/// |---|---|
/// | POST /simulator/faults | adds the fault, or the faults, of the JSON body |
/// | GET /simulator/faults | those that may still strike |
/// | DELETE /simulator/faults | forgets them |
/// | GET /simulator/requests | connections, resumed sessions, total, the last requests |
/// | DELETE /simulator/requests | forgets them |
/// | PUT /simulator/clock | `{"offset_seconds": N}`: PVE's clock, against the machine's |
class Control {
public:
    explicit Control(Application& application) : application_(application) {}

    [[nodiscard]] static bool is_addressed(const RequestHead& head);

    [[nodiscard]] Response answer(const Request& request);

    /// What PVE's clock says. May be asked by any thread at any time.
    [[nodiscard]] UnixSeconds now() const { return std::time(nullptr) + offset_s_; }

    FaultList faults;
    RequestLog log;

private:
    Response set_clock(const std::string& body);

    Application& application_;
    std::atomic<UnixSeconds> offset_s_ = 0;
};

} // namespace pveform::simulator
