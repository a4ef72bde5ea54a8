//! Candidates a second that archives take in, on every core.
//!
//! `cargo bench -p burgess-qd --bench archives [-- ROUNDS [NAME...]]` prints a line a case: name, batch, what the archive was, rate, elites at the
//! end. `scripts/compare_ribs_archives.py` runs pyribs on data of the same kind beside it. Rewards and descriptors are uniform; a
//! solution has 100 numbers. *Filling* begins with an empty archive, *full* goes on with as many candidates again.

use burgess_core::rng::{Purpose, Stream};
use burgess_qd::archive::{Bins, Centroids, Cvt, DominatedNovelty, Grid, Unstructured, Voronoi};
use burgess_qd::{Archive, Axis, Evaluated};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Candidates that fill an archive, and as many again.
const COUNT: usize = 65_536;

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let rounds = given.first().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let names = given.get(1..).unwrap_or_default();
    let asked = |name: &str| names.is_empty() || names.iter().any(|asked| asked == name);
    if asked("grid") {
        let axes = unit_ranges(2, 100);
        for batch in [36, 540, 32_768] {
            regions("grid", batch, rounds, &|| Box::new(Grid::over(Bins::new(&axes))));
        }
    }
    if asked("cvt") {
        let (axes, mut numbers) = (unit_ranges(2, 1), stream(9));
        let points = (0..20_000).map(|_| numbers.uniform()).collect();
        let centroids = Centroids::from_points(points, 2).expect("finite points");
        for batch in [540, 32_768] {
            regions("cvt", batch, rounds, &|| Box::new(Cvt::over(Voronoi::new(&axes, &centroids))));
        }
    }
    for dims in [2, 10] {
        let axes = unit_ranges(dims, 1);
        if asked("unstructured") {
            let name = format!("unstructured-{dims}d");
            scattered(&name, dims, rounds, Unstructured::new(&axes, 10_000, 15), Unstructured::distance);
        }
        if asked("dominated-novelty") {
            let name = format!("dominated-novelty-{dims}d");
            scattered(&name, dims, rounds, DominatedNovelty::new(&axes, 10_000, 3), |_| f64::NAN);
        }
    }
}

fn unit_ranges(dims: usize, bins: usize) -> Vec<Axis> {
    vec![Axis { range: (0.0, 1.0), bins }; dims]
}

/// Prints the best of the rounds.
fn regions(name: &str, batch: usize, rounds: usize, empty: &dyn Fn() -> Box<dyn Archive<Vec<f64>>>) {
    let (mut filling, mut full, mut elites) = (0.0f64, 0.0f64, 0);
    for round in 0..rounds {
        let (mut archive, mut source) = (empty(), Source::new(2, round));
        filling = filling.max(source.fill(archive.as_mut(), batch));
        full = full.max(source.fill(archive.as_mut(), batch));
        elites = archive.len();
    }
    println!("{name}\t{batch}\tfilling\t{filling:.0}\t{elites}");
    println!("{name}\t{batch}\tfull\t{full:.0}\t{elites}");
}

fn scattered<A: Archive<Vec<f64>>>(
    name: &str,
    dims: usize,
    rounds: usize,
    mut archive: A,
    distance: impl Fn(&A) -> f64,
) {
    let (batch, mut source) = (540, Source::new(dims, 0));
    source.fill(&mut archive, batch);
    let full = (0..rounds).map(|_| source.fill(&mut archive, batch)).fold(0.0, f64::max);
    println!("{name}\t{batch}\tfull\t{full:.0}\t{}\t{}", archive.len(), distance(&archive));
}

/// Where candidates come from.
struct Source {
    stream: Stream,
    dims: usize,
    made: u64,
}

impl Source {
    fn new(dims: usize, round: usize) -> Self {
        Self { stream: stream(round as u64), dims, made: 0 }
    }

    fn candidate(&mut self) -> Evaluated<Vec<f64>> {
        self.made += 1;
        let solution: Vec<f64> = (0..100).map(|_| self.stream.uniform()).collect();
        let descriptors: Vec<f32> = (0..self.dims).map(|_| self.stream.uniform() as f32).collect();
        let reward = self.stream.uniform() as f32;
        Evaluated {
            id: self.made,
            solution,
            reward,
            descriptors,
            parents: Vec::new(),
            generation: 1,
            candidate: self.made as u32,
            emitter: 0,
            age: 0,
            traits: (),
            life: (),
        }
    }

    /// Candidates a second. Each batch has just been made when it goes in, as in a run; the making is not counted.
    fn fill(&mut self, archive: &mut dyn Archive<Vec<f64>>, batch: usize) -> f64 {
        let (mut count, mut time) = (0, Duration::ZERO);
        while count < COUNT {
            let candidates: Vec<Evaluated<Vec<f64>>> = (0..batch).map(|_| self.candidate()).collect();
            let begin = Instant::now();
            black_box(archive.insert(&candidates));
            time += begin.elapsed();
            count += batch;
        }
        count as f64 / time.as_secs_f64()
    }
}

fn stream(key: u64) -> Stream {
    Stream::new(key, 0, 0, Purpose::Test)
}
