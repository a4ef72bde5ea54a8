//! CMA-ME (Fontaine et al. 2020) on the sphere in twenty dimensions: fifteen evolution strategies that follow what improves the archive.
//!
//!     cargo run --release -p burgess-qd --example cma_me

use burgess_core::rng::{Purpose, Stream};
use burgess_qd::archive::{Bins, Grid, Scores};
use burgess_qd::emitter::batch::{self, Source};
use burgess_qd::emitter::{self, Dimension, EmitterKind, EmitterSpec, Prepare, Told};
use burgess_qd::{Archive, Axis, Birth, GeneGroup, RealSpace};

/// Half of the coordinates make the first descriptor, half of them the second.
const DIMENSION: usize = 20;
const RANGE: (f64, f64) = (-10.0, 10.0);

/// The reward of a point, 0 at best, and its two descriptors.
fn evaluate(x: &[f64]) -> (f32, Vec<f32>) {
    let reward = -x.iter().map(|x| (x - 0.4) * (x - 0.4)).sum::<f64>();
    (reward as f32, x.chunks(DIMENSION / 2).map(|half| half.iter().sum::<f64>() as f32).collect())
}

fn main() -> anyhow::Result<()> {
    let (space, seed, batch_size) = (RealSpace::new(DIMENSION), 1, 15 * 36);
    let kind = EmitterKind::CmaMe {
        sigma: 0.5,
        ranking: Default::default(),
        selection: emitter::ranking::Selection::Filter,
        restart: Default::default(),
        conventions: Default::default(),
        genes: GeneGroup::Both,
    };
    let specs = vec![EmitterSpec { kind, share: 1.0 }; 15];
    let mut emitters = emitter::build::<Vec<f64>>(&specs, &[Dimension { range: RANGE, has_gradient: false }; 2]);
    let mut archive = Grid::over(Bins::new(&[Axis { range: RANGE, bins: 50 }; 2]));
    let places = batch::split(&batch::shares(&specs), batch_size);
    for generation in 0..200 {
        for ((number, emitter), own) in (0..).zip(&mut emitters).zip(&places) {
            let prepare = Prepare { archive: &archive, space: &space, places: own.len() };
            emitter.prepare(prepare, &mut Stream::new(seed, generation, number, Purpose::Prepare));
        }
        let source =
            Source { emitters: &emitters, places: &places, archive: &archive, space: &space, seed, generation };
        let batch = batch::ask(source)?;
        let offspring = batch.offspring.into_iter().zip(&batch.phenotypes).zip(0..);
        let candidates: Vec<_> = offspring
            .map(|((offspring, x), place)| {
                let (reward, descriptors) = evaluate(x);
                let id = generation * batch_size as u64 + u64::from(place);
                offspring.evaluated(Birth { id, generation, candidate: place }, reward, descriptors, ())
            })
            .collect();
        let placements = archive.insert(&candidates);
        let coefficients = vec![Vec::new(); batch_size];
        for (emitter, own) in emitters.iter_mut().zip(&places) {
            let (candidates, placements) = (&candidates[own.clone()], &placements[own.clone()]);
            emitter.tell(Told { space: &space, candidates, placements, coefficients: &coefficients[own.clone()] });
        }
    }
    let Scores { coverage, max, mean, .. } = Scores::of(&archive, 0.0);
    println!("{:.1} % of the cells hold an elite; best reward {max:.3}, mean {mean:.3}", 100.0 * coverage);
    Ok(())
}
