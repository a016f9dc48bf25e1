//! The track length of one species as a curve through the rows of a table, and its inverse.
//!
//! Between rows ln E is a cubic of ln T whose slopes at the rows are the weighted harmonic means of those of the neighbouring
//! pieces ([FritschButland84]), at most twice either of them: so −dT/dE is continuous, and T falls wherever it
//! falls from row to row. Down to T = 0 it is linear in E. The inverse is explicit, for events; T(E) takes Newton's
//! steps. Pinned by the tests below.

use core::ops::Range;

use crate::elementary::{libm_exp, libm_ln};

/// The track length above each energy, or the energy above each length.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// By rising energy, and one after the last that no length reaches.
    pieces: Vec<Piece>,
    /// Bins of length per X0, and how many pieces are in a bin above each.
    per_x0: f64,
    above: Vec<u16>,
}

/// From one row to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    above_x0: f64,
    energy_gev: f64,
    end: End,
    cubic: Cubic,
}

/// How a piece ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    /// At a smaller length.
    Falling,
    /// At the same length.
    Flat,
    /// At no length, and at this energy in GeV.
    Nothing(f64),
    /// It is a point: what is shorter has the energy of the beam.
    Beam,
}

/// ln(E/E_low) = s(a₁ + s(a₂ + s a₃)) with s = ln(T/T_low) · `inv_length`, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cubic {
    pub(crate) inv_length: f64,
    pub(crate) a: [f64; 3],
}

impl Cubic {
    const NONE: Self = Self {
        inv_length: 0.0,
        a: [0.0; 3],
    };

    /// The energy at a length over that of `low_gev`.
    #[inline(always)]
    pub(crate) fn energy_gev(&self, low_gev: f64, ratio: f64) -> f64 {
        low_gev * libm_exp(self.at(libm_ln(ratio) * self.inv_length))
    }

    #[inline(always)]
    fn at(&self, s: f64) -> f64 {
        let [a1, a2, a3] = self.a;
        s * (a1 + s * (a2 + s * a3))
    }

    fn slope(&self, s: f64) -> f64 {
        let [a1, a2, a3] = self.a;
        a1 + s * (2.0 * a2 + s * 3.0 * a3)
    }

    /// s where ln(E/E_low) is `y`, between that at its ends.
    fn solved(&self, y: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        let mut s = (y / self.at(1.0)).clamp(0.0, 1.0);
        // Newton's steps settle in four or five, halving in as many as there are bits.
        for _ in 0..64 {
            let over = self.at(s) - y;
            match over > 0.0 {
                true => high = s,
                false => low = s,
            }
            let next = s - over / self.slope(s);
            let next = if low <= next && next <= high {
                next
            } else {
                0.5 * (low + high)
            };
            if (next - s).abs() <= f64::EPSILON * s {
                return next;
            }
            s = next;
        }
        s
    }
}

