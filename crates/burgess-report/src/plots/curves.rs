//! Curves over the course of a run, in panels side by side. Each panel has its own scale.

use super::axes::{Area, Axes, GAP, SMALL, draw_title, horizontal};
use super::colour::OKABE_ITO;
use super::heading::{summary, title};
use super::legend::{Entry, draw_curve, draw_legend, legend_height};
use super::ticks::{Scale, extent};
use crate::pen::{At, FAINT_INK, Figure, HPos, Pen, Type, VPos, faded, opaque};
use crate::views::{MetricsRow, Progress, RunView};
use anyhow::Result;
use plotters::prelude::DrawingBackend;
use std::borrow::Cow;

/// A line, and a band around it.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    /// Colour, dash pattern and what the legend says.
    pub entry: Entry,
    /// Points in order of x. Points that are not finite break the line.
    pub points: Vec<At>,
    /// Lower and upper border of the band at each point; empty for no band.
    pub band: Vec<(f64, f64)>,
}

/// The range of a y axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// From the smallest to the largest value.
    Data,
    /// The same, but it includes zero.
    FromZero,
    /// From the smallest to the largest value on a logarithmic scale. All finite values must be positive.
    Decades,
}

/// Series in one frame.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    /// Name of the y axis, with unit.
    pub name: Cow<'static, str>,
    /// The range of the y axis.
    pub span: Span,
    /// The series. Later ones are drawn over earlier ones.
    pub series: Vec<Series>,
    /// Whether the panel has a legend of its own.
    pub legend: bool,
}

/// Panels side by side, in as many rows as they need.
pub(crate) struct Curves {
    /// First line of the heading.
    pub title: String,
    /// Second line of the heading.
    pub second: String,
    /// Name of the x axis, with unit.
    pub x_name: &'static str,
    /// At least one panel.
    pub panels: Vec<Panel>,
    /// Legend of all panels, which is drawn below them.
    pub legend: Vec<Entry>,
    /// Last line, at the bottom of the figure.
    pub note: String,
    /// Values of x that are marked by a thin line.
    pub marks: Vec<f64>,
}

/// A quantity that changes over the course of a run.
#[derive(Clone, Copy)]
pub(crate) struct Quantity {
    /// Its part of file names.
    pub stem: &'static str,
    /// Name with unit.
    pub name: &'static str,
    /// The range of its axis.
    pub span: Span,
    /// Its value after a generation.
    pub value: fn(&MetricsRow) -> f64,
}

/// QD-score.
pub(crate) const QD_SCORE: Quantity =
    Quantity { stem: "qd-score", name: "QD-score", span: Span::FromZero, value: |row| row.qd_score };
/// Share of the archive's cells that hold an elite.
pub(crate) const COVERAGE: Quantity =
    Quantity { stem: "coverage", name: "coverage (%)", span: Span::FromZero, value: |row| 100.0 * row.coverage };
/// Best reward of all elites.
pub(crate) const BEST: Quantity =
    Quantity { stem: "reward", name: "best reward", span: Span::Data, value: |row| row.max };

/// Number of different topologies of bodies.
pub(crate) const TOPOLOGIES: Quantity =
    Quantity { stem: "topologies", name: "topologies", span: Span::FromZero, value: |row| row.topologies };
/// Mean distance between bodies.
pub(crate) const BODY_DISTANCE: Quantity = Quantity {
    stem: "body-distance",
    name: "mean distance of bodies",
    span: Span::FromZero,
    value: |row| row.body_distance,
};

/// The quantities of one run, one panel each.
pub(crate) const QUANTITIES: [Quantity; 3] = [QD_SCORE, COVERAGE, BEST];

