//! How emitters share a batch, and what they do when the archive is empty or bodies are invalid.

use crate::fakes::{Numbers, axes, dimensions, elite, numbers};
use burgess_evolution::genome::Genome;
use burgess_qd::Elites;
use burgess_qd::SearchSpace;
use burgess_qd::archive::{Archive, Bins, Grid};
use burgess_qd::emitter::ahead::Ahead;
use burgess_qd::emitter::batch::{self, ATTEMPTS, Batch, Source};
use burgess_qd::emitter::{self, Emitter};
use burgess_qd::emitter::{EmitterKind, EmitterSpec};
use proptest::prelude::*;
use std::ops::Range;

fn all_kinds() -> Vec<EmitterSpec> {
    [
        EmitterKind::Random { sigma: 0.1 },
        EmitterKind::Gaussian { sigma: 0.1, structure: 0.5 },
        EmitterKind::IsoLine { iso: 0.1, line: 0.5, structure: 0.0 },
        EmitterKind::Crossover { sigma: 0.1 },
    ]
    .map(|kind| EmitterSpec { kind, share: 1.0 })
    .to_vec()
}

fn build(kinds: &[EmitterSpec]) -> Vec<Box<dyn Emitter<Genome>>> {
    emitter::build(kinds, &dimensions(4))
}

/// What emitters see.
type Seen<'a> = (&'a dyn Elites<Genome>, &'a dyn SearchSpace<Genome>);

fn source<'a>(
    emitters: &'a [Box<dyn Emitter<Genome>>],
    places: &'a [Range<usize>],
    (archive, space): Seen<'a>,
) -> Source<'a, Genome> {
    Source { emitters, places, archive, space, seed: 1, generation: 7 }
}

fn ask(emitters: &[Box<dyn Emitter<Genome>>], archive: &dyn Elites<Genome>, limit: f64, size: usize) -> Batch<Genome> {
    let places = batch::split(&vec![1.0; emitters.len()], size);
    let space = Numbers { limit };
    batch::ask(source(emitters, &places, (archive, &space))).unwrap()
}

/// Elites with the ids 0 to 3, in one cell each.
fn archive() -> Grid<Genome> {
    let mut archive = Grid::over(Bins::new(&axes(4)));
    archive.insert(&[-2.9, -1.0, 1.0, 2.9].map(|x| elite((x + 3.0) as u64, x, &[x, x])));
    archive
}

proptest! {
    #[test]
    fn a_split_is_whole_and_fair(shares in prop::collection::vec(0.001..10.0f64, 1..8), size in 0usize..500) {
        let ranges = batch::split(&shares, size);
        let total: f64 = shares.iter().sum();
        let mut end = 0;
        for (range, share) in ranges.iter().zip(&shares) {
            prop_assert_eq!(range.start, end);
            end = range.end;
            prop_assert!((range.len() as f64 - share / total * size as f64).abs() < 1.0);
        }
        prop_assert_eq!(end, size);
    }
}

#[test]
fn the_largest_remainders_get_what_is_left() {
    let counts =
        |shares: &[f64], size| batch::split(shares, size).iter().map(ExactSizeIterator::len).collect::<Vec<_>>();
    assert_eq!(counts(&[0.05, 0.45, 0.4, 0.1], 64), [3, 29, 26, 6]);
    assert_eq!(counts(&[1.0, 1.0, 1.0], 4), [2, 1, 1]);
    assert_eq!(counts(&[0.1, 0.9], 10), [1, 9]);
    assert_eq!(counts(&[0.0, 2.0], 5), [0, 5]);
}

#[test]
fn without_elites_every_emitter_is_random() {
    let emitters = build(&all_kinds());
    let batch = ask(&emitters, &Grid::over(Bins::new(&axes(4))), f64::INFINITY, 40);
    assert!(batch.offspring.iter().all(|asked| asked.parents.is_empty()));
    let emitter_of: Vec<usize> = batch.offspring.iter().map(|asked| asked.emitter).collect();
    assert_eq!(emitter_of, (0..4).flat_map(|emitter| [emitter; 10]).collect::<Vec<_>>());
}

#[test]
fn parents_are_elites_and_as_many_as_the_kind_takes() {
    let batch = ask(&build(&all_kinds()), &archive(), f64::INFINITY, 40);
    for asked in &batch.offspring {
        assert_eq!(asked.parents.len(), [0, 1, 2, 2][asked.emitter]);
        assert!(asked.parents.iter().all(|parent| parent.id < 6 && parent.generation == 1));
    }
    let first_parents: Vec<u64> = batch.offspring[10..].iter().map(|asked| asked.parents[0].id).collect();
    assert!(first_parents.iter().any(|id| *id != first_parents[0]), "all from one parent");
}

