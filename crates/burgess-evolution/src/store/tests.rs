//! The store by itself: exactness, whole transactions, full disks, other versions.

use super::encode::{parent_bytes, solution_bytes};
use super::*;
use crate::diversity::BodyDiversity;
use crate::genome::{Body, Brain, GeneId, Genome, LinkGene, ShapeGene};
use crate::growth::{Physique, Topology};
use crate::life::{BodyTraits, Life, Refinement};
use crate::metrics::Steps;
use burgess_physics::model::BaseKind;
use burgess_qd::Parent;
use burgess_qd::archive::Scores;
use burgess_qd::bytes::f32_bytes;
use std::collections::BTreeMap;
use std::fs;

fn elite(id: u64, numbers: &[f64]) -> Evaluated<Genome> {
    let link = LinkGene { id: GeneId(1), shape: ShapeGene::Sphere { log_radius: -1.0 }, log_density: 6.0 };
    let brain = Brain::Mlp { frequency: -0.0, common: numbers.to_vec(), bias: vec![], hidden: vec![], joints: vec![] };
    Evaluated {
        id,
        solution: Genome {
            body: Body { base: BaseKind::Floating, root: GeneId(1), links: vec![link], joints: vec![] },
            brain,
        },
        reward: -0.0,
        descriptors: vec![-0.0, f32::MIN_POSITIVE / 2.0, 0.1],
        parents: vec![Parent { id: 1, generation: 2, candidate: 3 }, Parent { id: 4, generation: 5, candidate: 6 }],
        generation: 8,
        candidate: 9,
        emitter: 2,
        age: 17,
        traits: BodyTraits {
            links: 1,
            mass: 0.1,
            physique: Physique { topology: Topology::from_bytes(vec![0, 5]), span: -0.0 },
        },
        life: Life { refinement: Refinement { refined: true, gain: -0.0, trust: 0.1 }, learned: None, seen: None },
    }
}

fn metrics(generation: u64) -> Metrics {
    let scores = Scores { qd_score: -0.0, normalised_qd_score: 0.1, coverage: 0.5, max: f64::NAN, mean: f64::NAN };
    Metrics {
        generation,
        evaluations: 10 * (generation + 1),
        scores,
        elites: 1,
        bodies: BodyDiversity { topologies: 1, distance: 0.1 + 0.2 },
        new: 1,
        improved: 2,
        diverged: 3,
        out_of_range: 0,
        refined: 6,
        accepted: 5,
        dropped: 4,
        invalid: BTreeMap::from([("overlap".to_owned(), 4), ("mass ratio".to_owned(), 1)]),
        forward: Steps { creature: u64::from(u32::MAX) * 9, body: 1 },
        backward: Steps { creature: u64::from(u32::MAX) * 7, body: 2 },
        wall_time: 0.25,
        simulation_time: 0.125,
        refinement_time: 0.0625,
        passive: burgess_qd::archive::PassiveScores { qd_score: 0.7, coverage: f64::NAN },
        encoder: 3,
        training_time: 0.03125,
    }
}

fn commit(store: &mut Store, generation: u64, elite: &Evaluated<Genome>) -> Result<()> {
    let (metrics, entered) = (vec![metrics(generation)], vec![Row::new(5, elite)]);
    let (archive, emitters) = (vec![9], vec![vec![], vec![7, 8]]);
    store.commit(&Changes { metrics, entered, archive, emitters, ..Changes::default() })
}

/// Equal to the bit; NaN equals itself here.
fn same(a: &Evaluated<Genome>, b: &Evaluated<Genome>) -> bool {
    let bits = |e: &Evaluated<Genome>| {
        (e.reward.to_bits(), f32_bytes(&e.descriptors), solution_bytes(&e.solution), parent_bytes(&e.parents))
    };
    let refinement = |e: &Evaluated<Genome>| {
        let Refinement { refined, gain, trust } = e.life.refinement;
        (refined, gain.to_bits(), trust.to_bits(), e.life.learned.as_ref().map(solution_bytes))
    };
    bits(a) == bits(b)
        && refinement(a) == refinement(b)
        && a.age == b.age
        && (&a.traits.physique.topology, a.traits.physique.span.to_bits())
            == (&b.traits.physique.topology, b.traits.physique.span.to_bits())
        && (a.id, a.generation, a.candidate, a.emitter) == (b.id, b.generation, b.candidate, b.emitter)
}

