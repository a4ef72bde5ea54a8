//! Where candidates lie in latent space: panels side by side with the same points, coloured by reward, by body plan and by generation.

use super::axes::{Area, Axes, GAP, NAME, SMALL, draw_colour_bar_below, draw_title, horizontal};
use super::colour::{OKABE_ITO, OTHERS, viridis};
use super::heading::title_of;
use super::ticks::{Scale, extent};
use crate::image::Rgb;
use crate::pen::{At, Figure, HPos, INK, Pen, Type, VPos, faded, opaque};
use crate::views::{LatentMap, LatentPoint, LatentView};
use anyhow::Result;
use plotters::prelude::DrawingBackend;
use std::collections::BTreeMap;

/// The map of a view.
pub(crate) struct Map<'a> {
    /// The encoder.
    pub view: &'a LatentView,
    /// Its map.
    pub map: &'a LatentMap,
}

/// What colours mean in a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colours {
    Reward,
    Body,
    Generation,
}

/// The body plans that have a colour, each with its number of points, and the number of all other points.
struct Plans<'a> {
    named: Vec<(&'a str, usize)>,
    others: usize,
}

/// Height of a legend's row (pixels).
const ROW: f64 = 1.5 * SMALL;
/// Number of columns in the legend of body plans.
const COLUMNS: usize = 2;
/// Height of the key below a panel (pixels). The legend of body plans is the highest key: it has a row for each colour and one for all others.
const KEY: f64 = (OKABE_ITO.len() + 1).div_ceil(COLUMNS) as f64 * ROW;
/// Opacity of a dot. Dots are translucent, so that dense regions are darker than sparse ones.
const COVER: f64 = 0.7;

impl Figure for Map<'_> {
    fn size(&self) -> (usize, usize) {
        (800 * self.panels().len(), 1130)
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>) -> Result<()> {
        let points = self.points();
        let second = match points.len() {
            1 => "1 candidate".to_owned(),
            count => format!("{count} candidates, each a dot"),
        };
        let title = title_of(&self.view.name, self.view.seed);
        let area = draw_title(pen, Area::paper(self.size()), &title, &second)?;
        let panels = self.panels();
        let between = 2.0 * GAP;
        let width = (area.width() - between * (panels.len() - 1) as f64) / panels.len() as f64;
        for ((i, colours), letter) in panels.into_iter().enumerate().zip('a'..) {
            let left = area.left + i as f64 * (width + between);
            self.draw_panel(pen, Area { left, right: left + width, ..area }, letter, colours, &points)?;
        }
        Ok(())
    }
}

impl Map<'_> {
    fn panels(&self) -> Vec<Colours> {
        let all = [Colours::Reward, Colours::Body, Colours::Generation];
        all.into_iter().filter(|&colours| self.view.bodies_evolve || colours != Colours::Body).collect()
    }

    /// All points with a finite position, in an order that is unrelated to theirs. Otherwise late points would always cover early ones.
    fn points(&self) -> Vec<&LatentPoint> {
        let mut points: Vec<_> = self.map.points.iter().enumerate().filter(|(_, point)| point.has_place()).collect();
        // Fibonacci hashing: multiples of the golden ratio.
        points.sort_by_key(|(i, _)| (*i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        points.into_iter().map(|(_, point)| point).collect()
    }

    fn draw_panel<B: DrawingBackend<ErrorType: 'static>>(
        &self,
        pen: &Pen<B>,
        area: Area,
        letter: char,
        colours: Colours,
        points: &[&LatentPoint],
    ) -> Result<()> {
        let frame = Area { top: area.top + 1.3 * NAME, bottom: area.bottom - KEY - 2.0 * GAP, ..area };
        let x = horizontal(0.75 * frame.width(), |most| scale(points, 0, most));
        let axes = Axes::fit(frame, x, scale(points, 1, 6));
        axes.draw_grid(pen, true)?;
        let below = Area { left: axes.inside.left, right: axes.inside.right, top: area.bottom - KEY, ..area };
        let name = match colours {
            Colours::Reward => {
                let shown = points.iter().filter(|point| point.reward.is_finite());
                shade(pen, &axes, below, "reward", &shown.map(|point| (point.at, point.reward)).collect::<Vec<_>>())?
            }
            Colours::Generation => {
                let shown = points.iter().map(|point| (point.at, point.generation as f64));
                shade(pen, &axes, below, "generation", &shown.collect::<Vec<_>>())?
            }
            Colours::Body => {
                let plans = Plans::of(points);
                plans.draw_points(pen, &axes, points)?;
                plans.draw_legend(pen, Area { left: area.left + NAME, ..below })?;
                "body plan".to_owned()
            }
        };
        axes.draw(pen, &self.map.axes[0], &self.map.axes[1])?;
        let how = Type::new(NAME, INK).anchored(HPos::Left, VPos::Top);
        pen.text(&format!("({letter}) {name}"), (axes.inside.left, area.top), how)
    }
}

