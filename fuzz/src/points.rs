//! Reference points of the amplitude, as the example `check_amplitude` reads them.

use millibrem::matter::NucleusSpin;
use millibrem::study::points::AmplitudePoint;

/// Reads points and evaluates each.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match AmplitudePoint::parse_all(text) {
        Ok(points) => {
            for point in points {
                for spin in NucleusSpin::ALL {
                    let _ = point.m2(spin);
                }
            }
        }
        Err(error) => assert!(error.to_string().starts_with("line "), "{error}"),
    }
}
