//! MAP-Elites on a function: ten coordinates, two of which span the archive.
//!
//!     cargo run --release -p burgess-qd --example map_elites

use burgess_qd::archive::{Bins, Grid, Scores};
use burgess_qd::emitter::batch::{self, Source};
use burgess_qd::emitter::{self, EmitterSpec};
use burgess_qd::{Archive, Axis, Birth, RealSpace};

/// The reward of a point, 0 at best, and its two descriptors.
fn evaluate(x: &[f64]) -> (f32, Vec<f32>) {
    let reward = -x[2..].iter().map(|x| x * x).sum::<f64>();
    (reward as f32, vec![x[0] as f32, x[1] as f32])
}

fn main() -> anyhow::Result<()> {
    let (space, specs, batch_size) = (RealSpace::new(10), EmitterSpec::usual(), 64);
    let emitters = emitter::build::<Vec<f64>>(&specs, &[]);
    let mut archive = Grid::over(Bins::new(&[Axis { range: (-2.0, 2.0), bins: 20 }; 2]));
    for generation in 0..300 {
        let places = batch::split(&batch::shares(&specs), batch_size);
        let source =
            Source { emitters: &emitters, places: &places, archive: &archive, space: &space, seed: 1, generation };
        let batch = batch::ask(source)?;
        let offspring = batch.offspring.into_iter().zip(&batch.phenotypes).zip(0..);
        let evaluated: Vec<_> = offspring
            .map(|((offspring, x), place)| {
                let (reward, descriptors) = evaluate(x);
                let id = generation * batch_size as u64 + u64::from(place);
                offspring.evaluated(Birth { id, generation, candidate: place }, reward, descriptors, ())
            })
            .collect();
        archive.insert(&evaluated);
    }
    let Scores { coverage, max, mean, .. } = Scores::of(&archive, 0.0);
    println!("{:.1} % of the cells hold an elite; best reward {max:.3}, mean {mean:.3}", 100.0 * coverage);
    Ok(())
}
