//! Archives without given cells against models that are too simple to be wrong, and what archives of every kind promise.

use crate::fakes::{axes, elite, stream};
use burgess_evolution::genome::Genome;
use burgess_qd::Elites;
use burgess_qd::Evaluated;
use burgess_qd::archive::{
    Archive, Axis, Bins, Bounded, Centroids, Cvt, DominatedNovelty, Grid, OutOfRange, Parents, Placement, Preferring,
    Threshold, Unstructured, Voronoi,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Some numbers are equal, so that ties and elites on top of each other are common; a few lie far outside, a few are none.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        20 => -3.0..3.0f32,
        10 => (-4i8..=4).prop_map(f32::from),
        1 => Just(1e30),
        1 => Just(f32::NAN),
        1 => Just(f32::NEG_INFINITY),
        1 => Just(-0.0),
    ]
}

fn candidates(most: usize) -> impl Strategy<Value = Vec<Evaluated<Genome>>> {
    prop::collection::vec((number(), number(), number()), 0..most).prop_map(|numbers| {
        let named = numbers.into_iter().enumerate();
        named.map(|(id, (reward, x, y))| elite(id as u64, reward, &[x, y])).collect()
    })
}

/// One of each kind, small enough to be full soon.
fn all_kinds() -> Vec<(&'static str, Box<dyn Archive<Genome>>)> {
    let specs = axes(4);
    let soft = Threshold { learning_rate: 0.3, min: Some(-1.5) };
    static CENTROIDS: LazyLock<Centroids> = LazyLock::new(|| Centroids::fit(20, 400, 2, 1));
    let voronoi = || Voronoi::new(&specs, &CENTROIDS);
    vec![
        ("grid", Box::new(Grid::over(Bins::new(&specs)))),
        ("soft grid", Box::new(Grid::with_thresholds(Bins::new(&specs), soft))),
        ("cvt", Box::new(Cvt::over(voronoi()))),
        ("soft cvt", Box::new(Cvt::with_thresholds(voronoi(), soft))),
        ("unstructured", Box::new(Unstructured::new(&specs, 20, 3))),
        ("dominated novelty", Box::new(DominatedNovelty::new(&specs, 20, 3))),
    ]
}

fn contents(archive: &dyn Archive<Genome>) -> BTreeMap<usize, Evaluated<Genome>> {
    archive.elites().map(|(cell, elite)| (cell, elite.clone())).collect()
}

fn ids(archive: &dyn Archive<Genome>) -> Vec<u64> {
    let mut ids: Vec<u64> = archive.elites().map(|(_, elite)| elite.id).collect();
    ids.sort_unstable();
    ids
}

/// As archives do: descriptors -3 to 3.
fn point(elite: &Evaluated<Genome>) -> Vec<f32> {
    elite.descriptors.iter().map(|&d| (((f64::from(d) + 3.0) / 6.0).clamp(-1e17, 1e17)) as f32).collect()
}

fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
}

/// Mean distance to the k nearest; of equally near ones those that come first.
fn mean_distance<'a>(
    of: &Evaluated<Genome>,
    others: impl Iterator<Item = &'a Evaluated<Genome>>,
    k: usize,
) -> Option<f64> {
    let mut distances: Vec<f32> = others.map(|other| squared_distance(&point(of), &point(other))).collect();
    distances.sort_by(f32::total_cmp);
    distances.truncate(k);
    let sum = distances.iter().fold(0.0, |sum, &d| sum + f64::from(d).sqrt());
    (!distances.is_empty()).then(|| sum / distances.len() as f64)
}

