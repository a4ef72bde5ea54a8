//! The shader of a run: the files under `shaders/`, after the constants and the few functions that its experiment decides.
//!
//! Bodies and brains are data. What is composed is the same for all candidates of a run, so nothing is compiled while it goes on.

use super::layout::{LinkRoom, TERRAIN_VECTORS, moment_room};
use crate::environment::MAX_STRETCHES;
use crate::frame;
use crate::frame::FEATURES;
use crate::laws::descriptor::Descriptor;
use crate::laws::reward::RewardTerm;
use crate::laws::sensors::LIMB_ENDS;
use crate::laws::terrain::{Terrain, WAVES};
use crate::model::{OBSERVATIONS, PAIR_SLOTS, wanted_observations};
use crate::observer::{CLIP, EPSILON, OBSERVED, Places, Sizes, UNIMIX, UPDATE_BIAS};
use crate::plan::BrainKind;
use crate::step::body_plan::REFERENCE_LOAD;
use crate::step::episode::{RATE_BOUND, SPEED_BOUND};
use crate::step::measure::TOUCH_DOWN;
use crate::step::pairs::{STIFFNESS as PAIR_STIFFNESS, TAIL as PAIR_TAIL};
use crate::step::rovers::{
    BOX_CELLS, CAPSULE_CELLS, ROVER_FLOOR, ROVER_HASTE, ROVER_ONSET, ROVER_PULL, ROVER_SHARPNESS, ROVER_TAIL,
};
use crate::step::step::ROUNDS;
use crate::task::TaskPlan;
use std::fmt::Write as _;
use std::mem::discriminant;

/// The hand-written stages and the generated laws, by name and text.
pub const FILES: [(&str, &str); 24] = [
    ("layout.wgsl", include_str!("../../../../shaders/layout.wgsl")),
    ("shared/functions.wgsl", include_str!("../../../../shaders/shared/functions.wgsl")),
    ("shared/algebra.wgsl", include_str!("../../../../shaders/shared/algebra.wgsl")),
    ("laws/sensors.wgsl", include_str!("../../../../shaders/laws/sensors.wgsl")),
    ("laws/contact.wgsl", include_str!("../../../../shaders/laws/contact.wgsl")),
    ("laws/joint.wgsl", include_str!("../../../../shaders/laws/joint.wgsl")),
    ("laws/gyroscope.wgsl", include_str!("../../../../shaders/laws/gyroscope.wgsl")),
    ("laws/terrain.wgsl", include_str!("../../../../shaders/laws/terrain.wgsl")),
    ("laws/reward.wgsl", include_str!("../../../../shaders/laws/reward.wgsl")),
    ("laws/descriptor.wgsl", include_str!("../../../../shaders/laws/descriptor.wgsl")),
    ("terrain.wgsl", include_str!("../../../../shaders/terrain.wgsl")),
    ("state.wgsl", include_str!("../../../../shaders/state.wgsl")),
    ("kinematics.wgsl", include_str!("../../../../shaders/kinematics.wgsl")),
    ("assemble.wgsl", include_str!("../../../../shaders/assemble.wgsl")),
    ("solve.wgsl", include_str!("../../../../shaders/solve.wgsl")),
    ("integrate.wgsl", include_str!("../../../../shaders/integrate.wgsl")),
    ("push.wgsl", include_str!("../../../../shaders/push.wgsl")),
    ("step.wgsl", include_str!("../../../../shaders/step.wgsl")),
    ("policy.wgsl", include_str!("../../../../shaders/policy.wgsl")),
    ("measure.wgsl", include_str!("../../../../shaders/measure.wgsl")),
    ("features.wgsl", include_str!("../../../../shaders/features.wgsl")),
    ("record.wgsl", include_str!("../../../../shaders/record.wgsl")),
    ("observer.wgsl", include_str!("../../../../shaders/observer.wgsl")),
    ("episode.wgsl", include_str!("../../../../shaders/episode.wgsl")),
];

