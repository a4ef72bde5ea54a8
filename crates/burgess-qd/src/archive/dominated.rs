//! Dominated Novelty Search (Bahlous-Boldi et al. 2025, "Dominated Novelty Search: Rethinking Local Competition in
//! Quality-Diversity"): an archive of fixed size without cells, distances to keep, or anything else to adjust.
//!
//! Who is *fitter* has the greater reward, of equals the older one. The *competition fitness* of a solution is its mean distance,
//! descriptors in units of their ranges, to the k nearest fitter ones (to all of them, if there are fewer), and infinite for the
//! fittest of all. Of the elites and a batch together those of greatest competition fitness stay, of equals the fitter; so the
//! best elite always does.
//!
//! Each member knows its k nearest fitter ones. A batch changes them in two ways, and only those are looked at: newcomers may be
//! nearer, and who is gone leaves a gap.

use super::cloud::{Cloud, Nearest, PointSlot};
use super::scale::Scale;
use super::slots::Slots;
use super::spec::Axis;
use super::view::{Archive, Elites, Placement};
use crate::solution::{Evaluated, Solution};
use anyhow::{Result, ensure};
use rayon::prelude::*;
use std::cmp::Ordering;

/// An archive of those solutions that are far from what is fitter.
#[derive(Clone, Debug)]
pub struct DominatedNovelty<S: Solution> {
    scale: Scale,
    neighbours: usize,
    slots: Slots<S>,
    /// The members by name: elites by their cells, then newcomers by their places in the batch.
    members: Vec<Option<Member>>,
    /// The members' points, their rewards as keys.
    cloud: Cloud,
    /// Least competition fitness of an elite; infinite in an empty archive.
    least: f64,
}

/// An elite, or a newcomer.
#[derive(Clone, Debug)]
struct Member {
    standing: Standing,
    point: Vec<f32>,
    place: PointSlot,
    /// The nearest fitter ones.
    fitter: Nearest,
}

/// What decides who is fitter.
#[derive(Clone, Copy, Debug)]
struct Standing {
    reward: f32,
    id: u64,
    name: usize,
}

impl Standing {
    /// The fitter one first.
    fn compare(&self, other: &Self) -> Ordering {
        // Rewards are finite.
        let by_reward = other.reward.partial_cmp(&self.reward).unwrap_or(Ordering::Equal);
        by_reward.then(self.id.cmp(&other.id)).then(self.name.cmp(&other.name))
    }

    fn is_fitter_than(&self, other: &Self) -> bool {
        self.compare(other).is_lt()
    }
}

impl Member {
    /// Its competition fitness.
    fn fitness(&self) -> f64 {
        if self.fitter.len() == 0 { f64::INFINITY } else { self.fitter.mean_distance() }
    }
}

impl<S: Solution> DominatedNovelty<S> {
    /// An empty archive of `size` elites; `neighbours` is k.
    pub fn new(axes: &[Axis], size: usize, neighbours: usize) -> Self {
        let scale = Scale::new(axes);
        Self {
            cloud: Cloud::new(scale.dims()),
            scale,
            neighbours,
            slots: Slots::new(size),
            members: vec![None; size],
            least: f64::INFINITY,
        }
    }

    /// The archive, still empty, with samples that go by kinds.
    pub fn by_kind(self) -> Self {
        Self { slots: Slots::by_kind(self.slots.count()), ..self }
    }

    /// The competition fitness of a cell's elite.
    pub fn fitness(&self, cell: usize) -> Option<f64> {
        Some(self.members.get(cell)?.as_ref()?.fitness())
    }

    /// The cell of the elite that a newcomer would have to beat at a point: the nearest one, unless the newcomer would stay even if
    /// all were fitter.
    fn rival(&self, point: &[f32]) -> Option<usize> {
        if self.slots.len() < self.slots.count() {
            return None;
        }
        let mut nearest = Nearest::new(self.neighbours);
        self.cloud.nearest(point, &mut nearest);
        nearest.first().filter(|_| nearest.mean_distance() <= self.least).map(|name| name as usize)
    }

