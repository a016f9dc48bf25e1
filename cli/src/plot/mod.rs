//! `plot`: figures from saved results.

mod write;

use std::path::{Path, PathBuf};

use clap::Args;
use millibrem_figures::{Format, Panel, Scale, Size, Wishes};
use millibrem_files::results;
use serde_json::json;

use super::failure::Failure;
use super::options::Common;
use super::{print, unsealed};

/// A size of a panel.
fn size(text: &str) -> Result<Size, String> {
    Size::parse(text).ok_or_else(|| {
        "it must be column, projector, or width x height in cm (4 to 100 each), such as 17.8x9"
            .to_owned()
    })
}

/// An axis and its ends.
fn range(text: &str) -> Result<(char, f64, f64), String> {
    let parts = text.split_once('=').and_then(|(axis, ends)| {
        let (low, high) = ends.split_once("..")?;
        Some((
            axis,
            low.trim().parse::<f64>().ok()?,
            high.trim().parse::<f64>().ok()?,
        ))
    });
    match parts {
        Some((axis @ ("x" | "y"), low, high))
            if low < high && low.is_finite() && high.is_finite() =>
        {
            Ok((axis.chars().next().unwrap_or('x'), low, high))
        }
        _ => Err("it must be x=LO..HI or y=LO..HI, LO below HI, such as y=1e-5..1".to_owned()),
    }
}

/// The name of a limit and a place in the units of the axes.
fn place(text: &str) -> Result<(String, f64, f64), String> {
    let parts = text.rsplit_once('=').and_then(|(name, place)| {
        let (x, y) = place.split_once(',')?;
        let number = |text: &str| text.trim().parse().ok().filter(|v: &f64| v.is_finite());
        Some((name.to_owned(), number(x)?, number(y)?))
    });
    parts.ok_or_else(|| "it must be NAME=X,Y, such as \"SLAC mQ=0.01,2e-4\"".to_owned())
}

/// Draw figures from saved results; nothing is computed again
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem plot output/na64mu-2025/run.h5
  millibrem plot output/na64mu-2025/run.h5 -o overview.png
  millibrem plot light/run.h5 heavy/run.h5 --only e_miss_gev -o e_miss.svg
  millibrem plot reach.csv --only sum --projected ldmx-2025 \\
    --label 'ldmx-2025 sum=LDMX' --size column -o limits.pdf

A run file gives a figure for each of its histograms and one called iterations; tables (CSV, \
HDF5) of scan, spectrum and compare give sigma, ratios, dsigma_dx, dsigma_de_miss, that of reach gives \
reach. Several files are laid over each other. Beside each figure stands a script that draws it again with matplotlib. Earlier \
figures and scripts of this program are replaced; other files of their names only with --force, and \
scripts never.")]
pub(crate) struct Plot {
    /// Run files (HDF5), or tables (CSV, HDF5)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One figure with all panels, .svg, .pdf or .png [default: each of them in both formats in the
    /// folder `figures` beside the first file]
    #[arg(short, long, value_name = "FIGURE")]
    pub(crate) output: Option<PathBuf>,
    /// Draw this panel, or this curve (as the legend names it, or by a word of that); repeatable.
    /// Limits of others stay unless one of them is named
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Text of the legend: one a file (one a curve for a single file) in their order, or CURVE=TEXT;
    /// *m* slants, _{χ} lowers, ^{2} raises
    #[arg(long = "label", value_name = "TEXT")]
    labels: Vec<String>,
    /// Dash this curve and say that it is projected; repeatable
    #[arg(long, value_name = "CURVE")]
    projected: Vec<String>,
    /// Divide all curves by this one in a lower part
    #[arg(long, value_name = "CURVE")]
    ratio: Option<String>,
    /// Where the name of a limit stands, in the units of the axes; repeatable [default: where it
    /// covers nothing]
    #[arg(long = "place", value_name = "NAME=X,Y", value_parser = place)]
    places: Vec<(String, f64, f64)>,
    /// Ends of an axis: x=LO..HI or y=LO..HI; repeatable
    #[arg(long = "range", value_name = "AXIS=LO..HI", value_parser = range)]
    ranges: Vec<(char, f64, f64)>,
    /// Logarithmic horizontal axis, or not [default: by the data]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    log_x: Option<bool>,
    /// Logarithmic vertical axis, or not [default: by the data]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    log_y: Option<bool>,
    /// Size of a panel: column (8.6 x 7 cm), projector (1920 x 1080 pixels), or WxH in cm
    /// [default: 480 x 360 pixels]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    size: Option<Size>,
    /// Text above the frames
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
}

