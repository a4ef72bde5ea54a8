// Generated from crates/burgess-physics/src/laws/: change the law there, then run
// `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.
// Needs shaders/shared/functions.wgsl.

fn reward_rate_forward_progress(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.velocity.x;
}

struct RewardRateForwardProgressGradient {
    s: Sensors,
}

fn reward_rate_forward_progress_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardRateForwardProgressGradient {
    var result: RewardRateForwardProgressGradient;
    result.s.velocity.x = bar;
    return result;
}

fn reward_finish_distance(numbers: vec3<f32>, s: Sensors) -> f32 {
    let t0 = s.position.x - s.start.x;
    let t1 = s.position.y - s.start.y;
    return sqrt(((t0 * t0) + (t1 * t1)) + 1e-12);
}

struct RewardFinishDistanceGradient {
    s: Sensors,
}

fn reward_finish_distance_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardFinishDistanceGradient {
    let t0 = s.position.x - s.start.x;
    let t1 = s.position.y - s.start.y;
    let t2 = (bar * 0.5) / sqrt(((t0 * t0) + (t1 * t1)) + 1e-12);
    let t3 = t0 * t2;
    let t4 = t3 + t3;
    let t5 = t1 * t2;
    let t6 = t5 + t5;
    var result: RewardFinishDistanceGradient;
    result.s.start.x = -t4;
    result.s.start.y = -t6;
    result.s.position.x = t4;
    result.s.position.y = t6;
    return result;
}

fn reward_finish_target_reached(numbers: vec3<f32>, s: Sensors) -> f32 {
    let t0 = s.position.x - numbers.x;
    let t1 = s.position.y - numbers.y;
    return 1.0 / (1.0 + (((t0 * t0) + (t1 * t1)) / (numbers.z * numbers.z)));
}

struct RewardFinishTargetReachedGradient {
    s: Sensors,
}

fn reward_finish_target_reached_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardFinishTargetReachedGradient {
    let t0 = s.position.x - numbers.x;
    let t1 = s.position.y - numbers.y;
    let t2 = numbers.z * numbers.z;
    let t3 = 1.0 + (((t0 * t0) + (t1 * t1)) / t2);
    let t4 = (-((1.0 / t3) * (bar / t3))) / t2;
    let t5 = t0 * t4;
    let t6 = t1 * t4;
    var result: RewardFinishTargetReachedGradient;
    result.s.position.x = t5 + t5;
    result.s.position.y = t6 + t6;
    return result;
}

fn reward_finish_height_gained(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.position.z - s.start.z;
}

struct RewardFinishHeightGainedGradient {
    s: Sensors,
}

fn reward_finish_height_gained_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardFinishHeightGainedGradient {
    var result: RewardFinishHeightGainedGradient;
    result.s.start.z = -bar;
    result.s.position.z = bar;
    return result;
}

fn reward_rate_upright(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.up.z;
}

struct RewardRateUprightGradient {
    s: Sensors,
}

fn reward_rate_upright_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardRateUprightGradient {
    var result: RewardRateUprightGradient;
    result.s.up.z = bar;
    return result;
}

fn reward_rate_energy(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.power;
}

struct RewardRateEnergyGradient {
    s: Sensors,
}

fn reward_rate_energy_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardRateEnergyGradient {
    var result: RewardRateEnergyGradient;
    result.s.power = bar;
    return result;
}

fn reward_rate_command_roughness(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.command_rate;
}

struct RewardRateCommandRoughnessGradient {
    s: Sensors,
}

fn reward_rate_command_roughness_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardRateCommandRoughnessGradient {
    var result: RewardRateCommandRoughnessGradient;
    result.s.command_rate = bar;
    return result;
}

fn reward_rate_survival(numbers: vec3<f32>, s: Sensors) -> f32 {
    return 1.0;
}

struct RewardRateSurvivalGradient {
    s: Sensors,
}

fn reward_rate_survival_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardRateSurvivalGradient {
    var result: RewardRateSurvivalGradient;
    return result;
}

fn reward_rate_joint_limit_use(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.limit_use;
}

struct RewardRateJointLimitUseGradient {
    s: Sensors,
}

fn reward_rate_joint_limit_use_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardRateJointLimitUseGradient {
    var result: RewardRateJointLimitUseGradient;
    result.s.limit_use = bar;
    return result;
}

fn reward_finish_object_progress(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.object.x - s.object_start.x;
}