#[test]
fn what_is_stored_comes_back_to_the_bit() {
    let dir = tempfile::tempdir().unwrap();
    let mut stored = elite(7, &[f64::NAN, -0.0, f64::INFINITY, 1.0 / 3.0]);
    // No archive lets such numbers in, but the store must not be what changes them.
    stored.descriptors.push(f32::NAN);
    stored.life.learned = Some(elite(7, &[-0.0, 2.0 / 3.0]).solution);
    let mut store = Store::open(dir.path()).unwrap();
    commit(&mut store, 0, &stored).unwrap();
    drop(store);
    let saved = Store::open(dir.path()).unwrap().saved::<Genome>().unwrap();
    assert!(saved.elites.len() == 1 && saved.elites[0].0 == 5 && same(&saved.elites[0].1, &stored));
    assert_eq!((saved.emitters, saved.archive), (vec![(1, vec![7, 8])], vec![9]));
    let (back, expected) = (saved.metrics.unwrap(), metrics(0));
    assert_eq!(back.scores.qd_score.to_bits(), expected.scores.qd_score.to_bits());
    assert!(back.scores.max.is_nan());
    assert_eq!(back.bodies, expected.bodies);
    assert_eq!((&back.invalid, back.forward, back.backward), (&expected.invalid, expected.forward, expected.backward));
    assert_eq!((back.wall_time, back.simulation_time), (expected.wall_time, expected.simulation_time));
    let refining = |m: &Metrics| (m.refined, m.accepted, m.dropped, m.refinement_time);
    assert_eq!(refining(&back), refining(&expected));
}

#[test]
fn a_better_elite_takes_the_row_of_its_cell() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    commit(&mut store, 0, &elite(1, &[])).unwrap();
    commit(&mut store, 1, &elite(2, &[])).unwrap();
    let saved = store.saved::<Genome>().unwrap();
    assert_eq!(saved.elites.iter().map(|(cell, elite)| (*cell, elite.id)).collect::<Vec<_>>(), [(5, 2)]);
    assert_eq!(saved.metrics.unwrap().generation, 1);
    assert_eq!(store.metrics().unwrap().iter().map(|m| m.generation).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn cells_are_emptied_and_filled_again_in_one_transaction() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let entered = vec![Row::new(1, &elite(1, &[])), Row::new(2, &elite(2, &[])), Row::new(3, &elite(3, &[]))];
    store.commit(&Changes { entered, metrics: vec![metrics(0)], ..Changes::default() }).unwrap();
    // The second elite is in another cell now, whose own is gone.
    let entered = vec![Row::new(3, &elite(2, &[])), Row::new(1, &elite(4, &[]))];
    let metrics = vec![metrics(1), metrics(2), metrics(3)];
    store.commit(&Changes { entered, left: vec![2], metrics, ..Changes::default() }).unwrap();
    let saved = store.saved::<Genome>().unwrap();
    assert_eq!(saved.elites.iter().map(|(cell, elite)| (*cell, elite.id)).collect::<Vec<_>>(), [(1, 4), (3, 2)]);
    assert_eq!(store.metrics().unwrap().iter().map(|m| m.generation).collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn a_half_written_transaction_vanishes() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    commit(&mut store, 0, &elite(1, &[])).unwrap();
    // A tiny cache makes SQLite write pages to the log before the commit.
    store.connection.pragma_update(None, "cache_size", 4).unwrap();
    let log = || fs::metadata(dir.path().join("archive.sqlite-wal")).unwrap().len();
    let (before, big, metrics) = (log(), elite(2, &[1.5; 40_000]), vec![metrics(1)]);
    let transaction = store.connection.transaction().unwrap();
    let entered = vec![Row::new(5, &big), Row::new(6, &big)];
    let changes = Changes { metrics, entered, ..Changes::default() };
    // The second row breaks the rule that numbers are unique, but the first is in the log by then.
    write_changes(&transaction, &changes).unwrap();
    assert!(log() > before + 100_000, "nothing was written yet, so this test shows nothing");
    let killed = tempfile::tempdir().unwrap();
    for name in ["archive.sqlite", "archive.sqlite-wal"] {
        fs::copy(dir.path().join(name), killed.path().join(name)).unwrap();
    }
    let saved = Store::open(killed.path()).unwrap().saved::<Genome>().unwrap();
    assert_eq!(saved.elites.iter().map(|(cell, elite)| (*cell, elite.id)).collect::<Vec<_>>(), [(5, 1)]);
    assert_eq!(saved.metrics.unwrap().generation, 0);
}

#[test]
fn a_full_disk_is_named_and_keeps_what_was_committed() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    commit(&mut store, 0, &elite(1, &[])).unwrap();
    let pages: u32 = store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    store.connection.pragma_update(None, "max_page_count", pages + 2).unwrap();
    let full = commit(&mut store, 1, &elite(2, &[0.5; 10_000])).unwrap_err().to_string();
    assert!(full.contains("archive.sqlite") && full.contains("full") && full.contains("are kept"), "{full}");
    let saved = store.saved::<Genome>().unwrap();
    assert_eq!(saved.elites.iter().map(|(cell, elite)| (*cell, elite.id)).collect::<Vec<_>>(), [(5, 1)]);
    assert_eq!(saved.metrics.unwrap().generation, 0);
    // With room again the same store goes on.
    store.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
    commit(&mut store, 1, &elite(2, &[0.5; 10_000])).unwrap();
    assert_eq!(store.saved::<Genome>().unwrap().elites[0].1.id, 2);
}

