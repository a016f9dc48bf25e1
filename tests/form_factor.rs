//! Form factors against closed forms in plain notation, and their limits.

use std::sync::Arc;

use millibrem::card::{Override, shipped};
use millibrem::matter::elements::Element;
use millibrem::matter::form_factor::{
    FormFactor, FormFactorError, FormFactorKind, FormFactorTable, FormFactors, Model, Scales,
    Shape, each,
};
use millibrem::matter::material::Material;
use millibrem::matter::{Nucleus, NucleusSpin};
use millibrem::process::Method;
use millibrem::process::radiation::route;
use millibrem::run;
use millibrem::study::{left_out, nuclear_shapes};

const M_E: f64 = 0.510_998_95e-3;

fn of(symbol: &str, name: &str) -> FormFactor {
    let element = Element::from_symbol(symbol).expect("listed");
    let kind = FormFactorKind::from_name(name).expect("listed");
    let nucleus = Nucleus::of(element, NucleusSpin::Zero);
    FormFactor::new(&kind, &nucleus).expect("of this nucleus")
}

fn pb(name: &str) -> FormFactor {
    of("Pb", name)
}

fn close(got: f64, want: f64) {
    assert!((got / want - 1.0).abs() < 1e-13, "{got} {want}");
}

#[test]
fn tsai_elastic_is_the_screened_dipole() {
    for t in [1e-12, 1e-8, 1e-4, 1e-2, 1.0] {
        let a2t = (111.0 / 82f64.cbrt() / M_E).powi(2) * t;
        let d = 0.164 * 207.2f64.powf(-2.0 / 3.0);
        let expected = 82f64.powi(2) * (a2t / (1.0 + a2t)).powi(2) / (1.0 + t / d).powi(2);
        close(pb("tsai-elastic").g2(t), expected);
    }
}

#[test]
fn the_inelastic_terms_differ_by_the_power_of_the_nucleon_factor() {
    for t in [1e-6, 1e-2, 0.5] {
        let elastic = pb("tsai-elastic").g2(t);
        let n1 = pb("tsai-elastic+inelastic").g2(t) - elastic;
        let n2 = pb("tsai-elastic+inelastic-bjorken").g2(t) - elastic;
        let nucleon = (1.0 + t * (2.79f64.powi(2) - 1.0) / (4.0 * 0.938f64.powi(2)))
            / (1.0 + t / 0.71).powi(4);
        assert!(
            (n2 / n1 / nucleon - 1.0).abs() < 1e-9,
            "{n1} {n2} {nucleon}"
        );
        let a2t = (773.0 / 82f64.powf(2.0 / 3.0) / M_E).powi(2) * t;
        let expected = 82.0 * (a2t / (1.0 + a2t)).powi(2) * nucleon;
        assert!((n1 / expected - 1.0).abs() < 1e-9, "{n1} {expected}");
    }
}

#[test]
fn helm_is_a_folded_sphere() {
    let hbar_c = 0.197_326_980_4;
    for t in [1e-6f64, 1e-4, 1e-3, 0.02, 0.3] {
        let q = t.sqrt() / hbar_c;
        let c = 1.23 * 207.2f64.cbrt() - 0.60;
        let r2 = c * c + 7.0 / 3.0 * (std::f64::consts::PI * 0.52).powi(2) - 5.0 * 0.81;
        let x = q * r2.sqrt();
        let j1 = (x.sin() - x * x.cos()) / (x * x);
        let f = 3.0 * j1 / x * (-0.5 * q * q * 0.81).exp();
        let got = pb("helm").g2(t);
        let expected = 82f64.powi(2) * f * f;
        assert!(
            (got - expected).abs() < 1e-9 * 82f64.powi(2) + 1e-10 * expected,
            "{t}: {got} {expected}"
        );
        let a2t = (111.0 / 82f64.cbrt() / M_E).powi(2) * t;
        close(pb("helm-screened").g2(t), got * (a2t / (1.0 + a2t)).powi(2));
    }
}

#[test]
fn unscreened_choices_start_at_the_square_of_the_charge_and_screened_ones_at_zero() {
    for name in FormFactors::standard().names() {
        let at_zero = pb(name).g2(0.0);
        match name {
            "helm" | "dipole" | "point" => close(at_zero, 6724.0),
            _ => assert_eq!(at_zero, 0.0, "{name}"),
        }
    }
}

#[test]
fn a_sphere_s_series_and_formula_meet() {
    // x = qR crosses 1 between these two; a jump would show as a kink.
    let f = pb("helm");
    let g = |t: f64| f.g2(t).sqrt();
    let t0 = 7.5e-4;
    let h = 1e-7;
    let second = |t: f64| g(t + h) - 2.0 * g(t) + g(t - h);
    for k in 0..200 {
        let t = t0 + k as f64 * 2e-6;
        assert!(second(t).abs() < 1e-9 * 82.0, "kink at {t}: {}", second(t));
    }
}

