#!/usr/bin/env bash
# Runs every check: style, lints, documentation, Rust, C and C++ tests, what is installed, Python readers, README
# commands, the Python package, the library in WebAssembly, the page in a browser, and a run on a Slurm started for it.
# With --quick only the fast Rust tests. A step that fails does not keep the others from running.
# Ends with the summary lines of the test runners and the steps that failed.
set -uo pipefail
cd "$(dirname "$0")/.."
. target/setup.env

# Output of the steps, of those beside others, what failed and what each took.
notes=$(mktemp -d)
trap 'rm -rf "$notes"' EXIT
log=$notes/log
touch "$notes/failed"
step() {
    printf '\n== %s\n' "$*"
    local begun=$SECONDS
    "$@" 2>&1 | tee -a "$log" || [ "${PIPESTATUS[0]}" -eq 77 ] || printf '%s\n' "$*" >>"$notes/failed"
    printf '%5d s  %s\n' $((SECONDS - begun)) "$*" >>"$notes/took"
}
# What needs nothing but what has been built, while the Rust tests leave a core idle half of the time.
beside() {
    log=$notes/log-beside
    step .venv/bin/python -m pytest -q tests/python
    step .venv/bin/python -m pytest -q -c python/pyproject.toml --nbmake python/tests python/examples
    step scripts/docs.sh
    step cpp/tests/install.sh
    step tests/wasm/run.sh
    step web/tests/run.sh
}

if [ "${1:-}" = --quick ]; then
    step cargo test --workspace --release $MILLIBREM_FEATURES --lib --bins
else
    step cargo fmt --all --check
    step cargo clippy --workspace --release --all-targets $MILLIBREM_FEATURES -- -D warnings
    step cargo test --workspace --release --no-run $MILLIBREM_FEATURES
    step cargo build --workspace --release --bins --examples $MILLIBREM_FEATURES
    # Some feature must be named, or those of wheels are taken: HDF5 built in.
    step env VIRTUAL_ENV="$PWD/.venv" \
        .venv/bin/maturin develop --quiet --release --manifest-path python/Cargo.toml \
        ${MILLIBREM_FEATURES:---features pyo3/extension-module}
    beside >"$notes/beside" 2>&1 &
    step cargo test --workspace --release --no-fail-fast $MILLIBREM_FEATURES
    wait
    cat "$notes/beside"
    if [ "$(id -u)" -eq 0 ] && PATH=$PATH:/usr/sbin command -v slurmctld >/dev/null; then
        step tests/slurm/run.sh
    else
        printf '\n== not run for want of root or Slurm: tests/slurm/run.sh\n'
    fi
fi

printf '\n== times\n'
cat "$notes/took"
printf '\n== summary\n'
grep -hE '^(test result:|(slurm|wasm|page|install) test: (passed|FAILED|not run)|[0-9]+ (passed|failed)|=+ .*(passed|failed))' "$notes"/log*
if [ -s "$notes/failed" ]; then
    sed 's/^/FAILED: /' "$notes/failed"
    exit 1
fi
