//! Exact tree-level Monte Carlo generator for l N → l N χ χ̄.
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

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