#[test]
fn other_versions_and_other_programs_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store.connection.pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
    drop(store);
    let newer = Store::open(dir.path()).unwrap_err();
    assert!(matches!(newer, StoreError::Version { found, known: SCHEMA_VERSION, .. } if found == SCHEMA_VERSION + 1));

    let foreign = tempfile::tempdir().unwrap();
    let connection = Connection::open(foreign.path().join(FILE_NAME)).unwrap();
    connection.execute_batch("CREATE TABLE diary (entry TEXT)").unwrap();
    drop(connection);
    assert!(matches!(Store::open(foreign.path()).unwrap_err(), StoreError::Foreign { .. }));
}

/// A row that was what its checksum said is so afterwards; one that was not is still found.
#[test]
fn archives_without_a_count_of_what_is_out_of_range_are_taken_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    for generation in 0..3 {
        commit(&mut store, generation, &elite(generation + 1, &[0.5; 2])).unwrap();
    }
    let metrics = store.metrics().unwrap();
    let before = |sql: &str| store.connection.execute_batch(sql).unwrap();
    before("ALTER TABLE metrics DROP COLUMN out_of_range");
    let columns = checksum::columns(&store.connection, "metrics").unwrap().join(", ");
    before(&format!("UPDATE metrics SET checksum = checksum_of({columns})"));
    before("UPDATE metrics SET elites = elites + 1 WHERE generation = 1; PRAGMA user_version = 7");
    // Read as it is, and brought up to date.
    let counts = |rows: Vec<Metrics>| rows.iter().map(|row| (row.evaluations, row.out_of_range)).collect::<Vec<_>>();
    let expected: Vec<_> = metrics.iter().map(|row| (row.evaluations, 0)).collect();
    assert_eq!(counts(read::metrics(&store.connection, &store.path).unwrap()), expected);
    drop(store);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(counts(store.metrics().unwrap()), expected);
    let faults = checksum::integrity(&store.connection, &store.path).unwrap();
    assert_eq!(faults.faults, ["table metrics, generation 1: is not what was written"]);
    commit(&mut store, 3, &elite(9, &[0.5; 2])).unwrap();
    assert_eq!(store.metrics().unwrap().len(), 4);
}

#[test]
fn damage_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    commit(&mut store, 0, &elite(1, &[0.5])).unwrap();
    store.connection.execute("UPDATE elites SET genome = substr(genome, 1, 9)", []).unwrap();
    let damaged = store.saved::<Genome>().unwrap_err();
    assert!(matches!(&damaged, StoreError::Damaged { what, .. } if what.contains("elites")), "{damaged}");
}

#[test]
fn centroids_come_back_to_the_bit() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.centroids().unwrap(), None);
    let centroids = Centroids::fit(7, 100, 3, 1);
    store.put_centroids(&centroids).unwrap();
    assert_eq!(Store::open(dir.path()).unwrap().centroids().unwrap(), Some(centroids));
}
