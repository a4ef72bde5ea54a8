//! The laws as generated code: every law of this folder is traced and written as WGSL to `shaders/laws/`, with its reverse beside
//! it; the reverses that the processor's backward sweep needs are written as Rust to `crates/burgess-physics/src/laws/reverse.rs`.
//!
//! `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws` writes the files; without the variable the
//! same test fails when a file is not what the laws say.

use super::contact::ContactLaw;
use super::descriptor::Descriptor;
use super::gyroscope::carried_angular_momentum;
use super::joint::{Limits, Servo};
use super::pair::{ContactSums, PairLaw, PairMotion, pair_friction};
use super::reward::RewardTerm;
use super::sensors::{BodyFacts, LIMB_ENDS, Sensors, load_share};
use super::shapes::{RoundedBox, Segment, Touch, between_segment_and_box, between_segments, share_nearest_to_box};
use super::terrain::{Terrain, WAVES, Wave, upright_box, wall_top};
use burgess_core::math::{Sym3, Vec3};
use burgess_core::trace::wgsl::{function, structure};
use burgess_core::trace::{Graph, Traced, Tracer, rust};
use std::fmt::Write as _;

const HEAD: &str = "\
// Generated from crates/burgess-physics/src/laws/: change the law there, then run
// `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.
// Needs shaders/shared/functions.wgsl.
";

const RUST_HEAD: &str = "\
//! Reverses of the laws, derived from their graphs: for the gradient of each output (`bar_...`) that of each parameter.
//!
//! Generated from crates/burgess-physics/src/laws/: change the law there, then run
//! `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.

#![allow(unused_variables, clippy::too_many_arguments)]

use burgess_core::autodiff::Real;
use burgess_core::math::{Vec3, vec3};
";

/// A parameter or a field: its name and its WGSL type.
type Port = (String, String);

/// A law to be written: a WGSL function and its reverse.
#[derive(Debug)]
pub struct Law {
    /// Name of the WGSL function.
    pub name: String,
    parameters: Vec<Port>,
    result: String,
    /// Fields of the result if it is a struct of this law's own.
    fields: Vec<Port>,
    /// Parameters without a gradient.
    constants: Vec<&'static str>,
    /// What the law computes.
    pub graph: Graph,
}

/// One file under `shaders/laws/`.
#[derive(Debug)]
pub struct ShaderFile {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub text: String,
    /// The laws in it.
    pub laws: Vec<Law>,
}

/// Every file, in the order in which a shader must include them.
pub fn files() -> Vec<ShaderFile> {
    vec![
        file("sensors.wgsl", &sensor_structs(), vec![load_share_law()], ""),
        file("contact.wgsl", "", vec![contact_law()], ""),
        file("pair.wgsl", "", pair_laws(), ""),
        file("joint.wgsl", "", vec![servo_law(), servo_line_law(), limit_law()], ""),
        file("gyroscope.wgsl", "", vec![gyroscope_law()], ""),
        file("terrain.wgsl", &distance_struct(), terrain_laws(), ""),
        with_tail("reward.wgsl", reward_laws(), reward_switches),
        with_tail("descriptor.wgsl", descriptor_laws(), descriptor_switches),
    ]
}

/// The text of `crates/burgess-physics/src/laws/reverse.rs`.
pub fn rust_reverses() -> String {
    let mut laws = vec![contact_law(), servo_law(), servo_line_law(), limit_law(), gyroscope_law()];
    // What has no gradient has no reverse.
    laws.extend(pair_laws().into_iter().filter(|law| !law.gradient().1.is_empty()));
    laws.iter().fold(RUST_HEAD.to_owned(), |text, law| format!("{text}\n{}", law.rust_reverse()))
}

/// A file that ends with what follows from its laws.
fn with_tail(name: &'static str, laws: Vec<Law>, tail: fn(&[Law]) -> String) -> ShaderFile {
    let tail = tail(&laws);
    file(name, "", laws, &tail)
}

