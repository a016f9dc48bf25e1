//! Pieces of the physics at given points: the integrand of a card, form factors, |M|².

use std::sync::Arc;

use millibrem::dark_sector::ChiSpin;
use millibrem::event::{MAX_OUTGOING, Momentum};
use millibrem::kinematics::{Collision, ExactVariables};
use millibrem::matter::NucleusSpin;
use millibrem::matter::form_factor::FormFactor;
use millibrem::process::radiation::amplitude::{DecayAngles, pair_m2};
use millibrem::process::{BLOCK, Process};
use millibrem::run;
use numpy::ToPyArray;
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::card::Card;
use crate::errors::Failure;

/// The differential cross section of a card on the unit hypercube.
#[pyclass(frozen, module = "millibrem._core")]
pub struct Hypercube(Arc<dyn Process>);

impl Hypercube {
    /// The points column by column, each in (0, 1).
    fn columns(&self, y: &PyReadonlyArray2<'_, f64>) -> Result<Vec<Vec<f64>>, Failure> {
        let y = y.as_array();
        if y.ncols() != self.0.dim() {
            return Err(Failure::Usage(format!(
                "points of shape ({}, {}): expected (n, {})",
                y.nrows(),
                y.ncols(),
                self.0.dim()
            )));
        }
        if let Some(wrong) = y.iter().find(|&&u| !(u > 0.0 && u < 1.0)) {
            return Err(Failure::Usage(format!(
                "a coordinate is {wrong}: expected numbers inside the unit hypercube, above 0 and below 1"
            )));
        }
        Ok(y.columns().into_iter().map(|c| c.to_vec()).collect())
    }

    /// Goes through the points block by block.
    fn each_block(
        &self,
        columns: &[Vec<f64>],
        mut see: impl FnMut(&dyn millibrem::process::PointBlock, usize, &[f64]),
    ) {
        let n = columns.first().map_or(0, Vec::len);
        let mut block = self.0.block();
        let mut values = [0.0; BLOCK];
        for first in (0..n).step_by(BLOCK) {
            let end = n.min(first + BLOCK);
            let y: Vec<&[f64]> = columns.iter().map(|c| &c[first..end]).collect();
            let values = &mut values[..end - first];
            block.evaluate(&y, values);
            see(&*block, first, values);
        }
    }
}

#[pymethods]
impl Hypercube {
    #[new]
    fn new(card: &Card) -> Result<Self, Failure> {
        Ok(Self(run::process(&card.card)?))
    }

    /// Dimensions.
    #[getter]
    fn dim(&self) -> usize {
        self.0.dim()
    }

    /// Roles of the outgoing particles.
    #[getter]
    fn roles(&self) -> Vec<String> {
        let all = self.0.outgoing().into_iter();
        all.map(|out| out.role.name().to_owned()).collect()
    }

    /// The differential cross section in pb at points of shape (n, dim).
    fn values<'py>(
        &self,
        py: Python<'py>,
        y: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let columns = self.columns(&y)?;
        let found = py.detach(|| {
            let mut all = Vec::with_capacity(columns.first().map_or(0, Vec::len));
            self.each_block(&columns, |_, _, values| all.extend_from_slice(values));
            all
        });
        Ok(PyArray1::from_vec(py, found))
    }

    /// Momenta in GeV by role at points of shape (n, dim), (n, 4) each.
    fn momenta<'py>(
        &self,
        py: Python<'py>,
        y: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let columns = self.columns(&y)?;
        let roles = self.roles();
        let found: Vec<Vec<Momentum>> = py.detach(|| {
            let mut all = vec![Vec::new(); roles.len()];
            self.each_block(&columns, |block, _, values| {
                let mut room = [[0.0; 4]; MAX_OUTGOING];
                for i in 0..values.len() {
                    block.momenta(i, &mut room[..roles.len()]);
                    all.iter_mut().zip(room).for_each(|(rows, p)| rows.push(p));
                }
            });
            all
        });
        let dict = PyDict::new(py);
        for (role, rows) in roles.iter().zip(found) {
            let n = rows.len();
            let flat: Vec<f64> = rows.into_iter().flatten().collect();
            let rows: Bound<'py, PyArray2<f64>> = PyArray1::from_vec(py, flat).reshape([n, 4])?;
            dict.set_item(role, rows)?;
        }
        Ok(dict)
    }
}

/// ``G2(t) = Z² F(t)²`` of the nucleus of ``card`` at ``t`` in GeV².
#[pyfunction]
pub(crate) fn form_factor_g2<'py>(
    py: Python<'py>,
    card: &Card,
    t_gev2: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let inputs = run::inputs(&card.card).map_err(Failure::from)?;
    let form_factor = FormFactor::new(&inputs.form_factor, &inputs.nucleus)
        .map_err(|e| Failure::Usage(e.to_string()))?;
    let t = t_gev2.as_array().to_vec();
    if let Some(wrong) = t.iter().find(|&&t| !(0.0..f64::INFINITY).contains(&t)) {
        let words = format!("t = {wrong} GeV^2: expected a finite number of at least 0");
        return Err(Failure::Usage(words).into());
    }
    let mut out = vec![0.0; t.len()];
    form_factor.g2_batch(&t, &mut out);
    Ok(PyArray1::from_vec(py, out))
}

/// |M|² of l N → l N χ χ̄ over e⁸Q²Z²F² at points of eleven sampling variables, in the order of
/// the arguments of ``millibrem.pair_amplitude``.
#[pyfunction]
pub(crate) fn pair_amplitude<'py>(
    py: Python<'py>,
    points: PyReadonlyArray2<'py, f64>,
    spin: &str,
    nucleus_spin: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let unknown = |what: &str, found: &str, known: Vec<&str>| {
        Failure::Usage(format!(
            "{what}: found `{found}`, expected {}",
            known.join(" or ")
        ))
    };
    let chi = ChiSpin::from_name(spin).ok_or_else(|| {
        let known = ChiSpin::ALL.iter().map(|s| s.name()).collect();
        unknown("spin", spin, known)
    })?;
    let nucleus = NucleusSpin::from_name(nucleus_spin).ok_or_else(|| {
        let known = [NucleusSpin::Zero, NucleusSpin::Half];
        let known = known.iter().map(|s| s.name()).collect();
        unknown("nucleus_spin", nucleus_spin, known)
    })?;
    let points = points.as_array();
    let mut found = Vec::with_capacity(points.nrows());
    for row in points.rows() {
        let collision = Collision::new(row[0], row[1], row[2]);
        let c = collision.map_err(|e| Failure::Usage(e.to_string()))?;
        let point = ExactVariables {
            k2: row[4],
            one_minus_x: row[5],
            one_minus_cos_k: row[6],
            t_above_min: row[7],
            t_below_max: None,
            phi: row[8],
        }
        .point(&c);
        let (sin, cos) = (libm::sin(row[10]), libm::cos(row[10]));
        let decay = DecayAngles::new(row[9], cos, sin);
        found.push(pair_m2(&c, &point, &decay, row[3], chi, nucleus));
    }
    Ok(found.to_pyarray(py))
}
