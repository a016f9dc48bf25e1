#!/usr/bin/env bash
# Builds the library for WebAssembly and compares σ of the shipped cards, by Monte Carlo and by
# quadrature, with what this machine computes: the same bits. Needs Node.js and the Rust target
# wasm32-unknown-unknown, which rustup adds; where they are missing it says so and ends with 77.
#
#   tests/wasm/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

not_run() { printf 'wasm test: not run: %s\n' "$*" >&2; exit 77; }
target=wasm32-unknown-unknown
command -v node >/dev/null || not_run "there is no Node.js"
[ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ] || rustup target add "$target" ||
    not_run "the Rust target $target cannot be had"

built=${CARGO_TARGET_DIR:-target}
module=$built/$target/release/millibrem_wasm_test.wasm
expected=$built/$target/native.txt
mkdir -p "$built/$target"
# With the others of the workspace, as it has been built for the other tests; alone it would be built again.
[ ! -f target/setup.env ] || . target/setup.env
cargo build --release --quiet --workspace --example native ${MILLIBREM_FEATURES:-}
"$built/release/examples/native" >"$expected"
# No flags that are meant for this machine.
env -u RUSTFLAGS CARGO_PROFILE_RELEASE_DEBUG=0 \
    cargo build --release --quiet --lib -p millibrem-wasm-test --target "$target"
node tests/wasm/run.mjs "$module" "$expected"
