// Generated from crates/burgess-physics/src/laws/: change the law there, then run
// `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.
// Needs shaders/shared/functions.wgsl.

struct ContactForce {
    push: f32,
    normal_drag: f32,
    tangent_drag: f32,
}

fn contact_force(dt: f32, stiffness: f32, width: f32, damping: f32, friction: f32, slip_speed: f32, inverse_slip_mass: f32, onset_speed: f32, gap: f32, v_n: f32, free_slip_squared: f32, force_before: f32) -> ContactForce {
    let t0 = (-(gap + (dt * v_n))) / width;
    let t1 = exp(-select(-t0, t0, t0 > 0.0));
    let t2 = (select(0.0, t0, t0 > 0.0) + ln_1p(t1)) * (stiffness * width);
    let t3 = 1.0 / (t1 + 1.0);
    let t4 = select(t1 * t3, t3, t0 > 0.0) * (dt * stiffness);
    let t5 = (damping * t2) / (1.0 + (damping * ((v_n + sqrt((v_n * v_n) + (onset_speed * onset_speed))) * 0.5)));
    let t6 = friction * select(0.0, force_before, force_before > 0.0);
    let t7 = dt * inverse_slip_mass;
    let t8 = t6 * t7;
    let t9 = slip_speed + (t8 * 0.03125);
    let t10 = sqrt(free_slip_squared + (t9 * t9)) - t8;
    let t11 = sqrt((t10 * t10) + ((t8 * t9) * 4.0)) + select(-t10, t10, t10 > 0.0);
    var result: ContactForce;
    result.push = t2 + (v_n * t4);
    result.normal_drag = t4 + t5;
    result.tangent_drag = select(t11 / (2.0 * (t7 * t9)), (t6 * 2.0) / t11, t10 > 0.0);
    return result;
}

struct ContactForceGradient {
    stiffness: f32,
    width: f32,
    damping: f32,
    friction: f32,
    inverse_slip_mass: f32,
    gap: f32,
    v_n: f32,
    free_slip_squared: f32,
    force_before: f32,
}

fn contact_force_reverse(dt: f32, stiffness: f32, width: f32, damping: f32, friction: f32, slip_speed: f32, inverse_slip_mass: f32, onset_speed: f32, gap: f32, v_n: f32, free_slip_squared: f32, force_before: f32, bar: ContactForce) -> ContactForceGradient {
    let t0 = (-(gap + (dt * v_n))) / width;
    let t1 = exp(-select(-t0, t0, t0 > 0.0));
    let t2 = t1 + 1.0;
    let t3 = 1.0 / t2;
    let t4 = select(t1 * t3, t3, t0 > 0.0);
    let t5 = bar.normal_drag + (v_n * bar.push);
    let t6 = select(0.0, t0, t0 > 0.0) + ln_1p(t1);
    let t7 = sqrt((v_n * v_n) + (onset_speed * onset_speed));
    let t8 = (v_n + t7) * 0.5;
    let t9 = 1.0 + (damping * t8);
    let t10 = bar.normal_drag / t9;
    let t11 = bar.push + (damping * t10);
    let t12 = t6 * t11;
    let t13 = stiffness * width;
    let t14 = t13 * t11;
    let t15 = dt * stiffness;
    let t16 = t15 * t5;
    let t17 = select(t16, 0.0, t0 > 0.0);
    let t18 = t1 * (((t3 * t17) + (t14 / t2)) + (-(t3 * ((select(0.0, t16, t0 > 0.0) + (t1 * t17)) / t2))));
    let t19 = -t18;
    let t20 = (select(0.0, t14, t0 > 0.0) + select(0.0, t19, t0 > 0.0)) + (-select(t19, 0.0, t0 > 0.0));
    let t21 = t20 / width;
    let t22 = t6 * t13;
    let t23 = -(((damping * t22) / t9) * t10);
    let t24 = select(0.0, force_before, force_before > 0.0);
    let t25 = friction * t24;
    let t26 = dt * inverse_slip_mass;
    let t27 = t25 * t26;
    let t28 = slip_speed + (t27 * 0.03125);
    let t29 = sqrt(free_slip_squared + (t28 * t28));
    let t30 = t29 - t27;
    let t31 = sqrt((t30 * t30) + ((t27 * t28) * 4.0));
    let t32 = t31 + select(-t30, t30, t30 > 0.0);
    let t33 = select(0.0, bar.tangent_drag, t30 > 0.0) / t32;
    let t34 = 2.0 * (t26 * t28);
    let t35 = select(bar.tangent_drag, 0.0, t30 > 0.0) / t34;
    let t36 = t35 + (-(((t25 * 2.0) / t32) * t33));
    let t37 = (0.5 * t36) / t31;
    let t38 = 4.0 * t37;
    let t39 = t30 * t37;
    let t40 = t39 + ((select(0.0, t36, t30 > 0.0) + (-select(t36, 0.0, t30 > 0.0))) + t39);
    let t41 = (0.5 * t40) / t29;
    let t42 = t28 * t41;
    let t43 = 2.0 * (-((t32 / t34) * t35));
    let t44 = ((t28 * t38) + (-t40)) + (0.03125 * (t42 + (((t26 * t43) + (t27 * t38)) + t42)));
    let t45 = (2.0 * t33) + (t26 * t44);
    let t46 = -t21;
    let t47 = 0.5 * (damping * t23);
    let t48 = v_n * ((0.5 * t47) / t7);
    var result: ContactForceGradient;
    result.stiffness = (dt * (t4 * t5)) + (width * t12);
    result.width = (stiffness * t12) + (-(t0 * t21));
    result.damping = (t8 * t23) + (t22 * t10);
    result.friction = t24 * t45;
    result.inverse_slip_mass = dt * ((t28 * t43) + (t25 * t44));
    result.gap = t46;
    result.v_n = (t48 + ((((t4 * t15) * bar.push) + t47) + t48)) + (dt * t46);
    result.free_slip_squared = t41;
    result.force_before = select(0.0, friction * t45, force_before > 0.0);
    return result;
}
