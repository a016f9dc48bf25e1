//! How limit files are spelt: separators, decimal commas, quotation marks, exponents, names, comments.
//!
//! What can be read in one way is read; anything else is refused by its line. Only a row none of whose
//! cells begins like a number is a line of names. Pinned by `tests/limit_files.rs`.

use std::ops::RangeInclusive;

use super::names::{MassUnit, Units, units};
use crate::study::reach::ReachError;
use crate::text::{comment, number_or_text, rows, shorten, shown, unseen};

/// Masses in GeV, from a nano-electronvolt on, and limits that may be; ε has no bound near a threshold.
const MASSES: RangeInclusive<f64> = 1e-18..=1e9;
const LIMITS: RangeInclusive<f64> = 1e-24..=1e12;
/// Most points of a file.
const MAX_POINTS: usize = 100_000;

/// Something wrong with a line, from 1; 0 for the file.
fn wrong(line: usize, problem: impl Into<String>) -> ReachError {
    ReachError::File {
        line,
        problem: problem.into(),
    }
}

/// What a file says.
pub(super) struct Found {
    /// Mass in GeV and limit, as they stand.
    pub(super) points: Vec<(f64, f64)>,
    /// Name of the experiment.
    pub(super) experiment: Option<String>,
    /// Largest value that is excluded.
    pub(super) upper_edge: Option<f64>,
    /// Whether the file or who reads it says the unit of masses.
    pub(super) has_unit: bool,
}

/// The points as they stand in `text`, in GeV and no squares, with what its comments say.
pub(super) fn read(text: &str, asked: Units) -> Result<Found, ReachError> {
    let said = comments(text)?;
    let mut units = said.units;
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut names_at = None;
    let table = table(text);
    let decimal_comma = decimal_comma(&table)?;
    for (line, row) in table {
        let words = row.iter().flat_map(|cell| cell.split([' ', '\t']));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let starts = if row.len() > 1 {
            row.iter().map(String::as_str).collect()
        } else {
            words.clone()
        };
        if points.is_empty() && names_at.is_none() && !starts.iter().any(|cell| begins_number(cell))
        {
            // What cannot be seen is no name either.
            words
                .iter()
                .try_for_each(|w| number_or_text(w).map(|_| ()))
                .map_err(|e| wrong(line, e))?;
            names_at = Some(line);
            let one: Vec<&str> = row.iter().map(String::as_str).collect();
            let pair = row.len() == 1 && words.len() == 2;
            units = said_by(if pair { &words } else { &one }, units).map_err(|e| wrong(line, e))?;
            continue;
        }
        if points.is_empty() && names_at.is_none() && said.units == Units::default() {
            units = comment_above(text, line)?;
        }
        let mut numbers = Vec::new();
        for word in &words {
            numbers.extend(number_of(word, decimal_comma).map_err(|e| wrong(line, e))?);
        }
        let (&[mass, limit], true) = (numbers.as_slice(), numbers.len() == words.len()) else {
            let found = shorten(&words.join(" ").replace('\n', " "));
            return Err(wrong(line, format!("`{found}` is no mass and limit")));
        };
        if points.len() == MAX_POINTS {
            return Err(wrong(
                line,
                format!("there are more than {MAX_POINTS} points"),
            ));
        }
        points.push((mass, limit));
        let settled = agreed(units, asked).map_err(|e| wrong(names_at.unwrap_or(0), e))?;
        let Some(last) = points.last_mut() else {
            continue;
        };
        *last = in_gev(*last, settled).map_err(|e| wrong(line, e))?;
    }
    if points.len() < 2 {
        return Err(wrong(
            0,
            match points.len() {
                0 => "there are no points in it, two are the fewest",
                _ => "there is one point in it, two are the fewest",
            },
        ));
    }
    Ok(Found {
        points,
        experiment: said.experiment,
        upper_edge: said.upper_edge,
        has_unit: units.mass.or(asked.mass).is_some(),
    })
}

/// What comments say.
#[derive(Default)]
struct Said {
    experiment: Option<String>,
    upper_edge: Option<f64>,
    units: Units,
}

