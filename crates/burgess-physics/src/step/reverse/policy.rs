//! The brain: the reverse of `step::policy`.

use super::measure::load_share_slopes;
use super::state::{ModelGradient, ReverseWork, StateAdjoint};
use crate::model::{
    Candidate, Contender, Controller, JOINT_OBSERVATIONS, JointKind, Layer, Model, OBSERVATIONS, wanted_observations,
};
use crate::step::policy::{Occasion, half_range, in_heading_frame, observe};
use crate::step::state::State;
use crate::world::World;
use burgess_core::autodiff::{Compare, Dual, real};
use burgess_core::math::{Vec3, vec3};
use std::f64::consts::TAU;

/// As [`reverse_slew`], of a creature and its rivals.
pub fn reverse_slew_each<T: Compare>(
    model: &Model<T>,
    world: &World<T>,
    targets: &[T],
    commands: &[T],
    rate_bar: T,
    bar: &mut StateAdjoint<T>,
) {
    let links = model.links.len();
    reverse_slew(world, &targets[..links], &commands[..links], rate_bar, bar);
    for Contender { object, driven, .. } in model.rivals() {
        reverse_slew(world, &targets[driven.clone()], &commands[driven], T::zero(), &mut bar.objects[object]);
    }
}

/// Goes back through the slewing of the targets: `targets` and `commands` (rad, one a link) are those before it, `rate_bar` is the bar of
/// the mean square rate.
pub fn reverse_slew<T: Compare>(
    world: &World<T>,
    targets: &[T],
    commands: &[T],
    rate_bar: T,
    bar: &mut StateAdjoint<T>,
) {
    let bound = world.slew_rate * world.dt;
    let joints = real::<T>((targets.len() - 1).max(1) as f64);
    let scale = rate_bar * real(2.0) / (world.dt.squared() * joints);
    for i in 1..targets.len() {
        let change = commands[i] - targets[i];
        // At the bound the change is a constant.
        let follows = bound.is_above(change.abs());
        let change_bar = bar.targets[i] + scale * change;
        bar.commands[i].add_where(follows, change_bar);
        bar.targets[i].add_where(follows, -change_bar);
    }
}

/// Scratch of the way back through a policy: activations of every layer, and their bars.
#[derive(Clone, Debug, Default)]
pub struct PolicyBack<T> {
    activations: Vec<Vec<T>>,
    bars: Vec<T>,
    inputs_bar: Vec<T>,
}

/// As [`reverse_act`], of a creature and its rivals; `decision` is the number of those before it by which rivals count.
#[allow(clippy::too_many_arguments)] // adjoint, world, state, scratch: the fixed order of the house
pub fn reverse_act_each<T: Compare>(
    candidate: &Candidate<T>,
    world: &World<T>,
    state: &State<T>,
    occasion: Occasion<'_, T>,
    decision: u32,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    back: &ReverseWork<T>,
    latent_bar: &mut [T],
    scratch: &mut PolicyBack<T>,
) {
    let Candidate { model, controller } = candidate;
    reverse_act(model, controller, world, state, occasion, bar, total, back, latent_bar, scratch);
    for Contender { object, body, rival, .. } in model.rivals() {
        let (controller, occasion) = (&rival.controller, occasion.of_rival(rival, decision));
        let (state, bar) = (&state.objects[object], &mut bar.objects[object]);
        let (total, back) = (&mut total.objects[object], &back.objects[object]);
        reverse_act(body, controller, world, state, occasion, bar, total, back, &mut [], scratch);
    }
}

