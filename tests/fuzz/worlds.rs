//! Scene files, as `burgess world FILE` reads them; scenes that are not large are simulated for a few steps.

use crate::harness::{Format, Inputs};
use crate::place::repository;
use crate::text::Texts;
use burgess_core::rng::Stream;
use burgess_evolution::evolve::residents::find_creatures;
use burgess_evolution::experiment::load_scene;
use burgess_physics::shared_world::{CpuWorld, Setup, Simulate as _};
use std::fs;
use std::path::Path;

pub(crate) const FORMAT: Format = Format {
    name: "worlds",
    few: 2000,
    accepted: 0.1,
    prepare: |_| {},
    open: |_| Box::new(Worlds(Texts::new(Texts::of_folder(&repository().join("experiments/worlds"), "ron")))),
};

/// Bodies of the largest scene that is simulated: what is asked for may take its time.
const LARGE: u64 = 500;

struct Worlds(Texts);

impl Inputs for Worlds {
    fn write(&self, stream: &mut Stream, dir: &Path) {
        fs::write(dir.join("world.ron"), self.0.mutated(stream)).unwrap();
    }

    fn read(&self, dir: &Path) -> bool {
        let Ok(mut scene) = load_scene(&dir.join("world.ron")) else { return false };
        // Policies are named from there.
        if find_creatures(&mut scene, &repository().join("experiments/worlds")).is_err() {
            return false;
        }
        let creatures: u64 = scene.creatures.iter().map(|row| u64::from(row.count)).sum();
        if scene.bodies() + 10 * creatures * u64::from(scene.worlds) <= LARGE {
            let mut world = CpuWorld::<f32>::new(&Setup::new(&scene));
            world.advance(3).unwrap();
            // Whatever became of the bodies can be told.
            world.snapshot().unwrap().deepest();
        }
        true
    }
}
