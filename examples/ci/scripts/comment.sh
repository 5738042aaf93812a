#!/usr/bin/env bash
# Shows what plan.sh found on the pull request $PULL_REQUEST (of commit $COMMIT), in one comment that
# is brought up to date by every run, and keeps the plan until it is merged.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=settings.sh
source "$here/settings.sh"
# shellcheck source=forge.sh
source "$here/forge.sh"
need FORGE FORGE_API FORGE_REPOSITORY FORGE_TOKEN PULL_REQUEST COMMIT

if [[ ! -s $out/plan.md ]]; then
    printf '**%s**: there is no plan for %s; the log of the run says why.\n' "$cluster" "$COMMIT" \
        >"$out/plan.md"
fi
put_comment "$PULL_REQUEST" "<!-- pveform plan: $cluster -->" "$out/plan.md"
if [[ -s $out/plan.json ]]; then
    keep_plan "plan-$cluster" "$COMMIT" "$out/plan.json"
fi
