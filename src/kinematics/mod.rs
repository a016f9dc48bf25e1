//! Kinematics: four-momenta, the limits of the reaction, and one phase-space point.
//!
//! Metric (+,−,−,−), beam along +z, nucleus at rest. Everything an amplitude needs follows from
//! the sampling variables in forms without cancellation (`point`), never from differences of
//! large momenta; four-momenta are an output only.
//! Pinned by `tests/kinematics.rs`.

mod collision;
mod final_state;
mod four_momentum;
mod photon;
mod point;

pub use collision::{Collision, CollisionError, Masses};
pub use final_state::{FinalState, pair_momenta, straightened, tilted, turn_last, turned};
pub use four_momentum::FourMomentum;
pub use photon::PhotonCollision;
pub(crate) use point::Struck;
pub use point::{Emission, ExactVariables, PairPoint, RecoilVariables, emission_floor};
