//! Monte Carlo against quadrature in the corners of the parameter space.
//!
//! `cargo run --release --example extremes` scans about two thousand corners and counts what it
//! finds; lines that deserve a look are shown. `extremes CORNER` does one, and
//! `extremes --points N CORNER` prints N points of its integrand: coordinates of the hypercube and
//! the value, for a comparison in higher precision (`scripts/extreme_points.py`). A corner is
//! eight words, such as `160 mu- Pb tsai-elastic 0 dirac 0.1 0.5`: see `tests/corner/mod.rs`.

#[path = "../tests/corner/mod.rs"]
mod corner;

use std::process::ExitCode;

use millibrem::matter::form_factor::FormFactors;
use millibrem::process::radiation::etl::Etl;
use millibrem::process::radiation::phase_space::PairBlock;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// What a scan counts.
#[derive(Default)]
struct Counts {
    done: usize,
    refused: usize,
    alarmed: usize,
    pull_squares: f64,
    largest_pull: f64,
}

impl Counts {
    /// Does one corner; shows it if something about it is unusual, or always if `show`.
    fn take(&mut self, line: &str, show: bool) {
        let setup = match corner::setup(line) {
            Ok(setup) => setup,
            Err(reason) => {
                self.refused += 1;
                if show {
                    println!("{line}: refused: {reason}");
                }
                return;
            }
        };
        let (report, exact) = match corner::both(&setup, 5, 20_000) {
            Ok(found) => found,
            Err(reason) => {
                self.alarmed += 1;
                println!("{line}: {reason}");
                return;
            }
        };
        let c = &report.cross_section;
        let (pull, error) = (corner::pull(&report, &exact), c.error_pb / c.value_pb);
        self.done += 1;
        self.alarmed += usize::from(!report.alarms.is_empty());
        self.pull_squares += pull * pull;
        self.largest_pull = self.largest_pull.max(pull.abs());
        let usual =
            pull.abs() < 3.7 && error < 3e-3 && c.value_pb > 0.0 && report.alarms.is_empty();
        if show || !usual {
            println!(
                "{line}: quadrature {:.6e} pb, Monte Carlo {:.6e} pb, error {error:.1e}, pull {pull:.1}, Q {:.3}; {}",
                exact.value_pb,
                c.value_pb,
                c.iterations.last().map_or(1.0, |row| row.q),
                report.alarms.join("; ")
            );
        }
    }
}

/// Every corner of two grids: one form factor, everything else; all choices, fewer numbers.
fn corners() -> Vec<String> {
    let mut lines = Vec::new();
    for energy in ["0.2", "1", "8", "160", "1e4", "1e7"] {
        for lepton in ["e-", "mu+"] {
            for element in ["H", "Pb", "Cf"] {
                for mass in [
                    "1e-9", "1e-6", "1e-3", "0.1", "F0.3", "F0.9", "T1e-3", "T1e-6", "T1e-9",
                ] {
                    for x_min in ["0", "0.5", "0.9", "0.9999"] {
                        lines.push(format!(
                            "{energy} {lepton} {element} tsai-elastic 0 dirac {mass} {x_min}"
                        ));
                    }
                }
            }
        }
    }
    let mut turn = 0;
    for energy in ["0.2", "3", "160", "1e7"] {
        for lepton in ["e+", "mu-"] {
            for element in ["H", "Al", "U"] {
                for kind in ["scalar", "photon", "dirac"] {
                    for mass in ["1e-9", "1e-4", "0.05", "F0.5", "T1e-4"] {
                        for x_min in ["0", "R0.5", "R0.999"] {
                            turn += 1;
                            let all = FormFactors::standard().names();
                            let form_factor = all[(5 * turn + turn / 7) % all.len()];
                            let spin = ["0", "1/2"][(turn / 3) % 2];
                            lines.push(format!(
                                "{energy} {lepton} {element} {form_factor} {spin} {kind} {mass} {x_min}"
                            ));
                        }
                    }
                }
            }
        }
    }
    lines
}

/// Prints `n` random points of the integrand of a corner.
fn points(n: usize, line: &str) -> Result<(), String> {
    let etl = Etl::new(&corner::setup(line)?);
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut block = PairBlock::default();
    println!("{line}");
    for _ in 0..n {
        let y: Vec<[f64; 1]> = (0..etl.dim()).map(|_| [random.random()]).collect();
        let columns: Vec<&[f64]> = y.iter().map(|c| &c[..]).collect();
        let mut value = [0.0];
        etl.evaluate(&columns, &mut value, &mut block);
        let words: Vec<String> = y.iter().map(|c| format!("{:e}", c[0])).collect();
        println!("{} {:e}", words.join(" "), value[0]);
    }
    Ok(())
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [option, n, rest @ ..] = &words[..]
        && option == "--points"
    {
        let n = n.parse().unwrap_or(1);
        return match points(n, &rest.join(" ")) {
            Ok(()) => ExitCode::SUCCESS,
            Err(reason) => {
                eprintln!("{reason}");
                ExitCode::from(2)
            }
        };
    }
    let mut counts = Counts::default();
    match words.is_empty() {
        true => corners().iter().for_each(|line| counts.take(line, false)),
        false => counts.take(&words.join(" "), true),
    }
    let Counts {
        done,
        refused,
        alarmed,
        pull_squares,
        largest_pull,
    } = counts;
    println!(
        "{done} corners, {refused} refused, {alarmed} with an alarm, pulls: root mean square {:.2}, largest {largest_pull:.1}",
        (pull_squares / done.max(1) as f64).sqrt()
    );
    ExitCode::SUCCESS
}
