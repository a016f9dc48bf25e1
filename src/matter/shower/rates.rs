//! Rates of bremsstrahlung and pair production, per radiation length.
//!
//! Equation numbers are from memory. [Tsai74] Eqs. (3.83) and (3.9) with the screening functions of the Thomas–Fermi–Molière atom,
//! Eqs. (3.38)–(3.41), and the Coulomb correction f(Z), Eq. (3.3):
//!
//! ```text
//! k dσ/dk = α r_e² {[4/3 (1−y) + y²] [Z² (φ1 − 4/3 ln Z − 4f) + Z (ψ1 − 8/3 ln Z)]
//!                    + 2/3 (1−y) [Z² (φ1 − φ2) + Z (ψ1 − ψ2)]}                    y = k/E
//! dσ/dx   = α r_e² {[1 − 4/3 x(1−x)] […] − 2/3 x(1−x) [Z² (φ1 − φ2) + Z (ψ1 − ψ2)]}   x = E₊/k
//! φ, ψ at γ, ε = 100 m_e δ Z^(−1/3), 100 m_e δ Z^(−2/3),  δ = k/(E E') or 1/[k x(1−x)]
//! ```
//!
//! Up to Z = 4, where the Thomas–Fermi atom fails, screening is complete with the radiation
//! logarithms of [PDG22] Table 34.2. The LPM effect multiplies the first bracket (see [`super::lpm`]).
//! [`Rates::ApproximationA`] is that of [RG41]: complete screening, no element, b = 0.0122. Energies
//! in GeV, above some 100 MeV: below, ionisation and Compton scattering matter, which are left out.
//! Pinned by the tests below and `tests/shower.rs`.

use pulp::{Simd, WithSimd};

use super::lpm::{self, Suppression};
use crate::constants::{ALPHA, AVOGADRO, ELECTRON_MASS_GEV, HBAR_C_GEV_FM};
use crate::elementary::{exp, ln};
use crate::matter::material::Material;

/// Which rates a cascade has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rates {
    /// Partial screening, Coulomb correction and the LPM effect.
    Full,
    /// The same without the LPM effect; for materials of unknown density.
    WithoutLpm,
    /// Approximation A of [RG41].
    ApproximationA {
        /// Their b; [`ROSSI_B`], or 0 for the leading logarithm alone.
        b: f64,
    },
}

/// b of [RG41] for air, 0.012 to 0.016 for all elements.
pub const ROSSI_B: f64 = 0.0122;
/// Radiation logarithms L_rad and L'_rad of [PDG22] Table 34.2 up to Z = 4.
const LIGHT: [(f64, f64); 4] = [(5.31, 6.144), (4.79, 5.621), (4.74, 5.805), (4.71, 5.924)];

/// One element with its share of the rates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Atom {
    /// α r_e² N_A X0 w/A.
    weight: f64,
    z: f64,
    /// 100 m_e Z^(−1/3) and 100 m_e Z^(−2/3).
    screening: (f64, f64),
    /// What is taken from φ1 and ψ1.
    offsets: (f64, f64),
    /// φ1 and ψ1 less the offsets where screening is complete at all energies.
    complete: Option<(f64, f64)>,
    s1: f64,
}

/// What drives a cascade; energies in GeV.
pub(super) trait Kernel {
    /// k dN/dk per X0: an electron of `energy` radiates a photon of each of `k`.
    fn radiation(&self, energy: f64, k: &[f64], out: &mut [f64]);
    /// dN/dx per X0: a photon of `k` makes a pair with each of the shares `x` in one of the two.
    fn pairs(&self, k: f64, x: &[f64], out: &mut [f64]);

    /// That of one photon.
    fn bremsstrahlung(&self, energy: f64, k: f64) -> f64 {
        let mut out = [0.0];
        self.radiation(energy, &[k], &mut out);
        out[0]
    }

    /// That of one share.
    fn pair(&self, k: f64, x: f64) -> f64 {
        let mut out = [0.0];
        self.pairs(k, &[x], &mut out);
        out[0]
    }
}

/// The rates of a material.
#[derive(Debug, Clone)]
pub(super) enum Medium {
    Atoms {
        atoms: Vec<Atom>,
        lpm_energy_gev: Option<f64>,
    },
    ApproximationA {
        b: f64,
    },
}

/// The two brackets of an element.
#[derive(Clone, Copy)]
struct Brackets {
    first: f64,
    second: f64,
}

impl Medium {
    /// None if the LPM effect is asked for and the radiation length in cm is unknown.
    pub(super) fn new(material: &Material, rates: Rates) -> Option<Self> {
        let lpm_energy_gev = match rates {
            Rates::ApproximationA { b } => return Some(Self::ApproximationA { b }),
            Rates::Full => Some(lpm::energy_gev(material.radiation_length_cm?)),
            Rates::WithoutLpm => None,
        };
        Some(Self::Atoms {
            atoms: atoms(material),
            lpm_energy_gev,
        })
    }
}

