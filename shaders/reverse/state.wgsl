// What a lane carries on the way back through the steps. A bar is the gradient of the objective with respect to what it is named
// after; those of rotations are with respect to a small rotation (rad, world axes). Twin of crates/burgess-physics/src/step/reverse/state.rs.

// Takes the place of `episodes` in this entry point.
@group(0) @binding(7) var<storage, read_write> gradients: array<vec4<f32>>;
@group(0) @binding(10) var<uniform> objectives: array<Objective, 17>; // the reward and each descriptor

// With respect to the link's state.
var<private> angle_bar: f32;
var<private> rate_bar: f32;
var<private> target_bar: f32;
var<private> command_bar: f32;
var<private> momentum_bar: vec3<f32>;
var<private> spin_bar: vec3<f32>;
var<private> force_bars: array<f32, CONTACTS>;
var<private> free_gain_bars: array<vec3<f32>, CONTACTS>;

// With respect to the base's state, on base lanes.
var<private> position_bar: vec3<f32>;
var<private> rotation_bar: vec3<f32>;
var<private> velocity_bar: vec3<f32>;
var<private> angular_velocity_bar: vec3<f32>;

// With respect to the link's model.
var<private> joint_position_bar: vec3<f32>;
var<private> mass_bar: f32;
var<private> axis_bar: vec3<f32>;
var<private> armature_bar: f32;
var<private> com_bar: vec3<f32>;
var<private> damping_bar: f32;
var<private> inertia_bar: Sym3;
var<private> kp_bar: f32;
var<private> kd_bar: f32;
var<private> torque_limit_bar: f32;
var<private> no_load_speed_bar: f32;
var<private> lower_bar: f32;
var<private> upper_bar: f32;
var<private> limit_stiffness_bar: f32;
var<private> rhythm_bar: vec4<f32>;
var<private> contact_bars: array<vec4<f32>, CONTACTS>;

// The lane's part of the gradient with respect to what all links share.
var<private> contact_stiffness_bar: f32;
var<private> contact_width_bar: f32;
var<private> friction_bar: f32;
var<private> contact_damping_bar: f32;
var<private> gravity_bar: vec3<f32>;
var<private> reference_force_bar: f32;
var<private> body_mass_bar: f32;

// On base lanes: with respect to what sensors know of the start and of the body, and to the samples of descriptors, each step's.
var<private> start_bar: vec3<f32>;
var<private> leg_span_bar: f32;
var<private> sample_bars: array<f32, DESCRIPTORS>;

// What the step left, from the next record.
var<private> angle_after: f32;
var<private> rate_after: f32;
var<private> force_after: f32;
var<private> position_after: vec3<f32>;
var<private> orientation_after: vec4<f32>;
var<private> velocity_after: vec3<f32>;
var<private> spin_after: vec3<f32>;

// Scratch of the step. `moved` is the twist after it; the solve's results (`twist_after`, `free_rate`) are the adjoint ones.
var<private> steps_taken: u32;
var<private> alive: bool;
var<private> target_before: f32;
var<private> command_before: f32;
var<private> limb_end: u32;
var<private> moved: Twist;
var<private> carried_bar: vec3<f32>;
var<private> power_bar: f32;
var<private> limit_use_bar: f32;
var<private> change_weight: f32;
// With respect to the normal forces that `touch_forces` tells apart.
var<private> touch_bars: vec2<f32>;

// With respect to the link's twist before the step, after it, the adjoint one (wrenches, as their products with twists count),
// its origin, its rotation, and the position of the base as its contacts see it: what goes up the tree.
var<private> twist_bar: Wrench;
var<private> moved_bar: Wrench;
var<private> adjoint_bar: Wrench;
var<private> origin_bar: vec3<f32>;
var<private> turn_bar: vec3<f32>;
var<private> place_bar: vec3<f32>;

fn post_bars() {
    post(0u, vec4<f32>(twist_bar.torque, origin_bar.x));
    post(1u, vec4<f32>(twist_bar.force, origin_bar.y));
    post(2u, vec4<f32>(moved_bar.torque, origin_bar.z));
    post(3u, vec4<f32>(moved_bar.force, turn_bar.x));
    post(4u, vec4<f32>(adjoint_bar.torque, turn_bar.y));
    post(5u, vec4<f32>(adjoint_bar.force, turn_bar.z));
    post(6u, vec4<f32>(place_bar, 0.0));
}

// Adds what a lane posted with post_bars to the own bars.
fn add_bars(by: u32) {
    let a = posted(0u, by);
    let b = posted(1u, by);
    let c = posted(2u, by);
    let d = posted(3u, by);
    let e = posted(4u, by);
    let f = posted(5u, by);
    twist_bar = wrench_add(twist_bar, Wrench(a.xyz, b.xyz));
    moved_bar = wrench_add(moved_bar, Wrench(c.xyz, d.xyz));
    adjoint_bar = wrench_add(adjoint_bar, Wrench(e.xyz, f.xyz));
    origin_bar += vec3<f32>(a.w, b.w, c.w);
    turn_bar += vec3<f32>(d.w, e.w, f.w);
    place_bar += posted(6u, by).xyz;
}

// A vector of world axes seen from the link.
fn in_link(a: vec3<f32>) -> vec3<f32> {
    return a * link_rotation;
}
