#!/usr/bin/env bash
# pveform from build to drift in one go, with no cluster: the simulator plays Proxmox VE on this
# machine. Everything that it writes is below build/. PVEFORM_BINARY_DIR=DIR skips the build.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
work=$root/build/quickstart
binaries=${PVEFORM_BINARY_DIR:-$root/build/release/bin}
simulator=

clean_up() {
    if [[ -n $simulator ]]; then
        kill "$simulator" 2>/dev/null || true
        wait "$simulator" 2>/dev/null || true
    fi
}
trap clean_up EXIT

bold=
plain=
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m'
    plain=$'\e[0m'
fi

# step TITLE LINE...
step() {
    printf '\n%s── %s%s\n\n' "$bold" "$1" "$plain"
    printf '   %s\n' "${@:2}"
}

# Prints a command and runs it.
run() {
    printf '\n%s$%s%s\n' "$bold" "$(printf ' %q' "$@")" "$plain"
    "$@"
}

pveform() {
    "$binaries/pveform" "$@"
}

# The secret of a token of the example cluster. Made up, like everything in it.
secret_of() {
    sed -n "s/^$1 //p" "$root/examples/quickstart/cluster/priv/token.cfg"
}

build() {
    if [[ -n ${PVEFORM_BINARY_DIR:-} ]]; then
        return
    fi
    step "Build" "Debian's packages, then a release build: a few minutes the first time."
    .ci/install-packages
    cmake --preset release >/dev/null
    if [[ -t 1 ]]; then
        cmake --build --preset release
    else
        cmake --build --preset release -- --quiet
    fi
}

# Sets `endpoint` and `simulator`; the port is the system's choice.
start_simulator() {
    : >"$work/simulator.log" # it is read before the simulator comes to open it
    "$binaries/pveform-simulator" --seed "$root/examples/quickstart/cluster" --port 0 \
        --ca-out "$work/ca.pem" --no-auth-delay >"$work/simulator.log" 2>&1 &
    simulator=$!
    for ((attempt = 0; attempt < 150; ++attempt)); do
        endpoint=$(sed -n 's/^ready //p' "$work/simulator.log")
        if [[ -n $endpoint ]]; then
            return
        fi
        kill -0 "$simulator" 2>/dev/null || break
        sleep 0.2
    done
    echo "the simulator did not start:" >&2
    cat "$work/simulator.log" >&2
    exit 1
}

build
rm -rf "$work"
mkdir -p "$work"
chmod 700 "$work"
umask 077

step "1. A cluster" \
    "The simulator answers as Proxmox VE 9.2 does. It starts from examples/quickstart/cluster," \
    "the access control of a small team in PVE's own files: some of it grown over the years."
start_simulator
printf '\n   Ready at %s\n' "$endpoint"

cd examples/quickstart
work=../../build/quickstart # shorter to look at
reach=(--endpoint "$endpoint" --ca-file "$work/ca.pem")

step "2. Plan" \
    "examples/quickstart/access says what the team wants. The plan is made with a token that may" \
    "only read (ci@pve!plan), as it would be in a pull request."
export PVEFORM_API_TOKEN="ci@pve!plan=$(secret_of 'ci@pve!plan')"
run pveform plan -f access "${reach[@]}"

step "3. Apply" \
    "The same plan, carried out by ci@pve!apply. New secrets go to a file of mode 0600."
export PVEFORM_API_TOKEN="ci@pve!apply=$(secret_of 'ci@pve!apply')"
run pveform apply -f access "${reach[@]}" --secrets-out "$work/secrets.json" --auto-approve

step "4. The secrets" \
    "PVE shows a token's secret once. It is in this file, and in no output: masked here by sed."
printf '\n'
stat --format '   %A %n' "$work/secrets.json"
sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/********-****-****-****-************/; s/^/   /' \
    "$work/secrets.json"

step "5. Plan again" "Nothing is left to change. There is no state file: the cluster was read anew."
run pveform plan -f access "${reach[@]}"

step "6. Somebody changes the cluster by hand" \
    "Alice makes Bob an administrator, \"just for tonight\", and renames the group."
printf '%s\n' silent show-error fail 'output = /dev/null' "cacert = $work/ca.pem" \
    "header = \"Authorization: PVEAPIToken=alice@pve!laptop=$(secret_of 'alice@pve!laptop')\"" \
    >"$work/alice.curl"
run curl --config "$work/alice.curl" -X PUT "$endpoint/api2/json/access/acl" \
    -d users=bob@pve -d roles=Administrator -d path=/
run curl --config "$work/alice.curl" -X PUT "$endpoint/api2/json/access/groups/ops" \
    --data-urlencode 'comment=Ops & friends'

step "7. The plan shows the drift" \
    "Exit code 2 says that there are changes; a scheduled job would raise an alarm."
status=0
run pveform plan -f access "${reach[@]}" --detailed-exitcode || status=$?
printf '\n   Exit code %s\n' "$status"
((status == 2))

step "Done" \
    "Next: README.md, the document in one page; examples/quickstart/access, the files just used." \
    "The simulator is stopped; what this run wrote is in build/quickstart."
