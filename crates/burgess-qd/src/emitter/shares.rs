//! Shares: how many places of a batch each emitter gets.

use super::spec::EmitterSpec;
use std::ops::Range;

/// Splits a batch among emitters in proportion to their shares, by largest remainders (of equal ones the first emitter
/// comes first). Emitter `i` gets the places in the `i`-th range. A share of less than half a place may get none.
pub fn split(shares: &[f64], batch_size: usize) -> Vec<Range<usize>> {
    let total: f64 = shares.iter().sum();
    let quotas: Vec<f64> = shares.iter().map(|share| share / total * batch_size as f64).collect();
    let mut counts: Vec<usize> = quotas.iter().map(|quota| *quota as usize).collect();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by(|&a, &b| quotas[b].fract().total_cmp(&quotas[a].fract()));
    let left = batch_size - counts.iter().sum::<usize>();
    by_remainder.iter().take(left).for_each(|&emitter| counts[emitter] += 1);
    let mut first = 0;
    let range = |count| {
        let range = first..first + count;
        first = range.end;
        range
    };
    counts.into_iter().map(range).collect()
}

/// The shares of an experiment's emitters.
pub fn shares(specs: &[EmitterSpec]) -> Vec<f64> {
    specs.iter().map(|spec| spec.share).collect()
}
