//! The deterministic route against an independent quadrature, its own identities and its limits.

use millibrem::beam::{Beam, BeamFields, Projectile};
use millibrem::constants::ALPHA;
use millibrem::cuts::{CutFields, Cuts};
use millibrem::dark_sector::{
    ChiFields, ChiSpin, DarkPhoton, DarkPhotonFields, DarkSector, MilliCharged,
};
use millibrem::matter::form_factor::{FormFactor, FormFactorKind};
use millibrem::matter::{Nucleus, NucleusFields, NucleusSpin};
use millibrem::process::QuadratureError;
use millibrem::process::Setup;
use millibrem::process::radiation::quadrature::{binned, dsigma_dk2, sigma, spectrum};
use serde::Deserialize;

/// One row of `tests/data/cross_sections*.json`.
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
    #[serde(default)]
    form_factor: Option<String>,
    #[serde(default)]
    chi_spin: Option<String>,
    sigma_pb: f64,
    rel_uncertainty: f64,
    #[serde(default)]
    dsigma_dx_pb: Vec<(f64, f64)>,
}

fn rows(file: &str) -> Vec<Row> {
    let path = format!("{}/tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("rows")
}

fn chi(mass_gev: f64, spin: ChiSpin) -> DarkSector {
    DarkSector::Pair(
        MilliCharged::new(ChiFields {
            mass_gev,
            charge: 1.0,
            spin,
            pdg_id: 17,
        })
        .unwrap(),
    )
}

fn x_above(x_min: f64) -> Cuts {
    Cuts::new(CutFields {
        x_min,
        ..CutFields::NONE
    })
    .unwrap()
}

/// Spelling of the form factors in the reference tables.
fn form_factor(name: &str) -> FormFactorKind {
    let name = match name {
        "tsai-elastic + tsai-inelastic n=1" => "tsai-elastic+inelastic",
        "tsai-elastic + tsai-inelastic n=2" => "tsai-elastic+inelastic-bjorken",
        "helm with screening" => "helm-screened",
        "dipole 1/(1+t/d)^2, no screening" => "dipole",
        "pointlike" | "point-like (F=1)" => "point",
        same => same,
    };
    FormFactorKind::from_name(name).expect("a form factor of this name")
}

impl Row {
    fn setup(&self) -> Setup {
        let nucleus = Nucleus::new(NucleusFields {
            z: self.z,
            a: self.a,
            mass_gev: self.nuclear_mass_gev,
            spin: NucleusSpin::Zero,
        })
        .unwrap();
        let lepton = Projectile::from_name(&self.lepton).expect("lepton");
        let spin = ChiSpin::from_name(self.chi_spin.as_deref().unwrap_or("dirac"));
        Setup::new(
            &Beam::new(BeamFields {
                projectile: lepton,
                energy_gev: self.beam_energy_gev,
                on_target: None,
            })
            .unwrap(),
            nucleus,
            &form_factor(self.form_factor.as_deref().unwrap_or("tsai-elastic")),
            chi(self.m_chi_gev, spin.expect("spin")),
            x_above(self.x_min),
        )
        .expect("above threshold")
    }

    fn label(&self) -> String {
        let (ff, spin) = (&self.form_factor, &self.chi_spin);
        format!(
            "{} {} GeV, Z = {}, m_chi {}, {ff:?} {spin:?}",
            self.lepton, self.beam_energy_gev, self.z, self.m_chi_gev
        )
    }
}

fn setup(
    lepton: Projectile,
    energy_gev: f64,
    z: u32,
    a: f64,
    dark: DarkSector,
    cuts: Cuts,
) -> Setup {
    let nucleus = Nucleus::new(NucleusFields {
        z,
        a,
        mass_gev: a * 0.931_494_102_42,
        spin: NucleusSpin::Zero,
    })
    .unwrap();
    let beam = Beam::new(BeamFields {
        projectile: lepton,
        energy_gev,
        on_target: None,
    })
    .unwrap();
    Setup::new(&beam, nucleus, &FormFactorKind::default(), dark, cuts).expect("a valid set-up")
}

fn muons_on_lead(m_chi_gev: f64, cuts: Cuts) -> Setup {
    let dark = chi(m_chi_gev, ChiSpin::Dirac);
    setup(Projectile::Muon, 160.0, 82, 207.2, dark, cuts)
}

#[test]
fn sigma_and_spectrum_agree_with_every_reference_row() {
    for row in rows("cross_sections.json") {
        let s = row.setup();
        let tolerance = 4.0 * row.rel_uncertainty;
        let got = sigma(&s, 1e-7).expect("converges").value_pb;
        let off = got / row.sigma_pb - 1.0;
        assert!(
            off.abs() < tolerance,
            "{}: sigma off by {off:e}",
            row.label()
        );
        let xs: Vec<f64> = row.dsigma_dx_pb.iter().map(|p| p.0).collect();
        let got = spectrum(&s, &xs, 1e-7).expect("converges");
        for ((x, want), got) in row.dsigma_dx_pb.iter().zip(got) {
            let off = got.value_pb / want - 1.0;
            assert!(
                off.abs() < tolerance,
                "{}: dsigma/dx at {x} off by {off:e}",
                row.label()
            );
        }
    }
}

#[test]
fn sigma_agrees_for_every_form_factor_and_chi_spin() {
    for row in rows("cross_sections_variants.json") {
        let got = sigma(&row.setup(), 1e-7).expect("converges").value_pb;
        let off = got / row.sigma_pb - 1.0;
        assert!(
            off.abs() < 2.0 * row.rel_uncertainty,
            "{}: off by {off:e}",
            row.label()
        );
    }
}

#[test]
fn the_error_estimate_meets_the_goal_and_covers_the_true_error() {
    let mut checked = 0;
    for row in rows("cross_sections.json") {
        let s = row.setup();
        let best = sigma(&s, 1e-9).expect("converges").value_pb;
        for goal in [1e-2, 1e-3, 1e-4, 1e-6] {
            let got = sigma(&s, goal).expect("converges");
            let label = row.label();
            assert!(got.error_pb <= goal * got.value_pb, "{label}: {got:?}");
            let off = (got.value_pb - best).abs();
            assert!(off <= got.error_pb, "{label}: {got:?}, best {best}");
            checked += 1;
        }
    }
    assert_eq!(checked, 40);
}

#[test]
fn sigma_without_cuts_agrees_with_three_other_phase_spaces() {
    // Monte Carlo results with independent phase spaces, good to 0.1 % (docs/validation.md).
    for (lepton, energy, z, a, m_chi, want) in [
        (Projectile::Muon, 160.0, 82, 207.2, 0.01, 5.933e6),
        (Projectile::Muon, 160.0, 82, 207.2, 0.1, 2.3155e5),
        (Projectile::Muon, 160.0, 82, 207.2, 0.5, 3353.0),
        (Projectile::Electron, 8.0, 13, 26.9815385, 0.01, 2.634e6),
        (Projectile::Electron, 8.0, 13, 26.9815385, 0.1, 5714.0),
        (Projectile::Electron, 100.0, 82, 207.2, 0.1, 8.970e5),
    ] {
        let dark = chi(m_chi, ChiSpin::Dirac);
        let s = setup(lepton, energy, z, a, dark, Cuts::NONE);
        let off = sigma(&s, 1e-5).expect("converges").value_pb / want - 1.0;
        assert!(
            off.abs() < 1e-3,
            "{lepton:?} {energy} {m_chi}: off by {off:e}"
        );
    }
}

#[test]
fn bins_and_pieces_of_x_add_up_to_the_whole() {
    let s = muons_on_lead(0.03, Cuts::NONE);
    let edges = [0.0, 0.1, 0.45, 0.55, 0.9, 0.99, 1.0];
    let bins = binned(&s, &edges, 1e-8).expect("converges");
    let sum: f64 = bins.iter().map(|b| b.value_pb).sum();
    let whole = sigma(&s, 1e-8).expect("converges").value_pb;
    assert!((sum / whole - 1.0).abs() < 2e-8, "{sum} {whole}");
    let upper = sigma(&muons_on_lead(0.03, x_above(0.9)), 1e-8).expect("converges");
    let last = bins[4].value_pb + bins[5].value_pb;
    assert!((upper.value_pb / last - 1.0).abs() < 2e-8);
}

#[test]
fn a_narrow_bin_is_its_width_times_the_spectrum() {
    let s = muons_on_lead(0.1, Cuts::NONE);
    for x in [0.2, 0.8, 0.99] {
        let h = 1e-4;
        let bin = binned(&s, &[x - 0.5 * h, x + 0.5 * h], 1e-8).expect("converges")[0];
        let at = spectrum(&s, &[x], 1e-8).expect("converges")[0];
        assert!(
            (bin.value_pb / (h * at.value_pb) - 1.0).abs() < 1e-5,
            "x = {x}"
        );
    }
}

#[test]
fn the_integral_over_k2_is_sigma() {
    for spin in ChiSpin::ALL {
        let dark = chi(0.05, spin);
        let s = setup(
            Projectile::Electron,
            8.0,
            13,
            26.9815385,
            dark,
            x_above(0.7),
        );
        // k² = 4m² cosh²θ: both ends fall off, so the trapezium rule converges fast.
        let top = (s.collision.max_pair_mass() / 0.1).acosh();
        let n = 60;
        let sum: f64 = (1..n)
            .map(|i| {
                let theta = top * f64::from(i) / f64::from(n);
                let k2 = 0.01 * theta.cosh() * theta.cosh();
                let dk2 = 0.02 * theta.cosh() * theta.sinh() * top / f64::from(n);
                dk2 * dsigma_dk2(&s, k2, 1e-6).expect("converges").value_pb
            })
            .sum();
        let whole = sigma(&s, 1e-7).expect("converges").value_pb;
        assert!((sum / whole - 1.0).abs() < 3e-6, "{spin:?}: {sum} {whole}");
    }
}

#[test]
fn a_pair_of_one_mass_is_a_dark_photon_times_the_spectral_function() {
    let (m_chi, k2) = (0.03_f64, 0.02_f64);
    let pair = muons_on_lead(m_chi, x_above(0.5));
    let photon = DarkSector::DarkPhoton(
        DarkPhoton::new(DarkPhotonFields {
            mass_gev: k2.sqrt(),
            epsilon: 1e-3,
            pdg_id: 622,
        })
        .unwrap(),
    );
    let vector = setup(Projectile::Muon, 160.0, 82, 207.2, photon, x_above(0.5));
    let beta = (1.0 - 4.0 * m_chi * m_chi / k2).sqrt();
    let rho = ALPHA / (3.0 * core::f64::consts::PI) * (1.0 + 2.0 * m_chi * m_chi / k2) * beta / k2;
    let left = dsigma_dk2(&pair, k2, 1e-9).expect("converges").value_pb;
    let right = sigma(&vector, 1e-9).expect("converges").value_pb * 1e6 * rho;
    assert!((left / right - 1.0).abs() < 1e-9);
    // The published closed form of the width would change this by the coupling only.
    let xs = [0.6, 0.95];
    let slices = spectrum(&vector, &xs, 1e-8).expect("converges");
    assert!(slices.iter().all(|s| s.value_pb > 0.0));
}

#[test]
fn sigma_scales_with_the_square_of_the_charge() {
    let tiny = DarkSector::Pair(
        MilliCharged::new(ChiFields {
            mass_gev: 0.1,
            charge: 1e-3,
            spin: ChiSpin::Dirac,
            pdg_id: 17,
        })
        .unwrap(),
    );
    let s = setup(Projectile::Muon, 160.0, 82, 207.2, tiny, x_above(0.5));
    let unit = sigma(&muons_on_lead(0.1, x_above(0.5)), 1e-6).expect("converges");
    let got = sigma(&s, 1e-6).expect("converges");
    assert!((got.value_pb / unit.value_pb / 1e-6 - 1.0).abs() < 1e-12);
}

#[test]
fn the_nuclear_spin_matters_for_light_nuclei_at_large_momentum_transfer_only() {
    let ratio = |z, a, ff, goal| {
        let dark = chi(0.1, ChiSpin::Dirac);
        let s = setup(Projectile::Electron, 8.0, z, a, dark, x_above(0.7));
        let form_factor = FormFactor::new(&form_factor(ff), &s.nucleus).expect("of any nucleus");
        let s = s.with(|s| s.form_factor = form_factor).unwrap();
        let zero = sigma(&s, goal).expect("converges").value_pb;
        let s = s
            .with(|s| s.nucleus = s.nucleus.with_spin(NucleusSpin::Half))
            .unwrap();
        sigma(&s, goal).expect("converges").value_pb / zero - 1.0
    };
    let lead = ratio(82, 207.2, "tsai-elastic", 1e-7);
    assert!(lead.abs() < 1e-5, "{lead:e}");
    let point_proton = ratio(1, 1.008, "point", 1e-6);
    assert!(point_proton > 1e-4, "{point_proton:e}");
}

#[test]
fn results_have_the_same_bits_for_any_number_of_threads() {
    let s = muons_on_lead(0.02, x_above(0.5));
    let run = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("pool")
            .install(|| {
                let spectrum = spectrum(&s, &[0.3, 0.7, 0.99], 1e-6).expect("converges");
                (sigma(&s, 1e-6).expect("converges"), spectrum)
            })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn outside_the_kinematic_range_there_is_nothing() {
    let s = muons_on_lead(0.1, Cuts::NONE);
    for x in [-0.5, 0.0, 0.001, 1.0, 1.5] {
        assert_eq!(
            spectrum(&s, &[x], 1e-6).expect("zero")[0].value_pb,
            0.0,
            "x = {x}"
        );
    }
    for k2 in [-1.0, 0.0, 0.039, 1e5] {
        assert_eq!(dsigma_dk2(&s, k2, 1e-6).expect("zero").value_pb, 0.0);
    }
    assert_eq!(
        binned(&s, &[1.0, 1.1], 1e-6).expect("zero")[0].value_pb,
        0.0
    );
}

#[test]
fn a_cut_on_anything_but_x_is_an_error_that_names_it() {
    let open = Cuts::NONE;
    for (cuts, key) in [
        (
            Cuts::new(CutFields {
                lepton_energy_max_gev: 50.0,
                ..*open
            })
            .unwrap(),
            "lepton_energy_max_gev",
        ),
        (
            Cuts::new(CutFields {
                lepton_angle_min_mrad: 1.0,
                ..*open
            })
            .unwrap(),
            "lepton_angle_min_mrad",
        ),
        (
            Cuts::new(CutFields {
                lepton_angle_max_mrad: 9.0,
                ..*open
            })
            .unwrap(),
            "lepton_angle_max_mrad",
        ),
        (
            Cuts::new(CutFields {
                lepton_pt_min_gev: 0.1,
                ..*open
            })
            .unwrap(),
            "lepton_pt_min_gev",
        ),
        (
            Cuts::new(CutFields {
                lepton_pt_max_gev: 0.4,
                ..*open
            })
            .unwrap(),
            "lepton_pt_max_gev",
        ),
        (
            Cuts::new(CutFields {
                chi_angle_max_mrad: 5.0,
                ..*open
            })
            .unwrap(),
            "chi_angle_max_mrad",
        ),
    ] {
        let s = muons_on_lead(0.1, cuts);
        let error = sigma(&s, 1e-4).expect_err("the cut is out of reach");
        assert_eq!(error, QuadratureError::Cut { name: key });
        assert!(error.to_string().contains(key), "{error}");
        assert!(spectrum(&s, &[0.5], 1e-4).is_err() && dsigma_dk2(&s, 0.1, 1e-4).is_err());
    }
}

#[test]
fn senseless_requests_are_errors_with_their_numbers() {
    let s = muons_on_lead(0.1, Cuts::NONE);
    for goal in [0.0, -1e-3, 1e-11, 1.0, f64::NAN] {
        let error = sigma(&s, goal).expect_err("no such goal").to_string();
        assert!(error.contains(&format!("{goal:e}")), "{error}");
    }
    for edges in [vec![], vec![0.5], vec![0.5, 0.4], vec![0.1, f64::NAN]] {
        assert!(matches!(
            binned(&s, &edges, 1e-4),
            Err(QuadratureError::Edges { .. })
        ));
    }
}
