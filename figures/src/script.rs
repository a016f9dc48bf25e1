//! The script beside a figure: matplotlib draws the same panels from the same files.

use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

use super::figure::{Axis, Content, Curve, Panel, Part, Scale, Shape, Source};
use super::{columns, style, text};

/// What all scripts begin with: reading and drawing.
const PREAMBLE: &str = include_str!("redraw.py");

/// The script that draws `panels` as `output` does.
pub(super) fn matplotlib(panels: &[Panel], output: &Path) -> String {
    let folder = output.parent().unwrap_or(Path::new(""));
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
                    draw(&mut out, curve, i, folder);
                }
                let named = |c: &Curve| !c.label.is_empty() && c.shape != Shape::Region;
                if curves.iter().any(named) {
                    out.push_str("ax.legend()\n");
                }
            }
            Content::Heat(heat) => {
                let data = data(&heat.source, folder);
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
                let upper = upper(&curve.source, folder).unwrap_or("None".to_owned());
                let (data, label) = (data(&curve.source, folder), quoted(&curve.label));
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

fn draw(out: &mut String, curve: &Curve, number: usize, folder: &Path) {
    let colour = style::colour(number);
    let dashes = match style::dashes(number) {
        "" => "\"-\"".to_owned(),
        pattern => format!("(0, ({}))", pattern.replace(' ', ", ")),
    };
    if let Some(upper) = upper(&curve.source, folder) {
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
    let data = data(&curve.source, folder);
    let _ = writeln!(out, "{function}(ax, {data}, \"{colour}\", {look}, {label})");
}

/// The call that reads the numbers of a source; paths are relative to the script.
fn data(source: &Source, folder: &Path) -> String {
    let path = literal(&relative(&source.path, folder).to_string_lossy());
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
fn upper(source: &Source, folder: &Path) -> Option<String> {
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
    Some(data(&Source { path, part }, folder))
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

/// `path` seen from `folder`, if both are there; else as it is.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let (Ok(path), Ok(folder)) = (path.canonicalize(), folder.canonicalize()) else {
        return path.to_owned();
    };
    let (to, from): (Vec<Component>, Vec<Component>) =
        (path.components().collect(), folder.components().collect());
    let shared = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| Component::ParentDir);
    up.chain(to[shared..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_script() {
        let folder = tempfile::tempdir().unwrap();
        let (data, figures) = (folder.path().join("run.csv"), folder.path().join("a/b"));
        std::fs::create_dir_all(&figures).unwrap();
        std::fs::write(&data, "").unwrap();
        assert_eq!(relative(&data, &figures), Path::new("../../run.csv"));
        assert_eq!(relative(&data, folder.path()), Path::new("run.csv"));
    }
}
