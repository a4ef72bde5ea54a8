//! `burgess world`: free bodies that fall, collide and come to rest, and creatures among them.

use super::backend;
use super::columns::scaled;
use super::interrupt::Interrupt;
use super::output::Output;
use super::print::print;
use anyhow::Context as _;
use burgess_core::say;
use burgess_evolution::evolve::residents::find_creatures;
use burgess_evolution::experiment::load_scene;
use burgess_physics::model::Shape;
use burgess_physics::shared_world::{CreatureState, Energy, Scene, Setup, Snapshot, Start};
use burgess_report::pictures::{Animation, Frame, ManyBodies, animate_many, picture_of_many};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Moments a second of the table and of the animation.
const SAMPLE_RATE: f64 = 20.0;
/// Moments that are printed, where neither is asked for.
const PRINTED: u32 = 10;
/// Width and height of a picture (pixels).
const PICTURE: (usize, usize) = (960, 720);

/// Which scene, and where what comes of it goes.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The scene's file, such as experiments/worlds/pile.ron.
    file: PathBuf,
    #[command(flatten)]
    backend: backend::Args,
    /// Time that is simulated (s) [default: the scene's duration].
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    seconds: Option<f64>,
    /// Write twenty moments a second to this file: energies, the deepest overlap, what was left out.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write where creatures are to this file, a line each for twenty moments a second.
    #[arg(long, value_name = "FILE")]
    creatures: Option<PathBuf>,
    /// Draw the bodies at the end.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Draw an animation.
    #[arg(long, value_name = "FILE")]
    gif: Option<PathBuf>,
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if seconds > 0.0 && seconds <= 36_000.0 => Ok(seconds),
        _ => Err("expected seconds above 0, at most 36000".into()),
    }
}

/// What is told of a moment.
struct Row {
    time: f64,
    energy: Energy,
    deepest: f64,
    left_out: u64,
    too_fast: u64,
    lost: usize,
}

/// Simulates, writes the files and prints what came of it.
///
/// # Errors
///
/// When the scene is wrong, there is no such backend, it fails, or a file cannot be written.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut scene = load_scene(&args.file)?;
    let notes = find_creatures(&mut scene, args.file.parent().unwrap_or(Path::new("")))
        .with_context(|| args.file.display().to_string())?;
    notes.into_iter().for_each(|note| say!("{note}"));
    if let Some(seconds) = args.seconds {
        scene.duration = seconds;
    }
    let csv = args.csv.clone().map(Output::open).transpose()?;
    let creatures = args.creatures.clone().map(Output::open).transpose()?;
    let picture = args.picture.clone().map(Output::open).transpose()?;
    let gif = args.gif.clone().map(Output::open).transpose()?;
    let setup = Setup::new(&scene);
    let mut simulation = args.backend.open_world(&setup)?;
    let interrupt =
        Interrupt::watch_for("stopping after this moment; Ctrl-C again aborts it".into(), "aborted".into())?;

    let steps = scene.steps().max(1);
    let period = if csv.is_some() || creatures.is_some() || gif.is_some() {
        (f64::from(scene.rate) / SAMPLE_RATE).round().max(1.0) as u32
    } else {
        steps.div_ceil(PRINTED)
    };
    let mut last = simulation.snapshot()?;
    let mut rows = vec![row(&scene, &setup, &last)];
    let mut frames = vec![frame(&scene, &last)];
    let mut places = String::from("time,world,creature,body,x,y,z,qw,qx,qy,qz,vx,vy,vz,depth\n");
    places += &places_of(&scene, &setup, &last);
    let (mut done, mut spent) = (0, Duration::ZERO);
    while done < steps && !interrupt.flag.load(Ordering::Relaxed) {
        let now = period.min(steps - done);
        let began = Instant::now();
        simulation.advance(now)?;
        spent += began.elapsed();
        done += now;
        last = simulation.snapshot()?;
        rows.push(row(&scene, &setup, &last));
        if creatures.is_some() {
            places += &places_of(&scene, &setup, &last);
        }
        if gif.is_some() {
            frames.push(frame(&scene, &last));
        }
    }
    summarise(&setup, done, spent, &rows);
    if let Some(output) = csv {
        output.write(csv_of(&rows).as_bytes())?;
    }
    if let Some(output) = creatures {
        output.write(places.as_bytes())?;
    }
    let (shapes, kinds) = drawn(&scene, &setup);
    let bodies = ManyBodies { shapes: &shapes, kinds: &kinds, terrain: &setup.rules.terrain };
    if let Some(output) = picture {
        let image = picture_of_many(bodies, &frame(&scene, &last), PICTURE)?;
        print(output.write(&image.encode_png()?)?.display());
    }
    if let Some(output) = gif {
        let animation = Animation { width: 480, height: 360, ..Animation::default() };
        print(output.write(&animate_many(bodies, &frames, animation)?)?.display());
    }
    Ok(if done < steps { interrupt.exit_code() } else { ExitCode::SUCCESS })
}

