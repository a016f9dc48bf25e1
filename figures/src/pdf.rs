//! PDF: the paths of the drawing one by one, words as outlines, so that no font is asked for.
//!
//! What a figure is made of is little: filled and stroked paths, strengths, rectangles that clip. One
//! page of the size on paper (PDF 1.4, lengths in 1/72 inch). Pinned by `cli/tests/cli_plot.rs`.

use std::collections::BTreeSet;
use std::fmt::Write;

use miniz_oxide::deflate::compress_to_vec_zlib;
use resvg::tiny_skia::{PathSegment, Transform};
use resvg::usvg::{FillRule, Group, Node, Paint, Path};

use super::PlotError;
use super::png::tree;

/// What stands in every PDF, by which the program knows its own, and bytes that mark it as binary.
const HEAD: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3 millibrem\n";
/// Points of a pixel.
const POINTS: f32 = 0.75;
/// Strength of compression.
const LEVEL: u8 = 9;

/// The PDF of an SVG document.
///
/// # Errors
/// [`PlotError::Bitmap`] if it cannot be rendered.
pub(super) fn from_svg(svg: &str) -> Result<Vec<u8>, PlotError> {
    let tree = tree(svg)?;
    let mut page = Page::default();
    let size = tree.size();
    let (width, height) = (size.width() * POINTS, size.height() * POINTS);
    page.body = format!("{POINTS} 0 0 -{POINTS} 0 {height} cm\n");
    page.group(tree.root());
    Ok(page.finish((width, height)))
}

/// A page being written.
#[derive(Debug, Default)]
struct Page {
    body: String,
    /// Strengths in use, in thousandths.
    strengths: BTreeSet<u32>,
}

impl Page {
    fn group(&mut self, group: &Group) {
        self.body.push_str("q\n");
        if let Some(clip) = group.clip_path() {
            let turn = group.abs_transform().pre_concat(clip.transform());
            for node in clip.root().children() {
                if let Node::Path(path) = node {
                    let turn = turn.pre_concat(path.abs_transform());
                    self.outline(path, turn);
                    self.body.push_str("W n\n");
                }
            }
        }
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner),
                Node::Path(path) => self.path(path),
                Node::Text(text) => self.group(text.flattened()),
                Node::Image(_) => (),
            }
        }
        self.body.push_str("Q\n");
    }

    fn path(&mut self, path: &Path) {
        let fill = path.fill().and_then(|f| Some((f, colour(f.paint())?)));
        let stroke = path.stroke().and_then(|s| Some((s, colour(s.paint())?)));
        let turn = path.abs_transform();
        if let Some((fill, (r, g, b))) = fill {
            self.strength(fill.opacity().get());
            let _ = writeln!(self.body, "{r} {g} {b} rg");
            self.outline(path, turn);
            self.body.push_str(match fill.rule() {
                FillRule::NonZero => "f\n",
                FillRule::EvenOdd => "f*\n",
            });
        }
        if let Some((stroke, (r, g, b))) = stroke {
            self.strength(stroke.opacity().get());
            let width = stroke.width().get() * turn.get_scale().0;
            let dashes: Vec<String> = stroke
                .dasharray()
                .unwrap_or_default()
                .iter()
                .map(|d| (d * turn.get_scale().0).to_string())
                .collect();
            let _ = writeln!(
                self.body,
                "{r} {g} {b} RG {width} w {} J {} j [{}] 0 d",
                stroke.linecap() as u8,
                usize::from(stroke.linejoin() == resvg::usvg::LineJoin::Round),
                dashes.join(" ")
            );
            self.outline(path, turn);
            self.body.push_str("S\n");
        }
    }

    fn strength(&mut self, opacity: f32) {
        let thousandths = (1000.0 * opacity).round() as u32;
        self.strengths.insert(thousandths);
        let _ = writeln!(self.body, "/G{thousandths} gs");
    }

    fn outline(&mut self, path: &Path, turn: Transform) {
        let Some(data) = path.data().clone().transform(turn) else {
            return;
        };
        let mut at = (0.0, 0.0);
        for segment in data.segments() {
            let _ = match segment {
                PathSegment::MoveTo(p) => {
                    at = (p.x, p.y);
                    writeln!(self.body, "{:.2} {:.2} m", p.x, p.y)
                }
                PathSegment::LineTo(p) => {
                    at = (p.x, p.y);
                    writeln!(self.body, "{:.2} {:.2} l", p.x, p.y)
                }
                PathSegment::QuadTo(c, p) => {
                    // A parabola is the cubic whose handles are two thirds of the way to its own.
                    let near = |a: f32, b: f32| a + (b - a) * (2.0 / 3.0);
                    let (x1, y1) = (near(at.0, c.x), near(at.1, c.y));
                    let (x2, y2) = (near(p.x, c.x), near(p.y, c.y));
                    at = (p.x, p.y);
                    let (x, y) = at;
                    writeln!(self.body, "{x1:.2} {y1:.2} {x2:.2} {y2:.2} {x:.2} {y:.2} c")
                }
                PathSegment::CubicTo(a, b, p) => {
                    at = (p.x, p.y);
                    let (x1, y1, x2, y2) = (a.x, a.y, b.x, b.y);
                    let (x, y) = at;
                    writeln!(self.body, "{x1:.2} {y1:.2} {x2:.2} {y2:.2} {x:.2} {y:.2} c")
                }
                PathSegment::Close => writeln!(self.body, "h"),
            };
        }
    }

    /// The file: catalogue, pages, the page, its contents.
    fn finish(self, (width, height): (f32, f32)) -> Vec<u8> {
        let strengths: String = self
            .strengths
            .iter()
            .map(|t| {
                let share = f64::from(*t) / 1000.0;
                format!("/G{t} << /ca {share} /CA {share} >> ")
            })
            .collect();
        let contents = compress_to_vec_zlib(self.body.as_bytes(), LEVEL);
        let length = contents.len();
        let objects: [Vec<u8>; 4] = [
            b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.2} {height:.2}] /Contents 4 0 R \
                 /Resources << /ExtGState << {strengths}>> >> >>"
            )
            .into_bytes(),
            [
                format!("<< /Length {length} /Filter /FlateDecode >>\nstream\n").as_bytes(),
                &contents,
                b"\nendstream",
            ]
            .concat(),
        ];
        let mut file = HEAD.to_vec();
        let mut places = String::new();
        for (i, object) in objects.iter().enumerate() {
            let _ = writeln!(places, "{:010} 00000 n ", file.len());
            file.extend(format!("{} 0 obj\n", i + 1).as_bytes());
            file.extend(object);
            file.extend(b"\nendobj\n");
        }
        let start = file.len();
        file.extend(
            format!(
                "xref\n0 5\n0000000000 65535 f \n{places}trailer\n<< /Size 5 /Root 1 0 R >>\n\
                 startxref\n{start}\n%%EOF\n"
            )
            .as_bytes(),
        );
        file
    }
}

/// Red, green and blue of a plain colour, 0 to 1; figures have no other paint.
fn colour(paint: &Paint) -> Option<(f32, f32, f32)> {
    match paint {
        Paint::Color(c) => {
            let [r, g, b] = [c.red, c.green, c.blue].map(|v| f32::from(v) / 255.0);
            Some((r, g, b))
        }
        _ => None,
    }
}
