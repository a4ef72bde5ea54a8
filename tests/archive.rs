//! Archives against a model that is too simple to be wrong: the best of each cell, the first of equals.

mod fakes;

use burgess::archive::metrics::Scores;
use burgess::archive::{Archive, Bins, Centroids, Cvt, Elite, Grid, Partition, Placement, Voronoi};
use fakes::{descriptors, elite, stream};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn grid() -> Grid {
    Grid::over(Bins::new(&descriptors(4)))
}

fn cvt() -> Cvt {
    Cvt::over(Voronoi::new(&descriptors(4), &Centroids::fit(20, 400, 2, 1)))
}

/// Coarse numbers, so that ties and edges are common, and a few that are no numbers.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        20 => (-8i8..=8).prop_map(|x| f32::from(x) / 2.0),
        1 => Just(f32::NAN),
        1 => Just(f32::INFINITY),
        1 => Just(f32::NEG_INFINITY),
        1 => Just(-0.0),
    ]
}

fn candidates() -> impl Strategy<Value = Vec<Elite>> {
    let one = (number(), number(), number());
    prop::collection::vec(one, 0..120).prop_map(|numbers| {
        let named = numbers.into_iter().enumerate();
        named.map(|(id, (reward, x, y))| elite(id as u64, reward, &[x, y])).collect()
    })
}

fn model(candidates: &[Elite], cell_of: impl Fn(&[f32]) -> usize) -> BTreeMap<usize, Elite> {
    let mut best: BTreeMap<usize, Elite> = BTreeMap::new();
    for candidate in candidates.iter().filter(|c| c.is_finite()) {
        let incumbent = best.entry(cell_of(&candidate.descriptors)).or_insert_with(|| candidate.clone());
        if candidate.reward > incumbent.reward {
            *incumbent = candidate.clone();
        }
    }
    best
}

fn contents(archive: &dyn Archive) -> BTreeMap<usize, Elite> {
    archive.elites().map(|(cell, elite)| (cell, elite.clone())).collect()
}

/// Inserts batch by batch and checks each promise on the way.
fn check(archive: &mut dyn Archive, candidates: &[Elite], batch: usize, cell_of: impl Fn(&[f32]) -> usize) {
    for (number, part) in candidates.chunks(batch).enumerate() {
        let before = contents(archive);
        let placements = archive.insert(part);
        let after = contents(archive);
        assert_eq!(placements.len(), part.len());
        assert!(before.iter().all(|(cell, elite)| after[cell].reward >= elite.reward), "a cell lost its best");
        let new = placements.iter().filter(|p| matches!(p, Placement::New { .. })).count();
        assert_eq!(after.len(), before.len() + new);
        assert_eq!(after, model(&candidates[..(number * batch + part.len())], &cell_of));
        for (candidate, placement) in part.iter().zip(&placements) {
            assert_eq!(*placement == Placement::NotFinite, !candidate.is_finite());
        }
    }
    let cells: Vec<usize> = archive.elites().map(|(cell, _)| cell).collect();
    assert!(cells.is_sorted());
    assert_eq!(archive.len(), cells.len());
    let best = archive.elites().map(|(_, elite)| elite.reward).fold(f32::NEG_INFINITY, f32::max);
    assert_eq!(archive.best().map_or(f32::NEG_INFINITY, |(_, elite)| elite.reward), best);
}

proptest! {
    #[test]
    fn a_grid_keeps_the_best_of_each_cell(candidates in candidates(), batch in 1usize..40) {
        let bins = Bins::new(&descriptors(4));
        check(&mut grid(), &candidates, batch, |descriptors| bins.cell_of(descriptors));
    }

    /// The model looks through all centroids.
    #[test]
    fn a_cvt_keeps_the_best_of_each_cell(candidates in candidates(), batch in 1usize..40) {
        let centroids = Centroids::fit(20, 400, 2, 1);
        let nearest = |d: &[f32]| {
            let place = [0, 1].map(|i| ((f64::from(d[i]) + 3.0) / 6.0).clamp(0.0, 1.0));
            let distance = |point: &[f64]| (point[0] - place[0]).powi(2) + (point[1] - place[1]).powi(2);
            let by_distance = centroids.iter().map(distance).enumerate();
            by_distance.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
        };
        check(&mut cvt(), &candidates, batch, nearest);
    }

    #[test]
    fn the_size_of_batches_changes_nothing(candidates in candidates(), batch in 1usize..40) {
        let (mut whole, mut parts) = (grid(), grid());
        whole.insert(&candidates);
        candidates.chunks(batch).for_each(|part| drop(parts.insert(part)));
        prop_assert_eq!(contents(&whole), contents(&parts));
        // Samples must not depend on the order in which cells were filled.
        let sample = |archive: &Grid| archive.sample(&mut stream(1)).map(|elite| elite.id);
        prop_assert_eq!(sample(&whole), sample(&parts));
    }
}

#[test]
fn a_tie_keeps_the_incumbent() {
    let mut archive = grid();
    let placements =
        archive.insert(&[elite(1, 2.0, &[0.1, 0.1]), elite(2, 2.0, &[0.2, 0.2]), elite(3, 3.0, &[0.3, 0.3])]);
    let cell = 10;
    assert_eq!(
        placements,
        [
            Placement::New { cell, improvement: 2.0 },
            Placement::Kept { improvement: 0.0 },
            Placement::Improved { cell, improvement: 1.0 }
        ]
    );
    assert_eq!(archive.get(cell).unwrap().id, 3);
}

#[test]
fn zeros_of_either_sign_tie() {
    let mut archive = grid();
    archive.insert(&[elite(1, -0.0, &[0.1, 0.1]), elite(2, 0.0, &[0.1, 0.1])]);
    assert_eq!(archive.best().unwrap().1.id, 1);
}

#[test]
fn samples_are_uniform_over_elites() {
    let mut archive = grid();
    archive.insert(&[elite(0, 1.0, &[-2.9, -2.9]), elite(1, 9.0, &[0.1, 0.1]), elite(2, 5.0, &[2.9, 2.9])]);
    let (mut stream, mut counts) = (stream(3), [0; 3]);
    (0..3000).for_each(|_| counts[archive.sample(&mut stream).unwrap().id as usize] += 1);
    // Five standard deviations of a binomial count.
    assert!(counts.iter().all(|count| (870..1130).contains(count)), "{counts:?}");
}

#[test]
fn an_empty_archive_gives_no_sample_and_leaves_the_stream_alone() {
    let mut used = stream(4);
    assert!(grid().sample(&mut used).is_none());
    assert_eq!(used.bits(), stream(4).bits());
}

#[test]
fn scores_of_a_known_archive() {
    let mut archive = grid();
    let empty = Scores::of(&archive, -1.0);
    assert!(empty.max.is_nan() && empty.mean.is_nan() && empty.coverage == 0.0 && empty.qd_score == 0.0);
    archive.insert(&[elite(0, -0.5, &[-2.9, -2.9]), elite(1, 2.0, &[0.1, 0.1])]);
    let scores = Scores::of(&archive, -1.0);
    let expected =
        Scores { qd_score: 3.5, normalised_qd_score: 3.5 / 16.0, coverage: 2.0 / 16.0, max: 2.0, mean: 0.75 };
    assert_eq!(scores, expected);
}
