//! A part of a batch on the device: its arrays, the dispatches over them, and what is read back. Forward and backward passes stand on
//! it.

use super::device::GpuError;
use super::encode::{Arrays, Encoded, Prepared};
use super::layout::{
    Episode, LANES, LinkRoom, OBJECTIVES, Objective, Span, Vec4, gradient_fields, model_fields, record_fields,
    result_words, state_fields, thought_floats,
};
use super::options::contact_rooms;
use super::pack::{Block, pack};
use super::pipeline::{Entry, Pipeline};
use super::pool::Loan;
use super::session::{Session, Variant};
use crate::error::Error;
use crate::model::wanted_observations;
use crate::plan::BrainKind;
use rayon::prelude::*;
use std::sync::Arc;
use wgpu::BufferUsages as Usage;

/// How results come back.
pub(super) const READ_BACK: Usage = Usage::MAP_READ.union(Usage::COPY_DST);

/// How arrays are used that the host only writes.
const GIVEN: Usage = Usage::STORAGE.union(Usage::COPY_DST);
/// How arrays are used that shaders write.
pub(super) const KEPT: Usage = GIVEN.union(Usage::COPY_SRC);

/// What the parts of one contact room are made with.
#[derive(Clone, Debug)]
pub(super) struct PartSetup {
    pub(super) session: Arc<Session>,
    pub(super) variant: Variant,
    pub(super) pipeline: Arc<Pipeline>,
    /// Words of a creature's results.
    pub(super) words: usize,
    /// Floats of a brain's scratch, without what the gradient of its weights takes.
    pub(super) scratch: usize,
}

/// Creatures on the device.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) place: PartSetup,
    pub(super) blocks: usize,
    pub(super) creatures: usize,
    span: Loan,
    /// Lanes, models, bodies, weights.
    given: [Loan; 4],
    /// Room for one record, or with a tape for as many as it has.
    pub(super) states: Arc<Loan>,
    pub(super) episodes: Arc<Loan>,
    pub(super) results: Arc<Loan>,
    pub(super) activations: Loan,
    pub(super) activations_size: u64,
    /// With a tape: what the backward pass weighs.
    pub(super) objective: Option<Loan>,
    /// The arrays of the forward pass.
    forward: wgpu::BindGroup,
}

/// Where a part keeps what goes from dispatch to dispatch.
#[derive(Clone, Copy, Debug)]
pub(super) enum Records<'a> {
    /// In arrays of its own, with room for so many records of states.
    Room(u64),
    /// In those of another part with the same creatures.
    Of(&'a Part),
}

/// Parts that are simulated side by side: where each goes, and its blocks.
pub(super) type Round = Vec<(PartSetup, Vec<Block>)>;

/// The blocks of all contact rooms in rounds, at least `least`, of which each has one part of each room that has blocks left for it, and each
/// part no more than the device can bind. The parts of a round are simulated side by side.
///
/// # Errors
///
/// When the device cannot even bind the arrays of one block.
pub(super) fn side_by_side(
    rooms: Vec<(PartSetup, Vec<Block>)>,
    least: usize,
    prepared: &[Prepared<'_>],
) -> Result<Vec<Round>, GpuError> {
    let mut rounds: Vec<Round> = Vec::new();
    for (place, blocks) in rooms {
        let most = blocks.len().div_ceil(least.max(1));
        for (round, blocks) in place.split(blocks, most, prepared)?.into_iter().enumerate() {
            if round == rounds.len() {
                rounds.push(Vec::new());
            }
            rounds[round].push((place.clone(), blocks));
        }
    }
    Ok(rounds)
}

/// A dispatch of a part that is to be submitted.
pub(super) struct Dispatch<'a> {
    part: &'a Part,
    entry: Entry,
    arrays: &'a wgpu::BindGroup,
    span: Span,
}

