//! The archive as a map: reward, or what refinement did, over two descriptors. An archive with a single descriptor becomes a bar chart.
//!
//! A grid with two descriptors shows its cells. A grid with more shows, for each pair of bins, the best elite over all other descriptors. A
//! CVT archive with two descriptors shows its Voronoi cells. Cells of more dimensions cannot be drawn in the plane, so their elites are
//! dots, the best on top; the elites of archives without regions are dots, too. An elite outside a range is drawn at the end of that range.

use super::axes::{Area, Axes, SMALL, colour_bar_width, draw_colour_bar, draw_frame, draw_title, horizontal};
use super::colour::{EMPTY, OKABE_ITO, viridis};
use super::heading::{summary, title};
use super::ticks::{Scale, extent};
use super::voronoi;
use crate::pen::{At, Figure, HPos, INK, Pen, Type, VPos, WHITE, opaque};
use crate::views::{ArchiveView, AxisView, EliteView, LayoutView, RunView, Shown};
use anyhow::Result;
use plotters::prelude::DrawingBackend;

/// A map of one number of each elite over two descriptors.
pub(crate) struct Heatmap<'a> {
    /// The run.
    pub run: &'a RunView,
    /// The number that colours show.
    pub shown: Shown,
    /// Indices of the descriptors along x and y, which must differ.
    pub pair: (usize, usize),
}

/// Bars: the reward over the only descriptor.
pub(crate) struct Profile<'a> {
    /// The run.
    pub run: &'a RunView,
}

/// Most patches along an axis: a frame has some thousand pixels.
const FINEST: usize = 300;

/// A cell on the map, or several: its corners as shares of the two ranges, and the number of its elite, if it has one.
struct Patch {
    corners: Vec<[f64; 2]>,
    value: Option<f64>,
}

/// The colour scale for rewards. It covers all elites of an archive, so that all figures of the archive have the same scale.
pub(crate) fn reward_scale(archive: &ArchiveView) -> Scale {
    let (low, high) = extent(archive.elites.iter().map(|e| e.reward)).unwrap_or((0.0, 1.0));
    Scale::exact(low, high, 6)
}

/// The scale of a descriptor's axis, with at most about `most` ticks.
pub(crate) fn axis_scale(axis: &AxisView, most: usize) -> Scale {
    let (low, high) = axis.range;
    if axis.counts { Scale::counts(low, high, most) } else { Scale::exact(low, high, most) }
}

impl Figure for Heatmap<'_> {
    fn size(&self) -> (usize, usize) {
        (1600, 1200)
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>) -> Result<()> {
        let archive = &self.run.archive;
        let colours = match self.shown {
            Shown::Reward => reward_scale(archive),
            Shown::Trust => Scale::exact(-1.0, 1.0, 6),
            Shown::Gain => Scale::of(archive.elites.iter().filter_map(|elite| self.shown.of(elite)), 6),
        };
        let mut area = draw_title(pen, Area::paper(self.size()), &title(self.run), &self.second_line())?;
        area.right -= colour_bar_width(&colours);
        let axes = self.axes(area);
        pen.rectangle((axes.inside.left, axes.inside.top), (axes.inside.right, axes.inside.bottom), opaque(EMPTY))?;
        match self.patches() {
            Some(patches) => draw_patches(pen, &axes, &patches, &colours)?,
            None => self.draw_dots(pen, &axes, &colours)?,
        }
        if archive.drawn().is_empty() {
            draw_empty(pen, axes.inside.at(0.5, 0.53))?;
        }
        axes.draw(pen, &archive.axes[self.pair.0].label(), &archive.axes[self.pair.1].label())?;
        draw_colour_bar(pen, axes.inside, &colours, self.shown.name())
    }
}

