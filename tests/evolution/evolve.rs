//! Runs that are stopped in every way there is, and come to the same end.

use crate::fakes::{self, Hill, Numbers, cvt_experiment, experiment, experiments};
use crate::program;
use anyhow::ensure;
use burgess_core::rng::Stream;
use burgess_evolution::descriptors::DescriptorSpec;
use burgess_evolution::evolve::folder::{self, RunFolder};
use burgess_evolution::evolve::session::{self, Ended};
use burgess_evolution::evolve::{Evolution, LatentSpace, Setup, verify};
use burgess_evolution::experiment::{BatchSize, Budget, Experiment};
use burgess_evolution::genome::Genome;
use burgess_evolution::metrics::Metrics;
use burgess_evolution::store::hash::hash;
use burgess_evolution::store::{self, EliteAddress, RunReader, Store, StoreError};
use burgess_qd::Axis;
use burgess_qd::archive::{OutOfRange, Placement};
use burgess_qd::emitter::{self, Ask, Emitter, Proposal, Told};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const SPACE: Numbers = Numbers { limit: 0.3 };
const SEEDS: [&str; 1] = ["none"];

fn setup<'a>(experiment: &'a Experiment, backend: &'a Hill) -> Setup<'a> {
    let emitters = emitter::build(&experiment.emitters, &DescriptorSpec::dimensions(&experiment.axes()));
    Setup { experiment, space: &SPACE, backend, differentiator: None, slopes: None, emitters }
}

fn carry_on(dir: &Path) -> anyhow::Result<Ended> {
    let experiment: Experiment = store::experiment(dir)?;
    session::run(&RunFolder::open(dir)?, setup(&experiment, &Hill::default()), &program(), &AtomicBool::new(false))
}

fn start(out: &Path, experiment: &Experiment) -> PathBuf {
    RunFolder::create(out, experiment, &SEEDS).unwrap().dir().to_owned()
}

fn hash_of(dir: &Path) -> String {
    RunReader::open(dir).unwrap().hash().unwrap()
}

/// The hash of an uninterrupted run that never asks ahead. (All other runs of this file do.)
fn reference(experiment: &Experiment) -> String {
    let out = tempfile::tempdir().unwrap();
    let dir = start(out.path(), experiment);
    let backend = Hill::that_never_waits();
    let run = RunFolder::open(&dir).unwrap();
    let ended = session::run(&run, setup(experiment, &backend), &program(), &AtomicBool::new(false)).unwrap();
    assert_eq!(ended, Ended::Finished);
    hash_of(&dir)
}

/// What a killed process leaves: the files as they are, without anything that happens when a database is closed.
fn copy_of(dir: &Path, out: &Path) -> PathBuf {
    let copy = out.join(format!("copy-{}", fs::read_dir(out).unwrap().count()));
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        // The index of the write-ahead log is made anew.
        if !path.to_string_lossy().ends_with("-shm") {
            fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
        }
    }
    copy
}

