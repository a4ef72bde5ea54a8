//! Reads inputs in processes of their own, and says what became of those that did not survive it.
//!
//! A worker notes the number of an input before it makes it, and the input lies in a folder before it is read, so whatever ends the process
//! can be laid at its door. The one who watches ends a worker that stays with an input for too long, keeps the input, and starts
//! another worker behind it.

use crate::memory;
use burgess_core::rng::{Purpose, Stream};
use std::fmt::{self, Display, Formatter};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// A kind of files.
pub(crate) struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Number of inputs that `cargo test` takes.
    pub few: u64,
    /// Least share of inputs that are to be valid.
    pub accepted: f64,
    /// Puts valid inputs into an empty folder: the same ones every time.
    pub prepare: fn(&Path),
    /// Takes them up.
    pub open: fn(&Path) -> Box<dyn Inputs>,
}

/// Inputs of a format.
pub(crate) trait Inputs {
    /// Writes the input that a stream draws into an empty folder.
    fn write(&self, stream: &mut Stream, dir: &Path);
    /// Does with it what the program does; whether it is valid.
    fn read(&self, dir: &Path) -> bool;
}

/// What an input may take.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub time: Duration,
    pub memory: usize,
}

/// What any input may take.
pub(crate) const LIMITS: Limits = Limits { time: Duration::from_secs(2), memory: 500_000_000 };

/// Failures after which the rest is left.
const ENOUGH: usize = 20;
/// The stack of a program's main thread.
const STACK: usize = 8 << 20;

/// The worker's order, and its folder.
const ORDER: &str = "BURGESS_FUZZ_ORDER";
const PLACE: &str = "BURGESS_FUZZ_PLACE";
/// In the folder of a worker: what it is at, what was said on stderr of that, and the input.
const FIGURES: &str = "figures";
const STDERR: &str = "stderr";
const INPUT: &str = "input";

/// How it went, in the words that a worker leaves in a file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    /// The number of the input that is read.
    at: u64,
    /// Inputs that were read.
    pub inputs: u64,
    /// Those that were valid.
    pub accepted: u64,
    /// The longest time (ns), and of which input.
    slowest: (u64, u64),
    /// The most bytes allocated, and by which input.
    largest: (u64, u64),
    /// The most bytes of the process (SQLite's too), and the input after which they were.
    resident: (u64, u64),
}

impl Figures {
    const WORDS: usize = 9;

    fn words(&self) -> [u64; Self::WORDS] {
        let Self { at, inputs, accepted, slowest, largest, resident } = *self;
        [at, inputs, accepted, slowest.0, slowest.1, largest.0, largest.1, resident.0, resident.1]
    }

    fn write(&self, file: &Path) {
        let bytes: Vec<u8> = self.words().iter().flat_map(|word| word.to_le_bytes()).collect();
        // In one piece: who reads it meanwhile finds the old or the new.
        let renamed = file.with_extension("new");
        fs::write(&renamed, bytes).and_then(|()| fs::rename(&renamed, file)).expect("the figures can be written");
    }

    /// Before the first input there are none.
    fn read(file: &Path) -> Option<Self> {
        let bytes = fs::read(file).ok()?;
        let words: Vec<u64> = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word)).collect();
        let &[at, inputs, accepted, time, slowest, bytes, largest, resident, fullest] = words.as_slice() else {
            return None;
        };
        Some(Self {
            at,
            inputs,
            accepted,
            slowest: (time, slowest),
            largest: (bytes, largest),
            resident: (resident, fullest),
        })
    }

    fn add(&mut self, other: &Self) {
        self.inputs += other.inputs;
        self.accepted += other.accepted;
        self.slowest = self.slowest.max(other.slowest);
        self.largest = self.largest.max(other.largest);
        self.resident = self.resident.max(other.resident);
    }
}

/// An input that was not survived.
#[derive(Debug)]
pub(crate) struct Failure {
    pub input: u64,
    /// How it ended, and what was said last.
    pub how: String,
    /// Where the input is kept.
    pub kept: PathBuf,
}

/// What became of some inputs.
pub(crate) struct Report {
    name: &'static str,
    pub figures: Figures,
    pub failures: Vec<Failure>,
    wall: Duration,
    /// Where the input is kept that was the only one.
    kept: Option<PathBuf>,
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Figures { inputs, accepted, slowest, largest, resident, .. } = self.figures;
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        write!(
            f,
            "{}: {inputs} inputs in {:.1} s, {:.1} % valid; slowest {:.3} s (input {}), most allocated {:.1} MB (input {}), \
             most of a process {:.0} MB (input {})",
            self.name,
            self.wall.as_secs_f64(),
            100.0 * accepted as f64 / inputs.max(1) as f64,
            slowest.0 as f64 / 1e9,
            slowest.1,
            megabytes(largest.0),
            largest.1,
            megabytes(resident.0),
            resident.1
        )?;
        if let Some(kept) = &self.kept {
            write!(f, "; kept in {}", kept.display())?;
        }
        for Failure { input, how, kept } in &self.failures {
            write!(f, "\nFAILED: {} {input}: {how}", self.name)?;
            write!(f, "\n  kept in {}", kept.display())?;
            write!(f, "\n  again: scripts/fuzz {} 1 {input}", self.name)?;
        }
        Ok(())
    }
}