/// Goes back through a decision, and takes the bars of the commands with it; adds to those of the latent state that it saw.
#[allow(clippy::too_many_arguments)] // adjoint, world, state, scratch: the fixed order of the house
///
/// # Panics
///
/// When a network has no layer.
pub fn reverse_act<T: Compare>(
    model: &Model<T>,
    controller: &Controller<T>,
    world: &World<T>,
    state: &State<T>,
    occasion: Occasion<'_, T>,
    bar: &mut StateAdjoint<T>,
    total: &mut ModelGradient<T>,
    back: &ReverseWork<T>,
    latent_bar: &mut [T],
    scratch: &mut PolicyBack<T>,
) {
    let mut commands_bar = std::mem::take(&mut bar.commands);
    let turns = occasion.time * real(TAU);
    // A place in the range: its bar, once the limits have theirs.
    let mut share_bar = |i: usize, share: T, total: &mut ModelGradient<T>| {
        let command_bar = std::mem::take(&mut commands_bar[i + 1]);
        let half = command_bar * real(0.5);
        let JointKind::Hinge(hinge) = &mut total.candidate.model.joints[i].kind;
        hinge.upper += half * (T::one() + share);
        hinge.lower += half * (T::one() - share);
        command_bar * half_range(model, i + 1)
    };
    match controller {
        Controller::Cpg { frequency, joints } => {
            let clock = *frequency * turns;
            for (i, joint) in joints.iter().enumerate() {
                let (sine, cosine) = ((clock + joint.phase).sin(), (clock + joint.phase).cos());
                let wave_bar = share_bar(i, joint.offset + joint.amplitude * sine, total);
                let angle_bar = wave_bar * joint.amplitude * cosine;
                let Controller::Cpg { frequency, joints } = &mut total.candidate.controller else { break };
                joints[i].offset += wave_bar;
                joints[i].amplitude += wave_bar * sine;
                joints[i].phase += angle_bar;
                *frequency += angle_bar * turns;
            }
        }
        Controller::Mlp { frequency, layers, clocks } => {
            let clock = *frequency * turns;
            scratch.forth(model, world, state, clock, occasion, layers);
            let outputs = scratch.activations.last().expect("a network has an output layer");
            let mut clock_bar = T::zero();
            scratch.bars.clear();
            for (i, (&output, &[sine, cosine, phase])) in outputs.iter().zip(clocks).enumerate() {
                let (s, c) = ((clock + phase).sin(), (clock + phase).cos());
                let share = (output + sine * s + cosine * c).tanh();
                let sum_bar = share_bar(i, share, total) * (T::one() - share * share);
                let own_bar = sum_bar * (sine * c - cosine * s);
                scratch.bars.push(sum_bar);
                clock_bar += own_bar;
                let Controller::Mlp { clocks, .. } = &mut total.candidate.controller else { break };
                clocks[i][0] += sum_bar * s;
                clocks[i][1] += sum_bar * c;
                clocks[i][2] += own_bar;
            }
            let Controller::Mlp { frequency, layers: gradients, .. } = &mut total.candidate.controller else { return };
            scratch.reverse(layers, gradients);
            // The wanted velocity and the latent state stand behind what belongs to no joint.
            let wanted = OBSERVATIONS..OBSERVATIONS + wanted_observations(occasion.wanted.is_some());
            let seen = wanted.end..wanted.end + occasion.latent.len();
            latent_bar.iter_mut().zip(scratch.bars.drain(seen)).for_each(|(bar, own)| *bar += own);
            let wanted_bar = scratch.bars.drain(wanted);
            if let (Some(wanted), [x, y]) = (occasion.wanted, wanted_bar.as_slice()) {
                let forward = state.orientation.rotate(vec3(T::one(), T::zero(), T::zero()));
                let (forward_bar, _) = reverse_heading(forward, wanted, vec3(*x, *y, T::zero()));
                bar.rotation += forward.cross(forward_bar);
            }
            drop(wanted_bar);
            clock_bar += reverse_observation(
                model,
                state,
                clock,
                occasion.reference_force,
                &scratch.bars,
                bar,
                &mut total.prelude.reference_force,
                back,
            );
            *frequency += clock_bar * turns;
        }
        Controller::Sequence { actions } => {
            let joints = model.joint_count().max(1);
            let row = (actions.len() / joints).saturating_sub(1).min(occasion.decision as usize);
            for i in 0..model.joint_count() {
                let action_bar = share_bar(i, actions[row * joints + i], total);
                let Controller::Sequence { actions } = &mut total.candidate.controller else { break };
                actions[row * joints + i] += action_bar;
            }
        }
    }
    bar.commands = commands_bar;
}

impl<T: Compare> PolicyBack<T> {
    /// The activations of all layers, the observation first and the sums of the output layer last.
    fn forth(
        &mut self,
        model: &Model<T>,
        world: &World<T>,
        state: &State<T>,
        clock: T,
        occasion: Occasion<'_, T>,
        layers: &[Layer<T>],
    ) {
        self.activations.resize_with(layers.len() + 1, Vec::new);
        observe(model, world, state, clock, occasion, &mut self.activations[0]);
        for (i, layer) in layers.iter().enumerate() {
            let (below, above) = self.activations.split_at_mut(i + 1);
            crate::step::policy::apply(layer, &below[i], &mut above[0]);
            if i + 1 < layers.len() {
                above[0].iter_mut().for_each(|unit| *unit = unit.tanh());
            }
        }
    }