proptest! {
    #[test]
    fn every_archive_keeps_its_promises(candidates in candidates(150), batch in 1usize..40) {
        for (kind, mut archive) in all_kinds() {
            let mut best = f32::NEG_INFINITY;
            let mut stored = BTreeMap::new();
            for part in candidates.chunks(batch) {
                let before = contents(archive.as_ref());
                let placements = archive.insert(part);
                prop_assert_eq!(placements.len(), part.len());
                let after = contents(archive.as_ref());
                prop_assert!(after.len() == archive.len() && after.len() <= archive.cell_count());
                prop_assert!(archive.elites().map(|(cell, _)| cell).is_sorted());
                let slots = archive.slots();
                let rewards: Vec<f32> = slots.taken().iter().map(|&cell| slots.reward(cell)).collect();
                prop_assert_eq!(rewards, after.values().map(|elite| elite.reward).collect::<Vec<_>>());
                for (candidate, placement) in part.iter().zip(&placements) {
                    prop_assert_eq!(*placement == Placement::NotFinite, !candidate.is_finite());
                    prop_assert!(placement.entered().is_none_or(|cell| cell < archive.cell_count()));
                    if kind != "soft grid" && kind != "soft cvt" && candidate.is_finite() {
                        best = best.max(candidate.reward);
                    }
                }
                if let Some((_, now)) = archive.best() {
                    prop_assert!(now.reward >= best, "{} lost its best, {}, and has {}", kind, best, now.reward);
                    best = now.reward;
                }
                // Who stays, stays where it is; who is new was offered in this batch.
                for (cell, elite) in &after {
                    let old = before.iter().find(|(_, old)| old.id == elite.id);
                    prop_assert!(old.is_none_or(|(old, _)| old == cell), "{}: {} moved", kind, elite.id);
                    prop_assert!(old.is_some() || part.iter().any(|candidate| candidate.id == elite.id));
                }
                // What a store does.
                let changed = archive.take_changed();
                prop_assert!(changed.is_sorted_by(|a, b| a < b));
                for cell in changed {
                    match archive.get(cell) {
                        Some(elite) => drop(stored.insert(cell, elite.clone())),
                        None => drop(stored.remove(&cell)),
                    }
                }
                prop_assert_eq!(&stored, &after, "{}: what changed is not all that changed", kind);
            }
        }
    }

    #[test]
    fn a_restored_archive_goes_on_as_the_one_that_was_saved(candidates in candidates(150), batch in 1usize..40) {
        for ((kind, mut archive), (_, mut fresh)) in all_kinds().into_iter().zip(all_kinds()) {
            for part in candidates.chunks(batch) {
                let (_, mut restored) = all_kinds().into_iter().find(|(other, _)| *other == kind).unwrap();
                restored.restore(contents(archive.as_ref()).into_iter().collect(), &archive.save()).unwrap();
                prop_assert_eq!(restored.take_changed(), Vec::<usize>::new());
                prop_assert_eq!(archive.insert(part), restored.insert(part), "{}", kind);
                prop_assert_eq!(contents(archive.as_ref()), contents(restored.as_ref()), "{}", kind);
                prop_assert_eq!(archive.save(), restored.save(), "{}", kind);
                let sample = |archive: &dyn Archive<Genome>| archive.sample(&mut stream(1)).map(|elite| elite.id);
                prop_assert_eq!(sample(archive.as_ref()), sample(restored.as_ref()));
                fresh.insert(part);
            }
            prop_assert_eq!(contents(archive.as_ref()), contents(fresh.as_ref()), "{}", kind);
        }
    }

    /// All over again in every batch, by the definition.
    #[test]
    fn dominated_novelty_keeps_the_greatest_competition_fitness(candidates in candidates(120), batch in 1usize..40) {
        let (size, k) = (20, 3);
        let mut archive = DominatedNovelty::new(&axes(4), size, k);
        let mut model: Vec<Evaluated<Genome>> = Vec::new();
        for part in candidates.chunks(batch) {
            archive.insert(part);
            model.extend(part.iter().filter(|candidate| candidate.is_finite()).cloned());
            let fitter = |a: &Evaluated<Genome>, b: &Evaluated<Genome>| a.reward > b.reward || (a.reward == b.reward && a.id < b.id);
            let fitness: Vec<f64> = model
                .iter()
                .map(|one| mean_distance(one, model.iter().filter(|other| fitter(other, one)), k).unwrap_or(f64::INFINITY))
                .collect();
            let mut order: Vec<usize> = (0..model.len()).collect();
            order.sort_by(|&a, &b| {
                let (x, y) = (&model[a], &model[b]);
                fitness[b].total_cmp(&fitness[a]).then(if fitter(x, y) { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater })
            });
            order.truncate(size);
            model = order.iter().map(|&place| model[place].clone()).collect();
            let mut expected: Vec<u64> = model.iter().map(|elite| elite.id).collect();
            expected.sort_unstable();
            prop_assert_eq!(ids(&archive), expected);
            for (cell, elite) in archive.elites() {
                let expected = mean_distance(elite, model.iter().filter(|other| fitter(other, elite)), k);
                prop_assert_eq!(archive.fitness(cell).unwrap(), expected.unwrap_or(f64::INFINITY));
            }
        }
    }

    /// With room enough nothing is thinned, and the rule is short.
    #[test]
    fn an_unstructured_archive_follows_its_rule(candidates in candidates(150), batch in 1usize..40, distance in 0.0..0.5f64) {
        let (size, k) = (300, 4);
        let mut archive = Unstructured::new(&axes(4), size, k);
        archive.restore(Vec::new(), &distance.to_le_bytes()).unwrap();
        let mut cells: Vec<Evaluated<Genome>> = Vec::new();
        for part in candidates.chunks(batch) {
            let distance = archive.distance();
            // Who counts for novelty, with the cell that it has or had.
            let mut seen: Vec<(usize, Evaluated<Genome>)> = cells.iter().cloned().enumerate().collect();
            let mut expected = Vec::new();
            for candidate in part {
                if !candidate.is_finite() {
                    expected.push(Placement::NotFinite);
                    continue;
                }
                let novelty = mean_distance(candidate, seen.iter().map(|(_, elite)| elite), k);
                let reward = f64::from(candidate.reward);
                if seen.len() < k || novelty.is_some_and(|novelty| novelty >= distance) {
                    expected.push(Placement::New { cell: cells.len(), improvement: reward });
                    seen.push((cells.len(), candidate.clone()));
                    cells.push(candidate.clone());
                    continue;
                }
                let to = |(cell, other): &(usize, Evaluated<Genome>)| (squared_distance(&point(candidate), &point(other)), *cell);
                let (_, cell) = seen.iter().map(to).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).unwrap();
                let improvement = reward - f64::from(cells[cell].reward);
                if candidate.reward > cells[cell].reward {
                    expected.push(Placement::Improved { cell, improvement });
                    seen.push((cell, candidate.clone()));
                    cells[cell] = candidate.clone();
                } else {
                    expected.push(Placement::Kept { improvement });
                }
            }
            prop_assert_eq!(archive.insert(part), expected);
            prop_assert_eq!(contents(&archive), cells.iter().cloned().enumerate().collect::<BTreeMap<_, _>>());
            prop_assert!(archive.distance() <= distance, "below its size the distance must not grow");
        }
    }

    /// The size of batches changes nothing as long as nobody is replaced: then those before a candidate are the same.
    #[test]
    fn batches_of_equal_rewards_can_be_split(numbers in prop::collection::vec((-3.0..3.0f32, -3.0..3.0f32), 0..150), batch in 1usize..40) {
        let candidates: Vec<Evaluated<Genome>> = numbers.iter().enumerate().map(|(id, (x, y))| elite(id as u64, 1.0, &[*x, *y])).collect();
        let with = |batch: usize| {
            let mut archive = Unstructured::new(&axes(4), 200, 4);
            for part in candidates.chunks(batch.max(1)) {
                // The distance would fall between batches.
                let elites = contents(&archive).into_iter().collect();
                archive.restore(elites, &0.2f64.to_le_bytes()).unwrap();
                archive.insert(part);
            }
            contents(&archive)
        };
        prop_assert_eq!(with(candidates.len()), with(batch));
    }

    /// Of a soft archive: thresholds never fall, never exceed the best reward accepted, and the elite is that one.
    #[test]
    fn soft_thresholds_lag_behind_the_best(candidates in candidates(120), learning_rate in 0.0..=1.0f64, batch in 1usize..40) {
        let lowest = -1.5;
        let mut archive = Grid::with_thresholds(Bins::new(&axes(2)), Threshold { learning_rate, min: Some(lowest) });
        let mut best = BTreeMap::new();
        let (mut thresholds, mut covered) = ([lowest; 4], 0);
        for part in candidates.chunks(batch) {
            let placements = archive.insert(part);
            for (candidate, placement) in part.iter().zip(placements).filter(|(candidate, _)| candidate.is_finite()) {
                let bin = |d: f32| usize::from(d >= 0.0);
                let cell = 2 * bin(candidate.descriptors[0]) + bin(candidate.descriptors[1]);
                let (reward, threshold) = (f64::from(candidate.reward), &mut thresholds[cell]);
                prop_assert_eq!(placement.improvement(), reward - *threshold);
                prop_assert_eq!(placement.stage() > 0, reward > *threshold);
                let before = best.get(&cell).copied();
                if reward > *threshold {
                    *threshold = ((1.0 - learning_rate) * *threshold + learning_rate * reward).clamp(*threshold, reward);
                    let best = best.entry(cell).or_insert(candidate.reward);
                    *best = best.max(candidate.reward);
                }
                let enters = placement.stage() > 0 && before.is_none_or(|before| candidate.reward > before);
                prop_assert_eq!(placement.entered(), enters.then_some(cell));
            }
            for (cell, &threshold) in thresholds.iter().enumerate() {
                prop_assert_eq!(archive.threshold(cell), threshold);
                prop_assert_eq!(archive.get(cell).map(|elite| elite.reward), best.get(&cell).copied());
                let top = best.get(&cell).map_or(lowest, |&best| f64::from(best));
                prop_assert!((lowest..=top).contains(&threshold));
                prop_assert!(learning_rate < 1.0 || threshold == top);
            }
            prop_assert!(archive.len() >= covered);
            covered = archive.len();
        }
    }
}

