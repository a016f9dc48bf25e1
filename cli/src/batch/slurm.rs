//! Slurm: the shards as a job array, the merge as a job that waits for all of them.
//!
//! The batch script starts the program itself, without `srun`, and listens to its fate. Told that
//! the time limit is near (`--signal=B:USR1`), it stops the program, which saves its state, and
//! queues itself again; so too if the program was killed. A job that is cancelled stays so, one
//! that is preempted is queued again by Slurm (`--requeue`). Options: sbatch(1) of Slurm 22.05.

use super::{BatchFile, CARD, Engine, LOG, Plan, SUBMIT, SubmitError, WARNING_S};
use super::{one_line, quoted};

/// Slurm's own MaxArraySize, one more than the largest number of a task.
const DEFAULT_MAX_ARRAY: u32 = 1001;
/// How often a job is queued again: enough for long runs under short limits, an end to a loop.
const MAX_RESTARTS: u32 = 50;

/// The files of `plan` with the checked path of its program.
pub(super) fn files(plan: &Plan, program: &str) -> Result<Vec<BatchFile>, SubmitError> {
    let options = options(plan)?;
    Ok(vec![
        BatchFile::text("shards.sbatch", shards(plan, program, &options)),
        BatchFile::text("merge.sbatch", merge(plan, program, &options)),
        BatchFile::script(SUBMIT, submit(plan.shards)),
    ])
}

/// The options that all jobs share, a line each.
fn options(plan: &Plan) -> Result<String, SubmitError> {
    let mut lines = Vec::new();
    if let Some(time) = plan.time {
        lines.push(format!("--time={time}"));
    }
    if let Some(memory) = &plan.memory {
        lines.push(format!("--mem={}", memory.0));
    }
    if let Some(partition) = &plan.partition {
        one_line("--partition", partition)?;
        if partition.is_empty()
            || partition.contains(|c: char| c.is_whitespace() || "\"'\\#".contains(c))
        {
            return Err(SubmitError::Text {
                option: "--partition",
                text: partition.clone(),
            });
        }
        lines.push(format!("--partition={partition}"));
    }
    for line in &plan.extra {
        if !line.starts_with('-') {
            return Err(SubmitError::NotForEngine {
                option: "--extra without a leading -",
                engine: Engine::Slurm,
                instead: "write an option of sbatch, as in --extra=--account=physics",
            });
        }
        lines.push(line.clone());
    }
    Ok(lines
        .iter()
        .map(|line| format!("#SBATCH {line}\n"))
        .collect())
}

fn shards(plan: &Plan, program: &str, options: &str) -> String {
    let Plan { shards, cpus, .. } = plan;
    let (name, program) = (plan.job_name(), quoted(program));
    format!(
        r#"#!/bin/bash
# The shards of {CARD}, one array task each. Submit with ./{SUBMIT}, which makes several arrays of
# them where one may not have so many tasks; its argument is the number of shards before its own.
#SBATCH --job-name={name}
#SBATCH --array=1-{shards}
#SBATCH --cpus-per-task={cpus}
#SBATCH --requeue
#SBATCH --signal=B:USR1@{WARNING_S}
#SBATCH --open-mode=append
#SBATCH --output={LOG}/shard-%a.log
{options}
shard=$((${{1:-0}} + SLURM_ARRAY_TASK_ID))
{program} generate {CARD} --shard "$shard/{shards}" --resume --out . &
pid=$!
cause=
# The time limit is near: the program saves its state and stops.
trap 'cause=time; kill -TERM "$pid"' USR1
# Cancelled or preempted: Slurm tells the program itself, and queues the job again if it should be.
trap 'cause=slurm' TERM
while kill -0 "$pid" 2>/dev/null; do wait "$pid"; done
wait "$pid"
code=$?

killed=
[ -z "$cause" ] && [ "$code" -gt 128 ] && killed=yes
if [ "$code" -ne 0 ] && {{ [ "$cause" = time ] || [ -n "$killed" ]; }}; then
    if [ "${{SLURM_RESTART_COUNT:-0}}" -lt {MAX_RESTARTS} ]; then
        echo "shard $shard stopped with code $code; queued again"
        scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"
        # Slurm ends this script; until then the job must not end, or the merge would see it fail.
        sleep 60
    fi
fi
exit "$code"
"#
    )
}

fn merge(plan: &Plan, program: &str, options: &str) -> String {
    let (name, merge) = (plan.job_name(), plan.merge(program));
    format!(
        "#!/bin/bash
# The merge of the shards of {CARD} into run.h5.
#SBATCH --job-name={name}-merge
#SBATCH --cpus-per-task={}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={LOG}/merge.log
{options}
exec {merge}
",
        plan.cpus
    )
}

fn submit(shards: u32) -> String {
    format!(
        r#"#!/bin/sh
# Submits the shards and, to run when all have ended well, the merge into run.h5. After a failure
# this can be run again: shards go on where they were, complete ones end at once.
set -eu
cd "$(dirname "$0")"
mkdir -p {LOG}
# The tasks of an array have numbers below MaxArraySize, {DEFAULT_MAX_ARRAY} unless the site has another.
limit=$(scontrol show config 2>/dev/null | sed -n 's/^MaxArraySize *= *//p') || limit=
most=$((${{limit:-{DEFAULT_MAX_ARRAY}}} - 1))
if [ "$most" -lt 1 ]; then
    echo "this Slurm takes no job arrays (MaxArraySize = $limit)" >&2
    exit 1
fi
jobs=
# All or nothing: what waits in the queue already is taken back.
trap '[ -z "$jobs" ] || scancel $(echo "$jobs" | tr : " ")' EXIT
before=0
while [ "$before" -lt {shards} ]; do
    tasks=$(({shards} - before))
    [ "$tasks" -le "$most" ] || tasks=$most
    log={LOG}/shard-%a.log
    [ "$before" -eq 0 ] || log="{LOG}/shard-$before+%a.log"
    job=$(sbatch --parsable --array="1-$tasks" --output="$log" shards.sbatch "$before")
    jobs=$jobs${{jobs:+:}}${{job%%;*}}
    before=$((before + tasks))
done
merge=$(sbatch --parsable --dependency="afterok:$jobs" --kill-on-invalid-dep=yes merge.sbatch)
trap - EXIT
echo "shards: job $jobs, merge: job ${{merge%%;*}}, logs: $PWD/{LOG}"
"#
    )
}
