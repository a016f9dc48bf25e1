//! `generate`: events, histograms and the total cross section of a card, into `run.h5`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use millibrem::card::{Override, RunCard};
use millibrem::dark_sector::DarkSector;
use millibrem::event::Weighting;
use millibrem::record::alarms;
use millibrem::text::shown;
use millibrem_files::IoError;
use millibrem_files::export::Format;
use millibrem_files::hdf5::RunReader;
use millibrem_files::job::{Exports, Extension, Job, Outcome, Pace, Sampled, Shard};
use serde_json::{Value, json};

use super::failure::Failure;
use super::json::{self, number, numbers};
use super::options::{Common, Tracks};
use super::progress::{self, Bars};
use super::{interrupt, output, print, reweight, unsealed};

/// Generate events, histograms and the cross section of a card into run.h5
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem generate cards/na64mu-2025.toml
  millibrem generate cards/na64mu-2025.toml --set events.count=1e5 \\
    --seed 7 --out /tmp/run
  millibrem generate cards/ldmx-2025.toml --set events.mode=unweighted \\
    --to ldmx-lhe --to hepmc3
  millibrem generate cards/na64mu-2025.toml --set events.count=1e9 --resume
  millibrem generate cards/na64mu-2025.toml --seed 7 --shard 3/10
  millibrem generate cards/na64mu-2025.toml --extend 1e6

A run that was interrupted (Ctrl-C, a batch system, a crash, a full disk) goes on with --resume and \
gives the same file. Shards are joined with millibrem merge. A run that was too short becomes longer \
with --extend: the file of the card with so many more events takes its place when it is whole.")]
pub(crate) struct Generate {
    /// Run card (TOML); with --extend also the run file itself
    card: PathBuf,
    /// Write the events in this format too, beside run.h5; repeatable
    #[arg(long, value_name = "FORMAT", conflicts_with = "shard")]
    pub(super) to: Vec<Format>,
    /// Go on with an interrupted run; begin if there is none; do nothing if it is complete
    #[arg(long)]
    pub(super) resume: bool,
    /// Do part I of N of the run, into shard-I-of-N.h5; all parts need the same seed
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub(super) shard: Option<Shard>,
    /// Make the complete run in the output longer by N events; sigma stays what it is
    #[arg(long, value_name = "N", value_parser = count, conflicts_with = "shard")]
    pub(super) extend: Option<u64>,
    /// Save the state so often [default: every 60 s, taking at most 1 % of the time]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    checkpoint_every: Option<Duration>,
    #[command(flatten)]
    tracks: Tracks,
}

/// Reads `I/N`.
fn shard(text: &str) -> Result<Shard, String> {
    let parts = text
        .split_once('/')
        .and_then(|(index, of)| Some((index.trim().parse().ok()?, of.trim().parse().ok()?)));
    match parts {
        Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index, of }),
        _ => Err("expected I/N with I from 1 to N, such as 3/10".to_owned()),
    }
}

