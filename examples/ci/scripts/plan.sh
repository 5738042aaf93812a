#!/usr/bin/env bash
# For a pull request: checks the documents and plans, with a token that may only read. Leaves in
# $OUT the plan for people (plan.md) and the one to be applied when this is merged (plan.json).
# Ends as pveform does: 0, 3 for mistakes, 4 for a plan that is blocked.
#
# Without PVEFORM_API_TOKEN (forks do not get to see it) the documents are checked, and planned
# against the snapshot at $SNAPSHOT if there is one.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=settings.sh
source "$here/settings.sh"

rm -f "$out/plan.md" "$out/plan.json"
pveform validate "${documents[@]}"

reach=()
saved=(--out "$out/plan.json")
if [[ -z ${PVEFORM_API_TOKEN:-} ]]; then
    if [[ -z ${SNAPSHOT:-} ]]; then
        echo "No token and no snapshot: the documents are valid, and no plan was made."
        exit 0
    fi
    reach=(--live "$SNAPSHOT")
    saved=() # nobody applies what was not made of the cluster
fi
pveform plan "${documents[@]}" "${reach[@]}" "${saved[@]}" --output "markdown=$out/plan.md"
