//! Run folders of every kind, as `list`, `hash`, `verify`, `show` and `report` read them: mutated in the rows of their database, in its bytes
//! and its schema, and in the texts beside it.

use crate::harness::{Format, Inputs, copy};
use crate::numbers::{change_bytes, one};
use crate::place::{self, repository};
use crate::program::succeeds;
use crate::text::Texts;
use anyhow::Result;
use burgess_core::rng::Stream;
use burgess_evolution::evolve::{LatentSpace, Points, provenance, start, verify};
use burgess_evolution::metrics::Metrics;
use burgess_evolution::report::view;
use burgess_evolution::store::{Changes, FILE_NAME, RunReader, Store};
use burgess_physics::batch::CpuBackend;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const FORMAT: Format =
    Format { name: "run_folders", few: 250, accepted: 0.1, prepare, open: |corpus| Box::new(RunFolders::new(corpus)) };

/// Runs of a few elites each, whose episodes take a moment.
const BODIES: &str = "seed: 3, body: Evolve(seeds: [\"hopper\", \"snake\"]), batch_size: 4, budget: (generations: 3)";
const GRID: &str =
    "descriptors: [(kind: LegSpan, range: (0.0, 2.0), bins: 3), (kind: MeanHeight, range: (0.0, 0.6), bins: 3)]";
const RUNS: [(&str, &str); 4] = [
    (
        "grid",
        "policy: Cpg(), task: (duration: 0.1, reward: [(term: ForwardVelocity)]), archive: Grid(qd_offset: -2.0, learning_rate: 0.5, \
         threshold_min: Some(-3.0)), passive: [(kind: FinalX, range: (-1.0, 1.0), bins: 4)]",
    ),
    (
        "cvt",
        "policy: Mlp(hidden: [2]), task: (duration: 0.1, reward: [(term: Distance)]), archive: Cvt(cells: 6, samples: 50), \
         protection: Some(AgeLayers([2])), refine: Some((steps: 2, horizon: 0.05))",
    ),
    (
        "watched",
        "policy: Mlp(hidden: [1], world_model: Some(\"models/quadruped\")), task: (duration: 0.1, reward: [(term: Distance)]), \
         archive: Unstructured(size: 5, neighbours: 2)",
    ),
    (
        "latent",
        "policy: Cpg(), task: (duration: 0.3, reward: [(term: Distance)]), archive: DominatedNovelty(size: 6), descriptors: [], \
         latent: Some((encoder: Some((kind: Pca(frames: 2), dimensions: 2)), schedule: (first: 1, growth: 1)))",
    ),
];
const POINTS: &str = "Benchmark(name: \"points\", problem: Sphere(dimension: 4), archive: Grid(), \
                      emitters: [(kind: CmaMe(sigma: 0.5))], batch_size: 4, budget: (generations: 3))";

/// Who made the runs: what the program writes has the time in it.
const PROVENANCE: &str = "[(started: \"2026-01-31T23:59:59Z\", command: [\"burgess\", \"run\", \"test.ron\"], backend: \"cpu, 1 threads\", \
                          differentiator: None, program: (version: \"0.1.0\", revision: \"abc\", features: \"\", debug: false), \
                          machine: (cpu: \"unknown\", cores: 2, os: \"linux\", arch: \"x86_64\"))]";

fn prepare(corpus: &Path) {
    let work = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(repository().join("experiments/models"), work.path().join("models")).unwrap();
    let runs = RUNS.map(|(name, text)| {
        let descriptors = if text.contains("descriptors") { "" } else { GRID };
        (name, format!("(name: \"{name}\", {BODIES}, {text}, {descriptors})"))
    });
    for (name, text) in runs.into_iter().chain([("points", POINTS.to_owned())]) {
        let file = work.path().join(format!("{name}.ron"));
        fs::write(&file, text).unwrap();
        place::ask(work.path(), &["run", file.to_str().unwrap(), "--backend", "cpu", "--out", name]);
        let made = fs::read_dir(work.path().join(name)).unwrap().next().unwrap().unwrap().path();
        freeze(&made, &corpus.join(name));
    }
}

