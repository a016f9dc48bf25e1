//! Columns of events as numpy arrays that look into the memory of the library: no copy.
//!
//! The arrays keep their [`Events`] alive and are read-only, because others may look at the same
//! memory. The one place that knows how the library stores events.

use millibrem::event::{self, EventBuffer, Momentum, Scalar};
use millibrem::particle::Role;
use numpy::ndarray::{ArrayView1, ArrayView2};
use numpy::{
    Element, PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;

/// Events by columns: weights in pb, reproduction keys, momenta in GeV by role.
#[pyclass(frozen, module = "millibrem._core")]
#[derive(Debug)]
pub struct Events(pub(crate) EventBuffer);

/// Columns to make events of: roles, weights, keys, momenta, what they have besides.
type Columns<'py> = (
    Vec<String>,
    PyReadonlyArray1<'py, f64>,
    PyReadonlyArray1<'py, u64>,
    Vec<PyReadonlyArray2<'py, f64>>,
    Vec<ScalarColumn<'py>>,
);

/// One of the numbers that events have besides: name, unit, meaning, values.
type ScalarColumn<'py> = (String, String, String, PyReadonlyArray1<'py, f64>);

fn locked<'py>(array: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    array.call_method1("setflags", (false,))?;
    Ok(array)
}

/// A column of numbers of `events`.
fn column<'py, T: Element>(
    events: &Bound<'py, Events>,
    of: impl Fn(&EventBuffer) -> &[T],
) -> PyResult<Bound<'py, PyAny>> {
    let view = ArrayView1::from(of(&events.get().0));
    // SAFETY: the buffer is never changed once it is in an `Events`, and the array holds on to it.
    let array = unsafe { PyArray1::borrow_from_array(&view, events.clone().into_any()) };
    locked(array.into_any())
}

#[pymethods]
impl Events {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Roles of the outgoing particles, in their order.
    #[getter]
    fn roles(&self) -> Vec<&str> {
        self.0.roles().iter().map(Role::name).collect()
    }

    /// Weights in pb; their mean is the cross section.
    #[getter]
    fn weight<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        column(slf, |events| &events.weight)
    }

    /// Reproduction keys: card, seed and this number make an event again.
    #[getter]
    fn index<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        column(slf, |events| &events.index)
    }

    /// Names of what else the events say, such as `vertex_z_cm` in a thick target, each
    /// with unit and meaning.
    #[getter]
    fn scalars(&self) -> Vec<(&str, &str, &str)> {
        let scalars = self.0.columns().scalars.iter();
        scalars
            .map(|s| (&*s.name, &*s.units, &*s.description))
            .collect()
    }

    /// One of those, in the unit that its name ends with.
    fn scalar<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let scalars = &slf.get().0.columns().scalars;
        let Some(at) = scalars.iter().position(|scalar| scalar.name == name) else {
            return Err(PyKeyError::new_err(name.to_owned()));
        };
        column(slf, |events| &events.scalars()[at])
    }

    /// Momenta (E, px, py, pz) in GeV of the particles of a role.
    fn p4<'py>(slf: &Bound<'py, Self>, role: &str) -> PyResult<Bound<'py, PyAny>> {
        let Some(rows) = slf.get().0.p(&Role::named(role.to_owned())) else {
            return Err(PyKeyError::new_err(role.to_owned()));
        };
        let view = ArrayView2::from_shape((rows.len(), 4), rows.as_flattened())
            .map_err(|e| PyValueError::new_err(e.to_string()))?;
        // SAFETY: as in `column`.
        let array = unsafe { PyArray2::borrow_from_array(&view, slf.clone().into_any()) };
        locked(array.into_any())
    }

    /// Makes events of their columns, which are copied.
    #[staticmethod]
    fn from_columns(columns: Columns<'_>) -> PyResult<Self> {
        let (roles, weight, index, momenta, scalars) = columns;
        let scalar = |(name, units, description, _): &ScalarColumn<'_>| Scalar {
            name: name.clone().into(),
            units: units.clone().into(),
            description: description.clone().into(),
        };
        let columns = event::Columns {
            roles: roles.into_iter().map(Role::named).collect(),
            scalars: scalars.iter().map(scalar).collect(),
        };
        let n = weight.len();
        let fits = momenta.iter().all(|p| p.shape() == [n, 4])
            && scalars.iter().all(|(.., values)| values.len() == n);
        if !fits || index.len() != n || momenta.len() != columns.roles.len() {
            return Err(PyValueError::new_err("columns of different lengths"));
        }
        let mut events = EventBuffer::new(columns);
        events.weight = weight.as_array().to_vec();
        events.index = index.as_array().to_vec();
        for (rows, (.., values)) in events.scalars_mut().iter_mut().zip(&scalars) {
            rows.extend(values.as_array());
        }
        for (rows, p) in events.momenta_mut().iter_mut().zip(&momenta) {
            let p = p.as_array();
            rows.extend(
                p.rows()
                    .into_iter()
                    .map(|r| -> Momentum { [r[0], r[1], r[2], r[3]] }),
            );
        }
        Ok(Self(events))
    }
}
