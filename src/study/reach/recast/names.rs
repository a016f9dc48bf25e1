//! What the names of the columns of a limit file say: units of masses, limits or their squares.

use crate::text::shorten;

/// A unit of masses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MassUnit {
    /// 1e-9 GeV.
    EV,
    /// 1e-6 GeV.
    KeV,
    /// 1e-3 GeV.
    MeV,
    /// 1 GeV.
    GeV,
    /// 1e3 GeV.
    TeV,
}

impl MassUnit {
    /// All, from small to large.
    pub const ALL: [Self; 5] = [Self::EV, Self::KeV, Self::MeV, Self::GeV, Self::TeV];

    /// Its symbol.
    pub fn name(self) -> &'static str {
        ["eV", "keV", "MeV", "GeV", "TeV"][self as usize]
    }

    /// How many of it make 1 GeV: dividing by it rounds once.
    pub(super) fn in_one_gev(self) -> f64 {
        [1e9, 1e6, 1e3, 1.0, 1e-3][self as usize]
    }

    /// The one a word ends with, as in `mev` and `mchimev`.
    fn of(word: &str) -> Option<Self> {
        let is = |unit: &Self| match unit.name().to_lowercase() {
            name if name == word => true,
            name => name.len() == 3 && word.starts_with('m') && word.ends_with(&name),
        };
        Self::ALL.into_iter().find(is)
    }
}

/// What the numbers of a limit file are, where that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Units {
    /// Unit of the masses.
    pub mass: Option<MassUnit>,
    /// Whether limits are squares, ε² or (Q/e)².
    pub squared: Option<bool>,
}

/// What columns of these names hold. A single name stands for a whole line.
///
/// # Errors
/// In words, if the columns are in another order or hold something else.
pub(super) fn units(names: &[&str]) -> Result<Units, String> {
    let all: Vec<Vec<String>> = names.iter().map(|name| words(name)).collect();
    let quoted = |i: usize| shorten(names[i].trim());
    for (i, words) in all.iter().enumerate() {
        if words.iter().any(|w| w == "pev") {
            let known = MassUnit::ALL.map(MassUnit::name).join(", ");
            return Err(format!(
                "the column is called `{}`, and one of {known} is expected",
                quoted(i)
            ));
        }
        if words.iter().any(|w| ["log", "log10", "ln"].contains(&&**w)) {
            return Err(format!(
                "the column is called `{}`, and numbers are expected, not their logarithms",
                quoted(i)
            ));
        }
    }
    let first = |is: &dyn Fn(&str) -> bool| {
        let is = |words: &Vec<String>| words.first().is_some_and(|word| is(word));
        all.iter().position(is)
    };
    let mass = first(&is_mass);
    let limit = first(&is_limit);
    if let (Some(mass), Some(limit)) = (mass, limit)
        && limit < mass
    {
        return Err(format!(
            "`{}` stands before `{}`, and the mass is expected first",
            quoted(limit),
            quoted(mass)
        ));
    }
    let limits = match all.as_slice() {
        [_, limit, ..] => limit.as_slice(),
        [line] => line
            .iter()
            .position(|w| is_limit(w))
            .map_or(&[][..], |i| &line[i..]),
        [] => &[],
    };
    let is_square = |word: &String| {
        let power = word.strip_suffix('2').is_some_and(is_limit);
        power || word.ends_with('²') || word == "squared"
    };
    let named = limits.iter().any(|w| is_limit(w));
    let squared = limits.iter().any(is_square);
    Ok(Units {
        mass: all
            .first()
            .and_then(|words| words.iter().find_map(|w| MassUnit::of(w))),
        squared: (named || squared).then_some(squared),
    })
}

/// The words of a name: what stands between signs, in small letters, squares as `²`.
fn words(name: &str) -> Vec<String> {
    let squares = ["^{2}", "**2", "^2"];
    let name = squares
        .iter()
        .fold(name.to_owned(), |name, power| name.replace(power, "²"));
    let words = name.split(|c: char| !c.is_alphanumeric());
    words
        .map(str::to_lowercase)
        .filter(|w| !w.is_empty())
        .collect()
}

fn is_mass(word: &str) -> bool {
    word == "m" || word.starts_with("mass")
}

fn is_limit(word: &str) -> bool {
    let plain = ["q", "charge", "ε", "ϵ", "κ", "kappa"];
    plain.contains(&word.trim_end_matches(['2', '²'])) || word.starts_with("eps")
}
