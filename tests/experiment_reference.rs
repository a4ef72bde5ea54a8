//! The examples: all are valid, and the reference that `burgess schema` prints is complete and true to the defaults.

mod place;

use burgess::experiment::{Experiment, from_text, load};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const REFERENCE: &str = include_str!("../experiments/reference.ron");

/// Sources of everything that can stand in an experiment, and where the types of experiments end in each.
const SOURCES: [(&str, &str); 4] = [
    (include_str!("../src/experiment/schema.rs"), "\nimpl "),
    (include_str!("../src/laws/reward.rs"), "\nimpl "),
    (include_str!("../src/laws/descriptor.rs"), "\nimpl "),
    (include_str!("../src/laws/terrain.rs"), "\nimpl "),
];

fn parse(text: &str, settings: &[String]) -> Experiment {
    from_text(text, "reference.ron", Path::new("experiments"), settings).unwrap_or_else(|e| panic!("{e}")).experiment
}

/// Names of fields and variants in a piece of Rust.
///
/// Both stand alone at the start of a line of a type: `pub field:` or `field:`, `Variant,`, `Variant(` or `Variant {`.
fn names(source: &str) -> BTreeSet<String> {
    let indented = source.lines().filter_map(|line| line.strip_prefix("    "));
    indented.filter_map(|line| name(line.trim_start().trim_start_matches("pub "))).collect()
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

/// The RON of the reference, its alternatives included, without comments.
fn code_of_reference() -> String {
    let uncommented = REFERENCE.lines().map(|line| line.trim_start().trim_start_matches("//|"));
    uncommented.map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_field_and_variant_stands_in_the_reference() {
    let code = code_of_reference();
    let shown = words(&code);
    let mut count = 0;
    for (source, end) in SOURCES {
        let types = source.split_once(end).expect("types stand above their implementations").0;
        for name in names(types) {
            assert!(shown.contains(name.as_str()), "the reference does not show `{name}`");
            count += 1;
        }
    }
    assert!(count > 90, "only {count} names were found in the sources");
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
}
pub struct Budget {
    pub wall_time: Option<f64>,
}
";
    let expected = ["Cpg", "FinalX", "Walls", "sharing", "wall_time"];
    assert_eq!(names(source), BTreeSet::from(expected.map(str::to_owned)));
}

/// The text without the value that starts on `line` and all that belongs to it.
fn without_value(line: usize) -> String {
    let lines: Vec<&str> = REFERENCE.lines().collect();
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
    let full = parse(REFERENCE, &[]);
    let marked: Vec<usize> = REFERENCE
        .lines()
        .enumerate()
        .filter(|(_, line)| line.split_once("// ").is_some_and(|(_, comment)| comment.starts_with("default")))
        .map(|(number, _)| number)
        .collect();
    for &line in &marked {
        let name = REFERENCE.lines().nth(line).unwrap_or_default();
        assert_eq!(parse(&without_value(line), &[]), full, "not the default: {name}");
    }
    assert!(marked.len() > 30, "only {} marks were found", marked.len());
}

#[test]
fn fields_that_are_not_marked_default_cannot_be_left_out_unnoticed() {
    let full = parse(REFERENCE, &[]);
    for (number, line) in REFERENCE.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let starts_field = code.trim_start().starts_with(|c: char| c.is_lowercase()) && code.contains(": ");
        if !starts_field || line.contains("// default") {
            continue;
        }
        let without = from_text(&without_value(number), "reference.ron", Path::new("experiments"), &[]);
        assert!(without.map(|loaded| loaded.experiment != full).unwrap_or(true), "is a default: {line}");
    }
}

/// Lines such as `//| policy: Cpg()` are settings in disguise.
#[test]
fn every_alternative_is_valid() {
    let mut count = 0;
    for line in REFERENCE.lines().filter_map(|line| line.trim_start().strip_prefix("//| ")) {
        let (path, value) = line.split_once(": ").expect("path: value");
        let setting = format!("{path}={}", value.trim_end_matches(','));
        // A grid takes six descriptors at most.
        let few = "descriptors=[(kind: FinalX, range: (0.0, 1.0))]".to_owned();
        // Not everything has a gradient.
        let refine = if path.starts_with("refine") { "refine.steps=5" } else { "refine=None" };
        let base = [few, refine.to_owned()];
        let experiment = parse(REFERENCE, &[&base[..], std::slice::from_ref(&setting)].concat());
        assert_ne!(experiment, parse(REFERENCE, &base), "{setting} changes nothing");
        count += 1;
    }
    assert!(count >= 10, "only {count} alternatives were found");
}

#[test]
fn every_example_is_valid_and_named_after_its_file() {
    let folder = place::repository().join("experiments");
    let mut files: Vec<PathBuf> =
        folder.read_dir().expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(files.len() >= 6, "{files:?}");
    for file in files {
        let experiment = load(&file, &[]).unwrap_or_else(|e| panic!("{e}")).experiment;
        let stem = file.file_stem().expect("a name").to_string_lossy().replace('_', "-");
        assert_eq!(experiment.name, stem);
    }
}
