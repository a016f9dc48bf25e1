//! `reach`: the charge that experiments exclude against the mass of χ, channel by channel.

mod report;

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use millibrem::card::{Losses, Method, RunCard, Straggling};
use millibrem::dark_sector::{DarkSector, MilliCharged};
use millibrem::mesons::VectorMeson;
use millibrem::process::Approach;
use millibrem::run;
use millibrem::study::reach::recast::LimitFile;
use millibrem::study::reach::{Counting, Experiment, ReachError, cls_upper_limit};
use millibrem::study::{Grid, run_rows};
use millibrem::text;
use millibrem_files::output::Kind;
use millibrem_files::{self, PartFile};
use serde_json::{Value, json};

use super::failure::Failure;
use super::json::{number, numbers};
use super::options::Common;
use super::sigma::{self, Found};
use super::{output, print, scan};

/// Key that is scanned.
const MASS: &str = "dark_sector.m_chi_gev";
/// Most background events.
const MAX_BACKGROUND: f64 = 1e6;
/// Mebibytes beyond which a file is no limit.
const MAX_LIMIT_MIB: u64 = 16;
/// Channel of what was not computed but read.
const OVERLAY: &str = "overlay";
/// Default relative error of cross sections by quadrature.
const GOAL: &str = "1e-4";

/// Draw exclusion curves Q_χ/e against m_χ
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem reach cards/na64mu-2025.toml cards/ldmx-2025.toml \\
    --over dark_sector.m_chi_gev=1e-3..0.5:log:40
  millibrem reach cards/na64mu-2018.toml cards/na64e-2018.toml \\
    --over dark_sector.m_chi_gev=0.2 --iww --json
  millibrem reach cards/ldmx-2025.toml \\
    --over dark_sector.m_chi_gev=1e-3..0.5:log:40 \\
    --overlay limits.csv --recast dark-photon.csv")]
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
    /// Charge Q_χ/e from which on χ would be seen, in place of reach.q_over_e_max: the upper edge of
    /// what is excluded, so limits above it are left out
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
}

/// One exclusion curve.
struct Curve {
    label: String,
    source: String,
    channel: &'static str,
    q_over_e: Vec<Option<f64>>,
    /// One standard deviation of the Monte Carlo; none where there was none.
    error: Vec<Option<f64>>,
    q_over_e_max: Option<f64>,
}

