//! What the momentum form promises: first order, exact linear momentum, bounded energy at any spin.

use crate::bodies::chain;
use burgess_core::math::{Vec3, vec3};
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{BaseKind, Model};
use burgess_physics::step::kinematics::kinematics;
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::{start_carrying, step};
use burgess_physics::world::{BiasForm, Physics, World};

fn weightless(dt: f64, form: BiasForm) -> World<f64> {
    let physics = Physics { gravity: 0.0, form, ..Physics::default() };
    World { dt, ..World::new(&physics, &TerrainSpec::default(), 0) }
}

/// Hinge axes that turn from link to link so that the motion fills space.
fn twisted_axes(count: usize) -> Vec<[f64; 3]> {
    (0..count).map(|i| [(1.1 * i as f64).cos(), (1.1 * i as f64).sin(), 0.0]).collect()
}

fn free_chain(links: usize, armature: f64, damping: f64) -> Model<f64> {
    let mut builder = chain(BaseKind::Floating, &twisted_axes(links - 1));
    for joint in &mut builder.joints {
        (joint.armature, joint.damping) = (armature, damping);
    }
    builder.build(1e4, false)
}

/// A creature in motion with its scratch.
struct Run {
    model: Model<f64>,
    world: World<f64>,
    state: State<f64>,
    work: Work<f64>,
}

impl Run {
    fn new(model: Model<f64>, world: World<f64>, angular_velocity: Vec3<f64>, rates: impl Fn(usize) -> f64) -> Self {
        let mut state = State::at_rest(&model, Vec3::zero());
        state.angular_velocity = angular_velocity;
        for (i, link) in state.links.iter_mut().enumerate().skip(1) {
            (link.angle, link.rate) = (0.3 * (i as f64).sin(), rates(i));
        }
        let mut work = Work::new(&model, world.gravity, world.contact_width);
        start_carrying(&model, &mut state, &mut work);
        Self { model, world, state, work }
    }

    fn step(&mut self) {
        let drive = Drive::idle(&self.model);
        step(&self.model, &self.world, &drive, &mut self.state, &mut self.work);
    }

    fn steps_a_second(&self) -> usize {
        (1.0 / self.world.dt).round() as usize
    }

    /// Kinetic energy (J), armatures included.
    fn energy(&mut self) -> f64 {
        kinematics(&self.model, &self.state, &mut self.work);
        let mut energy = 0.0;
        for (i, (link, own)) in self.model.links.iter().zip(&self.work.links).enumerate() {
            let spin = own.rotation.transposed_mul(own.twist.angular);
            let (armature, rate) =
                if i == 0 { (0.0, 0.0) } else { (self.model.joint(i).armature, self.state.links[i].rate) };
            energy += 0.5 * link.mass * own.twist.at(own.com).norm_squared();
            energy += 0.5 * spin.dot(link.inertia * spin) + 0.5 * armature * rate * rate;
        }
        energy
    }

    /// Linear momentum (kg m/s).
    fn momentum(&self) -> Vec3<f64> {
        self.state.links.iter().fold(Vec3::zero(), |sum, link| sum + link.momentum)
    }
}

#[test]
fn converges_at_first_order_to_a_fine_reference() {
    let end = |dt: f64, form: BiasForm| {
        let mut run = Run::new(free_chain(3, 0.0, 0.0), weightless(dt, form), vec3(1.0, 2.0, -1.0), |i| 0.5 * i as f64);
        for _ in 0..run.steps_a_second() / 2 {
            run.step();
        }
        (run.state.position, run.state.orientation.v, run.state.links[1].angle, run.state.links[2].angle)
    };
    let reference = end(1.0 / 200_000.0, BiasForm::ExplicitBias);
    let error = |dt: f64| {
        let x = end(dt, BiasForm::Momentum);
        let angles = (x.2 - reference.2).powi(2) + (x.3 - reference.3).powi(2);
        ((x.0 - reference.0).norm_squared() + (x.1 - reference.1).norm_squared() + angles).sqrt()
    };
    let errors = [240.0, 480.0, 960.0, 1920.0].map(|rate| error(1.0 / rate));
    for pair in errors.windows(2) {
        let ratio = pair[0] / pair[1];
        assert!((1.8..2.2).contains(&ratio), "errors {errors:?}: halving the step gave a factor of {ratio}");
    }
    assert!(errors[0] < 0.02, "{errors:?}");
}

#[test]
fn linear_momentum_is_conserved_to_rounding() {
    let mut run =
        Run::new(free_chain(8, 0.005, 0.05), weightless(1.0 / 240.0, BiasForm::Momentum), vec3(3.0, -2.0, 5.0), |i| {
            4.0 * (i as f64).cos()
        });
    // Of the whole motion, as a scale: the sum itself is near zero for a spinning body.
    let scale: f64 = run.state.links.iter().map(|l| l.momentum.norm_squared().sqrt()).sum();
    let start = run.momentum();
    let mut worst = 0.0_f64;
    for _ in 0..1200 {
        run.step();
        worst = worst.max((run.momentum() - start).norm_squared().sqrt());
    }
    assert!(worst < 1e-12 * scale, "drift {worst:e} of {scale}");
}

