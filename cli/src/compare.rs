//! `compare`: the exact cross section beside the Weizsäcker–Williams family.

use std::path::PathBuf;

use clap::Args;
use millibrem::study::{Compared, Comparison, Comparisons, Grid, rounded};
use millibrem::table::{Cell, short_name};
use millibrem::text::six_digits;
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
    --over dark_sector.m_chi_gev=1e-3..0.5:log:20 --bins 6 --json

Exact at tree level (etl in compare.csv); the approximations are
  ww   Weizsäcker–Williams, the flux of photons at each emission angle
  iww  improved Weizsäcker–Williams: the flux of photons at the smallest t
  wwa  closed form for a pair much heavier than the lepton")]
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
        totals(&grid, found.rows())?;
        shapes(&grid, &found, self.bins)?;
        print::line("")?;
        let verdict = found.verdict();
        verdict.iter().try_for_each(|words| print::words(words))?;
        if !common.quiet {
            print::note(&format!("wrote {}", path.display()));
        }
        Ok(())
    }
}

/// σ exactly, and each approximation over it.
fn totals(grid: &Grid, rows: &[Comparison]) -> Result<(), Failure> {
    let names = rows.first().map_or(&[][..], |row| &row.approximations);
    let names = names.iter().map(|a| format!("{:>10}", a.method.name()));
    print::line("sigma exactly at tree level, and the approximations over it:")?;
    print::line(&format!(
        "{}{:>14}{}",
        keys(grid, &names_of(grid)),
        "exact [pb]",
        names.collect::<String>()
    ))?;
    for (i, row) in rows.iter().enumerate() {
        let ratios = row.approximations.iter().map(|a| ratio(a.ratio));
        print::line(&format!(
            "{}{:>14}{}",
            keys(grid, &values(grid, i)),
            six_digits(row.exact.value_pb),
            ratios.collect::<String>(),
        ))?;
    }
    Ok(())
}

/// dσ/dx of each approximation over the exact one in the bins of x, a few of them to a line.
fn shapes(grid: &Grid, found: &Compared<'_>, bins: u32) -> Result<(), Failure> {
    let edges = found.common_edges();
    let title = |bin: usize| match &edges {
        Some(edges) => format!("{:.3}-{:.3}", edges[bin], edges[bin + 1]),
        None => format!("bin {}", bin + 1),
    };
    let words = match edges {
        Some(_) => "in bins of x".to_owned(),
        None => format!("in {bins} equal bins of x between the cuts of each row"),
    };
    print::line(&format!("\ndsigma/dx over the exact one, {words}:"))?;
    let all: Vec<usize> = (0..bins as usize).collect();
    let across = WIDTH.saturating_sub(METHOD + key_width(grid) * grid.axes.len()) / BIN;
    for some in all.chunks(across.max(1)) {
        let titles = some.iter().map(|&bin| format!("{:>BIN$}", title(bin)));
        print::line(&format!(
            "{}{:>METHOD$}{}",
            keys(grid, &names_of(grid)),
            "method",
            titles.collect::<String>()
        ))?;
        for (i, row) in found.rows().iter().enumerate() {
            for of in row.approximations.iter() {
                if of.bin_ratios.iter().all(Option::is_none) {
                    continue;
                }
                let ratios = some.iter().map(|&bin| match of.bin_ratios[bin] {
                    Some(r) => format!("{r:>BIN$.3}"),
                    None => format!("{:>BIN$}", "-"),
                });
                print::line(&format!(
                    "{}{:>METHOD$}{}",
                    keys(grid, &values(grid, i)),
                    of.method.name(),
                    ratios.collect::<String>()
                ))?;
            }
        }
    }
    Ok(())
}

/// Columns of a terminal, least of a key, of a method's name and of a bin.
const WIDTH: usize = 80;
const KEY: usize = 9;
const METHOD: usize = 8;
const BIN: usize = 13;

fn names_of(grid: &Grid) -> Vec<String> {
    let axes = grid.axes.iter();
    axes.map(|a| short_name(&a.key).to_owned()).collect()
}

fn values(grid: &Grid, row: usize) -> Vec<String> {
    grid.row(row).into_iter().map(rounded).collect()
}

/// Values of the keys, each as wide as the longest name.
fn keys(grid: &Grid, values: &[String]) -> String {
    let width = key_width(grid);
    values.iter().map(|v| format!("{v:>width$}")).collect()
}

fn key_width(grid: &Grid) -> usize {
    let longest = names_of(grid).iter().map(String::len).max();
    longest.unwrap_or(0).max(KEY) + 2
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or(format!("{:>10}", "-"), |r| format!("{r:>10.4}"))
}
