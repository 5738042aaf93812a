#!/bin/sh
# Kubernetes: a Secret for each token. metrics@pve!exporter becomes pve-metrics-pve-exporter, with the
# members of the record as keys.
#
#     secrets: { command: { run: [examples/sinks/kubernetes.sh, NAMESPACE] } }
#
# Applied on the server: on the client, kubectl would keep a readable copy in an annotation.
set -eu
namespace=$1

jq -e '{
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
        name: ("pve-" + (.name | ascii_downcase | gsub("[^a-z0-9]+"; "-"))),
        annotations: { "pveform/name": .name, "pveform/expires": (.expires // "never") }
    },
    stringData: { id, secret, authorization, cluster, expires: (.expires // "never") }
}' | kubectl apply --namespace "$namespace" --server-side --force-conflicts \
    --field-manager pveform --filename -
