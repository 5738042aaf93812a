# shellcheck shell=bash
# What the other scripts need of a forge: comments on pull requests, issues, and the plan that was
# reviewed. GitHub, Forgejo (Gitea) and GitLab; curl and jq. To be sourced.
#
#     FORGE             github, forgejo or gitlab
#     FORGE_API         https://api.github.com, https://HOST/api/v1, https://HOST/api/v4
#     FORGE_REPOSITORY  owner/name; for GitLab the project's number
#     FORGE_TOKEN       what to authenticate with there; never on a command line

max_pages=50

die() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

# Variables that must be set.
need() {
    local name
    for name; do
        [[ -n ${!name:-} ]] || die "\$$name is not set"
    done
}

# call METHOD URL [curl's arguments...]: prints the answer's body; a refusal is an error that says
# what was refused.
call() {
    local method=$1 url=$2 answer status
    shift 2
    local header="Authorization: Bearer $FORGE_TOKEN"
    case $FORGE in
        forgejo) header="Authorization: token $FORGE_TOKEN" ;;
        gitlab) header="PRIVATE-TOKEN: $FORGE_TOKEN" ;;
    esac
    answer=$(mktemp)
    # The header comes on a descriptor: arguments of programs can be read by all users.
    status=$(curl --silent --show-error --location --max-time 60 --retry 3 --request "$method" \
        --config <(printf 'header = "%s"\n' "$header") \
        --output "$answer" --write-out '%{http_code}' "$@" "$url") || status=000
    if [[ $status != 2?? ]]; then
        printf '%s %s: HTTP %s: %s\n' "$method" "$url" "$status" "$(head -c 500 "$answer")" >&2
        rm -f "$answer"
        return 1
    fi
    cat "$answer"
    rm -f "$answer"
}

# api METHOD PATH [JSON]
api() {
    local url=$FORGE_API/$2
    if (($# > 2)); then
        call "$1" "$url" --header 'Content-Type: application/json' --data-binary @- <<<"$3"
    else
        call "$1" "$url"
    fi
}

# Every element of a list that comes in pages, one a line.
api_list() {
    local page answer separator='?'
    [[ $1 == *\?* ]] && separator='&'
    for ((page = 1; page <= max_pages; ++page)); do
        answer=$(api GET "$1${separator}per_page=100&limit=50&page=$page") || return
        [[ $(jq length <<<"$answer") != 0 ]] || return 0
        jq --compact-output '.[]' <<<"$answer"
    done
}

repository() {
    case $FORGE in
        github | forgejo) printf 'repos/%s' "$FORGE_REPOSITORY" ;;
        gitlab) printf 'projects/%s' "$FORGE_REPOSITORY" ;;
        *) die "unknown FORGE: $FORGE" ;;
    esac
}

# The number of the first thing on standard input with the marker in its text; nothing if there is
# none. Markers are HTML comments, which nobody sees. Pull requests are no issues.
with_marker() {
    jq --raw-output --slurp --arg marker "$1" \
        'map(select(.pull_request == null) | select((.body // .description // "") | contains($marker)))
         | first // empty | if has("iid") then .iid elif has("number") then .number else .id end'
}

body_of() { # FILE MARKER
    printf '%s\n' "$2"
    cat "$1"
}

# put_comment PULL_REQUEST MARKER FILE: one comment with this marker, however often it is called.
put_comment() {
    local below id json
    case $FORGE in
        gitlab) below=$(repository)/merge_requests/$1/notes ;;
        *) below=$(repository)/issues/$1/comments ;;
    esac
    json=$(body_of "$3" "$2" | jq --raw-input --slurp '{body: .}')
    id=$(api_list "$below" | jq --raw-output --slurp --arg marker "$2" \
        'map(select(.body // "" | contains($marker))) | first // empty | .id')
    if [[ -z $id ]]; then
        api POST "$below" "$json" >/dev/null
    elif [[ $FORGE == gitlab ]]; then
        api PUT "$below/$id" "$json" >/dev/null
    else
        api PATCH "$(repository)/issues/comments/$id" "$json" >/dev/null
    fi
}

