//! `scan`: the total cross section over a grid of card keys, saved row by row.

use std::path::{Path, PathBuf};

use clap::Args;
use millibrem::process::Method;
use millibrem::study::geant4::{self, CrossSectionTable};
use millibrem::study::scan::Row;
use millibrem::study::{self, Grid, Scanned};
use millibrem_files::hdf5::write_table;
use millibrem_files::output::Kind;
use millibrem_files::row_log::RowLog;
use millibrem_files::table::write_whole;
use millibrem_files::{self, IoError};
use serde_json::json;

use super::failure::Failure;
use super::json::number;
use super::options::{Common, Tracks};
use super::progress::RowBar;
use super::{interrupt, output, print, sigma};

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
    #[arg(long, value_parser = super::options::methods(Method::ALL))]
    method: Option<String>,
    /// Relative error at which to stop, in place of integration.rel_error
    #[arg(long, value_name = "R")]
    rel_error: Option<String>,
    #[command(flatten)]
    tracks: Tracks,
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

impl Scan {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        interrupt::note();
        let grid = Grid::parse(&self.over)?;
        let mut more = sigma::overrides(self.method.as_deref(), self.rel_error.as_deref());
        more.extend(self.tracks.overrides());
        // Every row's card is read before the first result is computed.
        let scan = study::Scan::new(common.source(&self.card, &more)?, grid)?;
        if self.geant4 {
            geant4::check(&scan, self.linear_to)?;
        }
        let header = scan.table(&[]);
        let folder = output::folder(common, &scan.card().run.name);
        let (path, copy) = (folder.join("scan.csv"), folder.join("scan.h5"));
        millibrem_files::output::check_apart(&path, [&self.card])?;
        output::check([&copy], Kind::Table, common.force, [&self.card])?;
        if !common.force && !path.exists() && copy.exists() {
            // Rows are saved in the other, so this is no scan's that could go on.
            return Err(IoError::Exists { path: copy }.into());
        }
        let (mut log, saved) = RowLog::open(&path, header.clone(), common.force)?;
        let known = saved.rows.iter();
        let known: Vec<Row> = known
            .filter_map(|cells| Row::from_cells(header.keys, cells))
            .collect();
        if !common.quiet {
            say_damaged(&path, &saved.damaged, scan.missing(&known));
        }
        common.say_losses(scan.card());
        let bar = RowBar::new(common.quiet);
        let save = |row: &Row| -> Result<(), Failure> { Ok(log.append(&row.cells())?) };
        let found = match self.geant4 {
            true => geant4::run(&scan, self.linear_to, &known, save, &bar),
            false => scan
                .run(&known, save, &bar)
                .map(|found| (found, Vec::new())),
        };
        bar.done();
        let (found, tables) = found.map_err(|error: Failure| error.saved_in(&path))?;
        let _lock = log.finish(&found.whole().rows)?;
        millibrem_files::finish([write_table(&copy, found.whole(), common.force)?])?;
        let place = |(name, table): (String, CrossSectionTable)| (folder.join(name), table);
        let tables: Vec<_> = tables.into_iter().map(place).collect();
        for (path, table) in &tables {
            write_whole(path, &table.to_csv(), common.force)?;
        }
        self.report(common, &found, &path, &tables)
    }

    fn report(
        &self,
        common: &Common,
        found: &Scanned,
        path: &Path,
        tables: &[(PathBuf, CrossSectionTable)],
    ) -> Result<(), Failure> {
        let (table, failures) = (found.table(), &found.failures);
        let outcome = match failures.first() {
            None => Ok(()),
            Some(first) => Err(Failure::Rows {
                failed: failures.len(),
                rows: table.rows.len() + failures.len(),
                first: first.clone(),
            }),
        };
        if common.json {
            let rows = table.json_rows();
            let mut document = json!({ "rows": rows, "output": path, "alarms": failures });
            if self.geant4 {
                let one = |(path, table): &(PathBuf, CrossSectionTable)| {
                    json!({
                        "output": path,
                        "rows": table.len(),
                        "linear_error": number(table.misfit().map(|m| m.linear)),
                        "loglog_error": number(table.misfit().map(|m| m.logarithmic)),
                    })
                };
                document["geant4"] = tables.iter().map(one).collect();
            }
            return print::judged(document, outcome);
        }
        print::table(table)?;
        if !common.quiet {
            print::note(&format!("wrote {}", path.display()));
            for (path, table) in tables {
                print::note(&format!("wrote {}: {}", path.display(), table.words()));
            }
        }
        outcome
    }
}

/// What is said of lines that are not what was written.
fn say_damaged(path: &Path, damaged: &[(usize, String)], missing: usize) {
    let Some((line, text)) = damaged.first() else {
        return;
    };
    print::note(&format!(
        "{}: damaged lines: {}, the first is line {line}, {}; they are taken out; rows of this scan to be computed: {missing}",
        path.display(),
        damaged.len(),
        match text.trim() {
            "" => "which has nothing that can be seen".to_owned(),
            text => format!("`{text}`"),
        },
    ));
}
