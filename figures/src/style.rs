//! Colours, dashes and sizes shared by all figures.
//!
//! The palette is that of Okabe and Ito, which keeps apart for every kind of colour vision; dashes
//! and markers differ too, so that a figure can be read in grey.

use super::figure::Curve;

/// Size of axis labels and legends in pixels.
pub(super) const TEXT: f64 = 13.0;
/// Size of the numbers at the axes.
pub(super) const TICK_TEXT: f64 = 12.0;
/// Size of the names of regions.
pub(super) const NAME_TEXT: f64 = 10.0;
/// Size of what stands above a frame.
pub(super) const TITLE_TEXT: f64 = 12.0;
/// Width of curves.
pub(super) const CURVE: f64 = 1.7;
/// Width of frames and ticks.
pub(super) const FRAME: f64 = 0.9;
/// Family of all text.
pub(super) const FAMILY: &str = "DejaVu Sans";
/// Ink of frames and text.
pub(super) const INK: &str = "#000000";
/// Lines that only guide the eye.
pub(super) const GUIDE: &str = "#808080";
/// What others exclude.
pub(super) const EXCLUDED: &str = "#e6e6e6";

const COLOURS: [&str; 7] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
];
/// Darker colours of Tol's muted scheme, for what stands behind the curves.
const MUTED: [&str; 12] = [
    "#332288", "#117733", "#882255", "#7A6A00", "#AA4499", "#1F7A70", "#A3404F", "#555555",
    "#8A4B08", "#4477AA", "#6B8E23", "#5B2A86",
];
const DASHES: [&str; 7] = [
    "",
    "7 3",
    "2 2.2",
    "9 3 2 3",
    "12 3",
    "5 2 1 2 1 2",
    "1 1.5",
];

/// Colour of curve number `i`.
pub(super) fn colour(i: usize) -> &'static str {
    COLOURS[i % COLOURS.len()]
}

/// Colour of region number `i`.
pub(super) fn muted(i: usize) -> &'static str {
    MUTED[i % MUTED.len()]
}

/// Dashes of curve number `i` of `curves`, as SVG writes them; none are a full line. Where some are
/// projected, these have dashes and the others none.
pub(super) fn line_dashes(curves: &[Curve], i: usize) -> &'static str {
    let some = curves.iter().any(|c| c.projected);
    match (some, curves.get(i).is_some_and(|c| c.projected)) {
        (false, _) => DASHES[i % DASHES.len()],
        (true, false) => "",
        (true, true) => {
            let before = curves[..i].iter().filter(|c| c.projected).count();
            DASHES[1 + before % (DASHES.len() - 1)]
        }
    }
}

/// Colour of a heat map at `share` of its scale.
pub(super) fn heat(share: f64) -> String {
    let colour = colorous::VIRIDIS.eval_continuous(share.clamp(0.0, 1.0));
    format!("#{colour:x}")
}
