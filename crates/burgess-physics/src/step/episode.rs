//! One episode of one candidate: policy, physics, sensors, reward, descriptors, termination.

use super::features::features;
use super::measure::{Stance, measure};
use super::observer::Watching;
use super::policy::{Occasion, PolicyWork, act_each, slew_each};
use super::prelude::Prelude;
use super::push::push;
use super::reverse::tape::Standing;
use super::scalar::Scalar;
use super::snapshot::Snapshot;
use super::state::{Drive, LinkState, State, Work, slip_mass};
use super::step::step;
use crate::lanes::{LANES, Lanes};
use crate::laws::descriptor::Descriptor;
use crate::laws::sensors::Sensors;
use crate::model::Candidate;
use crate::task::{Ending, Returns, TaskPlan};
use crate::world::World;
use burgess_core::autodiff::{Choose, Compare, Real, Truth, Value, real};
use burgess_core::math::{Sum, Vec3};
use std::array::from_fn;

/// A base faster than this (m/s), or a hinge (rad/s), has left all bounds: the candidate diverged.
pub const SPEED_BOUND: f64 = 100.0;
/// See `SPEED_BOUND`.
pub const RATE_BOUND: f64 = 1000.0;

/// An episode under way.
#[derive(Clone, Debug)]
pub struct Episode<'a, T: Real> {
    candidate: &'a Candidate<T>,
    world: &'a World<T>,
    task: &'a TaskPlan,
    /// Decisions before the first row of a sequence of actions.
    first_decision: u32,
    prelude: Prelude<T>,
    /// The state after the steps so far.
    pub state: State<T>,
    /// Scratch of the last step, with link poses and contact forces.
    pub work: Work<T>,
    /// The servo targets of the last step.
    pub drive: Drive<T>,
    policy: PolicyWork<T>,
    watching: Option<Watching<T>>,
    stance: Stance<T>,
    steps: u32,
    reward: Sum<T>,
    samples: Vec<Sum<T>>,
    last: Sensors<T>,
    /// Of episodes side by side: those that go on, those that diverged, those that the task stopped, and the steps of each.
    running: T::Truth,
    diverged: T::Truth,
    stopped: T::Truth,
    lasted: T,
}

/// All of an episode under way but what it borrows: [`Episode::pause`] gives it, [`Episode::resume`] goes on from it.
#[derive(Clone, Debug)]
pub(crate) struct Paused<T: Real> {
    prelude: Prelude<T>,
    state: State<T>,
    work: Work<T>,
    drive: Drive<T>,
    policy: PolicyWork<T>,
    watching: Option<Watching<T>>,
    stance: Stance<T>,
    steps: u32,
    reward: Sum<T>,
    samples: Vec<Sum<T>>,
    last: Sensors<T>,
    /// Of episodes side by side: those that go on, those that diverged, those that the task stopped, and the steps of each.
    running: T::Truth,
    diverged: T::Truth,
    stopped: T::Truth,
    lasted: T,
}

impl<T: Value> Paused<T> {
    /// Where the episode stands, which goes on.
    pub(crate) fn snapshot(&self) -> Snapshot<T> {
        Snapshot {
            steps: self.steps,
            ending: None,
            state: self.state.clone(),
            targets: self.drive.targets.clone(),
            commands: self.policy.commands.clone(),
            start: self.prelude.start,
            stance: self.stance.to_array(),
            reward: self.reward.total,
            samples: self.samples.iter().map(|sum| sum.total).collect(),
            excess: std::iter::once(&self.reward).chain(&self.samples).map(|sum| sum.excess).collect(),
        }
    }

    /// The sum of the reward's rates so far.
    pub(crate) fn reward(&self) -> T {
        self.reward.total
    }
}

impl<'a, T: Value> Episode<'a, T> {
    /// The candidate at rest, upright, a little above the ground.
    pub fn new(candidate: &'a Candidate<T>, world: &'a World<T>, task: &'a TaskPlan) -> Self {
        let prelude = Prelude::new(&candidate.model, world);
        Self::with(candidate, world, task, prelude, None)
    }

    /// Where an episode stands that has ended.
    pub(crate) fn end(&self) -> Option<Snapshot<T>> {
        let ending = self.ending()?;
        let Returns { mut reward, descriptors: mut samples, .. } = self.returns();
        if ending == Ending::Diverged {
            reward = real(f64::NAN);
            samples.fill(reward);
        }
        let Self { prelude, state, drive, policy, stance, steps, .. } = self;
        Some(Snapshot {
            steps: *steps,
            ending: Some(ending),
            state: state.clone(),
            targets: drive.targets.clone(),
            commands: policy.commands.clone(),
            start: prelude.start,
            stance: stance.to_array(),
            reward,
            excess: vec![T::zero(); 1 + samples.len()],
            samples,
        })
    }

