//! The drawing as SVG text: lines, areas, markers and text in pixels.

use std::fmt::Write;

use super::style::{FAMILY, INK};
use super::text;

/// A place in pixels, y downwards.
pub(super) type Place = (f64, f64);

/// Where text is anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing being written.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    body: String,
}

impl Canvas {
    /// A straight line.
    pub(super) fn line(&mut self, from: Place, to: Place, colour: &str, width: f64) {
        self.polyline(&[from, to], colour, width, "");
    }

    /// A line through `places`, dashed as SVG writes it.
    pub(super) fn polyline(&mut self, places: &[Place], colour: &str, width: f64, dashes: &str) {
        let _ = write!(
            self.body,
            "<path d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" \
             stroke-linejoin=\"round\"",
            path(places)
        );
        if !dashes.is_empty() {
            let _ = write!(self.body, " stroke-dasharray=\"{dashes}\"");
        }
        self.body.push_str("/>\n");
    }

    /// A closed area, filled but not outlined.
    pub(super) fn area(&mut self, places: &[Place], colour: &str, opacity: f64) {
        let _ = writeln!(
            self.body,
            "<path d=\"{}Z\" fill=\"{colour}\" fill-opacity=\"{opacity}\"/>",
            path(places)
        );
    }

    /// A filled rectangle whose edges meet those of its neighbours.
    pub(super) fn cell(&mut self, corner: Place, size: Place, colour: &str) {
        let ((x, y), (w, h)) = (corner, size);
        let _ = writeln!(
            self.body,
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{w:.2}\" height=\"{h:.2}\" \
             fill=\"{colour}\" shape-rendering=\"crispEdges\"/>"
        );
    }

    /// An outlined rectangle, filled if `fill` is a colour.
    pub(super) fn frame(&mut self, corner: Place, size: Place, width: f64, fill: &str) {
        let ((x, y), (w, h)) = (corner, size);
        let _ = writeln!(
            self.body,
            "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{w:.2}\" height=\"{h:.2}\" \
             fill=\"{fill}\" stroke=\"{INK}\" stroke-width=\"{width}\"/>"
        );
    }

    /// Marker number `i` (circle, square, diamond, triangle), filled or open.
    pub(super) fn marker(&mut self, i: usize, at: Place, colour: &str, open: bool) {
        let (x, y) = at;
        let fill = if open { "#ffffff" } else { colour };
        let corners: &[Place] = match i % 4 {
            0 => {
                let _ = writeln!(
                    self.body,
                    "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"2.9\" fill=\"{fill}\" \
                     stroke=\"{colour}\" stroke-width=\"1.2\"/>"
                );
                return;
            }
            1 => &[(-2.6, -2.6), (2.6, -2.6), (2.6, 2.6), (-2.6, 2.6)],
            2 => &[(0.0, -3.7), (3.7, 0.0), (0.0, 3.7), (-3.7, 0.0)],
            _ => &[(0.0, -3.6), (3.4, 2.6), (-3.4, 2.6)],
        };
        let corners: Vec<Place> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
        let _ = writeln!(
            self.body,
            "<path d=\"{}Z\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"1.2\"/>",
            path(&corners)
        );
    }

    /// Text in markup on a base line.
    pub(super) fn text(&mut self, at: Place, markup: &str, size: f64, anchor: Anchor) {
        self.write_text(at, markup, size, anchor, "");
    }

    /// Coloured text in markup on a base line.
    pub(super) fn text_in(
        &mut self,
        at: Place,
        markup: &str,
        size: f64,
        anchor: Anchor,
        colour: &str,
    ) {
        self.write_text(at, markup, size, anchor, &format!(" fill=\"{colour}\""));
    }

    /// Text in markup that reads upwards.
    pub(super) fn text_upwards(&mut self, at: Place, markup: &str, size: f64) {
        let turned = format!(" transform=\"rotate(-90 {:.2} {:.2})\"", at.0, at.1);
        self.write_text(at, markup, size, Anchor::Middle, &turned);
    }

    fn write_text(&mut self, at: Place, markup: &str, size: f64, anchor: Anchor, more: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = writeln!(
            self.body,
            "<text x=\"{:.2}\" y=\"{:.2}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{more}>{}</text>",
            at.0,
            at.1,
            text::spans(markup, size)
        );
    }

    /// What follows is shown only inside the rectangle, until [`Self::end`].
    pub(super) fn clip(&mut self, id: &str, corner: Place, size: Place) {
        let ((x, y), (w, h)) = (corner, size);
        let _ = writeln!(
            self.body,
            "<clipPath id=\"{id}\"><rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{w:.2}\" \
             height=\"{h:.2}\"/></clipPath>\n<g clip-path=\"url(#{id})\">"
        );
    }

    /// What follows is moved by `by`, until [`Self::end`].
    pub(super) fn moved(&mut self, by: Place) {
        let _ = writeln!(self.body, "<g transform=\"translate({} {})\">", by.0, by.1);
    }

    /// Ends the last group.
    pub(super) fn end(&mut self) {
        self.body.push_str("</g>\n");
    }

    /// The whole document, `zoom` pixels of 1/96 inch for one of its own.
    pub(super) fn finish(self, size: Place, zoom: f64) -> String {
        let (w, h) = size;
        let rounded = |length: f64| (100.0 * length).round() / 100.0;
        let (w, h) = (rounded(w), rounded(h));
        let (wide, high) = (rounded(w * zoom), rounded(h * zoom));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" \
             viewBox=\"0 0 {w} {h}\" font-family=\"{FAMILY}, Verdana, sans-serif\" \
             fill=\"{INK}\" xml:space=\"preserve\">\n\
             <rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.body
        )
    }
}

fn path(places: &[Place]) -> String {
    let mut out = String::with_capacity(14 * places.len());
    for (i, (x, y)) in places.iter().enumerate() {
        let _ = write!(out, "{}{x:.2} {y:.2}", if i == 0 { 'M' } else { 'L' });
    }
    out
}
