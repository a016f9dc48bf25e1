//! Exclusion curves of several experiments, channel by channel, with their ratios.
//!
//! Q_χ/e against the mass of χ in GeV, or what else a limit is on ([`Limited`]) against its mass: bremsstrahlung by the method of each card, in the improved
//! Weizsäcker–Williams approximation where asked for, vector mesons, their sum, and recast limits. The
//! numbers of events come from [`super::Experiment`]. A limit at or above the upper edge of what is
//! excluded is left out. Pinned by `cli/tests/cli_reach.rs`.

use super::limited::Limited;
use super::recast::LimitFile;
use super::showered::Showered;
use super::{Counting, Experiment, ReachError, cls_upper_limit};
use crate::card::{Channel, Losses, RunCard, Straggling};
use crate::dark_sector::{DarkSector, MilliCharged};
use crate::mesons::VectorMeson;
use crate::process::{Goal, Memory, Method};
use crate::run::{self, UsageError};
use crate::study::StudyError;
use crate::study::grid::Grid;
use crate::study::rows::{MANY, Watch, run_rows};
use crate::study::sigma::{flow, of_mixture};
use crate::text::shown;

/// The masses in GeV of `KEY=VALUES`, the one axis of exclusion curves, which `key` must be.
fn masses(over: &str, key: &str) -> Result<Vec<f64>, StudyError> {
    let grid = Grid::parse(&[over.to_owned()])?;
    let axis = &grid.axes[0];
    let good = |v: &String| v.parse().ok().filter(|m: &f64| *m > 0.0 && m.is_finite());
    let masses: Option<Vec<f64>> = axis.values.iter().map(good).collect();
    masses.filter(|_| axis.key == key).ok_or_else(|| {
        let expected = format!("an exclusion curve runs over {key}, masses in GeV above 0");
        UsageError(format!("--over {over}: {expected}")).into()
    })
}

/// What was seen in a counting experiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counts {
    /// Events seen.
    pub observed: u32,
    /// Background events expected.
    pub background: f64,
    /// Confidence level, 0 … 1.
    pub confidence: f64,
}

/// What is asked for beside the cards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Whether bremsstrahlung is wanted in the improved Weizsäcker–Williams approximation, too.
    pub iww: bool,
    /// Coupling from which on nothing is excluded: the charge Q_χ/e at which χ itself is seen, in place of the
    /// cards', or that of a boson.
    pub ceiling: Option<f64>,
    /// A CLs upper limit in place of the cards' number of excluded events.
    pub counts: Option<Counts>,
    /// Dark-photon limits to recast, with what to call them.
    pub recasts: Vec<(String, LimitFile)>,
    /// Limits to show beside, with the names of their files.
    pub overlays: Vec<(String, LimitFile)>,
}

impl Options {
    /// Most background events.
    pub const MAX_BACKGROUND: f64 = 1e6;

    fn check(&self) -> Result<(), UsageError> {
        let wrong = |name: &str, found: f64, expected: &str| {
            let found = shown(found);
            UsageError(format!("{name}: found {found}, expected {expected}"))
        };
        if let Some(counts) = self.counts {
            let (background, confidence) = (counts.background, counts.confidence);
            if !(0.0..=Self::MAX_BACKGROUND).contains(&background) {
                return Err(wrong(
                    "background",
                    background,
                    "a number of events, 0 to 1e6",
                ));
            }
            if !(confidence > 0.0 && confidence < 1.0) {
                return Err(wrong("confidence", confidence, "a number between 0 and 1"));
            }
        }
        match self.ceiling {
            Some(q) if !(q > 0.0) => Err(wrong("ceiling", q, "a coupling above 0")),
            _ => Ok(()),
        }
    }
}

