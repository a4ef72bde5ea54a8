//! Gradients of episodes on the GPU against their twin on the CPU in float64, class of parameters by class; and that their bits depend on
//! nothing but the creature.

use crate::adapter::{self, gpu};
use crate::zoo::{BODIES, cpg, experiment, mlp, random_candidates, recorded, shipped, stream, terrains, watched};
use burgess_core::math::{Vec3, vec3};
use burgess_evolution::genome::Policy;
use burgess_physics::batch::Backend;
use burgess_physics::gpu::{GpuBackend, Options};
use burgess_physics::gradient::{Differentiate, Gradient, Objective, PreludeGradient, StateGradient, WorldGradient};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Controller, Hinge, Joint, JointKind, Link};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::step::prelude::Prelude;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate};
use burgess_physics::task::Returns;
use burgess_physics::task::{Ending, Termination};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

/// Steps a second.
const RATE: f64 = 240.0;

const BRAINS: [BrainName; 4] = [BrainName::Cpg, BrainName::Mlp, BrainName::Watched, BrainName::Sequence];

#[derive(Clone, Copy, Debug, PartialEq)]
enum BrainName {
    Cpg,
    Mlp,
    /// A network that sees what a world model makes of its episode.
    Watched,
    Sequence,
}

impl BrainName {
    fn policy(self) -> Policy {
        match self {
            Self::Mlp => mlp(),
            Self::Watched => watched(),
            Self::Cpg | Self::Sequence => cpg(),
        }
    }
}

fn plan(terrain: TerrainSpec, brain: BrainName, steps: u32, termination: Termination) -> Plan {
    let mut experiment = experiment(brain.policy(), terrain, f64::from(steps) / RATE);
    experiment.task.termination = termination;
    let mut plan = experiment.plan();
    assert_eq!(plan.task.steps, steps);
    if brain == BrainName::Sequence {
        (plan.brain, plan.task.control_period) = (BrainKind::Sequence, 4);
    }
    plan
}

/// The reward and every descriptor that has a gradient.
fn objective(plan: &Plan) -> Objective {
    let weight = |(i, descriptor): (usize, &burgess_physics::laws::descriptor::Descriptor)| {
        if descriptor.has_gradient() { 0.3 + 0.1 * i as f64 } else { 0.0 }
    };
    Objective { reward: 0.7, descriptors: plan.task.descriptors.iter().enumerate().map(weight).collect() }
}

/// Every shipped body, and some random ones.
fn bodies(brain: BrainName) -> Vec<Candidate<f32>> {
    let one = |(seed, name): (usize, &str)| {
        let candidate = shipped(name, brain.policy(), seed as u64);
        if brain == BrainName::Sequence { recorded(candidate, 70, seed as u64) } else { candidate }
    };
    let shipped = BODIES.into_iter().enumerate().map(one);
    let random = random_candidates(brain.policy(), 400..405).into_iter();
    let random =
        random.map(|candidate| if brain == BrainName::Sequence { recorded(candidate, 9, 3) } else { candidate });
    shipped.chain(random).map(|candidate| candidate.map(|x| x as f32)).collect()
}

/// A body of one link, the base of another.
fn lonely(candidate: &Candidate<f32>) -> Candidate<f32> {
    let mut lonely = candidate.clone();
    lonely.model.links.truncate(1);
    lonely.model.joints.clear();
    lonely.model.colliders.retain(|collider| collider.link == 0);
    lonely.model.contacts.retain(|contact| contact.link == 0);
    let Controller::Cpg { joints, .. } = &mut lonely.controller else { panic!("only oscillators fit any body") };
    joints.clear();
    lonely
}

fn hinge(joint: &Joint<f64>) -> Hinge<f64> {
    let JointKind::Hinge(hinge) = joint.kind;
    hinge
}