/// Reads a number of events, such as 1e6.
pub(super) fn count(text: &str) -> Result<u64, String> {
    /// As many as a card may ask for.
    const MOST: f64 = 1e12;
    let whole = |n: &f64| n.fract() == 0.0 && (1.0..=MOST).contains(n);
    match text.parse().ok().filter(whole) {
        Some(n) => Ok(n as u64),
        None => Err("expected a whole number of events, 1 to 1e12, such as 1e6".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let expected = "expected a number of seconds, such as 60".to_owned();
    match text.parse() {
        Ok(s) => Duration::try_from_secs_f64(s).map_err(|_| expected),
        Err(_) => Err(expected),
    }
}

impl Generate {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let start = Instant::now();
        let job = self.job(common, self.shard)?;
        let exports = self.exports(common, &job)?;
        let mut bars = Bars::new(common.quiet);
        let outcome = self.execute(&job, &mut bars)?;
        self.finish(common, &job, &exports, &outcome, (&bars, start))
    }

    /// The run of the card, or one shard of it.
    pub(super) fn job(&self, common: &Common, shard: Option<Shard>) -> Result<Job, Failure> {
        let (card, file, extension) = self.plan(common, shard)?;
        Ok(Job {
            replace: common.force,
            shard,
            pace: self
                .checkpoint_every
                .map_or_else(Pace::default, Pace::every),
            extends: extension.filter(|e| e.to > e.from).map(|e| e.from),
            ..Job::new(card, file)
        })
    }

    /// The files in other formats, as far as they can be tried before the work.
    pub(super) fn exports(&self, common: &Common, job: &Job) -> Result<Exports, Failure> {
        let exports = Exports::of(&job.output, &self.to, &job.card, common.force)?;
        exports.check(self.resume && job.is_complete()?)?;
        Ok(exports)
    }

    /// Does `job`, from the beginning or from where it was left.
    pub(super) fn execute(&self, job: &Job, bars: &mut Bars) -> Result<Outcome, Failure> {
        interrupt::note();
        let outcome = match self.resume {
            true => job.resume(bars),
            false => job.run(bars),
        };
        bars.done();
        Ok(outcome?)
    }

    /// Exports what was done and tells of it.
    pub(super) fn finish(
        &self,
        common: &Common,
        job: &Job,
        exports: &Exports,
        outcome: &Outcome,
        (bars, start): (&Bars, Instant),
    ) -> Result<(), Failure> {
        let made = exports.make(&mut |words| bars.say(&format!("warning: {words}")));
        let made = made.map_err(Failure::from);
        let wall_s = start.elapsed().as_secs_f64();
        match outcome {
            // The run is there, whatever became of its exports.
            Outcome::Run(found) => {
                let report = Report {
                    card: Some(&job.card),
                    found,
                    file: &job.output,
                    wall_s,
                };
                report.show(common, bars, &exports.paths(), made)
            }
            _ if made.is_err() => made,
            Outcome::Shard { shard, n_events } => {
                show_shard(job, *shard, *n_events, wall_s, (common, bars))
            }
            Outcome::Complete => show_complete(&job.output, common, bars),
        }
    }

    /// The card, with the seed of the run that is to go on or become longer, the file to write, and
    /// how much longer it becomes.
    fn plan(
        &self,
        common: &Common,
        shard: Option<Shard>,
    ) -> Result<(RunCard, PathBuf, Option<Extension>), Failure> {
        let stored = self.stored(common)?;
        let name = self.card.display().to_string();
        let load = |more: &[Override]| {
            let more = [&self.tracks.overrides(), more].concat();
            match &stored {
                Some(text) => common.load_stored(&name, text, &more),
                None => common.load_with(&self.card, &more),
            }
        };
        let mut card = load(&[])?;
        let file = match &stored {
            Some(_) => self.card.clone(),
            None => output::run_file(common, &card.run.name, shard),
        };
        let mut more = Vec::new();
        if self.resume || self.extend.is_some() {
            unsealed::look_at(std::slice::from_ref(&file), common.quiet)?;
        }
        if let Some(seed) = (self.resume || self.extend.is_some())
            .then(|| Job::seed_of(&file))
            .flatten()
        {
            // A seed that was drawn, not given, is that of the run that is there.
            let seed = seed.to_string();
            more.push(Override::where_absent("--resume", "run.seed", &seed));
            card = load(&more)?;
        }
        let Some(events) = self.extend else {
            // A seed that was drawn is another each time, and each shard would have its own.
            if self.shard.is_some() && load(&more)?.run.seed != card.run.seed {
                return Err(Failure::Usage(
                    "--shard: found no seed, expected --seed N, or run.seed in the card, the same for all shards"
                        .to_owned(),
                ));
            }
            return Ok((card, file, None));
        };
        let extension = Extension::of(&card, &file, events, self.resume)?;
        let count = extension.to.to_string();
        more.push(Override::by_option("--extend", "events.count", &count));
        Ok((load(&more)?, file, Some(extension)))
    }

    /// The card of the run that is to become longer, if that was given in place of a card.
    fn stored(&self, common: &Common) -> Result<Option<String>, Failure> {
        let is_run = self
            .card
            .extension()
            .is_some_and(|end| end == "h5" || end == "hdf5");
        if self.extend.is_none() || !is_run {
            return Ok(None);
        }
        if common.out.is_some() {
            return Err(Failure::Usage(format!(
                "--out: {} becomes longer where it is; leave --out away, or give the card",
                self.card.display()
            )));
        }
        unsealed::look_at(std::slice::from_ref(&self.card), true)?;
        Ok(Some(RunReader::open(&self.card)?.header().card.clone()))
    }
}

/// What to say of a shard.
fn show_shard(
    job: &Job,
    shard: Shard,
    n_events: u64,
    wall_s: f64,
    (common, bars): (&Common, &Bars),
) -> Result<(), Failure> {
    let file = job.output.display().to_string();
    bars.say(&format!(
        "\nshard       {shard}, {n_events} events in {wall_s:.2} s\nfile        {file}\nnext        millibrem merge {}/shard-*-of-{}.h5 -o run.h5, once all are there",
        job.output.parent().unwrap_or(Path::new(".")).display(),
        shard.of
    ));
    if n_events == 0 {
        bars.say(&format!(
            "note: with {} events in {} shards none has events of its own, and the merge makes them all: fewer shards would do",
            job.card.events.count, shard.of
        ));
    }
    match common.json {
        true => print::json(json!({
            "complete": false,
            "shard": shard.index,
            "of": shard.of,
            "n_events": n_events,
            "seed": job.card.run.seed,
            "wall_s": wall_s,
            "output": file,
        })),
        false => print::line(&file),
    }
}

/// What to say of a run that was there already: what its file says.
fn show_complete(file: &Path, common: &Common, bars: &Bars) -> Result<(), Failure> {
    bars.say(&format!("{} is complete: nothing to do", file.display()));
    let run = match RunReader::open(file) {
        Err(IoError::IsShard { shard, .. }) => {
            return match common.json {
                true => print::json(json!({
                    "complete": true,
                    "shard": shard.index,
                    "of": shard.of,
                    "output": file.display().to_string(),
                })),
                false => print::line(&file.display().to_string()),
            };
        }
        run => run?,
    };
    let c = run.cross_section()?;
    let facts = run.provenance()?;
    let alarms = alarms(&facts);
    let trusted = Failure::unless_trusted(&alarms);
    if common.json {
        let timings = run.timings()?;
        let fact = |name: &str| {
            let known = facts.iter().chain(&timings);
            let found = known
                .filter_map(|(n, fact)| (n == name).then_some(fact))
                .next();
            found.map(json::fact)
        };
        let document = json!({
            "complete": true,
            "sigma_pb": number(c.value_pb),
            "error_pb": number(c.error_pb),
            "chi2_dof": number(c.chi2_dof),
            "n_eval": c.n_eval,
            "n_events": run.n_events(),
            "unweighting_efficiency": fact("unweighting_efficiency"),
            "overweight_share": fact("overweight_share"),
            // Nothing was evaluated.
            "eval_per_s": null,
            "wall_s": fact("wall_s"),
            "seed": run.header().seed,
            "output": file.display().to_string(),
            "alarms": alarms,
        });
        return print::judged(document, trusted);
    }
    print::line(&format!(
        "sigma = {} pb",
        progress::value_error(c.value_pb, c.error_pb)
    ))?;
    trusted
}

/// Beam, target, what is made of which mass, cut on x.
fn set_up(card: &RunCard) -> String {
    let parts = card.target.material.components.iter();
    let target: Vec<String> = parts.map(|part| part.name()).collect();
    let made = match &card.dark_sector {
        DarkSector::Pair(chi) => format!("m_chi = {} GeV", shown(chi.mass_gev)),
        other => format!(
            "{} of {} GeV",
            other.kind(),
            shown(other.threshold_mass_gev())
        ),
    };
    format!(
        "{} of {} GeV on {}, {made}, x > {}",
        card.beam.projectile.name(),
        shown(card.beam.energy_gev),
        target.join("-"),
        shown(card.cuts.x_min)
    )
}

/// What to say of a run.
pub(super) struct Report<'a> {
    /// Its card, where that is known.
    pub(super) card: Option<&'a RunCard>,
    pub(super) found: &'a Sampled,
    pub(super) file: &'a Path,
    pub(super) wall_s: f64,
}

