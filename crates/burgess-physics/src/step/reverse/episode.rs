//! The backward pass through an episode, or through a window of it.
//!
//! The forward pass keeps the state before each step where memory allows. Where it does not, it keeps states at regular checkpoints only,
//! and each segment between two checkpoints is simulated again before the backward pass goes through it. Both give the same bits.

use super::features::reverse_features;
use super::link::reverse_start;
use super::made::{EffortBar, Step};
use super::measure::{End, Judgement, SeenBar, reverse_measure};
use super::observer::WatchingBar;
use super::policy::{PolicyBack, reverse_act_each, reverse_slew_each};
use super::state::{ModelGradient, ReverseWork, StateAdjoint};
use super::tape::{Standing, Tape, record_size};
use super::{recall, reverse_each_body, reverse_step};
use crate::gradient::{Gradient, Objective, PreludeGradient, WorldGradient};
use crate::model::Candidate;
use crate::step::episode::Episode;
use crate::step::measure::{Stance, measure};
use crate::step::policy::{Occasion, slew_each};
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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blind;

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
    let start = episode.state.clone();
    let (returns, bars) = differentiate_window(episode, u32::MAX, objectives, None, memory, &mut Blind);
    let finish = |bars: Bars<T>| {
        let mut gradient = bars.gradient(candidate, world, &start, returns.clone());
        gradient.prelude.start = gradient.state.position;
        for (object, state) in gradient.candidate.model.objects.iter_mut().zip(&gradient.state.objects) {
            object.start_from(state);
        }
        gradient
    };
    bars.into_iter().map(finish).collect()
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
    debug_assert!(std::ptr::eq(episode.task(), task), "the episode is one of this task");
    let start = episode.state.clone();
    let (returns, mut bars) =
        differentiate_window(episode, u32::MAX, std::slice::from_ref(objective), None, memory, watch);
    bars.swap_remove(0).gradient(candidate, world, &start, returns)
}

/// Bars of all that a window of an episode is made from.
#[derive(Clone, Debug)]
pub struct Bars<T> {
    /// Of the state before the window.
    pub state: StateAdjoint<T>,
    /// Of what stays the same over the window, that of objects apart.
    pub total: ModelGradient<T>,
}

/// Simulates to step `until` of an episode or to its end, and goes back to where it stood, for each objective: the reward gained in
/// between, and the descriptors as if the episode ended there. `after` has the bars that the state at the end of the window comes with,
/// zero unless given. Gives what the episode gave up to the end of the window. The bars of a window in which the episode diverged are NaN.
pub fn differentiate_window<'a, T: Value>(
    episode: Episode<'a, T>,
    until: u32,
    objectives: &[Objective],
    after: Option<&StateAdjoint<T>>,
    memory: usize,
    watch: &mut dyn Watch<T>,
) -> (Returns<T>, Vec<Bars<T>>) {
    let mut forth = Forth::new(episode, until, memory);
    forth.run();
    let candidate = forth.episode.candidate();
    // Before segments are simulated again, which moves the episode.
    let returns = forth.episode.returns();
    if forth.episode.ending() == Some(Ending::Diverged) {
        return (returns, vec![Bars::not_a_number(candidate); objectives.len()]);
    }
    let mut backs: Vec<Back<'a, T>> =
        objectives.iter().map(|objective| Back::new(objective, &forth.episode, after)).collect();
    let mut end = forth.episode.steps();
    for segment in (0..forth.checkpoints.len()).rev() {
        let first = forth.begin + segment as u32 * forth.segment;
        forth.recall(segment, end);
        for index in (first..end).rev() {
            let episode = &forth.episode;
            backs.iter_mut().for_each(|back| back.reverse(index, index - first, &forth.tape, episode, watch));
        }
        end = first;
    }
    let bars = backs.into_iter().map(|back| Bars { state: back.bar, total: back.total }).collect();
    (returns, bars)
}

impl<T: Value> Bars<T> {
    /// All NaN.
    pub(crate) fn not_a_number(candidate: &Candidate<T>) -> Self {
        let nan: T = real(f64::NAN);
        let vector = vec3(nan, nan, nan);
        Self {
            state: StateAdjoint::not_a_number(&candidate.model),
            total: ModelGradient {
                candidate: candidate.map(|_: T| nan),
                prelude: PreludeGradient {
                    start: vector,
                    contact_width: nan,
                    reference_force: nan,
                    mass: nan,
                    leg_span: nan,
                },
                world: WorldGradient { gravity: vector, friction: nan, contact_damping: nan },
                objects: Vec::new(),
            },
        }
    }

    /// The gradient of an episode that began with this state, in which what links carry follows from positions and velocities.
    fn gradient(
        mut self,
        candidate: &Candidate<T>,
        world: &World<T>,
        start: &State<T>,
        returns: Returns<T>,
    ) -> Gradient<T> {
        if returns.ending == Ending::Diverged {
            return not_a_number(candidate, returns);
        }
        take_start(candidate, world, start, &mut self);
        self.total.gather_objects();
        let ModelGradient { candidate, mut prelude, world, .. } = self.total;
        let mut state = self.state.gradient();
        // Displacements count from the start.
        state.position += std::mem::take(&mut prelude.start);
        Gradient { returns, candidate, prelude, world, state }
    }
}

