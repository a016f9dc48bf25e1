//! The exact tree-level (ETL) differential cross section on the unit hypercube, by blocks.
//!
//! `dσ/d^d y` in pb for l N → l N χ χ̄ (d = 7), l N → l N A′ and l N → l N φ (d = 4). Constants of a pair
//! ([`crate::process::radiation::phase_space`], E_k and cosθ_k traded for v and w, t for T, azimuth integrated):
//!
//! ```text
//! dσ = e⁸ (Q_χ/e)² G2 m2 β /(4M|p| · 2π · 16π²|p| · 8π · 8π) · dk² dv dw dT /|V| · dφ_q/2π · dΩ*/4π
//! ```
//!
//! with an A′ in place of the photon the same times k⁴/((k²−m²)²+m²Γ²) and (εg_χ/e)² for (Q_χ/e)²,
//! and of a dark photon or boson, |M|² = e⁶ ε² G2 A/t²: the same without dk²/2π and β/8π dΩ*.
//! The kernel is a few loops over columns, compiled for several instruction sets and chosen at run
//! time; all give the same bits. Pinned by `tests/etl.rs`.

use core::f64::consts::PI;

use pulp::{Arch, Simd, WithSimd};

use super::beams::{Beams, Each, One};
use super::points::fill_points;
use super::{Setup, cuts};
use crate::constants::{E_SQUARED, GEV_M2_TO_PB};
use crate::dark_sector::{ChiSpin, DarkSector, Vertex};
use crate::kinematics::Collision;
use crate::matter::NucleusSpin;
use crate::process::BLOCK;
use crate::process::radiation::amplitude::{
    boson_a, boson_a_interfering, is_collinear, pair_m2, pair_m2_interfering,
};
use crate::process::radiation::phase_space::{
    DecayMap, EmissionMap, PairBlock, PairMassMap, ResonanceMap,
};

/// Largest number of dimensions.
pub const MAX_DIM: usize = 7;

/// The exact process of a set-up on the unit hypercube.
#[derive(Debug, Clone)]
pub struct Etl {
    setup: Setup,
    emission: EmissionMap,
    produced: Produced,
    constants_pb: f64,
    arch: Arch,
}

/// What is produced, with the numbers its kernel needs.
#[derive(Debug, Clone, Copy)]
enum Produced {
    Pair {
        mass: PairMassMap,
        m_chi: f64,
        spin: ChiSpin,
        /// An A′ in place of the photon.
        resonance: Option<ResonanceMap>,
    },
    Boson {
        vertex: Vertex,
        k2: f64,
    },
}

impl Etl {
    /// The process of `setup`.
    pub fn new(setup: &Setup) -> Self {
        let emission = EmissionMap::new(setup.collision, setup.v_cuts(), &setup.form_factor);
        let (produced, constants_pb) = Self::maps(setup, resonance(setup));
        Self {
            setup: setup.clone(),
            emission,
            produced,
            constants_pb,
            arch: crate::elementary::arch(),
        }
    }

    /// The process of `setup` with the map of `sampled`, whose kinematics and cuts are the same: at every
    /// point of the hypercube the two have the same momenta.
    pub fn on_points_of(sampled: &Setup, setup: &Setup) -> Self {
        let shape = &sampled.form_factor;
        let own = resonance(setup).zip(resonance(sampled));
        let (produced, _) = Self::maps(setup, own.map(|(own, of)| own.on_points_of(&of)));
        Self {
            emission: EmissionMap::new(setup.collision, setup.v_cuts(), shape),
            produced,
            ..Self::new(setup)
        }
    }

    /// Makes of this the process of `nominal` at another beam energy, as [`Setup::move_to`].
    pub fn move_to(&mut self, nominal: &Setup, beam_energy_gev: f64) -> bool {
        let possible = self.setup.move_to(nominal, beam_energy_gev);
        if possible {
            // The scales of the form factor do not depend on the energy.
            let setup = &self.setup;
            self.emission = self.emission.of(setup.collision, setup.v_cuts());
            // Nor do those of the resonance, and they may be another set-up's.
            let resonance = match self.produced {
                Produced::Pair { resonance, .. } => resonance,
                Produced::Boson { .. } => None,
            };
            (self.produced, self.constants_pb) = Self::maps(setup, resonance);
        }
        possible
    }

