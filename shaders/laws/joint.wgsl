// Generated from crates/burgess-physics/src/laws/: change the law there, then run
// `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.
// Needs shaders/shared/functions.wgsl.

struct ServoTorque {
    push: f32,
    drag: f32,
}

fn servo_torque(dt: f32, kp: f32, kd: f32, torque_limit: f32, target_angle: f32, angle: f32, rate: f32) -> ServoTorque {
    let t0 = target_angle - angle;
    let t1 = ((kp * (t0 - (dt * rate))) - (kd * rate)) / torque_limit;
    let t2 = select(-t1, t1, t1 > 0.0);
    let t3 = 1.0 / select(1.0, t2, t2 > 1.0);
    let t4 = select(t2, t3, t2 > 1.0);
    let t5 = t4 * t4;
    let t6 = t5 * t5;
    let t7 = t6 * t6;
    let t8 = t3 / sqrt(sqrt(sqrt(sqrt(1.0 + (t7 * t7)))));
    var result: ServoTorque;
    result.push = t0 * (kp * t8);
    result.drag = t8 * (kd + (dt * kp));
    return result;
}

struct ServoTorqueGradient {
    kp: f32,
    kd: f32,
    torque_limit: f32,
    target_angle: f32,
    angle: f32,
    rate: f32,
}

fn servo_torque_reverse(dt: f32, kp: f32, kd: f32, torque_limit: f32, target_angle: f32, angle: f32, rate: f32, bar: ServoTorque) -> ServoTorqueGradient {
    let t0 = target_angle - angle;
    let t1 = t0 - (dt * rate);
    let t2 = ((kp * t1) - (kd * rate)) / torque_limit;
    let t3 = select(-t2, t2, t2 > 0.0);
    let t4 = select(1.0, t3, t3 > 1.0);
    let t5 = 1.0 / t4;
    let t6 = select(t3, t5, t3 > 1.0);
    let t7 = t6 * t6;
    let t8 = t7 * t7;
    let t9 = t8 * t8;
    let t10 = sqrt(1.0 + (t9 * t9));
    let t11 = sqrt(t10);
    let t12 = sqrt(t11);
    let t13 = sqrt(t12);
    let t14 = t5 / t13;
    let t15 = t14 * bar.drag;
    let t16 = t0 * bar.push;
    let t17 = (((kd + (dt * kp)) * bar.drag) + (kp * t16)) / t13;
    let t18 = t9 * ((0.5 * ((0.5 * ((0.5 * (((-(t14 * t17)) * 0.5) / t13)) / t12)) / t11)) / t10);
    let t19 = t8 * (t18 + t18);
    let t20 = t7 * (t19 + t19);
    let t21 = t6 * (t20 + t20);
    let t22 = t21 + t21;
    let t23 = select(t22, 0.0, t3 > 1.0) + select(0.0, -(t5 * ((t17 + select(0.0, t22, t3 > 1.0)) / t4)), t3 > 1.0);
    let t24 = (select(0.0, t23, t2 > 0.0) + (-select(t23, 0.0, t2 > 0.0))) / torque_limit;
    let t25 = -t24;
    let t26 = kp * t24;
    let t27 = ((kp * t14) * bar.push) + t26;
    var result: ServoTorqueGradient;
    result.kp = ((dt * t15) + (t14 * t16)) + (t1 * t24);
    result.kd = t15 + (rate * t25);
    result.torque_limit = -(t2 * t24);
    result.target_angle = t27;
    result.angle = -t27;
    result.rate = (kd * t25) + (dt * (-t26));
    return result;
}

fn servo_line_torque(dt: f32, kp: f32, kd: f32, torque_limit: f32, no_load_speed: f32, target_angle: f32, angle: f32, rate: f32) -> ServoTorque {
    let t0 = target_angle - angle;
    let t1 = ((kp * (t0 - (dt * rate))) - (kd * rate)) / torque_limit;
    let t2 = select(-t1, t1, t1 > 0.0);
    let t3 = 1.0 / select(1.0, t2, t2 > 1.0);
    let t4 = select(t2, t3, t2 > 1.0);
    let t5 = t4 * t4;
    let t6 = t5 * t5;
    let t7 = t6 * t6;
    let t8 = t3 / sqrt(sqrt(sqrt(sqrt(1.0 + (t7 * t7)))));
    let t9 = (t1 * t8) + (rate / no_load_speed);
    let t10 = select(-t9, t9, t9 > 0.0);
    let t11 = 1.0 / select(1.0, t10, t10 > 1.0);
    let t12 = select(t10, t11, t10 > 1.0);
    let t13 = t12 * t12;
    let t14 = t13 * t13;
    let t15 = t14 * t14;
    let t16 = t11 / sqrt(sqrt(sqrt(sqrt(1.0 + (t15 * t15)))));
    let t17 = t8 * t16;
    var result: ServoTorque;
    result.push = t0 * (kp * t17);
    result.drag = (t17 * (kd + (dt * kp))) + ((torque_limit * (1.0 - t16)) / no_load_speed);
    return result;
}

