//! `burgess world`: free bodies that fall, collide and come to rest.

use super::backend;
use super::interrupt::Interrupt;
use super::output::Output;
use super::print::print;
use burgess_evolution::experiment::load_scene;
use burgess_physics::model::Shape;
use burgess_physics::shared_world::{Energy, Scene, Setup, Snapshot};
use burgess_report::pictures::{Animation, Frame, ManyBodies, animate_many, picture_of_many};
use std::path::PathBuf;
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
    if let Some(seconds) = args.seconds {
        scene.duration = seconds;
    }
    let csv = args.csv.clone().map(Output::open).transpose()?;
    let picture = args.picture.clone().map(Output::open).transpose()?;
    let gif = args.gif.clone().map(Output::open).transpose()?;
    let setup = Setup::new(&scene);
    let mut simulation = args.backend.open_world(&setup)?;
    let interrupt =
        Interrupt::watch_for("stopping after this moment; Ctrl-C again aborts it".into(), "aborted".into())?;

    let steps = scene.steps().max(1);
    let period = if csv.is_some() || gif.is_some() {
        (f64::from(scene.rate) / SAMPLE_RATE).round().max(1.0) as u32
    } else {
        steps.div_ceil(PRINTED)
    };
    let mut last = simulation.snapshot()?;
    let mut rows = vec![row(&scene, &setup, &last)];
    let mut frames = vec![frame(&scene, &last)];
    let (mut done, mut spent) = (0, Duration::ZERO);
    while done < steps && !interrupt.flag.load(Ordering::Relaxed) {
        let now = period.min(steps - done);
        let began = Instant::now();
        simulation.advance(now)?;
        spent += began.elapsed();
        done += now;
        last = simulation.snapshot()?;
        rows.push(row(&scene, &setup, &last));
        if gif.is_some() {
            frames.push(frame(&scene, &last));
        }
    }
    summarise(&setup, done, spent, &rows);
    if let Some(output) = csv {
        output.write(csv_of(&rows).as_bytes())?;
    }
    let shapes: Vec<Shape<f64>> = setup.bodies.iter().map(|body| body.shape).collect();
    let kinds: Vec<u64> = setup.groups.iter().map(|&group| group.into()).collect();
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

/// Where all bodies are.
fn frame(scene: &Scene, snapshot: &Snapshot) -> Frame {
    let poses = snapshot.states.iter().map(|state| (state.position, state.orientation)).collect();
    Frame { time: time(scene, snapshot), poses }
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
    let rate = bodies as f64 * f64::from(steps) / seconds.max(1e-9);
    print(format_args!(
        "{bodies} bodies in {worlds} {}, {steps} steps in {seconds:.3} s: {} body-steps/s",
        if worlds == 1 { "world" } else { "worlds" },
        scaled(rate)
    ));
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
        (last.lost as u64, "bodies whose state is no number any more"),
    ];
    for (count, what) in faults.into_iter().filter(|(count, _)| *count > 0) {
        print(format_args!("  {count} {what}"));
    }
    if faults.iter().all(|(count, _)| *count == 0) {
        print("  no contact was left out");
    }
}

/// With three digits and a unit, e.g. `5.41 G`.
fn scaled(x: f64) -> String {
    let (factor, unit) = match x {
        x if x >= 1e9 => (1e-9, " G"),
        x if x >= 1e6 => (1e-6, " M"),
        x if x >= 1e3 => (1e-3, " k"),
        _ => (1.0, ""),
    };
    format!("{:.2}{unit}", x * factor)
}

fn csv_of(rows: &[Row]) -> String {
    let mut table = String::from("time,kinetic,potential,deepest,partners_left_out,too_fast,lost\n");
    for Row { time, energy, deepest, left_out, too_fast, lost } in rows {
        let Energy { kinetic, potential } = energy;
        table += &format!("{time},{kinetic},{potential},{deepest},{left_out},{too_fast},{lost}\n");
    }
    table
}
