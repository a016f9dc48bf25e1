#!/usr/bin/env bash
# Builds the program with the feature mpi and runs it under mpirun: two ranks give the bits of one
# process, a wrong card is refused once, a rank that fails ends all, and --resume goes on after it.
# Needs what scripts/setup.sh --tests --mpi installs.
#
#   tests/mpi.sh
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'mpi test: %s\n' "$*"; }
fail() {
    printf 'mpi test: FAILED: %s\n' "$*" >&2
    exit 1
}

# A folder of its own: the program of the other tests is built without MPI.
target=${CARGO_TARGET_DIR:-target}/mpi
cargo build --release --quiet ${MILLIBREM_FEATURES:-} --features mpi --target-dir "$target" --bin millibrem
program=$target/release/millibrem
python=.venv/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Containers have one user and few cores.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ranks() { timeout 120 mpirun -n "$1" --oversubscribe "$program" "${@:2}"; }
run=(generate cards/na64mu-2025.toml --set events.count=100000 --threads 1)

"$program" "${run[@]}" --seed 5 --out "$work/one" --quiet >"$work/one.txt"
for n in 2 3; do
    ranks "$n" "${run[@]}" --seed 5 --out "$work/ranks-$n" --quiet >"$work/ranks.txt"
    "$python" tests/python/same_datasets.py "$work/one/run.h5" "$work/ranks-$n/run.h5"
    cmp "$work/one.txt" "$work/ranks.txt" || fail "$n ranks print another result"
    left=$(cd "$work/ranks-$n" && echo *)
    [ "$left" = run.h5 ] || fail "$n ranks leave $left"
done
say "2 and 3 ranks give the bits of one process"

code=0
ranks 2 "${run[@]}" --set cuts.x_min=2 --out "$work/wrong" 2>"$work/words" || code=$?
[ "$code" -eq 2 ] || fail "a wrong card gives exit code $code"
[ "$(grep -c '^error: ' "$work/words")" -eq 1 ] || fail "a wrong card is not refused once: $(cat "$work/words")"
say "a wrong card is refused once, with exit code 2"

ranks 2 "${run[@]}" --out "$work/drawn" --quiet >/dev/null
say "a seed that is drawn is the same for all ranks"

mkdir -p "$work/blocked/shard-2-of-2.h5"
code=0
ranks 2 "${run[@]}" --seed 5 --out "$work/blocked" --quiet 2>"$work/words" || code=$?
[ "$code" -ne 0 ] || fail "a rank that cannot write goes unnoticed"
grep -q 'shard-2-of-2.h5' "$work/words" || fail "the reason is not told: $(cat "$work/words")"
[ ! -e "$work/blocked/run.h5" ] || fail "a failed run has left a run.h5"
rmdir "$work/blocked/shard-2-of-2.h5"
ranks 2 "${run[@]}" --seed 5 --out "$work/blocked" --resume --quiet >/dev/null
"$python" tests/python/same_datasets.py "$work/one/run.h5" "$work/blocked/run.h5"
say "a rank that fails ends all; --resume goes on"

long=("${run[@]}" --set integration.rel_error=0 --set integration.max_neval=60000000 --seed 5 --quiet)
"$program" "${long[@]}" --out "$work/long" >/dev/null
stopped=("${long[@]}" --out "$work/stopped" --resume --checkpoint-every 0.2)
mpirun -n 2 --oversubscribe "$program" "${stopped[@]}" >/dev/null 2>"$work/words" &
pid=$!
for _ in {1..300}; do
    [ -e "$work/stopped/shard-1-of-2.h5.state" ] && [ -e "$work/stopped/shard-2-of-2.h5.state" ] && break
    sleep 0.1
done
kill -TERM "$pid"
code=0
wait "$pid" || code=$?
[ "$code" -ne 0 ] || fail "a run that was told to stop ends as if it were complete"
[ ! -e "$work/stopped/run.h5" ] || fail "a run that was told to stop was merged"
ranks 2 "${stopped[@]}" >/dev/null
"$python" tests/python/same_datasets.py "$work/long/run.h5" "$work/stopped/run.h5"
ranks 2 "${stopped[@]}" >"$work/again.txt"
"$program" "${long[@]}" --out "$work/long" --resume >"$work/one.txt"
cmp "$work/one.txt" "$work/again.txt" || fail "a complete run is told of differently"
say "ranks that are told to stop go on with --resume, and a complete run is left alone"
say "passed"