/// The way back, for shaders with a tape.
pub const REVERSE_FILES: [(&str, &str); 15] = [
    ("reverse/state.wgsl", include_str!("../../../../shaders/reverse/state.wgsl")),
    ("reverse/terrain.wgsl", include_str!("../../../../shaders/reverse/terrain.wgsl")),
    ("reverse/tape.wgsl", include_str!("../../../../shaders/reverse/tape.wgsl")),
    ("reverse/measure.wgsl", include_str!("../../../../shaders/reverse/measure.wgsl")),
    ("reverse/integrate.wgsl", include_str!("../../../../shaders/reverse/integrate.wgsl")),
    ("reverse/link.wgsl", include_str!("../../../../shaders/reverse/link.wgsl")),
    ("reverse/contact.wgsl", include_str!("../../../../shaders/reverse/contact.wgsl")),
    ("reverse/joint.wgsl", include_str!("../../../../shaders/reverse/joint.wgsl")),
    ("reverse/kinematics.wgsl", include_str!("../../../../shaders/reverse/kinematics.wgsl")),
    ("reverse/policy.wgsl", include_str!("../../../../shaders/reverse/policy.wgsl")),
    ("reverse/features.wgsl", include_str!("../../../../shaders/reverse/features.wgsl")),
    ("reverse/observer.wgsl", include_str!("../../../../shaders/reverse/observer.wgsl")),
    ("reverse/push.wgsl", include_str!("../../../../shaders/reverse/push.wgsl")),
    ("reverse/step.wgsl", include_str!("../../../../shaders/reverse/step.wgsl")),
    ("reverse/episode.wgsl", include_str!("../../../../shaders/reverse/episode.wgsl")),
];

/// Contacts between links; without them nothing of it is in the shader, not even its memory.
pub const PAIR_FILES: [(&str, &str); 2] = [
    ("laws/pair.wgsl", include_str!("../../../../shaders/laws/pair.wgsl")),
    ("pairs.wgsl", include_str!("../../../../shaders/pairs.wgsl")),
];

/// Their way back.
pub const PAIR_REVERSE_FILES: [(&str, &str); 2] = [
    ("reverse/pairs.wgsl", include_str!("../../../../shaders/reverse/pairs.wgsl")),
    ("reverse/mobility.wgsl", include_str!("../../../../shaders/reverse/mobility.wgsl")),
];

/// What stands in their place where no links touch.
pub const NO_PAIR_FILES: [(&str, &str); 1] = [("pairs_off.wgsl", include_str!("../../../../shaders/pairs_off.wgsl"))];

/// See [`NO_PAIR_FILES`].
pub const NO_PAIR_REVERSE_FILES: [(&str, &str); 1] =
    [("reverse/pairs_off.wgsl", include_str!("../../../../shaders/reverse/pairs_off.wgsl"))];

/// Contact points that rove; without whole shapes nothing of them is in the shader, not even their memory.
pub const ROVER_FILES: [(&str, &str); 1] = [("rovers.wgsl", include_str!("../../../../shaders/rovers.wgsl"))];

/// Their way back.
pub const ROVER_REVERSE_FILES: [(&str, &str); 1] =
    [("reverse/rovers.wgsl", include_str!("../../../../shaders/reverse/rovers.wgsl"))];

/// What stands in their place where no whole shapes touch the ground.
pub const NO_ROVER_FILES: [(&str, &str); 1] =
    [("rovers_off.wgsl", include_str!("../../../../shaders/rovers_off.wgsl"))];

/// See [`NO_ROVER_FILES`].
pub const NO_ROVER_REVERSE_FILES: [(&str, &str); 1] =
    [("reverse/rovers_off.wgsl", include_str!("../../../../shaders/reverse/rovers_off.wgsl"))];

fn rover_files(whole_shapes: bool) -> &'static [(&'static str, &'static str)] {
    if whole_shapes { &ROVER_FILES } else { &NO_ROVER_FILES }
}

