//! `generate`: events, histograms and the total cross section of a card, into `run.h5`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use millibrem::card::RunCard;
use millibrem::generate::{Generator, SampleReport, SigmaReport};
use millibrem::io::hdf5::RunWriter;
use millibrem::record::{Fact, RunHeader, RunSummary};
use serde_json::json;

use super::failure::Failure;
use super::options::Common;
use super::progress::{self, Bars};
use super::{output, prepare, print};

/// Generate events, histograms and the cross section of a card into run.h5
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem generate cards/na64mu-2025.toml
  millibrem generate cards/na64mu-2025.toml --set events.count=1e5 --seed 7 --out /tmp/run")]
pub(crate) struct Generate {
    /// Run card (TOML)
    card: PathBuf,
}

impl Generate {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let card = common.load(&self.card)?;
        let setup = prepare::setup(&card)?;
        let header = header(&card)?;
        let file = output::run_file(common, &card.run.name)?;
        let start = Instant::now();
        let mut bars = Bars::new(common.quiet);
        let mut generator = Generator::new(&setup, prepare::settings(&card, card.events.count))?;
        let mut writer = RunWriter::create(&file, &header, common.force)?;

        generator.adapt(&mut |p| bars.hear(p))?;
        let sigma = generator.measure(&prepare::histograms(&card), &mut |p| bars.hear(p))?;
        bars.say(progress::table(&sigma.cross_section.iterations).trim_end());
        let measured_s = start.elapsed().as_secs_f64();
        bars.expect_events(card.events.count);
        let events = prepare::events(&card);
        let value_pb = sigma.cross_section.value_pb;
        let sample = generator.sample(&events, value_pb, &mut writer, &mut |p| bars.hear(p))?;
        bars.done();

        let wall_s = start.elapsed().as_secs_f64();
        let n_eval = sigma.n_eval + sample.n_eval;
        writer.finish(&summary(&card, &sigma, &sample, wall_s))?;
        let wall_s = wall_s.max(start.elapsed().as_secs_f64());
        let rate = sigma.n_eval as f64 / measured_s;
        bars.say(&closing(&file, &sigma, &sample, n_eval, wall_s));
        let alarms: Vec<&str> = sigma
            .alarms
            .iter()
            .chain(&sample.alarms)
            .map(String::as_str)
            .collect();
        let c = &sigma.cross_section;
        match common.json {
            true => print::json(&json!({
                "sigma_pb": c.value_pb,
                "error_pb": c.error_pb,
                "chi2_dof": c.chi2_dof,
                "n_eval": n_eval,
                "n_events": sample.n_events,
                "unweighting_efficiency": sample.unweighting_efficiency[0],
                "unweighting_efficiency_interval": &sample.unweighting_efficiency[1..],
                "overweight_share": sample.overweight_share[0],
                "overweight_share_interval": &sample.overweight_share[1..],
                "sample_sigma_ratio": sample.sigma_ratio,
                "sample_sigma_ratio_error": sample.sigma_ratio_error,
                "eval_per_s": rate,
                "wall_s": wall_s,
                "seed": card.run.seed,
                "alarms": alarms,
                "output": file.display().to_string(),
            }))?,
            false => print::line(&format!(
                "sigma = {} pb",
                progress::value_error(c.value_pb, c.error_pb)
            ))?,
        }
        Failure::unless_trusted(&alarms)
    }
}

fn header(card: &RunCard) -> Result<RunHeader, Failure> {
    Ok(RunHeader {
        card: card.to_toml(),
        seed: card.run.seed,
        sample: prepare::sample(card)?,
        compression: card.events.compression,
        expected_events: card.events.count,
    })
}

fn summary(card: &RunCard, sigma: &SigmaReport, sample: &SampleReport, wall_s: f64) -> RunSummary {
    let real = |name: &str, value| (name.to_owned(), Fact::Real(value));
    let count = |name: &str, value: u64| {
        (
            name.to_owned(),
            Fact::Integer(i64::try_from(value).unwrap_or(i64::MAX)),
        )
    };
    let alarms = sigma.alarms.iter().chain(&sample.alarms);
    let alarms = alarms.map(String::as_str).collect::<Vec<_>>().join("; ");
    RunSummary {
        cross_section: sigma.cross_section.clone(),
        weight_scale: sample.weight_scale,
        histograms: sigma.histograms.clone(),
        provenance: vec![
            (
                "process".to_owned(),
                Fact::Text(card.dark_sector.kind().to_owned()),
            ),
            count("n_eval_sigma", sigma.n_eval),
            count("n_eval_events", sample.n_eval),
            real("effective_share", sigma.effective_share),
            real("largest_weight_over_mean", sigma.largest_weight),
            real("unweighting_efficiency", sample.unweighting_efficiency[0]),
            real("overweight_share", sample.overweight_share[0]),
            real("overweight_excess", sample.overweight_excess),
            real("sample_sigma_ratio", sample.sigma_ratio),
            real("sample_sigma_ratio_error", sample.sigma_ratio_error),
            ("trustworthy".to_owned(), Fact::Flag(alarms.is_empty())),
            ("alarms".to_owned(), Fact::Text(alarms)),
        ],
        timings: vec![
            real("wall_s", wall_s),
            count("threads", card.run.threads as u64),
        ],
    }
}

/// The closing lines: what there is now, how good it is, what it took.
fn closing(
    file: &Path,
    sigma: &SigmaReport,
    sample: &SampleReport,
    n_eval: u64,
    wall_s: f64,
) -> String {
    let c = &sigma.cross_section;
    let percent = |x: f64| 100.0 * x;
    let mut text = format!(
        "\nsigma       {} pb ({:.2} %), chi2/dof {:.2}\n",
        progress::value_error(c.value_pb, c.error_pb),
        percent(c.error_pb / c.value_pb),
        c.chi2_dof,
    );
    let [efficiency, low, high] = sample.unweighting_efficiency;
    let [over, over_low, over_high] = sample.overweight_share;
    text += &match high > low {
        true => format!(
            "events      {} unweighted, efficiency {:.1} % ({:.1} to {:.1}), overweight {:.3} % ({:.3} to {:.3})\n",
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
        "work        {n_eval} evaluations in {wall_s:.2} s\nfile        {}",
        file.display()
    );
    for alarm in sigma.alarms.iter().chain(&sample.alarms) {
        text += &format!("\nNOT TO BE TRUSTED: {alarm}");
    }
    text
}