/// Submits dispatches of parts, which the device may work on side by side, between what else is to be done `before` and `after` them on
/// the device; `submitted` is called once they are on their way.
///
/// # Errors
///
/// When the device fails or is lost.
pub(super) fn submit(
    session: &Session,
    dispatches: &[Dispatch<'_>],
    before: impl FnOnce(&mut wgpu::CommandEncoder),
    after: impl FnOnce(&mut wgpu::CommandEncoder),
    submitted: impl FnOnce(),
) -> Result<wgpu::SubmissionIndex, GpuError> {
    let Session { gpu, .. } = session;
    gpu.guarded("a dispatch", |device| {
        for Dispatch { part, span, .. } in dispatches {
            gpu.queue.write_buffer(&part.span, 0, bytemuck::bytes_of(span));
        }
        // In a list of its own, so that no dispatch waits for what was to be done before another.
        let mut first = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        before(&mut first);
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for Dispatch { part, entry, arrays, span } in dispatches {
            part.place.pipeline.dispatch(&mut pass, *entry, arrays, span.block_count, session.widest());
        }
        drop(pass);
        after(&mut encoder);
        let submission = gpu.queue.submit([first.finish(), encoder.finish()]);
        submitted();
        submission
    })
}

impl PartSetup {
    /// The places of a batch with their blocks, contact room by contact room; rooms without a creature are left out.
    ///
    /// # Errors
    ///
    /// When a link has more contact points than any room, or the device refuses the shaders.
    pub(super) fn rooms(
        session: &Arc<Session>,
        variant: Variant,
        prepared: &[Prepared<'_>],
    ) -> Result<Vec<(Self, Vec<Block>)>, Error> {
        let pipelines = session.pipelines(variant)?;
        let task = session.task(variant);
        let place = |room: usize| Self {
            session: Arc::clone(session),
            variant,
            pipeline: Arc::clone(&pipelines[room]),
            words: result_words(task, variant.taped),
            scratch: scratch(session, variant),
        };
        let check = |prepared: &Prepared<'_>| {
            prepared.check_ground(&session.world)?;
            prepared.check_pairs(&session.world)?;
            prepared.check_rivals(session.brain(variant), task, &session.world)
        };
        if let Some(error) = prepared.par_iter().find_map_first(|prepared| check(prepared).err()) {
            return Err(error);
        }
        Ok(pack_rooms(prepared, contact_rooms(&session.world))?
            .into_iter()
            .map(|(room, blocks)| (place(room), blocks))
            .collect())
    }

    /// The same room for another variant of the shaders.
    ///
    /// # Errors
    ///
    /// When the device refuses the shaders.
    pub(super) fn with(&self, variant: Variant) -> Result<Self, Error> {
        let [small, large] = self.session.pipelines(variant)?;
        let pipeline = if small.link_room == self.pipeline.link_room { small } else { large };
        let (words, scratch) =
            (result_words(self.session.task(variant), variant.taped), scratch(&self.session, variant));
        Ok(Self { session: Arc::clone(&self.session), variant, pipeline, words, scratch })
    }

    /// Splits blocks into parts of at most `most`, so that the device can bind every array.
    ///
    /// # Errors
    ///
    /// When it cannot even bind those of one block.
    pub(super) fn split(
        &self,
        blocks: Vec<Block>,
        most: usize,
        prepared: &[Prepared<'_>],
    ) -> Result<Vec<Vec<Block>>, GpuError> {
        // The arrays that grow fastest: what lanes have, models or gradients; brains with their scratch; results with their frames.
        let fields = if self.variant.taped { self.gradient_fields() } else { model_fields(self.pipeline.link_room) };
        let lanes = (LANES * fields * size_of::<Vec4>()) as u64;
        let brains = |block: &Block| {
            let of = |&(i, _): &(usize, usize)| {
                prepared[i].weight_counts().map(|weights| weights.max(self.scratch(weights))).sum::<usize>()
            };
            (size_of::<f32>() * block.creatures.iter().map(of).sum::<usize>()) as u64
        };
        let objects = self.session.world.objects;
        let results = |block: &Block| (size_of::<u32>() * self.words * block.creatures.len() * (1 + objects)) as u64;
        split(blocks, most, self.session.largest_array(), |block| [lanes, brains(block), results(block)])
    }

    /// Floats in `activations` of a brain with so many weights.
    pub(super) fn scratch(&self, weights: usize) -> usize {
        self.scratch + if self.variant.taped { weights } else { 0 }
    }

    /// Fills the arrays for some blocks.
    pub(super) fn encode(&self, encoded: &mut Encoded, blocks: &[Block], prepared: &[Prepared<'_>]) {
        let shared = self.session.task(self.variant).observer_numbers();
        encoded.fill(blocks, prepared, self.pipeline.link_room, shared, |weights| self.scratch(weights));
    }

    /// Vectors of a link's gradient.
    pub(super) fn gradient_fields(&self) -> usize {
        gradient_fields(self.pipeline.link_room, self.session.task(self.variant).descriptors.len())
    }

    /// Bytes of the states of some blocks before one step.
    pub(super) fn record_size(&self, blocks: usize) -> u64 {
        let whole = self.variant.has_whole_records();
        let fields: fn(LinkRoom) -> usize = if whole { record_fields } else { state_fields };
        (blocks * LANES * fields(self.pipeline.link_room) * size_of::<Vec4>()) as u64
    }

    /// A buffer from the pool.
    pub(super) fn take(&self, device: &wgpu::Device, usage: Usage, bytes: u64) -> Result<Loan, GpuError> {
        // A binding must not be empty.
        self.session.pool.take(device, usage, bytes.max(16), self.session.gpu.facts.limits.storage_binding)
    }

    /// As [`take`](Self::take), and no larger than asked: for arrays whose memory is limited.
    pub(super) fn take_exactly(&self, device: &wgpu::Device, usage: Usage, bytes: u64) -> Result<Loan, GpuError> {
        self.session.pool.take(device, usage, bytes, bytes)
    }
}

/// Floats of a brain's scratch: activations of two layers, or with a tape of every layer and two rows of their gradients; and what goes
/// on in a world model.
fn scratch(session: &Session, variant: Variant) -> usize {
    let (task, brain) = (session.task(variant), session.brain(variant));
    let widest = brain.widest_layer(wanted_observations(session.world.asks()) + task.latent_size());
    let thoughts = thought_floats(task, variant.taped);
    match brain {
        BrainKind::Mlp(hidden) if variant.taped => (hidden.len() + 3) * widest + thoughts,
        BrainKind::Cpg | BrainKind::Sequence if variant.taped => 0,
        _ => 2 * widest + thoughts,
    }
}

impl Part {
    /// Makes the arrays and uploads those that the host fills, with room for so many floats of scratch.
    ///
    /// # Errors
    ///
    /// When memory does not hold them.
    pub(super) fn upload(
        place: PartSetup,
        arrays: &Arrays<'_>,
        records: Records<'_>,
        activations: usize,
        device: &wgpu::Device,
    ) -> Result<Self, GpuError> {
        let (creatures, blocks) = (arrays.bodies.len(), arrays.lanes.len() / LANES);
        let contents: [&[u8]; 4] = [
            bytemuck::cast_slice(arrays.lanes),
            bytemuck::cast_slice(arrays.models),
            bytemuck::cast_slice(arrays.bodies),
            bytemuck::cast_slice(arrays.weights),
        ];
        let take = |usage, bytes| place.take(device, usage, bytes);
        let uniform = |bytes: usize| take(Usage::UNIFORM | Usage::COPY_DST, bytes as u64);
        let given = |i: usize| take(GIVEN, contents[i].len() as u64);
        let span = uniform(size_of::<Span>())?;
        let given = [given(0)?, given(1)?, given(2)?, given(3)?];
        let [states, episodes, results] = match records {
            Records::Of(Self { states, episodes, results, .. }) => [states, episodes, results].map(Arc::clone),
            Records::Room(count) => {
                let size = count * place.record_size(blocks);
                let take_states = if place.variant.taped { PartSetup::take_exactly } else { PartSetup::take };
                let states = take_states(&place, device, KEPT, size)?;
                let episodes = take(KEPT, (creatures * size_of::<Episode>()) as u64)?;
                let results = take(KEPT, (creatures * place.words * size_of::<u32>()) as u64)?;
                [states, episodes, results].map(Arc::new)
            }
        };
        let activations_size = ((activations * size_of::<f32>()) as u64).max(16);
        let activations = take(KEPT, activations_size)?;
        let objective = place.variant.taped.then(|| uniform(OBJECTIVES * size_of::<Objective>())).transpose()?;
        // All that a forward pass needs has room. What is written is kept until the next submission, needed or not.
        for (buffer, contents) in given.iter().zip(contents) {
            place.session.gpu.queue.write_buffer(buffer, 0, contents);
        }
        let [lanes, models, bodies, weights] = &given;
        let buffers: [&wgpu::Buffer; 10] = [
            &place.session.world_buffer,
            &span,
            lanes,
            models,
            bodies,
            weights,
            &states,
            &episodes,
            &results,
            &activations,
        ];
        let forward = place.pipeline.arrays.bind(device, buffers.into_iter().chain(objective.as_deref()));
        Ok(Self {
            place,
            blocks,
            creatures,
            span,
            given,
            states,
            episodes,
            results,
            activations,
            activations_size,
            objective,
            forward,
        })
    }

    /// The arrays of a backward pass, in which gradients take the place of the episodes.
    pub(super) fn bind_backward(
        &self,
        device: &wgpu::Device,
        gradients: &wgpu::Buffer,
        activations: &wgpu::Buffer,
        objective: &wgpu::Buffer,
    ) -> wgpu::BindGroup {
        let [lanes, models, bodies, weights] = &self.given;
        let buffers: [&wgpu::Buffer; 11] = [
            &self.place.session.world_buffer,
            &self.span,
            lanes,
            models,
            bodies,
            weights,
            &self.states,
            gradients,
            &self.results,
            activations,
            objective,
        ];
        self.place.pipeline.arrays.bind(device, buffers)
    }

    /// A span of steps of all the part's blocks.
    pub(super) fn span(&self, first_step: u32, step_count: u32) -> Span {
        let block_count = self.blocks as u32;
        Span { first_step, step_count, block_count, tape_start: 0, replays: 0, window_start: 0 }
    }

    /// A dispatch of the forward pass.
    pub(super) fn forward(&self, span: Span) -> Dispatch<'_> {
        Dispatch { part: self, entry: Entry::Simulate, arrays: &self.forward, span }
    }

    /// A dispatch of the backward pass over [these arrays](Self::bind_backward).
    pub(super) fn backward<'a>(&'a self, arrays: &'a wgpu::BindGroup, span: Span) -> Dispatch<'a> {
        Dispatch { part: self, entry: Entry::Differentiate, arrays, span }
    }

    /// Writes to buffers of the device, from the places (bytes) that are given with them on.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub(super) fn write<'b>(
        &self,
        what: &str,
        contents: impl Iterator<Item = (&'b wgpu::Buffer, u64, &'b [u8])>,
    ) -> Result<(), GpuError> {
        let Session { gpu, .. } = &*self.place.session;
        gpu.guarded(what, |_| contents.for_each(|(buffer, at, bytes)| gpu.queue.write_buffer(buffer, at, bytes)))
    }

    /// The buffer of the bodies' facts.
    pub(super) fn bodies(&self) -> &wgpu::Buffer {
        let [_, _, bodies, _] = &self.given;
        bodies
    }

    /// Bytes of a record of states, of the episodes, and of the results.
    pub(super) fn kept_sizes(&self) -> [u64; 3] {
        let episodes = (self.creatures * size_of::<Episode>()) as u64;
        [self.place.record_size(self.blocks), episodes, self.results_size()]
    }

    /// Bytes of the results.
    pub(super) fn results_size(&self) -> u64 {
        (self.creatures * self.place.words * size_of::<u32>()) as u64
    }

    /// Bytes of the gradients of lanes.
    pub(super) fn gradients_size(&self) -> u64 {
        (self.blocks * LANES * self.place.gradient_fields() * size_of::<Vec4>()) as u64
    }

    /// Reads the words of the results, creature after creature.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub(super) fn read_results(&self) -> Result<Vec<u32>, GpuError> {
        self.read(&self.results, self.creatures * self.place.words)
    }

    /// Reads what base lanes keep between dispatches, creature after creature.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub(super) fn read_episodes(&self) -> Result<Vec<Episode>, GpuError> {
        self.read(&self.episodes, self.creatures)
    }

    /// Reads what lanes keep between dispatches, in [block][field][lane] order: the first record.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub(super) fn read_states(&self) -> Result<Vec<Vec4>, GpuError> {
        self.read(&self.states, self.place.record_size(self.blocks) as usize / size_of::<Vec4>())
    }

    /// Reads the first numbers of a buffer.
    ///
    /// # Errors
    ///
    /// When the device fails or is lost.
    pub(super) fn read<T: bytemuck::Pod>(&self, buffer: &wgpu::Buffer, count: usize) -> Result<Vec<T>, GpuError> {
        let read = ReadBack::start(&self.place.session, &[(buffer, (count * size_of::<T>()) as u64)])?;
        self.place.session.gpu.wait()?;
        Ok(bytemuck::pod_collect_to_vec(&read.views()?[0]))
    }
}