    /// Adds someone who does not know the others yet.
    fn join(&mut self, elite: &Evaluated<S>, point: Vec<f32>, name: usize) {
        let place = self.cloud.push(&point, name as u32, elite.reward);
        let standing = Standing { reward: elite.reward, id: elite.id, name };
        self.members[name] = Some(Member { standing, point, place, fitter: Nearest::new(self.neighbours) });
    }

    /// Looks for the fitter ones of some members among all.
    fn look(&mut self, names: &[usize]) {
        let found: Vec<Nearest> = names.par_iter().with_min_len(8).map(|&name| self.fitter_than(name)).collect();
        for (&name, found) in names.iter().zip(found) {
            if let Some(member) = &mut self.members[name] {
                member.fitter = found;
            }
        }
    }

    fn fitter_than(&self, name: usize) -> Nearest {
        let mut nearest = Nearest::new(self.neighbours);
        if let Some(Member { standing, point, .. }) = &self.members[name] {
            let admit = |other: u32| self.standing(other).is_some_and(|other| other.is_fitter_than(standing));
            self.cloud.nearest_of(point, standing.reward, admit, &mut nearest);
        }
        nearest
    }

    fn standing(&self, name: u32) -> Option<&Standing> {
        Some(&self.members[name as usize].as_ref()?.standing)
    }

    /// Lets the elites know of the newcomers, who are in the blocks from `since` on.
    fn introduce(&mut self, since: usize) {
        let standings: Vec<Option<Standing>> =
            self.members.iter().map(|member| member.as_ref().map(|member| member.standing)).collect();
        let (cloud, blocks) = (&self.cloud, since..self.cloud.blocks());
        let elites = self.members[..self.slots.count()].par_iter_mut().with_min_len(64);
        elites.flatten().for_each(|Member { standing, point, fitter, .. }| {
            let admit = |other: u32| standings[other as usize].is_some_and(|other| other.is_fitter_than(standing));
            cloud.nearest_of_in(blocks.clone(), point, standing.reward, admit, fitter);
        });
    }

    /// The names of those that have to go, of all members.
    fn surplus(&self) -> Vec<usize> {
        let mut ranked: Vec<(f64, &Standing)> =
            self.members.iter().flatten().map(|member| (member.fitness(), &member.standing)).collect();
        let size = self.slots.count();
        if ranked.len() <= size {
            return Vec::new();
        }
        let better = |a: &(f64, &Standing), b: &(f64, &Standing)| b.0.total_cmp(&a.0).then_with(|| a.1.compare(b.1));
        ranked.select_nth_unstable_by(size, better);
        let mut names: Vec<usize> = ranked[size..].iter().map(|(_, standing)| standing.name).collect();
        names.sort_unstable();
        names
    }

    /// Removes members; those that they were near to look for others.
    fn dismiss(&mut self, names: &[usize]) {
        let mut gone = vec![false; self.members.len()];
        for &name in names {
            gone[name] = true;
            if let Some(member) = self.members[name].take() {
                self.cloud.remove(member.place);
            }
            if name < self.slots.count() {
                self.slots.remove(name);
            }
        }
        let misses = |member: &&Member| member.fitter.iter().any(|(_, name)| gone[name as usize]);
        let bereft: Vec<usize> =
            self.members.iter().flatten().filter(misses).map(|member| member.standing.name).collect();
        self.look(&bereft);
    }

    /// Gives those newcomers cells that are left, the lowest ones in their order; returns the cell of each.
    fn move_in(&mut self, batch: &[Evaluated<S>]) -> Vec<Option<usize>> {
        let size = self.slots.count();
        let mut cells = vec![None; batch.len()];
        let mut free = 0..size;
        for (place, elite) in batch.iter().enumerate() {
            let Some(mut member) = self.members[size + place].take() else { continue };
            let Some(cell) = free.find(|&cell| self.members[cell].is_none()) else { break };
            self.cloud.rename(member.place, cell as u32);
            member.standing.name = cell;
            self.members[cell] = Some(member);
            self.slots.put(cell, elite);
            cells[place] = Some(cell);
        }
        let moved = |name: u32| match (name as usize).checked_sub(size) {
            None => name,
            Some(place) => cells[place].map_or(name, |cell| cell as u32),
        };
        self.members.truncate(size);
        self.members.iter_mut().flatten().for_each(|member| member.fitter.rename(moved));
        cells
    }

