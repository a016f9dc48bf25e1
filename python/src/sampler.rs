//! σ(E) and single events at any energy of a range: `millibrem::generate::Sampler` for arrays.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use millibrem::card::RunCard;
use millibrem::generate;
use millibrem::matter::Nucleus;
use millibrem::matter::elements::Element;
use millibrem::run;
use millibrem::study::Watch;
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use rayon::prelude::*;

use crate::card::Card;
use crate::errors::Failure;
use crate::work::{End, wait};

/// An element, by charge number or symbol.
#[derive(FromPyObject)]
pub(crate) enum Named {
    Charge(u32),
    Symbol(String),
}

impl Named {
    fn charge(&self) -> Result<u32, Failure> {
        match self {
            Self::Charge(z) => Ok(*z),
            Self::Symbol(symbol) => match Element::from_symbol(symbol) {
                Some(element) => Ok(element.z),
                None => Err(usage(format!(
                    "element: found `{symbol}`, expected a symbol such as Pb, or a charge number"
                ))),
            },
        }
    }
}

/// Words of 64 bits of an event before its momenta: kinetic energy, weight, seed.
const FACTS: usize = 3;
/// Events between two reports of how many there are.
const TOLD: usize = 8192;

/// Tables for a process, a range of kinetic energies and several nuclei.
#[pyclass(frozen, module = "millibrem._core")]
pub struct Sampler {
    sampler: Arc<generate::Sampler>,
    card: Arc<RunCard>,
}

fn usage(error: impl ToString) -> Failure {
    Failure::Usage(error.to_string())
}

fn symbol(nucleus: &Nucleus) -> String {
    Element::from_z(nucleus.z).map_or_else(String::new, |element| element.symbol.to_owned())
}

impl Sampler {
    /// The place of an element; the only one where none is named.
    fn place(&self, element: Option<Named>) -> Result<usize, Failure> {
        let symbols = self.sampler.nuclei().map(symbol).collect::<Vec<_>>();
        let wrong = |found: &str| {
            let known = symbols.join(", ");
            usage(format!("element: found {found}, expected one of {known}"))
        };
        match element {
            None if symbols.len() == 1 => Ok(0),
            None => Err(wrong("none")),
            Some(named) => {
                let z = named.charge()?;
                let found =
                    Element::from_z(z).map_or_else(|| z.to_string(), |e| e.symbol.to_owned());
                self.sampler
                    .find(z)
                    .ok_or_else(|| wrong(&format!("`{found}`")))
            }
        }
    }
}

#[pymethods]
impl Sampler {
    /// For kinetic energies from ``low`` to ``high`` in GeV and these elements, those of
    /// the card if there are none.
    #[new]
    #[pyo3(signature = (card, low, high, elements))]
    fn new(
        py: Python<'_>,
        card: &Card,
        low: f64,
        high: f64,
        elements: Vec<Named>,
    ) -> PyResult<Self> {
        let charges: Result<Vec<u32>, _> = elements.iter().map(Named::charge).collect();
        let charges = charges?;
        let card = Arc::new(card.card.clone());
        let theirs = card.clone();
        let sampler = wait(py, None, End::Loses, move |_| {
            let made = run::on_threads(&theirs, || run::sampler(&theirs, (low, high), &charges))?;
            Ok(Arc::new(made?))
        })?;
        Ok(Self { sampler, card })
    }

    /// From the bytes of :meth:`save`.
    #[staticmethod]
    fn load(py: Python<'_>, bytes: Vec<u8>) -> PyResult<Self> {
        let text = run::saved_sampler_card(&bytes).map_err(Failure::from)?;
        let card = Arc::new(text.with(&[]).map_err(Failure::from)?);
        let sampler = py.detach(|| run::load_sampler(&bytes, &card));
        Ok(Self {
            sampler: Arc::new(sampler.map_err(Failure::from)?),
            card,
        })
    }

