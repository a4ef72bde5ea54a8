//! Pictures of many free bodies on their terrain.

use super::camera::{Camera, follow};
use super::ground::Ground;
use super::moment::{Frame, Pose};
use super::palette::link_colours;
use super::scene::Scene;
use super::solid::{Solid, V};
use super::{Animation, caption, gif, render, resampled};
use crate::image::Image;
use anyhow::{Result, ensure};
use burgess_physics::laws::terrain::Terrain;
use burgess_physics::model::Shape;
use rayon::prelude::*;

/// Share of the bodies that pictures are framed for: a few roll away.
const FRAMED: f64 = 0.9;

/// How far a surface looks for what takes light from it, in sizes of the largest body.
const SURROUNDINGS: f32 = 1.0;

/// Free bodies, and what decides their colours.
#[derive(Clone, Copy, Debug)]
pub struct ManyBodies<'a> {
    /// The shape of each, in its own axes.
    pub shapes: &'a [Shape<f64>],
    /// A number for each. Bodies with equal numbers have the same colour.
    pub kinds: &'a [u64],
    /// The ground.
    pub terrain: &'a Terrain<f64>,
}

/// A picture of one moment, of `width` x `height` pixels. Bodies whose pose is not finite are left out.
///
/// # Errors
///
/// If there is no body, or not one kind and one pose for each.
pub fn picture_of_many(bodies: ManyBodies<'_>, frame: &Frame, size: (usize, usize)) -> Result<Image> {
    Ok(take(bodies, &[frame], size)?.remove(0))
}

/// The bytes of an animated GIF that plays `frames` in real time, from one point of view. Each picture shows the frame that is nearest to its time.
///
/// # Errors
///
/// The same as for [`picture_of_many`]; also if there is no frame, or the rate is not 1 to 50 pictures per second.
pub fn animate_many(bodies: ManyBodies<'_>, frames: &[Frame], animation: Animation) -> Result<Vec<u8>> {
    let Animation { width, height, rate } = animation;
    ensure!((1..=50).contains(&rate), "an animation has 1 to 50 pictures a second, not {rate}");
    ensure!(!frames.is_empty(), "an animation needs at least one frame");
    // GIFs measure time in hundredths of a second.
    let delay = (100.0 / f64::from(rate)).round() as u16;
    let frames: Vec<&Frame> = frames.iter().collect();
    let moments = resampled(&frames, f64::from(delay) / 100.0);
    let mut pictures = take(bodies, &moments, (width, height))?;
    let em = (height as f64 / 15.0).clamp(10.0, 28.0);
    for (picture, frame) in pictures.iter_mut().zip(&moments) {
        let text = format!("t = {:.2} s", frame.time);
        caption::write_over(picture, &text, (0.8 * em, 0.6 * em), em, width as f64 - 1.6 * em)?;
    }
    gif::encode(&pictures, delay)
}

fn take(bodies: ManyBodies<'_>, moments: &[&Frame], size: (usize, usize)) -> Result<Vec<Image>> {
    let ManyBodies { shapes, kinds, terrain } = bodies;
    let count = shapes.len();
    ensure!(count > 0, "pictures show at least one body");
    ensure!(kinds.len() == count, "{} kinds for {count} bodies", kinds.len());
    for frame in moments {
        let poses = frame.poses.len();
        ensure!(poses == count, "the frame at {} s has {poses} poses for {count} bodies", frame.time);
    }
    let ground = Ground::new(terrain);
    // The first colour is that of a creature's base.
    let colours = link_colours(&[&[0], kinds].concat()).split_off(1);
    let is_finite = |(position, orientation): &Pose| position.is_finite() && orientation.is_finite();
    let solids = |frame: &&Frame| -> Vec<Solid> {
        let there = frame.poses.iter().enumerate().filter(|(_, pose)| is_finite(pose));
        there.map(|(i, &pose)| Solid::new(&shapes[i], pose, colours[i])).collect()
    };
    let placed: Vec<Vec<Solid>> = moments.par_iter().map(solids).collect();
    ensure!(placed.iter().all(|solids| !solids.is_empty()), "there is no body with a finite place");
    let camera = camera(&ground, &placed, size);
    let largest = placed.iter().flatten().map(|solid| solid.reach).fold(0.0, f32::max);
    let draw = |solids| {
        let scene = Scene::of(&ground, solids).with_surroundings(SURROUNDINGS * largest);
        render::render(&scene, &camera, size)
    };
    Ok(placed.into_par_iter().map(draw).collect())
}

/// A camera that sees most of the bodies at all moments.
fn camera(ground: &Ground, moments: &[Vec<Solid>], size: (usize, usize)) -> Camera {
    let all: Vec<Solid> = moments.iter().flat_map(|solids| framed(solids)).collect();
    follow(ground, &[(0.0, all)], 0.0, size)[0]
}

/// The solids that are nearest to the middle of all.
fn framed(solids: &[Solid]) -> Vec<Solid> {
    let sum = solids.iter().fold(V::zero(), |sum, solid| sum + solid.centre);
    let middle = sum * (solids.len() as f32).recip();
    let distance = |solid: &Solid| (solid.centre - middle).norm_squared();
    let mut nearest: Vec<Solid> = solids.to_vec();
    nearest.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.truncate(((FRAMED * solids.len() as f64) as usize).max(1));
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::math::{Quat, Vec3, vec3};
    use burgess_physics::laws::terrain::TerrainSpec;

    fn balls(count: usize) -> (Vec<Shape<f64>>, Vec<u64>, Frame) {
        let shape = Shape::Sphere { centre: Vec3::zero(), radius: 0.05 };
        let pose = |i: usize| {
            let [x, y, z] = [i % 16, i / 16 % 16, i / 256].map(|c| 0.1 * c as f64);
            (vec3(x, y, z + 0.05), Quat::identity())
        };
        (
            vec![shape; count],
            (0..count as u64).map(|i| i % 3).collect(),
            Frame { time: 0.0, poses: (0..count).map(pose).collect() },
        )
    }

    #[test]
    fn thousands_of_bodies_are_drawn_and_what_does_not_fit_is_refused() {
        let terrain = TerrainSpec::default().compile(0);
        let (shapes, kinds, mut frame) = balls(3000);
        let bodies = ManyBodies { shapes: &shapes, kinds: &kinds, terrain: &terrain };
        let picture = picture_of_many(bodies, &frame, (120, 90)).unwrap();
        let colours: std::collections::BTreeSet<_> = picture.pixels().iter().copied().collect();
        assert!(colours.len() > 500, "{} colours", colours.len());
        frame.poses[7].0.x = f64::NAN;
        assert!(picture_of_many(bodies, &frame, (20, 15)).is_ok());
        frame.poses.pop();
        let error = picture_of_many(bodies, &frame, (20, 15)).unwrap_err();
        assert!(error.to_string().contains("2999 poses for 3000 bodies"), "{error}");
        assert!(animate_many(bodies, &[], Animation::default()).is_err());
    }
}