fn comments(text: &str) -> Result<Said, ReachError> {
    let mut said = Said::default();
    for (i, line) in text.lines().enumerate() {
        let comment = comment(line);
        let Some((key, value)) = comment.as_deref().and_then(|said| said.split_once(':')) else {
            continue;
        };
        let value = value.trim();
        match key.trim() {
            "experiment" => {
                said.experiment = Some(value.to_owned()).filter(|name| !name.is_empty());
            }
            "upper edge" => {
                let edge = value.parse().ok().filter(|q: &f64| *q > 0.0);
                let problem = || format!("upper edge `{}` is no positive number", shorten(value));
                said.upper_edge = Some(edge.ok_or_else(|| wrong(i + 1, problem()))?);
            }
            "columns" => {
                let names: Vec<&str> = value.split([',', ';', '\t']).collect();
                said.units = units(&names).map_err(|e| wrong(i + 1, e))?;
            }
            _ => (),
        }
    }
    Ok(said)
}

/// The rows of `text` with their lines, without comments; blanks may separate numbers with decimal commas.
fn table(text: &str) -> Vec<(usize, Vec<String>)> {
    let plain = |line: &str| match comment(line) {
        Some(_) => String::new(),
        None => line.split('#').next().unwrap_or_default().to_owned(),
    };
    let pair = |line: &str| -> Option<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [mass, limit] = words.as_slice() else {
            return None;
        };
        let is = |word: &str| word.replacen(',', ".", 1).parse::<f64>().is_ok();
        let ends = |word: &str| word.ends_with(',') || word.starts_with(',');
        let good = is(mass) && is(limit) && !ends(mass) && !ends(limit);
        good.then(|| format!("{mass};{limit}"))
    };
    let lines: Vec<String> = text.lines().map(plain).collect();
    let numbers = || lines.iter().filter(|line| begins_number(line.trim()));
    let all = |has: &dyn Fn(&String) -> bool| numbers().next().is_some() && numbers().all(has);
    // The first line says what separates, where the first row alone does not tell.
    let declared = |separator: char, lines: Vec<String>| {
        let found = rows(&format!("sep={separator}\n{}", lines.join("\n"))).into_iter();
        found.map(|(line, row)| (line - 1, row)).collect()
    };
    if lines.iter().any(|line| line.contains("sep=")) {
        return rows(&lines.join("\n"));
    }
    if let Some(separator) = ['\t', ';']
        .into_iter()
        .find(|s| all(&|line| line.contains(*s)))
    {
        return declared(separator, lines);
    }
    if numbers().any(|line| line.contains(',')) && all(&|line| pair(line).is_some()) {
        let pairs = lines
            .iter()
            .map(|line| pair(line).unwrap_or_else(|| line.clone()));
        return declared(';', pairs.collect());
    }
    rows(&lines.join("\n"))
}

/// Whether commas are decimal ones: where another sign separates, no number has a point, and no comma
/// need be one of thousands.
fn decimal_comma(table: &[(usize, Vec<String>)]) -> Result<bool, ReachError> {
    let cells = || {
        table
            .iter()
            .flat_map(|(line, row)| row.iter().map(move |cell| (*line, cell)))
    };
    // A point and a comma in one cell are two numbers, of rows that something else separates.
    let two = |cell: &str| cell.contains('.') && cell.contains(',');
    let numbers = || cells().filter(|(_, cell)| begins_number(cell) && !two(cell));
    let Some((line, first)) = numbers().find(|(_, cell)| cell.contains(',')) else {
        return Ok(false);
    };
    let thousands = |cell: &str| {
        let parts: Vec<&str> = cell.split(',').collect();
        let digits = |part: &&str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit());
        !cell.starts_with('0') && parts.len() > 1 && parts[1..].iter().all(digits)
    };
    if numbers().any(|(_, cell)| cell.contains('.')) {
        let problem = format!(
            "`{}` has a decimal comma, and other numbers have a point: write points",
            shorten(first)
        );
        return Err(wrong(line, problem));
    }
    if numbers()
        .filter(|(_, cell)| cell.contains(','))
        .all(|(_, cell)| thousands(cell))
    {
        let problem = format!(
            "the comma of `{}` may be a decimal one or of thousands: write a point or nothing",
            shorten(first)
        );
        return Err(wrong(line, problem));
    }
    Ok(true)
}

