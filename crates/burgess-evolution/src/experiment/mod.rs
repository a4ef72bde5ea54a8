//! Experiment files: one RON file says everything a run does.
//!
//! [`load`] is the way in. It reads the file, splices `--set` changes into its text, parses the text into the typed
//! [`Experiment`] and checks what types cannot say. Either all of it is right, or there is one [`ExperimentError`] to show: the
//! first fault of syntax or type with its line, or all other problems at once by field path.
//!
//! The text that was parsed, changes included, comes back in [`Loaded`]: frozen in a run folder it gives the same experiment again.

mod batch_size;
mod benchmark;
mod check;
mod environments;
mod error;
mod explain;
mod inverse;
mod learned;
mod overrides;
mod path;
mod plan;
mod scene;
mod schema;
mod seeds;
mod source;
mod syntax;
mod validate;

pub use benchmark::Benchmark;
pub use error::{ExperimentError, InvalidValue, SyntaxError};
pub use inverse::*;
pub use scene::{load_scene, scene_from_text};
pub use schema::*;

use crate::genome::{Files, Policy, morphology};
use burgess_core::files;
use burgess_physics::shared_world::Scene;
use burgess_physics::world::{GroundContact, Physics};
use burgess_qd::archive::Topologies;
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;
use source::Source;
use std::io;
use std::path::{Path, PathBuf};

/// A valid experiment and where it comes from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The experiment.
    pub experiment: Experiment,
    /// The RON text that says so, changes by `--set` included.
    pub text: String,
    /// Where the file stands: paths of morphologies and of a world model are relative to it.
    pub folder: PathBuf,
}

/// A valid inverse problem and where it comes from.
#[derive(Clone, Debug)]
pub struct LoadedInverse {
    /// The problem.
    pub inverse: Inverse,
    /// What messages call the file.
    pub source_name: String,
    /// The RON text that says so, changes by `--set` included.
    pub text: String,
    /// Where the file stands: paths in it are relative to it.
    pub folder: PathBuf,
}

impl LoadedInverse {
    /// Fine without problems.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Invalid`] with the place of each problem.
    pub fn without(&self, problems: Vec<InvalidValue>) -> Result<(), ExperimentError> {
        without(problems, &Source::new(&self.source_name, &self.text))
    }
}

/// What an experiment file can be about.
#[derive(Clone, Debug)]
pub enum AnyLoaded {
    /// Evolution: the file begins with a parenthesis, or with `Experiment`; or with `Benchmark`, for one without bodies.
    Evolution(Box<Loaded>),
    /// An inverse problem: the file begins with the name of its kind.
    Inverse(Box<LoadedInverse>),
    /// Free bodies in a space of their own: the file begins with `Scene`.
    Scene(Box<Scene>),
}

/// Reads and checks a file of any kind; `overrides` are changes such as `task.duration=2.5`, made in order.
///
/// # Errors
///
/// Every [`ExperimentError`].
pub fn load_any(path: &Path, overrides: &[String]) -> Result<AnyLoaded, ExperimentError> {
    let text = read(path, files::HAND_WRITTEN)?;
    let (name, folder) = (path.display().to_string(), path.parent().unwrap_or(Path::new("")));
    if scene::is_scene(&text) {
        let scene = scene::from_source(&overridden(&text, &name, overrides)?)?;
        return Ok(AnyLoaded::Scene(Box::new(scene)));
    }
    match Inverse::kind(&text) {
        Some(_) => inverse_from_text(&text, &name, folder, overrides).map(|l| AnyLoaded::Inverse(Box::new(l))),
        None => from_text(&text, &name, folder, overrides).map(|l| AnyLoaded::Evolution(Box::new(l))),
    }
}

/// As [`load`], of an inverse problem.
///
/// # Errors
///
/// Every [`ExperimentError`].
pub fn load_inverse(path: &Path, overrides: &[String]) -> Result<LoadedInverse, ExperimentError> {
    let text = read(path, files::HAND_WRITTEN)?;
    inverse_from_text(&text, &path.display().to_string(), path.parent().unwrap_or(Path::new("")), overrides)
}

/// As [`from_text`], of an inverse problem. A text of another kind is taken for an [`Identify`], and what is wrong with it is said.
///
/// # Errors
///
/// Every [`ExperimentError`] but [`ExperimentError::Unreadable`].
pub fn inverse_from_text(
    text: &str,
    source_name: &str,
    folder: &Path,
    overrides: &[String],
) -> Result<LoadedInverse, ExperimentError> {
    let source = overridden(text, source_name, overrides)?;
    let kind = Inverse::kind(&source.text).unwrap_or("Identify");
    let known = |name: &str| morphology::load(name, folder).map(drop).map_err(|e| format!("{e:#}"));
    let inverse = Inverse::parse(kind, &source, &known)?;
    Ok(LoadedInverse { inverse, source_name: source_name.to_owned(), text: source.text, folder: folder.to_owned() })
}

/// Reads and checks the experiment in a file; `overrides` are changes such as `task.duration=2.5`, made in order.
///
/// # Errors
///
/// Every [`ExperimentError`].
pub fn load(path: &Path, overrides: &[String]) -> Result<Loaded, ExperimentError> {
    let text = read(path, files::HAND_WRITTEN)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    from_text(&text, &path.display().to_string(), folder, overrides)
}

