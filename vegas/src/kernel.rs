//! The inner loops: raw random words to points, values to weights, weights to sums.
//!
//! Everything here works on one block in structure-of-arrays buffers that stay in the level-1
//! cache. The loops are plain `f64` code, compiled several times by `pulp` and chosen at run time;
//! Rust never contracts `a * b + c` and every reduction has a fixed number of lanes, so all
//! versions give the same bits. Pinned by `tests/reproducibility.rs`.

// Index loops over fixed-size arrays say plainly what runs in step.
#![allow(clippy::needless_range_loop)]

use crate::error::Error;
use crate::integrand::BLOCK;
use crate::map::{MAX_INCREMENTS, Map};
use crate::rng::uniform;
use std::sync::OnceLock;

use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};

/// The instruction set of the inner loops; the result does not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isa {
    /// The best this processor has, or what [`Isa::set_for_all`] has said.
    #[default]
    Best,
    /// What the program was compiled for.
    Baseline,
    /// x86-64-v3: AVX2.
    V3,
    /// x86-64-v4: AVX-512.
    V4,
}

/// What [`Isa::Best`] stands for, if it was set.
static SET: OnceLock<Arch> = OnceLock::new();

/// The dispatcher of [`Isa::Best`].
pub(crate) fn arch() -> Arch {
    SET.get().copied().unwrap_or_else(Arch::new)
}

impl Isa {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Best, Self::Baseline, Self::V3, Self::V4];

    /// Its name, as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Baseline => "baseline",
            Self::V3 => "v3",
            Self::V4 => "v4",
        }
    }

    /// Makes it what [`Isa::Best`] stands for in the whole program, once and for all. Changes no result.
    ///
    /// # Errors
    /// [`Error::Setting`] if this processor lacks it.
    pub fn set_for_all(self) -> Result<(), Error> {
        self.check()?;
        if self != Self::Best {
            // What was set before stays.
            let _ = SET.set(self.arch().unwrap_or_default());
        }
        Ok(())
    }

    /// Refuses what this processor lacks.
    pub(crate) fn check(self) -> Result<(), Error> {
        match self.available() {
            true => Ok(()),
            false => Err(Error::setting(
                "isa",
                self.name().to_owned(),
                "an instruction set that this processor has",
            )),
        }
    }

    /// The dispatcher, or `None` if this processor lacks the instruction set.
    pub fn arch(self) -> Option<Arch> {
        match self {
            Self::Best => Some(arch()),
            Self::Baseline => Some(Arch::Scalar),
            #[cfg(target_arch = "x86_64")]
            Self::V3 => pulp::x86::V3::try_new().map(Arch::V3),
            #[cfg(target_arch = "x86_64")]
            Self::V4 => pulp::x86::V4::try_new().map(Arch::V4),
            #[cfg(not(target_arch = "x86_64"))]
            Self::V3 | Self::V4 => None,
        }
    }

    /// Whether this processor has it.
    pub fn available(self) -> bool {
        self.arch().is_some()
    }
}

/// Numbers of one block, one an array.
pub(crate) type Column<T> = [T; BLOCK];

/// Where points lie on an axis, in increments of the map.
pub(crate) enum Place<'a> {
    /// `(digit + u) · scale`, for a stratum of `scale` increments.
    Stratum { digit: &'a Column<f64>, scale: f64 },
    /// `low + u · width`.
    Side {
        low: &'a Column<f64>,
        width: &'a Column<f64>,
    },
}

/// Maps one axis: increments, split into index and fraction.
pub(crate) struct MapColumn<'a> {
    pub(crate) raw: &'a Column<u64>,
    pub(crate) place: Place<'a>,
    pub(crate) map: &'a Map,
    pub(crate) axis: usize,
    pub(crate) x: &'a mut Column<f64>,
    pub(crate) index: &'a mut Column<u32>,
    pub(crate) jacobian: &'a mut Column<f64>,
}

/// Adding and taking away 1.5 · 2⁵² rounds to an integer, which then sits in the low bits.
pub(crate) const ROUND: f64 = 6_755_399_441_055_744.0;

/// The largest coordinate that may reach an integrand: 1 − 2⁻⁵³.
const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;

