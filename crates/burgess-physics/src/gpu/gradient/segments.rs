//! How episodes are cut for the way back: creatures into parts, time into segments, so that what is kept fits into the memory for it.
//!
//! Of a segment, the state before each step is on the tape. If that is the whole episode, all is simulated once. If not, the way forth
//! leaves a checkpoint before each segment, and from the last segment to the first each is simulated again onto the tape before the way
//! back goes through it.

use crate::gpu::layout::{Episode, LANES, LinkRoom, Vec4, record_fields};

/// Blocks that keep a large device busy: parts are not made smaller than that only to be simulated once.
const ENOUGH: usize = 2048;

/// What a record of the tape takes, and what may be taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Bytes for the tape and checkpoints together.
    pub(crate) memory: u64,
    /// Bytes that one buffer may have.
    pub(crate) binding: u64,
    /// Steps of a full episode.
    pub(crate) steps: u32,
    /// Room that a link's vectors have.
    pub(crate) link_room: LinkRoom,
}

impl Room {
    /// Bytes of the states of some blocks before one step.
    pub(crate) fn record(&self, blocks: usize) -> u64 {
        (blocks * LANES * record_fields(self.link_room) * size_of::<Vec4>()) as u64
    }

    /// Bytes of a checkpoint's second part: what base lanes keep. As if every lane was one.
    fn episodes(blocks: usize) -> u64 {
        (blocks * LANES * size_of::<Episode>()) as u64
    }

    /// Most steps of a segment of some blocks, if any fit.
    pub(crate) fn segment(&self, blocks: usize) -> Option<u32> {
        let (record, checkpoint) = (self.record(blocks), self.record(blocks) + Self::episodes(blocks));
        let fits = |&steps: &u32| {
            let (tape, checkpoints) = (record * (u64::from(steps) + 1), u64::from(self.steps.div_ceil(steps) - 1));
            tape <= self.binding
                && checkpoint * checkpoints <= self.binding
                && tape + checkpoint * checkpoints <= self.memory
        };
        (1..=self.steps).rev().find(fits)
    }

    /// Most blocks of a part, if one fits: as many as need no segments, if those are enough.
    pub(crate) fn blocks(&self) -> Option<usize> {
        let whole = self.memory.min(self.binding) / (self.record(1) * (u64::from(self.steps) + 1));
        let mut most = usize::try_from(whole).unwrap_or(usize::MAX).max(ENOUGH);
        while self.segment(most).is_none() {
            most /= 2;
            if most == 0 {
                return None;
            }
        }
        Some(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(memory: u64, steps: u32) -> Room {
        Room {
            memory,
            binding: u64::MAX,
            steps,
            link_room: LinkRoom { contacts: 2, pairs: false, no_load_speeds: false },
        }
    }

    #[test]
    fn what_fits_is_simulated_once() {
        let record = room(0, 1).record(10);
        assert_eq!(room(101 * record, 100).segment(10), Some(100));
        assert!(room(101 * record - 1, 100).segment(10).unwrap() < 100);
    }

    #[test]
    fn segments_and_checkpoints_stay_within_the_memory() {
        for (blocks, steps, records) in [(1, 100, 30), (7, 1000, 100), (100, 2400, 500), (3, 17, 12)] {
            let record = room(0, 1).record(blocks);
            let memory = records * record;
            let Some(segment) = room(memory, steps).segment(blocks) else {
                panic!("{steps} steps in {records} records")
            };
            let checkpoints = u64::from(steps.div_ceil(segment) - 1);
            let taken = (u64::from(segment) + 1 + checkpoints) * record + checkpoints * Room::episodes(blocks);
            assert!(taken <= memory && segment < steps, "{segment} of {steps} steps take {taken} of {memory}");
        }
    }

    #[test]
    fn a_buffer_is_never_larger_than_the_device_binds() {
        let record = room(0, 1).record(4);
        let narrow = Room { binding: 20 * record, ..room(u64::MAX, 100) };
        assert_eq!(narrow.segment(4), Some(19));
        assert_eq!(Room { binding: record, ..narrow }.segment(4), None);
    }

    #[test]
    fn parts_are_as_large_as_fits_whole_and_no_smaller_than_enough() {
        let record = room(0, 1).record(1);
        assert_eq!(room(101 * 5000 * record, 100).blocks(), Some(5000));
        assert_eq!(room(101 * 1000 * record, 100).blocks(), Some(ENOUGH));
        let little = room(40 * 64 * record, 100).blocks().unwrap();
        assert!((64..ENOUGH).contains(&little), "{little}");
        assert_eq!(room(record, 100).blocks(), None);
    }
}