fn file(name: &'static str, structs: &str, laws: Vec<Law>, tail: &str) -> ShaderFile {
    let mut text = HEAD.to_owned();
    // Laws can share the struct of their result.
    let is_first = |i: usize| laws[..i].iter().all(|law| law.result != laws[i].result);
    let laws_text = laws.iter().enumerate().map(|(i, law)| law.text(is_first(i)));
    for part in std::iter::once(structs.to_owned()).chain(laws_text).chain([tail.to_owned()]) {
        if !part.is_empty() {
            text.push('\n');
            text.push_str(&part);
        }
    }
    ShaderFile { name, text, laws }
}

impl Law {
    /// Result struct, if wanted, function, gradient struct, reverse function.
    fn text(&self, with_struct: bool) -> String {
        let mut text = String::new();
        if with_struct && !self.fields.is_empty() {
            text += &structure(&self.result, &self.fields);
            text.push('\n');
        }
        text += &function(&self.name, &self.parameters, &self.result, &self.graph);
        let (gradient, wanted) = self.gradient();
        if wanted.is_empty() {
            return text;
        }
        text.push('\n');
        text += &structure(&gradient, &wanted);
        text.push('\n');
        let mut parameters = self.parameters.clone();
        parameters.push(("bar".into(), self.result.clone()));
        text +=
            &function(&format!("{}_reverse", self.name), &parameters, &gradient, &self.graph.reverse(&self.constants));
        text
    }

    /// Name and fields of the gradient struct: the parameters that have a gradient.
    fn gradient(&self) -> (String, Vec<Port>) {
        let has_one = |(name, _): &&Port| !self.constants.contains(&name.as_str());
        (format!("{}Gradient", pascal(&self.name)), self.parameters.iter().filter(has_one).cloned().collect())
    }

    /// Gradient struct and reverse function in Rust.
    fn rust_reverse(&self) -> String {
        let (gradient, wanted) = self.gradient();
        let name = format!("{}_reverse", self.name);
        let bars = self.fields.iter().map(|(field, kind)| (format!("bar_{field}"), kind.clone()));
        let parameters: Vec<Port> = self.parameters.iter().cloned().chain(bars).collect();
        let structure = rust::structure(&gradient, &format!("What [`{name}`] gives."), &generic(&wanted));
        let doc = format!("The reverse of `{}`.", self.name);
        let graph = self.graph.reverse(&self.constants);
        format!("{structure}\n{}", rust::function(&name, &doc, &generic(&parameters), &gradient, &graph))
    }
}

/// WGSL types to those of Rust over a scalar `T`.
fn generic(list: &[Port]) -> Vec<Port> {
    let kind = |kind: &str| kind.replace("vec3<f32>", "Vec3<T>").replace("f32", "T");
    list.iter().map(|(name, wgsl)| (name.clone(), kind(wgsl))).collect()
}

