//! Pictures of creatures on their terrain, by marching rays through the signed distances of links and ground (J. Hart 1996,
//! "Sphere tracing"); the ground's is the function that the physics uses.
//!
//! A picture takes a moment: the pose of every link. [`strip`] shows six moments, [`animate`] all of them, and
//! [`contact_sheet`] one of each of several creatures.

mod camera;
mod caption;
mod gif;
mod ground;
mod palette;
mod render;
mod scene;
mod shade;
mod solid;

use super::image::Image;
use super::pen::{FAINT_INK, INK, WHITE};
use anyhow::{Result, ensure};
use burgess_core::math::{Quat, Vec3};
use burgess_physics::laws::terrain::Terrain;
use burgess_physics::model::{MAX_LINKS, Model};
use camera::{Camera, follow};
use ground::Ground;
use rayon::prelude::*;
use scene::Scene;
use solid::Solid;
use std::path::Path;

/// Position (m) and orientation of a link frame in the world.
pub type Pose = (Vec3<f64>, Quat<f64>);

/// One moment of a creature's life.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Time (s).
    pub time: f64,
    /// Every link frame, in the order of the creature's links.
    pub poses: Vec<Pose>,
}

/// A body as it is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Figure<'a> {
    /// Its links.
    pub model: &'a Model<f64>,
    /// A number for each link; links with equal numbers have the same colour.
    pub kinds: &'a [u64],
}

/// One creature of a contact sheet.
pub struct Portrait<'a> {
    /// What stands below, a line or several.
    pub label: String,
    /// The body.
    pub body: Figure<'a>,
    /// The ground.
    pub terrain: &'a Terrain<f64>,
    /// The moment.
    pub frame: &'a Frame,
}

/// How an animation is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Animation {
    /// Width (pixels).
    pub width: usize,
    /// Height (pixels).
    pub height: usize,
    /// Pictures a second, at most 50: browsers slow faster ones down.
    pub rate: u32,
}

impl Default for Animation {
    fn default() -> Self {
        Self { width: 320, height: 240, rate: 20 }
    }
}

const MARGIN: usize = 20;
const GAP: usize = 12;

/// Six moments spread evenly over `frames`, in two rows, with time and distance below each.
///
/// # Errors
/// When there is no frame in which all poses are finite, or a frame does not fit the creature.
pub fn strip(body: Figure<'_>, terrain: &Terrain<f64>, frames: &[Frame], title: &str) -> Result<Image> {
    const TILE: (usize, usize) = (520, 390);
    const TEXT: f64 = 26.0;
    const TITLE: f64 = 34.0;
    let frames = usable(body, frames)?;
    let count = frames.len().min(6);
    let moments: Vec<&Frame> = (0..count).map(|i| frames[i * (frames.len() - 1) / (count - 1).max(1)]).collect();
    let tiles = take(body, terrain, &moments, 0.0, TILE);

    let (head, foot) = (1.6 * TITLE, 1.5 * TEXT);
    let below = 1.6 * TEXT;
    let rows = count.div_ceil(3);
    let width = 2 * MARGIN + 3 * TILE.0 + 2 * GAP;
    let height = 2 * MARGIN + (head + foot) as usize + rows * (TILE.1 + below as usize);
    let mut image = Image::new(width, height, WHITE);
    let room = (width - 2 * MARGIN) as f64;
    caption::write(&mut image, title, (MARGIN as f64, MARGIN as f64), TITLE, INK, room)?;
    for (i, (tile, frame)) in tiles.iter().zip(&moments).enumerate() {
        let x = MARGIN + i % 3 * (TILE.0 + GAP);
        let y = MARGIN + head as usize + i / 3 * (TILE.1 + below as usize);
        image.paste(tile, x, y);
        let at = (x as f64, (y + TILE.1) as f64 + 0.3 * TEXT);
        caption::write(&mut image, &moment_text(frame), at, TEXT, INK, TILE.0 as f64)?;
    }
    let at = (MARGIN as f64, (height - MARGIN) as f64 - 1.1 * TEXT);
    caption::write(&mut image, &grid_text(), at, 0.85 * TEXT, FAINT_INK, room)?;
    Ok(image)
}

/// Writes all moments as an animated GIF, the nearest frame for each picture, in the frames' own time.
///
/// # Errors
/// As [`strip`], or when the file can't be written.
pub fn animate(
    body: Figure<'_>,
    terrain: &Terrain<f64>,
    frames: &[Frame],
    animation: Animation,
    path: &Path,
) -> Result<()> {
    let Animation { width, height, rate } = animation;
    ensure!((1..=50).contains(&rate), "an animation has 1 to 50 pictures a second, not {rate}");
    let frames = usable(body, frames)?;
    // GIFs count in hundredths of a second.
    let delay = (100.0 / f64::from(rate)).round() as u16;
    let moments = resampled(&frames, f64::from(delay) / 100.0);
    let mut pictures = take(body, terrain, &moments, 0.8, (width, height));
    let em = (height as f64 / 15.0).clamp(10.0, 28.0);
    for (picture, frame) in pictures.iter_mut().zip(&moments) {
        caption::write_over(picture, &moment_text(frame), (0.8 * em, 0.6 * em), em, width as f64 - 1.6 * em)?;
    }
    gif::write(&pictures, delay, path)
}

