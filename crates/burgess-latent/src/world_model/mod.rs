//! A recurrent state-space model in the manner of DreamerV3 (Hafner, Pasukonis, Ba and Lillicrap 2023, "Mastering Diverse Domains through World
//! Models"): a deterministic state h and categorical variables z that say what h could not foresee.
//!
//! ```text
//! h_t  = GRU(h_{t-1}, z_{t-1}, a_t)           a: commanded features
//! z^_t ~ prior(h_t)                           before anything is observed
//! z_t  ~ posterior(h_t, o_t)                  o: observed features
//! o^_t, r^_t = decoder(h_t, z_t)              r: reward
//! ```
//!
//! The GRU sees (h, z, a) through one hidden layer x; its gates are block-diagonal in h, each block seeing all of x. So with one
//! block all of h meets all of h, with more the blocks meet through x and z, as in DreamerV3. Hidden layers have RMS normalisation and silu.
//! Every categorical is mixed with a hundredth of the uniform distribution, so that divergences stay finite.
//!
//! Training draws z from the posterior and passes the gradient straight through. Inference draws nothing: z is the vector of
//! probabilities, so that latents are functions of a sequence and change smoothly with it.

mod foresee;
mod infer;
#[cfg(feature = "learn")]
pub(super) mod learn;
#[cfg(feature = "learn")]
pub(super) mod loss;

pub use foresee::Foreseen;
pub(super) use infer::WorldModel;

use super::parameters::{Slot, Start};
use burgess_physics::observer::Sizes;

/// Sizes together with those of what comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub sizes: Sizes,
    pub observed: usize,
    pub commanded: usize,
}

impl Shape {
    /// Units of one block of the recurrent state.
    pub(crate) fn block(&self) -> usize {
        self.sizes.deterministic / self.sizes.blocks
    }

    /// The arrays of a model. `gates.weight` has an axis of blocks in front; each block's columns are those of reset, candidate and update.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        let Sizes { deterministic, hidden, blocks, .. } = self.sizes;
        let (stochastic, observed) = (self.sizes.stochastic(), self.observed);
        let mut slots = Vec::new();
        let mut layer = |name: &str, shape: &[usize], columns: usize, scaled: bool| {
            slots.push(Slot::new(format!("{name}.weight"), shape, Start::Inputs));
            slots.push(Slot::new(format!("{name}.bias"), &[columns], Start::Constant(0.0)));
            if scaled {
                slots.push(Slot::new(format!("{name}.scale"), &[columns], Start::Constant(1.0)));
            }
        };
        layer("input", &[deterministic + stochastic + self.commanded, hidden], hidden, true);
        layer("gates", &[blocks, self.block() + hidden, 3 * self.block()], 3 * deterministic, false);
        layer("prior.hidden", &[deterministic, hidden], hidden, true);
        layer("prior.logits", &[hidden, stochastic], stochastic, false);
        layer("observe", &[observed, hidden], hidden, true);
        layer("posterior.hidden", &[deterministic + hidden, hidden], hidden, true);
        layer("posterior.logits", &[hidden, stochastic], stochastic, false);
        layer("decoder.0", &[deterministic + stochastic, hidden], hidden, true);
        layer("decoder.1", &[hidden, hidden], hidden, true);
        layer("decoder.2", &[hidden, observed + 1], observed + 1, false);
        slots
    }
}
