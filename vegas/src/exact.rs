//! Exact sums of floating-point numbers: order of addition does not change a bit.
//!
//! [`ExactSums`] holds many sums as two's-complement fixed-point numbers in one shared window of
//! 64-bit limbs. Limb `k` counts units of `2^(64 k − 1074)`, so every finite `f64` is a multiple of
//! the unit. The window grows when a number outside it arrives, and always keeps a guard limb: it
//! overflows after 2⁶³ additions. This is what lets shards merge in any order to the same bits
//! (the long accumulator of Kulisch, restricted to the exponents met).
//! Pinned by the unit tests below and `tests/reproducibility.rs`.

use serde::{Deserialize, Serialize};

/// A set of exact sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExactSums {
    count: usize,
    low: usize,
    limbs: usize,
    data: Vec<u64>,
}

impl ExactSums {
    /// `count` sums, all zero.
    pub fn new(count: usize) -> Self {
        Self {
            count,
            low: 0,
            limbs: 0,
            data: Vec::new(),
        }
    }

    /// Number of sums.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no sum.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Sets every sum to zero and keeps the memory.
    pub fn clear(&mut self) {
        self.data.fill(0);
    }

    /// Widens the window to cover limbs `low..high`.
    fn cover(&mut self, low: usize, high: usize) {
        if self.limbs == 0 {
            (self.low, self.limbs) = (low, high - low);
            self.data = vec![0; self.count * self.limbs];
            return;
        }
        let new_low = low.min(self.low);
        let new_high = high.max(self.low + self.limbs);
        let limbs = new_high - new_low;
        if limbs == self.limbs {
            return;
        }
        let mut data = vec![0; self.count * limbs];
        for (new, old) in data
            .chunks_exact_mut(limbs)
            .zip(self.data.chunks_exact(self.limbs))
        {
            let at = self.low - new_low;
            new[at..at + self.limbs].copy_from_slice(old);
            let sign = if old[self.limbs - 1] >> 63 == 1 {
                u64::MAX
            } else {
                0
            };
            new[at + self.limbs..].fill(sign);
        }
        (self.low, self.limbs, self.data) = (new_low, limbs, data);
    }

