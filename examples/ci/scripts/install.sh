#!/usr/bin/env bash
# Builds pveform at $PVEFORM_REF from $PVEFORM_SOURCE (a git URL) into ~/.local/bin, on Debian 12 or 13.
# Nothing is done where it is in the PATH already, such as in an image of your own.
set -euo pipefail
if command -v pveform >/dev/null; then
    exit 0
fi
source_folder=$(mktemp -d)
git clone --quiet --depth 1 --branch "$PVEFORM_REF" "$PVEFORM_SOURCE" "$source_folder"
cd "$source_folder"
.ci/install-packages
cmake --workflow --preset release
cmake --install build/release --prefix ~/.local
if [[ -n ${GITHUB_PATH:-} ]]; then
    echo ~/.local/bin >>"$GITHUB_PATH"
fi
