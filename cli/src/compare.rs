//! `compare`: the exact cross section beside the Weizsäcker–Williams family.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use millibrem::card::RunCard;
use millibrem::run;
use millibrem::study::compare::APPROXIMATIONS;
use millibrem::study::{Comparison, Grid, compare, run_rows, verdict};
use millibrem_files::checkpoint::OutputLock;
use millibrem_files::hdf5::write_table;
use millibrem_files::output::Kind;
use millibrem_files::row_log::may_replace;
use millibrem_files::table::{Column, TableHeader, short_name};
use millibrem_files::{self, PartFile};
use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::options::Common;
use super::{json, output, print, scan, sigma};

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
}

const PB: &str = "pb";
const COLUMNS: [Column; 11] = [
    Column {
        name: "etl_pb",
        units: PB,
        description: "exact tree-level cross section per nucleus within the cuts",
    },
    Column {
        name: "etl_error_pb",
        units: PB,
        description: "its error",
    },
    Column {
        name: "ww_pb",
        units: PB,
        description: "Weizsäcker-Williams",
    },
    Column {
        name: "iww_pb",
        units: PB,
        description: "improved Weizsäcker-Williams",
    },
    Column {
        name: "wwa_pb",
        units: PB,
        description: "closed form for heavy chi",
    },
    Column {
        name: "ww_over_etl",
        units: "1",
        description: "ratio",
    },
    Column {
        name: "ww_over_etl_error",
        units: "1",
        description: "its numerical error",
    },
    Column {
        name: "iww_over_etl",
        units: "1",
        description: "ratio",
    },
    Column {
        name: "iww_over_etl_error",
        units: "1",
        description: "its numerical error",
    },
    Column {
        name: "wwa_over_etl",
        units: "1",
        description: "ratio",
    },
    Column {
        name: "wwa_over_etl_error",
        units: "1",
        description: "its numerical error",
    },
];

/// The numbers of one row in the order of [`COLUMNS`]; NaN where a formula does not apply.
fn numbers(row: &Comparison) -> Vec<f64> {
    let mut all = vec![row.exact.value_pb, row.exact.error_pb];
    let or_nan = |x: Option<f64>| x.unwrap_or(f64::NAN);
    all.extend(
        row.approximations
            .iter()
            .map(|a| or_nan(a.sigma.map(|s| s.value_pb))),
    );
    for a in &row.approximations {
        all.extend([or_nan(a.ratio), or_nan(a.ratio_error)]);
    }
    all
}

impl Compare {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let grid = scan::grid(&self.over)?;
        let more = sigma::overrides(None, self.rel_error.as_deref());
        let text = millibrem_files::card::read(&self.card)?;
        let base = common.card_of(&text, &more)?;
        let cards = (0..grid.len())
            .map(|row| scan::row_card(common, &text, &more, &grid.axes, &grid.row(row)))
            .collect::<Result<Vec<RunCard>, Failure>>()?;
        let header = TableHeader {
            facts: scan::facts("compare", &base),
            keys: grid.axes.iter().map(|a| a.key.clone()).collect(),
            columns: COLUMNS.to_vec(),
        };
        let folder = output::folder(common, &base.run.name);
        let [path, binary] = &["compare.csv", "compare.h5"].map(|name| folder.join(name));
        output::check([path, binary], Kind::Table, common.force, [&self.card])?;
        // Until it is written: rows of another comparison must not come in between.
        let lock = OutputLock::take(path)?;
        if !common.force {
            let keys: BTreeSet<_> = (0..grid.len())
                .map(|row| scan::plain_values(&grid.row(row)))
                .collect();
            may_replace(path, &header, |old| keys.contains(&scan::plain_values(old)))?;
        }
        let bar = scan::row_bar(common.quiet, grid.len());
        let mut rows: Vec<Option<Comparison>> = vec![None; grid.len()];
        let todo: Vec<usize> = (0..grid.len()).collect();
        let one = |row: usize, threads: usize| -> Result<Comparison, Failure> {
            let mut card = cards[row].clone();
            card.run.threads = threads;
            let mixture = run::mixture(&card)?;
            let edges = run::bins(&card, self.bins);
            let compared = || compare(&mixture, &edges, run::goal(&card));
            Ok(run::on_threads(&card, compared)??)
        };
        run_rows(base.run.threads, &todo, one, |row, found| {
            bar.inc(1);
            rows[row] = Some(found?);
            Ok::<(), Failure>(())
        })?;
        bar.finish_and_clear();
        let rows: Vec<Comparison> = rows.into_iter().flatten().collect();
        let labels: Vec<String> = (0..grid.len()).map(|r| scan::row_label(&grid, r)).collect();
        let verdict = verdict(&labels, &rows);
        let fields: Vec<Vec<String>> = rows
            .iter()
            .enumerate()
            .map(|(i, row)| {
                let keys = grid.row(i).into_iter().map(str::to_owned);
                let numbers = numbers(row).into_iter().map(|x| format!("{x:?}"));
                keys.chain(numbers).collect()
            })
            .collect();
        let text = header.with_rows(&fields);
        millibrem_files::finish([
            PartFile::filled_by(lock, path, Kind::Table, common.force, text.as_bytes())?,
            write_table(binary, &header, &fields, common.force)?,
        ])?;
        match common.json {
            true => print::json(json!({
                "rows": rows.iter().enumerate().map(|(i, row)| json_row(&grid, &cards[i], i, row)).collect::<Vec<_>>(),
                "x_edges": run::bins(&base, self.bins),
                "verdict": verdict,
                "output": path,
            })),
            false => {
                table(&grid, &rows)?;
                print::line("")?;
                verdict
                    .iter()
                    .try_for_each(|sentence| print::line(sentence))
            }
        }
    }
}

fn json_row(grid: &Grid, card: &RunCard, index: usize, row: &Comparison) -> Value {
    let mut object = Map::new();
    // The mass is what such tables are read by, scanned or not.
    if let millibrem::dark_sector::DarkSector::Pair(chi) = card.dark_sector {
        object.insert("m_chi_gev".to_owned(), json!(chi.mass_gev));
    }
    for (axis, value) in grid.axes.iter().zip(grid.row(index)) {
        object.insert(short_name(&axis.key).to_owned(), json::cell(value));
    }
    for (column, number) in COLUMNS.iter().zip(numbers(row)) {
        // A formula that does not apply has no number.
        let number = Some(number).filter(|x| !x.is_nan());
        object.insert(column.name.to_owned(), json::number(number));
    }
    for a in &row.approximations {
        let name = format!("{}_dsigma_dx_ratios", a.approach.name());
        object.insert(name, json::numbers(&a.bin_ratios));
    }
    Value::Object(object)
}

fn table(grid: &Grid, rows: &[Comparison]) -> Result<(), Failure> {
    let keys = grid
        .axes
        .iter()
        .map(|a| format!("{:>12}", short_name(&a.key)));
    let names = APPROXIMATIONS.map(|a| format!("{:>10}", format!("{}/etl", a.name())));
    print::line(&format!(
        "{}{:>14}{}   ratios of dsigma/dx: ww | iww",
        keys.collect::<String>(),
        "etl_pb",
        names.concat()
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
        let [ww, iww, wwa] = &row.approximations;
        print::line(&format!(
            "{}{:>14.6e}{}{}{}   {} | {}",
            keys.collect::<String>(),
            row.exact.value_pb,
            ratio(&ww.ratio),
            ratio(&iww.ratio),
            ratio(&wwa.ratio),
            bins(&ww.bin_ratios),
            bins(&iww.bin_ratios),
        ))?;
    }
    Ok(())
}
