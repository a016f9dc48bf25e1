//! `reach`: the charge that experiments exclude against the mass of χ, channel by channel, or ε and couplings of
//! bosons against theirs.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use millibrem::card::RunCard;
use millibrem::process::Method;
use millibrem::study;
use millibrem::study::reach::recast::{LimitFile, MassUnit, Units};
use millibrem::study::reach::{Counts, Curve, Limited, Options, ReachError, Reached};
use millibrem::text;
use millibrem_files::hepdata::{CurveTable, LabelledCurve, Quantity};
use millibrem_files::output::Kind;
use millibrem_files::row_log::may_replace_plain;
use millibrem_files::{self, PartFile, limit};
use serde_json::json;

use super::failure::Failure;
use super::options::{Common, Tracks};
use super::progress::RowBar;
use super::{output, print, sigma};

/// Reads a limit.
type Load = fn(&Path, Units) -> Result<(String, LimitFile), ReachError>;
/// Default relative error of cross sections by quadrature.
const GOAL: &str = "1e-4";

/// Draw exclusion curves Q_χ/e against m_χ, or the coupling of a boson against its mass
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem reach cards/na64mu-2025.toml cards/ldmx-2025.toml \\
    --over dark_sector.m_chi_gev=1e-3..0.5:log:40
  millibrem reach cards/na64mu-2018.toml cards/na64e-2018.toml \\
    --over dark_sector.m_chi_gev=0.2 --iww --json
  millibrem reach cards/ldmx-2025.toml \\
    --over dark_sector.m_chi_gev=1e-3..0.5:log:40 \\
    --overlay slac-mq --recast dark-photon.csv
  millibrem reach cards/m3-scalar.toml \\
    --over dark_sector.m_mediator_gev=1e-3..1:log:40")]
pub(crate) struct Reach {
    /// Run cards (TOML), one an experiment
    #[arg(required = true, value_name = "CARD")]
    cards: Vec<PathBuf>,
    /// Masses of χ: dark_sector.m_chi_gev=LO..HI:log|lin:N or dark_sector.m_chi_gev=A,B,C; of an A′ on its
    /// mass shell m_dark_photon_gev in its place, of a boson or an A′ that makes χχ̄ m_mediator_gev
    #[arg(long, value_name = "KEY=VALUES")]
    over: String,
    /// Exact method of the bremsstrahlung: quadrature, or mc for cuts on more than x
    #[arg(long, default_value = "quadrature", value_parser = super::options::methods(&[Method::QUADRATURE, Method::MC]))]
    method: String,
    /// Also bremsstrahlung in the improved Weizsäcker–Williams approximation
    #[arg(long)]
    iww: bool,
    /// Dark-photon limit to recast: a file of mass in GeV and epsilon; repeatable
    #[arg(long, value_name = "FILE")]
    recast: Vec<PathBuf>,
    /// Limit to show beside: the name of a published one (millibrem info --limits), or a file of mass in GeV
    /// and charge, a line or a closed contour; repeatable
    #[arg(long, value_name = "LIMIT")]
    overlay: Vec<PathBuf>,
    /// Unit of masses in these files where their line of names says none [default: GeV]
    #[arg(long, value_name = "UNIT", value_parser = PossibleValuesParser::new(MassUnit::ALL.map(MassUnit::name)))]
    mass_unit: Option<String>,
    /// Limits in these files are ε² or (Q/e)² where their line of names says nothing of it
    #[arg(long)]
    squared: bool,
    /// Charge Q_χ/e from which on χ would be seen, in place of reach.q_over_e_max: the upper edge of
    /// what is excluded, so limits above it are left out; of bosons their coupling
    #[arg(long, value_name = "Q")]
    ceiling: Option<f64>,
    /// Events seen: with --background and --confidence a CLs upper limit replaces reach.events_excluded
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    observed: Option<u32>,
    /// Background events expected
    #[arg(long, value_name = "B", default_value_t = 0.0, requires = "observed")]
    background: f64,
    /// Confidence level of that limit
    #[arg(long, value_name = "CL", default_value_t = 0.9, requires = "observed")]
    confidence: f64,
    /// Also write the computed curves as a HEPData submission, in the folder hepdata
    #[arg(long)]
    hepdata: bool,
    /// Relative error of the cross sections [default: 1e-4, with mc integration.rel_error]
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
    #[command(flatten)]
    tracks: Tracks,
}

