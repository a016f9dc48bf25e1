#!/usr/bin/env bash
# Runs every check: style, lints, documentation, Rust tests, Python readers, README commands.
# With --quick only the fast Rust tests. Ends with the summary lines of the test runners.
set -euo pipefail
cd "$(dirname "$0")/.."
. target/setup.env

step() { printf '\n== %s\n' "$*"; "$@"; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT

if [ "${1:-}" = --quick ]; then
    step cargo test --workspace --release $MILLIBREM_FEATURES --lib --bins 2>&1 | tee "$log"
else
    step cargo fmt --all --check
    step cargo clippy --workspace --release --all-targets $MILLIBREM_FEATURES -- -D warnings
    RUSTDOCFLAGS='-D warnings' step cargo doc --workspace --release --no-deps $MILLIBREM_FEATURES
    step cargo build --workspace --release --bins --examples $MILLIBREM_FEATURES
    step cargo test --workspace --release $MILLIBREM_FEATURES 2>&1 | tee "$log"
    step .venv/bin/python -m pytest -q tests/python 2>&1 | tee -a "$log"
fi

printf '\n== summary\n'
grep -E '^(test result:|[0-9]+ passed|=+ .*(passed|failed))' "$log"