/// Portraits side by side, each with its label.
///
/// # Errors
/// When there is no portrait, or one has poses that are not finite or don't fit its creature.
pub fn contact_sheet(title: &str, portraits: &[Portrait]) -> Result<Image> {
    const TILE: (usize, usize) = (360, 270);
    const TEXT: f64 = 22.0;
    const TITLE: f64 = 34.0;
    ensure!(!portraits.is_empty(), "a contact sheet needs at least one portrait");
    for portrait in portraits {
        usable(portrait.body, std::slice::from_ref(portrait.frame))?;
    }
    let tiles: Vec<Image> =
        portraits.par_iter().flat_map_iter(|p| take(p.body, p.terrain, &[p.frame], 0.0, TILE)).collect();

    // A little wider than high, with rows as equal as can be.
    let widest = (1..=8).find(|c| 10 * c * c >= 13 * portraits.len()).unwrap_or(8);
    let rows = portraits.len().div_ceil(widest);
    let columns = portraits.len().div_ceil(rows);
    // All labels in one size, unless a very long one would make them hard to read.
    let all_lines = portraits.iter().flat_map(|p| p.label.lines());
    let text = all_lines.map(|line| caption::fitted(line, TEXT, TILE.0 as f64)).fold(TEXT, f64::min).max(0.75 * TEXT);
    let lines = portraits.iter().map(|p| p.label.lines().count()).max().unwrap_or(0);
    let below = ((lines as f64 * 1.3 + 0.7) * text) as usize;
    let head = (1.6 * TITLE) as usize;
    let width = 2 * MARGIN + columns * TILE.0 + (columns - 1) * GAP;
    let height = 2 * MARGIN + head + rows * (TILE.1 + below) - below / 4;
    let mut image = Image::new(width, height, WHITE);
    let room = (width - 2 * MARGIN) as f64;
    caption::write(&mut image, title, (MARGIN as f64, MARGIN as f64), TITLE, INK, room)?;
    for (i, (tile, portrait)) in tiles.iter().zip(portraits).enumerate() {
        let (x, y) = (MARGIN + i % columns * (TILE.0 + GAP), MARGIN + head + i / columns * (TILE.1 + below));
        image.paste(tile, x, y);
        for (line, content) in portrait.label.lines().enumerate() {
            let at = (x as f64, (y + TILE.1) as f64 + (0.3 + 1.3 * line as f64) * text);
            caption::write(&mut image, content, at, text, INK, TILE.0 as f64)?;
        }
    }
    Ok(image)
}

/// Pictures of moments, seen by a camera that follows; `window` as in [`follow`].
fn take(body: Figure<'_>, terrain: &Terrain<f64>, moments: &[&Frame], window: f64, size: (usize, usize)) -> Vec<Image> {
    let ground = Ground::new(terrain);
    let solids = |frame: &Frame| -> Vec<Solid> { Scene::new(&ground, body, &frame.poses).solids };
    let placed: Vec<(f64, Vec<Solid>)> = moments.iter().map(|frame| (frame.time, solids(frame))).collect();
    let cameras: Vec<Camera> = follow(&ground, &placed, window, size);
    let picture =
        |(frame, camera): (&&Frame, &Camera)| render::render(&Scene::new(&ground, body, &frame.poses), camera, size);
    moments.par_iter().zip(&cameras).map(picture).collect()
}

/// Frames whose poses are all finite.
fn usable<'a>(body: Figure<'_>, frames: &'a [Frame]) -> Result<Vec<&'a Frame>> {
    let links = body.model.links.len();
    ensure!((1..=MAX_LINKS).contains(&links), "pictures show 1 to {MAX_LINKS} links, not {links}");
    for frame in frames {
        let poses = frame.poses.len();
        ensure!(poses == links, "the frame at {} s has {poses} poses for {links} links", frame.time);
    }
    let finite = |f: &&Frame| f.time.is_finite() && f.poses.iter().all(|(p, q)| p.is_finite() && q.is_finite());
    let usable: Vec<&Frame> = frames.iter().filter(finite).collect();
    ensure!(!usable.is_empty(), "there is no moment at which all links have a finite place");
    Ok(usable)
}

