//! Elementary functions for the kernels: branch-free, vectorisable, the same bits everywhere.
//!
//! Plain `f64` arithmetic and bit operations only, so a loop over an array compiles to vector
//! registers on every instruction set and gives identical results on each; the platform's libm
//! does neither. Series are derived in place (Taylor after argument reduction), with reductions
//! small enough for their truncation to stay below 1e-17. No argument checks: the documented
//! domains are the callers' duty.
//! Accuracy (pinned by the tests below against `libm`): 2 ulp over each domain, 4 for the angle.

mod instruction_set;

pub(crate) use instruction_set::{arch, set_arch};

use core::f64::consts::{LN_2, LOG2_E, PI};

/// 1.5·2⁵²: adding it rounds a small number to an integer held in the low mantissa bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Upper part of ln 2 with 32 trailing zero bits: products with small integers are exact.
const LN_2_HI: f64 = f64::from_bits(LN_2.to_bits() & !0xffff_ffff);
/// ln 2 − [`LN_2_HI`] (from 50 digits).
const LN_2_LO: f64 = 4.749_325_039_031_672_6e-7;
/// The two parts of ln 2 of FreeBSD's functions.
const LIBM_LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LIBM_LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// Σ cₖ xⁿ⁻¹⁻ᵏ, from the highest power on: even and odd powers side by side, half as long a chain of operations that wait for
/// each other as in one row.
#[inline(always)]
fn polynomial<const N: usize>(c: &[f64; N], x: f64) -> f64 {
    let z = x * x;
    let (mut first, mut second) = (c[0], c[1]);
    let mut k = 2;
    while k + 1 < N {
        first = first * z + c[k];
        second = second * z + c[k + 1];
        k += 2;
    }
    if N.is_multiple_of(2) {
        first * x + second
    } else {
        first * z + c[N - 1] + second * x
    }
}

/// (r, 2ⁿ) with x = n ln 2 + r, |r| ≤ ½ ln 2, for −708 ≤ x ≤ 709 (clamped outside).
#[inline(always)]
pub(crate) fn exp_parts(x: f64) -> [f64; 2] {
    let x = if x > 709.0 { 709.0 } else { x };
    let x = if x < -708.0 { -708.0 } else { x };
    let shifted = x * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HI) - n * LN_2_LO;
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    [r, scale]
}

/// e^r − 1.
#[inline(always)]
fn above_one(r: f64) -> f64 {
    // 1/13!, …, 1/2!: |r| ≤ 0.347, remainder below 5e-18.
    const SERIES: [f64; 12] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    r + r * r * polynomial(&SERIES, r)
}

/// eˣ of what has these [`exp_parts`].
#[inline(always)]
pub(crate) fn exp_of([r, scale]: [f64; 2]) -> f64 {
    (1.0 + above_one(r)) * scale
}

/// eˣ − 1 of what has these [`exp_parts`].
#[inline(always)]
pub(crate) fn exp_m1_of([r, scale]: [f64; 2]) -> f64 {
    above_one(r) * scale + (scale - 1.0)
}

/// eˣ for −708 ≤ x ≤ 709 (clamped outside).
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    exp_of(exp_parts(x))
}

/// eˣ − 1 for −708 ≤ x ≤ 709 (clamped outside), to full relative precision at small x.
#[inline(always)]
pub fn exp_m1(x: f64) -> f64 {
    exp_m1_of(exp_parts(x))
}

/// Natural logarithm for positive normal x.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    ln_of(ln_parts(x))
}