fn rover_reverse_files(whole_shapes: bool) -> &'static [(&'static str, &'static str)] {
    if whole_shapes { &ROVER_REVERSE_FILES } else { &NO_ROVER_REVERSE_FILES }
}

fn pair_files(pairs: bool) -> &'static [(&'static str, &'static str)] {
    if pairs { &PAIR_FILES } else { &NO_PAIR_FILES }
}

fn pair_reverse_files(pairs: bool) -> &'static [(&'static str, &'static str)] {
    if pairs { &PAIR_REVERSE_FILES } else { &NO_PAIR_REVERSE_FILES }
}

/// What the experiment decides about the shader.
#[derive(Clone, Copy, Debug)]
pub struct Choices<'a> {
    /// Reward, descriptors, termination.
    pub task: &'a TaskPlan,
    /// The ground.
    pub terrain: &'a Terrain<f32>,
    /// The kind of brain.
    pub brain: &'a BrainKind,
    /// Room that a link's vectors have.
    pub link_room: LinkRoom,
    /// Whether whole shapes touch the ground.
    pub whole_shapes: bool,
    /// Objects beside each creature, rivals included.
    pub objects: usize,
    /// How many of them are rivals.
    pub rivals: usize,
    /// Whether bodies have frictions of their own.
    pub frictions: bool,
    /// Environments.
    pub environments: usize,
    /// Whether they push creatures.
    pub pushed: bool,
    /// Whether they ask creatures for velocities.
    pub asked: bool,
    /// Whether states are kept on a tape, and there is a backward pass.
    pub taped: bool,
    /// What is simulated, and what drives it.
    pub mode: Mode,
}

/// What is simulated, and what drives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Whole episodes.
    Episodes,
    /// Windows, in which every creature may be at another step of its episode.
    Windows,
    /// Windows, driven by given actions in place of the controllers.
    Actions,
}

/// The whole text.
pub fn source(choices: Choices<'_>) -> String {
    let mut text = constants(choices);
    text += &task_functions(choices.task);
    let vectors = if choices.environments > 1 { "terrain_at + " } else { "" };
    text += &terrain_functions(choices.terrain, vectors);
    let rovers = rover_files(choices.whole_shapes);
    for (_, file) in FILES.iter().chain(rovers).chain(pair_files(choices.link_room.pairs)) {
        text.push('\n');
        text += file;
    }
    if choices.taped {
        text += &reverse_task_functions(choices.task);
        text += &reverse_terrain_functions(choices.terrain, vectors);
        let rovers = rover_reverse_files(choices.whole_shapes);
        for (_, file) in REVERSE_FILES.iter().chain(rovers).chain(pair_reverse_files(choices.link_room.pairs)) {
            text.push('\n');
            text += file;
        }
    }
    text
}

