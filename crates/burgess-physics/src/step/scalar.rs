//! What a step asks of its scalar beyond arithmetic and comparisons: whatever searches, and so branches on values.

use super::reverse::made::{EffortBar, RoverBar, Step};
use super::reverse::state::{ModelGradient, ReverseWork, StateAdjoint};
use super::rovers::MOST_ROVERS;
use super::state::{State, Work};
use crate::laws::contact::ContactLaw;
use crate::model::Model;
use crate::world::World;
use burgess_core::autodiff::Compare;

/// A scalar that a body can be simulated with. Single numbers have all of it. Numbers side by side are for bodies that have neither contact
/// points that rove nor contacts between links: see [`crate::lanes`].
pub trait Scalar: Compare {
    /// As `step::assemble::touch_rovers`.
    fn touch_rovers(
        first: usize,
        model: &Model<Self>,
        world: &World<Self>,
        state: &State<Self>,
        work: &mut Work<Self>,
        law: &ContactLaw<Self>,
    );
    /// As `step::pairs::find_pairs`.
    fn find_pairs(model: &Model<Self>, world: &World<Self>, state: &State<Self>, work: &mut Work<Self>) -> bool;
    /// As `step::pairs::push_pairs`.
    fn push_pairs(model: &Model<Self>, world: &World<Self>, work: &mut Work<Self>);
    /// As `step::pairs::carry_pairs`.
    fn carry_pairs(state: &mut State<Self>, work: &Work<Self>);
    /// As `step::reverse::recall_pairs`.
    fn recall_pairs(step: &Step<'_, Self>, work: &mut Work<Self>);
    /// As `step::reverse::pairs::reverse_pairs`.
    fn reverse_pairs(
        step: &Step<'_, Self>,
        effort: EffortBar<Self>,
        bar: &mut StateAdjoint<Self>,
        total: &mut ModelGradient<Self>,
        work: &Work<Self>,
        back: &mut ReverseWork<Self>,
    );
    /// As `step::reverse::mobility::reverse_mobilities`.
    fn reverse_mobilities(
        step: &Step<'_, Self>,
        total: &mut ModelGradient<Self>,
        work: &mut Work<Self>,
        back: &mut ReverseWork<Self>,
    );
    /// As `step::reverse::rovers::reverse_rovers`.
    fn reverse_rovers(
        step: &Step<'_, Self>,
        first: usize,
        bars: &[RoverBar<Self>; MOST_ROVERS],
        bar: &mut StateAdjoint<Self>,
        total: &mut ModelGradient<Self>,
        work: &Work<Self>,
        back: &mut ReverseWork<Self>,
    );
    /// A whole number that it stands for, such as the key of a contact between links.
    fn to_key(self) -> u32;
}
