//! Cells drawn at random with given probabilities, in constant time.
//!
//! Walker's alias method (A. J. Walker, ACM TOMS 3 (1977) 253; M. D. Vose, IEEE TSE 17 (1991) 972).
//! A point of cell `c`, drawn with probability `p_c` among `K` cells of equal volume, has the weight
//! `w = J f / (K p_c)`. Pinned by the test below.

use crate::kernel::Column;

/// An alias table.
#[derive(Clone, Debug)]
pub(crate) struct Picker {
    slots: Vec<Slot>,
    factor: Vec<f64>,
}

/// One column of the table: below `keep` (of 2⁶⁴) the column's own cell, else the alias.
#[derive(Clone, Copy, Debug)]
struct Slot {
    keep: u64,
    alias: u32,
}

impl Picker {
    /// A table for probabilities in proportion to `share`, whose entries are positive.
    pub(crate) fn new(share: &[f64]) -> Self {
        let cells = share.len() as f64;
        let sum: f64 = share.iter().sum();
        let mut scaled: Vec<f64> = share.iter().map(|s| s / sum * cells).collect();
        let factor = scaled.iter().map(|p| 1.0 / p).collect();
        let mut slots = vec![
            Slot {
                keep: u64::MAX,
                alias: 0
            };
            share.len()
        ];
        for (c, slot) in slots.iter_mut().enumerate() {
            slot.alias = c as u32;
        }
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..share.len()).partition(|&c| scaled[c] < 1.0);
        while let (Some(&s), Some(&l)) = (small.last(), large.last()) {
            small.pop();
            // 2⁶⁴ p, which fits since p < 1.
            slots[s] = Slot {
                keep: (scaled[s] * 18_446_744_073_709_551_616.0) as u64,
                alias: l as u32,
            };
            scaled[l] -= 1.0 - scaled[s];
            if scaled[l] < 1.0 {
                large.pop();
                small.push(l);
            }
        }
        Self { slots, factor }
    }

    /// A table for boxes of these volumes, in the density of whose points their positive scales stand to each other.
    pub(crate) fn of_boxes(scale: &[f64], volume: &[f64]) -> Self {
        let share: Vec<f64> = scale.iter().zip(volume).map(|(s, v)| s * v).collect();
        let sum: f64 = share.iter().sum();
        let factor = scale.iter().map(|s| sum / s).collect();
        let Self { slots, .. } = Self::new(&share);
        Self { slots, factor }
    }

    /// Cells that raw words stand for, and `scale / (K p_c)` of each. The two passes each read from
    /// memory what does not wait for the other's.
    #[inline(always)]
    pub(crate) fn pick_all(
        &self,
        raw: &Column<u64>,
        scale: f64,
        cell: &mut Column<u32>,
        factor: &mut Column<f64>,
    ) {
        for (cell, &raw) in cell.iter_mut().zip(raw) {
            *cell = self.cell(raw);
        }
        for (factor, &cell) in factor.iter_mut().zip(cell.iter()) {
            *factor = scale * self.factor[cell as usize];
        }
    }

    /// Its columns: with what probability each stands for its own cell, and which one else.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (f64, u32)> {
        let columns = self.slots.iter();
        columns.map(|slot| (slot.keep as f64 / 18_446_744_073_709_551_616.0, slot.alias))
    }

    /// The cell a raw word stands for.
    #[inline(always)]
    pub(crate) fn cell(&self, raw: u64) -> u32 {
        let wide = u128::from(raw) * self.slots.len() as u128;
        let (column, rest) = ((wide >> 64) as usize, wide as u64);
        let slot = self.slots[column];
        if rest < slot.keep {
            column as u32
        } else {
            slot.alias
        }
    }

    /// Density of points in a cell over the mean density, `K p_c` for `K` equal ones.
    pub(crate) fn density(&self, cell: usize) -> f64 {
        1.0 / self.factor[cell]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_up_with_their_probabilities() {
        let share = [1.0, 0.5, 6.0, 0.001, 2.499];
        let picker = Picker::new(&share);
        let mut seen = [0u32; 5];
        let n = 1 << 20;
        for k in 0..n {
            // Equidistant words hit every cell to within one count a column.
            let cell = picker.cell((k as u64) << 44) as usize;
            seen[cell] += 1;
            assert!((picker.factor[cell] * share[cell] * 5.0 / 10.0 - 1.0).abs() < 1e-14);
        }
        for (s, p) in seen.iter().zip(share) {
            assert!(
                (f64::from(*s) - p / 10.0 * n as f64).abs() < 6.0,
                "{seen:?}"
            );
        }
    }
}