/// The unscreened dipole once more, as a user would write it.
#[derive(Debug)]
struct Mine;

#[derive(Debug)]
struct MineOf {
    z: f64,
    scale_gev2: f64,
}

impl Model for Mine {
    fn name(&self) -> &str {
        "mine"
    }

    fn of(&self, nucleus: &Nucleus) -> Result<Arc<dyn Shape>, FormFactorError> {
        if nucleus.z < 2 {
            return Err(FormFactorError {
                name: "mine".to_owned(),
                problem: "a proton is not meant".to_owned(),
            });
        }
        Ok(Arc::new(MineOf {
            z: f64::from(nucleus.z),
            scale_gev2: 0.164 * nucleus.a.powf(-2.0 / 3.0),
        }))
    }
}

impl Shape for MineOf {
    fn g2(&self, t_gev2: &[f64], out: &mut [f64]) {
        each(t_gev2, out, |t| {
            (self.z / (1.0 + t / self.scale_gev2)).powi(2)
        });
    }

    fn scales(&self) -> Scales {
        Scales::of(0.0, self.scale_gev2)
    }
}

#[test]
fn a_form_factor_from_outside_serves_every_route() {
    let mut card = shipped("na64mu-2025").unwrap().with(&[]).unwrap();
    let sigma = |method: Method, card: &millibrem::card::RunCard| {
        let setup = run::setup(card).expect("a set-up");
        route(method, &setup)
            .unwrap()
            .sigma(1e-7)
            .expect("converges")
            .value_pb
    };
    for method in [Method::QUADRATURE, Method::WW, Method::IWW] {
        card.target.form_factor = FormFactorKind::from_name("dipole").unwrap();
        let dipole = sigma(method, &card);
        card.target.form_factor = FormFactorKind::new(Mine);
        let mine = sigma(method, &card);
        assert!((mine / dipole - 1.0).abs() < 1e-12, "{method:?}: {mine}");
    }
    let all = FormFactors::standard().with(Mine);
    assert!(all.get("mine").is_some() && all.get("helm").is_some());
    let again = all.with(Mine).names().len();
    assert_eq!(again, FormFactors::standard().names().len() + 1);
}

#[test]
fn a_nucleus_that_a_form_factor_does_not_know_is_an_error_of_the_set_up() {
    let mut card = shipped("na64mu-2025").unwrap().with(&[]).unwrap();
    let hydrogen = Element::from_symbol("H").unwrap();
    card.target.material = Material::pure(hydrogen, NucleusSpin::Zero);
    card.target.form_factor = FormFactorKind::new(Mine);
    let error = run::setup(&card).map(|_| ()).map_err(|e| e.to_string());
    let expected = "form factor `mine`: a proton is not meant";
    assert_eq!(error, Err(expected.to_owned()));
}

/// F(q) of a density ρ(r) (any unit) that ends at `end` fm, by Simpson's rule; q = √t.
fn transform(density: impl Fn(f64) -> f64, end: f64, t_gev2: f64) -> f64 {
    let q = t_gev2.sqrt() / 0.197_326_980_4;
    let n = 40_000;
    let (mut charge, mut wave) = (0.0, 0.0);
    for i in 0..=n {
        let r = end * f64::from(i) / f64::from(n);
        let weight = match i {
            0 => 1.0,
            i if i == n => 1.0,
            i => [2.0, 4.0][(i % 2) as usize],
        };
        let x = q * r;
        let j0 = if x < 1e-4 {
            1.0 - x * x / 6.0
        } else {
            x.sin() / x
        };
        charge += weight * density(r) * r * r;
        wave += weight * density(r) * r * r * j0;
    }
    wave / charge
}

/// √(G2)/Z without the screening factor.
fn bare(f: &FormFactor, z: f64, t: f64) -> f64 {
    let a2t = (111.0 / z.cbrt() / M_E).powi(2) * t;
    f.g2(t).sqrt() / z * (1.0 + a2t) / a2t
}

#[test]
fn two_parameter_fermi_is_the_transform_of_its_density() {
    for (symbol, z, c, a) in [("Pb", 82.0, 6.624, 0.549), ("Al", 13.0, 3.07, 0.519)] {
        let f = of(symbol, "two-parameter-fermi");
        for t in [1e-9, 1e-6, 1e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.02, 0.1] {
            let density = |r: f64| 1.0 / (1.0 + ((r - c) / a).exp());
            let expected = transform(density, c + 40.0 * a, t).abs();
            let got = bare(&f, z, t);
            assert!(
                (got - expected).abs() < 1e-9,
                "{symbol} {t}: {got} {expected}"
            );
        }
    }
}

