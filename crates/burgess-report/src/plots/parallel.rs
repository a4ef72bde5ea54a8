//! Parallel coordinates: one axis per descriptor, one line per elite, coloured by reward.

use super::archive::{axis_scale, draw_empty, reward_scale};
use super::axes::{Area, GAP, NAME, SMALL, colour_bar_width, draw_colour_bar, draw_title, widest};
use super::colour::viridis;
use super::heading::{summary, title};
use super::ticks::Scale;
use crate::canvas::font;
use crate::pen::{Figure, HPos, INK, Pen, Type, VPos, WHITE, faded, opaque};
use crate::views::RunView;
use anyhow::Result;
use plotters::prelude::DrawingBackend;

/// All descriptors of all elites.
pub(crate) struct Parallel<'a> {
    /// The run, with at least two descriptors.
    pub run: &'a RunView,
}

impl Figure for Parallel<'_> {
    fn size(&self) -> (usize, usize) {
        (1600 + 150 * self.run.archive.axes.len().saturating_sub(6), 1000)
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>) -> Result<()> {
        let archive = &self.run.archive;
        let colours = reward_scale(archive);
        let area = draw_title(pen, Area::paper(self.size()), &title(self.run), &summary(self.run))?;
        let scales: Vec<Scale> = archive.axes.iter().map(|a| axis_scale(a, 6)).collect();
        let count = scales.len();
        let spacing = (area.width() - colour_bar_width(&colours)) / count as f64;
        let names: Vec<Vec<String>> = archive.axes.iter().map(|a| wrapped(&a.label(), spacing - GAP)).collect();
        let lines = names.iter().map(Vec::len).max().unwrap_or(1);
        let inside = Area {
            left: area.left + 0.5 * spacing,
            top: area.top + 0.5 * SMALL,
            right: area.left + (count as f64 - 0.5) * spacing,
            bottom: area.bottom - lines as f64 * LINE - 2.0 * GAP,
        };
        let x = |i: usize| area.left + (i as f64 + 0.5) * spacing;
        let y = |share: f64| inside.bottom - share.clamp(0.0, 1.0) * inside.height();

        let elites = archive.drawn();
        // The more lines there are, the more transparent they are.
        let alpha = (12.0 / (elites.len().max(1) as f64).sqrt()).clamp(0.35, 0.9);
        for elite in elites.iter().filter(|e| e.descriptors.iter().all(|d| d.is_finite())) {
            let points = elite.descriptors.iter().enumerate().map(|(i, &d)| (x(i), y(scales[i].share(d))));
            pen.line(points, 2.5, faded(viridis(colours.share(elite.reward)), alpha))?;
        }
        for (i, scale) in scales.iter().enumerate() {
            draw_axis(pen, x(i), inside, scale)?;
            for (line, text) in names[i].iter().enumerate() {
                let how = Type::new(NAME, INK).anchored(HPos::Center, VPos::Top).fitted(text, spacing - GAP);
                pen.text(text, (x(i), inside.bottom + 2.0 * GAP + line as f64 * LINE), how)?;
            }
        }
        if elites.is_empty() {
            draw_empty(pen, (0.5 * (x(0) + x(1)), inside.at(0.0, 0.53).1))?;
        }
        let bar = Area { right: area.right - colour_bar_width(&colours), ..inside };
        draw_colour_bar(pen, bar, &colours, "reward")
    }
}

/// Distance between the lines of an axis name (pixels).
const LINE: f64 = 1.25 * NAME;

/// Draws a vertical axis at `x`. Its labels cover the lines of the elites, on a background like paper.
fn draw_axis<B: DrawingBackend<ErrorType: 'static>>(pen: &Pen<B>, x: f64, inside: Area, scale: &Scale) -> Result<()> {
    pen.line([(x, inside.top), (x, inside.bottom)], 3.0, opaque(INK))?;
    for &tick in &scale.ticks {
        let y = inside.bottom - scale.share(tick) * inside.height();
        pen.line([(x - 9.0, y), (x, y)], 2.0, opaque(INK))?;
        let right = x - 9.0 - 0.6 * GAP;
        let width = font::width(&scale.label(tick), SMALL).min(widest(scale));
        pen.rectangle((right - width - 4.0, y - 0.55 * SMALL), (right + 4.0, y + 0.55 * SMALL), faded(WHITE, 0.8))?;
        pen.text(&scale.label(tick), (right, y), Type::new(SMALL, INK).anchored(HPos::Right, VPos::Center))?;
    }
    Ok(())
}

/// Breaks a name between words into lines that are at most `width` pixels wide. A word that is longer has a line of its own, and so has a longer text
/// in parentheses.
fn wrapped(text: &str, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words(text) {
        match lines.last_mut() {
            Some(line) if font::width(&format!("{line} {word}"), NAME) <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// The words of a text. Words inside parentheses count as one word.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut depth = 0;
    for word in text.split(' ') {
        match words.last_mut() {
            Some(last) if depth > 0 => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        depth += word.matches('(').count() as i32 - word.matches(')').count() as i32;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_break_between_words() {
        assert_eq!(wrapped("mean height (m)", 1000.0), ["mean height (m)"]);
        assert_eq!(wrapped("mean height (m)", 10.0), ["mean", "height", "(m)"]);
        assert_eq!(wrapped("tilt, (1 - cos) / 2", 150.0), ["tilt,", "(1 - cos)", "/ 2"]);
        let lines = wrapped("duty factor of limb 0", 220.0);
        assert!(lines.len() > 1 && lines.iter().all(|l| font::width(l, NAME) <= 220.0), "{lines:?}");
        assert_eq!(lines.join(" "), "duty factor of limb 0");
    }
}