    fn maps(setup: &Setup, resonance: Option<ResonanceMap>) -> (Produced, f64) {
        let produced = match setup.dark {
            DarkSector::Pair(chi) | DarkSector::Mediated(chi, _) => {
                let (low, high) = setup.k2_range();
                Produced::Pair {
                    mass: PairMassMap::new(low, high, setup.collision.m),
                    m_chi: chi.mass_gev,
                    spin: chi.spin,
                    resonance,
                }
            }
            DarkSector::DarkPhoton(_) | DarkSector::Boson(_) => {
                let mass = setup.dark.threshold_mass_gev();
                Produced::Boson {
                    vertex: setup.dark.vertex(),
                    k2: mass * mass,
                }
            }
        };
        (produced, constants_pb(setup)(setup.collision.p))
    }

    /// The same process on another instruction set; for tests, the results are the same.
    #[must_use]
    pub fn on(self, arch: Arch) -> Self {
        Self { arch, ..self }
    }

    /// The set-up.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Number of dimensions of the hypercube: 7 for a pair, 4 for a dark photon or boson.
    pub fn dim(&self) -> usize {
        match self.produced {
            Produced::Pair { .. } => MAX_DIM,
            Produced::Boson { .. } => 4,
        }
    }

    /// dσ/d^d y in pb of `value.len()` ≤ [`BLOCK`] points, zero where a cut rejects; fills `block`.
    ///
    /// `y` holds [`Self::dim`] columns of at least that length, each in (0, 1).
    ///
    /// # Panics
    /// If the lengths do not fit.
    pub fn evaluate(&self, y: &[&[f64]], value: &mut [f64], block: &mut PairBlock) {
        self.dispatch(self.beam(), y, value, block);
    }

    /// The same of points that each have an energy of their own, in GeV, of which `each` keeps what follows from it.
    pub(super) fn evaluate_each(
        &self,
        energies_gev: &[f64],
        each: &mut Each,
        y: &[&[f64]],
        value: &mut [f64],
        block: &mut PairBlock,
    ) {
        self.arch.dispatch(SetUp {
            setup: &self.setup,
            energies_gev,
            each,
        });
        self.dispatch(&*each, y, value, block);
    }

    /// What of it depends on the energy of the beam.
    pub(super) fn beam(&self) -> One {
        One {
            collision: self.setup.collision,
            emission: self.emission,
            pair_mass: match self.produced {
                Produced::Pair { mass, .. } => mass,
                // One mass needs no map.
                Produced::Boson { .. } => PairMassMap::of_numbers([0.0; 5]),
            },
            constants_pb: self.constants_pb,
        }
    }

    fn dispatch(&self, beams: impl Beams, y: &[&[f64]], value: &mut [f64], block: &mut PairBlock) {
        let n = value.len();
        assert!(n <= BLOCK && y.len() == self.dim() && y.iter().all(|c| c.len() >= n));
        self.arch.dispatch(Kernel {
            etl: self,
            beams,
            y,
            value: &mut *value,
            block: &mut *block,
        });
        if !self.setup.cuts.is_inclusive() {
            cuts::apply(&self.setup, value, block);
        }
    }
}

/// The map of the resonance of a set-up, if it has one.
fn resonance(setup: &Setup) -> Option<ResonanceMap> {
    match &setup.dark {
        DarkSector::Mediated(chi, a) => Some(ResonanceMap::new(chi, a)),
        _ => None,
    }
}

/// Constants of dσ in pb for a beam momentum in GeV.
fn constants_pb(setup: &Setup) -> impl Fn(f64) -> f64 + use<> {
    let e6 = E_SQUARED * E_SQUARED * E_SQUARED;
    let couplings = e6 * setup.coupling_squared() * GEV_M2_TO_PB;
    let big_m = setup.collision.big_m;
    let is_pair = matches!(setup.dark, DarkSector::Pair(_) | DarkSector::Mediated(..));
    move |p| {
        let flux = couplings / (4.0 * big_m * p * (16.0 * PI * PI * p) * (8.0 * PI));
        match is_pair {
            true => flux * E_SQUARED / (2.0 * PI * 8.0 * PI),
            false => flux,
        }
    }
}