#[test]
fn a_run_fills_its_archive_and_tells_about_it() {
    let (out, experiment) = (tempfile::tempdir().unwrap(), experiment(30));
    let dir = start(out.path(), &experiment);
    carry_on(&dir).unwrap();
    let reader = RunReader::open(&dir).unwrap();
    let (metrics, elites) = (reader.metrics().unwrap(), reader.elites().unwrap());
    let last = metrics.last().unwrap();
    assert_eq!(metrics.len(), 30);
    assert_eq!((last.evaluations, last.elites), (480, elites.len() as u64));
    assert!(elites.len() > 50, "{} elites", elites.len());
    assert!(metrics.is_sorted_by(|a, b| a.elites <= b.elites && a.scores.qd_score <= b.scores.qd_score));
    assert!(metrics.is_sorted_by(|a, b| a.wall_time <= b.wall_time && a.forward.body < b.forward.body));
    assert!(metrics.is_sorted_by(|a, b| a.simulation_time < b.simulation_time));
    assert!(metrics.iter().all(|m| 0.0 < m.simulation_time && m.simulation_time < m.wall_time));
    let diverged: u64 = metrics.iter().map(|m| m.diverged).sum();
    assert!(diverged > 0 && last.forward.creature == 100 * (480 - diverged) + 7 * diverged);
    assert!(metrics.iter().any(|m| m.invalid.contains_key("too large")));
    assert_eq!(*reader.experiment(), experiment);
    let table = fs::read_to_string(dir.join(folder::METRICS)).unwrap();
    assert_eq!(table.lines().count(), 31);
    assert!(table.lines().all(|line| line.split(',').count() == 30));
    let (cell, best) = elites.iter().max_by(|a, b| a.1.reward.total_cmp(&b.1.reward)).unwrap();
    assert_eq!(f64::from(best.reward), last.scores.max);
    assert_eq!(reader.elite(best.id).unwrap(), (*cell, best.clone()));
    let address = EliteAddress::parse(format!("{}#{}", dir.display(), best.id).as_ref()).unwrap();
    assert_eq!(address.open().unwrap().1, best.clone());
    let newest = elites.iter().map(|(_, elite)| elite.id).max().unwrap();
    for id in [newest + 1, u64::MAX] {
        let missing = reader.elite(id).unwrap_err().to_string();
        assert!(missing.contains(&format!("no elite {id} (the last is {newest})")), "{missing}");
    }
}

/// What is outside is counted either way; where it is left out, no elite is outside, and the rest of the promises hold.
#[test]
fn candidates_out_of_range_are_counted_and_left_out_if_asked() {
    for rule in [OutOfRange::Clip, OutOfRange::LeaveOut] {
        let mut experiment = experiment(10);
        experiment.out_of_range = rule;
        for axis in &mut experiment.descriptors {
            axis.range = (-0.5, 0.5);
        }
        let out = tempfile::tempdir().unwrap();
        let dir = start(out.path(), &experiment);
        carry_on(&dir).unwrap();
        let reader = RunReader::open(&dir).unwrap();
        let counted: u64 = reader.metrics().unwrap().iter().map(|row| row.out_of_range).sum();
        assert!((10..160).contains(&counted), "{counted}");
        let axes = DescriptorSpec::axes(&experiment.descriptors);
        let elites = reader.elites().unwrap();
        let outside = elites.iter().filter(|(_, elite)| !Axis::all_hold(&axes, &elite.descriptors)).count();
        assert_eq!(outside == 0, rule == OutOfRange::LeaveOut, "{outside} of {} elites", elites.len());
        assert_eq!(reader.hash().unwrap(), reference(&experiment));
    }
}

#[test]
fn the_same_seed_gives_the_same_hash_on_any_number_of_threads() {
    let with = |threads, experiment: &Experiment| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| reference(experiment))
    };
    for experiment in experiments(10) {
        assert_eq!(with(1, &experiment), with(2, &experiment));
        assert_ne!(with(1, &experiment), reference(&Experiment { seed: 6, ..experiment.clone() }));
    }
}

#[test]
fn dropped_at_any_generation_a_run_comes_to_the_same_end() {
    for experiment in experiments(8) {
        let (out, expected) = (tempfile::tempdir().unwrap(), reference(&experiment));
        let dir = start(out.path(), &experiment);
        let backend = Hill::default();
        let mut evolution = Evolution::resume(&dir, setup(&experiment, &backend)).unwrap();
        while let Some(size) = evolution.next_batch_size() {
            let killed = copy_of(&dir, out.path());
            carry_on(&killed).unwrap();
            assert_eq!(hash_of(&killed), expected);
            evolution.generation(size).unwrap();
            // Without this the copy might be of a moment in the middle of a write; see the next two tests.
            evolution.wait().unwrap();
        }
    }
}

/// Another connection to the database of a run.
fn database(dir: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(dir.join(store::FILE_NAME)).unwrap()
}

