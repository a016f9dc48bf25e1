//! The table of all keys, in the order of the documentation.

use std::sync::LazyLock;

use super::Absent::{Count, Depends, Nothing, Number, Required, Text};
use super::Allowed::{Choices, Range};
use super::{Key, Kind};
use crate::beam::Lepton;
use crate::card::histograms::DEFAULT_BINS;
use crate::card::process_kind;
use crate::card::resolve::SCHEMA;
use crate::card::run_card::{Channel, InitialState, Isotopes, Losses, Straggling};
use crate::cuts::CutFields;
use crate::dark_sector::{ChiSpin, Mediator};
use crate::event::{Compression, Weighting};
use crate::matter::NucleusSpin;
use crate::matter::catalogue::MATERIALS;
use crate::matter::form_factor::FormFactors;
use crate::matter::scattering::MultipleScattering;
use crate::mesons::VectorMeson;
use crate::observable::Observable;
use crate::process::{Method, Registry};

macro_rules! keys {
    ($($path:literal: $kind:ident, $unit:literal, $allowed:expr, $default:expr, $meaning:expr, $expects:expr;)*) => {
        /// Every key and every section of the card; keys follow their section.
        pub static KEYS: &[Key] = &[$(Key {
            path: $path,
            kind: Kind::$kind,
            unit: $unit,
            allowed: $allowed,
            default: $default,
            meaning: $meaning,
            expects: $expects,
        },)*];
    };
}

/// The processes that every card may name.
static PROCESSES: LazyLock<Registry> = LazyLock::new(Registry::standard);

const MASS: &str = "a mass in GeV, 1e-10 to 1e10";
const ENERGY_MAX: &str = "an energy in GeV, above 0";
const ANGLE: &str = "an angle in mrad, at least 0";
const PT: &str = "a momentum in GeV, at least 0";
const LENGTH: &str = "a length in cm, 1e-30 to 1e30";
const YIELD: &str = "a number of mesons, 0 to 1e30";
const FRACTION: &str = "a fraction, 0 to 1";
const SYMBOL: &str = "the symbol of an element, H to Cf, or an isotope such as \"Pb-208\"";
const TABLE: &str = "a table of keys";
const NO_CUT: CutFields = CutFields::NONE;