    /// Simulates to the end.
    pub fn run(mut self) -> Returns<T> {
        while self.advance() {}
        self.returns()
    }
}

impl<'a, T: Scalar> Episode<'a, T> {
    /// The candidate with a prelude of its own, from a state of its own if one is given. Displacements then count from there.
    pub fn with(
        candidate: &'a Candidate<T>,
        world: &'a World<T>,
        task: &'a TaskPlan,
        mut prelude: Prelude<T>,
        start: Option<&Standing<T>>,
    ) -> Self {
        let model = &candidate.model;
        if let Some(start) = start {
            prelude.start = start.state.position;
            prelude.objects = start.state.objects.iter().map(|object| object.position).collect();
        }
        let state = start.map_or_else(|| prelude.state(model), |start| start.state.clone());
        let mut work = Work::new(model, world.gravity, world.contact_width);
        work.contact_width = prelude.contact_width;
        work.places.clone_from(&prelude.places);
        work.inverse_slip_mass = slip_mass(prelude.plan.facts.mass).recip();
        let zero = T::zero();
        let (stance, wanted) = (&mut Stance::before_landing(), world.wanted.at(0));
        let last = measure(model, &prelude, world, &state, &work, stance, zero, zero, wanted);
        let mut episode = Self {
            candidate,
            world,
            task,
            first_decision: 0,
            prelude,
            state,
            work,
            drive: Drive::idle(model),
            policy: PolicyWork::new(model),
            watching: task.observer.as_ref().map(|(observer, period)| Watching::new(observer, *period)),
            stance: Stance::before_landing(),
            steps: 0,
            reward: Sum::zero(),
            samples: vec![Sum::zero(); task.descriptors.len()],
            last,
            running: T::Truth::yes(),
            diverged: !T::Truth::yes(),
            stopped: !T::Truth::yes(),
            lasted: zero,
        };
        if let Some(start) = start {
            episode.stand(0, start);
        }
        episode
    }

    /// Goes on from where an episode of the same candidate was paused.
    pub(crate) fn resume(
        candidate: &'a Candidate<T>,
        world: &'a World<T>,
        task: &'a TaskPlan,
        paused: Paused<T>,
    ) -> Self {
        let Paused {
            prelude,
            state,
            work,
            drive,
            policy,
            watching,
            stance,
            steps,
            reward,
            samples,
            last,
            running,
            diverged,
            stopped,
            lasted,
        } = paused;
        Self {
            candidate,
            world,
            task,
            first_decision: 0,
            prelude,
            state,
            work,
            drive,
            policy,
            watching,
            stance,
            steps,
            reward,
            samples,
            last,
            running,
            diverged,
            stopped,
            lasted,
        }
    }

    /// Gives back what it borrowed, and keeps the rest.
    pub(crate) fn pause(self) -> Paused<T> {
        let Self {
            prelude,
            state,
            work,
            drive,
            policy,
            watching,
            stance,
            steps,
            reward,
            samples,
            last,
            running,
            diverged,
            stopped,
            lasted,
            ..
        } = self;
        Paused {
            prelude,
            state,
            work,
            drive,
            policy,
            watching,
            stance,
            steps,
            reward,
            samples,
            last,
            running,
            diverged,
            stopped,
            lasted,
        }
    }

    /// Goes on from a snapshot of a running episode of the same candidate, which has this prelude.
    pub(crate) fn restore(
        candidate: &'a Candidate<T>,
        world: &'a World<T>,
        task: &'a TaskPlan,
        prelude: Prelude<T>,
        from: &Snapshot<T>,
    ) -> Self {
        let mut episode = Self::with(candidate, world, task, prelude, None);
        episode.prelude.start = from.start;
        episode.steps = from.steps;
        episode.lasted = real(f64::from(from.steps));
        episode.take_over(from);
        episode
    }