impl Reach {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let goal = (self.method != Method::MC.name()).then_some(GOAL);
        let goal = self.rel_error.as_deref().or(goal);
        let mut more = sigma::overrides(Some(&self.method), goal);
        more.extend(self.tracks.overrides());
        let options = self.options()?;
        let cards = self.cards.iter();
        let cards = cards
            .map(|path| common.load_with(path, &more))
            .collect::<Result<Vec<_>, _>>()?;
        let name = match cards.as_slice() {
            [only] => only.run.name.clone(),
            _ => "reach".to_owned(),
        };
        let reach = study::Reach::over(cards, &self.over, options.clone())?;
        let folder = output::folder(common, &name);
        let path = folder.join("reach.csv");
        let inputs = self.cards.iter().chain(&self.recast).chain(&self.overlay);
        output::check([&path], Kind::Table, common.force, inputs)?;
        if !common.force {
            may_replace_plain(&path, &reach.header(), |row| reach.has(row))?;
        }
        let bar = RowBar::new(common.quiet);
        let found = reach.run(&bar)?;
        bar.done();
        let table = found.table();
        let text = table.to_csv();
        let file = PartFile::filled(&path, Kind::Table, common.force, text.as_bytes())?;
        let mut parts = vec![file];
        if self.hepdata {
            let curves = hepdata(&found, &reach);
            parts.extend(curves.write(&folder.join("hepdata"), common.force)?);
        }
        millibrem_files::finish(parts)?;
        if common.json {
            let mut document = found.to_json();
            document["output"] = json!(path);
            return print::json(document);
        }
        print::table(&found.computed())?;
        if !common.quiet {
            let words = [reach.words(), found.words()].concat();
            words.iter().for_each(|words| print::note(words));
            for (name, limit) in &options.recasts {
                let (low, high) = limit.range_gev();
                print::note(&format!(
                    "{name} says nothing below {low} GeV and above {high} GeV of the pair"
                ));
            }
            print::note(&format!("wrote {}", path.display()));
        }
        Ok(())
    }

    /// What is asked for beside the cards.
    fn options(&self) -> Result<Options, Failure> {
        let wrong = |option, found: f64, expected: &str| Failure::Option {
            option,
            found: text::shown(found),
            expected: expected.to_owned(),
        };
        if !(0.0..=Options::MAX_BACKGROUND).contains(&self.background) {
            return Err(wrong(
                "--background",
                self.background,
                "a number of events, 0 to 1e6",
            ));
        }
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            return Err(wrong(
                "--confidence",
                self.confidence,
                "a number between 0 and 1",
            ));
        }
        if let Some(q) = self.ceiling.filter(|q| !(*q > 0.0)) {
            return Err(wrong("--ceiling", q, "a charge above 0"));
        }
        let counts = |observed| Counts {
            observed,
            background: self.background,
            confidence: self.confidence,
        };
        Ok(Options {
            iww: self.iww,
            ceiling: self.ceiling,
            counts: self.observed.map(counts),
            recasts: self.limits(&self.recast, limit::load)?,
            overlays: self.limits(&self.overlay, limit::load_or_published)?,
        })
    }

    /// What `load` makes of `paths`.
    fn limits(&self, paths: &[PathBuf], load: Load) -> Result<Vec<(String, LimitFile)>, Failure> {
        let named = |unit: &MassUnit| self.mass_unit.as_deref() == Some(unit.name());
        let units = Units {
            mass: MassUnit::ALL.into_iter().find(named),
            squared: self.squared.then_some(true),
        };
        let read = |path: &PathBuf| {
            load(path, units).map_err(|problem| Failure::Limit {
                path: path.clone(),
                problem,
            })
        };
        paths.iter().map(read).collect()
    }
}

/// The experiment of a curve: beam, target and what it excludes.
fn qualifiers(card: &RunCard, curve: &Curve) -> Vec<(Quantity<'static>, String)> {
    let named = |name| Quantity { name, units: "" };
    let gev = |name| Quantity { name, units: "GeV" };
    let parts = card.target.material.components.iter();
    let target: Vec<String> = parts.map(|part| part.name()).collect();
    let mut all = vec![
        (named("lepton"), card.beam.projectile.name().to_owned()),
        (gev("beam energy"), text::shown(card.beam.energy_gev)),
        (named("target"), target.join("-")),
        (named("channel"), curve.channel.to_owned()),
    ];
    let events = curve.events_excluded.map(text::shown);
    all.extend(events.map(|events| (named("excluded events"), events)));
    all
}

/// The computed curves as a HEPData submission.
fn hepdata<'a>(found: &'a Reached<'_>, reach: &'a study::Reach) -> CurveTable<'a> {
    let cards: Vec<&RunCard> = reach.cards().collect();
    let of = |curve: &Curve| cards.iter().find(|card| card.run.name == curve.source);
    let (mass, coupling, description) = match reach.limited() {
        Limited::Charge => (
            "M(CHI)",
            "Q(CHI)/E",
            "Lower edge of the excluded millicharge against its mass, by experiment and channel",
        ),
        Limited::DarkPhoton | Limited::Resonance => (
            "M(DARK PHOTON)",
            "EPSILON",
            "Lower edge of the excluded kinetic mixing against the mass of the dark photon, by experiment and channel",
        ),
        Limited::Boson => (
            "M(PHI)",
            "G(LEPTON)/E",
            "Lower edge of the excluded coupling to the beam lepton against the mass of the boson, by experiment and channel",
        ),
    };
    CurveTable {
        name: "Exclusion reach",
        description,
        x: Quantity {
            name: mass,
            units: "GeV",
        },
        x_values: found.masses_gev(),
        y: Quantity {
            name: coupling,
            units: "",
        },
        curves: found
            .curves()
            .iter()
            .map(|c| LabelledCurve {
                label: &c.display,
                y: &c.q_over_e,
                error: &c.error,
                qualifiers: of(c).map_or(Vec::new(), |card| qualifiers(card, c)),
            })
            .collect(),
    }
}
