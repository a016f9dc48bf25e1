//! The script beside a figure: matplotlib draws the same panels from the same files.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::figure::{Axis, Content, Curve, Panel, Part, Scale, Shape, Source};
use super::{columns, style, text};

/// What all scripts begin with: reading and drawing.
const PREAMBLE: &str = include_str!("redraw.py");

/// How a file is named in the script.
type Seen<'a> = &'a dyn Fn(&Path) -> PathBuf;

/// The script that draws `panels` as `output` does; `seen` gives the path of a file as seen from
/// the script, which stands beside the figure.
pub fn matplotlib(panels: &[Panel], output: &Path, seen: Seen) -> String {
    let name = |path: &Path| escaped(&path.file_name().unwrap_or_default().to_string_lossy());
    let columns = columns(panels.len());
    let rows = panels.len().div_ceil(columns);
    let mut out = format!(
        "\"\"\"Draws {} again with matplotlib: python {} [FIGURE]\"\"\"\n\n{PREAMBLE}\n",
        name(output),
        name(&output.with_extension("py")),
    );
    let _ = writeln!(
        out,
        "fig, frames = plt.subplots({rows}, {columns}, figsize=({:.1}, {:.1}), squeeze=False,\n\
         {:26}layout=\"constrained\")\n\
         for ax in frames.flat[{}:]:\n    ax.remove()",
        4.8 * columns as f64,
        3.6 * rows as f64,
        "",
        panels.len(),
    );
    for (i, panel) in panels.iter().enumerate() {
        let _ = writeln!(out, "\nax = frames.flat[{i}]  # {}", escaped(&panel.name));
        match &panel.content {
            Content::Curves(curves) => {
                let all = curves.iter().enumerate();
                for (i, curve) in all.filter(|(_, c)| c.shape != Shape::Region) {
                    draw(&mut out, curve, i, seen);
                }
                let named = |c: &Curve| !c.label.is_empty() && c.shape != Shape::Region;
                if curves.iter().any(named) {
                    out.push_str("ax.legend()\n");
                }
            }
            Content::Heat(heat) => {
                let data = data(&heat.source, seen);
                let _ = writeln!(out, "heat(fig, ax, {data}, {})", quoted(&heat.label));
            }
        }
        if let Some(height) = panel.reference {
            let _ = writeln!(out, "ax.axhline({height}, color=\"grey\", lw=0.8)");
        }
        let _ = writeln!(out, "ax.set({})", settings(panel));
        // After the others: the axes do not grow for regions.
        if let Content::Curves(curves) = &panel.content {
            let regions = curves.iter().filter(|c| c.shape == Shape::Region);
            for (i, curve) in regions.enumerate() {
                let colour = style::muted(i);
                let upper = upper(&curve.source, seen).unwrap_or("None".to_owned());
                let (data, label) = (data(&curve.source, seen), quoted(&curve.label));
                let _ = writeln!(out, "region(ax, {data}, {upper}, \"{colour}\", {label})");
            }
        }
    }
    let _ = writeln!(
        out,
        "\nfig.savefig(sys.argv[1] if len(sys.argv) > 1 else \
         pathlib.Path(__file__).with_suffix(\".matplotlib.png\"), dpi=200)"
    );
    out
}

fn settings(panel: &Panel) -> String {
    let axis = |name: &str, axis: &Axis| {
        let scale = match axis.scale {
            Scale::Linear => String::new(),
            Scale::Log => format!(", {name}scale=\"log\""),
        };
        format!("{name}label={}{scale}", quoted(&axis.label))
    };
    let (x, y) = (axis("x", &panel.x), axis("y", &panel.y));
    format!("{x}, {y}, title={}", quoted(&panel.title))
}

fn draw(out: &mut String, curve: &Curve, number: usize, seen: Seen) {
    let colour = style::colour(number);
    let dashes = match style::dashes(number) {
        "" => "\"-\"".to_owned(),
        pattern => format!("(0, ({}))", pattern.replace(' ', ", ")),
    };
    if let Some(upper) = upper(&curve.source, seen) {
        let _ = writeln!(out, "edge(ax, {upper}, \"{colour}\", {dashes})");
    }
    let (function, look) = match curve.shape {
        Shape::Steps => ("steps", dashes),
        Shape::Line | Shape::Region => ("line", dashes),
        Shape::Points => ("points", format!("\"{colour}\"")),
        Shape::OpenPoints => ("points", "\"white\"".to_owned()),
    };
    let label = match curve.label.as_str() {
        "" => "None".to_owned(),
        label => quoted(label),
    };
    let data = data(&curve.source, seen);
    let _ = writeln!(out, "{function}(ax, {data}, \"{colour}\", {look}, {label})");
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
                "columns({path}, {}, {}{}{}{only})",
                literal(x),
                literal(y),
                optional("error", error),
                optional("over", over)
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
