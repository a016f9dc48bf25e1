//! The cascade equations on a grid of energies, solved in depth.
//!
//! With N± and G the numbers of electrons, positrons and photons per energy at depth t (X0),
//!
//! ```text
//! ∂N/∂t = ∫ dk [R(E+k, k) N(E+k) − R(E, k) N(E)] + ∫ dk' P(k', E) G(k')      both signs alike
//! ∂G/∂t = ∫ dE' R(E', k) [N₋ + N₊](E') − µ(k) G
//! ```
//!
//! [RG41]. Particles sit at nodes E_j = E0 exp(−Y u_j³), u in equal steps, dense at E0 where the
//! spectrum of the primary is singular; one of an energy between two nodes is shared among them so
//! that number and energy are those of the particle. A photon softer than the distance to the next
//! node is then a share of that step, and nothing diverges. The sum S = N₋ + N₊ and the difference
//! D = N₋ − N₊, which is the primary alone, are solved for. With all losses below λ, the numbers at t
//! are a Poisson mean of non-negative terms (uniformisation, [Jen53]),
//!
//! ```text
//! n(t) = Σ_k e^(−λt) (λt)^k/k! (1 + A/λ)^k n(0),   ∫_0^t n dt' = (1/λ) Σ_k P(K > k; λt) (1 + A/λ)^k n(0)
//! ```
//!
//! so that all depths come from one sequence. Error of the grid: second order in its step. Pinned by
//! the tests below and `tests/shower.rs`.

use pulp::{Simd, WithSimd};

use super::Species;
use super::rates::Kernel;
use crate::elementary;

