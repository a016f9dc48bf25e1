//! Every wrong card gives one error that names file, line, key, what was found and what was
//! expected; the golden texts are in `snapshots/`.

use millibrem::card::{CardError, Place, RunCard};

/// A good card, line by line; each wrong one replaces or adds a line.
const GOOD: &str = r#"schema = 1
[process]
kind = "pair"
[dark_sector]
m_chi_gev = 0.1
[beam]
lepton = "mu-"
energy_gev = 160.0
[target]
element = "Pb"
[cuts]
x_min = 0.5
[integration]
neval = 1e5
[[histogram]]
observable = "x"
"#;

/// What is replaced in the good card, and by what.
const WRONG: &[(&str, &str)] = &[
    // The text.
    ("lepton = \"mu-\"", "lepton = mu-"),
    ("[beam]", "[beam"),
    ("[cuts]", "[beam]"),
    ("m_chi_gev = 0.1", "m_chi_gev = 0.1\nm_chi_gev = 0.2"),
    // Names of keys.
    ("energy_gev", "energy"),
    ("[beam]", "[beams]"),
    ("[[histogram]]", "[[histograms]]"),
    ("observable = \"x\"", "observable = \"x\"\nbin = 3"),
    (
        "element = \"Pb\"",
        "material = [{ element = \"Pb\", fraction = 1.0 }]",
    ),
    ("schema = 1", "schema = 1\nseed = 3"),
    ("[cuts]", "[cuts]\nthickness_cm = 1"),
    // Types.
    ("energy_gev = 160.0", "energy_gev = \"160\""),
    ("energy_gev = 160.0", "energy_gev = nan"),
    ("lepton = \"mu-\"", "lepton = 13"),
    ("neval = 1e5", "neval = 1e5.5"),
    ("neval = 1e5", "neval = 1234.5"),
    ("neval = 1e5", "neval = -1"),
    ("[cuts]\nx_min = 0.5", "cuts.x_min = true"),
    ("[[histogram]]", "[histogram]"),
    ("observable = \"x\"", "observable = [\"x\", 3]"),
    ("element = \"Pb\"", "material = [\"Pb\"]"),
    ("element = \"Pb\"", "element = 2024-01-01"),
    // Values.
    ("schema = 1", "schema = 2"),
    ("kind = \"pair\"", "kind = \"pairs\""),
    ("lepton = \"mu-\"", "lepton = \"muon\""),
    ("energy_gev = 160.0", "energy_gev = 0.1"),
    ("energy_gev = 160.0", "energy_gev = inf"),
    ("energy_gev = 160.0", ""),
    ("m_chi_gev = 0.1", ""),
    ("m_chi_gev = 0.1", "m_chi_gev = 0.0"),
    ("m_chi_gev = 0.1", "m_chi_gev = 0.1\ncharge = -1.0"),
    ("m_chi_gev = 0.1", "m_chi_gev = 0.1\nspin = \"majorana\""),
    ("m_chi_gev = 0.1", "m_chi_gev = 0.1\nepsilon = 1e-3"),
    ("m_chi_gev = 0.1", "m_chi_gev = 0.1\npdg_id = \"ldxm\""),
    ("m_chi_gev = 0.1", "m_chi_gev = 0.1\npdg_id = 0"),
    ("element = \"Pb\"", "element = \"PB\""),
    ("element = \"Pb\"", "element = \"lead\""),
    ("element = \"Pb\"", ""),
    ("element = \"Pb\"", "element = \"Pb\"\nmaterial = []"),
    ("element = \"Pb\"", "material = []"),
    ("element = \"Pb\"", "material = \"PbW04\""),
    ("element = \"Pb\"", "mixture = \"PbXO4\""),
    ("element = \"Pb\"", "mixture = \"Pb(WO4\""),
    ("element = \"Pb\"", "element = \"Pb\"\nmixture = \"PbWO4\""),
    (
        "element = \"Pb\"",
        "material = \"PbWO4\"\nnuclear_mass_gev = 100",
    ),
    ("element = \"Pb\"", "element = \"Pb-210\""),
    ("element = \"Pb\"", "element = \"Pb-\""),
    ("element = \"Pb\"", "element = \"Bp-208\""),
    (
        "element = \"Pb\"",
        "element = \"Pm\"\nisotopes = \"natural\"",
    ),
    ("element = \"Pb\"", "element = \"Pb\"\nisotopes = \"all\""),
    ("element = \"Pb\"", "mixture = \"GdVO4\"\nthickness_x0 = 1"),
    (
        "element = \"Pb\"",
        "element = \"H\"\nform_factor = \"two-parameter-fermi\"",
    ),
    (
        "element = \"Pb\"",
        "element = \"W\"\nform_factor = \"fourier-bessel\"",
    ),
    (
        "element = \"Pb\"",
        "material = [{ element = \"Pb\", mass_fraction = 0.5 }, { element = \"W\", mass_fraction = 0.4 }]",
    ),
    (
        "element = \"Pb\"",
        "material = [{ element = \"W\", mass_fraction = 0.5 }, { element = \"W\", mass_fraction = 0.5 }]",
    ),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nform_factor = \"tsai\"",
    ),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nform_factor = { file = \"ff.csv\" }",
    ),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nform_factor = { fil = \"ff.csv\" }",
    ),
    ("element = \"Pb\"", "element = \"Pb\"\nform_factor = { }"),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nform_factor = { q_gev = [0.1, 0.2, 0.3] }",
    ),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nform_factor = { q_gev = [0.1, 0.2, 0.3], f = [0.9, 0.5] }",
    ),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nform_factor = { q_gev = [0.1, 0.3, 0.2], f = [0.9, 0.5, 0.1] }",
    ),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nform_factor = { file = \"a\", f = [0.9, 0.5, 0.1] }",
    ),
    ("element = \"Pb\"", "element = \"Pb\"\nnucleus_spin = 1"),
    ("element = \"Pb\"", "element = \"Pb\"\nnuclear_mass_gev = 0"),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nthickness_cm = 1.0\nthickness_x0 = 2.0",
    ),
    ("element = \"Pb\"", "element = \"Ta\"\nthickness_x0 = 2.0"),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nenergy_loss_gev_per_cm = -0.1",
    ),
    ("x_min = 0.5", "x_min = 1.0"),
    ("x_min = 0.5", "x_min = 1.5"),
    ("x_min = 0.5", "x_min = 0.5\nx_max = 0.4"),
    (
        "x_min = 0.5",
        "lepton_angle_min_mrad = 3\nlepton_angle_max_mrad = 2",
    ),
    ("x_min = 0.5", "lepton_energy_max_gev = 0.1"),
    ("x_min = 0.5", "lepton_pt_min_gev = inf"),
    ("neval = 1e5", "neval = 10"),
    ("neval = 1e5", "neval = 1e5\nmax_neval = 1e4"),
    ("neval = 1e5", "rel_error = -1e-3"),
    ("neval = 1e5", "method = \"MC\""),
    ("schema = 1", "schema = 1\nrun.name = \"../up\""),
    ("schema = 1", "schema = 1\nrun.threads = 100000"),
    ("schema = 1", "schema = 1\nevents.mode = \"unweight\""),
    ("schema = 1", "schema = 1\nevents.max_overweight_share = 0"),
    ("schema = 1", "schema = 1\nreach.efficiency = 2"),
    ("schema = 1", "schema = 1\nreach.q_over_e_max = 0"),
    ("schema = 1", "schema = 1\nreach.mesons = { rho = -1.0 }"),
    ("schema = 1", "schema = 1\nreach.mesons = { psi = 1.0 }"),
    // Kinematics.
    ("m_chi_gev = 0.1", "m_chi_gev = 61.0"),
    ("x_min = 0.5", "x_min = 0.9995"),
    ("x_min = 0.5", "x_max = 0.001"),
    ("energy_gev = 160.0", "energy_gev = 0.2"),
    // Histograms.
    ("observable = \"x\"", "observable = \"xx\""),
    ("observable = \"x\"", "observable = \"mpair_gev\""),
    ("observable = \"x\"", ""),
    ("observable = \"x\"", "observable = []"),
    ("observable = \"x\"", "observable = [\"x\", \"x\"]"),
    (
        "observable = \"x\"",
        "observable = \"x\"\n[[histogram]]\nobservable = \"x\"",
    ),
    ("observable = \"x\"", "observable = \"x\"\nbins = 0"),
    ("observable = \"x\"", "observable = \"x\"\nbins = 1e12"),
    (
        "observable = \"x\"",
        "observable = [\"x\", \"t_gev2\"]\nbins = 5000",
    ),
    (
        "observable = \"x\"",
        "observable = [\"x\", \"t_gev2\"]\nbins = [10, 20, 30]",
    ),
    ("observable = \"x\"", "observable = \"x\"\nmin = 1\nmax = 0"),
    (
        "observable = \"x\"",
        "observable = \"x\"\nmin = 0\nscale = \"log\"",
    ),
    ("observable = \"x\"", "observable = \"x\"\nmax = inf"),
    (
        "observable = \"x\"",
        "observable = \"x\"\nscale = \"logarithmic\"",
    ),
    // Beams that are no pencil.
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\nspot_mm = 1\ntwiss = { emittance_mm_mrad = 1, beta_m = 1 }",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\ntwiss = { emittance_mm_mrad = [1, -1], beta_m = 1 }",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\ntwiss = { emittance_mm_mrad = 1 }",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\ntwiss = { emittance_mm_mrad = 1, beta_m = 1, alfa = 0 }",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\ntwiss = { emittance_mm_mrad = 1e6, beta_m = 1e-3 }",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\nmomentum_table = { momentum_gev = [150, 150], density = [1, 1] }",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\nmomentum_table = { momentum_gev = [150, 160], density = [1, -1] }",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\nmomentum_table = { momentum_gev = [150, 250], density = [1, 1] }",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\nmomentum_table = { momentum_gev = [150, 160] }",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\nmomentum_table = {}",
    ),
    (
        "energy_gev = 160.0",
        "energy_gev = 160.0\nmomentum_spread = 0.1\nmomentum_table = { momentum_gev = [150, 160], density = [1, 1] }",
    ),
    // Losses that contradict each other.
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nthickness_cm = 20\nlosses = \"muon-table\"\nenergy_loss_gev_per_cm = 0.01",
    ),
    (
        "element = \"Pb\"",
        "element = \"Pb\"\nthickness_cm = 20\nlosses = \"none\"\nenergy_loss_gev_per_cm = 0.01",
    ),
    (
        "lepton = \"mu-\"\nenergy_gev = 160.0\n[target]",
        "lepton = \"e-\"\nenergy_gev = 160.0\n[target]\nenergy_loss_gev_per_cm = 0.01",
    ),
    (
        "lepton = \"mu-\"\nenergy_gev = 160.0\n[target]",
        "lepton = \"e-\"\nenergy_gev = 160.0\n[reach]\nstraggling = \"tsai-whitis\"\n[target]\nlosses = \"none\"",
    ),
    (
        "lepton = \"mu-\"\nenergy_gev = 160.0\n[target]",
        "lepton = \"e-\"\nenergy_gev = 160.0\n[reach]\nstraggling = \"tsai-whitis\"\n[target]\nthickness_cm = 20\nlosses = \"shower\"",
    ),
    ("neval = 1e5", "rel_error = 1"),
];

