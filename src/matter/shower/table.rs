//! Track lengths by energy and depth as a table, of this program or another, such as Geant4.
//!
//! The rows of one depth are a [`TrackLength`]: energies that rise, up to that of the beam, and the lengths above
//! them, which fall. Depths rise, and what is added between two of them lies evenly there; a table without depths is
//! that of the whole target. Energies in GeV, depths and lengths in X0 per beam particle. Pinned by the tests
//! below, `tests/shower.rs` and `tests/thick.rs`.

use std::io::Read;

use thiserror::Error;

use super::{Species, TrackLength};
use crate::text::{self, number, shorten, shown};

/// Most MiB of a file.
const MOST_MIB: u64 = 64;
/// Most rows: with these the resolved card, which holds them, can still be read.
const MOST_ROWS: usize = 8192;
/// Names of the columns of a file, and that of the depth.
const COLUMNS: [&str; 4] = ["energy_gev", "electron_x0", "positron_x0", "photon_x0"];
const DEPTH: &str = "depth_x0";
/// Relative rounding of numbers that are written as text.
const ROUNDING: f64 = 1e-9;
/// How far below the energy of the beam a table may end, as a share of it.
const SHORT: f64 = 0.01;
/// By how much lengths may fall with depth, as a share of the whole: tables of a Monte Carlo scatter.
const SCATTER: f64 = 0.01;

/// A row: the depth, if the table has any, the energy, and the lengths of e⁻, e⁺ and γ above it.
pub type TrackRow = (Option<f64>, f64, [f64; 3]);

/// Track lengths down to one depth or several.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackTable {
    tracks: Vec<TrackLength>,
}

/// A text that is no table of track lengths.
#[derive(Debug, Error)]
pub enum TrackLengthError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Something in it is wrong.
    #[error("{}{problem}", if *line == 0 { String::new() } else { format!("line {line}: ") })]
    Table {
        /// The line, from 1; 0 if there is none to name.
        line: usize,
        /// What is wrong, and what is expected.
        problem: String,
    },
}

fn wrong(line: usize, problem: String) -> TrackLengthError {
    TrackLengthError::Table { line, problem }
}

impl TrackTable {
    /// Reads a table whose first row names its columns: `energy_gev` (rising, up to `most_gev`), `electron_x0`,
    /// `positron_x0`, `photon_x0`, the track lengths above that energy in X0 per beam particle, and
    /// perhaps `depth_x0`, rows of one depth together. Separated by commas or semicolons; `#` begins a
    /// comment.
    ///
    /// # Errors
    /// [`TrackLengthError`] with the line.
    pub fn read(from: impl Read, most_gev: f64) -> Result<Self, TrackLengthError> {
        let text = text::read(from, MOST_MIB)?;
        let mut rows = text::rows(&text).into_iter();
        let (line, names) = rows.next().unwrap_or_default();
        let place = |name: &str| {
            names.iter().position(|n| n == name).ok_or_else(|| {
                let found = shorten(&names.join(", "));
                let expected = COLUMNS.join(", ");
                wrong(
                    line,
                    format!("no column `{name}`: found `{found}`, expected {expected}"),
                )
            })
        };
        let known = |name: &&String| COLUMNS.contains(&name.as_str()) || *name == DEPTH;
        if let Some(other) = names.iter().find(|name| !known(name)) {
            let expected = COLUMNS.join(", ");
            let problem = format!("column `{}`, expected {expected}, {DEPTH}", shorten(other));
            return Err(wrong(line, problem));
        }
        let mut columns = [0; 4];
        for (column, name) in columns.iter_mut().zip(COLUMNS) {
            *column = place(name)?;
        }
        let depth_column = names.iter().position(|name| name == DEPTH);
        let mut table = Self { tracks: Vec::new() };
        for (line, cells) in rows {
            if cells.len() != names.len() {
                let (found, expected) = (cells.len(), names.len());
                let problem = format!("{found} cells, one for each of {expected} columns expected");
                return Err(wrong(line, problem));
            }
            let at = |column: usize| number(&cells[column]).map_err(|p| wrong(line, p));
            let depth_x0 = depth_column.map(at).transpose()?;
            let [energy, of @ ..] = columns;
            let above = [at(of[0])?, at(of[1])?, at(of[2])?];
            let pushed = table.push(depth_x0, at(energy)?, above, most_gev);
            pushed.map_err(|problem| wrong(line, problem))?;
        }
        table.finish().map_err(|problem| wrong(0, problem))
    }

    /// A table of these rows.
    ///
    /// # Errors
    /// What is wrong, in words, with the number of the row.
    pub fn of_rows(
        rows: impl IntoIterator<Item = TrackRow>,
        most_gev: f64,
    ) -> Result<Self, String> {
        let mut table = Self { tracks: Vec::new() };
        for (i, (depth_x0, energy, above)) in rows.into_iter().enumerate() {
            let pushed = table.push(depth_x0, energy, above, most_gev);
            pushed.map_err(|problem| format!("row {}: {problem}", i + 1))?;
        }
        table.finish()
    }

