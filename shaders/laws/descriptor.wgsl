// Generated from crates/burgess-physics/src/laws/: change the law there, then run
// `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.
// Needs shaders/shared/functions.wgsl.

fn descriptor_finish_final_x(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return s.position.x - s.start.x;
}

struct DescriptorFinishFinalXGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_final_x_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishFinalXGradient {
    var result: DescriptorFinishFinalXGradient;
    result.s.start.x = -bar;
    result.s.position.x = bar;
    return result;
}

fn descriptor_finish_final_y(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return s.position.y - s.start.y;
}

struct DescriptorFinishFinalYGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_final_y_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishFinalYGradient {
    var result: DescriptorFinishFinalYGradient;
    result.s.start.y = -bar;
    result.s.position.y = bar;
    return result;
}

fn descriptor_sample_limb_0_duty_factor(s: Sensors, dt: f32) -> f32 {
    return s.limb_load.x;
}

struct DescriptorSampleLimb0DutyFactorGradient {
    s: Sensors,
}

fn descriptor_sample_limb_0_duty_factor_reverse(s: Sensors, dt: f32, bar: f32) -> DescriptorSampleLimb0DutyFactorGradient {
    var result: DescriptorSampleLimb0DutyFactorGradient;
    result.s.limb_load.x = bar;
    return result;
}

fn descriptor_finish_limb_0_duty_factor(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return mean;
}

struct DescriptorFinishLimb0DutyFactorGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_limb_0_duty_factor_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishLimb0DutyFactorGradient {
    var result: DescriptorFinishLimb0DutyFactorGradient;
    result.mean = bar;
    return result;
}

fn descriptor_sample_limb_1_duty_factor(s: Sensors, dt: f32) -> f32 {
    return s.limb_load.y;
}

struct DescriptorSampleLimb1DutyFactorGradient {
    s: Sensors,
}

fn descriptor_sample_limb_1_duty_factor_reverse(s: Sensors, dt: f32, bar: f32) -> DescriptorSampleLimb1DutyFactorGradient {
    var result: DescriptorSampleLimb1DutyFactorGradient;
    result.s.limb_load.y = bar;
    return result;
}

fn descriptor_finish_limb_1_duty_factor(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return mean;
}

struct DescriptorFinishLimb1DutyFactorGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_limb_1_duty_factor_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishLimb1DutyFactorGradient {
    var result: DescriptorFinishLimb1DutyFactorGradient;
    result.mean = bar;
    return result;
}

fn descriptor_sample_limb_2_duty_factor(s: Sensors, dt: f32) -> f32 {
    return s.limb_load.z;
}

struct DescriptorSampleLimb2DutyFactorGradient {
    s: Sensors,
}

fn descriptor_sample_limb_2_duty_factor_reverse(s: Sensors, dt: f32, bar: f32) -> DescriptorSampleLimb2DutyFactorGradient {
    var result: DescriptorSampleLimb2DutyFactorGradient;
    result.s.limb_load.z = bar;
    return result;
}

fn descriptor_finish_limb_2_duty_factor(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return mean;
}

struct DescriptorFinishLimb2DutyFactorGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_limb_2_duty_factor_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishLimb2DutyFactorGradient {
    var result: DescriptorFinishLimb2DutyFactorGradient;
    result.mean = bar;
    return result;
}

fn descriptor_sample_limb_3_duty_factor(s: Sensors, dt: f32) -> f32 {
    return s.limb_load.w;
}

struct DescriptorSampleLimb3DutyFactorGradient {
    s: Sensors,
}

fn descriptor_sample_limb_3_duty_factor_reverse(s: Sensors, dt: f32, bar: f32) -> DescriptorSampleLimb3DutyFactorGradient {
    var result: DescriptorSampleLimb3DutyFactorGradient;
    result.s.limb_load.w = bar;
    return result;
}

fn descriptor_finish_limb_3_duty_factor(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return mean;
}

struct DescriptorFinishLimb3DutyFactorGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_limb_3_duty_factor_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishLimb3DutyFactorGradient {
    var result: DescriptorFinishLimb3DutyFactorGradient;
    result.mean = bar;
    return result;
}

fn descriptor_sample_mean_height(s: Sensors, dt: f32) -> f32 {
    return s.height;
}

struct DescriptorSampleMeanHeightGradient {
    s: Sensors,
}

fn descriptor_sample_mean_height_reverse(s: Sensors, dt: f32, bar: f32) -> DescriptorSampleMeanHeightGradient {
    var result: DescriptorSampleMeanHeightGradient;
    result.s.height = bar;
    return result;
}

fn descriptor_finish_mean_height(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return mean;
}

struct DescriptorFinishMeanHeightGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_mean_height_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishMeanHeightGradient {
    var result: DescriptorFinishMeanHeightGradient;
    result.mean = bar;
    return result;
}