/// `contact_force` to `ContactForce`.
fn pascal(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn ports(list: &[(&str, &str)]) -> Vec<Port> {
    list.iter().map(|&(name, kind)| (name.to_owned(), kind.to_owned())).collect()
}

/// Scalars and vectors (names that end in `^`) as ports.
fn typed(names: &[&str]) -> Vec<Port> {
    let port = |name: &&str| match name.strip_suffix('^') {
        Some(vector) => (vector.to_owned(), "vec3<f32>".to_owned()),
        None => ((*name).to_owned(), "f32".to_owned()),
    };
    names.iter().map(port).collect()
}

fn contact_law() -> Law {
    let names = [
        "dt",
        "stiffness",
        "width",
        "damping",
        "friction",
        "slip_speed",
        "inverse_slip_mass",
        "onset_speed",
        "gap",
        "v_n",
        "free_slip_squared",
        "force_before",
    ];
    let graph = Graph::record(|t| {
        let [
            dt,
            stiffness,
            width,
            damping,
            friction,
            slip_speed,
            inverse_slip_mass,
            onset_speed,
            gap,
            v_n,
            free_slip,
            before,
        ] = names.map(|name| t.input(name));
        let law = ContactLaw { dt, stiffness, width, damping, friction, slip_speed, inverse_slip_mass, onset_speed };
        let force = law.force(gap, v_n, free_slip, before);
        t.output("push", force.push);
        t.output("normal_drag", force.normal_drag);
        t.output("tangent_drag", force.tangent_drag);
    });
    Law {
        name: "contact_force".into(),
        parameters: typed(&names),
        result: "ContactForce".into(),
        fields: typed(&["push", "normal_drag", "tangent_drag"]),
        constants: vec!["dt", "slip_speed", "onset_speed"],
        graph,
    }
}

/// Where two shapes touch, and the force.
fn pair_laws() -> Vec<Law> {
    let touch = typed(&["gap", "normal^", "point^"]);
    let segment = |t: &mut Tracer, root: &str, radius: bool| Segment {
        from: t.vector(&format!("{root}_from")),
        along: t.vector(&format!("{root}_along")),
        radius: if radius { t.input(format!("{root}_radius")) } else { Traced::default() },
    };
    let rounded_box = |t: &mut Tracer, radius: bool| RoundedBox {
        centre: t.vector("b_centre"),
        axes: ["b_x", "b_y", "b_z"].map(|axis| t.vector(axis)),
        half: t.vector("b_half"),
        radius: if radius { t.input("b_radius") } else { Traced::default() },
    };
    let output_touch = |t: &mut Tracer, touch: Touch<Traced>| {
        t.output("gap", touch.gap);
        t.output_vector("normal", touch.normal);
        t.output_vector("point", touch.point);
    };
    let between_segments = Law {
        name: "between_segments".into(),
        parameters: typed(&["a_from^", "a_along^", "a_radius", "b_from^", "b_along^", "b_radius", "pull"]),
        result: "Touch".into(),
        fields: touch.clone(),
        constants: vec!["pull"],
        graph: Graph::record(|t| {
            let (a, b) = (segment(t, "a", true), segment(t, "b", true));
            let pull = t.input("pull");
            output_touch(t, between_segments(&a, &b, pull));
        }),
    };
    let share = ["a_from^", "a_along^", "b_centre^", "b_x^", "b_y^", "b_z^", "b_half^", "pull"];
    let share_nearest_to_box = Law {
        name: "share_nearest_to_box".into(),
        parameters: typed(&share),
        result: "f32".into(),
        fields: Vec::new(),
        constants: share.map(|name| name.trim_end_matches('^')).into(),
        graph: Graph::record(|t| {
            let (a, b) = (segment(t, "a", false), rounded_box(t, false));
            let pull = t.input("pull");
            t.output("", share_nearest_to_box(&a, &b, pull));
        }),
    };
    let between_segment_and_box = Law {
        name: "between_segment_and_box".into(),
        parameters: typed(&[
            "a_from^",
            "a_along^",
            "a_radius",
            "b_centre^",
            "b_x^",
            "b_y^",
            "b_z^",
            "b_half^",
            "b_radius",
            "pull",
            "share",
        ]),
        result: "Touch".into(),
        fields: touch,
        constants: vec!["pull", "share"],
        graph: Graph::record(|t| {
            let (a, b) = (segment(t, "a", true), rounded_box(t, true));
            let (pull, share) = (t.input("pull"), t.input("share"));
            output_touch(t, between_segment_and_box(&a, &b, pull, share));
        }),
    };
    vec![
        between_segments,
        share_nearest_to_box,
        between_segment_and_box,
        pair_friction_law(),
        pair_resistance_law(),
        pair_force_law(),
    ]
}

fn pair_friction_law() -> Law {
    let names = ["first", "second"];
    Law {
        name: "pair_friction".into(),
        parameters: typed(&names),
        result: "PairFriction".into(),
        fields: typed(&["coefficient"]),
        constants: Vec::new(),
        graph: Graph::record(|t| {
            let [first, second] = names.map(|name| t.input(name));
            t.output("coefficient", pair_friction(first, second));
        }),
    }
}

fn pair_resistance_law() -> Law {
    let names = ["dt", "stiffness", "width", "onset_speed", "gap", "v_n", "tangent_mobility"];
    Law {
        name: "pair_resistance".into(),
        parameters: typed(&names),
        result: "PairResistance".into(),
        fields: typed(&["drag", "stiffness", "tangent_drag", "tangent_stiffness"]),
        constants: vec!["dt", "onset_speed"],
        graph: Graph::record(|t| {
            let [dt, stiffness, width, onset_speed, gap, v_n, mobility] = names.map(|name| t.input(name));
            let law = PairLaw { dt, stiffness, width, friction: Traced::default(), onset_speed };
            let resistance = law.resistance(gap, v_n, mobility);
            t.output("drag", resistance.drag);
            t.output("stiffness", resistance.stiffness);
            t.output("tangent_drag", resistance.tangent_drag);
            t.output("tangent_stiffness", resistance.tangent_stiffness);
        }),
    }
}

fn pair_force_law() -> Law {
    Law {
        name: "pair_force".into(),
        parameters: typed(&[
            "dt",
            "stiffness",
            "width",
            "friction",
            "onset_speed",
            "gap",
            "v_n",
            "slip^",
            "bristle^",
            "tangent_mobility",
            "sum_drag",
            "sum_stiffness",
            "sum_tangent_drag",
            "sum_tangent_stiffness",
        ]),
        result: "PairForce".into(),
        fields: typed(&["normal", "friction^", "bristle^"]),
        constants: vec!["dt", "onset_speed"],
        graph: Graph::record(|t| {
            let [dt, stiffness, width, friction, onset_speed, gap, v_n] =
                ["dt", "stiffness", "width", "friction", "onset_speed", "gap", "v_n"].map(|name| t.input(name));
            let [slip, bristle] = ["slip", "bristle"].map(|name| t.vector(name));
            let tangent_mobility = t.input("tangent_mobility");
            let [drag, of_springs, tangent_drag, tangent_stiffness] =
                ["drag", "stiffness", "tangent_drag", "tangent_stiffness"].map(|name| t.input(format!("sum_{name}")));
            let law = PairLaw { dt, stiffness, width, friction, onset_speed };
            let motion = PairMotion { gap, v_n, slip, bristle, tangent_mobility };
            let sums = ContactSums { drag, stiffness: of_springs, tangent_drag, tangent_stiffness };
            let force = law.force(&motion, &sums);
            t.output("normal", force.normal);
            t.output_vector("friction", force.friction);
            t.output_vector("bristle", force.bristle);
        }),
    }
}

fn servo_law() -> Law {
    let names = ["dt", "kp", "kd", "torque_limit", "target_angle", "angle", "rate"];
    let graph = Graph::record(|t| {
        let [dt, kp, kd, torque_limit, target, angle, rate] = names.map(|name| t.input(name));
        let torque = Servo { kp, kd, torque_limit, no_load_speed: None }.torque(dt, target, angle, rate);
        t.output("push", torque.push);
        t.output("drag", torque.drag);
    });
    servo_torque("servo_torque", &names, graph)
}

/// With a no-load speed.
fn servo_line_law() -> Law {
    let names = ["dt", "kp", "kd", "torque_limit", "no_load_speed", "target_angle", "angle", "rate"];
    let graph = Graph::record(|t| {
        let [dt, kp, kd, torque_limit, speed, target, angle, rate] = names.map(|name| t.input(name));
        let torque = Servo { kp, kd, torque_limit, no_load_speed: Some(speed) }.torque(dt, target, angle, rate);
        t.output("push", torque.push);
        t.output("drag", torque.drag);
    });
    servo_torque("servo_line_torque", &names, graph)
}

fn servo_torque(name: &str, names: &[&str], graph: Graph) -> Law {
    Law {
        name: name.into(),
        parameters: typed(names),
        result: "ServoTorque".into(),
        fields: typed(&["push", "drag"]),
        constants: vec!["dt"],
        graph,
    }
}

fn limit_law() -> Law {
    let names = ["dt", "lower", "upper", "stiffness", "damping", "width", "angle", "rate"];
    let graph = Graph::record(|t| {
        let [dt, lower, upper, stiffness, damping, width, angle, rate] = names.map(|name| t.input(name));
        let (torque, used) = Limits { lower, upper, stiffness, damping, width }.torque(dt, angle, rate);
        t.output("push", torque.push);
        t.output("drag", torque.drag);
        t.output("limit_use", used);
    });
    Law {
        name: "limit_torque".into(),
        parameters: typed(&names),
        result: "LimitTorque".into(),
        fields: typed(&["push", "drag", "limit_use"]),
        constants: vec!["dt", "damping", "width"],
        graph,
    }
}

fn gyroscope_law() -> Law {
    let graph = Graph::record(|t| {
        let [diagonal, products] = ["diagonal", "products"].map(|name| t.vector(name));
        let (spin, dt) = (t.vector("spin"), t.input("dt"));
        let inertia =
            Sym3 { xx: diagonal.x, yy: diagonal.y, zz: diagonal.z, xy: products.x, xz: products.y, yz: products.z };
        t.output_vector("momentum", carried_angular_momentum(inertia, spin, dt));
    });
    Law {
        name: "carried_angular_momentum".into(),
        parameters: typed(&["diagonal^", "products^", "spin^", "dt"]),
        result: "CarriedMomentum".into(),
        fields: typed(&["momentum^"]),
        constants: vec!["dt"],
        graph,
    }
}

fn load_share_law() -> Law {
    let graph = Graph::record(|t| {
        let (force, reference) = (t.input("normal_force"), t.input("reference"));
        t.output("", load_share(force, reference));
    });
    Law {
        name: "load_share".into(),
        parameters: typed(&["normal_force", "reference"]),
        result: "f32".into(),
        fields: Vec::new(),
        constants: Vec::new(),
        graph,
    }
}

fn distance_struct() -> String {
    structure("Distance", &typed(&["distance", "normal^"]))
}

/// Of every terrain how far a point is from the surface, and how high above the ground below it.
fn terrain_laws() -> Vec<Law> {
    let law = |name: String, result: &str, coefficients: &[Port], constants: Vec<&'static str>, graph| Law {
        name,
        parameters: coefficients.iter().cloned().chain(typed(&["x^"])).collect(),
        result: result.into(),
        fields: Vec::new(),
        constants,
        graph,
    };
    type Recorded = fn(&mut Tracer) -> Terrain<Traced>;
    let both = |name: &str, coefficients: &[Port], constants: &[&'static str], terrain: Recorded| {
        let distance = Graph::record(|t| {
            let ground = terrain(t);
            let x = t.vector("x");
            output_distance(t, ground.distance(x));
        });
        let height = Graph::record(|t| {
            let ground = terrain(t);
            let x = t.vector("x");
            t.output("", ground.height(x));
        });
        [
            law(format!("{name}_distance"), "Distance", coefficients, constants.into(), distance),
            law(format!("{name}_height"), "f32", coefficients, constants.into(), height),
        ]
    };
    let two = |name: &str| (name.to_owned(), "vec2<f32>".to_owned());
    let waves = [("waves".to_owned(), format!("array<vec4<f32>, {WAVES}>"))];
    let steps = ["start", "rise", "run", "count"];
    let wall = [two("centre"), two("half"), ("height".into(), "f32".into())];
    let of_wall = ["centre", "half", "height"];
    let recorded_wall =
        |t: &mut Tracer| ["centre.x", "centre.y", "half.x", "half.y", "height"].map(|name| t.input(name));
    let distance = Graph::record(|t| {
        let (wall, x) = (recorded_wall(t), t.vector("x"));
        output_distance(t, upright_box(&wall, x));
    });
    let top = Graph::record(|t| {
        let (wall, x) = (recorded_wall(t), t.vector("x"));
        t.output("", wall_top(&wall, x));
    });
    let walls = [
        law("wall_distance".into(), "Distance", &wall, of_wall.into(), distance),
        // It jumps at the wall's sides and is constant elsewhere.
        law("wall_top".into(), "f32", &wall, of_wall.into_iter().chain(["x"]).collect(), top),
    ];
    let plane = both("plane", &typed(&["normal^"]), &["normal"], |t| Terrain::Plane { normal: t.vector("normal") });
    let stairs = both("stairs", &typed(&steps), &steps, |t| {
        let [start, rise, run, count] = ["start", "rise", "run", "count"].map(|name| t.input(name));
        Terrain::Stairs { start, rise, run, count }
    });
    let bumps = both("bumps", &waves, &["waves"], |t| Terrain::Bumps(std::array::from_fn(|i| wave(t, i))));
    [plane, stairs, bumps, walls].into_iter().flatten().collect()
}

