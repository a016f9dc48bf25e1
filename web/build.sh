#!/usr/bin/env bash
# Builds the page into target/page: the library for WebAssembly, with and without SIMD instructions, and the
# files of web/page bundled so that they open from a folder as well as from a server. Needs Node.js
# and the Rust target wasm32-unknown-unknown, which rustup adds; where they are missing it says so and
# ends with 77.
#
#   web/build.sh
set -euo pipefail
cd "$(dirname "$0")/.."

not_built() { printf 'page: not built: %s\n' "$*" >&2; exit 77; }
target=wasm32-unknown-unknown
command -v node >/dev/null || not_built "there is no Node.js"
[ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ] || rustup target add "$target" ||
    not_built "the Rust target $target cannot be had"

built=${CARGO_TARGET_DIR:-target}
page=$built/page
mkdir -p "$page"
# No flags that are meant for this machine; without SIMD it shares its build with tests/wasm.
flavour() {
    "${@:2}" cargo build --release --quiet --lib -p millibrem-web --target "$target"
    cp "$built/$target/release/millibrem_web.wasm" "$built/$target/page-$1.wasm"
}
flavour plain env -u RUSTFLAGS CARGO_PROFILE_RELEASE_DEBUG=0
flavour simd env RUSTFLAGS="-C target-feature=+simd128" CARGO_PROFILE_RELEASE_DEBUG=0
node web/bundle.mjs web/page "$page" "$built/$target"