#[test]
fn killed_while_generations_wait_for_the_store_a_run_comes_to_the_same_end() {
    let experiment = experiment(6);
    let (out, backend) = (tempfile::tempdir().unwrap(), Hill::default());
    let dir = start(out.path(), &experiment);
    let mut evolution = Evolution::resume(&dir, setup(&experiment, &backend)).unwrap();
    evolution.generation(16).unwrap();
    evolution.wait().unwrap();
    // While someone else writes, the store can't, but the loop goes on.
    let other = database(&dir);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    (0..2).for_each(|_| evolution.generation(16).unwrap());
    assert_eq!(evolution.spent().generations, 3);
    let killed = copy_of(&dir, out.path());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(RunReader::open(&killed).unwrap().metrics().unwrap().len(), 1);
    carry_on(&killed).unwrap();
    assert_eq!(hash_of(&killed), reference(&experiment));
    // The run that was not killed stores what waited.
    drop(evolution);
    assert_eq!(RunReader::open(&dir).unwrap().metrics().unwrap().len(), 3);
}

#[test]
fn short_generations_are_stored_together_and_none_is_left_out() {
    let (out, experiment, backend) = (tempfile::tempdir().unwrap(), experiment(1000), Hill::default());
    let dir = start(out.path(), &experiment);
    let stored = || RunReader::open(&dir).unwrap().metrics().unwrap().len();
    let mut evolution = Evolution::resume(&dir, setup(&experiment, &backend)).unwrap();
    let begin = std::time::Instant::now();
    (0..5).for_each(|_| evolution.generation(16).unwrap());
    // On a machine that is too busy they are not short.
    if begin.elapsed() < Duration::from_millis(100) {
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(stored(), 1);
    }
    let check = |store: &mut Store| {
        assert_eq!(store.metrics()?.len(), 5);
        Ok(())
    };
    evolution.after_storing(check).unwrap();
    (0..5).for_each(|_| evolution.generation(16).unwrap());
    evolution.wait().unwrap();
    assert_eq!(stored(), 10);
    std::thread::sleep(Duration::from_millis(510));
    evolution.generation(16).unwrap();
    (0..100).take_while(|_| stored() < 11).for_each(|_| std::thread::sleep(Duration::from_millis(20)));
    assert_eq!(stored(), 11, "half a second is the longest wait");
    evolution.generation(16).unwrap();
    let store = evolution.finish().unwrap();
    let generations: Vec<u64> = store.metrics().unwrap().iter().map(|m| m.generation).collect();
    assert_eq!(generations, (0..12).collect::<Vec<_>>());
}

#[test]
fn a_store_that_fails_stops_the_run_and_loses_nothing_that_was_committed() {
    let (out, experiment) = (tempfile::tempdir().unwrap(), experiment(50));
    let dir = start(out.path(), &experiment);
    drop(Store::open(&dir).unwrap());
    // What generations from the second on would write is there already.
    let refuse = "WITH RECURSIVE g(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM g WHERE n < 49)
                  INSERT INTO invalid SELECT n, 'too large', 1, 0 FROM g";
    database(&dir).execute_batch(refuse).unwrap();
    let failed = format!("{:#}", carry_on(&dir).unwrap_err());
    for words in ["the run stopped; what was stored is kept", "burgess resume", "archive.sqlite", "invalid.label"] {
        assert!(failed.contains(words), "{words}: {failed}");
    }
    // The first generation is stored at once; of those that were stored together with the next nothing is.
    assert_eq!(RunReader::open(&dir).unwrap().metrics().unwrap().len(), 1);
    database(&dir).execute_batch("DELETE FROM invalid WHERE checksum = 0").unwrap();
    carry_on(&dir).unwrap();
    assert_eq!(hash_of(&dir), reference(&experiment));
}

/// Not a test of its own: the process that the next test kills. It goes on with the run that the environment names.
#[test]
fn victim() {
    if let Some(dir) = std::env::var_os("BURGESS_TEST_VICTIM") {
        carry_on(Path::new(&dir)).unwrap();
    }
}

