//! σ(E) of one nucleus, interpolated: ln σ in u = ln(E − E_th), with the threshold E_th of the beam energy.
//!
//! In u a power law above threshold and a logarithm at high energy are both smooth. The range is one
//! panel, or is halved into several; a panel holds the Chebyshev series through 5, 9 or 17 Lobatto points
//! (L. N. Trefethen, Approximation Theory and Approximation Practice, ch. 2–4): the first of them
//! that foretold all points of the next, which is then taken; a pole, where an A′ is made on its mass shell, ends up in
//! narrow ones. Where the cross section itself is known to a
//! lesser accuracy only, the panels ask for no more. Below the first panel the line through its lower
//! end goes on: a power of E − E_th. Pinned by `tests/sampler.rs` against quadrature.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Numbers of intervals between the Lobatto points of a panel, each twice the one before.
const SIZES: [usize; 3] = [4, 8, 16];

/// How well a table is to go through what it interpolates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fine {
    /// Largest error of ln σ that the points of a panel may foretell for those of the next.
    pub(super) tolerance: f64,
    /// Width in u of a panel that is not halved any more.
    pub(super) narrowest: f64,
}

/// Width in u below which errors of σ itself may be what points foretell, and how many times its largest.
const NARROW: f64 = 0.05;
const NOISE: f64 = 5.0;

/// σ in pb at an energy and its relative error.
pub(super) type Known = (f64, f64);

/// ln σ(u) on one panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Panel {
    low: f64,
    high: f64,
    /// Coefficients of T_0, T_1, …
    series: Vec<f64>,
}

/// ln σ(u) on all of a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SigmaTable {
    /// Beam energy E_th in GeV at which σ vanishes, or the lepton mass.
    threshold_gev: f64,
    panels: Vec<Panel>,
    /// Slope d ln σ/du at the lower end.
    slope: f64,
    /// Relative accuracy, between the points too.
    accuracy: f64,
}

/// Lobatto point `k` of `n` intervals: cos(πk/n), by the sine near 0.
fn lobatto(k: usize, n: usize) -> f64 {
    use core::f64::consts::PI;
    libm::sin(PI * (n as f64 - 2.0 * k as f64) / (2.0 * n as f64))
}

impl Panel {
    /// The series through the values at the Lobatto points.
    fn through(low: f64, high: f64, value: &[f64]) -> Self {
        let n = value.len() - 1;
        let coefficient = |j: usize| {
            let term = |(k, v): (usize, &f64)| {
                let half = if k == 0 || k == n { 0.5 } else { 1.0 };
                // T_j at point k is cos(πjk/n), itself a Lobatto point.
                let turn = (j * k) % (2 * n);
                half * v * lobatto(turn.min(2 * n - turn), n)
            };
            let sum: f64 = value.iter().enumerate().map(term).sum();
            sum * if j == 0 || j == n { 1.0 } else { 2.0 } / n as f64
        };
        let series = (0..=n).map(coefficient).collect();
        Self { low, high, series }
    }

    /// Value at `u` by Clenshaw's recurrence.
    fn at(&self, u: f64) -> f64 {
        let x = (2.0 * u - (self.low + self.high)) / (self.high - self.low);
        let (mut b1, mut b2) = (0.0, 0.0);
        for c in self.series[1..].iter().rev() {
            (b1, b2) = (c + 2.0 * x * b1 - b2, b1);
        }
        self.series[0] + x * b1 - b2
    }

    /// u at Lobatto point `k` of `n` intervals.
    fn point(low: f64, high: f64, k: usize, n: usize) -> f64 {
        0.5 * ((high + low) + (high - low) * lobatto(k, n))
    }
}

