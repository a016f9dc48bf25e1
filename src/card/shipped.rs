//! The shipped cards, by name. Pinned by `tests/card/shipped.rs`.

use super::CardText;

macro_rules! shipped {
    ($($name:literal),*) => {
        /// Names of the shipped cards.
        pub const SHIPPED: &[&str] = &[$($name),*];

        /// The text of the shipped card `name`, if there is one.
        pub fn shipped(name: &str) -> Option<CardText> {
            let text = match name {
                $($name => include_str!(concat!("../../cards/", $name, ".toml")),)*
                _ => return None,
            };
            Some(CardText::new(&format!("{name}.toml"), name, text))
        }
    };
}

shipped!(
    "ldmx-2025",
    "ldmx-4gev-w",
    "ldmx-8gev-w",
    "m3",
    "m3-scalar",
    "na64e-2018",
    "na64e-2023",
    "na64e-2023-annihilation",
    "na64e-2023-meson",
    "na64e-2023-photon-conversion",
    "na64e-positrons-100gev",
    "na64e-positrons-70gev",
    "na64mu-2018",
    "na64mu-2024",
    "na64mu-2025"
);
