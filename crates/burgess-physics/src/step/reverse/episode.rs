//! The way back through an episode.
//!
//! Forth, the state before each step is kept where memory allows; where it does not, states are kept at regular checkpoints only, and
//! each segment between two is simulated again before the way back through it. Either way the same bits come out.

use super::features::reverse_features;
use super::link::reverse_start;
use super::made::Step;
use super::measure::{Judgement, SeenBar, reverse_measure};
use super::observer::WatchingBar;
use super::policy::{PolicyBack, reverse_act, reverse_slew};
use super::state::{ModelGradient, ReverseWork, StateAdjoint};
use super::tape::{Standing, Tape, record_size};
use super::{recall, reverse_step};
use crate::gradient::{Gradient, Objective, PreludeGradient, StateGradient, WorldGradient};
use crate::model::{Candidate, Model};
use crate::step::episode::Episode;
use crate::step::measure::{Stance, measure};
use crate::step::observer::Watching;
use crate::step::policy::{Occasion, slew_targets};
use crate::step::prelude::Prelude;
use crate::step::state::{Drive, State, Work};
use crate::task::{Ending, Returns, TaskPlan};
use crate::world::World;
use burgess_core::autodiff::{Value, real};
use burgess_core::math::vec3;

/// Memory for the states of one creature (bytes). What does not fit is simulated twice; a sixteen-link creature has some 3,000 steps of
/// room.
pub const TAPE_MEMORY: usize = 4 << 20;

/// A part of the objective that is made of states along the way, beside reward and descriptors.
pub trait Watch<T> {
    /// Adds to the bar of the state after step `index`, counted from 0, what the watched part says of its positions and velocities.
    /// Steps come last to first.
    fn watch(&mut self, index: u32, after: &State<T>, bar: &mut StateAdjoint<T>);
}

/// Watches nothing.
struct Blind;

impl<T> Watch<T> for Blind {
    fn watch(&mut self, _: u32, _: &State<T>, _: &mut StateAdjoint<T>) {}
}

/// Simulates an episode and goes back through it. `memory` (bytes) is what states may take, [`TAPE_MEMORY`] being a good number; never
/// less than twice the square root of the steps is used. A diverged episode has a gradient of NaN.
pub fn differentiate<T: Value>(
    candidate: &Candidate<T>,
    world: &World<T>,
    task: &TaskPlan,
    objective: &Objective,
    memory: usize,
) -> Gradient<T> {
    differentiate_each(candidate, world, task, std::slice::from_ref(objective), memory).swap_remove(0)
}

/// As [`differentiate`], of several objectives: one way forth, and for each step of it one step back of each. Every objective gets the
/// bits that it would get by itself.
pub fn differentiate_each<T: Value>(
    candidate: &Candidate<T>,
    world: &World<T>,
    task: &TaskPlan,
    objectives: &[Objective],
    memory: usize,
) -> Vec<Gradient<T>> {
    let episode = Episode::new(candidate, world, task);
    let mut gradients = go_back(episode, candidate, world, task, objectives, memory, &mut Blind);
    gradients.iter_mut().for_each(|gradient| gradient.prelude.start = gradient.state.position);
    gradients
}

/// As [`differentiate`], of an episode that begins as it stands.
pub fn differentiate_from<'a, T: Value>(
    episode: Episode<'a, T>,
    candidate: &'a Candidate<T>,
    world: &'a World<T>,
    task: &'a TaskPlan,
    objective: &Objective,
    memory: usize,
) -> Gradient<T> {
    differentiate_watching(episode, candidate, world, task, objective, memory, &mut Blind)
}

/// As [`differentiate_from`], of the objective and what is watched along the way.
pub fn differentiate_watching<'a, T: Value>(
    episode: Episode<'a, T>,
    candidate: &'a Candidate<T>,
    world: &'a World<T>,
    task: &'a TaskPlan,
    objective: &Objective,
    memory: usize,
    watch: &mut dyn Watch<T>,
) -> Gradient<T> {
    go_back(episode, candidate, world, task, std::slice::from_ref(objective), memory, watch).swap_remove(0)
}

