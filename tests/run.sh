#!/usr/bin/env bash
# What CI runs: installs what is needed, checks the format, builds everything with sanitizers and runs
# every test, then builds the programs without and runs the sweeps, which sanitizers make too slow for
# more than a small sample. Goes on after a failure and ends with `N passed, N failed`.
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

# run_tests PRESET [ctest option...]
run_tests() {
    local preset=$1
    local log=build/$preset/ctest.log
    local status=0
    ctest --preset "$preset" --parallel "$(nproc)" "${@:2}" | tee "$log" || status=$?
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

# build PRESET [target...]
build() {
    echo "== $1"
    cmake --preset "$1" "${quicker[@]}" -D CMAKE_UNITY_BUILD=ON >/dev/null
    cmake --build --preset "$1" ${2:+--target "${@:2}"} -- --quiet
}

build asan
run_tests asan
build dev pveform pveform-simulator
run_tests dev --label-regex sweep

echo "$passed passed, $failed failed"
((failed == 0))
