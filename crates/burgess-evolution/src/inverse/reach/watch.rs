//! The loss of a motion, step by step, on the way back.

use super::carried::{Chain, View};
use crate::experiment::Reach;
use burgess_core::autodiff::tape::pull_back;
use burgess_core::autodiff::{Real, Value, real};
use burgess_core::math::vec3;
use burgess_physics::step::reverse::episode::Watch;
use burgess_physics::step::reverse::state::StateAdjoint;
use burgess_physics::step::state::State;
use burgess_physics::task::TaskPlan;

/// Sums the loss up.
pub(super) struct Watcher<'a> {
    spec: &'a Reach,
    chain: &'a Chain,
    steps: u32,
    /// First step over which distance and speed count.
    settles: u32,
    /// The loss of the steps so far.
    pub loss: f64,
}

impl<'a> Watcher<'a> {
    /// Of an episode that is about to be gone back through.
    pub(super) fn new(spec: &'a Reach, chain: &'a Chain, task: &TaskPlan) -> Self {
        let settling = (spec.loss.settle * f64::from(spec.physics.rate)).round() as u32;
        Self { spec, chain, steps: task.steps, settles: task.steps.saturating_sub(settling.max(1)), loss: 0.0 }
    }

    /// What one step's view adds to the loss.
    fn cost<T: Real>(&self, index: u32, view: &View<T>) -> T {
        let (goal, loss) = (&self.spec.goal, &self.spec.loss);
        // Tilts are compared by their sine; the root is kept away from zero, where it has no derivative.
        let sine = (view.up.x.squared() + view.up.y.squared() + real(1e-12)).sqrt();
        let margin = real(libm::sin(loss.margin * goal.tilt));
        let beyond = sine.select_gt(margin, sine - margin, T::zero());
        let mut cost = beyond.squared() * real(loss.tilt / (libm::sin(goal.tilt).powi(2) * f64::from(self.steps)));
        if index >= self.settles {
            let (x, y, z) = self.spec.target;
            let gap = view.position - vec3(x, y, z).map(real);
            let share = 1.0 / f64::from(self.steps - self.settles);
            cost += gap.norm_squared() * real(share * loss.distance / goal.distance.powi(2));
            cost += view.velocity.norm_squared() * real(share * loss.speed / goal.speed.powi(2));
        }
        cost
    }
}

impl Watch<f64> for Watcher<'_> {
    fn watch(&mut self, index: u32, after: &State<f64>, bar: &mut StateAdjoint<f64>) {
        let mut value = 0.0;
        let gradient = pull_back(&self.chain.inputs(after), |inputs| {
            let cost = self.cost(index, &self.chain.view(inputs, after));
            value = cost.to_f64();
            vec![(cost, 1.0)]
        });
        self.loss += value;
        self.chain.add_to(&gradient, bar);
    }
}