    /// Adds `value` to sum `k`. A value that is not finite is ignored: callers count those apart.
    pub fn add(&mut self, k: usize, value: f64) {
        if value == 0.0 || !value.is_finite() {
            return;
        }
        let bits = value.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as usize;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, position) = if exponent == 0 {
            (fraction, 0)
        } else {
            (fraction | 1 << 52, exponent - 1)
        };
        let limb = position / 64;
        if self.limbs == 0 || limb < self.low || limb + 3 > self.low + self.limbs {
            self.cover(limb, limb + 3);
        }
        let wide = u128::from(mantissa) << (position % 64);
        let (lo, hi) = (wide as u64, (wide >> 64) as u64);
        let sum = &mut self.data[k * self.limbs..][..self.limbs][limb - self.low..];
        if bits >> 63 == 0 {
            let (s, c) = sum[0].overflowing_add(lo);
            sum[0] = s;
            let (s, c1) = sum[1].overflowing_add(hi);
            let (s, c2) = s.overflowing_add(u64::from(c));
            sum[1] = s;
            let mut carry = c1 | c2;
            for limb in &mut sum[2..] {
                if !carry {
                    break;
                }
                (*limb, carry) = limb.overflowing_add(1);
            }
        } else {
            let (s, b) = sum[0].overflowing_sub(lo);
            sum[0] = s;
            let (s, b1) = sum[1].overflowing_sub(hi);
            let (s, b2) = s.overflowing_sub(u64::from(b));
            sum[1] = s;
            let mut borrow = b1 | b2;
            for limb in &mut sum[2..] {
                if !borrow {
                    break;
                }
                (*limb, borrow) = limb.overflowing_sub(1);
            }
        }
    }

    /// Adds every sum of `other` to the sum of the same number here.
    ///
    /// # Panics
    /// If the numbers of sums differ.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.count, other.count, "sums of different shape");
        if other.limbs == 0 {
            return;
        }
        self.cover(other.low, other.low + other.limbs);
        let at = other.low - self.low;
        for (mine, theirs) in self
            .data
            .chunks_exact_mut(self.limbs)
            .zip(other.data.chunks_exact(other.limbs))
        {
            let sign = if theirs[other.limbs - 1] >> 63 == 1 {
                u64::MAX
            } else {
                0
            };
            let mut carry = false;
            for (j, limb) in mine[at..].iter_mut().enumerate() {
                let term = theirs.get(j).copied().unwrap_or(sign);
                let (s, c1) = limb.overflowing_add(term);
                let (s, c2) = s.overflowing_add(u64::from(carry));
                *limb = s;
                carry = c1 | c2;
            }
        }
    }

    /// Sum `k`, rounded once to the nearest `f64`.
    pub fn value(&self, k: usize) -> f64 {
        if self.limbs == 0 {
            return 0.0;
        }
        let sum = &self.data[k * self.limbs..][..self.limbs];
        let negative = sum[self.limbs - 1] >> 63 == 1;
        // Magnitude limb j of the two's complement, made on the fly from the lowest limb up.
        let mut carry = true;
        let (mut top, mut below, mut sticky, mut at) = (0u64, 0u64, false, 0);
        for (j, &limb) in sum.iter().enumerate() {
            let limb = if negative {
                let (s, c) = (!limb).overflowing_add(u64::from(carry));
                carry = c;
                s
            } else {
                limb
            };
            if limb != 0 {
                sticky |= below != 0 || (top != 0 && at + 1 != j);
                below = if at + 1 == j { top } else { 0 };
                (top, at) = (limb, j);
            }
        }
        if top == 0 {
            return 0.0;
        }
        // `at` = 0 has nothing below it; `below` belongs to limb `at − 1`.
        let wide = (u128::from(top) << 64) | u128::from(below) | u128::from(sticky);
        let exponent = 64 * (self.low + at) as i32 - 1074 - 64;
        let magnitude = libm::scalbn(wide as f64, exponent);
        if negative { -magnitude } else { magnitude }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_cancel_exactly_over_the_whole_range_of_exponents() {
        let mut s = ExactSums::new(2);
        for v in [1e300, 3.0, 5e-324, -1e300, 1e-30, -1e-30] {
            s.add(1, v);
        }
        assert_eq!(s.value(1), 3.0 + 5e-324);
        s.add(1, -3.0);
        assert_eq!(s.value(1), 5e-324);
        s.add(1, -5e-324);
        assert_eq!(s.value(1), 0.0);
        assert_eq!(s.value(0), 0.0);
    }

    #[test]
    fn a_sum_is_rounded_once() {
        let mut s = ExactSums::new(1);
        s.add(0, 1.0);
        for _ in 0..4 {
            s.add(0, f64::EPSILON / 8.0);
        }
        s.add(0, 1e-60);
        // 1 + ε/2 + 10⁻⁶⁰ lies above the tie.
        assert_eq!(s.value(0), 1.0 + f64::EPSILON);
        s.add(0, -2e-60);
        assert_eq!(s.value(0), 1.0);
    }

    #[test]
    fn merging_in_any_order_gives_the_same_value() {
        let terms: Vec<f64> = (0..300)
            .map(|i| libm::sin(i as f64) * libm::exp2((i % 40) as f64 * 7.0 - 140.0))
            .collect();
        let mut all = ExactSums::new(1);
        terms.iter().for_each(|&t| all.add(0, t));
        let mut merged = ExactSums::new(1);
        for part in terms.rchunks(17) {
            let mut p = ExactSums::new(1);
            part.iter().rev().for_each(|&t| p.add(0, t));
            merged.merge(&p);
        }
        assert_eq!(all.value(0), merged.value(0));
        assert_ne!(
            all.value(0),
            terms.iter().sum::<f64>(),
            "a plain sum rounds on the way"
        );
    }
}
