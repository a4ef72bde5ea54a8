//! The examples: all are valid, and the references that `burgess schema` prints are complete and true to the defaults.

use crate::place;
use burgess_evolution::experiment::{
    AnyLoaded, Experiment, ExperimentError, Inverse, from_text, inverse_from_text, load_any,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const REFERENCE: &str = include_str!("../../experiments/reference.ron");
const BENCHMARK: &str = include_str!("../../experiments/reference_benchmark.ron");
/// Of the kinds of inverse problems.
const INVERSE: [&str; 3] = [
    include_str!("../../experiments/reference_ascent.ron"),
    include_str!("../../experiments/reference_reach.ron"),
    include_str!("../../experiments/reference_identify.ron"),
];

/// Sources of everything that can stand in an experiment, and where the types of experiments end in each.
const SOURCES: [(&str, &str); 9] = [
    (include_str!("../../crates/burgess-evolution/src/experiment/schema.rs"), "\nimpl "),
    (include_str!("../../crates/burgess-evolution/src/descriptors.rs"), "\nimpl "),
    (include_str!("../../crates/burgess-qd/src/emitter/spec.rs"), "\nimpl "),
    (include_str!("../../crates/burgess-evolution/src/genome/policy.rs"), "\nimpl "),
    (include_str!("../../crates/burgess-evolution/src/genome/limits.rs"), "\nimpl "),
    (include_str!("../../crates/burgess-physics/src/laws/reward.rs"), "\nimpl "),
    (include_str!("../../crates/burgess-physics/src/laws/descriptor.rs"), "\nimpl "),
    (include_str!("../../crates/burgess-physics/src/laws/terrain.rs"), "\nimpl "),
    (include_str!("../../crates/burgess-physics/src/environment.rs"), "\n/// Horizontal vectors"),
];

/// Sources of which only some types stand in experiments, and those.
const CHOICES: [(&str, &[&str]); 10] = [
    (
        include_str!("../../crates/burgess-qd/src/archive/spec.rs"),
        &["pub enum ArchiveSpec {", "pub enum Protection {", "pub enum Parents {", "pub enum Topologies {"],
    ),
    (include_str!("../../crates/burgess-qd/src/optimiser.rs"), &["pub enum Optimiser {"]),
    (include_str!("../../crates/burgess-qd/src/space.rs"), &["pub enum GeneGroup {"]),
    (
        include_str!("../../crates/burgess-physics/src/task.rs"),
        &["pub struct TaskSpec {", "pub struct WeightedTerm {", "pub struct Termination {"],
    ),
    (
        include_str!("../../crates/burgess-physics/src/world.rs"),
        &["pub struct Physics {", "pub enum Stiffness {", "pub enum BiasForm {", "pub enum GroundContact {"],
    ),
    (
        include_str!("../../crates/burgess-physics/src/scene.rs"),
        &["pub struct ObjectSpec {", "pub struct RivalSpec {", "pub enum ShapeSpec {"],
    ),
    (
        include_str!("../../crates/burgess-qd/src/emitter/ranking.rs"),
        &["pub enum Ranker {", "pub enum Selection {", "pub enum Restart {"],
    ),
    (include_str!("../../crates/burgess-qd/src/cma/mod.rs"), &["pub enum Conventions {"]),
    (include_str!("../../crates/burgess-learn/src/train/mod.rs"), &["pub struct TrainingSpec {", "pub enum Way {"]),
    (include_str!("../../crates/burgess-learn/src/brain/mod.rs"), &["pub struct SharedSpec {"]),
];

/// What a text says, whatever its kind.
#[derive(Debug, PartialEq)]
enum Spec {
    Evolution(Box<Experiment>),
    Inverse(Box<Inverse>),
}

fn read(text: &str, settings: &[String]) -> Result<Spec, ExperimentError> {
    let folder = Path::new("experiments");
    if INVERSE.iter().any(|reference| reference.lines().next() == text.lines().next()) {
        return inverse_from_text(text, "reference.ron", folder, settings).map(|l| Spec::Inverse(Box::new(l.inverse)));
    }
    from_text(text, "reference.ron", folder, settings).map(|l| Spec::Evolution(Box::new(l.experiment)))
}

fn parse(text: &str, settings: &[String]) -> Spec {
    read(text, settings).unwrap_or_else(|e| panic!("{e}"))
}

fn references() -> impl Iterator<Item = &'static str> {
    [REFERENCE, BENCHMARK].into_iter().chain(INVERSE)
}

