//! Made-up archives and runs with everything that makes figures hard: long names, gaps, negative rewards, and NaN.

pub(crate) mod body;
pub(crate) mod latent;

use burgess_core::rng::{Purpose, Stream};
use burgess_report::views::{ArchiveView, AxisView, EliteView, LayoutView, MetricsRow, RunView};

pub(crate) fn stream(seed: u64) -> Stream {
    Stream::new(seed, 0, 0, Purpose::Test)
}

const AXES: [(&str, &str, f64, f64); 6] = [
    ("final x", "m", -2.0, 6.0),
    ("mean height", "m", 0.0, 0.8),
    ("duty factor of limb 0", "", 0.0, 1.0),
    ("mean tilt, (1 - cos) / 2", "", 0.0, 0.5),
    ("body mass", "kg", 0.0, 25.0),
    ("gait frequency", "Hz", 0.0, 6.0),
];

pub(crate) fn axes(dimensions: usize, bins: usize) -> Vec<AxisView> {
    let axis = |&(name, unit, low, high): &(&str, &str, f64, f64)| AxisView {
        name: name.into(),
        unit: unit.into(),
        range: (low, high),
        bins,
        counts: false,
    };
    AXES[..dimensions].iter().map(axis).collect()
}

/// A smooth landscape over shares of the ranges, with its peak inside.
fn reward(shares: &[f64]) -> f64 {
    let hill: f64 = shares.iter().enumerate().map(|(i, s)| (s - 0.55 - 0.05 * i as f64).powi(2)).sum();
    4.5 * (-3.0 * hill).exp() - 1.2 + 0.3 * (9.0 * shares[0]).sin()
}

fn elite(axes: &[AxisView], shares: &[f64], cell: usize) -> EliteView {
    let value = |(axis, share): (&AxisView, &f64)| axis.range.0 + share * (axis.range.1 - axis.range.0);
    EliteView {
        cell,
        descriptors: axes.iter().zip(shares).map(value).collect(),
        reward: reward(shares),
        refinement: None,
    }
}

/// A share drawn from the middle more often than from the rim.
fn share(stream: &mut Stream) -> f64 {
    (stream.range(0.0, 1.0) + stream.range(0.0, 1.0)) * 0.5
}

pub(crate) fn grid(dimensions: usize, bins: usize, elites: usize, seed: u64) -> ArchiveView {
    let axes = axes(dimensions, bins);
    let mut stream = stream(seed);
    let mut found = std::collections::BTreeMap::new();
    for _ in 0..elites {
        let shares: Vec<f64> = (0..dimensions).map(|_| share(&mut stream)).collect();
        let cell = shares.iter().fold(0, |cell, s| cell * bins + ((s * bins as f64) as usize).min(bins - 1));
        found.insert(cell, elite(&axes, &shares, cell));
    }
    ArchiveView { axes, layout: LayoutView::Grid, elites: found.into_values().collect() }
}

pub(crate) fn cvt(dimensions: usize, cells: usize, filled: usize, seed: u64) -> ArchiveView {
    let axes = axes(dimensions, 1);
    let mut stream = stream(seed);
    let shares: Vec<Vec<f64>> = (0..cells).map(|_| (0..dimensions).map(|_| stream.range(0.0, 1.0)).collect()).collect();
    let point = |s: &Vec<f64>| {
        let value = |(axis, share): (&AxisView, &f64)| axis.range.0 + share * (axis.range.1 - axis.range.0);
        axes.iter().zip(s).map(value).collect()
    };
    let centroids = shares.iter().map(point).collect();
    let elites = (0..filled.min(cells)).map(|cell| elite(&axes, &shares[cell], cell)).collect();
    ArchiveView { axes, layout: LayoutView::Cvt { centroids }, elites }
}

/// Elites anywhere, a few of them outside the ranges.
pub(crate) fn scattered(dimensions: usize, size: usize, filled: usize, seed: u64) -> ArchiveView {
    let axes = axes(dimensions, 1);
    let mut stream = stream(seed);
    let mut one = |cell| {
        let shares: Vec<f64> = (0..dimensions).map(|_| 1.3 * share(&mut stream) - 0.15).collect();
        elite(&axes, &shares, cell)
    };
    let elites = (0..filled.min(size)).map(&mut one).collect();
    ArchiveView { axes, layout: LayoutView::Scattered { size }, elites }
}

pub(crate) fn metrics(generations: u64, speed: f64, seed: u64) -> Vec<MetricsRow> {
    let mut stream = stream(seed);
    let mut steps = 0;
    let mut best = -0.5;
    (0..generations)
        .map(|generation| {
            let share = 1.0 - (-(generation as f64) * speed / 60.0).exp();
            steps += 64 * stream.range(700.0, 1200.0) as u64;
            best += stream.range(0.0, 0.08) * speed * (1.0 - share);
            MetricsRow {
                generation,
                evaluations: 64 * (generation + 1),
                steps,
                wall_time: steps as f64 / 2.1e6,
                qd_score: 900.0 * share * speed * stream.range(0.97, 1.03),
                coverage: 0.7 * share * speed.min(1.3),
                max: if generation == 0 { f64::NAN } else { best },
                mean: if generation == 0 { f64::NAN } else { 0.4 * best - 0.2 },
                topologies: (60.0 * share * speed).round(),
                body_distance: 1.2 + 5.0 * speed * share * (1.2 - share),
            }
        })
        .collect()
}

pub(crate) fn run(name: &str, seed: u64, archive: ArchiveView, metrics: Vec<MetricsRow>) -> RunView {
    RunView { name: name.into(), seed, bodies_evolve: false, archive, metrics }
}

/// Three experiments, five seeds each.
pub(crate) fn experiments() -> Vec<RunView> {
    let names = [("quadruped-plain", 1.0), ("quadruped-stairs", 0.6), ("any-body-iso-line", 1.4)];
    let one = |(i, (name, speed)): (usize, &(&str, f64)), seed: u64| {
        let metrics = metrics(150, speed * (1.0 + 0.08 * seed as f64), 10 * seed + i as u64);
        RunView { bodies_evolve: i == 2, ..run(name, seed, grid(2, 12, 100, seed), metrics) }
    };
    names.iter().enumerate().flat_map(|named| (0..5).map(move |seed| one(named, seed))).collect()
}
