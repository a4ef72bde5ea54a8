//! The composed shaders, without any adapter: valid for every experiment, and of the layout that the host writes.

use burgess_latent::{FrozenWorldModel, Size};
use burgess_physics::frame::recorded_layout;
use burgess_physics::gpu::compose::{Choices, FILES, Mode, source};
use burgess_physics::gpu::layout::{
    Body, CONTACT_POINTS, DIVERGED, Episode, FINISHED, FRAME_WORDS, FRESH, LANES, Lane, LinkRoom, NONE, Objective,
    RUNNING, SAMPLES, STEPS, Span, TERMINATED, World, bar_places, gradient_fields, model_fields, record_fields,
    result_words, state_fields, thought_floats,
};
use burgess_physics::laws::descriptor::Descriptor;
use burgess_physics::laws::reward::RewardTerm;
use burgess_physics::laws::terrain::{Terrain, TerrainSpec, Wall};
use burgess_physics::model::PAIR_SLOTS;
use burgess_physics::plan::BrainKind;
use burgess_physics::task::TaskPlan;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Expression, Literal, Module, ShaderStage, StorageAccess, TypeInner};
use std::collections::BTreeSet;
use std::mem::offset_of;

/// What every WebGPU adapter has: bytes of workgroup memory, storage buffers a stage, bytes of a uniform buffer.
const WORKGROUP_MEMORY: u32 = 16384;
const STORAGE_BUFFERS: usize = 8;
const UNIFORM_BINDING: u32 = 65536;
/// Steps a frame of recorded shaders, which do not divide the task's.
const RECORDED: u32 = 7;

/// Every reward term and every descriptor.
fn task() -> TaskPlan {
    let target = RewardTerm::TargetReached { target: (1.0, -0.5), radius: 0.25 };
    let terms = RewardTerm::ALL.map(|term| match term {
        RewardTerm::TargetReached { .. } => target,
        RewardTerm::FollowCommand { .. } => RewardTerm::FollowCommand { spread: 0.3 },
        other => other,
    });
    TaskPlan {
        steps: 240,
        control_period: 4,
        reward: terms.into_iter().zip((1..).map(|i| 0.3 * f64::from(i))).collect(),
        descriptors: Descriptor::ALL.into(),
        min_height: Some(0.05),
        min_up: Some(-0.5),
        frame: None,
        observer: None,
    }
}

fn terrains() -> [Terrain<f32>; 4] {
    [
        TerrainSpec::Plane { slope: 0.1 },
        TerrainSpec::Stairs { start: 0.5, rise: 0.05, run: 0.4, count: 5 },
        TerrainSpec::Bumps { height: 0.03, wavelength: 1.5 },
        TerrainSpec::Walls(vec![Wall { centre: (0.8, 0.0), half: (0.1, 1.0), height: 0.5 }]),
    ]
    .map(|spec| spec.compile(1).map(|x| x as f32))
}

/// A shader and what it was composed for.
struct Shader {
    text: String,
    /// Room of a link's vectors.
    link_room: LinkRoom,
    taped: bool,
    mode: Mode,
    task: TaskPlan,
}