/// One exclusion curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Experiment, by the name of its run, and channel: what the curve is called in files.
    pub label: String,
    /// The same with the label of the experiment, where its card gives one.
    pub display: String,
    /// The experiment, or the file of a recast.
    pub source: String,
    /// The channel.
    pub channel: &'static str,
    /// The least excluded charge, or coupling of a boson, at each mass; none where nothing is excluded.
    pub q_over_e: Vec<Option<f64>>,
    /// One standard deviation of the Monte Carlo; none where there was none.
    pub error: Vec<Option<f64>>,
    /// The largest excluded one.
    pub q_over_e_max: Option<f64>,
    /// Expected events at the edge of what is excluded; none for a recast.
    pub events_excluded: Option<f64>,
}

/// Expected events of one experiment at one mass for Q_χ = e.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Yields {
    pub(super) sigma_pb: f64,
    pub(super) exact: f64,
    /// One standard deviation of the Monte Carlo, if there was one.
    exact_error: Option<f64>,
    pub(super) iww: f64,
    /// What the shower makes, by channel.
    showered: [f64; Channel::ALL.len()],
}

/// Exclusion curves to be: the experiments are there, nothing is computed.
#[derive(Debug)]
pub struct Reach {
    pub(super) experiments: Vec<(Experiment, RunCard)>,
    pub(super) limited: Limited,
    /// The shower of each, where a channel needs it.
    showers: Vec<Option<Showered>>,
    pub(super) masses: Vec<f64>,
    pub(super) options: Options,
}

impl Reach {
    /// The curves of `cards` at `masses` (GeV).
    ///
    /// # Errors
    /// [`StudyError`] if the beam of a card radiates nothing, cards have limits on different things, or one lacks
    /// what a yield needs.
    pub fn new(
        cards: Vec<RunCard>,
        masses: Vec<f64>,
        options: Options,
    ) -> Result<Self, StudyError> {
        options.check()?;
        let bad = masses.iter().find(|m| !(**m > 0.0 && m.is_finite()));
        let none = || masses.is_empty().then(|| "none".to_owned());
        if let Some(found) = bad.map(|m| shown(*m)).or_else(none) {
            let words = format!("masses: found {found}, expected masses in GeV above 0");
            return Err(UsageError(words).into());
        }
        let limit = |c: Counts| cls_upper_limit(c.observed, c.background, c.confidence);
        let events = options.counts.map(limit);
        let one = |mut card: RunCard| -> Result<(Experiment, RunCard), StudyError> {
            card.reach.events_excluded = events.unwrap_or(card.reach.events_excluded);
            let experiment = experiment(&card)?;
            card.reach.q_over_e_max = options.ceiling.or(experiment.q_over_e_max());
            let experiment = experiment.up_to(card.reach.q_over_e_max);
            if !experiment.has_one_energy() && card.integration.method == Method::MC {
                let what = match card.profile.spread() {
                    Some(spread) => spread.key(),
                    None => "energy loss in the target",
                };
                let name = &card.run.name;
                return Err(UsageError(format!("{name}: {what} needs --method quadrature")).into());
            }
            Ok((experiment, card))
        };
        let experiments = cards.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
        let limited = alike(&experiments)?;
        if let (Some((name, _)), true) = (options.recasts.first(), limited != Limited::Charge) {
            return Err(UsageError(format!(
                "{name}: a limit is recast to one on the charge of chi, these curves are of {}: show it beside them as \
                 an overlay",
                limited.symbol()
            ))
            .into());
        }
        let refused = |name: &str, e: ReachError| UsageError(format!("{name}: {e}"));
        for (name, limit) in &options.overlays {
            let met = limit.must_meet(&masses);
            met.map_err(|e| refused(name, e))?;
        }
        for (name, limit) in &options.recasts {
            let edge = limit.must_be_lower_edge();
            edge.map_err(|e| refused(name, e))?;
        }
        let showers = experiments.iter().map(|(_, card)| Showered::of(card));
        Ok(Self {
            showers: showers.collect::<Result<_, _>>()?,
            experiments,
            limited,
            masses,
            options,
        })
    }

