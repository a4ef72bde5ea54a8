//! What is generated from the laws: fresh, valid, and with the right derivatives.

use burgess_core::math::vec3;
use burgess_core::rng::{Purpose, Stream};
use burgess_physics::laws::shader;
use burgess_physics::laws::shader::Law;
use burgess_physics::laws::terrain::TerrainSpec;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of this crate: where cargo built the test, or where a pack (`scripts/pack`) that runs on another machine says, in the
/// variable that cargo itself uses.
fn package() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

fn folder() -> PathBuf {
    package().join("../../shaders")
}

/// With BURGESS_WRITE_SHADERS set, writes the file first.
fn assert_fresh(path: &Path, text: &str) {
    if std::env::var_os("BURGESS_WRITE_SHADERS").is_some() {
        fs::write(path, text).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    let name = path.file_name().unwrap().display();
    assert!(
        found == text,
        "{name} is stale; run BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws"
    );
}

#[test]
fn the_files_are_what_the_laws_say() {
    assert_fresh(&package().join("src/laws/reverse.rs"), &shader::rust_reverses());
    let files = shader::files();
    for file in &files {
        assert_fresh(&folder().join("laws").join(file.name), &file.text);
    }
    let mut known: Vec<&str> = files.iter().map(|file| file.name).collect();
    known.sort_unstable();
    let mut there: Vec<String> = fs::read_dir(folder().join("laws"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    there.sort_unstable();
    assert_eq!(known, there, "files that no law writes");
}

#[test]
fn naga_accepts_them() {
    let mut source = fs::read_to_string(folder().join("shared/functions.wgsl")).unwrap();
    for file in shader::files() {
        source.push_str(&file.text);
    }
    let module = naga::front::wgsl::parse_str(&source).unwrap_or_else(|e| panic!("{}", e.emit_to_string(&source)));
    let mut validator =
        naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty());
    validator.validate(&module).unwrap_or_else(|e| panic!("{}", e.emit_to_string(&source)));
    let laws: usize = shader::files().iter().map(|file| file.laws.len()).sum();
    assert!(module.functions.len() >= laws, "{} functions for {laws} laws", module.functions.len());
}

fn every_law() -> Vec<Law> {
    shader::files().into_iter().flat_map(|file| file.laws).collect()
}

/// The graph's own value, summed with the outputs' gradients: what the reverse differentiates.
fn weighted(law: &Law, inputs: &[f64], bars: &[f64]) -> f64 {
    law.graph.evaluate(inputs).iter().zip(bars).map(|(y, bar)| y * bar).sum()
}

/// Every law's reverse against central differences at random inputs, kinks stepped over.
#[test]
fn reverses_have_the_derivatives_that_differences_show() {
    let mut stream = Stream::new(11, 0, 0, Purpose::Test);
    for law in every_law() {
        let reverse = law.graph.reverse(&[]);
        let mut checked = 0;
        for _ in 0..20 {
            let inputs: Vec<f64> = law.graph.inputs().iter().map(|_| stream.range(0.2, 1.5)).collect();
            let bars: Vec<f64> = law.graph.outputs().map(|_| stream.range(-1.0, 1.0)).collect();
            let both: Vec<f64> = inputs.iter().chain(&bars).copied().collect();
            let gradient = reverse.evaluate(&both);
            assert_eq!(gradient.len(), inputs.len());
            for i in 0..inputs.len() {
                let moved = |h: f64| {
                    let mut x = inputs.clone();
                    x[i] += h;
                    weighted(&law, &x, &bars)
                };
                let h = 1e-6;
                let (forward, backward) = ((moved(h) - moved(0.0)) / h, (moved(0.0) - moved(-h)) / h);
                let scale = gradient[i].abs().max(1.0);
                if (forward - backward).abs() > 1e-3 * scale {
                    continue;
                }
                let difference = 0.5 * (forward + backward);
                let input = &law.graph.inputs()[i];
                assert!(
                    (gradient[i] - difference).abs() < 1e-5 * scale,
                    "{}, {input}: {} against {difference}",
                    law.name,
                    gradient[i]
                );
                checked += 1;
            }
        }
        assert!(
            checked > 15 * law.graph.inputs().len(),
            "{}: only {checked} derivatives were away from kinks",
            law.name
        );
    }
}

/// What was recorded is what the law computes.
#[test]
fn a_graph_gives_the_law_s_own_values() {
    let stairs = TerrainSpec::Stairs { start: 0.4, rise: 0.1, run: 0.3, count: 5 };
    let terrain = stairs.compile(0);
    let law = every_law().into_iter().find(|law| law.name == "stairs_distance").unwrap();
    let mut stream = Stream::new(12, 0, 0, Purpose::Test);
    for _ in 0..200 {
        let x = vec3(stream.range(-1.0, 3.0), stream.range(-1.0, 1.0), stream.range(-0.1, 0.8));
        let (distance, normal) = terrain.distance(x);
        let values = law.graph.evaluate(&[0.4, 0.1, 0.3, 5.0, x.x, x.y, x.z]);
        assert_eq!(values, [distance, normal.x, normal.y, normal.z]);
    }
}
