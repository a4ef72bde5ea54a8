//! Draws six moments of a body whose two legs swing, standing on bumps: `cargo run --release -p burgess-report --example body`.

use burgess_core::math::{Quat, Sym3, Vec3, vec3};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_physics::model::{Collider, Link, Model, Shape};
use burgess_report::pictures::{ColouredBody, Frame, strip};
use std::path::Path;

fn main() -> anyhow::Result<()> {
    let torso = Shape::Capsule { from: vec3(-0.2, 0.0, 0.0), to: vec3(0.2, 0.0, 0.0), radius: 0.08 };
    let leg = Shape::Capsule { from: Vec3::zero(), to: vec3(0.0, 0.0, -0.3), radius: 0.04 };
    // Pictures show colliders in the poses of their links. Masses and joints matter only to a simulation.
    let link = Link { parent: 0, mass: 1.0, com: Vec3::zero(), inertia: Sym3::scalar(0.01) };
    let colliders = [torso, leg, leg].into_iter().enumerate().map(|(link, shape)| Collider { link, shape }).collect();
    let model = Model { links: vec![link; 3], colliders, ..Model::default() };
    // Poses usually come from a simulation. These are made up: a leg swings at each end of the torso.
    let frame = |i: u32| {
        let time = 0.1 * f64::from(i);
        let swing = 0.5 * (4.0 * time).sin();
        let leg = |x, angle| (vec3(x, 0.0, 0.4), Quat::about_axis(vec3(0.0, 1.0, 0.0), angle));
        let torso = (vec3(0.0, 0.0, 0.4), Quat::identity());
        Frame { time, poses: vec![torso, leg(0.2, swing), leg(-0.2, -swing)] }
    };
    let frames: Vec<Frame> = (0..=20).map(frame).collect();
    let terrain = TerrainSpec::Bumps { height: 0.03, wavelength: 0.7 }.compile(0);
    let body = ColouredBody { model: &model, kinds: &[0, 1, 1] };
    let path = Path::new("body.png");
    strip(body, &terrain, &frames, "a body on two legs")?.write_png(path)?;
    println!("{}", path.display());
    Ok(())
}
