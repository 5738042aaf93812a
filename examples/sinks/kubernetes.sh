#!/bin/sh
# Kubernetes: a Secret for each token. metrics@pve!exporter becomes pve-metrics-pve-exporter, with the
# members of the record as keys.
#
#     secrets: { command: { run: [examples/sinks/kubernetes.sh, NAMESPACE] } }
#
# Applied on the server: on the client, kubectl would keep a readable copy in an annotation.
set -eu
namespace=$1

record=$(cat)
name=$(printf '%s' "$record" | jq -er .name)

secret_for() {
    printf '%s' "$1" | jq -Rr '"pve-" + (ascii_downcase | gsub("[^a-z0-9]+"; "-"))'
}
secret=$(secret_for "$name")

# Names in Kubernetes hold less than PVE's: two tokens must not overwrite each other.
printf '%s\n' "${PVEFORM_LIKE_NAMES:-}" | while IFS= read -r other; do
    if [ "$(secret_for "$other")" = "$secret" ]; then
        echo "kubernetes.sh: $name and $other would both be the Secret $secret: rename one" >&2
        exit 1
    fi
done

printf '%s' "$record" | jq -e --arg secret "$secret" '{
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
        name: $secret,
        annotations: { "pveform/name": .name, "pveform/expires": (.expires // "never") }
    },
    stringData: { id, secret, authorization, cluster, expires: (.expires // "never") }
}' | kubectl apply --namespace "$namespace" --server-side --force-conflicts \
    --field-manager pveform --filename -