/// Copies between buffers of the device.
///
/// # Errors
///
/// When the device fails.
pub(super) fn copy(
    session: &Session,
    what: &str,
    record: impl FnOnce(&mut wgpu::CommandEncoder),
) -> Result<(), GpuError> {
    let gpu = &session.gpu;
    gpu.guarded(what, |device| {
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        record(&mut encoder);
        gpu.queue.submit([encoder.finish()]);
    })
}

/// Contents of buffers on their way to the host.
#[derive(Debug)]
pub(super) struct ReadBack {
    /// Each with its bytes.
    copies: Vec<(Loan, u64)>,
}

impl ReadBack {
    /// Begins to read the first bytes of some buffers; they are there when the device has done its work so far.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub(super) fn start(session: &Session, sources: &[(&wgpu::Buffer, u64)]) -> Result<Self, GpuError> {
        let Session { gpu, pool, .. } = session;
        gpu.guarded("reading", |device| {
            let take = |&(_, bytes): &(&wgpu::Buffer, u64)| {
                Ok((pool.take(device, READ_BACK, bytes, gpu.facts.limits.buffer)?, bytes))
            };
            let copies = sources.iter().map(take).collect::<Result<Vec<(Loan, u64)>, GpuError>>()?;
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            for ((source, _), (copy, bytes)) in sources.iter().zip(&copies) {
                encoder.copy_buffer_to_buffer(source, 0, copy, 0, *bytes);
            }
            gpu.queue.submit([encoder.finish()]);
            for (copy, bytes) in &copies {
                copy.map_async(wgpu::MapMode::Read, ..*bytes, |_| {});
            }
            Ok(Self { copies })
        })?
    }

    /// The contents, buffer by buffer, once the device was waited for.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub(super) fn views(&self) -> Result<Vec<wgpu::BufferView>, GpuError> {
        self.copies.iter().map(|(copy, bytes)| view(copy, *bytes)).collect()
    }
}

