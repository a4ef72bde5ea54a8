//! Scene files: free bodies in worlds of their own, read and checked as experiments are.

use super::error::{ExperimentError, Problem};
use super::{parse, read, source::Source, without};
use burgess_core::files;
use burgess_physics::shared_world::Scene;
use std::path::Path;

/// Reads and checks the scene in a file.
///
/// # Errors
///
/// Every [`ExperimentError`] but [`ExperimentError::Setting`].
pub fn load_scene(path: &Path) -> Result<Scene, ExperimentError> {
    scene_from_text(&read(path, files::HAND_WRITTEN)?, &path.display().to_string())
}

/// Checks a scene that is already read; `source_name` is what messages call it.
///
/// # Errors
///
/// [`ExperimentError::Syntax`] and [`ExperimentError::Invalid`].
pub fn scene_from_text(text: &str, source_name: &str) -> Result<Scene, ExperimentError> {
    let source = Source::new(source_name, text);
    let scene: Scene = parse(&source)?;
    let problems = scene.problems().into_iter();
    without(problems.map(|(path, message)| Problem { path, message, place: None }).collect(), &source)?;
    Ok(scene)
}
