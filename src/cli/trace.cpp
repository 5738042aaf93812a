#include "cli/trace.hpp"

#include <fmt/ostream.h>

#include "base/text.hpp"

namespace pveform::cli {

namespace {

class Trace final : public live::Observer {
public:
    Trace(bool with_parameters, std::ostream& out) : with_parameters_(with_parameters), out_(out) {}

    void exchanged(const live::Exchange& exchange) override {
        std::string request = fmt::format("{} {}", exchange.method, printable(exchange.path));
        if (with_parameters_ && !exchange.parameters.empty()) {
            request += ' ' + live::shown(exchange.parameters);
        }
        const std::string outcome =
            exchange.status == 0 ? fmt::format("no answer: {}", printable(exchange.words))
                                 : fmt::format("{} {}", exchange.status, printable(exchange.words));
        fmt::print(
            out_,
            "> {} → {} ({} ms, {})\n",
            request,
            outcome,
            exchange.duration.count(),
            plural(exchange.body_bytes, "byte")
        );
        out_.flush();
    }

private:
    bool with_parameters_;
    std::ostream& out_;
};

} // namespace

std::unique_ptr<live::Observer> make_trace(int verbosity, std::ostream& out) {
    return verbosity > 0 ? std::make_unique<Trace>(verbosity > 1, out) : nullptr;
}

} // namespace pveform::cli
