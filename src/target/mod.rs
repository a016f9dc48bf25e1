//! The target: nuclei, materials and their elastic form factors.

pub mod form_factor;