/// Energies of their own for the points of a block.
struct SetUp<'a> {
    setup: &'a Setup,
    energies_gev: &'a [f64],
    each: &'a mut Each,
}

impl WithSimd for SetUp<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let constants = constants_pb(self.setup);
        self.each.fill(self.setup, self.energies_gev, constants);
    }
}

struct Kernel<'a, B> {
    etl: &'a Etl,
    beams: B,
    y: &'a [&'a [f64]],
    value: &'a mut [f64],
    block: &'a mut PairBlock,
}

impl<B: Beams> WithSimd for Kernel<'_, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            etl,
            beams,
            y,
            value,
            block,
        } = self;
        // Bounds that are known before a loop leave none in it, for which the last points would have
        // to be computed one by one: hence the least of both, and columns by name, not as an array.
        let n = value.len().min(BLOCK);
        match &etl.produced {
            Produced::Pair {
                m_chi, resonance, ..
            } => {
                let (y0, y5, y6) = (&y[0][..n], &y[5][..n], &y[6][..n]);
                let threshold = 4.0 * m_chi * m_chi;
                // A loop for each map of k², so that the photon's does not ask which.
                macro_rules! fill_masses {
                    ($i:ident => $map:expr) => {
                        for $i in 0..n {
                            let (k2, inv_k2, dk2) = $map;
                            block.k2[$i] = k2;
                            block.stages.inv_k2[$i] = inv_k2;
                            let beta2 = (k2 - threshold) * inv_k2;
                            let beta2 = if beta2 < 0.0 { 0.0 } else { beta2 };
                            block.measure[$i] = beams.constants_pb($i) * dk2 * beta2.sqrt();
                        }
                    };
                }
                match resonance {
                    None => {
                        for i in 0..n {
                            block.stages.grown[i] = beams.pair_mass(i).log_growth(y0[i]);
                        }
                        block.stages.exp_m1_grown(n);
                        fill_masses!(i => beams.pair_mass(i).at(block.stages.grown[i]));
                    }
                    Some(map) => {
                        fill_masses!(i => map.forward(&beams.pair_mass(i), y0[i]));
                    }
                }
                for i in 0..n {
                    block.set_decay(i, &DecayMap::forward(y5[i], y6[i]));
                }
                fill_points(n, beams, [y[1], y[2], y[3], y[4]], block);
            }
            Produced::Boson { k2, .. } => {
                let inv_k2 = 1.0 / k2;
                for i in 0..n {
                    block.k2[i] = *k2;
                    block.stages.inv_k2[i] = inv_k2;
                    block.measure[i] = beams.constants_pb(i);
                }
                fill_points(n, beams, [y[0], y[1], y[2], y[3]], block);
            }
        }
        etl.setup
            .form_factor
            .g2_batch(&block.t[..n], &mut block.g2[..n]);
        etl.squared_amplitude(beams, value, block);
        etl.collinear(beams, value, block);
    }
}

/// `value[i] = measure · G2 · m2`, zero where nothing is allowed; a measure that is no number stays
/// one. A macro, so that each use is a loop of its own in the function compiled for the
/// instruction set.
macro_rules! fill {
    ($value:ident, $block:ident, $i:ident => $m2:expr) => {
        for $i in 0..$value.len().min(BLOCK) {
            let x = $block.measure[$i] * $block.g2[$i] * $m2;
            $value[$i] = if $block.measure[$i] == 0.0 { 0.0 } else { x };
        }
    };
}

