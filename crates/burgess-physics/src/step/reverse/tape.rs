//! What is kept of an episode for the way back: the state before each step, with servo targets and commands. Everything else is worked
//! out again.

use crate::model::Model;
use crate::step::scalar::Scalar;
use crate::step::state::State;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Quat, Vec3};

/// A state and what the policy keeps beside it.
#[derive(Clone, Debug)]
pub struct Standing<T> {
    /// The state.
    pub state: State<T>,
    /// Servo targets (rad), one a link of the creature, then of each rival.
    pub targets: Vec<T>,
    /// Commands (rad), in the same places.
    pub commands: Vec<T>,
}

impl<T: Real> Standing<T> {
    /// At rest at the origin.
    pub fn new(model: &Model<T>) -> Self {
        let per_link = vec![T::zero(); model.driven_count()];
        Self { state: State::at_rest(model, Vec3::zero()), targets: per_link.clone(), commands: per_link }
    }
}

/// Records of one creature, all of one size, in one list.
#[derive(Clone, Debug)]
pub struct Tape<T> {
    size: usize,
    numbers: Vec<T>,
}

impl<T: Scalar> Tape<T> {
    /// An empty tape.
    pub fn new(model: &Model<T>) -> Self {
        Self { size: record_size(model), numbers: Vec::new() }
    }

    /// Records on it.
    pub fn len(&self) -> usize {
        self.numbers.len() / self.size
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Takes all records off.
    pub fn clear(&mut self) {
        self.numbers.clear();
    }

    /// Adds a record.
    pub fn push(&mut self, state: &State<T>, targets: &[T], commands: &[T]) {
        write_state(state, &mut self.numbers);
        self.numbers.extend_from_slice(targets);
        self.numbers.extend_from_slice(commands);
    }

    /// Reads a record.
    ///
    /// # Panics
    /// When there is none of that index.
    pub fn read(&self, index: usize, to: &mut Standing<T>) {
        let mut numbers = self.numbers[index * self.size..][..self.size].iter().copied();
        let mut next = || numbers.next().expect("records have one size");
        read_state(&mut next, &mut to.state);
        let lists = [&mut to.targets, &mut to.commands];
        lists.into_iter().flatten().for_each(|number| *number = next());
    }
}

fn write_state<T: Scalar>(state: &State<T>, to: &mut Vec<T>) {
    to.extend(state.position.to_array());
    to.push(state.orientation.w);
    to.extend(state.orientation.v.to_array());
    to.extend(state.velocity.to_array());
    to.extend(state.angular_velocity.to_array());
    for link in &state.links {
        to.extend([link.angle, link.rate]);
        to.extend(link.momentum.to_array());
        to.extend(link.spin.to_array());
    }
    for contact in &state.contacts {
        to.push(contact.normal_force);
        to.extend(contact.free_gain.to_array());
    }
    for pair in &state.pairs {
        to.push(real(f64::from(pair.key)));
        to.extend(pair.bristle.to_array());
    }
    state.objects.iter().for_each(|object| write_state(object, to));
}

fn read_state<T: Scalar, F: FnMut() -> T>(next: &mut F, state: &mut State<T>) {
    fn vector<T>(next: &mut impl FnMut() -> T) -> Vec3<T> {
        Vec3 { x: next(), y: next(), z: next() }
    }
    state.position = vector(next);
    state.orientation = Quat { w: next(), v: vector(next) };
    state.velocity = vector(next);
    state.angular_velocity = vector(next);
    for link in &mut state.links {
        link.angle = next();
        link.rate = next();
        link.momentum = vector(next);
        link.spin = vector(next);
    }
    for contact in &mut state.contacts {
        contact.normal_force = next();
        contact.free_gain = vector(next);
    }
    for pair in &mut state.pairs {
        // Every number has it exactly.
        pair.key = next().to_key();
        pair.bristle = vector(next);
    }
    state.objects.iter_mut().for_each(|object| read_state(next, object));
}

/// Numbers of a record.
pub fn record_size<T: Real>(model: &Model<T>) -> usize {
    let commanded = 2 * model.driven_count();
    let objects: usize = model.objects.iter().map(|object| state_size(&object.body)).sum();
    commanded + state_size(model) + objects
}

/// Numbers of a body's own state, without targets and commands.
fn state_size<T: Real>(model: &Model<T>) -> usize {
    13 + 8 * model.links.len() + 4 * (model.contacts.len() + model.pair_slots())
}
