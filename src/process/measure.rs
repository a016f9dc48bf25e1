//! Means of what costs much over a measure that costs little: of σ(E) over the energies of a beam, or of a shower.
//!
//! `∫ σ(s) dM(s)`, where M is tabulated at cells of s and may end with a part that has the last s to itself. σ is a
//! Chebyshev polynomial on each of several pieces of the range. A piece whose last coefficients say that too much is
//! missing is given twice the degree where they fall fast enough for that to do, else it is halved: so kinks, as cuts make them, are
//! closed in on wherever they are. What may be missing adds up over the pieces, whatever its signs; cells are taken to none by those
//! twice as large. Pinned by the tests below and
//! `tests/edges.rs`.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::chebyshev;
use super::{Goal, Integral, QuadratureError};

/// Degrees of the polynomials.
const DEGREES: [usize; 2] = [8, 16];

/// Parts of a piece that are integrated each by itself, at least.
const BREAKS: u32 = 8;

/// The most evaluations, after which what is missing is told as it is.
const MOST: usize = 600;

/// Shares of the error asked for that are the function's own, and that of the mean.
pub(super) const OWN: f64 = 0.5;
const OF_MEAN: f64 = 0.4;

/// The measure: `below[i]` of it lies below `at[i]`, and `top` at the last of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measure {
    at: Vec<f64>,
    below: Vec<f64>,
    top: f64,
}

/// A function of s on a range.
pub(super) struct Fitted {
    pieces: Vec<Piece>,
}

/// A polynomial on a part of the range.
struct Piece {
    from: f64,
    to: f64,
    /// At the nodes, from `to` downwards.
    values: Vec<f64>,
    coefficients: Vec<f64>,
}

impl Piece {
    fn degree(&self) -> usize {
        self.values.len() - 1
    }

    /// What may be missing at most.
    fn missing(&self) -> f64 {
        2.0 * chebyshev::tail(&self.coefficients)
    }

    /// What it becomes when `allowed` may be missing: its ranges and degree.
    fn refined(&self, allowed: f64) -> Vec<((f64, f64), usize)> {
        let [low, high] = DEGREES;
        let largest = self
            .coefficients
            .iter()
            .fold(0.0, |most: f64, c| most.max(c.abs()));
        // Of a smooth function the next half of the coefficients falls as those did.
        let foretold = self.missing() * self.missing() / largest;
        if self.degree() == low && foretold <= allowed {
            return vec![((self.from, self.to), high)];
        }
        let middle = 0.5 * (self.from + self.to);
        vec![((self.from, middle), low), ((middle, self.to), low)]
    }
}

/// Places and values, where they are known, of a piece of this range and degree, from one that holds it.
fn places(whole: Option<&Piece>, (from, to): (f64, f64), n: usize) -> Vec<(f64, Option<f64>)> {
    let known = |place: f64, j: usize| {
        let whole = whole?;
        let own = whole.degree();
        if (whole.from, whole.to) == (from, to) && n == 2 * own {
            return (j.is_multiple_of(2)).then(|| whole.values[j / 2]);
        }
        let middle = 0.5 * (whole.from + whole.to);
        let all = [(whole.to, 0), (middle, own / 2), (whole.from, own)];
        let same = all.iter().find(|(at, _)| *at == place);
        same.map(|&(_, j)| whole.values[j])
    };
    let place = |j: usize| {
        let place = match j {
            0 => to,
            j if j == n => from,
            _ => from + 0.5 * (to - from) * (1.0 + chebyshev::node(j, n)),
        };
        (place, known(place, j))
    };
    (0..=n).map(place).collect()
}

impl Fitted {
    /// The function at `s`.
    pub(super) fn at(&self, s: f64) -> f64 {
        let after = self.pieces.partition_point(|piece| piece.to < s);
        let piece = &self.pieces[after.min(self.pieces.len() - 1)];
        let length = piece.to - piece.from;
        // Where there is one place only all values are the same.
        let z = if length > 0.0 {
            2.0 * (s - piece.from) / length - 1.0
        } else {
            0.0
        };
        chebyshev::at(&piece.coefficients, z.clamp(-1.0, 1.0))
    }

