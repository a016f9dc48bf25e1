//! Bitmaps: the SVG rendered with fonts that are built in, the same on every machine.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::PlotError;
use super::size::Size;
use super::style::FAMILY;

/// What stands in every bitmap, by which the program knows its own: keyword and text of a chunk.
const MARK: &[u8] = b"Software\0millibrem";
/// Bytes of the signature and the header of a PNG file.
const HEAD: usize = 8 + 25;

/// The SVG document with its words as outlines of the fonts that are built in.
///
/// # Errors
/// [`PlotError::Bitmap`] if it is none.
pub(super) fn tree(svg: &str) -> Result<Tree, PlotError> {
    let mut options = Options {
        font_family: FAMILY.to_owned(),
        ..Options::default()
    };
    let fonts = options.fontdb_mut();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::oblique().to_vec());
    Tree::from_str(svg, &options).map_err(|e| PlotError::Bitmap(e.to_string()))
}

/// The PNG file of an SVG document with panels of `size`.
///
/// # Errors
/// [`PlotError::Bitmap`] if it cannot be rendered or encoded.
pub(super) fn from_svg(svg: &str, size: Size) -> Result<Vec<u8>, PlotError> {
    let failed = |reason: &dyn std::fmt::Display| PlotError::Bitmap(reason.to_string());
    let tree = tree(svg)?;
    let scale = (size.bitmap / size.zoom) as f32;
    let pixels = |length: f32| (length * scale).round() as u32;
    let (width, height) = (pixels(tree.size().width()), pixels(tree.size().height()));
    let mut pixels = Pixmap::new(width, height).ok_or_else(|| failed(&"it is too large"))?;
    let scale = Transform::from_scale(scale, scale);
    resvg::render(&tree, scale, &mut pixels.as_mut());
    let png = pixels.encode_png().map_err(|e| failed(&e))?;
    Ok(marked(&png))
}

/// The bitmap with a text that says who made it, right behind its header.
fn marked(png: &[u8]) -> Vec<u8> {
    let (head, rest) = png.split_at(png.len().min(HEAD));
    let chunk = [b"tEXt", MARK].concat();
    let length = u32::try_from(MARK.len()).unwrap_or_default();
    let sum = crc32fast::hash(&chunk).to_be_bytes();
    [head, &length.to_be_bytes(), &chunk, &sum, rest].concat()
}
