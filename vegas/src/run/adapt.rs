//! The adapting iterations.

use super::scout::{AGAIN, Scout, cost, heaviest};
use super::{AdaptReport, Listener, Progress, Stage, Vegas};
use crate::chunk::{Desk, Slot, Task, Trained};
use crate::error::Error;
use crate::integrand::Integrand;
use crate::map::MAX_INCREMENTS;
use crate::measurement::rows;
use crate::rng::Phase;
use crate::sampler::Arrangement;
use crate::schedule::{Pool, each, slots, stream};
use crate::tally::IterationTally;
use std::sync::atomic::{AtomicU64, Ordering};

/// Cubes that are worth a thread.
const CUBES: usize = 8192;

impl Vegas {
    /// Adapts the map and the strata in the iterations that [`crate::Config::n_adapt`] asks for and that
    /// are not done yet, and in further ones while the last had a heavy point, within
    /// [`crate::Config::spare`]. Stopped by the listener, it keeps the iterations that are complete.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the integrand is, [`Error::Zero`] if it vanishes everywhere,
    /// [`Error::Dimension`], [`Error::Threads`].
    pub fn adapt<I: Integrand>(
        &mut self,
        integrand: &I,
        listener: &mut Listener<'_>,
    ) -> Result<AdaptReport, Error> {
        self.check_dim(integrand.dim())?;
        let neval = self.config.neval;
        let pool = self.pool()?;
        let mut slots: Vec<_> = (0..slots(pool.as_ref()))
            .map(|_| Slot::new((), self.dim()))
            .collect();
        let widths: Vec<AtomicU64> = (0..self.strata.cubes())
            .map(|_| AtomicU64::new(0))
            .collect();
        let mut training = vec![vec![[0.0; 2]; MAX_INCREMENTS]; self.dim()];
        let mut stopped = false;
        while !stopped && self.goes_on() {
            let iteration = self.adapted();
            let too_few = Error::TooFewPoints {
                neval,
                cubes: self.strata.cubes() as u64,
            };
            let allocation = self
                .strata
                .allocate(neval, self.config.adaptive)
                .ok_or(too_few)?;
            let arrangement = Arrangement::Cubes(allocation);
            let probes = (self.config.defensive * neval as f64) as u64;
            let stage = Stage {
                main: self.sampler(&arrangement, Phase::Adapt, neval),
                probe: self.sampler(&arrangement, Phase::ProbeAdapt, neval),
                task: Task {
                    iteration,
                    widths: Some(&widths),
                    spare: false,
                    threshold: None,
                    accept_at_most: 0,
                    probes,
                },
            };
            training.iter_mut().for_each(|axis| axis.fill([0.0; 2]));
            let mut tally = IterationTally::default();
            let estimate = self.adapted.last().map(IterationTally::estimate);
            let mut take = |slot: &mut Slot<()>| {
                tally.take(tally.jobs(), &slot.sums);
                for (sum, part) in training.iter_mut().zip(&slot.training) {
                    for (s, p) in sum.iter_mut().zip(part) {
                        s[0] += p[0];
                        s[1] += p[1];
                    }
                }
                for &(cube, width2) in &slot.partial {
                    let cell = &widths[cube as usize];
                    let before = f64::from_bits(cell.load(Ordering::Relaxed));
                    cell.store((before + width2).to_bits(), Ordering::Relaxed);
                }
                listener(&Progress {
                    phase: Phase::Adapt,
                    iteration,
                    iterations: self.config.n_adapt.max(iteration + 1),
                    done: tally.counters.points,
                    total: neval,
                    estimate,
                    accepted: 0,
                })
                .is_break()
            };
            stream(
                pool.as_ref(),
                &mut slots,
                0..stage.jobs(),
                || Desk::new(integrand),
                |&job, desk, slot| stage.work(integrand, job, desk, slot),
                |next| while !stopped && next(&mut |slot| stopped = take(slot)) {},
            );
            if (tally.jobs() as usize) < stage.jobs() {
                break;
            }
            stage.check(&tally)?;
            if self.config.alpha > 0.0 && self.affords(cost(self.dim(), neval)) {
                let scout = Scout::new(integrand, &self.map);
                let mut heavy = self.heavy.clone();
                tally.counters.probes += scout.go(&stage, &tally, &mut heavy, &mut training);
                self.heavy = heavy;
            }
            self.learn(pool.as_ref(), &training, &widths);
            self.adapted.push(tally);
            let zero = |t: &IterationTally| t.counters.zero == t.counters.points;
            if self.adapted.len() == 3 && self.adapted.iter().all(zero) {
                return Err(Error::Zero { points: 3 * neval });
            }
        }
        Ok(AdaptReport {
            iterations: rows(&self.adapted),
            n_eval: self.evaluated(),
            stopped,
        })
    }

