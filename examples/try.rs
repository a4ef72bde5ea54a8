use burgess::emitter::SearchSpace;
use burgess::evolve::start;
use burgess::rng::*;
use burgess::sim::{Backend, cpu::CpuBackend, gpu::device::*, gpu::*};
use std::time::Instant;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let n: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let sets: Vec<String> = std::env::args().skip(3).collect();
    let loaded = burgess::experiment::load(std::path::Path::new(&path), &sets).unwrap();
    let e = loaded.experiment;
    let seeds = start::seed_bodies(&e, &loaded.folder).unwrap();
    let space = start::search_space(&e, seeds);
    let c: Vec<_> = (0..n)
        .map(|i| {
            let mut s = Stream::new(1, 0, i, Purpose::Test);
            loop {
                let g = space.seed(&mut s);
                if let Ok(c) = space.compile(&g) {
                    break c.map(|x| x as f32);
                }
            }
        })
        .collect();
    let links: usize = c.iter().map(|c| c.creature.links.len()).sum();
    let t = Instant::now();
    let gpu = Gpu::open(&Choice::Best).unwrap_or_else(|x| panic!("{x}"));
    let g = GpuBackend::new(&e, gpu, Options { checked: std::env::var("CHECKED").is_ok(), ..Default::default() })
        .unwrap_or_else(|x| panic!("{x:?}"));
    println!("compile {:?} {}", t.elapsed(), g.describe());
    let cpu = CpuBackend::new(&e, None).unwrap();
    let a = cpu.evaluate(&c).unwrap();
    for _ in 0..2 {
        let t = Instant::now();
        let b = g.evaluate(&c).unwrap();
        let d = t.elapsed().as_secs_f64();
        let steps: u64 = b.iter().zip(&c).map(|(o, c)| u64::from(o.steps) * c.creature.links.len() as u64).sum();
        println!("gpu {d:.3} s, {:.3} M body-steps/s, {links} links", steps as f64 / d / 1e6);
        if n <= 16 {
            for (x, y) in a.iter().zip(&b) {
                println!("{x:?}\n{y:?}");
            }
        }
    }
}
