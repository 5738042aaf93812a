#!/usr/bin/env bash
# On a schedule: does the cluster still look as the documents say? If not, one issue says so until
# it does again. With a token that may only read. Fails only where it could not be found out.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=settings.sh
source "$here/settings.sh"
# shellcheck source=forge.sh
source "$here/forge.sh"
need FORGE FORGE_API FORGE_REPOSITORY FORGE_TOKEN PVEFORM_API_TOKEN

marker="<!-- pveform drift: $cluster -->"
status=0
pveform drift "${documents[@]}" --output "markdown=$out/drift.md" || status=$?
case $status in
    0) close_issue "$marker" "The cluster is as the documents say again." ;;
    2 | 4) put_issue "Drift: $cluster" "$marker" "$out/drift.md" ;; # 4: what the policy forbids
    *) exit "$status" ;;
esac
