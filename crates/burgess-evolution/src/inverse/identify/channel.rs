//! What a column of a recording says of a state.

use super::table::Table;
use anyhow::{Result, bail, ensure};
use burgess_core::autodiff::Value;
use burgess_physics::step::state::State;
use burgess_physics::step::trace::state_columns;

/// A column and the number of the state that it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    /// Place in the table.
    pub column: usize,
    /// Place among [`state_columns`].
    place: usize,
    /// Residuals are differences over this: the range of the column.
    pub range: f64,
}

/// The channels of a table, for a body with so many joints. Columns of other names are passed over.
///
/// # Errors
///
/// When time, the base's pose or a joint's angle is missing.
pub(super) fn channels(table: &Table, joints: usize) -> Result<Vec<Channel>> {
    let mut channels = Vec::new();
    let names = state_columns(joints);
    for (place, name) in names.iter().enumerate().skip(1) {
        match table.column(name) {
            Some(column) => channels.push(Channel { column, place, range: table.range(column) }),
            None if is_needed(name) => bail!(
                "recording: the column `{name}` is missing; needed are {}",
                names.iter().filter(|name| is_needed(name)).cloned().collect::<Vec<_>>().join(", ")
            ),
            None => {}
        }
    }
    let surplus = table.column(&format!("angle{}", joints + 1)).is_some();
    ensure!(!surplus, "recording: has more joints than the body, {joints}");
    Ok(channels)
}

/// Velocities may be missing.
fn is_needed(name: &str) -> bool {
    !(name.starts_with("rate") || name.starts_with('v') || name.starts_with('w'))
}

/// All numbers of a state, in the order of [`state_columns`] without time.
pub(super) fn numbers<T: Value>(state: &State<T>) -> Vec<T> {
    let q = state.orientation;
    let base = [state.position.to_array(), state.velocity.to_array(), state.angular_velocity.to_array()];
    let joints = || state.links.iter().skip(1);
    let [position, velocity, spin] = base;
    let pose = position.into_iter().chain([q.w]).chain(q.v.to_array());
    let motion = velocity.into_iter().chain(spin);
    pose.chain(motion).chain(joints().map(|l| l.angle)).chain(joints().map(|l| l.rate)).collect()
}

impl Channel {
    /// Its number among those of a state.
    pub(super) fn of<T: Copy>(&self, numbers: &[T]) -> T {
        numbers[self.place - 1]
    }

    /// Sets its number among those of a state.
    pub(super) fn set(&self, numbers: &mut [f64], value: f64) {
        numbers[self.place - 1] = value;
    }
}

/// A state with these numbers, in the order of [`numbers`].
pub(super) fn set_numbers(state: &mut State<f64>, numbers: &[f64]) {
    use burgess_core::math::{Quat, vec3};
    let vector = |i: usize| vec3(numbers[i], numbers[i + 1], numbers[i + 2]);
    state.position = vector(0);
    state.orientation = Quat { w: numbers[3], v: vector(4) }.normalised();
    state.velocity = vector(7);
    state.angular_velocity = vector(10);
    let joints = state.links.len() - 1;
    for (i, link) in state.links.iter_mut().skip(1).enumerate() {
        (link.angle, link.rate) = (numbers[13 + i], numbers[13 + joints + i]);
    }
}