impl Report<'_> {
    /// Prints the result, and fails if it is not to be trusted or not all `exports` were made.
    pub(super) fn show(
        &self,
        common: &Common,
        bars: &Bars,
        exports: &[PathBuf],
        exported: Result<(), Failure>,
    ) -> Result<(), Failure> {
        bars.say(&self.closing());
        exports
            .iter()
            .for_each(|path| bars.say(&format!("            {}", path.display())));
        let c = &self.found.sigma.cross_section;
        let trusted = exported.and_then(|()| Failure::unless_trusted(&self.found.alarms));
        if common.json {
            return print::judged(self.json(exports), trusted);
        }
        print::line(&format!(
            "sigma = {} pb",
            progress::value_error(c.value_pb, c.error_pb)
        ))?;
        trusted
    }

    fn json(&self, exports: &[PathBuf]) -> Value {
        let found = self.found;
        let (c, sample) = (&found.sigma.cross_section, &found.sample);
        json!({
            "sigma_pb": number(c.value_pb),
            "error_pb": number(c.error_pb),
            "chi2_dof": number(c.chi2_dof),
            "quadrature_sigma_pb": number(found.check.map(|check| check.value_pb)),
            "quadrature_pull": number(found.check.map(|check| check.pull)),
            "n_eval": found.n_eval,
            "n_events": sample.n_events,
            "mode": sample.weighting.name(),
            "unweighting_efficiency": number(sample.unweighting_efficiency[0]),
            "unweighting_efficiency_interval": numbers(&sample.unweighting_efficiency[1..]),
            "overweight_share": number(sample.overweight_share[0]),
            "overweight_share_interval": numbers(&sample.overweight_share[1..]),
            "sample_sigma_ratio": number(sample.sigma_ratio),
            "sample_sigma_ratio_error": number(sample.sigma_ratio_error),
            "eval_per_s": number(found.sigma.n_eval as f64 / found.measured_s),
            "wall_s": self.wall_s,
            "seed": found.seed,
            "alarms": found.alarms,
            "weights": found.further.iter()
                .map(|weight| reweight::as_json(weight, c.value_pb)).collect::<Vec<_>>(),
            "exports": exports,
            "notes": found.notes,
            "output": self.file.display().to_string(),
        })
    }

    /// The closing lines: what there is now, how good it is, what it took.
    fn closing(&self) -> String {
        let found = self.found;
        let (c, sample) = (&found.sigma.cross_section, &found.sample);
        let percent = |x: f64| 100.0 * x;
        let mut text = String::from("\n");
        if let Some(card) = self.card {
            if let Some(label) = &card.run.label {
                text += &format!("experiment  {label}\n");
            }
            text += &format!("set-up      {}\n", set_up(card));
        }
        text += &format!("seed        {}\n", found.seed);
        text += &format!(
            "sigma       {} pb ({:.2} %), chi2/dof {:.2}\n",
            progress::value_error(c.value_pb, c.error_pb),
            percent(c.error_pb / c.value_pb),
            c.chi2_dof,
        );
        text += &match &found.check {
            Some(check) => format!(
                "quadrature  {} pb, Monte Carlo {:+.1} errors from it\n",
                progress::value_error(check.value_pb, check.error_pb),
                check.pull,
            ),
            None if found.converges => "quadrature  does not apply to these cuts\n".to_owned(),
            None => "quadrature  does not reach the precision for a check\n".to_owned(),
        };
        let [efficiency, low, high] = sample.unweighting_efficiency;
        let [over, over_low, over_high] = sample.overweight_share;
        let allowed = self.card.map_or(String::new(), |card| {
            let share = percent(card.events.max_overweight_share);
            format!("; allowed are {} %", shown(share))
        });
        text += &match sample.weighting {
            Weighting::Unweighted => format!(
                "events      {} unweighted; of the points tried, {:.1} % ({:.1} to {:.1}) were kept\n\
                 overweight  {:.3} % of the events ({:.3} to {:.3}) keep a weight above 1{}\n",
                sample.n_events,
                percent(efficiency),
                percent(low),
                percent(high),
                percent(over),
                percent(over_low),
                percent(over_high),
                allowed,
            ),
            Weighting::PartlyUnweighted => format!(
                "events      {} partly unweighted; of the points tried, {:.1} % ({:.1} to {:.1}) were kept\n\
                 overweight  {:.3} % of the events ({:.3} to {:.3}) keep a weight above 1, as events.max_weight wants\n",
                sample.n_events,
                percent(efficiency),
                percent(low),
                percent(high),
                percent(over),
                percent(over_low),
                percent(over_high),
            ),
            Weighting::Weighted => format!(
                "events      {} weighted, worth {:.0} of equal weight ({:.1} %)\n",
                sample.n_events,
                efficiency * sample.n_events as f64,
                percent(efficiency),
            ),
        };
        for weight in &found.further {
            text += &format!("weight      {}\n", reweight::in_words(weight, c.value_pb));
        }
        text += &format!(
            "work        {} evaluations in {:.2} s\nfile        {file}\nnext        millibrem plot {file}",
            found.n_eval,
            self.wall_s,
            file = self.file.display()
        );
        for note in &found.notes {
            text += &format!("\nnote: {note}");
        }
        for alarm in &found.alarms {
            text += &format!("\nNOT TO BE TRUSTED: {alarm}");
        }
        text
    }
}
