//! The creatures of a scene file: morphologies with a policy, or elites of runs.

use super::genes::Genes;
use crate::experiment::Experiment;
use anyhow::{Context, Result, ensure};
use burgess_physics::shared_world::{CreatureSpec, Resident, Scene, arena};
use burgess_physics::world::Physics;
use std::path::Path;
use std::sync::Arc;

/// What a message calls them.
const WHAT: &str = "a creature of a scene";

/// Finds the creatures that a scene names, and places those of its arena among them; paths are relative to `folder`.
/// Gives words on each elite whose own experiment has another rate, gravity, friction, ground or company than the
/// scene, in which the scene's hold.
///
/// # Errors
///
/// When there is no such morphology, elite or policy, it cannot be in the scene, or sizes do not fit each other.
pub fn find_creatures(scene: &mut Scene, folder: &Path) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    let mut met = Vec::new();
    for (i, body) in scene.arena.iter().enumerate() {
        let place = format!("arena[{i}]");
        let (resident, note) = resident(scene, body, None, true, folder).with_context(|| place.clone())?;
        notes.extend(note.map(|note| format!("{place}: {note}")));
        met.push((body.clone(), Arc::new(resident)));
    }
    let mut found = Vec::new();
    for (i, CreatureSpec { body, policy, .. }) in scene.creatures.iter().enumerate() {
        let place = format!("creatures[{i}]");
        let (resident, note) =
            resident(scene, body, policy.as_deref(), false, folder).with_context(|| place.clone())?;
        notes.extend(note.map(|note| format!("{place}: {note}")));
        found.push(Some(Arc::new(resident)));
    }
    for (row, found) in scene.creatures.iter_mut().zip(found) {
        row.found = found;
    }
    scene.arena.clear();
    scene.creatures.extend(arena(met));
    let problems = scene.problems().into_iter().map(|(field, message)| format!("{field}: {message}"));
    let problems: Vec<String> = problems.collect();
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(notes)
}

/// A creature in a scene, and words on what of its own experiment does not hold there. One that `needs_brain` must have
/// one.
fn resident(
    scene: &Scene,
    body: &str,
    policy: Option<&str>,
    needs_brain: bool,
    folder: &Path,
) -> Result<(Resident, Option<String>)> {
    let (genes, experiment) = Genes::find(body, policy, folder)?;
    ensure!(
        !needs_brain || experiment.is_some(),
        "`{body}` is a morphology, which has no brain: an arena has elites (DIR#ID); name it in `creatures`, with a `policy` file or without one to hold its pose"
    );
    genes.ensure_blind(WHAT)?;
    let rate = scene.rate;
    let control_rate = genes.policy.control_rate();
    ensure!(
        control_rate.is_none_or(|control| rate.is_multiple_of(control)),
        "`{body}` decides {} times a second, which must divide the scene's `rate`, {rate} steps a second",
        control_rate.unwrap_or_default()
    );
    let own = experiment.as_ref().map_or_else(Physics::default, |experiment| experiment.physics.clone());
    let physics = scene.physics_of(&own);
    let candidate = genes.grow(WHAT, &physics).with_context(|| body.to_owned())?;
    let note = experiment.and_then(|experiment| note(scene, body, &experiment));
    Ok((Resident::new(candidate, physics, genes.policy.control_period(rate)), note))
}

/// What of an elite's own experiment does not hold in a scene, if anything.
fn note(scene: &Scene, body: &str, experiment: &Experiment) -> Option<String> {
    let own = &experiment.physics;
    let numbers = [
        ("rate", f64::from(own.rate), f64::from(scene.rate)),
        ("gravity", own.gravity, scene.gravity),
        ("friction", own.friction, scene.friction),
        ("slip_speed", own.slip_speed, scene.slip_speed),
    ];
    let differs = numbers.into_iter().filter(|(_, own, here)| own != here);
    let mut words: Vec<String> = differs.map(|(name, own, here)| format!("{name} {own}, here {here}")).collect();
    if experiment.terrain != scene.terrain {
        words.push("another terrain".to_owned());
    }
    if scene.self_collision.as_ref().is_some_and(|here| *here != own.self_collision) {
        words.push("another self_collision".to_owned());
    }
    if !(own.objects.is_empty() && own.rivals.is_empty()) {
        words.push("objects or rivals, which are not here".to_owned());
    }
    (!words.is_empty()).then(|| format!("{body} evolved with {}; the scene's hold", words.join("; ")))
}
