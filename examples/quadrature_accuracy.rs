//! Accuracy and cost of the quadrature on the rows of a reference table.
//!
//! `cargo run --release --example quadrature_accuracy -- tests/data/cross_sections.json`
//!
//! One line a row and goal: estimated error, deviation from the same integral to 1e-9, deviation
//! of that from the table, evaluations, and the least time of five runs on one thread.

use std::process::ExitCode;
use std::time::Instant;

use millibrem::beam::{Beam, BeamFields, Projectile};
use millibrem::cuts::{CutFields, Cuts};
use millibrem::dark_sector::{ChiFields, ChiSpin, DarkSector, MilliCharged};
use millibrem::matter::form_factor::FormFactorKind;
use millibrem::matter::{Nucleus, NucleusFields, NucleusSpin};
use millibrem::process::Setup;
use millibrem::process::radiation::quadrature::sigma;
use serde::Deserialize;

/// One row of the table; what is not named is not needed here.
#[derive(Deserialize)]
struct Row {
    lepton: String,
    beam_energy_gev: f64,
    #[serde(rename = "Z")]
    z: u32,
    #[serde(rename = "A")]
    a: f64,
    nuclear_mass_gev: f64,
    m_chi_gev: f64,
    x_min: f64,
    sigma_pb: f64,
}

fn setup(row: &Row) -> Result<Setup, String> {
    let lepton = Projectile::from_name(&row.lepton).ok_or("unknown lepton")?;
    let beam = Beam::new(BeamFields {
        projectile: lepton,
        energy_gev: row.beam_energy_gev,
        on_target: None,
    })
    .map_err(|e| e.to_string())?;
    let nucleus = Nucleus::new(NucleusFields {
        z: row.z,
        a: row.a,
        mass_gev: row.nuclear_mass_gev,
        spin: NucleusSpin::Zero,
    })
    .map_err(|e| e.to_string())?;
    let chi = MilliCharged::new(ChiFields {
        mass_gev: row.m_chi_gev,
        charge: 1.0,
        spin: ChiSpin::Dirac,
        pdg_id: 17,
    });
    let dark = DarkSector::Pair(chi.map_err(|e| e.to_string())?);
    let cuts = Cuts::new(CutFields {
        x_min: row.x_min,
        ..CutFields::NONE
    })
    .map_err(|e| e.to_string())?;
    Setup::new(&beam, nucleus, &FormFactorKind::default(), dark, cuts).map_err(|e| e.to_string())
}

fn report(path: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    let rows: Vec<Row> = serde_json::from_str(&text).map_err(|e| format!("{path}: {e}"))?;
    println!(
        "| set-up | m_chi [GeV] | goal | estimate | true error | 1e-9 / table − 1 | evaluations | ms |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for row in &rows {
        let setup = setup(row)?;
        let best = sigma(&setup, 1e-9).map_err(|e| e.to_string())?.value_pb;
        for goal in [1e-4, 1e-6, 1e-8] {
            let mut least = f64::INFINITY;
            let mut found = None;
            for _ in 0..5 {
                let start = Instant::now();
                found = Some(sigma(&setup, goal).map_err(|e| e.to_string())?);
                least = least.min(start.elapsed().as_secs_f64());
            }
            let Some(found) = found else { continue };
            println!(
                "| {} {} GeV, Z = {} | {} | {goal:.0e} | {:.1e} | {:.1e} | {:.1e} | {} | {:.1} |",
                row.lepton,
                row.beam_energy_gev,
                row.z,
                row.m_chi_gev,
                found.error_pb / found.value_pb,
                (found.value_pb / best - 1.0).abs(),
                best / row.sigma_pb - 1.0,
                found.n_eval,
                least * 1e3,
            );
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: quadrature_accuracy CROSS_SECTIONS.json");
        return ExitCode::from(2);
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let outcome = match pool {
        Ok(pool) => pool.install(|| report(&path)),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}