/// A gradient's numbers, class by class.
fn classes(g: &Gradient<f64>) -> BTreeMap<&'static str, Vec<f64>> {
    let links = |f: fn(&Link<f64>) -> Vec<f64>| g.candidate.model.links.iter().flat_map(f).collect::<Vec<f64>>();
    let joints = |f: fn(&Joint<f64>) -> Vec<f64>| g.candidate.model.joints.iter().flat_map(f).collect::<Vec<f64>>();
    let contacts = &g.candidate.model.contacts;
    let vector = |v: Vec3<f64>| v.to_array().to_vec();
    let mut all = BTreeMap::from([
        ("mass", links(|l| vec![l.mass])),
        ("com", links(|l| l.com.to_array().into())),
        ("inertia", links(|Link { inertia: i, .. }| vec![i.xx, i.yy, i.zz, i.xy, i.xz, i.yz])),
        ("joint position", joints(|j| j.position.to_array().into())),
        ("axis", joints(|j| hinge(j).axis.to_array().into())),
        ("limits", joints(|j| vec![hinge(j).lower, hinge(j).upper])),
        ("kp", joints(|j| vec![j.servo.kp])),
        ("kd", joints(|j| vec![j.servo.kd])),
        ("torque limit", joints(|j| vec![j.servo.torque_limit])),
        ("armature", joints(|j| vec![j.armature])),
        ("damping", joints(|j| vec![j.damping])),
        ("limit stiffness", joints(|j| vec![hinge(j).limit_stiffness])),
        ("contact centre", contacts.iter().flat_map(|c| c.centre.to_array()).collect()),
        ("contact radius", contacts.iter().map(|c| c.radius).collect()),
        ("contact stiffness", vec![g.candidate.model.contact_stiffness]),
        ("start", vector(g.prelude.start)),
        ("contact width", vec![g.prelude.contact_width]),
        ("reference force", vec![g.prelude.reference_force]),
        ("facts", vec![g.prelude.mass, g.prelude.leg_span]),
        ("gravity", vector(g.world.gravity)),
        ("friction", vec![g.world.friction]),
        ("contact damping", vec![g.world.contact_damping]),
        ("position", vector(g.state.position)),
        ("rotation", vector(g.state.rotation)),
        ("velocity", vector(g.state.velocity)),
        ("angular velocity", vector(g.state.angular_velocity)),
        ("angles", g.state.angles.clone()),
        ("rates", g.state.rates.clone()),
    ]);
    match &g.candidate.controller {
        Controller::Cpg { frequency, joints } => {
            all.insert("frequency", vec![*frequency]);
            all.insert("oscillators", joints.iter().flat_map(|j| [j.amplitude, j.phase, j.offset]).collect());
        }
        Controller::Mlp { frequency, layers, clocks } => {
            all.insert("frequency", vec![*frequency]);
            all.insert("clocks", clocks.concat());
            all.insert("weights", layers.iter().flat_map(|l| l.weights.clone()).collect());
            all.insert("biases", layers.iter().flat_map(|l| l.biases.clone()).collect());
        }
        Controller::Sequence { actions } => {
            all.insert("actions", actions.clone());
        }
    }
    all
}

fn wide(g: &Gradient<f32>) -> Gradient<f64> {
    let wide = |x: f32| f64::from(x);
    let list = |l: &[f32]| l.iter().map(|&x| wide(x)).collect();
    let (p, w, s) = (&g.prelude, &g.world, &g.state);
    Gradient {
        returns: Returns {
            reward: wide(g.returns.reward),
            descriptors: list(&g.returns.descriptors),
            ending: g.returns.ending,
            steps: g.returns.steps,
            contacts_left_out: g.returns.contacts_left_out,
        },
        candidate: g.candidate.map(wide),
        prelude: PreludeGradient {
            start: p.start.map(wide),
            contact_width: wide(p.contact_width),
            reference_force: wide(p.reference_force),
            mass: wide(p.mass),
            leg_span: wide(p.leg_span),
        },
        world: WorldGradient {
            gravity: w.gravity.map(wide),
            friction: wide(w.friction),
            contact_damping: wide(w.contact_damping),
        },
        state: s.to_f64(),
        other_starts: Vec::new(),
    }
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The numbers that a gradient is with respect to, class by class, 1 for states: what an error is weighed with.
fn numbers(candidate: &Candidate<f64>, plan: &Plan) -> BTreeMap<&'static str, Vec<f64>> {
    let (prelude, world) = (Prelude::new(&candidate.model, &plan.world), &plan.world);
    let ones = vec3(1.0, 1.0, 1.0);
    let links = vec![1.0; candidate.model.links.len()];
    classes(&Gradient {
        returns: Returns {
            reward: 0.0,
            descriptors: Vec::new(),
            ending: Ending::Finished,
            steps: 0,
            contacts_left_out: 0,
        },
        candidate: candidate.clone(),
        prelude: PreludeGradient {
            start: ones,
            contact_width: prelude.contact_width,
            reference_force: prelude.plan.reference_force,
            mass: prelude.plan.facts.mass,
            leg_span: prelude.plan.facts.leg_span,
        },
        world: WorldGradient {
            gravity: world.gravity,
            friction: world.friction,
            contact_damping: world.contact_damping,
        },
        state: StateGradient {
            position: ones,
            rotation: ones,
            velocity: ones,
            angular_velocity: ones,
            angles: links.clone(),
            rates: links,
            objects: Vec::new(),
        },
        other_starts: Vec::new(),
    })
}

