//! What the task sees, and what it makes of it: the reverse of `step::measure`, of the reward terms and of the descriptors.
//!
//! Terms and descriptors are functions of few numbers, so that their derivatives come from dual numbers.

use super::made::{EffortBar, Step};
use super::state::{ModelGradient, ReverseWork, StateAdjoint};
use crate::gradient::Objective;
use crate::laws::sensors::{BodyFacts, LIMB_ENDS, Sensors, load_share};
use crate::step::measure::meeting_force;
use crate::step::pair_work::Meeting;
use crate::step::prelude::Prelude;
use crate::step::state::{ContactState, Work};
use crate::task::TaskPlan;
use burgess_core::autodiff::{Choose, Compare, Dual, Real, Truth, real};
use burgess_core::math::{Vec3, vec3};

/// Numbers that terms and descriptors depend on: 16 of the sensors besides the limb loads, a descriptor's mean and body, the object, what
/// touches, and the rival.
const SEEN: usize = RIVAL + 3;
/// Place of the base's z axis among them; height, power and the rate of the servo targets follow.
const UP: usize = 9;
/// Place of a descriptor's mean among them; mass and leg span follow.
const MEAN: usize = 16 + LIMB_ENDS;
/// Place of where the object started; where it is follows, then how much the creature touches it and itself.
const OBJECT: usize = MEAN + 3;
/// Place of where the rival is.
const RIVAL: usize = OBJECT + 8;

type Measured<T> = Dual<T, SEEN>;

/// Bars of what one measurement saw, by the places in `SEEN`.
#[derive(Clone, Copy, Debug)]
pub struct SeenBar<T>([T; SEEN]);

impl<T: Compare> SeenBar<T> {
    fn add(&mut self, value: Measured<T>, weight: T) {
        for (bar, derivative) in self.0.iter_mut().zip(value.derivative) {
            *bar += derivative * weight;
        }
    }

    /// Adds the bars of the base's z axis, the height, the power and the mean square rate of the servo targets.
    pub fn add_felt(&mut self, up: Vec3<T>, height: T, power: T, command_rate: T) {
        let bars = up.to_array().into_iter().chain([height, power, command_rate]);
        self.0[UP..].iter_mut().zip(bars).for_each(|(bar, own)| *bar += own);
    }

    fn vector(&self, first: usize) -> Vec3<T> {
        vec3(self.0[first], self.0[first + 1], self.0[first + 2])
    }
}

impl<T: Compare> Choose<T::Truth> for SeenBar<T> {
    #[inline(always)]
    fn choose(answer: T::Truth, if_true: Self, if_false: Self) -> Self {
        let mut chosen = if_true;
        chosen.0.iter_mut().zip(if_false.0).for_each(|(bar, other)| *bar = T::choose(answer, *bar, other));
        chosen
    }
}

/// The end of an episode, or of a window of one.
#[derive(Clone, Copy, Debug)]
pub struct End<'a, T: Real> {
    /// Whether the episode ends here, so that the reward gains what it gains once.
    pub is_over: T::Truth,
    /// One over the steps of the episode.
    pub share: T,
    /// Means of the samples of each descriptor.
    pub means: &'a [T],
    /// The last measurement.
    pub sensors: &'a Sensors<T>,
    /// What is known of the body.
    pub facts: &'a BodyFacts<T>,
}

/// What the objective makes of an episode, as weights.
#[derive(Clone, Debug)]
pub struct Judgement<'a, T> {
    task: &'a TaskPlan,
    dt: T,
    reward: T,
    /// Of the samples of each descriptor.
    samples: Vec<T>,
}

impl<'a, T: Compare> Judgement<'a, T> {
    /// Of an episode with this end; and the bars of what only the end is judged by. `dt` is the time step (s). Descriptors count as if
    /// the episode ended here in any case.
    pub fn new(task: &'a TaskPlan, objective: &Objective, dt: T, end: End<'_, T>) -> (Self, SeenBar<T>) {
        let End { is_over, share, means, sensors, facts } = end;
        let mut bar = SeenBar([T::zero(); SEEN]);
        let seen = see(sensors);
        let reward = real(objective.reward);
        if is_over.any() {
            let mut over = bar;
            over.add(task.reward_finish(&seen), reward);
            bar = SeenBar::choose(is_over, over, bar);
        }
        let mut sample = |(descriptor, (&mean, &weight)): (&crate::laws::descriptor::Descriptor, (&T, &f64))| {
            let facts = BodyFacts {
                mass: variable(facts.mass, MEAN + 1),
                link_count: constant(facts.link_count),
                leg_span: variable(facts.leg_span, MEAN + 2),
            };
            let value = descriptor.finish(variable(mean, MEAN), &seen, &facts);
            let of_mean = value.derivative[MEAN] * real(weight);
            bar.add(value, real(weight));
            of_mean * share
        };
        let samples = task.descriptors.iter().zip(means.iter().zip(&objective.descriptors)).map(&mut sample).collect();
        (Self { task, dt, reward, samples }, bar)
    }

