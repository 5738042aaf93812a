#include "cli/first_document.hpp"

#include "document/write.hpp"

namespace pveform::cli {

namespace {

constexpr const char* rules =
    R"(# Access control of a Proxmox VE cluster. `pveform validate` checks this document, `pveform plan`
# shows what it would change, `pveform apply` makes it so. Three rules:
#
#   - A key that is written is enforced; a key that is left out is left alone.
#   - A list that is written is the whole list: what it does not name is removed. [] means none.
#   - What is not declared at all is left alone, unless `manage` or `absent` say otherwise.
version: 1

# Which cluster this is about. Credentials never stand here: put an API token, as
# `user@realm!name=secret`, into the environment variable PVEFORM_API_TOKEN.
)";

constexpr const char* cluster_examples =
    R"(  # Who will apply: plans that somebody else makes then check this identity's rights.
  # apply_as: ci@pve!apply

# Where the secrets of new tokens go. PVE shows each of them once.
# secrets:
#   file: { path: ../secrets/pveform.json }

# A plan that takes away more than this is refused, unless it is allowed on the command line.
limits: { destroy: 5, acl_removals: 10 }
)";

constexpr const char* ownership_examples =
    R"(
# What is destroyed when no document declares it (`prune`), left alone whatever else is said
# (`ignore`), and never destroyed (`protect`). Patterns: `*` and `?`.
# manage:
#   users: { prune: ["*@pve"], ignore: ["svc-legacy-*@pve"], protect: ["admin@pve"] }
#   tokens: { prune: ["*@pve!*"] }
#   acl: { prune: [{ path: "/pool/prod/**" }] }

# What is destroyed wherever it still exists.
# absent:
#   users: [former-colleague@pve]
)";

constexpr const char* note_on_roles =
    "# Roles of one's own. Those of PVE (PVEAuditor, PVEVMUser, …) are there by themselves.\n";
constexpr const char* note_on_groups = "# Groups, with their members and what they may.\n";
constexpr const char* note_on_users =
    "# Users, with what they may beyond their groups, and their tokens.\n";

constexpr const char* role_example = R"(# roles:
#   MetricsReader:
#     privileges: [Datastore.Audit, Sys.Audit, VM.Audit]
)";

constexpr const char* group_example = R"(# groups:
#   ops:
#     comment: Platform operations
#     members: [alice@pve]
#     acl:
#       - { path: /pool/prod, role: PVEVMAdmin }
)";

constexpr const char* user_example = R"(# users:
#   alice@pve:
#     comment: Platform lead
#     groups: [ops]
#   metrics@pve:
#     comment: Prometheus exporter
#     acl:
#       - { path: /, role: MetricsReader }
#     tokens:
#       exporter:
#         privilege_separation: true
#         expire: 2027-06-30
#         acl: same_as_user
)";

std::string cluster_block(const KnownCluster& cluster) {
    document::Writer writer;
    writer.open("cluster");
    if (cluster.name.empty()) {
        writer.comment("name: prod");
    } else {
        writer.string("name", cluster.name);
    }
    writer.string(
        "endpoint", cluster.endpoint.empty() ? "https://pve.example.com:8006" : cluster.endpoint
    );
    if (!cluster.ca_file.empty()) {
        writer.open("tls");
        writer.string("ca_file", cluster.ca_file);
        writer.close();
    } else if (!cluster.fingerprint.empty()) {
        writer.open("tls");
        writer.string("fingerprint", cluster.fingerprint);
        writer.close();
    } else {
        writer.comment("A copy of /etc/pve/pve-root-ca.pem, unless the system trusts its issuer.");
        writer.comment("tls: { ca_file: pve-root-ca.pem }");
    }
    return std::move(writer).take();
}

} // namespace

exporting::Frame frame_of_first_document(const KnownCluster& cluster) {
    return {
        .head = rules + cluster_block(cluster) + cluster_examples,
        .notes =
            {
                {"roles", note_on_roles},
                {"groups", note_on_groups},
                {"users", note_on_users},
            },
        .tail = ownership_examples,
    };
}

std::vector<exporting::Section> example_sections() {
    return {
        {"roles", {role_example}, {}},
        {"groups", {group_example}, {}},
        {"users", {user_example}, {}},
    };
}

} // namespace pveform::cli