/// Points and weights of Gauss's rule on 0 … 1 with four points.
const GAUSS: [(f64, f64); 4] = [
    (0.069_431_844_202_973_71, 0.173_927_422_568_726_93),
    (0.330_009_478_207_571_87, 0.326_072_577_431_273_07),
    (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
    (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
];
/// Panels of the integrals with an end where screening ends.
const PANELS: u32 = 4;

/// Rates between the nodes; rows of a source hold the nodes from itself downwards.
pub(super) struct Operator {
    /// Energies, falling; the last only catches what leaves the grid.
    pub(super) nodes_gev: Vec<f64>,
    /// What each node of electrons gives to electrons, of electrons to photons, of photons to
    /// electrons and positrons together.
    radiated: Vec<Vec<f64>>,
    emitted: Vec<Vec<f64>>,
    created: Vec<Vec<f64>>,
    /// What leaves each node of photons.
    absorbed: Vec<f64>,
    /// Larger than the loss of every node.
    fastest: f64,
}

/// Numbers of particles at the nodes, or integrals of them over depth.
#[derive(Debug, Clone)]
pub(super) struct Population {
    /// Electrons and positrons.
    pub(super) sum: Vec<f64>,
    /// Electrons less positrons.
    pub(super) difference: Vec<f64>,
    pub(super) photons: Vec<f64>,
}

impl Operator {
    /// Nodes from `energy_gev` to `lowest_gev` in `steps` steps.
    pub(super) fn new(
        kernel: &impl Kernel,
        energy_gev: f64,
        lowest_gev: f64,
        steps: usize,
    ) -> Self {
        let depth = libm::log(energy_gev / lowest_gev);
        let node = |j: usize| {
            let u = j as f64 / steps as f64;
            energy_gev * elementary::exp(-depth * u * u * u)
        };
        let nodes_gev: Vec<f64> = (0..=steps + 1).map(node).collect();
        let mut operator = Self {
            nodes_gev,
            radiated: Vec::with_capacity(steps + 1),
            emitted: Vec::with_capacity(steps + 1),
            created: Vec::with_capacity(steps + 1),
            absorbed: Vec::with_capacity(steps + 1),
            fastest: 0.0,
        };
        for i in 0..=steps {
            operator.add_node(kernel, i);
        }
        let losses = operator.radiated.iter().map(|row| -row[0]);
        operator.fastest = losses
            .chain(operator.absorbed.iter().copied())
            .fold(0.0, f64::max);
        operator
    }

    fn add_node(&mut self, kernel: &impl Kernel, i: usize) {
        let nodes = &self.nodes_gev[i..];
        let (energy, last) = (nodes[0], nodes.len() - 1);
        // One node more than there is: what falls on the catching node is dropped in the end.
        let mut radiated = vec![0.0; last + 1];
        let mut emitted = vec![0.0; last + 1];
        let mut created = vec![0.0; last + 1];
        let mut lost = 0.0;
        // Next to the source one of the two comes out soft, where screening and the LPM effect end.
        let first: Vec<(f64, f64)> = dense().map(|(x, weight)| (1.0 - x, weight)).collect();
        let points = |j: usize| if j == 0 { &first[..] } else { &GAUSS };
        let at = |j: usize, share: f64| nodes[j + 1] + share * (nodes[j] - nodes[j + 1]);
        let all = |of: &dyn Fn(f64) -> f64| -> Vec<f64> {
            let shares =
                (0..last).flat_map(|j| points(j).iter().map(move |(share, _)| (j, *share)));
            shares.map(|(j, share)| of(at(j, share))).collect()
        };
        let (hard, soft, shares) = (
            all(&|at| energy - at),
            all(&|at| at),
            all(&|at| at / energy),
        );
        let mut rates = [hard.clone(), soft.clone(), shares.clone()];
        let [of_hard, of_soft, of_shares] = &mut rates;
        kernel.radiation(energy, &hard, of_hard);
        kernel.radiation(energy, &soft, of_soft);
        kernel.pairs(energy, &shares, of_shares);
        let [of_hard, of_soft, of_shares] = &rates;
        let mut n = 0;
        for j in 0..last {
            for &(share, weight) in points(j) {
                let weight = weight * (nodes[j] - nodes[j + 1]);
                let down = weight * of_hard[n] / hard[n];
                if j > 0 {
                    radiated[j] += down * share;
                    lost += down;
                } else {
                    // The upper share stays where it is.
                    lost += down * (1.0 - share);
                }
                radiated[j + 1] += down * (1.0 - share);
                let photons = weight * of_soft[n] / soft[n];
                emitted[j] += photons * share;
                emitted[j + 1] += photons * (1.0 - share);
                let pairs = weight * 2.0 * of_shares[n] / energy;
                created[j] += pairs * share;
                created[j + 1] += pairs * (1.0 - share);
                n += 1;
            }
        }
        radiated[0] = -(lost + below(kernel, energy, nodes[last]));
        let absorbed = dense().map(|(x, weight)| weight * kernel.pair(energy, 0.5 * x));
        self.absorbed.push(absorbed.sum());
        for row in [&mut radiated, &mut emitted, &mut created] {
            row.truncate(last);
        }
        self.radiated.push(radiated);
        self.emitted.push(emitted);
        self.created.push(created);
    }

    /// Particles at E0 alone.
    pub(super) fn beam(&self, species: Species) -> Population {
        let none = vec![0.0; self.absorbed.len()];
        let mut one = none.clone();
        one[0] = 1.0;
        let (sum, difference, photons) = match species {
            Species::Electron => (one.clone(), one, none),
            Species::Positron => (one.clone(), one.iter().map(|n| -n).collect(), none),
            Species::Photon => (none.clone(), none, one),
        };
        Population {
            sum,
            difference,
            photons,
        }
    }

    /// The integrals over depth from 0 to each of `depths_x0`.
    pub(super) fn track(&self, beam: &Population, depths_x0: &[f64]) -> Vec<Population> {
        crate::elementary::arch().dispatch(Sums {
            of: self,
            beam,
            depths_x0,
        })
    }

    #[inline(always)]
    fn sums(&self, beam: &Population, depths_x0: &[f64]) -> Vec<Population> {
        let deepest = self.deepest_x0();
        let tails: Vec<Vec<f64>> = depths_x0
            .iter()
            .map(|t| poisson_tails(self.fastest * t.min(deepest)))
            .collect();
        let mut tracks = vec![beam.scaled(0.0); depths_x0.len()];
        let mut now = beam.clone();
        for k in 0..tails.iter().map(Vec::len).max().unwrap_or(0) {
            for (track, tail) in tracks.iter_mut().zip(&tails) {
                if let Some(weight) = tail.get(k) {
                    track.add(weight / self.fastest, &now);
                }
            }
            now = self.step(&now);
        }
        tracks
    }

    /// Beyond, fewer than 1e-9 of the particles are left above the lowest energy: the maximum is at
    /// about ln(E0/E), from where on photons are absorbed at 7/9 per X0 or faster than half of that.
    fn deepest_x0(&self) -> f64 {
        let nodes = &self.nodes_gev;
        40.0 + 6.0 * libm::log(nodes[0] / nodes[nodes.len() - 1])
    }

    /// (1 + A/λ) n.
    #[inline(always)]
    fn step(&self, from: &Population) -> Population {
        let mut to = from.clone();
        let unit = 1.0 / self.fastest;
        for i in 0..self.absorbed.len() {
            let (sum, difference, photons) = (
                from.sum[i] * unit,
                from.difference[i] * unit,
                from.photons[i] * unit,
            );
            let rows = self.radiated[i].iter().zip(&self.emitted[i]);
            let rows = rows.zip(&self.created[i]);
            let to_both = to.sum[i..].iter_mut().zip(&mut to.difference[i..]);
            let to_all = to_both.zip(&mut to.photons[i..]);
            for (((to_sum, to_difference), to_photons), ((r, e), c)) in to_all.zip(rows) {
                *to_sum = (*to_sum + sum * r) + photons * c;
                *to_difference += difference * r;
                *to_photons += sum * e;
            }
            to.photons[i] -= photons * self.absorbed[i];
        }
        to
    }
}

/// [`Operator::sums`] in the instruction set; a closure in its place would be compiled without it.
struct Sums<'a> {
    of: &'a Operator,
    beam: &'a Population,
    depths_x0: &'a [f64],
}

impl WithSimd for Sums<'_> {
    type Output = Vec<Population>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Self::Output {
        self.of.sums(self.beam, self.depths_x0)
    }
}

