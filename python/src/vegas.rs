//! The integrator for functions of Python.
//!
//! A function gets all points of a chunk as an array of shape (n, dim), scaled to the limits, and
//! gives n values. With one thread it is called on the thread that called, so Ctrl-C reaches the
//! function itself; the interpreter is released while points are made.

use std::ops::ControlFlow;
use std::sync::Mutex;

use ::vegas::{Config, Estimate, Integrand, IterationRow, Measurement, Plan, Points, Vegas};
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::errors::Failure;

/// A function of Python on a box.
struct Function {
    function: Py<PyAny>,
    limits: Vec<(f64, f64)>,
    volume: f64,
    /// What it raised, first.
    raised: Mutex<Option<PyErr>>,
}

impl Function {
    fn new(function: Py<PyAny>, limits: Vec<(f64, f64)>) -> Self {
        Self {
            function,
            volume: limits.iter().map(|(low, high)| high - low).product(),
            limits,
            raised: Mutex::new(None),
        }
    }

    /// Calls it; the points are made column by column, so a column is contiguous.
    fn call(&self, py: Python<'_>, x: &Points<'_>, value: &mut [f64]) -> PyResult<()> {
        let mut columns = Vec::with_capacity(x.len() * x.dim());
        for (d, (low, high)) in self.limits.iter().enumerate() {
            columns.extend(x.column(d).iter().map(|u| low + (high - low) * u));
        }
        let points = PyArray1::from_vec(py, columns)
            .reshape([x.dim(), x.len()])?
            .call_method0("transpose")?;
        let found = self.function.bind(py).call1((points,))?;
        let found: PyReadonlyArray1<'_, f64> =
            found.extract().map_err(|_| self.unfit(&found, x))?;
        if found.len() != x.len() {
            return Err(self.unfit(found.as_any(), x));
        }
        for (v, f) in value.iter_mut().zip(found.as_array()) {
            *v = f * self.volume;
        }
        Ok(())
    }

    fn unfit(&self, found: &Bound<'_, PyAny>, x: &Points<'_>) -> PyErr {
        let shape = found.getattr("shape").map(|shape| shape.to_string());
        PyValueError::new_err(format!(
            "the function returned an array of shape {} for points of shape ({}, {}): expected one value a point, shape ({},); for a function of a single point use millibrem.vegas.pointwise",
            shape.unwrap_or_else(|_| "unknown".to_owned()),
            x.len(),
            x.dim(),
            x.len()
        ))
    }

    fn keep(&self, error: PyErr) {
        if let Ok(mut raised) = self.raised.lock() {
            raised.get_or_insert(error);
        }
    }

    fn has_raised(&self) -> bool {
        self.raised.lock().is_ok_and(|raised| raised.is_some())
    }

    /// The result, or what the function or a signal raised.
    fn outcome<T>(self, found: Result<T, ::vegas::Error>) -> PyResult<T> {
        match self.raised.into_inner() {
            Ok(Some(error)) => Err(error),
            _ => found.map_err(|error| Failure::Integrator(error).into()),
        }
    }
}

impl Integrand for Function {
    type Record = ();

    const BY_CHUNKS: bool = true;

    fn dim(&self) -> usize {
        self.limits.len()
    }

    fn record(&self) {}

    fn evaluate(&self, x: &Points<'_>, value: &mut [f64], (): &mut ()) {
        if self.has_raised() || x.is_empty() {
            return;
        }
        Python::attach(|py| {
            if let Err(error) = self.call(py, x, value) {
                self.keep(error);
            }
        });
    }
}

/// Adapts to a function and integrates it; use ``millibrem.vegas``.
#[pyclass(module = "millibrem._core")]
pub struct Integrator {
    vegas: Option<Vegas>,
    limits: Vec<(f64, f64)>,
    config: Config,
    threads: usize,
    /// The adapting iterations.
    table: Vec<IterationRow>,
    /// Measurements done.
    measured: u64,
}

fn rows(py: Python<'_>, rows: &[IterationRow], measured: bool) -> PyResult<Vec<Py<PyAny>>> {
    let row = |r: &IterationRow| {
        let (one, all): (Estimate, Estimate) = (r.estimate, r.average);
        let row = (
            measured, r.points, one.mean, one.sdev, all.mean, all.sdev, r.chi2_dof, r.q,
        );
        Ok(row.into_pyobject(py)?.into_any().unbind())
    };
    rows.iter().map(row).collect()
}

impl Integrator {
    fn function(&self, function: Py<PyAny>) -> Function {
        Function::new(function, self.limits.clone())
    }