    /// The curves of `cards` over the masses of `KEY=VALUES`.
    ///
    /// # Errors
    /// As [`Self::new`], and if it is another axis or no list of masses.
    pub fn over(cards: Vec<RunCard>, over: &str, options: Options) -> Result<Self, StudyError> {
        let key = cards.first().map(|card| Limited::of(&card.dark_sector));
        let masses = masses(over, key.unwrap_or(Limited::Charge).mass_key())?;
        Self::new(cards, masses, options)
    }

    /// What the limits are on.
    pub fn limited(&self) -> Limited {
        self.limited
    }

    /// The experiments' cards, with what the options replace.
    pub fn cards(&self) -> impl Iterator<Item = &RunCard> {
        self.experiments.iter().map(|(_, card)| card)
    }

    /// Computes the curves.
    ///
    /// # Errors
    /// The first of a cross section; [`StudyError::Stopped`] if `watch` ends it.
    pub fn run(&self, watch: &dyn Watch) -> Result<Reached<'_>, StudyError> {
        let yields = self.yields(watch)?;
        let mut curves = Vec::new();
        for ((experiment, card), yields) in self.experiments.iter().zip(&yields) {
            let events = card.reach.events_excluded;
            curves.extend(self.curves(experiment, card, events, yields));
        }
        let first = self.experiments.first();
        if let Some(DarkSector::Pair(chi)) = first.map(|(_, card)| card.dark_sector) {
            let recasts = self.options.recasts.iter();
            curves.extend(recasts.map(|(name, limit)| self.recast(&chi, name, limit)));
        }
        Ok(Reached {
            of: self,
            yields,
            curves,
        })
    }

    /// Bremsstrahlung of every experiment at every mass.
    fn yields(&self, watch: &dyn Watch) -> Result<Vec<Vec<Yields>>, StudyError> {
        let n = self.masses.len();
        let total = self.experiments.len() * n;
        let mut found = vec![vec![Yields::default(); n]; self.experiments.len()];
        let rows: Vec<usize> = (0..total).collect();
        let memory = Memory::default();
        let memory = (n >= MANY).then_some(&memory);
        let one = |row: usize, threads: usize| -> Result<Yields, StudyError> {
            let ((experiment, card), mass) = (&self.experiments[row / n], self.masses[row % n]);
            let mut card = card.clone();
            card.run.threads = threads;
            let hears = |_| flow(watch);
            let goal = &Goal::heard(run::goal(&card), &hears).remembering(memory);
            let (sigma_pb, error_pb) = match card.integration.method {
                Method::MC => {
                    let (sigma_pb, error_pb) = monte_carlo(experiment, &card, mass, watch)?;
                    (sigma_pb, Some(error_pb))
                }
                _ => {
                    let exact = || experiment.sigma_pb(Method::QUADRATURE, mass, *goal);
                    (run::on_threads(&card, exact)??, None)
                }
            };
            let approximate = || experiment.bremsstrahlung(Method::IWW, mass, *goal);
            let iww = match self.options.iww {
                true => run::on_threads(&card, approximate)??,
                false => 0.0,
            };
            let mut showered = [0.0; Channel::ALL.len()];
            if let Some(shower) = &self.showers[row / n] {
                for channel in Showered::channels(&card) {
                    let sigma = || shower.sigma_pb(&card, channel, mass, goal);
                    let sigma_pb = run::on_threads(&card, sigma)??;
                    showered[channel as usize] = experiment.events(sigma_pb);
                }
            }
            Ok(Yields {
                showered,
                sigma_pb,
                exact: experiment.events(sigma_pb),
                exact_error: error_pb.map(|e| experiment.events(e)),
                iww,
            })
        };
        let threads = self.cards().next().map_or(0, |card| card.run.threads);
        let mut done = 0;
        watch.rows(done, total);
        run_rows(threads, &rows, one, |row, result| {
            if result.is_err() && watch.should_stop() {
                return Err(StudyError::Stopped {
                    left: total - done,
                    rows: total,
                });
            }
            found[row / n][row % n] = result?;
            done += 1;
            watch.rows(done, total);
            match watch.should_stop() && done < total {
                true => Err(StudyError::Stopped {
                    left: total - done,
                    rows: total,
                }),
                false => Ok(()),
            }
        })?;
        Ok(found)
    }

    /// The curves of one experiment: each channel that gives events, and their sum.
    fn curves(
        &self,
        experiment: &Experiment,
        card: &RunCard,
        excluded: f64,
        yields: &[Yields],
    ) -> Vec<Curve> {
        let masses = &self.masses;
        let counts = |channel| match self.limited {
            Limited::Charge => card.reach.channels.is_none_or(|all| all.has(channel)),
            _ => channel == Channel::Bremsstrahlung,
        };
        let errors: Vec<Option<f64>> = yields.iter().map(|y| y.exact_error).collect();
        let none = vec![None; masses.len()];
        let nothing = vec![0.0; masses.len()];
        let curve =
            |channel: &'static str, events: &[f64], more: &[f64], errors: &[Option<f64>]| {
                let all = || events.iter().copied().zip(more.iter().copied());
                let edge = |(n, more)| experiment.lower_edge_of(n, more);
                let q_over_e: Vec<Option<f64>> = all().map(edge).collect();
                // N = nQ² + mQ⁴: δQ/Q = δn/2(n + 2mQ²).
                let of = q_over_e.iter().zip(all()).zip(errors);
                let error = of.map(|((q, (n, more)), e)| {
                    let (q, e) = ((*q)?, (*e)?);
                    Some(q * e / (2.0 * (n + 2.0 * experiment.counted(n, more) * q * q)))
                });
                Curve {
                    label: format!("{} {channel}", experiment.name()),
                    display: format!("{} {channel}", self.display_name(card)),
                    source: experiment.name().to_owned(),
                    channel,
                    error: error.collect(),
                    q_over_e,
                    q_over_e_max: experiment.q_over_e_max(),
                    events_excluded: Some(excluded),
                }
            };
        let exact: Vec<f64> = yields.iter().map(|y| y.exact).collect();
        let bremsstrahlung = Channel::Bremsstrahlung;
        let mut curves = Vec::new();
        let mut all = vec![0.0; masses.len()];
        let mut quartic = nothing.clone();
        let mut of_all = none.clone();
        let mut channels = 0;
        if counts(bremsstrahlung) {
            curves.push(curve(bremsstrahlung.name(), &exact, &nothing, &errors));
            (all, of_all) = (exact, errors);
            channels += 1;
        }
        if self.options.iww {
            let events: Vec<f64> = yields.iter().map(|y| y.iww).collect();
            curves.push(curve("iww", &events, &nothing, &none));
        }
        for channel in Showered::channels(card) {
            let events = yields.iter().map(|y| y.showered[channel as usize]);
            let events: Vec<f64> = events.collect();
            let is_quartic = Showered::is_quartic(channel);
            let of_sum = if is_quartic { &mut quartic } else { &mut all };
            for (sum, n) in of_sum.iter_mut().zip(&events) {
                *sum += n;
            }
            curves.push(match is_quartic {
                true => curve(channel.name(), &nothing, &events, &none),
                false => curve(channel.name(), &events, &nothing, &none),
            });
            if let (Some(last), true) = (curves.last_mut(), Showered::is_estimate(channel)) {
                last.label += ", estimated";
                last.display += ", estimated";
            }
            channels += 1;
        }
        for meson in VectorMeson::ALL
            .into_iter()
            .filter(|m| experiment.makes(*m) && counts(channel_of(*m)))
        {
            let events: Vec<f64> = masses.iter().map(|&m| experiment.meson(meson, m)).collect();
            for (sum, n) in all.iter_mut().zip(&events) {
                *sum += n;
            }
            curves.push(curve(meson.name(), &events, &nothing, &none));
            channels += 1;
        }
        if channels > 1 {
            curves.push(curve("sum", &all, &quartic, &of_all));
        }
        curves
    }

    /// A dark-photon limit as one on the charge of `chi`.
    fn recast(&self, chi: &MilliCharged, name: &str, limit: &LimitFile) -> Curve {
        let ceiling = self.options.ceiling;
        let below = |q: &f64| ceiling.is_none_or(|most| *q < most);
        let at = |&mass_gev: &f64| {
            let chi = chi.with(|chi| chi.mass_gev = mass_gev).ok()?;
            limit.recast(&chi).filter(below)
        };
        Curve {
            label: format!("{name} recast"),
            display: format!("{name} recast"),
            source: name.to_owned(),
            channel: "recast",
            q_over_e: self.masses.iter().map(at).collect(),
            error: vec![None; self.masses.len()],
            q_over_e_max: ceiling,
            events_excluded: None,
        }
    }
}

