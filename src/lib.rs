//! Exact tree-level Monte Carlo generator for l N → l N χ χ̄.
#![forbid(unsafe_code)]

pub mod event;
pub mod histogram;
pub mod io;
