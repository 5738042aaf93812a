#!/usr/bin/env bash
# Installs what is needed, builds with and without sanitizers, runs every test in both builds.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/install-packages --test

# A compiler cache makes the second run fast; nothing depends on it.
if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi

echo "== format"
git ls-files '*.cpp' '*.hpp' | xargs clang-format-14 --dry-run --Werror

for preset in dev asan; do
    echo "== $preset"
    cmake --preset "$preset" >/dev/null
    cmake --build --preset "$preset" -- --quiet
    ctest --preset "$preset" --parallel "$(nproc)" --progress
done
