#!/usr/bin/env bash
# Builds and puts program, C header, C++ header, static and shared library, pkg-config and CMake files, man
# pages and completions under a prefix. DESTDIR stages a package: files go there, and name the prefix.
#
#   scripts/install.sh PREFIX
# SCOPE says what cargo builds, where more than this has been built already.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${1:?usage: scripts/install.sh PREFIX}
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
root=${DESTDIR:-}$prefix
built=${CARGO_TARGET_DIR:-target}/release

cargo build --release --quiet $MILLIBREM_FEATURES ${SCOPE:--p millibrem-cli -p millibrem-capi}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' cpp/Cargo.toml)
abi=$(sed -n 's/^pub const MILLIBREM_ABI: c_int = \(.*\);/\1/p' cpp/src/lib.rs)

into() { mkdir -p "$root/$1"; install -m "$2" "${@:3}" "$root/$1"; }
into bin 755 "$built/millibrem"
into include 644 cpp/include/millibrem.h cpp/include/millibrem.hpp cpp/geant4/*.hh
into lib 644 "$built/libmillibrem_capi.a"
if [ "$(uname -s)" = Darwin ]; then
    into lib 755 "$built/libmillibrem_capi.dylib"
    install_name_tool -id "$prefix/lib/libmillibrem_capi.dylib" "$root/lib/libmillibrem_capi.dylib"
else
    mkdir -p "$root/lib"
    install -m 755 "$built/libmillibrem_capi.so" "$root/lib/libmillibrem_capi.so.$abi"
    ln -sf "libmillibrem_capi.so.$abi" "$root/lib/libmillibrem_capi.so"
fi
into lib/cmake/millibrem 644 cpp/cmake/millibrem-config.cmake
filled=$(mktemp -d)
trap 'rm -rf "$filled"' EXIT
for name in millibrem.pc millibrem-config-version.cmake; do
    sed -e "s|@prefix@|$prefix|" -e "s|@version@|$version|" "cpp/cmake/$name.in" >"$filled/$name"
done
into lib/pkgconfig 644 "$filled/millibrem.pc"
into lib/cmake/millibrem 644 "$filled/millibrem-config-version.cmake"

mkdir -p "$root/share/man/man1"
"$built/millibrem" man-pages "$root/share/man/man1"
complete() { mkdir -p "$root/share/$2"; "$built/millibrem" completions "$1" >"$root/share/$2/$3"; }
complete bash bash-completion/completions millibrem
complete zsh zsh/site-functions _millibrem
complete fish fish/vendor_completions.d millibrem.fish
printf 'install: millibrem %s under %s\n' "$version" "$root"
