//! `info`: what a card means, what a file holds, what the program is made of.

use std::path::PathBuf;

use clap::Args;
use millibrem::card::{self, KinematicLimits, RunCard};
use millibrem::study::{NuclearShape, left_out, nuclear_shapes};
use millibrem::text::six_digits;
use millibrem_files::hdf5::{FORMAT_VERSION, GENERATOR_VERSION, GIT_COMMIT, is_hdf5};
use serde_json::{Value, json};

use super::failure::Failure;
use super::options::Common;
use super::{json, print, unsealed};

mod event;
mod keys;
mod limits;
mod run_file;

/// Show the resolved card with every default and its kinematic limits, what is in a run file, the
/// keys a card may have, the published limits that come along, or the versions of the program
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem info cards/na64mu-2025.toml
  millibrem info cards/na64mu-2025.toml --set beam.energy_gev=100 \\
    > resolved.toml
  millibrem info output/na64mu-2025/run.h5
  millibrem info output/na64mu-2025/run.h5 --event 4711
  millibrem info --keys
  millibrem info --limits
  millibrem info

The text for a card is itself a card.")]
pub(crate) struct Info {
    /// Run card (TOML) or run file (HDF5); without it, the versions
    #[arg(value_name = "CARD|RUN")]
    path: Option<PathBuf>,
    /// Make the event with this number in the column `index` again, from card and seed alone
    #[arg(long, value_name = "INDEX", requires = "path")]
    event: Option<u64>,
    /// Show every key of the card with type, unit, range, default and meaning, as Markdown
    #[arg(long, conflicts_with_all = ["path", "event"])]
    keys: bool,
    /// Show the published limits that `reach --overlay` has by name, with their sources
    #[arg(long, conflicts_with_all = ["path", "event", "keys"])]
    limits: bool,
}

impl Info {
    /// Whether it is a card that is shown.
    pub(crate) fn reads_a_card(&self) -> bool {
        self.event.is_none() && self.path.as_deref().is_some_and(|path| !is_hdf5(path))
    }

    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        if self.keys {
            return match common.json {
                true => print::json(keys::json()),
                false => print::line(card::reference().trim_end()),
            };
        }
        if self.limits {
            return match common.json {
                true => print::json(limits::json()?),
                false => print::line(&limits::text()?),
            };
        }
        let Some(path) = &self.path else {
            return match common.json {
                true => print::json(json!({ "versions": versions() })),
                false => print::line(&version_lines()),
            };
        };
        unsealed::look_at(std::slice::from_ref(path), common.quiet)?;
        if let Some(index) = self.event {
            let made = event::again(path, index, common.quiet)?;
            return match common.json {
                true => print::json(event::json(&made)),
                false => print::line(event::text(&made).trim_end()),
            };
        }
        if !self.reads_a_card() {
            return match common.json {
                true => print::json(run_file::json(path)?),
                false => print::line(run_file::text(path)?.trim_end()),
            };
        }
        let card = common.load(path)?;
        let limits = card
            .limits()
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let shapes = nuclear_shapes(&card);
        if let Some(warning) = left_out(&shapes).filter(|_| !common.quiet) {
            print::note(&format!("warning: {warning}"));
        }
        match common.json {
            true => print::json(card_json(&card, &limits, &shapes)),
            false => print::line(card_text(&card, &limits, &shapes).trim_end()),
        }
    }
}

fn versions() -> Value {
    json!({
        "millibrem": GENERATOR_VERSION,
        "git_commit": GIT_COMMIT,
        "run_file_format": FORMAT_VERSION,
        "hdf5": millibrem_files::hdf5::library_version(),
    })
}

fn version_lines() -> String {
    format!(
        "millibrem {GENERATOR_VERSION} ({GIT_COMMIT})\nrun file format {FORMAT_VERSION}\nHDF5 {}",
        millibrem_files::hdf5::library_version()
    )
}

/// The rows of the table of limits: name, value, unit.
fn rows(limits: &KinematicLimits) -> [(&'static str, f64, &'static str); 9] {
    let square = |mass: f64| mass * mass;
    [
        ("sqrt_s_gev", limits.sqrt_s_gev, "centre-of-mass energy"),
        (
            "threshold_margin_gev",
            limits.threshold_margin_gev(),
            "energy above threshold",
        ),
        (
            "k2_min_gev2",
            square(limits.m_pair_min_gev),
            "pair mass squared",
        ),
        ("k2_max_gev2", square(limits.m_pair_max_gev), ""),
        ("x_lower", limits.x_lower, "missing-energy fraction"),
        ("x_upper", limits.x_upper, ""),
        (
            "t_min_gev2",
            limits.t_min_gev2,
            "momentum transfer to the nucleus",
        ),
        ("t_max_gev2", limits.t_max_gev2, ""),
        ("m_pair_max_gev", limits.m_pair_max_gev, "heaviest pair"),
    ]
}

/// The rows of the table of a form factor: name, value, meaning.
fn shape_rows(shape: &NuclearShape) -> [(&'static str, Option<f64>, &'static str); 3] {
    [
        ("rms_radius_fm", shape.rms_radius_fm, "of the charge"),
        (
            "sigma_over_default",
            shape.over_default,
            "cross section relative to tsai-elastic",
        ),
        (
            "inelastic_share",
            shape.inelastic_share,
            "what scattering on nucleons, left out, would add to tsai-elastic",
        ),
    ]
}

fn card_text(card: &RunCard, limits: &[KinematicLimits], shapes: &[NuclearShape]) -> String {
    let mut text = card.to_toml();
    for (part, limits) in card.target.material.components.iter().zip(limits) {
        let of = if card.kind.has_nucleus() {
            ""
        } else {
            "electrons of "
        };
        text += &format!("\n# Kinematic limits on {of}{}\n", part.name());
        for (name, value, meaning) in rows(limits) {
            let value = six_digits(value);
            text += format!("# {name:<22} {value:<24} {meaning}").trim_end();
            text.push('\n');
        }
    }
    for shape in shapes {
        text += &format!("\n# Form factor {} on {}\n", shape.form_factor, shape.name);
        if let Some(source) = &shape.source {
            text += &format!("# {:<22} {source}\n", "parameters");
        }
        for (name, value, meaning) in shape_rows(shape) {
            let Some(value) = value else { continue };
            text += format!("# {name:<22} {:<24} {meaning}\n", format!("{value:.4}")).as_str();
        }
    }
    text
}

fn shape_json(shape: &NuclearShape) -> Value {
    let mut entry = json!({
        "element": shape.name,
        "form_factor": shape.form_factor,
        "source": shape.source,
    });
    for (name, value, _) in shape_rows(shape) {
        entry[name] = json::number(value);
    }
    entry
}

fn card_json(card: &RunCard, limits: &[KinematicLimits], shapes: &[NuclearShape]) -> Value {
    let of_nucleus = card.target.material.components.iter().zip(limits);
    let limits: Vec<Value> = of_nucleus
        .map(|(part, limits)| {
            let mut entry = json!({ "element": part.name() });
            for (name, value, _) in rows(limits) {
                entry[name] = json::number(value);
            }
            entry
        })
        .collect();
    let toml = card.to_toml();
    json!({
        "card": json::card(&toml, card.run.seed),
        "card_toml": toml,
        "seed": card.run.seed,
        "limits": limits,
        "form_factors": shapes.iter().map(shape_json).collect::<Vec<_>>(),
        "notes": left_out(shapes).into_iter().collect::<Vec<_>>(),
        "versions": versions(),
    })
}
