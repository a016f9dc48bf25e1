//! The ways to a cross section, by name: Monte Carlo, and the [`Route`](super::Route)s of a process.
//!
//! A method is a name and a sentence, not an entry of a closed list: a process answers to those it has
//! ([`Process::methods`](super::Process::methods)), of its own making too. `tests/outside` adds one.

/// A way to a cross section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    name: &'static str,
    about: &'static str,
}

choice!(Method: Self::ALL);

impl Method {
    /// The exact squared amplitude by Monte Carlo.
    pub const MC: Self = Self::new(
        "mc",
        "exact at tree level, by Monte Carlo; follows every cut",
    );
    /// The exact squared amplitude by quadrature.
    pub const QUADRATURE: Self = Self::new(
        "quadrature",
        "exact at tree level, by deterministic quadrature; cuts on x only",
    );
    /// Weizsäcker–Williams before the integral over the emission angle.
    pub const WW: Self = Self::new(
        "ww",
        "Weizsäcker–Williams, the flux of photons at each emission angle",
    );
    /// [GKK18] Eqs. (7)–(10).
    pub const IWW: Self = Self::new(
        "iww",
        "improved Weizsäcker–Williams: the flux of photons at the smallest t",
    );
    /// [GKK18] Eq. (11).
    pub const WWA: Self = Self::new("wwa", "closed form for a pair much heavier than the lepton");

    /// The approximations among [`Self::ALL`], in order.
    pub const APPROXIMATIONS: &[Self] = &[Self::WW, Self::IWW, Self::WWA];

    /// Those a card may name, in order.
    pub const ALL: &[Self] = &[Self::MC, Self::QUADRATURE, Self::WW, Self::IWW, Self::WWA];

    /// One of this name, which says what it does in a line.
    pub const fn new(name: &'static str, about: &'static str) -> Self {
        Self { name, about }
    }

    /// The spelling of the method in the card.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What it does, in a line.
    pub const fn about(self) -> &'static str {
        self.about
    }

    /// The one with this spelling that a card may name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|m| m.name == name)
    }
}
