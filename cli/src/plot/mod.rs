//! `plot`: figures from saved results.

mod write;

use std::path::{Path, PathBuf};

use clap::Args;
use millibrem_figures::{Format, Panel};
use millibrem_files::results;
use serde_json::json;

use super::failure::Failure;
use super::options::Common;
use super::{print, unsealed};

/// Draw figures from saved results; nothing is computed again
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem plot output/na64mu-2025/run.h5
  millibrem plot output/na64mu-2025/run.h5 -o overview.png
  millibrem plot light/run.h5 heavy/run.h5 --only e_miss_gev -o e_miss.svg

A run file gives a figure for each of its histograms and one called iterations; tables (CSV, \
HDF5) of scan, spectrum and compare give sigma, ratios, dsigma_dx, dsigma_de_miss, that of reach gives \
reach. Several files are laid over each other. Beside each figure stands a script that draws it again with matplotlib. Earlier \
figures and scripts of this program are replaced; other files of their names only with --force, and \
scripts never.")]
pub(crate) struct Plot {
    /// Run files (HDF5), or tables (CSV, HDF5)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One figure with all panels, .svg or .png [default: each of them in both formats in the
    /// folder `figures` beside the first file]
    #[arg(short, long, value_name = "FIGURE")]
    output: Option<PathBuf>,
    /// Draw this one; repeatable
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Text of the legend, one a file in their order; *m* slants, _{χ} lowers, ^{2} raises
    #[arg(long = "label", value_name = "TEXT")]
    labels: Vec<String>,
    /// Text above the frames
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
}

impl Plot {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        self.output.as_deref().map(Format::of).transpose()?;
        unsealed::look_at(&self.files, common.quiet)?;
        let found = results::read(&self.files)?;
        let panels = millibrem_figures::panels(&found, &self.labels)?;
        let mut panels = millibrem_figures::choose(panels, &self.only)?;
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
