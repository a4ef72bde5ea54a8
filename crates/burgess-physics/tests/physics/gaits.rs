//! Random ant gaits against MuJoCo: do both rank gaits alike? Single trajectories diverge (contact is chaotic), so the measures are
//! rank correlation and mean distance; MuJoCo's own two friction cones, compared with each other, set the scale.

use crate::bodies;
use burgess_core::math::vec3;
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::step::state::{Drive, State, Work};
use burgess_physics::step::step::step;
use burgess_physics::world::{Physics, World};
use std::f64::consts::TAU;

struct Gait {
    offset: Vec<f64>,
    amplitude: Vec<f64>,
    phase: Vec<f64>,
    frequency: f64,
    /// End points after 5 s with MuJoCo's pyramidal and elliptic cone.
    pyramidal: [f64; 2],
    elliptic: [f64; 2],
}

fn gaits() -> Vec<Gait> {
    let table = include_str!("../data/mujoco/gaits.csv");
    let row = |line: &str| {
        let x: Vec<f64> = line.split(',').map(|x| x.parse().unwrap()).collect();
        Gait {
            offset: x[0..8].to_vec(),
            amplitude: x[8..16].to_vec(),
            phase: x[16..24].to_vec(),
            frequency: x[24],
            pyramidal: [x[25], x[26]],
            elliptic: [x[27], x[28]],
        }
    };
    table.lines().skip(1).map(row).collect()
}

fn end_point(gait: &Gait, rate: u32, stiffness: f64, width: f64) -> [f64; 2] {
    let model = bodies::ant().build(stiffness, true);
    let physics = Physics { rate, contact_width: width, ..Physics::default() };
    let world = World::new(&physics, &TerrainSpec::default(), 0);
    let height = 0.25 * 0.9_f64.sin() + 0.025;
    let mut state = State::at_rest(&model, vec3(0.0, 0.0, height));
    let mut drive = Drive::idle(&model);
    let mut work = Work::new(&model, world.gravity, world.contact_width);
    for k in 0..5 * rate {
        let t = f64::from(k) * world.dt;
        for j in 0..8 {
            drive.targets[j + 1] =
                gait.offset[j] + gait.amplitude[j] * (TAU * gait.frequency * t + gait.phase[j]).sin();
        }
        step(&model, &world, &drive, &mut state, &mut work);
    }
    [state.position.x, state.position.y]
}

fn distance(p: [f64; 2]) -> f64 {
    p[0].hypot(p[1])
}

fn ranks(x: &[f64]) -> Vec<f64> {
    x.iter().map(|a| x.iter().filter(|b| *b < a).count() as f64).collect()
}

/// Spearman's rank correlation (no ties).
fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let d2: f64 = ranks(a).iter().zip(ranks(b)).map(|(x, y)| (x - y).powi(2)).sum();
    1.0 - 6.0 * d2 / (n * (n * n - 1.0))
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// (Spearman of distance, Spearman of signed x, mean distance in m) against a reference.
fn compare(reference: &[[f64; 2]], ends: &[[f64; 2]]) -> (f64, f64, f64) {
    let of = |f: &dyn Fn([f64; 2]) -> f64, p: &[[f64; 2]]| p.iter().map(|&e| f(e)).collect::<Vec<_>>();
    let (d, x) = (&|e| distance(e), &|e: [f64; 2]| e[0]);
    let ours = of(d, ends);
    (spearman(&ours, &of(d, reference)), spearman(&of(x, ends), &of(x, reference)), mean(&ours))
}

/// MuJoCo's own friction cones rank the hundred gaits like each other by 0.92 and 0.85; its pyramidal one is not isotropic.
#[test]
fn gaits_rank_as_in_mujoco() {
    let all = gaits();
    let ends_of = |cone: fn(&Gait) -> [f64; 2]| all.iter().map(cone).collect::<Vec<_>>();
    let (elliptic, pyramidal) = (ends_of(|gait| gait.elliptic), ends_of(|gait| gait.pyramidal));
    let cones = compare(&pyramidal, &elliptic);
    println!("MuJoCo: mean {:.3} m; its cones against each other {cones:.3?}", compare(&elliptic, &elliptic).2);
    // Bounds: those of elliptic and of pyramidal cones.
    type Case = (u32, f64, f64, [(f64, f64); 2]);
    let cases: [Case; 4] = [
        (240, 1e4, 5e-4, [(0.90, 0.86), (0.85, 0.80)]),
        (240, 1e5, 2e-4, [(0.90, 0.84), (0.84, 0.77)]),
        (480, 1e4, 5e-4, [(0.90, 0.86), (0.85, 0.80)]),
        (120, 1e4, 5e-4, [(0.85, 0.83), (0.79, 0.76)]),
    ];
    for (rate, stiffness, width, bounds) in cases {
        let ends: Vec<_> = all.iter().map(|gait| end_point(gait, rate, stiffness, width)).collect();
        for ((name, reference), (distance_bound, x_bound)) in
            [("elliptic", &elliptic), ("pyramidal", &pyramidal)].into_iter().zip(bounds)
        {
            let found = compare(reference, &ends);
            println!("  1/{rate} s, k = {stiffness:e}, {name}: {found:.3?}");
            assert!(found.0 >= distance_bound && found.1 >= x_bound, "{found:?}");
            let mean = compare(reference, reference).2;
            assert!((found.2 / mean - 1.0).abs() < 0.12, "mean distance {} against {mean}", found.2);
        }
    }
}
