use crate::support::{
    actions, after, all_bits, bits, bodies, candidate_numbers, distance, numbers, plans, state_numbers, window,
};
use burgess_core::math::{Quat, Vec3};
use burgess_physics::Error;
use burgess_physics::batch::{Backend, Batch, CpuBackend, Drive, Simulator, Snapshot};
use burgess_physics::gradient::Objective;
use burgess_physics::model::{Candidate, Controller};
use burgess_physics::plan::Plan;
use burgess_physics::step::reverse::state::StateAdjoint;

fn load(plan: &Plan) -> Batch<f32> {
    Batch::load(plan, bodies(plan)).unwrap()
}

#[test]
fn a_window_in_pieces_has_the_bits_of_the_whole() {
    for plan in plans() {
        let (mut whole, mut pieces) = (load(&plan), load(&plan));
        window(&mut whole, 12);
        for decisions in [1, 4, 2, 5] {
            // The state is handed over to a batch that knows nothing else.
            let states = pieces.states().unwrap();
            pieces = load(&plan);
            pieces.set_states(&states).unwrap();
            window(&mut pieces, decisions);
        }
        assert_eq!(all_bits(&whole), all_bits(&pieces));
    }
}

#[test]
fn an_episode_decision_by_decision_gives_what_evaluate_gives() {
    for mut plan in plans() {
        // Some fall over, some last.
        plan.task.min_up = Some(0.97);
        let candidates = bodies::<f32>(&plan);
        let outcomes = CpuBackend::new(&plan, Some(1)).unwrap().evaluate(&candidates).unwrap();
        let mut batch = Batch::load(&plan, candidates).unwrap();
        let mut gained = vec![0.0; outcomes.len()];
        while batch.states().unwrap().iter().any(|state| state.ending.is_none()) {
            gained.iter_mut().zip(window(&mut batch, 1)).for_each(|(sum, reward)| *sum += reward);
        }
        for ((state, outcome), gained) in batch.states().unwrap().iter().zip(&outcomes).zip(gained) {
            assert_eq!(state.ending, Some(outcome.ending));
            assert_eq!(state.steps, outcome.steps);
            assert_eq!(state.reward.to_bits(), outcome.reward.to_bits());
            assert_eq!(state.samples, outcome.descriptors);
            // Windows' rewards are differences of the sum.
            assert!((gained - outcome.reward).abs() < 1e-4, "{gained} {outcome:?}");
        }
    }
}

#[test]
fn resetting_some_leaves_the_others_alone() {
    for plan in plans() {
        let (mut some, mut none, fresh) = (load(&plan), load(&plan), load(&plan));
        window(&mut some, 5);
        window(&mut none, 5);
        let which = [true, false, false, true, false];
        some.reset(&which).unwrap();
        let (start, states) = (all_bits(&fresh), all_bits(&some));
        for (i, state) in states.iter().enumerate() {
            assert_eq!(state, &if which[i] { start[i].clone() } else { all_bits(&none)[i].clone() });
        }
        window(&mut some, 4);
        window(&mut none, 4);
        let mut again = fresh;
        window(&mut again, 4);
        for (i, state) in all_bits(&some).iter().enumerate() {
            assert_eq!(state, &if which[i] { all_bits(&again)[i].clone() } else { all_bits(&none)[i].clone() });
        }
    }
}

#[test]
fn to_set_the_states_that_are_there_changes_nothing() {
    for plan in plans() {
        let mut batch = load(&plan);
        for decisions in [3, 20] {
            window(&mut batch, decisions);
            let before = all_bits(&batch);
            let states = batch.states().unwrap();
            batch.set_states(&states).unwrap();
            assert_eq!(all_bits(&batch), before);
        }
    }
}

#[test]
fn given_actions_move_a_body_like_a_controller_that_wants_the_same() {
    let [_, _, plan] = plans();
    let (mut loaded, mut given) = (load(&plan), load(&plan));
    window(&mut loaded, 5);
    let rows = |first: usize, count: usize| -> Vec<Vec<f32>> {
        let of = |candidate: Candidate<f32>| {
            let Controller::Sequence { actions } = candidate.controller else { panic!("a sequence") };
            let joints = candidate.model.joint_count();
            actions[first * joints..][..count * joints].to_vec()
        };
        bodies(&plan).into_iter().map(of).collect()
    };
    given.step(Drive::Actions(&rows(0, 2)), 2).unwrap();
    given.step(Drive::Actions(&rows(2, 3)), 3).unwrap();
    assert_eq!(all_bits(&loaded), all_bits(&given));
}