    /// After members came and went.
    fn settle(&mut self) {
        self.slots.settle();
        let members = &mut self.members;
        self.cloud.tidy(|name, place| {
            if let Some(member) = &mut members[name as usize] {
                member.place = place;
            }
        });
        self.least = self.members.iter().flatten().map(Member::fitness).fold(f64::INFINITY, f64::min);
    }
}

impl<S: Solution> Elites<S> for DominatedNovelty<S> {
    fn slots(&self) -> &Slots<S> {
        &self.slots
    }

    fn incumbent(&self, descriptors: &[f32], _: u32) -> Option<&Evaluated<S>> {
        self.slots.get(self.rival(&self.scale.point(descriptors))?)
    }
}

impl<S: Solution> Archive<S> for DominatedNovelty<S> {
    fn insert(&mut self, batch: &[Evaluated<S>]) -> Vec<Placement> {
        let look = |elite: &Evaluated<S>| {
            elite.is_finite().then(|| {
                let point = self.scale.point(&elite.descriptors);
                // The rewards of those it has to beat are those before the batch.
                let rival = self.rival(&point).map(|cell| self.slots.reward(cell));
                (point, rival)
            })
        };
        let looked: Vec<Option<(Vec<f32>, Option<f32>)>> = batch.par_iter().with_min_len(8).map(look).collect();
        self.cloud.seal();
        let (size, since) = (self.slots.count(), self.cloud.blocks());
        self.members.resize(size + batch.len(), None);
        let mut names = Vec::with_capacity(batch.len());
        let mut rivals = Vec::with_capacity(batch.len());
        for (place, (elite, looked)) in batch.iter().zip(looked).enumerate() {
            rivals.push(looked.map(|(point, rival)| {
                self.join(elite, point, size + place);
                names.push(size + place);
                rival
            }));
        }
        self.look(&names);
        self.introduce(since);
        let surplus = self.surplus();
        self.dismiss(&surplus);
        let cells = self.move_in(batch);
        self.settle();
        type Judged<'a, S> = ((&'a Evaluated<S>, Option<Option<f32>>), Option<usize>);
        let placement = |((elite, rival), cell): Judged<'_, S>| {
            let Some(rival) = rival else { return Placement::NotFinite };
            let improvement = f64::from(elite.reward) - f64::from(rival.unwrap_or(0.0));
            match (cell, rival) {
                (None, _) => Placement::Kept { improvement },
                (Some(cell), None) => Placement::New { cell, improvement },
                (Some(cell), Some(_)) => Placement::Improved { cell, improvement },
            }
        };
        batch.iter().zip(rivals).zip(cells).map(placement).collect()
    }

    fn take_changed(&mut self) -> Vec<usize> {
        self.slots.take_changed()
    }

    /// Nothing: all follows from the elites.
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn restore(&mut self, elites: Vec<(usize, Evaluated<S>)>, state: &[u8]) -> Result<()> {
        let bytes = state.len();
        ensure!(
            bytes == 0,
            "an archive of dominated novelty has no state beside its elites, {bytes} bytes were stored"
        );
        self.slots.refill(elites, self.scale.dims())?;
        (self.cloud, self.members) = (Cloud::new(self.scale.dims()), vec![None; self.slots.count()]);
        let taken = self.slots.taken().to_vec();
        for &cell in &taken {
            if let Some(elite) = self.slots.get(cell).cloned() {
                self.join(&elite, self.scale.point(&elite.descriptors), cell);
            }
        }
        self.settle();
        self.look(&taken);
        self.settle();
        Ok(())
    }
}