/// How far two gradients of a class are apart.
#[derive(Clone, Copy)]
struct Error {
    /// Distance over the norm of the exact one.
    relative: f64,
    /// One less the cosine between them.
    turn: f64,
}

impl Error {
    const NONE: Self = Self { relative: 0.0, turn: 0.0 };

    fn max(self, other: Self) -> Self {
        Self { relative: self.relative.max(other.relative), turn: self.turn.max(other.turn) }
    }
}

fn error(found: &[f64], exact: &[f64], least: f64) -> Error {
    let gap: Vec<f64> = found.iter().zip(exact).map(|(a, b)| a - b).collect();
    let dot: f64 = found.iter().zip(exact).map(|(a, b)| a * b).sum();
    let scale = norm(exact).max(least).max(f64::MIN_POSITIVE);
    // Of what is below the least that counts, the direction is not asked for.
    let turn = if norm(exact) > least { 1.0 - dot / (norm(found) * norm(exact)) } else { 0.0 };
    Error { relative: norm(&gap) / scale, turn }
}

/// Share of the change of the objective that the most important class makes, each number being changed by its own size, below which a
/// class does not count: the tails of the contact and limit laws far from the ground and from the limits.
const NOTHING: f64 = 1e-5;

/// One less the cosine beyond which a gradient's direction depends on the last bits of all numbers.
const STEADY: f64 = 1e-4;
/// How often a gradient is taken on the CPU in float32, each time with all numbers a little off their rounding. A kink that few roundings meet may
/// be met on the device.
const ROUNDINGS: u64 = 16;

/// The candidate with each number at most one spacing of float32 off.
pub(crate) fn rounded(candidate: &Candidate<f32>, seed: u64) -> Candidate<f32> {
    let mut stream = stream(seed);
    candidate.map(|x: f32| x * (1.0 + stream.below(3) as f32 * 1.2e-7 - 1.2e-7))
}

/// A class of one creature's gradient on the GPU and, to tell whose error it is, the worst on the CPU in float32.
struct Compared {
    name: String,
    class: &'static str,
    gpu: Error,
    cpu: Error,
}

