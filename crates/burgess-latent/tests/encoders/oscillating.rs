//! Experiences with a structure that a model can find: two driven oscillators each, which differ in how they are driven.

use burgess_core::rng::{Purpose, Stream};
use burgess_latent::{EncoderKind, EncoderSpec, Size, Training};
use burgess_physics::experience::{Experience, Group, Layout, Role};

/// Observed features of a frame.
pub(crate) const OBSERVED: usize = 5;
/// Commanded features of a frame.
pub(crate) const COMMANDED: usize = 2;
/// All of them.
pub(crate) const WIDTH: usize = OBSERVED + COMMANDED;

fn group(name: &str, width: usize, role: Role) -> Group {
    Group { name: name.to_owned(), width, role }
}

/// Positions and velocities of both, whether the first is beyond a stop, and what drives them.
pub(crate) fn layout() -> Layout {
    let groups = vec![
        group("positions", 2, Role::Observed),
        group("drives", COMMANDED, Role::Commanded),
        group("velocities", 2, Role::Observed),
        group("stop", 1, Role::Observed),
    ];
    Layout::new(5.0, groups).unwrap()
}

/// The columns that are observed.
#[cfg(feature = "learn")]
pub(crate) const OBSERVED_COLUMNS: [usize; OBSERVED] = [0, 1, 4, 5, 6];
/// The columns that are commanded.
#[cfg(feature = "learn")]
pub(crate) const COMMANDED_COLUMNS: [usize; COMMANDED] = [2, 3];

/// One candidate's: x'' = 4 (drive - x) - x', the drive a sine of its own amplitude, frequency and phase. Positions and velocities are in different
/// units. The reward of a frame is the first velocity.
pub(crate) fn oscillators(candidate: u64, frames: usize) -> Experience {
    let mut stream = Stream::new(11, 0, candidate, Purpose::Test);
    let drives: Vec<(f64, f64, f64)> = (0..COMMANDED)
        .map(|_| (stream.range(0.3, 1.5), stream.range(0.8, 4.0), stream.range(0.0, std::f64::consts::TAU)))
        .collect();
    let drive = |which: usize, time: f64| {
        let (amplitude, frequency, phase) = drives[which];
        amplitude * (frequency * time + phase).sin()
    };
    let (mut x, mut v) = ([0.0; 2], [0.0; 2]);
    let mut experience = Experience::default();
    let substeps = 20;
    for frame in 0..frames {
        let commands = [0, 1].map(|which| drive(which, frame as f64 * 0.2));
        for _ in 0..substeps {
            let dt = 0.2 / f64::from(substeps);
            for i in 0..2 {
                v[i] += dt * (4.0 * (commands[i] - x[i]) - v[i]);
                x[i] += dt * v[i];
            }
        }
        let stop = f64::from(x[0] > 0.5);
        let row = [x[0], x[1], commands[0], commands[1], 10.0 * v[0], 10.0 * v[1], stop];
        experience.features.extend(row.map(|x| x as f32));
        experience.rewards.push(v[0] as f32);
    }
    experience
}

/// Candidates from `first` on; every seventh has ended early.
pub(crate) fn replay(first: u64, count: u64) -> Vec<Experience> {
    let frames = |candidate: u64| if candidate % 7 == 6 { 9 } else { 25 };
    (first..first + count).map(|candidate| oscillators(candidate, frames(candidate))).collect()
}

/// References to all of a list.
pub(crate) fn all(experiences: &[Experience]) -> Vec<&Experience> {
    experiences.iter().collect()
}

/// A small encoder of each kind that trains in a moment.
pub(crate) fn small_specs() -> [EncoderSpec; 3] {
    let training = Training { batch_size: 8, ..Training::default() };
    [EncoderKind::pca(), EncoderKind::autoencoder(), EncoderKind::world_model(Size::Tiny)].map(|kind| EncoderSpec {
        kind,
        dimensions: 3,
        training: training.clone(),
    })
}