    /// Asks for this many adapting iterations more, with as many evaluations to spare.
    pub fn ask_further(&mut self, iterations: u32) {
        let done = u64::from(self.adapted()) * self.of_an_iteration();
        let spent = self.evaluated() - done;
        self.config.n_adapt = self.adapted().saturating_add(iterations);
        self.config.spare = Some(spent + u64::from(iterations) * self.of_an_iteration());
    }

    /// Whether another iteration is wanted.
    fn goes_on(&self) -> bool {
        let heavy = |t: &IterationTally| heaviest(t) > AGAIN;
        let again = || self.adapted.last().is_some_and(heavy) && self.affords(0);
        self.adapted() < self.config.n_adapt || again()
    }

    /// Evaluations of an iteration, those around heavy points apart.
    fn of_an_iteration(&self) -> u64 {
        let neval = self.config.neval;
        neval + (self.config.defensive * neval as f64) as u64
    }

    /// Whether the next iteration and as many evaluations besides are within [`crate::Config::spare`].
    fn affords(&self, besides: u64) -> bool {
        let (one, wanted) = (self.of_an_iteration(), self.config.n_adapt);
        let asked = u64::from(wanted.min(self.adapted() + 1)) * one;
        let spare = self.config.spare.unwrap_or(u64::from(wanted) * one);
        self.evaluated() + one + besides <= asked.saturating_add(spare)
    }

    /// Evaluations of all iterations so far.
    fn evaluated(&self) -> u64 {
        let of = |t: &IterationTally| t.counters.points + t.counters.probes;
        self.adapted.iter().map(of).sum()
    }

    /// Moves the map and the strata after an iteration.
    fn learn(&mut self, pool: Option<&Pool>, training: &[Vec<Trained>], widths: &[AtomicU64]) {
        let increments = self.map.increments();
        if self.config.alpha > 0.0 {
            // Means instead of sums: how many points happened to fall into an increment is noise.
            let mean = |&[square, volume]: &Trained| match volume > 0.0 {
                true => square / volume,
                false => 0.0,
            };
            let means = |axis: &Vec<Trained>| axis.iter().map(mean).collect();
            let training: Vec<Vec<f64>> = training.iter().map(means).collect();
            self.map
                .refine_on(pool, &training, self.config.alpha, increments);
        }
        if self.config.beta > 0.0 {
            let (beta, memory) = (self.config.beta, self.config.memory);
            self.width2.resize(widths.len(), 0.0);
            let parts = self.width2.chunks_mut(CUBES).zip(widths.chunks(CUBES));
            let share = |(old, new): (&mut [f64], &[AtomicU64])| -> Vec<f64> {
                let pairs = old.iter_mut().zip(new).map(|(old, new)| {
                    *old = memory * *old + f64::from_bits(new.load(Ordering::Relaxed));
                    power(*old, beta / 2.0)
                });
                pairs.collect()
            };
            let share = each(pool, parts.collect(), share).concat();
            self.strata.set_share(share);
        }
    }
}

/// `x^p` for `x ≥ 0` to about 10⁻⁸, which is plenty for a share of points; a tenth of the time of
/// an exact power, and made of additions and multiplications alone.
fn power(x: f64, p: f64) -> f64 {
    if x < f64::MIN_POSITIVE {
        return 0.0;
    }
    // x = 2^e m with m between √½ and √2; log₂ m from the series of the inverse hyperbolic tangent.
    const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
    let shifted = x.to_bits().wrapping_sub(SQRT_HALF_BITS);
    let e = (shifted as i64) >> 52;
    let m = f64::from_bits(x.to_bits().wrapping_sub((e as u64) << 52));
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    let series = 1.0 + s2 * (1.0 / 3.0 + s2 * (1.0 / 5.0 + s2 * (1.0 / 7.0 + s2 * (1.0 / 9.0))));
    let log2 = e as f64 + 2.0 * std::f64::consts::LOG2_E * s * series;
    // 2^t with t split into an integer and a rest of at most one half.
    let t = (p * log2).clamp(-1000.0, 1000.0);
    let whole = (t + 0.5).floor();
    let f = (t - whole) * std::f64::consts::LN_2;
    let tail = 1.0 / 120.0 + f * (1.0 / 720.0 + f * (1.0 / 5040.0));
    let exp = 1.0 + f * (1.0 + f * (0.5 + f * (1.0 / 6.0 + f * (1.0 / 24.0 + f * tail))));
    exp * f64::from_bits(((whole as i64 + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::power;

    #[test]
    fn the_quick_power_is_close_to_the_exact_one() {
        let mut x = 1e-300;
        while x < 1e300 {
            for p in [0.05, 0.3, 0.375, 0.5] {
                let exact = libm::pow(x, p);
                assert!((power(x, p) / exact - 1.0).abs() < 1e-6, "{x}^{p}");
            }
            x *= 1.37;
        }
        assert_eq!(power(0.0, 0.3), 0.0);
        assert!((power(1.0, 0.3) - 1.0).abs() < 1e-15);
    }
}
