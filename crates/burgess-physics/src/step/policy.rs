//! The brain: observation in, servo commands out.

use super::state::State;
use crate::laws::sensors::load_share;
use crate::model::{
    Candidate, Contender, Controller, JointKind, Layer, Model, OBSERVATIONS, Rival, WANTED_OBSERVATIONS,
};
use crate::world::World;
use burgess_core::autodiff::{Real, real};
use burgess_core::math::{Vec3, vec3};
use std::f64::consts::TAU;

/// Commands, and scratch of the policies that give them.
#[derive(Clone, Debug)]
pub struct PolicyWork<T> {
    /// Commands (rad), one a link of the creature, then of each rival; those of bases are not used.
    pub commands: Vec<T>,
    activations: Activations<T>,
}

/// Activations of a network: those of the layer before, and of the one under way.
#[derive(Clone, Debug)]
pub struct Activations<T> {
    inputs: Vec<T>,
    outputs: Vec<T>,
}

impl<T: Real> PolicyWork<T> {
    /// Scratch for one creature and its rivals.
    pub fn new(model: &Model<T>) -> Self {
        let activations = Activations { inputs: Vec::new(), outputs: Vec::new() };
        Self { commands: vec![T::zero(); model.driven_count()], activations }
    }
}

/// When a decision is made, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a, T> {
    /// Decisions before it.
    pub decision: u32,
    /// Time (s).
    pub time: T,
    /// The load at which a contact counts half (N).
    pub reference_force: T,
    /// The velocity that the creature is asked for (m/s, world axes), where it is asked for any.
    pub wanted: Option<Vec3<T>>,
    /// The latent state of the world model that watches, if one does.
    pub latent: &'a [T],
}

impl<'a, T: Real> Occasion<'a, T> {
    /// The same for a rival, with so many decisions before it.
    pub fn of_rival(self, rival: &Rival<T>, decision: u32) -> Self {
        Self { decision, reference_force: rival.reference_force, wanted: None, latent: &[], ..self }
    }
}

/// The decisions of a creature and of its rivals, `decision` being the number of those before it by which rivals count. The creature's own
/// occasion may count from a later one; a rival sees no latent state and is asked for nothing.
pub fn act_each<T: Real>(
    candidate: &Candidate<T>,
    world: &World<T>,
    state: &State<T>,
    occasion: Occasion<'_, T>,
    decision: u32,
    policy: &mut PolicyWork<T>,
) {
    let Candidate { model, controller } = candidate;
    let PolicyWork { commands, activations } = policy;
    act(model, controller, world, state, occasion, &mut commands[..model.links.len()], activations);
    for Contender { object, body, rival, driven } in model.rivals() {
        let occasion = occasion.of_rival(rival, decision);
        act(body, &rival.controller, world, &state.objects[object], occasion, &mut commands[driven], activations);
    }
}

/// Makes a decision: sets the commands of a body (rad), one a link.
///
/// # Panics
///
/// When a network has no layer.
pub fn act<T: Real>(
    model: &Model<T>,
    controller: &Controller<T>,
    world: &World<T>,
    state: &State<T>,
    occasion: Occasion<'_, T>,
    commands: &mut [T],
    activations: &mut Activations<T>,
) {
    let Occasion { decision, time, .. } = occasion;
    let Activations { inputs, outputs } = activations;
    match controller {
        Controller::Cpg { frequency, joints } => {
            let clock = *frequency * time * real(TAU);
            for (i, joint) in joints.iter().enumerate() {
                let share = joint.offset + joint.amplitude * (clock + joint.phase).sin();
                commands[i + 1] = commanded_angle(model, i + 1, share);
            }
        }
        Controller::Mlp { frequency, layers, clocks } => {
            let clock = *frequency * time * real(TAU);
            observe(model, world, state, clock, occasion, inputs);
            let (last, hidden) = layers.split_last().expect("a network has an output layer");
            for layer in hidden {
                apply(layer, inputs, outputs);
                for unit in outputs.iter_mut() {
                    *unit = unit.tanh();
                }
                std::mem::swap(inputs, outputs);
            }
            apply(last, inputs, outputs);
            for (i, (&output, &[sine, cosine, phase])) in outputs.iter().zip(clocks).enumerate() {
                let own = clock + phase;
                let share = (output + sine * own.sin() + cosine * own.cos()).tanh();
                commands[i + 1] = commanded_angle(model, i + 1, share);
            }
        }
        Controller::Sequence { actions } => {
            let mut rows = actions.chunks_exact(model.joint_count().max(1));
            let row = rows.len().saturating_sub(1).min(decision as usize);
            for (i, &share) in rows.nth(row).into_iter().flatten().enumerate() {
                commands[i + 1] = commanded_angle(model, i + 1, share);
            }
        }
    }
}

