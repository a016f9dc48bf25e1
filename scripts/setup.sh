#!/usr/bin/env bash
# Finds or installs what the build needs and says what it did.
#
#   scripts/setup.sh            compiler and HDF5
#   scripts/setup.sh --tests    the Python readers of the tests as well, in .venv
#   scripts/setup.sh --cluster  a Slurm for the test of it as well, where it can be installed
#   scripts/setup.sh --page     Node.js for the page as well, and with --tests a Chromium, where they can be installed
#   scripts/setup.sh --mpi      Open MPI for the feature mpi as well
# What the build has to know is written to target/setup.env. Nothing is touched that is there
# already, so running it again takes well under a second.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

tests=no cluster=no mpi=no page=no
for argument in "$@"; do
    case "$argument" in
        --tests) tests=yes ;;
        --cluster) cluster=yes ;;
        --mpi) mpi=yes ;;
        --page) page=yes ;;
        *) fail "unknown argument $argument; there are --tests, --cluster, --page and --mpi" ;;
    esac
done

# Rust ---------------------------------------------------------------------------------------
[ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
have cargo || fail "no cargo found; install Rust from https://rustup.rs and run this again"
if [ "$tests" = yes ] && ! { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1; then
    have rustup || fail "cargo fmt or cargo clippy is missing and there is no rustup to add them"
    say "adding rustfmt and clippy"
    rustup component add rustfmt clippy
fi

# cbindgen writes the C header, which a test compares; a tool of its own licence and no dependency.
cbindgen=
# Installed once apt-get can have brought a compiler.
install_cbindgen() {
    if have cbindgen; then return; fi
    if [ ! -x target/tools/bin/cbindgen ]; then
        say "installing cbindgen into target/tools"
        cargo install --quiet --locked --root target/tools --version 0.29.2 cbindgen ||
            { say "no cbindgen: the C header is not compared"; return; }
    fi
    cbindgen=$PWD/target/tools/bin/cbindgen
}

# Debian packages ----------------------------------------------------------------------------
apt_updated=no
# Installs packages; fails quietly where there is no apt or no right to use it.
apt_install() {
    have apt-get || return 1
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        have sudo || return 1
        # Without a terminal nobody could type a password.
        if [ -t 0 ]; then root=(sudo); else root=(sudo -n); fi
        "${root[@]}" true || return 1
    fi
    if [ "$apt_updated" = no ]; then
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq || return 1
        apt_updated=yes
    fi
    say "installing $* with apt-get"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

have cc || apt_install build-essential || fail "no C compiler found and none could be installed"
if [ "$tests" = yes ]; then
    have c++ && have pkg-config && have cmake || apt_install g++ pkg-config cmake ||
        say "no C++ compiler, pkg-config or CMake here, and none can be installed"
    install_cbindgen
fi

# HDF5 ---------------------------------------------------------------------------------------
features= hdf5_dir= extra_path= rpath= headers=

# Of a library that can say where a chunk lies in the file.
oldest_hdf5=1.10.5
headers_in() {
    local file=$1/H5pubconf.h version
    [ -f "$file" ] || file=$1/H5pubconf-64.h
    [ -f "$file" ] || return 1
    version=$(sed -n 's/^#define H5_VERSION "\([0-9.]*\).*/\1/p' "$file")
    [ "$(printf '%s\n' "$oldest_hdf5" "${version:-$oldest_hdf5}" | sort -V | head -n 1)" = "$oldest_hdf5" ]
}

# The places the build script of the HDF5 crate searches by itself.
system_hdf5() {
    if have pkg-config && pkg-config --exists hdf5; then
        local flag
        for flag in $(pkg-config --cflags-only-I hdf5) -I/usr/include; do
            headers_in "${flag#-I}" || continue
            say "HDF5 $(pkg-config --modversion hdf5) of the system"
            headers=${flag#-I}
            return
        done
    fi
    if [ "$(uname -m)" = x86_64 ] && headers_in /usr/include/hdf5/serial; then
        say "HDF5 of the system in /usr/include/hdf5/serial"
        headers=/usr/include/hdf5/serial
        return
    fi
    return 1
}

# Takes the system's HDF5 into the program where it is there as an archive: to load it as a shared library, with the
# thirty that Debian's needs for files on the network, takes longer than a cross section. `libhdf5.so` is a text that
# names the archives to the linker; the build script of the crate asks the library itself for its version, under one
# more name that it knows. What Python loads takes the shared one, which lld alone lets go before (python/build.rs).
archived_hdf5() {
    [ "${MILLIBREM_HDF5:-}" != shared ] || return 1
    local name file archives= shared at=$PWD/target/hdf5
    for name in libhdf5_serial.a libsz.a libaec.a libz.a; do
        file=$(cc -print-file-name="$name") && [ -f "$file" ] || return 1
        archives="$archives $(realpath "$file")"
    done
    shared=$(cc -print-file-name=libhdf5_serial.so) && [ -f "$shared" ] || return 1
    mkdir -p "$at/lib"
    ln -sfn "$headers" "$at/include"
    ln -sfn "$(realpath "$shared")" "$at/lib/hdf5.dll"
    echo "INPUT($archives )" >"$at/libhdf5.so"
    cmp -s "$at/libhdf5.so" "$at/lib/libhdf5.so" || { rm -f "$at/trial"; mv "$at/libhdf5.so" "$at/lib"; }
    echo '#[link(name = "hdf5")] unsafe extern "C" { fn H5open() -> i32; } fn main() { assert!(unsafe { H5open() } == 0); }' >"$at/trial.rs"
    [ -x "$at/trial" ] || rustc -L "native=$at/lib" -o "$at/trial" --print link-args "$at/trial.rs" >"$at/trial.log" 2>&1 &&
        grep -q fuse-ld=lld "$at/trial.log" && "$at/trial" || { rm -f "$at/trial"; return 1; }
    say "its archive goes into the program"
    hdf5_dir=$at
}

brew_hdf5() {
    have brew || return 1
    local prefix
    prefix=$(brew --prefix hdf5 2>/dev/null) || return 1
    headers_in "$prefix/include" || return 1
    say "HDF5 of Homebrew in $prefix"
    hdf5_dir=$prefix
}

# Builds HDF5 into the program; its build needs CMake 3.26, which Debian 12 does not have.
static_hdf5() {
    say "building HDF5 into the program (feature static-hdf5; takes some minutes once)"
    features="--features static-hdf5"
    local version major minor
    # Fails if there is no cmake at all, which is as good as an old one.
    version=$(cmake --version 2>/dev/null | sed -n '1s/[^0-9]*\([0-9]*\)\.\([0-9]*\).*/\1 \2/p') ||
        version=
    read -r major minor <<<"${version:-0 0}"
    if [ "$((major * 100 + minor))" -lt 326 ]; then
        say "installing a newer CMake into target/cmake"
        venv target/cmake
        target/cmake/bin/pip install -q --disable-pip-version-check 'cmake>=3.26,<4'
        extra_path=$PWD/target/cmake/bin
    fi
}

venv() {
    have python3 || apt_install python3 || fail "no python3 found and none could be installed"
    python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv ||
        fail "python3 has no venv and python3-venv could not be installed"
    python3 -m venv "$1"
}

mkdir -p target
# Not one that was chosen, but what this has written before.
[ "${HDF5_DIR:-}" != "$PWD/target/hdf5" ] || unset HDF5_DIR
if [ -n "${HDF5_DIR:-}" ]; then
    headers_in "$HDF5_DIR/include" || fail "HDF5_DIR=$HDF5_DIR has no headers of HDF5 $oldest_hdf5 or later in include"
    say "HDF5 of HDF5_DIR=$HDF5_DIR"
    hdf5_dir=$HDF5_DIR rpath=$HDF5_DIR/lib
elif [ -n "${CONDA_PREFIX:-}" ] && headers_in "$CONDA_PREFIX/include"; then
    say "HDF5 of the conda environment $CONDA_PREFIX"
    hdf5_dir=$CONDA_PREFIX rpath=$CONDA_PREFIX/lib
elif [ "$(uname -s)" = Darwin ]; then
    brew_hdf5 || { have brew && say "installing hdf5 with Homebrew" && brew install hdf5 &&
        brew_hdf5; } || static_hdf5
else
    if system_hdf5 || { apt_install libhdf5-dev pkg-config && system_hdf5; }; then
        archived_hdf5 || true
    else
        static_hdf5
    fi
fi

{
    echo "# Written by scripts/setup.sh; source it before cargo."
    echo "MILLIBREM_FEATURES='$features'"
    [ -z "$hdf5_dir" ] || echo "export HDF5_DIR='$hdf5_dir'"
    [ -z "$cbindgen" ] || echo "export CBINDGEN='$cbindgen'"
    [ -z "$rpath" ] || echo "export RUSTFLAGS=\"\${RUSTFLAGS:-} -C link-arg=-Wl,-rpath,$rpath\""
    echo "export PATH='${extra_path:+$extra_path:}$HOME/.cargo/bin':\"\$PATH\""
} >target/setup.env

# Python readers -----------------------------------------------------------------------------
if [ "$tests" = yes ]; then
    if cmp -s tests/requirements.txt .venv/requirements.txt; then
        say "Python readers in .venv"
    else
        say "installing the Python readers of the tests into .venv"
        venv .venv
        .venv/bin/pip install -q --disable-pip-version-check -r tests/requirements.txt
        cp tests/requirements.txt .venv/requirements.txt
    fi
    # Some 30 MB each, and hours to build where there is no wheel.
    for package in pythia8mc==8.317.2 geant4-pybind==0.1.3; do
        .venv/bin/python -c "import importlib.metadata as m; m.version('${package%==*}')" 2>/dev/null || {
            say "installing $package into .venv"
            .venv/bin/pip install -q --disable-pip-version-check --only-binary :all: "$package" ||
                say "no wheel of $package here: what it makes of our events is not tested"
        }
    done
fi

# Clusters -----------------------------------------------------------------------------------
if [ "$cluster" = yes ]; then
    # The test starts daemons of its own, which takes root anyway.
    if (PATH=$PATH:/usr/sbin && have munged && have slurmctld && have slurmd && have sbatch); then
        say "Slurm of the system"
    elif [ "$(id -u)" -ne 0 ] || ! apt_install slurm-wlm munge; then
        say "no Slurm here, and none can be installed without root and apt-get"
    fi
fi
if [ "$mpi" = yes ]; then
    if have mpirun && have mpicc && { [ -n "${LIBCLANG_PATH:-}" ] || ldconfig -p | grep -q libclang-; }; then
        say "MPI of the system"
    else
        apt_install openmpi-bin libopenmpi-dev libclang-dev ||
            fail "the feature mpi needs mpirun, mpicc and libclang; install Open MPI and libclang"
    fi
fi
# The page -----------------------------------------------------------------------------------
if [ "$page" = yes ]; then
    have node && have npm || apt_install nodejs npm || say "no Node.js here, and none can be installed"
    if [ "$tests" = yes ]; then
        have chromium || have chromium-browser || have google-chrome || apt_install chromium ||
            say "no Chromium here, and none can be installed"
    fi
fi
say "ready"
