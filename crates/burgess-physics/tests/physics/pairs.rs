//! Links of one creature that touch each other: momentum, depth, gradients.

use crate::bodies::{Builder, capsule, folding_body, folding_brain, sphere, v};
use burgess_core::autodiff::{Dual, real};
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::gradient::Objective;
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{BaseKind, Candidate, JointKind};
use burgess_physics::step::episode::Episode;
use burgess_physics::step::pairs::pairs_that_touch;
use burgess_physics::step::prelude::Prelude;
use burgess_physics::step::reverse::episode::{TAPE_MEMORY, differentiate};
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::task::{Ending, TaskPlan};
use burgess_physics::world::{Physics, SelfCollision, World};

pub(crate) fn stream(seed: u64) -> Stream {
    Stream::new(seed, 0, 0, Purpose::Test)
}

pub(crate) fn world(gravity: f64, rate: u32) -> World<f64> {
    let physics = Physics { gravity, rate, self_collision: SelfCollision::On, ..Physics::default() };
    World::new(&physics, &TerrainSpec::default(), 0)
}

/// An episode with a few terms of each kind to differentiate.
pub(crate) fn task(steps: u32) -> TaskPlan {
    TaskPlan {
        steps,
        control_period: 1,
        reward: vec![(RewardTerm::ForwardVelocity, 1.0), (RewardTerm::Energy, 0.01), (RewardTerm::Upright, 0.3)],
        descriptors: vec![Descriptor::FinalX, Descriptor::FinalY, Descriptor::MeanHeight],
        min_height: None,
        min_up: None,
        frame: None,
        observer: None,
    }
}

/// Contacts between links over an episode.
fn contacts(candidate: &Candidate<f64>, world: &World<f64>, task: &TaskPlan) -> usize {
    let mut episode = Episode::new(candidate, world, task);
    let mut count = 0;
    while episode.advance() {
        count += episode.work.pairs.iter().filter(|pair| pair.force.normal > 0.0).count();
    }
    count
}

type D = Dual<f64, 1>;

/// Every number of a candidate moves at random; the derivative of the objective against that of the backward pass.
pub(crate) fn gradient_error(
    candidate: &Candidate<f64>,
    world: &World<f64>,
    task: &TaskPlan,
    stream: &mut Stream,
) -> f64 {
    let objective = Objective { reward: 0.7, descriptors: vec![0.5, 0.3, 1.0] };
    let gradient = differentiate(candidate, world, task, &objective, TAPE_MEMORY);
    assert_ne!(gradient.returns.ending, Ending::Diverged);
    let mut derivatives = Vec::new();
    gradient.candidate.map(|x: f64| {
        derivatives.push(x);
        x
    });
    let mut sum = 0.0;
    let mut next = derivatives.into_iter();
    let mut moving = candidate.map(|x| {
        let by = stream.normal() * x.abs().max(0.01);
        sum += by * next.next().expect("one derivative a number");
        D { value: x, derivative: [by] }
    });
    // Axes stay unit vectors.
    let rivals = moving.model.objects.iter_mut().flat_map(|object| &mut object.body.joints);
    let of_rivals = gradient.candidate.model.objects.iter().flat_map(|object| &object.body.joints);
    let joints = moving.model.joints.iter_mut().chain(rivals);
    for (joint, of) in joints.zip(gradient.candidate.model.joints.iter().chain(of_rivals)) {
        let (JointKind::Hinge(hinge), JointKind::Hinge(of)) = (&mut joint.kind, &of.kind);
        let axis = hinge.axis.map(|x| x.value);
        let by = hinge.axis.map(|x| x.derivative[0]);
        sum -= by.dot(of.axis);
        let by = by - axis * axis.dot(by);
        sum += by.dot(of.axis);
        let number = |value, by| D { value, derivative: [by] };
        hinge.axis = vec3(number(axis.x, by.x), number(axis.y, by.y), number(axis.z, by.z));
    }
    let moving_world: World<D> = world.cast();
    let mut still = Prelude::new(&candidate.model.map(D::constant), &moving_world);
    // Objects start where they are moved to.
    for (start, object) in still.objects.iter_mut().zip(&moving.model.objects) {
        let by = object.start.map(|x| D { value: 0.0, derivative: x.derivative });
        *start += by;
    }
    let returns = Episode::with(&moving, &moving_world, task, still, None).run();
    let weighted = returns.descriptors.iter().zip(&objective.descriptors).map(|(&x, &w)| x * real::<D>(w));
    let wanted = (returns.reward * real::<D>(objective.reward) + weighted.sum()).derivative[0];
    (sum - wanted).abs() / wanted.abs().max(1e-6)
}