    /// Its rows, as [`Self::of_rows`] takes them.
    pub fn rows(&self) -> impl Iterator<Item = TrackRow> {
        self.tracks.iter().flat_map(|track| {
            let energies = track.energies_gev().iter().enumerate();
            energies.map(|(i, energy)| {
                let above = Species::ALL.map(|species| track.above_x0(species)[i]);
                (track.depth_x0(), *energy, above)
            })
        })
    }

    /// Its depths, one after the other.
    pub fn tracks(&self) -> &[TrackLength] {
        &self.tracks
    }

    fn push(
        &mut self,
        depth_x0: Option<f64>,
        energy: f64,
        above: [f64; 3],
        most_gev: f64,
    ) -> Result<(), String> {
        if !(energy <= most_gev * (1.0 + ROUNDING)) {
            let (energy, most) = (shown(energy), shown(most_gev));
            return Err(format!(
                "energy {energy} GeV is beyond that of the beam, {most} GeV"
            ));
        }
        if let Some(depth_x0) = depth_x0.filter(|depth| !(*depth > 0.0 && depth.is_finite())) {
            let found = shown(depth_x0);
            return Err(format!("a depth of {found} X0, above 0 expected"));
        }
        let last = self.tracks.last().map(TrackLength::depth_x0);
        if last != Some(depth_x0) {
            if let (Some(Some(before)), Some(depth_x0)) = (last, depth_x0)
                && depth_x0 < before
            {
                let (found, before) = (shown(depth_x0), shown(before));
                return Err(format!(
                    "depth {found} X0 after {before} X0: rising depths expected, the rows of each together"
                ));
            }
            self.end_depth()?;
            self.tracks.push(TrackLength::empty(depth_x0));
        }
        let track = self.tracks.len() - 1;
        self.tracks[track].push(energy, above)
    }

