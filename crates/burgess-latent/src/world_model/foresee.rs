//! Foresight: one step ahead with the prior in place of the posterior, or many with nothing observed in between.

use super::infer::{WorldModel, at};
use crate::sequence::Sequence;

/// What a world model says of some frames, in the units of its features.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Foreseen {
    /// Observed features, frame after frame, in the order of their columns.
    pub observed: Vec<f32>,
    /// The reward of each frame.
    pub rewards: Vec<f32>,
}

impl Foreseen {
    /// Adds a frame: observed features and, behind them, the reward.
    fn push(&mut self, frame: &[f32]) {
        if let Some((reward, observed)) = frame.split_last() {
            self.observed.extend_from_slice(observed);
            self.rewards.push(*reward);
        }
    }
}

impl WorldModel {
    /// Each frame as foreseen from all frames before it and its own commands. Normalised.
    pub(crate) fn predict(&self, sequence: &Sequence) -> Foreseen {
        let mut foreseen = Foreseen::default();
        let mut state = self.start(1);
        let sequence = std::slice::from_ref(sequence);
        for frame in 0..sequence[0].frames {
            self.advance(&mut state, &at(sequence, frame, |sequence| &sequence.commanded));
            foreseen.push(&self.decode(&state, &self.prior(&state)));
            state.z = self.posterior(&state, &at(sequence, frame, |sequence| &sequence.observed));
        }
        foreseen
    }

    /// What would follow a sequence under more commands, `frames` of them, one frame after the other. Normalised.
    pub(crate) fn imagine(&self, context: &Sequence, commanded: &[f32], frames: usize) -> Foreseen {
        let mut foreseen = Foreseen::default();
        let mut state = self.start(1);
        let context = std::slice::from_ref(context);
        for frame in 0..context[0].frames {
            self.follow(&mut state, context, frame);
        }
        let width = self.shape.commanded;
        for frame in 0..frames {
            self.advance(&mut state, &commanded[frame * width..(frame + 1) * width]);
            state.z = self.prior(&state);
            foreseen.push(&self.decode(&state, &state.z));
        }
        foreseen
    }
}