#[test]
fn the_backward_pass_goes_through_contacts_between_links() {
    let mut touched = 0;
    for seed in 0..24 {
        let mut stream = stream(seed);
        let model = folding_body(&mut stream, 1.0);
        let controller = folding_brain(&mut stream, &model);
        let candidate = Candidate { model, controller };
        for (steps, bound) in [(60, 1e-8), (240, 1e-6)] {
            let (world, task) = (world(9.81, 240), task(steps));
            touched += contacts(&candidate, &world, &task);
            let error = gradient_error(&candidate, &world, &task, &mut stream);
            assert!(error < bound, "{seed}, {steps} steps: {error:.1e}");
        }
    }
    assert!(touched > 1000, "only {touched} contacts");
}

/// In free flight nothing pushes but the links themselves: neither momentum changes.
#[test]
fn contacts_give_no_momentum() {
    let (mut worst, mut touched) = ((0.0_f64, 0.0_f64), 0);
    for seed in 0..30 {
        let mut stream = stream(100 + seed);
        let model = folding_body(&mut stream, 1.0);
        let world = world(0.0, 240);
        let mut state = State::at_rest(&model, Vec3::zero());
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        let mut drive = Drive::idle(&model);
        // No ground: far above it.
        state.position.z = 100.0;
        for i in 0..480 {
            if i % 60 == 0 {
                drive.targets.iter_mut().for_each(|target| *target = stream.range(-2.4, 2.4));
            }
            step(&model, &world, &drive, &mut state, &mut work);
            touched += work.pairs.iter().filter(|pair| pair.force.normal > 0.0).count();
            let momentum: Vec3<f64> = state.links.iter().fold(Vec3::zero(), |sum, link| sum + link.momentum);
            worst.0 = worst.0.max(momentum.norm_squared().sqrt() / model.mass());
            let impulses =
                work.pair_impulses.iter().fold((Vec3::zero(), Vec3::zero()), |sum: (Vec3<f64>, Vec3<f64>), w| {
                    (sum.0 + w.force, sum.1 + w.torque)
                });
            worst.1 = worst.1.max(impulses.0.norm_squared().sqrt().max(impulses.1.norm_squared().sqrt()));
        }
    }
    println!("momentum / mass {:.1e} m/s, sum of impulses {:.1e} N s, {touched} contacts", worst.0, worst.1);
    assert!(touched > 1000 && worst.0 < 1e-11 && worst.1 < 1e-13, "{worst:?}, {touched} contacts");
}

/// How deep limbs are in each other when random targets fold a body, with servos of so many times the usual torque.
struct Folding {
    /// The deepest of all bodies, and the median of the bodies' deepest (m).
    deepest: f64,
    median: f64,
    /// Fastest hinge (rad/s).
    fastest: f64,
}

