//! What CMA-ES costs beside the evaluations: `cargo bench -p burgess-qd --bench cma [-- DIMENSIONS BATCH GENERATIONS]`, by default 1000, 36 and 300.
//! One thread draws; with RAYON_NUM_THREADS=1 one thread does all.

use burgess_core::rng::{Purpose, Stream};
use burgess_qd::cma::Cma;
use std::time::{Duration, Instant};

fn main() {
    // Cargo adds a `--bench` of its own.
    let arguments: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let argument = |at: usize, default: usize| arguments.get(at).copied().unwrap_or(default);
    let (n, batch, generations) = (argument(0, 1000), argument(1, 36), argument(2, 300));

    let mut cma = Cma::new(vec![1.0; n], 0.5, batch);
    let (mut drawing, mut telling) = (Duration::ZERO, Vec::new());
    for generation in 0..generations as u64 {
        let start = Instant::now();
        let mut drawn: Vec<(f64, Vec<f64>)> = (0..batch as u64)
            .map(|candidate| cma.sample(&mut Stream::new(0, generation, candidate, Purpose::Test)))
            .map(|x| (x.iter().map(|x| x * x).sum(), x))
            .collect();
        drawing += start.elapsed();
        drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
        let parents: Vec<&[f64]> = drawn[..(batch / 2).max(1)].iter().map(|(_, x)| x.as_slice()).collect();
        let start = Instant::now();
        cma.tell(&parents, batch);
        telling.push(start.elapsed());
    }
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let total = milliseconds(telling.iter().sum());
    telling.sort_unstable();
    let (usual, longest) = (telling[telling.len() / 2], telling[telling.len() - 1]);
    println!("{n} dimensions, batches of {batch}, {generations} generations, on a sphere");
    println!("draw a batch    {:9.3} ms", milliseconds(drawing) / generations as f64);
    println!("tell, mean      {:9.3} ms", total / generations as f64);
    println!("tell, median    {:9.3} ms", milliseconds(usual));
    println!("tell, longest   {:9.3} ms (with a decomposition)", milliseconds(longest));
}