#[test]
fn an_undamped_chain_at_15_rad_a_second_stays_bounded_at_any_step() {
    for rate in [60.0, 120.0, 240.0, 480.0, 960.0] {
        let world = weightless(1.0 / rate, BiasForm::Momentum);
        let mut run = Run::new(free_chain(3, 0.0, 0.0), world, vec3(0.0, 15.0, 0.0), |_| 0.0);
        let start = run.energy();
        let mut peak = 0.0_f64;
        for _ in 0..run.steps_a_second() * 5 {
            run.step();
            peak = peak.max(run.energy());
        }
        let end = run.energy();
        println!("1/{rate}: peak {:.3}, end {:.3} of the start", peak / start, end / start);
        assert!(peak.is_finite() && peak < 1.5 * start, "at 1/{rate} s: peak {} of the start", peak / start);
    }
}

/// The reason for the momentum form; if this ever holds, the switch has lost its meaning.
#[test]
fn the_explicit_form_does_not_stay_bounded_there() {
    let world = weightless(1.0 / 60.0, BiasForm::ExplicitBias);
    let mut run = Run::new(free_chain(3, 0.0, 0.0), world, vec3(0.0, 15.0, 0.0), |_| 0.0);
    let start = run.energy();
    for _ in 0..300 {
        run.step();
    }
    let end = run.energy();
    assert!(end.is_nan() || end > 10.0 * start, "{}", end / start);
}

/// A chain in motion: spinning at `spin` rad/s about a random axis, hinges turning at up to `rate` rad/s. Peak and end of its
/// kinetic energy over 5 s, as shares of the start.
fn energy_of_motion(links: usize, seed: u64, spin: f64, rate: f64) -> (f64, f64) {
    let mut stream = Stream::new(seed, links as u64, 0, Purpose::Test);
    let axis = vec3(stream.normal(), stream.normal(), stream.normal()).normalised();
    let rates: Vec<f64> = (0..links).map(|_| stream.range(-rate, rate)).collect();
    let world = weightless(1.0 / 240.0, BiasForm::Momentum);
    let mut run = Run::new(free_chain(links, 0.005, 0.05), world, axis * spin, |i| rates[i]);
    let start = run.energy();
    let mut peak = 0.0_f64;
    for _ in 0..1200 {
        run.step();
        peak = peak.max(run.energy());
    }
    (peak / start, run.energy() / start)
}

#[test]
fn passive_chains_of_3_to_16_links_never_gain_half_their_energy_and_end_lower() {
    for links in 3..=16 {
        for seed in 0..8 {
            let (peak, end) = energy_of_motion(links, seed, 15.0, 2.0);
            assert!(peak <= 1.5, "{links} links, seed {seed}: peak {peak} of the start");
            assert!(end < 1.0, "{links} links, seed {seed}: end {end} of the start");
        }
    }
}

/// Where the step is too coarse: hinges that all turn at up to 10 rad/s add up to 30 rad/s and more along a long chain. The energy
/// peaks, but stays bounded, and ends lower.
#[test]
fn whips_peak_and_stay_bounded() {
    let mut worst = 0.0_f64;
    for links in [12, 14, 16] {
        for seed in 0..20 {
            let (peak, end) = energy_of_motion(links, seed, 0.0, 10.0);
            assert!(end < 1.0, "{links} links, seed {seed}: end {end} of the start");
            worst = worst.max(peak);
        }
    }
    println!("whips: peak {worst:.2} of the start");
    assert!(worst < 4.0, "{worst}");
}

/// The share of its energy (above the lowest point) that an undamped rod of 0.3 m keeps of a swing from 45 degrees.
fn energy_kept(rate: u32, seconds: u32, form: BiasForm) -> f64 {
    let mut builder = chain(BaseKind::Welded, &[[0.0, 1.0, 0.0]]);
    builder.limit(-3.0, 3.0);
    (builder.joints[0].armature, builder.joints[0].damping) = (0.0, 0.0);
    let physics = Physics { form, ..Physics::default() };
    let world = World { dt: 1.0 / f64::from(rate), ..World::new(&physics, &TerrainSpec::default(), 0) };
    let mut run = Run::new(builder.build(1e4, false), world, Vec3::zero(), |_| 0.0);
    run.state.links[1].angle = std::f64::consts::FRAC_PI_4;
    start_carrying(&run.model, &mut run.state, &mut run.work);
    let weight = run.model.links[1].mass * physics.gravity;
    let potential = |angle: f64| weight * 0.15 * (1.0 - angle.cos());
    let start = potential(run.state.links[1].angle);
    (0..seconds * rate).for_each(|_| run.step());
    let energy = run.energy();
    (energy + potential(run.state.links[1].angle)) / start
}

/// The momentum form damps what swings, in proportion to the time step; the explicit form does not.
#[test]
fn a_swing_loses_energy_in_proportion_to_the_time_step() {
    for rate in [120, 240, 480, 960, 1920] {
        let [short, long] = [10, 60].map(|seconds| energy_kept(rate, seconds, BiasForm::Momentum));
        let explicit = energy_kept(rate, 60, BiasForm::ExplicitBias);
        println!("{rate} Hz: {short:.3} after 10 s, {long:.3} after 60 s, explicit {explicit:.4}");
        assert!((explicit - 1.0).abs() < 0.03, "{explicit}");
    }
    let loss = |rate| -energy_kept(rate, 10, BiasForm::Momentum).ln();
    let ratio = loss(240) / loss(480);
    assert!((1.8..2.2).contains(&ratio), "{ratio}");
}
