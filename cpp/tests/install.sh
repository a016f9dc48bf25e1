#!/usr/bin/env bash
# Installs into a folder and uses what is there as others do: C through pkg-config and the shared library,
# C++ through CMake and the static one, man pages, completions.
#
#   cpp/tests/install.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
trap 'printf "install test: FAILED\n"' ERR
prefix=$PWD/${CARGO_TARGET_DIR:-target}/prefix
rm -rf "$prefix"
# What the other tests have built serves here too.
SCOPE=${SCOPE:---workspace --lib --bins} MILLIBREM_FEATURES=${MILLIBREM_FEATURES:-} scripts/install.sh "$prefix"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
cc -std=c99 cpp/examples/sigma.c -o "$work/sigma" $(pkg-config --cflags --libs millibrem) -lm \
    -Wl,-rpath,"$prefix/lib"
"$work/sigma" ldmx-2025 4 8 74 3 >"$work/shared"
[ "$(wc -l <"$work/shared")" -eq 3 ]

if command -v cmake >/dev/null; then
    cmake -S cpp/tests/cmake -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
    cmake --build "$work/cmake" >/dev/null
    "$work/cmake/sigma-static" ldmx-2025 4 8 74 3 | cmp - "$work/shared"
    "$work/cmake/sigma-shared" ldmx-2025 4 8 74 3 | cmp - "$work/shared"
else
    printf 'install test: without CMake, which is not here\n'
fi

"$prefix/bin/millibrem" --version | grep -q '^millibrem '
grep -q '^millibrem..generate' "$prefix/share/man/man1/millibrem.1"
[ -s "$prefix/share/man/man1/millibrem-export.1" ]
bash -n "$prefix/share/bash-completion/completions/millibrem"
printf 'install test: passed\n'