impl Etl {
    /// value = measure · G2 · |M|²/(e⁶Z²F²), one loop a combination of spins.
    #[inline(always)]
    fn squared_amplitude(&self, beams: impl Beams, value: &mut [f64], block: &PairBlock) {
        use ChiSpin::{Dirac, Scalar};
        use NucleusSpin::{Half, Zero};
        use Vertex::{AxialVector, Pseudoscalar, Vector};
        let c = |i: usize| beams.collision(i);
        match (self.produced, self.setup.nucleus.spin) {
            (
                Produced::Pair {
                    m_chi: m,
                    spin: Dirac,
                    ..
                },
                Zero,
            ) => {
                fill!(value, block, i => pair(&c(i), block, i, m, Dirac, Zero));
            }
            (
                Produced::Pair {
                    m_chi: m,
                    spin: Dirac,
                    ..
                },
                Half,
            ) => {
                fill!(value, block, i => pair(&c(i), block, i, m, Dirac, Half));
            }
            (
                Produced::Pair {
                    m_chi: m,
                    spin: Scalar,
                    ..
                },
                Zero,
            ) => {
                fill!(value, block, i => pair(&c(i), block, i, m, Scalar, Zero));
            }
            (
                Produced::Pair {
                    m_chi: m,
                    spin: Scalar,
                    ..
                },
                Half,
            ) => {
                fill!(value, block, i => pair(&c(i), block, i, m, Scalar, Half));
            }
            (Produced::Boson { vertex, .. }, Zero) => match vertex {
                Vector => fill!(value, block, i => boson(&c(i), block, i, Vector, Zero)),
                Vertex::Scalar => {
                    fill!(value, block, i => boson(&c(i), block, i, Vertex::Scalar, Zero));
                }
                Pseudoscalar => {
                    fill!(value, block, i => boson(&c(i), block, i, Pseudoscalar, Zero));
                }
                AxialVector => {
                    fill!(value, block, i => boson(&c(i), block, i, AxialVector, Zero));
                }
            },
            (Produced::Boson { vertex, .. }, Half) => match vertex {
                Vector => fill!(value, block, i => boson(&c(i), block, i, Vector, Half)),
                Vertex::Scalar => {
                    fill!(value, block, i => boson(&c(i), block, i, Vertex::Scalar, Half));
                }
                Pseudoscalar => {
                    fill!(value, block, i => boson(&c(i), block, i, Pseudoscalar, Half));
                }
                AxialVector => {
                    fill!(value, block, i => boson(&c(i), block, i, AxialVector, Half));
                }
            },
        }
    }

    /// The points where one diagram dominates once more, in its form; few, if any.
    #[inline(always)]
    fn collinear(&self, beams: impl Beams, value: &mut [f64], block: &PairBlock) {
        let n = value.len().min(BLOCK);
        let (s, u, t) = (&block.s[..n], &block.minus_u[..n], &block.t[..n]);
        let mut any = false;
        for i in 0..n {
            any |= is_collinear(s[i], u[i], t[i]);
        }
        if any {
            self.collinear_points(beams, value, block);
        }
    }

    #[inline(never)]
    fn collinear_points(&self, beams: impl Beams, value: &mut [f64], block: &PairBlock) {
        let nucleus = self.setup.nucleus.spin;
        for (i, value) in value.iter_mut().enumerate() {
            let point = block.point(i);
            let scale = block.measure[i] * block.g2[i];
            if is_collinear(point.s, point.minus_u, point.t) && scale != 0.0 {
                let c = &beams.collision(i);
                let m2 = match self.produced {
                    Produced::Pair { m_chi, spin, .. } => {
                        pair_m2(c, &point, &block.decay(i), m_chi, spin, nucleus)
                    }
                    Produced::Boson { vertex, .. } => {
                        boson_a(c, &point, vertex, nucleus) / (point.t * point.t)
                    }
                };
                *value = scale * m2;
            }
        }
    }
}

#[inline(always)]
fn pair(
    c: &Collision,
    block: &PairBlock,
    i: usize,
    m_chi: f64,
    chi: ChiSpin,
    nucleus: NucleusSpin,
) -> f64 {
    pair_m2_interfering(c, &block.point(i), &block.decay(i), m_chi, (chi, nucleus))
}

#[inline(always)]
fn boson(c: &Collision, block: &PairBlock, i: usize, vertex: Vertex, nucleus: NucleusSpin) -> f64 {
    let point = block.point(i);
    boson_a_interfering(c, &point, vertex, nucleus) / (point.t * point.t)
}
