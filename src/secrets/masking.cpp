// The commands by which CI systems are told what to mask in their logs.

#include <ostream>

#include "secrets/sink.hpp"

namespace pveform::secrets {

namespace {

class MaskingSink final : public Sink {
public:
    MaskingSink(std::unique_ptr<Sink> sink, std::ostream& log)
        : sink_(std::move(sink)), log_(log) {}

    /// The secret alone: where it is a part of something longer, that part is hidden.
    Result<void> store(const IssuedSecret& issued) override {
        // On a line of its own, or it would be a text like any other and show the secret.
        log_ << "\n::add-mask::" << issued.secret.reveal() << std::endl;
        return sink_->store(issued);
    }

private:
    std::unique_ptr<Sink> sink_;
    std::ostream& log_;
};

} // namespace

std::unique_ptr<Sink> with_masking(std::unique_ptr<Sink> sink, std::ostream& log) {
    return std::make_unique<MaskingSink>(std::move(sink), log);
}

} // namespace pveform::secrets