/// x = 2ⁿ(1+f) with 1+f in [√½, √2), as n, f and s = f/(2+f).
#[inline(always)]
pub(crate) fn ln_parts(x: f64) -> [f64; 3] {
    // Mantissa in [√½, √2): subtract the bits of √½ before splitting off the exponent.
    const SQRT_HALF_BITS: u64 = core::f64::consts::FRAC_1_SQRT_2.to_bits();
    let shifted = x
        .to_bits()
        .wrapping_sub(SQRT_HALF_BITS)
        .wrapping_add(1023 << 52);
    let exponent =
        f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - 4_503_599_627_371_519.0;
    let mantissa = f64::from_bits((shifted & ((1 << 52) - 1)).wrapping_add(SQRT_HALF_BITS));
    let f = mantissa - 1.0;
    [exponent, f, f / (2.0 + f)]
}

/// The logarithm of what has these [`ln_parts`].
#[inline(always)]
pub(crate) fn ln_of([exponent, f, s]: [f64; 3]) -> f64 {
    let z = s * s;
    // ln(1+f) = 2 artanh s = f − s(f − 2zP), P = Σ z^k/(2k+3); z ≤ 0.0295.
    const SERIES: [f64; 11] = [
        1.0 / 23.0,
        1.0 / 21.0,
        1.0 / 19.0,
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        1.0 / 5.0,
        1.0 / 3.0,
    ];
    let p = polynomial(&SERIES, z);
    let fraction = exponent * LN_2_LO - s * (f - 2.0 * z * p);
    exponent * LN_2_HI + (f + fraction)
}

/// ln(1 + x) for finite x > −1 with the bits of `libm::log1p`, whose series and order of operations it has
/// (FreeBSD's s_log1p.c, whose constants these are).
#[inline(always)]
pub fn ln_1p(x: f64) -> f64 {
    // High halves of the numbers about 0 for which 1 + x needs no reduction.
    const ABOVE: f64 = f64::from_bits(0x3fda_827a << 32);
    const BELOW: f64 = f64::from_bits(0x3fd2_bec4 << 32 | 0xffff_ffff);
    let u = 1.0 + x;
    let (exponent, mantissa) = libm_parts(u);
    // What u has lost of 1 + x.
    let lost = if exponent >= 2.0 {
        1.0 - (u - x)
    } else {
        x - (u - 1.0)
    } / u;
    let lost = if exponent < 54.0 { lost } else { 0.0 };
    let whole = (-BELOW..ABOVE).contains(&x);
    let (exponent, lost, f) = if whole {
        (0.0, 0.0, x)
    } else {
        (exponent, lost, mantissa - 1.0)
    };
    libm_series(exponent, lost, f)
}

/// Exponent n and mantissa m of x = 2ⁿ m, m about from √½ to √2.
#[inline(always)]
fn libm_parts(x: f64) -> (f64, f64) {
    // The high half of √½.
    const SQRT_HALF: u64 = 0x3fe6_a09e << 32;
    let shifted = x.to_bits().wrapping_add((1023 << 52) - SQRT_HALF);
    let exponent =
        f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - 4_503_599_627_371_519.0;
    let mantissa = f64::from_bits((shifted & ((1 << 52) - 1)).wrapping_add(SQRT_HALF));
    (exponent, mantissa)
}

/// ln(1 + f) + `lost` + `exponent` ln 2 as FreeBSD's s_log1p.c and e_log.c have it.
#[inline(always)]
fn libm_series(exponent: f64, lost: f64, f: f64) -> f64 {
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = w
        * (f64::from_bits(0x3fd9_9999_9997_fa04)
            + w * (f64::from_bits(0x3fcc_71c5_1d8e_78af)
                + w * f64::from_bits(0x3fc3_9a09_d078_c69f)));
    let even = z
        * (f64::from_bits(0x3fe5_5555_5555_5593)
            + w * (f64::from_bits(0x3fd2_4924_9422_9359)
                + w * (f64::from_bits(0x3fc7_4664_96cb_03de)
                    + w * f64::from_bits(0x3fc2_f112_df3e_5244))));
    let r = even + odd;
    s * (half_square + r) + (exponent * LIBM_LN_2_LOW + lost) - half_square
        + f
        + exponent * LIBM_LN_2_HIGH
}