/// Names of fields and variants in a piece of Rust.
///
/// Both stand alone at the start of a line of a type: `pub field:` or `field:`, `Variant,`, `Variant(` or `Variant {`.
fn names(source: &str) -> BTreeSet<String> {
    let source = without_skipped(source);
    let indented = source.lines().filter_map(|line| line.strip_prefix("    "));
    indented.filter_map(|line| name(line.trim_start().trim_start_matches("pub "))).collect()
}

/// The source without the variants that no file can hold.
fn without_skipped(source: &str) -> String {
    let mut lines = source.lines();
    let mut kept = Vec::new();
    while let Some(line) = lines.next() {
        match line.trim() == "#[serde(skip)]" {
            true => drop(lines.find(|line| line.starts_with("    }") || line.ends_with("),"))),
            false => kept.push(line),
        }
    }
    kept.join("\n")
}

/// The type of a source that begins so.
fn definition<'a>(source: &'a str, start: &str) -> &'a str {
    let (_, rest) = source.split_once(start).unwrap_or_else(|| panic!("no `{start}`"));
    rest.split_once("\n}").expect("it ends").0
}

fn name(line: &str) -> Option<String> {
    let end = line.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (name, rest) = line.split_at(end);
    let is_variant = name.starts_with(|c: char| c.is_uppercase()) && rest.starts_with([',', '(', ' ']);
    let is_field = name.starts_with(|c: char| c.is_lowercase()) && rest.starts_with(": ");
    (is_variant || is_field).then(|| name.to_owned())
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// The RON of a reference, its alternatives included, without comments.
fn code_of(reference: &str) -> String {
    let uncommented = reference.lines().map(|line| line.trim_start().trim_start_matches("//|"));
    uncommented.map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_field_and_variant_stands_in_the_reference() {
    let code = code_of(REFERENCE);
    let shown = words(&code);
    let mut count = 0;
    for (source, end) in SOURCES {
        let types = source.split_once(end).expect("types stand above their implementations").0;
        for name in names(types) {
            assert!(shown.contains(name.as_str()), "the reference does not show `{name}`");
            count += 1;
        }
    }
    for (source, types) in CHOICES {
        for name in types.iter().flat_map(|start| names(definition(source, start))) {
            assert!(shown.contains(name.as_str()), "the reference does not show `{name}`");
            count += 1;
        }
    }
    assert!(count > 120, "only {count} names were found in the sources");
}

#[test]
fn every_field_and_problem_of_benchmarks_stands_in_their_reference() {
    let code = code_of(BENCHMARK);
    let shown = words(&code);
    let fields = definition(
        include_str!("../../crates/burgess-evolution/src/experiment/benchmark.rs"),
        "pub struct Benchmark {",
    );
    let problems = definition(
        include_str!("../../crates/burgess-evolution/src/benchmark/problem.rs"),
        "pub enum BenchmarkFunction {",
    );
    let found: BTreeSet<String> = [fields, problems].into_iter().flat_map(names).collect();
    let missing: Vec<&String> = found.iter().filter(|name| !shown.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "the reference does not show {missing:?}");
    assert!(found.len() >= 16, "only {found:?} were found in the sources");
}

#[test]
fn every_field_and_variant_of_inverse_problems_stands_in_a_reference() {
    let code: String = INVERSE.into_iter().map(code_of).collect();
    let shown = words(&code);
    let source = include_str!("../../crates/burgess-evolution/src/experiment/inverse/mod.rs");
    let found = names(source.split_once("\nimpl ").expect("types stand above their implementations").0);
    // What the goal of a rate may be is not valid beside the aim of the reference.
    let missing: Vec<&String> =
        found.iter().filter(|name| !shown.contains(name.as_str()) && *name != "Within").collect();
    assert!(missing.is_empty(), "no reference shows {missing:?}");
    assert!(found.len() > 60, "only {} names were found in the source", found.len());
}

#[test]
fn the_search_for_names_finds_fields_and_variants_only() {
    let source = "
/// Doc.
#[derive(Debug)]
pub enum Policy {
    /// Central pattern: generator.
    Cpg {
        /// Who: shares.
        #[serde(default)]
        sharing: Sharing,
    },
    Walls(Vec<Wall>),
    FinalX,
    #[serde(skip)]
    Hidden {
        /// Unseen.
        secret: usize,
    },
    /// Unseen.
    #[serde(skip)]
    Buried(usize),
}
pub struct Budget {
    pub wall_time: Option<f64>,
}
";
    let expected = ["Cpg", "FinalX", "Walls", "sharing", "wall_time"];
    assert_eq!(names(source), BTreeSet::from(expected.map(str::to_owned)));
}

/// The text without the value that starts on `line` and all that belongs to it.
fn without_value(reference: &str, line: usize) -> String {
    let lines: Vec<&str> = reference.lines().collect();
    let indent = |text: &str| text.len() - text.trim_start().len();
    let code = |text: &str| text.split("//").next().unwrap_or_default().trim_end().to_owned();
    let is_closed = code(lines[line]).ends_with(',');
    let mut last = line;
    while !is_closed && (last == line || indent(lines[last]) > indent(lines[line])) {
        last += 1;
    }
    [&lines[..line], &lines[last + 1..]].concat().join("\n")
}

#[test]
fn what_is_marked_default_is_the_default() {
    let mut count = 0;
    for reference in references() {
        let full = parse(reference, &[]);
        let marked = |line: &&str| line.split_once("// ").is_some_and(|(_, comment)| comment.starts_with("default"));
        for (number, line) in reference.lines().enumerate().filter(|(_, line)| marked(line)) {
            assert_eq!(parse(&without_value(reference, number), &[]), full, "not the default: {line}");
            count += 1;
        }
    }
    assert!(count > 60, "only {count} marks were found");
}

#[test]
fn fields_that_are_not_marked_default_cannot_be_left_out_unnoticed() {
    for reference in references() {
        let full = parse(reference, &[]);
        for (number, line) in reference.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let starts_field = code.trim_start().starts_with(|c: char| c.is_lowercase()) && code.contains(": ");
            if !starts_field || line.contains("// default") {
                continue;
            }
            let without = read(&without_value(reference, number), &[]);
            assert!(without.map(|spec| spec != full).unwrap_or(true), "is a default: {line}");
        }
    }
}

/// Lines such as `//| policy: Cpg()` are settings in disguise.
#[test]
fn every_alternative_is_valid() {
    let mut count = 0;
    for reference in references() {
        for line in reference.lines().filter_map(|line| line.trim_start().strip_prefix("//| ")) {
            let (path, value) = line.split_once(": ").expect("path: value");
            let value = value.split(" // ").next().unwrap_or_default();
            let setting = format!("{path}={}", value.trim_end_matches(','));
            // A grid takes six descriptors at most, and not everything has a gradient.
            let few = "descriptors=[(kind: FinalX, range: (0.0, 1.0))]".to_owned();
            let refine = if path.starts_with("refine") { "refine.steps=5" } else { "refine=None" };
            let mut base = if reference == REFERENCE { vec![few, refine.to_owned()] } else { Vec::new() };
            if path == "latent" {
                base = ["descriptors=[]", "archive=DominatedNovelty(size: 9)", "refine=None"].map(String::from).into();
                // What is left out is a world model.
                base.push("latent=(rate: 5)".to_owned());
            }
            let changed = parse(reference, &[&base[..], std::slice::from_ref(&setting)].concat());
            assert_ne!(changed, parse(reference, &base), "{setting} changes nothing");
            count += 1;
        }
    }
    assert!(count >= 20, "only {count} alternatives were found");
}

#[test]
fn every_example_is_valid_and_named_after_its_file() {
    let folder = place::repository().join("experiments");
    let files_in = |folder: PathBuf| {
        let mut files: Vec<PathBuf> =
            folder.read_dir().expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
        files.retain(|file| file.is_file());
        files.sort();
        assert!(files.len() >= 6, "{files:?}");
        files
    };
    let files = [files_in(folder.clone()), files_in(folder.join("benchmarks"))].concat();
    for file in files {
        let name = match load_any(&file, &[]).unwrap_or_else(|e| panic!("{e}")) {
            AnyLoaded::Evolution(loaded) => loaded.experiment.name,
            AnyLoaded::Scene(_) => panic!("{}: scenes are in experiments/worlds/", file.display()),
            AnyLoaded::Inverse(loaded) => loaded.inverse.name().to_owned(),
        };
        assert_eq!(name, file.file_stem().expect("a name").to_string_lossy().replace('_', "-"));
    }
}