fn descriptor_sample_mean_tilt_1_cos_2(s: Sensors, dt: f32) -> f32 {
    return (1.0 - s.up.z) * 0.5;
}

struct DescriptorSampleMeanTilt1Cos2Gradient {
    s: Sensors,
}

fn descriptor_sample_mean_tilt_1_cos_2_reverse(s: Sensors, dt: f32, bar: f32) -> DescriptorSampleMeanTilt1Cos2Gradient {
    var result: DescriptorSampleMeanTilt1Cos2Gradient;
    result.s.up.z = -(0.5 * bar);
    return result;
}

fn descriptor_finish_mean_tilt_1_cos_2(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return mean;
}

struct DescriptorFinishMeanTilt1Cos2Gradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_mean_tilt_1_cos_2_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishMeanTilt1Cos2Gradient {
    var result: DescriptorFinishMeanTilt1Cos2Gradient;
    result.mean = bar;
    return result;
}

fn descriptor_sample_gait_frequency(s: Sensors, dt: f32) -> f32 {
    return s.touchdowns / dt;
}

struct DescriptorSampleGaitFrequencyGradient {
    s: Sensors,
}

fn descriptor_sample_gait_frequency_reverse(s: Sensors, dt: f32, bar: f32) -> DescriptorSampleGaitFrequencyGradient {
    var result: DescriptorSampleGaitFrequencyGradient;
    result.s.touchdowns = bar / dt;
    return result;
}

fn descriptor_finish_gait_frequency(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return mean;
}

struct DescriptorFinishGaitFrequencyGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_gait_frequency_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishGaitFrequencyGradient {
    var result: DescriptorFinishGaitFrequencyGradient;
    result.mean = bar;
    return result;
}

fn descriptor_finish_body_mass(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return body.mass;
}

struct DescriptorFinishBodyMassGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_body_mass_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishBodyMassGradient {
    var result: DescriptorFinishBodyMassGradient;
    result.body.mass = bar;
    return result;
}

fn descriptor_finish_number_of_links(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return body.link_count;
}

struct DescriptorFinishNumberOfLinksGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_number_of_links_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishNumberOfLinksGradient {
    var result: DescriptorFinishNumberOfLinksGradient;
    result.body.link_count = bar;
    return result;
}

fn descriptor_finish_leg_span(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return body.leg_span;
}

struct DescriptorFinishLegSpanGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_leg_span_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishLegSpanGradient {
    var result: DescriptorFinishLegSpanGradient;
    result.body.leg_span = bar;
    return result;
}

fn descriptor_finish_object_x(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return s.object.x - s.object_start.x;
}

struct DescriptorFinishObjectXGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_object_x_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishObjectXGradient {
    var result: DescriptorFinishObjectXGradient;
    result.s.object_start.x = -bar;
    result.s.object.x = bar;
    return result;
}

fn descriptor_finish_object_y(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return s.object.y - s.object_start.y;
}

struct DescriptorFinishObjectYGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_object_y_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishObjectYGradient {
    var result: DescriptorFinishObjectYGradient;
    result.s.object_start.y = -bar;
    result.s.object.y = bar;
    return result;
}

fn descriptor_sample_object_touched(s: Sensors, dt: f32) -> f32 {
    return s.object_touch;
}

struct DescriptorSampleObjectTouchedGradient {
    s: Sensors,
}

fn descriptor_sample_object_touched_reverse(s: Sensors, dt: f32, bar: f32) -> DescriptorSampleObjectTouchedGradient {
    var result: DescriptorSampleObjectTouchedGradient;
    result.s.object_touch = bar;
    return result;
}

fn descriptor_finish_object_touched(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return mean;
}

struct DescriptorFinishObjectTouchedGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_object_touched_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishObjectTouchedGradient {
    var result: DescriptorFinishObjectTouchedGradient;
    result.mean = bar;
    return result;
}

fn descriptor_sample_limbs_touching(s: Sensors, dt: f32) -> f32 {
    return s.self_touch;
}

struct DescriptorSampleLimbsTouchingGradient {
    s: Sensors,
}

fn descriptor_sample_limbs_touching_reverse(s: Sensors, dt: f32, bar: f32) -> DescriptorSampleLimbsTouchingGradient {
    var result: DescriptorSampleLimbsTouchingGradient;
    result.s.self_touch = bar;
    return result;
}

fn descriptor_finish_limbs_touching(mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    return mean;
}

struct DescriptorFinishLimbsTouchingGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_limbs_touching_reverse(mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishLimbsTouchingGradient {
    var result: DescriptorFinishLimbsTouchingGradient;
    result.mean = bar;
    return result;
}

fn descriptor_sample(kind: u32, s: Sensors, dt: f32) -> f32 {
    switch kind {
        case 2u: { return descriptor_sample_limb_0_duty_factor(s, dt); }
        case 3u: { return descriptor_sample_limb_1_duty_factor(s, dt); }
        case 4u: { return descriptor_sample_limb_2_duty_factor(s, dt); }
        case 5u: { return descriptor_sample_limb_3_duty_factor(s, dt); }
        case 6u: { return descriptor_sample_mean_height(s, dt); }
        case 7u: { return descriptor_sample_mean_tilt_1_cos_2(s, dt); }
        case 8u: { return descriptor_sample_gait_frequency(s, dt); }
        case 14u: { return descriptor_sample_object_touched(s, dt); }
        case 15u: { return descriptor_sample_limbs_touching(s, dt); }
        default: { return 0.0; }
    }
}

fn descriptor_sample_reverse(kind: u32, s: Sensors, dt: f32, bar: f32) -> Sensors {
    switch kind {
        case 2u: { return descriptor_sample_limb_0_duty_factor_reverse(s, dt, bar).s; }
        case 3u: { return descriptor_sample_limb_1_duty_factor_reverse(s, dt, bar).s; }
        case 4u: { return descriptor_sample_limb_2_duty_factor_reverse(s, dt, bar).s; }
        case 5u: { return descriptor_sample_limb_3_duty_factor_reverse(s, dt, bar).s; }
        case 6u: { return descriptor_sample_mean_height_reverse(s, dt, bar).s; }
        case 7u: { return descriptor_sample_mean_tilt_1_cos_2_reverse(s, dt, bar).s; }
        case 8u: { return descriptor_sample_gait_frequency_reverse(s, dt, bar).s; }
        case 14u: { return descriptor_sample_object_touched_reverse(s, dt, bar).s; }
        case 15u: { return descriptor_sample_limbs_touching_reverse(s, dt, bar).s; }
        default: { return Sensors(); }
    }
}

fn descriptor_finish(kind: u32, mean: f32, s: Sensors, body: BodyFacts) -> f32 {
    switch kind {
        case 0u: { return descriptor_finish_final_x(mean, s, body); }
        case 1u: { return descriptor_finish_final_y(mean, s, body); }
        case 2u: { return descriptor_finish_limb_0_duty_factor(mean, s, body); }
        case 3u: { return descriptor_finish_limb_1_duty_factor(mean, s, body); }
        case 4u: { return descriptor_finish_limb_2_duty_factor(mean, s, body); }
        case 5u: { return descriptor_finish_limb_3_duty_factor(mean, s, body); }
        case 6u: { return descriptor_finish_mean_height(mean, s, body); }
        case 7u: { return descriptor_finish_mean_tilt_1_cos_2(mean, s, body); }
        case 8u: { return descriptor_finish_gait_frequency(mean, s, body); }
        case 9u: { return descriptor_finish_body_mass(mean, s, body); }
        case 10u: { return descriptor_finish_number_of_links(mean, s, body); }
        case 11u: { return descriptor_finish_leg_span(mean, s, body); }
        case 12u: { return descriptor_finish_object_x(mean, s, body); }
        case 13u: { return descriptor_finish_object_y(mean, s, body); }
        case 14u: { return descriptor_finish_object_touched(mean, s, body); }
        case 15u: { return descriptor_finish_limbs_touching(mean, s, body); }
        default: { return 0.0; }
    }
}

struct DescriptorFinishGradient {
    mean: f32,
    s: Sensors,
    body: BodyFacts,
}

fn descriptor_finish_reverse(kind: u32, mean: f32, s: Sensors, body: BodyFacts, bar: f32) -> DescriptorFinishGradient {
    switch kind {
        case 0u: { let g = descriptor_finish_final_x_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 1u: { let g = descriptor_finish_final_y_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 2u: { let g = descriptor_finish_limb_0_duty_factor_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 3u: { let g = descriptor_finish_limb_1_duty_factor_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 4u: { let g = descriptor_finish_limb_2_duty_factor_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 5u: { let g = descriptor_finish_limb_3_duty_factor_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 6u: { let g = descriptor_finish_mean_height_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 7u: { let g = descriptor_finish_mean_tilt_1_cos_2_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 8u: { let g = descriptor_finish_gait_frequency_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 9u: { let g = descriptor_finish_body_mass_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 10u: { let g = descriptor_finish_number_of_links_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 11u: { let g = descriptor_finish_leg_span_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 12u: { let g = descriptor_finish_object_x_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 13u: { let g = descriptor_finish_object_y_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 14u: { let g = descriptor_finish_object_touched_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        case 15u: { let g = descriptor_finish_limbs_touching_reverse(mean, s, body, bar); return DescriptorFinishGradient(g.mean, g.s, g.body); }
        default: { return DescriptorFinishGradient(); }
    }
}