/// Every kind of shader.
fn every_shader() -> Vec<Shader> {
    let model = FrozenWorldModel::untrained(Size::Small, 40.0, 1).unwrap();
    let recorded = TaskPlan { frame: Some(RECORDED), ..task() };
    let watched = TaskPlan { observer: Some((model.observer().clone(), 6)), ..task() };
    let both = TaskPlan { frame: Some(RECORDED), ..watched.clone() };
    let brains = [BrainKind::Cpg, BrainKind::Mlp(vec![16, 8]), BrainKind::Sequence];
    let mut all = Vec::new();
    for terrain in &terrains() {
        for brain in &brains {
            let is_network = matches!(brain, BrainKind::Mlp(_));
            let mut tasks = vec![(task(), false), (task(), true), (recorded.clone(), false)];
            tasks.extend(
                [(watched.clone(), false), (watched.clone(), true), (both.clone(), false)]
                    .into_iter()
                    .filter(|_| is_network),
            );
            let mut kinds: Vec<_> = tasks.into_iter().map(|(task, taped)| (task, taped, Mode::Episodes)).collect();
            kinds.extend([false, true].map(|taped| (task(), taped, Mode::Windows)));
            // Given actions take the place of any brain.
            if *brain == BrainKind::Sequence {
                kinds.extend([false, true].map(|taped| (task(), taped, Mode::Actions)));
            }
            for (task, taped, mode) in kinds {
                for (contacts, whole_shapes, pairs, objects, rivals, no_load_speeds, frictions, environments) in [
                    (2, false, false, 0, 0, false, false, 1),
                    (8, false, false, 0, 0, false, false, 1),
                    (8, false, true, 0, 0, false, false, 1),
                    (8, false, true, 2, 0, false, false, 1),
                    (8, false, true, 3, 1, false, false, 1),
                    (2, false, false, 0, 0, true, false, 1),
                    (8, false, true, 2, 0, false, true, 1),
                    (8, false, true, 3, 1, true, true, 1),
                    (4, true, false, 0, 0, false, false, 1),
                    (12, true, true, 3, 1, true, true, 1),
                    (2, false, false, 0, 0, false, false, 3),
                    (12, true, true, 3, 1, true, true, 3),
                ] {
                    let (link_room, task) = (LinkRoom { contacts, pairs, no_load_speeds }, &task);
                    let text = source(Choices {
                        task,
                        terrain,
                        brain,
                        link_room,
                        whole_shapes,
                        objects,
                        rivals,
                        frictions,
                        environments,
                        pushed: environments > 1,
                        asked: environments > 1,
                        taped,
                        mode,
                    });
                    all.push(Shader { text, link_room, taped, mode, task: task.clone() });
                }
            }
        }
    }
    all
}

fn parsed(text: &str) -> Module {
    naga::front::wgsl::parse_str(text).unwrap_or_else(|error| panic!("{}", error.emit_to_string(text)))
}

#[test]
fn every_shader_is_valid_without_optional_features() {
    let shaders = every_shader();
    let different: BTreeSet<&str> = shaders.iter().map(|shader| shader.text.as_str()).collect();
    assert_eq!(different.len(), 4 * 12 * (3 * 3 + 3 + 3 * 2 + 2));
    for Shader { text, taped, .. } in &shaders {
        let module = parsed(text);
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{}", error.emit_to_string(text)));
        let entries: Vec<_> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(entries, ["simulate", "differentiate"][..1 + usize::from(*taped)]);
        for entry in &module.entry_points {
            assert_eq!((entry.stage, entry.workgroup_size), (ShaderStage::Compute, [LANES as u32, 1, 1]));
        }
    }
}

#[test]
fn every_shader_keeps_to_what_all_adapters_have() {
    for Shader { text, taped, .. } in every_shader() {
        let module = parsed(&text);
        let info = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module).unwrap();
        for (index, entry) in module.entry_points.iter().enumerate() {
            check_entry(&module, entry.name == "differentiate", |variable| {
                !info.get_entry_point(index)[variable].is_empty()
            });
        }
        let mut bindings: Vec<_> = module.global_variables.iter().filter_map(|(_, v)| v.binding).collect();
        bindings.sort_unstable_by_key(|binding| binding.binding);
        bindings.dedup();
        let last = 10 + u32::from(taped);
        assert!(bindings.iter().map(|b| (b.group, b.binding)).eq((0..last).map(|binding| (0, binding))));
    }
}

