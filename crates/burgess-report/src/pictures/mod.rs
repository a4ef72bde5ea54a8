//! Pictures of bodies on their terrain, drawn by marching rays through the signed distances of links and ground (J. Hart 1996, "Sphere tracing").
//! The distance from the ground is the function that the physics uses.
//!
//! A picture shows one moment: the pose of every link. [`strip`] shows six moments of a body, [`animate`] all of them, and [`contact_sheet`]
//! one moment of each of several bodies. [`picture_of_many`] and [`animate_many`] show thousands of free bodies.
//!
//! # Example
//!
//! ```
//! use burgess_core::math::{Quat, Sym3, Vec3, vec3};
//! use burgess_physics::laws::terrain::TerrainSpec;
//! use burgess_physics::model::{Collider, Link, Model, Shape};
//! use burgess_report::pictures::{ColouredBody, Frame, strip};
//!
//! # fn main() -> anyhow::Result<()> {
//! let link = Link { parent: 0, mass: 1.0, com: Vec3::zero(), inertia: Sym3::scalar(0.01) };
//! let ball = Collider { link: 0, shape: Shape::Sphere { centre: Vec3::zero(), radius: 0.2 } };
//! let model = Model { links: vec![link], colliders: vec![ball], ..Model::default() };
//! let frame = Frame { time: 0.0, poses: vec![(vec3(0.0, 0.0, 0.2), Quat::identity())] };
//! let body = ColouredBody { model: &model, kinds: &[0] };
//! let picture = strip(body, &TerrainSpec::default().compile(0), &[frame], "a ball")?;
//! assert!(picture.width() > 1500);
//! # Ok(())
//! # }
//! ```

mod camera;
mod caption;
mod gif;
mod ground;
mod look;
mod many;
mod moment;
mod palette;
mod render;
#[cfg(test)]
mod samples;
mod scene;
mod shade;
mod solid;
mod tree;

use crate::image::Image;
use crate::pen::{FAINT_INK, INK, WHITE};
use anyhow::{Result, ensure};
use burgess_physics::laws::terrain::Terrain;
use burgess_physics::model::MAX_LINKS;
use camera::{Camera, follow};
use ground::Ground;
use rayon::prelude::*;
use scene::Scene;
use solid::Solid;

pub(crate) use look::Look;
pub use many::{ManyBodies, animate_many, picture_of_many};
pub use moment::{ColouredBody, Frame, Pose};
pub(crate) use palette::{link_colours, object_colour};
pub(crate) use solid::ROUND;

/// One body of a contact sheet.
#[derive(Clone, Debug)]
pub struct Portrait<'a> {
    /// Text below the picture, one line or several.
    pub label: String,
    /// The body.
    pub body: ColouredBody<'a>,
    /// The ground.
    pub terrain: &'a Terrain<f64>,
    /// The moment that is shown.
    pub frame: &'a Frame,
}

/// Size and rate of an animation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Animation {
    /// Width (pixels).
    pub width: usize,
    /// Height (pixels).
    pub height: usize,
    /// Pictures per second, at most 50: browsers slow down faster animations.
    pub rate: u32,
}

impl Default for Animation {
    fn default() -> Self {
        Self { width: 320, height: 240, rate: 20 }
    }
}

/// Largest number of colliders of a body whose pictures are drawn.
const MAX_SOLIDS: usize = 32;
/// White space around a sheet of pictures (pixels).
const MARGIN: usize = 20;
/// Space between pictures (pixels).
const GAP: usize = 12;