    /// Holds the depth that is complete against the one before.
    fn end_depth(&self) -> Result<(), String> {
        let [.., before, after] = self.tracks.as_slice() else {
            return Ok(());
        };
        let depth = shown(after.depth_x0().unwrap_or(0.0));
        if before.energies_gev() != after.energies_gev() {
            return Err(format!(
                "other energies at {depth} X0 than at the depth before: the same expected"
            ));
        }
        for species in Species::ALL {
            let lengths = before.above_x0(species).iter().zip(after.above_x0(species));
            let least = SCATTER * before.above_x0(species)[0];
            let energies = before.energies_gev().iter();
            for ((above, below), energy) in lengths.zip(energies) {
                if *below < above - least {
                    return Err(format!(
                        "track length {} X0 of the {} above {} GeV down to {depth} X0: at least that of the depth before expected, {} X0",
                        shown(*below),
                        species.name(),
                        shown(*energy),
                        shown(*above)
                    ));
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Self, String> {
        self.end_depth()?;
        let rows: usize = self.tracks.iter().map(|t| t.energies_gev().len()).sum();
        if self.tracks.iter().any(|t| t.energies_gev().len() < 2) || rows == 0 {
            return Err("two rows are the fewest".to_owned());
        }
        if rows > MOST_ROWS {
            return Err(format!("{rows} rows, {MOST_ROWS} are the most"));
        }
        Ok(self)
    }

    /// The table for a beam of `energy_gev` in a target of `thickness_x0` where tracks count from `lowest_gev` on:
    /// the depths down to the thickness, each with the lengths down to it.
    ///
    /// # Errors
    /// In words, where the table does not reach so far.
    pub fn in_target(
        &self,
        (lowest_gev, energy_gev): (f64, f64),
        thickness_x0: f64,
    ) -> Result<Vec<(f64, TrackLength)>, String> {
        let energies = self.tracks[0].energies_gev();
        let (least, most) = (energies[0], energies[energies.len() - 1]);
        if most < energy_gev * (1.0 - SHORT) {
            return Err(format!(
                "the table of track lengths ends at {} GeV, and the beam has {} GeV",
                shown(most),
                shown(energy_gev)
            ));
        }
        if least > lowest_gev * (1.0 + ROUNDING) {
            return Err(format!(
                "the table of track lengths begins at {} GeV, and tracks count from {} GeV on",
                shown(least),
                shown(lowest_gev)
            ));
        }
        let mut found: Vec<(f64, TrackLength)> = Vec::new();
        for track in &self.tracks {
            let depth_x0 = track.depth_x0().unwrap_or(thickness_x0);
            if depth_x0 >= thickness_x0 * (1.0 - ROUNDING) {
                let whole = match found.last() {
                    // What is added between two depths lies evenly there.
                    Some((before, earlier)) => {
                        let share = (thickness_x0 - before) / (depth_x0 - before);
                        earlier.towards(track, share.min(1.0))
                    }
                    None if depth_x0 <= thickness_x0 * (1.0 + ROUNDING) => track.clone(),
                    None => {
                        return Err(format!(
                            "the table of track lengths begins at a depth of {} X0, and the target has {} X0",
                            shown(depth_x0),
                            shown(thickness_x0)
                        ));
                    }
                };
                found.push((thickness_x0, whole));
                return Ok(found);
            }
            found.push((depth_x0, track.clone()));
        }
        let deepest = found.last().map_or(0.0, |(depth, _)| *depth);
        Err(format!(
            "the table of track lengths ends at a depth of {} X0, and the target has {} X0",
            shown(deepest),
            shown(thickness_x0)
        ))
    }
}

impl TrackLength {
    /// Reads a table of one depth, or of none, as [`TrackTable::read`] does.
    ///
    /// # Errors
    /// [`TrackLengthError`] with the line.
    pub fn read(from: impl Read) -> Result<Self, TrackLengthError> {
        let table = TrackTable::read(from, f64::INFINITY)?;
        match table.tracks() {
            [only] => Ok(only.clone()),
            several => Err(TrackLengthError::Table {
                line: 0,
                problem: format!("{} depths, one expected", several.len()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "depth_x0,energy_gev,electron_x0,positron_x0,photon_x0\n\
        1,50,0.6,0.01,0.1\n1,100,0.2,0,0\n\
        3,50,0.8,0.03,0.3\n3,100,0.2,0,0\n";

    fn table() -> TrackTable {
        TrackTable::read(TABLE.as_bytes(), 100.0).unwrap()
    }

    #[test]
    fn between_two_depths_the_lengths_grow_evenly() {
        let found = table().in_target((50.0, 100.0), 1.5).unwrap();
        let depths: Vec<f64> = found.iter().map(|(depth, _)| *depth).collect();
        assert_eq!(depths, [1.0, 1.5]);
        let above = found[1].1.above(Species::Electron, 50.0);
        assert!((above - 0.65).abs() < 1e-15, "{above}");
        let whole = table().in_target((50.0, 100.0), 3.0).unwrap();
        assert_eq!(whole[1].1, table().tracks[1]);
    }

    #[test]
    fn a_table_without_depths_is_that_of_the_target() {
        let text = "energy_gev,electron_x0,positron_x0,photon_x0\n50,0.6,0.01,0.1\n100,0.2,0,0\n";
        let table = TrackTable::read(text.as_bytes(), 100.0).unwrap();
        let found = table.in_target((50.0, 100.0), 7.0).unwrap();
        assert_eq!(found[0].0, 7.0);
        assert_eq!(found[0].1.above(Species::Electron, 50.0), 0.6);
    }

    #[test]
    fn rows_come_back() {
        let again = TrackTable::of_rows(table().rows(), 100.0).unwrap();
        assert_eq!(again, table());
    }

    #[test]
    fn what_does_not_serve_the_beam_is_said_in_words() {
        let problem = |range, thickness| table().in_target(range, thickness).unwrap_err();
        assert_eq!(
            problem((50.0, 100.0), 4.0),
            "the table of track lengths ends at a depth of 3 X0, and the target has 4 X0"
        );
        assert_eq!(
            problem((50.0, 100.0), 0.5),
            "the table of track lengths begins at a depth of 1 X0, and the target has 0.5 X0"
        );
        assert_eq!(
            problem((40.0, 100.0), 3.0),
            "the table of track lengths begins at 50 GeV, and tracks count from 40 GeV on"
        );
        assert_eq!(
            problem((60.0, 120.0), 3.0),
            "the table of track lengths ends at 100 GeV, and the beam has 120 GeV"
        );
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said_with_its_line() {
        let cases = [
            (
                "1,100,",
                "1,101,",
                "line 3: energy 101 GeV is beyond that of the beam, 100 GeV",
            ),
            ("1,100,", "1,40,", "line 3: energy 40 GeV does not rise"),
            (
                "3,50,",
                "0.5,50,",
                "line 4: depth 0.5 X0 after 1 X0: rising depths expected, the rows of each together",
            ),
            (
                "3,50,",
                "-3,50,",
                "line 4: a depth of -3 X0, above 0 expected",
            ),
            (
                "3,50,",
                "3,60,",
                "other energies at 3 X0 than at the depth before: the same expected",
            ),
            (
                "3,50,0.8",
                "3,50,0.5",
                "track length 0.5 X0 of the electron above 50 GeV down to 3 X0: at least that of the depth before expected, 0.6 X0",
            ),
            (
                "1,50,0.6",
                "1,50,-0.6",
                "line 2: track length -0.6 X0 of the electron: from 0 to that above the energy before expected",
            ),
            (
                "1,100,0.2,0,0\n",
                "",
                "other energies at 3 X0 than at the depth before: the same expected",
            ),
            ("1,100,0.2", "1,100,zwei", "line 3: `zwei`"),
        ];
        for (from, to, expected) in cases {
            let text = TABLE.replacen(from, to, 1);
            let found = TrackTable::read(text.as_bytes(), 100.0).unwrap_err();
            assert!(found.to_string().starts_with(expected), "{found}");
        }
    }
}