/// Forth, and back for each objective.
fn go_back<'a, T: Value>(
    episode: Episode<'a, T>,
    candidate: &'a Candidate<T>,
    world: &'a World<T>,
    task: &'a TaskPlan,
    objectives: &[Objective],
    memory: usize,
    watch: &mut dyn Watch<T>,
) -> Vec<Gradient<T>> {
    let mut forth = Forth::new(episode, &candidate.model, task, memory);
    forth.run();
    let returns = forth.episode.returns();
    if returns.ending == Ending::Diverged {
        return vec![not_a_number(candidate, returns); objectives.len()];
    }
    let back = |objective| Back::new(candidate, world, task, objective, &forth.episode);
    let mut backs: Vec<Back<'a, T>> = objectives.iter().map(back).collect();
    let mut end = returns.steps;
    for segment in (0..forth.checkpoints.len()).rev() {
        let first = segment as u32 * forth.segment;
        forth.recall(segment, end);
        for index in (first..end).rev() {
            let watching = forth.episode.watching();
            backs.iter_mut().for_each(|back| back.reverse(index, index - first, &forth.tape, watching, watch));
        }
        end = first;
    }
    backs.into_iter().map(|back| back.finish(returns.clone())).collect()
}

/// The way forth, with its records.
struct Forth<'a, T: Value> {
    episode: Episode<'a, T>,
    /// Steps of a segment.
    segment: u32,
    /// The state before each segment.
    checkpoints: Tape<T>,
    /// The states before each step of one segment, and after its last.
    tape: Tape<T>,
    /// The segment on the tape.
    taped: usize,
    standing: Standing<T>,
}

impl<'a, T: Value> Forth<'a, T> {
    fn new(episode: Episode<'a, T>, model: &Model<T>, task: &TaskPlan, memory: usize) -> Self {
        Self {
            episode,
            segment: segment_steps(task.steps, memory / (record_size(model) * size_of::<T>())),
            checkpoints: Tape::new(model),
            tape: Tape::new(model),
            taped: 0,
            standing: Standing::new(model),
        }
    }

    /// Simulates to the end; the last segment is on the tape.
    fn run(&mut self) {
        loop {
            if self.episode.is_over() {
                break;
            }
            if self.episode.steps().is_multiple_of(self.segment) {
                record(&self.episode, &mut self.checkpoints);
                self.tape.clear();
            }
            record(&self.episode, &mut self.tape);
            self.episode.advance();
        }
        record(&self.episode, &mut self.tape);
        self.taped = self.checkpoints.len().saturating_sub(1);
    }

    /// Puts a segment that ends before step `end` onto the tape.
    fn recall(&mut self, segment: usize, end: u32) {
        if segment == self.taped {
            return;
        }
        self.taped = segment;
        self.checkpoints.read(segment, &mut self.standing);
        self.episode.stand(segment as u32 * self.segment, &self.standing);
        self.tape.clear();
        record(&self.episode, &mut self.tape);
        while self.episode.steps() < end {
            self.episode.move_on();
            record(&self.episode, &mut self.tape);
        }
    }
}

fn record<T: Value>(episode: &Episode<'_, T>, tape: &mut Tape<T>) {
    tape.push(&episode.state, &episode.drive.targets, episode.commands());
}

/// Steps between checkpoints, when `room` records fit: all if they do, else as many as leave room for the checkpoints.
fn segment_steps(steps: u32, room: usize) -> u32 {
    let room = u32::try_from(room).unwrap_or(u32::MAX);
    if steps < room {
        return steps.max(1);
    }
    // A segment of n steps needs n + 1 records and steps / n checkpoints: the largest n that fits, or the one that needs least.
    let least = f64::from(steps).sqrt().ceil() as u32;
    let half = f64::from(room) * 0.5;
    let largest = half + (half * half - f64::from(steps)).max(0.0).sqrt() - 2.0;
    (largest as u32).max(least)
}

/// The way back, with what has been gathered so far.
struct Back<'a, T: Value> {
    candidate: &'a Candidate<T>,
    world: &'a World<T>,
    task: &'a TaskPlan,
    prelude: Prelude<T>,
    judgement: Judgement<'a, T>,
    /// Bars of what the last step to be reversed is judged by beyond its own judgement.
    end: Option<SeenBar<T>>,
    bar: StateAdjoint<T>,
    total: ModelGradient<T>,
    work: Work<T>,
    reverse: ReverseWork<T>,
    policy: PolicyBack<T>,
    watching: WatchingBar<T>,
    before: Standing<T>,
    after: Standing<T>,
    drive: Drive<T>,
}

impl<'a, T: Value> Back<'a, T> {
    fn new(
        candidate: &'a Candidate<T>,
        world: &'a World<T>,
        task: &'a TaskPlan,
        objective: &Objective,
        episode: &Episode<'a, T>,
    ) -> Self {
        let model = &candidate.model;
        let prelude = episode.prelude().clone();
        let (judgement, end) = Judgement::new(
            task,
            objective,
            world.dt,
            episode.steps(),
            &episode.means(),
            episode.sensors(),
            &prelude.plan.facts,
        );
        Self {
            candidate,
            world,
            task,
            prelude,
            judgement,
            end: Some(end),
            bar: StateAdjoint::zero(model),
            total: ModelGradient::zero(candidate),
            work: Work::new(model, world.gravity, world.contact_width),
            reverse: ReverseWork::new(model, world),
            policy: PolicyBack::default(),
            watching: task.observer.as_ref().map_or_else(WatchingBar::default, |(o, _)| WatchingBar::zero(o)),
            before: Standing::new(model),
            after: Standing::new(model),
            drive: Drive::idle(model),
        }
    }