/// Amplitude, wave vector, phase.
fn wave(t: &mut Tracer, index: usize) -> Wave<Traced> {
    let mut number = |component| t.input(format!("waves[{index}].{component}"));
    Wave { amplitude: number("x"), k: [number("y"), number("z")], phase: number("w") }
}

fn output_distance(t: &mut Tracer, (distance, normal): (Traced, Vec3<Traced>)) {
    t.output("distance", distance);
    t.output_vector("normal", normal);
}

const COMPONENTS: [&str; LIMB_ENDS] = ["x", "y", "z", "w"];

fn sensor_ports() -> Vec<Port> {
    let mut list =
        typed(&["time", "start^", "position^", "velocity^", "up^", "height", "power", "command_rate", "limit_use"]);
    list.extend(ports(&[("limb_load", "vec4<f32>"), ("touchdowns", "f32")]));
    list.extend(typed(&["object_start^", "object^", "object_touch", "self_touch", "rival^", "wanted^"]));
    list
}

fn sensor_structs() -> String {
    let facts = typed(&["mass", "link_count", "leg_span"]);
    format!("{}\n{}", structure("Sensors", &sensor_ports()), structure("BodyFacts", &facts))
}

fn sensors(t: &mut Tracer, root: &str) -> Sensors<Traced> {
    let name = |field: &str| format!("{root}.{field}");
    Sensors {
        time: t.input(name("time")),
        start: t.vector(&name("start")),
        position: t.vector(&name("position")),
        velocity: t.vector(&name("velocity")),
        up: t.vector(&name("up")),
        height: t.input(name("height")),
        power: t.input(name("power")),
        command_rate: t.input(name("command_rate")),
        limit_use: t.input(name("limit_use")),
        limb_load: COMPONENTS.map(|c| t.input(name(&format!("limb_load.{c}")))),
        touchdowns: t.input(name("touchdowns")),
        object_start: t.vector(&name("object_start")),
        object: t.vector(&name("object")),
        object_touch: t.input(name("object_touch")),
        self_touch: t.input(name("self_touch")),
        rival: t.vector(&name("rival")),
        wanted: t.vector(&name("wanted")),
    }
}

