// Generated from crates/burgess-physics/src/laws/: change the law there, then run
// `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.
// Needs shaders/shared/functions.wgsl.

struct Sensors {
    time: f32,
    start: vec3<f32>,
    position: vec3<f32>,
    velocity: vec3<f32>,
    up: vec3<f32>,
    height: f32,
    power: f32,
    command_rate: f32,
    limit_use: f32,
    limb_load: vec4<f32>,
    touchdowns: f32,
    object_start: vec3<f32>,
    object: vec3<f32>,
    object_touch: f32,
    self_touch: f32,
    rival: vec3<f32>,
    wanted: vec3<f32>,
}

struct BodyFacts {
    mass: f32,
    link_count: f32,
    leg_span: f32,
}

fn load_share(normal_force: f32, reference: f32) -> f32 {
    return normal_force / (normal_force + reference);
}

struct LoadShareGradient {
    normal_force: f32,
    reference: f32,
}

fn load_share_reverse(normal_force: f32, reference: f32, bar: f32) -> LoadShareGradient {
    let t0 = normal_force + reference;
    let t1 = bar / t0;
    let t2 = -((normal_force / t0) * t1);
    var result: LoadShareGradient;
    result.normal_force = t1 + t2;
    result.reference = t2;
    return result;
}