fn constants(choices: Choices<'_>) -> String {
    let sequence = BrainKind::Sequence;
    let brain_kind = if choices.mode == Mode::Actions { &sequence } else { choices.brain };
    let stepped = choices.mode != Mode::Episodes;
    let brain = match brain_kind {
        BrainKind::Cpg => 0,
        BrainKind::Mlp(_) => 1,
        BrainKind::Sequence => 2,
    };
    let further = wanted_observations(choices.asked) + choices.task.latent_size();
    let mut text = String::from("// Composed for one experiment.\n");
    let whole = [
        ("CONTACTS", choices.link_room.contacts),
        ("PAIR_SLOTS", if choices.link_room.pairs { PAIR_SLOTS } else { 0 }),
        ("NO_LOAD_SPEEDS", usize::from(choices.link_room.no_load_speeds)),
        ("CAPSULE_CELLS", CAPSULE_CELLS),
        ("BOX_CELLS", BOX_CELLS),
        ("OBJECTS", usize::from(choices.objects > 0)),
        ("THINGS", choices.objects - choices.rivals),
        ("RIVALS", choices.rivals),
        ("FRICTIONS", usize::from(choices.frictions)),
        ("TOUCHES", usize::from(choices.link_room.pairs && choices.task.sees_touches())),
        ("DESCRIPTORS", choices.task.descriptors.len()),
        ("BRAIN", brain),
        ("ACTIVATIONS", brain_kind.widest_layer(further)),
        ("OBSERVATIONS", OBSERVATIONS + further),
        ("ENVIRONMENTS", choices.environments),
        ("TERRAIN_VECTORS", TERRAIN_VECTORS),
        ("STRETCHES", MAX_STRETCHES),
        ("PUSHED", usize::from(choices.pushed)),
        ("ASKED", usize::from(choices.asked)),
        ("LIMB_ENDS", LIMB_ENDS),
        ("ROUNDS", ROUNDS),
        ("TAPED", usize::from(choices.taped)),
        ("STEPPED", usize::from(stepped)),
        ("GIVEN", usize::from(choices.mode == Mode::Actions)),
        ("WHOLE_RECORDS", usize::from(choices.taped || stepped)),
        ("FEATURES", FEATURES),
        ("AT_VELOCITY", frame::VELOCITY),
        ("AT_SPIN", frame::SPIN),
        ("AT_HEIGHT", frame::HEIGHT),
        ("AT_CONTACT", frame::CONTACT),
        ("AT_ANGLES", frame::ANGLES),
        ("AT_SPEEDS", frame::SPEEDS),
        ("AT_POWER", frame::POWER),
        ("AT_TARGETS", frame::TARGETS),
        ("AT_TARGET_SPEED", frame::TARGET_SPEED),
        ("RECORDED", usize::from(choices.task.frame.is_some())),
        ("FRAME", choices.task.frame.unwrap_or(1).max(1) as usize),
        ("FRAME_ROOM", choices.task.frame_room()),
    ];
    for (name, value) in whole.into_iter().chain(watching(choices)) {
        let _ = writeln!(text, "const {name} = {value}u;");
    }
    let real = [
        ("TAU", std::f64::consts::TAU),
        ("PAIR_TAIL", PAIR_TAIL),
        ("PAIR_STIFFNESS", PAIR_STIFFNESS),
        ("ROVER_SHARPNESS", ROVER_SHARPNESS),
        ("ROVER_PULL", ROVER_PULL),
        ("ROVER_ONSET", ROVER_ONSET),
        ("ROVER_FLOOR", ROVER_FLOOR),
        ("ROVER_TAIL", ROVER_TAIL),
        ("ROVER_HASTE", ROVER_HASTE),
        ("TOUCH_DOWN", TOUCH_DOWN.0),
        ("LIFT_OFF", TOUCH_DOWN.1),
        ("WEIGHT_OF_REFERENCE", 1.0 / REFERENCE_LOAD),
        ("CLIP", CLIP),
        ("UNIMIX", UNIMIX),
        ("UPDATE_BIAS", UPDATE_BIAS),
        ("EPSILON", EPSILON),
        ("SPEED_BOUND", SPEED_BOUND),
        ("RATE_BOUND", RATE_BOUND),
    ];
    for (name, value) in real {
        let _ = writeln!(text, "const {name} = f32({});", number(value));
    }
    text
}

/// What the shader knows of a world model that watches; ones and zeros stand for one where there is none.
fn watching(choices: Choices<'_>) -> [(&'static str, usize); 14] {
    let (sizes, places, period) = match &choices.task.observer {
        Some((observer, period)) => (observer.sizes(), observer.places(), *period),
        None => (Sizes { deterministic: 1, hidden: 1, categoricals: 0, classes: 1, blocks: 1 }, Places::default(), 1),
    };
    [
        ("WATCHED", usize::from(choices.task.observer.is_some())),
        ("WATCH_PERIOD", period as usize),
        ("MOMENT_ROOM", moment_room(choices.task, choices.taped)),
        ("OBSERVED", OBSERVED),
        ("DETERMINISTIC", sizes.deterministic),
        ("HIDDEN", sizes.hidden),
        ("LATENT", sizes.stochastic()),
        ("CLASSES", sizes.classes),
        ("BLOCKS", sizes.blocks),
        ("INPUT_AT", places.input),
        ("GATES_AT", places.gates),
        ("OBSERVE_AT", places.observe),
        ("POSTERIOR_AT", places.posterior),
        ("LOGITS_AT", places.logits),
    ]
}

