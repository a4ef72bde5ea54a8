//! The gradient of one situation, in the form in which classes of parameters are picked from it.

use burgess_physics::gradient::{StateGradient, WorldGradient};
use burgess_physics::model::Candidate;

/// What a gradient says of all classes, with the parts that go through the prelude put where they belong.
#[derive(Debug)]
pub struct Derivatives {
    /// By gene, in the order of [`Genome::parameters`](crate::genome::Genome::parameters).
    pub genes: Vec<f64>,
    /// By the numbers of the candidate.
    pub candidate: Candidate<f64>,
    /// By the surroundings.
    pub world: WorldGradient<f64>,
    /// By the state at the start.
    pub state: StateGradient<f64>,
}
