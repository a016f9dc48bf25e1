//! `merge`: the shards of a run become the run.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use millibrem::job;

use super::failure::Failure;
use super::generate::Report;
use super::interrupt;
use super::options::Common;
use super::progress::Bars;

/// Join the shards of a run into the file that one run would have written
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem merge output/na64mu-2025/shard-*-of-4.h5 -o output/na64mu-2025/run.h5
  millibrem merge a/shard-1-of-2.h5 b/shard-2-of-2.h5 -o run.h5 --json

All shards of one run must be given, in any order; they are not removed. The few points that no
shard has made (until the error or the number of events is reached) are made now.")]
pub(crate) struct Merge {
    /// Files written by generate --shard
    #[arg(required = true, value_name = "SHARD")]
    shards: Vec<PathBuf>,
    /// The run file to write
    #[arg(short = 'o', long, value_name = "RUN", default_value = "run.h5")]
    output: PathBuf,
}

impl Merge {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let threads = common.thread_count()?;
        let start = Instant::now();
        interrupt::note();
        let mut bars = Bars::new(common.quiet);
        let made = job::merge(&self.shards, &self.output, common.force, threads, &mut bars);
        bars.done();
        let made = made?;
        let report = Report {
            found: &made,
            file: &self.output,
            wall_s: start.elapsed().as_secs_f64(),
        };
        report.show(common, &bars, &[])
    }
}
