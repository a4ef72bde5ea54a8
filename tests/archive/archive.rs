//! Archives against a model that is too simple to be wrong: the best of each cell, the first of equals.

use crate::fakes::{axes, elite, stream};
use burgess_evolution::diversity::BodyDiversity;
use burgess_evolution::genome::Genome;
use burgess_evolution::growth::{Physique, Topology};
use burgess_evolution::life::BodyTraits;
use burgess_qd::Elites;
use burgess_qd::Evaluated;
use burgess_qd::archive::Scores;
use burgess_qd::archive::{Archive, Bins, Centroids, Cvt, Grid, Partition, Placement, Voronoi, best_of_cells, build};
use burgess_qd::archive::{ArchiveSpec, Protection};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn grid() -> Grid<Genome> {
    Grid::over(Bins::new(&axes(4)))
}

fn cvt() -> Cvt<Genome> {
    Cvt::over(Voronoi::new(&axes(4), &Centroids::fit(20, 400, 2, 1)))
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

fn candidates() -> impl Strategy<Value = Vec<Evaluated<Genome>>> {
    let one = (number(), number(), number());
    prop::collection::vec(one, 0..120).prop_map(|numbers| {
        let named = numbers.into_iter().enumerate();
        named.map(|(id, (reward, x, y))| elite(id as u64, reward, &[x, y])).collect()
    })
}

fn model(candidates: &[Evaluated<Genome>], cell_of: impl Fn(&[f32]) -> usize) -> BTreeMap<usize, Evaluated<Genome>> {
    let mut best: BTreeMap<usize, Evaluated<Genome>> = BTreeMap::new();
    for candidate in candidates.iter().filter(|c| c.is_finite()) {
        let incumbent = best.entry(cell_of(&candidate.descriptors)).or_insert_with(|| candidate.clone());
        if candidate.reward > incumbent.reward {
            *incumbent = candidate.clone();
        }
    }
    best
}

fn contents(archive: &dyn Archive<Genome>) -> BTreeMap<usize, Evaluated<Genome>> {
    archive.elites().map(|(cell, elite)| (cell, elite.clone())).collect()
}

/// Inserts batch by batch and checks each promise on the way.
fn check(
    archive: &mut dyn Archive<Genome>,
    candidates: &[Evaluated<Genome>],
    batch: usize,
    cell_of: impl Fn(&[f32]) -> usize,
) {
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
        let bins = Bins::new(&axes(4));
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
        let sample = |archive: &Grid<Genome>| archive.sample(&mut stream(1)).map(|elite| elite.id);
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

/// A grid of 4 x 4 cells in layers of body ages below 10, below 40, and from 40.
fn layered() -> Box<dyn Archive<Genome>> {
    let spec = ArchiveSpec::Grid { qd_offset: 0.0, learning_rate: 1.0, threshold_min: None };
    build(&spec, Some(&Protection::AgeLayers(vec![10, 40])), None, &axes(4), None, 0).archive
}

fn aged(id: u64, reward: f32, age: u32) -> Evaluated<Genome> {
    Evaluated { age, ..elite(id, reward, &[0.1, 0.1]) }
}

#[test]
fn a_newborn_body_survives_beside_an_old_one_and_meets_it_when_it_has_grown_up() {
    let mut archive = layered();
    let cell = Bins::new(&axes(4)).cell_of(&[0.1, 0.1]);
    let slot = |layer: usize| 16 * layer + cell;
    let mut offer = |elite: Evaluated<Genome>| archive.insert(&[elite])[0];
    assert_eq!(offer(aged(0, 5.0, 200)), Placement::New { cell: slot(2), improvement: 5.0 });
    // Far worse than the incumbent, but the first of its age.
    assert_eq!(offer(aged(1, 1.0, 0)), Placement::New { cell: slot(0), improvement: 1.0 });
    // Another newborn has to beat that one; its own descendants compete with it until they are ten.
    assert_eq!(offer(aged(2, 0.5, 0)), Placement::Kept { improvement: -0.5 });
    assert_eq!(offer(aged(3, 2.0, 9)), Placement::Improved { cell: slot(0), improvement: 1.0 });
    assert_eq!(offer(aged(4, 2.5, 10)), Placement::New { cell: slot(1), improvement: 2.5 });
    // Grown up it competes with the old incumbent, and has to be better.
    assert_eq!(offer(aged(5, 4.0, 40)), Placement::Kept { improvement: -1.0 });
    assert_eq!(offer(aged(6, 6.0, 41)), Placement::Improved { cell: slot(2), improvement: 1.0 });
    // An old body takes nothing from a young one, however good it is.
    assert_eq!(archive.get(slot(0)).map(|elite| elite.id), Some(3));
    assert_eq!(
        archive.elites().map(|(slot, elite)| (slot, elite.id)).collect::<Vec<_>>(),
        [(slot(0), 3), (slot(1), 4), (slot(2), 6)]
    );
    for (age, id) in [(3, 3), (39, 4), (500, 6)] {
        assert_eq!(archive.incumbent(&[0.1, 0.1], age).map(|elite| elite.id), Some(id), "to be beaten at {age}");
    }
}

#[test]
fn a_layered_archive_is_judged_by_the_best_of_each_cell() {
    let mut archive = layered();
    let at = |id, reward, x, age, links| Evaluated { age, ..chain(id, reward, x, links) };
    archive.insert(&[at(0, 1.0, -0.9, 0, 2), at(1, 3.0, -0.9, 50, 5), at(2, 2.0, 0.9, 12, 2), at(3, 2.0, 0.9, 0, 7)]);
    assert_eq!((archive.len(), archive.cell_count(), archive.slots_per_cell()), (4, 16, 3));
    let scores = Scores::of(archive.as_ref(), -1.0);
    assert_eq!((scores.qd_score, scores.coverage, scores.max, scores.mean), (4.0 + 3.0, 2.0 / 16.0, 3.0, 2.5));
    assert_eq!(scores.normalised_qd_score, 7.0 / 16.0);
    let all: Vec<(usize, Evaluated<Genome>)> = archive.elites().map(|(slot, elite)| (slot, elite.clone())).collect();
    // Of equals the youngest; the order is that of the cells.
    let best = best_of_cells(all.clone(), 16, |elite| elite.reward);
    assert_eq!(best.iter().map(|(_, elite)| elite.id).collect::<Vec<_>>(), [1, 3]);
    let slots: Vec<u64> = archive.best_of_cells().iter().map(|&slot| archive.get(slot).unwrap().id).collect();
    assert_eq!(slots, [1, 3]);
    // Five and seven links in a row, of one mass and span.
    assert_eq!(BodyDiversity::of(archive.as_ref()), BodyDiversity { topologies: 2, distance: 2.0 + 2.0 });
    // It comes back from what is stored, and only to the layers that the elites are of.
    let mut again = layered();
    again.restore(all.clone(), &archive.save()).unwrap();
    assert_eq!(contents(again.as_ref()), contents(archive.as_ref()));
    let mut wrong = all;
    wrong[0].1.age = 10;
    assert!(layered().restore(wrong, &[]).is_err());
}

/// An elite whose body is so many links in a row.
fn chain(id: u64, reward: f32, x: f32, links: u8) -> Evaluated<Genome> {
    let physique = Physique { topology: Topology::from_bytes((0..links).map(|i| 4 * i).collect()), span: 0.5 };
    Evaluated { traits: BodyTraits { physique, ..elite(0, 0.0, &[]).traits }, ..elite(id, reward, &[x, 0.1]) }
}

/// A grid of 4 x 4 cells with two niches each, in layers if asked for.
fn with_niches(protection: Option<Protection>) -> Box<dyn Archive<Genome>> {
    let spec = ArchiveSpec::Grid { qd_offset: 0.0, learning_rate: 1.0, threshold_min: None };
    build(&spec, protection.as_ref(), Some(2), &axes(4), None, 0).archive
}

#[test]
fn a_topology_competes_with_itself_first_and_with_the_worst_of_the_cell_else() {
    let mut archive = with_niches(None);
    let cell = Bins::new(&axes(4)).cell_of(&[0.1, 0.1]);
    let mut offer = |id, reward, links| archive.insert(&[chain(id, reward, 0.1, links)])[0];
    assert_eq!(offer(0, 5.0, 2), Placement::New { cell, improvement: 5.0 });
    // Far worse, but the first of its topology while there is room.
    assert_eq!(offer(1, 1.0, 3), Placement::New { cell: cell + 16, improvement: 1.0 });
    // It is its own elite that it has to beat, although it would beat the other.
    assert_eq!(offer(2, 4.0, 2), Placement::Kept { improvement: -1.0 });
    assert_eq!(offer(3, 2.0, 3), Placement::Improved { cell: cell + 16, improvement: 1.0 });
    // A third has to beat the worst, and the best stays.
    assert_eq!(offer(4, 1.5, 4), Placement::Kept { improvement: -0.5 });
    assert_eq!(offer(5, 6.0, 4), Placement::Improved { cell: cell + 16, improvement: 4.0 });
    assert_eq!(offer(6, 5.5, 3), Placement::Improved { cell, improvement: 0.5 });
    let held: Vec<(usize, u64)> = archive.elites().map(|(slot, elite)| (slot, elite.id)).collect();
    assert_eq!(held, [(cell, 6), (cell + 16, 5)]);
    assert_eq!((archive.len(), archive.cell_count(), archive.slots_per_cell()), (2, 16, 2));
    // Who wants to be the best of the cell has to beat the best, whatever its topology.
    assert_eq!(archive.incumbent(&[0.1, 0.1], 0).map(|elite| elite.id), Some(5));
    assert_eq!(Scores::of(archive.as_ref(), 0.0).qd_score, 6.0);
    assert_eq!(BodyDiversity::of(archive.as_ref()).topologies, 1);
}

#[test]
fn niches_come_back_from_what_is_stored_and_have_no_topology_twice() {
    for protection in [None, Some(Protection::AgeLayers(vec![10]))] {
        let mut archive = with_niches(protection.clone());
        let at = |id: u64, links, age| Evaluated { age, ..chain(id, id as f32, -0.9, links) };
        archive.insert(&[at(0, 2, 0), at(1, 3, 0), at(2, 2, 20), at(3, 4, 20), at(4, 3, 20)]);
        let all: Vec<(usize, Evaluated<Genome>)> = archive.elites().map(|(slot, e)| (slot, e.clone())).collect();
        assert_eq!(all.len(), if protection.is_some() { 4 } else { 2 });
        let mut again = with_niches(protection.clone());
        again.restore(all.clone(), &archive.save()).unwrap();
        assert_eq!(contents(again.as_ref()), contents(archive.as_ref()));
        let samples = |archive: &dyn Archive<Genome>| {
            let mut stream = stream(3);
            (0..50).map(|_| archive.sample(&mut stream).unwrap().id).collect::<Vec<_>>()
        };
        assert_eq!(samples(again.as_ref()), samples(archive.as_ref()));
        let mut wrong = all;
        wrong[1].1.traits = wrong[0].1.traits.clone();
        assert!(with_niches(protection).restore(wrong, &[]).is_err());
    }
}

#[test]
fn each_topology_is_sampled_alike_in_archives_of_every_kind() {
    let specs = [
        ArchiveSpec::Grid { qd_offset: 0.0, learning_rate: 1.0, threshold_min: None },
        ArchiveSpec::Unstructured { size: 16, neighbours: 1, qd_offset: 0.0 },
        ArchiveSpec::DominatedNovelty { size: 16, neighbours: 1, qd_offset: 0.0 },
    ];
    // Nine elites of one topology and one of another, which one of the ten takes the place of.
    for spec in specs {
        let axes = axes(16);
        let at = |id: u64, links| Evaluated { age: 0, ..chain(id, 1.0, -2.9 + 0.58 * id as f32, links) };
        let mut archive = build(&spec, None, Some(1), &axes, None, 0).archive;
        archive.insert(&(0..10).map(|id| at(id, 2)).collect::<Vec<_>>());
        assert_eq!(archive.len(), 10, "{spec:?}");
        archive.insert(&[Evaluated { id: 10, reward: 2.0, ..at(9, 3) }]);
        let mut stream = stream(7);
        let rare = (0..4000).filter(|_| archive.sample(&mut stream).unwrap().id == 10).count();
        assert!((1850..2150).contains(&rare), "{rare} of 4000 in {spec:?}");
        // Alike, it is one in ten or eleven.
        let mut archive = build(&spec, None, None, &axes, None, 0).archive;
        archive.insert(&(0..10).map(|id| at(id, if id == 9 { 3 } else { 2 })).collect::<Vec<_>>());
        let rare = (0..4000).filter(|_| archive.sample(&mut stream).unwrap().id == 9).count();
        assert!((330..470).contains(&rare), "{rare} of 4000 in {spec:?}");
    }
}
