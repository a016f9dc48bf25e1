//! Three massless particles with |M|² = 1 GeV⁻²: flat three-body phase space.
//!
//! A muon of energy E0 on a particle of mass M at rest. With s = m² + M² + 2ME0,
//!
//! ```text
//! σ = 1/(4M|p|) ∫ dΦ₃ = s/(256 π³) / (4M|p|),   dσ/ds₁₂ = 2(1 − s₁₂/s) σ/s
//! ```
//!
//! with s₁₂ of any two of them. Map: s₁₂ = s·y₀, the third one's angle and the two of the pair flat.

use std::f64::consts::PI;
use std::sync::Arc;

use millibrem::elementary::cos_sin_turns;
use millibrem::event::Momentum;
use millibrem::particle::{Outgoing, Particle, Role};
use millibrem::process::{BLOCK, Inputs, Kind, PointBlock, Process, SetupError};

/// GeV⁻² in pb: (ħc)².
const GEV_M2_TO_PB: f64 = 3.893_793_721e8;

/// The third particle's role, which no one else has.
pub const PHANTOM: Role = Role::new("phantom");

/// Flat three-body phase space.
#[derive(Debug, Clone, Copy)]
pub struct ThreeBody {
    beam: Particle,
    beam_energy_gev: f64,
    target: Particle,
}

impl ThreeBody {
    /// A muon of this energy on a particle of this mass, GeV.
    pub fn new(beam_energy_gev: f64, target_mass_gev: f64) -> Self {
        let particle = |pdg_id, mass_gev, charge| Particle {
            pdg_id,
            mass_gev,
            charge,
        };
        Self {
            beam: particle(13, 0.105_658_375_5, -1.0),
            beam_energy_gev,
            target: particle(1_000_822_080, target_mass_gev, 82.0),
        }
    }

    /// Momentum of the beam, GeV.
    fn p(&self) -> f64 {
        let (e, m) = (self.beam_energy_gev, self.beam.mass_gev);
        ((e - m) * (e + m)).sqrt()
    }

    /// Invariant mass squared, GeV².
    pub fn s(&self) -> f64 {
        let (m, big_m) = (self.beam.mass_gev, self.target.mass_gev);
        m * m + big_m * big_m + 2.0 * big_m * self.beam_energy_gev
    }

    /// The cross section in closed form, pb.
    pub fn sigma_pb(&self) -> f64 {
        let flux = 4.0 * self.target.mass_gev * self.p();
        GEV_M2_TO_PB * self.s() / (256.0 * PI * PI * PI) / flux
    }
}

impl Process for ThreeBody {
    fn kind(&self) -> &str {
        "three-body"
    }

    fn dim(&self) -> usize {
        4
    }

    fn beam(&self) -> Particle {
        self.beam
    }

    fn beam_energy_gev(&self) -> f64 {
        self.beam_energy_gev
    }

    fn target(&self) -> Particle {
        self.target
    }

    fn outgoing(&self) -> Vec<Outgoing> {
        let out = |role, words: &'static str, pdg_id| Outgoing {
            role,
            words: words.into(),
            particle: Particle {
                pdg_id,
                mass_gev: 0.0,
                charge: 0.0,
            },
        };
        vec![
            out(Role::LEPTON_OUT, "first one", 12),
            out(Role::NUCLEUS_OUT, "second one", 14),
            out(PHANTOM, "phantom", 9_900_001),
        ]
    }

    fn block(&self) -> Box<dyn PointBlock> {
        Box::new(Points {
            process: *self,
            momenta: vec![[[0.0; 4]; 3]; BLOCK],
        })
    }
}

/// A block of its points, their momenta worked out at once.
struct Points {
    process: ThreeBody,
    momenta: Vec<[Momentum; 3]>,
}

impl PointBlock for Points {
    fn evaluate(&mut self, y: &[&[f64]], value: &mut [f64]) {
        let (s, sigma) = (self.process.s(), self.process.sigma_pb());
        let (energy, p) = (
            self.process.beam_energy_gev + self.process.target.mass_gev,
            self.process.p(),
        );
        let total = [energy, 0.0, 0.0, p];
        for (i, value) in value.iter_mut().enumerate() {
            let [y0, y1, y2, y3] = [y[0][i], y[1][i], y[2][i], y[3][i]];
            let mass = (s * y0).sqrt();
            // In the rest frame of all: the third one against the first two.
            let k = (s - s * y0) / (2.0 * s.sqrt());
            let third = direction(y1, 0.0, k);
            let pair = [s.sqrt() - k, -third[1], -third[2], -third[3]];
            let first = boosted(direction(y2, y3, 0.5 * mass), &pair, mass);
            let second = std::array::from_fn(|j| pair[j] - first[j]);
            let lab = |p| boosted(p, &total, s.sqrt());
            self.momenta[i] = [lab(first), lab(second), lab(third)];
            *value = 2.0 * (1.0 - y0) * sigma;
        }
    }

    fn momenta(&self, i: usize, out: &mut [Momentum]) {
        out.copy_from_slice(&self.momenta[i]);
    }
}

/// A massless momentum of this energy, at the cosine 2u − 1 and a share of a turn.
fn direction(u: f64, turn: f64, energy: f64) -> Momentum {
    let (cos, sin) = cos_sin_turns(turn);
    let (z, across) = (2.0 * u - 1.0, 2.0 * (u * (1.0 - u)).sqrt());
    [
        energy,
        energy * across * cos,
        energy * across * sin,
        energy * z,
    ]
}

/// A momentum in the rest frame of `frame`, of that mass, as it is where `frame` moves.
fn boosted(p: Momentum, frame: &Momentum, mass: f64) -> Momentum {
    let along = p[1] * frame[1] + p[2] * frame[2] + p[3] * frame[3];
    let energy = (p[0] * frame[0] + along) / mass;
    let share = (p[0] + energy) / (frame[0] + mass);
    std::array::from_fn(|j| {
        if j == 0 {
            energy
        } else {
            p[j] + share * frame[j]
        }
    })
}

/// The kind under which a registry finds it.
pub struct ThreeBodyKind;

impl Kind for ThreeBodyKind {
    fn name(&self) -> &str {
        "three-body"
    }

    fn of(&self, inputs: &Inputs) -> Result<Arc<dyn Process>, SetupError> {
        let (energy, mass) = (inputs.beam.energy_gev, inputs.nucleus.mass_gev);
        Ok(Arc::new(ThreeBody::new(energy, mass)))
    }
}
