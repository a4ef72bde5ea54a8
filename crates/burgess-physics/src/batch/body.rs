//! One body of a batch on the CPU: a candidate, and where its episode stands.

use super::window::{Progress, WindowGradient};
use crate::gradient::Objective;
use crate::model::{Candidate, Controller};
use crate::step::episode::{Episode, Paused};
use crate::step::prelude::Prelude;
use crate::step::reverse::episode::{Blind, TAPE_MEMORY, differentiate_window};
use crate::step::reverse::state::StateAdjoint;
use crate::step::snapshot::Snapshot;
use crate::task::TaskPlan;
use crate::world::World;
use burgess_core::autodiff::Value;
use std::borrow::Cow;

/// What all bodies of a batch share.
#[derive(Clone, Debug)]
pub(super) struct Setting<T> {
    pub(super) world: World<T>,
    pub(super) task: TaskPlan,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Body<T: Value> {
    candidate: Candidate<T>,
    prelude: Prelude<T>,
    stage: Stage<T>,
}

/// Where the episode stands.
#[derive(Clone, Debug)]
enum Stage<T: Value> {
    Running(Box<Paused<T>>),
    Ended(Box<Snapshot<T>>),
}

impl<T: Value> Stage<T> {
    fn of(episode: Episode<'_, T>) -> Self {
        match episode.end() {
            Some(end) => Self::Ended(Box::new(end)),
            None => Self::Running(Box::new(episode.pause())),
        }
    }

    /// The reward so far, and that of an episode which has ended.
    fn reward(&self) -> T {
        match self {
            Self::Running(paused) => paused.reward(),
            Self::Ended(end) => end.reward,
        }
    }
}

impl<T: Value> Body<T> {
    /// At the start of an episode.
    pub(super) fn new(candidate: Candidate<T>, setting: &Setting<T>) -> Self {
        let episode = Episode::new(&candidate, &setting.world, &setting.task);
        let (prelude, stage) = (episode.prelude().clone(), Stage::of(episode));
        Self { candidate, prelude, stage }
    }

    pub(super) fn candidate(&self) -> &Candidate<T> {
        &self.candidate
    }

    /// Begins an episode.
    pub(super) fn reset(&mut self, Setting { world, task }: &Setting<T>) {
        self.stage = Stage::of(Episode::with(&self.candidate, world, task, self.prelude.clone(), None));
    }

    pub(super) fn snapshot(&self) -> Snapshot<T> {
        match &self.stage {
            Stage::Running(paused) => paused.snapshot(),
            Stage::Ended(end) => (**end).clone(),
        }
    }

    /// Goes on from a snapshot of this body.
    pub(super) fn restore(&mut self, from: &Snapshot<T>, setting: &Setting<T>) {
        self.stage = match from.ending {
            Some(_) => Stage::Ended(Box::new(from.clone())),
            None => Stage::of(self.episode_from(&self.candidate, from, setting)),
        };
    }

    /// What the brain sees.
    pub(super) fn observation(&self, setting: &Setting<T>) -> Vec<T> {
        self.snapshot().observation(&self.candidate, &setting.world, self.prelude.plan.reference_force)
    }

    /// Makes so many decisions, or fewer if the episode ends before: those of the controller, or given ones.
    pub(super) fn step(&mut self, actions: Option<&[T]>, decisions: u32, setting: &Setting<T>) -> Progress<T> {
        let before = self.stage.reward();
        let candidate = driven(&self.candidate, actions);
        match &self.stage {
            Stage::Ended(end) => Progress { reward: T::zero(), ending: end.ending, steps: end.steps },
            Stage::Running(paused) => {
                let paused = Paused::clone(paused);
                let mut episode = Episode::resume(&candidate, &setting.world, &setting.task, paused);
                if actions.is_some() {
                    episode.count_decisions_from_here();
                }
                let until = window_end(episode.steps(), decisions, setting);
                while episode.steps() < until && episode.advance() {}
                let (ending, steps) = (episode.ending(), episode.steps());
                self.stage = Stage::of(episode);
                Progress { reward: self.stage.reward() - before, ending, steps }
            }
        }
    }

    /// The gradient of a window of so many decisions that began with a snapshot: of the objective's weight of the reward gained in it and of
    /// the descriptors as if the episode ended with it, and with these bars of the state after it.
    pub(super) fn window_gradient(
        &self,
        start: &Snapshot<T>,
        actions: Option<&[T]>,
        decisions: u32,
        objective: &Objective,
        after: Option<&StateAdjoint<T>>,
        setting: &Setting<T>,
    ) -> WindowGradient<T> {
        let candidate = driven(&self.candidate, actions);
        let mut episode = self.episode_from(&candidate, start, setting);
        if actions.is_some() {
            episode.count_decisions_from_here();
        }
        // An episode that had ended before stays where it is.
        let until = if start.ending.is_some() { 0 } else { window_end(start.steps, decisions, setting) };
        let objectives = std::slice::from_ref(objective);
        let (_, mut bars) = differentiate_window(episode, until, objectives, after, TAPE_MEMORY, &mut Blind);
        WindowGradient::new(bars.swap_remove(0))
    }

    fn episode_from<'a>(
        &self,
        candidate: &'a Candidate<T>,
        from: &Snapshot<T>,
        Setting { world, task }: &'a Setting<T>,
    ) -> Episode<'a, T> {
        Episode::restore(candidate, world, task, self.prelude.clone(), from)
    }
}

/// The candidate with what drives it: its controller, or given actions.
fn driven<'a, T: Value>(candidate: &'a Candidate<T>, actions: Option<&[T]>) -> Cow<'a, Candidate<T>> {
    actions.map_or(Cow::Borrowed(candidate), |actions| {
        let controller = Controller::Sequence { actions: actions.to_vec() };
        Cow::Owned(Candidate { model: candidate.model.clone(), controller })
    })
}

/// The step after which a window ends that began after so many steps.
fn window_end<T>(steps: u32, decisions: u32, setting: &Setting<T>) -> u32 {
    steps.saturating_add(decisions.saturating_mul(setting.task.control_period)).min(setting.task.steps)
}
