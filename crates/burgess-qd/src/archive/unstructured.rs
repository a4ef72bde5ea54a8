//! The unstructured archive of AURORA (Grillotti and Cully 2022, "Unsupervised Behaviour Discovery with Quality-Diversity
//! Optimisation"; Cully and Demiris 2018): no cells are given beforehand, elites keep a distance from each other.
//!
//! The *novelty* of a candidate is its mean distance, descriptors in units of their ranges, to the k nearest of the elites before the
//! batch and of those candidates of the batch that went in before it. Novelty of at least l goes in, and so does whoever finds fewer
//! than k others; whoever is less novel competes with the nearest of them, or with whom has taken its place in the same batch, and
//! replaces it when its reward is greater.
//!
//! The distance l is steered to a number of elites, as in AURORA-CSC: while there are fewer than 95 % of the size, each batch lowers l
//! in proportion to what is missing. When a batch brings more than there is room for, l is raised and the archive thinned to
//! 95 % (see `thinning`); the best elite stays whatever happens. In between l stays, since every thinning takes time.

use super::cloud::{Cloud, Nearest, PointSlot};
use super::scale::Scale;
use super::slots::Slots;
use super::spec::Axis;
use super::thinning;
use super::view::{Archive, Elites, Placement};
use crate::bytes::{f64_bytes, f64s};
use crate::solution::{Evaluated, Solution};
use anyhow::{Context, Result, ensure};
use rayon::prelude::*;

/// Share by which l falls over as many candidates as the archive has room for, while it is empty. AURORA's factor is 5e-6 for each
/// missing elite, every ten batches of 128, at a size of 10,000.
const GAIN: f64 = 0.4;

/// Number of elites that l is steered to, as a share of the size.
const FULL: f64 = 0.95;

/// Least share by which l rises when there are too many elites; otherwise as many would be back soon.
const STEP: f64 = 0.02;

/// Least distance that l rises to, in units of the ranges: elites may be on top of each other.
const SHORTEST: f64 = 1e-6;

/// Candidates that are looked at together, each against what came before all of them; the rest follows one by one.
const TOGETHER: usize = 512;

/// An archive whose elites keep a distance from each other.
#[derive(Clone, Debug)]
pub struct Unstructured<S: Solution> {
    scale: Scale,
    neighbours: usize,
    distance: f64,
    slots: Slots<S>,
    /// The elites' points; their names are their cells.
    cloud: Cloud,
    /// Where in the cloud the elite of a cell is.
    places: Vec<Option<PointSlot>>,
}

/// A batch on its way in.
struct Batch<'a, S: Solution> {
    candidates: &'a [Evaluated<S>],
    /// Candidates for whom there is no cell yet. Their names go on after those of the cells.
    waiting: Vec<usize>,
    waiting_places: Vec<PointSlot>,
    /// Elites that were replaced: they count for novelty until the batch is through.
    replaced: Vec<PointSlot>,
    /// Free cells, lowest last.
    free: Vec<usize>,
}

/// What became of a candidate when it was its turn.
#[derive(Clone, Copy)]
enum Turn {
    NotFinite,
    TurnedDown {
        improvement: f64,
    },
    /// It has this name now.
    In {
        name: usize,
        improvement: f64,
        new: bool,
    },
}

impl<S: Solution> Unstructured<S> {
    /// An empty archive with room for `size` elites; `neighbours` is k, below `size`.
    pub fn new(axes: &[Axis], size: usize, neighbours: usize) -> Self {
        let scale = Scale::new(axes);
        Self {
            cloud: Cloud::new(scale.dims()),
            scale,
            neighbours,
            distance: 0.0,
            slots: Slots::new(size),
            places: vec![None; size],
        }
    }

    /// The archive, still empty, with samples that go by kinds.
    pub fn by_kind(self) -> Self {
        Self { slots: Slots::by_kind(self.slots.count()), ..self }
    }

    /// The novelty from which on a candidate goes in without competing, in units of the descriptors' ranges.
    pub fn distance(&self) -> f64 {
        self.distance
    }

    fn is_novel(&self, nearest: &Nearest) -> bool {
        nearest.len() < self.neighbours || nearest.mean_distance() >= self.distance
    }