#[test]
fn given_actions_equal_to_a_networks_outputs_give_the_same_motion() {
    let [_, plan, _] = plans();
    let (mut driven, mut given) =
        (Batch::<f64>::load(&plan, bodies(&plan)).unwrap(), Batch::<f64>::load(&plan, bodies(&plan)).unwrap());
    for _ in 0..5 {
        window(&mut driven, 1);
        // Half a hinge's range is 0.9 rad.
        let share = |state: Snapshot<f64>| state.commands[1..].iter().map(|command| command / 0.9).collect();
        let shares: Vec<Vec<f64>> = driven.states().unwrap().into_iter().map(share).collect();
        given.step(Drive::Actions(&shares), 1).unwrap();
    }
    for (a, b) in driven.states().unwrap().iter().zip(given.states().unwrap()) {
        let apart = (a.state.position - b.state.position).norm_squared().sqrt();
        assert!(apart < 1e-9, "{apart}");
    }
}

#[test]
fn a_bodys_bits_depend_on_nothing_but_itself() {
    let [_, plan, _] = plans();
    let mut whole = load(&plan);
    window(&mut whole, 7);
    let objective = Objective { reward: 1.0, descriptors: vec![0.5, -1.0, 2.0] };
    let (states, gradients) = (all_bits(&whole), whole.gradients(&objective, None).unwrap());
    for order in [vec![4, 2, 0], vec![1], vec![3, 3, 1, 0, 2, 4]] {
        let all = bodies::<f32>(&plan);
        let mut batch = Batch::load(&plan, order.iter().map(|&i| all[i].clone()).collect()).unwrap();
        window(&mut batch, 7);
        let own = batch.gradients(&objective, None).unwrap();
        for (place, &i) in order.iter().enumerate() {
            assert_eq!(bits(&batch.states().unwrap()[place]), states[i]);
            assert_eq!(numbers(&own[place]), numbers(&gradients[i]));
        }
    }
}

/// Changes a state, a candidate or actions by a number.
type Change = dyn Fn(&mut Snapshot<f64>, &mut Candidate<f64>, &mut Vec<f64>, f64);

/// A number that a window depends on: how it is changed, and the place of its derivative.
struct Probe {
    name: String,
    change: Box<Change>,
    found: f64,
}

/// The window's value for a body: reward, descriptors and final state, weighed.
fn value(plan: &Plan, candidate: &Candidate<f64>, start: &Snapshot<f64>, actions: Option<&[f64]>) -> f64 {
    let mut batch = Batch::<f64>::load(plan, vec![candidate.clone()]).unwrap();
    batch.set_states(std::slice::from_ref(start)).unwrap();
    let actions: Option<Vec<Vec<f64>>> = actions.map(|actions| vec![actions.to_vec()]);
    let drive = actions.as_deref().map_or(Drive::Controllers, Drive::Actions);
    let gained = batch.step(drive, WINDOW).unwrap()[0].reward;
    let end = batch.states().unwrap().remove(0);
    let weights = after(candidate);
    let linked = |vector: Vec3<f64>, weight: Vec3<f64>| vector.dot(weight);
    let mut sum = OBJECTIVE.0 * gained
        + linked(end.state.position, weights.position)
        + linked(end.state.velocity, weights.velocity);
    for (link, bar) in end.state.links.iter().zip(&weights.links) {
        sum += link.angle * bar.angle + link.rate * bar.rate + linked(link.momentum, bar.momentum);
    }
    // The mean height so far.
    sum + OBJECTIVE.1 * end.samples[1] / f64::from(end.steps)
}

/// Decisions of the window, and weights of the reward and the mean height.
const WINDOW: u32 = 2;
const OBJECTIVE: (f64, f64) = (1.5, 0.8);

