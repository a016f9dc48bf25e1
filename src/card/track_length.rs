//! The key `target.track_length`: a table in a file or in the card itself.

use std::sync::Arc;

use super::error::CardError;
use super::known::Known;
use super::plain::keys;
use super::printed::Printed;
use super::reach::Channels;
use super::rules::{Plain, Resolver};
use super::target::Losses;
use crate::beam::Beam;
use crate::matter::shower::{TrackLengthError, TrackRow, TrackTable};
use crate::text::shorten;

const KEY: &str = "target.track_length";
const FILE: &str = "target.track_length.file";
/// Its columns, that of the depth, which may be missing, behind the others.
const COLUMNS: [&str; 5] = [
    "target.track_length.energy_gev",
    "target.track_length.electron_x0",
    "target.track_length.positron_x0",
    "target.track_length.photon_x0",
    "target.track_length.depth_x0",
];

keys! { KEYS:
    "target.track_length": Table, "", Range(""), Nothing("(`losses = \"shower\"` computes them)"),
        "Track lengths of e⁻, e⁺ and γ in the target from another program, instead of those that `losses = \"shower\"` \
         and the channels of the shower in `reach` compute ([targets.md](targets.md)).",
        "{ file = \"…\" }";
    "target.track_length.file": Text, "", Range("the name of a file, seen from the card's folder"), Nothing(""),
        "The table: the first row names its columns, `energy_gev` (rising, up to the beam energy), `electron_x0`, `positron_x0`, \
         `photon_x0`, the lengths above that energy, and `depth_x0`, as `millibrem shower` writes it; \
         the resolved card holds the numbers.",
        "the name of a file";
    "target.track_length.depth_x0": Numbers, "X₀", Range("rising, one for each of `energy_gev`"), Nothing("(the whole target)"),
        "Depths of a table in the card.",
        "a list of depths in radiation lengths, one for each of energy_gev";
    "target.track_length.energy_gev": Numbers, "GeV", Range("rising at each depth"), Nothing("(`file` has them)"),
        "Energies of a table in the card.",
        "a list of energies in GeV";
    "target.track_length.electron_x0": Numbers, "X₀", Range("falling, one for each of `energy_gev`"), Nothing("(`file` has them)"),
        "Track lengths of electrons above each of `energy_gev`.",
        "a list of lengths in radiation lengths, one for each of energy_gev";
    "target.track_length.positron_x0": Numbers, "X₀", Range("falling, one for each of `energy_gev`"), Nothing("(`file` has them)"),
        "Those of positrons.",
        "a list of lengths in radiation lengths, one for each of energy_gev";
    "target.track_length.photon_x0": Numbers, "X₀", Range("falling, one for each of `energy_gev`"), Nothing("(`file` has them)"),
        "Those of photons.",
        "a list of lengths in radiation lengths, one for each of energy_gev";
}

/// The table that the card names or holds, for the beam; it must be of use.
pub(super) fn resolve(
    rules: &Resolver<'_>,
    known: &Known,
    beam: &Beam,
    (losses, channels): (Option<Losses>, Option<Channels>),
) -> Result<Option<Arc<TrackTable>>, CardError> {
    if !rules.has(KEY) {
        return Ok(None);
    }
    let followed = losses == Some(Losses::Shower) || channels.is_some_and(Channels::has_shower);
    if !followed {
        let expected = "losses = \"shower\" under [target] beside it, or a channel of the shower in reach.channels";
        return Err(rules.wrong(KEY, "a table", expected));
    }
    let table = match rules.read::<Option<String>>(FILE)? {
        Some(name) => {
            if let Some(column) = COLUMNS.iter().find(|column| rules.has(column)) {
                return Err(rules.excludes(column, FILE));
            }
            let wrong = |line: usize, problem: String| {
                let line = match line {
                    0 => String::new(),
                    line => format!(", line {line}"),
                };
                let expected = format!("a table of track lengths: {problem}");
                rules.wrong(FILE, format!("{}{line}", shorten(&name)), expected)
            };
            let file = known.open(&name).map_err(|problem| wrong(0, problem))?;
            let table = TrackTable::read(file, beam.energy_gev);
            table.map_err(|error| match error {
                TrackLengthError::Table { line, problem } => wrong(line, problem),
                TrackLengthError::Io(error) => wrong(0, error.to_string()),
            })?
        }
        None if !COLUMNS[..4].iter().any(|column| rules.has(column)) => {
            return Err(rules.bad(FILE, "nothing"));
        }
        None => in_card(rules, beam)?,
    };
    Ok(Some(Arc::new(table)))
}

/// The table whose columns stand in the card.
fn in_card(rules: &Resolver<'_>, beam: &Beam) -> Result<TrackTable, CardError> {
    let [energies, electrons, positrons, photons] = [0, 1, 2, 3].map(|i| rules.read(COLUMNS[i]));
    let all: [Vec<f64>; 4] = [energies?, electrons?, positrons?, photons?];
    let depths: Option<Vec<f64>> = rules.read(COLUMNS[4])?;
    let rows = all[0].len();
    for (column, found) in COLUMNS.iter().zip(all.iter().chain(&depths)) {
        if found.len() != rows {
            let found = format!("{} numbers", found.len());
            let expected = format!("one for each of energy_gev, {rows}");
            return Err(rules.wrong(column, found, expected));
        }
    }
    let row = |i: usize| {
        let above = [all[1][i], all[2][i], all[3][i]];
        (depths.as_ref().map(|depths| depths[i]), all[0][i], above)
    };
    let table = TrackTable::of_rows((0..rows).map(row), beam.energy_gev);
    table.map_err(|problem| rules.wrong(KEY, problem, "a table of track lengths against energy"))
}

/// Writes the table back, each column a list.
pub(super) fn print(table: &TrackTable, out: &mut Printed) {
    let rows: Vec<_> = table.rows().collect();
    let list = |of: &dyn Fn(&TrackRow) -> f64| rows.iter().map(of).collect::<Vec<_>>();
    let depths: Option<Vec<f64>> = rows.iter().map(|row| row.0).collect();
    depths.print(COLUMNS[4], out);
    list(&|row| row.1).print(COLUMNS[0], out);
    for species in 0..3 {
        list(&|row| row.2[species]).print(COLUMNS[1 + species], out);
    }
}
