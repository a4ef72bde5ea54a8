//! A batch of bodies that is simulated window by window: the door to physics for learners, and the CPU's way through it.

use super::body::{Body, Setting};
use super::window::{Drive, Progress, WindowGradient};
use crate::error::Error;
use crate::gradient::Objective;
use crate::model::{Candidate, Model};
use crate::plan::Plan;
use crate::step::reverse::state::StateAdjoint;
use crate::step::snapshot::Snapshot;
use crate::task::TaskPlan;
use crate::world::{BiasForm, World};
use burgess_core::autodiff::Value;
use rayon::prelude::*;

/// A batch of bodies on a device, each in an episode of its own. Results come in the order in which the bodies were loaded, and the bits
/// of one body depend neither on the other bodies nor on the number of threads.
///
/// Windows begin and end at decisions of the policy. A body whose episode has ended stays as it is until it is reset.
pub trait Simulator<T>: Send + Sync {
    /// Number of bodies.
    fn len(&self) -> usize;

    /// Whether there are no bodies.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Begins a new episode of the bodies that `which` names, one entry a body.
    ///
    /// # Errors
    ///
    /// When `which` has not one entry a body, or the device fails.
    fn reset(&mut self, which: &[bool]) -> Result<(), Error>;

    /// Where the episodes stand.
    ///
    /// # Errors
    ///
    /// When the device fails.
    fn states(&self) -> Result<Vec<Snapshot<T>>, Error>;

    /// Puts all bodies where these snapshots stand. Their steps must be a multiple of those between decisions.
    ///
    /// # Errors
    ///
    /// When a snapshot does not fit its body, or the device fails.
    fn set_states(&mut self, states: &[Snapshot<T>]) -> Result<(), Error>;

    /// Simulates a window of so many decisions, and gives one entry a body.
    ///
    /// # Errors
    ///
    /// When actions do not fit the bodies, or the device fails.
    fn step(&mut self, drive: Drive<'_, T>, decisions: u32) -> Result<Vec<Progress<T>>, Error>;

    /// What brains see: of each body the inputs that an `Mlp` has, in the order of [`observe`](crate::step::policy::observe).
    ///
    /// # Errors
    ///
    /// When the device fails.
    fn observations(&self) -> Result<Vec<Vec<T>>, Error>;

    /// Gradients of the last window, one a body: of `objective`, which weighs the reward gained in the window, and the descriptors as if
    /// the episode ended with it. `after` may give the gradients of anything else with respect to the states at the end of the
    /// window, one entry a body, which then flow back through the window too. The window is simulated again to that end. Bodies whose
    /// episodes had ended before the window pass `after` on, and have zeros elsewhere.
    ///
    /// # Errors
    ///
    /// When there was no window yet, an argument does not fit, or the device fails.
    fn gradients(
        &self,
        objective: &Objective,
        after: Option<&[StateAdjoint<T>]>,
    ) -> Result<Vec<WindowGradient<T>>, Error>;
}

/// A batch on the CPU, in float32 or float64, on the threads of the rayon pool from which it is called.
///
/// ```
/// # use burgess_physics::batch::{Batch, Drive, Simulator};
/// # fn main() -> Result<(), burgess_physics::Error> {
/// # let (plan, candidate) = burgess_physics::example::walk();
/// let mut batch = Batch::<f64>::load(&plan, vec![candidate.clone(), candidate])?;
/// let progress = batch.step(Drive::Controllers, 10)?;
/// assert_eq!(progress[0].reward, progress[1].reward);
/// batch.reset(&[true, false])?;
/// assert_eq!(batch.states()?[0].steps, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Batch<T: Value> {
    setting: Setting<T>,
    bodies: Vec<Body<T>>,
    window: Option<Window<T>>,
}

const _: () = {
    const fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Batch<f64>>();
};

/// The last window.
#[derive(Clone, Debug)]
struct Window<T> {
    starts: Vec<Snapshot<T>>,
    actions: Option<Vec<Vec<T>>>,
    decisions: u32,
}

impl<T: Value> Batch<T> {
    /// Loads bodies with their controllers, each at the start of an episode.
    ///
    /// # Errors
    ///
    /// When the plan records experience or has a world model that watches: both are for whole episodes only.
    pub fn load(plan: &Plan, candidates: Vec<Candidate<T>>) -> Result<Self, Error> {
        Self::in_world(plan.world.cast(), plan.task.clone(), candidates)
    }

    /// As [`load`](Self::load), in a world that was cast.
    pub(super) fn in_world(world: World<T>, task: TaskPlan, candidates: Vec<Candidate<T>>) -> Result<Self, Error> {
        check_task(&task)?;
        let setting = Setting { world, task };
        let bodies = candidates.into_par_iter().map(|candidate| Body::new(candidate, &setting)).collect();
        Ok(Self { setting, bodies, window: None })
    }

    /// The bodies with their controllers.
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = &Candidate<T>> {
        self.bodies.iter().map(Body::candidate)
    }

    /// The surroundings.
    pub fn world(&self) -> &World<T> {
        &self.setting.world
    }
}

/// Checks that a task can be simulated window by window.
pub(crate) fn check_task(task: &TaskPlan) -> Result<(), Error> {
    let refused = |what: &str| Err(Error::Unsupported(format!("{what}: only whole episodes, not batches that step")));
    match task {
        task if task.frame.is_some() => refused("recorded experience"),
        task if task.observer.is_some() => refused("a world model that watches"),
        _ => Ok(()),
    }
}

