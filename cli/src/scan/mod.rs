//! `scan`: the total cross section over a grid of card keys, saved row by row.

mod geant4;
mod rows;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use millibrem::card::{CardText, Method, Override, RunCard};
use millibrem::study::{Axis, Grid, sort_rows};
use millibrem_files::hdf5::{GENERATOR_VERSION, write_table};
use millibrem_files::output::Kind;
use millibrem_files::row_log::RowLog;
use millibrem_files::table::{Column, TableHeader, short_name};
use millibrem_files::{self, IoError};
use serde_json::{Map, Value, json};

pub(crate) use self::rows::plain_values;
use self::rows::{Point, Rows};
use super::failure::Failure;
use super::options::Common;
use super::{interrupt, json, output, print, sigma};

/// Compute the total cross section over a grid of card keys
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem scan cards/ldmx-2025.toml \\
    --over dark_sector.m_chi_gev=1e-3..0.5:log:40 --method quadrature
  millibrem scan cards/ldmx-2025.toml \\
    --over target.element=Al,W --over beam.energy_gev=4..8:lin:3 \\
    --method iww --geant4

Rows are saved in scan.csv as they are done; the same command goes on where an interrupted one stopped.
With other values of the same keys it adds their rows to those that are there.")]
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
    /// Also write the table in the layout of Geant4 models: A [au],Z [protons],Energy [MeV],Xsec [pb],
    /// the energy kinetic
    #[arg(long)]
    geant4: bool,
    /// Add energies until straight lines between the rows for Geant4 are good to this relative error
    #[arg(long, value_name = "R", requires = "geant4", value_parser = parse_goal)]
    linear_to: Option<f64>,
}

/// A relative error that straight lines can reach.
fn parse_goal(text: &str) -> Result<f64, String> {
    let goal = text.trim().parse().ok();
    goal.filter(|goal| (1e-5..=0.5).contains(goal))
        .ok_or_else(|| "expected a relative error from 1e-5 to 0.5".to_owned())
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
                Override::scanned(&axis.key, value)?;
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

/// A card with these values of the axes.
pub(crate) fn row_card(
    common: &Common,
    text: &CardText,
    more: &[Override],
    axes: &[Axis],
    values: &[&str],
) -> Result<RunCard, Failure> {
    let mut all = more.to_vec();
    for (axis, value) in axes.iter().zip(values) {
        all.push(Override::scanned(&axis.key, value)?);
    }
    Ok(common.card_of(text, &all)?)
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
    label(&grid.axes, &grid.row(row))
}

fn label(axes: &[Axis], values: &[impl AsRef<str>]) -> String {
    let pairs = axes.iter().zip(values);
    let pairs = pairs.map(|(axis, v)| format!("{} = {}", short_name(&axis.key), v.as_ref()));
    pairs.collect::<Vec<_>>().join(", ")
}

impl Scan {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        interrupt::note();
        let grid = grid(&self.over)?;
        let more = sigma::overrides(self.method.as_deref(), self.rel_error.as_deref());
        let text = millibrem_files::card::read(&self.card)?;
        let point = |values: Vec<String>| -> Result<Point, Failure> {
            let texts: Vec<&str> = values.iter().map(String::as_str).collect();
            let card = row_card(common, &text, &more, &grid.axes, &texts)?;
            Ok(Point { values, card })
        };
        // Every row's card is read before the first result is computed.
        let mut points = (0..grid.len())
            .map(|row| point(grid.row(row).into_iter().map(str::to_owned).collect()))
            .collect::<Result<Vec<Point>, Failure>>()?;
        if self.geant4 {
            geant4::check(&grid.axes, &points, self.linear_to)?;
        }
        let base = common.card_of(&text, &more)?;
        let header = TableHeader {
            facts: facts("scan", &base),
            keys: grid.axes.iter().map(|a| a.key.clone()).collect(),
            columns: COLUMNS.to_vec(),
        };
        let folder = output::folder(common, &base.run.name);
        let (path, copy) = (folder.join("scan.csv"), folder.join("scan.h5"));
        millibrem_files::output::check_apart(&path, [&self.card])?;
        output::check([&copy], Kind::Table, common.force, [&self.card])?;
        if !common.force && !path.exists() && copy.exists() {
            // Rows are saved in the other, so this is no scan's that could go on.
            return Err(IoError::Exists { path: copy }.into());
        }
        let (log, saved) = RowLog::open(&path, header.clone(), common.force)?;
        let mut rows = Rows::new(log, &path, grid.axes.len(), saved, base.run.threads);
        rows.say_damaged(common.quiet, &points);
        rows.compute(common.quiet, &points)?;
        let tables = match self.geant4 {
            true => geant4::tables(&grid.axes, &mut points, &mut rows, self.linear_to, point)?,
            false => Vec::new(),
        };

        let mut found = rows.of(&points);
        let others = rows.others(&points);
        let is_grid = points.len() == grid.len();
        if !is_grid {
            sort_rows(grid.axes.len(), &mut found);
        }
        let mut all = found.clone();
        if !others.is_empty() {
            all.extend(others);
            sort_rows(grid.axes.len(), &mut all);
        }
        let failures = std::mem::take(&mut rows.failures);
        let _lock = rows.finish(&all)?;
        millibrem_files::finish([write_table(&copy, &header, &all, common.force)?])?;
        let tables: Vec<(PathBuf, geant4::Table)> = tables
            .into_iter()
            .map(|(name, table)| (folder.join(name), table))
            .collect();
        for (path, table) in &tables {
            table.write(path, common.force)?;
        }
        let failures = failures.iter();
        let failures =
            failures.map(|(values, problem)| format!("{}: {problem}", label(&grid.axes, values)));
        self.report(common, &header, &found, &path, &tables, failures.collect())
    }

    fn report(
        &self,
        common: &Common,
        header: &TableHeader,
        rows: &[Vec<String>],
        path: &Path,
        tables: &[(PathBuf, geant4::Table)],
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
            let mut document = json!({ "rows": rows, "output": path, "alarms": failures });
            if self.geant4 {
                document["geant4"] = tables.iter().map(|(path, t)| t.json(path)).collect();
            }
            return print::judged(document, outcome);
        }
        print::line(&names.join(","))?;
        for row in rows {
            print::line(&row.join(","))?;
        }
        if !common.quiet {
            print::note(&format!("wrote {}", path.display()));
            for (path, table) in tables {
                print::note(&format!("wrote {}: {}", path.display(), table.words()));
            }
        }
        outcome
    }
}
