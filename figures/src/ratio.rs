//! Curves divided by one of them: bins with the same edges one by one, lines where both have values,
//! interpolated in the logarithms (linearly where a value is not positive).

use millibrem::histogram::Scale;

use super::axis::Range;
use super::figure::{Curve, Shape};

/// Ratios that differ by more than this factor get a logarithmic axis.
const LINEAR_UP_TO: f64 = 12.0;

/// Each of `curves` that can be divided by number `over`, with its number, and the range of the
/// ratios over the range `x`; nothing if there are none.
pub(super) fn of(curves: &[Curve], over: usize, x: &Range) -> Option<(Range, Vec<(usize, Curve)>)> {
    let below = curves.get(over)?;
    let found: Vec<(usize, Curve)> = curves
        .iter()
        .enumerate()
        .filter(|(_, c)| c.shape != Shape::Region)
        .filter_map(|(i, curve)| Some((i, divided(curve, below)?)))
        .collect();
    let shown = || {
        let points = found.iter().flat_map(|(_, c)| c.x.iter().zip(&c.y));
        let inside = points.filter(|(at, _)| (x.low..=x.high).contains(*at));
        inside
            .map(|(_, y)| *y)
            .filter(|y| y.is_finite() && *y > 0.0)
    };
    let (low, high) = shown().fold((1.0, 1.0), |(l, h): (f64, f64), v| (l.min(v), h.max(v)));
    let scale = if high > LINEAR_UP_TO * low {
        Scale::Log
    } else {
        Scale::Linear
    };
    let range = Range::of(scale, [low, high].into_iter(), 0.08)?;
    (!found.is_empty()).then_some((range, found))
}

/// `curve` over `below`; `None` for bins with other edges.
fn divided(curve: &Curve, below: &Curve) -> Option<Curve> {
    let bins = curve.shape == Shape::Steps;
    if (bins || below.shape == Shape::Steps) && curve.x != below.x {
        return None;
    }
    let units: Vec<f64> = match bins {
        true => below.y.clone(),
        false => curve.x.iter().map(|x| value(below, *x)).collect(),
    };
    let over = |values: &[f64]| values.iter().zip(&units).map(|(v, u)| v / u).collect();
    Some(Curve {
        y: over(&curve.y),
        error: over(&curve.error),
        upper: Vec::new(),
        ..curve.clone()
    })
}

/// The ordinate of a line at `x`; NaN outside.
fn value(curve: &Curve, x: f64) -> f64 {
    let points: Vec<(f64, f64)> = curve
        .x
        .iter()
        .copied()
        .zip(curve.y.iter().copied())
        .collect();
    if let Some((_, y)) = points.iter().find(|(at, _)| *at == x) {
        return *y;
    }
    let around = points.windows(2).find(|p| p[0].0 <= x && x <= p[1].0);
    let Some(&[(x0, y0), (x1, y1)]) = around else {
        return f64::NAN;
    };
    match x0 > 0.0 && y0 > 0.0 && y1 > 0.0 {
        true => y0 * (y1 / y0).powf((x / x0).ln() / (x1 / x0).ln()),
        false => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::figure::{Part, Source};
    use super::*;

    fn line(shape: Shape, x: &[f64], y: &[f64]) -> Curve {
        Curve {
            label: String::new(),
            display: None,
            shape,
            projected: false,
            place: None,
            x: x.to_vec(),
            y: y.to_vec(),
            error: Vec::new(),
            upper: Vec::new(),
            source: Source {
                path: "t.csv".into(),
                part: Part::Histogram(String::new()),
            },
        }
    }

    #[test]
    fn a_power_law_is_divided_between_its_points_and_nowhere_else() {
        let below = line(Shape::Line, &[1.0, 100.0], &[1.0, 1e4]);
        let curve = line(
            Shape::Line,
            &[0.5, 1.0, 10.0, 100.0],
            &[1.0, 2.0, 300.0, 4e4],
        );
        let found = divided(&curve, &below).unwrap();
        assert!(found.y[0].is_nan());
        assert_eq!((found.y[1], found.y[3]), (2.0, 4.0));
        assert!((found.y[2] - 3.0).abs() < 1e-12);
        let x = Range::of(Scale::Log, [0.5, 100.0].into_iter(), 0.0).unwrap();
        let (range, all) = of(&[below, curve], 0, &x).unwrap();
        assert_eq!((range.scale, all.len()), (Scale::Linear, 2));
        assert!(range.low < 1.0 && range.high > 4.0);
    }

    #[test]
    fn bins_are_divided_only_by_bins_with_their_edges() {
        let below = line(Shape::Steps, &[0.0, 1.0, 2.0], &[2.0, 4.0]);
        let same = line(Shape::Steps, &[0.0, 1.0, 2.0], &[1.0, 8.0]);
        assert_eq!(divided(&same, &below).unwrap().y, [0.5, 2.0]);
        let other = line(Shape::Steps, &[0.0, 1.0, 3.0], &[1.0, 8.0]);
        assert_eq!(divided(&other, &below), None);
    }
}