struct RewardFinishObjectProgressGradient {
    s: Sensors,
}

fn reward_finish_object_progress_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardFinishObjectProgressGradient {
    var result: RewardFinishObjectProgressGradient;
    result.s.object_start.x = -bar;
    result.s.object.x = bar;
    return result;
}

fn reward_finish_object_at_target(numbers: vec3<f32>, s: Sensors) -> f32 {
    let t0 = s.object.x - numbers.x;
    let t1 = s.object.y - numbers.y;
    return 1.0 / (1.0 + (((t0 * t0) + (t1 * t1)) / (numbers.z * numbers.z)));
}

struct RewardFinishObjectAtTargetGradient {
    s: Sensors,
}

fn reward_finish_object_at_target_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardFinishObjectAtTargetGradient {
    let t0 = s.object.x - numbers.x;
    let t1 = s.object.y - numbers.y;
    let t2 = numbers.z * numbers.z;
    let t3 = 1.0 + (((t0 * t0) + (t1 * t1)) / t2);
    let t4 = (-((1.0 / t3) * (bar / t3))) / t2;
    let t5 = t0 * t4;
    let t6 = t1 * t4;
    var result: RewardFinishObjectAtTargetGradient;
    result.s.object.x = t5 + t5;
    result.s.object.y = t6 + t6;
    return result;
}

fn reward_finish_object_lifted(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.object.z - s.object_start.z;
}

struct RewardFinishObjectLiftedGradient {
    s: Sensors,
}

fn reward_finish_object_lifted_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardFinishObjectLiftedGradient {
    var result: RewardFinishObjectLiftedGradient;
    result.s.object_start.z = -bar;
    result.s.object.z = bar;
    return result;
}

fn reward_rate_object_touched(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.object_touch;
}

struct RewardRateObjectTouchedGradient {
    s: Sensors,
}

fn reward_rate_object_touched_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardRateObjectTouchedGradient {
    var result: RewardRateObjectTouchedGradient;
    result.s.object_touch = bar;
    return result;
}

fn reward_rate_limbs_touching(numbers: vec3<f32>, s: Sensors) -> f32 {
    return s.self_touch;
}

struct RewardRateLimbsTouchingGradient {
    s: Sensors,
}

fn reward_rate_limbs_touching_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardRateLimbsTouchingGradient {
    var result: RewardRateLimbsTouchingGradient;
    result.s.self_touch = bar;
    return result;
}

fn reward_finish_nearer_to_object(numbers: vec3<f32>, s: Sensors) -> f32 {
    let t0 = s.rival.x - s.object.x;
    let t1 = s.rival.y - s.object.y;
    let t2 = sqrt(1e-12 + ((t0 * t0) + (t1 * t1)));
    let t3 = s.position.x - s.object.x;
    let t4 = s.position.y - s.object.y;
    let t5 = sqrt(((t3 * t3) + (t4 * t4)) + 1e-12);
    return (t2 - t5) / (t5 + t2);
}

struct RewardFinishNearerToObjectGradient {
    s: Sensors,
}

fn reward_finish_nearer_to_object_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardFinishNearerToObjectGradient {
    let t0 = s.position.x - s.object.x;
    let t1 = s.rival.x - s.object.x;
    let t2 = s.rival.y - s.object.y;
    let t3 = sqrt(1e-12 + ((t1 * t1) + (t2 * t2)));
    let t4 = s.position.y - s.object.y;
    let t5 = sqrt(((t0 * t0) + (t4 * t4)) + 1e-12);
    let t6 = t5 + t3;
    let t7 = bar / t6;
    let t8 = -(((t3 - t5) / t6) * t7);
    let t9 = ((t8 + (-t7)) * 0.5) / t5;
    let t10 = t0 * t9;
    let t11 = t10 + t10;
    let t12 = t4 * t9;
    let t13 = t12 + t12;
    let t14 = ((t7 + t8) * 0.5) / t3;
    let t15 = t1 * t14;
    let t16 = t15 + t15;
    let t17 = t2 * t14;
    let t18 = t17 + t17;
    var result: RewardFinishNearerToObjectGradient;
    result.s.position.x = t11;
    result.s.position.y = t13;
    result.s.object.x = (-t16) + (-t11);
    result.s.object.y = (-t18) + (-t13);
    result.s.rival.x = t16;
    result.s.rival.y = t18;
    return result;
}