/// Checks that there are gradients in a world.
pub(super) fn check_gradients<T>(world: &World<T>) -> Result<(), Error> {
    match world.form {
        BiasForm::Momentum => Ok(()),
        form => Err(Error::Unsupported(format!("physics.form: only Momentum has gradients, {form:?} has none"))),
    }
}

/// Checks the actions that drive bodies, and gives them.
pub(crate) fn check_drive<'a, 'm, T: Value>(
    drive: Drive<'a, T>,
    models: impl ExactSizeIterator<Item = &'m Model<T>>,
) -> Result<Option<&'a [Vec<T>]>, Error> {
    let Drive::Actions(actions) = drive else { return Ok(None) };
    Error::check_length("bodies with actions", models.len(), actions.len())?;
    for (model, actions) in models.zip(actions) {
        let joints = model.joint_count();
        if actions.len() < joints || !actions.len().is_multiple_of(joints.max(1)) {
            return Err(Error::Shape { what: "actions of a body, in rows", expected: joints, got: actions.len() });
        }
    }
    Ok(Some(actions))
}

/// Checks that snapshots fit bodies.
pub(crate) fn check_states<'m, T: Value>(
    states: &[Snapshot<T>],
    models: impl ExactSizeIterator<Item = &'m Model<T>>,
    descriptors: usize,
    control_period: u32,
) -> Result<(), Error> {
    Error::check_length("states", models.len(), states.len())?;
    for (state, model) in states.iter().zip(models) {
        if let Some((what, expected, got)) = state.misfit(model, descriptors) {
            return Err(Error::Shape { what, expected, got });
        }
        if state.ending.is_none() && !state.steps.is_multiple_of(control_period) {
            let (expected, got) = (control_period as usize, state.steps as usize);
            return Err(Error::Shape { what: "steps of a state, in multiples", expected, got });
        }
    }
    Ok(())
}

/// Checks the arguments of [`Simulator::gradients`] against the bodies.
pub(crate) fn check_after<'m, T: Value>(
    after: Option<&[StateAdjoint<T>]>,
    models: impl ExactSizeIterator<Item = &'m Model<T>>,
) -> Result<(), Error> {
    let Some(after) = after else { return Ok(()) };
    Error::check_length("gradients with respect to states", models.len(), after.len())?;
    for (after, model) in after.iter().zip(models) {
        let links = model.links.len();
        Error::check_length("links of a state's gradient", links, after.links.len())?;
        Error::check_length("contacts of a state's gradient", model.contacts.len(), after.contacts.len())?;
        Error::check_length("servo targets of a state's gradient", links, after.targets.len())?;
        Error::check_length("commands of a state's gradient", links, after.commands.len())?;
    }
    Ok(())
}

impl<T: Value> Simulator<T> for Batch<T> {
    fn len(&self) -> usize {
        self.bodies.len()
    }

    fn reset(&mut self, which: &[bool]) -> Result<(), Error> {
        Error::check_length("bodies to reset", self.bodies.len(), which.len())?;
        let setting = &self.setting;
        self.bodies.par_iter_mut().zip(which).filter(|(_, which)| **which).for_each(|(body, _)| body.reset(setting));
        Ok(())
    }

    fn states(&self) -> Result<Vec<Snapshot<T>>, Error> {
        Ok(self.bodies.par_iter().map(Body::snapshot).collect())
    }

    fn set_states(&mut self, states: &[Snapshot<T>]) -> Result<(), Error> {
        let task = &self.setting.task;
        let models = self.bodies.iter().map(|body| &body.candidate().model);
        check_states(states, models, task.descriptors.len(), task.control_period)?;
        let setting = &self.setting;
        self.bodies.par_iter_mut().zip(states).for_each(|(body, state)| body.restore(state, setting));
        Ok(())
    }

    fn step(&mut self, drive: Drive<'_, T>, decisions: u32) -> Result<Vec<Progress<T>>, Error> {
        let actions = check_drive(drive, self.bodies.iter().map(|body| &body.candidate().model))?;
        self.window = Some(Window { starts: self.states()?, actions: actions.map(<[Vec<T>]>::to_vec), decisions });
        let setting = &self.setting;
        let step = |(i, body): (usize, &mut Body<T>)| {
            body.step(actions.map(|actions| actions[i].as_slice()), decisions, setting)
        };
        Ok(self.bodies.par_iter_mut().enumerate().map(step).collect())
    }

    fn observations(&self) -> Result<Vec<Vec<T>>, Error> {
        Ok(self.bodies.par_iter().map(|body| body.observation(&self.setting)).collect())
    }

    fn gradients(
        &self,
        objective: &Objective,
        after: Option<&[StateAdjoint<T>]>,
    ) -> Result<Vec<WindowGradient<T>>, Error> {
        check_gradients(&self.setting.world)?;
        Error::check_objective(objective.descriptors.len(), self.setting.task.descriptors.len())?;
        check_after(after, self.bodies.iter().map(|body| &body.candidate().model))?;
        let Some(Window { starts, actions, decisions }) = &self.window else {
            return Err(Error::no_window());
        };
        let gradient = |(i, body): (usize, &Body<T>)| {
            let actions = actions.as_ref().map(|actions| actions[i].as_slice());
            let after = after.map(|after| &after[i]);
            body.window_gradient(&starts[i], actions, *decisions, objective, after, &self.setting)
        };
        Ok(self.bodies.par_iter().enumerate().map(gradient).collect())
    }
}
