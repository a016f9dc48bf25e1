//! A cross-section table for models of Geant4: the layout in which G4DarkBreM writes its own.
//!
//! One header line, one row an energy in the order of Z, A and energy. The energy is *kinetic*, as
//! Geant4 gives it to a model (`G4DynamicParticle::GetKineticEnergy`). What a reader should know stands behind the
//! rows in lines that start with `#`: G4DarkBreM only writes such tables, so readers are the users'
//! own, and there it is in the way of the fewest. Pinned by the tests below, `cli/tests/cli_scan.rs` and
//! `tests/python/test_scan.py`.

use crate::cuts::Cuts;
use crate::process::Method;
use crate::table::{Cell, Column, Table};

/// The header line.
pub const HEADER: &str = "A [au],Z [protons],Energy [MeV],Xsec [pb]\n";

/// One row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Charge number.
    pub z: u32,
    /// Atomic weight in u.
    pub a: f64,
    /// Kinetic energy of the lepton in MeV.
    pub kinetic_mev: f64,
    /// Cross section per nucleus in pb.
    pub sigma_pb: f64,
}

impl Row {
    /// Where it stands in a table: rows of one nucleus and energy stand in the same place, and a
    /// model could not tell which of them holds.
    pub fn place(&self) -> (u32, u64, u64) {
        // Bits of doubles above 0 rise with them.
        (self.z, self.a.to_bits(), self.kinetic_mev.to_bits())
    }

    /// Whether it is of the same nucleus.
    pub fn is_beside(&self, other: &Self) -> bool {
        (self.z, self.a.to_bits()) == (other.z, other.a.to_bits())
    }
}

/// The file of `rows`, with `remarks` behind them, one a line.
fn text(rows: &[Row], remarks: &[String]) -> String {
    let mut rows = rows.to_vec();
    rows.sort_by_key(Row::place);
    let mut text = HEADER.to_owned();
    for Row {
        z,
        a,
        kinetic_mev,
        sigma_pb,
    } in rows
    {
        text += &format!("{a:?},{z},{kinetic_mev:?},{sigma_pb:?}\n");
    }
    for remark in remarks {
        text += &format!("# {remark}\n");
    }
    text
}

/// How far straight lines between neighbours are from a value between them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Misfit {
    /// σ linear in the energy, relative.
    pub linear: f64,
    /// ln σ linear in the logarithm of the energy, relative.
    pub logarithmic: f64,
}

impl Misfit {
    /// At `middle`, between `low` and `high`.
    pub fn of(low: &Row, middle: &Row, high: &Row) -> Self {
        let share = (middle.kinetic_mev - low.kinetic_mev) / (high.kinetic_mev - low.kinetic_mev);
        let linear = low.sigma_pb + share * (high.sigma_pb - low.sigma_pb);
        let ln = |ratio: f64| libm::log(ratio);
        let share =
            ln(middle.kinetic_mev / low.kinetic_mev) / ln(high.kinetic_mev / low.kinetic_mev);
        let logarithmic = low.sigma_pb * libm::pow(high.sigma_pb / low.sigma_pb, share);
        let off = |value: f64| (value / middle.sigma_pb - 1.0).abs();
        Self {
            linear: off(linear),
            logarithmic: off(logarithmic),
        }
    }

    /// The worse of both, one by one; not a number where one is none.
    pub fn worst(self, other: Self) -> Self {
        let worse = |a: f64, b: f64| if a >= b || a.is_nan() { a } else { b };
        Self {
            linear: worse(self.linear, other.linear),
            logarithmic: worse(self.logarithmic, other.logarithmic),
        }
    }
}

/// σ on one nucleus or several against the kinetic energy.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossSectionTable {
    pub(super) rows: Vec<Row>,
    pub(super) method: Method,
    pub(super) cuts: Cuts,
    /// How good lines between neighbours are; nothing if it could not be found.
    pub(super) misfit: Option<Misfit>,
}

impl CrossSectionTable {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The file.
    pub fn to_csv(&self) -> String {
        text(&self.rows, &self.remarks())
    }