/// As [`slew_targets`], of a creature and its rivals; returns the creature's rate.
pub fn slew_each<T: Real>(model: &Model<T>, world: &World<T>, commands: &[T], targets: &mut [T]) -> T {
    let links = model.links.len();
    let rate = slew_targets(world, &commands[..links], &mut targets[..links]);
    for Contender { driven, .. } in model.rivals() {
        slew_targets(world, &commands[driven.clone()], &mut targets[driven]);
    }
    rate
}

/// Moves the servo targets of a body towards the commands (rad, one a link), no faster than the slew rate; returns the mean square rate
/// (rad2/s2).
pub fn slew_targets<T: Real>(world: &World<T>, commands: &[T], targets: &mut [T]) -> T {
    let bound = world.slew_rate * world.dt;
    let mut sum = T::zero();
    for (target, &command) in targets.iter_mut().zip(commands).skip(1) {
        // In this order a command that is no number stays one, and the candidate is found to have diverged.
        let change = (-bound).max(command - *target).min(bound);
        *target += change;
        sum += change.squared();
    }
    let joints = (targets.len() - 1).max(1) as f64;
    sum / (world.dt.squared() * real(joints))
}

/// The angle (rad) that a share of the hinge's range commands: -1 is the lower limit, 0 the middle, 1 the upper limit.
pub fn commanded_angle<T: Real>(model: &Model<T>, link: usize, share: T) -> T {
    let JointKind::Hinge(hinge) = &model.joint(link).kind;
    (hinge.upper + hinge.lower) * real(0.5) + share * half_range(model, link)
}

/// Half the hinge's range (rad).
pub fn half_range<T: Real>(model: &Model<T>, link: usize) -> T {
    let JointKind::Hinge(hinge) = &model.joint(link).kind;
    (hinge.upper - hinge.lower) * real(0.5)
}

/// The sums of a layer's units.
pub fn apply<T: Real>(layer: &Layer<T>, inputs: &[T], outputs: &mut Vec<T>) {
    outputs.clear();
    for (row, &bias) in layer.weights.chunks_exact(layer.inputs).zip(&layer.biases) {
        outputs.push(row.iter().zip(inputs).fold(bias, |sum, (&w, &x)| sum + w * x));
    }
}

/// The observation: up vector in base axes, velocity (m/s) and angular velocity (10 rad/s) in the heading frame, height (m),
/// clock; then the velocity that the creature is asked for, in the heading frame (m/s), where it is asked for any; then the latent state, if a
/// world model watches; then for each joint angle (rad), rate (10 rad/s) and contact of its link (sum of the load shares of its points).
pub fn observe<T: Real>(
    model: &Model<T>,
    world: &World<T>,
    state: &State<T>,
    clock: T,
    occasion: Occasion<'_, T>,
    observation: &mut Vec<T>,
) {
    observation.clear();
    let rotation = state.orientation.to_matrix();
    let up = rotation.0[2];
    let velocity = in_heading_frame(rotation.0[0].x, rotation.0[1].x, state.velocity);
    let spin = in_heading_frame(rotation.0[0].x, rotation.0[1].x, rotation * state.angular_velocity);
    observation.extend(up.to_array());
    observation.extend(velocity.to_array());
    observation.extend((spin * real(0.1)).to_array());
    observation.push(world.terrain.height(state.position));
    observation.extend([clock.sin(), clock.cos()]);
    debug_assert_eq!(observation.len(), OBSERVATIONS);
    if let Some(wanted) = occasion.wanted {
        let Vec3 { x, y, .. } = in_heading_frame(rotation.0[0].x, rotation.0[1].x, wanted);
        let seen: [T; WANTED_OBSERVATIONS] = [x, y];
        observation.extend(seen);
    }
    observation.extend_from_slice(occasion.latent);
    let joints = observation.len();
    for joint in &state.links[1..] {
        observation.extend([joint.angle, joint.rate * real(0.1), T::zero()]);
    }
    for (contact, carried) in model.contacts.iter().zip(&state.contacts) {
        if contact.link > 0 {
            observation[joints + 3 * (contact.link - 1) + 2] +=
                load_share(carried.normal_force, occasion.reference_force);
        }
    }
}

/// A world vector seen from a frame with z up whose x axis is the base's, projected to the ground.
pub fn in_heading_frame<T: Real>(forward_x: T, forward_y: T, a: Vec3<T>) -> Vec3<T> {
    // A base that points straight up has no heading; the small constant keeps the division finite there.
    let length = (forward_x * forward_x + forward_y * forward_y + real(1e-9)).sqrt();
    let (c, s) = (forward_x / length, forward_y / length);
    vec3(c * a.x + s * a.y, c * a.y - s * a.x, a.z)
}