/// Reads all inputs of these numbers, on all cores.
pub(crate) fn fuzz(format: &'static Format, inputs: Range<u64>, limits: Limits) -> Report {
    let began = Instant::now();
    let place = fast_folder();
    let corpus = place.path().join("corpus");
    fs::create_dir(&corpus).expect("a folder");
    (format.prepare)(&corpus);
    let workers = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let (figures, failures) = (Mutex::new(Figures::default()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for worker in 0..workers {
            let (place, figures, failures) = (place.path(), &figures, &failures);
            let order = Order { format, next: inputs.start + worker, step: workers, end: inputs.end, limits };
            scope.spawn(move || watch(order, &place.join(format!("worker{worker}")), figures, failures));
        }
    });
    let mut failures = failures.into_inner().expect("no watcher has panicked");
    // Who asks for a single one wants to look at it.
    let survived = inputs.end - inputs.start == 1 && failures.is_empty();
    let kept = survived.then(|| keep(format.name, inputs.start, &place.path().join("worker0"), "survived"));
    failures.sort_by_key(|failure: &Failure| failure.input);
    Report {
        name: format.name,
        figures: figures.into_inner().expect("no watcher has panicked"),
        failures,
        wall: began.elapsed(),
        kept,
    }
}

/// A folder in memory where there is one: run folders are copied a hundred thousand times.
fn fast_folder() -> tempfile::TempDir {
    let named = tempfile::Builder::new().prefix("burgess-fuzz-").tempdir_in("/dev/shm");
    named.or_else(|_| tempfile::tempdir()).expect("a folder for inputs")
}

/// What a worker has to do.
#[derive(Clone, Copy)]
struct Order {
    format: &'static Format,
    next: u64,
    step: u64,
    end: u64,
    limits: Limits,
}

/// Why a worker ended.
struct End {
    /// What it was at; none where it did all that it was to do.
    input: Option<u64>,
    how: String,
    slow: bool,
}

fn watch(mut order: Order, place: &Path, figures: &Mutex<Figures>, failures: &Mutex<Vec<Failure>>) {
    while order.next < order.end && failures.lock().expect("no watcher has panicked").len() < ENOUGH {
        let (end, done) = one_worker(&order, place);
        figures.lock().expect("no watcher has panicked").add(&done);
        let Some(input) = end.input else { return };
        order.next = input + order.step;
        // Others may have kept the machine busy: what is slow must be slow again, and again.
        let again = Order { next: input, end: input + 1, ..order };
        let mut end = end;
        for _ in 0..2 {
            if end.slow && end.input.is_some() {
                end = one_worker(&again, place).0;
            }
        }
        if end.input.is_some() {
            let kept = keep(order.format.name, input, place, &end.how);
            failures.lock().expect("no watcher has panicked").push(Failure { input, how: end.how, kept });
        }
    }
}

/// Starts a worker and waits for its end.
fn one_worker(order: &Order, place: &Path) -> (End, Figures) {
    // The input of the worker before it may have been left behind.
    let _ = fs::remove_dir_all(place);
    fs::create_dir_all(place).expect("a folder");
    let mut child = start(order, place);
    let read = || Figures::read(&place.join(FIGURES));
    let (mut at, mut since) = (None, Instant::now());
    let (status, killed) = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break (status, false);
        }
        let now = read().map(|figures| figures.at);
        if now != at {
            (at, since) = (now, Instant::now());
        }
        // It times the reading itself, and says so; this is for what does not come back.
        if since.elapsed() > order.limits.time + order.limits.time / 2 + Duration::from_secs(1) {
            // It may have ended in this moment.
            let _ = child.kill();
            break (child.wait().expect("a child can be waited for"), true);
        }
        thread::sleep(Duration::from_millis(10));
    };
    let figures = read().unwrap_or_default();
    if status.success() {
        return (End { input: None, how: String::new(), slow: false }, figures);
    }
    let said = fs::read_to_string(place.join(STDERR)).unwrap_or_default();
    let last = said.trim_end().char_indices().rev().nth(1000).map_or(0, |(i, _)| i);
    let how = match killed {
        true => format!("did not come back within {:?}", order.limits.time),
        false => format!("{status}: {}", &said.trim_end()[last..]),
    };
    let input = read().map(|figures| figures.at);
    assert!(input.is_some(), "a worker for {} cannot start: {how}", order.format.name);
    (End { input, slow: killed || status.code() == Some(TOO_SLOW), how }, figures)
}

