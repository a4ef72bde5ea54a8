//! The distribution of the elites' rewards, or of what refinement did for them.

use super::archive::draw_empty;
use super::axes::{Area, Axes, draw_title, horizontal};
use super::colour::OKABE_ITO;
use super::heading::{summary, title};
use super::ticks::{Scale, extent};
use crate::pen::{Figure, Pen, opaque};
use crate::views::{RunView, Shown};
use anyhow::Result;
use plotters::prelude::DrawingBackend;

/// How many elites have which value of one of their numbers.
pub(crate) struct Histogram<'a> {
    /// The run.
    pub run: &'a RunView,
    /// The number.
    pub shown: Shown,
}

impl Figure for Histogram<'_> {
    fn size(&self) -> (usize, usize) {
        (1600, 1000)
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, pen: &Pen<B>) -> Result<()> {
        let values: Vec<f64> = self.run.archive.drawn().iter().filter_map(|e| self.shown.of(e)).collect();
        let area = draw_title(pen, Area::paper(self.size()), &title(self.run), &summary(self.run))?;
        let bins = bins(&values);
        let most = bins.iter().map(|b| b.count).max().unwrap_or(0).max(1);
        let (low, high) = (bins.first().map_or(0.0, |b| b.from), bins.last().map_or(1.0, |b| b.to));
        let y = whole_numbers(most);
        let axes = Axes::fit(area, horizontal(0.85 * area.width(), |most| Scale::exact(low, high, most)), y);
        axes.draw_grid(pen, false)?;
        for bin in bins.iter().filter(|b| b.count > 0) {
            let ((x0, y0), (x1, y1)) = (axes.at(bin.from, bin.count as f64), axes.at(bin.to, 0.0));
            pen.rectangle((x0 + 1.0, y0), (x1 - 1.0, y1), opaque(OKABE_ITO[0]))?;
        }
        if values.is_empty() {
            draw_empty(pen, axes.inside.at(0.5, 0.53))?;
        }
        axes.draw(pen, self.shown.name(), "number of elites")
    }
}

/// A scale from 0 to at least `most`, with ticks only at whole numbers.
fn whole_numbers(most: usize) -> Scale {
    let scale = |ticks| Scale::rounded(0.0, most as f64, ticks);
    let is_whole = |scale: &Scale| scale.ticks.iter().all(|t| t.fract() == 0.0);
    (1..=6).rev().map(scale).find(is_whole).unwrap_or_else(|| scale(1))
}

struct Bin {
    from: f64,
    to: f64,
    count: usize,
}

/// Bins with round borders. Their number is about the square root of the number of elites, from 5 to 40.
fn bins(rewards: &[f64]) -> Vec<Bin> {
    let Some((low, high)) = extent(rewards.iter().copied()) else { return Vec::new() };
    let wanted = ((rewards.len() as f64).sqrt() as usize).clamp(5, 40);
    let borders = Scale::rounded(low, high, wanted).ticks;
    let mut bins: Vec<Bin> = borders.windows(2).map(|b| Bin { from: b[0], to: b[1], count: 0 }).collect();
    let last = bins.len().saturating_sub(1);
    for &reward in rewards {
        // The highest border belongs to the last bin.
        let place = borders.partition_point(|&b| b <= reward).saturating_sub(1).min(last);
        bins[place].count += 1;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_elites_are_whole() {
        for most in 1..3000 {
            let scale = whole_numbers(most);
            assert!(scale.ticks.iter().all(|t| t.fract() == 0.0), "{most}: {:?}", scale.ticks);
            assert!(scale.high >= most as f64 && (2..=8).contains(&scale.ticks.len()), "{most}: {:?}", scale.ticks);
        }
    }

    #[test]
    fn every_reward_is_counted_once() {
        for rewards in
            [vec![1.0], vec![2.0; 30], vec![-1.0, 0.0, 1.0], (0..500).map(|i| (f64::from(i)).sin()).collect()]
        {
            let bins = bins(&rewards);
            assert_eq!(bins.iter().map(|b| b.count).sum::<usize>(), rewards.len());
            for bin in &bins {
                let inside = rewards.iter().filter(|&&r| bin.from <= r && r < bin.to).count();
                assert!(bin.count >= inside && bin.from < bin.to);
            }
            assert!(bins.len() <= 50, "{} bins", bins.len());
        }
        assert!(bins(&[]).is_empty());
    }
}