    /// Goes back through step `index` of the episode, whose record is the `place`-th on the tape.
    fn reverse(
        &mut self,
        index: u32,
        place: u32,
        tape: &Tape<T>,
        watching: Option<&Watching<'_, T>>,
        watch: &mut dyn Watch<T>,
    ) {
        let (model, world) = (&self.candidate.model, self.world);
        tape.read(place as usize, &mut self.before);
        tape.read(place as usize + 1, &mut self.after);
        // What drove the step: the commands were decided before it, or held.
        self.drive.targets.clone_from(&self.before.targets);
        let command_rate = slew_targets(world, &self.after.commands, &mut self.drive);
        let step = Step { model, world, drive: &self.drive, before: &self.before.state, after: &self.after.state };
        recall(&step, &mut self.work);
        // Judge, move, decide: backward.
        watch.watch(index, &self.after.state, &mut self.bar);
        let mut seen = self.end.take().unwrap_or_else(|| self.judgement.nothing());
        let time = world.dt * real(f64::from(index + 1));
        let stance = &mut Stance::before_landing();
        let after = &self.after.state;
        let sensors = measure(model, &self.prelude, world, after, &self.work, stance, time, command_rate);
        self.judgement.judge(&sensors, &mut seen);
        if let Some(watching) = watching {
            self.watching.retreat(watching, index + 1);
        }
        if let Some(bars) = &self.watching.features {
            let plan = &self.prelude.plan;
            reverse_features(&step, plan, &sensors, bars, &mut seen, &mut self.bar, &mut self.total);
        }
        let (effort, rate_bar) =
            reverse_measure(&step, &self.prelude, &seen, &mut self.bar, &mut self.total, &self.reverse);
        reverse_step(&step, effort, &mut self.bar, &mut self.total, &mut self.work, &mut self.reverse);
        reverse_slew(world, &self.before.targets, &self.after.commands, rate_bar, &mut self.bar);
        if index.is_multiple_of(self.task.control_period) {
            let occasion = Occasion {
                decision: index / self.task.control_period,
                time: world.dt * real(f64::from(index)),
                reference_force: self.prelude.plan.reference_force,
                latent: watching.map_or(&[], |watching| watching.latent(index)),
            };
            let controller = &self.candidate.controller;
            reverse_act(
                model,
                controller,
                world,
                &self.before.state,
                occasion,
                &mut self.bar,
                &mut self.total,
                &self.reverse,
                &mut self.watching.z,
                &mut self.policy,
            );
        }
    }

    /// The gradient, when all steps are reversed.
    fn finish(mut self, returns: Returns<T>) -> Gradient<T> {
        let step = Step {
            model: &self.candidate.model,
            world: self.world,
            drive: &self.drive,
            before: &self.before.state,
            after: &self.before.state,
        };
        reverse_start(&step, &mut self.bar, &mut self.total, &mut self.work, &mut self.reverse);
        let StateAdjoint { position, rotation, velocity, angular_velocity, links, .. } = self.bar;
        let ModelGradient { candidate, mut prelude, world } = self.total;
        // Displacements count from the start.
        let position = position + std::mem::take(&mut prelude.start);
        let angles = links.iter().map(|link| link.angle).collect();
        let rates = links.iter().map(|link| link.rate).collect();
        let state = StateGradient { position, rotation, velocity, angular_velocity, angles, rates };
        Gradient { returns, candidate, prelude, world, state }
    }
}

/// The gradient of an episode that left all bounds.
pub fn not_a_number<T: Value>(candidate: &Candidate<T>, returns: Returns<T>) -> Gradient<T> {
    let nan: T = real(f64::NAN);
    let vector = vec3(nan, nan, nan);
    let per_link = vec![nan; candidate.model.links.len()];
    Gradient {
        returns,
        candidate: candidate.map(|_: T| nan),
        prelude: PreludeGradient { start: vector, contact_width: nan, reference_force: nan, mass: nan, leg_span: nan },
        world: WorldGradient { gravity: vector, friction: nan, contact_damping: nan },
        state: StateGradient {
            position: vector,
            rotation: vector,
            velocity: vector,
            angular_velocity: vector,
            angles: per_link.clone(),
            rates: per_link,
        },
    }
}
