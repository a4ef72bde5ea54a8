//! From the gradient of an episode to that of the genes: back through the prelude and the growing of the body.
//!
//! A backward sweep gives the gradient with respect to the numbers of a candidate and, apart from those, to what is worked out of
//! them before the episode ([`burgess_physics::step::prelude`]). Here both are folded into one gradient, with respect to the genes or, where
//! there is no genome, to the candidate itself.

use crate::genome::{BodyLimits, Brain, Genome, InvalidBody, Policy};
use crate::growth::{Grown, compile_controller, expand, own_rhythms};
use burgess_core::autodiff::tape::{Var, pull_back};
use burgess_core::autodiff::{Real, Value};
use burgess_core::math::vec3;
use burgess_learn::SharedBrain;
use burgess_learn::brain::{Input, RHYTHM};
use burgess_learn::describe::Description;
use burgess_physics::gradient::{Gradient, PreludeGradient, WorldGradient};
use burgess_physics::model::{Candidate, Controller, Model, rest_origins};
use burgess_physics::step::prelude::Prelude;
use burgess_physics::step::spawn::spawn_position;
use burgess_physics::world::{Physics, World};

/// What makes a candidate of a genome, and where it lives.
#[derive(Clone, Copy, Debug)]
pub struct Recipe<'a> {
    /// The kind of brain.
    pub policy: &'a Policy,
    /// The limit on links.
    pub limits: &'a BodyLimits,
    /// What servos are scaled by.
    pub physics: &'a Physics,
    /// The surroundings.
    pub world: &'a World<f64>,
}

/// The gradient with respect to the continuous genes, in the order of [`Genome::parameters`], from that of the episode of the
/// candidate that the genome grows into. Genes without a meaning in this body have zeros. An automatic contact stiffness is
/// taken as given.
///
/// # Errors
///
/// When the gene graph is not well-formed.
///
/// # Panics
///
/// When the gradient is of another candidate, with more or fewer numbers.
pub fn gene_gradient<T: Value>(
    genome: &Genome,
    recipe: &Recipe<'_>,
    gradient: &Gradient<T>,
) -> Result<Vec<f64>, InvalidBody> {
    let mut genes = Vec::with_capacity(256);
    genome.map(|value| genes.push(value));
    let mut fault = None;
    let derivatives = pull_back(&genes, |genes| {
        seeded_numbers(&genome.with_values(genes), recipe, gradient).unwrap_or_else(|invalid| {
            fault = Some(invalid);
            Vec::new()
        })
    });
    fault.map_or(Ok(derivatives), Err)
}

/// All numbers of the candidate and of its prelude, each with its gradient.
fn seeded_numbers<T: Value>(
    genome: &Genome<Var>,
    recipe: &Recipe<'_>,
    gradient: &Gradient<T>,
) -> Result<Vec<(Var, f64)>, InvalidBody> {
    let Grown { model, keys } = expand(&genome.body, recipe.limits, recipe.physics)?;
    let world: World<Var> = recipe.world.cast();
    let prelude = seeded_prelude(&model, &world, &gradient.prelude);
    let starts = seeded_starts(&model, &world, gradient);
    let wanted = &gradient.candidate;
    let (numbers, bars) = (creature_numbers(&model), creature_numbers(&wanted.model));
    assert_eq!(numbers.len(), bars.len(), "a gradient of another body");
    let mut seeded: Vec<(Var, f64)> = numbers.into_iter().zip(bars.into_iter().map(Value::to_f64)).collect();
    match &genome.brain {
        Brain::Shared { frequency, style, joints } => {
            let own = Own { frequency: *frequency, style, rhythm: &own_rhythms(joints, &keys) };
            seeded.extend(through_shared_brain(
                &recipe.policy.brain_over(),
                &Description::of(&model),
                own,
                &wanted.controller,
            ));
        }
        Brain::Cpg { .. } | Brain::Mlp { .. } => {
            let controller = compile_controller(&genome.brain, &keys, &model, recipe.policy);
            let (numbers, bars) = (controller_numbers(&controller), controller_numbers(&wanted.controller));
            assert_eq!(numbers.len(), bars.len(), "a gradient of another controller");
            seeded.extend(numbers.into_iter().zip(bars.into_iter().map(Value::to_f64)));
        }
    }
    seeded.extend(prelude.chain(starts));
    Ok(seeded)
}

/// What a body has of its own beside a shared brain.
struct Own<'a> {
    frequency: Var,
    style: &'a [Var],
    rhythm: &'a [[Var; RHYTHM]],
}

