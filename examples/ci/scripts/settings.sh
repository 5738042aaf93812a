# shellcheck shell=bash
# What plan, apply and drift have in common. To be sourced.
#
#     DOCUMENTS  files and folders for -f, separated by blanks; default: access
#     CLUSTER    what to call it in comments, issues and artifacts; default: cluster
#     OUT        where results go; default: pveform-out

documents=()
for path in ${DOCUMENTS:-access}; do
    documents+=(-f "$path")
done
# shellcheck disable=SC2034 # used by those who source this
cluster=${CLUSTER:-cluster}
out=${OUT:-pveform-out}
mkdir -p "$out"
