//! Lines of any kind, drawn as curves with one legend.

use super::colour::OKABE_ITO;
use super::curves::{Curves, Panel, Series, Span};
use super::legend::Entry;
use crate::views::{LineView, LinesView, PanelView};

/// Length of dashes (pixels).
const DASH: f64 = 18.0;

/// The figure of a view.
pub(crate) fn curves(view: &LinesView) -> Curves {
    let legend = view.panels.first().map_or_else(Vec::new, |panel| panel.lines.iter().map(entry).collect());
    Curves {
        title: view.title.clone(),
        second: view.second.clone(),
        x_name: view.x_name,
        panels: view.panels.iter().map(panel).collect(),
        // A single line needs no legend: the axis names it.
        legend: if legend.len() > 1 { legend } else { Vec::new() },
        note: String::new(),
        marks: Vec::new(),
    }
}

fn panel(view: &PanelView) -> Panel {
    let series = |line: &LineView| Series { entry: entry(line), points: line.points.clone(), band: Vec::new() };
    let series = view.lines.iter().map(series).collect();
    let span = if view.from_zero { Span::FromZero } else { Span::Data };
    Panel { name: view.name.into(), span, series, legend: false }
}

fn entry(line: &LineView) -> Entry {
    let colour = OKABE_ITO[line.colour % OKABE_ITO.len()];
    Entry { text: line.name.clone(), colour, dash: line.dashed.then_some(DASH) }
}
