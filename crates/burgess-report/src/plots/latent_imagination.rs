//! What a world model imagines and what really happened: one row per elite, one column per feature.

use super::axes::{Area, Axes, GAP, SMALL, draw_title, horizontal};
use super::colour::{EMPTY, OKABE_ITO};
use super::curves::{Series, draw_series};
use super::heading::title_of;
use super::legend::{Entry, draw_legend, legend_height};
use super::ticks::{Scale, extent};
use crate::pen::{Figure, HPos, INK, Pen, Type, VPos, opaque};
use crate::views::{Imagination, Imagined, LatentView, TraceView};
use anyhow::Result;
use plotters::prelude::DrawingBackend;

/// The imagination of a view.
pub(crate) struct Dreams<'a> {
    /// The encoder.
    pub view: &'a LatentView,
    /// What it imagines; it has passed its check.
    pub imagination: &'a Imagination,
}

/// Height of a row's heading (pixels).
const HEADING: f64 = 1.6 * SMALL;
/// Space between panels (pixels).
const BETWEEN: f64 = 2.0 * GAP;

impl Figure for Dreams<'_> {
    fn size(&self) -> (usize, usize) {
        let Imagination { features, elites } = self.imagination;
        ((640 * features.len()).max(1280), 200 + 520 * elites.len())
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>) -> Result<()> {
        let Imagination { features, elites } = self.imagination;
        let title = title_of(&self.view.name, self.view.seed);
        let second = "grey: what the model has seen; from there on it is told the commands alone";
        let mut area = draw_title(pen, Area::paper(self.size()), &title, second)?;
        let entries = [truth(), imagined()];
        let legend = Area { top: area.bottom - legend_height(&entries, area.width()), ..area };
        draw_legend(pen, legend, &entries)?;
        area.bottom = legend.top - GAP;

        let (columns, rows) = (features.len() as f64, elites.len() as f64);
        let width = (area.width() - (columns - 1.0) * BETWEEN) / columns;
        let height = area.height() / rows;
        for (row, elite) in elites.iter().enumerate() {
            let top = area.top + row as f64 * height;
            let how = Type::new(SMALL, INK).anchored(HPos::Left, VPos::Top).fitted(&elite.label, area.width());
            pen.text(&elite.label, (area.left, top), how)?;
            for (column, name) in features.iter().enumerate() {
                let left = area.left + column as f64 * (width + BETWEEN);
                let outer = Area { left, right: left + width, top: top + HEADING, bottom: top + height - BETWEEN };
                self.draw_panel(pen, self.axes(outer, column), elite, column, name)?;
            }
        }
        Ok(())
    }
}

impl Dreams<'_> {
    /// The axes of a panel. All rows of a column have the same scales, so that elites can be compared.
    fn axes(&self, outer: Area, column: usize) -> Axes {
        let traces = self.imagination.elites.iter().flat_map(|elite| &elite.traces);
        let (_, last) = extent(traces.flat_map(points).map(|point| point.0)).unwrap_or((0.0, 1.0));
        let own = self.imagination.elites.iter().flat_map(|elite| points(&elite.traces[column]));
        let y = Scale::of(own.filter(|point| point.0.is_finite()).map(|point| point.1), 4);
        Axes::fit(outer, horizontal(0.7 * outer.width(), |most| Scale::exact(0.0, last, most)), y)
    }

    fn draw_panel<B: DrawingBackend<ErrorType: 'static>>(
        &self,
        pen: &Pen<B>,
        axes: Axes,
        elite: &Imagined,
        column: usize,
        name: &str,
    ) -> Result<()> {
        // If the context is NaN, `max` returns the lower end, and nothing is shaded.
        let seen = elite.context.max(axes.x.low).min(axes.x.high);
        pen.rectangle(axes.at(axes.x.low, axes.y.high), axes.at(seen, axes.y.low), opaque(EMPTY))?;
        axes.draw_grid(pen, false)?;
        let trace = &elite.traces[column];
        for (entry, points) in [(truth(), &trace.truth), (imagined(), &trace.imagined)] {
            draw_series(pen, &axes, &Series { entry, points: points.clone(), band: Vec::new() })?;
        }
        axes.draw(pen, "time (s)", name)
    }
}

fn points(trace: &TraceView) -> impl Iterator<Item = (f64, f64)> {
    trace.truth.iter().chain(&trace.imagined).copied()
}

fn truth() -> Entry {
    Entry { text: "true".into(), colour: OKABE_ITO[0], dash: None }
}

fn imagined() -> Entry {
    Entry { text: "imagined".into(), colour: OKABE_ITO[1], dash: Some(18.0) }
}