#[test]
fn fourier_bessel_is_the_transform_of_its_density() {
    // [deVries87] table IV, aluminium: R = 7 fm.
    let coefficients = [
        4.3418e-2, 6.0298e-2, 2.8950e-3, -2.3522e-2, -7.9791e-3, 2.3010e-3, 1.0794e-3, 1.2574e-4,
        -1.3021e-4, 5.6563e-5, -1.8011e-5, 4.2869e-6,
    ];
    let density = |r: f64| -> f64 {
        let j0 = |v: usize| {
            let x = v as f64 * std::f64::consts::PI * r / 7.0;
            if x == 0.0 { 1.0 } else { x.sin() / x }
        };
        coefficients.iter().zip(1..).map(|(a, v)| a * j0(v)).sum()
    };
    let f = of("Al", "fourier-bessel");
    // The third is where qR is a whole number of π.
    let pole = (3.0 * std::f64::consts::PI / 7.0 * 0.197_326_980_4_f64).powi(2);
    for t in [1e-9, 1e-4, pole, pole * (1.0 + 1e-13), 0.01, 0.05, 0.2] {
        let expected = transform(density, 7.0, t).abs();
        let got = bare(&f, 13.0, t);
        assert!((got - expected).abs() < 1e-9, "{t}: {got} {expected}");
    }
}

#[test]
fn radii_are_the_slopes_at_zero_and_those_of_the_sources() {
    for name in FormFactors::standard().names() {
        let f = pb(name);
        let radius = f.rms_radius_fm().expect("all have one");
        // Where screening is over and the nucleus still a point: G2 = Z² (1 − q²r²/3).
        let screened = !matches!(name, "helm" | "dipole" | "point");
        if f.is_elastic() {
            let t = 1e-6;
            let share = match screened {
                true => bare(&f, 82.0, t).powi(2),
                false => f.g2(t) / 6724.0,
            };
            let slope = (3.0 * (1.0 - share) / t).sqrt() * 0.197_326_980_4;
            assert!((radius - slope).abs() < 2e-3, "{name}: {radius} {slope}");
        }
    }
    // Printed: [deVries87] 5.521 fm for lead-208 (Ja73), 3.06 fm for aluminium (Lo67), 5.42 fm for
    // tungsten-184; its Fourier-Bessel fits 3.035 fm for aluminium; 7.06 and 3.58 fm the dipole.
    for (symbol, name, printed) in [
        ("Pb", "two-parameter-fermi", 5.521),
        ("Al", "two-parameter-fermi", 3.06),
        ("W", "two-parameter-fermi", 5.42),
        ("Al", "fourier-bessel", 3.035),
        ("Pb", "tsai-elastic", 7.06),
        ("Al", "tsai-elastic", 3.58),
    ] {
        let found = of(symbol, name).rms_radius_fm().expect("has one");
        assert!(
            (found / printed - 1.0).abs() < 2e-3,
            "{symbol} {name}: {found}"
        );
    }
}