impl Population {
    fn scaled(&self, by: f64) -> Self {
        let all = |v: &[f64]| v.iter().map(|n| n * by).collect();
        Self {
            sum: all(&self.sum),
            difference: all(&self.difference),
            photons: all(&self.photons),
        }
    }

    #[inline(always)]
    fn add(&mut self, weight: f64, other: &Self) {
        add(&mut self.sum, weight, &other.sum);
        add(&mut self.difference, weight, &other.difference);
        add(&mut self.photons, weight, &other.photons);
    }

    /// The numbers of one species.
    pub(super) fn of(&self, species: Species) -> Vec<f64> {
        let both = || self.sum.iter().zip(&self.difference);
        match species {
            Species::Electron => both().map(|(s, d)| 0.5 * (s + d)).collect(),
            // The difference of equal numbers may be −1e-17.
            Species::Positron => both().map(|(s, d)| (0.5 * (s - d)).max(0.0)).collect(),
            Species::Photon => self.photons.clone(),
        }
    }
}

#[inline(always)]
fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

/// Rate at which an electron of `energy` falls below `lowest`, both in GeV.
fn below(kernel: &impl Kernel, energy: f64, lowest: f64) -> f64 {
    let range = elementary::ln(energy / (energy - lowest));
    let inside = dense().map(|(x, weight)| {
        let k = energy * elementary::exp(-range * x);
        weight * range * kernel.bremsstrahlung(energy, k)
    });
    inside.sum()
}

/// Points and weights on 0 … 1, dense at 0: x = u².
fn dense() -> impl Iterator<Item = (f64, f64)> {
    let width = 1.0 / f64::from(PANELS);
    (0..PANELS).flat_map(move |panel| {
        let start = width * f64::from(panel);
        GAUSS.map(|(share, weight)| {
            let u = start + width * share;
            (u * u, 2.0 * u * width * weight)
        })
    })
}

