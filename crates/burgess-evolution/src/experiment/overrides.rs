//! `--set path=value`: changes to an experiment from the command line.
//!
//! The value is spliced into the text of the file; what it means is checked by the same parser and validation as the rest.
//! A field that the file leaves to its default is inserted, with the structs around it if they are missing too.

use super::error::ExperimentError;
use super::path::{self, Segment};
use super::source::Source;
use super::syntax::{self, Kind, Node};
use burgess_physics::laws::terrain::TerrainSpec;
use burgess_qd::emitter::EmitterSpec;

/// Splices one `path=value` into the source, whose text must scan.
///
/// # Errors
///
/// [`ExperimentError::Setting`] if the setting is not written like that, or leads nowhere.
pub(super) fn apply(source: &mut Source, setting: &str) -> Result<(), ExperimentError> {
    splice_setting(source, setting).map_err(|reason| ExperimentError::Setting { setting: setting.to_owned(), reason })
}

fn splice_setting(source: &mut Source, setting: &str) -> Result<(), String> {
    let (path, value) = setting.split_once('=').ok_or("must be written path=value, such as task.duration=2.5")?;
    let (path, value) = (path.trim(), value.trim());
    let segments = path::parse(path)
        .ok_or_else(|| format!("`{path}` is not a path such as task.duration or emitters[0].share"))?;
    if !syntax::is_one_value(value) {
        return Err(format!("`{value}` is not one RON value such as 32, 2.5, \"text\", [8, 8] or (0.0, 1.0)"));
    }
    write_out_default(source, &segments, setting)?;
    let root = syntax::scan(&source.text).map_err(|e| e.message)?;
    let mut node = &root;
    for (depth, segment) in segments.iter().enumerate() {
        match path::step(node, segment).map_err(|reason| format!("`{path}`: {reason}"))? {
            Some(inner) => node = inner,
            None => {
                let field = new_field(&segments[depth..], value).ok_or_else(|| left_to_default(path))?;
                return insert_field(source, path::inside_some(node), &field, setting);
            }
        }
    }
    source.splice(node.span.clone(), value, setting);
    Ok(())
}

/// An enum or a list that the file leaves out has no inside to set, so its default is written out first.
fn write_out_default(source: &mut Source, segments: &[Segment], setting: &str) -> Result<(), String> {
    let (Segment::Field(top), [_, _, ..]) = (&segments[0], segments) else { return Ok(()) };
    let default = match top.as_str() {
        "terrain" => ron::to_string(&TerrainSpec::default()),
        "emitters" => ron::to_string(&EmitterSpec::usual()),
        _ => return Ok(()),
    };
    let default = default.map_err(|e| e.to_string())?;
    let root = syntax::scan(&source.text).map_err(|e| e.message)?;
    match path::step(&root, &segments[0])? {
        Some(_) => Ok(()),
        None => insert_field(source, &root, &format!("{top}: {default}"), setting),
    }
}

/// `a: (b: (c: value))`; nothing if an index is among the segments.
fn new_field(segments: &[Segment], value: &str) -> Option<String> {
    let (first, inner) = segments.split_first()?;
    match (first, inner) {
        (Segment::Index(_), _) => None,
        (Segment::Field(name), []) => Some(format!("{name}: {value}")),
        (Segment::Field(name), _) => Some(format!("{name}: ({})", new_field(inner, value)?)),
    }
}

fn left_to_default(path: &str) -> String {
    format!("`{path}` lies inside something that the file leaves to its default: set that as a whole")
}

/// Adds a field behind the last one, so that a comment after the last one stays where it is.
fn insert_field(source: &mut Source, parent: &Node, field: &str, setting: &str) -> Result<(), String> {
    let (at, new) = match &parent.kind {
        Kind::Struct { fields, .. } => {
            let end = fields.last().map_or(parent.span.end - 1, |(_, last)| last.span.end);
            (end, format!(", {field}"))
        }
        Kind::Tuple { items, open, .. } if items.is_empty() => (*open, field.to_owned()),
        _ => return Err(format!("`{field}` cannot be added here")),
    };
    source.splice(at..at, &new, setting);
    Ok(())
}