impl Curves {
    /// The course of one run.
    pub(crate) fn of_run(run: &RunView, progress: Progress) -> Self {
        let panels = QUANTITIES.map(|Quantity { stem, name, span, value }| {
            let series = |text: &str, colour: usize, dash, value: fn(&MetricsRow) -> f64| Series {
                entry: Entry { text: text.into(), colour: OKABE_ITO[colour], dash },
                points: run.metrics.iter().map(|row| (progress.of(row), value(row))).collect(),
                band: Vec::new(),
            };
            let only = series(name, 0, None, value);
            if stem == BEST.stem {
                let mean = series("mean", 1, Some(18.0), |row| row.mean);
                let best = Series { entry: Entry { text: "best".into(), ..only.entry }, ..only };
                Panel { name: "reward".into(), span, series: vec![mean, best], legend: true }
            } else {
                Panel { name: name.into(), span, series: vec![only], legend: false }
            }
        });
        Self::plain(run, progress, panels.into())
    }

    /// How different the bodies of one run are.
    pub(crate) fn of_bodies(run: &RunView, progress: Progress) -> Self {
        let panels = [TOPOLOGIES, BODY_DISTANCE].map(|Quantity { name, span, value, .. }| {
            let entry = Entry { text: name.into(), colour: OKABE_ITO[0], dash: None };
            let points = run.metrics.iter().map(|row| (progress.of(row), value(row))).collect();
            Panel { name: name.into(), span, series: vec![Series { entry, points, band: Vec::new() }], legend: false }
        });
        Self::plain(run, progress, panels.into())
    }

    fn plain(run: &RunView, progress: Progress, panels: Vec<Panel>) -> Self {
        Self {
            title: title(run),
            second: summary(run),
            x_name: progress.name(),
            panels,
            legend: Vec::new(),
            note: String::new(),
            marks: Vec::new(),
        }
    }

    /// The same figure with a single panel.
    pub(crate) fn only(&self, panel: usize) -> Self {
        Self {
            title: self.title.clone(),
            second: self.second.clone(),
            x_name: self.x_name,
            panels: vec![self.panels[panel].clone()],
            legend: self.legend.clone(),
            note: self.note.clone(),
            marks: self.marks.clone(),
        }
    }

    /// Number of columns and rows of panels: up to three panels stand side by side.
    fn grid(&self) -> (usize, usize) {
        let columns = match self.panels.len() {
            4 => 2,
            count => count.clamp(1, 3),
        };
        (columns, self.panels.len().div_ceil(columns))
    }

    fn draw_below<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>, mut area: Area) -> Result<Area> {
        if !self.note.is_empty() {
            let how = Type::new(SMALL, FAINT_INK).anchored(HPos::Left, VPos::Bottom).fitted(&self.note, area.width());
            pen.text(&self.note, (area.left, area.bottom), how)?;
            area.bottom -= 1.6 * SMALL;
        }
        if !self.legend.is_empty() {
            let top = area.bottom - legend_height(&self.legend, area.width());
            draw_legend(pen, Area { top, ..area }, &self.legend)?;
            area.bottom = top - GAP;
        }
        Ok(area)
    }
}

impl Figure for Curves {
    fn size(&self) -> (usize, usize) {
        let (columns, rows) = self.grid();
        if self.panels.len() == 1 { (1600, 1000) } else { (800 * columns, 150 + 750 * rows) }
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>) -> Result<()> {
        let area = draw_title(pen, Area::paper(self.size()), &self.title, &self.second)?;
        let area = self.draw_below(pen, area)?;
        let between = 2.0 * GAP;
        let (columns, rows) = self.grid();
        let share = |length: f64, count: usize| (length - between * (count - 1) as f64) / count as f64;
        let (width, height) = (share(area.width(), columns), share(area.height(), rows));
        let above = if self.panels.iter().any(|p| p.legend) { 1.5 * SMALL } else { 0.0 };
        for (i, panel) in self.panels.iter().enumerate() {
            let left = area.left + (i % columns) as f64 * (width + between);
            let top = area.top + (i / columns) as f64 * (height + between);
            let outer = Area { left, right: left + width, top: top + above, bottom: top + height };
            draw_panel(pen, outer, panel, (self.x_name, &self.marks))?;
        }
        Ok(())
    }
}

