#!/usr/bin/env bash
# Runs every check: style, lints, documentation, Rust, C and C++ tests, what is installed, Python readers, README
# commands, the Python package, the library in WebAssembly, the page in a browser, and a run on a Slurm started for it.
# With --quick only the fast Rust tests. A step that fails does not keep the others from running.
# Ends with the summary lines of the test runners and the steps that failed.
set -uo pipefail
cd "$(dirname "$0")/.."
. target/setup.env

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=() took=()
step() {
    printf '\n== %s\n' "$*"
    local begun=$SECONDS
    "$@" 2>&1 | tee -a "$log" || [ "${PIPESTATUS[0]}" -eq 77 ] || failed+=("$*")
    took+=("$(printf '%5d s  %s' $((SECONDS - begun)) "$*")")
}

if [ "${1:-}" = --quick ]; then
    step cargo test --workspace --release $MILLIBREM_FEATURES --lib --bins
else
    step cargo fmt --all --check
    step cargo clippy --workspace --release --all-targets $MILLIBREM_FEATURES -- -D warnings
    # The Python package has tests in Python only, and its library is built for these below.
    step cargo test --workspace --exclude millibrem-python --release --no-fail-fast $MILLIBREM_FEATURES
    step cargo build --workspace --exclude millibrem-python --release --bins --examples $MILLIBREM_FEATURES
    # Some feature must be named, or those of wheels are taken: HDF5 built in.
    step env VIRTUAL_ENV="$PWD/.venv" \
        .venv/bin/maturin develop --quiet --release --manifest-path python/Cargo.toml \
        ${MILLIBREM_FEATURES:---features pyo3/extension-module}
    step scripts/docs.sh
    step cpp/tests/install.sh
    step .venv/bin/python -m pytest -q tests/python
    step .venv/bin/python -m pytest -q -c python/pyproject.toml --nbmake python/tests python/examples
    step tests/wasm/run.sh
    step web/tests/run.sh
    if [ "$(id -u)" -eq 0 ] && PATH=$PATH:/usr/sbin command -v slurmctld >/dev/null; then
        step tests/slurm/run.sh
    else
        printf '\n== not run for want of root or Slurm: tests/slurm/run.sh\n'
    fi
fi

printf '\n== times\n'
printf '%s\n' "${took[@]}"
printf '\n== summary\n'
grep -E '^(test result:|(slurm|wasm|page|install) test: (passed|FAILED|not run)|[0-9]+ (passed|failed)|=+ .*(passed|failed))' "$log"
if [ "${#failed[@]}" -gt 0 ]; then
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
fi