    /// A candidate's point and its neighbours among all that is in the cloud.
    fn look(&self, elite: &Evaluated<S>) -> Option<(Vec<f32>, Nearest)> {
        elite.is_finite().then(|| {
            let (point, mut nearest) = (self.scale.point(&elite.descriptors), Nearest::new(self.neighbours));
            self.cloud.nearest(&point, &mut nearest);
            (point, nearest)
        })
    }

    fn offer(&mut self, batch: &mut Batch<'_, S>, candidate: usize, point: &[f32], nearest: &Nearest) -> Turn {
        let elite = &batch.candidates[candidate];
        let reward = f64::from(elite.reward);
        let rival = nearest.first().filter(|_| !self.is_novel(nearest)).map(|name| name as usize);
        let Some(name) = rival else {
            let name = match batch.free.pop() {
                Some(cell) => {
                    self.take_cell(cell, elite, point);
                    cell
                }
                None => {
                    let name = self.slots.count() + batch.waiting.len();
                    batch.waiting.push(candidate);
                    batch.waiting_places.push(self.cloud.push(point, name as u32, 0.0));
                    name
                }
            };
            return Turn::In { name, improvement: reward, new: true };
        };
        let waiting = name.checked_sub(self.slots.count());
        let incumbent = match waiting {
            Some(waiting) => batch.candidates[batch.waiting[waiting]].reward,
            None => self.slots.reward(name),
        };
        let improvement = reward - f64::from(incumbent);
        if elite.reward <= incumbent {
            return Turn::TurnedDown { improvement };
        }
        match waiting {
            Some(waiting) => {
                batch.waiting[waiting] = candidate;
                let place = self.cloud.push(point, name as u32, 0.0);
                batch.replaced.push(std::mem::replace(&mut batch.waiting_places[waiting], place));
            }
            None => batch.replaced.extend(self.take_cell(name, elite, point)),
        }
        Turn::In { name, improvement, new: false }
    }

    /// Gives a cell to an elite; returns the place of the one that held it.
    fn take_cell(&mut self, cell: usize, elite: &Evaluated<S>, point: &[f32]) -> Option<PointSlot> {
        self.slots.put(cell, elite);
        self.places[cell].replace(self.cloud.push(point, cell as u32, 0.0))
    }

    /// Raises l and thins the archive; returns the cell of each name that is.
    fn make_room(&mut self, batch: &Batch<'_, S>) -> Vec<Option<usize>> {
        let size = self.slots.count();
        let members: Vec<(&Evaluated<S>, PointSlot)> = (0..size)
            .filter_map(|cell| Some((self.slots.get(cell)?, self.places[cell]?)))
            .chain(
                batch
                    .waiting
                    .iter()
                    .map(|&candidate| &batch.candidates[candidate])
                    .zip(batch.waiting_places.iter().copied()),
            )
            .collect();
        let mut best_first: Vec<usize> = (0..members.len()).collect();
        // Of equals the older one; the archive is full, so that places in this list are names.
        best_first.sort_by(|&a, &b| {
            members[b].0.reward.total_cmp(&members[a].0.reward).then(members[a].0.id.cmp(&members[b].0.id))
        });
        let points: Vec<f32> = best_first.iter().flat_map(|&name| self.cloud.point(members[name].1)).collect();
        let count = ((FULL * size as f64) as usize).max(self.neighbours);
        let thinned = thinning::thin(&points, self.scale.dims(), self.neighbours, count);
        let at_least = (self.distance * (1.0 + STEP)).max(SHORTEST);
        self.distance = if thinned.distance.is_finite() { thinned.distance.max(at_least) } else { at_least };
        let mut cells: Vec<Option<usize>> = vec![None; members.len()];
        for (place, &name) in best_first.iter().enumerate() {
            if thinned.stays[place] {
                cells[name] = Some(name);
            }
        }
        for cell in (0..size).filter(|&cell| cells[cell].is_none()) {
            self.slots.remove(cell);
            self.places[cell] = None;
        }
        let free: Vec<usize> = (0..size).filter(|&cell| cells[cell].is_none()).collect();
        let staying: Vec<usize> = (size..cells.len()).filter(|&name| cells[name].is_some()).collect();
        for (name, cell) in staying.into_iter().zip(free) {
            self.slots.put(cell, &batch.candidates[batch.waiting[name - size]]);
            cells[name] = Some(cell);
        }
        cells
    }

