//! Rows of the reference tables in `tests/data` as set-ups.

use millibrem::beam::{Beam, BeamFields, Projectile};
use millibrem::cuts::{CutFields, Cuts};
use millibrem::dark_sector::{ChiFields, ChiSpin, DarkSector, MilliCharged};
use millibrem::matter::form_factor::FormFactorKind;
use millibrem::matter::{Nucleus, NucleusFields, NucleusSpin};
use millibrem::process::Setup;
use serde_json::Value;

/// A file of `tests/data`.
pub(crate) fn table(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The set-up of a row.
pub(crate) fn setup(row: &Value) -> Setup {
    let f = |name: &str| row[name].as_f64().unwrap();
    let beam = Beam::new(BeamFields {
        projectile: Projectile::from_name(row["lepton"].as_str().unwrap()).unwrap(),
        energy_gev: f("beam_energy_gev"),
        on_target: None,
    })
    .unwrap();
    let nucleus = Nucleus::new(NucleusFields {
        z: f("Z") as u32,
        a: f("A"),
        mass_gev: f("nuclear_mass_gev"),
        spin: NucleusSpin::Zero,
    })
    .unwrap();
    let spin = match row["chi_spin"].as_str() {
        Some("scalar") => ChiSpin::Scalar,
        _ => ChiSpin::Dirac,
    };
    let form_factor = match row["form_factor"].as_str().unwrap_or("tsai-elastic") {
        "tsai-elastic + tsai-inelastic n=1" => "tsai-elastic+inelastic",
        "tsai-elastic + tsai-inelastic n=2" => "tsai-elastic+inelastic-bjorken",
        "helm with screening" => "helm-screened",
        "dipole 1/(1+t/d)^2, no screening" => "dipole",
        same => same,
    };
    let form_factor = FormFactorKind::from_name(form_factor).expect("a form factor of this name");
    let chi = MilliCharged::new(ChiFields {
        mass_gev: f("m_chi_gev"),
        charge: 1.0,
        spin,
        pdg_id: 17,
    })
    .unwrap();
    let cuts = Cuts::new(CutFields {
        x_min: f("x_min"),
        ..CutFields::NONE
    })
    .unwrap();
    Setup::new(&beam, nucleus, &form_factor, DarkSector::Pair(chi), cuts).unwrap()
}
