//! The script beside a figure: matplotlib draws the same panels from the same files, with frames,
//! ticks, legend and names where the drawing has them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use millibrem::histogram::Scale;

use super::axis::full_label;
use super::curve::{dodge, has_markers};
use super::figure::{Content, Curve, Heat, Panel, Part, Shape, Source};
use super::frame::Frame;
use super::layout::{self, Laid};
use super::style::GUIDE;
use super::{PlotError, columns, heat, panel, region, size_of, style, text};

/// What all scripts begin with: reading and drawing.
const PREAMBLE: &str = include_str!("redraw.py");
/// Markers in the order of the drawing: circle, square, diamond, triangle.
const MARKERS: [&str; 4] = ["o", "s", "D", "^"];
/// Pixels by which the words of our legend stand lower in their lines than those of matplotlib.
const LEGEND_LOWER: f64 = 0.4;

/// How a file is named in the script.
type Seen<'a> = &'a dyn Fn(&Path) -> PathBuf;

/// The script that draws `panels` as `output` does; `seen` gives the path of a file as seen from
/// the script, which stands beside the figure.
///
/// # Errors
/// [`PlotError::Nothing`] if a panel has nothing to show.
pub fn matplotlib(panels: &[Panel], output: &Path, seen: Seen) -> Result<String, PlotError> {
    let name = |path: &Path| escaped(&path.file_name().unwrap_or_default().to_string_lossy());
    let columns = columns(panels.len());
    let rows = panels.len().div_ceil(columns);
    let size = size_of(panels);
    let (width, height) = size.panel;
    let whole = (width * columns as f64, height * rows as f64);
    let mut out = format!(
        "\"\"\"Draws {} again with matplotlib: python {} [FIGURE]\"\"\"\n\nPOINT = {:?}  # of a pixel of the \
         drawing\n{PREAMBLE}\n",
        name(output),
        name(&output.with_extension("py")),
        size.points(),
    );
    let _ = writeln!(
        out,
        "fig = plt.figure(figsize=({:.4}, {:.4}))",
        whole.0 * size.points() / 72.0,
        whole.1 * size.points() / 72.0
    );
    for (i, panel) in panels.iter().enumerate() {
        let place = ((i % columns) as f64, (i / columns) as f64);
        let sheet = Sheet {
            corner: (place.0 * width, place.1 * height),
            whole,
        };
        let laid = layout::of(panel)?;
        let _ = writeln!(out, "\n# {}", escaped(&panel.name));
        frame(&mut out, "ax", &sheet, &laid.frame);
        match &panel.content {
            Content::Curves(curves) => of_curves(&mut out, panel, curves, &laid, &sheet, seen),
            Content::Heat(heat) => {
                of_heat(&mut out, heat, &laid, &sheet, seen);
                words(
                    &mut out,
                    "ax",
                    &laid.frame,
                    Some(&panel.x.label),
                    &panel.y.label,
                );
            }
        }
        if !panel.title.is_empty() {
            let title = quoted(&panel.title);
            let _ = writeln!(
                out,
                "ax.set_title({title}, fontsize=12 * POINT, pad=9 * POINT)"
            );
        }
    }
    let _ = writeln!(
        out,
        "\nfig.savefig(sys.argv[1] if len(sys.argv) > 1 else \
         pathlib.Path(__file__).with_suffix(\".matplotlib.png\"), dpi={:.0})",
        72.0 * size.bitmap / size.points()
    );
    Ok(out)
}

/// Where a panel stands on the whole figure, in pixels.
struct Sheet {
    corner: (f64, f64),
    whole: (f64, f64),
}

/// Axes where the frame of the drawing is, with its ranges and ticks.
fn frame(out: &mut String, name: &str, sheet: &Sheet, frame: &Frame) {
    let left = (sheet.corner.0 + frame.corner.0) / sheet.whole.0;
    let bottom = 1.0 - (sheet.corner.1 + frame.corner.1 + frame.size.1) / sheet.whole.1;
    let (wide, high) = (frame.size.0 / sheet.whole.0, frame.size.1 / sheet.whole.1);
    let _ = writeln!(
        out,
        "{name} = fig.add_axes(({left:.5}, {bottom:.5}, {wide:.5}, {high:.5}))"
    );
    let axes = [("x", &frame.x, frame.size.0), ("y", &frame.y, frame.size.1)];
    for (axis, range, length) in axes {
        let (low, high) = (range.low, range.high);
        let scale = match range.scale {
            Scale::Linear => "linear",
            Scale::Log => "log",
        };
        let (mut major, mut minor) = (String::new(), String::new());
        for tick in range.ticks(length) {
            let _ = match tick.label {
                Some(label) => write!(major, "({:?}, {}), ", tick.at, quoted(&label)),
                None => write!(minor, "{:?}, ", tick.at),
            };
        }
        let _ = writeln!(
            out,
            "axis({name}, \"{axis}\", \"{scale}\", ({low:?}, {high:?}),\n     [{}],\n     [{}])",
            major.trim_end_matches(", "),
            minor.trim_end_matches(", ")
        );
    }
}

