#!/bin/sh
# GitHub: an Actions secret for each token. metrics@pve!exporter becomes PVE_METRICS_PVE_EXPORTER; its
# value is `USER@REALM!TOKEN=SECRET`, as PROXMOX_VE_API_TOKEN and PVEFORM_API_TOKEN want it.
#
#     secrets: { command: { run: [examples/sinks/github.sh, OWNER/REPOSITORY] } }
set -eu
repository=$1

record=$(cat)
name=$(printf '%s' "$record" | jq -er '"PVE_" + (.name | ascii_upcase | gsub("[^A-Z0-9]+"; "_"))')

printf '%s' "$record" | jq -ej '.id + "=" + .secret' | gh secret set "$name" --repo "$repository"
