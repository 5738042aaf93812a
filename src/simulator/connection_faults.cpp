// Connection, where faults strike.

#include <algorithm>
#include <csignal>
#include <type_traits>

#include "simulator/api_path.hpp"
#include "simulator/connection.hpp"

namespace pveform::simulator {

namespace {

template<class Action>
const Action* find_action(const std::vector<FaultAction>& faults) {
    const auto found = std::ranges::find_if(faults, [](const FaultAction& fault) {
        return std::holds_alternative<Action>(fault);
    });
    return found == faults.end() ? nullptr : &std::get<Action>(*found);
}

template<class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

} // namespace

Connection::Next Connection::suffer(
    const Request& request, const HeadReader& reader, const std::vector<FaultAction>& faults
) {
    std::optional<Response> response;
    for (const Moment moment : {Moment::before, Moment::after}) {
        if (moment == Moment::after && !response) {
            response = answer(request);
        }
        for (const FaultAction& fault : faults) {
            if (!strike(fault, moment, request, response)) {
                return hang_up();
            }
        }
    }
    if (find_action<NewCertificate>(faults) != nullptr) {
        response->persistence = Persistence::close;
    }
    const auto* broken = find_action<BrokenBody>(faults);
    return broken == nullptr ? send(*response, reader) : send_broken(*response, reader, *broken);
}

/// False: the client gets no answer.
bool Connection::strike(
    const FaultAction& fault,
    Moment moment,
    const Request& request,
    std::optional<Response>& response
) {
    const bool is_before = moment == Moment::before;
    const auto answer_instead = [&](Response other) {
        if (is_before) {
            const std::lock_guard lock(shared_.mutex);
            log(request.head, other.status);
        }
        response = std::move(other);
        return true;
    };
    const Overloaded handlers{
        [&](const Latency& latency) {
            return latency.moment != moment ||
                   shared_.stop.sleep_until(std::chrono::steady_clock::now() + latency.time);
        },
        [&](const OtherAnswer& other) {
            return other.moment != moment || answer_instead(other.response);
        },
        [&](const LockTimeout&) {
            const bool takes_lock = request.head.method != "GET";
            return !is_before || !takes_lock ||
                   answer_instead(
                       lock_timeout_answer(request.head.method, api_path(request.head.target))
                   );
        },
        [&](const Drop& drop) {
            if (drop.moment != moment) {
                return true;
            }
            if (is_before) {
                const std::lock_guard lock(shared_.mutex);
                log(request.head, 0);
            }
            return false;
        },
        [&](const Exit& exit) { return exit.moment != moment || std::raise(SIGKILL) == 0; },
        [&](const OtherWriter& writer) {
            if (is_before) {
                const std::lock_guard lock(shared_.mutex);
                static_cast<void>(shared_.application.answer_as_root(writer.request));
            }
            return true;
        },
        [&](const NewCertificate& certificate) {
            const std::lock_guard lock(shared_.mutex);
            return !is_before || shared_.renew_certificate(certificate.is_foreign).has_value();
        },
        [](const BrokenBody&) { return true; },
    };
    return std::visit(handlers, fault);
}

Connection::Next Connection::send_broken(
    const Response& response, const HeadReader& reader, const BrokenBody& broken
) {
    const Delivery delivery = delivery_for(reader);
    ResponseText text = response_text(response, delivery);
    bool is_sent = false;
    switch (broken.form) {
    case BodyForm::truncated:
        stream_.send(text.head + text.body.substr(0, text.body.size() / 2));
        break;
    case BodyForm::endless:
        is_sent = send_endless(response, delivery);
        break;
    case BodyForm::trickling:
        is_sent = send_trickling(text, broken.pause);
        break;
    }
    return is_sent && text.keep_alive ? Next::request : hang_up();
}

/// Blanks, as long as the client takes them: a JSON reader finds nothing wrong with them.
bool Connection::send_endless(const Response& response, Delivery delivery) {
    const std::string blanks(64 * std::size_t{1024}, ' ');
    Response without_body = response;
    without_body.body.clear(); // and so without a length
    delivery.keep_alive = false;
    bool is_taken = stream_.send(response_text(without_body, delivery).head + response.body);
    while (is_taken) {
        is_taken = stream_.send(blanks);
    }
    return false;
}

bool Connection::send_trickling(const ResponseText& text, std::chrono::milliseconds pause) {
    bool is_taken = stream_.send(text.head);
    for (std::size_t i = 0; i < text.body.size() && is_taken; ++i) {
        is_taken = shared_.stop.sleep_until(std::chrono::steady_clock::now() + pause) &&
                   stream_.send(std::string_view(text.body).substr(i, 1));
    }
    return is_taken;
}

} // namespace pveform::simulator
