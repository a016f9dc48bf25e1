//! Numbers with 17 significant digits, as `{:.16e}` writes them, but faster.
//!
//! A number is `m 2^e` with `m < 2⁵³`. With `q` such that its 17 digits are the integer part of
//! `m 2^e 10^q = m 5^q 2^(e+q)`, all of that is exact in 192 bits as long as `5^q < 2¹²⁸`, that is
//! for magnitudes from 10⁻³⁹ to 10¹⁷: what is shifted out decides the rounding, ties going to the
//! even digit as in the standard library, to which all other numbers are left.
//! Pinned by the tests below.

use std::fmt::Write as _;

/// `5^q`.
const FIVES: [u128; 56] = {
    let mut fives = [1; 56];
    let mut q = 1;
    while q < fives.len() {
        fives[q] = 5 * fives[q - 1];
        q += 1;
    }
    fives
};

/// `10^16`, the least integer of 17 digits.
const LEAST: u64 = 10_000_000_000_000_000;

/// Appends an ASCII `separator` and `value` as `{:.16e}` would.
pub(super) fn push(out: &mut String, separator: char, value: f64) {
    let Some((digits, exponent)) = digits(value) else {
        out.push(separator);
        // UNWRAP: writing to a String cannot fail.
        return write!(out, "{value:.16e}").expect("strings take everything");
    };
    // Separator, sign, digit, point, sixteen digits, e, sign, two digits, in one piece for one copy.
    let mut text = [0; 24];
    text[0] = separator as u8;
    text[1] = b'-';
    let mut n = 1 + usize::from(value < 0.0);
    let (first, rest) = (digits / LEAST, digits % LEAST);
    text[n] = b'0' + first as u8;
    text[n + 1] = b'.';
    text[n + 2..n + 10].copy_from_slice(&eight((rest / 100_000_000) as u32));
    text[n + 10..n + 18].copy_from_slice(&eight((rest % 100_000_000) as u32));
    text[n + 18] = b'e';
    n += 19;
    if exponent < 0 {
        text[n] = b'-';
        n += 1;
    }
    let exponent = exponent.unsigned_abs() as u8;
    if exponent > 9 {
        text[n] = b'0' + exponent / 10;
        n += 1;
    }
    text[n] = b'0' + exponent % 10;
    // UNWRAP: digits and signs.
    out.push_str(std::str::from_utf8(&text[..=n]).expect("ASCII"));
}

/// The eight digits of `n < 10⁸`, all at once: fours, pairs and digits in the bytes of a word, with
/// products in place of divisions by 100 and 10 that are exact for numbers of four and two digits.
fn eight(n: u32) -> [u8; 8] {
    let (high, low) = (u64::from(n / 10_000), u64::from(n % 10_000));
    let fours = high | low << 32;
    let hundreds = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let pairs = hundreds | (fours - 100 * hundreds) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    let digits = tens | (pairs - 10 * tens) << 8;
    (digits | 0x3030_3030_3030_3030).to_le_bytes()
}

/// The 17 digits as an integer, and the decimal exponent of the first; `None` for what the standard
/// library must do.
fn digits(value: f64) -> Option<(u64, i32)> {
    let magnitude = value.abs();
    if !(1e-38..1e16).contains(&magnitude) {
        return None;
    }
    let bits = magnitude.to_bits();
    let mantissa = (bits & ((1 << 52) - 1)) | 1 << 52;
    let exponent = (bits >> 52) as i32 - 1075;
    // ⌊(exponent + 52) log₁₀ 2⌋: the decimal exponent, or one less.
    let mut decimal = ((exponent + 52) * 78_913) >> 18;
    loop {
        let q = 16 - decimal;
        let scaled = rounded(mantissa, *FIVES.get(q as usize)?, -(exponent + q))?;
        if scaled < 10 * LEAST {
            return Some((scaled, decimal));
        }
        decimal += 1;
    }
}

/// `⌊mantissa · five / 2^shift⌉`, ties to even; `None` if it has more than 64 bits, or a shift is
/// out of range.
fn rounded(mantissa: u64, five: u128, shift: i32) -> Option<u64> {
    let low = u128::from(mantissa) * (five & u128::from(u64::MAX));
    let high = u128::from(mantissa) * (five >> 64) + (low >> 64);
    let low = low as u64;
    // The product is high · 2⁶⁴ + low.
    let (whole, half, rest) = match shift {
        0 => (high << 64 | u128::from(low), false, false),
        1..=64 => {
            let whole = high << (64 - shift) | u128::from(low) >> shift.min(63) >> (shift / 64);
            let below = low << (64 - shift);
            (whole, below >> 63 == 1, below << 1 != 0)
        }
        65..=127 => {
            let shift = shift - 64;
            let below = high << (128 - shift);
            (
                high >> shift,
                below >> 127 == 1,
                below << 1 != 0 || low != 0,
            )
        }
        _ => return None,
    };
    let up = half && (rest || whole & 1 == 1);
    u64::try_from(whole + u128::from(up)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(value: f64) {
        let mut text = String::new();
        push(&mut text, ',', value);
        assert_eq!(text, format!(",{value:.16e}"));
    }

    #[test]
    fn numbers_look_as_the_standard_library_writes_them() {
        let mut word = 0x9e37_79b9_7f4a_7c15_u64;
        for i in 0..200_000_u64 {
            word = word
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(i | 1);
            let bits = word ^ word >> 29;
            same(f64::from_bits(bits));
            // Between 2⁻¹³⁴ and 2⁵⁸, where they do not go to the standard library.
            let exponent = 1023 - 134 + bits % 192;
            same(f64::from_bits(bits >> 12 | exponent << 52));
        }
        for k in -45..25 {
            let power = 10f64.powi(k);
            for near in [
                power.next_down(),
                power,
                power.next_up(),
                2.0f64.powi(3 * k),
            ] {
                same(near);
                same(-near);
            }
        }
        [
            0.0,
            -0.0,
            1.0,
            0.5,
            160.0,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
        ]
        .into_iter()
        .for_each(same);
    }

    #[test]
    fn eight_digits_are_those_of_the_number() {
        for n in (0..100_000_000).step_by(997).chain([99_999_999]) {
            assert_eq!(eight(n), format!("{n:08}").as_bytes());
        }
        for n in 0..10_000 {
            assert_eq!(eight(n * 10_001), format!("{:08}", n * 10_001).as_bytes());
        }
    }

    #[test]
    fn ties_go_to_the_even_digit() {
        // An 18th digit of 5 with nothing behind it.
        for tie in [1e15 + 0.25, 1e15 + 0.75, 1e14 + 0.125] {
            same(tie);
        }
        let mut text = String::new();
        push(&mut text, ' ', 1e15 + 0.25);
        assert_eq!(text, " 1.0000000000000002e15");
    }
}