impl Kernel for Medium {
    fn radiation(&self, energy: f64, k: &[f64], out: &mut [f64]) {
        match self {
            Self::ApproximationA { b } => {
                for (out, k) in out.iter_mut().zip(k) {
                    let y = k / energy;
                    *out = (4.0 / 3.0 + 2.0 * b) * (1.0 - y) + y * y;
                }
            }
            Self::Atoms {
                atoms,
                lpm_energy_gev,
            } => {
                out.fill(0.0);
                for atom in atoms {
                    crate::elementary::arch().dispatch(Each {
                        atom,
                        lpm_energy_gev: *lpm_energy_gev,
                        at: k,
                        out: &mut *out,
                        of: |k: f64| {
                            let (y, delta) = (k / energy, k / (energy * (energy - k)));
                            let left = 1.0 - y;
                            let spin = (y * y, 2.0 * (1.0 + left * left));
                            (delta, spin, 2.0 / 3.0 * left)
                        },
                    });
                }
            }
        }
    }

    fn pairs(&self, k: f64, x: &[f64], out: &mut [f64]) {
        match self {
            Self::ApproximationA { b } => {
                for (out, x) in out.iter_mut().zip(x) {
                    *out = 1.0 - (4.0 / 3.0 + 2.0 * b) * (x * (1.0 - x));
                }
            }
            Self::Atoms {
                atoms,
                lpm_energy_gev,
            } => {
                out.fill(0.0);
                for atom in atoms {
                    crate::elementary::arch().dispatch(Each {
                        atom,
                        lpm_energy_gev: *lpm_energy_gev,
                        at: x,
                        out: &mut *out,
                        of: |x: f64| {
                            let both = x * (1.0 - x);
                            let spin = (1.0, 2.0 * (1.0 - 2.0 * both));
                            (1.0 / (k * both), spin, -(2.0 / 3.0) * both)
                        },
                    });
                }
                // Screening functions turn negative where next to nothing is left for one of the two.
                for out in out {
                    *out = out.max(0.0);
                }
            }
        }
    }
}

/// Adds the rates of an atom at each of `at`, where `of` gives δ, the factors of the terms with and without a flip
/// of the spin in the first bracket, and that of the second.
struct Each<'a, F> {
    atom: &'a Atom,
    lpm_energy_gev: Option<f64>,
    at: &'a [f64],
    out: &'a mut [f64],
    of: F,
}

impl<F: Fn(f64) -> (f64, (f64, f64), f64)> WithSimd for Each<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            atom,
            lpm_energy_gev,
            at,
            out,
            of,
        } = self;
        // A loop for each case, so that none asks.
        macro_rules! add {
            ($delta:ident => $brackets:expr, $suppression:expr) => {
                for (out, &at) in out.iter_mut().zip(at) {
                    let ($delta, (flip, plain), second) = of(at);
                    let (b, lpm) = ($brackets, $suppression);
                    let spin = (flip * lpm.flip + plain * lpm.plain) / 3.0;
                    *out += atom.weight * (spin * b.first + second * lpm.plain * b.second);
                }
            };
        }
        match (atom.complete(), lpm_energy_gev) {
            (Some(b), Some(e)) => add!(delta => b, atom.suppression(e, delta)),
            (Some(b), None) => add!(_delta => b, Suppression::NONE),
            (None, Some(e)) => add!(delta => atom.brackets(delta), atom.suppression(e, delta)),
            (None, None) => add!(delta => atom.brackets(delta), Suppression::NONE),
        }
    }
}

impl Atom {
    /// With δ = k/(E E'), s = √(E_LPM δ/8).
    #[inline(always)]
    fn suppression(&self, lpm_energy_gev: f64, delta: f64) -> Suppression {
        Suppression::at((lpm_energy_gev * delta / 8.0).sqrt(), self.s1)
    }

    /// The brackets where screening is complete at all energies.
    fn complete(&self) -> Option<Brackets> {
        let (z, z2) = (self.z, self.z * self.z);
        let (elastic, inelastic) = self.complete?;
        Some(Brackets {
            first: z2 * elastic + z * inelastic,
            second: 2.0 / 3.0 * (z2 + z),
        })
    }

    #[inline(always)]
    fn brackets(&self, delta: f64) -> Brackets {
        let (z, z2) = (self.z, self.z * self.z);
        let (gamma, epsilon) = (self.screening.0 * delta, self.screening.1 * delta);
        let bent = |u: f64| ln(1.0 + u * u);
        let phi1 = 20.863
            - 2.0 * bent(0.55846 * gamma)
            - 4.0 * (1.0 - 0.6 * exp(-0.9 * gamma) - 0.4 * exp(-1.5 * gamma));
        let psi1 = 28.340
            - 2.0 * bent(3.621 * epsilon)
            - 4.0 * (1.0 - 0.7 * exp(-8.0 * epsilon) - 0.3 * exp(-29.2 * epsilon));
        let phi12 = 2.0 / 3.0 / (1.0 + 6.5 * gamma + 6.0 * gamma * gamma);
        let psi12 = 2.0 / 3.0 / (1.0 + 40.0 * epsilon + 400.0 * epsilon * epsilon);
        let first = z2 * (phi1 - self.offsets.0) + z * (psi1 - self.offsets.1);
        Brackets {
            first: if first > 0.0 { first } else { 0.0 },
            second: z2 * phi12 + z * psi12,
        }
    }
}

