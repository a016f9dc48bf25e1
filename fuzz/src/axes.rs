//! What `--over` and `--at` take: axes of scans, one a line, and points of a spectrum.

use millibrem::study::{Grid, ScanAxis, parse_x};

/// Reads the axes, spans the grid and looks at some of its rows.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for one in text.split(',') {
        if let Ok(x) = parse_x(one) {
            assert!((0.0..=1.0).contains(&x), "{x}");
        }
    }
    let mut axes = Vec::new();
    for line in text.lines() {
        match ScanAxis::parse(line) {
            Ok(axis) => {
                assert!(!axis.values.is_empty() && !axis.key.is_empty());
                axes.push(axis);
            }
            Err(error) => assert!(error.to_string().starts_with("--over "), "{error}"),
        }
    }
    let Ok(grid) = Grid::new(axes) else { return };
    for row in [0, grid.len() / 2, grid.len() - 1] {
        assert_eq!(grid.row(row).len(), grid.axes.len());
    }
}