#[test]
fn killed_at_random_moments_a_run_comes_to_the_same_end() {
    // An archive that also forgets.
    let mut experiment = experiments(6000).swap_remove(3);
    experiment.batch_size = BatchSize::Fixed(8);
    let (out, expected) = (tempfile::tempdir().unwrap(), reference(&experiment));
    let dir = start(out.path(), &experiment);
    let mut stream = fakes::stream(1);
    let mut kills = 0;
    for part in 0..6 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "evolve::victim"])
            .env("BURGESS_TEST_VICTIM", &dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Before and after generations were first stored together.
        let least = 500 * (part % 2);
        std::thread::sleep(Duration::from_millis(least + stream.below(60) as u64));
        kills += u32::from(victim.try_wait().unwrap().is_none());
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    assert!(kills >= 3, "the runs ended before they were killed");
    assert_eq!(carry_on(&dir).unwrap(), Ended::Finished);
    assert_eq!(hash_of(&dir), expected);
}

#[test]
fn an_interrupted_run_stops_between_generations_and_goes_on() {
    let (out, experiment) = (tempfile::tempdir().unwrap(), experiment(5));
    let dir = start(out.path(), &experiment);
    let run = RunFolder::open(&dir).unwrap();
    let interrupted =
        session::run(&run, setup(&experiment, &Hill::default()), &program(), &AtomicBool::new(true)).unwrap();
    assert_eq!(interrupted, Ended::Interrupted);
    drop(run);
    carry_on(&dir).unwrap();
    assert_eq!(hash_of(&dir), reference(&experiment));
    // What has nothing left to do leaves no trace.
    carry_on(&dir).unwrap();
    assert_eq!(burgess_evolution::evolve::provenance::read(&dir).unwrap().len(), 2);
    assert!(!dir.join("archive.sqlite-wal").exists(), "a run that ended cleanly is one plain file");
}

#[test]
fn a_backend_that_fails_loses_nothing_that_was_committed() {
    let (out, experiment) = (tempfile::tempdir().unwrap(), experiment(5));
    let dir = start(out.path(), &experiment);
    let run = RunFolder::open(&dir).unwrap();
    let failed = session::run(&run, setup(&experiment, &Hill::failing_after(3)), &program(), &AtomicBool::new(false));
    assert!(format!("{:#}", failed.unwrap_err()).contains("the device was lost"));
    drop(run);
    assert_eq!(RunReader::open(&dir).unwrap().metrics().unwrap().len(), 3);
    carry_on(&dir).unwrap();
    assert_eq!(hash_of(&dir), reference(&experiment));
}

#[test]
fn evaluations_are_counted_to_the_last_and_wall_time_adds_up() {
    let out = tempfile::tempdir().unwrap();
    let evaluations = Budget { evaluations: Some(50), ..Budget::default() };
    let dir = start(out.path(), &Experiment { budget: evaluations, ..experiment(1) });
    carry_on(&dir).unwrap();
    let totals: Vec<u64> = RunReader::open(&dir).unwrap().metrics().unwrap().iter().map(|m| m.evaluations).collect();
    assert_eq!(totals, [16, 32, 48, 50]);

    let wall_time = Budget { wall_time: Some(0.3), generations: Some(1_000_000), ..Budget::default() };
    let dir = start(out.path(), &Experiment { budget: wall_time, ..experiment(1) });
    carry_on(&dir).unwrap();
    let stored = RunReader::open(&dir).unwrap().metrics().unwrap().pop().unwrap();
    assert!((0.29..2.0).contains(&stored.wall_time), "{} s", stored.wall_time);
    // Its time is used up, so another session adds next to nothing.
    carry_on(&dir).unwrap();
    let after = RunReader::open(&dir).unwrap().metrics().unwrap().pop().unwrap();
    assert!(after.generation <= stored.generation + 1 && after.wall_time >= stored.wall_time);
}

