//! Axes: from numbers to pixels, and where the ticks stand.
//!
//! Linear axes step by 1, 2 or 5 times a power of ten; logarithmic ones label decades and, where there
//! are fewer than two of them, numbers between. All labels of an axis are of one kind: plain numbers
//! where 0.01 to 100 holds them, powers of ten elsewhere (10⁰ and 10¹ among them).

use millibrem::histogram::Scale;

/// Largest number on an axis, so that ranges and their margins stay finite.
const LARGEST: f64 = 1e300;
/// Labelled ticks wanted at most on a linear axis, and decades on a logarithmic one.
const MOST_LABELS: f64 = 7.0;
const MOST_DECADES: f64 = 10.0;
/// Pixels of an axis for a label.
const ROOM: f64 = 17.0;

/// A tick: its place, and its label in markup if it has one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) label: Option<String>,
}

/// A range of numbers laid along a line of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) scale: Scale,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Range {
    /// The range of `values` with `pad` of its length added at each end; `None` if nothing can be
    /// shown on this scale.
    pub(super) fn of(scale: Scale, values: impl Iterator<Item = f64>, pad: f64) -> Option<Self> {
        let usable = |v: &f64| v.abs() <= LARGEST && (scale == Scale::Linear || *v > 0.0);
        let (low, high) = values
            .filter(usable)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
                (l.min(v), h.max(v))
            });
        (low <= high).then(|| Self { scale, low, high }.widened(pad, pad))
    }

    /// The range with shares of its length added below and above.
    pub(super) fn widened(self, below: f64, above: f64) -> Self {
        let (low, high) = (self.place_of(self.low), self.place_of(self.high));
        let length = match high - low {
            length if length > 1e-9 * high.abs().max(1e-300) => length,
            _ if self.scale == Scale::Log => 1.0,
            _ => 0.2 * high.abs().max(1e-300),
        };
        // A range without length gets one around its value.
        let slack = if high - low < length {
            0.5 * length
        } else {
            0.0
        };
        Self {
            low: self.value_at(low - slack - below * length),
            high: self.value_at(high + slack + above * length),
            ..self
        }
    }

    fn place_of(self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value,
            Scale::Log => value.max(f64::MIN_POSITIVE).log10(),
        }
    }

    fn value_at(self, place: f64) -> f64 {
        match self.scale {
            Scale::Linear => place,
            Scale::Log => 10f64.powf(place),
        }
    }

    /// Where `value` stands: 0 at the low end, 1 at the high end, kept within sight of both.
    pub(super) fn share(self, value: f64) -> f64 {
        let (low, high) = (self.place_of(self.low), self.place_of(self.high));
        let share = (self.place_of(value) - low) / (high - low);
        // What is no number is out of sight.
        if share.is_nan() {
            return -1.0;
        }
        share.clamp(-1.0, 2.0)
    }

    /// The power of ten taken out of the labels of a linear axis; 0 for none.
    pub(super) fn exponent(self) -> i32 {
        let size = self.low.abs().max(self.high.abs());
        match self.scale {
            Scale::Linear if !(1e-2..1e4).contains(&size) => size.log10().floor() as i32,
            _ => 0,
        }
    }

    /// All ticks of an axis of `length` pixels, rising.
    pub(super) fn ticks(self, length: f64) -> Vec<Tick> {
        let most = (length / ROOM).floor().max(1.0);
        match self.scale {
            Scale::Linear => self.linear_ticks(most.min(MOST_LABELS)),
            Scale::Log => self.log_ticks(most.min(MOST_DECADES)),
        }
    }

    fn linear_ticks(self, most: f64) -> Vec<Tick> {
        const STEPS: [(f64, u8); 5] = [(0.5, 5), (1.0, 5), (2.0, 4), (5.0, 5), (10.0, 5)];
        let unit = 10f64.powi(self.exponent());
        let (low, high) = (self.low / unit, self.high / unit);
        let power = 10f64.powf(((high - low) / most).log10().floor());
        let labels = |step: f64| (high / step).floor() - (low / step).ceil() + 1.0;
        let fits = |&(factor, _): &(f64, u8)| (high - low) / (factor * power) <= most;
        let coarse = STEPS.iter().position(fits).unwrap_or(4);
        // One label tells no scale: rather a few that stand close.
        let alone = coarse > 0 && labels(STEPS[coarse].0 * power) < 2.0;
        let (factor, parts) = STEPS[coarse - usize::from(alone)];
        let minor = factor * power / f64::from(parts);
        let decimals = (-(factor * power).log10().floor()).max(0.0) as usize;
        let (first, last) = ((low / minor).ceil() as i64, (high / minor).floor() as i64);
        (first..=last)
            .map(|i| {
                let value = i as f64 * minor;
                let label = (i % parts as i64 == 0)
                    .then(|| format!("{value:.decimals$}").replace('-', "−"));
                Tick {
                    at: value * unit,
                    label,
                }
            })
            .collect()
    }

    fn log_ticks(self, most: f64) -> Vec<Tick> {
        let inside = |v: f64| v >= self.low * (1.0 - 1e-12) && v <= self.high * (1.0 + 1e-12);
        let (low, high) = (self.low.log10(), self.high.log10());
        let (first, last) = (low.floor() as i32, high.ceil() as i32);
        let decades = (first..=last).filter(|&n| inside(10f64.powi(n))).count();
        let every = (decades as f64 / most).ceil().max(1.0) as i32;
        let plain = self.low > 0.009 && self.high < 120.0;
        let between: &[i32] = match decades {
            0 if high - low < 0.35 => &[1, 2, 3, 4, 5, 6, 7, 8, 9],
            0 | 1 => &[1, 2, 3, 5],
            _ => &[1],
        };
        let mut ticks = Vec::new();
        for n in first..=last {
            for digit in 1..=9 {
                let at = f64::from(digit) * 10f64.powi(n);
                if !inside(at) || (every > 1 && digit > 1) {
                    continue;
                }
                let label = (between.contains(&digit) && n % every == 0).then(|| match digit {
                    _ if plain => format!("{:.*}", (-n).max(0) as usize, at),
                    1 => power_of_ten(n),
                    _ => format!("{digit}×{}", power_of_ten(n)),
                });
                ticks.push(Tick { at, label });
            }
        }
        ticks
    }
}

