//! The table of all keys, in the order of the documentation.

use super::keys::Key;
use super::{
    beam, cuts, dark_sector, events, form_factor, histograms, integration, material, process_kind,
    profile, reach, run, target, track_length, weights,
};

const SECTIONS: &[&[Key]] = &[
    run::AT_THE_TOP,
    run::KEYS,
    process_kind::KEYS,
    dark_sector::KEYS,
    beam::KEYS,
    profile::KEYS,
    material::KEYS,
    target::KEYS,
    track_length::KEYS,
    form_factor::KEYS,
    material::OF_NUCLEUS,
    cuts::KEYS,
    integration::KEYS,
    events::KEYS,
    histograms::KEYS,
    weights::KEYS,
    reach::KEYS,
    reach::MESONS,
];

/// Every key and every section of the card; keys follow their section.
pub static KEYS: &[Key] = &joined::<{ count() }>();

const fn count() -> usize {
    let (mut all, mut section) = (0, 0);
    while section < SECTIONS.len() {
        all += SECTIONS[section].len();
        section += 1;
    }
    all
}

const fn joined<const N: usize>() -> [Key; N] {
    let mut all = [SECTIONS[0][0]; N];
    let (mut at, mut section, mut row) = (0, 0, 0);
    while at < N {
        if row < SECTIONS[section].len() {
            all[at] = SECTIONS[section][row];
            at += 1;
            row += 1;
        } else {
            section += 1;
            row = 0;
        }
    }
    all
}

/// The key with this full name (list positions left out), if there is one.
pub(crate) fn find_key(path: &str) -> Option<&'static Key> {
    super::keys::find(KEYS, path)
}
