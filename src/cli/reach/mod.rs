//! `reach`: the charge that experiments exclude against the mass of χ, channel by channel.

mod report;

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use millibrem::card::{Method, Override, RunCard, Straggling};
use millibrem::dark_sector::{DarkSector, MilliCharged};
use millibrem::io::table::write_whole;
use millibrem::job::prepare;
use millibrem::mesons::VectorMeson;
use millibrem::process::Approach;
use millibrem::study::reach::recast::LimitFile;
use millibrem::study::reach::{Counting, Experiment, cls_upper_limit};
use millibrem::study::{Grid, run_rows};
use serde_json::{Value, json};

use super::failure::Failure;
use super::options::Common;
use super::sigma::{self, Found};
use super::{output, print, scan};

/// Key that is scanned.
const MASS: &str = "dark_sector.m_chi_gev";
/// Most background events.
const MAX_BACKGROUND: f64 = 1e6;
/// Default relative error of cross sections.
const GOAL: &str = "1e-4";

/// Draw exclusion curves Q_χ/e against m_χ
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem reach cards/na64mu-2025.toml cards/ldmx-2025.toml --over dark_sector.m_chi_gev=1e-3..0.5:log:40
  millibrem reach cards/na64mu-2018.toml cards/na64e-2018.toml --over dark_sector.m_chi_gev=0.2 --iww --json
  millibrem reach cards/ldmx-2025.toml --over dark_sector.m_chi_gev=1e-3..0.5:log:40 --overlay limits.csv --recast dark-photon.csv")]
pub(crate) struct Reach {
    /// Run cards (TOML), one an experiment
    #[arg(required = true, value_name = "CARD")]
    cards: Vec<PathBuf>,
    /// Masses of χ: dark_sector.m_chi_gev=LO..HI:log|lin:N or dark_sector.m_chi_gev=A,B,C
    #[arg(long, value_name = "KEY=VALUES")]
    over: String,
    /// Exact method of the bremsstrahlung: quadrature, or mc for cuts on more than x
    #[arg(long, default_value = "quadrature", value_parser = PossibleValuesParser::new(["quadrature", "mc"]))]
    method: String,
    /// Also bremsstrahlung in the improved Weizsäcker–Williams approximation
    #[arg(long)]
    iww: bool,
    /// Dark-photon limit to recast: a file of mass in GeV and epsilon; repeatable
    #[arg(long, value_name = "FILE")]
    recast: Vec<PathBuf>,
    /// Published or own limit to show beside: a file of m_chi_gev and q_over_e; repeatable
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Charge Q_χ/e from which on χ would be seen: limits above it exclude nothing and are left out
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
    /// Relative error of the cross sections [default: 1e-4]
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
}

/// One exclusion curve.
struct Curve {
    label: String,
    source: String,
    channel: &'static str,
    q_over_e: Vec<Option<f64>>,
}

/// Expected events of one experiment at one mass for Q_χ = e.
#[derive(Clone, Copy, Default)]
struct Yields {
    sigma_pb: f64,
    exact: f64,
    iww: f64,
}

