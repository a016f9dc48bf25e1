//! The card written back, every default visible.

use super::process_kind::ProcessKind;
use super::profile;
use super::raw::{
    PerAxis, RawBeam, RawCard, RawComponent, RawCuts, RawDarkSector, RawEvents, RawFormFactor,
    RawFormFactorTable, RawHistogram, RawIntegration, RawMaterial, RawMesons, RawProcess, RawReach,
    RawRun, RawTarget, RawWeight, Seed,
};
use super::run_card::{HistogramSpec, InitialState, RunCard, WeightSpec};
use super::track_length;
use crate::beam::Lepton;
use crate::cuts::Cuts;
use crate::dark_sector::{DarkSector, Mediator};
use crate::histogram::{Axis, Scale};
use crate::matter::Target;
use crate::matter::form_factor::FormFactorKind;
use crate::matter::scattering::MultipleScattering;
use crate::text::exact;

impl RawCard {
    /// The card as TOML.
    pub fn to_toml(&self) -> String {
        // UNWRAP: the card is strings, numbers, lists and tables with string keys, all of which
        // TOML can express.
        let toml = toml::to_string(self).expect("a card is TOML");
        toml.lines()
            .map(|line| with_exponents(line) + "\n")
            .collect()
    }
}

/// A line of a card with its numbers as short as they can be: `1e14`, not `100000000000000.0`.
fn with_exponents(line: &str) -> String {
    let Some((key, value)) = line.split_once(" = ") else {
        return line.to_owned();
    };
    let list = value.strip_prefix('[').and_then(|v| v.strip_suffix(']'));
    let numbers = list.unwrap_or(value).split(", ").map(|item| {
        let number = item.parse().ok().filter(|_| item.contains('.'));
        number.map(exact)
    });
    match (numbers.collect::<Option<Vec<_>>>(), list) {
        (None, _) => line.to_owned(),
        (Some(numbers), None) => format!("{key} = {}", numbers.concat()),
        (Some(numbers), Some(_)) => format!("{key} = [{}]", numbers.join(", ")),
    }
}

impl From<&RunCard> for RawCard {
    fn from(card: &RunCard) -> Self {
        let integration = card.integration;
        let (events, reach) = (card.events, card.reach);
        let beam = card.beam.lepton.name().to_owned();
        let is_photon = card.beam.lepton == Lepton::Photon;
        Self {
            schema: Some(1),
            run: RawRun {
                name: Some(card.run.name.clone()),
                label: card.run.label.clone(),
                seed: Some(Seed(card.run.seed)),
                threads: Some(card.run.threads as u64),
            },
            process: RawProcess {
                kind: Some(card.kind.name().to_owned()),
                mesons: card
                    .mesons
                    .map(|some| PerAxis::Each(some.iter().map(|m| m.name().to_owned()).collect())),
            },
            dark_sector: dark_sector(&card.dark_sector),
            beam: RawBeam {
                lepton: (!is_photon).then(|| beam.clone()),
                particle: is_photon.then_some(beam),
                energy_gev: Some(card.beam.energy_gev),
                on_target: card.beam.on_target,
                momentum_spread: Some(card.profile.momentum_spread).filter(|spread| *spread > 0.0),
                spot_mm: profile::raw_pair(card.profile.spot_mm),
                divergence_mrad: profile::raw_pair(card.profile.divergence_mrad),
                momentum_table: card
                    .profile
                    .momentum_table
                    .as_deref()
                    .map(profile::raw_table),
                twiss: card.profile.twiss.map(profile::raw_twiss),
            },
            target: RawTarget {
                losses: card.losses.map(|losses| losses.name().to_owned()),
                multiple_scattering: (card.scattering != MultipleScattering::None)
                    .then(|| card.scattering.name().to_owned()),
                track_length: card.track_length.as_deref().map(track_length::raw),
                ..target(&card.target, &card.kind)
            },
            cuts: cuts(&card.cuts, &card.kind),
            integration: RawIntegration {
                method: Some(integration.method.name().to_owned()),
                n_adapt: Some(integration.n_adapt),
                neval: Some(integration.neval),
                rel_error: Some(integration.rel_error),
                max_neval: Some(integration.max_neval),
            },
            events: RawEvents {
                count: Some(events.count),
                mode: Some(events.mode.name().to_owned()),
                max_overweight_share: Some(events.max_overweight_share),
                max_weight: Some(events.max_weight),
                compression: Some(events.compression.name().to_owned()),
            },
            reach: RawReach {
                events_excluded: Some(reach.events_excluded),
                efficiency: Some(reach.efficiency),
                q_over_e_max: reach.q_over_e_max,
                straggling: Some(reach.straggling.name().to_owned()),
                channels: reach
                    .channels
                    .map(|all| PerAxis::Each(all.iter().map(|c| c.name().to_owned()).collect())),
                initial_state_radiation: (reach.initial_state != InitialState::None)
                    .then(|| reach.initial_state.name().to_owned()),
                mesons: Some(RawMesons {
                    rho: Some(reach.mesons.rho),
                    omega: Some(reach.mesons.omega),
                    phi: Some(reach.mesons.phi),
                    jpsi: Some(reach.mesons.jpsi),
                }),
            },
            histogram: Some(card.histograms.iter().map(histogram).collect()),
            weight: (!card.weights.is_empty()).then(|| card.weights.iter().map(weight).collect()),
        }
    }
}

