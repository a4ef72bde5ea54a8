//! Which elites become parents: an archive that prefers some of its elites when it is sampled, and is the archive within it in all else.
//!
//! Elites are ranked by reward and by novelty, the mean distance to the k nearest other elites (Lehman and Stanley 2011, "Abandoning
//! Objectives"), each rank as a share from 0 (last) to 1 (first), of equals the older one first. A sample is the best of a few that are drawn uniformly, by
//! a weighted mean of the two shares. Shares follow from what is in the archive, so nothing of this is stored.

use super::cloud::{Cloud, Nearest};
use super::scale::Scale;
use super::slots::Slots;
use super::spec::{Axis, Parents};
use super::view::{Archive, Elites, Placement};
use crate::solution::{Evaluated, Solution};
use anyhow::Result;
use burgess_core::rng::Stream;
use rayon::prelude::*;
use std::borrow::Cow;
use std::cmp::Ordering;

/// An archive whose samples are tournaments.
pub struct Preferring<S: Solution> {
    archive: Box<dyn Archive<S>>,
    scale: Scale,
    size: usize,
    novelty: f64,
    neighbours: usize,
    /// One a slot; what stands for empty ones is not looked at.
    scores: Vec<f64>,
}

impl<S: Solution> std::fmt::Debug for Preferring<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preferring").field("elites", &self.archive.len()).finish_non_exhaustive()
    }
}

impl<S: Solution> Preferring<S> {
    /// An archive sampled as an experiment says: the archive itself where each elite has the same chance.
    pub fn over(archive: Box<dyn Archive<S>>, axes: &[Axis], parents: Parents) -> Box<dyn Archive<S>> {
        match parents {
            Parents::Uniform => archive,
            Parents::Tournament { size, novelty, neighbours } => {
                let scores = vec![0.0; archive.slots().count()];
                Box::new(Self { archive, scale: Scale::new(axes), size, novelty, neighbours, scores })
            }
        }
    }

    fn rank(&mut self) {
        let elites: Vec<(usize, &Evaluated<S>)> = self.archive.elites().collect();
        let points: Vec<Vec<f32>> = elites.par_iter().map(|(_, elite)| self.scale.point(&elite.descriptors)).collect();
        let mut cloud = Cloud::new(self.scale.dims());
        for (name, point) in points.iter().enumerate() {
            cloud.push(point, name as u32, 0.0);
        }
        cloud.arrange(|_, _| ());
        let novelty = |(name, point): (usize, &Vec<f32>)| {
            let mut nearest = Nearest::new(self.neighbours);
            cloud.nearest_of(point, f32::NEG_INFINITY, |other| other as usize != name, &mut nearest);
            if nearest.len() == 0 { 0.0 } else { nearest.mean_distance() }
        };
        let novelties: Vec<f64> = points.par_iter().enumerate().map(novelty).collect();
        let rewards: Vec<f64> = elites.iter().map(|(_, elite)| f64::from(elite.reward)).collect();
        let ids: Vec<u64> = elites.iter().map(|(_, elite)| elite.id).collect();
        let (by_reward, by_novelty) = (shares(&rewards, &ids), shares(&novelties, &ids));
        for (place, (slot, _)) in elites.iter().enumerate() {
            self.scores[*slot] = (1.0 - self.novelty) * by_reward[place] + self.novelty * by_novelty[place];
        }
    }
}

/// The rank of each value as a share, 1 for the greatest, of equals for the one of lowest number.
fn shares(values: &[f64], ids: &[u64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]).then(ids[b].cmp(&ids[a])));
    let last = (values.len().max(2) - 1) as f64;
    let mut shares = vec![0.0; values.len()];
    order.iter().enumerate().for_each(|(rank, &place)| shares[place] = rank as f64 / last);
    shares
}

impl<S: Solution> Elites<S> for Preferring<S> {
    fn sample(&self, stream: &mut Stream) -> Option<&Evaluated<S>> {
        let taken = self.slots().taken();
        if taken.is_empty() {
            return None;
        }
        let better = |a: &usize, b: &usize| match self.scores[*a].total_cmp(&self.scores[*b]) {
            // The lower slot, whatever the order of the draws.
            Ordering::Equal => b.cmp(a),
            other => other,
        };
        let drawn = (0..self.size).map(|_| taken[stream.below(taken.len())]);
        drawn.max_by(better).and_then(|slot| self.get(slot))
    }

    fn slots(&self) -> &Slots<S> {
        self.archive.slots()
    }

    fn incumbent(&self, descriptors: &[f32], age: u32) -> Option<&Evaluated<S>> {
        self.archive.incumbent(descriptors, age)
    }

    fn admits(&self, descriptors: &[f32]) -> bool {
        self.archive.admits(descriptors)
    }

    fn slots_per_cell(&self) -> usize {
        self.archive.slots_per_cell()
    }

    fn cell_count(&self) -> usize {
        self.archive.cell_count()
    }

    fn best_of_cells(&self) -> Cow<'_, [usize]> {
        self.archive.best_of_cells()
    }
}

impl<S: Solution> Archive<S> for Preferring<S> {
    fn insert(&mut self, batch: &[Evaluated<S>]) -> Vec<Placement> {
        let placements = self.archive.insert(batch);
        self.rank();
        placements
    }

    fn take_changed(&mut self) -> Vec<usize> {
        self.archive.take_changed()
    }

    fn save(&self) -> Vec<u8> {
        self.archive.save()
    }

    fn restore(&mut self, elites: Vec<(usize, Evaluated<S>)>, state: &[u8]) -> Result<()> {
        self.archive.restore(elites, state)?;
        self.rank();
        Ok(())
    }
}