/// What one entry point uses.
fn check_entry(module: &Module, back: bool, used: impl Fn(naga::Handle<naga::GlobalVariable>) -> bool) {
    let size = |ty| module.types[ty].inner.size(module.to_ctx());
    let (mut workgroup, mut places) = (0, BTreeSet::new());
    let kept: &[&str] = if back {
        &["states", "gradients", "results", "activations"]
    } else {
        &["states", "episodes", "results", "activations"]
    };
    for (handle, variable) in module.global_variables.iter().filter(|(handle, _)| used(*handle)) {
        match variable.space {
            AddressSpace::WorkGroup => workgroup += size(variable.ty),
            AddressSpace::Storage { access } => {
                let place = variable.binding.as_ref().map(|binding| binding.binding);
                assert!(places.insert(place), "two arrays at {place:?}");
                let written = access.contains(StorageAccess::STORE);
                assert_eq!(
                    written,
                    kept.contains(&variable.name.as_deref().unwrap()),
                    "{handle:?} {:?}",
                    variable.name
                );
            }
            AddressSpace::Uniform => assert!(size(variable.ty) <= UNIFORM_BINDING, "{:?}", variable.name),
            AddressSpace::Private => {}
            ref other => panic!("{:?} is in {other:?}", variable.name),
        }
    }
    assert!(workgroup <= WORKGROUP_MEMORY, "{workgroup} bytes of workgroup memory");
    let board = 16 * constant(module, "FIELDS") * constant(module, "ROW");
    assert!(workgroup >= board && board >= 16 * 7 * LANES as u32, "{board} of {workgroup} bytes");
    assert!(places.len() <= STORAGE_BUFFERS, "{} storage buffers", places.len());
}

/// Offset and size in bytes of each field, and the size of the whole.
#[derive(Debug, PartialEq)]
struct Shape {
    name: String,
    fields: Vec<(String, usize, usize)>,
    size: usize,
}

/// A host struct's shape. Does not compile when a field is left out.
macro_rules! shape {
    ($name:ident { $($field:ident),* $(,)? }) => {{
        let _every_field = |$name { $($field: _),* }: $name| ();
        let fields = vec![
            $((stringify!($field).to_owned(), offset_of!($name, $field), field_size(|whole: &$name| &whole.$field))),*
        ];
        Shape { name: stringify!($name).into(), fields, size: size_of::<$name>() }
    }};
}

fn field_size<T, F>(_: impl Fn(&T) -> &F) -> usize {
    size_of::<F>()
}

fn host_shapes() -> Vec<Shape> {
    vec![
        shape!(World {
            gravity,
            dt,
            friction,
            slip_speed,
            contact_damping,
            onset_speed,
            limit_damping,
            limit_width,
            slew_rate,
            wall_count,
            steps,
            control_period,
            hidden_layers,
            zero,
            push_period,
            asked_period,
            kept,
            unused_0,
            hidden,
            terrain,
            events,
        }),
        shape!(Span { first_step, step_count, block_count, tape_start, replays, window_start }),
        shape!(Objective { descriptors, reward, unused_0, unused_1, unused_2 }),
        shape!(Lane { tree, counts, body, block_depth, partners, scene, facts, environment }),
        shape!(Body {
            start,
            contact_stiffness,
            mass,
            link_count,
            leg_span,
            reference_force,
            contact_width,
            limb_ends,
            limb_end_count,
            floating,
            weights,
            activations,
            pull_tolerance,
            started,
            first_object,
            turn_z,
            turn_w,
            friction,
            objective,
            unused_0,
            unused_1,
            unused_2,
        }),
        shape!(Episode { orientation, position, unused_0, velocity, unused_1, stance }),
    ]
}

/// The struct of a name, as the device sees it.
fn device_shape(module: &Module, name: &str) -> Shape {
    let (_, found) = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some(name)).expect(name);
    let TypeInner::Struct { members, span } = &found.inner else { panic!("{name} is no struct") };
    let field = |member: &naga::StructMember| {
        let size = module.types[member.ty].inner.size(module.to_ctx());
        (member.name.clone().unwrap(), member.offset as usize, size as usize)
    };
    Shape { name: name.into(), fields: members.iter().map(field).collect(), size: *span as usize }
}

#[test]
fn host_and_device_structs_agree_field_by_field() {
    let layout = FILES.iter().find(|(name, _)| *name == "layout.wgsl").unwrap().1;
    let declared: BTreeSet<&str> =
        layout.lines().filter_map(|line| line.strip_prefix("struct ")?.strip_suffix(" {")).collect();
    let compared: Vec<Shape> = host_shapes();
    assert_eq!(declared, compared.iter().map(|shape| shape.name.as_str()).collect(), "structs of layout.wgsl");
    for Shader { text, .. } in every_shader() {
        let module = parsed(&text);
        for host in &compared {
            assert_eq!(*host, device_shape(&module, &host.name));
        }
    }
}