/// The nearest frame for each multiple of `step` (s), from the first frame to the last.
fn resampled<'a>(frames: &[&'a Frame], step: f64) -> Vec<&'a Frame> {
    let (start, end) = (frames[0].time, frames[frames.len() - 1].time);
    let count = ((end - start) / step + 1e-6).floor().max(0.0) as usize + 1;
    let nearest = |i: usize| {
        let time = start + i as f64 * step;
        let after = frames.partition_point(|f| f.time < time).min(frames.len() - 1);
        let before = after.saturating_sub(1);
        if (frames[before].time - time).abs() < (frames[after].time - time).abs() {
            frames[before]
        } else {
            frames[after]
        }
    };
    (0..count).map(nearest).collect()
}

/// Time, and place of the base, which starts at x = 0.
fn moment_text(frame: &Frame) -> String {
    let x = format!("{:.2}", frame.poses[0].0.x);
    format!("t = {:.2} s,  x = {} m", frame.time, x.replace('-', "−"))
}

fn grid_text() -> String {
    format!("lines every {} m, strong ones every {} m; the line x = 0 is red", shade::FINE_GRID, shade::COARSE_GRID)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burgess_core::math::{Mat3, Sym3, vec3};
    use burgess_physics::laws::terrain::TerrainSpec;
    use burgess_physics::model::{Collider, Link, Shape};

    /// A base with other links on it, one for each shape.
    fn creature(shapes: &[Shape<f64>]) -> Model<f64> {
        let link = Link { parent: 0, mass: 1.0, com: Vec3::zero(), inertia: Sym3::scalar(0.01) };
        let colliders = shapes.iter().enumerate().map(|(link, &shape)| Collider { link, shape });
        Model { links: vec![link; shapes.len()], colliders: colliders.collect(), ..Model::none() }
    }

    /// As it is drawn, each link in a colour of its own.
    pub fn figure(creature: &Model<f64>) -> Figure<'_> {
        Figure { model: creature, kinds: &[0, 1, 2, 3, 4][..model.links.len()] }
    }

    /// One ball.
    pub fn ball(radius: f64) -> Model<f64> {
        creature(&[Shape::Sphere { centre: Vec3::zero(), radius }])
    }

    /// A plate on four legs, standing on the plane z = 0 with its middle above the origin.
    pub fn table() -> (Model<f64>, Vec<Pose>) {
        let plate = Shape::Box { centre: Vec3::zero(), axes: Mat3::identity(), half: vec3(0.3, 0.2, 0.03) };
        let leg = Shape::Capsule { from: Vec3::zero(), to: vec3(0.0, 0.0, -0.36), radius: 0.04 };
        let corners = [(0.25, 0.15), (0.25, -0.15), (-0.25, 0.15), (-0.25, -0.15)];
        let mut poses = vec![(vec3(0.0, 0.0, 0.4), Quat::identity())];
        poses.extend(corners.map(|(x, y)| (vec3(x, y, 0.4), Quat::identity())));
        (creature(&[plate, leg, leg, leg, leg]), poses)
    }

    fn frames(count: usize) -> (Model<f64>, Vec<Frame>) {
        let (creature, poses) = table();
        let shifted = |i: usize| poses.iter().map(|&(p, q)| (p + vec3(0.02 * i as f64, 0.0, 0.0), q)).collect();
        (creature, (0..count).map(|i| Frame { time: 0.02 * i as f64, poses: shifted(i) }).collect())
    }

    #[test]
    fn frames_that_do_not_fit_are_refused_and_broken_ones_left_out() {
        let terrain = TerrainSpec::default().compile(0);
        let (creature, mut frames) = frames(8);
        frames[7].poses[2].0.x = f64::NAN;
        assert_eq!(usable(figure(&creature), &frames).unwrap().len(), 7);
        frames[3].poses.pop();
        let error = strip(figure(&creature), &terrain, &frames, "").unwrap_err();
        assert!(error.to_string().contains("4 poses for 5 links"), "{error}");
        assert!(strip(figure(&creature), &terrain, &[], "").is_err());
        assert!(contact_sheet("", &[]).is_err());
    }

    #[test]
    fn animations_keep_the_time_of_the_frames() {
        let (_, frames) = frames(101);
        let frames: Vec<&Frame> = frames.iter().collect();
        let moments = resampled(&frames, 0.05);
        assert_eq!(moments.len(), 41);
        for (i, frame) in moments.iter().enumerate() {
            assert!((frame.time - 0.05 * i as f64).abs() <= 0.0101, "{i}: {}", frame.time);
        }
        assert_eq!(resampled(&frames[..1], 0.05).len(), 1);
    }

    #[test]
    fn pictures_have_the_same_bits_for_any_number_of_threads() {
        let terrain = TerrainSpec::Bumps { height: 0.04, wavelength: 0.7 }.compile(1);
        let (creature, frames) = frames(1);
        let image = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| take(figure(&creature), &terrain, &[&frames[0]], 0.0, (160, 120)).remove(0))
        };
        let one = image(1);
        assert_eq!(one, image(3));
        let colours: std::collections::BTreeSet<_> = one.pixels().iter().copied().collect();
        assert!(colours.len() > 500, "{} colours", colours.len());
    }
}