    /// Its tables and its card as bytes.
    fn save<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.sampler.save(&self.card.to_toml())))
    }

    /// The card as TOML with every default written out.
    fn toml(&self) -> String {
        self.card.to_toml()
    }

    /// The range of kinetic energies in GeV.
    #[getter]
    fn range_gev(&self) -> (f64, f64) {
        self.sampler.range_gev()
    }

    /// The nuclei in their order, a dictionary each.
    fn nuclei<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for (k, nucleus) in self.sampler.nuclei().enumerate() {
            let (accuracy, nodes) = self.sampler.sigma_accuracy(k);
            let dict = PyDict::new(py);
            dict.set_item("element", symbol(nucleus))?;
            dict.set_item("z", nucleus.z)?;
            dict.set_item("mass_gev", nucleus.mass_gev)?;
            dict.set_item("threshold_gev", self.sampler.threshold_gev(k))?;
            dict.set_item("sigma_accuracy", accuracy)?;
            dict.set_item("sigma_nodes", nodes)?;
            list.append(dict)?;
        }
        Ok(list)
    }

    /// Roles of the outgoing particles.
    #[getter]
    fn roles(&self) -> Vec<String> {
        let all = self.sampler.process(0).outgoing().into_iter();
        all.map(|out| out.role.name().to_owned()).collect()
    }

    /// How events are drawn on a nucleus: kinetic energy in GeV, accepted share of candidates, share
    /// of events of a weight above 1, mean weight less 1.
    fn report(&self, element: Option<Named>) -> Result<Vec<(f64, f64, f64, f64)>, Failure> {
        let nucleus = self.place(element)?;
        let rows = self.sampler.report(nucleus).into_iter();
        Ok(rows
            .map(|r| {
                (
                    r.kinetic_gev,
                    r.efficiency,
                    r.overweight_share,
                    r.overweight_excess,
                )
            })
            .collect())
    }

    /// σ in pb per nucleus at kinetic energies in GeV.
    fn sigma<'py>(
        &self,
        py: Python<'py>,
        element: Option<Named>,
        kinetic_gev: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let nucleus = self.place(element)?;
        let energies = kinetic_gev.as_array();
        let at = |&energy: &f64| self.sampler.cross_section(nucleus, energy).map_err(usage);
        let found: Result<Vec<f64>, Failure> = energies.iter().map(at).collect();
        Ok(PyArray1::from_vec(py, found?))
    }

    /// An event a kinetic energy, each from the seed beside it, as rows of words of 64 bits:
    /// kinetic energy in GeV, weight, seed, momenta (E, px, py, pz) in GeV role by role.
    #[pyo3(signature = (element, kinetic_gev, seeds, progress))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        element: Option<Named>,
        kinetic_gev: PyReadonlyArray1<'py, f64>,
        seeds: PyReadonlyArray1<'py, u64>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray1<u64>>> {
        let nucleus = self.place(element)?;
        let (energies, seeds) = (kinetic_gev.to_vec()?, seeds.to_vec()?);
        let n = energies.len();
        if seeds.len() != n {
            return Err(usage(format!(
                "{} seeds for {n} energies: expected as many",
                seeds.len()
            ))
            .into());
        }
        let (sampler, card) = (self.sampler.clone(), self.card.clone());
        let words = wait(py, progress, End::Loses, move |shared| {
            let width = FACTS + 4 * sampler.process(nucleus).outgoing().len();
            let mut words = vec![0; n * width];
            let done = AtomicUsize::new(0);
            let rows = words.par_chunks_exact_mut(width);
            let asked = energies.par_iter().zip(&seeds);
            let draw = |scratch: &mut generate::Scratch,
                        (row, (&energy, &seed)): (&mut [u64], _)| {
                if shared.stopped() {
                    return Err(Failure::Generate(generate::GenerateError::Stopped));
                }
                let weight = sampler.sample(nucleus, energy, scratch, seed);
                let facts = [energy.to_bits(), weight.map_err(usage)?.to_bits(), seed];
                let momenta = scratch.momenta().as_flattened().iter().map(|x| x.to_bits());
                row.iter_mut()
                    .zip(facts.into_iter().chain(momenta))
                    .for_each(|(word, x)| *word = x);
                // Seldom, so that counting costs nothing beside making an event.
                let number = done.fetch_add(1, Ordering::Relaxed) + 1;
                if number.is_multiple_of(TOLD) || number == n {
                    shared.rows(number, n);
                }
                Ok(())
            };
            let all = || {
                rows.zip(asked)
                    .try_for_each_init(|| sampler.scratch(), draw)
            };
            run::on_threads(&card, all)??;
            Ok(words)
        })?;
        Ok(PyArray1::from_vec(py, words))
    }
}
