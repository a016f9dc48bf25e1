//! `scan`: the total cross section over a grid of card keys, saved row by row.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use millibrem::card::{Method, Override, RunCard};
use millibrem::io::hdf5::{GENERATOR_VERSION, write_table};
use millibrem::io::table::{Column, RowLog, TableHeader, short_name, write_whole};
use millibrem::job::prepare;
use millibrem::study::{Axis, Grid, run_rows};
use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::options::Common;
use super::sigma::{self, Found};
use super::{json, output, print};

/// Compute the total cross section over a grid of card keys
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem scan cards/ldmx-2025.toml --over dark_sector.m_chi_gev=1e-3..0.5:log:40 --method quadrature
  millibrem scan cards/ldmx-2025.toml --over target.element=Al,W --over beam.energy_gev=4..8:lin:3 --method iww --geant4

Rows are saved in scan.csv as they are done; the same command goes on where an interrupted one stopped.")]
pub(crate) struct Scan {
    /// Run card (TOML)
    card: PathBuf,
    /// Key to scan and its values: KEY=LO..HI:log|lin:N or KEY=A,B,C; repeatable, the last runs fastest
    #[arg(long, value_name = "KEY=VALUES", required = true)]
    over: Vec<String>,
    /// Method, in place of integration.method
    #[arg(long, value_parser = PossibleValuesParser::new(Method::ALL.iter().map(|m| m.name())))]
    method: Option<String>,
    /// Relative error at which to stop, in place of integration.rel_error
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
    /// Also write the table in the layout of Geant4 models: A [au],Z [protons],Energy [MeV],Xsec [pb]
    #[arg(long)]
    geant4: bool,
}

const COLUMNS: [Column; 3] = [
    Column {
        name: "sigma_pb",
        units: "pb",
        description: "cross section per nucleus within the cuts",
    },
    Column {
        name: "error_pb",
        units: "pb",
        description: "its error",
    },
    Column {
        name: "n_eval",
        units: "1",
        description: "evaluations of the integrand",
    },
];

/// The axes of `--over`, their keys checked against the card's.
pub(crate) fn grid(over: &[String]) -> Result<Grid, Failure> {
    let axes = over
        .iter()
        .map(|text| {
            let axis = Axis::parse(text)?;
            for value in &axis.values {
                Override::parse(&format!("{}={value}", axis.key))?;
            }
            Ok(axis)
        })
        .collect::<Result<Vec<Axis>, Failure>>()?;
    if let Some(twice) = (1..axes.len()).find(|&i| axes[..i].iter().any(|a| a.key == axes[i].key)) {
        let key = &axes[twice].key;
        return Err(Failure::Usage(format!("--over names the key {key} twice")));
    }
    Ok(Grid::new(axes)?)
}

/// The card of one row.
pub(crate) fn row_card(
    common: &Common,
    path: &Path,
    more: &[Override],
    grid: &Grid,
    row: usize,
) -> Result<RunCard, Failure> {
    let mut all = more.to_vec();
    for (axis, value) in grid.axes.iter().zip(grid.row(row)) {
        all.push(Override::parse(&format!("{}={value}", axis.key))?);
    }
    Ok(common.load_with(path, &all)?)
}

/// What a table says of its card: all but what no result depends on.
pub(crate) fn facts(command: &str, card: &RunCard) -> Vec<(String, String)> {
    let drawn = |line: &&str| !["seed =", "threads ="].iter().any(|k| line.starts_with(k));
    let toml = card.to_toml();
    let text: Vec<&str> = toml.lines().filter(drawn).collect();
    vec![
        ("command".to_owned(), command.to_owned()),
        ("millibrem".to_owned(), GENERATOR_VERSION.to_owned()),
        ("card".to_owned(), text.join("\n")),
    ]
}