fn probes(start: &Snapshot<f64>, bars: &StateAdjoint<f64>, found: &Candidate<f64>) -> Vec<Probe> {
    let mut probes = Vec::new();
    let mut add = |name: &str, found: f64, change: fn(&mut Snapshot<f64>, usize, f64), i: usize| {
        let change = Box::new(move |s: &mut Snapshot<f64>, _: &mut Candidate<f64>, _: &mut Vec<f64>, h: f64| {
            change(s, i, h);
        });
        probes.push(Probe { name: format!("{name} {i}"), change, found });
    };
    add("x", bars.position.x, |s, _, h| s.state.position.x += h, 0);
    add("z", bars.position.z, |s, _, h| s.state.position.z += h, 0);
    for axis in 0..3 {
        let turn = |s: &mut Snapshot<f64>, axis: usize, h: f64| {
            let mut small = [0.0; 3];
            small[axis] = (0.5 * h).sin();
            let [x, y, z] = small;
            s.state.orientation = Quat::new((0.5 * h).cos(), x, y, z) * s.state.orientation;
        };
        add("rotation", bars.rotation.to_array()[axis], turn, axis);
    }
    add("velocity y", bars.velocity.y, |s, _, h| s.state.velocity.y += h, 0);
    add("angular velocity", bars.angular_velocity.z, |s, _, h| s.state.angular_velocity.z += h, 0);
    for i in 1..start.state.links.len() {
        add("angle", bars.links[i].angle, |s, i, h| s.state.links[i].angle += h, i);
        add("rate", bars.links[i].rate, |s, i, h| s.state.links[i].rate += h, i);
        add("momentum", bars.links[i].momentum.x, |s, i, h| s.state.links[i].momentum.x += h, i);
        add("spin", bars.links[i].spin.y, |s, i, h| s.state.links[i].spin.y += h, i);
        add("target", bars.targets[i], |s, i, h| s.targets[i] += h, i);
    }
    // A contact in the air does not act, and a force that it might have is not looked at.
    for i in (0..start.state.contacts.len()).filter(|&i| start.state.contacts[i].normal_force > 1e-2) {
        let bar = bars.contacts[i];
        add("force", bar.normal_force, |s, i, h| s.state.contacts[i].normal_force += h, i);
        add("free gain", bar.free_gain.x, |s, i, h| s.state.contacts[i].free_gain.x += h, i);
        add("free gain", bar.free_gain.z, |s, i, h| s.state.contacts[i].free_gain.z += h, i);
    }
    let mut body = |name: &str, found: f64, change: fn(&mut Candidate<f64>, f64)| {
        let change =
            Box::new(move |_: &mut Snapshot<f64>, c: &mut Candidate<f64>, _: &mut Vec<f64>, h: f64| change(c, h));
        probes.push(Probe { name: name.into(), change, found });
    };
    body("servo", found.model.joints[1].servo.kp, |c, h| c.model.joints[1].servo.kp += h);
    body("radius", found.model.contacts[2].radius, |c, h| c.model.contacts[2].radius += h);
    match &found.controller {
        Controller::Cpg { joints, .. } => body("phase", joints[0].phase, |c, h| {
            let Controller::Cpg { joints, .. } = &mut c.controller else { return };
            joints[0].phase += h;
        }),
        Controller::Mlp { layers, .. } => body("weight", layers[0].weights[9], |c, h| {
            let Controller::Mlp { layers, .. } = &mut c.controller else { return };
            layers[0].weights[9] += h;
        }),
        Controller::Sequence { .. } => {}
    }
    probes
}