keys! {
    "schema": Count, "", Range("1"), Count(SCHEMA),
        "Version of the card format.",
        "1, the version of the card format";

    "run": Table, "", Range(""), Nothing(""), "Name, seed and threads of the run.", TABLE;
    "run.name": Text, "", Range("letters, digits, and any of `._+-` inside"),
        Depends("the name of the card's file"),
        "Name of the run and of its folder under `output/`.",
        "a name fit for a folder: letters, digits, and any of `._+-` inside";
    "run.label": Text, "", Range("one line of 1 to 60 characters"), Nothing(""),
        "What figures, tables of limits and summaries call the experiment, such as `NA64μ`, in any characters; without it they say `run.name`.",
        "a text of 1 to 60 characters in one line";
    "run.seed": Seed, "", Range("0 to 18446744073709551615"), Depends("drawn, below 2⁵³"),
        "Seed of all random numbers: the same card and seed give the same bits; beyond 2⁶³ − 1 it is written as a text of digits.",
        "a whole number, 0 to 18446744073709551615";
    "run.threads": Count, "", Range("0 to 4096"), Count(0),
        "Number of threads, 0 for all cores; results do not depend on it.",
        "a number of threads, 0 (all cores) to 4096";

    "process": Table, "", Range(""), Nothing(""), "The reaction of the beam on the target.", TABLE;
    "process.kind": Text, "", Choices(|| PROCESSES.names().collect()), Text(process_kind::DEFAULT),
        "What happens: one of [the processes](#the-processes) below.",
        "the name of a process";
    "process.mesons": Texts, "", Choices(|| VectorMeson::ALL.map(VectorMeson::name).to_vec()), Nothing("(all of them, for `meson`)"),
        "The vector mesons V of `meson`: ρ(770), ω(782), φ(1020), J/ψ; those that are too light for the pair are left out.",
        "one or more of \"rho\", \"omega\", \"phi\", \"jpsi\"";

    "dark_sector": Table, "", Range(""), Nothing(""),
        "The new particle: the millicharged χ of a pair, the dark photon A′, or a boson φ.", TABLE;
    "dark_sector.m_chi_gev": Number, "GeV", Range("1e-10 to 1e10"), Required("where χ is made"),
        "Mass of χ, of which two must fit below √s − m − M.", MASS;
    "dark_sector.charge": Number, "e", Range("1e-30 to 1e6"), Number(1.0),
        "Charge Q_χ/e of χ; σ is proportional to its square, of `photon-conversion` to its fourth power; not \
         with an A′ as `mediator`.",
        "a charge in units of e, 1e-30 to 1e6";
    "dark_sector.spin": Text, "", Choices(|| ChiSpin::ALL.map(ChiSpin::name).to_vec()), Text("dirac"),
        "Whether χ is a Dirac fermion or a complex scalar.",
        "\"dirac\" or \"scalar\"";
    "dark_sector.m_dark_photon_gev": Number, "GeV", Range("1e-10 to 1e10"), Required("for `dark-photon`"),
        "Mass of A′, which must fit below √s − m − M; only for `dark-photon`.", MASS;
    "dark_sector.epsilon": Number, "", Range("1e-30 to 1e6"), Number(1.0),
        "Kinetic mixing ε of A′; σ is proportional to its square; only for `dark-photon` and with a `mediator` other than the photon.",
        "a kinetic mixing, 1e-30 to 1e6";
    "dark_sector.mediator": Text, "", Choices(|| Mediator::ALL.map(Mediator::name).to_vec()), Nothing("(`photon`)"),
        "What χ couples to: the photon, or a `vector` A′ that mixes with it; for `boson` φ itself, by its \
         vertex 1, iγ₅, γ^μ or γ^μγ₅ on the lepton's line.",
        "\"photon\" or \"vector\", for \"boson\" one of \"scalar\", \"pseudoscalar\", \"vector\", \"axial-vector\"";
    "dark_sector.m_mediator_gev": Number, "GeV", Range("1e-10 to 1e10"), Required("with a `mediator`"),
        "Mass of the A′ between leptons and χ, above or below 2m_χ, or of φ, which must fit below √s − m − M.", MASS;
    "dark_sector.coupling": Number, "e", Range("1e-30 to 1e6"), Nothing("(`epsilon`)"),
        "Another name of `epsilon` with a `mediator`: its coupling g to the lepton in units of e, g_e or g_μ = 0.30282 times it.",
        "a coupling in units of e, 1e-30 to 1e6";
    "dark_sector.alpha_d": Number, "", Range("1e-30 to 1e6"), Required("for χ and `vector`, without `g_chi`"),
        "Coupling α_D = g_χ²/4π of the A′ to χ; with an A′ as `mediator`.",
        "a coupling, 1e-30 to 1e6";
    "dark_sector.g_chi": Number, "", Range("1e-30 to 1e6"), Nothing("(`alpha_d`)"),
        "Coupling g_χ = √(4πα_D) of the A′ to χ, in place of `alpha_d`.",
        "a coupling, 1e-30 to 1e6";
    "dark_sector.width_gev": Number, "GeV", Range("1e-10 to 1e10"), Nothing("(that of A′ → χ χ̄)"),
        "Width of the A′, if it has other decays than to χ χ̄; for `annihilation` at least 1e-4 of its mass, if that is above 2m_χ.",
        "a width in GeV, 1e-10 to 1e10";
    "dark_sector.pdg_id": CountOrText, "",
        Range("1 to 2147483647; for χ also `\"ldmx\"` (17), `\"dmg4\"` (5200012), `\"milliqan\"` (6000015)"),
        Depends("`\"dmg4\"` for χ, 622 for A′ and a vector φ, as in DMG4 5400022, 5410022, 5510022 for a scalar, pseudoscalar, axial vector"),
        "Particle code of χ, A′ or φ in run files and exports; χ̄ has the negative one.",
        "a particle code above 0, or one of \"ldmx\", \"dmg4\", \"milliqan\"";

    "beam": Table, "", Range(""), Nothing(""), "The beam, its axis along +z, on a target at rest.", TABLE;
    "beam.particle": Text, "", Choices(|| Lepton::ALL.map(Lepton::name).to_vec()), Nothing("(then `lepton` is required)"),
        "Particle of the beam, of those that make [the process](#the-processes).",
        "one of \"e-\", \"e+\", \"mu-\", \"mu+\", \"gamma\"";
    "beam.lepton": Text, "", Choices(|| Lepton::CHARGED.map(Lepton::name).to_vec()), Required("without `particle`"),
        "Earlier name of `particle`, for leptons.",
        "one of \"e-\", \"e+\", \"mu-\", \"mu+\"";
    "beam.energy_gev": Number, "GeV", Range("above the particle's mass, at most 1e8"), Required(""),
        "Total energy E₀ of a beam particle in the frame where the nucleus is at rest.",
        "an energy in GeV, above the particle's mass and at most 1e8";
    "beam.on_target": Number, "", Range("1e-30 to 1e30"), Nothing("(`reach` asks for it)"),
        "Number of beam particles on target; it turns σ into a number of events.",
        "a number of particles, 1e-30 to 1e30";
    "beam.momentum_spread": Number, "", Range("0 to 0.1"), Nothing("(all at `energy_gev`)"),
        "Rms of the momentum over its nominal value, gaussian up to five of it; x and cuts stay those of `energy_gev`.",
        "a relative rms, 0 to 0.1";
    "beam.spot_mm": Numbers, "mm", Range("0 to 1e6"), Nothing("(a point)"),
        "Rms of x and y of the beam at the front of the target, gaussian: `[x, y]`, or one number for both.",
        "[x, y] in mm, each 0 to 1e6";
    "beam.divergence_mrad": Numbers, "mrad", Range("0 to 100"), Nothing("(all along +z)"),
        "Rms of the angles in x and y there, gaussian: `[x, y]`, or one number for both.",
        "[x, y] in mrad, each 0 to 100";
    "beam.momentum_table": Table, "", Range(""), Nothing("(all at `energy_gev`)"),
        "The density of momenta instead of `momentum_spread`, linear between its rows and 0 beyond them, whatever its norm; x and \
         cuts stay those of `energy_gev`.",
        "{ file = \"…\" }, or { momentum_gev = […], density = […] }";
    "beam.momentum_table.file": Text, "", Range("the name of a file, seen from the card's folder"), Nothing(""),
        "The table: the first row names its columns, `momentum_gev` and `density`; the resolved card holds the numbers.",
        "the name of a file";
    "beam.momentum_table.momentum_gev": Numbers, "GeV", Range("rising, half to one and a half times that of `energy_gev`"),
        Nothing("(`file` has them)"),
        "Momenta of a table in the card.",
        "a list of momenta in GeV";
    "beam.momentum_table.density": Numbers, "", Range("none negative, one for each of `momentum_gev`"), Nothing("(`file` has them)"),
        "The density at each of them.",
        "a list of densities, one for each of momentum_gev";
    "beam.twiss": Table, "", Range(""), Nothing("(`spot_mm` and `divergence_mrad`)"),
        "The ellipses of place and angle at the front of the target instead of `spot_mm` and `divergence_mrad`: ⟨x²⟩ = εβ, \
         ⟨x x'⟩ = −εα, ⟨x'²⟩ = ε(1 + α²)/β.",
        "{ emittance_mm_mrad = [x, y], beta_m = [x, y], alpha = [x, y] }";
    "beam.twiss.emittance_mm_mrad": Numbers, "mm mrad", Range("0 to 1e6"), Required("in `twiss`"),
        "Rms emittance ε in x and y, not normalised: `[x, y]`, or one number for both.",
        "[x, y] in mm mrad, each 0 to 1e6";
    "beam.twiss.beta_m": Numbers, "m", Range("1e-6 to 1e9"), Required("in `twiss`"),
        "β at the front of the target.",
        "[x, y] in m, each 1e-6 to 1e9";
    "beam.twiss.alpha": Numbers, "", Range("of a size up to 1e4"), Nothing("(0)"),
        "α there, above 0 in a beam that converges.",
        "[x, y], each -1e4 to 1e4";

    "target": Table, "", Range(""), Nothing(""),
        "The nuclei, and how much of the material there is. σ knows only the nuclei, with their spin, mass and \
         form factor; density, lengths and energy loss are for `reach` and for the vertices of `export`.", TABLE;
    "target.element": Text, "", Range("`H` to `Cf`, or an isotope such as `Pb-208`"),
        Required("without `material` or `mixture`"),
        "Symbol of the element, with its standard atomic weight, or one isotope of it with its own mass.",
        SYMBOL;
    "target.material": TablesOrText, "", Choices(|| MATERIALS.iter().map(|m| m.name).collect()), Nothing(""),
        "A mixture or compound instead of `element`: a list of `{ element, mass_fraction }`, or a name from \
         the table of common ones, which have a density too ([targets.md](targets.md)).",
        "a list of { element, mass_fraction }, or the name of a material";
    "target.material.element": Text, "", Range("`H` to `Cf`, or an isotope such as `Pb-208`"), Required(""),
        "Symbol of the element or isotope.", SYMBOL;
    "target.material.mass_fraction": Number, "", Range("above 0, at most 1"), Required(""),
        "Its share of the mass; the shares add up to 1; rounded ones, off by up to 2e-3, are scaled.",
        "a mass fraction above 0, at most 1";
    "target.mixture": Text, "", Range("such as `PbWO4`, `Bi4(GeO4)3`, `Lu1.8Y0.2SiO5`"), Nothing(""),
        "Chemical formula of a compound instead of `element` or `material`; its density is that of the \
         material of this name, if there is one.",
        "a chemical formula, such as \"PbWO4\"";
    "target.isotopes": Text, "", Choices(|| Isotopes::ALL.iter().map(|i| i.name()).collect()), Text("mean"),
        "Whether an element is its mean nucleus, or its isotopes in their natural abundances, each with its \
         own σ.",
        "\"mean\" or \"natural\"";
    "target.density_g_cm3": Number, "g/cm³", Range("1e-30 to 1e30"),
        Depends("as tabulated for an element or a named material, else none"),
        "Density of the material.",
        "a density in g/cm³, 1e-30 to 1e30";
    "target.radiation_length_cm": Number, "cm", Range("1e-30 to 1e30"),
        Depends("from the elements (tabulated, or Tsai's formula) and the density, where it is known"),
        "Radiation length X₀ of the material.", LENGTH;
    "target.thickness_cm": Number, "cm", Range("1e-30 to 1e30"), Nothing("(`reach` asks for it)"),
        "Thickness of the target along the beam; excludes `thickness_x0`.", LENGTH;
    "target.thickness_x0": Number, "X₀", Range("1e-30 to 1e30"), Nothing(""),
        "The same in radiation lengths X₀; excludes `thickness_cm`.",
        "a number of radiation lengths, 1e-30 to 1e30";
    "target.energy_loss_gev_per_cm": Number, "GeV/cm", Range("0 to 1e30"), Nothing(""),
        "Mean energy a muon loses in each cm of the target, taken as constant: needed by `losses = \"constant\"`, \
         which every command follows; without that key only `reach` does.",
        "an energy loss in GeV/cm, 0 to 1e30";
    "target.losses": Text, "", Choices(|| Losses::ALL.iter().map(|l| l.name()).collect()),
        Text("none"),
        "What the beam loses before the vertex (e± in more than 0.3 X₀ must say it): nothing; e± by bremsstrahlung after Tsai and Whitis, or \
         with all e± of their shower; μ± `energy_loss_gev_per_cm` (`constant`), their mean loss by energy, or large losses one by one. σ is then the mean over the thickness, and events say depth and \
         energy ([targets.md](targets.md)).",
        "\"none\", \"tsai-whitis\", \"constant\", \"muon-table\", \"muon-straggling\" or \"shower\"";
    "target.multiple_scattering": Text, "", Choices(|| MultipleScattering::ALL.iter().map(|m| m.name()).collect()),
        Nothing("(`\"none\"`)"),
        "Whether the beam scatters before the vertex: not, or gaussian by Highland's formula, which needs a thickness and a \
         radiation length.",
        "\"none\" or \"highland\"";
    "target.track_length": Table, "", Range(""), Nothing("(`losses = \"shower\"` computes them)"),
        "Track lengths of e⁻, e⁺ and γ in the target from another program, instead of those that `losses = \"shower\"` \
         and the channels of the shower in `reach` compute ([targets.md](targets.md)).",
        "{ file = \"…\" }";
    "target.track_length.file": Text, "", Range("the name of a file, seen from the card's folder"), Nothing(""),
        "The table: the first row names its columns, `energy_gev` (rising, up to the beam energy), `electron_x0`, `positron_x0`, \
         `photon_x0`, the lengths above that energy, and `depth_x0`, as `millibrem shower` writes it; \
         the resolved card holds the numbers.",
        "the name of a file";
    "target.track_length.depth_x0": Numbers, "X₀", Range("rising, one for each of `energy_gev`"), Nothing("(the whole target)"),
        "Depths of a table in the card.",
        "a list of depths in radiation lengths, one for each of energy_gev";
    "target.track_length.energy_gev": Numbers, "GeV", Range("rising at each depth"), Nothing("(`file` has them)"),
        "Energies of a table in the card.",
        "a list of energies in GeV";
    "target.track_length.electron_x0": Numbers, "X₀", Range("falling, one for each of `energy_gev`"), Nothing("(`file` has them)"),
        "Track lengths of electrons above each of `energy_gev`.",
        "a list of lengths in radiation lengths, one for each of energy_gev";
    "target.track_length.positron_x0": Numbers, "X₀", Range("falling, one for each of `energy_gev`"), Nothing("(`file` has them)"),
        "Those of positrons.",
        "a list of lengths in radiation lengths, one for each of energy_gev";
    "target.track_length.photon_x0": Numbers, "X₀", Range("falling, one for each of `energy_gev`"), Nothing("(`file` has them)"),
        "Those of photons.",
        "a list of lengths in radiation lengths, one for each of energy_gev";
    "target.form_factor": TextOrTable, "", Choices(|| FormFactors::standard().names()),
        Text("tsai-elastic"),
        "Form factor of the nucleus; the formulas are in [physics.md](physics.md).",
        "the name of a form factor, or { file = \"…\" }";
    "target.form_factor.file": Text, "", Range("the name of a file, seen from the card's folder"), Nothing(""),
        "Table of the form factor: the first row names its columns, `q_gev`, `q_inv_fm` or `t_gev2`, and `f`; \
         F of the nucleus is 1 at q = 0, screening is added, and the resolved card holds the numbers.",
        "the name of a file";
    "target.form_factor.q_gev": Numbers, "GeV", Range("rising"), Nothing("(`file` has them)"),
        "Momentum transfers q of a table in the card, up to 1e5 GeV.",
        "a list of momentum transfers in GeV, 0 to 1e5";
    "target.form_factor.f": Numbers, "", Range("one for each of `q_gev`"), Nothing("(`file` has them)"),
        "F at each of `q_gev`.",
        "a list of numbers, one for each of q_gev";
    "target.nucleus_spin": NumberOrText, "", Choices(|| NucleusSpin::ALL.map(NucleusSpin::name).to_vec()),
        Text("0"),
        "Spin of the nucleus in the amplitude: scalar or Dirac current; 0 and 0.5 may be numbers.",
        "0 or \"1/2\"";
    "target.nuclear_mass_gev": Number, "GeV", Range("1e-3 to 1e6"),
        Depends("atomic weight × atomic mass unit"),
        "Mass M of the nucleus in the kinematics; not with `material`.",
        "a mass in GeV, 1e-3 to 1e6";

    "cuts": Table, "", Range(""), Nothing(""),
        "Cuts on the final state; each lower edge lies below its upper edge, and an event passes if it lies \
         on or between them. x = (E_χ + E_χ̄)/E₀, or E_A′/E₀, is the missing-energy fraction; angles are to the \
         incoming lepton. Only the method `mc` follows cuts on more than x.", TABLE;
    "cuts.x_min": Number, "", Range("0 to 1"), Number(NO_CUT.x_min),
        "Smallest missing-energy fraction x.", FRACTION;
    "cuts.x_max": Number, "", Range("0 to 1"), Number(NO_CUT.x_max),
        "Largest missing-energy fraction x.", FRACTION;
    "cuts.lepton_energy_max_gev": Number, "GeV", Range("above the lepton's mass"),
        Number(NO_CUT.lepton_energy_max_gev),
        "Largest energy of the scattered lepton.", ENERGY_MAX;
    "cuts.lepton_angle_min_mrad": Number, "mrad", Range("at least 0, finite"),
        Number(NO_CUT.lepton_angle_min_mrad),
        "Smallest polar angle of the scattered lepton.", ANGLE;
    "cuts.lepton_angle_max_mrad": Number, "mrad", Range("at least 0"), Number(NO_CUT.lepton_angle_max_mrad),
        "Largest polar angle of the scattered lepton.", ANGLE;
    "cuts.lepton_pt_min_gev": Number, "GeV", Range("at least 0, finite"), Number(NO_CUT.lepton_pt_min_gev),
        "Smallest transverse momentum of the scattered lepton.", PT;
    "cuts.lepton_pt_max_gev": Number, "GeV", Range("at least 0"), Number(NO_CUT.lepton_pt_max_gev),
        "Largest transverse momentum of the scattered lepton.", PT;
    "cuts.chi_angle_max_mrad": Number, "mrad", Range("at least 0"), Number(NO_CUT.chi_angle_max_mrad),
        "Largest polar angle of χ and of χ̄, both of which must pass, or of A′.", ANGLE;

    "integration": Table, "", Range(""), Nothing(""), "How σ is computed, and how well.", TABLE;
    "integration.method": Text, "", Choices(|| Method::ALL.iter().map(|m| m.name()).collect()), Text("mc"),
        "Method of `sigma`, `spectrum` and `scan` without `--method`: the exact matrix element by Monte Carlo or \
         quadrature, or one of three Weizsäcker–Williams approximations; `generate` is always `mc`.",
        "one of \"mc\", \"quadrature\", \"ww\", \"iww\", \"wwa\"";
    "integration.n_adapt": Count, "", Range("1 to 1000"), Count(10),
        "Iterations that adapt the sampling; none of them enters σ.",
        "a number of iterations, 1 to 1000";
    "integration.neval": Count, "", Range("1000 to 1e12"), Count(200_000),
        "Points in each iteration; where only σ is asked for (`sigma`, `scan`, `reach`), no more than 0.01 / `rel_error`² or 20000.",
        "a number of points an iteration, 1000 to 1e12";
    "integration.rel_error": Number, "", Range("0 to 1"), Number(1e-3),
        "Relative error of σ at which the Monte Carlo stops; 0 goes on to `max_neval`.",
        "a relative error, 0 (never stop early) to 1";
    "integration.max_neval": Count, "", Range("`neval` to 1e15"),
        Depends("1e8, or 1.05 · (`n_adapt` + 10) · `neval` if that is more, at most 1e15"),
        "Most evaluations of the integrand, those of the adaptation included.",
        "a number of evaluations (those of the adaptation too), at least neval and at most 1e15";

    "events": Table, "", Range(""), Nothing(""), "The events that `generate` writes.", TABLE;
    "events.count": Count, "", Range("0 to 1e12"), Count(100_000),
        "Number of events, exactly.",
        "a number of events, at most 1e12";
    "events.mode": Text, "", Choices(|| Weighting::ALL.iter().map(|w| w.name()).collect()), Text("weighted"),
        "Whether events have weights, or are accepted and rejected until all weigh the same.",
        "\"weighted\" or \"unweighted\"";
    "events.max_overweight_share": Number, "", Range("above 0, below 1"), Number(1e-3),
        "Largest share of σ that may lie above the weight 1 in unweighted events, for the maxima are estimates; \
         beyond it is an alarm.",
        "a share of the cross section, above 0 and below 1";
    "events.max_weight": Number, "", Range("1 to 1e6"), Number(1.0),
        "Partial unweighting: with `mode = \"unweighted\"`, events keep weights from 1 up to this one, and fewer \
         points are rejected; 1 unweights fully.",
        "the largest weight partly unweighted events may keep, 1 to 1e6";
    "events.compression": Text, "", Choices(|| Compression::ALL.iter().map(|c| c.name()).collect()), Text("none"),
        "Compression of the events in `run.h5`.",
        "\"none\" or \"gzip\"";

    "histogram": Tables, "", Range("each once; at most 1e7 bins in all, two more an axis for what lies outside"),
        Depends("`x`, `e_miss_gev`, `theta_lepton_rad`, `m_pair_gev`, `t_gev2`, without `m_pair_gev` for `dark-photon` and `boson`; \
            where no lepton comes out, `e_chi_gev` and `theta_chi_rad` in place of its angle, and only what there is"),
        "Histograms of one or two observables, each under its own `[[histogram]]`; `histogram = []` is none.",
        "a list of tables, each under [[histogram]]";
    "histogram.observable": Texts, "", Choices(Observable::names), Required(""),
        "The observable, or a list of two for two axes; the end of its name is its unit, and those of χ and \
         `m_pair_gev` are only for `pair`.",
        "the name of an observable, or a list of two";
    "histogram.min": Numbers, "", Range("below `max`, above 0 if `scale` is `log`"),
        Depends("the natural range of the observable"),
        "Lower edge of the axis in the unit of the observable, or a list of two.",
        "a number, or one an axis";
    "histogram.max": Numbers, "", Range("above `min`, finite"),
        Depends("the natural range of the observable"),
        "Upper edge of the axis in the unit of the observable, or a list of two.",
        "a number, or one an axis";
    "histogram.bins": Counts, "", Range("at least 1"), Count(DEFAULT_BINS),
        "Number of bins of the axis, or a list of two.",
        "a number of bins, 1 or more, or one an axis";
    "histogram.scale": Texts, "", Choices(|| vec!["linear", "log"]),
        Depends("natural to the observable, `\"linear\"` if `min` or `max` is written"),
        "Whether bins are equally wide, or so in the logarithm; or a list of two.",
        "\"linear\" or \"log\", or one an axis";

    "weight": Tables, "", Range("at most 16 of different names"), Nothing(""),
        "Further weights of the same events, for another choice of what the squared amplitude depends on, each under its own `[[weight]]`: \
         the mean of each is σ of that choice.",
        "a list of tables, each under [[weight]]";
    "weight.name": Text, "", Range("letters, digits and `_`"), Required(""),
        "Name of the weight; its column is `weight_<name>`.",
        "a name of letters, digits and `_`";
    "weight.set": Settings, "", Range("`dark_sector.alpha_d`, `dark_sector.charge`, `dark_sector.coupling`, `dark_sector.epsilon`, `dark_sector.g_chi`, `dark_sector.spin`, `target.form_factor`, `target.nucleus_spin`"),
        Required(""),
        "What is different, such as `{ \"target.form_factor\" = \"helm\" }`.",
        "a table of keys with values, such as { \"target.form_factor\" = \"helm\" }";

    "reach": Table, "", Range(""), Nothing(""),
        "How `reach` turns σ into a limit on the charge ([reach.md](reach.md)).", TABLE;
    "reach.events_excluded": Number, "", Range("1e-30 to 1e30"), Number(2.3),
        "Expected events at the edge of the excluded region; 2.3 is 90 % CL without background and nothing seen.",
        "a number of events, 1e-30 to 1e30";
    "reach.efficiency": Number, "", Range("1e-30 to 1"), Number(1.0),
        "Share of the events within the cuts that the experiment sees.",
        "an efficiency, 1e-30 to 1";
    "reach.q_over_e_max": Number, "e", Range("1e-30 to 1e30"), Nothing(""),
        "Charge Q_χ/e from which on χ itself would be seen: the upper edge of what is excluded.",
        "a charge in units of e, 1e-30 to 1e30";
    "reach.mesons": Table, "", Range(""), Nothing(""),
        "Vector mesons V produced in the target by the whole beam, which decay to χ χ̄.", TABLE;
    "reach.mesons.rho": Number, "", Range("0 to 1e30"), Number(0.0), "Number of ρ(770).", YIELD;
    "reach.mesons.omega": Number, "", Range("0 to 1e30"), Number(0.0), "Number of ω(782).", YIELD;
    "reach.mesons.phi": Number, "", Range("0 to 1e30"), Number(0.0), "Number of φ(1020).", YIELD;
    "reach.mesons.jpsi": Number, "", Range("0 to 1e30"), Number(0.0), "Number of J/ψ.", YIELD;
    "reach.straggling": Text, "", Choices(|| Straggling::ALL.iter().map(|s| s.name()).collect()), Text("none"),
        "Earlier name of `target.losses` for electrons, which `reach` alone follows.",
        "\"none\" or \"tsai-whitis\"";
    "reach.channels": Texts, "", Choices(|| Channel::ALL.iter().map(|c| c.name()).collect()),
        Nothing("(`bremsstrahlung`, and the mesons that `reach.mesons` gives)"),
        "Ways to make the pair that are counted, one or a list; `annihilation` is that of shower positrons with electrons of the \
         target, `photon-conversion` and `trident` are of order Q_χ⁴; a meson without a number in `reach.mesons` is \
         estimated from the photons of the shower.",
        "the name of a channel, or a list";
    "reach.initial_state_radiation": Text, "", Choices(|| InitialState::ALL.iter().map(|i| i.name()).collect()), Nothing("(`none`)"),
        "Photons off positron and electron before they annihilate: none, or to leading logarithm.",
        "\"none\" or \"leading-log\"";
}
