//! Published limits: dark-photon files to recast and overlays share one reader; a contour is no edge.

use millibrem::dark_sector::{ChiFields, ChiSpin, MilliCharged};
use millibrem::study::reach::recast::LimitFile;

/// Reads a file of limits, interpolates in it and recasts it.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let limit = match LimitFile::parse(text) {
        Ok(limit) => limit,
        Err(error) => {
            assert!(error.to_string().contains("limit file"), "{error}");
            return;
        }
    };
    let (low, high) = limit.range_gev();
    assert!(low < high, "{low} {high}");
    if !limit.is_lower_edge() {
        assert!(limit.must_be_lower_edge().is_err());
        return;
    }
    for share in [0.0, 0.3, 1.0] {
        let mass = low + (high - low) * share;
        let epsilon = limit.epsilon(mass);
        assert!(epsilon > 0.0 && epsilon.is_finite(), "{epsilon} at {mass}");
    }
    for spin in ChiSpin::ALL {
        for mass_gev in [0.01, 0.3 * low, 0.3 * high, high] {
            let chi = MilliCharged::new(ChiFields {
                mass_gev,
                charge: 1.0,
                spin,
                pdg_id: 17,
            })
            .unwrap();
            if let Some(charge) = limit.recast(&chi) {
                assert!(charge > 0.0 && charge.is_finite(), "{charge} at {mass_gev}");
            }
        }
    }
}
