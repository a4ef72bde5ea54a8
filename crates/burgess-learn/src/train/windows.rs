//! Gradients through the physics, window by window.

use super::flight::Flight;
use super::{Bodies, RENEWAL, Setting, Trained, Update};
use crate::brain::Input;
use crate::error::{LearnError, Result};
use burgess_physics::batch::{Drive, WindowGradient};
use burgess_physics::gradient::Objective;
use burgess_physics::model::{Candidate, Controller};
use rayon::prelude::*;

/// The mean gradient of bodies, each shortened, over a window of a length (s), from which all go on. Bodies whose episodes have ended give way to
/// new ones.
pub(super) fn gradient(
    state: &mut Trained,
    flights: &mut Vec<Flight>,
    (window, clip): (f64, f64),
    &Setting { plan, backend, bodies, .. }: &Setting<'_>,
) -> Result<(Vec<f32>, Update)> {
    if !plan.world.others.is_empty() {
        let count = plan.world.others.len() + 1;
        return Err(LearnError::Training(format!(
            "way: Windows trains in one environment, and the task has {count}; Exploration trains in all of them"
        )));
    }
    let decision = plan.world.dt * f64::from(plan.task.control_period);
    let decisions = ((window / decision).round() as u32).max(1);
    let windows = u64::from(plan.task.steps.div_ceil(decisions.saturating_mul(plan.task.control_period)));
    if state.updates.is_multiple_of(RENEWAL) {
        flights.clear();
    }
    fill(state, flights, bodies, windows);

    let inputs: Vec<Input<'_, f32>> = flights.iter().map(Flight::input).collect();
    let controllers = state.brain.controllers(&inputs);
    let candidate = |(flight, controller): (&Flight, Controller<f32>)| flight.candidate(controller);
    let candidates: Vec<Candidate<f32>> = flights.par_iter().zip(controllers).map(candidate).collect();
    let mut simulator = backend.load(candidates)?;
    if flights.iter().any(|flight| flight.state.is_some()) {
        let mut states = simulator.states()?;
        for (state, flight) in states.iter_mut().zip(&*flights) {
            if let Some(own) = &flight.state {
                state.clone_from(own);
            }
        }
        simulator.set_states(&states)?;
    }
    let progress = simulator.step(Drive::Controllers, decisions)?;
    let gradients = simulator.gradients(&Objective::reward(plan.task.descriptors.len()), None)?;
    let states = simulator.states()?;
    drop(simulator);

    let shortened: Vec<Option<Controller<f32>>> =
        gradients.into_par_iter().map(|gradient| shortened(gradient, clip)).collect();
    let with_gradient: Vec<(Input<'_, f32>, &Controller<f32>)> =
        inputs.iter().zip(&shortened).filter_map(|(&input, gradient)| Some((input, gradient.as_ref()?))).collect();
    if with_gradient.is_empty() {
        let problem = format!("update {}: no body has a finite gradient", state.updates);
        return Err(LearnError::Training(problem));
    }
    let (inputs, controllers): (Vec<_>, Vec<_>) = with_gradient.into_iter().unzip();
    let count = flights.len() as f64;
    let mut gradient = state.brain.weight_gradient(&inputs, &controllers);
    gradient.iter_mut().for_each(|g| *g /= count as f32);

    let seconds = count * decision * f64::from(decisions);
    let rewards = progress.iter().map(|progress| f64::from(progress.reward)).filter(|reward| reward.is_finite());
    let fell = progress.iter().filter(|progress| Flight::fell(progress)).count() as f64 / count;
    let update = Update { reward: rewards.sum::<f64>() / seconds, fell };
    for ((flight, state), progress) in flights.iter_mut().zip(states).zip(&progress) {
        flight.land(state, progress);
    }
    Ok((gradient, update))
}

/// Takes new bodies where there are none; at the beginning they are spread over the windows of an episode.
fn fill(state: &mut Trained, flights: &mut Vec<Flight>, bodies: Bodies<'_>, windows: u64) {
    let spread = flights.is_empty();
    flights.resize_with(state.training.bodies, Flight::over);
    let first = state.bodies;
    let over = flights.iter_mut().enumerate().filter(|(_, flight)| flight.is_over());
    let empty: Vec<(u64, (usize, &mut Flight))> = (first..).zip(over).collect();
    state.bodies += empty.len() as u64;
    empty.into_par_iter().for_each(|(number, (place, flight))| {
        let left = if spread { 1 + place as u64 % windows } else { windows };
        *flight = Flight::new(bodies(number), left);
    });
}

/// The gradient with respect to the controller, shortened to a length; none where it is not finite.
fn shortened(gradient: WindowGradient<f32>, clip: f64) -> Option<Controller<f32>> {
    let controller = gradient.candidate.controller;
    let mut square = 0.0;
    let _ = controller.map(|x: f32| {
        square += f64::from(x) * f64::from(x);
        x
    });
    let length = square.sqrt();
    let factor = if length > clip { (clip / length) as f32 } else { 1.0 };
    length.is_finite().then(|| controller.map(|x: f32| x * factor))
}