    /// The rows as a table, in the order of the file.
    pub fn table(&self) -> Table {
        let mut rows = self.rows.clone();
        rows.sort_by_key(Row::place);
        let cells = |r: &Row| {
            vec![
                Cell::Real(r.a),
                Cell::Integer(r.z.into()),
                Cell::Real(r.kinetic_mev),
                Cell::Real(r.sigma_pb),
            ]
        };
        Table {
            facts: vec![("remarks".to_owned(), self.remarks().join("\n"))],
            columns: vec![
                Column::new("a", "u", "atomic weight"),
                Column::new("z", "1", "charge number"),
                Column::new("kinetic_mev", "MeV", "kinetic energy of the lepton"),
                Column::new(
                    "sigma_pb",
                    "pb",
                    "cross section per nucleus within the cuts",
                ),
            ],
            keys: 3,
            rows: rows.iter().map(cells).collect(),
        }
    }

    /// What a reader should know.
    pub fn remarks(&self) -> Vec<String> {
        let method = self.method.name();
        let mut remarks = vec![format!(
            "Energy is kinetic; Xsec is per nucleus, by method {method}"
        )];
        let (cuts, none) = (&self.cuts, &Cuts::NONE);
        if (cuts.x_min, cuts.x_max) != (none.x_min, none.x_max) {
            remarks.push(format!(
                "CUT: Xsec is within {:?} <= x <= {:?} only. x is the missing energy over the total energy of each row: in GeV this cut moves from row to row, it is no fixed threshold of missing energy",
                cuts.x_min, cuts.x_max
            ));
        }
        let others = [
            (
                "lepton_energy_max_gev",
                cuts.lepton_energy_max_gev,
                none.lepton_energy_max_gev,
            ),
            (
                "lepton_angle_min_mrad",
                cuts.lepton_angle_min_mrad,
                none.lepton_angle_min_mrad,
            ),
            (
                "lepton_angle_max_mrad",
                cuts.lepton_angle_max_mrad,
                none.lepton_angle_max_mrad,
            ),
            (
                "lepton_pt_min_gev",
                cuts.lepton_pt_min_gev,
                none.lepton_pt_min_gev,
            ),
            (
                "lepton_pt_max_gev",
                cuts.lepton_pt_max_gev,
                none.lepton_pt_max_gev,
            ),
            (
                "chi_angle_max_mrad",
                cuts.chi_angle_max_mrad,
                none.chi_angle_max_mrad,
            ),
        ];
        for (name, value, none) in others {
            if value != none {
                remarks.push(format!("CUT: Xsec is within {name} = {value:?} only"));
            }
        }
        remarks.push(match self.misfit() {
            Some(Misfit { linear, logarithmic }) => format!(
                "interpolation between rows: ln(Xsec) linear in ln(Energy) is off by up to {logarithmic:.1e}, Xsec linear in Energy by up to {linear:.1e}, found half way between neighbours"
            ),
            None => "interpolation between rows: ln(Xsec) linear in ln(Energy); how far that is off was not found".to_owned(),
        });
        remarks
    }

    /// How good lines between neighbours are, if it was found.
    pub fn misfit(&self) -> Option<Misfit> {
        self.misfit.filter(|misfit| misfit.linear > 0.0)
    }

    /// It in words.
    pub fn words(&self) -> String {
        format!(
            "{} rows; {}",
            self.rows.len(),
            self.remarks()[1..].join("; ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(z: u32, kinetic_mev: f64, sigma_pb: f64) -> Row {
        let a = 2.0 * f64::from(z);
        Row {
            z,
            a,
            kinetic_mev,
            sigma_pb,
        }
    }

    #[test]
    fn rows_are_in_order_and_remarks_behind_them() {
        let rows = [row(74, 4e3, 2.0), row(13, 8e3, 1.5), row(13, 999.5, 1.0)];
        assert_eq!(
            text(&rows, &["x_min = 0.7".to_owned()]),
            format!(
                "{HEADER}26.0,13,999.5,1.0\n26.0,13,8000.0,1.5\n148.0,74,4000.0,2.0\n# x_min = 0.7\n"
            )
        );
        assert!(rows[1].is_beside(&rows[2]) && !rows[0].is_beside(&rows[1]));
    }

    #[test]
    fn a_power_law_is_a_straight_line_in_logarithms_only() {
        let at = |energy: f64| row(1, energy, energy * energy);
        let misfit = Misfit::of(&at(1.0), &at(2.0), &at(4.0));
        assert!(
            (misfit.linear - 0.5).abs() < 1e-12 && misfit.logarithmic < 1e-12,
            "{misfit:?}"
        );
        let none = Misfit::of(&row(1, 1.0, 0.0), &at(2.0), &at(4.0));
        assert!(
            misfit.worst(none).logarithmic.is_nan() || none.logarithmic > 0.9,
            "{none:?}"
        );
    }
}