    /// Builds the cloud anew of the elites.
    fn gather(&mut self) {
        let taken: Vec<usize> = self.slots.taken().to_vec();
        self.cloud = Cloud::new(self.scale.dims());
        for cell in taken {
            if let Some(elite) = self.slots.get(cell) {
                self.places[cell] = Some(self.cloud.push(&self.scale.point(&elite.descriptors), cell as u32, 0.0));
            }
        }
        self.arrange();
    }

    fn arrange(&mut self) {
        let places = &mut self.places;
        self.cloud.tidy(|cell, place| places[cell as usize] = Some(place));
    }
}

impl<S: Solution> Elites<S> for Unstructured<S> {
    fn slots(&self) -> &Slots<S> {
        &self.slots
    }

    /// The nearest elite, if the newcomer is not novel.
    fn incumbent(&self, descriptors: &[f32], _: u32) -> Option<&Evaluated<S>> {
        let mut nearest = Nearest::new(self.neighbours);
        self.cloud.nearest(&self.scale.point(descriptors), &mut nearest);
        self.slots.get(nearest.first().filter(|_| !self.is_novel(&nearest))? as usize)
    }
}

impl<S: Solution> Archive<S> for Unstructured<S> {
    fn insert(&mut self, candidates: &[Evaluated<S>]) -> Vec<Placement> {
        let free = (0..self.slots.count()).rev().filter(|&cell| self.slots.get(cell).is_none()).collect();
        let mut batch =
            Batch { candidates, waiting: Vec::new(), waiting_places: Vec::new(), replaced: Vec::new(), free };
        let mut turns = Vec::with_capacity(candidates.len());
        for (number, together) in candidates.chunks(TOGETHER).enumerate() {
            self.cloud.seal();
            let since = self.cloud.blocks();
            let looked: Vec<_> = together.par_iter().with_min_len(8).map(|elite| self.look(elite)).collect();
            for (place, looked) in looked.into_iter().enumerate() {
                turns.push(match looked {
                    None => Turn::NotFinite,
                    Some((point, mut nearest)) => {
                        self.cloud.nearest_in(since..self.cloud.blocks(), &point, &mut nearest);
                        self.offer(&mut batch, number * TOGETHER + place, &point, &nearest)
                    }
                });
            }
        }
        let cells = if batch.waiting.is_empty() {
            batch.replaced.iter().for_each(|&place| self.cloud.remove(place));
            None
        } else {
            Some(self.make_room(&batch))
        };
        self.slots.settle();
        if cells.is_some() {
            self.gather();
        } else {
            self.arrange();
        }
        let (batch, size) = (candidates.len() as f64, self.slots.count() as f64);
        let missing = 1.0 - self.slots.len() as f64 / (FULL * size);
        if cells.is_none() && missing > 0.0 {
            self.distance *= 1.0 - GAIN * (batch / size).min(1.0) * missing;
        }
        let placement = |turn: &Turn| match *turn {
            Turn::NotFinite => Placement::NotFinite,
            Turn::TurnedDown { improvement } => Placement::Kept { improvement },
            Turn::In { name, improvement, new } => match cells.as_ref().map_or(Some(name), |cells| cells[name]) {
                None => Placement::Kept { improvement },
                Some(cell) if new => Placement::New { cell, improvement },
                Some(cell) => Placement::Improved { cell, improvement },
            },
        };
        turns.iter().map(placement).collect()
    }

    fn take_changed(&mut self) -> Vec<usize> {
        self.slots.take_changed()
    }

    /// The distance l.
    fn save(&self) -> Vec<u8> {
        f64_bytes(&[self.distance])
    }

    fn restore(&mut self, elites: Vec<(usize, Evaluated<S>)>, state: &[u8]) -> Result<()> {
        // A run that was stopped before its first batch has stored nothing.
        self.distance = match f64s(state).context("the archive's state is damaged")?[..] {
            [] if elites.is_empty() => 0.0,
            [distance] => distance,
            _ => anyhow::bail!("the archive's state has {} bytes where there should be 8", state.len()),
        };
        let fits = self.distance.is_finite() && self.distance >= 0.0;
        ensure!(fits, "the distance between elites must be a number from 0, is {}", self.distance);
        self.slots.refill(elites, self.scale.dims())?;
        self.places.fill(None);
        self.gather();
        Ok(())
    }
}