impl SigmaTable {
    /// Interpolates `sigma`, in pb at a beam energy in GeV, in a range of beam energies.
    ///
    /// # Errors
    /// As `sigma`.
    pub(super) fn new<E: Send>(
        threshold_gev: f64,
        (low_gev, high_gev): (f64, f64),
        fine: Fine,
        sigma: &(dyn Fn(f64) -> Result<Known, E> + Sync),
    ) -> Result<Self, E> {
        let u = |energy: f64| libm::log(energy - threshold_gev);
        let ln_sigma = |u: f64| -> Result<Known, E> {
            let (sigma, error) = sigma(threshold_gev + libm::exp(u))?;
            Ok((libm::log(sigma), error))
        };
        let (mut panels, mut accuracy) = (Vec::new(), 0.0);
        let mut open = vec![(u(low_gev), u(high_gev))];
        while let Some((low, high)) = open.pop() {
            match panel(low, high, fine, &ln_sigma)? {
                Some((panel, off)) => {
                    panels.push(panel);
                    accuracy = off.max(accuracy);
                }
                None => {
                    let middle = 0.5 * (low + high);
                    open.extend([(middle, high), (low, middle)]);
                }
            }
        }
        let first = &panels[0];
        let step = 1e-3 * (first.high - first.low);
        let slope = (first.at(first.low + step) - first.at(first.low)) / step;
        Ok(Self {
            threshold_gev,
            panels,
            slope,
            accuracy,
        })
    }

    /// σ in pb at a beam energy in GeV; 0 up to the threshold.
    pub(super) fn at(&self, energy_gev: f64) -> f64 {
        let above = energy_gev - self.threshold_gev;
        if above <= 0.0 {
            return 0.0;
        }
        let u = libm::log(above);
        let first = &self.panels[0];
        if u < first.low {
            return libm::exp(first.at(first.low) + self.slope * (u - first.low));
        }
        let before = self.panels.partition_point(|panel| panel.high < u);
        let panel = &self.panels[before.min(self.panels.len() - 1)];
        libm::exp(panel.at(u))
    }

    /// u at a beam energy above threshold.
    pub(super) fn u(&self, energy_gev: f64) -> f64 {
        libm::log(energy_gev - self.threshold_gev)
    }

    /// Beam energy in GeV of a u.
    pub(super) fn energy_gev(&self, u: f64) -> f64 {
        self.threshold_gev + libm::exp(u)
    }

    pub(super) fn threshold_gev(&self) -> f64 {
        self.threshold_gev
    }

    /// Whether there is something to interpolate.
    pub(super) fn is_sound(&self) -> bool {
        !self.panels.is_empty() && self.panels.iter().all(|panel| !panel.series.is_empty())
    }

    /// Largest sum, panel by panel, of the relative error of σ and of that between its energies, as points foretold it.
    pub(super) fn accuracy(&self) -> f64 {
        self.accuracy
    }

    /// Energies at which σ was computed and kept.
    pub(super) fn nodes(&self) -> usize {
        self.panels.iter().map(|panel| panel.series.len()).sum()
    }
}

/// The panel of a range of u with its accuracy, unless it must be halved.
fn panel<E: Send>(
    low: f64,
    high: f64,
    fine: Fine,
    ln_sigma: &(dyn Fn(f64) -> Result<Known, E> + Sync),
) -> Result<Option<(Panel, f64)>, E> {
    let values = |ks: Vec<usize>, n: usize| -> Result<Vec<Known>, E> {
        let at = |k: usize| ln_sigma(Panel::point(low, high, k, n));
        ks.into_par_iter().map(at).collect()
    };
    let (mut known, errors): (Vec<f64>, Vec<f64>) = values((0..=SIZES[0]).collect(), SIZES[0])?
        .into_iter()
        .unzip();
    let mut noise = errors.into_iter().fold(0.0, f64::max);
    for n in SIZES[1..].iter().copied() {
        let coarse = Panel::through(low, high, &known);
        let new = values((1..n).step_by(2).collect(), n)?;
        noise = new.iter().fold(noise, |most, (_, error)| most.max(*error));
        let off = new.iter().zip((1..n).step_by(2)).map(|((value, _), k)| {
            let foretold = coarse.at(Panel::point(low, high, k, n));
            (value - foretold).abs()
        });
        let worst = off.fold(0.0, f64::max);
        let mut all = Vec::with_capacity(n + 1);
        for (k, value) in known.iter().enumerate() {
            all.push(*value);
            all.extend(new.get(k).map(|(value, _)| value));
        }
        known = all;
        let width = high - low;
        // What is left may be a kink, or errors of σ: neither gets better in halves.
        let narrow = width < NARROW && worst <= NOISE * noise || width < fine.narrowest;
        if worst <= fine.tolerance || narrow && n == SIZES[SIZES.len() - 1] {
            return Ok(Some((Panel::through(low, high, &known), noise + worst)));
        }
    }
    Ok(None)
}