/// Takes the bars of what links carry at the start to positions, velocities and the model, from which it follows.
fn take_start<T: Value>(candidate: &Candidate<T>, world: &World<T>, start: &State<T>, bars: &mut Bars<T>) {
    let model = &candidate.model;
    let drive = Drive::idle(model);
    let step = Step { model, world, drive: drive.of_all(), before: start, after: start };
    let mut work = Work::new(model, world.gravity, world.contact_width);
    let mut back = ReverseWork::new(model, world);
    reverse_starts(&step, &mut bars.state, &mut bars.total, &mut work, &mut back);
}

/// As [`reverse_start`], of a creature and its objects.
pub(crate) fn reverse_starts<T: Value>(
    step: &Step<'_, T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &mut Work<T>,
    back: &mut ReverseWork<T>,
) {
    reverse_each_body(step, EffortBar::default(), bar, total, work, back, |step, _, bar, total, work, back| {
        reverse_start(step, bar, total, work, back);
    });
}

/// The forward pass, with its records.
struct Forth<'a, T: Value> {
    episode: Episode<'a, T>,
    /// Steps before the window.
    begin: u32,
    /// Steps after which the window ends.
    until: u32,
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
    fn new(episode: Episode<'a, T>, until: u32, memory: usize) -> Self {
        let (begin, model) = (episode.steps(), &episode.candidate().model);
        let until = until.min(episode.task().steps);
        Self {
            begin,
            until,
            segment: segment_steps(until.saturating_sub(begin), memory / (record_size(model) * size_of::<T>())),
            checkpoints: Tape::new(model),
            tape: Tape::new(model),
            taped: 0,
            standing: Standing::new(model),
            episode,
        }
    }

    /// Simulates to the end; the last segment is on the tape.
    fn run(&mut self) {
        while !self.episode.is_over() && self.episode.steps() < self.until {
            if (self.episode.steps() - self.begin).is_multiple_of(self.segment) {
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
        self.episode.stand(self.begin + segment as u32 * self.segment, &self.standing);
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

/// The backward pass, with what has been gathered so far.
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
    fn new(objective: &Objective, episode: &Episode<'a, T>, after: Option<&StateAdjoint<T>>) -> Self {
        let (candidate, world, task) = (episode.candidate(), episode.world(), episode.task());
        let model = &candidate.model;
        let prelude = episode.prelude().clone();
        let (judgement, end) = Judgement::new(
            task,
            objective,
            world.dt,
            End {
                is_over: episode.is_over(),
                steps: episode.steps(),
                means: &episode.means(),
                sensors: episode.sensors(),
                facts: &prelude.plan.facts,
            },
        );
        Self {
            candidate,
            world,
            task,
            prelude,
            judgement,
            end: Some(end),
            bar: after.map_or_else(|| StateAdjoint::zero(model), StateAdjoint::clone),
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
    fn reverse(&mut self, index: u32, place: u32, tape: &Tape<T>, episode: &Episode<'_, T>, watch: &mut dyn Watch<T>) {
        let (model, world, watching) = (&self.candidate.model, self.world, episode.watching());
        tape.read(place as usize, &mut self.before);
        tape.read(place as usize + 1, &mut self.after);
        // What drove the step: the commands were decided before it, or held.
        self.drive.targets.clone_from(&self.before.targets);
        let command_rate = slew_each(model, world, &self.after.commands, &mut self.drive.targets);
        let step =
            Step { model, world, drive: self.drive.of_all(), before: &self.before.state, after: &self.after.state };
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
            reverse_measure(&step, &self.prelude, &seen, &mut self.bar, &mut self.total, &self.work, &self.reverse);
        reverse_step(&step, effort, &mut self.bar, &mut self.total, &mut self.work, &mut self.reverse);
        reverse_slew_each(model, world, &self.before.targets, &self.after.commands, rate_bar, &mut self.bar);
        if index.is_multiple_of(self.task.control_period) {
            let occasion = Occasion {
                decision: episode.decision_after(index),
                time: world.dt * real(f64::from(index)),
                reference_force: self.prelude.plan.reference_force,
                latent: watching.map_or(&[], |watching| watching.latent(index)),
            };
            reverse_act_each(
                self.candidate,
                world,
                &self.before.state,
                occasion,
                index / self.task.control_period,
                &mut self.bar,
                &mut self.total,
                &self.reverse,
                &mut self.watching.z,
                &mut self.policy,
            );
        }
    }
}

/// The gradient of an episode that left all bounds.
pub fn not_a_number<T: Value>(candidate: &Candidate<T>, returns: Returns<T>) -> Gradient<T> {
    let nan: T = real(f64::NAN);
    let vector = vec3(nan, nan, nan);
    Gradient {
        returns,
        candidate: candidate.map(|_: T| nan),
        prelude: PreludeGradient { start: vector, contact_width: nan, reference_force: nan, mass: nan, leg_span: nan },
        world: WorldGradient { gravity: vector, friction: nan, contact_damping: nan },
        state: StateAdjoint::not_a_number(&candidate.model).gradient(),
    }
}
