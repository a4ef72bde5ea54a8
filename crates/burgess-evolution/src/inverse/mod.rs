//! Inverse problems: what should come out is given, and what goes in is found with the gradients of the simulation.
//!
//! | kind | unknown | by |
//! |---|---|---|
//! | [`ascent`] | a gait and the body that walks it | Adam on gene gradients, within bounds |
//! | [`reach`] | a sequence of actions | Adam on action gradients, the loss being on states along the way |
//! | [`identify`] | mass, friction, joint damping, gravity, the start | Levenberg and Marquardt's method on derivatives of every residual |
//!
//! All of it runs in float64 on the CPU, since residuals of exact fits lie below what float32 resolves, and in parallel over starts; the
//! results are the same on any number of threads.

pub mod ascent;
pub mod descent;
pub mod folder;
pub mod gait;
pub mod identify;
pub mod reach;

use crate::experiment::{ExperimentError, InvalidValue, Inverse, LoadedInverse};
use crate::growth::warn_of_size;
use anyhow::Result;
use folder::Folder;
use std::path::{Path, PathBuf};

/// How a problem was solved.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Where everything is written.
    pub dir: PathBuf,
    /// A few lines to print.
    pub summary: String,
    /// Whether the goal that the experiment states is reached; none if it states no goal.
    pub reached: Option<bool>,
}

/// Solves a problem and fills a new run folder under `out`.
///
/// # Errors
///
/// When a file that the experiment names cannot be read or does not fit, or the folder cannot be written.
pub fn run(loaded: &LoadedInverse, out: &Path) -> Result<Verdict> {
    check(loaded)?;
    match &loaded.inverse {
        Inverse::Ascent(spec) => {
            let mover = gait::Mover::new(&spec.body, &spec.gait, &spec.physics, &loaded.folder)?;
            let solution = ascent::solve(spec, &mover)?;
            let folder = Folder::create(out, loaded)?;
            let summary = ascent::write(spec, &mover.policy, &solution, &folder)?;
            Ok(Verdict { dir: folder.dir().to_owned(), summary, reached: solution.reaches(spec) })
        }
        Inverse::Identify(spec) => {
            let solution = identify::solve(spec, &loaded.folder)?;
            let folder = Folder::create(out, loaded)?;
            let summary = identify::write(spec, &solution, &folder)?;
            Ok(Verdict { dir: folder.dir().to_owned(), summary, reached: solution.reaches(spec) })
        }
        Inverse::Reach(spec) => {
            let solution = reach::solve(spec, &loaded.folder)?;
            let folder = Folder::create(out, loaded)?;
            let summary = reach::write(spec, &solution, &folder)?;
            Ok(Verdict { dir: folder.dir().to_owned(), summary, reached: Some(solution.reaches(spec)) })
        }
    }
}

/// Reads all files that a problem names, and checks that they fit each other: whatever can be refused before anything is solved.
///
/// # Errors
///
/// [`ExperimentError::Invalid`], with the field that is at fault.
pub fn check(loaded: &LoadedInverse) -> Result<(), ExperimentError> {
    let (body, physics) = match &loaded.inverse {
        Inverse::Ascent(spec) => (&spec.body, &spec.physics),
        Inverse::Identify(spec) => (&spec.body, &spec.physics),
        Inverse::Reach(spec) => (&spec.body, &spec.physics),
    };
    let at = |path: &'static str, result: Result<()>| {
        let problem = |e: anyhow::Error| InvalidValue { path: path.to_owned(), message: format!("{e:#}"), place: None };
        loaded.without(result.err().map(problem).into_iter().collect())
    };
    let grown = gait::given_body(body, physics, &loaded.folder);
    at("body", grown.map(|(_, grown)| warn_of_size(body, grown.model.mass())))?;
    match &loaded.inverse {
        Inverse::Ascent(spec) => at("gait", gait::Mover::new(body, &spec.gait, physics, &loaded.folder).map(drop)),
        Inverse::Identify(spec) => {
            at("gait", gait::Mover::new(body, &spec.gait, physics, &loaded.folder).map(drop))?;
            at("recording", identify::check_recording(spec, &loaded.folder))
        }
        Inverse::Reach(spec) => at("carried.link", reach::check_carried(spec, &loaded.folder)),
    }
}