/// A scale from the lowest to the highest coordinate, with room for the dots at both ends.
fn scale(points: &[&LatentPoint], axis: usize, most: usize) -> Scale {
    let (low, high) = extent(points.iter().map(|point| point.at[axis])).unwrap_or((0.0, 1.0));
    let rim = 0.03 * (high - low);
    Scale::exact(low - rim, high + rim, most)
}

/// Draws dots coloured by a number and the colour bar below them, and returns the name of the bar. Whole numbers get whole ticks.
fn shade<B: DrawingBackend<ErrorType: 'static>>(
    pen: &Pen<B>,
    axes: &Axes,
    below: Area,
    name: &str,
    shown: &[([f64; 2], f64)],
) -> Result<String> {
    let (low, high) = extent(shown.iter().map(|(_, value)| *value)).unwrap_or((0.0, 1.0));
    let whole = shown.iter().all(|(_, value)| value.fract() == 0.0);
    let ticks = |most| if whole { Scale::counts(low, high, most) } else { Scale::exact(low, high, most) };
    let colours = horizontal(below.width(), ticks);
    let radius = radius(shown.len());
    for (at, value) in shown {
        pen.disc(axes.at(at[0], at[1]), radius, faded(viridis(colours.share(*value)), COVER))?;
    }
    draw_colour_bar_below(pen, below, &colours)?;
    Ok(colours.name(name))
}

/// Radius of a dot (pixels). A thousand dots cover about a quarter of the frame if they do not overlap.
fn radius(points: usize) -> f64 {
    (160.0 / (points.max(1) as f64).sqrt()).clamp(3.0, 9.0)
}

impl<'a> Plans<'a> {
    /// Gives the most frequent body plans a colour; among equally frequent ones, the first by name.
    fn of(points: &[&'a LatentPoint]) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for point in points {
            *counts.entry(&point.body).or_default() += 1;
        }
        let mut named: Vec<_> = counts.into_iter().collect();
        named.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let others = named.split_off(named.len().min(OKABE_ITO.len()));
        Self { named, others: others.iter().map(|(_, count)| count).sum() }
    }

    fn colour(&self, body: &str) -> Option<Rgb> {
        self.named.iter().zip(OKABE_ITO).find(|((name, _), _)| *name == body).map(|(_, colour)| colour)
    }

    /// Draws the points. Those without a colour of their own come first, so that they hide no other.
    fn draw_points<B: DrawingBackend<ErrorType: 'static>>(
        &self,
        pen: &Pen<B>,
        axes: &Axes,
        points: &[&LatentPoint],
    ) -> Result<()> {
        let (named, others): (Vec<_>, Vec<_>) =
            points.iter().map(|point| (point.at, self.colour(&point.body))).partition(|(_, colour)| colour.is_some());
        for (at, colour) in others.into_iter().chain(named) {
            pen.disc(axes.at(at[0], at[1]), radius(points.len()), faded(colour.unwrap_or(OTHERS), COVER))?;
        }
        Ok(())
    }

    /// Draws the names with their numbers of points, column by column.
    fn draw_legend<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>, area: Area) -> Result<()> {
        let mut entries: Vec<(String, Rgb)> =
            self.named.iter().zip(OKABE_ITO).map(|((name, count), c)| (format!("{name} ({count})"), c)).collect();
        if self.others > 0 {
            entries.push((format!("others ({})", self.others), OTHERS));
        }
        let rows = (area.height() / ROW).round() as usize;
        let width = area.width() / COLUMNS as f64;
        for (i, (text, colour)) in entries.iter().enumerate() {
            let at: At = (area.left + (i / rows) as f64 * width, area.top + ((i % rows) as f64 + 0.5) * ROW);
            let (radius, beside) = (0.35 * SMALL, 0.7 * SMALL + GAP);
            pen.disc((at.0 + radius, at.1), radius, opaque(*colour))?;
            let how = Type::new(SMALL, INK).fitted(text, width - beside - GAP);
            pen.text(text, (at.0 + beside, at.1), how)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_body_plans_have_colours() {
        let point =
            |body: usize| LatentPoint { at: [0.0, 0.0], reward: 0.0, body: format!("{body} links"), generation: 0 };
        // One of 0 links, two of 1 link, and so on.
        let points: Vec<LatentPoint> = (0..10).flat_map(|body| (0..=body).map(move |_| point(body))).collect();
        let points: Vec<&LatentPoint> = points.iter().collect();
        let plans = Plans::of(&points);
        assert_eq!(plans.named[0], ("9 links", 10));
        assert_eq!((plans.named.len(), plans.others), (7, 1 + 2 + 3));
        assert_eq!(plans.colour("9 links"), Some(OKABE_ITO[0]));
        assert_eq!((plans.colour("3 links"), plans.colour("2 links")), (Some(OKABE_ITO[6]), None));
        assert_eq!(Plans::of(&points[..1]).others, 0);
    }
}