fn reward_rate_command_followed(numbers: vec3<f32>, s: Sensors) -> f32 {
    let t0 = s.velocity.x - s.wanted.x;
    let t1 = s.velocity.y - s.wanted.y;
    return 1.0 / (1.0 + (((t0 * t0) + (t1 * t1)) / (numbers.x * numbers.x)));
}

struct RewardRateCommandFollowedGradient {
    s: Sensors,
}

fn reward_rate_command_followed_reverse(numbers: vec3<f32>, s: Sensors, bar: f32) -> RewardRateCommandFollowedGradient {
    let t0 = s.velocity.x - s.wanted.x;
    let t1 = s.velocity.y - s.wanted.y;
    let t2 = numbers.x * numbers.x;
    let t3 = 1.0 + (((t0 * t0) + (t1 * t1)) / t2);
    let t4 = (-((1.0 / t3) * (bar / t3))) / t2;
    let t5 = t0 * t4;
    let t6 = t5 + t5;
    let t7 = t1 * t4;
    let t8 = t7 + t7;
    var result: RewardRateCommandFollowedGradient;
    result.s.velocity.x = t6;
    result.s.velocity.y = t8;
    result.s.wanted.x = -t6;
    result.s.wanted.y = -t8;
    return result;
}

fn reward_rate(kind: u32, numbers: vec3<f32>, s: Sensors) -> f32 {
    switch kind {
        case 0u: { return reward_rate_forward_progress(numbers, s); }
        case 4u: { return reward_rate_upright(numbers, s); }
        case 5u: { return reward_rate_energy(numbers, s); }
        case 6u: { return reward_rate_command_roughness(numbers, s); }
        case 7u: { return reward_rate_survival(numbers, s); }
        case 8u: { return reward_rate_joint_limit_use(numbers, s); }
        case 12u: { return reward_rate_object_touched(numbers, s); }
        case 13u: { return reward_rate_limbs_touching(numbers, s); }
        case 15u: { return reward_rate_command_followed(numbers, s); }
        default: { return 0.0; }
    }
}

fn reward_rate_reverse(kind: u32, numbers: vec3<f32>, s: Sensors, bar: f32) -> Sensors {
    switch kind {
        case 0u: { return reward_rate_forward_progress_reverse(numbers, s, bar).s; }
        case 4u: { return reward_rate_upright_reverse(numbers, s, bar).s; }
        case 5u: { return reward_rate_energy_reverse(numbers, s, bar).s; }
        case 6u: { return reward_rate_command_roughness_reverse(numbers, s, bar).s; }
        case 7u: { return reward_rate_survival_reverse(numbers, s, bar).s; }
        case 8u: { return reward_rate_joint_limit_use_reverse(numbers, s, bar).s; }
        case 12u: { return reward_rate_object_touched_reverse(numbers, s, bar).s; }
        case 13u: { return reward_rate_limbs_touching_reverse(numbers, s, bar).s; }
        case 15u: { return reward_rate_command_followed_reverse(numbers, s, bar).s; }
        default: { return Sensors(); }
    }
}

fn reward_finish(kind: u32, numbers: vec3<f32>, s: Sensors) -> f32 {
    switch kind {
        case 1u: { return reward_finish_distance(numbers, s); }
        case 2u: { return reward_finish_target_reached(numbers, s); }
        case 3u: { return reward_finish_height_gained(numbers, s); }
        case 9u: { return reward_finish_object_progress(numbers, s); }
        case 10u: { return reward_finish_object_at_target(numbers, s); }
        case 11u: { return reward_finish_object_lifted(numbers, s); }
        case 14u: { return reward_finish_nearer_to_object(numbers, s); }
        default: { return 0.0; }
    }
}

fn reward_finish_reverse(kind: u32, numbers: vec3<f32>, s: Sensors, bar: f32) -> Sensors {
    switch kind {
        case 1u: { return reward_finish_distance_reverse(numbers, s, bar).s; }
        case 2u: { return reward_finish_target_reached_reverse(numbers, s, bar).s; }
        case 3u: { return reward_finish_height_gained_reverse(numbers, s, bar).s; }
        case 9u: { return reward_finish_object_progress_reverse(numbers, s, bar).s; }
        case 10u: { return reward_finish_object_at_target_reverse(numbers, s, bar).s; }
        case 11u: { return reward_finish_object_lifted_reverse(numbers, s, bar).s; }
        case 14u: { return reward_finish_nearer_to_object_reverse(numbers, s, bar).s; }
        default: { return Sensors(); }
    }
}
