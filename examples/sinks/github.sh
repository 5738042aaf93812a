#!/bin/sh
# GitHub: an Actions secret for each token. metrics@pve!exporter becomes PVE_METRICS_PVE_EXPORTER; its
# value is `USER@REALM!TOKEN=SECRET`, as PROXMOX_VE_API_TOKEN and PVEFORM_API_TOKEN want it.
#
#     secrets: { command: { run: [examples/sinks/github.sh, OWNER/REPOSITORY] } }
set -eu
repository=$1

record=$(cat)
name=$(printf '%s' "$record" | jq -er .name)

secret_for() {
    printf '%s' "$1" | jq -Rr '"PVE_" + (ascii_upcase | gsub("[^A-Z0-9]+"; "_"))'
}
secret=$(secret_for "$name")

# GitHub's names hold less than PVE's: two tokens must not overwrite each other.
printf '%s\n' "${PVEFORM_LIKE_NAMES:-}" | while IFS= read -r other; do
    if [ "$(secret_for "$other")" = "$secret" ]; then
        echo "github.sh: $name and $other would both be the secret $secret: rename one" >&2
        exit 1
    fi
done

printf '%s' "$record" | jq -ej '.id + "=" + .secret' | gh secret set "$secret" --repo "$repository"