impl Reach {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let grid = self.masses()?;
        let masses: Vec<f64> = grid.axes[0]
            .values
            .iter()
            .filter_map(|v| v.parse().ok())
            .collect();
        let more = sigma::overrides(
            Some(&self.method),
            Some(self.rel_error.as_deref().unwrap_or(GOAL)),
        );
        let events = self.upper_limit()?;
        let mut experiments = Vec::new();
        for path in &self.cards {
            let mut card = common.load_with(path, &more)?;
            card.reach.events_excluded = events.unwrap_or(card.reach.events_excluded);
            experiments.push((experiment(&card)?, card));
        }
        let recasts = self.limits(&self.recast)?;
        let overlays = self.limits(&self.overlay)?;
        let yields = self.yields(common, &more, &grid, &experiments, &masses)?;
        let mut curves = Vec::new();
        for ((experiment, _), yields) in experiments.iter().zip(&yields) {
            curves.extend(self.curves(experiment, &masses, yields));
        }
        let chi = chi(&experiments[0].1)?;
        for (name, limit) in &recasts {
            let at =
                |&mass_gev: &f64| self.visible(limit.recast(&MilliCharged { mass_gev, ..chi }));
            curves.push(Curve {
                label: format!("{name} recast"),
                source: name.clone(),
                channel: "recast",
                q_over_e: masses.iter().map(at).collect(),
            });
        }
        let name = match experiments.as_slice() {
            [(_, only)] => only.run.name.clone(),
            _ => "reach".to_owned(),
        };
        let folder = output::folder(common, &name);
        let path = folder.join("reach.csv");
        write_whole(
            &path,
            &report::table(&experiments, &masses, &curves, &overlays),
        )?;
        if self.hepdata {
            report::hepdata(&folder.join("hepdata"), &masses, &curves)?;
        }
        if common.json {
            let ratios: Vec<Value> = (1..experiments.len())
                .map(|i| report::ratio(&experiments, &yields, &masses, i))
                .collect();
            let mut shown: Vec<Value> = curves
                .iter()
                .map(|c| {
                    json!({"label": c.label, "source": c.source, "channel": c.channel,
                        "m_chi_gev": masses, "q_over_e": c.q_over_e})
                })
                .collect();
            shown.extend(overlays.iter().map(|(name, limit)| {
                let (m, q): (Vec<f64>, Vec<f64>) = limit.points().iter().copied().unzip();
                json!({"label": name, "source": name, "channel": "overlay", "m_chi_gev": m, "q_over_e": q})
            }));
            let ranges: Vec<Value> = recasts
                .iter()
                .map(|(name, limit)| json!({"source": name, "range_gev": limit.range_gev()}))
                .collect();
            return print::json(&json!({
                "curves": shown,
                "events_excluded": experiments.iter().map(|(_, c)| c.reach.events_excluded).collect::<Vec<_>>(),
                "ratios": ratios,
                "recasts": ranges,
                "output": path,
            }));
        }
        print::line("curve,m_chi_gev,q_over_e")?;
        for curve in &curves {
            for (mass, q) in masses.iter().zip(&curve.q_over_e) {
                if let Some(q) = q {
                    print::line(&format!("{},{mass:?},{q:.4e}", curve.label))?;
                }
            }
        }
        if !common.quiet {
            for (name, limit) in &recasts {
                let (low, high) = limit.range_gev();
                eprintln!("{name} says nothing below {low} GeV and above {high} GeV of the pair");
            }
            eprintln!("wrote {}", path.display());
        }
        Ok(())
    }

    /// The one axis, of masses.
    fn masses(&self) -> Result<Grid, Failure> {
        let grid = scan::grid(std::slice::from_ref(&self.over))?;
        let axis = &grid.axes[0];
        let good = |v: &String| v.parse::<f64>().is_ok_and(|m| m > 0.0 && m.is_finite());
        match axis.key == MASS && axis.values.iter().all(good) {
            true => Ok(grid),
            false => Err(Failure::Usage(format!(
                "--over {}: an exclusion curve runs over {MASS}, masses in GeV above 0",
                self.over
            ))),
        }
    }

    /// Expected signal that is excluded, if it was asked for in place of the cards'.
    fn upper_limit(&self) -> Result<Option<f64>, Failure> {
        let known = (0.0..=MAX_BACKGROUND).contains(&self.background);
        if !(known && self.confidence > 0.0 && self.confidence < 1.0) {
            return Err(Failure::Usage(format!(
                "--background must lie between 0 and {MAX_BACKGROUND:e} and --confidence between 0 and 1"
            )));
        }
        if self.ceiling.is_some_and(|q| !(q > 0.0)) {
            return Err(Failure::Usage("--ceiling must be above 0".to_owned()));
        }
        let limit = |n: u32| cls_upper_limit(n, self.background, self.confidence);
        Ok(self.observed.map(limit))
    }

    /// Files of two columns, with what to call them.
    fn limits(&self, paths: &[PathBuf]) -> Result<Vec<(String, LimitFile)>, Failure> {
        let read = |path: &PathBuf| {
            let wrong = |problem: String| Failure::Usage(format!("{}: {problem}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
            let limit = LimitFile::parse(&text).map_err(|e| wrong(e.to_string()))?;
            let stem = path.file_stem().unwrap_or(path.as_os_str());
            Ok((stem.to_string_lossy().replace(',', " "), limit))
        };
        paths.iter().map(read).collect()
    }

    /// Bremsstrahlung of every experiment at every mass.
    fn yields(
        &self,
        common: &Common,
        more: &[Override],
        grid: &Grid,
        experiments: &[(Experiment, RunCard)],
        masses: &[f64],
    ) -> Result<Vec<Vec<Yields>>, Failure> {
        let n = masses.len();
        let mut found = vec![vec![Yields::default(); n]; experiments.len()];
        let bar = scan::row_bar(common.quiet, experiments.len() * n);
        let rows: Vec<usize> = (0..experiments.len() * n).collect();
        let one = |row: usize| -> Result<Yields, Failure> {
            let ((experiment, card), mass) = (&experiments[row / n], masses[row % n]);
            let goal = prepare::goal(card);
            let sigma_pb = match card.integration.method {
                Method::Mc => {
                    let path = &self.cards[row / n];
                    monte_carlo(&scan::row_card(common, path, more, grid, row % n)?)?
                }
                _ => experiment.sigma_pb(Approach::Exact, mass, goal)?,
            };
            let iww = match self.iww {
                true => experiment.bremsstrahlung(Approach::Iww, mass, goal)?,
                false => 0.0,
            };
            let exact = experiment.events(sigma_pb);
            Ok(Yields {
                sigma_pb,
                exact,
                iww,
            })
        };
        let mut keep = |row: usize, result: Result<Yields, Failure>| {
            bar.inc(1);
            found[row / n][row % n] = result?;
            Ok::<(), Failure>(())
        };
        // Monte Carlo uses all threads for each mass, the others run side by side.
        if self.method == Method::Mc.name() {
            for row in rows {
                keep(row, one(row))?;
            }
        } else {
            prepare::on_threads(&experiments[0].1, || run_rows(&rows, one, keep))??;
        }
        bar.finish_and_clear();
        Ok(found)
    }

    /// The curves of one experiment: each channel that gives events, and their sum.
    fn curves(&self, experiment: &Experiment, masses: &[f64], yields: &[Yields]) -> Vec<Curve> {
        let curve = |channel: &'static str, events: Vec<f64>| Curve {
            label: format!("{} {channel}", experiment.name()),
            source: experiment.name().to_owned(),
            channel,
            q_over_e: events
                .iter()
                .map(|&n| self.visible(experiment.limit(n)))
                .collect(),
        };
        let exact: Vec<f64> = yields.iter().map(|y| y.exact).collect();
        let mut all = exact.clone();
        let mut curves = vec![curve("bremsstrahlung", exact)];
        if self.iww {
            curves.push(curve("iww", yields.iter().map(|y| y.iww).collect()));
        }
        for meson in VectorMeson::ALL {
            if !experiment.makes(meson) {
                continue;
            }
            let events: Vec<f64> = masses.iter().map(|&m| experiment.meson(meson, m)).collect();
            for (sum, n) in all.iter_mut().zip(&events) {
                *sum += n;
            }
            curves.push(curve(meson.name(), events));
        }
        if curves
            .iter()
            .any(|c| c.channel != "bremsstrahlung" && c.channel != "iww")
        {
            curves.push(curve("sum", all));
        }
        curves
    }

    /// A limit below the ceiling.
    fn visible(&self, limit: Option<f64>) -> Option<f64> {
        limit.filter(|q| self.ceiling.is_none_or(|ceiling| *q < ceiling))
    }
}

