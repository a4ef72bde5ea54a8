//! What a step asks of its scalar beyond arithmetic and comparisons: whatever searches, and so branches on values.

use super::assemble::touch_rovers;
use super::episode::Episode;
use super::pairs::{carry_pairs, find_pairs, push_pairs};
use super::reverse::made::{EffortBar, Step};
use super::reverse::mobility::reverse_mobilities;
use super::reverse::pairs::reverse_pairs;
use super::reverse::rovers::{RoverBar, reverse_rovers};
use super::reverse::state::{ModelGradient, ReverseWork, StateAdjoint};
use super::reverse::{recall_here, recall_pairs, reverse_step_here};
use super::rovers::MOST_ROVERS;
use super::state::{Drive, State, Work};
use super::step::step_here;
use crate::laws::contact::ContactLaw;
use crate::lanes::Lanes;
use crate::model::Model;
use crate::world::World;
use burgess_core::autodiff::{Compare, Value};

/// A scalar that a body can be simulated with. Single numbers have all of it. Numbers side by side are for bodies that have neither contact
/// points that rove nor contacts between links: see [`fits`](crate::lanes::fits).
pub trait Scalar: Compare {
    /// As [`step`](super::step::step).
    #[inline(always)]
    fn step(
        model: &Model<Self>,
        world: &World<Self>,
        drive: &Drive<Self>,
        state: &mut State<Self>,
        work: &mut Work<Self>,
    ) {
        step_here(model, world, drive, state, work);
    }
    /// As [`Episode::judge_here`].
    #[inline(always)]
    fn judge(episode: &mut Episode<'_, Self>, command_rate: Self) {
        episode.judge_here(command_rate);
    }
    /// As [`recall`](super::reverse::recall).
    #[inline(always)]
    fn recall(step: &Step<'_, Self>, work: &mut Work<Self>) {
        recall_here(step, work);
    }
    /// As [`reverse_step`](super::reverse::reverse_step).
    #[inline(always)]
    fn reverse_step(
        step: &Step<'_, Self>,
        effort: EffortBar<Self>,
        bar: &mut StateAdjoint<Self>,
        total: &mut ModelGradient<Self>,
        work: &mut Work<Self>,
        back: &mut ReverseWork<Self>,
    ) {
        reverse_step_here(step, effort, bar, total, work, back);
    }
    /// As [`touch_rovers`].
    fn touch_rovers(
        first: usize,
        model: &Model<Self>,
        world: &World<Self>,
        state: &State<Self>,
        work: &mut Work<Self>,
        law: &ContactLaw<Self>,
    );
    /// As [`find_pairs`].
    fn find_pairs(model: &Model<Self>, world: &World<Self>, state: &State<Self>, work: &mut Work<Self>) -> bool;
    /// As [`push_pairs`].
    fn push_pairs(model: &Model<Self>, world: &World<Self>, work: &mut Work<Self>);
    /// As [`carry_pairs`].
    fn carry_pairs(state: &mut State<Self>, work: &Work<Self>);
    /// As [`recall_pairs`].
    fn recall_pairs(step: &Step<'_, Self>, work: &mut Work<Self>);
    /// As [`reverse_pairs`].
    fn reverse_pairs(
        step: &Step<'_, Self>,
        effort: EffortBar<Self>,
        bar: &mut StateAdjoint<Self>,
        total: &mut ModelGradient<Self>,
        work: &Work<Self>,
        back: &mut ReverseWork<Self>,
    );
    /// As [`reverse_mobilities`].
    fn reverse_mobilities(
        step: &Step<'_, Self>,
        total: &mut ModelGradient<Self>,
        work: &mut Work<Self>,
        back: &mut ReverseWork<Self>,
    );
    /// As [`reverse_rovers`].
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

impl<T: Value> Scalar for T {
    #[inline(always)]
    fn touch_rovers(
        first: usize,
        model: &Model<T>,
        world: &World<T>,
        state: &State<T>,
        work: &mut Work<T>,
        law: &ContactLaw<T>,
    ) {
        touch_rovers(first, model, world, state, work, law);
    }
    #[inline(always)]
    fn find_pairs(model: &Model<T>, world: &World<T>, state: &State<T>, work: &mut Work<T>) -> bool {
        find_pairs(model, world, state, work)
    }
    #[inline(always)]
    fn push_pairs(model: &Model<T>, world: &World<T>, work: &mut Work<T>) {
        push_pairs(model, world, work);
    }
    #[inline(always)]
    fn carry_pairs(state: &mut State<T>, work: &Work<T>) {
        carry_pairs(state, work);
    }
    fn recall_pairs(step: &Step<'_, T>, work: &mut Work<T>) {
        recall_pairs(step, work);
    }
    fn reverse_pairs(
        step: &Step<'_, T>,
        effort: EffortBar<T>,
        bar: &mut StateAdjoint<T>,
        total: &mut ModelGradient<T>,
        work: &Work<T>,
        back: &mut ReverseWork<T>,
    ) {
        reverse_pairs(step, effort, bar, total, work, back);
    }
    fn reverse_mobilities(
        step: &Step<'_, T>,
        total: &mut ModelGradient<T>,
        work: &mut Work<T>,
        back: &mut ReverseWork<T>,
    ) {
        reverse_mobilities(step, total, work, back);
    }
    fn reverse_rovers(
        step: &Step<'_, T>,
        first: usize,
        bars: &[RoverBar<T>; MOST_ROVERS],
        bar: &mut StateAdjoint<T>,
        total: &mut ModelGradient<T>,
        work: &Work<T>,
        back: &mut ReverseWork<T>,
    ) {
        reverse_rovers(step, first, bars, bar, total, work, back);
    }
    fn to_key(self) -> u32 {
        self.to_f64() as u32
    }
}

/// Compiles a function twice, with and without wide vector instructions, and takes what the processor has. What it calls must be inlined into
/// it; anything else is right, but keeps to narrow instructions.
macro_rules! in_wide_registers {
    (fn $name:ident($($argument:ident: $type:ty),+ $(,)?) $body:block) => {
        fn $name($($argument: $type),+) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn wide($($argument: $type),+) $body
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has what is needed.
                    return unsafe { wide($($argument),+) };
                }
            }
            $body
        }
    };
}