/// Curves that are computed.
#[derive(Debug)]
pub struct Reached<'a> {
    pub(super) of: &'a Reach,
    pub(super) yields: Vec<Vec<Yields>>,
    pub(super) curves: Vec<Curve>,
}

/// Limit of one experiment from bremsstrahlung over that of the first, and the square roots it is
/// the product of ([GKK18] Eq. (13)) if both exclude as many events with the same efficiency.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratio {
    /// The experiment.
    pub of: String,
    /// The first one.
    pub over: String,
    /// The ratio at each mass.
    pub limit_ratio: Vec<Option<f64>>,
    /// The same in the improved Weizsäcker–Williams approximation, where it was asked for.
    pub limit_ratio_iww: Vec<Option<f64>>,
    /// From the leptons on target.
    pub sqrt_on_target: f64,
    /// From the nuclei per cm².
    pub sqrt_nuclei_per_cm2: f64,
    /// From the cross sections, at each mass.
    pub sqrt_sigma: Vec<Option<f64>>,
}

impl Reached<'_> {
    /// The curves, experiment by experiment, recasts last.
    pub fn curves(&self) -> &[Curve] {
        &self.curves
    }

    /// Masses in GeV.
    pub fn masses_gev(&self) -> &[f64] {
        &self.of.masses
    }

    /// The ratios of all experiments but the first to the first.
    pub fn ratios(&self) -> Vec<Ratio> {
        let ratio = |i: usize| {
            let experiments = &self.of.experiments;
            let ((first, _), (other, _)) = (&experiments[0], &experiments[i]);
            let finite = |x: f64| x.is_finite().then_some(x);
            let each = |value: &dyn Fn(&Yields, &Yields) -> Option<f64>| -> Vec<Option<f64>> {
                let pairs = self.yields[0].iter().zip(&self.yields[i]);
                pairs.map(|(a, b)| value(a, b)).collect()
            };
            let limits = |events: fn(&Yields) -> f64| {
                each(&|a, b| finite(other.limit(events(b))? / first.limit(events(a))?))
            };
            Ratio {
                of: other.name().to_owned(),
                over: first.name().to_owned(),
                limit_ratio: limits(|y| y.exact),
                limit_ratio_iww: limits(|y| y.iww),
                sqrt_on_target: (first.on_target() / other.on_target()).sqrt(),
                sqrt_nuclei_per_cm2: (first.nuclei_per_cm2() / other.nuclei_per_cm2()).sqrt(),
                sqrt_sigma: each(&|a, b| finite((a.sigma_pb / b.sigma_pb).sqrt())),
            }
        };
        (1..self.of.experiments.len()).map(ratio).collect()
    }
}