    /// Goes on from where another episode of the same candidate stands after as many steps. What was measured last stays.
    pub(crate) fn take_over(&mut self, from: &Snapshot<T>) {
        self.state.clone_from(&from.state);
        self.drive.targets.clone_from(&from.targets);
        self.policy.commands.clone_from(&from.commands);
        self.stance = Stance::from_array(from.stance);
        // Of an episode that has ended, a snapshot has returns where others have sums.
        if from.ending.is_none() {
            let mut sums = std::iter::once(&from.reward).chain(&from.samples).zip(&from.excess);
            for (own, (&total, &excess)) in std::iter::once(&mut self.reward).chain(&mut self.samples).zip(&mut sums) {
                *own = Sum { total, excess };
            }
        }
    }

    /// From here on the candidate's sequence of actions counts its rows from the present decision.
    pub(crate) fn count_decisions_from_here(&mut self) {
        self.first_decision = self.steps / self.task.control_period;
    }

    /// One step; false when the episode has ended (then nothing was simulated). Of episodes side by side, those that have ended keep
    /// their returns, whatever becomes of their bodies.
    pub fn advance(&mut self) -> bool {
        if self.is_over() {
            return false;
        }
        let command_rate = self.move_on();
        self.judge(command_rate);
        true
    }

    /// Judges a step in which servo targets had a mean square rate (rad2/s2).
    fn judge(&mut self, command_rate: T) {
        self.lasted = T::choose(self.running, self.lasted + T::one(), self.lasted);
        let diverged = self.running & self.has_diverged();
        self.diverged = self.diverged | diverged;
        self.running = self.running & !diverged;
        if self.is_over() {
            return;
        }
        let (model, time, dt, running) = (&self.candidate.model, self.time(), self.world.dt, self.running);
        let (state, work, stance) = (&self.state, &self.work, &mut self.stance);
        // `steps` are those of this step, too.
        let wanted = self.world.wanted.at(self.steps - 1);
        let seen = measure(model, &self.prelude, self.world, state, work, stance, time, command_rate, wanted);
        self.last = Sensors::choose(running, seen, self.last);
        if let Some(watching) = &mut self.watching {
            let targets = &self.drive.targets;
            watching.see(&features(model, &self.prelude.plan, &self.last, state, targets), self.steps);
        }
        self.reward.add_where(running, self.task.reward_rate(&self.last) * dt);
        for (sum, descriptor) in self.samples.iter_mut().zip(&self.task.descriptors) {
            sum.add_where(running, descriptor.sample(&self.last, dt));
        }
        let stopped = running & self.must_stop();
        self.stopped = self.stopped | stopped;
        self.running = self.running & !stopped;
        if self.steps == self.task.steps {
            self.running = !T::Truth::yes();
        }
    }

    /// Decides and moves, without a judgement: the step alone. Gives the mean square rate of the servo targets (rad2/s2).
    pub fn move_on(&mut self) -> T {
        let (model, world) = (&self.candidate.model, self.world);
        // Decide.
        if self.steps.is_multiple_of(self.task.control_period) {
            let occasion = Occasion {
                decision: self.decision_after(self.steps),
                time: self.time(),
                reference_force: self.prelude.plan.reference_force,
                wanted: world.wanted_in(self.steps),
                latent: self.watching.as_ref().map_or(&[], |watching| watching.latent(self.steps)),
            };
            let decision = self.steps / self.task.control_period;
            act_each(self.candidate, world, &self.state, occasion, decision, &mut self.policy);
        }
        let command_rate = slew_each(model, world, &self.policy.commands, &mut self.drive.targets);
        // Move.
        push(model, &self.prelude.plan.facts, world, self.steps, &mut self.state);
        step(model, world, &self.drive, &mut self.state, &mut self.work);
        self.steps += 1;
        command_rate
    }

    /// The number of the decision that is made after so many steps, as a sequence of actions counts them.
    pub(crate) fn decision_after(&self, steps: u32) -> u32 {
        steps / self.task.control_period - self.first_decision
    }

    /// Whether it has ended; of episodes side by side, whether all have.
    pub fn is_over(&self) -> bool {
        !self.running.any()
    }

