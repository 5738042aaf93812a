#include "cli/sink_check.hpp"

#include "cli/secret_sink.hpp"
#include "desired/turns.hpp"

namespace pveform::cli {

Result<void> check_sink(
    const Options& options,
    const desired::Document& document,
    const std::string& cluster,
    Context& context
) {
    std::vector<TokenId> tokens = desired::declared_tokens(document);
    if (tokens.empty()) { // the place is looked at all the same
        tokens.push_back(TokenId{UserId{"nobody@pve"}, "none"});
    }
    TRY(open_secret_sink(options, document, cluster, tokens, context, secrets::Opening::for_a_look)
    );
    return {};
}

} // namespace pveform::cli