fn begins_number(cell: &str) -> bool {
    let rest = cell.trim_start_matches(['+', '-', '.', '\u{2212}', '\u{2013}']);
    rest.starts_with(|c: char| c.is_ascii_digit())
}

/// The number in a word, which may have the exponent of Fortran; nothing if it is another word.
fn number_of(word: &str, decimal_comma: bool) -> Result<Option<f64>, String> {
    let plain = if decimal_comma {
        word.replacen(',', ".", 1)
    } else {
        word.to_owned()
    };
    if plain.parse::<f64>().is_err() {
        let fortran = plain.replacen(['d', 'D'], "e", 1);
        if begins_number(&plain)
            && let Ok(x) = fortran.parse()
        {
            return Ok(Some(x));
        }
    }
    number_or_text(&plain)
}

/// What a line of names says; it must not contradict what comments said.
fn said_by(names: &[&str], before: Units) -> Result<Units, String> {
    let said = units(names)?;
    // A unit that an unseen character cuts into another one is not to be guessed.
    let seen = |name: &&str| name.replace(|c| unseen(c).is_some(), "");
    let whole: Vec<String> = names.iter().map(seen).collect();
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    if units(&whole)? != said {
        let found = shorten(&names.join(" "));
        return Err(format!(
            "the names `{found}` have a character that cannot be seen: take it out"
        ));
    }
    agreed(said, before)
}

/// What the comment right above the first point says, if it is names: two, and no sentence.
fn comment_above(text: &str, line: usize) -> Result<Units, ReachError> {
    let lines: Vec<&str> = text.lines().take(line - 1).collect();
    let above = lines
        .iter()
        .enumerate()
        .rev()
        .find(|(_, l)| !l.trim().is_empty());
    let Some((i, said)) = above.and_then(|(i, l)| Some((i, comment(l)?))) else {
        return Ok(Units::default());
    };
    let mut names: Vec<&str> = said.split([',', ';', '\t']).collect();
    if names.len() == 1 {
        names = said.split_whitespace().collect();
    }
    let is_number = |word: &str| word.parse::<f64>().is_ok();
    let is_name = |name: &&str| !name.contains(':') && !name.split([' ', '(']).any(is_number);
    match names.len() == 2 && names.iter().all(is_name) {
        true => units(&names).map_err(|e| wrong(i + 1, e)),
        false => Ok(Units::default()),
    }
}

/// Units of the file, and where it says none those that are asked for.
fn agreed(file: Units, asked: Units) -> Result<Units, String> {
    if let (Some(file), Some(asked)) = (file.mass, asked.mass)
        && file != asked
    {
        return Err(format!(
            "its masses are in {}, and {} is asked for",
            file.name(),
            asked.name()
        ));
    }
    if let (Some(file), Some(asked)) = (file.squared, asked.squared)
        && file != asked
    {
        let words = |squared| if squared { "squares" } else { "no squares" };
        return Err(format!(
            "its limits are {}, and {} are asked for",
            words(file),
            words(asked)
        ));
    }
    Ok(Units {
        mass: file.mass.or(asked.mass),
        squared: file.squared.or(asked.squared),
    })
}

/// A point in GeV and no square, if that is in the range of limits.
fn in_gev((mass, limit): (f64, f64), units: Units) -> Result<(f64, f64), String> {
    let unit = units.mass.unwrap_or(MassUnit::GeV);
    let gev = mass / unit.in_one_gev();
    let root = if units.squared == Some(true) {
        limit.sqrt()
    } else {
        limit
    };
    let outside = |what: &str, found: f64, range: RangeInclusive<f64>, unit: &str| {
        let (low, high) = (shown(*range.start()), shown(*range.end()));
        format!(
            "a {what} of {}{unit} is none: it must lie between {low} and {high}{unit}",
            shown(found)
        )
    };
    if !MASSES.contains(&gev) {
        return Err(outside("mass", gev, MASSES, " GeV"));
    }
    if !LIMITS.contains(&root) {
        return Err(outside("limit", root, LIMITS, ""));
    }
    Ok((gev, root))
}