/// P(K > k) for k = 0, 1, …, K of Poisson's distribution with this mean, as long as it matters.
fn poisson_tails(mean: f64) -> Vec<f64> {
    if mean <= 0.0 {
        return Vec::new();
    }
    let most = (mean + 12.0 * mean.sqrt() + 40.0) as usize;
    let ln_mean = libm::log(mean);
    let mut tails = vec![0.0; most + 1];
    let mut above = 0.0;
    for k in (0..=most).rev() {
        tails[k] = above;
        above += libm::exp(k as f64 * ln_mean - mean - libm::lgamma(k as f64 + 1.0));
    }
    tails
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::NucleusSpin;
    use crate::matter::elements::Element;
    use crate::matter::material::Material;
    use crate::matter::shower::rates::{Medium, Rates};

    fn lead(rates: Rates) -> Medium {
        let element = Element::from_symbol("Pb").expect("listed");
        Medium::new(&Material::pure(element, NucleusSpin::Zero), rates).expect("dense")
    }

    /// Energy that an electron, and a photon, of this energy loses per X0 to particles that leave the
    /// grid, whose last nodes are `low` and, catching, `catching`: all of one below, its share of the
    /// catching node between the two.
    fn energy_lost(kernel: &impl Kernel, energy: f64, low: f64, catching: f64) -> (f64, f64) {
        let lost = |at: f64| match at < catching {
            true => at,
            false => catching * (low - at) / (low - catching),
        };
        let n = 4_000;
        let (mut electron, mut photon) = (0.0, 0.0);
        for (start, end) in [(0.0, catching), (catching, low)] {
            let width = (end - start) / f64::from(n);
            for i in 0..n {
                let at = start + width * (f64::from(i) + 0.5);
                let weight = width * lost(at);
                electron += weight * kernel.bremsstrahlung(energy, at) / at;
                electron += weight * kernel.bremsstrahlung(energy, energy - at) / (energy - at);
                photon += weight * 2.0 * kernel.pair(energy, at / energy) / energy;
            }
        }
        (electron, photon)
    }

    /// Radiation whose spectrum of electrons [TW66] found: the losses in ln E are b e^(−w)/w.
    struct TsaiWhitis;

    impl Kernel for TsaiWhitis {
        fn radiation(&self, energy: f64, k: &[f64], out: &mut [f64]) {
            for (out, k) in out.iter_mut().zip(k) {
                let y = k / energy;
                *out = 4.0 / 3.0 * y / -libm::log1p(-y);
            }
        }

        fn pairs(&self, _: f64, _: &[f64], out: &mut [f64]) {
            out.fill(0.0);
        }
    }

    #[test]
    fn the_primary_electron_follows_tsai_and_whitis_where_it_radiates_as_they_assume() {
        // ∫_0^T P(4t/3, ln 2) dt by mpmath.quad.
        for (depth_x0, expected) in [
            (0.01, 0.009_974_586_942_77),
            (1.0, 0.674_208_745_108),
            (1.8, 0.830_796_612_157),
            (40.0, 0.869_997_298_090),
        ] {
            let operator = Operator::new(&TsaiWhitis, 1.0, 0.5, 256);
            let track = operator.track(&operator.beam(Species::Electron), &[depth_x0]);
            let electrons = track[0].of(Species::Electron);
            let half = 0.5 * electrons[256];
            let found = electrons[..256].iter().sum::<f64>() + half;
            assert!((found / expected - 1.0).abs() < 1e-4, "{depth_x0}: {found}");
            assert_eq!(track[0].of(Species::Positron).iter().sum::<f64>(), 0.0);
        }
    }

    #[test]
    fn energy_is_conserved() {
        // Polynomials are integrated exactly, what screening does at soft ends is not.
        for (rates, slack) in [
            (Rates::Full, 3e-4),
            (Rates::ApproximationA { b: 0.01 }, 1e-7),
        ] {
            let medium = lead(rates);
            let operator = Operator::new(&medium, 100.0, 1.0, 96);
            let (low, catching) = (operator.nodes_gev[96], operator.nodes_gev[97]);
            for species in Species::ALL {
                let tracks = operator.track(&operator.beam(species), &[1e3]);
                let mut seen = 0.0;
                for (i, energy) in operator.nodes_gev[..97].iter().enumerate() {
                    let (electron, photon) = energy_lost(&medium, *energy, low, catching);
                    seen += tracks[0].sum[i] * electron + tracks[0].photons[i] * photon;
                }
                assert!(
                    (seen / 100.0 - 1.0).abs() < slack,
                    "{rates:?} {species:?}: {seen}"
                );
            }
        }
    }

    #[test]
    fn the_tail_of_poissons_distribution_adds_up_to_its_mean() {
        for mean in [1e-3, 2.5, 900.0] {
            let sum: f64 = poisson_tails(mean).iter().sum();
            assert!((sum / mean - 1.0).abs() < 1e-12, "{mean}: {sum}");
        }
    }
}