fn start(order: &Order, place: &Path) -> Child {
    let Order { format, next, step, end, limits } = order;
    let text = format!("{} {next} {step} {end} {} {}", format.name, limits.time.as_millis(), limits.memory);
    let stderr = File::options().create(true).append(true).open(place.join(STDERR)).expect("a file");
    Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", "worker", "--ignored", "--nocapture"])
        .env(ORDER, text)
        .env(PLACE, place)
        // Workers share the cores already.
        .env("RAYON_NUM_THREADS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stderr)
        .spawn()
        .expect("a worker can be started")
}

/// Keeps an input where it outlives the tests.
fn keep(name: &str, input: u64, place: &Path, how: &str) -> PathBuf {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz").join(format!("{name}-{input}"));
    // An older one of the number may lie there.
    let _ = fs::remove_dir_all(&kept);
    copy(&place.join(INPUT), &kept).and_then(|()| fs::write(kept.join("how.txt"), how)).expect("an input can be kept");
    kept
}

/// Copies a folder; links stay behind.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, to) = (entry.file_type()?, to.join(entry.file_name()));
        match () {
            () if kind.is_dir() => copy(&entry.path(), &to)?,
            () if kind.is_file() => fs::copy(entry.path(), to).map(drop)?,
            () => {}
        }
    }
    Ok(())
}

/// Exit codes of a worker.
const PANICKED: i32 = 101;
const TOO_LARGE: i32 = 102;
const TOO_SLOW: i32 = 103;

/// Whether any thread has panicked, caught or not.
static PANIC: AtomicBool = AtomicBool::new(false);

/// Reads the inputs that the environment orders; the process ends with the first that is not survived.
pub(crate) fn work(formats: &[&'static Format]) {
    let (Ok(order), Some(place)) = (std::env::var(ORDER), std::env::var_os(PLACE).map(PathBuf::from)) else { return };
    let (name, numbers) = order.split_once(' ').expect("an order");
    let numbers: Vec<u64> = numbers.split(' ').map(|number| number.parse().expect("a number")).collect();
    let &[next, step, end, time, memory] = numbers.as_slice() else { panic!("{order} is no order") };
    let limits = Limits { time: Duration::from_millis(time), memory: memory as usize };
    let format = formats.iter().find(|format| format.name == name).expect("a format");
    let order = Order { format, next, step, end, limits };
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANIC.store(true, Relaxed);
        before(panic);
    }));
    let reader = thread::Builder::new().stack_size(STACK).spawn(move || read_all(&order, &place));
    if reader.expect("a thread").join().is_err() {
        std::process::exit(PANICKED);
    }
}

fn read_all(order: &Order, place: &Path) {
    let inputs = (order.format.open)(&place.with_file_name("corpus"));
    let (input, stderr) = (place.join(INPUT), File::options().write(true).open(place.join(STDERR)).expect("a file"));
    let mut figures = Figures::default();
    let mut number = order.next;
    while number < order.end {
        figures.at = number;
        figures.write(&place.join(FIGURES));
        stderr.set_len(0).expect("a file can be emptied");
        let _ = fs::remove_dir_all(&input);
        fs::create_dir(&input).expect("a folder");
        inputs.write(&mut Stream::new(name_number(order.format.name), 0, number, Purpose::Test), &input);
        memory::begin(order.limits.memory);
        let resident = memory::resident();
        let began = Instant::now();
        figures.accepted += u64::from(inputs.read(&input));
        let time = began.elapsed();
        figures.inputs += 1;
        figures.slowest = figures.slowest.max((time.as_nanos() as u64, number));
        figures.largest = figures.largest.max((memory::peak() as u64, number));
        let grown = memory::resident();
        figures.resident = figures.resident.max((grown as u64, number));
        memory::begin(usize::MAX / 2);
        let fault = match () {
            () if PANIC.load(Relaxed) => Some((PANICKED, String::new())),
            () if grown > resident + order.limits.memory => {
                Some((TOO_LARGE, format!("the process grew from {resident} to {grown} bytes")))
            }
            () if time > order.limits.time => Some((TOO_SLOW, format!("took {time:?}"))),
            () => None,
        };
        if let Some((code, words)) = fault {
            eprintln!("{words}");
            figures.write(&place.join(FIGURES));
            std::process::exit(code);
        }
        number += order.step;
    }
    figures.write(&place.join(FIGURES));
}

/// The seed of a format's random numbers.
pub(crate) fn name_number(name: &str) -> u64 {
    name.bytes().fold(0, |number: u64, byte| number.wrapping_mul(257).wrapping_add(byte.into()))
}