/// The labels of the axes; without one of x, its numbers are left out too.
fn words(out: &mut String, name: &str, frame: &Frame, x: Option<&str>, y: &str) {
    let label = |text: &str, range| quoted(&full_label(text, range));
    let x = x.map_or("None".to_owned(), |x| label(x, &frame.x));
    let x_at = -panel::X_LABEL / frame.size.1;
    let y_at = (panel::Y_LABEL - frame.corner.0) / frame.size.0;
    let y = label(y, &frame.y);
    let _ = writeln!(out, "labels({name}, {x}, {x_at:.4}, {y}, {y_at:.4})");
}

/// A heat map and the scale of its colours.
fn of_heat(out: &mut String, heat: &Heat, laid: &Laid, sheet: &Sheet, seen: Seen) {
    let Some(range) = heat::range(heat) else {
        return;
    };
    let (low, high) = (range.low, range.high);
    let data = data(&heat.source, seen);
    let _ = writeln!(out, "heat(ax, {data}, {low:?}, {high:?})");
    let bar = heat::bar(&laid.frame, range);
    frame(out, "bar", sheet, &bar);
    let _ = writeln!(out, "colours(bar, {low:?}, {high:?})");
    let label = quoted(&full_label(&heat.label, &range));
    let at = (heat::LABEL + bar.size.0) / bar.size.0;
    let _ = writeln!(out, "labels(bar, None, 0, {label}, {at:.4})");
}

fn of_curves(
    out: &mut String,
    panel: &Panel,
    curves: &[Curve],
    laid: &Laid,
    sheet: &Sheet,
    seen: Seen,
) {
    for (colour, curve) in region::all(curves) {
        let (data, upper) = (data(&curve.source, seen), upper_or_none(curve, seen));
        let closed = if region::is_closed(curve) {
            "True"
        } else {
            "False"
        };
        let _ = writeln!(out, "region(ax, {data}, {upper}, {closed}, \"{colour}\")");
    }
    if let Some(height) = panel.reference {
        let _ = writeln!(
            out,
            "ax.axhline({height}, color=\"{GUIDE}\", lw=0.9 * POINT)"
        );
    }
    let own = || {
        curves
            .iter()
            .enumerate()
            .filter(|(_, c)| !region::is_one(c))
    };
    for (i, curve) in own() {
        if let Some(upper) = upper(&curve.source, seen) {
            let colour = style::colour(i);
            let dashes = dashes(curves, i);
            let _ = writeln!(out, "edge(ax, {upper}, \"{colour}\", {dashes})");
        }
        let entries = laid.legend.iter().flat_map(|legend| &legend.entries);
        let named = entries.filter(|e| e.number == i).map(|e| e.band).next();
        draw(out, "ax", (curves, i), &data(&curve.source, seen), named);
    }
    let x_label = laid.lower.is_none().then_some(&panel.x.label[..]);
    words(out, "ax", &laid.frame, x_label, &panel.y.label);
    if let Some(legend) = &laid.legend {
        let frame = &laid.frame;
        let x = (legend.corner.0 - frame.corner.0) / frame.size.0;
        let top = legend.corner.1 + LEGEND_LOWER;
        let y = 1.0 - (top - frame.corner.1) / frame.size.1;
        let columns = legend.layout.columns(legend.entries.len());
        let labels: Vec<String> = legend.entries.iter().map(|e| quoted(&e.label)).collect();
        let _ = writeln!(
            out,
            "legend(ax, ({x:.4}, {y:.4}), {columns}, [{}])",
            labels.join(", ")
        );
    }
    for name in &laid.names {
        let frame = &laid.frame;
        let at = |(x, y): (f64, f64)| {
            let x = (x - frame.corner.0) / frame.size.0;
            format!("({x:.4}, {:.4})", 1.0 - (y - frame.corner.1) / frame.size.1)
        };
        let base = (
            name.rect.corner.0,
            name.rect.corner.1 + 0.8 * style::NAME_TEXT,
        );
        let leader = name.leader.map_or(String::new(), |(from, to)| {
            format!(", {}, {}", at(from), at(to))
        });
        let text = quoted(&name.text);
        let _ = writeln!(
            out,
            "name(ax, {}, {text}, \"{}\"{leader})",
            at(base),
            name.colour
        );
    }
    let (Some(lower), Some(over)) = (&laid.lower, panel.ratio) else {
        return;
    };
    frame(out, "below", sheet, &lower.frame);
    let _ = writeln!(out, "below.axhline(1, color=\"{GUIDE}\", lw=0.9 * POINT)");
    let base = data(&curves[over].source, seen);
    for (i, curve) in &lower.curves {
        let ratio = format!("ratio({}, {base})", data(&curve.source, seen));
        draw(out, "below", (curves, *i), &ratio, None);
    }
    words(
        out,
        "below",
        &lower.frame,
        Some(&panel.x.label),
        &lower.label,
    );
}

