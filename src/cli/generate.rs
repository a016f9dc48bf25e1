//! `generate`: events, histograms and the total cross section of a card, into `run.h5`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use millibrem::card::RunCard;
use millibrem::generate::{CrossCheck, Generator, SampleReport, SigmaReport};
use millibrem::io::IoError;
use millibrem::io::export::{ExportOptions, Format, export};
use millibrem::io::hdf5::{RunReader, RunWriter};
use millibrem::record::{Fact, RunHeader, RunSummary};
use serde_json::{Value, json};

use super::failure::Failure;
use super::options::Common;
use super::progress::{self, Bars};
use super::{output, prepare, print};

/// Generate events, histograms and the cross section of a card into run.h5
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem generate cards/na64mu-2025.toml
  millibrem generate cards/na64mu-2025.toml --set events.count=1e5 --seed 7 --out /tmp/run
  millibrem generate cards/ldmx-2025.toml --set events.mode=unweighted --to ldmx-lhe --to hepmc3")]
pub(crate) struct Generate {
    /// Run card (TOML)
    card: PathBuf,
    /// Write the events in this format too, beside run.h5; repeatable
    #[arg(long, value_name = "FORMAT")]
    to: Vec<Format>,
}

impl Generate {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let card = common.load(&self.card)?;
        let setup = prepare::setup(&card)?;
        let header = header(&card)?;
        let file = output::run_file(common, &card.run.name);
        let exports: Vec<PathBuf> = self.to.iter().map(|to| to.default_path(&file)).collect();
        if let Some(there) = exports.iter().find(|path| path.exists() && !common.force) {
            return Err(Failure::Io(IoError::Exists {
                path: there.clone(),
            }));
        }
        let start = Instant::now();
        let mut bars = Bars::new(common.quiet);
        let mut generator = Generator::new(&setup, prepare::settings(&card, card.events.count))?;
        let mut writer = RunWriter::create(&file, &header, common.force)?;

        generator.adapt(&mut |p| bars.hear(p))?;
        let sigma = generator.measure(&prepare::histograms(&card), &mut |p| bars.hear(p))?;
        bars.say(progress::table(&sigma.cross_section.iterations).trim_end());
        let measured_s = start.elapsed().as_secs_f64();
        let check = CrossCheck::of(&setup, &sigma.cross_section);
        bars.expect_events(card.events.count);
        let events = prepare::events(&card);
        let value_pb = sigma.cross_section.value_pb;
        let sample = generator.sample(&events, value_pb, &mut writer, &mut |p| bars.hear(p))?;
        bars.done();

        let mut alarms = sigma.alarms.clone();
        alarms.extend_from_slice(&sample.alarms);
        alarms.extend(check.as_ref().and_then(CrossCheck::alarm));
        let done = Done {
            n_eval: sigma.n_eval + sample.n_eval,
            sigma,
            sample,
            check,
            alarms,
        };
        writer.finish(&done.summary(&card, start.elapsed().as_secs_f64()))?;
        for (to, path) in self.to.iter().zip(&exports) {
            let options = ExportOptions {
                replace: common.force,
                ..ExportOptions::default()
            };
            for warning in export(&RunReader::open(&file)?, *to, path, &options)?.warnings {
                bars.say(&format!("warning: {warning}"));
            }
        }
        let wall_s = start.elapsed().as_secs_f64();
        bars.say(&done.closing(&file, wall_s));
        exports
            .iter()
            .for_each(|path| bars.say(&format!("            {}", path.display())));
        let c = &done.sigma.cross_section;
        match common.json {
            true => print::json(&done.json(&card, &file, measured_s, wall_s))?,
            false => print::line(&format!(
                "sigma = {} pb",
                progress::value_error(c.value_pb, c.error_pb)
            ))?,
        }
        Failure::unless_trusted(&done.alarms)
    }
}

fn header(card: &RunCard) -> Result<RunHeader, Failure> {
    Ok(RunHeader {
        card: card.to_toml(),
        seed: card.run.seed,
        sample: prepare::sample(card)?,
        compression: card.events.compression,
        expected_events: card.events.count,
        shard: None,
    })
}

/// What a run has found.
struct Done {
    sigma: SigmaReport,
    sample: SampleReport,
    check: Option<CrossCheck>,
    n_eval: u64,
    alarms: Vec<String>,
}

