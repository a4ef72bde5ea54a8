//! The GPU against its twin on the CPU, both in float32: single steps from states of all kinds, then a second of every shipped
//! body, then random genomes. Where the two part, the CPU in float64 tells whose error it is.

use crate::adapter::{self, gpu};
use crate::gradient::rounded;
use crate::zoo::{BODIES, cpg, experiment, mlp, random_candidates, recorded, shipped, terrains};
use burgess_core::autodiff::Value;
use burgess_core::math::{Quat, Vec3};
use burgess_evolution::genome::Policy;
use burgess_physics::batch::{Backend, CpuBackend, Outcome};
use burgess_physics::gpu::{GpuBackend, Options, Standing};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Candidate, Controller, Model, rest_origins};
use burgess_physics::plan::{BrainKind, Plan};
use burgess_physics::step::body_plan::BodyPlan;
use burgess_physics::step::episode::Episode;
use burgess_physics::step::state::{ContactState, Drive, LinkState, PairState, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::task::Returns;
use burgess_physics::task::{Ending, Termination};
use burgess_physics::world::World;
use std::sync::OnceLock;

/// Steps of a second.
const SECOND: u32 = 240;

const BRAINS: [BrainName; 3] = [BrainName::Cpg, BrainName::Mlp, BrainName::Sequence];

#[derive(Clone, Copy, Debug)]
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

/// A ground and a kind of brain, on both backends.
struct Ring {
    name: String,
    plan: Plan,
    gpu: GpuBackend,
}

impl Ring {
    fn new(terrain: &(&str, TerrainSpec), brain: BrainName, seconds: f64, termination: Termination) -> Option<Self> {
        let mut experiment = experiment(brain.policy(), terrain.1.clone(), seconds);
        experiment.task.termination = termination;
        let mut plan = experiment.plan();
        if matches!(brain, BrainName::Sequence) {
            (plan.brain, plan.task.control_period) = (BrainKind::Sequence, 4);
        }
        let gpu = GpuBackend::new(&plan, gpu()?, Options::default()).unwrap();
        Some(Self { name: format!("{} {brain:?}", terrain.0), plan, gpu })
    }

    /// Both kinds of policy and recorded actions on all grounds, for long episodes; compiled once for all tests.
    fn all() -> impl Iterator<Item = (BrainName, &'static Self)> {
        static RINGS: [[OnceLock<Option<Ring>>; 3]; 4] = [const { [const { OnceLock::new() }; 3] }; 4];
        terrains().into_iter().zip(&RINGS).flat_map(|(terrain, rings)| {
            BRAINS.into_iter().zip(rings).filter_map(move |(brain, ring)| {
                let ring = ring.get_or_init(|| Self::new(&terrain, brain, 10.0, Termination::default()));
                Some((brain, ring.as_ref()?))
            })
        })
    }

    /// The state after some steps on the CPU.
    fn on_cpu<T: Value>(&self, candidate: &Candidate<T>, steps: u32) -> State<T> {
        let world = self.plan.world.cast::<T>();
        let mut episode = Episode::new(candidate, &world, &self.plan.task);
        (0..steps).for_each(|_| assert!(episode.advance(), "the episode is too short"));
        episode.state
    }
}

fn single(candidates: &[Candidate<f64>]) -> Vec<Candidate<f32>> {
    candidates.iter().map(|candidate| candidate.clone().map(|x| x as f32)).collect()
}

/// Every shipped body, with some random brains each.
fn shipped_bodies(brain: BrainName, brains: u64) -> Vec<Candidate<f64>> {
    let one = |(name, seed): (&str, u64)| {
        let candidate = shipped(name, brain.policy(), seed);
        if matches!(brain, BrainName::Sequence) { recorded(candidate, 70, seed) } else { candidate }
    };
    (0..brains).flat_map(|seed| BODIES.map(|name| (name, seed))).map(one).collect()
}

/// Sorted, with the median and the worst in words.
fn spread(mut values: Vec<f64>) -> (f64, f64, String) {
    values.sort_by(f64::total_cmp);
    let (median, worst) = (values[values.len() / 2], values[values.len() - 1]);
    (median, worst, format!("median {median:.1e}, worst {worst:.1e}"))
}

/// The largest; what is no number is larger than all others.
fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|x| if x.is_nan() { f64::INFINITY } else { x }).fold(0.0, f64::max)
}