#[test]
fn nuclei_without_a_density_are_refused_with_what_there_is() {
    let problem = |symbol: &str, name: &str| {
        let element = Element::from_symbol(symbol).expect("listed");
        let kind = FormFactorKind::from_name(name).expect("listed");
        let nucleus = Nucleus::of(element, NucleusSpin::Zero);
        FormFactor::new(&kind, &nucleus)
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    let hydrogen = problem("H", "two-parameter-fermi");
    assert!(hydrogen.contains("Z = 1"), "{hydrogen}");
    let tungsten = problem("W", "fourier-bessel");
    assert!(
        tungsten.contains("Z = 74") && tungsten.contains("Al"),
        "{tungsten}"
    );
    assert!(
        of("Pb", "fourier-bessel")
            .source()
            .unwrap()
            .contains("Pb-208")
    );
    assert!(
        of("O", "two-parameter-fermi")
            .source()
            .unwrap()
            .contains("LewinSmith96")
    );
}

#[test]
fn a_table_of_a_known_form_factor_gives_its_cross_section() {
    let mut card = shipped("na64mu-2025").unwrap().with(&[]).unwrap();
    let sigma = |card: &millibrem::card::RunCard| {
        let setup = run::setup(card).expect("a set-up");
        route(Method::QUADRATURE, &setup)
            .unwrap()
            .sigma(1e-6)
            .expect("converges")
            .value_pb
    };
    let known = of("Pb", "two-parameter-fermi");
    card.target.form_factor = known.kind().clone();
    let expected = sigma(&card);
    // The sign is lost in G2; between the minima |F| does.
    let q: Vec<f64> = (1..=400).map(|i| f64::from(i) * 1e-3).collect();
    let f: Vec<f64> = q.iter().map(|q| bare(&known, 82.0, q * q)).collect();
    let table = FormFactorTable::new(&q, &f).expect("a table");
    card.target.form_factor = FormFactorKind::from_table(table.clone());
    let found = sigma(&card);
    assert!((found / expected - 1.0).abs() < 2e-5, "{found} {expected}");
    let tabulated = run::setup(&card).unwrap().form_factor.clone();
    let radius = tabulated.rms_radius_fm().expect("has one");
    assert!((radius / 5.521 - 1.0).abs() < 2e-3, "{radius}");
    assert_eq!(card.target.form_factor, FormFactorKind::from_table(table));
}

/// Rows far apart, a step, and a minimum: nowhere more than the rows, but for a little beside a minimum.
#[test]
fn a_table_stays_between_its_rows() {
    for (q, f) in [
        (
            &[0.05, 0.1, 0.15, 0.2, 100.0][..],
            &[0.909, 0.675, 0.401, 0.179, 0.0][..],
        ),
        (&[0.05, 0.050_000_1, 0.06], &[1.0, 0.0, 0.0]),
        (&[0.1, 0.2, 0.21, 5.0], &[0.3, -0.1, -0.1, 0.0]),
    ] {
        let kind = FormFactorKind::from_table(FormFactorTable::new(q, f).unwrap());
        let lead = Element::from_symbol("Pb").unwrap();
        let nucleus = Nucleus::of(lead, NucleusSpin::Zero);
        let known = FormFactor::new(&kind, &nucleus).unwrap();
        let rows: Vec<(f64, f64)> = std::iter::once((0.0, 1.0))
            .chain(q.iter().copied().zip(f.iter().copied()))
            .collect();
        for pair in rows.windows(2) {
            let [(q0, f0), (q1, f1)] = [pair[0], pair[1]];
            let most = f0.abs().max(f1.abs()) + 0.45 * (f1 - f0).abs();
            let falls = f0 >= f1 && f1 >= 0.0;
            let most = if falls { f0 } else { most };
            for i in 1..=50 {
                let q = q0 + (q1 - q0) * f64::from(i) / 50.0;
                let found = bare(&known, 82.0, q * q).abs();
                assert!(found <= most + 1e-12, "{q}: {found} {pair:?}");
            }
        }
    }
}

/// A proton has nothing in it that could be struck beside it.
#[test]
fn a_proton_scatters_once() {
    for name in ["tsai-elastic+inelastic", "tsai-elastic+inelastic-bjorken"] {
        for t in [1e-8, 1e-4, 0.1, 1.0] {
            assert_eq!(of("H", name).g2(t), of("H", "tsai-elastic").g2(t));
            assert!(of("He", name).g2(t) > of("He", "tsai-elastic").g2(t));
        }
    }
    let card = shipped("ldmx-2025").unwrap();
    let options = [Override::parse("target.element=H").unwrap()];
    let shapes = nuclear_shapes(&card.with(&options).unwrap());
    assert_eq!((shapes[0].inelastic_share, left_out(&shapes)), (None, None));
}

#[test]
fn what_a_form_factor_means_is_said_with_its_radius_and_what_it_leaves_out() {
    let shape = |name: &str, options: &[&str]| {
        let options: Vec<Override> = options
            .iter()
            .map(|o| Override::parse(o).unwrap())
            .collect();
        let card = shipped(name).unwrap().with(&options).unwrap();
        let mut shapes = nuclear_shapes(&card);
        assert_eq!(shapes.len(), 1);
        shapes.remove(0)
    };
    // Aluminium: 8 % at 10 MeV, a third at 0.3 GeV; lead at most 4 %.
    let light = shape("ldmx-2025", &["dark_sector.m_chi_gev=0.01"]);
    let share = light.inelastic_share.expect("left out");
    assert!((share - 0.0792).abs() < 2e-3, "{share}");
    let warning = left_out(&[light]).expect("a warning");
    assert!(
        warning.contains("would add about 8 % to sigma"),
        "{warning}"
    );
    let heavy = shape("ldmx-2025", &["dark_sector.m_chi_gev=0.3"]);
    let share = heavy.inelastic_share.expect("left out");
    assert!((share - 0.331).abs() < 5e-3, "{share}");
    let lead = shape("na64mu-2025", &["target.form_factor=helm-screened"]);
    assert!(lead.inelastic_share.expect("left out") < 0.04);
    assert_eq!(left_out(std::slice::from_ref(&lead)), None);
    let over = lead.over_default.expect("by quadrature");
    assert!((over - 1.0297).abs() < 2e-3, "{over}");
    let whole = shape("ldmx-2025", &["target.form_factor=tsai-elastic+inelastic"]);
    assert_eq!(whole.inelastic_share, None);
    assert_eq!(left_out(&[whole]), None);
    let cut = shape("na64mu-2025", &["cuts.lepton_pt_min_gev=0.1"]);
    assert_eq!((cut.over_default, cut.inelastic_share), (None, None));
    assert!(cut.rms_radius_fm.is_some());
}