/// Reads and checks the experiment that a run folder has frozen. Its morphologies lie frozen beside it, so their files may be gone, and so
/// do the files that its policy names, which are read from there.
///
/// # Errors
///
/// Every [`ExperimentError`] but [`ExperimentError::Setting`].
pub fn thaw(path: &Path) -> Result<Experiment, ExperimentError> {
    // One that was written by hand, with its defaults written out.
    let text = read(path, 2 * files::HAND_WRITTEN)?;
    if let Some(kind) = Inverse::kind(&text) {
        let reason = format!("is an inverse problem, `{kind}`: it has no archive; `burgess run` solves it again");
        return Err(ExperimentError::Unreadable { path: path.to_owned(), reason });
    }
    let source = Source::new(&path.display().to_string(), &text);
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut experiment = parsed(&source, &|_| Ok(()), Files::Frozen(folder), None)?;
    // All defaults are written out: a run without this one is from before whole shapes touched the ground.
    if !text.contains("ground_contact:") {
        experiment.physics.ground_contact = GroundContact::Points;
    }
    // Or from before topologies had niches.
    if !text.contains("topologies:") {
        experiment.topologies = Topologies::Alike;
    }
    if experiment.batch_size == BatchSize::Auto {
        let message = "must be a number, since a run began with one, is Auto".to_owned();
        without(vec![InvalidValue { path: "batch_size".to_owned(), message, place: None }], &source)?;
    }
    Ok(experiment)
}

/// Checks an experiment that is already read. `source_name` is what messages call it, `folder` is what paths of morphologies are
/// relative to.
///
/// # Errors
///
/// Every [`ExperimentError`] but [`ExperimentError::Unreadable`].
pub fn from_text(
    text: &str,
    source_name: &str,
    folder: &Path,
    overrides: &[String],
) -> Result<Loaded, ExperimentError> {
    let source = overridden(text, source_name, overrides)?;
    let known = |name: &str| morphology::load(name, folder).map(drop).map_err(|e| format!("{e:#}"));
    let experiment = parsed(&source, &known, Files::Named(folder), Some(folder))?;
    Ok(Loaded { experiment, text: source.text, folder: folder.to_owned() })
}

/// A text with changes made to it.
fn overridden(text: &str, source_name: &str, overrides: &[String]) -> Result<Source, ExperimentError> {
    let mut source = Source::new(source_name, text);
    for setting in overrides {
        // What cannot be scanned cannot be parsed either; the parser explains it better.
        if syntax::scan(&source.text).is_err() {
            break;
        }
        overrides::apply(&mut source, setting)?;
    }
    Ok(source)
}

/// What is wrong with a policy that belongs to no experiment, under physics of this rate; paths begin with `policy`.
pub fn policy_problems(policy: &Policy, physics: &Physics) -> Vec<InvalidValue> {
    validate::policy_problems(policy, physics)
}

/// The text of a file of at most so many bytes; if there is none, why.
fn read(path: &Path, limit: u64) -> Result<String, ExperimentError> {
    files::read_text(path, limit).map_err(|error| {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "no such file".to_owned(),
            _ => error.to_string(),
        };
        ExperimentError::Unreadable { path: path.to_owned(), reason }
    })
}

/// `generations: 30` is as good as `generations: Some(30)`.
fn parse<T: DeserializeOwned>(source: &Source) -> Result<T, ExperimentError> {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    options.from_str(&source.text).map_err(|e| ExperimentError::Syntax(Box::new(explain::explain(source, &e))))
}

/// Reads and checks an evolution or a benchmark. `files` says where the files of its policy are; with the folder that paths are relative to, an
/// encoder is looked up as well.
fn parsed(
    source: &Source,
    known: check::Known,
    files: Files<'_>,
    folder: Option<&Path>,
) -> Result<Experiment, ExperimentError> {
    if Benchmark::is_in(&source.text) {
        return Benchmark::parse(source);
    }
    let mut experiment: Experiment = parse(source)?;
    let read = experiment.policy.read_files(files);
    let mut problems = folder.map_or_else(Vec::new, |folder| learned::resolve(&mut experiment, folder));
    problems.extend(validate::problems(&experiment, known));
    problems.extend(read.err().map(|(field, message)| InvalidValue { path: field.to_owned(), message, place: None }));
    without(problems, source)?;
    // Bodies can only be judged by limits and a world that make sense.
    let bodies = folder.map_or_else(Vec::new, |folder| seeds::problems(&experiment, folder));
    without(bodies, source)?;
    Ok(experiment)
}

/// Fine without problems; else an error that says where each stands.
fn without(mut problems: Vec<InvalidValue>, source: &Source) -> Result<(), ExperimentError> {
    if problems.is_empty() {
        return Ok(());
    }
    if let Ok(root) = syntax::scan(&source.text) {
        // To find a line takes the length of the text, so it is done for those that are shown.
        for problem in problems.iter_mut().take(error::SHOWN) {
            problem.place = source.place_of(&root, &problem.path).map(|place| place.to_string());
        }
    }
    Err(ExperimentError::Invalid { source_name: source.name.clone(), problems })
}
