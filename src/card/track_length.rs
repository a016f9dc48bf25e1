//! The key `target.track_length`: a table in a file or in the card itself.

use std::sync::Arc;

use super::error::CardError;
use super::known::Known;
use super::raw::{PerAxis, RawTrackLength};
use super::rules::Resolver;
use super::run_card::{Channels, Losses};
use crate::beam::Beam;
use crate::matter::shower::{TrackLengthError, TrackRow, TrackTable};
use crate::text::shorten;

const KEY: &str = "target.track_length";
const FILE: &str = "target.track_length.file";

/// The table that the card names or holds, for the beam; it must be of use.
pub(super) fn resolve(
    rules: &Resolver<'_>,
    raw: Option<&RawTrackLength>,
    known: &Known,
    beam: &Beam,
    (losses, channels): (Option<Losses>, Option<Channels>),
) -> Result<Option<Arc<TrackTable>>, CardError> {
    let Some(raw) = raw else {
        return Ok(None);
    };
    let followed = losses == Some(Losses::Shower) || channels.is_some_and(Channels::has_shower);
    if !followed {
        let expected = "losses = \"shower\" under [target] beside it, or a channel of the shower in reach.channels";
        return Err(rules.wrong(KEY, "a table", expected));
    }
    let columns = [
        ("energy_gev", &raw.energy_gev),
        ("electron_x0", &raw.electron_x0),
        ("positron_x0", &raw.positron_x0),
        ("photon_x0", &raw.photon_x0),
    ];
    let depth = ("depth_x0", &raw.depth_x0);
    let table = match &raw.file {
        Some(name) => {
            let mut all = columns.into_iter().chain([depth]);
            if let Some((column, _)) = all.find(|(_, column)| column.is_some()) {
                return Err(rules.excludes(&format!("{KEY}.{column}"), FILE));
            }
            let wrong = |line: usize, problem: String| {
                let line = match line {
                    0 => String::new(),
                    line => format!(", line {line}"),
                };
                let expected = format!("a table of track lengths: {problem}");
                rules.wrong(FILE, format!("{}{line}", shorten(name)), expected)
            };
            let files = known.files.as_deref();
            let files = files.ok_or_else(|| wrong(0, "there are no files here".to_owned()))?;
            let file = files.open(name);
            let file = file.map_err(|error| wrong(0, error.to_string()))?;
            let table = TrackTable::read(file, beam.energy_gev);
            table.map_err(|error| match error {
                TrackLengthError::Table { line, problem } => wrong(line, problem),
                TrackLengthError::Io(error) => wrong(0, error.to_string()),
            })?
        }
        None if columns.iter().all(|(_, column)| column.is_none()) => {
            return Err(rules.bad(FILE, "nothing"));
        }
        None => in_card(rules, columns, depth.1, beam)?,
    };
    Ok(Some(Arc::new(table)))
}

/// The table whose columns stand in the card.
fn in_card(
    rules: &Resolver<'_>,
    columns: [(&str, &Option<PerAxis<f64>>); 4],
    depth: &Option<PerAxis<f64>>,
    beam: &Beam,
) -> Result<TrackTable, CardError> {
    let mut all: [&[f64]; 4] = [&[]; 4];
    for (slice, (name, column)) in all.iter_mut().zip(columns) {
        let column = column.as_ref();
        let column = column.ok_or_else(|| rules.bad(&format!("{KEY}.{name}"), "nothing"))?;
        *slice = column.as_slice();
    }
    let depths = depth.as_ref().map(PerAxis::as_slice);
    let rows = all[0].len();
    for (name, found) in columns
        .iter()
        .map(|(name, _)| *name)
        .zip(all)
        .chain(depths.map(|depths| ("depth_x0", depths)))
    {
        if found.len() != rows {
            let found = format!("{} numbers", found.len());
            let expected = format!("one for each of energy_gev, {rows}");
            return Err(rules.wrong(&format!("{KEY}.{name}"), found, expected));
        }
    }
    let [energies, electrons, positrons, photons] = all;
    let row = |i: usize| {
        let above = [electrons[i], positrons[i], photons[i]];
        (depths.map(|depths| depths[i]), energies[i], above)
    };
    let table = TrackTable::of_rows((0..rows).map(row), beam.energy_gev);
    table.map_err(|problem| rules.wrong(KEY, problem, "a table of track lengths against energy"))
}

/// The table as it is written back, each column a list.
pub(super) fn raw(table: &TrackTable) -> RawTrackLength {
    let rows: Vec<_> = table.rows().collect();
    let list = |of: &dyn Fn(&TrackRow) -> f64| Some(PerAxis::Each(rows.iter().map(of).collect()));
    let depths: Option<Vec<f64>> = rows.iter().map(|row| row.0).collect();
    RawTrackLength {
        file: None,
        depth_x0: depths.map(PerAxis::Each),
        energy_gev: list(&|row| row.1),
        electron_x0: list(&|row| row.2[0]),
        positron_x0: list(&|row| row.2[1]),
        photon_x0: list(&|row| row.2[2]),
    }
}
