#!/bin/sh
# age: an encrypted file for each token, FOLDER/NAME.json.age.
#
#     secrets: { command: { run: [examples/sinks/age.sh, FOLDER, RECIPIENTS_FILE] } }
#
# Read it with: age --decrypt --identity KEY FOLDER/NAME.json.age | jq -r .secret
set -eu
umask 077
folder=$1
recipients=$2

record=$(cat)
name=$(printf '%s' "$record" | jq -er .name)
file=$folder/$name.json.age

printf '%s\n' "$record" | age --encrypt --armor --recipients-file "$recipients" --output "$file.new"
sync "$file.new"
mv -- "$file.new" "$file"
sync "$folder"
