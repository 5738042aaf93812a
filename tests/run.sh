#!/usr/bin/env bash
# What CI runs: installs what is needed, checks the format, builds everything and runs every test, once
# with sanitizers, which make the sweeps too slow for more than a small sample, and once without. Goes on
# after a failure and ends with `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/install-packages --test

# A compiler cache makes the second run fast. Without one, no more debug information than a stack trace
# needs makes the first one shorter.
if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache
    quicker=()
else
    quicker=(-D CMAKE_CXX_FLAGS_DEBUG=-g1)
fi

passed=0
failed=0

echo "== format"
if ! command -v clang-format-14 >/dev/null; then
    echo "skipped: no clang-format-14 here (Debian 12 has it, Debian 13 does not)"
elif find src tests -name '*.[ch]pp' -print0 | xargs -0 clang-format-14 --dry-run --Werror; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
fi

# check PRESET [cmake option...]
check() {
    local preset=$1
    local log=build/$preset/ctest.log
    local status=0
    echo "== $preset"
    cmake --preset "$preset" -D CMAKE_UNITY_BUILD=ON "${@:2}" >/dev/null
    cmake --build --preset "$preset" -- --quiet
    ctest --preset "$preset" --parallel "$(nproc)" | tee "$log" || status=$?
    if [[ $(<"$log") =~ ([0-9]+)\ tests\ failed\ out\ of\ ([0-9]+) ]]; then
        failed=$((failed + BASH_REMATCH[1]))
        passed=$((passed + BASH_REMATCH[2] - BASH_REMATCH[1]))
    else
        status=1
    fi
    if ((status != 0 && failed == 0)); then
        failed=1 # ctest was unhappy without naming a test
    fi
}

check asan
check dev "${quicker[@]}"

echo "$passed passed, $failed failed"
((failed == 0))
