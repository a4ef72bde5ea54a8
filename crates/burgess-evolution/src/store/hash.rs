//! One hash over all that a run's archive promises to reproduce.
//!
//! SHA-256 over the elites in the order of their cells: cell, genome, reward, descriptors, parents. Floating-point numbers
//! count by their bits. Parents count as (generation, candidate), the key of the random stream that made them. Times, numbers of
//! elites, emitters and the layout of files are left out.

use super::encode::solution_bytes;
use super::stored::Record;
use burgess_core::hex::hexadecimal;
use burgess_qd::{Evaluated, Parent, Solution};
use sha2::{Digest, Sha256};

/// The hash of elites and their cells, as 64 hexadecimal digits. The elites must come in the order of their cells.
pub fn hash<'a, S: Solution>(elites: impl IntoIterator<Item = (usize, &'a Evaluated<S>)>) -> String {
    let mut sha = begin();
    for (cell, elite) in elites {
        let solution = solution_bytes(&elite.solution);
        absorb(&mut sha, cell, &solution, (elite.reward, &elite.descriptors), &elite.parents);
    }
    hexadecimal(&sha.finalize())
}

/// The same of elites whose solutions are left as they are stored.
pub(super) fn hash_of_records(elites: &[(usize, Record)]) -> String {
    let mut sha = begin();
    for (cell, elite) in elites {
        absorb(&mut sha, *cell, &elite.solution, (elite.reward, &elite.descriptors), &elite.parents);
    }
    hexadecimal(&sha.finalize())
}

/// What is hashed before the first elite. It changes when the rules change, so that hashes of different rules are never equal by mistake.
fn begin() -> Sha256 {
    let mut sha = Sha256::new();
    sha.update(b"burgess archive 1");
    sha
}

/// Every list goes in behind its length, so that no two archives run together.
fn absorb(sha: &mut Sha256, cell: usize, solution: &[u8], (reward, descriptors): (f32, &[f32]), parents: &[Parent]) {
    sha.update((cell as u64).to_le_bytes());
    sha.update((solution.len() as u64).to_le_bytes());
    sha.update(solution);
    sha.update(reward.to_bits().to_le_bytes());
    sha.update((descriptors.len() as u64).to_le_bytes());
    for descriptor in descriptors {
        sha.update(descriptor.to_bits().to_le_bytes());
    }
    sha.update((parents.len() as u64).to_le_bytes());
    for parent in parents {
        sha.update(parent.generation.to_le_bytes());
        sha.update(parent.candidate.to_le_bytes());
    }
}
