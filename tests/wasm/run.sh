#!/usr/bin/env bash
# Builds the library for WebAssembly and compares σ of the shipped cards, by Monte Carlo and by
# quadrature, with what this machine computes: the same bits. Needs Node.js and what scripts/wasm.sh
# needs; where they are missing it says so and ends with 77.
#
#   tests/wasm/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

not_run() { printf 'wasm test: not run: %s\n' "$*" >&2; exit 77; }
command -v node >/dev/null || not_run "there is no Node.js"
compiler=$(scripts/wasm.sh) || not_run "there is no Rust compiler for WebAssembly"

built=${CARGO_TARGET_DIR:-target}
module=$built/wasm/wasm32-unknown-unknown/release/millibrem_wasm_test.wasm
expected=$built/wasm/native.txt
mkdir -p "$built/wasm"
cargo run --release --quiet -p millibrem-wasm-test --example native >"$expected"
# Another compiler, so another folder; no flags that are meant for this machine.
env -u RUSTFLAGS RUSTC="$compiler" CARGO_PROFILE_RELEASE_DEBUG=0 cargo build --release --quiet --lib \
    -p millibrem-wasm-test --target wasm32-unknown-unknown --target-dir "$built/wasm"
node tests/wasm/run.mjs "$module" "$expected"