#[test]
fn an_unstructured_archive_fills_up_and_stays_full() {
    let (size, mut stream) = (200, stream(1));
    let mut archive = Unstructured::new(&axes(4), size, 5);
    let mut lengths = Vec::new();
    for batch in 0..200 {
        let candidates: Vec<Evaluated<Genome>> = (0..50)
            .map(|i| {
                let [x, y] = [0, 1].map(|_| stream.range(-3.0, 3.0) as f32);
                elite(50 * batch + i, stream.uniform() as f32, &[x, y])
            })
            .collect();
        archive.insert(&candidates);
        lengths.push(archive.len());
    }
    assert!(lengths.iter().all(|&length| length <= size));
    let later = &lengths[20..];
    assert!(later.iter().all(|&length| length >= size * 8 / 10), "{lengths:?}");
    // Elites at about the distance that as many take on a square, 1 / sqrt(200): the mean to five neighbours is above that.
    assert!((0.05..0.15).contains(&archive.distance()), "{}", archive.distance());
}

#[test]
fn elites_on_top_of_each_other_are_thinned_too() {
    let mut archive = Unstructured::new(&axes(4), 10, 3);
    let same: Vec<Evaluated<Genome>> = (0..40).map(|id| elite(id, (id % 7) as f32, &[0.5, 0.5])).collect();
    archive.insert(&same);
    assert!((3..=10).contains(&archive.len()), "{}", archive.len());
    assert_eq!(archive.best().unwrap().1.reward, 6.0);
}

