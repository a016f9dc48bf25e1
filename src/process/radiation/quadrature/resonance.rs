//! The integral over k² of a pair: nodes and weights with the spectral function, also of an A′.
//!
//! Through the photon the variable is [`PairMass`]. An A′ of mass m and width Γ multiplies the spectral function by
//! R = k⁴/((k²−m²)²+m²Γ²), a peak that may be as narrow as can be. Its neighbourhood is taken in
//! k² = m² ± w sinh z, uniform in z, which resolves all distances from the peak beyond its width w = mΓ alike, and
//! what lies below m² by more than half of the way to threshold by [`PairMass`]. Where m lies outside of the range,
//! the distance to it stands for the width; just below threshold, where β has its root, the variable is
//! k² = k²_min + w sinh² z. k² − m² is carried along, so that no width is too narrow. Pinned by `tests/mediated.rs`.

use super::HEAVY;
use super::pair_mass::{PairMass, spectral_function};
use super::rule::Rule;
use crate::dark_sector::{MilliCharged, Resonance};
use crate::kinematics::Collision;

/// A pair of any mass, and the A′ it comes from, if it is not the photon.
#[derive(Debug, Clone, Copy)]
pub(in crate::process::radiation) struct PairSource {
    pub(in crate::process::radiation) chi: MilliCharged,
    pub(in crate::process::radiation) resonance: Option<Resonance>,
}

/// A distance from m² below which the peak counts as near, in parts of m².
const NEAR: f64 = 0.1;

impl PairSource {
    /// Mass in GeV of an A′ that can be made on its mass shell and takes a good part of the energy for it.
    pub(in crate::process::radiation) fn heavy_on_shell(&self, c: &Collision) -> Option<f64> {
        let mass = self.resonance?.mass_gev;
        let most = c.max_pair_mass();
        let on_shell = mass > 2.0 * self.chi.mass_gev && mass < most;
        (on_shell && mass > HEAVY * most).then_some(mass)
    }

    /// (k² in GeV², weight of dσ_A′/ε²) of the rule, up to the mass `mass_max` GeV; `scale` in GeV as in
    /// [`PairMass`].
    pub(in crate::process::radiation) fn nodes(
        &self,
        mass_max: f64,
        scale: f64,
        rule: &Rule,
    ) -> Vec<(f64, f64)> {
        let mass_min = 2.0 * self.chi.mass_gev;
        if !(mass_min < mass_max) {
            return Vec::new();
        }
        let range = |mass_max: f64| PairMass::new(mass_min, mass_max, scale.max(mass_min));
        let Some(a) = &self.resonance else {
            let range = range(mass_max);
            let node = |(z, w)| {
                let (k2, dk2) = range.at(z);
                (k2, w * dk2 * spectral_function(&self.chi, k2))
            };
            return rule.nodes().map(node).collect();
        };
        let (k2_min, k2_max) = (mass_min * mass_min, mass_max * mass_max);
        let (m2, m_gamma) = (a.mass_gev * a.mass_gev, a.mass_gev * a.width(&self.chi));
        let (below, above) = (k2_min - m2, k2_max - m2);
        let peak = Peak {
            m2,
            width: m_gamma.max(below).max(-above),
        };
        let mut nodes = Vec::new();
        let mut push = |k2: f64, distance: f64, dk2: f64| {
            let density = self.density(a, k2, distance);
            nodes.push((k2, dk2 * density));
        };
        let by_pair_mass = |mass_max: f64, push: &mut dyn FnMut(f64, f64, f64)| {
            let range = range(mass_max);
            for (z, w) in rule.nodes() {
                let (k2, dk2) = range.at(z);
                push(k2, k2 - m2, w * dk2);
            }
        };
        if below < 0.0 && -above < NEAR * m2 {
            let middle = 0.5 * below;
            let split = middle.min(0.5 * (below + above));
            by_pair_mass((m2 + split).sqrt(), &mut push);
            peak.between(split, above.min(0.0), rule, &mut push);
            if above > 0.0 {
                peak.between(0.0, above, rule, &mut push);
            }
        } else if below >= 0.0 && peak.width < NEAR * k2_min {
            // k² = k²_min + w sinh² z.
            let end = libm::asinh((k2_max - k2_min).sqrt() / peak.width.sqrt());
            for (z, w) in rule.nodes() {
                let (sinh, cosh) = (libm::sinh(end * z), libm::cosh(end * z));
                let rise = peak.width * sinh * sinh;
                let dk2 = 2.0 * peak.width * sinh * cosh * end;
                push(k2_min + rise, below + rise, w * dk2);
            }
        } else {
            by_pair_mass(mass_max, &mut push);
        }
        nodes
    }

    /// ρ(k²) in GeV⁻² with the propagator, `distance` = k² − m² in GeV².
    fn density(&self, a: &Resonance, k2: f64, distance: f64) -> f64 {
        let unit = self.chi.of_charge_e();
        let m_gamma = a.mass_gev * a.width(&self.chi);
        let propagator = k2 * k2 / (distance * distance + m_gamma * m_gamma);
        a.strength() * propagator * spectral_function(&unit, k2)
    }

    /// A pair's share in dσ/dk² relative to a vector of that mass, ρ(k²) in GeV⁻².
    pub(super) fn spectral_function(&self, k2: f64) -> f64 {
        match &self.resonance {
            None => spectral_function(&self.chi, k2),
            Some(a) => self.density(a, k2, k2 - a.mass_gev * a.mass_gev),
        }
    }
}

/// k² = m² + w sinh z.
struct Peak {
    m2: f64,
    width: f64,
}

impl Peak {
    /// Nodes for distances from m² between `low` and `high` GeV².
    fn between(&self, low: f64, high: f64, rule: &Rule, push: &mut dyn FnMut(f64, f64, f64)) {
        let start = libm::asinh(low / self.width);
        let length = libm::asinh(high / self.width) - start;
        for (z, w) in rule.nodes() {
            let z = start + length * z;
            let distance = self.width * libm::sinh(z);
            push(
                self.m2 + distance,
                distance,
                w * length * self.width * libm::cosh(z),
            );
        }
    }
}