/// A law's part of a function name: `forward progress` to `forward_progress`.
fn snake(label: &str) -> String {
    let plain: String = label.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join("_")
}

fn reward_name(term: &RewardTerm, part: &str) -> String {
    format!("reward_{part}_{}", snake(term.label().0))
}

/// What a term gives each second and at the end; those that give nothing have no function.
fn reward_laws() -> Vec<Law> {
    let law = |term: &RewardTerm, part: &str, graph| Law {
        name: reward_name(term, part),
        parameters: ports(&[("numbers", "vec3<f32>"), ("s", "Sensors")]),
        result: "f32".into(),
        fields: Vec::new(),
        constants: vec!["numbers"],
        graph,
    };
    let mut laws = Vec::new();
    for term in RewardTerm::ALL {
        laws.push(law(
            &term,
            "rate",
            Graph::record(|t| {
                let numbers = t.vector("numbers").to_array();
                let s = sensors(t, "s");
                t.output("", term.rate(&numbers, &s));
            }),
        ));
        laws.push(law(
            &term,
            "finish",
            Graph::record(|t| {
                let numbers = t.vector("numbers").to_array();
                let s = sensors(t, "s");
                t.output("", term.finish(&numbers, &s));
            }),
        ));
    }
    laws.retain(|law| !law.graph.is_constant(0.0));
    laws
}

