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
use super::push::reverse_push;
use super::state::{ModelGradient, ReverseWork, StateAdjoint};
use super::tape::{Standing, Tape, record_size};
use super::{recall, reverse_each_body, reverse_step};
use crate::gradient::{Gradient, Objective, PreludeGradient, StateGradient, WorldGradient};
use crate::lanes::{LANES, Lanes};
use crate::model::Candidate;
use crate::step::abreast::{self, Life};
use crate::step::episode::Episode;
use crate::step::measure::{Stance, measure};
use crate::step::places::Places;
use crate::step::policy::{Occasion, slew_each};
use crate::step::prelude::Prelude;
use crate::step::push::push;
use crate::step::scalar::Scalar;
use crate::step::state::{Drive, State, Work};
use crate::task::{Ending, Returns, TaskPlan};
use crate::world::World;
use burgess_core::autodiff::{Choose, Compare, Truth, Value, real};
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
    (returns, forth.go_back(objectives, after, watch))
}

/// As [`differentiate_each`], of lives that go together: see [`abreast`].
pub(crate) fn differentiate_abreast(
    lives: &[Life<'_>],
    task: &TaskPlan,
    objectives: &[Objective],
    memory: usize,
) -> Vec<Vec<Gradient<f32>>> {
    let (together, world, prelude) = abreast::join(lives);
    let episode = Episode::with(&together, &world, task, prelude, None);
    let start = episode.state.clone();
    let mut forth = Forth::new(episode, u32::MAX, LANES * memory);
    forth.run();
    let returns = forth.episode.returns_of_each();
    let places = forth.episode.prelude().places.clone();
    let mut of_objectives = Vec::new();
    for mut bars in forth.go_back(objectives, None, &mut Blind) {
        take_start(&together, &world, &start, &places, &mut bars);
        let mut gradient = bars.gathered();
        gradient.prelude.start = gradient.state.position;
        of_objectives.push(gradient);
    }
    let of_life = |(lane, (&Life { candidate, .. }, returns)): (usize, (&Life<'_>, &Returns<f32>))| {
        let one = |gradient: &Gathered<Lanes>| match returns.ending {
            Ending::Diverged => not_a_number(candidate, returns.clone()),
            _ => gradient.of_lane(lane, candidate, returns.clone()),
        };
        of_objectives.iter().map(one).collect()
    };
    lives.iter().zip(&returns).enumerate().map(of_life).collect()
}

/// A gradient without what the episode gave.
struct Gathered<T> {
    candidate: Candidate<T>,
    prelude: PreludeGradient<T>,
    world: WorldGradient<T>,
    state: StateGradient<T>,
}

impl Gathered<Lanes> {
    /// The gradient of one of the candidates that went together.
    fn of_lane(&self, lane: usize, own: &Candidate<f32>, returns: Returns<f32>) -> Gradient<f32> {
        let number = |x: Lanes| x.lane(lane);
        let list = |numbers: &[Lanes]| numbers.iter().map(|&x| number(x)).collect();
        let Self { prelude, world, state, .. } = self;
        Gradient {
            returns,
            candidate: abreast::candidate_of_lane(&self.candidate, lane, own),
            prelude: PreludeGradient {
                start: prelude.start.map(number),
                contact_width: number(prelude.contact_width),
                reference_force: number(prelude.reference_force),
                mass: number(prelude.mass),
                leg_span: number(prelude.leg_span),
            },
            world: WorldGradient {
                gravity: world.gravity.map(number),
                friction: number(world.friction),
                contact_damping: number(world.contact_damping),
            },
            state: StateGradient {
                position: state.position.map(number),
                rotation: state.rotation.map(number),
                velocity: state.velocity.map(number),
                angular_velocity: state.angular_velocity.map(number),
                angles: list(&state.angles),
                rates: list(&state.rates),
                objects: Vec::new(),
            },
            other_starts: Vec::new(),
        }
    }
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
        take_start(candidate, world, start, &Places::new(&candidate.model), &mut self);
        let Gathered { candidate, prelude, world, state } = self.gathered();
        Gradient { returns, candidate, prelude, world, state, other_starts: Vec::new() }
    }
}

impl<T: Scalar> Bars<T> {
    /// All that they say.
    fn gathered(mut self) -> Gathered<T> {
        self.total.gather_objects();
        let ModelGradient { candidate, mut prelude, world, .. } = self.total;
        let mut state = self.state.gradient();
        // Displacements count from the start.
        state.position += std::mem::take(&mut prelude.start);
        Gathered { candidate, prelude, world, state }
    }
}

/// Takes the bars of what links carry at the start to positions, velocities and the model, from which it follows.
fn take_start<T: Scalar>(
    candidate: &Candidate<T>,
    world: &World<T>,
    start: &State<T>,
    places: &Places<T>,
    bars: &mut Bars<T>,
) {
    let model = &candidate.model;
    let drive = Drive::idle(model);
    let step = Step { model, world, drive: drive.of_all(), before: start, after: start };
    let mut work = Work::new(model, world.gravity, world.contact_width);
    work.places.clone_from(places);
    let mut back = ReverseWork::new(model, world);
    reverse_starts(&step, &mut bars.state, &mut bars.total, &mut work, &mut back);
}

/// As [`reverse_start`], of a creature and its objects.
pub(crate) fn reverse_starts<T: Compare>(
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
struct Forth<'a, T: Scalar> {
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

impl<'a, T: Scalar> Forth<'a, T> {
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

    /// Goes back to where the window began, for each objective.
    fn go_back(
        mut self,
        objectives: &[Objective],
        after: Option<&StateAdjoint<T>>,
        watch: &mut dyn Watch<T>,
    ) -> Vec<Bars<T>> {
        let mut backs: Vec<Back<'a, T>> =
            objectives.iter().map(|objective| Back::new(objective, &self.episode, after)).collect();
        let mut end = self.episode.steps();
        for segment in (0..self.checkpoints.len()).rev() {
            let first = self.begin + segment as u32 * self.segment;
            self.recall(segment, end);
            for index in (first..end).rev() {
                let episode = &self.episode;
                backs.iter_mut().for_each(|back| back.reverse(index, index - first, &self.tape, episode, watch));
            }
            end = first;
        }
        backs.into_iter().map(|back| Bars { state: back.bar, total: back.total }).collect()
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

fn record<T: Scalar>(episode: &Episode<'_, T>, tape: &mut Tape<T>) {
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
struct Back<'a, T: Scalar> {
    candidate: &'a Candidate<T>,
    world: &'a World<T>,
    task: &'a TaskPlan,
    prelude: Prelude<T>,
    judgement: Judgement<'a, T>,
    /// Bars of what the last step of the episode is judged by beyond its own judgement, and its number.
    end: SeenBar<T>,
    last: T,
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

impl<'a, T: Scalar> Back<'a, T> {
    fn new(objective: &Objective, episode: &Episode<'a, T>, after: Option<&StateAdjoint<T>>) -> Self {
        let (candidate, world, task) = (episode.candidate(), episode.world(), episode.task());
        let model = &candidate.model;
        let prelude = episode.prelude().clone();
        let (judgement, end) = Judgement::new(
            task,
            objective,
            world.dt,
            End {
                is_over: episode.has_ended(),
                share: episode.step_share(),
                means: &episode.means(),
                sensors: episode.sensors(),
                facts: &prelude.plan.facts,
            },
        );
        let mut work = Work::new(model, world.gravity, world.contact_width);
        work.places.clone_from(&prelude.places);
        Self {
            candidate,
            world,
            task,
            prelude,
            judgement,
            end,
            last: episode.lasted(),
            bar: after.map_or_else(|| StateAdjoint::zero(model), StateAdjoint::clone),
            total: ModelGradient::zero(candidate),
            work,
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
        // The policy saw the velocity without the push.
        let (facts, seen_velocity) = (self.prelude.plan.facts, self.before.state.velocity);
        push(model, &facts, world, index, &mut self.before.state);
        // What drove the step: the commands were decided before it, or held.
        self.drive.targets.clone_from(&self.before.targets);
        let command_rate = slew_each(model, world, &self.after.commands, &mut self.drive.targets);
        let step =
            Step { model, world, drive: self.drive.of_all(), before: &self.before.state, after: &self.after.state };
        recall(&step, &mut self.work);
        // Judge, move, decide: backward.
        watch.watch(index, &self.after.state, &mut self.bar);
        let number = real::<T>(f64::from(index + 1));
        let is_last = number.is_at_least(self.last) & self.last.is_at_least(number);
        let mut seen = SeenBar::choose(is_last, self.end, self.judgement.nothing());
        if is_last.any() && !is_last.all() {
            // Others have lasted longer. What has been gathered of those that end here comes from after their end.
            self.bar.clear_where(is_last);
            self.total.clear_where(is_last);
        }
        let time = world.dt * number;
        let stance = &mut Stance::before_landing();
        let after = &self.after.state;
        let wanted = world.wanted.at(index);
        let sensors = measure(model, &self.prelude, world, after, &self.work, stance, time, command_rate, wanted);
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
        reverse_push(model, &facts, world, index, &self.bar, &mut self.total);
        self.before.state.velocity = seen_velocity;
        reverse_slew_each(model, world, &self.before.targets, &self.after.commands, rate_bar, &mut self.bar);
        if index.is_multiple_of(self.task.control_period) {
            let occasion = Occasion {
                decision: episode.decision_after(index),
                time: world.dt * real(f64::from(index)),
                reference_force: self.prelude.plan.reference_force,
                wanted: world.wanted_in(index),
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
        self.bar.fade(world.backward.kept);
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
        other_starts: Vec::new(),
    }
}
