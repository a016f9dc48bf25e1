//! Scans: the axes, the grid they span, and running its rows in parallel.
//!
//! An axis is written `KEY=LO..HI:log:N`, `KEY=LO..HI:lin:N` or `KEY=A,B,C`; values stay text, as a
//! card takes them. The last axis runs fastest. Rows are handed over as they are done, in any
//! order; each row's result depends on the row alone. Pinned by the tests below and by
//! `cli/tests/scan_threads.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rayon::ThreadPoolBuilder;
use thiserror::Error;

use crate::text::{shorten, shown};

/// Most rows of a scan; each keeps its card in memory until it is done.
const MAX_ROWS: u32 = 100_000;

/// Axes that make no scan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AxisError {
    /// An axis that cannot be read.
    #[error("--over {written}: {problem}; write KEY=LO..HI:log:N, KEY=LO..HI:lin:N or KEY=A,B,C")]
    Axis {
        /// What was written.
        written: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The axes together make too many rows.
    #[error("the axes of --over make {rows} rows: at most {MAX_ROWS} are allowed")]
    Rows {
        /// Rows they would make.
        rows: usize,
    },
}

/// One scanned key and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// Card key, `section.key`.
    pub key: String,
    /// Its values as text.
    pub values: Vec<String>,
}

impl Axis {
    /// Reads `KEY=LO..HI:log|lin:N` (N ≥ 1; N = 1 is LO alone) or `KEY=A,B,C`.
    ///
    /// # Errors
    /// [`AxisError`] with the text and what is wrong with it.
    pub fn parse(written: &str) -> Result<Self, AxisError> {
        let wrong = |problem: String| AxisError::Axis {
            written: shorten(written),
            problem,
        };
        let (key, range) = written
            .split_once('=')
            .ok_or_else(|| wrong("there is no `=`".to_owned()))?;
        let (key, range) = (key.trim().to_owned(), range.trim());
        let values = match range.split_once("..") {
            Some((low, rest)) => spaced(low, rest).map_err(wrong)?,
            None => range.split(',').map(|v| v.trim().to_owned()).collect(),
        };
        if values.len() > MAX_ROWS as usize {
            return Err(AxisError::Rows { rows: values.len() });
        }
        if key.is_empty() || values.iter().any(String::is_empty) {
            return Err(wrong("a key or value is empty".to_owned()));
        }
        if values.iter().any(|v| v.contains(char::is_control)) {
            return Err(wrong("a value is more than one line".to_owned()));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = values.iter().find(|v| !seen.insert(plain_value(v))) {
            return Err(wrong(format!("the value {} comes twice", shorten(twice))));
        }
        Ok(Self { key, values })
    }
}

/// A missing-energy fraction x as an option gives it.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse_x(text: &str) -> Result<f64, String> {
    let x = text.trim().parse().ok();
    x.filter(|x| (0.0..=1.0).contains(x))
        .ok_or_else(|| "x = E_miss/E0 is a number from 0 to 1".to_owned())
}

/// The values of `LO..HI:log|lin:N`.
fn spaced(low: &str, rest: &str) -> Result<Vec<String>, String> {
    let number = |text: &str| {
        let value: Result<f64, _> = text.trim().parse();
        value
            .ok()
            .filter(|v| v.is_finite())
            .ok_or_else(|| format!("`{}` is no number", shorten(text.trim())))
    };
    let parts: Vec<&str> = rest.split(':').map(str::trim).collect();
    let [high, spacing, count] = parts[..] else {
        return Err("a range needs a spacing and a number of points".to_owned());
    };
    let (low, high) = (number(low)?, number(high)?);
    let count: u32 = count
        .parse()
        .ok()
        .filter(|n| (1..=MAX_ROWS).contains(n))
        .ok_or_else(|| {
            format!(
                "`{}` is no number of points, 1 to {MAX_ROWS}",
                shorten(count)
            )
        })?;
    // A single point may be a range of no width.
    if low > high || (low == high && count > 1) {
        return Err(format!("{} is not below {}", shown(low), shown(high)));
    }
    let at = |share: f64| match spacing {
        "lin" => Ok(low + (high - low) * share),
        "log" if low > 0.0 => Ok(low * libm::pow(high / low, share)),
        "log" => Err(format!("{low} has no logarithm")),
        other => Err(format!("`{other}` is neither log nor lin")),
    };
    let ratio = high / low;
    if !(high - low).is_finite() || (spacing == "log" && low > 0.0 && ratio.is_infinite()) {
        return Err(format!("{low:?} to {high:?} is too wide a range"));
    }
    let last = count - 1;
    (0..count)
        .map(|i| {
            let value = match i {
                0 => at(0.0).map(|_| low)?,
                i if i == last => high,
                i => at(f64::from(i) / f64::from(last))?,
            };
            // Fifteen digits: steps between round numbers stay round.
            let value: f64 = format!("{value:.14e}").parse().unwrap_or(value);
            Ok(format!("{value:?}"))
        })
        .collect()
}