/// Six moments, spread evenly over `frames`, in two rows. Time and position are written below each.
///
/// # Errors
/// If the body has no collider or too many, if there is not one kind and one pose per link, or if no frame has only finite poses.
pub fn strip(body: ColouredBody<'_>, terrain: &Terrain<f64>, frames: &[Frame], title: &str) -> Result<Image> {
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

/// The bytes of an animated GIF that plays `frames` in real time. Each picture shows the frame that is nearest to its time.
///
/// # Errors
/// The same as for [`strip`]; also if the rate is not 1 to 50 pictures per second.
pub fn animate(
    body: ColouredBody<'_>,
    terrain: &Terrain<f64>,
    frames: &[Frame],
    animation: Animation,
) -> Result<Vec<u8>> {
    let Animation { width, height, rate } = animation;
    ensure!((1..=50).contains(&rate), "an animation has 1 to 50 pictures a second, not {rate}");
    let frames = usable(body, frames)?;
    // GIFs measure time in hundredths of a second.
    let delay = (100.0 / f64::from(rate)).round() as u16;
    let moments = resampled(&frames, f64::from(delay) / 100.0);
    let mut pictures = take(body, terrain, &moments, 0.8, (width, height));
    let em = (height as f64 / 15.0).clamp(10.0, 28.0);
    for (picture, frame) in pictures.iter_mut().zip(&moments) {
        caption::write_over(picture, &moment_text(frame), (0.8 * em, 0.6 * em), em, width as f64 - 1.6 * em)?;
    }
    gif::encode(&pictures, delay)
}

/// Portraits side by side, each with its label.
///
/// # Errors
/// If there is no portrait, or if one of them breaks the conditions of [`strip`].
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

    // The sheet is a little wider than high, and its rows are as equally filled as possible.
    let widest = (1..=8).find(|c| 10 * c * c >= 13 * portraits.len()).unwrap_or(8);
    let rows = portraits.len().div_ceil(widest);
    let columns = portraits.len().div_ceil(rows);
    // All labels have the same size, unless a very long one would make them too small to read.
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

/// Pictures of moments from a camera that follows the body. `window` is explained at [`follow`].
fn take(
    body: ColouredBody<'_>,
    terrain: &Terrain<f64>,
    moments: &[&Frame],
    window: f64,
    size: (usize, usize),
) -> Vec<Image> {
    let ground = Ground::new(terrain);
    let solids = |frame: &Frame| -> Vec<Solid> { Scene::new(&ground, body, &frame.poses).solids };
    let placed: Vec<(f64, Vec<Solid>)> = moments.iter().map(|frame| (frame.time, solids(frame))).collect();
    let cameras: Vec<Camera> = follow(&ground, &placed, window, size);
    let picture =
        |(frame, camera): (&&Frame, &Camera)| render::render(&Scene::new(&ground, body, &frame.poses), camera, size);
    moments.par_iter().zip(&cameras).map(picture).collect()
}

/// The direction from a body to a camera that sees it at some moments, at least one, past all ground: that from which pictures of these moments
/// are taken. A moment has a pose for every link, those of objects included.
pub(crate) fn direction_to_camera(body: ColouredBody<'_>, terrain: &Terrain<f64>, moments: &[Vec<Pose>]) -> [f32; 3] {
    let ground = Ground::new(terrain);
    let placed: Vec<(f64, Vec<Solid>)> =
        moments.iter().map(|poses| (0.0, Scene::new(&ground, body, poses).solids)).collect();
    follow(&ground, &placed, 0.0, (1, 1))[0].direction().to_array()
}

/// The frames whose poses are all finite, after a check that all frames fit the body.
fn usable<'a>(body: ColouredBody<'_>, frames: &'a [Frame]) -> Result<Vec<&'a Frame>> {
    let ColouredBody { model, kinds } = body;
    let (links, shapes) = (model.links.len(), model.all_colliders().count());
    ensure!((1..=MAX_LINKS).contains(&links), "pictures show 1 to {MAX_LINKS} links, not {links}");
    ensure!((1..=MAX_SOLIDS).contains(&shapes), "pictures show 1 to {MAX_SOLIDS} colliders, not {shapes}");
    ensure!(model.colliders.iter().all(|c| c.link < links), "a collider is fixed to a link that does not exist");
    ensure!(kinds.len() == links, "{} kinds for {links} links", kinds.len());
    let all = model.link_count();
    for frame in frames {
        let poses = frame.poses.len();
        ensure!(poses == all, "the frame at {} s has {poses} poses for {all} links and objects", frame.time);
    }
    let finite = |f: &&Frame| f.time.is_finite() && f.poses.iter().all(|(p, q)| p.is_finite() && q.is_finite());
    let usable: Vec<&Frame> = frames.iter().filter(finite).collect();
    ensure!(!usable.is_empty(), "there is no moment at which all links have a finite place");
    Ok(usable)
}

/// For each multiple of `step` (s), from the first frame to the last, the frame that is nearest in time.
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

/// Text for a moment: its time, and the x coordinate of the base, which starts at 0.
fn moment_text(frame: &Frame) -> String {
    let x = format!("{:.2}", frame.poses[0].0.x);
    format!("t = {:.2} s,  x = {} m", frame.time, x.replace('-', "−"))
}

/// Text that explains the lines on the ground.
fn grid_text() -> String {
    format!("lines every {} m, strong ones every {} m; the line x = 0 is red", shade::FINE_GRID, shade::COARSE_GRID)
}

#[cfg(test)]
mod tests {
    use super::samples::{coloured, table};
    use super::*;
    use burgess_core::math::vec3;
    use burgess_physics::laws::terrain::TerrainSpec;
    use burgess_physics::model::Model;

    fn frames(count: usize) -> (Model<f64>, Vec<Frame>) {
        let (model, poses) = table();
        let shifted = |i: usize| poses.iter().map(|&(p, q)| (p + vec3(0.02 * i as f64, 0.0, 0.0), q)).collect();
        (model, (0..count).map(|i| Frame { time: 0.02 * i as f64, poses: shifted(i) }).collect())
    }

    #[test]
    fn frames_that_do_not_fit_are_refused_and_broken_ones_left_out() {
        let terrain = TerrainSpec::default().compile(0);
        let (model, mut frames) = frames(8);
        frames[7].poses[2].0.x = f64::NAN;
        assert_eq!(usable(coloured(&model), &frames).unwrap().len(), 7);
        frames[3].poses.pop();
        let error = strip(coloured(&model), &terrain, &frames, "").unwrap_err();
        assert!(error.to_string().contains("4 poses for 5 links and objects"), "{error}");
        assert!(strip(coloured(&model), &terrain, &[], "").is_err());
        let error = strip(ColouredBody { kinds: &[0], ..coloured(&model) }, &terrain, &frames[..3], "").unwrap_err();
        assert!(error.to_string().contains("1 kinds for 5 links"), "{error}");
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
        let (model, frames) = frames(1);
        let image = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| take(coloured(&model), &terrain, &[&frames[0]], 0.0, (160, 120)).remove(0))
        };
        let one = image(1);
        assert_eq!(one, image(3));
        let colours: std::collections::BTreeSet<_> = one.pixels().iter().copied().collect();
        assert!(colours.len() > 500, "{} colours", colours.len());
    }
}