/// Natural logarithm of positive normal x with the bits of `libm::log`.
#[inline(always)]
pub(crate) fn libm_ln(x: f64) -> f64 {
    let (exponent, mantissa) = libm_parts(x);
    libm_series(exponent, 0.0, mantissa - 1.0)
}

/// eˣ for |x| ≤ 708 with the bits of `libm::exp`, whose series and order of operations it has (FreeBSD's e_exp.c, whose
/// constants these are).
#[inline(always)]
pub(crate) fn libm_exp(x: f64) -> f64 {
    // From these |x| on n is what the nearest integer is, one, or there is a series at all.
    const MANY: f64 = f64::from_bits(0x3ff0_a2b2 << 32);
    const ONE: f64 = f64::from_bits(0x3fd6_2e43 << 32);
    const SERIES: f64 = f64::from_bits(0x3e30_0001 << 32);
    let (size, half) = (x.abs(), 0.5_f64.copysign(x));
    let n = if size >= MANY {
        (LOG2_E * x + half).trunc()
    } else if size >= ONE {
        2.0 * half
    } else {
        0.0
    };
    let (high, low) = (x - n * LIBM_LN_2_HIGH, n * LIBM_LN_2_LOW);
    let r = high - low;
    let z = r * r;
    let c = r - z
        * (f64::from_bits(0x3fc5_5555_5555_553e)
            + z * (f64::from_bits(0xbf66_c16c_16be_bd93)
                + z * (f64::from_bits(0x3f11_566a_af25_de2c)
                    + z * (f64::from_bits(0xbebb_bd41_c5d2_6bf1)
                        + z * f64::from_bits(0x3e66_3769_72be_a4d0)))));
    let y = 1.0 + (r * c / (2.0 - c) - low + high);
    let scale = f64::from_bits(((n + ROUND).to_bits() << 52).wrapping_add(1023 << 52));
    if size >= SERIES { y * scale } else { 1.0 + x }
}

/// ln Γ(1 + x) for 0 ≤ x ≤ 10¹⁵, to 4e-15 and as many digits: Stirling's series at x + 9, and a product down from there.
#[inline(always)]
pub(crate) fn ln_gamma_1p(x: f64) -> f64 {
    let z = x + 9.0;
    let inv = 1.0 / z;
    let inv2 = inv * inv;
    // B₂ₖ/(2k(2k − 1)) in Horner order: z ≥ 9, remainder below 2e-16.
    let mut p = 1.0 / 156.0;
    for c in [
        -691.0 / 360_360.0,
        1.0 / 1_188.0,
        -1.0 / 1_680.0,
        1.0 / 1_260.0,
        -1.0 / 360.0,
        1.0 / 12.0,
    ] {
        p = p * inv2 + c;
    }
    let mut product = 1.0;
    for k in 1..9 {
        // As parts of z, so that a large x does not overflow.
        product *= (x + f64::from(k)) * inv;
    }
    const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;
    (x + 0.5) * ln(z) - z + HALF_LN_TAU + p * inv - ln(product)
}