impl Heatmap<'_> {
    fn axes(&self, area: Area) -> Axes {
        let scale = |i: usize, most| axis_scale(&self.run.archive.axes[i], most);
        Axes::fit(area, horizontal(0.8 * area.width(), |most| scale(self.pair.0, most)), scale(self.pair.1, 7))
    }

    fn second_line(&self) -> String {
        let others = self.run.archive.axes.len() - 2;
        let what = match (&self.run.archive.layout, others) {
            (LayoutView::Scattered { .. }, _) => "; each dot is an elite".into(),
            (_, 0) => String::new(),
            (LayoutView::Grid, 1) => "; best over the other descriptor".into(),
            (LayoutView::Grid, _) => format!("; best over the other {others} descriptors"),
            (LayoutView::Cvt { .. }, _) => "; each dot is an elite".into(),
        };
        let grey = if self.shown == Shown::Reward { "" } else { "; grey also where no steps were taken" };
        summary(self.run) + &what + grey
    }

    /// The cells; `None` if they cannot be drawn in the plane.
    fn patches(&self) -> Option<Vec<Patch>> {
        let archive = &self.run.archive;
        match &archive.layout {
            LayoutView::Grid => Some(self.grid_patches()),
            LayoutView::Cvt { centroids } if archive.axes.len() == 2 => Some(self.voronoi_patches(centroids)),
            LayoutView::Cvt { .. } | LayoutView::Scattered { .. } => None,
        }
    }

    fn grid_patches(&self) -> Vec<Patch> {
        let archive = &self.run.archive;
        let (a, b) = self.pair;
        // Of so many bins some share a patch: finer ones cannot be seen, and take minutes to draw.
        let shared = |axis: usize| archive.axes[axis].bins.div_ceil(FINEST);
        let [columns, rows] = [a, b].map(|axis| archive.axes[axis].bins.div_ceil(shared(axis)));
        let mut best = vec![None; columns * rows];
        // Elites come from worst to best: the best one overwrites the others.
        for elite in archive.drawn() {
            let bins = archive.bins_of(elite.cell);
            best[bins[a] / shared(a) * rows + bins[b] / shared(b)] = self.shown.of(elite);
        }
        let patch = |(cell, &value): (usize, &Option<f64>)| {
            let (column, row) = (cell / rows, cell % rows);
            let (x0, x1) = (column as f64 / columns as f64, (column + 1) as f64 / columns as f64);
            let (y0, y1) = (row as f64 / rows as f64, (row + 1) as f64 / rows as f64);
            Patch { corners: vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]], value }
        };
        best.iter().enumerate().map(patch).collect()
    }

    fn voronoi_patches(&self, centroids: &[Vec<f64>]) -> Vec<Patch> {
        let archive = &self.run.archive;
        let (a, b) = self.pair;
        let place = |p: &Vec<f64>| [archive.axes[a].share(p[a]), archive.axes[b].share(p[b])];
        let cells = voronoi::cells(&centroids.iter().map(place).collect::<Vec<_>>());
        let mut patches: Vec<Patch> = cells.into_iter().map(|corners| Patch { corners, value: None }).collect();
        for elite in archive.drawn() {
            patches[elite.cell].value = self.shown.of(elite);
        }
        patches
    }

    fn draw_dots<B: DrawingBackend<ErrorType: 'static>>(
        &self,
        pen: &Pen<B>,
        axes: &Axes,
        colours: &Scale,
    ) -> Result<()> {
        let elites = self.run.archive.drawn();
        // A thousand dots of this radius cover about a third of the frame.
        let radius = (250.0 / (elites.len().max(1) as f64).sqrt()).clamp(4.0, 12.0);
        for elite in elites {
            let (x, y) = (elite.descriptors[self.pair.0], elite.descriptors[self.pair.1]);
            if let Some(value) = self.shown.of(elite).filter(|_| x.is_finite() && y.is_finite()) {
                let at = axes.at(x.clamp(axes.x.low, axes.x.high), y.clamp(axes.y.low, axes.y.high));
                pen.disc(at, radius + 1.0, opaque(WHITE))?;
                pen.disc(at, radius, opaque(viridis(colours.share(value))))?;
            }
        }
        Ok(())
    }
}