impl Drop for ReadBack {
    fn drop(&mut self) {
        self.copies.iter().for_each(|(copy, _)| copy.unmap());
    }
}

/// The contents of a buffer that is mapped.
pub(super) fn view(buffer: &wgpu::Buffer, bytes: u64) -> Result<wgpu::BufferView, GpuError> {
    let failed =
        |error: wgpu::MapRangeError| GpuError::Driver { what: "reading results".into(), message: error.to_string() };
    buffer.get_mapped_range(..bytes).map_err(failed)
}

/// The candidates packed, those of each of the rooms for contact points by themselves; rooms without any are left out.
fn pack_rooms(prepared: &[Prepared<'_>], contact_rooms: [usize; 2]) -> Result<Vec<(usize, Vec<Block>)>, GpuError> {
    let [.., largest] = contact_rooms;
    let most = prepared.iter().map(|prepared| prepared.contacts).max().unwrap_or(0);
    if most > largest {
        let what = "contact points on a link".into();
        return Err(GpuError::Limit { what, needed: most as u64, allowed: largest as u64 });
    }
    let mut rooms = Vec::new();
    for (room, &contacts) in contact_rooms.iter().enumerate() {
        let fewest = room.checked_sub(1).map_or(0, |smaller| contact_rooms[smaller] + 1);
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
fn split<const ARRAYS: usize>(
    blocks: Vec<Block>,
    most: usize,
    allowed: u64,
    sizes: impl Fn(&Block) -> [u64; ARRAYS] + Sync,
) -> Result<Vec<Vec<Block>>, GpuError> {
    let mut parts = vec![Vec::new()];
    let mut taken = [0; ARRAYS];
    let all: Vec<[u64; ARRAYS]> = blocks.par_iter().map(&sizes).collect();
    for (block, own) in blocks.into_iter().zip(all) {
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
