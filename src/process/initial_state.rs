//! Whether what annihilates radiates before: a choice of cards and [`super::Inputs`].

named! {
    /// Photons off the initial state of the annihilation.
    pub enum InitialState {
        /// None.
        None = "none",
        /// Structure functions to leading logarithm.
        LeadingLog = "leading-log",
    }
}