/// All that a shared brain sees of a body, each number with its gradient. The network has a backward pass of its own: on the tape it would stand with a
/// hundred thousand products.
fn through_shared_brain<T: Value>(
    brain: &SharedBrain<f64>,
    body: &Description<Var>,
    own: Own<'_>,
    controller: &Controller<T>,
) -> Vec<(Var, f64)> {
    let values = |numbers: &[Var]| numbers.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
    let (seen, style) = (body.map(Value::to_f64), values(own.style));
    let rhythm: Vec<[f64; RHYTHM]> = own.rhythm.iter().map(|own| own.map(Value::to_f64)).collect();
    let input = Input { body: &seen, style: &style, rhythm: &rhythm, frequency: own.frequency.to_f64() };
    let gradient = brain.input_gradient(input, &controller.map(Value::to_f64));
    let numbers = body.numbers().chain(own.style.iter().copied());
    let numbers = numbers.chain(own.rhythm.iter().flatten().copied()).chain([own.frequency]);
    let bars = gradient.body.numbers().chain(gradient.style);
    let bars = bars.chain(gradient.rhythm.into_iter().flatten()).chain([gradient.frequency]);
    numbers.zip(bars).collect()
}

/// The gradient with respect to the numbers of the candidate and to the world, the prelude being worked out of both: what
/// [`gene_gradient`] is for a candidate without a genome.
///
/// # Panics
///
/// When the gradient is of another body, with more or fewer numbers.
pub fn candidate_gradient<T: Value>(
    candidate: &Candidate<f64>,
    world: &World<f64>,
    gradient: &Gradient<T>,
) -> (Candidate<f64>, WorldGradient<f64>) {
    let mut inputs = creature_numbers(&candidate.model);
    let own = inputs.len();
    inputs.extend(world.gravity.to_array());
    let through_prelude = pull_back(&inputs, |inputs| {
        let (numbers, gravity) = inputs.split_at(own);
        let model = with_numbers(&candidate.model, numbers);
        let world = World { gravity: vec3(gravity[0], gravity[1], gravity[2]), ..world.cast() };
        let prelude = seeded_prelude(&model, &world, &gradient.prelude);
        prelude.chain(seeded_starts(&model, &world, gradient)).collect()
    });
    let (to_creature, to_gravity) = through_prelude.split_at(own);
    let mut sums = creature_numbers(&gradient.candidate.model.map(Value::to_f64));
    assert_eq!(sums.len(), own, "a gradient of another body");
    sums.iter_mut().zip(to_creature).for_each(|(sum, through)| *sum += through);
    let model = with_numbers(&candidate.model, &sums);
    let controller = gradient.candidate.controller.map(Value::to_f64);
    let WorldGradient { gravity, friction, contact_damping } = gradient.world;
    let world = WorldGradient {
        gravity: gravity.to_f64() + vec3(to_gravity[0], to_gravity[1], to_gravity[2]),
        friction: friction.to_f64(),
        contact_damping: contact_damping.to_f64(),
    };
    (Candidate { model, controller }, world)
}

/// The numbers of a prelude, each with its gradient.
fn seeded_prelude<T: Value>(
    model: &Model<Var>,
    world: &World<Var>,
    gradient: &PreludeGradient<T>,
) -> impl Iterator<Item = (Var, f64)> + use<T> {
    let Prelude { start, contact_width, plan, .. } = Prelude::new(model, world);
    let scalars = [
        (contact_width, gradient.contact_width),
        (plan.reference_force, gradient.reference_force),
        (plan.facts.mass, gradient.mass),
        (plan.facts.leg_span, gradient.leg_span),
    ];
    let start = start.to_array().into_iter().zip(gradient.start.to_array());
    start.chain(scalars).map(|(number, bar)| (number, bar.to_f64()))
}

/// The starting positions in the other environments of a world, each with its gradient.
fn seeded_starts<T: Value>(model: &Model<Var>, world: &World<Var>, gradient: &Gradient<T>) -> Vec<(Var, f64)> {
    let mut seeded = Vec::new();
    for (other, bars) in world.others.iter().zip(&gradient.other_starts) {
        let start = spawn_position(model, &rest_origins(model), other);
        seeded.extend(start.to_array().into_iter().zip(bars.to_array().map(Value::to_f64)));
    }
    seeded
}

/// Every number of a body, in the order of its map.
fn creature_numbers<T: Real>(model: &Model<T>) -> Vec<T> {
    let mut list = Vec::with_capacity(1024);
    let _ = model.map(|x: T| {
        list.push(x);
        x
    });
    list
}

/// Every number of a controller, in the order of its map.
fn controller_numbers<T: Real>(controller: &Controller<T>) -> Vec<T> {
    let mut list = Vec::with_capacity(64);
    let _ = controller.map(|x: T| {
        list.push(x);
        x
    });
    list
}

/// The body with these numbers in place of its own.
fn with_numbers<T: Real>(model: &Model<f64>, numbers: &[T]) -> Model<T> {
    let mut numbers = numbers.iter();
    model.map(|_| *numbers.next().expect("one value for each number"))
}
