//! Curves with colour and dash pattern, and legends that name them.

use super::axes::{Area, GAP, SMALL};
use crate::canvas::font;
use crate::image::Rgb;
use crate::pen::{At, INK, Pen, Type, opaque};
use anyhow::Result;
use plotters::prelude::DrawingBackend;

/// One entry of a legend.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Name of the line.
    pub text: String,
    /// Its colour.
    pub colour: Rgb,
    /// Length of its dashes (pixels); `None` for a solid line.
    pub dash: Option<f64>,
}

/// Length of the piece of line beside a name (pixels).
const SWATCH: f64 = 56.0;
/// Height of a row (pixels).
const ROW: f64 = 1.5 * SMALL;

/// Positions of the entries, in rows that are no wider than `width`: the row, and the distance from the left (pixels).
fn legend_places(entries: &[Entry], width: f64) -> Vec<(usize, f64)> {
    let (mut row, mut x) = (0, 0.0);
    entries
        .iter()
        .map(|entry| {
            let needed = SWATCH + GAP + font::width(&entry.text, SMALL);
            if x > 0.0 && x + needed > width {
                (row, x) = (row + 1, 0.0);
            }
            let place = (row, x);
            x += needed + 2.0 * SMALL;
            place
        })
        .collect()
}

/// Height of a legend of this width (pixels).
pub(crate) fn legend_height(entries: &[Entry], width: f64) -> f64 {
    legend_places(entries, width).last().map_or(0.0, |&(row, _)| (row + 1) as f64 * ROW)
}

/// Draws a legend at the top of `area`.
pub(crate) fn draw_legend<B: DrawingBackend<ErrorType: 'static>>(
    pen: &Pen<B>,
    area: Area,
    entries: &[Entry],
) -> Result<()> {
    for (entry, (row, x)) in entries.iter().zip(legend_places(entries, area.width())) {
        let y = area.top + (row as f64 + 0.5) * ROW;
        let x = area.left + x;
        draw_curve(pen, &[(x, y), (x + SWATCH, y)], entry)?;
        let room = area.right - x - SWATCH - GAP;
        pen.text(&entry.text, (x + SWATCH + GAP, y), Type::new(SMALL, INK).fitted(&entry.text, room))?;
    }
    Ok(())
}

/// Draws a line in the style of its legend entry.
pub(crate) fn draw_curve<B: DrawingBackend<ErrorType: 'static>>(
    pen: &Pen<B>,
    points: &[At],
    entry: &Entry,
) -> Result<()> {
    const THICK: f64 = 4.0;
    match entry.dash {
        None => pen.line(points.iter().copied(), THICK, opaque(entry.colour)),
        Some(dash) => {
            dashes(points, dash).into_iter().try_for_each(|piece| pen.line(piece, THICK, opaque(entry.colour)))
        }
    }
}

/// Cuts a chain of lines into dashes. The gaps have two thirds of the dashes' length.
fn dashes(points: &[At], dash: f64) -> Vec<Vec<At>> {
    let period = dash * 5.0 / 3.0;
    let mut pieces: Vec<Vec<At>> = Vec::new();
    let mut done = 0.0;
    let mut inside = false;
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length = libm::hypot(b.0 - a.0, b.1 - a.1);
        let at = |s: f64| (a.0 + (b.0 - a.0) * s / length, a.1 + (b.1 - a.1) * s / length);
        let mut s = 0.0;
        while s < length {
            let phase = (done + s) % period;
            let end = if phase < dash { dash } else { period };
            // The step is larger than rounding errors, so that the loop ends.
            let next = (s + (end - phase).max(1e-6)).min(length);
            if phase < dash {
                if !inside {
                    pieces.push(vec![at(s)]);
                }
                if let Some(piece) = pieces.last_mut() {
                    piece.push(at(next));
                }
            }
            inside = phase < dash && next == length;
            s = next;
        }
        done += length;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_three_fifths_and_follow_the_line() {
        let points: Vec<At> = (0..=100).map(|i| (f64::from(i), if i % 2 == 0 { 0.0 } else { 0.5 })).collect();
        let length = |p: &[At]| p.windows(2).map(|w| libm::hypot(w[1].0 - w[0].0, w[1].1 - w[0].1)).sum::<f64>();
        let pieces = dashes(&points, 6.0);
        let covered: f64 = pieces.iter().map(|p| length(p)).sum();
        assert!((covered / length(&points) - 0.6).abs() < 0.03, "{covered} of {}", length(&points));
        assert!(pieces.iter().all(|p| length(p) < 6.001));
        assert!(pieces.iter().flatten().all(|p| (0.0..=0.5).contains(&p.1)));
    }

    #[test]
    fn legends_wrap_and_never_leave_their_width() {
        let entry = |text: &str| Entry { text: text.into(), colour: INK, dash: None };
        let entries = ["ant", "a rather long name", "hexapod", "snake"].map(entry);
        let places = legend_places(&entries, 500.0);
        assert!(places.last().unwrap().0 >= 1);
        for (entry, (_, x)) in entries.iter().zip(&places) {
            assert!(*x == 0.0 || x + SWATCH + GAP + font::width(&entry.text, SMALL) <= 500.0);
        }
        assert_eq!(legend_height(&[], 500.0), 0.0);
    }
}