impl Piece {
    /// That from row `i` of a table to the next, if there is one.
    pub(super) fn of(energies: &[f64], above: &[f64], i: usize) -> Self {
        let falls = |i: usize| {
            above
                .get(i + 1)
                .is_some_and(|next| 0.0 < *next && *next < above[i])
        };
        let end = match above.get(i + 1) {
            _ if falls(i) => End::Falling,
            Some(0.0) => End::Nothing(energies[i + 1]),
            Some(_) => End::Flat,
            None => End::Beam,
        };
        let mut piece = Self {
            above_x0: above[i],
            energy_gev: energies[i],
            end,
            cubic: Cubic::NONE,
        };
        if end != End::Falling {
            return piece;
        }
        // ln T falls by `fall` while ln E grows by `growth`.
        let fall = |i: usize| libm_ln(above[i] / above[i + 1]);
        let growth = |i: usize| libm_ln(energies[i + 1] / energies[i]);
        let (length, height) = (fall(i), growth(i));
        let own = height / length;
        let beside = |other: usize| (fall(other), growth(other) / fall(other));
        // The slope where this piece meets another.
        let between = |(far, slope): (f64, f64)| {
            let (w, v) = (2.0 * length + far, length + 2.0 * far);
            ((w + v) / (w / slope + v / own)).min(2.0 * own.min(slope))
        };
        // That where it meets none, from the other end.
        let at_end = |(far, slope): (f64, f64)| {
            (own + (own - slope) * length / (length + far)).clamp(0.5 * own, 2.0 * own)
        };
        let before = (i > 0 && falls(i - 1)).then(|| beside(i - 1));
        let after = falls(i + 1).then(|| beside(i + 1));
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => (between(before), between(after)),
            (Some(before), None) => (between(before), at_end(before)),
            (None, Some(after)) => (at_end(after), between(after)),
            (None, None) => (own, own),
        };
        let (d0, d1) = (length * before, length * after);
        piece.cubic = Cubic {
            inv_length: -1.0 / length,
            a: [d0, 3.0 * height - 2.0 * d0 - d1, d0 + d1 - 2.0 * height],
        };
        piece
    }

    /// The length above an energy of this piece.
    pub(super) fn above(&self, energy_gev: f64) -> f64 {
        match self.end {
            End::Falling => {
                let s = self.cubic.solved(libm_ln(energy_gev / self.energy_gev));
                self.above_x0 * libm_exp(s / self.cubic.inv_length)
            }
            End::Flat | End::Beam => self.above_x0,
            End::Nothing(end) => self.above_x0 * (end - energy_gev) / (end - self.energy_gev),
        }
    }

    /// −dT/dE there.
    pub(super) fn density(&self, energy_gev: f64) -> f64 {
        match self.end {
            End::Falling => {
                let s = self.cubic.solved(libm_ln(energy_gev / self.energy_gev));
                let length = self.above_x0 * libm_exp(s / self.cubic.inv_length);
                length / (energy_gev * -self.cubic.inv_length * self.cubic.slope(s))
            }
            End::Flat | End::Beam => 0.0,
            End::Nothing(end) => self.above_x0 / (end - self.energy_gev),
        }
    }
}

/// Between which two energies a length lies, and where: [`Cubic::energy_gev`] of `low` and `ratio`.
#[derive(Clone, Copy)]
pub(crate) struct Between {
    /// How many energies of the table are below.
    pub(crate) next: usize,
    pub(crate) low_gev: f64,
    pub(crate) ratio: f64,
    pub(crate) cubic: Cubic,
}

impl Curve {
    /// Through these rows of rising energy in GeV and falling length in X0.
    pub(super) fn new(energies: &[f64], lengths: &[f64]) -> Self {
        let rows = lengths.len();
        let bins = 2 * rows;
        let per_x0 = bins as f64 / lengths[0];
        let mut above = vec![0; bins];
        let mut next = 0;
        for (bin, above) in above.iter_mut().enumerate().rev() {
            while next < rows && Self::bin(lengths[next], per_x0, bins) > bin {
                next += 1;
            }
            *above = u16::try_from(next).expect("no more rows than a table may have");
        }
        let mut pieces: Vec<Piece> = (0..rows).map(|i| Piece::of(energies, lengths, i)).collect();
        pieces.push(Piece {
            above_x0: -1.0,
            ..pieces[rows - 1]
        });
        Self {
            pieces,
            per_x0,
            above,
        }
    }

    /// The bin of a length.
    #[inline(always)]
    fn bin(length_x0: f64, per_x0: f64, bins: usize) -> usize {
        ((length_x0 * per_x0) as usize).min(bins - 1)
    }

    /// How many energies have more than a length, at least.
    #[inline(always)]
    pub(crate) fn least(&self, length_x0: f64) -> usize {
        usize::from(self.above[Self::bin(length_x0, self.per_x0, self.above.len())])
    }

    /// Where the energy is above which the track length is `length_x0`, if [`Self::least`] have more.
    #[inline(always)]
    pub(crate) fn between(&self, least: usize, length_x0: f64) -> Between {
        let mut next = least;
        // Bins have half of a row in the mean, so that two steps that cannot be predicted are mostly enough.
        for _ in 0..2 {
            next += usize::from(self.pieces[next].above_x0 > length_x0);
        }
        while self.pieces[next].above_x0 > length_x0 {
            next += 1;
        }
        let at = |low_gev| Between {
            next,
            low_gev,
            ratio: 1.0,
            cubic: Cubic::NONE,
        };
        if next == 0 {
            return at(self.pieces[0].energy_gev);
        }
        let low = &self.pieces[next - 1];
        match low.end {
            End::Nothing(end) => at(end - length_x0 / low.above_x0 * (end - low.energy_gev)),
            _ => Between {
                next,
                low_gev: low.energy_gev,
                ratio: length_x0 / low.above_x0,
                cubic: low.cubic,
            },
        }
    }