/// 10ⁿ in markup.
pub(super) fn power_of_ten(n: i32) -> String {
    format!("10^{{{}}}", n.to_string().replace('-', "−"))
}

/// A label with the power of ten that its ticks leave out.
pub(super) fn full_label(label: &str, range: &Range) -> String {
    match (range.exponent(), label.split_once(" [")) {
        (0, _) => label.to_owned(),
        (n, Some((quantity, unit))) => format!("{quantity} [{} {unit}", power_of_ten(n)),
        (n, None) => format!("{label} / {}", power_of_ten(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, low: f64, high: f64) -> Vec<String> {
        let range = Range { scale, low, high };
        range
            .ticks(300.0)
            .into_iter()
            .filter_map(|t| t.label)
            .collect()
    }

    #[test]
    fn linear_axes_step_by_round_numbers() {
        let found = labels(Scale::Linear, 0.5, 1.0);
        assert_eq!(found, ["0.5", "0.6", "0.7", "0.8", "0.9", "1.0"]);
        let found = labels(Scale::Linear, -3.0e5, 2.0e5);
        assert_eq!(found, ["−3", "−2", "−1", "0", "1", "2"]);
    }

    #[test]
    fn a_low_panel_has_two_labels_at_least() {
        let range = Range {
            scale: Scale::Linear,
            low: 0.522,
            high: 1.350,
        };
        let labels = range.ticks(62.0).into_iter().filter_map(|t| t.label);
        assert_eq!(labels.collect::<Vec<_>>(), ["0.6", "0.8", "1.0", "1.2"]);
    }

    #[test]
    fn decades_are_labelled_and_thinned_out() {
        let found = labels(Scale::Log, 0.5e-3, 2.0);
        assert_eq!(found, ["10^{−3}", "10^{−2}", "10^{−1}", "10^{0}"]);
        assert_eq!(labels(Scale::Log, 0.01, 10.0), ["0.01", "0.1", "1", "10"]);
        let short = Range {
            scale: Scale::Log,
            low: 1e-6,
            high: 1.0,
        }
        .ticks(60.0);
        assert_eq!(short.iter().filter(|t| t.label.is_some()).count(), 3);
        let found = labels(Scale::Log, 1e-10, 1.0);
        assert_eq!(found.len(), 6, "{found:?}");
    }

    #[test]
    fn a_short_logarithmic_axis_has_labels_between_decades() {
        let found = labels(Scale::Log, 0.5, 4.0);
        assert_eq!(found, ["0.5", "1", "2", "3"]);
    }

    #[test]
    fn minor_ticks_stand_at_every_digit() {
        let range = Range {
            scale: Scale::Log,
            low: 1.0,
            high: 100.0,
        };
        assert_eq!(range.ticks(300.0).len(), 19);
    }

    #[test]
    fn a_single_value_gets_a_range_around_it() {
        for (scale, value) in [
            (Scale::Linear, 5.0),
            (Scale::Log, 5.0),
            (Scale::Linear, 0.0),
        ] {
            let range = Range::of(scale, [value].into_iter(), 0.0).unwrap();
            assert!(range.low < value && value < range.high, "{range:?}");
        }
        assert_eq!(
            Range::of(Scale::Log, [-1.0, f64::NAN].into_iter(), 0.0),
            None
        );
    }
}