fn compare(steps: u32, grounds: &[usize], memory: Option<f64>) -> Vec<Compared> {
    let mut all = Vec::new();
    for &ground in grounds {
        let (ground, terrain) = terrains()[ground].clone();
        for brain in BRAINS {
            let mut plan = plan(terrain.clone(), brain, steps, Termination::default());
            if let Some(memory) = memory {
                plan.world.backward = plan.world.backward.remembering(memory, plan.world.dt);
            }
            let Some(gpu) = gpu() else { return all };
            let differentiator = GpuBackend::for_gradients(&plan, gpu, Options::default()).unwrap();
            let (mut candidates, objective) = (bodies(brain), objective(&plan));
            if brain == BrainName::Cpg {
                candidates.push(lonely(&candidates[4]));
                assert!(!candidates.last().unwrap().model.contacts.is_empty());
            }
            let found = differentiator.differentiate(&candidates, &objective).unwrap();
            let exact: Vec<_> = candidates
                .par_iter()
                .map(|candidate| {
                    let wide = candidate.map(f64::from);
                    let single = |seed| {
                        let rounded = rounded(candidate, seed);
                        differentiate(&rounded, &plan.world.cast(), &plan.task, &objective, TAPE_MEMORY)
                    };
                    (
                        differentiate(&wide, &plan.world, &plan.task, &objective, TAPE_MEMORY),
                        (0..ROUNDINGS).map(single).collect::<Vec<_>>(),
                    )
                })
                .collect();
            for (i, (found, (exact, cpu))) in found.iter().zip(&exact).enumerate() {
                let name = format!("{ground} {brain:?} {i}");
                assert_eq!(found.returns.ending, exact.returns.ending, "{name}");
                assert_eq!(found.returns.steps, exact.returns.steps, "{name}");
                let sizes = numbers(&candidates[i].map(f64::from), &plan);
                let (found, exact) = (classes(&wide(found)), classes(exact));
                let cpu: Vec<_> = cpu.iter().map(|g| classes(&wide(g))).collect();
                let weight = |class: &str| norm(&sizes[class]) / (sizes[class].len() as f64).sqrt();
                let largest = exact.iter().map(|(class, g)| norm(g) * weight(class)).fold(0.0, f64::max);
                for (class, exact) in exact {
                    let least = NOTHING * largest / weight(class).max(f64::MIN_POSITIVE);
                    let gpu = error(&found[class], &exact, least);
                    let cpu = cpu.iter().map(|cpu| error(&cpu[class], &exact, least)).fold(Error::NONE, Error::max);
                    all.push(Compared { name: name.clone(), class, gpu, cpu });
                }
            }
        }
    }
    all
}

/// Prints the median and the worst of each class; gives the largest median.
fn print(all: &[Compared]) -> f64 {
    let mut by_class: BTreeMap<&str, Vec<&Compared>> = BTreeMap::new();
    all.iter().for_each(|one| by_class.entry(one.class).or_default().push(one));
    let mut largest = 0.0_f64;
    for (class, mut list) in by_class {
        list.sort_by(|a, b| a.gpu.relative.total_cmp(&b.gpu.relative));
        let (median, worst) = (list[list.len() / 2], list[list.len() - 1]);
        let turn = list.iter().map(|one| one.gpu.turn).fold(0.0, f64::max);
        println!(
            "{class:18} median {:.1e}, worst {:.1e} (CPU in float32 {:.1e}) in {}, 1 - cos up to {turn:.1e}",
            median.gpu.relative, worst.gpu.relative, worst.cpu.relative, worst.name
        );
        largest = largest.max(median.gpu.relative);
    }
    largest
}

#[test]
fn sixty_steps_have_the_gradient_of_the_twin() {
    let _turn = adapter::turn();
    let mut all = compare(60, &[0, 1, 2, 3], None);
    // The same for gradients that fade.
    all.extend(compare(60, &[2], Some(0.1)));
    let median = print(&all);
    // Hardware's elementary functions are a few last places off.
    assert!(median < 2e-4, "{median:.1e}");
    for Compared { name, class, gpu, cpu } in &all {
        // Where large terms cancel, float32 is worse, on the CPU as well.
        let bound = (2.0 * cpu.relative).max(1e-3);
        assert!(gpu.relative < bound, "{name} {class}: {:.1e}, on the CPU {:.1e}", gpu.relative, cpu.relative);
        assert!(gpu.turn < 1e-4, "{name} {class}: 1 - cos {:.1e}, on the CPU {:.1e}", gpu.turn, cpu.turn);
    }
}

/// On hardware, whose rounding is another than any of the processor's, some of what looks steady there may not be.
fn on_software() -> bool {
    gpu().is_none_or(|gpu| gpu.facts.is_software())
}

#[test]
fn two_seconds_point_where_the_twin_points() {
    let _turn = adapter::turn();
    let all = compare(480, &[0, 2], None);
    print(&all);
    let steady: Vec<_> = all.iter().filter(|one| one.cpu.turn < STEADY).collect();
    println!("{} of {} are steady", steady.len(), all.len());
    // The closer friction comes to Coulomb's law, the more creatures are chaotic within two seconds.
    assert!(steady.len() as f64 >= 0.65 * all.len() as f64);
    let (allowed, mut strays) = (if on_software() { 0 } else { steady.len() / 50 }, 0);
    for Compared { name, class, gpu, cpu } in steady.iter().filter(|one| one.gpu.turn.is_nan() || one.gpu.turn >= 1e-3)
    {
        println!("strays: {name} {class}: 1 - cos {:.1e}, on the CPU {:.1e}", gpu.turn, cpu.turn);
        strays += 1;
    }
    assert!(strays <= allowed, "{strays} stray");
}