fn draw_panel<B: DrawingBackend<ErrorType: 'static>>(
    pen: &Pen<B>,
    outer: Area,
    panel: &Panel,
    (x_name, marks): (&str, &[f64]),
) -> Result<()> {
    let xs = panel.series.iter().flat_map(|s| s.points.iter().map(|p| p.0));
    let (_, last) = extent(xs).unwrap_or((0.0, 1.0));
    let x = horizontal(0.75 * outer.width(), |most| Scale::exact(0.0, last, most));
    let axes = Axes::fit(outer, x, y_scale(panel));
    axes.draw_grid(pen, true)?;
    for &x in marks.iter().filter(|&&x| x < last) {
        pen.line([axes.at(x, axes.y.low), axes.at(x, axes.y.high)], 2.0, opaque(FAINT_INK))?;
    }
    for series in &panel.series {
        draw_band(pen, &axes, series)?;
    }
    for series in &panel.series {
        draw_series(pen, &axes, series)?;
    }
    axes.draw(pen, x_name, &panel.name)?;
    if panel.legend {
        let entries: Vec<Entry> = panel.series.iter().rev().map(|s| s.entry.clone()).collect();
        let top = axes.inside.top - 1.5 * SMALL - 0.5 * GAP;
        draw_legend(pen, Area { top, ..axes.inside }, &entries)?;
    }
    Ok(())
}

fn y_scale(panel: &Panel) -> Scale {
    let points = panel.series.iter().flat_map(|s| s.points.iter().map(|p| p.1));
    let bands = panel.series.iter().flat_map(|s| s.band.iter().flat_map(|b| [b.0, b.1]));
    let all = points.chain(bands);
    match panel.span {
        Span::Data => Scale::of(all, 6),
        Span::Decades => Scale::logarithmic(all, 6),
        Span::FromZero => match extent(all.chain([0.0])) {
            Some((low, high)) if low < high => Scale::rounded(low, high, 6),
            // All values are zero: such a quantity can only grow.
            _ => Scale::rounded(0.0, 1.0, 6),
        },
    }
}

/// Ranges of consecutive finite points.
fn stretches(series: &Series) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let finite = |i: &usize| series.points[*i].0.is_finite() && series.points[*i].1.is_finite();
    let mut next = 0;
    std::iter::from_fn(move || {
        let count = series.points.len();
        let start = (next..count).find(finite)?;
        next = (start..count).find(|i| !finite(i)).unwrap_or(count);
        Some(start..next)
    })
}

fn draw_band<B: DrawingBackend<ErrorType: 'static>>(pen: &Pen<B>, axes: &Axes, series: &Series) -> Result<()> {
    if series.band.is_empty() {
        return Ok(());
    }
    for stretch in stretches(series) {
        let lower = stretch.clone().map(|i| axes.at(series.points[i].0, series.band[i].0));
        let upper = stretch.rev().map(|i| axes.at(series.points[i].0, series.band[i].1));
        pen.polygon(lower.chain(upper), faded(series.entry.colour, 0.22))?;
    }
    Ok(())
}

/// Draws a line. Points without finite neighbours become discs.
pub(crate) fn draw_series<B: DrawingBackend<ErrorType: 'static>>(
    pen: &Pen<B>,
    axes: &Axes,
    series: &Series,
) -> Result<()> {
    for stretch in stretches(series) {
        let points: Vec<At> = stretch.map(|i| axes.at(series.points[i].0, series.points[i].1)).collect();
        match points[..] {
            [alone] => pen.disc(alone, 7.0, opaque(series.entry.colour))?,
            _ => draw_curve(pen, &points, &series.entry)?,
        }
    }
    Ok(())
}