# The open issue with this marker; nothing if there is none.
find_issue() {
    local state=open
    [[ $FORGE == gitlab ]] && state=opened
    api_list "$(repository)/issues?state=$state" | with_marker "$1"
}

# put_issue TITLE MARKER FILE: one open issue with this marker, however often it is called.
put_issue() {
    local number text=body update=PATCH json
    [[ $FORGE == gitlab ]] && text=description update=PUT
    json=$(body_of "$3" "$2" | jq --raw-input --slurp --arg title "$1" --arg text "$text" \
        '{title: $title, ($text): .}')
    number=$(find_issue "$2")
    if [[ -z $number ]]; then
        api POST "$(repository)/issues" "$json" >/dev/null
        echo "Opened an issue: $1"
    else
        api "$update" "$(repository)/issues/$number" "$json" >/dev/null
        echo "Updated issue $number"
    fi
}

# close_issue MARKER WORDS: says why and closes, if there is one.
close_issue() {
    local number
    number=$(find_issue "$1")
    [[ -n $number ]] || return 0
    if [[ $FORGE == gitlab ]]; then
        api POST "$(repository)/issues/$number/notes" "$(jq -n --arg body "$2" '{$body}')" >/dev/null
        api PUT "$(repository)/issues/$number" '{"state_event": "close"}' >/dev/null
    else
        api POST "$(repository)/issues/$number/comments" "$(jq -n --arg body "$2" '{$body}')" \
            >/dev/null
        api PATCH "$(repository)/issues/$number" '{"state": "closed"}' >/dev/null
    fi
    echo "Closed issue $number"
}

# merged_pull_request COMMIT: the number of the pull request that brought it, and the commit that
# was reviewed; nothing if it came another way.
merged_pull_request() {
    case $FORGE in
        github)
            api GET "$(repository)/commits/$1/pulls" |
                jq --raw-output 'map(select(.merged_at)) | first // empty | "\(.number) \(.head.sha)"'
            ;;
        forgejo)
            api GET "$(repository)/commits/$1/pull" | jq --raw-output '"\(.number) \(.head.sha)"'
            ;;
        gitlab)
            api GET "$(repository)/repository/commits/$1/merge_requests" |
                jq --raw-output 'map(select(.state == "merged")) | first // empty | "\(.iid) \(.sha)"'
            ;;
    esac
}

# Where a plan is kept on Forgejo, which has no way to another run's artifacts.
package_of_plan() { # NAME COMMIT
    printf '%s/packages/%s/generic/pveform-plan/%s/%s.json' \
        "${FORGE_API%/v1}" "${FORGE_REPOSITORY%%/*}" "$2" "$1"
}

# keep_plan NAME COMMIT FILE: for forges on which the workflow does not do it itself.
keep_plan() {
    [[ $FORGE == forgejo ]] || return 0
    call DELETE "$(package_of_plan "$1" "$2")" >/dev/null 2>&1 || true # of an earlier run
    call PUT "$(package_of_plan "$1" "$2")" --upload-file "$3" >/dev/null
}

# fetch_plan NAME COMMIT PULL_REQUEST FILE: the plan that was made for that commit.
fetch_plan() {
    local id archive
    case $FORGE in
        github)
            # Of a run for that very commit, and of this repository: forks have runs here, too.
            id=$(api GET "$(repository)/actions/artifacts?name=$1-$2" |
                jq --raw-output --arg commit "$2" '.artifacts | map(select(.expired | not)
                    | select(.workflow_run | .head_sha == $commit
                        and .head_repository_id == .repository_id)) | first // empty | .id')
            [[ -n $id ]] || return 1
            archive=$(mktemp)
            api GET "$(repository)/actions/artifacts/$id/zip" >"$archive"
            python3 -c 'import sys, zipfile; sys.stdout.buffer.write(
                zipfile.ZipFile(sys.argv[1]).read("plan.json"))' "$archive" >"$4"
            rm -f "$archive"
            ;;
        forgejo)
            call GET "$(package_of_plan "$1" "$2")" >"$4"
            ;;
        gitlab)
            call GET "$FORGE_API/$(repository)/jobs/artifacts/refs%2Fmerge-requests%2F$3%2Fhead/raw/$1/plan.json?job=$1" >"$4"
            ;;
    esac
}