fn draw_patches<B: DrawingBackend<ErrorType: 'static>>(
    pen: &Pen<B>,
    axes: &Axes,
    patches: &[Patch],
    colours: &Scale,
) -> Result<()> {
    let place = |corner: &[f64; 2]| axes.inside.at(corner[0], corner[1]);
    for patch in patches {
        let colour = opaque(patch.value.map_or(EMPTY, |value| viridis(colours.share(value))));
        pen.polygon(patch.corners.iter().map(place), colour)?;
        // Without these lines, the background would shine through between antialiased neighbours.
        let border = patch.corners.iter().chain(patch.corners.first()).map(place);
        pen.line(border, 0.75, colour)?;
    }
    let cell_size = (axes.inside.width() * axes.inside.height() / patches.len().max(1) as f64).sqrt();
    if cell_size < 14.0 {
        return Ok(());
    }
    for patch in patches {
        let border = patch.corners.iter().chain(patch.corners.first()).map(place);
        pen.line(border, (0.03 * cell_size).clamp(0.5, 2.0), opaque(WHITE))?;
    }
    Ok(())
}

/// Writes into an empty frame that there are no elites.
pub(crate) fn draw_empty<B: DrawingBackend<ErrorType: 'static>>(pen: &Pen<B>, at: At) -> Result<()> {
    pen.text("no elites", at, Type::new(SMALL, INK).anchored(HPos::Center, VPos::Center))
}

impl Figure for Profile<'_> {
    fn size(&self) -> (usize, usize) {
        (1600, 1000)
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>) -> Result<()> {
        let archive = &self.run.archive;
        let area = draw_title(pen, Area::paper(self.size()), &title(self.run), &summary(self.run))?;
        let (low, high) = archive.axes[0].range;
        let elites = archive.drawn();
        // Bars begin at zero, so the scale includes zero.
        let rewards = elites.iter().map(|e| e.reward).chain([0.0]);
        let y = Scale::of(rewards, 6);
        let axes = Axes::fit(area, horizontal(0.85 * area.width(), |most| axis_scale(&archive.axes[0], most)), y);
        axes.draw_grid(pen, false)?;
        for elite in &elites {
            let (from, to) = self.cell(elite);
            let ((x0, y0), (x1, y1)) = (axes.at(from, elite.reward), axes.at(to, 0.0));
            let gap = (0.05 * (x1 - x0)).min(1.0);
            pen.rectangle((x0 + gap, y0.min(y1)), (x1 - gap, y0.max(y1)), opaque(OKABE_ITO[0]))?;
        }
        pen.line([axes.at(low, 0.0), axes.at(high, 0.0)], 2.0, opaque(INK))?;
        if elites.is_empty() {
            draw_empty(pen, axes.inside.at(0.5, 0.53))?;
        }
        draw_frame(pen, axes.inside)?;
        axes.draw(pen, &archive.axes[0].label(), "reward")
    }
}

impl Profile<'_> {
    /// Where the elite's cell begins and ends, in the descriptor's unit.
    fn cell(&self, elite: &EliteView) -> (f64, f64) {
        let axis = &self.run.archive.axes[0];
        let (low, high) = axis.range;
        match &self.run.archive.layout {
            LayoutView::Grid => {
                let border = |bin: usize| low + (high - low) * bin as f64 / axis.bins as f64;
                (border(elite.cell), border(elite.cell + 1))
            }
            LayoutView::Cvt { centroids } => {
                let own = centroids[elite.cell][0];
                let others = || centroids.iter().map(|c| c[0]);
                let below = others().filter(|&c| c < own).fold(f64::NEG_INFINITY, f64::max);
                let above = others().filter(|&c| c > own).fold(f64::INFINITY, f64::min);
                ((0.5 * (below + own)).max(low), (0.5 * (own + above)).min(high))
            }
            LayoutView::Scattered { .. } => {
                let (own, half) = (elite.descriptors[0].clamp(low, high), 0.0015 * (high - low));
                ((own - half).max(low), (own + half).min(high))
            }
        }
    }
}
