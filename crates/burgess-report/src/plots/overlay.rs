//! Several runs in one figure. Runs of the same experiment are repetitions: the figure shows their mean and their spread.

use super::colour::OKABE_ITO;
use super::curves::{BEST, BODY_DISTANCE, COVERAGE, Curves, Panel, QD_SCORE, Quantity, Series, Span, TOPOLOGIES};
use super::legend::Entry;
use super::ticks::extent;
use crate::numbers::counted;
use crate::pen::At;
use crate::views::{CourseView, MetricsRow, Progress};

/// Number of values of x at which repetitions are averaged.
const PLACES: usize = 300;

/// What is drawn, one panel each. Quantities of bodies are drawn only if the bodies of some run evolve. Best and mean reward can differ so much in
/// size that they do not share a panel.
pub(crate) fn quantities(runs: &[CourseView<'_>]) -> Vec<Quantity> {
    let evolve = runs.iter().any(|run| run.bodies_evolve);
    let of_bodies = [TOPOLOGIES, BODY_DISTANCE].into_iter().filter(|_| evolve);
    let [mut qd_score, mut coverage] = [QD_SCORE, COVERAGE];
    if runs.iter().any(|run| run.passive) {
        (qd_score.name, coverage.name) = ("QD-score in the passive grid", "coverage of the passive grid (%)");
    }
    [qd_score, coverage, BEST, MEAN].into_iter().chain(of_bodies).collect()
}

const MEAN: Quantity =
    Quantity { stem: "mean-reward", name: "mean reward of the elites", span: Span::Data, value: |row| row.mean };

/// The figure of all runs, grouped by the name of their experiment in order of appearance. Thin lines mark the values of x in `marks`.
pub(crate) fn overlay(runs: &[CourseView<'_>], progress: Progress, marks: Vec<f64>) -> Curves {
    let groups = groups(runs);
    let entries: Vec<Entry> = groups.iter().enumerate().map(|(i, group)| entry(i, group)).collect();
    let panel = |Quantity { name, span, value, .. }: Quantity| {
        let series = groups.iter().zip(&entries).map(|(group, entry)| series(group, entry, progress, value));
        Panel { name: name.into(), span, series: series.collect(), legend: false }
    };
    let repeated = groups.iter().any(|group| group.len() > 1);
    let mut notes = Vec::new();
    if repeated {
        notes.push("lines: mean over seeds; bands: from the lowest to the highest seed");
    }
    if !marks.is_empty() {
        notes.push("upright line: where the tables compare");
    }
    Curves {
        title: format!("{}, {}", counted(groups.len(), "experiment"), counted(runs.len(), "run")),
        second: String::new(),
        x_name: progress.name(),
        panels: quantities(runs).into_iter().map(panel).collect(),
        legend: entries,
        note: notes.join("; "),
        marks,
    }
}

fn groups<'a>(runs: &[CourseView<'a>]) -> Vec<Vec<CourseView<'a>>> {
    let mut groups: Vec<Vec<CourseView<'a>>> = Vec::new();
    for &run in runs {
        match groups.iter_mut().find(|group| group[0].name == run.name) {
            Some(group) => group.push(run),
            None => groups.push(vec![run]),
        }
    }
    groups
}

fn entry(index: usize, group: &[CourseView<'_>]) -> Entry {
    let seeds = match group {
        [only] => format!("seed {}", only.seed),
        _ => format!("{} seeds", group.len()),
    };
    // When all colours are used, they repeat with dashes, then with shorter and shorter dashes.
    let dash = match index / OKABE_ITO.len() {
        0 => None,
        round => Some(24.0 / round as f64),
    };
    Entry { text: format!("{} ({seeds})", group[0].name), colour: OKABE_ITO[index % OKABE_ITO.len()], dash }
}

/// Mean and extremes of the repetitions, at values of x at which all of them have values.
fn series(group: &[CourseView<'_>], entry: &Entry, progress: Progress, value: fn(&MetricsRow) -> f64) -> Series {
    let curves: Vec<Vec<At>> = group
        .iter()
        .map(|run| {
            let points = run.metrics.iter().map(|row| (progress.of(row), value(row)));
            points.filter(|p| p.0.is_finite() && p.1.is_finite()).collect()
        })
        .collect();
    let mut series = Series { entry: entry.clone(), points: Vec::new(), band: Vec::new() };
    for x in common_places(&curves) {
        let values: Vec<f64> = curves.iter().map(|curve| interpolated(curve, x)).collect();
        series.points.push((x, values.iter().sum::<f64>() / values.len() as f64));
        series.band.extend(extent(values));
    }
    if group.len() == 1 {
        series.band.clear();
    }
    series
}

/// Values of x from the last start of a curve to the first end; empty if the curves have no x in common.
fn common_places(curves: &[Vec<At>]) -> Vec<f64> {
    let start = curves.iter().map(|c| c.first().map_or(f64::INFINITY, |p| p.0)).fold(0.0, f64::max);
    let end = curves.iter().map(|c| c.last().map_or(f64::NEG_INFINITY, |p| p.0)).fold(f64::INFINITY, f64::min);
    if start > end || !end.is_finite() {
        Vec::new()
    } else if start == end {
        vec![start]
    } else {
        (0..PLACES).map(|i| start + (end - start) * i as f64 / (PLACES - 1) as f64).collect()
    }
}

/// The value at `x` by linear interpolation. `x` lies within the curve.
fn interpolated(curve: &[At], x: f64) -> f64 {
    let right = curve.partition_point(|p| p.0 < x).clamp(1, curve.len().max(2) - 1);
    match (curve.get(right - 1), curve.get(right)) {
        (Some(a), Some(b)) if b.0 > a.0 => a.1 + (b.1 - a.1) * ((x - a.0) / (b.0 - a.0)).clamp(0.0, 1.0),
        (Some(a), _) => a.1,
        (None, _) => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_hits_the_points_and_is_straight_between() {
        let curve = [(1.0, 10.0), (2.0, 20.0), (4.0, 0.0)];
        for (x, y) in [(1.0, 10.0), (2.0, 20.0), (3.0, 10.0), (4.0, 0.0), (9.0, 0.0), (0.0, 10.0)] {
            assert_eq!(interpolated(&curve, x), y, "at {x}");
        }
        assert_eq!(interpolated(&[(1.0, 5.0)], 1.0), 5.0);
    }

    #[test]
    fn repetitions_are_compared_where_all_have_values() {
        let a = vec![(1.0, 0.0), (5.0, 4.0)];
        let b = vec![(2.0, 0.0), (9.0, 4.0)];
        let places = common_places(&[a, b]);
        assert_eq!((places[0], places[PLACES - 1]), (2.0, 5.0));
        assert!(common_places(&[vec![(1.0, 0.0)], vec![(2.0, 0.0)]]).is_empty());
        assert!(common_places(&[vec![], vec![(2.0, 0.0)]]).is_empty());
        assert_eq!(common_places(&[vec![(2.0, 1.0)], vec![(2.0, 3.0)]]), [2.0]);
    }
}
