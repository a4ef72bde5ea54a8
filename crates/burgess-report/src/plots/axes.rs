//! What surrounds the data: titles, frames with ticks and names, colour bars.
//!
//! Margins are computed from the widths of the text in them, so that nothing overlaps and nothing is cut off.

use super::colour::{GRID, viridis};
use super::ticks::Scale;
use crate::canvas::font;
use crate::pen::{At, FAINT_INK, HPos, INK, Pen, Type, VPos, opaque};
use anyhow::Result;
use plotters::prelude::{DrawingBackend, RGBAColor};

/// Em size of titles (pixels).
pub(crate) const TITLE: f64 = 38.0;
/// Em size of axis names (pixels).
pub(crate) const NAME: f64 = 32.0;
/// Em size of tick labels, legends and second lines (pixels).
pub(crate) const SMALL: f64 = 28.0;
/// White space around a figure (pixels).
pub(crate) const MARGIN: f64 = 28.0;
/// Space between neighbouring things (pixels).
pub(crate) const GAP: f64 = 14.0;
/// Length of a tick (pixels).
const TICK: f64 = 9.0;
/// Thickness of frames (pixels).
const FRAME: f64 = 2.0;

/// A rectangle on the paper (pixels).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    /// Left border.
    pub left: f64,
    /// Upper border.
    pub top: f64,
    /// Right border.
    pub right: f64,
    /// Lower border.
    pub bottom: f64,
}

impl Area {
    /// All of the paper inside the margin.
    pub(crate) fn paper((width, height): (usize, usize)) -> Self {
        Self { left: MARGIN, top: MARGIN, right: width as f64 - MARGIN, bottom: height as f64 - MARGIN }
    }
    /// Width (pixels).
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }
    /// Height (pixels).
    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }
    /// The position at the share `x` of the width, from the left, and at the share `y` of the height, from below.
    pub(crate) fn at(&self, x: f64, y: f64) -> At {
        (self.left + x * self.width(), self.bottom - y * self.height())
    }
}

/// A frame with scales along its lower and its left border.
#[derive(Clone, Debug)]
pub(crate) struct Axes {
    /// The inside of the frame.
    pub inside: Area,
    /// Scale along the lower border.
    pub x: Scale,
    /// Scale along the left border.
    pub y: Scale,
}

impl Axes {
    /// Axes whose frame, tick labels and names fit into `outer`.
    pub(crate) fn fit(outer: Area, x: Scale, y: Scale) -> Self {
        let left = outer.left + NAME + GAP + widest(&y) + GAP + TICK;
        let bottom = outer.bottom - NAME - GAP - SMALL - GAP - TICK;
        let right = outer.right - 0.5 * x.ticks.last().map_or(0.0, |&t| font::width(&x.label(t), SMALL));
        let top = outer.top + 0.5 * SMALL;
        Self { inside: Area { left, top, right, bottom }, x, y }
    }

    /// The position of a pair of values on the paper.
    pub(crate) fn at(&self, x: f64, y: f64) -> At {
        self.inside.at(self.x.share(x), self.y.share(y))
    }

    /// Draws faint lines at the ticks. Call this before the data is drawn.
    pub(crate) fn draw_grid<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>, vertical: bool) -> Result<()> {
        for &tick in &self.y.ticks {
            pen.line([self.at(self.x.low, tick), self.at(self.x.high, tick)], 1.5, opaque(GRID))?;
        }
        for &tick in self.x.ticks.iter().filter(|_| vertical) {
            pen.line([self.at(tick, self.y.low), self.at(tick, self.y.high)], 1.5, opaque(GRID))?;
        }
        Ok(())
    }

    /// Draws frame, ticks, labels and names. Call this after the data is drawn.
    pub(crate) fn draw<B: DrawingBackend<ErrorType: 'static>>(
        &self,
        pen: &Pen<B>,
        x_name: &str,
        y_name: &str,
    ) -> Result<()> {
        let Area { left, top, right, bottom } = self.inside;
        draw_frame(pen, self.inside)?;
        for &tick in &self.x.ticks {
            let (x, _) = self.at(tick, self.y.low);
            pen.line([(x, bottom), (x, bottom + TICK)], FRAME, opaque(INK))?;
            let how = Type::new(SMALL, INK).anchored(HPos::Center, VPos::Top);
            pen.text(&self.x.label(tick), (x, bottom + TICK + 0.6 * GAP), how)?;
        }
        for &tick in &self.y.ticks {
            let (_, y) = self.at(self.x.low, tick);
            pen.line([(left - TICK, y), (left, y)], FRAME, opaque(INK))?;
            let how = Type::new(SMALL, INK).anchored(HPos::Right, VPos::Center);
            pen.text(&self.y.label(tick), (left - TICK - 0.6 * GAP, y), how)?;
        }
        let below = bottom + TICK + GAP + SMALL + GAP;
        let name = self.x.name(x_name);
        let how = Type::new(NAME, INK).anchored(HPos::Center, VPos::Top).fitted(&name, right - left);
        pen.text(&name, (0.5 * (left + right), below), how)?;
        let beside = left - TICK - GAP - widest(&self.y) - GAP - NAME;
        let name = self.y.name(y_name);
        let how = Type::new(NAME, INK).anchored(HPos::Center, VPos::Top).upward().fitted(&name, bottom - top);
        pen.text(&name, (beside, 0.5 * (top + bottom)), how)
    }
}

