//! A batch on its way through the device: prepared and packed, split into shards, and each shard encoded while the device works on
//! the one before.

use super::device::GpuError;
use super::encode::{Encoded, Prepared};
use super::layout::{LANES, Vec4, model_fields, result_words, thought_floats};
use super::pack::{Block, pack};
use super::shard::{Place, Shard};
use super::{CONTACT_ROOMS, GpuBackend, most_steps};
use crate::model::Candidate;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::PoisonError;

/// Blocks that are simulated together.
struct Part<'a> {
    place: Place<'a>,
    blocks: Vec<Block>,
}

impl GpuBackend {
    /// Simulates `steps` of all candidates, in as many shards as the device's limits ask for, at least `parts` of each contact
    /// room. `begin` may put an episode under way onto each shard, `finished` sees each with what it was made of; `meanwhile` is
    /// called while the device works on the last.
    pub(super) fn simulate(
        &self,
        candidates: &[Candidate<f32>],
        steps: Range<u32>,
        parts: usize,
        begin: impl Fn(&Shard<'_>, &Encoded) -> Result<(), GpuError>,
        mut finished: impl FnMut(&Shard<'_>, &Encoded) -> Result<(), GpuError>,
        meanwhile: &mut (dyn FnMut() + Send),
    ) -> Result<(), GpuError> {
        let mut encoded = self.encoded.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let [current, next] = &mut *encoded;
        let prepared: Vec<Prepared<'_>> = candidates.par_iter().map(|c| Prepared::new(c, &self.world)).collect();
        let mut running: Option<Shard<'_>> = None;
        for Part { place, blocks } in self.parts(&prepared, parts)? {
            next.fill(&blocks, &prepared, place.pipeline.contacts, self.task.observer_numbers(), |_| place.scratch);
            let mut shard = Shard::upload(place, next)?;
            begin(&shard, next)?;
            let mut before = running.take();
            match &mut before {
                Some(before) => before.complete(&mut pace, false)?,
                // The copies to the device are done when the clock of the simulation begins.
                None => self.gpu.settle()?,
            }
            shard.launch(steps.clone(), &mut pace)?;
            if let Some(before) = before {
                finished(&before, current)?;
            }
            running = Some(shard);
            std::mem::swap(current, next);
        }
        if let Some(mut last) = running {
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| meanwhile());
                last.complete(&mut pace, true)
            })?;
            finished(&last, current)?;
        }
        Ok(())
    }

    /// The batch packed, room by room, and split.
    fn parts(&self, prepared: &[Prepared<'_>], parts: usize) -> Result<Vec<Part<'_>>, GpuError> {
        let limits = &self.gpu.facts.limits;
        // A world model's numbers stand beside the brains.
        let shared = size_of_val(self.task.observer_numbers()) as u64;
        let allowed = limits.storage_binding.min(limits.buffer).saturating_sub(shared);
        let mut found = Vec::new();
        for (room, blocks) in pack_rooms(prepared)? {
            let place = Place {
                gpu: &self.gpu,
                pipeline: &self.pipelines[room],
                pool: &self.pool,
                world: &self.world_buffer,
                words: result_words(&self.task, false),
                scratch: 2 * self.brain.widest_layer(self.task.latent_size()) + thought_floats(&self.task, false),
                most_steps: most_steps(&self.gpu, &self.task),
                widest: self.options.widest.unwrap_or(limits.workgroups),
            };
            // The arrays that grow fastest: a block's models, its creatures' brains with their scratch, and their results with the frames.
            let models = (LANES * model_fields(place.pipeline.contacts) * size_of::<Vec4>()) as u64;
            let brains = |block: &Block| {
                let of = |&(i, _): &(usize, usize)| prepared[i].weight_count().max(place.scratch);
                (size_of::<f32>() * block.creatures.iter().map(of).sum::<usize>()) as u64
            };
            let results = |block: &Block| (size_of::<u32>() * place.words * block.creatures.len()) as u64;
            let most = blocks.len().div_ceil(parts.max(1));
            let split = split(blocks, most, allowed, |block| [models, brains(block), results(block)])?;
            found.extend(split.into_iter().map(|blocks| Part { place, blocks }));
        }
        Ok(found)
    }
}

/// The candidates packed, those of each of [`CONTACT_ROOMS`] by themselves; rooms without any are left out.
pub(super) fn pack_rooms(prepared: &[Prepared<'_>]) -> Result<Vec<(usize, Vec<Block>)>, GpuError> {
    let [.., largest] = CONTACT_ROOMS;
    let most = prepared.iter().map(|prepared| prepared.contacts).max().unwrap_or(0);
    if most > largest {
        let what = "contact points on a link".into();
        return Err(GpuError::Limit { what, needed: most as u64, allowed: largest as u64 });
    }
    let mut rooms = Vec::new();
    for (room, &contacts) in CONTACT_ROOMS.iter().enumerate() {
        let fewest = room.checked_sub(1).map_or(0, |smaller| CONTACT_ROOMS[smaller] + 1);
        let members: Vec<usize> =
            (0..prepared.len()).filter(|&i| (fewest..=contacts).contains(&prepared[i].contacts)).collect();
        if members.is_empty() {
            continue;
        }
        let trees: Vec<_> = members.iter().map(|&i| prepared[i].tree).collect();
        let mut blocks = pack(&trees);
        for (model, _) in blocks.iter_mut().flat_map(|block| &mut block.creatures) {
            *model = members[*model];
        }
        rooms.push((room, blocks));
    }
    Ok(rooms)
}

/// Splits blocks into parts of at most `most`, so that no array is larger than `allowed` bytes; `sizes` gives a block's share of each.
pub(super) fn split<const ARRAYS: usize>(
    blocks: Vec<Block>,
    most: usize,
    allowed: u64,
    sizes: impl Fn(&Block) -> [u64; ARRAYS],
) -> Result<Vec<Vec<Block>>, GpuError> {
    let mut parts = vec![Vec::new()];
    let mut taken = [0; ARRAYS];
    for block in blocks {
        let own = sizes(&block);
        let needed = own.into_iter().max().unwrap_or(0);
        if needed > allowed {
            return Err(GpuError::Limit { what: "one block of creatures (bytes)".into(), needed, allowed });
        }
        let part = parts.last_mut().expect("there is a part from the start");
        let together: [u64; ARRAYS] = std::array::from_fn(|i| taken[i] + own[i]);
        if part.len() < most && together.iter().all(|&bytes| bytes <= allowed) {
            part.push(block);
            taken = together;
        } else {
            parts.push(vec![block]);
            taken = own;
        }
    }
    Ok(parts)
}