/// Takes over what is the same whenever the run is made: all but times, and where SQLite puts what.
fn freeze(made: &Path, frozen: &Path) {
    fs::create_dir(frozen).unwrap();
    for entry in fs::read_dir(made).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        let extension = Path::new(&name).extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("ron" | "safetensors")) {
            fs::copy(entry.path(), frozen.join(name)).unwrap();
        }
    }
    fs::write(frozen.join(provenance::PROVENANCE), PROVENANCE).unwrap();
    let timeless = |metrics| Metrics {
        wall_time: 1.0,
        simulation_time: 0.5,
        refinement_time: 0.25,
        training_time: 0.125,
        ..metrics
    };
    let metrics = RunReader::open(made).unwrap().metrics().unwrap().into_iter().map(timeless).collect();
    let database = made.join(FILE_NAME);
    Connection::open(&database).unwrap().execute_batch("DELETE FROM metrics; DELETE FROM invalid").unwrap();
    let mut store = Store::open(made).unwrap();
    store.commit(&Changes { metrics, ..Changes::default() }).unwrap();
    store.close();
    let copy = frozen.join(FILE_NAME);
    Connection::open(&database).unwrap().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
}

/// A valid run folder.
struct Run {
    dir: PathBuf,
    database: Vec<u8>,
    /// Tables, each with its columns, and whether its rows have numbers.
    tables: Vec<(String, Vec<String>, bool)>,
}

struct RunFolders {
    runs: Vec<Run>,
    /// Texts of the same name belong together.
    texts: Vec<(String, Texts)>,
}

impl RunFolders {
    fn new(corpus: &Path) -> Self {
        let mut dirs: Vec<PathBuf> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
        dirs.sort();
        let names = ["experiment.ron", "seeds.ron", "provenance.ron", "observer.ron"];
        let all = |name: &str| dirs.iter().filter_map(|dir| fs::read_to_string(dir.join(name)).ok()).collect();
        let texts = names.map(|name| (name.to_owned(), Texts::new(all(name)))).into();
        Self { runs: dirs.into_iter().map(Run::new).collect(), texts }
    }
}

