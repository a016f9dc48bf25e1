//! The squared amplitude against exact values, and what must hold at every point.

mod points;

use millibrem::dark_sector::ChiSpin;
use millibrem::kinematics::{Collision, PairPoint};
use millibrem::matter::NucleusSpin;
use millibrem::process::radiation::amplitude::{DecayAngles, is_collinear, pair_m2, vector_a};
use points::{ReferencePoint, edge_points, reference_points};

fn deviation(point: &ReferencePoint, nucleus: NucleusSpin) -> f64 {
    let (c, y, decay) = point.evaluate();
    let m2 = pair_m2(&c, &y, &decay, point.m_chi, ChiSpin::Dirac, nucleus);
    let reference = match nucleus {
        NucleusSpin::Zero => point.m2_spin0,
        NucleusSpin::Half => point.m2_spin_half,
    };
    (m2 / reference - 1.0).abs()
}

#[test]
fn squared_amplitude_keeps_twelve_digits_in_the_bulk_and_ten_at_edges() {
    for spin in NucleusSpin::ALL {
        let (mut bulk, mut edge) = (0.0f64, 0.0f64);
        for point in reference_points() {
            let d = deviation(&point, spin);
            let worst = if point.edge { &mut edge } else { &mut bulk };
            *worst = worst.max(d);
        }
        assert!(
            bulk < 1e-12 && edge < 5e-12,
            "{spin:?}: bulk {bulk:e}, edge {edge:e}"
        );
    }
}

#[test]
fn squared_amplitude_is_as_good_as_its_variables_at_every_edge_up_to_1e10_gev() {
    let kinds = [
        (ChiSpin::Dirac, NucleusSpin::Zero, "m2_spin0"),
        (ChiSpin::Dirac, NucleusSpin::Half, "m2_spin_half"),
        (ChiSpin::Scalar, NucleusSpin::Zero, "m2_scalar_spin0"),
        (ChiSpin::Scalar, NucleusSpin::Half, "m2_scalar_spin_half"),
    ];
    let (mut high, mut collinear) = (0, 0);
    for (i, point) in edge_points().enumerate() {
        let (c, y, decay) = point.evaluate();
        // What half a unit in the last place of the sampling variables changes.
        let allowed = f64::max(1e-10, 10.0 * point.get("rounding"));
        for (chi, nucleus, name) in kinds {
            let found = pair_m2(&c, &y, &decay, point.m_chi, chi, nucleus);
            let d = (found / point.get(name) - 1.0).abs();
            assert!(d < allowed, "point {i}, {name}: {d:e} of {allowed:e}");
        }
        high += usize::from(c.e0 > 1e4);
        collinear += usize::from(is_collinear(y.s, y.minus_u, y.t));
    }
    assert!(
        high > 100 && collinear > 10,
        "{high} above 10 TeV, {collinear} collinear"
    );
}

/// Mean over the decay sphere of a function of χ's direction: exact for its quadratic form.
fn decay_average(mut f: impl FnMut(&DecayAngles) -> f64) -> f64 {
    // The six vertices of an octahedron integrate polynomials of degree 3 exactly.
    let axes = [(1.0, 1.0, 0.0), (-1.0, 1.0, 0.0), (0.0, 1.0, 0.0)];
    let turns = [
        (0.0, 1.0, 0.0),
        (0.0, -1.0, 0.0),
        (0.0, 0.0, 1.0),
        (0.0, 0.0, -1.0),
    ];
    let poles: f64 = axes[..2]
        .iter()
        .map(|&(c, x, y)| f(&DecayAngles::new(c, x, y)))
        .sum();
    let equator: f64 = turns
        .iter()
        .map(|&(c, x, y)| f(&DecayAngles::new(c, x, y)))
        .sum();
    (poles + equator) / 6.0
}

fn averages(c: &Collision, y: &PairPoint, m_chi: f64, chi: ChiSpin, n: NucleusSpin) -> (f64, f64) {
    let mean = decay_average(|decay| pair_m2(c, y, decay, m_chi, chi, n));
    (mean * y.t * y.t * y.k2, vector_a(c, y, n))
}

#[test]
fn decay_average_is_the_spectral_function_times_vector_emission() {
    for point in reference_points() {
        let (c, y, _) = point.evaluate();
        let ratio = point.m_chi * point.m_chi / y.k2;
        for nucleus in NucleusSpin::ALL {
            // (4/3)(k² + 2m_χ²) and (k² − 4m_χ²)/3 over k², physics note §2.
            let (dirac, a) = averages(&c, &y, point.m_chi, ChiSpin::Dirac, nucleus);
            let (scalar, _) = averages(&c, &y, point.m_chi, ChiSpin::Scalar, nucleus);
            let expected = 4.0 / 3.0 * (1.0 + 2.0 * ratio) * a;
            assert!((dirac / expected - 1.0).abs() < 1e-13, "{dirac} {expected}");
            let expected = (1.0 - 4.0 * ratio) / 3.0 * a;
            assert!(
                (scalar / expected - 1.0).abs() < 1e-10,
                "{scalar} {expected}"
            );
        }
    }
}

/// Closed form A = −T_g of the physics note, (P.2); exact but full of cancellations.
fn closed_form(c: &Collision, y: &PairPoint) -> f64 {
    let (m2, s, u, t, k2) = (c.m * c.m, y.s, -y.minus_u, y.t, y.k2);
    let e_out = c.m + y.lepton_kinetic;
    let p_in = 2.0 * c.big_m * c.e0 - 0.5 * (s + t);
    let p_out = 2.0 * c.big_m * e_out + 0.5 * (u + t);
    let pp = 4.0 * c.big_m * c.big_m + t;
    let t2 = k2 - t - s - u;
    let w = u * p_in + s * p_out;
    2.0 * (s * s + u * u) / (s * u) * pp
        - 8.0 * t / (s * u) * (p_in * p_in + p_out * p_out)
        - 4.0 * t / (s * u) * (t2 + k2) * pp
        + 2.0 * (k2 + 2.0 * m2) / (s * u * s * u) * ((s + u) * (s + u) * t * pp - 4.0 * w * w)
}

#[test]
fn polarisation_sum_is_the_closed_form_where_that_has_digits() {
    let mut compared = 0;
    for point in reference_points().filter(|p| p.m_lepton > 0.1 && !p.edge) {
        let (c, y, _) = point.evaluate();
        let a = vector_a(&c, &y, NucleusSpin::Zero);
        // The largest term of (P.2) says how many digits it can have.
        let largest = 8.0 * y.t / (y.s * y.minus_u) * 8.0 * (c.big_m * c.e0).powi(2);
        let lost = largest / a * 1e-13;
        if lost < 1e-6 {
            compared += 1;
            let d = (closed_form(&c, &y) / a - 1.0).abs();
            assert!(
                d < 1e-10 + 100.0 * lost,
                "deviation {d:e}, expected {lost:e}"
            );
        }
    }
    assert!(compared > 30, "only {compared} points compared");
}
