//! How large a panel is drawn: the paper it is for, and the text on it.
//!
//! All lengths of the drawing are logical pixels; one is `zoom` pixels of 1/96 inch on paper. Text of
//! 13 logical pixels is 8.3 pt in a column of a journal, and 1/26 of the height of a slide.
//! Pinned by the tests below and `cli/tests/cli_plot.rs`.

/// Pixels of the web and of SVG in a centimetre.
const PER_CM: f64 = 96.0 / 2.54;
/// Lengths in cm that can be drawn.
const CM: std::ops::RangeInclusive<f64> = 4.0..=100.0;

/// Size of a panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Width and height in logical pixels.
    pub(super) panel: (f64, f64),
    /// Pixels of 1/96 inch for one of them.
    pub(super) zoom: f64,
    /// Pixels of a bitmap for a logical one.
    pub(super) bitmap: f64,
}

impl Default for Size {
    fn default() -> Self {
        Self {
            panel: (480.0, 360.0),
            zoom: 1.0,
            bitmap: 2.5,
        }
    }
}

impl Size {
    /// The size called `text`: `column` (8.6 × 7 cm, one column of a journal), `projector`
    /// (a slide of 33.9 × 19 cm, 1920 × 1080 pixels), or `WxH` in cm with the text of `column`;
    /// nothing for other texts and for lengths outside 4 to 100 cm.
    pub fn parse(text: &str) -> Option<Self> {
        let journal = |width: f64, height: f64| {
            let zoom = 0.85;
            let logical = |cm: f64| cm * PER_CM / zoom;
            Self {
                panel: (logical(width), logical(height)),
                zoom,
                // 600 dots an inch, as journals want of line art.
                bitmap: zoom * 600.0 / 96.0,
            }
        };
        match text {
            "column" => Some(journal(8.6, 7.0)),
            "projector" => Some(Self {
                panel: (600.0, 337.5),
                zoom: 1280.0 / 600.0,
                bitmap: 3.2,
            }),
            _ => {
                let (width, height) = text.trim_end_matches("cm").split_once('x')?;
                let length = |text: &str| text.parse().ok().filter(|cm| CM.contains(cm));
                Some(journal(length(width)?, length(height)?))
            }
        }
    }

    /// Points (1/72 inch) of a logical pixel.
    pub(super) fn points(self) -> f64 {
        0.75 * self.zoom
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_names_or_centimetres() {
        let column = Size::parse("column").unwrap();
        assert_eq!(Size::parse("8.6x7"), Some(column));
        assert_eq!(Size::parse("8.6x7cm"), Some(column));
        assert!((column.panel.0 * column.zoom / 96.0 * 2.54 - 8.6).abs() < 1e-9);
        assert!((13.0 * column.points() - 8.29).abs() < 0.01);
        let slide = Size::parse("projector").unwrap();
        assert_eq!(slide.panel.0 * slide.bitmap, 1920.0);
        for wrong in ["poster", "8.6", "8.6x", "1x1", "NaNx7", "1000x7", "-8x7"] {
            assert_eq!(Size::parse(wrong), None, "{wrong}");
        }
    }
}