/// How a shader calls the laws of a terrain.
struct TerrainLaw {
    /// What the names of its functions begin with.
    name: &'static str,
    /// Their arguments before the point, as the world's coefficients; each ends with a comma.
    coefficients: String,
    /// What the reverse of a function gives beside the gradient with respect to the point: nothing, or a struct with that as `x`.
    field: &'static str,
}

impl TerrainLaw {
    /// The law of a terrain; `gpu/world.rs` writes its coefficients. `from` stands in front of the number of each of their vectors.
    fn of(terrain: &Terrain<f32>, from: &str) -> Self {
        let vector = |number: usize| format!("world.terrain[{from}{number}]");
        let law = |name, coefficients: String, field| Self { name, coefficients, field };
        match terrain {
            Terrain::Plane { .. } => law("plane", format!("{}.xyz, ", vector(0)), ".x"),
            Terrain::Stairs { .. } => {
                law("stairs", ["x", "y", "z", "w"].map(|part| format!("{}.{part}, ", vector(0))).concat(), ".x")
            }
            Terrain::Bumps(_) => {
                let waves = std::array::from_fn::<_, WAVES, _>(vector).join(", ");
                law("bumps", format!("array<vec4<f32>, {WAVES}>({waves}), "), ".x")
            }
            Terrain::Walls(_) => law("walls", String::new(), ""),
        }
    }
}

/// Distance (m) and unit normal at a point relative to the spawn point, and its height above the ground below (m): the laws of the run's
/// terrain. `from` stands in front of the number of each vector of coefficients.
pub(super) fn terrain_functions(terrain: &Terrain<f32>, from: &str) -> String {
    let TerrainLaw { name, coefficients, .. } = TerrainLaw::of(terrain, from);
    let call = |result: &str, part: &str| {
        format!("\nfn terrain_{part}(x: vec3<f32>) -> {result} {{\n    return {name}_{part}({coefficients}x);\n}}\n")
    };
    call("Distance", "distance") + &call("f32", "height")
}

/// The gradients with respect to the point, from those with respect to distance and normal, and to the height.
fn reverse_terrain_functions(terrain: &Terrain<f32>, from: &str) -> String {
    let TerrainLaw { name, coefficients, field } = TerrainLaw::of(terrain, from);
    let call = |bar: &str, part: &str| {
        format!(
            "\nfn terrain_{part}_reverse(x: vec3<f32>, bar: {bar}) -> vec3<f32> {{\n    \
             return {name}_{part}_reverse({coefficients}x, bar){field};\n}}\n"
        )
    };
    call("Distance", "distance") + &call("f32", "height")
}

