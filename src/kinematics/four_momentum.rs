//! Four-momenta on `nalgebra` vectors: invariants and boosts.
//!
//! Order of components: E, px, py, pz in GeV. For events and checks; amplitudes do not use them.
//! Pinned by `tests/kinematics.rs`.

use core::ops::Add;

use nalgebra::{Vector3, Vector4};

/// A four-momentum (E, px, py, pz) in GeV.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FourMomentum(Vector4<f64>);

impl FourMomentum {
    /// From energy and three-momentum components in GeV.
    pub fn new(e: f64, px: f64, py: f64, pz: f64) -> Self {
        Self(Vector4::new(e, px, py, pz))
    }

    /// Energy in GeV.
    pub fn energy(&self) -> f64 {
        self.0[0]
    }

    /// Three-momentum in GeV.
    pub fn momentum(&self) -> Vector3<f64> {
        self.0.fixed_rows::<3>(1).into_owned()
    }

    /// Components (E, px, py, pz) in GeV.
    pub fn components(&self) -> [f64; 4] {
        self.0.into()
    }

    /// Minkowski product in GeV².
    pub fn dot(&self, other: &Self) -> f64 {
        self.energy() * other.energy() - self.momentum().dot(&other.momentum())
    }

    /// Invariant square in GeV².
    pub fn squared(&self) -> f64 {
        let p = self.momentum().norm();
        (self.energy() - p) * (self.energy() + p)
    }

    /// This momentum, given in the rest frame of `parent` (mass `parent_mass` > 0), in the frame
    /// where `parent` is given.
    pub fn boosted_from_rest_frame_of(&self, parent: &Self, parent_mass: f64) -> Self {
        let (p, k) = (self.momentum(), parent.momentum());
        let along = p.dot(&k);
        let e = (self.energy() * parent.energy() + along) / parent_mass;
        let p = p + k * ((along / (parent.energy() + parent_mass) + self.energy()) / parent_mass);
        Self::new(e, p.x, p.y, p.z)
    }
}

impl Add for FourMomentum {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
