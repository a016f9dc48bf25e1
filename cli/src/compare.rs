//! `compare`: the exact cross section beside the Weizsäcker–Williams family.

use std::path::PathBuf;

use clap::Args;
use millibrem::process::Method;
use millibrem::study::{Comparison, Comparisons, Grid};
use millibrem::table::{Cell, short_name};
use serde_json::json;

use super::failure::Failure;
use super::options::{Common, Tracks};
use super::output::TablePlace;
use super::progress::RowBar;
use super::{print, sigma};

/// Compare the Weizsäcker–Williams approximations with the exact result
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem compare cards/na64mu-2025.toml
  millibrem compare cards/ldmx-2025.toml \\
    --over dark_sector.m_chi_gev=1e-3..0.5:log:20 --bins 6 --json")]
pub(crate) struct Compare {
    /// Run card (TOML)
    card: PathBuf,
    /// Key to scan and its values: KEY=LO..HI:log|lin:N or KEY=A,B,C; repeatable, the last runs fastest
    #[arg(long, value_name = "KEY=VALUES")]
    over: Vec<String>,
    /// Relative error of every number, in place of integration.rel_error
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
    /// Number of equal bins between the cuts on x for the ratios of dσ/dx
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    bins: u32,
    #[command(flatten)]
    tracks: Tracks,
}

impl Compare {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let grid = Grid::parse(&self.over)?;
        let mut more = sigma::overrides(None, self.rel_error.as_deref());
        more.extend(self.tracks.overrides());
        let source = common.source(&self.card, &more)?;
        let comparisons = Comparisons::new(&source, grid.clone(), self.bins)?;
        let keys = grid.axes.len();
        let comes_again = |row: &[Cell]| {
            let values: Vec<String> = row[..keys].iter().map(Cell::to_string).collect();
            comparisons.has(&values)
        };
        let names = ["compare.csv", "compare.h5"].map(str::to_owned);
        let (header, card) = (comparisons.header(), comparisons.card());
        let place = TablePlace::take(common, card, &names, [&self.card], &header, comes_again)?;
        common.say_losses(card);
        let bar = RowBar::new(common.quiet);
        let found = comparisons.run(&bar)?;
        bar.done();
        let path = place.write(&found.table(), common.force)?;
        if common.json {
            return print::json(json!({
                "rows": found.json_rows(),
                "x_edges": found.x_edges(),
                "verdict": found.verdict(),
                "output": path,
            }));
        }
        table(&grid, found.rows())?;
        print::line("")?;
        let verdict = found.verdict();
        verdict.iter().try_for_each(|words| print::line(words))?;
        if !common.quiet {
            print::note(&format!("wrote {}", path.display()));
        }
        Ok(())
    }
}

fn table(grid: &Grid, rows: &[Comparison]) -> Result<(), Failure> {
    let keys = grid
        .axes
        .iter()
        .map(|a| format!("{:>12}", short_name(&a.key)));
    let names = Method::APPROXIMATIONS.iter();
    let names = names.map(|a| format!("{:>10}", format!("{}/etl", a.name())));
    print::line(&format!(
        "{}{:>14}{}   ratios of dsigma/dx: ww | iww",
        keys.collect::<String>(),
        "etl_pb",
        names.collect::<String>()
    ))?;
    let ratio = |r: &Option<f64>| match r {
        Some(r) => format!("{r:>10.4}"),
        None => format!("{:>10}", "-"),
    };
    let bins = |r: &[Option<f64>]| {
        let one = |r: &Option<f64>| r.map_or("-".to_owned(), |r| format!("{r:.3}"));
        r.iter().map(one).collect::<Vec<_>>().join(" ")
    };
    for (i, row) in rows.iter().enumerate() {
        let keys = grid.row(i).into_iter().map(|v| format!("{v:>12}"));
        let [ww, iww, ..] = &row.approximations[..] else {
            continue;
        };
        let ratios = row.approximations.iter().map(|a| ratio(&a.ratio));
        print::line(&format!(
            "{}{:>14.6e}{}   {} | {}",
            keys.collect::<String>(),
            row.exact.value_pb,
            ratios.collect::<String>(),
            bins(&ww.bin_ratios),
            bins(&iww.bin_ratios),
        ))?;
    }
    Ok(())
}