/// A bar of rows on stderr if it is a terminal.
pub(crate) fn row_bar(quiet: bool, rows: usize) -> ProgressBar {
    use std::io::IsTerminal;
    let target = match quiet || !std::io::stderr().is_terminal() {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr_with_hz(10),
    };
    let bar = ProgressBar::with_draw_target(Some(rows as u64), target);
    if let Ok(style) =
        ProgressStyle::with_template("rows [{bar:30}] {pos}/{len}  {elapsed} (left {eta})")
    {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// `key = value, …` of one row.
pub(crate) fn row_label(grid: &Grid, row: usize) -> String {
    let pairs = grid.axes.iter().zip(grid.row(row));
    let pairs = pairs.map(|(axis, value)| format!("{} = {value}", short_name(&axis.key)));
    pairs.collect::<Vec<_>>().join(", ")
}

impl Scan {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let grid = grid(&self.over)?;
        let more = sigma::overrides(self.method.as_deref(), self.rel_error.as_deref());
        // Every row's card is read before the first result is computed.
        let cards = (0..grid.len())
            .map(|row| row_card(common, &self.card, &more, &grid, row))
            .collect::<Result<Vec<RunCard>, Failure>>()?;
        let base = common.load_with(&self.card, &more)?;
        let header = TableHeader {
            facts: facts("scan", &base),
            keys: grid.axes.iter().map(|a| a.key.clone()).collect(),
            columns: COLUMNS.to_vec(),
        };
        let folder = output::folder(common, &base.run.name);
        let path = folder.join("scan.csv");
        let (mut log, old) = RowLog::open(&path, &header, common.force)?;
        let width = grid.axes.len();
        let mut rows: Vec<Option<Vec<String>>> = (0..grid.len())
            .map(|row| {
                old.iter()
                    .find(|r| r[..width] == grid.row(row)[..])
                    .cloned()
            })
            .collect();
        let todo: Vec<usize> = (0..grid.len()).filter(|&r| rows[r].is_none()).collect();
        let bar = row_bar(common.quiet, grid.len());
        bar.inc((grid.len() - todo.len()) as u64);
        let mut failures: Vec<(usize, String)> = Vec::new();
        // Monte Carlo rows use all threads one after the other, the others run side by side.
        let serial = base.integration.method == Method::Mc;
        let one = |row: usize| {
            let card = &cards[row];
            Found::by(true, card, &prepare::setup(card)?)
        };
        let mut save = |row: usize, found: Result<Found, Failure>| {
            bar.inc(1);
            match found {
                Ok(found) if found.alarms.is_empty() => {
                    let mut fields: Vec<String> =
                        grid.row(row).iter().map(|v| (*v).to_owned()).collect();
                    fields.push(format!("{:?}", found.value_pb));
                    fields.push(format!("{:?}", found.error_pb));
                    fields.push(found.n_eval.to_string());
                    log.append(&fields)?;
                    rows[row] = Some(fields);
                }
                Ok(found) => failures.push((row, found.alarms.join("; "))),
                Err(error) => failures.push((row, error.to_string())),
            }
            Ok::<(), Failure>(())
        };
        if serial {
            for &row in &todo {
                save(row, one(row))?;
            }
        } else {
            prepare::on_threads(&base, || run_rows(&todo, one, save))??;
        }
        bar.finish_and_clear();
        let done: Vec<Vec<String>> = rows.iter().flatten().cloned().collect();
        log.finish(&done)?;
        write_table(&folder.join("scan.h5"), &header, &done)?;
        if self.geant4 {
            geant4(&folder, &grid, &cards, &rows)?;
        }
        failures.sort();
        let failures = failures.iter();
        let failures =
            failures.map(|(row, problem)| format!("{}: {problem}", row_label(&grid, *row)));
        self.report(common, &header, &done, &path, failures.collect())
    }

    fn report(
        &self,
        common: &Common,
        header: &TableHeader,
        rows: &[Vec<String>],
        path: &Path,
        failures: Vec<String>,
    ) -> Result<(), Failure> {
        let outcome = match failures.first() {
            None => Ok(()),
            Some(first) => Err(Failure::Rows {
                failed: failures.len(),
                rows: rows.len() + failures.len(),
                first: first.clone(),
            }),
        };
        let keys = header.keys.iter().map(|k| short_name(k));
        let names: Vec<&str> = keys.chain(COLUMNS.iter().map(|c| c.name)).collect();
        if common.json {
            let row = |fields: &Vec<String>| -> Value {
                let pairs = names.iter().zip(fields);
                let pairs = pairs.map(|(name, field)| ((*name).to_owned(), json::cell(field)));
                Value::Object(pairs.collect::<Map<_, _>>())
            };
            let rows: Vec<Value> = rows.iter().map(row).collect();
            let document = json!({ "rows": rows, "output": path, "alarms": failures });
            return print::judged(document, outcome);
        }
        print::line(&names.join(","))?;
        for row in rows {
            print::line(&row.join(","))?;
        }
        if !common.quiet {
            eprintln!("wrote {}", path.display());
        }
        outcome
    }
}

/// One file of the Geant4 layout for each setting of the keys that are neither beam energy nor
/// target.
fn geant4(
    folder: &Path,
    grid: &Grid,
    cards: &[RunCard],
    rows: &[Option<Vec<String>>],
) -> Result<(), Failure> {
    let mut files: Vec<(String, String)> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let Some(row) = row else { continue };
        let pairs = grid.axes.iter().zip(grid.row(index));
        let others = pairs
            .filter(|(axis, _)| axis.key != "beam.energy_gev" && !axis.key.starts_with("target."))
            .map(|(axis, value)| format!("-{}={value}", short_name(&axis.key)));
        let name = format!("geant4{}.csv", others.collect::<String>());
        let setup = prepare::setup(&cards[index])?;
        let nucleus = setup.nucleus;
        let energy_mev = setup.collision.e0 * 1e3;
        let line = format!(
            "{:?},{},{energy_mev:?},{}\n",
            nucleus.a,
            nucleus.z,
            row[grid.axes.len()]
        );
        match files.iter_mut().find(|(known, _)| *known == name) {
            Some((_, text)) => *text += &line,
            None => {
                let heading = "A [au],Z [protons],Energy [MeV],Xsec [pb]\n";
                files.push((name, heading.to_owned() + &line));
            }
        }
    }
    for (name, text) in files {
        write_whole(&folder.join(name), &text)?;
    }
    Ok(())
}