// ---- Edges

#[test]
fn what_diverges_has_no_gradient_and_leaves_its_neighbours_alone() {
    let _turn = adapter::turn();
    let [(_, plane), ..] = terrains();
    let plan = plan(plane, BrainName::Cpg, 30, Termination::default());
    let Some(gpu) = gpu() else { return };
    let (all, objective) = (bodies(BrainName::Cpg), objective(&plan));
    let way = GpuBackend::for_gradients(&plan, gpu, Options::default()).unwrap();
    assert!(way.differentiate(&[], &objective).unwrap().is_empty());
    let expected: Vec<_> = way.differentiate(&all, &objective).unwrap().iter().map(bits).collect();
    assert!(way.time() > Duration::ZERO);
    let mut broken = all.clone();
    broken[3].model.joints[0].servo.kp = f32::NAN;
    let found = way.differentiate(&broken, &objective).unwrap();
    assert_eq!(found[3].returns.ending, Ending::Diverged);
    assert!(found[3].candidate.model.links.iter().all(|link| link.mass.is_nan()));
    assert!(found[3].state.position.x.is_nan() && found[3].world.friction.is_nan());
    for i in (0..all.len()).filter(|&i| i != 3) {
        assert!(bits(&found[i]) == expected[i], "{i}");
    }
}

#[test]
fn too_little_memory_and_a_foreign_objective_are_errors() {
    let _turn = adapter::turn();
    let [(_, plane), ..] = terrains();
    let plan = plan(plane, BrainName::Cpg, 100, Termination::default());
    let Some(gpu) = gpu() else { return };
    let all = bodies(BrainName::Cpg);
    let little = GpuBackend::for_gradients(&plan, gpu, Options { tape: Some(10_000), ..Options::default() }).unwrap();
    let error = little.differentiate(&all, &objective(&plan)).unwrap_err().to_string();
    assert!(error.contains("way back"), "{error}");
    let error = little.differentiate(&all, &Objective::reward(1)).unwrap_err().to_string();
    assert!(error.contains("1 descriptors"), "{error}");
}

// ---- Bits

fn bits(g: &Gradient<f32>) -> Vec<u64> {
    let numbers = classes(&wide(g)).into_values().flatten().map(f64::to_bits);
    let returns = [f64::from(g.returns.steps), f64::from(g.returns.reward)].map(f64::to_bits);
    numbers.chain(returns).collect()
}