struct ServoLineTorqueGradient {
    kp: f32,
    kd: f32,
    torque_limit: f32,
    no_load_speed: f32,
    target_angle: f32,
    angle: f32,
    rate: f32,
}

fn servo_line_torque_reverse(dt: f32, kp: f32, kd: f32, torque_limit: f32, no_load_speed: f32, target_angle: f32, angle: f32, rate: f32, bar: ServoTorque) -> ServoLineTorqueGradient {
    let t0 = target_angle - angle;
    let t1 = t0 - (dt * rate);
    let t2 = ((kp * t1) - (kd * rate)) / torque_limit;
    let t3 = select(-t2, t2, t2 > 0.0);
    let t4 = select(1.0, t3, t3 > 1.0);
    let t5 = 1.0 / t4;
    let t6 = select(t3, t5, t3 > 1.0);
    let t7 = t6 * t6;
    let t8 = t7 * t7;
    let t9 = t8 * t8;
    let t10 = sqrt(1.0 + (t9 * t9));
    let t11 = sqrt(t10);
    let t12 = sqrt(t11);
    let t13 = sqrt(t12);
    let t14 = t5 / t13;
    let t15 = rate / no_load_speed;
    let t16 = (t2 * t14) + t15;
    let t17 = select(-t16, t16, t16 > 0.0);
    let t18 = select(1.0, t17, t17 > 1.0);
    let t19 = 1.0 / t18;
    let t20 = select(t17, t19, t17 > 1.0);
    let t21 = t20 * t20;
    let t22 = t21 * t21;
    let t23 = t22 * t22;
    let t24 = sqrt(1.0 + (t23 * t23));
    let t25 = sqrt(t24);
    let t26 = sqrt(t25);
    let t27 = sqrt(t26);
    let t28 = t19 / t27;
    let t29 = t14 * t28;
    let t30 = t29 * bar.drag;
    let t31 = t0 * bar.push;
    let t32 = bar.drag / no_load_speed;
    let t33 = ((kd + (dt * kp)) * bar.drag) + (kp * t31);
    let t34 = ((-(torque_limit * t32)) + (t14 * t33)) / t27;
    let t35 = t23 * ((0.5 * ((0.5 * ((0.5 * (((-(t28 * t34)) * 0.5) / t27)) / t26)) / t25)) / t24);
    let t36 = t22 * (t35 + t35);
    let t37 = t21 * (t36 + t36);
    let t38 = t20 * (t37 + t37);
    let t39 = t38 + t38;
    let t40 = select(t39, 0.0, t17 > 1.0) + select(0.0, -(t19 * ((t34 + select(0.0, t39, t17 > 1.0)) / t18)), t17 > 1.0);
    let t41 = select(0.0, t40, t16 > 0.0) + (-select(t40, 0.0, t16 > 0.0));
    let t42 = ((t28 * t33) + (t2 * t41)) / t13;
    let t43 = t9 * ((0.5 * ((0.5 * ((0.5 * ((0.5 * (-(t14 * t42))) / t13)) / t12)) / t11)) / t10);
    let t44 = t8 * (t43 + t43);
    let t45 = t7 * (t44 + t44);
    let t46 = t6 * (t45 + t45);
    let t47 = t46 + t46;
    let t48 = select(t47, 0.0, t3 > 1.0) + select(0.0, -(t5 * ((t42 + select(0.0, t47, t3 > 1.0)) / t4)), t3 > 1.0);
    let t49 = (((t14 * t41) + select(0.0, t48, t2 > 0.0)) + (-select(t48, 0.0, t2 > 0.0))) / torque_limit;
    let t50 = -t49;
    let t51 = 1.0 - t28;
    let t52 = t41 / no_load_speed;
    let t53 = kp * t49;
    let t54 = ((kp * t29) * bar.push) + t53;
    var result: ServoLineTorqueGradient;
    result.kp = ((dt * t30) + (t29 * t31)) + (t1 * t49);
    result.kd = t30 + (rate * t50);
    result.torque_limit = (t51 * t32) + (-(t2 * t49));
    result.no_load_speed = (-(((torque_limit * t51) / no_load_speed) * t32)) + (-(t15 * t52));
    result.target_angle = t54;
    result.angle = -t54;
    result.rate = (t52 + (kd * t50)) + (dt * (-t53));
    return result;
}