/// The shapes of all free bodies, then of the limbs of all creatures, and what decides their colours: each group and
/// each row of creatures has one.
fn drawn(scene: &Scene, setup: &Setup) -> (Vec<Shape<f64>>, Vec<u64>) {
    let free = setup.bodies.iter().zip(&setup.groups).map(|(body, &group)| (body.shape, u64::from(group)));
    let limbs = setup.creatures.iter().flat_map(|start| {
        let kind = (scene.groups.len() + start.breed) as u64;
        setup.breeds[start.breed].limbs.iter().map(move |limb| (limb.shape, kind))
    });
    free.chain(limbs).unzip()
}

/// Where all of them are.
fn frame(scene: &Scene, snapshot: &Snapshot) -> Frame {
    let free = snapshot.states.iter().map(|state| (state.position, state.orientation));
    let limbs = snapshot.creatures.iter().flat_map(|creature| creature.limbs.iter().copied());
    Frame { time: time(scene, snapshot), poses: free.chain(limbs).collect() }
}

/// A line for each creature: its base, the velocity of that link's centre of mass, and how deep it is in the ground or
/// in another body.
fn places_of(scene: &Scene, setup: &Setup, snapshot: &Snapshot) -> String {
    let (time, each) = (time(scene, snapshot), setup.creatures.len() / setup.worlds());
    let line = |(i, (start, creature)): (usize, (&Start, &CreatureState))| {
        let body = field(&scene.creatures[start.breed].body);
        let (at, turned, base) = (creature.position, creature.orientation, &creature.links[0].velocity);
        let numbers = [at.x, at.y, at.z, turned.w, turned.v.x, turned.v.y, turned.v.z, base.x, base.y, base.z];
        let numbers: String = numbers.iter().map(|x| format!("{x},")).collect();
        format!("{time},{},{},{body},{numbers}{}\n", start.world, i % each, creature.depth)
    };
    setup.creatures.iter().zip(&snapshot.creatures).enumerate().map(line).collect()
}

/// A name as a field of a table.
fn field(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn time(scene: &Scene, snapshot: &Snapshot) -> f64 {
    f64::from(snapshot.steps) / f64::from(scene.rate)
}

fn row(scene: &Scene, setup: &Setup, snapshot: &Snapshot) -> Row {
    Row {
        time: time(scene, snapshot),
        energy: snapshot.energy(setup),
        deepest: snapshot.deepest(),
        left_out: snapshot.left_out,
        too_fast: snapshot.too_fast,
        lost: snapshot.lost(),
    }
}

fn summarise(setup: &Setup, steps: u32, spent: Duration, rows: &[Row]) {
    let (bodies, worlds) = (setup.bodies.len(), setup.worlds());
    let seconds = spent.as_secs_f64();
    let rate = |count: usize| count as f64 * f64::from(steps) / seconds.max(1e-9);
    let in_worlds = format!("{worlds} {}", if worlds == 1 { "world" } else { "worlds" });
    print(format_args!(
        "{bodies} bodies in {in_worlds}, {steps} steps in {seconds:.3} s: {} body-steps/s",
        scaled(rate(bodies))
    ));
    if !setup.creatures.is_empty() {
        let links = |start: &Start| setup.breeds[start.breed].candidate.model.links.len();
        print(format_args!(
            "{} creatures of {} links: {} creature-steps/s",
            setup.creatures.len(),
            setup.creatures.iter().map(links).sum::<usize>(),
            scaled(rate(setup.creatures.len()))
        ));
    }
    print("  time (s)   kinetic (J)   potential (J)   deepest overlap (mm)");
    let stride = rows.len().saturating_sub(1).div_ceil(PRINTED as usize).max(1);
    for row in rows.iter().rev().step_by(stride).collect::<Vec<_>>().into_iter().rev() {
        let Row { time, energy, deepest, .. } = row;
        let (kinetic, potential, deepest) = (energy.kinetic, energy.potential, 1e3 * deepest);
        print(format_args!("  {time:8.3}   {kinetic:11.4e}   {potential:13.6e}   {deepest:20.3}"));
    }
    let Some(last) = rows.last() else { return };
    let faults = [
        (last.left_out, "partners left out: there is no room for so many beside a body (`partners` in the scene)"),
        (last.too_fast, "times a body went so far in a step that it may have missed contacts"),
        (last.lost as u64, "bodies or creatures whose state is no number any more"),
    ];
    for (count, what) in faults.into_iter().filter(|(count, _)| *count > 0) {
        print(format_args!("  {count} {what}"));
    }
    if faults.iter().all(|(count, _)| *count == 0) {
        print("  no contact was left out");
    }
}

fn csv_of(rows: &[Row]) -> String {
    let mut table = String::from("time,kinetic,potential,deepest,partners_left_out,too_fast,lost\n");
    for Row { time, energy, deepest, left_out, too_fast, lost } in rows {
        let Energy { kinetic, potential } = energy;
        table += &format!("{time},{kinetic},{potential},{deepest},{left_out},{too_fast},{lost}\n");
    }
    table
}
