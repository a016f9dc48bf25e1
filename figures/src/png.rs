//! Bitmaps: the SVG rendered with fonts that are built in, the same on every machine.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::PlotError;
use super::style::{BITMAP_SCALE, FAMILY};

/// What stands in every bitmap, by which the program knows its own: keyword and text of a chunk.
const MARK: &[u8] = b"Software\0millibrem";
/// Bytes of the signature and the header of a PNG file.
const HEAD: usize = 8 + 25;

/// The PNG file of an SVG document.
///
/// # Errors
/// [`PlotError::Bitmap`] if it cannot be rendered or encoded.
pub(super) fn from_svg(svg: &str) -> Result<Vec<u8>, PlotError> {
    let mut options = Options {
        font_family: FAMILY.to_owned(),
        ..Options::default()
    };
    let fonts = options.fontdb_mut();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::oblique().to_vec());
    let failed = |reason: &dyn std::fmt::Display| PlotError::Bitmap(reason.to_string());
    let tree = Tree::from_str(svg, &options).map_err(|e| failed(&e))?;
    let size = tree.size().to_int_size().scale_by(BITMAP_SCALE);
    let size = size.ok_or_else(|| failed(&"it has no size"))?;
    let mut pixels =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| failed(&"it is too large"))?;
    let scale = Transform::from_scale(BITMAP_SCALE, BITMAP_SCALE);
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
