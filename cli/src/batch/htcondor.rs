//! HTCondor: a DAG of one node a shard, and the merge after them.
//!
//! A shard runs with file transfer, so that no shared disk is needed: what it has saved when it is
//! evicted is kept by HTCondor and given back where it goes on. The merge runs where the DAG was
//! submitted (`universe = local`), which is where the shards return to. Commands: HTCondor manual
//! 24.0, "condor_submit" and "DAGMan input file commands".

use super::{BatchFile, CARD, Engine, LOG, Plan, SUBMIT, SubmitError};

/// How often a shard that was killed is started again; having to leave a machine does not count.
const MAX_RETRIES: u32 = 5;

/// The files of `plan` with the checked path of its program.
pub(super) fn files(plan: &Plan, program: &str) -> Result<Vec<BatchFile>, SubmitError> {
    let means_nothing = |option, instead| SubmitError::NotForEngine {
        option,
        engine: Engine::Htcondor,
        instead,
    };
    if plan.time.is_some() {
        return Err(means_nothing(
            "--time",
            "give what your pool asks for, as in --extra '+MaxRuntime = 7200'",
        ));
    }
    if plan.partition.is_some() {
        return Err(means_nothing(
            "--partition",
            "give what your pool asks for, as in --extra '+JobFlavour = \"workday\"'",
        ));
    }
    Ok(vec![
        BatchFile::text("shards.sub", shards(plan, program)),
        BatchFile::text("merge.sub", merge_job(plan)),
        BatchFile::script("merge.sh", merge_script(plan, program)),
        BatchFile::text("run.dag", dag(plan)),
        BatchFile::script(SUBMIT, submit()),
    ])
}

/// Lines that all jobs share.
fn common(plan: &Plan) -> String {
    let memory = plan.memory.as_ref();
    let memory = memory.map(|m| format!("request_memory = {}\n", m.0));
    let extra = plan.extra.iter().map(|line| format!("{line}\n"));
    memory.into_iter().chain(extra).collect()
}

fn shards(plan: &Plan, program: &str) -> String {
    let Plan { shards, cpus, .. } = plan;
    let (name, common) = (plan.job_name(), common(plan));
    // A dollar sign would begin a macro.
    let program = program.replace('$', "$(DOLLAR)");
    format!(
        r#"# A shard of {CARD}; run.dag says which. Submit with ./{SUBMIT}.
executable = {program}
arguments = "generate {CARD} --shard $(Shard)/{shards} --resume --out ."
batch_name = {name}
request_cpus = {cpus}
should_transfer_files = YES
transfer_input_files = {CARD}
# What is saved when a shard has to leave a machine comes along to the next.
when_to_transfer_output = ON_EXIT_OR_EVICT
kill_sig = SIGTERM
job_max_vacate_time = 60
# Killed or stopped: again from what was saved. A wrong card stays wrong.
max_retries = {MAX_RETRIES}
retry_until = ExitCode =?= 2
log = {LOG}/condor.log
output = {LOG}/shard-$(Shard).out
error = {LOG}/shard-$(Shard).log
{common}queue
"#
    )
}

fn merge_job(plan: &Plan) -> String {
    let (name, common) = (plan.job_name(), common(plan));
    format!(
        "# The merge of the shards of {CARD} into run.h5, where they have returned to.
universe = local
executable = merge.sh
batch_name = {name}
log = {LOG}/condor.log
output = {LOG}/merge.out
error = {LOG}/merge.log
{common}queue
"
    )
}

fn merge_script(plan: &Plan, program: &str) -> String {
    format!(
        "#!/bin/sh
# Run by HTCondor in this folder once all shards are here.
exec {}
",
        plan.merge(program)
    )
}

fn dag(plan: &Plan) -> String {
    let shards = 1..=plan.shards;
    let mut text = format!("# The shards of {CARD}, then the merge. Submit with ./{SUBMIT}.\n");
    for i in shards.clone() {
        text += &format!(
            "JOB shard-{i} shards.sub\nVARS shard-{i} Shard=\"{i}\"\nRETRY shard-{i} 2 UNLESS-EXIT 2\n"
        );
    }
    text += "JOB merge merge.sub\nPARENT";
    shards.for_each(|i| text += &format!(" shard-{i}"));
    text + " CHILD merge\n"
}

fn submit() -> String {
    format!(
        r#"#!/bin/sh
# Submits the shards and, to run when all have ended well, the merge into run.h5. After a failure
# this can be run again: DAGMan starts what has not ended well.
set -eu
cd "$(dirname "$0")"
mkdir -p {LOG}
exec condor_submit_dag run.dag
"#
    )
}
