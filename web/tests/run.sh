#!/usr/bin/env bash
# Tests the page in a headless Chromium: builds it, installs what package.json names into target/page-test,
# compares with target/release/millibrem. Needs Node.js, npm and a Chromium; where they are missing it says so and ends with 77.
#
#   web/tests/run.sh             the test
#   web/tests/run.sh SCRIPT.mjs  another script of this folder in the same browser
set -euo pipefail
cd "$(dirname "$0")/../.."

not_run() { printf 'page test: not run: %s\n' "$*" >&2; exit 77; }
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)} ||
    not_run "there is no Chromium"
command -v npm >/dev/null || not_run "there is no npm"
web/build.sh
built=${CARGO_TARGET_DIR:-target}
packages=$built/page-test
if ! cmp -s web/tests/package-lock.json "$packages/installed.json"; then
    mkdir -p "$packages"
    cp web/tests/package.json web/tests/package-lock.json "$packages"
    npm ci --prefix "$packages" --ignore-scripts --no-audit --no-fund --silent
    cp web/tests/package-lock.json "$packages/installed.json"
fi
[ -x "$built/release/millibrem" ] || cargo build --release ${MILLIBREM_FEATURES:-}
node "web/tests/${1:-page.mjs}" "$built/page" "$packages" "$built/release/millibrem" "$browser" "${@:2}"
