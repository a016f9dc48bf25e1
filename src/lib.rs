//! Exact tree-level Monte Carlo generator for l N → l N χ χ̄ and l N → l N A′: millicharged pairs and
//! dark photons that a lepton beam radiates off a nucleus.
//!
//! The library is pure Rust and knows no files, no terminal and no C library; the packages
//! `millibrem-files`, `millibrem-figures` and `millibrem-cli` (the program `millibrem`) stand on it.
//!
//! # The way of the data
//!
//! ```text
//!  card::shipped, card::CardText        the text of a run card
//!          │ with(overrides)
//!          ▼
//!  card::RunCard                        validated, every default filled in
//!          │ run::mixture, run::process
//!          ▼
//!  process::Mixture, dyn Process        dσ on the unit hypercube; or made from process::Setup
//!          │                    │
//!          │ route(Method)    │ generate::Generator::{adapt, measure, sample}
//!          ▼                    ▼
//!  process::Integral            generate::SigmaReport, histogram::Histogram
//!  σ, dσ/dx by quadrature       events by role into any event::EventSink
//! ```
//!
//! Energies, momenta and masses are in GeV, c = ħ = 1; cross sections in pb per nucleus, those of a
//! [`process::Mixture`] per atom of the target. The beam flies along +z, the nucleus is at rest.
//! The same card and seed give the same bits for any number of threads.
//!
//! # σ of a card
//!
//! ```
//! use millibrem::process::{Method, Route};
//! use millibrem::{card, run};
//!
//! let card = card::shipped("na64mu-2025").ok_or("no such card")?.with(&[])?;
//! let sigma = run::mixture(&card)?.route(Method::QUADRATURE)?.sigma(1e-6)?;
//! println!("({} ± {}) pb", sigma.value_pb, sigma.error_pb);
//! # assert!(sigma.value_pb > 0.0 && sigma.error_pb <= 1e-6 * sigma.value_pb);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Events in memory
//!
//! Their weights are in pb, and their mean is σ.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use millibrem::event::{EventBuffer, Weighting};
//! use millibrem::generate::{EventRequest, Generator, Progress, Settings};
//! use millibrem::{card, run};
//!
//! let card = card::shipped("na64mu-2025").ok_or("no such card")?.with(&[])?;
//! let settings = Settings { seed: 7, neval: 20_000, max_neval: 200_000, ..run::settings(&card) };
//! let mut generator = Generator::new(run::process(&card)?, settings)?;
//!
//! let mut silent = |_: &Progress| ControlFlow::Continue(());
//! generator.adapt(&mut silent)?;
//! let sigma = generator.measure(&[], &mut silent)?.cross_section;
//!
//! let mut events = EventBuffer::default();
//! let request = EventRequest { count: 1000, weighting: Weighting::Weighted, ..run::events(&card) };
//! generator.sample(&request, &sigma, &mut events, &mut silent)?;
//!
//! let sum: f64 = events.weight.iter().sum();
//! assert_eq!(events.len(), 1000);
//! assert!((sum / 1000.0 / sigma.value_pb - 1.0).abs() < 1e-12);
//! # use millibrem::process::{Method, Route};
//! # let exact = run::mixture(&card)?.route(Method::QUADRATURE)?.sigma(1e-6)?;
//! # assert!((sigma.value_pb - exact.value_pb).abs() < 4.0 * sigma.error_pb);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What can be added from outside
//!
//! A process ([`process::Process`], [`process::Registry`]), a form factor
//! ([`matter::form_factor::FormFactors`]), an observable ([`observable`]) and a place for events
//! ([`event::EventSink`]) are traits; none of them needs a change here. The crate in
//! `tests/outside` makes one of each; `examples/own_form_factor.rs`, `own_observable.rs`, `own_sink.rs`
//! and `sigma_table.rs` show the shortest way.
//!
//! Formulas carry the keys of their sources in `docs/references.md`; the rooms and what may use what
//! stand in `ARCHITECTURE.md`.
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

#[macro_use]
mod named;
#[macro_use]
pub mod checked;

pub mod beam;
pub mod card;
pub mod constants;
pub mod cuts;
pub mod dark_sector;
pub mod elementary;
pub mod event;
pub mod generate;
pub mod histogram;
pub mod kinematics;
pub mod matter;
pub mod mesons;
pub mod observable;
pub mod particle;
pub mod process;
pub mod record;
pub mod results;
pub mod run;
pub mod study;
pub mod table;
pub mod text;
