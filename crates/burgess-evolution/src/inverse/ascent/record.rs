//! What stays of an ascent: tables, the solutions as files to simulate, plots, and a few lines to print.

use super::{AscentResult, Climbed};
use crate::experiment::{Aim, Ascent};
use crate::genome::{Genome, Policy, PolicyFile, morphology};
use crate::inverse::folder::{Folder, table};
use anyhow::Result;
use burgess_report::views::{LineView, LinesView, PanelView};

/// Writes everything into the folder, and gives what to print.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write(spec: &Ascent, policy: &Policy, solution: &AscentResult, folder: &Folder) -> Result<String> {
    folder.write("starts.csv", &starts(solution))?;
    folder.write("loss.csv", &courses(solution))?;
    for (index, climbed) in solution.starts.iter().enumerate() {
        write_genome(&format!("solutions/{index:02}"), &climbed.ascent.genome, policy, folder)?;
    }
    folder.draw(&course_plot(spec, solution), "loss")?;
    folder.draw(&result_plot(spec, solution), "starts")?;
    Ok(summary(spec, solution))
}

/// Body and gait as files that `burgess simulate` takes.
fn write_genome(stem: &str, genome: &Genome, policy: &Policy, folder: &Folder) -> Result<()> {
    folder.write(&format!("{stem}-body.ron"), &morphology::to_text(&genome.body)?)?;
    let file = PolicyFile { policy: policy.clone(), brain: genome.brain.clone() };
    folder.write(&format!("{stem}-gait.ron"), &file.to_text()?)
}

/// One row a start: rewards of the judged episode, and the objective over the horizon.
fn starts(solution: &AscentResult) -> String {
    let row = |(index, climbed): (usize, &Climbed)| {
        let Climbed { judged, ascent, hill, .. } = climbed;
        let (hill_best, hill_lost) = hill.as_ref().map_or((f64::NAN, 0), |hill| (hill.best, hill.lost));
        let lost = [ascent.lost, hill_lost].map(f64::from);
        vec![index as f64, judged.start, judged.ascent, judged.hill, ascent.best, hill_best, lost[0], lost[1]]
    };
    let names = [
        "start",
        "judged_before",
        "judged_gradient",
        "judged_hill_climbing",
        "objective_gradient",
        "objective_hill_climbing",
        "lost_gradient",
        "lost_hill_climbing",
    ];
    table(&names, solution.starts.iter().enumerate().map(row))
}

/// One row a start, method and evaluation.
fn courses(solution: &AscentResult) -> String {
    let mut text = "start,method,evaluation,objective\n".to_owned();
    for (index, climbed) in solution.starts.iter().enumerate() {
        for (method, course) in methods(climbed) {
            for (evaluation, height) in course.iter().enumerate() {
                text += &format!("{index},{method},{evaluation},{height}\n");
            }
        }
    }
    text
}

fn methods(climbed: &Climbed) -> impl Iterator<Item = (&'static str, &[f64])> {
    let ascent = ("gradient", climbed.ascent.heights.as_slice());
    let hill = climbed.hill.as_ref().map(|hill| ("hill_climbing", hill.heights.as_slice()));
    std::iter::once(ascent).chain(hill)
}

/// The mean objective over evaluations; starts whose way ended count with their last.
fn course_plot(spec: &Ascent, solution: &AscentResult) -> LinesView {
    let mut lines = Vec::new();
    for (colour, (method, name)) in
        [("gradient", "gradient ascent"), ("hill_climbing", "hill climbing")].into_iter().enumerate()
    {
        let ways: Vec<&[f64]> =
            solution.starts.iter().flat_map(methods).filter(|(m, _)| *m == method).map(|(_, way)| way).collect();
        let length = ways.iter().map(|way| way.len()).max().unwrap_or(0);
        let at = |i: usize| {
            let values = ways.iter().filter_map(|way| way.get(i).or(way.last()));
            values.sum::<f64>() / ways.len() as f64
        };
        if length > 0 {
            let points = (0..length).map(|i| (i as f64, at(i))).collect();
            lines.push(LineView { name: name.into(), points, colour, dashed: colour > 0 });
        }
    }
    LinesView {
        title: title(spec),
        second: format!("mean over {} starts, horizon {} s", spec.starts, spec.task.duration),
        x_name: "evaluations",
        panels: vec![PanelView { name: "objective", from_zero: true, lines }],
    }
}

/// What each start came to, worst first.
fn result_plot(spec: &Ascent, solution: &AscentResult) -> LinesView {
    let mut order: Vec<&Climbed> = solution.starts.iter().collect();
    order.sort_by(|a, b| a.judged.ascent.total_cmp(&b.judged.ascent));
    let line = |name: &str, colour, dashed, of: fn(&Climbed) -> f64| LineView {
        name: name.into(),
        points: order.iter().enumerate().map(|(i, climbed)| (i as f64, of(climbed))).collect(),
        colour,
        dashed,
    };
    let mut lines = vec![line("before", 6, true, |c| c.judged.start)];
    if spec.hill_climbing.is_some() {
        lines.push(line("hill climbing", 1, true, |c| c.judged.hill));
    }
    lines.push(line("gradient ascent", 0, false, |c| c.judged.ascent));
    LinesView {
        title: title(spec),
        second: headline(spec, solution),
        x_name: "start, ordered by result",
        panels: vec![PanelView { name: reward_name(spec), from_zero: true, lines }],
    }
}

fn title(spec: &Ascent) -> String {
    format!("{}, seed {}", spec.name, spec.seed)
}

/// What the reward is called, if it is made of one term.
fn reward_name(spec: &Ascent) -> &'static str {
    match spec.task.reward.as_slice() {
        [only] if only.term.label().0 == "forward progress" && only.weight == 1.0 => "forward progress (m)",
        _ => "reward",
    }
}

fn headline(spec: &Ascent, solution: &AscentResult) -> String {
    let means = solution.means();
    let seconds = solution.seconds;
    let mut text = format!("mean reward over {seconds} s: {:.3} before, {:.3} after", means.start, means.ascent);
    if let Some(evaluations) = spec.hill_climbing {
        text += &format!(", {:.3} by hill climbing with {evaluations} evaluations", means.hill);
    }
    text
}

fn summary(spec: &Ascent, solution: &AscentResult) -> String {
    let mut text = format!(
        "{} starts, {} gradient steps each: {}",
        solution.starts.len(),
        spec.descent.steps,
        headline(spec, solution)
    );
    if let Aim::Rate(rate) = spec.aim {
        text += &format!("\nworst distance from a rate of {rate}/s: {:.4}/s", solution.worst_miss(rate));
    }
    let lost: u32 = solution.starts.iter().map(|climbed| climbed.ascent.lost).sum();
    if lost > 0 {
        text += &format!("\n{lost} ways ended early at a gradient that is not finite");
    }
    text
}