#[test]
fn whom_a_newcomer_would_have_to_beat() {
    let mut archive = Unstructured::new(&axes(4), 30, 2);
    archive.restore(Vec::new(), &0.04f64.to_le_bytes()).unwrap();
    assert!(archive.incumbent(&[0.0, 0.0], 0).is_none(), "an empty archive has no one to beat");
    archive.insert(&[elite(0, 1.0, &[0.0, 0.0]), elite(1, 2.0, &[0.3, 0.0]), elite(2, 3.0, &[0.0, 0.3])]);
    assert_eq!(archive.incumbent(&[0.05, 0.0], 0).map(|elite| elite.id), Some(0));
    assert!(archive.incumbent(&[2.0, 2.0], 0).is_none(), "who is novel has no one to beat");

    let mut archive = DominatedNovelty::new(&axes(4), 3, 2);
    archive.insert(&[elite(0, 1.0, &[0.0, 0.0]), elite(1, 2.0, &[1.0, 0.0])]);
    assert!(archive.incumbent(&[0.0, 0.0], 0).is_none(), "there is room");
    archive.insert(&[elite(2, 3.0, &[0.0, 1.0])]);
    assert_eq!(archive.incumbent(&[0.1, 0.0], 0).map(|elite| elite.id), Some(0));
    assert!(archive.incumbent(&[-3.0, -3.0], 0).is_none(), "who is far from all stays");
    let placements =
        archive.insert(&[elite(3, 1.5, &[0.1, 0.0]), elite(4, 0.5, &[0.1, 0.1]), elite(5, 0.0, &[-3.0, -3.0])]);
    // The first elite is close to the fitter newcomer now, and makes room for the one that is far away.
    assert_eq!(placements[2], Placement::New { cell: 0, improvement: 0.0 });
    assert_eq!(placements[1], Placement::Kept { improvement: -0.5 });
    assert!(matches!(placements[0], Placement::Kept { .. } | Placement::Improved { .. }));
}

