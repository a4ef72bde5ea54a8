//! Brains on bodies: who reads which entry, and how copies of a gene differ.

use super::{cpg, files, grown, joint_keys, keys, mlp, on_body, policies, seed, stream, variation};
use burgess_evolution::genome::{Body, Brain, CpgGene, GeneId, JointKey, Sharing};
use burgess_physics::model::{Controller, JOINT_OBSERVATIONS, OBSERVATIONS};
use burgess_physics::step::policy::commanded_angle;
use std::f64::consts::PI;

fn random_brain(body: &Body, policy: &burgess_evolution::genome::Policy) -> Brain {
    let mut keys: Vec<JointKey> = joint_keys(body).into_iter().map(|key| key.shared(policy.sharing())).collect();
    keys.sort();
    keys.dedup();
    Brain::random(policy, false, &keys, &mut stream(7))
}

#[test]
fn four_legs_from_one_gene_can_trot() {
    let body = seed("quadruped");
    let policy = cpg(Sharing::Gene);
    let mut brain = random_brain(&body, &policy);
    let Brain::Cpg { joints, .. } = &mut brain else { panic!("a pattern generator") };
    assert_eq!(joints.len(), 2, "one entry for all hips, one for all knees");
    for entry in joints.iter_mut() {
        *entry = CpgGene { phase: 0.25, repeat_phase: PI, ..*entry };
    }
    let keys = keys(&body);
    let Controller::Cpg { joints, .. } = on_body(&brain, &body, &policy) else { panic!("a generator") };
    let hips: Vec<f64> =
        keys[1..].iter().zip(&joints).filter(|(key, _)| key.gene == GeneId(301)).map(|(_, j)| j.phase).collect();
    assert_eq!(hips, [0.25, 0.25 + PI, 0.25 + 2.0 * PI, 0.25 + 3.0 * PI], "neighbours in opposite phase: a trot");
}

#[test]
fn the_mirrored_side_has_a_phase_of_its_own() {
    let body = seed("biped");
    let policy = cpg(Sharing::Gene);
    let mut brain = random_brain(&body, &policy);
    let Brain::Cpg { joints, .. } = &mut brain else { panic!("a pattern generator") };
    for entry in joints.iter_mut() {
        *entry = CpgGene { phase: 0.0, mirror_phase: PI, ..*entry };
    }
    let keys = keys(&body);
    let Controller::Cpg { joints, .. } = on_body(&brain, &body, &policy) else { panic!("a generator") };
    for (key, joint) in keys[1..].iter().zip(&joints) {
        assert_eq!(joint.phase, if key.joint.side == 1 { PI } else { 0.0 });
    }
}

#[test]
fn instances_have_entries_of_their_own() {
    let body = seed("quadruped");
    let policy = cpg(Sharing::Instance);
    let brain = random_brain(&body, &policy);
    let keys = keys(&body);
    let Controller::Cpg { joints, frequency } = on_body(&brain, &body, &policy) else { panic!() };
    assert!((0.5..2.5).contains(&frequency));
    let Brain::Cpg { joints: entries, .. } = &brain else { panic!() };
    for (key, joint) in keys[1..].iter().zip(&joints) {
        let entry = entries.iter().find(|entry| entry.key == key.joint).expect("an entry");
        assert_eq!((joint.phase, joint.amplitude), (entry.phase, libm::tanh(entry.amplitude)));
        assert!(joint.amplitude.abs() < 1.0 && joint.amplitude != 0.0);
    }
}

/// A joint whose brain says nothing stays where it is at rest, also where that is not the middle of its range.
#[test]
fn joints_without_an_entry_hold_their_zero_angle() {
    for name in ["tripod", "hopper"] {
        let (body, model) = (seed(name), grown(&seed(name)));
        let holds =
            |i: usize, share: f64| assert!(commanded_angle(&model, i + 1, share).abs() < 1e-15, "{name}, joint {i}");
        for policy in policies() {
            let brain = Brain::random(&policy, false, &[], &mut stream(1));
            match on_body(&brain, &body, &policy) {
                Controller::Cpg { joints, .. } => {
                    assert!(joints.iter().all(|j| j.amplitude == 0.0));
                    joints.iter().enumerate().for_each(|(i, joint)| holds(i, joint.offset));
                }
                Controller::Mlp { layers, clocks, .. } => {
                    let output = layers.last().expect("an output layer");
                    assert_eq!(output.biases.len(), model.joint_count());
                    assert!(output.weights.iter().all(|&w| w == 0.0));
                    assert!(clocks.iter().all(|c| c[0] == 0.0 && c[1] == 0.0));
                    output.biases.iter().enumerate().for_each(|(i, bias)| holds(i, libm::tanh(*bias)));
                }
                Controller::Sequence { .. } => unreachable!("no policy compiles to a sequence"),
            }
        }
    }
}

#[test]
fn networks_have_one_column_an_observation_and_one_row_a_joint() {
    let body = seed("biped");
    let policy = mlp(Sharing::Instance);
    let brain = random_brain(&body, &policy);
    let keys = keys(&body);
    let Controller::Mlp { layers, clocks, .. } = on_body(&brain, &body, &policy) else { panic!() };
    let shape: Vec<_> = layers.iter().map(|l| (l.inputs, l.biases.len(), l.weights.len())).collect();
    let inputs = OBSERVATIONS + JOINT_OBSERVATIONS * 6;
    assert_eq!(shape, [(inputs, 6, 6 * inputs), (6, 5, 30), (5, 6, 30)]);
    assert_eq!(clocks.len(), 6);
    let Brain::Mlp { common, joints, .. } = &brain else { panic!() };
    // Hidden unit 4 looks at the height (observation 9), and at the rate of the third joint.
    assert_eq!(layers[0].weights[4 * inputs + 9], common[9 * 6 + 4]);
    let third = joints.iter().find(|entry| entry.key == keys[3].joint).expect("an entry");
    assert_eq!(layers[0].weights[4 * inputs + OBSERVATIONS + 2 * JOINT_OBSERVATIONS + 1], third.input[6 + 4]);
    assert_eq!(layers[2].weights[2 * 5..3 * 5], third.output);
}

#[test]
fn random_brains_move_every_seed() {
    for policy in policies() {
        let all = variation(policy.clone());
        for name in files::names() {
            let body = seed(name);
            let brain = random_brain(&body, &policy);
            let lively = match on_body(&brain, &body, &all.policy) {
                Controller::Cpg { joints, .. } => joints.iter().map(|j| j.amplitude.abs()).sum::<f64>(),
                Controller::Mlp { clocks, .. } => clocks.iter().map(|c| c[0].abs()).sum::<f64>(),
                Controller::Sequence { .. } => unreachable!("no policy compiles to a sequence"),
            };
            assert!(lively / joint_keys(&body).len() as f64 > 0.1, "{name} hardly moves");
        }
    }
}