    /// From the bars of the output layer's sums to those of the observation, both in `bars`.
    fn reverse(&mut self, layers: &[Layer<T>], gradients: &mut [Layer<T>]) {
        for (i, (layer, gradient)) in layers.iter().zip(gradients).enumerate().rev() {
            let inputs = &self.activations[i];
            self.inputs_bar.clear();
            self.inputs_bar.resize(layer.inputs, T::zero());
            let rows = layer.weights.chunks_exact(layer.inputs).zip(gradient.weights.chunks_exact_mut(layer.inputs));
            for ((row, row_gradient), (&bar, bias)) in rows.zip(self.bars.iter().zip(&mut gradient.biases)) {
                *bias += bar;
                for (input, (&weight, weight_gradient)) in row.iter().zip(row_gradient).enumerate() {
                    *weight_gradient += bar * inputs[input];
                    self.inputs_bar[input] += bar * weight;
                }
            }
            // Below the first layer is the observation, below others a tanh.
            if i > 0 {
                for (bar, &unit) in self.inputs_bar.iter_mut().zip(inputs) {
                    *bar *= T::one() - unit * unit;
                }
            }
            std::mem::swap(&mut self.bars, &mut self.inputs_bar);
        }
    }
}

/// Takes the bars of an observation to the state it was made of; gives that of the clock.
#[allow(clippy::too_many_arguments)] // adjoint, world, state, scratch: the fixed order of the house
fn reverse_observation<T: Compare>(
    model: &Model<T>,
    state: &State<T>,
    clock: T,
    reference_force: T,
    observation_bar: &[T],
    bar: &mut StateAdjoint<T>,
    reference_bar: &mut T,
    back: &ReverseWork<T>,
) -> T {
    let vector = |first: usize| vec3(observation_bar[first], observation_bar[first + 1], observation_bar[first + 2]);
    let rotation = state.orientation.to_matrix();
    // Up in base axes.
    let z = vec3(T::zero(), T::zero(), T::one());
    bar.rotation += (rotation * vector(0)).cross(z);
    // Velocity and spin in the heading frame.
    let spin = rotation * state.angular_velocity;
    let forward = rotation * vec3(T::one(), T::zero(), T::zero());
    let (forward_bar, velocity_bar) = reverse_heading(forward, state.velocity, vector(3));
    let (forward_bar_too, spin_bar) = reverse_heading(forward, spin, vector(6) * real(0.1));
    bar.velocity += velocity_bar;
    bar.angular_velocity += rotation.transposed_mul(spin_bar);
    bar.rotation += forward.cross(forward_bar + forward_bar_too) + spin.cross(spin_bar);
    // Height.
    bar.position += back.reverse_height(state.position, observation_bar[9]);
    // Joints.
    let place = |joint: usize| OBSERVATIONS + JOINT_OBSERVATIONS * joint;
    for (joint, own) in bar.links[1..].iter_mut().enumerate() {
        own.angle += observation_bar[place(joint)];
        own.rate += observation_bar[place(joint) + 1] * real(0.1);
    }
    for (i, contact) in model.contacts.iter().enumerate().filter(|(_, contact)| contact.link > 0) {
        let share_bar = observation_bar[place(contact.link - 1) + 2];
        let (of_force, of_reference) = load_share_slopes(state.contacts[i].normal_force, reference_force);
        bar.contacts[i].normal_force += of_force * share_bar;
        *reference_bar += of_reference * share_bar;
    }
    observation_bar[10] * clock.cos() - observation_bar[11] * clock.sin()
}

/// Bars of the base's x axis and of a vector, given that of the vector seen from the heading frame.
pub fn reverse_heading<T: Compare>(forward: Vec3<T>, a: Vec3<T>, seen_bar: Vec3<T>) -> (Vec3<T>, Vec3<T>) {
    let [x, y, ax, ay, az] = Dual::variables([forward.x, forward.y, a.x, a.y, a.z]);
    let seen = in_heading_frame(x, y, vec3(ax, ay, az));
    let along = |i: usize| {
        seen.x.derivative[i] * seen_bar.x + seen.y.derivative[i] * seen_bar.y + seen.z.derivative[i] * seen_bar.z
    };
    (vec3(along(0), along(1), T::zero()), vec3(along(2), along(3), along(4)))
}
