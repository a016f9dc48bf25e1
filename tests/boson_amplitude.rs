//! The squared amplitudes of bosons against 34-digit values from explicit Dirac matrices.

mod points;

use millibrem::dark_sector::Vertex;
use millibrem::matter::NucleusSpin;
use millibrem::process::radiation::amplitude::{boson_a, boson_a_interfering, is_collinear};
use points::boson_points;

/// The column of the table.
fn name(vertex: Vertex, nucleus: NucleusSpin) -> String {
    let spin = match nucleus {
        NucleusSpin::Zero => "spin0",
        NucleusSpin::Half => "spin_half",
    };
    format!("{}_{spin}", vertex.name().replace('-', "_"))
}

#[test]
fn every_vertex_keeps_its_digits_in_the_bulk_and_is_as_good_as_its_variables_at_edges() {
    for vertex in Vertex::ALL {
        for nucleus in NucleusSpin::ALL {
            let name = name(vertex, nucleus);
            let (mut bulk, mut share, mut collinear) = (0.0f64, 0.0f64, 0);
            for point in boson_points() {
                let (c, y) = point.kinematics();
                let found = boson_a(&c, &y, vertex, nucleus);
                let d = (found / point.get(&name) - 1.0).abs();
                // What half a unit in the last place of the sampling variables changes.
                let allowed = f64::max(1e-10, 10.0 * point.get("rounding"));
                if point.edge {
                    share = share.max(d / allowed);
                } else {
                    bulk = bulk.max(d);
                }
                collinear += usize::from(is_collinear(y.s, y.minus_u, y.t));
            }
            println!("{name}: ordinary {bulk:.1e}, edges {share:.2} of what is allowed");
            assert!(bulk < 1e-13 && share < 1.0, "{name}: {bulk:e}, {share}");
            assert!(collinear > 3, "{collinear} collinear points");
        }
    }
}

#[test]
fn the_form_for_loops_is_the_same_to_the_bit_where_the_diagrams_interfere() {
    for point in boson_points() {
        let (c, y) = point.kinematics();
        if is_collinear(y.s, y.minus_u, y.t) {
            continue;
        }
        for vertex in Vertex::ALL {
            for nucleus in NucleusSpin::ALL {
                let looped = boson_a_interfering(&c, &y, vertex, nucleus);
                assert_eq!(looped, boson_a(&c, &y, vertex, nucleus));
            }
        }
    }
}
