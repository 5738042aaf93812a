#include "render/prometheus.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "render/plain.hpp"

namespace pveform::render {

namespace {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

/// Of a label's value, between quotes.
std::string in_label(std::string_view value) {
    std::string out;
    for (const char character : plain(value)) {
        if (character == '\\' || character == '"') {
            out += '\\';
        }
        out += character;
    }
    return out;
}

/// Series by series, each metric under its help and type.
class Metrics {
public:
    /// `everywhere`: labels of all series.
    explicit Metrics(Labels everywhere) : everywhere_(std::move(everywhere)) {}

    void begin(std::string_view name, std::string_view help) {
        name_ = name;
        out_ += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
    }

    void add(const Labels& labels, std::string_view value) {
        std::vector<std::string> words;
        for (const Labels& some : {everywhere_, labels}) {
            for (const auto& [name, label] : some) {
                words.push_back(fmt::format("{}=\"{}\"", name, in_label(label)));
            }
        }
        out_ += fmt::format("{}{{{}}} {}\n", name_, fmt::join(words, ","), value);
    }

    void add(const Labels& labels, std::int64_t value) { add(labels, std::to_string(value)); }

    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    Labels everywhere_;
    std::string_view name_;
    std::string out_;
};

/// Of drift by what it is and of which kind.
using DriftCounts = std::map<std::pair<std::string_view, std::string_view>, std::int64_t>;

/// Users and tokens whose access differs although no object does.
void add_access(const plan::Drift& drift, DriftCounts& counts) {
    constexpr std::string_view access = "access";
    std::int64_t& users = counts[{access, "user"}];
    std::int64_t& tokens = counts[{access, "token"}];
    if (!drift.is_of_access_alone()) {
        return;
    }
    for (const access::Affected& affected : drift.deviation.effective_access.affected) {
        for (const Principal& principal : affected.principals) {
            ++(principal.kind == PrincipalKind::token ? tokens : users);
        }
    }
}

void add_drift(const plan::Drift& drift, Metrics& metrics) {
    DriftCounts counts;
    for (const plan::DriftKind kind : plan::all_drift_kinds) {
        for (const ObjectKind object : all_object_kinds) {
            counts[{plan::to_string(kind), to_string(object)}] = 0;
        }
    }
    for (const plan::DriftItem& item : drift.items) {
        if (!item.is_information) {
            ++counts[{plan::to_string(item.kind), to_string(kind_of(item.key))}];
        }
    }
    add_access(drift, counts);
    metrics.begin(
        "pveform_drift_objects", "Objects that are not as the documents or the snapshot have them."
    );
    for (const auto& [key, count] : counts) {
        metrics.add({{"drift", std::string(key.first)}, {"kind", std::string(key.second)}}, count);
    }
}

void add_unmanaged(const plan::Drift& drift, Metrics& metrics) {
    std::map<std::string_view, std::int64_t> counts;
    for (const ObjectKind kind : all_object_kinds) {
        counts[to_string(kind)] = 0;
    }
    for (const ObjectKey& key : drift.left_alone) {
        ++counts[to_string(kind_of(key))];
    }
    metrics.begin(
        "pveform_unmanaged_objects", "Live objects that no document declares and none owns."
    );
    for (const auto& [kind, count] : counts) {
        metrics.add({{"kind", std::string(kind)}}, count);
    }
}

void add_tokens(const plan::Drift& drift, Metrics& metrics) {
    metrics.begin(
        "pveform_token_expiry_timestamp_seconds",
        "When a declared token expires, in Unix time; +Inf for never. Minus time(): the seconds "
        "to its expiry."
    );
    std::map<TokenId, Expiry> tokens;
    for (const plan::CurrentToken& token : drift.current_tokens) {
        tokens[token.declared] = token.expire;
    }
    for (const auto& [id, expire] : tokens) {
        metrics.add(
            {{"token", id.name}, {"user", id.user.text}},
            expire.is_never() ? "+Inf" : std::to_string(expire.seconds)
        );
    }
}

void add_findings(const plan::Drift& drift, Metrics& metrics) {
    std::map<std::string_view, std::int64_t> findings = {{"error", 0}, {"info", 0}, {"warning", 0}};
    for (const policy::Finding& finding : drift.findings.findings) {
        ++findings[policy::to_string(finding.severity)];
    }
    metrics.begin("pveform_policy_findings", "What the policy found in the wanted access.");
    for (const auto& [severity, count] : findings) {
        metrics.add({{"severity", std::string(severity)}}, count);
    }
}

void add_assertions(const plan::Drift& drift, Metrics& metrics) {
    const auto count = [&](policy::Outcome outcome) {
        return static_cast<std::int64_t>(
            std::ranges::count(drift.verdicts, outcome, &policy::Verdict::outcome)
        );
    };
    metrics.begin("pveform_assertions", "The documents' tests of access, by how they went.");
    metrics.add({{"result", "fails"}}, count(policy::Outcome::fails));
    metrics.add({{"result", "holds"}}, count(policy::Outcome::holds));
    metrics.add({{"result", "unknown"}}, count(policy::Outcome::unknown));
}

} // namespace

std::string
prometheus(const plan::Drift& drift, const std::string& cluster, UnixSeconds written_at) {
    Labels labels = {{"cluster", cluster}};
    if (drift.is_since_snapshot) {
        labels.emplace_back("against", "snapshot");
    }
    Metrics metrics(std::move(labels));
    if (!drift.is_since_snapshot) {
        add_assertions(drift, metrics);
    }
    add_drift(drift, metrics);
    metrics.begin(
        "pveform_last_success_timestamp_seconds",
        "When the cluster was last read and compared as a whole, in Unix time."
    );
    metrics.add({}, written_at);
    if (!drift.is_since_snapshot) { // which says nothing of the rest
        add_findings(drift, metrics);
        add_tokens(drift, metrics);
        add_unmanaged(drift, metrics);
    }
    return std::move(metrics).take();
}

} // namespace pveform::render
