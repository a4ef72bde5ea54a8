//! The training of an encoder: its loss and the parts of the loss over gradient steps, on a logarithmic scale.

use super::colour::OKABE_ITO;
use super::curves::{Curves, Panel, Series, Span};
use super::heading::title_of;
use super::legend::Entry;
use crate::numbers::counted;
use crate::pen::At;
use crate::views::{LatentView, LossView, TrainingCurves};

/// The window of running means is the number of gradient steps divided by this. Curves with fewer than twice as many steps are not smoothed.
const PART: usize = 100;

/// A part of the loss: its name in the legend, and how to read it.
type Part = (&'static str, fn(&LossView) -> f64);

const PARTS: [Part; 4] = [
    ("total", |loss| loss.total),
    ("reconstruction (variances)", |loss| loss.reconstruction),
    ("dynamics (nats)", |loss| loss.dynamics),
    ("representation (nats)", |loss| loss.representation),
];

/// Index of the representation's divergence.
const REPRESENTATION: usize = PARTS.len() - 1;

/// The figure of a training.
pub(crate) fn curves(view: &LatentView, training: &TrainingCurves) -> Curves {
    let losses = &training.losses;
    let window = losses.len() / PART / 2 * 2 + 1;
    let series = parts(losses).into_iter().map(|(colour, (text, part))| Series {
        // Both divergences have the same value and differ only in their gradients. The line below shows between the dashes of the line above.
        entry: Entry { text: text.into(), colour: OKABE_ITO[colour], dash: (colour == REPRESENTATION).then_some(18.0) },
        points: points(training, part, window),
        band: Vec::new(),
    });
    let series: Vec<Series> = series.collect();
    let name = if window > 1 { format!("loss, running mean over {window} steps") } else { "loss".to_owned() };
    let note = if training.rounds.is_empty() { "" } else { "upright lines: a new round of training begins" };
    Curves {
        title: title_of(&view.name, view.seed),
        second: format!("{}, {}", counted(losses.len(), "gradient step"), counted(training.rounds.len() + 1, "round")),
        x_name: "gradient steps",
        legend: series.iter().map(|series| series.entry.clone()).collect(),
        panels: vec![Panel { name: name.into(), span: Span::Decades, series, legend: false }],
        note: note.to_owned(),
        marks: training.rounds.iter().map(|&step| step as f64).collect(),
    }
}

/// The total, and its parts with the indices of their colours. If the total is the reconstruction alone, it has no parts.
fn parts(losses: &[LossView]) -> Vec<(usize, Part)> {
    let divided = losses.iter().any(|loss| loss.total != loss.reconstruction);
    let there = move |(colour, (_, part)): &(usize, Part)| {
        *colour == 0 || divided && losses.iter().any(|loss| part(loss) > 0.0)
    };
    PARTS.into_iter().enumerate().filter(there).collect()
}

/// Means over `window` steps around each step. The window is shorter where a round begins or ends, so that it never mixes two rounds.
fn points(training: &TrainingCurves, part: fn(&LossView) -> f64, window: usize) -> Vec<At> {
    let round_of = |loss: &LossView| training.rounds.partition_point(|&first| first <= loss.step);
    let rounds = training.losses.chunk_by(|a, b| round_of(a) == round_of(b));
    let smoothed = |round: &[LossView]| -> Vec<At> {
        let mean = |i: usize| {
            let around = &round[i.saturating_sub(window / 2)..(i + window / 2 + 1).min(round.len())];
            let value = around.iter().map(part).sum::<f64>() / around.len() as f64;
            (round[i].step as f64, if value > 0.0 { value } else { f64::NAN })
        };
        // One point per half window keeps files small. The last step is always a point.
        let places = (0..round.len()).step_by(window.div_ceil(2));
        let last = round.len().checked_sub(1).filter(|last| last % window.div_ceil(2) != 0);
        // This point breaks the line between rounds.
        let border = (round.last().map_or(f64::NAN, |loss| loss.step as f64), f64::NAN);
        places.chain(last).map(mean).chain([border]).collect()
    };
    rounds.flat_map(smoothed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn training(steps: u64, rounds: &[u64]) -> TrainingCurves {
        let loss = |step: u64| {
            let total =
                if rounds.first().is_some_and(|&first| step >= first) { 100.0 } else { 1.0 + (step % 2) as f64 };
            LossView { step, total, reconstruction: total, dynamics: 0.0, representation: 0.0 }
        };
        TrainingCurves { losses: (0..steps).map(loss).collect(), rounds: rounds.into() }
    }

    #[test]
    fn running_means_stop_at_the_borders_of_rounds() {
        let mut points = points(&training(200, &[100]), |loss| loss.total, 9);
        let borders: Vec<At> = points.extract_if(.., |p| p.1.is_nan()).collect();
        assert_eq!(borders.iter().map(|p| p.0).collect::<Vec<_>>(), [99.0, 199.0]);
        assert!(
            points.iter().all(|p| if p.0 < 100.0 { (1.3..1.7).contains(&p.1) } else { p.1 == 100.0 }),
            "{points:?}"
        );
        assert_eq!((points[0].0, points[points.len() - 1].0), (0.0, 199.0));
        assert!(points.iter().any(|p| p.0 == 99.0) && points.iter().any(|p| p.0 == 100.0));
        assert!(points.len() < 50, "{}", points.len());
    }

    #[test]
    fn short_curves_stay_as_they_are() {
        let mut points = points(&training(20, &[]), |loss| loss.total, 1);
        points.pop();
        assert_eq!(points, (0..20).map(|i| (f64::from(i), 1.0 + f64::from(i % 2))).collect::<Vec<_>>());
    }

    #[test]
    fn parts_that_are_nothing_are_left_out() {
        let names = |losses: &[LossView]| parts(losses).into_iter().map(|(_, (name, _))| name).collect::<Vec<_>>();
        let mut losses = training(3, &[]).losses;
        assert_eq!(names(&losses), ["total"]);
        (losses[1].total, losses[1].dynamics) = (2.5, 0.5);
        assert_eq!(names(&losses), ["total", "reconstruction (variances)", "dynamics (nats)"]);
        assert_eq!(names(&[]), ["total"]);
    }
}
