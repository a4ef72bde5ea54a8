//! How episodes are cut for the way back: creatures into rounds, time into segments, so that what is kept fits into the memory for it.
//!
//! Of a segment, the state before each step is on the tape. If that is the whole episode, all is simulated once. If not, the way forth
//! leaves a checkpoint before each segment, and from the last segment to the first each is simulated again onto the tape before the way
//! back goes through it.

use crate::gpu::layout::{Episode, LANES, LinkRoom, Vec4, record_fields};

/// Blocks that keep a large device busy: rounds are not made smaller than that only to be simulated once.
const ENOUGH: usize = 2048;

/// What may be taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Bytes for the tapes and checkpoints of a round together.
    pub(crate) memory: u64,
    /// Bytes that one buffer may have.
    pub(crate) binding: u64,
    /// Steps of a full episode.
    pub(crate) steps: u32,
}

/// What the states of a part take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// Its blocks.
    pub(crate) blocks: usize,
    /// Room that a link's vectors have.
    pub(crate) link_room: LinkRoom,
}

impl Extent {
    /// Bytes of the states before one step.
    pub(crate) fn record(&self) -> u64 {
        (self.blocks * LANES * record_fields(self.link_room) * size_of::<Vec4>()) as u64
    }

    /// Bytes of a checkpoint: the states, and what base lanes keep, as if every lane was one.
    fn checkpoint(&self) -> u64 {
        self.record() + (self.blocks * LANES * size_of::<Episode>()) as u64
    }
}

impl Room {
    /// Most steps of a segment of some parts side by side, if any fit.
    pub(crate) fn segment(&self, parts: &[Extent]) -> Option<u32> {
        let fits = |&steps: &u32| {
            let (records, checkpoints) = (u64::from(steps) + 1, u64::from(self.steps.div_ceil(steps) - 1));
            let sizes = || parts.iter().map(|part| [part.record() * records, part.checkpoint() * checkpoints]);
            sizes().flatten().all(|size| size <= self.binding) && sizes().flatten().sum::<u64>() <= self.memory
        };
        (1..=self.steps).rev().find(fits)
    }

    /// Fewest rounds for the blocks of all contact rooms, if one block fits: as many as need no segments, unless fewer have blocks enough.
    pub(crate) fn rounds(&self, rooms: &[Extent]) -> Option<usize> {
        let most = rooms.iter().map(|room| room.blocks).max().unwrap_or(0).max(1);
        let blocks: usize = rooms.iter().map(|room| room.blocks).sum();
        let suit = |&rounds: &usize| {
            let share = |room: &Extent| Extent { blocks: room.blocks.div_ceil(rounds), ..*room };
            let shares: Vec<Extent> = rooms.iter().map(share).collect();
            let segment = self.segment(&shares);
            segment == Some(self.steps) || segment.is_some() && blocks.div_ceil(rounds) <= ENOUGH
        };
        (1..=most).find(suit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(memory: u64, steps: u32) -> Room {
        Room { memory, binding: u64::MAX, steps }
    }

    fn extent(blocks: usize) -> Extent {
        Extent { blocks, link_room: LinkRoom { contacts: 2, pairs: false, no_load_speeds: false } }
    }

    #[test]
    fn what_fits_is_simulated_once() {
        let record = extent(10).record();
        assert_eq!(room(101 * record, 100).segment(&[extent(10)]), Some(100));
        assert!(room(101 * record - 1, 100).segment(&[extent(10)]).unwrap() < 100);
        assert_eq!(room(202 * record, 100).segment(&[extent(10), extent(10)]), Some(100));
    }

    #[test]
    fn segments_and_checkpoints_stay_within_the_memory() {
        for (blocks, steps, records) in [(1, 100, 30), (7, 1000, 100), (100, 2400, 500), (3, 17, 12)] {
            let record = extent(blocks).record();
            let memory = records * record;
            let Some(segment) = room(memory, steps).segment(&[extent(blocks)]) else {
                panic!("{steps} steps in {records} records")
            };
            let checkpoints = u64::from(steps.div_ceil(segment) - 1);
            let taken = (u64::from(segment) + 1) * record + checkpoints * extent(blocks).checkpoint();
            assert!(taken <= memory && segment < steps, "{segment} of {steps} steps take {taken} of {memory}");
        }
    }

    #[test]
    fn a_buffer_is_never_larger_than_the_device_binds() {
        let record = extent(4).record();
        let narrow = Room { binding: 20 * record, ..room(u64::MAX, 100) };
        assert_eq!(narrow.segment(&[extent(4)]), Some(19));
        assert_eq!(narrow.segment(&[extent(4), extent(4)]), Some(19));
        assert_eq!(Room { binding: record, ..narrow }.segment(&[extent(4)]), None);
    }

    #[test]
    fn rounds_are_as_large_as_fits_whole_and_no_smaller_than_enough() {
        let record = extent(1).record();
        assert_eq!(room(101 * 5000 * record, 100).rounds(&[extent(10_000)]), Some(2));
        assert_eq!(room(101 * 5000 * record, 100).rounds(&[extent(6000), extent(4000)]), Some(2));
        assert_eq!(room(101 * 1000 * record, 100).rounds(&[extent(4 * ENOUGH)]), Some(4));
        let many = room(40 * 64 * record, 100).rounds(&[extent(ENOUGH)]).unwrap();
        assert!((2..=ENOUGH / 64).contains(&many), "{many}");
        assert_eq!(room(record, 100).rounds(&[extent(8)]), None);
    }
}
