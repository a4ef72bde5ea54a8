//! Exact bytes: genomes in the postcard format (<https://postcard.jamesmunns.com>, wire format 1), whose floating-point numbers are
//! little-endian bits. What is written comes back to the bit, NaN and -0 included.

use crate::life::EncoderInput;
use burgess_qd::bytes::words;
use burgess_qd::{Parent, Solution};
use serde::de::DeserializeOwned;

/// The canonical bytes of a solution: equal bytes mean equal solutions.
pub(crate) fn solution_bytes<S: Solution>(solution: &S) -> Vec<u8> {
    postcard::to_stdvec(solution).expect("a solution is plain data, and memory takes any number of bytes")
}

/// The solution of canonical bytes; `None` when they are damaged.
pub(crate) fn solution<S: Solution>(bytes: &[u8]) -> Option<S> {
    whole(bytes)
}

/// What all of the bytes say: none may be left over.
fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::take_from_bytes(bytes).ok().and_then(|(value, rest)| rest.is_empty().then_some(value))
}

/// The exact bytes of what an encoder sees.
pub(super) fn seen_bytes(seen: &EncoderInput) -> Vec<u8> {
    postcard::to_stdvec(seen).expect("an experience is plain data, and memory takes any number of bytes")
}

/// What [`seen_bytes`] wrote; none when it is damaged.
pub(super) fn seen(bytes: &[u8]) -> Option<EncoderInput> {
    whole(bytes)
}

/// Three 64-bit words a parent: number, generation, candidate.
pub(super) fn parent_bytes(parents: &[Parent]) -> Vec<u8> {
    let words = |p: &Parent| [p.id, p.generation, u64::from(p.candidate)];
    parents.iter().flat_map(words).flat_map(u64::to_le_bytes).collect()
}

/// Parents of [`parent_bytes`]; none when they are damaged.
pub(super) fn parents(bytes: &[u8]) -> Option<Vec<Parent>> {
    let words: Vec<u64> = words(bytes)?.map(u64::from_le_bytes).collect();
    let parent = |w: &[u64; 3]| Some(Parent { id: w[0], generation: w[1], candidate: u32::try_from(w[2]).ok()? });
    let (parents, rest) = words.as_chunks();
    if rest.is_empty() { parents.iter().map(parent).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_back_and_damage_is_noticed() {
        let pair =
            [Parent { id: 9, generation: 2, candidate: 1 }, Parent { id: u64::MAX, generation: 0, candidate: 0 }];
        assert_eq!(parents(&parent_bytes(&pair)).unwrap(), pair);
        assert_eq!(parents(&[]).unwrap(), []);
        assert_eq!(parents(&[0; 8]), None);
        assert_eq!(parents(&[0xff; 24]), None);
    }
}