fn norm(v: Vec3<f64>) -> f64 {
    v.norm_squared().sqrt()
}

// ---- One step

/// What is compared: the numbers of a state, quantity by quantity.
const QUANTITIES: [&str; 9] =
    ["position", "orientation", "angle", "velocity", "rate", "momentum", "spin", "force", "free gain"];

type Numbers = [Vec<f64>; QUANTITIES.len()];

fn numbers(state: &State<f64>) -> Numbers {
    let q = state.orientation;
    let links = |f: fn(&LinkState<f64>) -> Vec<f64>| state.links.iter().flat_map(f).collect::<Vec<f64>>();
    [
        state.position.to_array().into(),
        vec![q.w, q.v.x, q.v.y, q.v.z],
        links(|l| vec![l.angle]),
        state.velocity.to_array().into(),
        links(|l| vec![l.rate]),
        links(|l| l.momentum.to_array().into()),
        links(|l| l.spin.to_array().into()),
        state.normal_forces().collect(),
        // In proportion to the force, as far as that is small: in the air the gain is nothing but tails of laws.
        state.contacts.iter().flat_map(|c| (c.free_gain * c.normal_force.min(1.0)).to_array()).collect(),
    ]
}

/// Share of the largest number of the same quantity in the creature, before or after the step, that two numbers may differ by.
const SHARE: f64 = 1e-5;
/// For each quantity, the spacings of float32 at the farthest coordinate that a contact's depth may be wrong by, since a pose adds
/// up a chain of links and both twins round; less for the base, which averages over its contacts. The ground is so stiff that
/// a contact answers an error of its depth within one step, and its friction so strong that it answers one of its slip, which sets the floors: for
/// a force, the stiffness times that depth, and the damping times its speed; for a velocity, the depth over the time step; for a rate, that over the
/// length of a link; for a momentum, that times the mass. Positions and orientations have no floor but the largest number itself.
const SPACINGS: [f64; QUANTITIES.len()] = [0.0, 0.0, 4.0, 2.0, 4.0, 2.0, 4.0, 4.0, 4.0];
/// Share of its bound that nine states of ten keep within, on software adapters; hardware takes roots and exponentials from
/// tables, and only has the bounds.
const NINE_OF_TEN: f64 = 0.1;
/// Length of a short link (m).
const LINK: f64 = 0.1;

/// How far the numbers of each quantity may lie apart.
fn bounds(model: &Model<f32>, world: &World<f64>, case: &Case) -> [f64; QUANTITIES.len()] {
    let Case { before, after, deepest, .. } = case;
    let dt = world.dt;
    let largest = |q: usize| largest(before[q].iter().chain(&after[q]).map(|x| x.abs()));
    let reach = f64::from(BodyPlan::new(model, &rest_origins(model), Vec3::zero()).facts.leg_span) * 0.5;
    let depth = f64::from(f32::EPSILON) * (largest(0) + reach);
    let speed = depth / dt;
    let damping = 1.0 + world.contact_damping * deepest / dt;
    let force = f64::from(model.contact_stiffness) * depth * damping;
    let turning = speed / LINK;
    let floors = [0.0, 0.0, turning * dt, speed, turning, speed * f64::from(model.mass()), turning, force, speed];
    std::array::from_fn(|q| (SHARE * largest(q)).max(SPACINGS[q] * floors[q]))
}