/// Shrinks its step whenever nothing got in: what it proposes depends on all that it was told.
struct Annealing {
    sigma: f64,
}

impl Emitter<Genome> for Annealing {
    fn ask<'a>(&'a self, ask: Ask<'a, Genome>, stream: &mut Stream) -> Proposal<'a, Genome> {
        let Some(parent) = ask.archive.sample(stream) else {
            return Proposal::random(ask.space, self.sigma, stream);
        };
        Proposal::of(ask.space.gaussian(&parent.solution, self.sigma, 0.0, stream), [parent])
    }
    fn tell(&mut self, told: Told<'_, Genome>) {
        assert_eq!(told.candidates.len(), told.placements.len());
        let entered = told.placements.iter().filter_map(Placement::entered).count();
        self.sigma *= if entered > told.candidates.len() / 2 { 1.1 } else { 0.9 };
    }
    fn save(&self) -> Vec<u8> {
        self.sigma.to_le_bytes().to_vec()
    }
    fn restore(&mut self, saved: &[u8]) -> anyhow::Result<()> {
        ensure!(saved.len() == 8, "eight bytes expected");
        self.sigma = f64::from_le_bytes(saved.try_into()?);
        Ok(())
    }
}

#[test]
fn what_an_emitter_has_learned_is_part_of_the_state() {
    let mut experiment = experiment(12);
    experiment.emitters.truncate(1);
    let run = |parts: &[usize]| {
        let (out, backend) = (tempfile::tempdir().unwrap(), Hill::default());
        let dir = start(out.path(), &experiment);
        for &generations in parts {
            let emitters: Vec<Box<dyn Emitter<Genome>>> = vec![Box::new(Annealing { sigma: 0.5 })];
            let setup = Setup { emitters, ..setup(&experiment, &backend) };
            let mut evolution = Evolution::resume(&dir, setup).unwrap();
            (0..generations).for_each(|_| evolution.generation(16).unwrap());
        }
        hash_of(&dir)
    };
    assert_eq!(run(&[12]), run(&[5, 1, 6]));
}

#[test]
fn every_elite_verifies_and_a_change_is_found() {
    let (out, experiment) = (tempfile::tempdir().unwrap(), experiment(10));
    let dir = start(out.path(), &experiment);
    carry_on(&dir).unwrap();
    let mut elites = RunReader::open(&dir).unwrap().elites().unwrap();
    let same = verify::verify(&elites, &experiment.descriptors, None, &SPACE, &Hill::default()).unwrap();
    assert_eq!((same.elites, same.differing, same.reward, same.reward_moved), (elites.len(), 0, 0.0, 0));
    assert_eq!(same.descriptors, [0.0, 0.0]);
    elites[1].1.descriptors[1] += 0.5;
    // A large reward would move by a smaller share.
    elites.iter_mut().skip(2).find(|(_, elite)| elite.reward.abs() < 1.0).unwrap().1.reward += 0.25;
    let changed = verify::verify(&elites, &experiment.descriptors, None, &SPACE, &Hill::default()).unwrap();
    assert_eq!((changed.differing, changed.reward_moved), (2, 1));
    assert!((changed.descriptors[1] - 0.5).abs() < 1e-6 && (changed.reward - 0.25).abs() < 1e-5);
}

#[test]
fn two_runs_never_share_a_folder() {
    let (out, experiment) = (tempfile::tempdir().unwrap(), experiment(1));
    let create = || RunFolder::create(out.path(), &experiment, &SEEDS).unwrap().dir().to_owned();
    let mut dirs: Vec<PathBuf> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(create)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    dirs.sort();
    dirs.dedup();
    assert_eq!(dirs.len(), 8);
    assert_eq!(dirs[0].file_name().unwrap(), "fake-5-1");
}

#[test]
fn a_run_belongs_to_one_process_at_a_time() {
    let (out, experiment) = (tempfile::tempdir().unwrap(), experiment(1));
    let run = RunFolder::create(out.path(), &experiment, &SEEDS).unwrap();
    let second = RunFolder::open(run.dir()).unwrap_err();
    assert!(second.to_string().contains("another process is running"), "{second}");
    let dir = run.dir().to_owned();
    drop(run);
    RunFolder::open(&dir).unwrap();
}

