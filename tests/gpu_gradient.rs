//! Gradients of episodes on the GPU against their twin on the CPU in float64, class of parameters by class; and that their bits depend on
//! nothing but the creature.
#![cfg(feature = "gpu")]

mod gpu;
mod zoo;

use burgess::creature::{Candidate, Controller, Link};
use burgess::experiment::{Policy, Termination};
use burgess::laws::terrain::TerrainSpec;
use burgess::math::Vec3;
use burgess::sim::Ending;
use burgess::sim::cpu::reverse::episode::{TAPE_MEMORY, differentiate};
use burgess::sim::gpu::gradient::GpuGradient;
use burgess::sim::gpu::{GpuBackend, Options};
use burgess::sim::gradient::{Differentiate, Gradient, Objective};
use burgess::sim::plan::{BrainKind, Plan};
use burgess::sim::Backend;
use gpu::gpu;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;
use zoo::{BODIES, cpg, experiment, mlp, random_candidates, recorded, shipped, stream, terrains};

/// Steps a second.
const RATE: f64 = 240.0;

const BRAINS: [BrainName; 3] = [BrainName::Cpg, BrainName::Mlp, BrainName::Sequence];

#[derive(Clone, Copy, Debug, PartialEq)]
enum BrainName {
    Cpg,
    Mlp,
    Sequence,
}

impl BrainName {
    fn policy(self) -> Policy {
        match self {
            Self::Mlp => mlp(),
            Self::Cpg | Self::Sequence => cpg(),
        }
    }
}

fn plan(terrain: TerrainSpec, brain: BrainName, steps: u32, termination: Termination) -> Plan {
    let mut experiment = experiment(brain.policy(), terrain, f64::from(steps) / RATE);
    experiment.task.termination = termination;
    let mut plan = Plan::new(&experiment);
    assert_eq!(plan.task.steps, steps);
    if brain == BrainName::Sequence {
        (plan.brain, plan.task.control_period) = (BrainKind::Sequence, 4);
    }
    plan
}

