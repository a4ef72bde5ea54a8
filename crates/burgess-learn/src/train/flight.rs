//! A body in flight: somewhere in an episode, between windows.

use crate::brain::Input;
use crate::describe::Description;
use burgess_physics::batch::{Progress, Snapshot};
use burgess_physics::model::{Candidate, Controller, Model};
use burgess_physics::task::Ending;

/// See the module.
#[derive(Debug)]
pub(super) struct Flight {
    model: Model<f32>,
    description: Description<f32>,
    /// Where its episode stands; nothing before its first window.
    pub(super) state: Option<Snapshot<f32>>,
    /// Windows that are left of it.
    windows: u64,
}

impl Flight {
    /// Of a body at the start of an episode that lasts at most so many windows.
    pub(super) fn new(model: Model<f32>, windows: u64) -> Self {
        Self { description: Description::of(&model), model, state: None, windows }
    }

    /// A place for a new body.
    pub(super) fn over() -> Self {
        Self::new(Model::default(), 0)
    }

    pub(super) fn is_over(&self) -> bool {
        self.windows == 0
    }

    pub(super) fn input(&self) -> Input<'_, f32> {
        Input::of(&self.description)
    }

    pub(super) fn candidate(&self, controller: Controller<f32>) -> Candidate<f32> {
        Candidate { model: self.model.clone(), controller }
    }

    /// Whether a window ended the episode before its time.
    pub(super) fn fell(progress: &Progress<f32>) -> bool {
        matches!(progress.ending, Some(Ending::Terminated | Ending::Diverged))
    }

    /// After a window.
    pub(super) fn land(&mut self, state: Snapshot<f32>, progress: &Progress<f32>) {
        self.windows -= 1;
        self.state = Some(state);
        if progress.ending.is_some() {
            self.windows = 0;
        }
    }
}
