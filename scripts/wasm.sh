#!/usr/bin/env bash
# Finds or makes a Rust compiler for WebAssembly and prints its path.
#
#   scripts/wasm.sh
#
# Where rustup can add the target, that is all. Elsewhere Debian's rustc-web is unpacked into
# target/wasm-rust (nothing is installed) and the standard library built from its sources, once.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'wasm: %s\n' "$*" >&2; }
oldest=1.89
target=wasm32-unknown-unknown
dir=${CARGO_TARGET_DIR:-$PWD/target}/wasm-rust

has_target() { [ -n "$(find "$("$1" --print sysroot)/lib/rustlib/$target" -name 'libstd-*' -print -quit 2>/dev/null)" ]; }

if has_target rustc || { rustup target add "$target" >/dev/null 2>&1 && has_target rustc; }; then
    command -v rustc
    exit
fi
if "$dir/bin/rustc" -V >/dev/null 2>&1; then
    echo "$dir/bin/rustc"
    exit
fi

say "making a compiler in $dir (about 140 MB to fetch, a minute)"
mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$(dirname "$dir")/.wasm-rust.XXXXXX")
trap 'rm -rf "$work"' EXIT
new=$work/rust
mkdir -p "$work/debs" "$new/bin"
apt-get -qq update >&2 || say "apt-get update failed; the lists are taken as they are"
version=$(apt-cache policy rustc-web | awk '/Candidate:/ {print $2}')
dpkg --compare-versions "${version:-0}" ge "$oldest" || {
    say "rustc-web is '$version' here, and $oldest is needed"
    exit 1
}
get() { (cd "$work/debs" && apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 download "$@" >&2); }
# Names of libraries hold versions, so they are read from the packages that need them.
needed_by() { dpkg-deb -f "$work/debs/$1"_*.deb Depends | tr ',' '\n' | sed -nE "s/^ *($2)( .*)?\$/\1/p" | head -1; }
get rustc-web="$version" libstd-rust-web-dev="$version" rust-web-src="$version"
std=$(needed_by libstd-rust-web-dev 'libstd-rust-web-[0-9.]+')
get "$std=$version"
llvm=$(needed_by "$std" 'libllvm[0-9]+')
get "$llvm" "lld-${llvm#libllvm}"
for package in "$work"/debs/*.deb; do
    dpkg-deb -x "$package" "$new"
done

cat >"$new/bin/rustc" <<'EOF'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")/..
LD_LIBRARY_PATH=$here/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec "$here/usr/bin/rustc" "$@"
EOF
chmod +x "$new/bin/rustc"
# The linker, under the name that rustc looks for.
mkdir -p "$new/usr/lib/rustlib/x86_64-unknown-linux-gnu/bin"
ln -sfn "../../../../bin/lld-${llvm#libllvm}" "$new/usr/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld"

mkdir -p "$work/std/src"
printf '[package]\nname = "std-only"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/std/Cargo.toml"
: >"$work/std/src/lib.rs"
(cd "$work/std" && env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_RUSTFLAGS -u RUSTC_WRAPPER \
    RUSTC="$new/bin/rustc" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/std/target" \
    cargo build --release -Z build-std=std,panic_abort --target "$target" >&2)
mkdir -p "$new/usr/lib/rustlib/$target/lib"
cp "$work/std/target/$target"/release/deps/*.rlib "$new/usr/lib/rustlib/$target/lib/"
rm -rf "$new/usr/src" "$new/usr/lib/rustlib/src" "$new/usr/share" "$new/usr/lib/rustlib/$target"/lib/libstd_only-*.rlib
rm -rf "$dir"
mv "$new" "$dir"
echo "$dir/bin/rustc"