fn fold(strength: f64, rate: u32) -> Folding {
    let (mut fastest, mut left_out, mut touched) = (0.0_f64, 0, 0);
    let mut depths = Vec::new();
    for seed in 0..60 {
        let mut stream = stream(200 + seed);
        let model = folding_body(&mut stream, strength);
        let world = world(9.81, rate);
        let mut state = State::at_rest(&model, vec3(0.0, 0.0, 0.5));
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        let mut drive = Drive::idle(&model);
        let mut deep = 0.0_f64;
        for i in 0..4 * rate {
            if i % (rate / 3) == 0 {
                drive.targets.iter_mut().for_each(|target| *target = stream.range(-2.4, 2.4));
            }
            step(&model, &world, &drive, &mut state, &mut work);
            deep = work.pairs.iter().fold(deep, |deep, pair| deep.max(-pair.touch.gap));
            touched += work.pairs.len();
            fastest = state.links.iter().fold(fastest, |fast, link| fast.max(link.rate.abs()));
        }
        left_out += work.pairs_left_out;
        depths.push(deep);
    }
    depths.sort_by(f64::total_cmp);
    let (deepest, median) = (depths[depths.len() - 1], depths[depths.len() / 2]);
    println!(
        "torque x {strength}, {rate} steps a second: deepest {:.1} mm, median of bodies {:.1} mm, 90 % {:.1} mm, fastest {fastest:.0} rad/s, {left_out} of {touched} \
         contacts left out",
        1e3 * deepest,
        1e3 * median,
        1e3 * depths[depths.len() * 9 / 10],
    );
    Folding { deepest, median, fastest }
}

#[test]
fn strong_servos_do_not_push_limbs_through_each_other() {
    for strength in [1.0, 5.0] {
        for rate in [240, 480, 960] {
            let Folding { deepest, median, fastest } = fold(strength, rate);
            // Servos of six times the weight press on levers of centimetres: force over stiffness is what is seen.
            assert!(fastest < 120.0 && deepest < 0.045 && median < 0.02, "{deepest} m, {median} m, {fastest} rad/s");
        }
    }
}

/// Room for contacts changes no bit where there are none.
#[test]
fn what_does_not_touch_is_as_without_collision() {
    let mut b = Builder::new(BaseKind::Floating);
    b.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), sphere(0.1), 300.0);
    for side in [-1.0, 1.0] {
        let at = v([0.0, 0.12 * side, 0.0]);
        b.add(0, at, vec3(0.0, 1.0, 0.0), capsule(0.02, vec3(0.0, 0.05 * side, -0.2)), 500.0);
    }
    let off = b.build(1e4, true);
    let mut on = off.clone();
    on.pairs = pairs_that_touch(&on, &SelfCollision::On);
    assert_eq!(on.pairs, [(1, 2)]);
    let world = world(9.81, 240);
    let mut runs = [off, on].map(|model| {
        let mut state = State::at_rest(&model, vec3(0.0, 0.0, 0.25));
        state.links[1].rate = 1.0;
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        let drive = Drive::idle(&model);
        for _ in 0..120 {
            step(&model, &world, &drive, &mut state, &mut work);
        }
        state
    });
    runs[1].pairs.clear();
    assert_eq!(format!("{:?}", runs[0]), format!("{:?}", runs[1]));
}

#[test]
fn relatives_are_left_out() {
    let mut b = Builder::new(BaseKind::Floating);
    let along = vec3(0.2, 0.0, 0.0);
    b.add(0, Vec3::zero(), vec3(0.0, 0.0, 1.0), capsule(0.02, along), 500.0);
    for i in 0..3 {
        b.add(i, along, vec3(0.0, 0.0, 1.0), capsule(0.02, along), 500.0);
    }
    b.add(1, along, vec3(0.0, 1.0, 0.0), capsule(0.02, vec3(0.0, 0.0, 0.2)), 500.0);
    let model = b.build(1e4, true);
    let pairs = |which| pairs_that_touch(&model, &which);
    assert!(pairs(SelfCollision::Off).is_empty());
    // Siblings 2 and 4 start at one point and are inside each other there.
    assert_eq!(pairs(SelfCollision::On), [(0, 2), (0, 3), (0, 4), (1, 3), (3, 4)]);
    use burgess_physics::world::Kinship::{Grandparent, Siblings};
    assert_eq!(pairs(SelfCollision::Except(vec![Grandparent, Siblings])), [(0, 3), (3, 4)]);
}