/// The channel of a meson.
fn channel_of(meson: VectorMeson) -> Channel {
    match meson {
        VectorMeson::Rho => Channel::Rho,
        VectorMeson::Omega => Channel::Omega,
        VectorMeson::Phi => Channel::Phi,
        VectorMeson::Jpsi => Channel::Jpsi,
    }
}

/// What the beam of the card radiates.
fn radiated(card: &RunCard) -> Result<DarkSector, StudyError> {
    match card.kind.name() {
        "pair" | "dark-photon" | "boson" => Ok(card.dark_sector),
        _ => Err(UsageError(format!(
            "{}: reach is of cards with process.kind = \"pair\", in which reach.channels names the other ways to \
             make it, such as {:?}, or \"dark-photon\" and \"boson\"",
            card.run.name,
            card.kind.name()
        ))
        .into()),
    }
}

/// What the limits of all `experiments` are on.
fn alike(experiments: &[(Experiment, RunCard)]) -> Result<Limited, StudyError> {
    let mut all = experiments.iter().map(|(experiment, _)| experiment);
    let Some(first) = all.next() else {
        return Ok(Limited::Charge);
    };
    let limited = first.limited();
    match all.find(|other| other.limited() != limited) {
        None => Ok(limited),
        Some(other) => Err(UsageError(format!(
            "{} has limits on {} over {}, {} on {} over {}: draw them apart",
            first.name(),
            limited.symbol(),
            limited.mass_key(),
            other.name(),
            other.limited().symbol(),
            other.limited().mass_key()
        ))
        .into()),
    }
}

