//! What is checked of learned dimensions, of the grid that is only looked at, and of the choice of parents.

use super::check::{Check, HUGE, MAX_CELLS, MAX_GRID_DESCRIPTORS, MAX_NEIGHBOURS, axes};
use super::error::InvalidValue;
use super::schema::*;
use burgess_latent::Encoder;
use burgess_physics::frame::recorded_layout;
use burgess_qd::archive::Parents;
use std::path::Path;

/// Most elites of a tournament.
const MAX_TOURNAMENT: usize = 1000;

/// Writes out what the file of a frozen encoder says of it; what is wrong with the file, if it cannot be used.
pub(super) fn resolve(experiment: &mut Experiment, folder: &Path) -> Vec<InvalidValue> {
    let Some(latent) = &mut experiment.latent else { return Vec::new() };
    let Some(name) = &latent.frozen else { return Vec::new() };
    // A rate that cannot be is told elsewhere.
    if latent.rate == 0 {
        return Vec::new();
    }
    let layout = recorded_layout(f64::from(latent.rate));
    let loaded = Encoder::load_file(&folder.join(name), &layout).and_then(|encoder| {
        let spec = latent.encoder.get_or_insert_with(|| encoder.spec().clone());
        encoder.expect(spec, &layout)
    });
    match loaded {
        Ok(()) => Vec::new(),
        Err(error) => vec![InvalidValue { path: "latent.frozen".to_owned(), place: None, message: error.to_string() }],
    }
}

/// All that is wrong with learned dimensions.
pub(super) fn latent(check: &mut Check, experiment: &Experiment) {
    let Some(latent) = &experiment.latent else { return };
    let rate = experiment.physics.rate;
    let divides = latent.rate > 0 && rate.is_multiple_of(latent.rate);
    check.need(divides, "latent.rate", format!("a divisor of physics.rate, {rate}"), latent.rate);
    check.whole("latent.schedule.first", latent.schedule.first, 1..=HUGE as u64);
    check.whole("latent.schedule.growth", latent.schedule.growth, 0..=HUGE as u64);
    if let Surprise::Reward(weight) = latent.surprise {
        check.within("latent.surprise.Reward", weight, -HUGE..=HUGE, "");
    }
    let spec = latent.spec();
    let problems =
        if latent.rate > 0 { spec.problems_with(&recorded_layout(f64::from(latent.rate))) } else { spec.problems() };
    for (field, message) in problems {
        check.report(format!("latent.encoder.{field}"), message);
    }
    let learns = spec.kind.can_learn() || latent.frozen.is_some();
    let allowed = "Pca, or frozen: this program was built without its feature `learn`";
    check.need(learns, "latent.encoder.kind", allowed, spec.kind.name());
    let count = experiment.descriptors.len();
    check.need(count == 0, "descriptors", "empty where dimensions are learned (`passive` takes them)", count);
    check.need(
        !experiment.has_cells(),
        "archive",
        "Unstructured or DominatedNovelty where dimensions are learned",
        "one with given cells",
    );
    for (i, emitter) in experiment.emitters.iter().enumerate() {
        let follows = emitter.kind.follows_gradients();
        let allowed = "an emitter without gradients where dimensions are learned: those have none";
        check.need(!follows, format!("emitters[{i}].kind"), allowed, "one with gradients");
    }
    if let Some(refine) = &experiment.refine {
        let judged = refine.acceptance == Acceptance::Archive;
        let allowed = "Best or Always where dimensions are learned: a candidate's place is not known yet";
        check.need(!judged, "refine.acceptance", allowed, "Archive");
        let promising = matches!(refine.which, Refined::Promising(_));
        let allowed = "All or Share where dimensions are learned: a candidate's place is not known yet";
        check.need(!promising, "refine.which", allowed, "Promising");
    }
}

/// All that is wrong with the grid that is only looked at.
pub(super) fn passive(check: &mut Check, experiment: &Experiment) {
    let specs = &experiment.passive;
    if specs.is_empty() {
        return;
    }
    check.length("passive", specs.len(), MAX_GRID_DESCRIPTORS);
    axes(check, "passive", specs, false);
    let cells = specs.iter().try_fold(1, |cells: usize, spec| cells.checked_mul(spec.bins));
    let came = cells.map_or("more than can be counted".to_owned(), |n| n.to_string());
    let fits = cells.is_some_and(|n| n <= MAX_CELLS);
    check.need(fits, "passive", format!("at most {MAX_CELLS} cells, the product of all bins"), came);
}

/// All that is wrong with the choice of parents.
pub(super) fn parents(check: &mut Check, parents: Parents) {
    if let Parents::Tournament { size, novelty, neighbours } = parents {
        check.whole("parents.size", size, 1..=MAX_TOURNAMENT);
        check.within("parents.novelty", novelty, 0.0..=1.0, "");
        check.whole("parents.neighbours", neighbours, 1..=MAX_NEIGHBOURS);
    }
}