/// What the card produces, if it is a pair.
fn chi(card: &RunCard) -> Result<MilliCharged, Failure> {
    match card.dark_sector {
        DarkSector::Pair(chi) => Ok(chi),
        DarkSector::DarkPhoton(_) => Err(Failure::Usage(format!(
            "{}: reach is of pairs, process.kind is \"dark-photon\"",
            card.run.name
        ))),
    }
}

/// The experiment of a card.
fn experiment(card: &RunCard) -> Result<Experiment, Failure> {
    let yields = &card.reach.mesons;
    let straggling = card.reach.straggling == Straggling::TsaiWhitis;
    if straggling && card.integration.method == Method::Mc {
        return Err(Failure::Usage(format!(
            "{}: straggling needs --method quadrature",
            card.run.name
        )));
    }
    let counting = Counting {
        events_excluded: card.reach.events_excluded,
        efficiency: card.reach.efficiency,
        mesons: [yields.rho, yields.omega, yields.phi, yields.jpsi],
        straggling,
    };
    Ok(Experiment::new(
        &card.run.name,
        card.beam,
        card.target.clone(),
        card.cuts,
        chi(card)?,
        counting,
    )?)
}

/// σ in pb by Monte Carlo.
fn monte_carlo(card: &RunCard) -> Result<f64, Failure> {
    let found = Found::by(true, card, &prepare::setup(card)?)?;
    Failure::unless_trusted(&found.alarms)?;
    Ok(found.value_pb)
}