#[test]
fn what_is_frozen_comes_back_to_the_bit() {
    let out = tempfile::tempdir().unwrap();
    let seeds = vec![fakes::genome(&[0.1, -0.0, 1e-300, 5e-324, f64::MAX, 1.0 / 3.0])];
    let experiment = Experiment { seed: u64::MAX, ..cvt_experiment(3) };
    let run = RunFolder::create(out.path(), &experiment, &seeds).unwrap();
    let thawed: Vec<burgess_evolution::genome::Genome> = folder::thaw(run.dir(), folder::SEEDS).unwrap();
    let bits = |genome| fakes::numbers(genome).iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&thawed[0]), bits(&seeds[0]));
    assert_eq!(store::experiment(run.dir()).unwrap(), experiment);
}

#[test]
fn folders_that_are_no_runs_are_told_apart() {
    let out = tempfile::tempdir().unwrap();
    let open = |dir: &Path| RunReader::open(dir).unwrap_err();
    assert!(matches!(open(&out.path().join("nothing")), StoreError::NoFolder { .. }));
    assert!(matches!(open(out.path()), StoreError::NotARun { .. }));
    assert!(RunFolder::open(out.path()).unwrap_err().to_string().contains("experiment.ron"));
    let dir = start(out.path(), &experiment(1));
    assert!(matches!(open(&dir), StoreError::NotStarted { .. }));
    fs::write(dir.join("archive.sqlite"), "not a database, and longer than a header would be".repeat(9)).unwrap();
    assert!(open(&dir).to_string().contains("no SQLite database"));
    assert!(Store::open(&dir).unwrap_err().to_string().contains("no SQLite database"));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("file");
    fs::write(&file, "").unwrap();
    let failed = RunFolder::create(&file.join("results"), &experiment(1), &SEEDS).unwrap_err();
    assert!(format!("{failed:#}").contains("results"), "{failed:#}");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_named_and_can_still_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let out = tempfile::tempdir().unwrap();
    let dir = start(out.path(), &experiment(2));
    carry_on(&dir).unwrap();
    let expected = hash_of(&dir);
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    allow(&dir, 0o555);
    allow(out.path(), 0o555);
    // Root may write everywhere; then there is nothing to see here.
    if fs::write(dir.join("probe"), "").is_err() {
        assert_eq!(hash_of(&dir), expected);
        let failed = RunFolder::create(out.path(), &experiment(2), &SEEDS).unwrap_err();
        assert!(format!("{failed:#}").contains("ermission denied"), "{failed:#}");
        let failed = Store::open(&dir).unwrap_err();
        assert!(failed.to_string().contains("archive.sqlite") && failed.to_string().contains("read-only"), "{failed}");
    }
    allow(out.path(), 0o755);
    allow(&dir, 0o755);
}

mod hashing {
    use super::*;
    use burgess_qd::{Evaluated, Parent};
    use fakes::{elite, genome};

    fn of(cell: usize, elite: &Evaluated<Genome>) -> String {
        hash([(cell, elite)])
    }

    fn changed(change: impl FnOnce(&mut Evaluated<Genome>)) -> String {
        let mut elite = elite(3, 1.0, &[0.5, 0.0]);
        change(&mut elite);
        of(7, &elite)
    }

    #[test]
    fn numbers_times_and_emitters_do_not_count() {
        let same = changed(|_| {});
        assert_eq!(same.len(), 64);
        assert_eq!(changed(|e| e.id = 99), same);
        assert_eq!(changed(|e| e.parents[0].id = 99), same);
        assert_eq!(changed(|e| (e.emitter, e.traits.links, e.traits.mass) = (9, 9, 9.0)), same);
    }