/// Reward, descriptors and termination of the task: calls of the laws by their numbers, which compilers see through.
fn task_functions(task: &TaskPlan) -> String {
    let mut text = String::new();
    for (function, part) in [("reward_rates", "rate"), ("reward_finishes", "finish")] {
        let _ = writeln!(text, "\nfn {function}(s: Sensors) -> f32 {{\n    var sum = 0.0;");
        for (term, weight) in &task.reward {
            let [a, b, c] = term.numbers().map(number);
            let (kind, weight) = (place(&RewardTerm::ALL, term), number(*weight));
            let _ = writeln!(text, "    sum += reward_{part}({kind}u, vec3<f32>({a}, {b}, {c}), s) * {weight};");
        }
        text += "    return sum;\n}\n";
    }
    let kinds = || task.descriptors.iter().map(|kind| descriptor_place(*kind)).enumerate();
    text += "\nfn descriptor_samples(s: Sensors, dt: f32) -> array<f32, DESCRIPTORS> {\n";
    text += "    var samples: array<f32, DESCRIPTORS>;\n";
    for (i, kind) in kinds() {
        let _ = writeln!(text, "    samples[{i}] = descriptor_sample({kind}u, s, dt);");
    }
    text += "    return samples;\n}\n\nfn descriptor_finishes(sums: array<f32, DESCRIPTORS>, mean: f32, s: Sensors, b: BodyFacts)";
    text += " -> array<f32, DESCRIPTORS> {\n    var values: array<f32, DESCRIPTORS>;\n";
    for (i, kind) in kinds() {
        let _ = writeln!(text, "    values[{i}] = descriptor_finish({kind}u, sums[{i}] * mean, s, b);");
    }
    text += "    return values;\n}\n\nfn must_stop(s: Sensors) -> bool {\n    var stops = false;\n";
    for (sensor, bound) in [("s.height", task.min_height), ("s.up.z", task.min_up)] {
        if let Some(bound) = bound {
            let _ = writeln!(text, "    stops = stops || {sensor} < {};", number(bound));
        }
    }
    text += "    return stops;\n}\n";
    text
}

/// The reverses of the reward and of the descriptors. What an end passes on to a mean does not depend on the mean: every descriptor
/// that has one is the mean itself.
fn reverse_task_functions(task: &TaskPlan) -> String {
    let mut text = String::new();
    for (function, part) in [("reward_rates", "rate"), ("reward_finishes", "finish")] {
        let _ = writeln!(text, "\nfn {function}_reverse(s: Sensors, bar: f32) -> Sensors {{\n    var sum: Sensors;");
        for (term, weight) in &task.reward {
            let [a, b, c] = term.numbers().map(number);
            let (kind, weight) = (place(&RewardTerm::ALL, term), number(*weight));
            let call = format!("reward_{part}_reverse({kind}u, vec3<f32>({a}, {b}, {c}), s, bar * {weight})");
            let _ = writeln!(text, "    sum = sensors_add(sum, {call});");
        }
        text += "    return sum;\n}\n";
    }
    let kinds = || task.descriptors.iter().map(|kind| descriptor_place(*kind)).enumerate();
    text += "\nfn descriptor_samples_reverse(s: Sensors, dt: f32, bars: array<f32, DESCRIPTORS>) -> Sensors {\n";
    text += "    var sum: Sensors;\n";
    for (i, kind) in kinds() {
        let _ = writeln!(text, "    sum = sensors_add(sum, descriptor_sample_reverse({kind}u, s, dt, bars[{i}]));");
    }
    text += "    return sum;\n}\n\nfn descriptor_finishes_reverse(s: Sensors, b: BodyFacts) -> EndsGradient {\n";
    text += "    var sum: EndsGradient;\n    var one: DescriptorFinishGradient;\n";
    for (i, kind) in kinds() {
        let _ = writeln!(text, "    one = descriptor_finish_reverse({kind}u, 0.0, s, b, objective_weight({i}u));");
        let _ = writeln!(text, "    sum.means[{i}] = one.mean;");
        text += "    sum.s = sensors_add(sum.s, one.s);\n    sum.body = facts_add(sum.body, one.body);\n";
    }
    text += "    return sum;\n}\n";
    text
}

fn place(all: &[RewardTerm], term: &RewardTerm) -> usize {
    all.iter().position(|known| discriminant(known) == discriminant(term)).expect("every term is in the list")
}

fn descriptor_place(kind: Descriptor) -> usize {
    Descriptor::ALL.iter().position(|&known| known == kind).expect("every descriptor is in the list")
}

/// The shortest decimal that is the same `f32`.
fn number(x: f64) -> String {
    format!("{:?}", x as f32)
}
