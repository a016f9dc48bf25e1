//! `submit`: the files that bring a card to a batch system in shards, and on wish their submission.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::batch::{self, Engine, Memory, Plan, SUBMIT, SubmitError, WallTime};
use clap::Args;
use millibrem::card::RunCard;
use millibrem::generate::{Progress, SigmaReport};
use millibrem::run;
use millibrem_files::hdf5::RunWriter;
use millibrem_files::job::{self, Bytes, JobError, Watcher};
use serde_json::json;

use super::failure::Failure;
use super::options::Common;
use super::{output, print};

/// Write the job files that run a card in shards on a cluster and merge them
#[derive(Debug, Args)]
#[command(
    long_about = "Write the job files that run a card in shards on a cluster and merge them

Into the output folder go the resolved card with its seed, the files of the batch system and \
submit.sh, which submits them all. Nothing is submitted unless --now is given: the command to type \
is printed. When the last shard has ended, run.h5 lies in the same folder, with the same bits as \
from one machine.",
    after_help = "Examples:
  millibrem submit cards/na64mu-2025.toml --engine slurm \\
    --shards 20 --time 01:00:00
  millibrem submit cards/na64mu-2025.toml --engine slurm \\
    --shards 8 --extra=--account=physics --now
  millibrem submit cards/ldmx-2025.toml --engine htcondor \\
    --shards 50 --extra '+MaxRuntime = 7200'"
)]
pub(crate) struct Submit {
    /// Run card (TOML)
    card: PathBuf,
    /// Batch system: slurm or htcondor
    #[arg(long, value_name = "ENGINE")]
    engine: Engine,
    /// Number of shards
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    shards: u32,
    /// Processor cores of each shard [default: run.threads, or 1 where that says all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    cpus_per_task: Option<u32>,
    /// Time limit of each job of Slurm; a shard that reaches it is queued again and goes on
    #[arg(long, value_name = "HH:MM:SS")]
    time: Option<WallTime>,
    /// Memory of each job, as in 500M or 2G
    #[arg(long, value_name = "SIZE")]
    mem: Option<Memory>,
    /// Partition of Slurm for all jobs
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
    /// Line for every job: an option of sbatch, or a command of HTCondor; repeatable
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    extra: Vec<String>,
    /// Submit at once
    #[arg(long)]
    now: bool,
}

impl Submit {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let mut card = common.load(&self.card)?;
        // A card that cannot run is refused here, not hours later in the queue.
        run::process(&card)?;
        let threads = u32::try_from(card.run.threads).unwrap_or(1).max(1);
        let cpus = self.cpus_per_task.unwrap_or(threads);
        card.run.threads = cpus as usize;
        let program = super::program::path()
            .map_err(|e| Failure::Usage(format!("cannot find the path of this program: {e}")))?;
        let plan = Plan {
            engine: self.engine,
            program,
            name: card.run.name.clone(),
            shards: self.shards,
            cpus,
            time: self.time,
            memory: self.mem.clone(),
            partition: self.partition.clone(),
            extra: self.extra.clone(),
        };
        let files = plan.files(&card.to_toml())?;
        let folder = output::folder(common, &card.run.name);
        batch::write(&folder, &files, &self.card, common.force)?;
        let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file.name)).collect();
        if !common.quiet {
            for path in &paths {
                print::note(&format!("wrote {}", path.display()));
            }
        }
        if !common.quiet && !common.json {
            say_cost(&card, self.shards)?;
        }
        let answer = match self.now {
            true => Some(start(folder.join(SUBMIT))?),
            false => None,
        };
        let command = batch::command(&folder);
        match (common.json, &answer) {
            (true, _) => print::json(json!({
                "engine": self.engine.name(),
                "shards": self.shards,
                "seed": card.run.seed,
                "output": folder.join("run.h5").display().to_string(),
                "files": paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>(),
                "command": command,
                "submitted": self.now,
                "answer": answer,
            })),
            (false, Some(answer)) => print::line(answer),
            (false, None) => {
                if !common.quiet {
                    print::note("next, on the cluster:");
                }
                print::line(&command)
            }
        }
    }
}

/// Events that tell the time of one.
const PILOT_EVENTS: u64 = 50_000;
/// Points of an iteration that tell the time of one.
const PILOT_NEVAL: u64 = 50_000;

/// Says how large the run becomes and how long a shard takes, from a short run here.
fn say_cost(card: &RunCard, shards: u32) -> Result<(), Failure> {
    let header = run::header(card, None).map_err(JobError::from)?;
    let count = card.events.count as f64;
    let bytes = RunWriter::bytes_per_event(&header) as f64 * count;
    print::note(&format!(
        "{count:e} events take {} of disk while run.h5 is written, and the shards as much again",
        Bytes(bytes)
    ));
    if let Some([shard_s, all_s]) = times_s(card, f64::from(shards)) {
        print::note(&format!(
            "a shard takes about {} of a core like this one's, all {shards} together {}; the merge reads and writes {} once",
            duration(shard_s),
            duration(all_s),
            Bytes(bytes)
        ));
    }
    Ok(())
}

/// Core seconds of one shard and of all; nothing where a short run fails.
fn times_s(card: &RunCard, shards: f64) -> Option<[f64; 2]> {
    let mut pilot = card.clone();
    pilot.run.threads = 1;
    pilot.events.count = card.events.count.clamp(1, PILOT_EVENTS);
    pilot.integration.neval = card.integration.neval.min(PILOT_NEVAL);
    // Five iterations are measured.
    let adapting = card.integration.n_adapt;
    pilot.integration.max_neval = (adapting + 5) * pilot.integration.neval;
    let start = Instant::now();
    let made = job::in_memory(&pilot, &mut Unheard).ok()?;
    let all_s = start.elapsed().as_secs_f64();
    let (found, c) = (&made.found, &made.found.sigma.cross_section);
    let per_eval = found.measured_s / found.sigma.n_eval as f64;
    let needed = (c.error_pb / c.value_pb / run::goal(card)).powi(2) * c.n_eval as f64;
    let least = 5.0 * card.integration.neval as f64;
    let most = card.integration.max_neval as f64;
    let adapt_s = per_eval * (adapting * card.integration.neval) as f64;
    let measure_s = per_eval * needed.max(least).min(most.max(least));
    let per_event = (all_s - found.measured_s).max(0.0) / pilot.events.count as f64;
    let shared_s = measure_s + per_event * card.events.count as f64;
    Some([adapt_s + shared_s / shards, adapt_s * shards + shared_s])
}

/// A watcher that lets all pass.
struct Unheard;

impl Watcher for Unheard {
    fn progress(&mut self, _: &Progress) {}
    fn measured(&mut self, _: &SigmaReport, _: u64) {}
    fn note(&mut self, _: &str) {}
    fn should_stop(&self) -> bool {
        false
    }
}

/// A time in the unit that makes its number short.
fn duration(s: f64) -> String {
    match s {
        s if s < 90.0 => format!("{:.0} s", s.max(1.0)),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// Runs the script that submits; returns what the batch system answers.
fn start(script: PathBuf) -> Result<String, SubmitError> {
    let refused = |script: PathBuf, reason: String| SubmitError::Refused { script, reason };
    let done = Command::new("sh")
        .arg(&script)
        .stderr(Stdio::inherit())
        .output();
    match done {
        Ok(done) if done.status.success() => {
            Ok(String::from_utf8_lossy(&done.stdout).trim_end().to_owned())
        }
        Ok(done) => Err(refused(script, done.status.to_string())),
        Err(error) => Err(refused(script, error.to_string())),
    }
}