/// Bits do not depend on the order of a batch, on what else is in it, on parts, on the memory for the tape, on dispatches.
#[test]
fn nothing_but_the_creature_decides_its_bits() {
    let _turn = adapter::turn();
    let [_, (_, stairs), ..] = terrains();
    for brain in BRAINS {
        let termination = Termination { max_tilt: Some(0.6), ..Termination::default() };
        let plan = plan(stairs.clone(), brain, 120, termination);
        let Some(gpu) = gpu() else { return };
        let (all, objective) = (bodies(brain), objective(&plan));
        let with = |options| GpuBackend::for_gradients(&plan, gpu.clone(), options).unwrap();
        let found = |way: &GpuBackend, batch: &[Candidate<f32>]| -> Vec<Vec<u64>> {
            way.differentiate(batch, &objective).unwrap().iter().map(bits).collect()
        };
        let plain = with(Options::default());
        let gradients = plain.differentiate(&all, &objective).unwrap();
        let early = gradients.iter().filter(|g| g.returns.ending == Ending::Terminated).count();
        assert!(early > 0 && early < all.len(), "{early} of {} end early", all.len());
        let expected: Vec<_> = gradients.iter().map(bits).collect();
        // Forth, all is as in an evaluation.
        let outcomes = GpuBackend::new(&plan, gpu.clone(), Options::default()).unwrap().evaluate(&all).unwrap();
        for (outcome, gradient) in outcomes.iter().zip(&gradients) {
            let returns = &gradient.returns;
            assert_eq!((outcome.ending, outcome.steps), (returns.ending, returns.steps));
            // With a world model the two are so different code that compilers round it otherwise.
            if brain == BrainName::Watched {
                assert!((outcome.reward - returns.reward).abs() < 1e-3, "{} {}", outcome.reward, returns.reward);
                continue;
            }
            assert_eq!(outcome.reward.to_bits(), returns.reward.to_bits());
            assert_eq!(outcome.descriptors, returns.descriptors);
        }
        assert!(found(&plain, &all) == expected, "the same once more");
        let reversed: Vec<_> = all.iter().rev().cloned().collect();
        assert!(found(&plain, &reversed).iter().rev().eq(&expected), "the other way round");
        for i in (0..all.len()).step_by(3) {
            assert!(found(&plain, &all[i..=i]) == expected[i..=i], "{i} alone");
        }
        let little = |records: u64| Options { tape: Some(records * 14 * 32 * 16), ..Options::default() };
        let ways = [
            ("in rounds", Options { rounds: Some(3), ..Options::default() }),
            ("step by step", Options { dispatch_time: Some(Duration::ZERO), ..Options::default() }),
            ("all steps at once", Options { dispatch_time: Some(Duration::from_secs(1000)), ..Options::default() }),
            ("in segments", little(60)),
            ("in the least memory", little(24)),
            (
                "in segments, step by step, narrow",
                Options { dispatch_time: Some(Duration::ZERO), widest: Some(1), ..little(40) },
            ),
        ];
        let checked = ("with checks", Options { checked: true, ..Options::default() });
        // Checks are other code, which a driver may round differently; on the software adapter they are seen not to, but for world models.
        let same = gpu.facts.is_software() && brain != BrainName::Watched;
        let ways = ways.into_iter().chain(same.then_some(checked));
        for (name, options) in ways {
            let found = found(&with(options), &all);
            let changed: Vec<usize> = (0..all.len()).filter(|&i| found[i] != expected[i]).collect();
            assert!(changed.is_empty(), "{brain:?} {name}: {changed:?} are not the same");
        }
    }
}

/// Reward and descriptors one by one, as emitters that branch want them, have the bits that each has by itself.
#[test]
fn several_objectives_in_one_way_back_change_no_bit() {
    let _turn = adapter::turn();
    for brain in BRAINS {
        let termination = Termination { min_height: Some(0.04), max_tilt: Some(0.6) };
        let [(_, plane), ..] = terrains();
        let plan = plan(plane, brain, 60, termination);
        let Some(gpu) = gpu() else { return };
        let mut all = bodies(brain);
        all.truncate(6);
        all[2].model.joints[0].servo.kp = f32::NAN;
        let count = plan.task.descriptors.len();
        let one = |i| Objective { reward: 0.0, descriptors: (0..count).map(|k| f64::from(u8::from(k == i))).collect() };
        let smooth = (0..count).filter(|&i| plan.task.descriptors[i].has_gradient());
        let objectives: Vec<Objective> = std::iter::once(Objective::reward(count)).chain(smooth.map(one)).collect();
        let with = |options| GpuBackend::for_gradients(&plan, gpu.clone(), options).unwrap();
        let single = with(Options::default());
        let alone: Vec<Vec<Vec<u64>>> = objectives
            .iter()
            .map(|objective| single.differentiate(&all, objective).unwrap().iter().map(bits).collect())
            .collect();
        let follows: Vec<usize> = (0..all.len()).map(|i| i * 2 % objectives.len()).collect();
        for (i, own) in single.differentiate_own(&all, &objectives, &follows).unwrap().iter().enumerate() {
            assert!(bits(own) == alone[follows[i]][i], "{brain:?}, candidate {i} with an objective of its own");
        }
        let little = Options { tape: Some(24 * 14 * 32 * 16), rounds: Some(2), ..Options::default() };
        for way in [with(Options::default()), with(little)] {
            let each = way.differentiate_each(&all, &objectives).unwrap();
            assert_eq!(each.len(), all.len());
            assert_eq!(each[2][0].returns.ending, Ending::Diverged);
            for (i, gradients) in each.iter().enumerate() {
                assert_eq!(gradients.len(), objectives.len());
                for (number, gradient) in gradients.iter().enumerate() {
                    assert!(bits(gradient) == alone[number][i], "{brain:?}, candidate {i}, objective {number}");
                }
            }
        }
    }
}