/// The largest difference of each quantity, as a share of its bound.
fn excess(a: &Numbers, b: &Numbers, bounds: &[f64; QUANTITIES.len()]) -> [f64; QUANTITIES.len()] {
    std::array::from_fn(|q| largest(a[q].iter().zip(&b[q]).map(|(x, y)| (x - y).abs())) / bounds[q])
}

fn double(state: &State<f32>) -> State<f64> {
    let link = |l: &LinkState<f32>| LinkState {
        angle: f64::from(l.angle),
        rate: f64::from(l.rate),
        momentum: l.momentum.to_f64(),
        spin: l.spin.to_f64(),
    };
    let contact = |c: &ContactState<f32>| ContactState {
        normal_force: f64::from(c.normal_force),
        free_gain: c.free_gain.to_f64(),
    };
    let q = state.orientation;
    let [w, x, y, z] = [q.w, q.v.x, q.v.y, q.v.z].map(f64::from);
    State {
        position: state.position.to_f64(),
        orientation: Quat::new(w, x, y, z),
        velocity: state.velocity.to_f64(),
        angular_velocity: state.angular_velocity.to_f64(),
        links: state.links.iter().map(link).collect(),
        contacts: state.contacts.iter().map(contact).collect(),
        pairs: state.pairs.iter().map(|p| PairState { key: p.key, bristle: p.bristle.to_f64() }).collect(),
        objects: state.objects.iter().map(double).collect(),
    }
}

/// What goes on in a step.
const KINDS: [&str; 7] = ["resting", "sliding", "touching", "leaving", "airborne", "at a limit", "saturated"];

fn kinds(model: &Model<f32>, dt: f32, before: &State<f32>, episode: &Episode<'_, f32>) -> [bool; KINDS.len()] {
    let (after, work) = (&episode.state, &episode.work);
    let load = 0.01 * model.mass() * 9.81;
    let forces = || before.normal_forces().zip(after.normal_forces());
    let slip = |(k, c): (usize, &burgess_physics::model::ContactPoint<f32>)| {
        let (contact, moving) = (&work.contacts[k], work.links[c.link].twist_after.at(work.contacts[k].point));
        let across = moving - contact.normal * moving.dot(contact.normal);
        after.contacts[k].normal_force > load && across.norm_squared() > 0.01
    };
    let slow = |l: &LinkState<f32>| l.rate.abs() < 0.05 && l.spin.norm_squared() < 0.05 * 0.05;
    let saturated = |i: usize| {
        let (servo, joint) = (&model.joint(i).servo, &before.links[i]);
        let wanted = servo.kp * (episode.drive.targets[i] - joint.angle - dt * joint.rate) - servo.kd * joint.rate;
        wanted.abs() > servo.torque_limit
    };
    [
        after.links.iter().all(slow) && after.normal_forces().any(|f| f > load),
        model.contacts.iter().enumerate().any(slip),
        forces().any(|(b, a)| b < load && a > load),
        forces().any(|(b, a)| b > load && a < load),
        !model.contacts.is_empty() && forces().all(|(b, a)| b.max(a) < 0.1 * load),
        work.links.iter().skip(1).any(|own| own.limit_use > 0.5),
        (1..model.links.len()).any(saturated),
    ]
}

/// A step, from where an episode stands on the CPU.
struct Case {
    standing: Standing,
    before: Numbers,
    after: Numbers,
    /// The same step in float64.
    fine: Numbers,
    /// How deep the deepest contact is before it (m).
    deepest: f64,
    kinds: [bool; KINDS.len()],
}