impl Scalar for Lanes {
    in_wide_registers! {
        fn step(
            model: &Model<Lanes>,
            world: &World<Lanes>,
            drive: &Drive<Lanes>,
            state: &mut State<Lanes>,
            work: &mut Work<Lanes>,
        ) {
            step_here(model, world, drive, state, work);
        }
    }
    in_wide_registers! {
        fn recall(step: &Step<'_, Lanes>, work: &mut Work<Lanes>) {
            recall_here(step, work);
        }
    }
    in_wide_registers! {
        fn reverse_step(
            step: &Step<'_, Lanes>,
            effort: EffortBar<Lanes>,
            bar: &mut StateAdjoint<Lanes>,
            total: &mut ModelGradient<Lanes>,
            work: &mut Work<Lanes>,
            back: &mut ReverseWork<Lanes>,
        ) {
            reverse_step_here(step, effort, bar, total, work, back);
        }
    }
    in_wide_registers! {
        fn judge(episode: &mut Episode<'_, Lanes>, command_rate: Lanes) {
            episode.judge_here(command_rate);
        }
    }
    fn touch_rovers(
        _: usize,
        _: &Model<Self>,
        _: &World<Self>,
        _: &State<Self>,
        _: &mut Work<Self>,
        _: &ContactLaw<Self>,
    ) {
        unreachable!("a body with contact points that rove is simulated by itself");
    }
    fn find_pairs(model: &Model<Self>, _: &World<Self>, _: &State<Self>, _: &mut Work<Self>) -> bool {
        debug_assert!(model.pairs.is_empty(), "a body whose links touch is simulated by itself");
        false
    }
    fn push_pairs(_: &Model<Self>, _: &World<Self>, _: &mut Work<Self>) {
        unreachable!("no links touch");
    }
    fn carry_pairs(_: &mut State<Self>, _: &Work<Self>) {}
    fn recall_pairs(_: &Step<'_, Self>, _: &mut Work<Self>) {}
    fn reverse_pairs(
        _: &Step<'_, Self>,
        _: EffortBar<Self>,
        _: &mut StateAdjoint<Self>,
        _: &mut ModelGradient<Self>,
        _: &Work<Self>,
        _: &mut ReverseWork<Self>,
    ) {
        unreachable!("no links touch");
    }
    fn reverse_mobilities(
        _: &Step<'_, Self>,
        _: &mut ModelGradient<Self>,
        _: &mut Work<Self>,
        _: &mut ReverseWork<Self>,
    ) {
        unreachable!("no links touch");
    }
    fn reverse_rovers(
        _: &Step<'_, Self>,
        _: usize,
        _: &[RoverBar<Self>; MOST_ROVERS],
        _: &mut StateAdjoint<Self>,
        _: &mut ModelGradient<Self>,
        _: &Work<Self>,
        _: &mut ReverseWork<Self>,
    ) {
        unreachable!("a body with contact points that rove is simulated by itself");
    }
    fn to_key(self) -> u32 {
        unreachable!("no links touch");
    }
}