fn atoms(material: &Material) -> Vec<Atom> {
    let r_e_cm = ALPHA * HBAR_C_GEV_FM / ELECTRON_MASS_GEV * 1e-13;
    let per_gram = ALPHA * r_e_cm * r_e_cm * AVOGADRO * material.radiation_length_g_cm2();
    let one = |part: &crate::matter::material::Component| {
        let z = f64::from(part.element.z);
        let (ln_z, cbrt) = (libm::log(z), libm::cbrt(z));
        let f = coulomb_correction(z);
        let light = LIGHT.get(part.element.z as usize - 1);
        Atom {
            weight: per_gram * part.mass_fraction / part.nucleus.a,
            z,
            screening: (
                100.0 * ELECTRON_MASS_GEV / cbrt,
                100.0 * ELECTRON_MASS_GEV / (cbrt * cbrt),
            ),
            offsets: (4.0 / 3.0 * ln_z + 4.0 * f, 8.0 / 3.0 * ln_z),
            complete: light.map(|(elastic, inelastic)| (4.0 * (elastic - f), 4.0 * inelastic)),
            s1: (cbrt / 184.15) * (cbrt / 184.15),
        }
    };
    material.components.iter().map(one).collect()
}

/// f(Z), [Tsai74] Eq. (3.3) in the series of [PDG22] Eq. (34.26).
fn coulomb_correction(z: f64) -> f64 {
    let a2 = (ALPHA * z) * (ALPHA * z);
    let series = 0.20206 - 0.0369 * a2 + 0.0083 * a2 * a2 - 0.002 * a2 * a2 * a2;
    a2 * (1.0 / (1.0 + a2) + series)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::NucleusSpin;
    use crate::matter::elements::Element;

    fn medium(symbol: &str, rates: Rates) -> Medium {
        let element = Element::from_symbol(symbol).expect("listed");
        Medium::new(&Material::pure(element, NucleusSpin::Zero), rates).expect("dense")
    }

    #[test]
    fn soft_and_hard_photons_of_fast_electrons_have_the_radiators_of_complete_screening() {
        // [PDG22] Eq. (34.28): the radiation length is that of the first bracket.
        for symbol in ["Al", "Fe", "W", "Pb"] {
            let element = Element::from_symbol(symbol).expect("listed");
            let z = f64::from(element.z);
            let (log, log_prime) = (
                (184.15 / z.cbrt()).ln() - coulomb_correction(z),
                (1194.0 / z.cbrt().powi(2)).ln(),
            );
            let ratio = (z + 1.0) / (9.0 * (z * log + log_prime));
            let medium = medium(symbol, Rates::WithoutLpm);
            for y in [1e-6, 0.3, 0.8] {
                let found = medium.bremsstrahlung(1e6, y * 1e6);
                let expected = (4.0 / 3.0 + ratio) * (1.0 - y) + y * y;
                // Tabulated radiation lengths are within 1 % of the formula.
                assert!(
                    (found / expected - 1.0).abs() < 0.01,
                    "{symbol} {y}: {found}"
                );
            }
            let expected = 1.0 - (4.0 / 3.0 + ratio) * 0.25;
            let found = medium.pair(1e6, 0.5);
            assert!((found / expected - 1.0).abs() < 0.01, "{symbol}: {found}");
        }
    }

    #[test]
    fn screening_and_the_medium_lower_the_rates_where_they_should() {
        let (free, bound) = (medium("Pb", Rates::WithoutLpm), medium("Pb", Rates::Full));
        let soft = bound.bremsstrahlung(100.0, 0.1) / free.bremsstrahlung(100.0, 0.1);
        let hard = bound.bremsstrahlung(100.0, 80.0) / free.bremsstrahlung(100.0, 80.0);
        // E²/E_LPM = 2.3 GeV.
        assert!(
            (0.3..0.5).contains(&soft) && (0.99..=1.0).contains(&hard),
            "{soft} {hard}"
        );
        // At low energy screening is not complete: fewer pairs per X0.
        assert!(free.pair(0.1, 0.5) < 0.95 * free.pair(100.0, 0.5));
    }

    #[test]
    fn light_elements_have_their_tabulated_radiation_logarithms() {
        // In units of the tabulated X0 soft radiation is 4/3 and the second bracket.
        for symbol in ["H", "Be"] {
            let soft = medium(symbol, Rates::WithoutLpm).bremsstrahlung(10.0, 1e-5);
            assert!((1.33..1.38).contains(&soft), "{symbol}: {soft}");
        }
    }
}
