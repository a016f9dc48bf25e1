//! The points of a block, in a loop a stage.
//!
//! What one loop hands to the next is in [`PairBlock`]'s `stages`, where it says why there are so many. Bits are those of
//! [`EmissionMap::forward`](super::phase_space::EmissionMap::forward). Pinned by `tests/phase_space.rs`.

use super::beams::Beams;
use super::phase_space::{PairBlock, height};
use crate::elementary::cos_sin_turns;
use crate::process::BLOCK;

/// The points of the masses in `block`, with their measures as factors; a loop a stage.
#[inline(always)]
pub(super) fn fill_points(n: usize, beams: impl Beams, y: [&[f64]; 4], block: &mut PairBlock) {
    let n = n.min(BLOCK);
    let [y0, y1, y2, y3] = [&y[0][..n], &y[1][..n], &y[2][..n], &y[3][..n]];
    for i in 0..n {
        let range = beams.emission(i).energy_range(block.k2[i]);
        block.stages.set_range(i, &range);
    }
    for i in 0..n {
        let (inv_k2, range) = (block.stages.inv_k2[i], block.stages.range(i));
        block.stages.grown[i] = beams.emission(i).energy_ratio(inv_k2, &range);
    }
    block.stages.ln_grown(n);
    for i in 0..n {
        block.stages.log_r[i] = block.stages.grown[i];
        block.stages.grown[i] *= y0[i];
    }
    block.stages.exp_grown(n);
    for i in 0..n {
        let (inv_k2, range) = (block.stages.inv_k2[i], block.stages.range(i));
        let (log_r, ratio) = (block.stages.log_r[i], block.stages.grown[i]);
        let energies = beams.emission(i).energies(inv_k2, &range, log_r, ratio);
        block.stages.set_energies(i, &energies);
    }
    for i in 0..n {
        let (range, energies) = (block.stages.range(i), block.stages.energies(i));
        let (angle, dw) = beams
            .emission(i)
            .angle(block.k2[i], &range, &energies, y1[i]);
        block.stages.set_angle(i, &angle);
        block.stages.measure[i] = energies.dv * dw;
    }
    for i in 0..n {
        let (range, energies) = (block.stages.range(i), block.stages.energies(i));
        let angle = block.stages.angle(i);
        let emission = beams
            .emission(i)
            .emission(block.k2[i], &range, &energies, &angle);
        block.stages.set_emission(i, &emission);
    }
    for i in 0..n {
        let emission = block.stages.emission(i, block.k2[i]);
        let scales = beams.emission(i).recoil_scales(&emission);
        block.stages.set_scales(i, &scales);
        block.stages.grown[i] = scales.fall(emission.recoil_span);
    }
    block.stages.ln_grown(n);
    for i in 0..n {
        let scales = block.stages.scales(i);
        block.stages.grown[i] = scales.growth_at(scales.rho(block.stages.grown[i]));
    }
    block.stages.ln_grown(n);
    for i in 0..n {
        block.stages.grown[i] = height(block.stages.grown[i]);
    }
    for i in 0..n {
        let (log, d_rho) = block.stages.scales(i).grown(block.stages.grown[i], y2[i]);
        block.stages.grown[i] = log;
        block.g2[i] = d_rho;
    }
    block.stages.exp_grown(n);
    for i in 0..n {
        let grown = block.stages.grown[i];
        block.g2[i] *= grown;
        block.stages.grown[i] = block.stages.scales(i).log_fall(grown);
    }
    block.stages.exp_m1_grown(n);
    for i in 0..n {
        let emission = block.stages.emission(i, block.k2[i]);
        let (above_min, slope) = block
            .stages
            .scales(i)
            .above(block.stages.grown[i], emission.recoil_span);
        block.stages.grown[i] = above_min;
        block.stages.measure[i] *= block.g2[i] * slope;
    }
    for i in 0..n {
        let [cos, sin] = &mut block.stages.psi;
        (cos[i], sin[i]) = cos_sin_turns(y3[i]);
    }
    for i in 0..n {
        let emission = block.stages.emission(i, block.k2[i]);
        let above_min = block.stages.grown[i];
        let ends = (above_min, emission.recoil_span - above_min);
        let across = emission.across(ends.0, ends.1);
        let psi = (block.stages.psi[0][i], block.stages.psi[1][i]);
        let (recoil, d_azimuth) = beams.emission(i).azimuth(&emission, ends, across, psi);
        block.stages.across[i] = across;
        let measure = block.stages.measure[i] * d_azimuth * emission.inv_v;
        block.measure[i] *= block.stages.range(i).allowed(measure);
        block.stages.set_azimuth(i, &recoil);
    }
    for i in 0..n {
        let emission = block.stages.emission(i, block.k2[i]);
        let (recoil, across) = (block.stages.azimuth(i), block.stages.across[i]);
        let struck = emission.struck(&beams.collision(i), &recoil, across);
        block.set_struck(i, &struck);
    }
    for i in 0..n {
        let emission = block.stages.emission(i, block.k2[i]);
        let point = emission.with_struck(&beams.collision(i), &block.struck(i));
        block.set_point(i, &point);
    }
}
