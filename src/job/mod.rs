//! A card's run as a job: in parts, on clusters.

pub mod submit;