#[test]
fn gradients_of_a_window_from_a_state_are_those_of_differences() {
    for plan in plans() {
        for given in [false, true] {
            for candidate in bodies::<f64>(&plan).into_iter().take(3) {
                let joints = candidate.model.joint_count();
                let rows = given.then(|| actions(joints, WINDOW as usize, 5));
                let mut batch = Batch::<f64>::load(&plan, vec![candidate.clone()]).unwrap();
                window(&mut batch, 4);
                let start = batch.states().unwrap().remove(0);
                let drive = rows.clone().map(|rows| vec![rows]);
                batch.step(drive.as_deref().map_or(Drive::Controllers, Drive::Actions), WINDOW).unwrap();
                let objective = Objective { reward: OBJECTIVE.0, descriptors: vec![0.0, OBJECTIVE.1, 0.0] };
                let mut ends = after(&candidate);
                ends.rotation = Vec3::zero();
                let found = batch.gradients(&objective, Some(&[ends])).unwrap().remove(0);
                let mut all = probes(&start, &found.state, &found.candidate);
                if let Controller::Sequence { actions } = &found.candidate.controller
                    && given
                {
                    for (i, &found) in actions.iter().enumerate() {
                        let change =
                            Box::new(move |_: &mut Snapshot<f64>, _: &mut Candidate<f64>, a: &mut Vec<f64>, h: f64| {
                                a[i] += h
                            });
                        all.push(Probe { name: format!("action {i}"), change, found });
                    }
                }
                for probe in all {
                    let at = |h: f64| {
                        let (mut start, mut candidate) = (start.clone(), candidate.clone());
                        let mut rows = rows.clone().unwrap_or_default();
                        (probe.change)(&mut start, &mut candidate, &mut rows, h);
                        value(&plan, &candidate, &start, given.then_some(&rows))
                    };
                    let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
                    let (coarse, fine) = (slope(1e-4), slope(5e-5));
                    let expected = (4.0 * fine - coarse) / 3.0;
                    let scale = expected.abs().max(1e-2);
                    // Differences of what bends sharply say little; a wrong sign or factor stands out all the same.
                    let bound = 1e-4 * scale + 4.0 * (fine - coarse).abs();
                    assert!(
                        (expected - probe.found).abs() < bound,
                        "{}: {} instead of {expected}, {:?}",
                        probe.name,
                        probe.found,
                        plan.brain
                    );
                }
            }
        }
    }
}

#[test]
fn gradients_of_consecutive_windows_chain() {
    for plan in plans() {
        let mut whole = Batch::<f64>::load(&plan, bodies(&plan)).unwrap();
        let objective = Objective { reward: 1.0, descriptors: vec![0.0; 3] };
        window(&mut whole, 6);
        let expected = whole.gradients(&objective, None).unwrap();
        let mut early = Batch::<f64>::load(&plan, bodies(&plan)).unwrap();
        window(&mut early, 2);
        let mut late = early.clone();
        window(&mut late, 4);
        let second = late.gradients(&objective, None).unwrap();
        let ends: Vec<StateAdjoint<f64>> = second.iter().map(|gradient| gradient.state.clone()).collect();
        let first = early.gradients(&objective, Some(&ends)).unwrap();
        for ((first, second), expected) in first.iter().zip(&second).zip(&expected) {
            assert_eq!(state_numbers(&first.state), state_numbers(&expected.state));
            // What stays the same over both windows counts in both.
            let sum: Vec<f64> = candidate_numbers(&first.candidate)
                .iter()
                .zip(candidate_numbers(&second.candidate))
                .map(|(a, b)| a + b)
                .collect();
            assert!(distance(&sum, &candidate_numbers(&expected.candidate)) < 1e-12);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let [plan, ..] = plans();
    let mut batch = load(&plan);
    let objective = Objective::reward(3);
    assert!(matches!(batch.gradients(&objective, None), Err(Error::Unsupported(_))));
    assert!(matches!(batch.reset(&[true]), Err(Error::Shape { expected: 5, got: 1, .. })));
    assert!(matches!(batch.step(Drive::Actions(&[]), 1), Err(Error::Shape { .. })));
    let mut states = batch.states().unwrap();
    states[1].targets.pop();
    assert!(matches!(batch.set_states(&states), Err(Error::Shape { .. })));
    let mut states = batch.states().unwrap();
    states[0].steps = 3;
    assert!(matches!(batch.set_states(&states), Err(Error::Shape { .. })));
    window(&mut batch, 1);
    assert!(matches!(batch.gradients(&Objective::reward(1), None), Err(Error::Objective { .. })));
    let mut recorded = plan;
    recorded.task.frame = Some(8);
    assert!(matches!(Batch::<f32>::load(&recorded, Vec::new()), Err(Error::Unsupported(_))));
}