impl WithSimd for MapColumn<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let increments = self.map.increments();
        let top = increments as f64 * BELOW_ONE;
        match self.place {
            Place::Stratum { digit, scale } => {
                for i in 0..BLOCK {
                    self.x[i] = (digit[i] + uniform(self.raw[i])) * scale;
                }
            }
            Place::Side { low, width } => {
                for i in 0..BLOCK {
                    self.x[i] = low[i] + uniform(self.raw[i]) * width[i];
                }
            }
        }
        for i in 0..BLOCK {
            let t = self.x[i];
            let t = if t < top { t } else { top };
            // Rounding t − ½ is ⌊t⌋ but for integers t, where the end of an increment may come
            // out instead of the beginning of the next: the same x.
            let rounded = (t - 0.5) + ROUND;
            self.index[i] = rounded.to_bits() as u32 & (MAX_INCREMENTS as u32 - 1);
            self.x[i] = t - (rounded - ROUND);
        }
        let edges = self.map.table(self.axis);
        for i in 0..BLOCK {
            let at = self.index[i] as usize & (MAX_INCREMENTS - 1);
            let width = edges[at + 1] - edges[at];
            let x = edges[at] + self.x[i] * width;
            self.x[i] = if x < BELOW_ONE { x } else { BELOW_ONE };
            self.jacobian[i] *= width;
        }
    }
}

/// Uniform numbers from raw words.
pub(crate) struct Uniforms<'a> {
    pub(crate) raw: &'a Column<u64>,
    pub(crate) out: &'a mut Column<f64>,
}

impl WithSimd for Uniforms<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (out, &raw) in self.out.iter_mut().zip(self.raw) {
            *out = uniform(raw);
        }
    }
}

/// Weights from values, and what is counted about them.
pub(crate) struct Weigh<'a> {
    pub(crate) len: usize,
    pub(crate) value: &'a Column<f64>,
    pub(crate) jacobian: &'a Column<f64>,
    /// `N / (K n_h)` with the constant of the Jacobian.
    pub(crate) factor: &'a Column<f64>,
    pub(crate) weight: &'a mut Column<f64>,
}

/// Counts of a block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weighed {
    pub(crate) zero: u64,
    pub(crate) negative: u64,
    /// Whether some weight is NaN or infinite.
    pub(crate) bad: bool,
    pub(crate) largest: f64,
    pub(crate) magnitude: f64,
    pub(crate) square: f64,
}

impl WithSimd for Weigh<'_> {
    type Output = Weighed;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Weighed {
        /// Lanes of the sums: fixed, so that the order of additions is.
        const LANES: usize = 8;
        for i in 0..BLOCK {
            self.weight[i] = self.value[i] * self.jacobian[i] * self.factor[i];
        }
        // What lies past the end adds nothing.
        self.weight[self.len..].fill(0.0);
        let (mut zero, mut negative, mut bad) = ([0u64; LANES], [0u64; LANES], [0u64; LANES]);
        let (mut largest, mut magnitude, mut square) =
            ([0.0f64; LANES], [0.0f64; LANES], [0.0f64; LANES]);
        for lane in self.weight.chunks_exact(LANES) {
            for k in 0..LANES {
                let w = lane[k];
                let a = w.abs();
                zero[k] += u64::from(w == 0.0);
                negative[k] += u64::from(w < 0.0);
                bad[k] |= u64::from(!a.is_finite());
                largest[k] = if a > largest[k] { a } else { largest[k] };
                magnitude[k] += a;
                square[k] += w * w;
            }
        }
        Weighed {
            zero: zero.iter().sum::<u64>() - (BLOCK - self.len) as u64,
            negative: negative.iter().sum(),
            bad: bad.iter().any(|&b| b != 0),
            largest: largest.iter().fold(0.0, |m, &v| if v > m { v } else { m }),
            magnitude: magnitude.iter().sum(),
            square: square.iter().sum(),
        }
    }
}

/// What each point says of `∫ (J f)² dy` in its increments; nonsense past the block's end.
pub(crate) struct Train<'a> {
    pub(crate) weight: &'a Column<f64>,
    pub(crate) jacobian: &'a Column<f64>,
    /// `K n_h` of the point's cube.
    pub(crate) points: &'a Column<f64>,
    pub(crate) neval: f64,
    /// Uniform points times the constant of the Jacobian.
    pub(crate) uniform_share: f64,
    pub(crate) d2: &'a mut Column<f64>,
    /// Volume in y-space that the point stands for.
    pub(crate) volume: &'a mut Column<f64>,
}

impl WithSimd for Train<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for i in 0..BLOCK {
            let jf = self.weight[i] * (self.points[i] / self.neval);
            let volume = 1.0 / (self.points[i] + self.uniform_share * self.jacobian[i]);
            self.volume[i] = volume;
            self.d2[i] = jf * jf * volume;
        }
    }
}