#[test]
fn what_is_stored_must_fit() {
    let specs = axes(4);
    let fail =
        |mut archive: Box<dyn Archive<Genome>>, elites: Vec<(usize, Evaluated<Genome>)>, state: &[u8], words: &str| {
            let failed = archive.restore(elites, state).unwrap_err().to_string();
            assert!(failed.contains(words), "{words}: {failed}");
        };
    let one = |cell, reward, d: &[f32]| vec![(cell, elite(7, reward, d))];
    let grid = || Box::new(Grid::over(Bins::new(&specs))) as Box<dyn Archive<Genome>>;
    let soft = || {
        let rule = Threshold { learning_rate: 0.5, min: Some(0.0) };
        Box::new(Grid::with_thresholds(Bins::new(&specs), rule)) as Box<dyn Archive<Genome>>
    };
    let unstructured = || Box::new(Unstructured::new(&specs, 5, 2)) as Box<dyn Archive<Genome>>;
    let dominated = || Box::new(DominatedNovelty::new(&specs, 5, 2)) as Box<dyn Archive<Genome>>;
    fail(grid(), one(3, 1.0, &[0.1, 0.1]), &[], "elite 7 is not of cell 3");
    fail(grid(), one(99, 1.0, &[0.1, 0.1]), &[], "cell 99, and there are 16");
    fail(grid(), one(10, f32::NAN, &[0.1, 0.1]), &[], "not finite");
    fail(grid(), one(10, 1.0, &[0.1]), &[], "1 descriptors where there are 2");
    fail(grid(), [one(10, 1.0, &[0.1, 0.1]), one(10, 1.0, &[0.1, 0.1])].concat(), &[], "taken twice");
    fail(grid(), one(10, 1.0, &[0.1, 0.1]), &[0; 8], "1 thresholds where there should be 0");
    fail(soft(), one(10, 1.0, &[0.1, 0.1]), &[], "0 thresholds where there should be 1");
    fail(soft(), one(10, 1.0, &[0.1, 0.1]), &[0; 7], "damaged");
    fail(soft(), one(10, 1.0, &[0.1, 0.1]), &1.5f64.to_le_bytes(), "the threshold of cell 10 must be from 0 to");
    fail(soft(), one(10, 1.0, &[0.1, 0.1]), &f64::NAN.to_le_bytes(), "is NaN");
    fail(unstructured(), one(1, 1.0, &[0.1, 0.1]), &[], "0 bytes where there should be 8");
    fail(unstructured(), one(1, 1.0, &[0.1, 0.1]), &(-1.0f64).to_le_bytes(), "must be a number from 0, is -1");
    fail(unstructured(), one(5, 1.0, &[0.1, 0.1]), &0f64.to_le_bytes(), "cell 5, and there are 5");
    fail(dominated(), one(1, 1.0, &[0.1, 0.1]), &[0], "1 bytes were stored");
}