/// The product of some axes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// The axes, slowest first.
    pub axes: Vec<Axis>,
}

impl Grid {
    /// The rows that `axes` span.
    ///
    /// # Errors
    /// [`AxisError::Rows`] if there are too many.
    pub fn new(axes: Vec<Axis>) -> Result<Self, AxisError> {
        let rows = axes
            .iter()
            .fold(1_usize, |n, axis| n.saturating_mul(axis.values.len()));
        match rows > MAX_ROWS as usize {
            true => Err(AxisError::Rows { rows }),
            false => Ok(Self { axes }),
        }
    }

    /// Number of rows; one without axes.
    pub fn len(&self) -> usize {
        self.axes.iter().map(|a| a.values.len()).product()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values of row `index` < [`Self::len`], one an axis.
    pub fn row(&self, index: usize) -> Vec<&str> {
        let mut rest = index;
        let mut values: Vec<&str> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let n = axis.values.len();
                let value = axis.values[rest % n].as_str();
                rest /= n;
                value
            })
            .collect();
        values.reverse();
        values
    }
}

/// A value of an axis in the form by which rows are told apart: numbers by what they are, not by
/// how they are written.
pub fn plain_value(text: &str) -> String {
    let text = text.trim();
    match (text.parse::<u64>(), text.parse::<f64>()) {
        // A double would make neighbours of these one.
        (Ok(large), _) if large > 1 << 53 => large.to_string(),
        (_, Ok(number)) => format!("{number:?}"),
        _ => text.to_owned(),
    }
}

/// Puts rows in the order of a grid by their first `keys` fields: numbers rise, texts follow each
/// other as they first come.
pub fn sort_rows(keys: usize, rows: &mut [Vec<String>]) {
    let number = |text: &String| text.parse::<f64>().ok().filter(|x| x.is_finite());
    let axes: Vec<Vec<String>> = (0..keys)
        .map(|i| {
            let mut values: Vec<String> = Vec::new();
            let mut seen = BTreeSet::new();
            for row in &*rows {
                if seen.insert(&row[i]) {
                    values.push(row[i].clone());
                }
            }
            if values.iter().all(|v| number(v).is_some()) {
                let at = |v: &String| number(v).unwrap_or(f64::NAN);
                values.sort_by(|a, b| at(a).total_cmp(&at(b)));
            }
            values
        })
        .collect();
    let ranks: Vec<BTreeMap<&str, usize>> = axes
        .iter()
        .map(|values| values.iter().map(String::as_str).zip(0..).collect())
        .collect();
    let place = |row: &Vec<String>| -> Vec<Option<usize>> {
        let fields = row.iter().zip(&ranks);
        fields
            .map(|(f, rank)| rank.get(f.as_str()).copied())
            .collect()
    };
    rows.sort_by_cached_key(place);
}

