//! `merge`: the shards of a run become the run; runs of different seeds become one.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use millibrem::record::Member;
use millibrem_files::job::{self, Joined};
use serde_json::{Value, json};

use super::failure::Failure;
use super::generate::Report;
use super::json::number;
use super::options::Common;
use super::progress::{self, Bars};
use super::{interrupt, output, print, unsealed};

/// Join the shards of a run, or with --seeds complete runs of different seeds, into one file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem merge output/na64mu-2025/shard-*-of-4.h5 \\
    -o output/na64mu-2025/run.h5
  millibrem merge a/shard-1-of-2.h5 b/shard-2-of-2.h5 -o run.h5 --json
  millibrem merge --seeds seed1/run.h5 seed2/run.h5 seed3/run.h5 -o run.h5

All shards of one run must be given, in any order; they are not removed. The few points that no \
shard has made (until the error or the number of events is reached) are made now.

Runs of different seeds count by their evaluations; their events follow each other. Their cards may \
differ in seed, threads and number of events only. A joined file can be joined with more runs.")]
pub(crate) struct Merge {
    /// Files written by generate --shard, or with --seeds run files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The files are complete runs of one card and different seeds
    #[arg(long)]
    seeds: bool,
    /// The run file to write [default: run.h5, in the folder --out]
    #[arg(short = 'o', long, value_name = "RUN")]
    pub(crate) output: Option<PathBuf>,
}

impl Merge {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let threads = common.thread_count()?;
        let output = self.output(common);
        let start = Instant::now();
        unsealed::look_at(&self.files, common.quiet)?;
        interrupt::note();
        let mut bars = Bars::new(common.quiet);
        if self.seeds {
            let made = job::join(&self.files, &output, common.force, &mut bars);
            bars.done();
            return self.show(&made?, common, &bars, &output);
        }
        let made = job::merge(&self.files, &output, common.force, threads, &mut bars);
        bars.done();
        let made = made?;
        let report = Report {
            card: None,
            found: &made,
            file: &output,
            wall_s: start.elapsed().as_secs_f64(),
        };
        report.show(common, &bars, &[], Ok(()))
    }

    /// The run file to write.
    fn output(&self, common: &Common) -> PathBuf {
        match (&self.output, &common.out) {
            (Some(output), _) => output.clone(),
            (None, Some(folder)) => folder.join(output::RUN_FILE),
            (None, None) => PathBuf::from(output::RUN_FILE),
        }
    }

    /// Prints what several seeds in the file `output` are together, and fails if that is not to be trusted.
    fn show(
        &self,
        made: &Joined,
        common: &Common,
        bars: &Bars,
        output: &Path,
    ) -> Result<(), Failure> {
        let c = &made.cross_section;
        let file = output.display().to_string();
        let mut text = String::new();
        for member in &made.members {
            let sigma = progress::value_error(member.value_pb, member.error_pb);
            let (seed, n) = (member.seed, member.n_events);
            text += &format!("\nseed        {seed}: {sigma} pb, {n} events");
        }
        let sigma = progress::value_error(c.value_pb, c.error_pb);
        let (chi2, n) = (c.chi2_dof, made.n_events);
        text += &format!("\nsigma       {sigma} pb, chi2/dof {chi2:.2} between the seeds");
        text += &format!("\nevents      {n}\nfile        {file}");
        for alarm in &made.alarms {
            text += &format!("\nNOT TO BE TRUSTED: {alarm}");
        }
        bars.say(&text);
        let trusted = Failure::unless_trusted(&made.alarms);
        if common.json {
            let document = json!({
                "sigma_pb": number(c.value_pb),
                "error_pb": number(c.error_pb),
                "chi2_dof": number(c.chi2_dof),
                "q": number(c.iterations.last().map(|row| row.q)),
                "n_eval": c.n_eval,
                "n_events": made.n_events,
                "seeds": made.members.iter().map(|m| m.seed).collect::<Vec<_>>(),
                "runs": made.members.iter().map(member).collect::<Vec<_>>(),
                "quadrature_sigma_pb": number(made.check.map(|check| check.value_pb)),
                "quadrature_pull": number(made.check.map(|check| check.pull)),
                "alarms": made.alarms,
                "output": file,
            });
            return print::judged(document, trusted);
        }
        print::line(&format!("sigma = {sigma} pb"))?;
        trusted
    }
}

/// One run of several as JSON.
pub(super) fn member(member: &Member) -> Value {
    json!({
        "seed": member.seed,
        "n_events": member.n_events,
        "first_index": member.first_index,
        "n_eval": member.n_eval,
        "sigma_pb": number(member.value_pb),
        "error_pb": number(member.error_pb),
    })
}