/// The reward and every descriptor that has a gradient.
fn objective(plan: &Plan) -> Objective {
    let weight = |(i, descriptor): (usize, &burgess::laws::descriptor::Descriptor)| {
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
    let random = random.map(|candidate| if brain == BrainName::Sequence { recorded(candidate, 9, 3) } else { candidate });
    shipped.chain(random).map(|candidate| candidate.map(|x| x as f32)).collect()
}

/// A gradient's numbers, class by class.
fn classes(g: &Gradient<f64>) -> BTreeMap<&'static str, Vec<f64>> {
    let links = |f: fn(&Link<f64>) -> Vec<f64>| g.candidate.creature.links.iter().flat_map(f).collect::<Vec<f64>>();
    let contacts = &g.candidate.creature.contacts;
    let vector = |v: Vec3<f64>| v.to_array().to_vec();
    let mut all = BTreeMap::from([
        ("mass", links(|l| vec![l.mass])),
        ("com", links(|l| l.com.to_array().into())),
        ("inertia", links(|Link { inertia: i, .. }| vec![i.xx, i.yy, i.zz, i.xy, i.xz, i.yz])),
        ("joint position", links(|l| l.joint_position.to_array().into())),
        ("axis", links(|l| l.axis.to_array().into())),
        ("limits", links(|l| vec![l.lower, l.upper])),
        ("kp", links(|l| vec![l.kp])),
        ("kd", links(|l| vec![l.kd])),
        ("torque limit", links(|l| vec![l.torque_limit])),
        ("armature", links(|l| vec![l.armature])),
        ("damping", links(|l| vec![l.damping])),
        ("limit stiffness", links(|l| vec![l.limit_stiffness])),
        ("contact centre", contacts.iter().flat_map(|c| c.centre.to_array()).collect()),
        ("contact radius", contacts.iter().map(|c| c.radius).collect()),
        ("contact stiffness", vec![g.candidate.creature.contact_stiffness]),
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
        returns: burgess::sim::cpu::episode::Returns {
            reward: wide(g.returns.reward),
            descriptors: list(&g.returns.descriptors),
            ending: g.returns.ending,
            steps: g.returns.steps,
        },
        candidate: g.candidate.map(wide),
        prelude: burgess::sim::gradient::PreludeGradient {
            start: p.start.map(wide),
            contact_width: wide(p.contact_width),
            reference_force: wide(p.reference_force),
            mass: wide(p.mass),
            leg_span: wide(p.leg_span),
        },
        world: burgess::sim::gradient::WorldGradient {
            gravity: w.gravity.map(wide),
            friction: wide(w.friction),
            contact_damping: wide(w.contact_damping),
        },
        state: burgess::sim::gradient::StateGradient {
            position: s.position.map(wide),
            rotation: s.rotation.map(wide),
            velocity: s.velocity.map(wide),
            angular_velocity: s.angular_velocity.map(wide),
            angles: list(&s.angles),
            rates: list(&s.rates),
        },
    }
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Distance over the norm of the second, and one less the cosine.
fn error(found: &[f64], expected: &[f64]) -> (f64, f64) {
    let gap: Vec<f64> = found.iter().zip(expected).map(|(a, b)| a - b).collect();
    let dot: f64 = found.iter().zip(expected).map(|(a, b)| a * b).sum();
    let (a, b) = (norm(found), norm(expected));
    if b == 0.0 {
        return (a, a);
    }
    (norm(&gap) / b, 1.0 - dot / (a * b))
}

/// One creature's errors on the GPU and, with the CPU in float32, what float32 itself makes.
struct Compared {
    name: String,
    class: &'static str,
    gpu: (f64, f64),
    cpu: (f64, f64),
}

fn compare(steps: u32) -> Vec<Compared> {
    let mut all = Vec::new();
    for (ground, terrain) in terrains() {
        for brain in BRAINS {
            let plan = plan(terrain.clone(), brain, steps, Termination::default());
            let Some(gpu) = gpu() else { return all };
            let differentiator = GpuGradient::new(&plan, gpu, Options::default()).unwrap();
            let (candidates, objective) = (bodies(brain), objective(&plan));
            let found = differentiator.differentiate(&candidates, &objective).unwrap();
            let exact: Vec<(Gradient<f64>, Gradient<f32>)> = candidates
                .par_iter()
                .map(|candidate| {
                    let wide = candidate.map(f64::from);
                    (
                        differentiate(&wide, &plan.world, &plan.task, &objective, TAPE_MEMORY),
                        differentiate(candidate, &plan.world.cast(), &plan.task, &objective, TAPE_MEMORY),
                    )
                })
                .collect();
            for (i, (found, (exact, cpu))) in found.iter().zip(&exact).enumerate() {
                let name = format!("{ground} {brain:?} {i}");
                assert_eq!(found.returns.ending, exact.returns.ending, "{name}");
                assert_eq!(found.returns.steps, exact.returns.steps, "{name}");
                let (found, cpu, exact) = (classes(&wide(found)), classes(&wide(cpu)), classes(exact));
                for (class, exact) in exact {
                    let (gpu, cpu) = (error(&found[class], &exact), error(&cpu[class], &exact));
                    all.push(Compared { name: name.clone(), class, gpu, cpu });
                }
            }
        }
    }
    all
}

/// Median and worst of each class.
fn print(all: &[Compared]) {
    let mut by_class: BTreeMap<&str, Vec<&Compared>> = BTreeMap::new();
    all.iter().for_each(|one| by_class.entry(one.class).or_default().push(one));
    for (class, mut list) in by_class {
        list.sort_by(|a, b| a.gpu.0.total_cmp(&b.gpu.0));
        let (median, worst) = (list[list.len() / 2], list[list.len() - 1]);
        println!(
            "{class:18} median {:.1e} ({:.1e} on the CPU), worst {:.1e}, 1 - cos {:.1e} ({:.1e}, {:.1e} on the CPU) in {}",
            median.gpu.0, median.cpu.0, worst.gpu.0, worst.gpu.1, worst.cpu.0, worst.cpu.1, worst.name
        );
    }
}

#[test]
fn sixty_steps_have_the_gradient_of_the_twin() {
    let _turn = gpu::turn();
    let all = compare(60);
    print(&all);
    for one in &all {
        assert!(one.gpu.0 < 1e-3, "{} {}: {:.1e}, on the CPU {:.1e}", one.name, one.class, one.gpu.0, one.cpu.0);
        assert!(one.gpu.1 < 1e-4, "{} {}: {:.1e}, on the CPU {:.1e}", one.name, one.class, one.gpu.1, one.cpu.1);
    }
}