fn reward_switches(laws: &[Law]) -> String {
    let has = |name: &str| laws.iter().any(|law| law.name == name);
    let mut text = String::new();
    for part in ["rate", "finish"] {
        let cases = |call: &dyn Fn(&str) -> String| -> Vec<(usize, String)> {
            let names = RewardTerm::ALL.iter().map(|term| reward_name(term, part)).enumerate();
            names.filter(|(_, name)| has(name)).map(|(kind, name)| (kind, call(&name))).collect()
        };
        let parameters = "numbers: vec3<f32>, s: Sensors";
        let values = cases(&|name| format!("return {name}(numbers, s)"));
        text += &switch(&format!("reward_{part}"), parameters, ("f32", "0.0"), &values);
        text.push('\n');
        let gradients = cases(&|name| format!("return {name}_reverse(numbers, s, bar).s"));
        let parameters = format!("{parameters}, bar: f32");
        text += &switch(&format!("reward_{part}_reverse"), &parameters, ("Sensors", "Sensors()"), &gradients);
        text.push('\n');
    }
    text.truncate(text.trim_end().len() + 1);
    text
}

fn descriptor_name(descriptor: &Descriptor, part: &str) -> String {
    format!("descriptor_{part}_{}", snake(&descriptor.label().0))
}

fn descriptor_laws() -> Vec<Law> {
    let mut laws = Vec::new();
    for descriptor in Descriptor::ALL {
        laws.push(Law {
            name: descriptor_name(&descriptor, "sample"),
            parameters: ports(&[("s", "Sensors"), ("dt", "f32")]),
            result: "f32".into(),
            fields: Vec::new(),
            constants: vec!["dt"],
            graph: Graph::record(|t| {
                let (s, dt) = (sensors(t, "s"), t.input("dt"));
                t.output("", descriptor.sample(&s, dt));
            }),
        });
        laws.push(Law {
            name: descriptor_name(&descriptor, "finish"),
            parameters: ports(&[("mean", "f32"), ("s", "Sensors"), ("body", "BodyFacts")]),
            result: "f32".into(),
            fields: Vec::new(),
            constants: Vec::new(),
            graph: Graph::record(|t| {
                let (mean, s) = (t.input("mean"), sensors(t, "s"));
                let [mass, link_count, leg_span] =
                    ["mass", "link_count", "leg_span"].map(|f| t.input(format!("body.{f}")));
                t.output("", descriptor.finish(mean, &s, &BodyFacts { mass, link_count, leg_span }));
            }),
        });
    }
    laws.retain(|law| !law.graph.is_constant(0.0));
    laws
}