/// (cos 2πu, sin 2πu) for |u| ≤ 2⁴⁰, to full relative precision near the zeros.
#[inline(always)]
pub fn cos_sin_turns(u: f64) -> (f64, f64) {
    let shifted = 4.0 * u + ROUND;
    let r = 4.0 * u - (shifted - ROUND); // exact, |r| ≤ ½ quarter turn
    let quadrant = shifted.to_bits();
    let x = r * (0.5 * PI);
    let z = x * x;
    const SINE: [f64; 8] = [
        1.0 / 355_687_428_096_000.0,
        -1.0 / 1_307_674_368_000.0,
        1.0 / 6_227_020_800.0,
        -1.0 / 39_916_800.0,
        1.0 / 362_880.0,
        -1.0 / 5_040.0,
        1.0 / 120.0,
        -1.0 / 6.0,
    ];
    let sin = x + x * z * polynomial(&SINE, z);
    const COSINE: [f64; 7] = [
        1.0 / 20_922_789_888_000.0,
        -1.0 / 87_178_291_200.0,
        1.0 / 479_001_600.0,
        -1.0 / 3_628_800.0,
        1.0 / 40_320.0,
        -1.0 / 720.0,
        1.0 / 24.0,
    ];
    let cos = 1.0 - z * (0.5 - z * polynomial(&COSINE, z));
    let (a, b) = if quadrant & 1 == 0 {
        (cos, sin)
    } else {
        (sin, cos)
    };
    // cos is negative in quadrants 1 and 2, sin in 2 and 3.
    let cos_sign = ((quadrant.wrapping_add(1)) & 2) << 62;
    let sin_sign = (quadrant & 2) << 62;
    (
        f64::from_bits(a.to_bits() ^ cos_sign),
        f64::from_bits(b.to_bits() ^ sin_sign),
    )
}