fn read(text: &str) -> Result<RunCard, CardError> {
    RunCard::parse("card.toml", "card", text, &[])
}

#[test]
fn every_wrong_card_has_its_message() {
    read(GOOD).unwrap();
    let mut messages = String::new();
    for (good, bad) in WRONG {
        assert!(GOOD.contains(good), "{good:?} is not in the good card");
        let text = GOOD.replacen(good, bad, 1);
        let error = read(&text)
            .err()
            .unwrap_or_else(|| panic!("{bad:?} is accepted"));
        let bad = bad.replace('\n', " ⏎ ");
        messages += &format!(
            "{good:<24} -> {bad}\n    {error}\n",
            good = good.replace('\n', " ⏎ ")
        );
    }
    insta::assert_snapshot!(messages);
}

#[test]
fn a_table_is_no_card_and_is_called_so() {
    let table = "# command: scan\n# column sigma_pb [pb]: cross section\nsigma_pb\n1.5\n";
    let text = read(table).unwrap_err().to_string();
    assert!(
        text.ends_with(
            "found a table with columns, expected a run card; tables are drawn by `millibrem plot`"
        ),
        "{text}"
    );
}

#[test]
fn errors_point_at_the_value_or_at_the_unknown_name() {
    let at = |text: &str| match read(text) {
        Err(CardError::Key(error)) => match error.place {
            Place::Line { line, span } => (line, error.text[span].to_owned()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(at(&GOOD.replace("160.0", "\"a\"")), (8, "\"a\"".to_owned()));
    assert_eq!(
        at(&GOOD.replace("energy_gev", "energie")),
        (8, "energie".to_owned())
    );
    assert_eq!(at(&GOOD.replace("0.1", "61.0")), (5, "61.0".to_owned()));
    assert_eq!(
        at(&GOOD.replace("\"x\"", "[\"x\", \"y\"]")),
        (16, "\"y\"".to_owned())
    );
}