/// How the line of curve `i` is interrupted.
fn dashes(curves: &[Curve], i: usize) -> String {
    match style::line_dashes(curves, i) {
        "" => "\"-\"".to_owned(),
        // Matplotlib's dashes are in widths of the line.
        pattern => {
            let lengths = pattern.split(' ').filter_map(|n| n.parse::<f64>().ok());
            let lengths: Vec<String> = lengths
                .map(|n| format!("{:.3}", n / style::CURVE))
                .collect();
            format!("(0, ({}))", lengths.join(", "))
        }
    }
}

/// Draws curve `number` of `curves` from `data`, the text of a call.
fn draw(
    out: &mut String,
    ax: &str,
    (curves, number): (&[Curve], usize),
    data: &str,
    named: Option<bool>,
) {
    let curve = &curves[number];
    let colour = style::colour(number);
    let marker = if has_markers(curve) {
        MARKERS[number % 4]
    } else {
        ""
    };
    let (function, look) = match curve.shape {
        Shape::Steps => ("steps", dashes(curves, number)),
        Shape::Line | Shape::Region => {
            ("line", format!("{}, \"{marker}\"", dashes(curves, number)))
        }
        Shape::Points => {
            let aside = dodge(curves, number);
            ("points", format!("\"{colour}\", \"{marker}\", {aside:?}"))
        }
        Shape::OpenPoints => ("points", format!("\"white\", \"{marker}\", 0")),
    };
    let bars = matches!(curve.shape, Shape::Points | Shape::OpenPoints);
    let named = match named {
        None => "",
        Some(band) if band && !bars => ", \"band\"",
        Some(_) => ", True",
    };
    let _ = writeln!(out, "{function}({ax}, {data}, \"{colour}\", {look}{named})");
}

/// The call that reads the upper edges of a region, or None.
fn upper_or_none(curve: &Curve, seen: Seen) -> String {
    upper(&curve.source, seen).unwrap_or("None".to_owned())
}

/// The call that reads the numbers of a source; paths are as `seen` gives them.
fn data(source: &Source, seen: Seen) -> String {
    let path = literal(&seen(&source.path).to_string_lossy());
    let python = |flag: bool| if flag { "True" } else { "False" };
    match &source.part {
        Part::Histogram(name) => format!("histogram({path}, {})", literal(name)),
        Part::Iterations {
            measured,
            average,
            unit_pb,
        } => format!(
            "iterations({path}, {}, {}, {unit_pb:?})",
            python(*measured),
            python(*average)
        ),
        Part::Columns {
            x,
            y,
            error,
            over,
            only,
            ordered,
            ..
        } => {
            let optional = |name: &str, value: &Option<String>| match value {
                Some(value) => format!(", {name}={}", literal(value)),
                None => String::new(),
            };
            let only = only.as_ref().map_or(String::new(), |(name, text)| {
                format!(", only=({}, {})", literal(name), literal(text))
            });
            format!(
                "columns({path}, {}, {}{}{}{only}{})",
                literal(x),
                literal(y),
                optional("error", error),
                optional("over", over),
                if *ordered { ", rising=False" } else { "" }
            )
        }
    }
}

/// The call that reads the upper edges of a source, if it has them.
fn upper(source: &Source, seen: Seen) -> Option<String> {
    let Part::Columns {
        x,
        upper: Some(y),
        only,
        ordered,
        ..
    } = &source.part
    else {
        return None;
    };
    let part = Part::Columns {
        x: x.clone(),
        y: y.clone(),
        error: None,
        upper: None,
        over: None,
        only: only.clone(),
        ordered: *ordered,
    };
    let path = source.path.clone();
    Some(data(&Source { path, part }, seen))
}

/// A string of Python.
fn literal(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// `text` with nothing in it that could end a string, a comment or a line of Python.
fn escaped(text: &str) -> String {
    let one = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
            format!("\\u{:04x}", u32::from(c))
        }
        c => c.to_string(),
    };
    text.chars().map(one).collect()
}

/// Markup as a string of Python in matplotlib's notation.
fn quoted(markup: &str) -> String {
    literal(&text::matplotlib(markup))
}