/// The comparison would notice: two fields of one type exchanged, one renamed, one more.
#[test]
fn a_changed_field_does_not_pass() {
    let Shader { text, .. } = every_shader().swap_remove(0);
    let host = host_shapes();
    let body = host.iter().find(|shape| shape.name == "Body").unwrap();
    for (from, to) in [
        ("    mass: f32,\n    link_count: f32,", "    link_count: f32,\n    mass: f32,"),
        ("    pull_tolerance: f32,\n    started: u32,", "    pull_tolerance: f32,\n    begun: u32,"),
        ("    pull_tolerance: f32,\n", "    pull_tolerance: f32,\n    more: vec4<f32>,\n"),
    ] {
        assert!(text.contains(from), "{from}");
        assert_ne!(*body, device_shape(&parsed_unchecked(&text.replacen(from, to, 1)), "Body"), "{to}");
    }
}

/// Only the layout's own part: code after it may use fields that are gone.
fn parsed_unchecked(text: &str) -> Module {
    let begin = text.find("struct World").unwrap();
    let end = text[begin..].find("@group").unwrap() + begin;
    let uses = "@group(0) @binding(0) var<storage> all: array<Body>;";
    parsed(&format!("{}{uses}", &text[begin..end]))
}

/// A whole number that the shader calls so.
fn constant(module: &Module, name: &str) -> u32 {
    let (_, found) = module.constants.iter().find(|(_, c)| c.name.as_deref() == Some(name)).expect(name);
    match module.global_expressions[found.init] {
        Expression::Literal(Literal::U32(value)) => value,
        ref other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn host_and_device_constants_agree() {
    for Shader { text, link_room, taped, mode, task } in every_shader() {
        let module = parsed(&text);
        let descriptors = Descriptor::ALL.len();
        for (name, value) in [
            ("LANES", LANES),
            ("NONE", usize::from(NONE)),
            ("CONTACT_POINTS", CONTACT_POINTS),
            ("CONTACTS", link_room.contacts),
            ("PAIR_SLOTS", if link_room.pairs { PAIR_SLOTS } else { 0 }),
            ("NO_LOAD_SPEEDS", usize::from(link_room.no_load_speeds)),
            ("DESCRIPTORS", descriptors),
            ("MODEL_FIELDS", model_fields(link_room)),
            ("STATE_FIELDS", state_fields(link_room)),
            (
                "RECORD_FIELDS",
                if taped || mode != Mode::Episodes { record_fields(link_room) } else { state_fields(link_room) },
            ),
            ("STATE_BARS", bar_places(link_room).0),
            ("POSITION_STIFFNESS_BARS", bar_places(link_room).1),
            ("LEG_SPAN_BAR", bar_places(link_room).1 + 6),
            ("GRADIENT_FIELDS", gradient_fields(link_room, descriptors)),
            ("STEPS", STEPS),
            ("SAMPLES", SAMPLES),
            ("RESULT_WORDS", result_words(&task, taped)),
            ("RECORDED", usize::from(task.frame.is_some())),
            ("FRAME", task.frame.unwrap_or(1) as usize),
            ("WATCHED", usize::from(task.observer.is_some())),
            ("EXCESS", SAMPLES + descriptors),
            ("FRAMES", SAMPLES + 2 * descriptors + 1),
            ("FRAME_WORDS", FRAME_WORDS),
            ("FEATURES", recorded_layout(1.0).width()),
            ("FINISHED", FINISHED as usize),
            ("TERMINATED", TERMINATED as usize),
            ("DIVERGED", DIVERGED as usize),
            ("RUNNING", RUNNING as usize),
            ("FRESH", FRESH as usize),
        ] {
            assert_eq!(constant(&module, name) as usize, value, "{name} with {link_room:?}");
        }
        if task.observer.is_some() {
            let bars = if taped { constant(&module, "THOUGHT_BARS") } else { 0 };
            assert_eq!((constant(&module, "THOUGHT") + bars) as usize, thought_floats(&task, taped));
        }
        // What `decode` takes for granted.
        assert_eq!(["ENDING", "REWARD", "RUNNING"].map(|name| constant(&module, name)), [0, 2, 0]);
    }
}