/// Angle of the point (x, y) with y ≥ 0, in [0, π]; full relative precision at small angles.
#[inline(always)]
pub fn polar_angle(y: f64, x: f64) -> f64 {
    let ax = x.abs();
    let (num, den) = if y <= ax { (y, ax) } else { (ax, y) };
    // The origin has no angle; 0/MIN_POSITIVE makes it 0 rather than NaN.
    let z = num / if den == 0.0 { f64::MIN_POSITIVE } else { den };
    // Two half-angle steps: z ≤ 0.199, twelve terms of the arctangent series suffice.
    let z = z / (1.0 + (1.0 + z * z).sqrt());
    let z = z / (1.0 + (1.0 + z * z).sqrt());
    let w = z * z;
    let mut p = 1.0 / 25.0;
    for odd in [
        -23.0, 21.0, -19.0, 17.0, -15.0, 13.0, -11.0, 9.0, -7.0, 5.0, -3.0,
    ] {
        p = p * w + 1.0 / odd;
    }
    let a = 4.0 * (z + z * w * p);
    let a = if y <= ax { a } else { 0.5 * PI - a };
    if x < 0.0 { PI - a } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
        pairs
            .map(|(got, want)| {
                ((got - want) / (want.abs() * f64::EPSILON).max(f64::MIN_POSITIVE)).abs()
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn exp_agrees_with_libm_to_two_ulp() {
        let xs = (0..200_001).map(|i| -700.0 + 0.007 * i as f64 * 1.000_01);
        assert!(worst(xs.filter(|x| *x < 709.0).map(|x| (exp(x), libm::exp(x)))) <= 2.0);
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn exp_m1_agrees_with_libm_to_three_ulp_however_small_the_argument() {
        let wide = (0..100_001).map(|i| -40.0 + 0.008 * f64::from(i));
        let small = (0..700).flat_map(|i| [1.0, -1.0].map(|s| s * libm::exp(-f64::from(i))));
        let pairs = wide
            .filter(|x| *x < 709.0)
            .chain(small)
            .map(|x| (exp_m1(x), libm::expm1(x)));
        assert!(worst(pairs) <= 3.0);
        assert_eq!(exp_m1(0.0), 0.0);
    }

    #[test]
    fn ln_agrees_with_libm_to_two_ulp() {
        let near_one = (1..100_000).map(|i| 1.0 + (i as f64 - 50_000.0) * 7e-6);
        let wide = (0..100_000).map(|i| libm::exp(-600.0 + 0.012 * i as f64));
        assert!(
            worst(
                near_one
                    .chain(wide)
                    .filter(|x| *x != 1.0)
                    .map(|x| (ln(x), libm::log(x)))
            ) <= 2.0
        );
        assert_eq!(ln(1.0), 0.0);
    }

    #[test]
    fn ln_1p_has_the_bits_of_libm() {
        let bits = |x: f64| (x.to_bits(), ln_1p(x).to_bits(), libm::log1p(x).to_bits());
        let wide = (0..400_000).map(|i| libm::exp(-50.0 + 2.2e-4 * f64::from(i)));
        let around = (0..400_000).map(|i| -0.999 + 1e-5 * f64::from(i));
        let corners =
            [0x3fda_827a_u64, 0x3fd2_bec4, 0x3fe6_a09e, 0x4340_0000].map(|high| high << 32);
        let corners = corners
            .into_iter()
            .flat_map(|at| (at - 3..at + 3).map(f64::from_bits));
        let signed = corners.flat_map(|x| [x, -x]).filter(|x| *x > -1.0);
        for x in wide.chain(around).chain(signed).chain([0.0, 1e-300]) {
            let (x, found, expected) = bits(x);
            assert_eq!(found, expected, "{}", f64::from_bits(x));
        }
    }

    #[test]
    fn the_logarithm_and_exponential_of_libm_have_its_bits() {
        let wide = (0..400_000).map(|i| -707.0 + 3.53e-3 * f64::from(i));
        let small = (0..400_000).map(|i| libm::exp(-45.0 + 1.28e-4 * f64::from(i)));
        let corners = [
            0x3ff0_a2b2_u64,
            0x3fd6_2e42,
            0x3fd6_2e43,
            0x3e30_0000,
            0x3e30_0001,
        ]
        .into_iter()
        .flat_map(|high| ((high << 32) - 3..(high << 32) + 3).map(f64::from_bits));
        for x in wide.chain(small).chain(corners).chain([0.0]) {
            for x in [x, -x] {
                let (found, expected) = (libm_exp(x), libm::exp(x));
                assert_eq!(found.to_bits(), expected.to_bits(), "exp {x}");
            }
            let arguments = [libm::exp(x), x.abs(), 1.0 + 1e-3 * x.abs()];
            for x in arguments.into_iter().filter(|x| x.is_normal()) {
                let (found, expected) = (libm_ln(x), libm::log(x));
                assert_eq!(found.to_bits(), expected.to_bits(), "ln {x}");
            }
        }
    }

    #[test]
    fn ln_gamma_agrees_with_libm() {
        for i in 0..200_000 {
            let x = 1e-3 * f64::from(i);
            let (found, expected) = (ln_gamma_1p(x), libm::lgamma(1.0 + x));
            let off = (found - expected).abs();
            assert!(
                off < 4e-15 * (1.0 + expected.abs()),
                "{x}: {found} {expected}"
            );
        }
    }

    #[test]
    fn cos_sin_turns_agrees_with_libm_where_the_argument_is_exact() {
        for i in 0..100_000 {
            let u = -2.0 + i as f64 * 4e-5;
            let (c, s) = cos_sin_turns(u);
            let r = 4.0 * u - (4.0 * u).round();
            let x = r * 0.5 * PI;
            let (c0, s0) = match ((4.0 * u).round() as i64).rem_euclid(4) {
                0 => (libm::cos(x), libm::sin(x)),
                1 => (-libm::sin(x), libm::cos(x)),
                2 => (-libm::cos(x), -libm::sin(x)),
                _ => (libm::sin(x), -libm::cos(x)),
            };
            assert!(worst([(c, c0), (s, s0)].into_iter()) <= 2.0, "u = {u}");
        }
    }

    #[test]
    fn polar_angle_agrees_with_libm_to_four_ulp() {
        let cases = (0..100_000).map(|i| {
            let a = PI * (i as f64 + 0.5) / 100_000.0;
            (libm::sin(a), libm::cos(a))
        });
        let small = (0..300).map(|i| (libm::exp(-0.1 * i as f64), 1.0));
        assert!(
            worst(
                cases
                    .chain(small)
                    .map(|(y, x)| (polar_angle(y, x), libm::atan2(y, x)))
            ) <= 4.0
        );
        assert_eq!(polar_angle(0.0, 0.0), 0.0);
    }
}
