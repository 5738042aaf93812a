#!/bin/sh
# HashiCorp Vault or OpenBao, key/value engine: a secret for each token, PREFIX/NAME.
#
#     secrets: { command: { run: [examples/sinks/vault.sh, MOUNT, PREFIX] } }
#
# Read it with: vault kv get -mount=MOUNT -field=secret PREFIX/NAME
set -eu
mount=$1
prefix=$2

record=$(cat)
name=$(printf '%s' "$record" | jq -er .name)

printf '%s' "$record" | vault kv put -mount="$mount" "$prefix/$name" -