/// The experiment of a card, with what its beam loses in the target.
///
/// # Errors
/// [`StudyError`] if its beam radiates nothing dark, or the card lacks what a yield needs.
pub fn experiment(card: &RunCard) -> Result<Experiment, StudyError> {
    let yields = &card.reach.mesons;
    let counting = Counting {
        events_excluded: card.reach.events_excluded,
        efficiency: card.reach.efficiency,
        // Of the charge at which chi is seen; what an A' makes has none.
        q_over_e_max: card
            .reach
            .q_over_e_max
            .filter(|_| Limited::of(&card.dark_sector) == Limited::Charge),
        mesons: [yields.rho, yields.omega, yields.phi, yields.jpsi],
        // The older key is an answer, too.
        straggling: card.reach.straggling == Straggling::TsaiWhitis
            || run::check_losses(card)? == Losses::TsaiWhitis,
    };
    let track = run::tabulated_track(card)?;
    let dark = radiated(card)?;
    // Cuts stay where they are in energy.
    let of_energy = |scale: f64| -> Result<Experiment, StudyError> {
        let bad = |bad| UsageError(format!("{}: {bad}", card.run.name));
        let beam = card
            .beam
            .with(|beam| beam.energy_gev *= scale)
            .map_err(bad)?;
        let cuts = card.cuts.in_other_units(1.0 / scale);
        let x_min = cuts.x_min;
        let (name, target) = (&card.run.name, card.target.clone());
        let experiment = Experiment::new(name, beam, target, cuts, dark, counting)?;
        Ok(match &track {
            // Losses of neighbouring energies are alike.
            Some(track) => experiment.along(match x_min > track.lowest() {
                true => track.within(x_min, 1.0),
                false => track.clone(),
            }),
            None => experiment,
        })
    };
    let mut spread = Vec::new();
    for (energy_gev, weight) in run::energies(card) {
        let scale = energy_gev / card.beam.energy_gev;
        // With less than the cut asks for nothing counts.
        if card.cuts.x_min < scale {
            spread.push((weight, of_energy(scale)?));
        }
    }
    Ok(of_energy(1.0)?.over(spread))
}

/// σ in pb by Monte Carlo and its error, mean over the elements of the target; 0 above threshold.
fn monte_carlo(
    experiment: &Experiment,
    card: &RunCard,
    mass_gev: f64,
    watch: &dyn Watch,
) -> Result<(f64, f64), StudyError> {
    let mixture = experiment.mixture(mass_gev)?;
    let found = of_mixture(card, &mixture, None, &mut |_| flow(watch))?;
    match found.alarms.is_empty() {
        true => Ok((found.value_pb, found.error_pb)),
        false => Err(StudyError::Untrusted(found.alarms)),
    }
}
