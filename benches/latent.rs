//! What encoding and training cost: `cargo bench --bench latent [-- SEQUENCES FRAMES OBSERVED COMMANDED STEPS]`, by default 10000, 25, 30, 10
//! and 20. Threads as RAYON_NUM_THREADS says.

use burgess_core::rng::{Purpose, Stream};
use burgess_latent::{EncoderKind, EncoderSpec, Size, Trainer};
use burgess_physics::experience::{Experience, Group, Layout, Role};
use std::time::Instant;

fn main() {
    // Cargo adds a `--bench` of its own.
    let arguments: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let argument = |at: usize, default: usize| arguments.get(at).copied().unwrap_or(default);
    let (count, frames) = (argument(0, 10_000), argument(1, 25));
    let (observed, commanded, steps) = (argument(2, 30), argument(3, 10), argument(4, 20));

    let group = |name: &str, width, role| Group { name: name.to_owned(), width, role };
    let groups = vec![group("observed", observed, Role::Observed), group("commanded", commanded, Role::Commanded)];
    let layout = Layout::new(5.0, groups).expect("some features");
    let experience = |candidate| {
        let mut stream = Stream::new(0, 0, candidate, Purpose::Test);
        let mut numbers = |count| (0..count).map(|_| stream.normal() as f32).collect();
        Experience { features: numbers(frames * layout.width()), rewards: numbers(frames) }
    };
    let experiences: Vec<Experience> = (0..count as u64).map(experience).collect();
    let all: Vec<&Experience> = experiences.iter().collect();
    let replay = &all[..count.min(200)];

    println!(
        "{count} sequences of {frames} frames of {observed} + {commanded} features, {} threads",
        rayon::current_num_threads()
    );
    let world_models = [Size::Tiny, Size::Small, Size::Medium, Size::OneMillion].map(EncoderKind::world_model);
    for kind in [EncoderKind::pca(), EncoderKind::autoencoder()].into_iter().chain(world_models) {
        let spec = EncoderSpec::new(kind);
        let mut trainer = Trainer::new(&spec, &layout, 0).expect("defaults are sound");
        let train = |trainer: &mut Trainer, steps| {
            let start = Instant::now();
            trainer.train(replay, steps, 0, 0, |_| ()).expect("random numbers can be learned from");
            start.elapsed().as_secs_f64()
        };
        // Without steps only normaliser and whitening are fitted, or the principal components.
        let fitting = train(&mut trainer, 0);
        let start = Instant::now();
        let encoded = trainer.encode(&all).expect("they are of the layout");
        let encoding = start.elapsed().as_secs_f64();
        assert_eq!(encoded.len(), count);
        let mut step = String::new();
        if cfg!(feature = "learn") && spec.kind.name() != "Pca" && steps > 0 {
            let descending = train(&mut trainer, steps) - fitting;
            step = format!(", a gradient step {:.1} ms", descending * 1e3 / steps as f64);
        }
        println!("{:>9} weights, encode {encoding:7.3} s{step}   {:?}", trainer.weights(), spec.kind);
    }
}