    /// The energy in GeV above which the species has the track length `length_x0`: the inverse of [`Self::above`],
    /// the highest energy for what is shorter than its own.
    pub fn energy_at(&self, length_x0: f64) -> f64 {
        let found = self.between(self.least(length_x0), length_x0);
        found.cubic.energy_gev(found.low_gev, found.ratio)
    }

    /// The track length above `energy_gev`, X0; above the lowest energy of the table if it is below that.
    pub fn above(&self, energy_gev: f64) -> f64 {
        let rows = self.rows();
        let next = self.pieces[rows.clone()].partition_point(|one| one.energy_gev < energy_gev);
        match next {
            0 => self.pieces[0].above_x0,
            _ if next == rows.end => 0.0,
            _ => self.pieces[next - 1].above(energy_gev),
        }
    }

    fn rows(&self) -> Range<usize> {
        0..self.pieces.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn energies() -> Vec<f64> {
        (0..10)
            .map(|i| 5.0 * libm::exp(0.3 * f64::from(i)))
            .collect()
    }

    /// Steep and flat pieces, rows of one length, and an end with particles of the energy of the beam or without.
    fn tables() -> [Vec<f64>; 3] {
        [
            vec![3.0, 2.999, 2.0, 2.0, 2.0, 1e-3, 9e-4, 8e-4, 7e-4, 6e-4],
            vec![1.0, 0.5, 0.2, 0.19, 0.18, 0.17, 0.16, 0.15, 0.0, 0.0],
            vec![0.0; 10],
        ]
    }

    #[test]
    fn lengths_and_energies_are_inverse_fall_and_go_through_the_rows() {
        for lengths in tables() {
            let curve = Curve::new(&energies(), &lengths);
            for (energy, length) in energies().iter().zip(&lengths) {
                assert!(
                    (curve.above(*energy) - length).abs() <= 1e-13 * length,
                    "{length}"
                );
            }
            let mut before = f64::INFINITY;
            for i in 0..20_000 {
                let energy = 4.0 * libm::exp(1.5e-4 * f64::from(i));
                let length = curve.above(energy);
                assert!(
                    length <= before * (1.0 + 1e-13),
                    "{energy}: {length} {before}"
                );
                before = length;
                // Where T is flat no length has this energy.
                let rises = |h: f64| curve.above(energy * (1.0 + h));
                if length > 0.0 && rises(1e-9) < length && length < rises(-1e-9) {
                    let back = curve.energy_at(length);
                    assert!(
                        (back / energy - 1.0).abs() < 1e-9,
                        "{energy} {length}: {back}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_shorter_or_longer_than_all_has_the_energies_of_the_ends() {
        let [with_beam, without, nothing] = tables().map(|rows| Curve::new(&energies(), &rows));
        let ends = (energies()[0], energies()[9]);
        assert_eq!((with_beam.energy_at(4.0), with_beam.energy_at(5e-4)), ends);
        assert_eq!(
            (without.energy_at(1.0), without.energy_at(1e-300)),
            (ends.0, energies()[8])
        );
        assert_eq!((without.above(1.0), without.above(1e3)), (1.0, 0.0));
        assert_eq!((nothing.energy_at(0.0), nothing.above(10.0)), (ends.0, 0.0));
    }

    #[test]
    fn a_smooth_length_has_a_smooth_density() {
        // Rows as far from each other as those of a shower of 256 steps from 100 to 1 GeV are at most.
        let length = |e: f64| (1.0 - e).powi(2) / e;
        let density = |e: f64| 1.0 / (e * e) - 1.0;
        let energies: Vec<f64> = (0..200)
            .map(|i| 0.05 * libm::exp(0.0145 * f64::from(i)))
            .collect();
        let lengths: Vec<f64> = energies.iter().map(|e| length(*e)).collect();
        for i in 100..18_000 {
            let e = 0.05 * libm::exp(1.45e-4 * f64::from(i));
            let next = energies.partition_point(|row| *row < e);
            let found = Piece::of(&energies, &lengths, next - 1);
            let (t, d) = (
                found.above(e) / length(e) - 1.0,
                found.density(e) / density(e) - 1.0,
            );
            assert!(t.abs() < 4e-6 && d.abs() < 4e-4, "{e}: {t:e} {d:e}");
        }
    }
}
