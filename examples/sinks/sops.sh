#!/bin/sh
# sops: an encrypted file for each token, FOLDER/NAME.sops.json, that may be committed. What is
# secret is encrypted, the rest stays readable. The keys come from .sops.yaml or SOPS_… variables.
#
#     secrets: { command: { run: [examples/sinks/sops.sh, FOLDER] } }
#
# Read it with: sops decrypt --extract '["secret"]' FOLDER/NAME.sops.json       (sops 3.9 or later)
set -eu
umask 077
folder=$1

record=$(cat)
name=$(printf '%s' "$record" | jq -er .name)
file=$folder/$name.sops.json

printf '%s\n' "$record" | sops encrypt --filename-override "$file" \
    --input-type json --output-type json --encrypted-regex '^(secret|authorization)$' \
    /dev/stdin >"$file.new"
sync "$file.new"
mv -- "$file.new" "$file"
sync "$folder"