/// The step after `steps` steps.
fn case(ring: &Ring, world: &World<f32>, candidate: &Candidate<f32>, steps: u32) -> Case {
    let mut episode = Episode::new(candidate, world, &ring.plan.task);
    (0..steps).for_each(|_| assert!(episode.advance(), "the episode is too short"));
    let standing = Standing { state: episode.state.clone(), targets: episode.drive.targets.clone() };
    episode.advance();
    let exact = candidate.clone().map(f64::from);
    let mut drive = Drive::idle(&exact.model);
    drive.targets = episode.drive.targets.iter().map(|&x| f64::from(x)).collect();
    let mut fine = double(&standing.state);
    let mut work = Work::new(&exact.model, ring.plan.world.gravity, ring.plan.world.contact_width);
    step(&exact.model, &ring.plan.world, &drive, &mut fine, &mut work);
    Case {
        before: numbers(&double(&standing.state)),
        after: numbers(&double(&episode.state)),
        fine: numbers(&fine),
        deepest: largest(work.contacts.iter().map(|contact| -contact.gap).chain([0.0])),
        kinds: kinds(&candidate.model, world.dt, &standing.state, &episode),
        standing,
    }
}

/// Every shipped body with two brains, and once without any command.
fn stepping(brain: BrainName) -> Vec<Candidate<f32>> {
    let mut candidates = shipped_bodies(brain, 2);
    if matches!(brain, BrainName::Sequence) {
        let still = |candidate: &Candidate<f64>| Candidate {
            model: candidate.model.clone(),
            controller: Controller::Sequence { actions: vec![0.0; candidate.model.joint_count()] },
        };
        candidates.extend(candidates[..BODIES.len()].iter().map(still).collect::<Vec<_>>());
    }
    single(&candidates)
}

#[test]
fn one_step_from_any_state_is_the_same_to_five_digits() {
    let _turn = adapter::turn();
    let mut seen = [0; KINDS.len()];
    // As shares of the bounds: the GPU from the CPU, the GPU from float64, the CPU from float64.
    let mut apart: [[Vec<f64>; 3]; QUANTITIES.len()] = Default::default();
    let mut software = true;
    for (brain, ring) in Ring::all() {
        software &= ring.gpu.gpu().facts.is_software();
        let (candidates, world) = (stepping(brain), ring.plan.world.cast::<f32>());
        for steps in [4, 16, 40, 80, 160, 236, 480] {
            let cases: Vec<Case> = candidates.iter().map(|c| case(ring, &world, c, steps)).collect();
            let standing: Vec<Standing> = cases.iter().map(|case| case.standing.clone()).collect();
            let found = ring.gpu.states_after_from(&candidates, &standing, steps..steps + 1).unwrap();
            for ((candidate, case), found) in candidates.iter().zip(&cases).zip(&found) {
                seen.iter_mut().zip(case.kinds).for_each(|(count, is)| *count += usize::from(is));
                let bounds = bounds(&candidate.model, &ring.plan.world, case);
                let found = numbers(&double(found));
                for (i, (a, b)) in
                    [(&found, &case.after), (&found, &case.fine), (&case.after, &case.fine)].into_iter().enumerate()
                {
                    let excess = excess(a, b, &bounds);
                    (0..QUANTITIES.len()).for_each(|q| apart[q][i].push(excess[q]));
                }
            }
        }
    }
    if apart[0][0].is_empty() {
        return;
    }
    println!("{} steps: {seen:?} {KINDS:?}", apart[0][0].len());
    for (name, [twins, gpu, cpu]) in QUANTITIES.iter().zip(&apart) {
        let [twins, gpu, cpu] = [twins, gpu, cpu].map(|values| spread(values.clone()));
        println!("{name}, shares of the bound: GPU from CPU {}; from float64 GPU {}, CPU {}", twins.2, gpu.2, cpu.2);
    }
    assert!(seen.iter().all(|&count| count >= 10), "{seen:?} {KINDS:?}");
    for (name, [twins, ..]) in QUANTITIES.iter().zip(&apart) {
        let worst = largest(twins.iter().copied());
        assert!(worst <= 1.0, "{name}: {worst} times the bound");
        // A law that is a little wrong would not show among the worst, but among the many.
        let mut sorted = twins.clone();
        sorted.sort_by(f64::total_cmp);
        let most = sorted[sorted.len() * 9 / 10];
        println!("{name}: nine of ten within {most:.1e}");
        assert!(most <= if software { NINE_OF_TEN } else { 1.0 }, "{name}: one of ten is over {most} times the bound");
    }
}