    /// Steps so far.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// What is simulated.
    pub fn candidate(&self) -> &'a Candidate<T> {
        self.candidate
    }

    /// What it is for.
    pub fn task(&self) -> &'a TaskPlan {
        self.task
    }

    /// The surroundings.
    pub fn world(&self) -> &'a World<T> {
        self.world
    }

    /// The commands of the last decision (rad, one a link of the creature, then of each rival).
    pub fn commands(&self) -> &[T] {
        &self.policy.commands
    }

    /// The world model that watches, with all that it has seen.
    pub fn watching(&self) -> Option<&Watching<T>> {
        self.watching.as_ref()
    }

    /// What was worked out of the creature.
    pub fn prelude(&self) -> &Prelude<T> {
        &self.prelude
    }

    /// Goes on from where the episode stood after `steps` steps, to be moved on only: what was judged is not brought back, and what a
    /// world model saw stays.
    pub fn stand(&mut self, steps: u32, standing: &Standing<T>) {
        self.steps = steps;
        self.state.clone_from(&standing.state);
        self.drive.targets.clone_from(&standing.targets);
        self.policy.commands.clone_from(&standing.commands);
    }

    /// Whether it has ended, each of episodes side by side by itself.
    pub(crate) fn has_ended(&self) -> T::Truth {
        !self.running
    }

    /// Steps so far, of episodes side by side those of each until it ended.
    pub(crate) fn lasted(&self) -> T {
        self.lasted
    }

    /// One over them, or over one.
    pub(crate) fn step_share(&self) -> T {
        T::one() / self.lasted.max(T::one())
    }

    /// Means so far of what each descriptor averages.
    pub fn means(&self) -> Vec<T> {
        let share = self.step_share();
        self.samples.iter().map(|sum| sum.total * share).collect()
    }

    /// Descriptors as if the episode ended here.
    pub(crate) fn descriptors(&self) -> Vec<T> {
        let finish =
            |(descriptor, mean): (&Descriptor, T)| descriptor.finish(mean, &self.last, &self.prelude.plan.facts);
        self.task.descriptors.iter().zip(self.means()).map(finish).collect()
    }

    /// Reward as if the episode ended here.
    pub fn reward_so_far(&self) -> T {
        self.reward.total + self.task.reward_finish(&self.last)
    }

    /// Time simulated (s).
    pub fn time(&self) -> T {
        self.world.dt * real(f64::from(self.steps))
    }

    /// The last measurement.
    pub fn sensors(&self) -> &Sensors<T> {
        &self.last
    }

    fn must_stop(&self) -> T::Truth {
        let below = |value: T, bound: Option<f64>| bound.map_or(!T::Truth::yes(), |bound| value.is_below(bound));
        below(self.last.height, self.task.min_height) | below(self.last.up.z, self.task.min_up)
    }

    /// NaN fails the comparisons too.
    fn has_diverged(&self) -> T::Truth {
        let calm = state_is_calm(&self.state);
        !self.state.objects.iter().fold(calm, |calm, object| calm & state_is_calm(object))
    }
}

/// Whether a body is within all bounds.
#[inline(always)]
fn state_is_calm<T: Compare>(state: &State<T>) -> T::Truth {
    let slow = |v: Vec3<T>, bound: f64| v.norm_squared().is_below(bound * bound);
    let base = slow(state.velocity, SPEED_BOUND) & slow(state.angular_velocity, RATE_BOUND);
    let placed = state.position.is_finite() & state.orientation.is_finite();
    let calm =
        |calm: T::Truth, link: &LinkState<T>| calm & link.rate.abs().is_below(RATE_BOUND) & link.angle.is_finite();
    state.links.iter().fold(base & placed, calm)
}

impl<T: Value> Episode<'_, T> {
    /// How it ended, if it has.
    pub fn ending(&self) -> Option<Ending> {
        self.is_over().then(|| ending(self.diverged, self.stopped))
    }

    /// Reward and descriptors as if the episode ended here.
    pub fn returns(&self) -> Returns<T> {
        Returns {
            reward: self.reward_so_far(),
            descriptors: self.descriptors(),
            ending: self.ending().unwrap_or(Ending::Finished),
            steps: self.steps,
            contacts_left_out: self.work.pairs_left_out,
        }
    }
}

/// How an episode ended that diverged, was stopped, or neither.
fn ending(diverged: bool, stopped: bool) -> Ending {
    match (diverged, stopped) {
        (true, _) => Ending::Diverged,
        (false, true) => Ending::Terminated,
        (false, false) => Ending::Finished,
    }
}

impl Episode<'_, Lanes> {
    /// What each of the episodes gave, which have ended.
    pub(crate) fn returns_of_each(&self) -> [Returns<f32>; LANES] {
        let (reward, descriptors) = (self.reward_so_far(), self.descriptors());
        from_fn(|lane| Returns {
            reward: reward.lane(lane),
            descriptors: descriptors.iter().map(|descriptor| descriptor.lane(lane)).collect(),
            ending: ending(self.diverged.lane(lane), self.stopped.lane(lane)),
            steps: self.lasted.lane(lane) as u32,
            contacts_left_out: 0,
        })
    }
}
