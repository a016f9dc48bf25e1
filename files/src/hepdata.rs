//! Curves over a common abscissa as a HEPData submission: `submission.yaml` and one table beside it.
//!
//! Numbers are written so that readers of YAML 1.1 take them for numbers: with a point and a signed
//! exponent. A missing value is `-`, as HEPData writes it. Pinned by the tests below and
//! `tests/python/test_reach.py`, which runs HEPData's own validator.

use std::path::Path;

use super::output::Kind;
use super::{IoError, PartFile};

/// A quantity and its units, as HEPData spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity<'a> {
    /// Name.
    pub name: &'a str,
    /// Units; empty for none.
    pub units: &'a str,
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledCurve<'a> {
    /// What tells it from the others.
    pub label: &'a str,
    /// Its values, one a value of the abscissa.
    pub y: &'a [Option<f64>],
    /// One standard deviation of each value, where there is one.
    pub error: &'a [Option<f64>],
    /// What else tells it from the others, with values.
    pub qualifiers: Vec<(Quantity<'a>, String)>,
}

/// Several curves over one abscissa.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveTable<'a> {
    /// Name of the table; its file is this in small letters.
    pub name: &'a str,
    /// What it shows.
    pub description: &'a str,
    /// The abscissa.
    pub x: Quantity<'a>,
    /// Its values.
    pub x_values: &'a [f64],
    /// What the curves show.
    pub y: Quantity<'a>,
    /// The curves.
    pub curves: Vec<LabelledCurve<'a>>,
}

impl CurveTable<'_> {
    /// Name of the file of the table.
    fn file(&self) -> String {
        format!("{}.yaml", self.name.to_lowercase().replace(' ', "_"))
    }

    fn submission(&self) -> String {
        format!(
            "---\ncomment: {}\n---\nname: {}\ndescription: {}\nkeywords:\n- name: observables\n  values: [{}]\ndata_file: {}\n",
            quoted(self.description),
            quoted(self.name),
            quoted(self.description),
            quoted(self.y.name),
            self.file()
        )
    }

    fn table(&self) -> String {
        let mut text = format!("independent_variables:\n- header: {}\n", header(self.x));
        text += "  values:\n";
        for x in self.x_values {
            text += &format!("  - value: {}\n", number(*x));
        }
        text += "dependent_variables:\n";
        for curve in &self.curves {
            let LabelledCurve {
                label, y, error, ..
            } = curve;
            text += &format!("- header: {}\n  qualifiers:\n", header(self.y));
            text += &format!("  - {{name: curve, value: {}}}\n", quoted(label));
            for (quantity, value) in &curve.qualifiers {
                let header = header(*quantity);
                let header = header.trim_matches(['{', '}']);
                text += &format!("  - {{{header}, value: {}}}\n", quoted(value));
            }
            text += "  values:\n";
            let errors = error.iter().copied().chain(std::iter::repeat(None));
            for (y, error) in y.iter().zip(errors) {
                let value = y.map_or("'-'".to_owned(), number);
                text += &format!("  - value: {value}\n");
                if let (Some(_), Some(error)) = (y, error) {
                    let error = number(error);
                    text += &format!("    errors:\n    - {{symerror: {error}, label: stat}}\n");
                }
            }
        }
        text
    }

    /// Writes the submission into `folder`, to be finished; an earlier one is replaced, with
    /// `replace` any files that are nothing else.
    ///
    /// # Errors
    /// [`IoError`] if a file cannot be written.
    pub fn write(&self, folder: &Path, replace: bool) -> Result<[PartFile; 2], IoError> {
        let part = |name: &str, text: String| {
            PartFile::filled(&folder.join(name), Kind::Table, replace, text.as_bytes())
        };
        Ok([
            part(&self.file(), self.table())?,
            part("submission.yaml", self.submission())?,
        ])
    }
}

fn header(quantity: Quantity<'_>) -> String {
    match quantity.units {
        "" => format!("{{name: {}}}", quoted(quantity.name)),
        units => format!(
            "{{name: {}, units: {}}}",
            quoted(quantity.name),
            quoted(units)
        ),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn number(value: f64) -> String {
    let text = format!("{value:.6e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_point_and_a_signed_exponent_and_missing_ones_a_dash() {
        let table = CurveTable {
            name: "Reach",
            description: "it's a limit",
            x: Quantity {
                name: "m",
                units: "GeV",
            },
            x_values: &[0.001, 20.0],
            y: Quantity {
                name: "Q",
                units: "",
            },
            curves: vec![LabelledCurve {
                label: "one",
                y: &[Some(7.1e-5), None],
                error: &[Some(2e-7)],
                qualifiers: vec![(
                    Quantity {
                        name: "beam energy",
                        units: "GeV",
                    },
                    "160".to_owned(),
                )],
            }],
        };
        let text = table.table();
        for line in [
            "- header: {name: 'm', units: 'GeV'}",
            "  - value: 1.000000e-3",
            "  - value: 2.000000e+1",
            "- header: {name: 'Q'}",
            "  - {name: curve, value: 'one'}",
            "  - {name: 'beam energy', units: 'GeV', value: '160'}",
            "  - value: 7.100000e-5",
            "    - {symerror: 2.000000e-7, label: stat}",
            "  - value: '-'",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
        assert!(table.submission().contains("description: 'it''s a limit'"));
        assert!(table.submission().contains("data_file: reach.yaml"));
    }
}