/// Computes the rows `todo` on `threads` threads (0: as many as the machine has) and hands each to
/// `done`, one at a time, as soon as it is there; the first error of `done` stops the rest.
/// `compute` gets a row and how many threads it may use.
///
/// Where there are enough rows, each thread takes one after the other and computes it alone: rows
/// that share a pool would run each other while they wait, one deeper on the stack than the other.
///
/// # Errors
/// Whatever `done` returns.
pub fn run_rows<R: Send, E: Send>(
    threads: usize,
    todo: &[usize],
    compute: impl Fn(usize, usize) -> R + Sync,
    mut done: impl FnMut(usize, R) -> Result<(), E> + Send,
) -> Result<(), E> {
    let threads = match threads {
        0 => thread::available_parallelism().map_or(1, NonZero::get),
        n => n,
    };
    if todo.len() < threads {
        return todo
            .iter()
            .try_for_each(|&row| done(row, compute(row, threads)));
    }
    let next = AtomicUsize::new(0);
    let sink = Mutex::new((done, None));
    let work = || {
        // What a row divides among threads it now divides on this one, and nothing else runs there.
        // Without it, it would run in the pool of the whole process: slower, the same result.
        let _alone = ThreadPoolBuilder::new()
            .num_threads(1)
            .use_current_thread()
            .build();
        while let Some(&row) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = compute(row, 1);
            // A poisoned lock means that another row's `done` panicked, which ends the program anyway.
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            let (done, error) = &mut *sink;
            if error.is_some() {
                return;
            }
            *error = done(row, result).err();
        }
    };
    thread::scope(|scope| {
        let start = |_: &usize| thread::Builder::new().spawn_scoped(scope, work).is_ok();
        // Where the system gives no more threads, those there are do the work.
        if (0..threads).take_while(start).count() == 0 {
            work();
        }
    });
    let (_, error) = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
    error.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hit_their_ends_and_round_numbers_between() {
        let values = |text| Axis::parse(text).expect("valid").values;
        assert_eq!(
            values("dark_sector.m_chi_gev=1e-3..1:log:4"),
            ["0.001", "0.01", "0.1", "1.0"]
        );
        assert_eq!(
            values("beam.energy_gev=10..20:lin:3"),
            ["10.0", "15.0", "20.0"]
        );
        assert_eq!(values("beam.energy_gev=10..20:lin:1"), ["10.0"]);
        assert_eq!(values("beam.energy_gev=10..10:log:1"), ["10.0"]);
        assert_eq!(values("target.element=Al, Pb"), ["Al", "Pb"]);
    }

    #[test]
    fn what_is_wrong_with_an_axis_is_said() {
        for (text, problem) in [
            ("m", "no `=`"),
            ("m=1..2", "spacing"),
            ("m=1..x:log:3", "`x` is no number"),
            ("m=1..2:log:0", "`0` is no number of points"),
            ("m=2..1:lin:3", "2 is not below 1"),
            ("m=2..2:lin:3", "2 is not below 2"),
            ("m=0..1:log:3", "no logarithm"),
            ("m=0..1:cubic:3", "neither log nor lin"),
            ("m=1,,2", "empty"),
            ("m=1,2,1", "comes twice"),
            ("m=1,2,1.0", "comes twice"),
            ("m=a\nb", "more than one line"),
        ] {
            let error = Axis::parse(text).expect_err(text).to_string();
            assert!(error.contains(problem) && error.contains(text), "{error}");
        }
    }

    #[test]
    fn the_last_axis_runs_fastest() {
        let grid = Grid {
            axes: ["a=1,2", "b=x,y,z"]
                .map(|t| Axis::parse(t).expect("valid"))
                .to_vec(),
        };
        let rows: Vec<_> = (0..grid.len()).map(|i| grid.row(i).join("")).collect();
        assert_eq!(rows, ["1x", "1y", "1z", "2x", "2y", "2z"]);
    }

    #[test]
    fn every_row_is_handed_over_once_and_an_error_stops() {
        let todo: Vec<usize> = (0..50).filter(|i| i % 3 != 0).collect();
        for threads in [1, 2, 8, 33, 34, 100] {
            let mut seen = Vec::new();
            run_rows::<_, ()>(
                threads,
                &todo,
                |i, _| i * i,
                |i, r| {
                    assert_eq!(r, i * i);
                    seen.push(i);
                    Ok(())
                },
            )
            .expect("no error");
            seen.sort_unstable();
            assert_eq!(seen, todo);
            let mut taken = 0;
            let full = run_rows(
                threads,
                &todo,
                |i, _| i,
                |_, _| {
                    taken += 1;
                    Err("full")
                },
            );
            assert_eq!((full, taken), (Err("full"), 1));
        }
    }

    #[test]
    fn what_a_row_divides_stays_on_its_thread() {
        use rayon::prelude::*;
        let todo: Vec<usize> = (0..500).collect();
        let divided = |_, threads: usize| {
            let here = thread::current().id();
            let all = (0..100).into_par_iter();
            threads == 1 && all.all(|_| thread::current().id() == here)
        };
        let alone = |_, alone| if alone { Ok(()) } else { Err(()) };
        assert_eq!(run_rows(4, &todo, divided, alone), Ok(()));
    }

    #[test]
    fn numbers_are_the_same_however_written_and_rows_of_several_grids_are_in_order() {
        assert_eq!(plain_value(" 1e-1"), plain_value("0.10"));
        assert_ne!(
            plain_value("9007199254740993"),
            plain_value("9007199254740992")
        );
        assert_eq!(plain_value("mu-"), "mu-");
        let mut rows = ["W,8,a", "W,10.0,b", "Al,1e1,c", "Al,-2,d"]
            .map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
        sort_rows(2, &mut rows);
        let order: Vec<&str> = rows.iter().map(|row| row[2].as_str()).collect();
        assert_eq!(order, ["a", "b", "d", "c"]);
    }
}