impl Run {
    fn new(dir: PathBuf) -> Self {
        let connection = Connection::open(dir.join(FILE_NAME)).unwrap();
        let list = |sql: &str| -> Vec<String> {
            connection.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let tables = list("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
        let table = |name: String| {
            let columns = list(&format!("SELECT name FROM pragma_table_info('{name}')"));
            let numbered = !matches!(name.as_str(), "invalid" | "training");
            (name, columns, numbered)
        };
        let tables = tables.into_iter().map(table).collect();
        Self { database: fs::read(dir.join(FILE_NAME)).unwrap(), dir, tables }
    }
}

impl Inputs for RunFolders {
    fn write(&self, stream: &mut Stream, dir: &Path) {
        let run = one(&self.runs, stream);
        copy(&run.dir, dir).unwrap();
        match stream.below(100) {
            0..45 => change_rows(run, &dir.join(FILE_NAME), stream),
            45..55 => self.change_file(run, dir, stream),
            55..60 => change_schema(&dir.join(FILE_NAME), stream),
            60..95 => {
                // Half of them of the experiment, which says the most.
                let (name, texts) = if stream.chance(0.5) { &self.texts[0] } else { one(&self.texts, stream) };
                if let Ok(text) = fs::read_to_string(dir.join(name)) {
                    fs::write(dir.join(name), texts.mutate(&text, stream)).unwrap();
                }
            }
            _ => {
                // Something that a killed process leaves, or another program.
                let beside = one(&["-journal", "-wal", "-shm"], stream);
                let mut bytes = run.database.clone();
                change_bytes(&mut bytes, &run.database, stream);
                fs::write(dir.join(format!("{FILE_NAME}{beside}")), bytes).unwrap();
            }
        }
        // Drawing takes a hundred times as long as reading.
        if stream.chance(1.0 / 500.0) {
            fs::write(dir.join("draw"), "").unwrap();
        }
    }

    fn read(&self, dir: &Path) -> bool {
        // A command of its own, which takes its time.
        if dir.join("draw").exists() && takes_a_moment(dir) {
            return succeeds(&["report".as_ref(), dir.as_os_str()]);
        }
        let list = succeeds(&["list".as_ref(), dir.as_os_str()]);
        succeeds(&["hash".as_ref(), dir.as_os_str()]);
        tell(verified(dir));
        let id = RunReader::open(dir).and_then(|run| run.records()).ok().and_then(|all| Some(all.last()?.1.id));
        let mut elite = dir.as_os_str().to_owned();
        elite.push(format!("#{}", id.unwrap_or(1)));
        for switch in [None, Some("--genome"), Some("--policy")] {
            let switch = switch.map(OsString::from);
            succeeds(&["show".into(), elite.clone()].into_iter().chain(switch).collect::<Vec<OsString>>());
        }
        tell(RunReader::open(dir).map_err(Into::into).and_then(|run| view(&run)));
        list
    }
}

/// What `burgess verify` does, which starts the threads of a process and can be called only once in it.
fn verified(dir: &Path) -> Result<()> {
    let run = RunReader::open(dir)?;
    run.integrity()?;
    let (experiment, space) = start::thaw_run(dir)?;
    provenance::read(dir)?;
    if let Some(problem) = experiment.problem() {
        Points::new(problem, experiment.branches()).verify(&run.elites_of()?);
        return Ok(());
    }
    let elites = run.elites()?;
    let latent = LatentSpace::open(&experiment, dir, run.encoder()?)?;
    if takes_a_moment(dir) {
        let backend = CpuBackend::new(&experiment.plan(), Some(1))?;
        verify::verify(&elites, &experiment.descriptors, latent.as_ref(), &space, &backend)?;
    }
    Ok(())
}

/// Whether episodes are so short that to simulate some is not yet the work of minutes that was asked for.
fn takes_a_moment(dir: &Path) -> bool {
    burgess_evolution::store::experiment(dir).is_ok_and(|experiment| experiment.episode_steps() <= 500.0)
}

/// Says what is wrong as the program would: that must not fail, either.
fn tell<T>(result: Result<T>) {
    if let Err(error) = result {
        eprintln!("{}", burgess_core::say::harmless(&format!("{error:#}")));
    }
}

impl RunFolders {
    /// Changes the bytes of one of the files.
    fn change_file(&self, run: &Run, dir: &Path, stream: &mut Stream) {
        let mut files: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let file = if stream.chance(0.8) { dir.join(FILE_NAME) } else { one(&files, stream).clone() };
        let mut bytes = fs::read(&file).unwrap();
        let other = &one(&self.runs, stream).database;
        match stream.below(8) {
            0 => fs::remove_file(&file).unwrap(),
            // A page in place of another.
            1 if file.ends_with(FILE_NAME) => {
                let pages = bytes.len() / 4096;
                let (from, to) = (4096 * stream.below(pages), 4096 * stream.below(pages));
                bytes[to..to + 4096].copy_from_slice(&run.database[from..from + 4096]);
                fs::write(&file, bytes).unwrap();
            }
            _ => {
                for _ in 0..1 + stream.below(4) {
                    change_bytes(&mut bytes, other, stream);
                }
                fs::write(&file, bytes).unwrap();
            }
        }
    }
}

fn open(database: &Path) -> Connection {
    let connection = Connection::open(database).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
        .unwrap();
    connection
}

/// Puts other values in place of some, whatever their types; what SQLite refuses stays.
fn change_rows(run: &Run, database: &Path, stream: &mut Stream) {
    let connection = open(database);
    for _ in 0..1 + stream.below(3) {
        // Elites say the most.
        let elites = run.tables.iter().find(|(name, ..)| name == "elites").filter(|_| stream.chance(0.5));
        let (table, columns, numbered) = elites.unwrap_or_else(|| one(&run.tables, stream));
        let column = one(columns, stream);
        let rows: usize = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        if rows == 0 {
            continue;
        }
        let at = stream.below(rows);
        let row = match numbered {
            true => format!("rowid = (SELECT rowid FROM {table} LIMIT 1 OFFSET {at})"),
            false => "true".to_owned(),
        };
        let own = connection
            .query_row(&format!("SELECT {column} FROM {table} LIMIT 1 OFFSET {at}"), [], |row| row.get::<_, Value>(0))
            .unwrap_or(Value::Null);
        let value = changed(own, &run.database, stream);
        let sql = match stream.below(20) {
            0 => format!("DELETE FROM {table} WHERE {row} AND ?1 IS ?1"),
            _ => format!("UPDATE OR IGNORE {table} SET {column} = ?1 WHERE {row}"),
        };
        let _ = connection.execute(&sql, [value]);
    }
}

fn changed(value: Value, other: &[u8], stream: &mut Stream) -> Value {
    const WHOLE: [i64; 10] = [0, 1, -1, 2, 255, 65_536, 1 << 31, 1 << 32, i64::MAX, i64::MIN];
    const REAL: [f64; 6] = [0.5, -0.0, 1e308, 5e-324, f64::INFINITY, f64::NEG_INFINITY];
    match value {
        Value::Blob(mut bytes) if stream.chance(0.9) => {
            for _ in 0..1 + stream.below(3) {
                change_bytes(&mut bytes, other, stream);
            }
            Value::Blob(bytes)
        }
        Value::Integer(number) if stream.chance(0.4) => Value::Integer(number.wrapping_add(stream.below(5) as i64 - 2)),
        _ => match stream.below(6) {
            0 => Value::Null,
            1 => Value::Real(*one(&REAL, stream)),
            2 => Value::Text("\u{1b}[2J".repeat(1 << stream.below(12))),
            3 => Value::Blob(vec![0xff; 1 << stream.below(21)]),
            _ => Value::Integer(*one(&WHOLE, stream)),
        },
    }
}

/// What a schema must not make a reader compute: each takes the place of one column's declaration, or is a statement of its own.
const SCHEMAS: [&str; 12] = [
    "span REAL CHECK (length(hex(zeroblob(300000000))) > 0),",
    "span REAL AS (length(hex(zeroblob(300000000)))),",
    "span REAL DEFAULT (length(hex(zeroblob(300000000)))),",
    "span REAL COLLATE unknown,",
    "span BLOB, spam INTEGER,",
    "span REAL UNIQUE,",
    "",
    "CREATE INDEX evil ON elites (length(hex(zeroblob(9))))",
    "CREATE INDEX evil ON elites (cell) WHERE length(hex(zeroblob(9))) > 0",
    "CREATE VIEW evil AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    "CREATE TRIGGER evil AFTER INSERT ON elites BEGIN DELETE FROM elites; END",
    "CREATE TABLE evil (a INTEGER CHECK (length(hex(zeroblob(9))) > 0)); INSERT INTO evil VALUES (1)",
];

fn change_schema(database: &Path, stream: &mut Stream) {
    let connection = open(database);
    let change = one(&SCHEMAS, stream);
    // SQLite may refuse what does not fit what is there.
    let _ = match change.starts_with("CREATE") {
        true => connection.execute_batch(change).and_then(|()| {
            connection.execute_batch(
                "PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema SET sql = replace(sql, 'zeroblob(9)', 'zeroblob(300000000)')",
            )
        }),
        false => connection.execute_batch(&format!(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'span        REAL,', '{change}') WHERE name = 'elites'"
        )),
    };
}