    /// Adds the bars of what the step with these sensors is judged by.
    pub fn judge(&self, sensors: &Sensors<T>, bar: &mut SeenBar<T>) {
        let seen = see(sensors);
        bar.add(self.task.reward_rate(&seen), self.reward * self.dt);
        for (descriptor, &weight) in self.task.descriptors.iter().zip(&self.samples) {
            bar.add(descriptor.sample(&seen, constant(self.dt)), weight);
        }
    }

    /// No bars yet.
    pub fn nothing(&self) -> SeenBar<T> {
        SeenBar([T::zero(); SEEN])
    }
}

fn constant<T: Compare>(value: T) -> Measured<T> {
    Dual { value, derivative: [T::zero(); SEEN] }
}

fn variable<T: Compare>(value: T, place: usize) -> Measured<T> {
    let mut dual = constant(value);
    dual.derivative[place] = T::one();
    dual
}

fn see<T: Compare>(s: &Sensors<T>) -> Sensors<Measured<T>> {
    let vector = |v: Vec3<T>, first| vec3(variable(v.x, first), variable(v.y, first + 1), variable(v.z, first + 2));
    Sensors {
        time: constant(s.time),
        start: vector(s.start, 0),
        position: vector(s.position, 3),
        velocity: vector(s.velocity, 6),
        up: vector(s.up, UP),
        height: variable(s.height, 12),
        power: variable(s.power, 13),
        command_rate: variable(s.command_rate, 14),
        limit_use: variable(s.limit_use, 15),
        limb_load: std::array::from_fn(|i| variable(s.limb_load[i], 16 + i)),
        touchdowns: constant(s.touchdowns),
        object_start: vector(s.object_start, OBJECT),
        object: vector(s.object, OBJECT + 3),
        object_touch: variable(s.object_touch, OBJECT + 6),
        self_touch: variable(s.self_touch, OBJECT + 7),
        rival: vector(s.rival, RIVAL),
        wanted: s.wanted.map(constant),
    }
}

/// Takes the bars of what the measurement after a step saw to the state it was made of. Gives the bars of the step's effort, and of
/// the mean square rate of the servo targets.
pub fn reverse_measure<T: Compare>(
    step: &Step<'_, T>,
    prelude: &Prelude<T>,
    seen: &SeenBar<T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    work: &Work<T>,
    back: &ReverseWork<T>,
) -> (EffortBar<T>, T) {
    let Step { model, after, .. } = *step;
    total.prelude.start += seen.vector(0);
    total.prelude.mass += seen.0[MEAN + 1];
    total.prelude.leg_span += seen.0[MEAN + 2];
    bar.position += seen.vector(3) + back.reverse_height(after.position, seen.0[12]);
    bar.velocity += seen.vector(6);
    let first_rival = model.first_rival();
    if first_rival > 0 {
        total.candidate.model.objects[0].start += seen.vector(OBJECT);
        bar.objects[0].position += seen.vector(OBJECT + 3);
    }
    if let Some(rival) = bar.objects.get_mut(first_rival) {
        rival.position += seen.vector(RIVAL);
    }
    let up = after.orientation.rotate(vec3(T::zero(), T::zero(), T::one()));
    bar.rotation += up.cross(seen.vector(UP));
    reverse_limb_loads(prelude, &after.contacts, &seen.0[16..MEAN], bar, total);
    let joints = real(model.joint_count().max(1) as f64);
    let mut touch = |kind, touch_bar: T| {
        let (of_force, of_reference) =
            load_share_slopes(meeting_force(model, work, kind), prelude.plan.reference_force);
        total.prelude.reference_force += of_reference * touch_bar;
        of_force * touch_bar
    };
    let (object_force, self_force) =
        (touch(Meeting::FirstObject, seen.0[OBJECT + 6]), touch(Meeting::Own, seen.0[OBJECT + 7]));
    let effort = EffortBar { power: seen.0[13], limit_use: seen.0[15] / joints, object_force, self_force };
    (effort, seen.0[14])
}

fn reverse_limb_loads<T: Compare>(
    prelude: &Prelude<T>,
    contacts: &[ContactState<T>],
    loads_bar: &[T],
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
) {
    let reference = prelude.plan.reference_force;
    let places = &prelude.places;
    for (end, (&exists, &load_bar)) in places.ends.iter().zip(loads_bar).enumerate() {
        if !exists.any() {
            continue;
        }
        let mut force = T::zero();
        for (on_ends, contact) in places.on_ends.iter().zip(contacts) {
            force.add_where(on_ends[end], contact.normal_force);
        }
        let (of_force, of_reference) = load_share_slopes(force, reference);
        total.prelude.reference_force.add_where(exists, of_reference * load_bar);
        for (on_ends, contact) in places.on_ends.iter().zip(&mut bar.contacts) {
            contact.normal_force.add_where(on_ends[end], of_force * load_bar);
        }
    }
}

/// Derivatives of the load share by the force and by the reference.
pub fn load_share_slopes<T: Compare>(force: T, reference: T) -> (T, T) {
    let [force, reference] = Dual::variables([force, reference]);
    let [of_force, of_reference] = load_share(force, reference).derivative;
    (of_force, of_reference)
}
