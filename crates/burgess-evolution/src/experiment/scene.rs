//! Scene files: free bodies in worlds of their own, read and checked as experiments are.

use super::error::{ExperimentError, InvalidValue};
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
    from_source(&Source::new(source_name, text))
}

/// Whether a text says by its first word that it is a scene. (In a place where only scenes are read it need not.)
pub(super) fn is_scene(text: &str) -> bool {
    super::syntax::first_name(text).is_some_and(|name| name == "Scene")
}

pub(super) fn from_source(source: &Source) -> Result<Scene, ExperimentError> {
    let scene: Scene = parse(source)?;
    let problems = scene.problems().into_iter();
    without(problems.map(|(path, message)| InvalidValue { path, message, place: None }).collect(), source)?;
    Ok(scene)
}

#[cfg(test)]
mod tests {
    use super::super::{AnyLoaded, load_any};
    use super::*;

    #[test]
    fn scenes_that_come_along_are_valid_and_have_their_bodies() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments/worlds");
        let bodies = [
            ("pile", 2_000),
            ("spheres_20k", 20_000),
            ("spheres_200k", 200_000),
            ("many_worlds", 64 * 2_000),
            ("pyramids", 50 * 210),
            ("stack", 5),
            ("arena", 200),
            ("crowd", 2_000),
        ];
        for (name, count) in bodies {
            let scene = load_scene(&folder.join(name).with_extension("ron")).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(scene.bodies(), count, "{name}");
            let any = load_any(&folder.join(name).with_extension("ron"), &[]);
            assert!(matches!(any, Ok(AnyLoaded::Scene(loaded)) if *loaded == scene), "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_field_and_its_line() {
        let message = |text: &str| scene_from_text(text, "world.ron").unwrap_err().to_string();
        let text =
            "(\n  rate: 10,\n  groups: [\n    (shape: Sphere(radius: -1), count: 2, place: At(0, 0, 1)),\n  ],\n)";
        let errors = message(text);
        for wanted in [
            "rate: must be from 30 to 100000 steps a second, is 10 (line 2)",
            "groups[0].shape.radius: must be from 0.001 to 100 m, is -1 (line 4)",
            "groups[0].count: must be 1 where all would start At one point, is 2 (line 4)",
        ] {
            assert!(errors.contains(wanted), "{errors}");
        }
        let text = "(\n  creatures: [\n    (body: \"\", count: 0),\n    (body: \"hopper\", spacing: (500, 0, 0), count: 4, height: -1),\n    (body: \"hopper\", count: 2),\n  ],\n)";
        let errors = message(text);
        for wanted in [
            "creatures[0].body: must be a morphology, the path of a .ron file, or DIR#ID, is empty (line 3)",
            "creatures[0].count: must be from 1 to 65536, is 0 (line 3)",
            "creatures[1].height: must be from 0 to 1000 m, is -1 (line 4)",
            "creatures[1].spacing: must be such that the last one starts at most 1000 m away along each axis, is 1500 (line 4)",
            "creatures[2].spacing: must not be zero where there are several, count is 2 (line 5)",
        ] {
            assert!(errors.contains(wanted), "{errors}");
        }
        assert!(message("(gravitation: 1)").contains("gravitation"));
        assert!(message("()").contains("groups: must be from 1 to 256 groups, is 0"));
        let many =
            "(worlds: 1000, groups: [(shape: Sphere(radius: 1), count: 10000, place: Pile(width: 9, height: 0))])";
        assert!(message(many).contains("bodies in all worlds, is 10000000"));
        let uneven = "(groups: [(shape: Sphere(radius: 1), place: At(0, 0, 1)), (shape: Sphere(radius: 0.1), place: At(0, 0, 5))])";
        assert!(message(uneven).contains("at most 8 times as large as the smallest, is 10"));
    }
}
