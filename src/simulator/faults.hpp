// What goes wrong on purpose: which request a fault waits for, and what it then does.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "simulator/http.hpp"
#include "json/value.hpp"

namespace pveform::simulator {

/// Before or after the request takes effect.
enum class Moment { before, after };

struct Latency {
    Moment moment;
    std::chrono::milliseconds time;
};

/// `before`: instead of the request; `after`: instead of its own answer.
struct OtherAnswer {
    Moment moment;
    Response response;
};

/// Somebody else holds the cluster's lock for too long; only writes take it.
struct LockTimeout {};

/// The connection ends without an answer and without a farewell.
struct Drop {
    Moment moment;
};

/// The process ends as if killed.
struct Exit {
    Moment moment;
};

/// Another client changes something just before.
struct OtherWriter {
    Request request;
};

/// From now on the server shows another certificate; this connection is the last with the old one.
struct NewCertificate {
    bool is_foreign; // of an authority that nobody knows
};

enum class BodyForm {
    truncated, // half of it, then the end
    endless,
    trickling, // a byte, a pause, a byte
};

struct BrokenBody {
    BodyForm form;
    std::chrono::milliseconds pause;
};

using FaultAction = std::
    variant<Latency, OtherAnswer, LockTimeout, Drop, Exit, OtherWriter, NewCertificate, BrokenBody>;

struct Fault {
    std::string name;        // as in JSON
    std::string method = {}; // empty: any
    std::string path = "*";  // below /api2/json, decoded; `*` stands for any text
    std::size_t nth = 1;     // the first of the matching requests that it strikes
    std::size_t times = 1;   // and how many from there on; 0: all
    FaultAction action;
};

/// One fault:
///
///     {"fault": "drop", "when": "after", "method": "PUT", "path": "/access/acl", "nth": 2}
///
/// Every fault takes `method` (else any), `path` (else `*`, any), `nth` (1) and `times` (1; 0: from
/// then on). Requests that PVE refuses before it reads a body, for want of credentials say, are
/// neither counted nor struck.
///
/// | fault | further keys | what happens |
/// |---|---|---|
/// | `latency` | `milliseconds`, `when` | a pause, before or after the request takes effect |
/// | `answer` | `status`, `reason`, `body`, `content_type`, `when` | that instead of the request,
/// or of its answer | | `html` | `when` | 200 with a page, as a proxy in maintenance sends it | |
/// `lock-timeout` | | a write fails as in PVE when the cluster's lock is not to be had | | `drop` |
/// `when` | the connection ends without an answer | | `exit` | `when` | the simulator ends as if
/// killed | | `truncate` | | half of the body, then the connection ends | | `endless` | | a body
/// without length and end | | `trickle` | `milliseconds` (100) | the body byte by byte, with a
/// pause before each | | `certificate` | `issuer`: `same`, `foreign` | the next connection sees
/// another certificate | | `writer` | `request`: `method`, `path`, `body` | root@pam does this just
/// before |
///
/// `when` is `before` (the default) or `after`. The error is about the first key that is wrong.
[[nodiscard]] Result<Fault> parse_fault(const json::Value& value);

/// One fault or an array of them.
[[nodiscard]] Result<std::vector<Fault>> parse_faults(std::string_view text);

/// The answer of a request that did not get the lock, in PVE's words.
[[nodiscard]] Response lock_timeout_answer(std::string_view method, std::string_view path);

/// The faults that wait for their request.
class FaultList {
public:
    void add(std::vector<Fault> faults);
    void clear();

    /// What strikes this request, in the order in which it was asked for. Counts it.
    [[nodiscard]] std::vector<FaultAction> meet(std::string_view method, std::string_view path);

    /// Those that may still strike.
    [[nodiscard]] json::Value to_json() const;

private:
    struct Waiting {
        Fault fault;
        std::size_t seen = 0;
    };

    std::vector<Waiting> waiting_;
};

} // namespace pveform::simulator
