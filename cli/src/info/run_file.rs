//! `info RUN`: what is in a run file.

use std::path::Path;

use millibrem::histogram::{Histogram, Scale};
use millibrem::particle::Outgoing;
use millibrem::record::{Fact, Facts, alarms};
use millibrem::text::six_digits;
use millibrem_files::IoError;
use millibrem_files::hdf5::RunReader;
use serde_json::{Value, json};

use crate::json::{self, number};
use crate::{merge, progress, reweight};

/// The file in words: facts first, then the table, then the card it was made from.
pub(super) fn text(path: &Path) -> Result<String, IoError> {
    let run = RunReader::open(path)?;
    let (version, commit) = run.generator()?;
    let header = run.header();
    let sigma = run.cross_section()?;
    let row = |name: &str, value: &str| format!("{name:<24} {value}\n");
    let mut text = row("file", &path.display().to_string());
    text += &row("generator", &format!("millibrem {version} ({commit})"));
    let members = run.members()?;
    match members.is_empty() {
        true => text += &row("seed", &header.seed.to_string()),
        false => {
            for member in &members {
                let (seed, n) = (member.seed, member.n_events);
                let value = progress::value_error(member.value_pb, member.error_pb);
                text += &row("seed", &format!("{seed}: {value} pb, {n} events"));
            }
        }
    }
    let (kind, storage) = (header.sample.weighting.name(), header.compression.name());
    let precision = header.precision.name();
    text += &row(
        "events",
        &format!(
            "{} {kind}, compression {storage}, {precision} precision",
            run.n_events()
        ),
    );
    let particle = |out: &Outgoing| format!("{} ({})", out.role, out.particle.pdg_id);
    let particles: Vec<String> = header.sample.outgoing.iter().map(particle).collect();
    text += &row("particles", &particles.join(", "));
    for histogram in run.histograms()? {
        let bins: Vec<String> = histogram
            .axes()
            .iter()
            .map(|axis| axis.bins().to_string())
            .collect();
        let shape = format!("{} ({} bins)", histogram.name(), bins.join(" x "));
        text += &row("histogram", &shape);
    }
    let value = progress::value_error(sigma.value_pb, sigma.error_pb);
    let nuclei = run.nuclei()?;
    let per = match nuclei.is_empty() {
        true => "nucleus",
        false => "atom of the target",
    };
    text += &row(
        "sigma",
        &format!("{value} pb per {per}, chi2/dof {:.2}", sigma.chi2_dof),
    );
    for one in &nuclei {
        let share = 100.0 * one.atom_fraction;
        let words = format!("{:.6e} pb, {share:.4} % of the atoms", one.sigma_pb);
        text += &row(&format!("on {}", one.nucleus), &words);
    }
    for weight in run.further_weights()? {
        text += &row("weight", &reweight::in_words(&weight, sigma.value_pb));
    }
    for (name, fact) in run.provenance()?.iter().chain(&run.timings()?) {
        text += &row(name, &in_words(fact));
    }
    text.push('\n');
    text += &progress::table(&sigma.iterations);
    Ok(format!("{text}\n{}", header.card))
}

/// The same as JSON.
pub(super) fn json(path: &Path) -> Result<Value, IoError> {
    let run = RunReader::open(path)?;
    let (version, commit) = run.generator()?;
    let header = run.header();
    let sigma = run.cross_section()?;
    let histograms = run.histograms()?;
    let provenance = run.provenance()?;
    let members = run.members()?;
    let seeds = match members.is_empty() {
        true => vec![header.seed],
        false => members.iter().map(|member| member.seed).collect(),
    };
    Ok(json!({
        "file": path.display().to_string(),
        "generator_version": version,
        "git_commit": commit,
        "seed": header.seed,
        "seeds": seeds,
        "runs": members.iter().map(merge::member).collect::<Vec<_>>(),
        "card": json::card(&header.card, header.seed),
        "card_toml": header.card,
        "sigma_pb": number(sigma.value_pb),
        "error_pb": number(sigma.error_pb),
        "chi2_dof": number(sigma.chi2_dof),
        "n_eval": sigma.n_eval,
        "n_events": run.n_events(),
        "process": header.sample.process,
        "particles": header.sample.outgoing.iter().map(particle_json).collect::<Vec<_>>(),
        "mode": header.sample.weighting.name(),
        "compression": header.compression.name(),
        "precision": header.precision.name(),
        "histograms": histograms.iter().map(histogram_json).collect::<Vec<_>>(),
        "weights": run.further_weights()?.iter()
            .map(|weight| reweight::as_json(weight, sigma.value_pb)).collect::<Vec<_>>(),
        "alarms": alarms(&provenance),
        "provenance": fact_json(&provenance),
        "timings": fact_json(&run.timings()?),
    }))
}

fn particle_json(out: &Outgoing) -> Value {
    json!({
        "role": out.role.name(),
        "pdg_id": out.particle.pdg_id,
        "mass_gev": number(out.particle.mass_gev),
        "charge": number(out.particle.charge),
    })
}

fn in_words(fact: &Fact) -> String {
    match fact {
        Fact::Text(text) => text.replace('\n', "; "),
        Fact::Integer(whole) => whole.to_string(),
        Fact::Real(number) => six_digits(*number),
        Fact::Flag(truth) => if *truth { "yes" } else { "no" }.to_owned(),
    }
}

fn fact_json(facts: &Facts) -> Value {
    let entry = |(name, fact): &(String, Fact)| (name.clone(), json::fact(fact));
    Value::Object(facts.iter().map(entry).collect())
}

fn histogram_json(histogram: &Histogram) -> Value {
    let axes = histogram.axes().iter().map(|axis| {
        let scale = match axis.scale() {
            Scale::Linear => "linear",
            Scale::Log => "log",
        };
        let (observable, bins) = (axis.observable().name(), axis.bins());
        json!({
            "observable": observable, "min": number(axis.min()), "max": number(axis.max()), "bins": bins,
            "scale": scale,
        })
    });
    json!({
        "name": histogram.name(),
        "axes": axes.collect::<Vec<_>>(),
        "total_pb": number(histogram.total_pb()),
    })
}
