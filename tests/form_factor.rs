//! Form factors against closed forms in plain notation, and their limits.

use millibrem::matter::form_factor::{FormFactor, FormFactorKind as Kind};

const M_E: f64 = 0.510_998_95e-3;

fn pb(kind: Kind) -> FormFactor {
    FormFactor::new(kind, 82.0, 207.2)
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
        close(pb(Kind::TsaiElastic).g2(t), expected);
    }
}

#[test]
fn the_inelastic_terms_differ_by_the_power_of_the_nucleon_factor() {
    for t in [1e-6, 1e-2, 0.5] {
        let elastic = pb(Kind::TsaiElastic).g2(t);
        let n1 = pb(Kind::TsaiElasticInelastic).g2(t) - elastic;
        let n2 = pb(Kind::TsaiElasticInelasticBjorken).g2(t) - elastic;
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
        let got = pb(Kind::Helm).g2(t);
        let expected = 82f64.powi(2) * f * f;
        assert!(
            (got - expected).abs() < 1e-9 * 82f64.powi(2) + 1e-10 * expected,
            "{t}: {got} {expected}"
        );
        let a2t = (111.0 / 82f64.cbrt() / M_E).powi(2) * t;
        close(
            pb(Kind::HelmScreened).g2(t),
            got * (a2t / (1.0 + a2t)).powi(2),
        );
    }
}

#[test]
fn unscreened_choices_start_at_the_square_of_the_charge_and_screened_ones_at_zero() {
    for kind in Kind::ALL {
        let at_zero = pb(kind).g2(0.0);
        match kind {
            Kind::Helm | Kind::Dipole | Kind::Point => close(at_zero, 6724.0),
            _ => assert_eq!(at_zero, 0.0, "{}", kind.name()),
        }
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
}

#[test]
fn a_sphere_s_series_and_formula_meet() {
    // x = qR crosses 1 between these two; a jump would show as a kink.
    let f = pb(Kind::Helm);
    let g = |t: f64| f.g2(t).sqrt();
    let t0 = 7.5e-4;
    let h = 1e-7;
    let second = |t: f64| g(t + h) - 2.0 * g(t) + g(t - h);
    for k in 0..200 {
        let t = t0 + k as f64 * 2e-6;
        assert!(second(t).abs() < 1e-9 * 82.0, "kink at {t}: {}", second(t));
    }
}