#[test]
fn a_batch_is_the_same_for_any_number_of_threads() {
    let emitters = build(&all_kinds());
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let batch = pool.install(|| ask(&emitters, &archive(), 5.05, 60));
        let genomes: Vec<_> = batch.offspring.iter().map(|asked| asked.solution.clone()).collect();
        (genomes, batch.rejected)
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn invalid_bodies_are_counted_and_drawn_again() {
    let kinds = [EmitterSpec { kind: EmitterKind::Random { sigma: 1.0 }, share: 1.0 }];
    let batch = ask(&build(&kinds), &archive(), 0.5, 200);
    let rejected = batch.rejected["too large"];
    // A standard normal number exceeds 0.5 with probability 0.617: 1.61 rejections for each accepted body, give or take five
    // deviations of 0.145.
    assert!((180..470).contains(&rejected), "{rejected}");
    assert!(batch.offspring.iter().all(|asked| numbers(&asked.solution)[0].abs() < 0.5));
}

#[test]
fn a_place_that_cannot_be_filled_falls_back_to_what_is_valid() {
    // The limit is on the magnitude, so that no step of infinite size is valid; the elites' own first numbers are 0 to 5.
    let kinds = [
        EmitterSpec { kind: EmitterKind::Random { sigma: f64::INFINITY }, share: 1.0 },
        EmitterSpec { kind: EmitterKind::Gaussian { sigma: f64::INFINITY, structure: 0.0 }, share: 1.0 },
    ];
    let (archive, space) = (archive(), Numbers { limit: 50.0 });
    let places = batch::split(&[1.0, 1.0], 8);
    let batch = batch::ask(source(&build(&kinds), &places, (&archive, &space))).unwrap();
    assert_eq!(batch.rejected["too large"], 8 * ATTEMPTS as u64);
    for asked in &batch.offspring[..4] {
        assert!(asked.parents.is_empty() && numbers(&asked.solution)[0] == 0.0);
    }
    for asked in &batch.offspring[4..] {
        let parent = archive.elites().find(|(_, elite)| elite.id == asked.parents[0].id).unwrap().1;
        assert_eq!(asked.solution, parent.solution);
    }
}

#[test]
fn seeds_that_do_not_compile_are_an_error() {
    let kinds = [EmitterSpec { kind: EmitterKind::Random { sigma: 0.1 }, share: 1.0 }];
    let (archive, space) = (archive(), Numbers { limit: 0.0 });
    let places = batch::split(&[1.0], 2);
    let emitters = build(&kinds);
    let failed = batch::ask(source(&emitters, &places, (&archive, &space)));
    assert!(failed.unwrap_err().to_string().contains("seed morphology"));
}

#[test]
fn a_batch_asked_ahead_and_mended_is_the_one_that_is_asked_for_later() {
    let (emitters, space) = (build(&all_kinds()), Numbers { limit: 50.0 });
    let places = batch::split(&vec![1.0; emitters.len()], 400);
    let mut archive = archive();
    // Nothing changes; an elite is replaced by a better one; a cell is filled that was empty; both at once.
    let grid = |x: f32| vec![x, x];
    let changes = [
        vec![],
        vec![elite(10, 5.0, &grid(1.0))],
        vec![elite(11, 5.0, &[-2.9, 2.9])],
        vec![elite(12, 9.0, &grid(-1.0)), elite(13, 9.0, &[2.9, -2.9])],
    ];
    for change in changes {
        let ahead = Ahead::ask(source(&emitters, &places, (&archive, &space)));
        let placements = archive.insert(&change);
        assert!(placements.iter().all(|placement| placement.entered().is_some()));
        let now = source(&emitters, &places, (&archive, &space));
        assert!(ahead.is_of(now) && !ahead.is_of(Source { generation: 8, ..now }));
        let (mended, fresh) = (ahead.mend(now).unwrap(), batch::ask(now).unwrap());
        assert_eq!(mended.rejected, fresh.rejected);
        for (a, b) in mended.offspring.iter().zip(&fresh.offspring) {
            assert_eq!((&a.solution, &a.parents, a.emitter), (&b.solution, &b.parents, b.emitter));
        }
    }
}
