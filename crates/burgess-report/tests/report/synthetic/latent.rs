//! A made-up encoder: candidates in two latent axes, losses of a world model, and imagination of a few elites.

use super::stream;
use burgess_report::views::{
    Imagination, Imagined, LatentMap, LatentPoint, LatentView, LossView, TraceView, TrainingCurves,
};

/// A view with all parts: with so many points, gradient steps, beginnings of rounds, and elites.
pub(crate) fn encoder(points: usize, steps: u64, rounds: &[u64], elites: usize) -> LatentView {
    LatentView {
        name: "walkers".into(),
        seed: 7,
        bodies_evolve: true,
        map: Some(map(points)),
        training: Some(training(steps, rounds)),
        imagination: Some(imagination(4, elites)),
    }
}

/// Clusters of body plans, of which the first are the most frequent.
pub(crate) fn map(points: usize) -> LatentMap {
    let mut stream = stream(3);
    let point = |i: usize| {
        let body = (stream.range(0.0, 3.5f64).powi(2)) as usize;
        let (x, y) = (0.5 * stream.normal() + (body as f64).sin(), 0.3 * stream.normal() + (1.3 * body as f64).cos());
        LatentPoint {
            at: [x, y],
            reward: 3.0 * x - y * y,
            body: format!("{} links, depth {}", 3 + body, 1 + body / 4),
            generation: i as u64 / 10,
        }
    };
    let axes = [(1, 41), (2, 23)].map(|(axis, share)| format!("latent axis {axis} (σ; {share} % of the variance)"));
    LatentMap { axes, points: (0..points).map(point).collect() }
}

/// Losses that fall, jump where a round begins, and fall again.
pub(crate) fn training(steps: u64, rounds: &[u64]) -> TrainingCurves {
    let mut stream = stream(4);
    let loss = |step: u64| {
        let begun = rounds.iter().rev().find(|&&first| first <= step).copied().unwrap_or(0);
        let age = (step - begun) as f64;
        let mut noisy = |x: f64| x * (0.1 * stream.normal()).exp();
        let (reconstruction, dynamics) =
            (noisy(4.0 + 20.0 * (-age / 120.0).exp()), noisy(1.0 + 5.0 / (1.0 + age / 50.0)));
        let total = reconstruction + 1.1 * dynamics;
        LossView { step, total, reconstruction, dynamics, representation: dynamics }
    };
    TrainingCurves { losses: (0..steps).map(loss).collect(), rounds: rounds.into() }
}

/// Waves, and the same with an error that grows.
pub(crate) fn imagination(features: usize, elites: usize) -> Imagination {
    let names = ["forward velocity (m/s)", "height (m)", "up vector, z", "contact, front left"];
    let trace = |row: usize, column: usize| {
        let wave = |t: f64| (0.3 + column as f64) * (6.0 * t + row as f64).sin() + column as f64;
        let time = |frame: usize| (frame + 1) as f64 / 10.0;
        TraceView {
            truth: (0..50).map(|i| (time(i), wave(time(i)))).collect(),
            imagined: (35..50).map(|i| (time(i), wave(1.02 * time(i)))).collect(),
        }
    };
    let imagined = |row: usize| Imagined {
        label: format!(
            "{}: reward 4.321, {} links, depth 3",
            ["best", "median", "another body plan"][row % 3],
            5 + row
        ),
        context: 3.5,
        traces: (0..features).map(|column| trace(row, column)).collect(),
    };
    Imagination {
        features: names.iter().cycle().take(features).map(|&name| name.into()).collect(),
        elites: (0..elites).map(imagined).collect(),
    }
}