impl Done {
    fn json(&self, card: &RunCard, file: &Path, measured_s: f64, wall_s: f64) -> Value {
        let (c, sample) = (&self.sigma.cross_section, &self.sample);
        json!({
            "sigma_pb": c.value_pb,
            "error_pb": c.error_pb,
            "chi2_dof": c.chi2_dof,
            "quadrature_sigma_pb": self.check.map(|check| check.value_pb),
            "quadrature_pull": self.check.map(|check| check.pull),
            "n_eval": self.n_eval,
            "n_events": sample.n_events,
            "unweighting_efficiency": sample.unweighting_efficiency[0],
            "unweighting_efficiency_interval": &sample.unweighting_efficiency[1..],
            "overweight_share": sample.overweight_share[0],
            "overweight_share_interval": &sample.overweight_share[1..],
            "sample_sigma_ratio": sample.sigma_ratio,
            "sample_sigma_ratio_error": sample.sigma_ratio_error,
            "eval_per_s": self.sigma.n_eval as f64 / measured_s,
            "wall_s": wall_s,
            "seed": card.run.seed,
            "alarms": self.alarms,
            "output": file.display().to_string(),
        })
    }

    fn summary(&self, card: &RunCard, wall_s: f64) -> RunSummary {
        let (sigma, sample) = (&self.sigma, &self.sample);
        let real = |name: &str, value| (name.to_owned(), Fact::Real(value));
        let text = |name: &str, value: String| (name.to_owned(), Fact::Text(value));
        let count = |name: &str, value: u64| {
            (
                name.to_owned(),
                Fact::Integer(i64::try_from(value).unwrap_or(i64::MAX)),
            )
        };
        let mut provenance = vec![
            text("process", card.dark_sector.kind().to_owned()),
            count("n_eval_sigma", sigma.n_eval),
            count("n_eval_events", sample.n_eval),
            real("effective_share", sigma.effective_share),
            real("largest_weight_over_mean", sigma.largest_weight),
            real("unweighting_efficiency", sample.unweighting_efficiency[0]),
            real("overweight_share", sample.overweight_share[0]),
            real("overweight_excess", sample.overweight_excess),
            real("weight_scale_pb", sample.weight_scale),
            real("sample_sigma_ratio", sample.sigma_ratio),
            real("sample_sigma_ratio_error", sample.sigma_ratio_error),
            ("trustworthy".to_owned(), Fact::Flag(self.alarms.is_empty())),
            text("alarms", self.alarms.join("; ")),
        ];
        if let Some(check) = self.check {
            provenance.push(real("quadrature_sigma_pb", check.value_pb));
            provenance.push(real("quadrature_pull", check.pull));
        }
        RunSummary {
            cross_section: sigma.cross_section.clone(),
            weight_scale: sample.weight_scale,
            histograms: sigma.histograms.clone(),
            provenance,
            timings: vec![
                real("wall_s", wall_s),
                count("threads", card.run.threads as u64),
            ],
        }
    }

    /// The closing lines: what there is now, how good it is, what it took.
    fn closing(&self, file: &Path, wall_s: f64) -> String {
        let (c, sample) = (&self.sigma.cross_section, &self.sample);
        let percent = |x: f64| 100.0 * x;
        let mut text = format!(
            "\nsigma       {} pb ({:.2} %), chi2/dof {:.2}\n",
            progress::value_error(c.value_pb, c.error_pb),
            percent(c.error_pb / c.value_pb),
            c.chi2_dof,
        );
        text += &match &self.check {
            Some(check) => format!(
                "quadrature  {} pb, Monte Carlo {:+.1} errors from it\n",
                progress::value_error(check.value_pb, check.error_pb),
                check.pull,
            ),
            None => "quadrature  does not apply to these cuts\n".to_owned(),
        };
        let [efficiency, low, high] = sample.unweighting_efficiency;
        let [over, over_low, over_high] = sample.overweight_share;
        text += &match high > low {
            true => format!(
                "events      {} unweighted, efficiency {:.1} % ({:.1} to {:.1}), {:.3} % ({:.3} to {:.3}) heavier than 1\n",
                sample.n_events,
                percent(efficiency),
                percent(low),
                percent(high),
                percent(over),
                percent(over_low),
                percent(over_high),
            ),
            false => format!(
                "events      {} weighted, as good as {:.1} % of equal weights\n",
                sample.n_events,
                percent(efficiency),
            ),
        };
        text += &format!(
            "work        {} evaluations in {wall_s:.2} s\nfile        {}",
            self.n_eval,
            file.display()
        );
        for alarm in &self.alarms {
            text += &format!("\nNOT TO BE TRUSTED: {alarm}");
        }
        text
    }
}
