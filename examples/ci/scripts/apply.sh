#!/usr/bin/env bash
# When a pull request was merged as commit $COMMIT: carries out the plan that was reviewed there, or
# nothing. pveform plans anew and compares; the plan from the pull request is a lock and never a
# source. Whoever can replace it (everybody who can push a branch) cannot bring anything in that the
# documents do not ask for; but it carries the allowances (`--allow-destroy` …) of its plan, so that
# a replaced one can let pass what a guard would stop. With $PLAN_DIGEST, the digest that `plan --out`
# printed, no other file is taken: set it from where the branch cannot reach, such as a person who
# approves the deployment and types it.
# New secrets go where the documents say (`secrets:`).
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=settings.sh
source "$here/settings.sh"
# shellcheck source=forge.sh
source "$here/forge.sh"
need FORGE FORGE_API FORGE_REPOSITORY FORGE_TOKEN COMMIT PVEFORM_API_TOKEN

reviewed=$(merged_pull_request "$COMMIT")
[[ -n $reviewed ]] || die "no pull request brought $COMMIT: what was not reviewed is not applied"
read -r number head <<<"$reviewed"
fetch_plan "plan-$cluster" "$head" "$number" "$out/plan.json" ||
    die "pull request $number has no plan for $head: run its checks again, or see whether it is too old"

this_one=()
if [[ -n ${PLAN_DIGEST:-} ]]; then
    this_one=(--digest "$PLAN_DIGEST")
fi
status=0
rm -f "$out/receipt.md"
pveform apply "$out/plan.json" "${this_one[@]}" "${documents[@]}" --auto-approve \
    --output "markdown=$out/receipt.md" || status=$?

case $status in
    0) words='applied' ;;
    5) words='**not applied**: the reviewed plan no longer holds. Nothing was changed; the log has the
difference. Make a new plan (a commit to a new pull request) and look at it again.' ;;
    6) words='**partly applied**; the log has the receipt. A new run goes on from there.' ;;
    *) words="**not applied** (exit code $status); the log says why." ;;
esac
{
    printf '**%s**: %s\n' "$cluster" "$words"
    # Names and comments of a cluster are text in it; the log's form would let them be HTML.
    if [[ -s $out/receipt.md ]]; then
        printf '\n'
        cat "$out/receipt.md"
    fi
} >"$out/applied.md"
put_comment "$number" "<!-- pveform applied: $cluster -->" "$out/applied.md" ||
    echo "the comment could not be written" >&2 # what was done counts
exit "$status"
