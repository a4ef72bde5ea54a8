//! What stays of a reach: tables, plots, and a few lines to print.

use super::{CarriedState, ReachResult};
use crate::experiment::{Reach, ReachGoal};
use crate::inverse::folder::{Folder, table};
use anyhow::Result;
use burgess_report::views::{LineView, LinesView, PanelView};

/// Writes everything into the folder, and gives what to print.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write(spec: &Reach, solution: &ReachResult, folder: &Folder) -> Result<String> {
    folder.write("loss.csv", &losses(solution))?;
    folder.write("actions.csv", &actions(spec, solution))?;
    folder.write("motion.csv", &motion(&solution.after))?;
    folder.draw(&loss_plot(spec, solution), "loss")?;
    folder.draw(&motion_plot(spec, solution), "motion")?;
    folder.draw(&path_plot(spec, solution), "path")?;
    Ok(summary(spec, solution))
}

fn losses(solution: &ReachResult) -> String {
    let row = |(step, &loss): (usize, &f64)| vec![step as f64, loss];
    table(&["step", "loss"], solution.losses.iter().enumerate().map(row))
}

/// One row a decision: its time, and the share of each joint's half range.
fn actions(spec: &Reach, solution: &ReachResult) -> String {
    let names: Vec<String> = (1..=solution.joints).map(|joint| format!("share{joint}")).collect();
    let names: Vec<&str> = std::iter::once("time").chain(names.iter().map(String::as_str)).collect();
    let row = |(decision, shares): (usize, &[f64])| {
        std::iter::once(decision as f64 / f64::from(spec.control_rate)).chain(shares.iter().copied()).collect()
    };
    table(&names, solution.actions.chunks_exact(solution.joints.max(1)).enumerate().map(row))
}

fn motion(moments: &[CarriedState]) -> String {
    let row = |moment: &CarriedState| {
        let CarriedState { time, view, distance, tilt } = moment;
        let place = [view.position, view.velocity].into_iter().flat_map(|v| v.to_array());
        std::iter::once(*time).chain(place).chain([*distance, *tilt]).collect()
    };
    table(&["time", "x", "y", "z", "vx", "vy", "vz", "distance", "tilt"], moments.iter().map(row))
}

fn title(spec: &Reach) -> String {
    format!("{}, seed {}", spec.name, spec.seed)
}

fn line(name: &str, colour: usize, dashed: bool, points: impl Iterator<Item = (f64, f64)>) -> LineView {
    LineView { name: name.into(), points: points.collect(), colour, dashed }
}

fn loss_plot(spec: &Reach, solution: &ReachResult) -> LinesView {
    let points = solution.losses.iter().enumerate().map(|(step, loss)| (step as f64, libm::log10(*loss)));
    LinesView {
        title: title(spec),
        second: String::new(),
        x_name: "gradient steps",
        panels: vec![PanelView {
            name: "log10 of loss",
            from_zero: false,
            lines: vec![line("loss", 0, false, points)],
        }],
    }
}

/// Tilt, distance and speed over time, each with its bound.
fn motion_plot(spec: &Reach, solution: &ReachResult) -> LinesView {
    let end = solution.after.last().map_or(0.0, |moment| moment.time);
    let panel = |name, bound: f64, of: fn(&CarriedState) -> f64| {
        let over = |moments: &[CarriedState]| moments.iter().map(|m| (m.time, of(m))).collect::<Vec<_>>();
        PanelView {
            name,
            from_zero: true,
            lines: vec![
                line("bound", 6, true, [(0.0, bound), (end, bound)].into_iter()),
                line("without actions", 1, true, over(&solution.before).into_iter()),
                line("with the actions found", 0, false, over(&solution.after).into_iter()),
            ],
        }
    };
    let ReachGoal { distance, speed, tilt } = spec.goal;
    LinesView {
        title: title(spec),
        second: "the bound on the tilt holds at all times, those on distance and speed at the end".into(),
        x_name: "time (s)",
        panels: vec![
            panel("tilt (degrees)", tilt.to_degrees(), |m| m.tilt.to_degrees()),
            panel("distance from the target (m)", distance, |m| m.distance),
            panel("speed (m/s)", speed, |m| m.view.velocity.norm_squared().sqrt()),
        ],
    }
}

/// The way from the side.
fn path_plot(spec: &Reach, solution: &ReachResult) -> LinesView {
    let way = solution.after.iter().map(|m| (m.view.position.x, m.view.position.z));
    let (x, _, z) = spec.target;
    // A cross, 2 cm wide.
    let cross = [(x - 0.01, z), (x + 0.01, z), (x, z), (x, z - 0.01), (x, z + 0.01)];
    LinesView {
        title: title(spec),
        second: "the way of what is carried, from the side".into(),
        x_name: "x (m)",
        panels: vec![PanelView {
            name: "z (m)",
            from_zero: false,
            lines: vec![line("way", 0, false, way), line("target", 1, false, cross.into_iter())],
        }],
    }
}

fn summary(spec: &Reach, solution: &ReachResult) -> String {
    let ReachGoal { distance, speed, tilt } = solution.result();
    let goal = &spec.goal;
    let loss = |loss: Option<&f64>| loss.copied().unwrap_or(f64::NAN);
    format!(
        "{} gradient steps: loss {:.4} to {:.4}\n  largest tilt {:.3} degrees of {:.3}\n  at the end {:.5} m from the \
         target, of {} m, at {:.5} m/s, of {} m/s",
        spec.descent.steps,
        loss(solution.losses.first()),
        loss(solution.losses.last()),
        tilt.to_degrees(),
        goal.tilt.to_degrees(),
        distance,
        goal.distance,
        speed,
        goal.speed
    )
}
