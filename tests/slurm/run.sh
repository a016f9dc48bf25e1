#!/usr/bin/env bash
# Runs a card in shards on a real Slurm of this test's own: one node, this machine, its files and
# ports in a temporary folder, beside any other Slurm. One shard is killed, another is told that its
# time limit is near; both are queued again, and the merged run must have the bits of a single run.
# Then a submission is cancelled and must stay so. Needs root, slurm-wlm and munge
# (scripts/setup.sh --cluster installs them), the program built, and the Python readers of the tests.
#
#   tests/slurm/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

started=$SECONDS
say() { printf 'slurm test: %s\n' "$*"; }
# A machine on which its daemons cannot run, such as a narrow container, says nothing of us.
up=
fail() {
    if [ "$up" = no ]; then
        printf 'slurm test: not run: Slurm does not come up here: %s\n' "$*" >&2
        exit 77
    fi
    printf 'slurm test: FAILED: %s\n' "$*" >&2
    exit 1
}

program=${CARGO_TARGET_DIR:-target}/release/millibrem
python=.venv/bin/python
shards=3
settings=(
    --set integration.rel_error=0 --set integration.max_neval=100000000 --set events.count=300000
    --seed 20
)

PATH=$PATH:/usr/sbin
for tool in munged slurmctld slurmd sbatch scontrol scancel; do
    command -v "$tool" >/dev/null || fail "no $tool found; run scripts/setup.sh --cluster"
done
[ "$(id -u)" -eq 0 ] || fail "the daemons of Slurm start jobs, which only root may do here"
[ -x "$program" ] || fail "$program is not built; run cargo build --release"
"$python" -c 'import h5py' || fail "no h5py in .venv; run scripts/setup.sh --tests"

# The Slurm -----------------------------------------------------------------------------------
# What a surrounding Slurm would say to sbatch is not for this one.
unset ${!SLURM_@} ${!SBATCH_@}
work=$(mktemp -d /tmp/millibrem-slurm.XXXXXX)
daemons=()
finish() {
    local code=$?
    trap - EXIT
    scancel --quiet --state=PENDING 2>/dev/null || true
    scancel --quiet --state=RUNNING 2>/dev/null || true
    if [ "$code" -ne 0 ]; then
        tail -n 30 "$work"/*.log "$work"/*/log/*.log >&2 2>/dev/null || true
    fi
    # In the order of their start, so that nobody asks a daemon that is gone.
    for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
        kill "${daemons[i]}" 2>/dev/null || true
        wait "${daemons[i]}" 2>/dev/null || true
    done
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

chmod 755 "$work"
mkdir "$work/state" "$work/spool"
(umask 077 && head -c 1024 /dev/urandom >"$work/munge.key")
read -r port_1 port_2 < <("$python" -c '
import socket
free = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in free))')
host=$(hostname -s)
export SLURM_CONF=$work/slurm.conf
cat >"$SLURM_CONF" <<END
ClusterName=millibrem
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port_1
SlurmdPort=$port_2
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MailProg=/bin/true
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
KillWait=5
NodeName=$host NodeAddr=127.0.0.1 CPUs=2
PartitionName=main Nodes=$host Default=YES State=UP
END

daemon() {
    local name=$1
    shift
    "$@" >"$work/$name.log" 2>&1 &
    daemons+=($!)
}
# within SECONDS WHAT COMMAND...: waits until the command succeeds.
within() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || fail "$what: not in time"
        for pid in "${daemons[@]}"; do
            kill -0 "$pid" 2>/dev/null || fail "a daemon has ended while waiting: $what"
        done
        sleep 0.2
    done
}
node_is_idle() { sinfo --noheader --format=%T 2>/dev/null | grep -qx idle; }

daemon munged munged --foreground --key-file="$work/munge.key" --socket="$work/munge.socket" \
    --pid-file="$work/munged.pid" --log-file="$work/munge.log" --seed-file="$work/munge.seed"
up=no
within 10 "munged starts" test -S "$work/munge.socket"
daemon slurmctld slurmctld -D -i -f "$SLURM_CONF"
daemon slurmd slurmd -D -f "$SLURM_CONF"
within 30 "Slurm has an idle node" node_is_idle
up=yes
say "$(sinfo --version) is up after $((SECONDS - started)) s"

# Killed and told to stop ---------------------------------------------------------------------
# submit FOLDER: sets the ids of the array and of the merge.
submit() {
    local answer
    "$program" submit cards/na64mu-2025.toml "${settings[@]}" --engine slurm \
        --shards "$shards" --time 00:10:00 --out "$1" --quiet >/dev/null
    # The usual minute between checkpoints is longer than these shards take.
    sed -i 's/ --resume / --resume --checkpoint-every 0.3 /' "$1/shards.sbatch"
    answer=$("$1/submit.sh")
    say "$answer"
    read -r array merge < <(sed -E 's/shards: job ([0-9]+), merge: job ([0-9]+),.*/\1 \2/' <<<"$answer")
}
# field JOB NAME: what scontrol says of a job.
field() {
    scontrol --oneliner show job "$1" 2>/dev/null |
        grep -oE "(^| )$2=[^ ]*" | head -n 1 | cut -d= -f2
}
# The process of the program in task $1, if it runs.
process_of() {
    local pid
    for pid in $(scontrol listpids "$(field "${array}_$1" JobId)" 2>/dev/null | awk 'NR > 1 {print $1}'); do
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = millibrem ] && echo "$pid" && return
    done
    return 1
}
has_saved() { process_of "$1" >/dev/null && compgen -G "$folder/shard-$1-of-$shards.h5.state" >/dev/null; }
queued_again() { [ "$(field "${array}_$1" Restarts)" = 1 ] && [ "$(field "${array}_$1" JobState)" = PENDING ]; }
has_state() { [ "$(field "$1" JobState)" = "$2" ]; }
nothing_queued() { [ -z "$(squeue --noheader)" ]; }

folder="$work/two words"
submit "$folder"
within 30 "shard 1 has saved its state" has_saved 1
kill -KILL "$(process_of 1)"
within 30 "shard 2 has saved its state" has_saved 2
scancel --batch --signal=USR1 "${array}_2"
for task in 1 2; do
    within 30 "task $task is queued again" queued_again "$task"
    # Slurm would wait two minutes before it starts the job again. Without any wait, slurmd could
    # take the new start for the old one, by its time in whole seconds, and refuse it.
    scontrol update "JobId=${array}_$task" StartTime=now+3seconds
done
say "one task killed, one warned of its time limit, both queued again"
within 150 "shards and merge end" nothing_queued
has_state "$merge" COMPLETED || fail "the merge ended as $(field "$merge" JobState)"
for task in 1 2; do
    for words in "queued again" "going on behind"; do
        grep -q "$words" "$folder/log/shard-$task.log" || fail "the log of task $task has no '$words'"
    done
done
"$program" generate "$folder/card.toml" --out "$work/single" --quiet >/dev/null
"$python" tests/python/same_datasets.py "$work/single/run.h5" "$folder/run.h5"

# Cancelled -----------------------------------------------------------------------------------
folder="$work/cancelled"
submit "$folder"
within 30 "shard 1 runs" process_of 1 >/dev/null
scancel "$array"
within 60 "the queue is empty after the cancellation" nothing_queued
for job in "${array}_1" "$merge"; do
    has_state "$job" CANCELLED || fail "job $job ended as $(field "$job" JobState)"
done
[ ! -e "$folder/run.h5" ] || fail "a cancelled run has left a run.h5"
say "cancelled jobs stay so"
say "passed in $((SECONDS - started)) s"