/// A scale for a horizontal axis of this width, with as many ticks as have room for their labels. `scale` makes a scale from the number of
/// ticks.
pub(crate) fn horizontal(width: f64, scale: impl Fn(usize) -> Scale) -> Scale {
    let fits = |s: &Scale| s.ticks.len() as f64 * (widest(s) + 1.5 * SMALL) <= width;
    (2..=8).rev().map(&scale).find(fits).unwrap_or_else(|| scale(1))
}

/// Width of the widest tick label (pixels).
pub(crate) fn widest(scale: &Scale) -> f64 {
    scale.ticks.iter().map(|&t| font::width(&scale.label(t), SMALL)).fold(0.0, f64::max)
}

/// Draws the four borders of an area.
pub(crate) fn draw_frame<B: DrawingBackend<ErrorType: 'static>>(pen: &Pen<B>, area: Area) -> Result<()> {
    let Area { left, top, right, bottom } = area;
    let half = 0.5 * FRAME;
    for (a, b) in [((left, top), (right, top)), ((left, bottom), (right, bottom))] {
        // The horizontal lines fill the corners.
        pen.line([(a.0 - half, a.1), (b.0 + half, b.1)], FRAME, opaque(INK))?;
    }
    pen.line([(left, top), (left, bottom)], FRAME, opaque(INK))?;
    pen.line([(right, top), (right, bottom)], FRAME, opaque(INK))
}

/// Draws a title with a fainter second line at the top of `area`, and returns the area below them.
pub(crate) fn draw_title<B: DrawingBackend<ErrorType: 'static>>(
    pen: &Pen<B>,
    area: Area,
    title: &str,
    second: &str,
) -> Result<Area> {
    let mut top = area.top;
    for (text, em, colour) in [(title, TITLE, INK), (second, SMALL, FAINT_INK)] {
        if !text.is_empty() {
            let how = Type::new(em, colour).anchored(HPos::Left, VPos::Top).fitted(text, area.width());
            pen.text(text, (area.left, top), how)?;
            top += 1.35 * em;
        }
    }
    Ok(Area { top: top + GAP, ..area })
}

/// Width that [`draw_colour_bar`] needs, including the gap to its left (pixels).
pub(crate) fn colour_bar_width(scale: &Scale) -> f64 {
    2.0 * GAP + BAR + TICK + GAP + widest(scale) + GAP + NAME
}

/// Thickness of a colour bar (pixels).
const BAR: f64 = 36.0;

/// Draws a bar of all colours with its scale along the top of `area`, over its whole width.
pub(crate) fn draw_colour_bar_below<B: DrawingBackend<ErrorType: 'static>>(
    pen: &Pen<B>,
    area: Area,
    scale: &Scale,
) -> Result<()> {
    let bar = Area { bottom: area.top + BAR, ..area };
    for (low, high, colour) in bands() {
        pen.rectangle(bar.at(low, 1.0), bar.at(high, 0.0), colour)?;
    }
    draw_frame(pen, bar)?;
    for &tick in &scale.ticks {
        let (x, _) = bar.at(scale.share(tick), 0.0);
        pen.line([(x, bar.bottom), (x, bar.bottom + TICK)], FRAME, opaque(INK))?;
        let how = Type::new(SMALL, INK).anchored(HPos::Center, VPos::Top);
        pen.text(&scale.label(tick), (x, bar.bottom + TICK + 0.6 * GAP), how)?;
    }
    Ok(())
}

/// The colours of a bar, each with the shares of the bar's length at which it begins and ends. Each colour overlaps the one before, or else the
/// paper would show through between them.
fn bands() -> impl Iterator<Item = (f64, f64, RGBAColor)> {
    const COUNT: usize = 256;
    let share = |i: usize| i as f64 / COUNT as f64;
    (0..COUNT).map(move |band| (share(band.saturating_sub(1)), share(band + 1), opaque(viridis(share(band)))))
}

/// Draws a bar of all colours with its scale and name to the right of `frame`.
pub(crate) fn draw_colour_bar<B: DrawingBackend<ErrorType: 'static>>(
    pen: &Pen<B>,
    frame: Area,
    scale: &Scale,
    name: &str,
) -> Result<()> {
    let left = frame.right + 2.0 * GAP;
    let bar = Area { left, right: left + BAR, ..frame };
    for (low, high, colour) in bands() {
        pen.rectangle(bar.at(0.0, high), bar.at(1.0, low), colour)?;
    }
    draw_frame(pen, bar)?;
    for &tick in &scale.ticks {
        let y = bar.bottom - scale.share(tick) * bar.height();
        pen.line([(bar.right, y), (bar.right + TICK, y)], FRAME, opaque(INK))?;
        pen.text(&scale.label(tick), (bar.right + TICK + 0.6 * GAP, y), Type::new(SMALL, INK))?;
    }
    let beside = bar.right + TICK + GAP + widest(scale) + GAP;
    let how = Type::new(NAME, INK).anchored(HPos::Center, VPos::Top).upward();
    pen.text(&scale.name(name), (beside, 0.5 * (bar.top + bar.bottom)), how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tick_labels_have_room() {
        for width in [200.0, 500.0, 1300.0] {
            let scale = horizontal(width, |most| Scale::exact(0.0, 123_456.0, most));
            assert!(scale.ticks.len() as f64 * widest(&scale) < width);
        }
    }
}
