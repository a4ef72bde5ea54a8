//! Gradients from genes to everything the simulation sees: dual numbers against central differences.

use super::{SEEDS, cpg, mlp, stream, variation};
use burgess_core::autodiff::{Compare, Dual};
use burgess_evolution::genome::{BodyLimits, Genome, Policy, Sharing};
use burgess_evolution::growth::{compile_controller, expand};
use burgess_learn::Number;
use burgess_physics::model::{Candidate, Controller, Model};
use burgess_physics::world::{Physics, Stiffness};

/// Central differences of step 1e-6: truncation 1e-12 and rounding 1e-10, relative to the size of the number.
const TOLERANCE: f64 = 2e-8;
const STEP: f64 = 1e-6;

/// Automatic contact stiffness is held fixed by design, so it has no derivative to compare.
fn physics() -> Physics {
    Physics { contact_stiffness: Stiffness::Fixed(1e4), ..Physics::default() }
}

fn candidate<T: Number>(genome: &Genome<T>, policy: &Policy) -> Candidate<T> {
    let grown = expand(&genome.body, &BodyLimits::default(), &physics()).expect("well-formed");
    let controller = compile_controller(&genome.brain, &grown.keys, &grown.model, policy);
    Candidate { model: grown.model, controller }
}

/// Every number of a candidate, in a fixed order.
fn numbers<T: burgess_core::autodiff::Value>(candidate: &Candidate<T>) -> Vec<T> {
    let mut list = Vec::new();
    let _ = candidate.map(|x: T| {
        list.push(x);
        x
    });
    list
}

fn assert_gradients(genome: &Genome, policy: &Policy) {
    let values: Vec<f64> = genome.parameters().iter().map(|&(_, value)| value).collect();
    let at = |i: usize, step: f64| {
        let mut moved = values.clone();
        moved[i] += step;
        numbers(&candidate(&genome.with_values(&moved), policy))
    };
    let mut largest = 0.0f64;
    for (i, (id, _)) in genome.parameters().into_iter().enumerate() {
        let mut duals: Vec<Dual> = values.iter().map(|&value| Dual::constant(value)).collect();
        duals[i] = Dual::variable(values[i]);
        let exact = numbers(&candidate(&genome.with_values(&duals), policy));
        let (up, down) = (at(i, STEP), at(i, -STEP));
        for (n, dual) in exact.iter().enumerate() {
            let difference = (up[n] - down[n]) / (2.0 * STEP);
            let size = dual.value.abs().max(dual.derivative[0].abs()).max(1.0);
            largest = largest.max(dual.derivative[0].abs());
            assert!(
                (dual.derivative[0] - difference).abs() < TOLERANCE * size,
                "number {n} by {id:?}: {} is not {difference}",
                dual.derivative[0]
            );
        }
    }
    assert!(largest > 0.1, "nothing depends on anything");
}

#[test]
fn expansion_has_the_derivatives_of_central_differences() {
    let mut all = variation(cpg(Sharing::Gene));
    for (i, name) in SEEDS.into_iter().enumerate() {
        all.seeds = vec![super::seed(name)];
        // Noise takes directions away from the edges of boxes and the axes of capsules, where differences straddle kinks.
        let genome = all.gaussian(&all.random(0.0, &mut stream(i as u64)), 0.2, 0.0, &mut stream(100 + i as u64));
        assert_gradients(&genome, &all.policy);
    }
}

#[test]
fn networks_have_the_derivatives_of_central_differences() {
    let mut all = variation(mlp(Sharing::Gene));
    all.seeds = vec![super::seed("biped")];
    let genome = all.random(0.2, &mut stream(8));
    assert_gradients(&genome, &all.policy);
}

#[test]
fn derivatives_are_finite_at_the_seeds_themselves() {
    // Straight attachments and zero rotations are where a careless root or division has none.
    let all = variation(cpg(Sharing::Instance));
    for body in all.seeds {
        for i in 0..body.map_parameters(|_, value: f64| value).joints.len() {
            let mut varied = body.map_parameters(|_, value| Dual::constant(value));
            varied.joints[i].attach.y.derivative = [1.0];
            varied.joints[i].orientation.x.derivative = [1.0];
            varied.joints[i].axis.z.derivative = [1.0];
            let model: Model<Dual> =
                expand(&varied, &BodyLimits::default(), &Physics::default()).expect("well-formed").model;
            let candidate =
                Candidate { model, controller: Controller::Cpg { frequency: Dual::default(), joints: vec![] } };
            assert!(numbers(&candidate).iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn automatic_contact_stiffness_has_no_derivative() {
    let body = super::seed("quadruped");
    let mut varied = body.map_parameters(|_, value| Dual::constant(value));
    varied.links[0].log_density.derivative = [1.0];
    let model = expand(&varied, &BodyLimits::default(), &Physics::default()).expect("well-formed").model;
    assert!(model.mass().derivative[0] > 0.1);
    assert!(model.contact_stiffness.value > 1e3);
    assert_eq!(model.contact_stiffness.derivative, [0.0]);
}
