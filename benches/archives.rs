//! Candidates a second that archives take in, on every core.
//!
//! `cargo bench --bench archives [-- ROUNDS [NAME...]]` prints a line a case: name, batch, what the archive was, rate, elites at the
//! end. `scripts/compare_ribs_archives.py` runs pyribs on data of the same kind beside it. Rewards and descriptors are uniform; a
//! genome has 100 numbers. *Filling* begins with an empty archive, *full* goes on with as many candidates again.

#[path = "../tests/fakes/mod.rs"]
mod fakes;

use burgess::archive::{
    Archive, Bins, Centroids, Cvt, DominatedNovelty, Elite, Grid, Placement, Unstructured, Voronoi,
};
use burgess::experiment::DescriptorSpec;
use burgess::laws::descriptor::Descriptor;
use burgess::rng::Stream;
use std::time::Instant;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Candidates that fill an archive, and as many again.
const COUNT: usize = 65_536;

/// Of a scattered archive: what it takes to fill it, and what is measured then.
const WARM_UP: usize = 60_000;

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let rounds = given.first().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let names = given.get(1..).unwrap_or_default();
    let asked = |name: &str| names.is_empty() || names.iter().any(|asked| asked == name);
    if asked("grid") {
        let (specs, pool) = (unit_ranges(2, 100), candidates(2, 100, 2 * COUNT));
        for batch in [36, 540, 32_768] {
            regions("grid", batch, rounds, &pool, &|| Box::new(Grid::over(Bins::new(&specs))));
        }
    }
    if asked("cvt") {
        let (specs, pool) = (unit_ranges(2, 1), candidates(2, 100, 2 * COUNT));
        let mut stream = fakes::stream(9);
        let points = (0..20_000).map(|_| stream.uniform()).collect();
        let centroids = Centroids::from_points(points, 2).expect("finite points");
        for batch in [540, 32_768] {
            regions("cvt", batch, rounds, &pool, &|| Box::new(Cvt::over(Voronoi::new(&specs, &centroids))));
        }
    }
    for dims in [2, 10] {
        let specs = unit_ranges(dims, 1);
        if asked("unstructured") {
            let name = format!("unstructured-{dims}d");
            scattered(&name, dims, rounds, Unstructured::new(&specs, 10_000, 15), Unstructured::distance);
        }
        if asked("dominated-novelty") {
            let name = format!("dominated-novelty-{dims}d");
            scattered(&name, dims, rounds, DominatedNovelty::new(&specs, 10_000, 3), |_| f64::NAN);
        }
    }
}

fn unit_ranges(dims: usize, bins: usize) -> Vec<DescriptorSpec> {
    vec![DescriptorSpec { kind: Descriptor::FinalX, range: (0.0, 1.0), bins }; dims]
}

fn candidates(dims: usize, genes: usize, count: usize) -> Vec<Elite> {
    let mut stream = fakes::stream(dims as u64);
    (0..count).map(|id| candidate(&mut stream, dims, genes, id)).collect()
}

fn candidate(stream: &mut Stream, dims: usize, genes: usize, id: usize) -> Elite {
    let genome: Vec<f64> = (0..genes).map(|_| stream.uniform()).collect();
    let descriptors: Vec<f32> = (0..dims).map(|_| stream.uniform() as f32).collect();
    let reward = stream.uniform() as f32;
    Elite { genome: fakes::genome(&genome), ..fakes::elite(id as u64, reward, &descriptors) }
}

/// Prints the best of the rounds.
fn regions(name: &str, batch: usize, rounds: usize, pool: &[Elite], empty: &dyn Fn() -> Box<dyn Archive>) {
    let (mut filling, mut full, mut elites) = (0.0f64, 0.0f64, 0);
    for _ in 0..rounds {
        let mut archive = empty();
        filling = filling.max(rate(archive.as_mut(), &pool[..COUNT], batch));
        full = full.max(rate(archive.as_mut(), &pool[COUNT..], batch));
        elites = archive.len();
    }
    println!("{name}\t{batch}\tfilling\t{filling:.0}\t{elites}");
    println!("{name}\t{batch}\tfull\t{full:.0}\t{elites}");
}

fn scattered<A: Archive>(name: &str, dims: usize, rounds: usize, mut archive: A, distance: impl Fn(&A) -> f64) {
    let batch = 540;
    let pool = candidates(dims, 100, WARM_UP);
    rate(&mut archive, &pool, batch);
    let mut best = 0.0f64;
    for round in 0..rounds {
        let mut stream = fakes::stream(100 + round as u64);
        let ids = WARM_UP * (round + 1)..WARM_UP * (round + 2);
        let pool: Vec<Elite> = ids.map(|id| candidate(&mut stream, dims, 100, id)).collect();
        best = best.max(rate(&mut archive, &pool, batch));
    }
    println!("{name}\t{batch}\tfull\t{best:.0}\t{}\t{}", archive.len(), distance(&archive));
}

/// Candidates a second.
fn rate(archive: &mut dyn Archive, candidates: &[Elite], batch: usize) -> f64 {
    let begin = Instant::now();
    let mut entered = 0;
    for batch in candidates.chunks(batch) {
        entered += archive.insert(batch).iter().filter_map(Placement::entered).count();
    }
    let seconds = begin.elapsed().as_secs_f64();
    assert!(entered > 0, "nothing got in");
    candidates.len() as f64 / seconds
}