// ---- A second

/// Bound on the base's position after a second (m), of a body that roundings of float32 on the CPU place ten times better.
const APART: f64 = 1e-3;
/// Share of the bodies that they do not place so well: feet that slip and stick at a hair.
const UNSTEADY: f64 = 0.2;
/// Roundings of float32 that are tried.
const ROUNDINGS: u64 = 8;

#[test]
fn a_second_of_every_shipped_body_ends_in_the_same_place() {
    let _turn = adapter::turn();
    let (mut unsteady, mut all) = (0, 0);
    for (brain, ring) in Ring::all() {
        let doubles = shipped_bodies(brain, 3);
        let candidates = single(&doubles);
        let found = ring.gpu.states_after(&candidates, SECOND).unwrap();
        let (mut gaps, mut rounding, mut steady) = (Vec::new(), Vec::new(), Vec::new());
        for ((found, candidate), exact) in found.iter().zip(&candidates).zip(&doubles) {
            let expected = ring.on_cpu(candidate, SECOND).position.to_f64();
            let others = (0..ROUNDINGS).map(|seed| ring.on_cpu(&rounded(candidate, seed), SECOND).position.to_f64());
            let fine = ring.on_cpu(exact, SECOND).position;
            let own = largest(others.chain([fine]).map(|other| norm(other - expected)));
            let gap = norm(found.position.to_f64() - expected);
            gaps.push(gap);
            rounding.push(own);
            if own <= 0.1 * APART {
                steady.push(gap);
            } else {
                println!("{}: not steady, GPU from CPU {gap:.0e}, roundings on the CPU {own:.0e}", ring.name);
            }
        }
        all += gaps.len();
        unsteady += gaps.len() - steady.len();
        let (gaps, rounding, steady) = (spread(gaps), spread(rounding), largest(steady.into_iter()));
        println!("{}: GPU from CPU {}; roundings on the CPU {} (m)", ring.name, gaps.2, rounding.2);
        assert!(gaps.0 <= 0.05 * APART, "{}: median {} m apart", ring.name, gaps.0);
        assert!(steady <= APART, "{}: {steady} m apart", ring.name);
    }
    println!("{unsteady} of {all} are not steady");
    assert!(unsteady as f64 <= UNSTEADY * all as f64);
}

// ---- Random genomes

/// What an episode gave, in float64, whatever computed it.
#[derive(Clone, Debug)]
struct Given {
    ending: Ending,
    steps: u32,
    /// Reward, then descriptors, of which the first two are the base's position (m).
    values: Vec<f64>,
}

impl From<Returns<f64>> for Given {
    fn from(returns: Returns<f64>) -> Self {
        let values = std::iter::once(returns.reward).chain(returns.descriptors).collect();
        Self { ending: returns.ending, steps: returns.steps, values }
    }
}

impl From<&Outcome> for Given {
    fn from(outcome: &Outcome) -> Self {
        let values = [outcome.reward].iter().chain(&outcome.descriptors).map(|&x| f64::from(x)).collect();
        Self { ending: outcome.ending, steps: outcome.steps, values }
    }
}

impl Given {
    fn ends_like(&self, other: &Self) -> bool {
        (self.ending, self.steps) == (other.ending, other.steps)
    }

    fn gap(&self, other: &Self) -> f64 {
        (self.values[1] - other.values[1]).hypot(self.values[2] - other.values[2])
    }

    /// Largest difference of a value, as a share of it where it is above 1.
    fn difference(&self, other: &Self) -> f64 {
        let pairs = self.values.iter().zip(&other.values);
        largest(pairs.map(|(a, b)| (a - b).abs() / b.abs().max(1.0)))
    }
}