/// Expected events of one experiment at one mass for Q_χ = e.
#[derive(Clone, Copy, Default)]
struct Yields {
    sigma_pb: f64,
    exact: f64,
    /// One standard deviation of the Monte Carlo, if there was one.
    exact_error: Option<f64>,
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
        let goal = (self.method != Method::Mc.name()).then_some(GOAL);
        let goal = self.rel_error.as_deref().or(goal);
        let more = sigma::overrides(Some(&self.method), goal);
        let events = self.upper_limit()?;
        let mut experiments = Vec::new();
        for path in &self.cards {
            let mut card = common.load_with(path, &more)?;
            card.reach.events_excluded = events.unwrap_or(card.reach.events_excluded);
            card.reach.q_over_e_max = self.ceiling.or(card.reach.q_over_e_max);
            experiments.push((experiment(&card)?, card));
        }
        let recasts = self.limits(&self.recast)?;
        let overlays = self.limits(&self.overlay)?;
        let name = match experiments.as_slice() {
            [(_, only)] => only.run.name.clone(),
            _ => "reach".to_owned(),
        };
        let folder = output::folder(common, &name);
        let path = folder.join("reach.csv");
        let inputs = self.cards.iter().chain(&self.recast).chain(&self.overlay);
        output::check([&path], Kind::Table, common.force, inputs)?;
        if !common.force {
            report::may_replace(&path, &experiments, &masses)?;
        }
        let yields = self.yields(common, &experiments, &masses)?;
        let mut curves = Vec::new();
        for ((experiment, _), yields) in experiments.iter().zip(&yields) {
            curves.extend(self.curves(experiment, &masses, yields));
        }
        let chi = chi(&experiments[0].1)?;
        for (name, limit) in &recasts {
            let below = |q: &f64| self.ceiling.is_none_or(|most| *q < most);
            let at = |&mass_gev: &f64| {
                limit
                    .recast(&MilliCharged { mass_gev, ..chi })
                    .filter(below)
            };
            curves.push(Curve {
                label: format!("{name} recast"),
                source: name.clone(),
                channel: "recast",
                q_over_e: masses.iter().map(at).collect(),
                error: vec![None; masses.len()],
                q_over_e_max: self.ceiling,
            });
        }
        let text = report::table(&experiments, &masses, &curves, &overlays);
        let table = PartFile::filled(&path, Kind::Table, common.force, text.as_bytes())?;
        let mut parts = vec![table];
        if self.hepdata {
            let curves = report::hepdata(&masses, &curves);
            parts.extend(curves.write(&folder.join("hepdata"), common.force)?);
        }
        millibrem_files::finish(parts)?;
        if common.json {
            let ratios: Vec<Value> = (1..experiments.len())
                .map(|i| report::ratio(&experiments, &yields, &masses, i))
                .collect();
            let mut shown: Vec<Value> = curves
                .iter()
                .map(|c| {
                    json!({"label": c.label, "source": c.source, "channel": c.channel,
                        "m_chi_gev": masses, "q_over_e": numbers(&c.q_over_e), "error": numbers(&c.error),
                        "q_over_e_max": number(c.q_over_e_max)})
                })
                .collect();
            shown.extend(overlays.iter().map(|(name, limit)| {
                let (m, q): (Vec<f64>, Vec<f64>) = limit.points().iter().copied().unzip();
                json!({"label": report::display(name, limit), "source": name, "channel": OVERLAY,
                    "m_chi_gev": m, "q_over_e": q, "error": vec![Value::Null; limit.points().len()],
                    "q_over_e_max": number(limit.upper_edge())})
            }));
            let ranges: Vec<Value> = recasts
                .iter()
                .map(|(name, limit)| json!({"source": name, "range_gev": limit.range_gev()}))
                .collect();
            return print::json(json!({
                "curves": shown,
                "events_excluded": experiments.iter().map(|(_, c)| c.reach.events_excluded).collect::<Vec<_>>(),
                "ratios": ratios,
                "recasts": ranges,
                "output": path,
            }));
        }
        print::line("curve,m_chi_gev,q_over_e,q_over_e_error")?;
        for curve in &curves {
            for ((mass, q), error) in masses.iter().zip(&curve.q_over_e).zip(&curve.error) {
                if let Some(q) = q {
                    let error = error.map_or(String::new(), |e| format!("{e:.1e}"));
                    print::line(&format!("{},{mass:?},{q:.4e},{error}", curve.label))?;
                }
            }
        }
        if !common.quiet {
            for (name, limit) in &recasts {
                let (low, high) = limit.range_gev();
                print::note(&format!(
                    "{name} says nothing below {low} GeV and above {high} GeV of the pair"
                ));
            }
            print::note(&format!("wrote {}", path.display()));
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
        let wrong = |option, found: f64, expected: &str| Failure::Option {
            option,
            found: text::shown(found),
            expected: expected.to_owned(),
        };
        if !(0.0..=MAX_BACKGROUND).contains(&self.background) {
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
        let limit = |n: u32| cls_upper_limit(n, self.background, self.confidence);
        Ok(self.observed.map(limit))
    }

    /// Files of two columns, with what to call them.
    fn limits(&self, paths: &[PathBuf]) -> Result<Vec<(String, LimitFile)>, Failure> {
        let read = |path: &PathBuf| {
            let wrong = |problem: ReachError| Failure::Limit {
                path: path.clone(),
                problem,
            };
            let unread = |e: std::io::Error| ReachError::File {
                line: 0,
                problem: e.to_string(),
            };
            let text = millibrem_files::input::open_stream(path)
                .and_then(|file| text::read(file, MAX_LIMIT_MIB))
                .map_err(|e| wrong(unread(e)))?;
            let limit = LimitFile::parse(&text).map_err(wrong)?;
            let stem = path.file_stem().unwrap_or(path.as_os_str());
            Ok((stem.to_string_lossy().into_owned(), limit))
        };
        paths.iter().map(read).collect()
    }

    /// Bremsstrahlung of every experiment at every mass.
    fn yields(
        &self,
        common: &Common,
        experiments: &[(Experiment, RunCard)],
        masses: &[f64],
    ) -> Result<Vec<Vec<Yields>>, Failure> {
        let n = masses.len();
        let mut found = vec![vec![Yields::default(); n]; experiments.len()];
        let bar = scan::row_bar(common.quiet, experiments.len() * n);
        let rows: Vec<usize> = (0..experiments.len() * n).collect();
        let one = |row: usize, threads: usize| -> Result<Yields, Failure> {
            let ((experiment, card), mass) = (&experiments[row / n], masses[row % n]);
            let mut card = card.clone();
            card.run.threads = threads;
            let goal = run::goal(&card);
            let (sigma_pb, error_pb) = match card.integration.method {
                Method::Mc => {
                    let (sigma_pb, error_pb) = monte_carlo(experiment, &card, mass)?;
                    (sigma_pb, Some(error_pb))
                }
                _ => {
                    let exact = || experiment.sigma_pb(Approach::Exact, mass, goal);
                    (run::on_threads(&card, exact)??, None)
                }
            };
            let approximate = || experiment.bremsstrahlung(Approach::Iww, mass, goal);
            let iww = match self.iww {
                true => run::on_threads(&card, approximate)??,
                false => 0.0,
            };
            Ok(Yields {
                sigma_pb,
                exact: experiment.events(sigma_pb),
                exact_error: error_pb.map(|e| experiment.events(e)),
                iww,
            })
        };
        let keep = |row: usize, result: Result<Yields, Failure>| {
            bar.inc(1);
            found[row / n][row % n] = result?;
            Ok::<(), Failure>(())
        };
        run_rows(experiments[0].1.run.threads, &rows, one, keep)?;
        bar.finish_and_clear();
        Ok(found)
    }

    /// The curves of one experiment: each channel that gives events, and their sum.
    fn curves(&self, experiment: &Experiment, masses: &[f64], yields: &[Yields]) -> Vec<Curve> {
        let errors: Vec<Option<f64>> = yields.iter().map(|y| y.exact_error).collect();
        let none = vec![None; masses.len()];
        let curve = |channel: &'static str, events: &[f64], errors: &[Option<f64>]| {
            let edge = |n: &f64| experiment.lower_edge(*n);
            let q_over_e: Vec<Option<f64>> = events.iter().map(edge).collect();
            // Q goes with the inverse root of the events: δQ/Q = δN/2N.
            let of = q_over_e.iter().zip(events).zip(errors);
            let error = of.map(|((q, n), e)| Some((*q)? * (*e)? / (2.0 * n)));
            Curve {
                label: format!("{} {channel}", experiment.name()),
                source: experiment.name().to_owned(),
                channel,
                error: error.collect(),
                q_over_e,
                q_over_e_max: experiment.q_over_e_max(),
            }
        };
        let exact: Vec<f64> = yields.iter().map(|y| y.exact).collect();
        let mut curves = vec![curve("bremsstrahlung", &exact, &errors)];
        if self.iww {
            let events: Vec<f64> = yields.iter().map(|y| y.iww).collect();
            curves.push(curve("iww", &events, &none));
        }
        let mut all = exact;
        let mut mesons = 0;
        for meson in VectorMeson::ALL
            .into_iter()
            .filter(|m| experiment.makes(*m))
        {
            let events: Vec<f64> = masses.iter().map(|&m| experiment.meson(meson, m)).collect();
            for (sum, n) in all.iter_mut().zip(&events) {
                *sum += n;
            }
            curves.push(curve(meson.name(), &events, &none));
            mesons += 1;
        }
        if mesons > 0 {
            curves.push(curve("sum", &all, &errors));
        }
        curves
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
    let counting = Counting {
        events_excluded: card.reach.events_excluded,
        efficiency: card.reach.efficiency,
        q_over_e_max: card.reach.q_over_e_max,
        mesons: [yields.rho, yields.omega, yields.phi, yields.jpsi],
        straggling: card.reach.straggling == Straggling::TsaiWhitis
            || card.losses == Losses::TsaiWhitis,
    };
    let experiment = Experiment::new(
        &card.run.name,
        card.beam,
        card.target.clone(),
        card.cuts,
        chi(card)?,
        counting,
    )?;
    if experiment.loses_energy() && card.integration.method == Method::Mc {
        return Err(Failure::Usage(format!(
            "{}: energy loss in the target needs --method quadrature",
            card.run.name
        )));
    }
    Ok(experiment)
}

/// σ in pb by Monte Carlo and its error, mean over the elements of the target; 0 above threshold.
fn monte_carlo(
    experiment: &Experiment,
    card: &RunCard,
    m_chi_gev: f64,
) -> Result<(f64, f64), Failure> {
    let found = Found::by(true, card, &experiment.mixture(m_chi_gev)?)?;
    Failure::unless_trusted(&found.alarms)?;
    Ok((found.value_pb, found.error_pb))
}
