//! Compares |M|² in double precision with reference points of many digits.
//!
//! `cargo run --release --example check_amplitude -- tests/data/amplitude_points.json`
//!
//! Each point gives the sampling variables and parameters as exactly representable numbers; the
//! amplitude is evaluated from these alone. One line a class:
//! `<name>: max_rel_dev=… median=… n=…`, and, of points that say what rounding their variables
//! changes, the largest share of what is allowed, 1e-10 or ten times that:
//! `<name>: max_share=… beyond=… n=…`.

use std::process::ExitCode;

use millibrem::matter::NucleusSpin;
use millibrem::study::points::AmplitudePoint;
use millibrem::text;

/// Mebibytes beyond which a file is not read.
const MAX_MIB: u64 = 64;

fn report(path: &str) -> Result<(), String> {
    let file = std::fs::File::open(path);
    let text = file
        .and_then(|file| text::read(file, MAX_MIB))
        .map_err(|e| format!("{path}: {e}"))?;
    let points = AmplitudePoint::parse_all(&text).map_err(|e| format!("{path}: {e}"))?;
    for (spin, name) in [
        (NucleusSpin::Zero, "spin0"),
        (NucleusSpin::Half, "spin_half"),
    ] {
        for (edge, class) in [(false, "bulk"), (true, "edge")] {
            let (mut deviations, mut shares) = (Vec::new(), Vec::new());
            for point in points.iter().filter(|p| p.edge == edge) {
                let found = point.m2(spin).map_err(|e| format!("{path}: {e}"))?;
                let deviation = (found / point.reference(spin) - 1.0).abs();
                deviations.push(deviation);
                shares.extend(
                    point
                        .rounding
                        .map(|r| deviation / f64::max(1e-10, 10.0 * r)),
                );
            }
            deviations.sort_by(f64::total_cmp);
            let n = deviations.len();
            let (max, median) = match n {
                0 => (f64::NAN, f64::NAN),
                _ => (
                    deviations[n - 1],
                    0.5 * (deviations[(n - 1) / 2] + deviations[n / 2]),
                ),
            };
            println!("{name} {class}: max_rel_dev={max:.3e} median={median:.3e} n={n}");
            if let Some(share) = shares.iter().copied().max_by(f64::total_cmp) {
                let beyond = shares.iter().filter(|share| !(**share <= 1.0)).count();
                let n = shares.len();
                println!("{name} {class}: max_share={share:.2} beyond={beyond} n={n}");
            }
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: check_amplitude POINTS.json");
        return ExitCode::from(2);
    };
    match report(&path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}