/// Bounds: on the median of the base's position (m); on any value of a creature that is steady, i.e. that float32 and float64 on
/// the CPU agree about ten times better; on the share of creatures that are not; and on the share of those that look steady and
/// still come out otherwise on the device: two ways to round do not find every fork in a creature's way, a third may.
const MEDIAN: f64 = 1e-4;
const STEADY: f64 = 1e-3;
const CHAOTIC: f64 = 0.05;
const STRAYED: f64 = 0.02;

#[test]
fn a_second_of_random_genomes_earns_the_same() {
    let _turn = adapter::turn();
    let (mut gaps, mut rewards, mut rounding) = (Vec::new(), Vec::new(), Vec::new());
    let (mut chaotic, mut strayed, mut early) = (0, 0, 0);
    for (k, terrain) in terrains().iter().enumerate() {
        for (brain, first) in [(BrainName::Cpg, 0), (BrainName::Mlp, 1000)] {
            let falling = Termination { max_tilt: Some(0.6), ..Termination::default() };
            let Some(ring) = Ring::new(terrain, brain, 1.0, falling) else { return };
            let first = first + 100 * k as u64;
            let doubles = random_candidates(brain.policy(), first..first + 80);
            let candidates = single(&doubles);
            let cpu = CpuBackend::new(&ring.plan, None).unwrap().evaluate(&candidates).unwrap();
            let gpu = ring.gpu.evaluate(&candidates).unwrap();
            for ((gpu, cpu), exact) in gpu.iter().zip(&cpu).zip(&doubles) {
                let fine: Given = Episode::new(exact, &ring.plan.world, &ring.plan.task).run().into();
                let (gpu, cpu) = (Given::from(gpu), Given::from(cpu));
                gaps.push(gpu.gap(&cpu));
                rounding.push(fine.gap(&cpu));
                rewards.push((gpu.values[0] - cpu.values[0]).abs());
                early += usize::from(cpu.ending == Ending::Terminated);
                if fine.ends_like(&cpu) && cpu.difference(&fine) <= 0.1 * STEADY {
                    if !(gpu.ends_like(&cpu) && gpu.difference(&cpu) <= STEADY) {
                        strayed += 1;
                        println!("{}: steady on the CPU, yet {gpu:?} against {cpu:?}", ring.name);
                    }
                } else {
                    chaotic += 1;
                    let (twins, own) = (gpu.difference(&cpu), cpu.difference(&fine));
                    println!("{}: not steady, GPU from CPU {twins:.0e}, CPU from float64 {own:.0e}", ring.name);
                }
            }
        }
    }
    let count = gaps.len();
    let (gaps, rewards, rounding) = (spread(gaps), spread(rewards), spread(rounding));
    println!("{count} genomes, {early} ended early, {chaotic} not steady, {strayed} strayed");
    println!("position: GPU from CPU {}; CPU from float64 {} (m)\nreward: {}", gaps.2, rounding.2, rewards.2);
    assert!(gaps.0 <= MEDIAN, "median {} m", gaps.0);
    assert!((chaotic as f64) < CHAOTIC * count as f64, "{chaotic} of {count} are not steady");
    assert!((strayed as f64) < STRAYED * count as f64, "{strayed} of {count} strayed");
    assert!(early > 10, "only {early} end early, so endings are hardly compared");
}

/// A hundred seconds of standing still: in single precision a plain sum of so many steps is off in its fifth figure.
#[test]
fn sums_of_a_long_episode_do_not_drift() {
    let Some(device) = gpu() else { return };
    let mut plan = experiment(cpg(), TerrainSpec::default(), 100.0).plan();
    plan.task.reward = vec![(RewardTerm::Survival, 1.0)];
    plan.task.descriptors = vec![Descriptor::MeanHeight];
    let still = shipped("tripod", cpg(), 0).map(|x| x as f32);
    let outcome = GpuBackend::new(&plan, device, Options::default()).unwrap().evaluate(&[still]).unwrap().remove(0);
    assert_eq!(outcome.ending, Ending::Finished);
    assert!((outcome.reward - 100.0).abs() < 5e-5, "{}", outcome.reward);
}