    /// Places between any two of which it is as good as a cubic.
    fn breaks(&self) -> Vec<f64> {
        let of_piece = |piece: &Piece| {
            let n = BREAKS;
            let (from, to) = (piece.from, piece.to);
            (0..n).map(move |i| from + (to - from) * (f64::from(i) / f64::from(n)))
        };
        self.pieces.iter().flat_map(of_piece).collect()
    }

    fn evaluations(&self) -> usize {
        self.pieces.iter().map(Piece::degree).sum()
    }
}

impl Measure {
    /// `below[i]` of it lies below `at[i]`, which rise, and `top` has the last of them to itself.
    pub(super) fn new(at: Vec<f64>, below: Vec<f64>, top: f64) -> Self {
        Self { at, below, top }
    }

    /// The lowest and the highest place.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.at[0], self.at[self.at.len() - 1])
    }

    /// How much of it there is.
    pub(super) fn whole(&self) -> f64 {
        self.of(self.ends())
    }

    /// How much lies between two places.
    fn of(&self, (from, to): (f64, f64)) -> f64 {
        let last = self.at.len() - 1;
        let below = |s: f64| {
            let next = self.at.partition_point(|at| *at <= s).clamp(1, last);
            let (a, b) = (self.at[next - 1], self.at[next]);
            let share = ((s - a) / (b - a)).clamp(0.0, 1.0);
            self.below[next - 1] + share * (self.below[next] - self.below[next - 1])
        };
        // Both ends may be the same place, which then has all of it.
        let (low, high) = self.ends();
        let before = if from <= low {
            self.below[0]
        } else {
            below(from)
        };
        match to >= high {
            true => self.below[last] + self.top - before,
            false => below(to) - before,
        }
    }

    /// ∫ f dM of a function that costs little, smooth between any two of `breaks`, which rise, and what the size of the cells may
    /// change in it.
    fn integral(&self, breaks: &[f64], f: impl Fn(f64) -> f64) -> (f64, f64) {
        let last = self.at.len() - 1;
        let simpson = |a: f64, b: f64| (b - a) / 6.0 * (f(a) + 4.0 * f(0.5 * (a + b)) + f(b));
        let mut next = 0;
        let mut over = |a: f64, b: f64| {
            let (mut from, mut sum) = (a, 0.0);
            while let Some(&to) = breaks.get(next).filter(|to| **to < b) {
                if to > from {
                    sum += simpson(from, to);
                    from = to;
                }
                next += 1;
            }
            sum + simpson(from, b)
        };
        let of_cells: Vec<f64> = self
            .at
            .windows(2)
            .map(|cell| over(cell[0], cell[1]))
            .collect();
        // As if the density were the same all over a cell.
        let by_cells = |step: usize| -> f64 {
            let cell = |i: usize| {
                let j = (i + step).min(last);
                let (length, mass) = (self.at[j] - self.at[i], self.below[j] - self.below[i]);
                match length > 0.0 {
                    true => mass * (of_cells[i..j].iter().sum::<f64>() / length),
                    false => mass * f(self.at[i]),
                }
            };
            (0..last).step_by(step).map(cell).sum()
        };
        // The error of that is as the square of the cells.
        let (fine, coarse) = (by_cells(1), by_cells(2));
        let off = (fine - coarse) / 3.0;
        (f(self.at[last]) * self.top + fine + off, off.abs())
    }

    /// What may be missing of each piece, and how much of the measure it has.
    fn missing(&self, fitted: &Fitted) -> Vec<(f64, f64)> {
        let of_piece = |piece: &Piece| {
            let mass = self.of((piece.from, piece.to));
            (piece.missing() * mass, mass)
        };
        fitted.pieces.iter().map(of_piece).collect()
    }

    /// ∫ f dM of a function that was fitted, on a part of its range or all, and what may be missing from it.
    pub(super) fn of_fitted(&self, fitted: &Fitted) -> (f64, f64) {
        let (value, of_cells) = self.integral(&fitted.breaks(), |s| fitted.at(s));
        let missing = self.missing(fitted);
        (
            value,
            of_cells + missing.iter().map(|(missing, _)| missing).sum::<f64>(),
        )
    }

    /// The polynomials, ∫ f dM and what may be missing from that: as far as can be told no more than the share `settled`.
    pub(super) fn settled<E: Send>(
        &self,
        settled: f64,
        f: &(dyn Fn(f64) -> Result<f64, E> + Sync),
    ) -> Result<(Fitted, f64, f64), E> {
        let made = |all: Vec<Vec<(f64, Option<f64>)>>| -> Result<Vec<Piece>, E> {
            let new: Vec<f64> = all
                .iter()
                .flatten()
                .filter(|(_, value)| value.is_none())
                .map(|(s, _)| *s)
                .collect();
            // In their order, so that the same is wrong on any number of threads.
            let found: Vec<Result<f64, E>> = new.into_par_iter().map(f).collect();
            let mut found = found
                .into_iter()
                .collect::<Result<Vec<f64>, E>>()?
                .into_iter();
            let piece = |places: Vec<(f64, Option<f64>)>| {
                let (from, to) = (places[places.len() - 1].0, places[0].0);
                let value = |(_, known): (f64, Option<f64>)| known.or_else(|| found.next());
                let values: Vec<f64> = places.into_iter().filter_map(value).collect();
                let coefficients = chebyshev::coefficients(&values);
                Piece {
                    from,
                    to,
                    values,
                    coefficients,
                }
            };
            Ok(all.into_iter().map(piece).collect())
        };
        let (from, to) = self.ends();
        let n = DEGREES[0];
        let mut first = places(None, (from, to), n);
        if from == to {
            // One place is asked once.
            let value = f(to)?;
            first.iter_mut().for_each(|(_, known)| *known = Some(value));
        }
        let mut pieces = made(vec![first])?;
        loop {
            let fitted = Fitted { pieces };
            let (value, missing) = self.of_fitted(&fitted);
            let pieces_miss = self.missing(&fitted);
            let sum: f64 = pieces_miss.iter().map(|(missing, _)| missing).sum();
            let allowed = settled * value.abs();
            if !(sum > allowed) || fitted.evaluations() >= MOST {
                return Ok((fitted, value, missing));
            }
            let each = 0.5 * allowed / pieces_miss.len() as f64;
            let (mut next, mut all) = (Vec::new(), Vec::new());
            for (piece, (missing, mass)) in fitted.pieces.iter().zip(&pieces_miss) {
                let parts = match *missing > each {
                    true => piece.refined(each / mass),
                    false => Vec::new(),
                };
                next.push(parts.len());
                let of_part = |(range, n)| places(Some(piece), range, n);
                all.extend(parts.into_iter().map(of_part));
            }
            let mut new = made(all)?.into_iter();
            pieces = Vec::new();
            for (piece, parts) in fitted.pieces.into_iter().zip(next) {
                pieces.extend((parts == 0).then_some(piece));
                pieces.extend(new.by_ref().take(parts));
            }
        }
    }

    /// Places and weights by which a function that is smooth has its ∫ f dM.
    pub(super) fn rule(&self) -> Vec<(f64, f64)> {
        let (from, to) = self.ends();
        let n = DEGREES[1];
        let places = places(None, (from, to), n).into_iter();
        let weight = |j: usize| {
            let values: Vec<f64> = (0..=n).map(|i| f64::from(u8::from(i == j))).collect();
            let coefficients = chebyshev::coefficients(&values);
            let pieces = vec![Piece {
                from,
                to,
                values,
                coefficients,
            }];
            let basis = Fitted { pieces };
            self.integral(&basis.breaks(), |s| basis.at(s)).0
        };
        let rule = places.enumerate().map(|(j, (place, _))| (place, weight(j)));
        rule.collect()
    }

    /// ∫ σ dM to `goal`, with σ(s) to its own share of that, and σ.
    pub(super) fn of_sigma<E: Send + From<QuadratureError>>(
        &self,
        goal: &Goal<'_>,
        sigma: &(dyn Fn(f64, &Goal<'_>) -> Result<Integral, E> + Sync),
    ) -> Result<(Integral, Fitted), E> {
        let (n_eval, missed) = (AtomicU64::new(0), AtomicU64::new(0));
        let own = OWN * goal.rel_error;
        let at = |s: f64| {
            let found = sigma(s, &goal.to(own))?;
            n_eval.fetch_add(found.n_eval, Ordering::Relaxed);
            if found.error_pb > own * found.value_pb {
                // Numbers above 0 stand in the order of their bits.
                missed.fetch_max(found.error_pb.to_bits(), Ordering::Relaxed);
            }
            Ok::<_, E>(found.value_pb)
        };
        let (fitted, value_pb, missing) = self.settled(OF_MEAN * goal.rel_error, &at)?;
        let missed = f64::from_bits(missed.into_inner()) * self.whole();
        let found = Integral {
            value_pb,
            error_pb: missing + missed + own * value_pb,
            n_eval: n_eval.into_inner(),
        };
        Ok((found, fitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal parts of a range, with `top` at its end.
    fn even(from: f64, to: f64, top: f64) -> Measure {
        let cells = 256;
        let at = |i: i32| from + (to - from) * f64::from(i) / f64::from(cells);
        let at: Vec<f64> = (0..=cells).map(at).collect();
        let below = at.iter().map(|s| s - from).collect();
        Measure::new(at, below, top)
    }

    #[test]
    fn smooth_functions_take_few_evaluations_and_kinks_are_found() {
        let measure = even(0.0, 2.0, 0.5);
        let calls = AtomicU64::new(0);
        let mean = |f: &(dyn Fn(f64) -> f64 + Sync)| {
            calls.store(0, Ordering::Relaxed);
            let counted = |s: f64| {
                calls.fetch_add(1, Ordering::Relaxed);
                Ok::<f64, ()>(f(s))
            };
            let (_, value, missing) = measure.settled(1e-6, &counted).unwrap();
            (value, missing, calls.load(Ordering::Relaxed))
        };
        let e = libm::exp(2.0);
        let (value, missing, calls) = mean(&libm::exp);
        assert!((value - (e - 1.0 + 0.5 * e)).abs() < missing.max(1e-9) && missing < 1e-5 * value);
        assert!(calls <= 17, "{calls}");
        // It opens with a kink at `a`, at any place.
        for a in [0.003, 0.2, 1.0, 1.37, 1.9, 1.999] {
            let (value, missing, calls) = mean(&|s| (s - a).max(0.0));
            let exact = 0.5 * (2.0 - a) * (2.0 - a) + 0.5 * (2.0 - a);
            let off = (value - exact).abs();
            assert!(off <= missing + 1e-12, "{a}: {off:e} of {missing:e}");
            assert!(off < 1e-4 * exact && calls < 500, "{a}: {off:e}, {calls}");
        }
        // A step is not averaged to what was asked for, and that is told.
        let (value, missing, _) = mean(&|s| if s < 0.7 { 1.0 } else { 3.0 });
        assert!((value - (0.7 + 3.9 + 1.5)).abs() <= missing);
    }

    #[test]
    fn parts_of_a_measure_add_up() {
        let measure = even(1.0, 3.0, 0.25);
        assert!((measure.whole() - 2.25).abs() < 1e-15);
        let parts = measure.of((1.0, 1.7)) + measure.of((1.7, 3.0));
        assert!((parts - measure.whole()).abs() < 1e-14);
        assert!((measure.of((1.1, 1.2)) - 0.1).abs() < 1e-14);
    }
}