/// Tournaments of everybody find the elite that the blend says, whatever archive stands behind, and find it again after a restart.
#[test]
fn parents_are_the_novel_or_the_fit_as_the_blend_says() {
    let axes = axes(10);
    let batch: Vec<Evaluated<Genome>> = [[0.1, 0.1], [0.12, 0.1], [0.1, 0.13], [0.9, 0.9]]
        .iter()
        .enumerate()
        // The fittest stands in the crowd, the novel one is the least fit.
        .map(|(i, at)| elite(i as u64, [1.0, 9.0, 2.0, 0.5][i], at))
        .collect();
    for (novelty, expected) in [(0.0, 1), (1.0, 3)] {
        let parents = Parents::Tournament { size: 64, novelty, neighbours: 2 };
        let archive = || Preferring::over(Box::new(DominatedNovelty::new(&axes, 8, 2)), &axes, parents);
        let mut first = archive();
        first.insert(&batch);
        let elites: Vec<(usize, Evaluated<Genome>)> =
            first.elites().map(|(cell, elite)| (cell, elite.clone())).collect();
        let mut again = archive();
        again.restore(elites, &first.save()).unwrap();
        for seed in 0..20 {
            let draw = |archive: &dyn Archive<Genome>| archive.sample(&mut stream(seed)).map(|elite| elite.id).unwrap();
            assert_eq!((draw(first.as_ref()), draw(again.as_ref())), (expected, expected));
        }
        assert!(archive().sample(&mut stream(0)).is_none());
    }
    // Of one elite there is nothing to be novel by.
    let mut alone = Preferring::over(
        Box::new(DominatedNovelty::new(&axes, 8, 2)),
        &axes,
        Parents::Tournament { size: 2, novelty: 1.0, neighbours: 2 },
    );
    alone.insert(&batch[..1]);
    assert_eq!(alone.sample(&mut stream(0)).map(|elite| elite.id), Some(0));
}

proptest! {
    /// With bounds an archive is what it would be if it had never been offered what lies outside.
    #[test]
    fn what_is_left_out_leaves_no_trace(batches in prop::collection::vec(candidates(40), 1..6)) {
        let axes = axes(4);
        for ((kind, bounded), (_, mut plain)) in all_kinds().into_iter().zip(all_kinds()) {
            let mut bounded = Bounded::over(bounded, &axes, OutOfRange::LeaveOut);
            for batch in &batches {
                let outside =
                    |c: &Evaluated<Genome>| c.is_finite() && !Axis::all_hold(&axes, &c.descriptors);
                let within: Vec<Evaluated<Genome>> = batch.iter().filter(|c| !outside(c)).cloned().collect();
                let mut expected = plain.insert(&within).into_iter();
                let placements = bounded.insert(batch);
                prop_assert_eq!(placements.len(), batch.len());
                for (candidate, placement) in batch.iter().zip(placements) {
                    let expected = if outside(candidate) { Some(Placement::OutOfRange) } else { expected.next() };
                    prop_assert_eq!(Some(placement), expected, "{}", kind);
                }
                let elites = |archive: &dyn Archive<Genome>| -> Vec<(usize, u64)> {
                    archive.elites().map(|(cell, elite)| (cell, elite.id)).collect()
                };
                prop_assert_eq!(elites(bounded.as_ref()), elites(plain.as_ref()));
                prop_assert_eq!(bounded.save(), plain.save());
            }
        }
    }
}
