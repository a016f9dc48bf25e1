//! `shower`: track lengths of electrons, positrons and photons in the target of a card.

use std::path::PathBuf;

use clap::Args;
use millibrem::matter::shower::{ShowerError, Species, TrackLength};
use millibrem::run;
use serde_json::json;

use super::failure::Failure;
use super::json::numbers;
use super::options::Common;
use super::print;

/// Columns of the table, which the library reads as a track length.
const HEADER: &str = "depth_x0,energy_gev,electron_x0,positron_x0,photon_x0";

/// Compute the track lengths of the shower in the target
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  millibrem shower cards/na64e-2023.toml
  millibrem shower na64e-2023 --at 50,70 --depths 1,40
  millibrem shower ldmx-2025 --above 4 --json

The table has the track lengths above each energy, in radiation lengths per beam \
particle, from the face of the target down to each depth; plot draws it.")]
pub(crate) struct Shower {
    /// Run card (TOML) with an electron or positron beam
    card: PathBuf,
    /// Lowest energy in GeV [default: cuts.x_min of the beam energy, 0.1 at least]
    #[arg(long, value_name = "GEV", value_parser = positive)]
    above: Option<f64>,
    /// Energies in GeV of the rows [default: those of the grid]
    #[arg(long, value_name = "E1,E2", value_delimiter = ',', value_parser = positive)]
    at: Vec<f64>,
    /// Depths in radiation lengths, rising [default: the thickness of the target]
    #[arg(long, value_name = "T1,T2", value_delimiter = ',', value_parser = positive)]
    depths: Vec<f64>,
}

/// A number above 0.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 0.0 && x.is_finite() => Ok(x),
        _ => Err("a number above 0 expected".to_owned()),
    }
}

impl Shower {
    pub(crate) fn run(&self, common: &Common) -> Result<(), Failure> {
        let card = common.load(&self.card)?;
        let (shower, depths_x0) = run::shower(&card, self.above, &self.at, &self.depths)?;
        let tracks = shower
            .track_lengths(&card.target.material, &depths_x0)
            .map_err(|error: ShowerError| Failure::Usage(error.to_string()))?;
        let energies = |track: &TrackLength| match self.at.as_slice() {
            [] => track.energies_gev().to_vec(),
            at => at.to_vec(),
        };
        let of = |track: &TrackLength, energy: f64| Species::ALL.map(|s| track.above(s, energy));
        if common.json {
            let one = |(track, depth_x0): (&TrackLength, &f64)| {
                let energies = energies(track);
                let column = |species: Species| -> Vec<f64> {
                    energies.iter().map(|e| track.above(species, *e)).collect()
                };
                let [electron, positron, photon] = Species::ALL.map(column);
                json!({
                    "depth_x0": depth_x0,
                    "energy_gev": numbers(&energies),
                    "electron_x0": numbers(&electron),
                    "positron_x0": numbers(&positron),
                    "photon_x0": numbers(&photon),
                })
            };
            let tables: Vec<_> = tracks.iter().zip(&depths_x0).map(one).collect();
            return print::json(json!({
                "beam": shower.beam.name(),
                "energy_gev": shower.energy_gev,
                "tracks": tables,
            }));
        }
        print::line(HEADER)?;
        for (track, depth) in tracks.iter().zip(&depths_x0) {
            for energy in energies(track) {
                let [e, p, g] = of(track, energy);
                print::line(&format!("{depth:?},{energy:?},{e:.9e},{p:.9e},{g:.9e}"))?;
            }
        }
        Ok(())
    }
}