struct LimitTorque {
    push: f32,
    drag: f32,
    limit_use: f32,
}

fn limit_torque(dt: f32, lower: f32, upper: f32, stiffness: f32, damping: f32, width: f32, angle: f32, rate: f32) -> LimitTorque {
    let t0 = stiffness * width;
    let t1 = angle + (dt * rate);
    let t2 = (lower - t1) / width;
    let t3 = exp(-select(-t2, t2, t2 > 0.0));
    let t4 = select(0.0, t2, t2 > 0.0) + ln_1p(t3);
    let t5 = (t1 - upper) / width;
    let t6 = exp(-select(-t5, t5, t5 > 0.0));
    let t7 = select(0.0, t5, t5 > 0.0) + ln_1p(t6);
    let t8 = 1.0 / (t6 + 1.0);
    let t9 = 1.0 / (1.0 + t3);
    let t10 = select(t6 * t8, t8, t5 > 0.0) + select(t3 * t9, t9, t2 > 0.0);
    let t11 = (dt * stiffness) * t10;
    var result: LimitTorque;
    result.push = (t0 * (t4 - t7)) + (rate * t11);
    result.drag = t11 + ((damping * t0) * (t7 + t4));
    result.limit_use = t10;
    return result;
}

struct LimitTorqueGradient {
    lower: f32,
    upper: f32,
    stiffness: f32,
    angle: f32,
    rate: f32,
}

fn limit_torque_reverse(dt: f32, lower: f32, upper: f32, stiffness: f32, damping: f32, width: f32, angle: f32, rate: f32, bar: LimitTorque) -> LimitTorqueGradient {
    let t0 = angle + (dt * rate);
    let t1 = (lower - t0) / width;
    let t2 = stiffness * width;
    let t3 = (damping * t2) * bar.drag;
    let t4 = t2 * bar.push;
    let t5 = t3 + t4;
    let t6 = exp(-select(-t1, t1, t1 > 0.0));
    let t7 = 1.0 + t6;
    let t8 = 1.0 / t7;
    let t9 = dt * stiffness;
    let t10 = bar.drag + (rate * bar.push);
    let t11 = bar.limit_use + (t9 * t10);
    let t12 = select(t11, 0.0, t1 > 0.0);
    let t13 = t6 * (((t8 * t12) + (t5 / t7)) + (-(t8 * ((select(0.0, t11, t1 > 0.0) + (t6 * t12)) / t7))));
    let t14 = -t13;
    let t15 = (select(0.0, t5, t1 > 0.0) + select(0.0, t14, t1 > 0.0)) + (-select(t14, 0.0, t1 > 0.0));
    let t16 = t15 / width;
    let t17 = (t0 - upper) / width;
    let t18 = t3 + (-t4);
    let t19 = exp(-select(-t17, t17, t17 > 0.0));
    let t20 = t19 + 1.0;
    let t21 = 1.0 / t20;
    let t22 = select(t11, 0.0, t17 > 0.0);
    let t23 = ((t21 * t22) + (t18 / t20)) + (-(t21 * ((select(0.0, t11, t17 > 0.0) + (t19 * t22)) / t20)));
    let t24 = -(t19 * t23);
    let t25 = (select(0.0, t18, t17 > 0.0) + select(0.0, t24, t17 > 0.0)) + (-select(t24, 0.0, t17 > 0.0));
    let t26 = t25 / width;
    let t27 = select(0.0, t17, t17 > 0.0) + ln_1p(t19);
    let t28 = select(0.0, t1, t1 > 0.0) + ln_1p(t6);
    let t29 = select(t19 * t21, t21, t17 > 0.0) + select(t6 * t8, t8, t1 > 0.0);
    let t30 = (width * ((damping * ((t27 + t28) * bar.drag)) + ((t28 - t27) * bar.push))) + (dt * (t29 * t10));
    let t31 = (-t16) + t26;
    var result: LimitTorqueGradient;
    result.lower = t16;
    result.upper = -t26;
    result.stiffness = t30;
    result.angle = t31;
    result.rate = ((t9 * t29) * bar.push) + (dt * t31);
    return result;
}