    fn found<'py>(&self, py: Python<'py>, m: &Measurement) -> PyResult<Bound<'py, PyDict>> {
        let mut table = rows(py, &self.table, false)?;
        table.extend(rows(py, &m.iterations, true)?);
        let alarms: Vec<String> = m.alarms.iter().map(ToString::to_string).collect();
        let dict = PyDict::new(py);
        dict.set_item("mean", m.estimate.mean)?;
        dict.set_item("sdev", m.estimate.sdev)?;
        dict.set_item("chi2_dof", m.chi2_dof)?;
        dict.set_item("n_eval", m.n_eval)?;
        dict.set_item("iterations", PyList::new(py, table)?)?;
        dict.set_item("alarms", alarms)?;
        Ok(dict)
    }
}

/// Listens to signals.
fn listen(function: &Function) -> ControlFlow<()> {
    if let Err(error) = Python::attach(|py| py.check_signals()) {
        function.keep(error);
    }
    match function.has_raised() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

#[pymethods]
impl Integrator {
    /// For a box of ``limits``, with the settings of [Lepage 2021].
    #[new]
    #[pyo3(signature = (limits, seed, alpha, beta, threads))]
    fn new(
        limits: Vec<(f64, f64)>,
        seed: u64,
        alpha: f64,
        beta: f64,
        threads: usize,
    ) -> PyResult<Self> {
        for (low, high) in &limits {
            if !(low < high && (high - low).is_finite()) {
                let words = format!("limits from {low} to {high}: expected finite low < high");
                return Err(Failure::Usage(words).into());
            }
        }
        let config = Config {
            seed,
            alpha,
            beta,
            n_adapt: 0,
            ..Config::default()
        };
        // Refuses settings at once.
        Vegas::new(limits.len(), config.clone()).map_err(Failure::Integrator)?;
        Ok(Self {
            vegas: None,
            limits,
            config,
            threads,
            table: Vec::new(),
            measured: 0,
        })
    }

    /// Another with the same limits and adaptation.
    fn copy(&self, seed: u64, threads: usize) -> Self {
        let config = Config {
            seed,
            ..self.config.clone()
        };
        Self {
            vegas: self.vegas.clone(),
            limits: self.limits.clone(),
            config,
            threads,
            table: self.table.clone(),
            measured: 0,
        }
    }

    /// Adapts in ``nitn`` more iterations of ``neval`` points; other ``neval`` begin anew.
    fn adapt(
        &mut self,
        py: Python<'_>,
        function: Py<PyAny>,
        nitn: u32,
        neval: u64,
    ) -> PyResult<()> {
        let before = self.vegas.take().filter(|v| v.config().neval == neval);
        let mut vegas = match before {
            Some(vegas) => vegas,
            None => {
                let config = Config {
                    neval,
                    ..self.config.clone()
                };
                let fresh = Vegas::new(self.limits.len(), config);
                fresh.map_err(Failure::Integrator)?
            }
        };
        vegas.ask_further(nitn);
        vegas.set_threads(self.threads);
        let function = self.function(function);
        let found = py.detach(|| vegas.adapt(&function, &mut |_| listen(&function)));
        // What is complete stays.
        self.vegas = Some(vegas);
        self.table = function.outcome(found)?.iterations;
        Ok(())
    }

    /// Measures with the map as it is, in ``nitn`` iterations of ``neval`` points at most.
    #[pyo3(signature = (function, nitn, neval, rel_error=None))]
    fn measure<'py>(
        &mut self,
        py: Python<'py>,
        function: Py<PyAny>,
        nitn: u32,
        neval: u64,
        rel_error: Option<f64>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let mut vegas = match &self.vegas {
            Some(vegas) => vegas.clone(),
            None => {
                let config = Config {
                    neval,
                    ..self.config.clone()
                };
                Vegas::new(self.limits.len(), config).map_err(Failure::Integrator)?
            }
        };
        // Every measurement has points of its own; the first those of the seed itself.
        let other = self.measured.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        vegas.set_seed(self.config.seed ^ other);
        vegas.set_threads(self.threads);
        let mut plan = Plan::new(neval, nitn);
        plan.rel_error = rel_error;
        let function = self.function(function);
        let found =
            py.detach(|| vegas.measure(&function, &plan, &mut (), &mut |_| listen(&function)));
        let m = function.outcome(found)?;
        self.measured += 1;
        self.found(py, &m)
    }

    /// Adapting iterations done.
    #[getter]
    fn adapted(&self) -> u32 {
        self.vegas.as_ref().map_or(0, Vegas::adapted)
    }

    /// Edges of the increments of axis ``d`` in the limits.
    fn edges<'py>(&self, py: Python<'py>, d: usize) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let Some((low, high)) = self.limits.get(d) else {
            let words = format!("axis {d}: there are {}", self.limits.len());
            return Err(Failure::Usage(words).into());
        };
        let unit = match &self.vegas {
            Some(vegas) => vegas.map().edges(d).to_vec(),
            None => vec![0.0, 1.0],
        };
        let scaled = unit.iter().map(|u| low + (high - low) * u).collect();
        Ok(PyArray1::from_vec(py, scaled))
    }
}
