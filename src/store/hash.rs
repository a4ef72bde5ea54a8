//! One hash over all that a run's archive promises to reproduce.
//!
//! SHA-256 over the elites in the order of their cells: cell, genome, reward, descriptors, parents. Floating-point numbers
//! count by their bits. Parents count as (generation, candidate), the key of the random stream that made them. Times, numbers of
//! elites, emitters and the layout of files are left out.

use super::stored::Record;
use sha2::{Digest, Sha256};

/// The hash of elites and their cells, as 64 hexadecimal digits. The elites must come in the order of their cells.
pub(crate) fn hash(elites: &[(usize, Record)]) -> String {
    let mut sha = Sha256::new();
    // Changes when what is hashed changes, so that hashes of different rules are never equal by mistake.
    sha.update(b"burgess archive 1");
    for (cell, elite) in elites {
        absorb(&mut sha, *cell, elite);
    }
    hexadecimal(&sha.finalize())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every list goes in behind its length, so that no two archives run together.
fn absorb(sha: &mut Sha256, cell: usize, elite: &Record) {
    sha.update((cell as u64).to_le_bytes());
    sha.update((elite.solution.len() as u64).to_le_bytes());
    sha.update(&elite.solution);
    sha.update(elite.reward.to_bits().to_le_bytes());
    sha.update((elite.descriptors.len() as u64).to_le_bytes());
    for descriptor in &elite.descriptors {
        sha.update(descriptor.to_bits().to_le_bytes());
    }
    sha.update((elite.parents.len() as u64).to_le_bytes());
    for parent in &elite.parents {
        sha.update(parent.generation.to_le_bytes());
        sha.update(parent.candidate.to_le_bytes());
    }
}