    #[test]
    fn everything_else_counts_to_the_bit() {
        let base = elite(3, 1.0, &[0.5, 0.0]);
        let parent = |generation, candidate| Parent { id: 0, generation, candidate };
        let hashes = [
            changed(|_| {}),
            of(8, &base),
            changed(|e| e.solution = genome(&[3.0, 0.5, 0.0])),
            changed(|e| e.reward = 1.0000001),
            changed(|e| e.descriptors[1] = -0.0),
            changed(|e| e.descriptors[0] = f32::NAN),
            changed(|e| e.descriptors = vec![0.5]),
            changed(|e| e.parents[0] = parent(1, 0)),
            changed(|e| e.parents[0] = parent(0, 1)),
            changed(|e| e.parents = vec![parent(0, 0), parent(0, 0)]),
            changed(|e| e.parents.clear()),
            hash::<Genome>([]),
            hash([(7, &base), (8, &base)]),
        ];
        for (i, a) in hashes.iter().enumerate() {
            assert!(hashes[i + 1..].iter().all(|b| a != b), "hash {i} is not alone");
        }
    }

    /// What is hashed must never change unnoticed: published hashes would be worth nothing.
    #[test]
    fn golden() {
        assert_eq!(changed(|_| {}), "50d1695f8e9e969236e3170837717d12a0eee612337a67c7b3870a308278ab90");
    }
}

/// What is learned is state too: encoder, moments, passive grid and the course of training come back from the store to the byte.
#[test]
fn learned_dimensions_are_stored_with_what_learned_them() {
    for experiment in experiments(8).into_iter().filter(|experiment| experiment.latent.is_some()) {
        let out = tempfile::tempdir().unwrap();
        let (whole, parts) = (start(out.path(), &experiment), start(out.path(), &experiment));
        carry_on(&whole).unwrap();
        let backend = Hill::default();
        let mut evolution = Evolution::resume(&parts, setup(&experiment, &backend)).unwrap();
        (0..4).for_each(|_| evolution.generation(evolution.next_batch_size().unwrap()).unwrap());
        drop(evolution);
        carry_on(&parts).unwrap();
        let [whole, parts] = [whole, parts].map(|dir| RunReader::open(&dir).unwrap());
        assert_eq!(whole.hash().unwrap(), parts.hash().unwrap());
        let encoder = whole.encoder().unwrap().unwrap();
        assert!(encoder == parts.encoder().unwrap().unwrap());
        let training = whole.training().unwrap();
        assert!(!training.is_empty() && training == parts.training().unwrap());
        let (metrics, again) = (whole.metrics().unwrap(), parts.metrics().unwrap());
        // Generations 0, 2 and 5.
        let versions: Vec<u64> = metrics.iter().map(|m| m.encoder).collect();
        assert_eq!(versions, [1, 1, 2, 2, 2, 3, 3, 3]);
        let passive = |metrics: &[Metrics]| metrics.iter().map(|m| m.passive).collect::<Vec<_>>();
        assert_eq!(passive(&metrics), passive(&again));
        assert!(passive(&metrics).is_sorted_by(|a, b| a.coverage <= b.coverage) && metrics[7].passive.coverage > 0.1);
        // Every elite is where the last encoder sees it, and verification finds it there.
        let elites = whole.elites().unwrap();
        let latent = LatentSpace::open(&experiment, whole.dir(), Some(encoder)).unwrap();
        assert!(elites.iter().all(|(_, elite)| elite.life.seen.is_some()));
        let same = verify::verify(&elites, &[], latent.as_ref(), &SPACE, &Hill::default());
        // The formula's descriptors are the passive grid's, which nobody compares.
        assert_eq!(same.unwrap().differing, 0);
        // Another encoder than the experiment's is refused.
        let mut other = experiment.clone();
        other.latent.as_mut().unwrap().rate = 20;
        let error = LatentSpace::open(&other, whole.dir(), whole.encoder().unwrap()).err().unwrap();
        assert!(format!("{error:#}").contains("frames a second"), "{error:#}");
    }
}