impl Plot {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        self.output.as_deref().map(Format::of).transpose()?;
        unsealed::look_at(&self.files, common.quiet)?;
        let found = results::read(&self.files)?;
        // Labels in order are of files where there are several, of curves where there is one.
        let by_file = self.files.len() > 1 && self.labels.iter().all(|l| !l.contains('='));
        let (of_files, of_curves) = match by_file && self.labels.len() <= self.files.len() {
            true => (&self.labels[..], &[][..]),
            false => (&[][..], &self.labels[..]),
        };
        let panels = millibrem_figures::panels(&found, of_files)?;
        let mut panels = millibrem_figures::fulfil(panels, &self.wishes(of_curves))?;
        if let Some(title) = &self.title {
            panels
                .iter_mut()
                .for_each(|panel| panel.title.clone_from(title));
        }
        let figures: Vec<(&[Panel], PathBuf)> = match &self.output {
            Some(path) => vec![(&panels[..], path.clone())],
            None => panels
                .chunks(1)
                .flat_map(|one| self.beside(one, common))
                .collect(),
        };
        if panels.is_empty() {
            let file = self.files[0].display();
            return Err(Failure::Usage(format!(
                "there is nothing to draw in {file}"
            )));
        }
        for (_, path) in &figures {
            write::check(path, &self.files, common.force)?;
        }
        let mut written = Vec::new();
        for (panels, path) in &figures {
            let script = write::write(panels, path, common.force)?;
            let names: Vec<&str> = panels.iter().map(|panel| &panel.name[..]).collect();
            written.push(json!({ "panels": names, "output": path, "script": script }));
        }
        match common.json {
            true => print::json(json!({ "figures": written })),
            false => figures
                .iter()
                .try_for_each(|(_, path)| print::line(&path.display().to_string())),
        }
    }

    fn wishes(&self, labels: &[String]) -> Wishes {
        let scale = |log: Option<bool>| match log? {
            true => Some(Scale::Log),
            false => Some(Scale::Linear),
        };
        let range = |axis: char| {
            let asked = self.ranges.iter().rev().find(|(name, ..)| *name == axis);
            asked.map(|(_, low, high)| (*low, *high))
        };
        Wishes {
            only: self.only.clone(),
            labels: labels.to_vec(),
            projected: self.projected.clone(),
            places: self.places.clone(),
            ratio: self.ratio.clone(),
            x_range: range('x'),
            y_range: range('y'),
            x_scale: scale(self.log_x),
            y_scale: scale(self.log_y),
            size: self.size,
        }
    }

    /// Where a panel goes without `-o`: both formats in the folder `figures`, or in `--out`.
    fn beside<'a>(&self, one: &'a [Panel], common: &Common) -> [(&'a [Panel], PathBuf); 2] {
        let first = &self.files[0];
        let folder = match (&common.out, first.parent()) {
            (Some(folder), _) => folder.clone(),
            (None, parent) => parent.unwrap_or(Path::new("")).join("figures"),
        };
        let stem = first.file_stem().unwrap_or_default().to_string_lossy();
        let name = match stem.as_ref() {
            "run" => one[0].name.clone(),
            stem => format!("{stem}-{}", one[0].name),
        };
        ["svg", "png"].map(|ending| (one, folder.join(format!("{name}.{ending}"))))
    }
}