fn descriptor_switches(laws: &[Law]) -> String {
    let has = |name: &str| laws.iter().any(|law| law.name == name);
    let cases = |part: &str, call: &dyn Fn(&str) -> String| -> Vec<(usize, String)> {
        let names = Descriptor::ALL.iter().map(|descriptor| descriptor_name(descriptor, part)).enumerate();
        names.filter(|(_, name)| has(name)).map(|(kind, name)| (kind, call(&name))).collect()
    };
    let parameters = "s: Sensors, dt: f32";
    let values = cases("sample", &|name| format!("return {name}(s, dt)"));
    let sample = switch("descriptor_sample", parameters, ("f32", "0.0"), &values);
    let gradients = cases("sample", &|name| format!("return {name}_reverse(s, dt, bar).s"));
    let parameters = format!("{parameters}, bar: f32");
    let sample_reverse = switch("descriptor_sample_reverse", &parameters, ("Sensors", "Sensors()"), &gradients);
    let parameters = "mean: f32, s: Sensors, body: BodyFacts";
    let values = cases("finish", &|name| format!("return {name}(mean, s, body)"));
    let finish = switch("descriptor_finish", parameters, ("f32", "0.0"), &values);
    let gradient = "DescriptorFinishGradient";
    let fields = ports(&[("mean", "f32"), ("s", "Sensors"), ("body", "BodyFacts")]);
    // Each law has a struct of its own with the same fields.
    let gradients: Vec<(usize, String)> = cases("finish", &|name| {
        format!("let g = {name}_reverse(mean, s, body, bar); return {gradient}(g.mean, g.s, g.body)")
    });
    let parameters = format!("{parameters}, bar: f32");
    let none = format!("{gradient}()");
    let finish_reverse = switch("descriptor_finish_reverse", &parameters, (gradient, &none), &gradients);
    format!("{sample}\n{sample_reverse}\n{finish}\n{}\n{finish_reverse}", structure(gradient, &fields))
}

/// A function that does one of several things by number, and gives `other` for the rest.
fn switch(name: &str, parameters: &str, (result, other): (&str, &str), cases: &[(usize, String)]) -> String {
    let mut text = format!("fn {name}(kind: u32, {parameters}) -> {result} {{\n    switch kind {{\n");
    for (kind, call) in cases {
        let _ = writeln!(text, "        case {kind}u: {{ {call}; }}");
    }
    let _ = writeln!(text, "        default: {{ return {other}; }}\n    }}\n}}");
    text
}