fn dark_sector(dark_sector: &DarkSector) -> RawDarkSector {
    match dark_sector {
        DarkSector::Pair(chi) => RawDarkSector {
            m_chi_gev: Some(chi.mass_gev),
            charge: Some(chi.charge),
            spin: Some(chi.spin.name().to_owned()),
            pdg_id: Some(chi.pdg_id.into()),
            ..RawDarkSector::default()
        },
        DarkSector::Mediated(chi, mediator) => RawDarkSector {
            m_chi_gev: Some(chi.mass_gev),
            spin: Some(chi.spin.name().to_owned()),
            mediator: Some(Mediator::Vector.name().to_owned()),
            m_mediator_gev: Some(mediator.mass_gev),
            epsilon: Some(mediator.epsilon),
            alpha_d: Some(mediator.alpha_d),
            width_gev: mediator.width_gev,
            pdg_id: Some(chi.pdg_id.into()),
            ..RawDarkSector::default()
        },
        DarkSector::DarkPhoton(photon) => RawDarkSector {
            m_dark_photon_gev: Some(photon.mass_gev),
            epsilon: Some(photon.epsilon),
            pdg_id: Some(photon.pdg_id.into()),
            ..RawDarkSector::default()
        },
        DarkSector::Boson(boson) => RawDarkSector {
            mediator: Some(boson.vertex.name().to_owned()),
            m_mediator_gev: Some(boson.mass_gev),
            coupling: Some(boson.coupling),
            pdg_id: Some(boson.pdg_id.into()),
            ..RawDarkSector::default()
        },
    }
}

fn target(target: &Target, kind: &ProcessKind) -> RawTarget {
    let material = &target.material;
    let parts = &material.components;
    let spin = parts.first().filter(|_| kind.has_form_factor());
    let mut raw = RawTarget {
        density_g_cm3: material.density_g_cm3,
        radiation_length_cm: material.radiation_length_cm,
        thickness_cm: material.thickness_cm,
        energy_loss_gev_per_cm: material.energy_loss_gev_per_cm,
        form_factor: kind
            .has_form_factor()
            .then(|| form_factor(&target.form_factor)),
        // Isotopes are written one by one.
        isotopes: Some("mean".to_owned()),
        nucleus_spin: spin.map(|part| part.nucleus.spin.name().into()),
        ..RawTarget::default()
    };
    match &parts[..] {
        // A mixture of one is the element itself, but for a fraction that is not quite 1.
        [only] if only.mass_fraction == 1.0 => {
            raw.element = Some(only.name());
            raw.nuclear_mass_gev = kind.has_nucleus().then_some(only.nucleus.mass_gev);
        }
        parts => {
            let listed = parts.iter().map(|part| RawComponent {
                element: Some(part.name()),
                mass_fraction: Some(part.mass_fraction),
            });
            raw.material = Some(RawMaterial::Elements(listed.collect()));
        }
    }
    raw
}

fn form_factor(form_factor: &FormFactorKind) -> RawFormFactor {
    match form_factor.table() {
        None => RawFormFactor::Name(form_factor.name().to_owned()),
        Some(table) => RawFormFactor::Table(RawFormFactorTable {
            file: None,
            q_gev: Some(PerAxis::Each(table.q_gev().to_vec())),
            f: Some(PerAxis::Each(table.f().to_vec())),
        }),
    }
}

fn cuts(cuts: &Cuts, kind: &ProcessKind) -> RawCuts {
    let on_all = RawCuts {
        x_min: Some(cuts.x_min),
        x_max: Some(cuts.x_max),
        chi_angle_max_mrad: Some(cuts.chi_angle_max_mrad),
        ..RawCuts::default()
    };
    if !kind.has_lepton() {
        return on_all;
    }
    RawCuts {
        lepton_energy_max_gev: Some(cuts.lepton_energy_max_gev),
        lepton_angle_min_mrad: Some(cuts.lepton_angle_min_mrad),
        lepton_angle_max_mrad: Some(cuts.lepton_angle_max_mrad),
        lepton_pt_min_gev: Some(cuts.lepton_pt_min_gev),
        lepton_pt_max_gev: Some(cuts.lepton_pt_max_gev),
        ..on_all
    }
}

fn weight(spec: &WeightSpec) -> RawWeight {
    RawWeight {
        name: Some(spec.name.clone()),
        set: Some(spec.set.iter().cloned().collect()),
    }
}

fn histogram(spec: &HistogramSpec) -> RawHistogram {
    RawHistogram {
        observable: per_axis(spec, |axis| axis.observable().name().to_owned()),
        min: per_axis(spec, Axis::min),
        max: per_axis(spec, Axis::max),
        bins: per_axis(spec, |axis| axis.bins() as u64),
        scale: per_axis(spec, |axis| match axis.scale() {
            Scale::Linear => "linear".to_owned(),
            Scale::Log => "log".to_owned(),
        }),
    }
}

fn per_axis<T: Clone>(spec: &HistogramSpec, value: impl Fn(&Axis) -> T) -> Option<PerAxis<T>> {
    match &spec.axes[..] {
        [only] => Some(PerAxis::One(value(only))),
        axes => Some(PerAxis::Each(axes.iter().map(value).collect())),
    }
}
