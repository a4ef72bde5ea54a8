//! Reverses of the laws, derived from their graphs: for the gradient of each output (`bar_...`) that of each parameter.
//!
//! Generated from crates/burgess-physics/src/laws/: change the law there, then run
//! `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.

#![allow(unused_variables, clippy::too_many_arguments)]

use burgess_core::autodiff::Real;
use burgess_core::math::{Vec3, vec3};

/// What [`contact_force_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ContactForceGradient<T> {
    /// With respect to `stiffness`.
    pub stiffness: T,
    /// With respect to `width`.
    pub width: T,
    /// With respect to `damping`.
    pub damping: T,
    /// With respect to `friction`.
    pub friction: T,
    /// With respect to `inverse_slip_mass`.
    pub inverse_slip_mass: T,
    /// With respect to `gap`.
    pub gap: T,
    /// With respect to `v_n`.
    pub v_n: T,
    /// With respect to `free_slip_squared`.
    pub free_slip_squared: T,
    /// With respect to `force_before`.
    pub force_before: T,
}

/// The reverse of `contact_force`.
#[inline(always)]
pub fn contact_force_reverse<T: Real>(dt: T, stiffness: T, width: T, damping: T, friction: T, slip_speed: T, inverse_slip_mass: T, onset_speed: T, gap: T, v_n: T, free_slip_squared: T, force_before: T, bar_push: T, bar_normal_drag: T, bar_tangent_drag: T) -> ContactForceGradient<T> {
    let t0 = (-(gap + (dt * v_n))) / width;
    let t1 = (-t0.select_gt(T::zero(), t0, -t0)).exp();
    let t2 = t1 + T::one();
    let t3 = T::one() / t2;
    let t4 = t0.select_gt(T::zero(), t3, t1 * t3);
    let t5 = bar_normal_drag + (v_n * bar_push);
    let t6 = t0.select_gt(T::zero(), t0, T::zero()) + t1.ln_1p();
    let t7 = ((v_n * v_n) + (onset_speed * onset_speed)).sqrt();
    let t8 = (v_n + t7) * T::from_f64(0.5);
    let t9 = T::one() + (damping * t8);
    let t10 = bar_normal_drag / t9;
    let t11 = bar_push + (damping * t10);
    let t12 = t6 * t11;
    let t13 = stiffness * width;
    let t14 = t13 * t11;
    let t15 = dt * stiffness;
    let t16 = t15 * t5;
    let t17 = t0.select_gt(T::zero(), T::zero(), t16);
    let t18 = ((t3 * t17) + (t14 / t2)) + (-(t3 * ((t0.select_gt(T::zero(), t16, T::zero()) + (t1 * t17)) / t2)));
    let t19 = -(t1 * t18);
    let t20 = (t0.select_gt(T::zero(), t14, T::zero()) + t0.select_gt(T::zero(), t19, T::zero())) + (-t0.select_gt(T::zero(), T::zero(), t19));
    let t21 = t20 / width;
    let t22 = t6 * t13;
    let t23 = -(((damping * t22) / t9) * t10);
    let t24 = force_before.select_gt(T::zero(), force_before, T::zero());
    let t25 = friction * t24;
    let t26 = dt * inverse_slip_mass;
    let t27 = t25 * t26;
    let t28 = slip_speed + (t27 * T::from_f64(0.03125));
    let t29 = (free_slip_squared + (t28 * t28)).sqrt();
    let t30 = t29 - t27;
    let t31 = ((t30 * t30) + ((t27 * t28) * T::from_f64(4.0))).sqrt();
    let t32 = t31 + t30.select_gt(T::zero(), t30, -t30);
    let t33 = t30.select_gt(T::zero(), bar_tangent_drag, T::zero()) / t32;
    let t34 = T::from_f64(2.0) * (t26 * t28);
    let t35 = t30.select_gt(T::zero(), T::zero(), bar_tangent_drag) / t34;
    let t36 = t35 + (-(((t25 * T::from_f64(2.0)) / t32) * t33));
    let t37 = (T::from_f64(0.5) * t36) / t31;
    let t38 = T::from_f64(4.0) * t37;
    let t39 = t30 * t37;
    let t40 = (t30.select_gt(T::zero(), t36, T::zero()) + (-t30.select_gt(T::zero(), T::zero(), t36))) + t39;
    let t41 = t39 + t40;
    let t42 = (T::from_f64(0.5) * t41) / t29;
    let t43 = t28 * t42;
    let t44 = T::from_f64(2.0) * (-((t32 / t34) * t35));
    let t45 = ((t28 * t38) + (-t41)) + (T::from_f64(0.03125) * (t43 + (((t26 * t44) + (t27 * t38)) + t43)));
    let t46 = (T::from_f64(2.0) * t33) + (t26 * t45);
    let t47 = -t21;
    let t48 = T::from_f64(0.5) * (damping * t23);
    let t49 = v_n * ((T::from_f64(0.5) * t48) / t7);
    ContactForceGradient {
        stiffness: (dt * (t4 * t5)) + (width * t12),
        width: (stiffness * t12) + (-(t0 * t21)),
        damping: (t8 * t23) + (t22 * t10),
        friction: t24 * t46,
        inverse_slip_mass: dt * ((t28 * t44) + (t25 * t45)),
        gap: t47,
        v_n: (t49 + ((((t4 * t15) * bar_push) + t48) + t49)) + (dt * t47),
        free_slip_squared: t42,
        force_before: force_before.select_gt(T::zero(), friction * t46, T::zero()),
    }
}

/// What [`servo_torque_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServoTorqueGradient<T> {
    /// With respect to `kp`.
    pub kp: T,
    /// With respect to `kd`.
    pub kd: T,
    /// With respect to `torque_limit`.
    pub torque_limit: T,
    /// With respect to `target_angle`.
    pub target_angle: T,
    /// With respect to `angle`.
    pub angle: T,
    /// With respect to `rate`.
    pub rate: T,
}

/// The reverse of `servo_torque`.
#[inline(always)]
pub fn servo_torque_reverse<T: Real>(dt: T, kp: T, kd: T, torque_limit: T, target_angle: T, angle: T, rate: T, bar_push: T, bar_drag: T) -> ServoTorqueGradient<T> {
    let t0 = target_angle - angle;
    let t1 = t0 - (dt * rate);
    let t2 = ((kp * t1) - (kd * rate)) / torque_limit;
    let t3 = t2.select_gt(T::zero(), t2, -t2);
    let t4 = t3.select_gt(T::one(), t3, T::one());
    let t5 = T::one() / t4;
    let t6 = t3.select_gt(T::one(), t5, t3);
    let t7 = t6 * t6;
    let t8 = t7 * t7;
    let t9 = t8 * t8;
    let t10 = (T::one() + (t9 * t9)).sqrt();
    let t11 = t10.sqrt();
    let t12 = t11.sqrt();
    let t13 = t12.sqrt();
    let t14 = t5 / t13;
    let t15 = t14 * bar_drag;
    let t16 = t0 * bar_push;
    let t17 = (((kd + (dt * kp)) * bar_drag) + (kp * t16)) / t13;
    let t18 = T::from_f64(0.5) * ((T::from_f64(0.5) * (((-(t14 * t17)) * T::from_f64(0.5)) / t13)) / t12);
    let t19 = t9 * ((T::from_f64(0.5) * (t18 / t11)) / t10);
    let t20 = t8 * (t19 + t19);
    let t21 = t7 * (t20 + t20);
    let t22 = t6 * (t21 + t21);
    let t23 = t22 + t22;
    let t24 = t3.select_gt(T::one(), -(t5 * ((t17 + t3.select_gt(T::one(), t23, T::zero())) / t4)), T::zero());
    let t25 = t3.select_gt(T::one(), T::zero(), t23) + t24;
    let t26 = (t2.select_gt(T::zero(), t25, T::zero()) + (-t2.select_gt(T::zero(), T::zero(), t25))) / torque_limit;
    let t27 = -t26;
    let t28 = kp * t26;
    let t29 = ((kp * t14) * bar_push) + t28;
    ServoTorqueGradient {
        kp: ((dt * t15) + (t14 * t16)) + (t1 * t26),
        kd: t15 + (rate * t27),
        torque_limit: -(t2 * t26),
        target_angle: t29,
        angle: -t29,
        rate: (kd * t27) + (dt * (-t28)),
    }
}

/// What [`servo_line_torque_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServoLineTorqueGradient<T> {
    /// With respect to `kp`.
    pub kp: T,
    /// With respect to `kd`.
    pub kd: T,
    /// With respect to `torque_limit`.
    pub torque_limit: T,
    /// With respect to `no_load_speed`.
    pub no_load_speed: T,
    /// With respect to `target_angle`.
    pub target_angle: T,
    /// With respect to `angle`.
    pub angle: T,
    /// With respect to `rate`.
    pub rate: T,
}

/// The reverse of `servo_line_torque`.
#[inline(always)]
pub fn servo_line_torque_reverse<T: Real>(dt: T, kp: T, kd: T, torque_limit: T, no_load_speed: T, target_angle: T, angle: T, rate: T, bar_push: T, bar_drag: T) -> ServoLineTorqueGradient<T> {
    let t0 = target_angle - angle;
    let t1 = t0 - (dt * rate);
    let t2 = ((kp * t1) - (kd * rate)) / torque_limit;
    let t3 = t2.select_gt(T::zero(), t2, -t2);
    let t4 = t3.select_gt(T::one(), t3, T::one());
    let t5 = T::one() / t4;
    let t6 = t3.select_gt(T::one(), t5, t3);
    let t7 = t6 * t6;
    let t8 = t7 * t7;
    let t9 = t8 * t8;
    let t10 = (T::one() + (t9 * t9)).sqrt();
    let t11 = t10.sqrt();
    let t12 = t11.sqrt();
    let t13 = t12.sqrt();
    let t14 = t5 / t13;
    let t15 = rate / no_load_speed;
    let t16 = (t2 * t14) + t15;
    let t17 = t16.select_gt(T::zero(), t16, -t16);
    let t18 = t17.select_gt(T::one(), t17, T::one());
    let t19 = T::one() / t18;
    let t20 = t17.select_gt(T::one(), t19, t17);
    let t21 = t20 * t20;
    let t22 = t21 * t21;
    let t23 = t22 * t22;
    let t24 = (T::one() + (t23 * t23)).sqrt();
    let t25 = t24.sqrt();
    let t26 = t25.sqrt();
    let t27 = t26.sqrt();
    let t28 = t19 / t27;
    let t29 = t14 * t28;
    let t30 = t29 * bar_drag;
    let t31 = t0 * bar_push;
    let t32 = bar_drag / no_load_speed;
    let t33 = ((kd + (dt * kp)) * bar_drag) + (kp * t31);
    let t34 = ((-(torque_limit * t32)) + (t14 * t33)) / t27;
    let t35 = T::from_f64(0.5) * ((T::from_f64(0.5) * (((-(t28 * t34)) * T::from_f64(0.5)) / t27)) / t26);
    let t36 = t23 * ((T::from_f64(0.5) * (t35 / t25)) / t24);
    let t37 = t22 * (t36 + t36);
    let t38 = t21 * (t37 + t37);
    let t39 = t20 * (t38 + t38);
    let t40 = t39 + t39;
    let t41 = t17.select_gt(T::one(), -(t19 * ((t34 + t17.select_gt(T::one(), t40, T::zero())) / t18)), T::zero());
    let t42 = t17.select_gt(T::one(), T::zero(), t40) + t41;
    let t43 = t16.select_gt(T::zero(), t42, T::zero()) + (-t16.select_gt(T::zero(), T::zero(), t42));
    let t44 = ((t28 * t33) + (t2 * t43)) / t13;
    let t45 = T::from_f64(0.5) * ((T::from_f64(0.5) * ((T::from_f64(0.5) * (-(t14 * t44))) / t13)) / t12);
    let t46 = t9 * ((T::from_f64(0.5) * (t45 / t11)) / t10);
    let t47 = t8 * (t46 + t46);
    let t48 = t7 * (t47 + t47);
    let t49 = t6 * (t48 + t48);
    let t50 = t49 + t49;
    let t51 = t3.select_gt(T::one(), -(t5 * ((t44 + t3.select_gt(T::one(), t50, T::zero())) / t4)), T::zero());
    let t52 = t3.select_gt(T::one(), T::zero(), t50) + t51;
    let t53 = ((t14 * t43) + t2.select_gt(T::zero(), t52, T::zero())) + (-t2.select_gt(T::zero(), T::zero(), t52));
    let t54 = t53 / torque_limit;
    let t55 = -t54;
    let t56 = T::one() - t28;
    let t57 = t43 / no_load_speed;
    let t58 = kp * t54;
    let t59 = ((kp * t29) * bar_push) + t58;
    ServoLineTorqueGradient {
        kp: ((dt * t30) + (t29 * t31)) + (t1 * t54),
        kd: t30 + (rate * t55),
        torque_limit: (t56 * t32) + (-(t2 * t54)),
        no_load_speed: (-(((torque_limit * t56) / no_load_speed) * t32)) + (-(t15 * t57)),
        target_angle: t59,
        angle: -t59,
        rate: (t57 + (kd * t55)) + (dt * (-t58)),
    }
}

/// What [`limit_torque_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LimitTorqueGradient<T> {
    /// With respect to `lower`.
    pub lower: T,
    /// With respect to `upper`.
    pub upper: T,
    /// With respect to `stiffness`.
    pub stiffness: T,
    /// With respect to `angle`.
    pub angle: T,
    /// With respect to `rate`.
    pub rate: T,
}

/// The reverse of `limit_torque`.
#[inline(always)]
pub fn limit_torque_reverse<T: Real>(dt: T, lower: T, upper: T, stiffness: T, damping: T, width: T, angle: T, rate: T, bar_push: T, bar_drag: T, bar_limit_use: T) -> LimitTorqueGradient<T> {
    let t0 = angle + (dt * rate);
    let t1 = (lower - t0) / width;
    let t2 = stiffness * width;
    let t3 = (damping * t2) * bar_drag;
    let t4 = t2 * bar_push;
    let t5 = t3 + t4;
    let t6 = (-t1.select_gt(T::zero(), t1, -t1)).exp();
    let t7 = T::one() + t6;
    let t8 = T::one() / t7;
    let t9 = dt * stiffness;
    let t10 = bar_drag + (rate * bar_push);
    let t11 = bar_limit_use + (t9 * t10);
    let t12 = t1.select_gt(T::zero(), T::zero(), t11);
    let t13 = ((t8 * t12) + (t5 / t7)) + (-(t8 * ((t1.select_gt(T::zero(), t11, T::zero()) + (t6 * t12)) / t7)));
    let t14 = -(t6 * t13);
    let t15 = (t1.select_gt(T::zero(), t5, T::zero()) + t1.select_gt(T::zero(), t14, T::zero())) + (-t1.select_gt(T::zero(), T::zero(), t14));
    let t16 = t15 / width;
    let t17 = (t0 - upper) / width;
    let t18 = t3 + (-t4);
    let t19 = (-t17.select_gt(T::zero(), t17, -t17)).exp();
    let t20 = t19 + T::one();
    let t21 = T::one() / t20;
    let t22 = t17.select_gt(T::zero(), T::zero(), t11);
    let t23 = ((t21 * t22) + (t18 / t20)) + (-(t21 * ((t17.select_gt(T::zero(), t11, T::zero()) + (t19 * t22)) / t20)));
    let t24 = -(t19 * t23);
    let t25 = (t17.select_gt(T::zero(), t18, T::zero()) + t17.select_gt(T::zero(), t24, T::zero())) + (-t17.select_gt(T::zero(), T::zero(), t24));
    let t26 = t25 / width;
    let t27 = t17.select_gt(T::zero(), t17, T::zero()) + t19.ln_1p();
    let t28 = t1.select_gt(T::zero(), t1, T::zero()) + t6.ln_1p();
    let t29 = t17.select_gt(T::zero(), t21, t19 * t21) + t1.select_gt(T::zero(), t8, t6 * t8);
    let t30 = (width * ((damping * ((t27 + t28) * bar_drag)) + ((t28 - t27) * bar_push))) + (dt * (t29 * t10));
    let t31 = (-t16) + t26;
    LimitTorqueGradient {
        lower: t16,
        upper: -t26,
        stiffness: t30,
        angle: t31,
        rate: ((t9 * t29) * bar_push) + (dt * t31),
    }
}

/// What [`carried_angular_momentum_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CarriedAngularMomentumGradient<T> {
    /// With respect to `diagonal`.
    pub diagonal: Vec3<T>,
    /// With respect to `products`.
    pub products: Vec3<T>,
    /// With respect to `spin`.
    pub spin: Vec3<T>,
}

/// The reverse of `carried_angular_momentum`.
#[inline(always)]
pub fn carried_angular_momentum_reverse<T: Real>(diagonal: Vec3<T>, products: Vec3<T>, spin: Vec3<T>, dt: T, bar_momentum: Vec3<T>) -> CarriedAngularMomentumGradient<T> {
    let t0 = -spin.z;
    let t1 = diagonal.x + (dt * ((products.x * t0) + (products.y * spin.y)));
    let t2 = -spin.x;
    let t3 = diagonal.y + (dt * ((products.x * spin.z) + (products.z * t2)));
    let t4 = -spin.y;
    let t5 = diagonal.z + (dt * ((products.y * t4) + (products.z * spin.x)));
    let t6 = products.y * spin.z;
    let t7 = ((diagonal.x * spin.x) + (products.x * spin.y)) + t6;
    let t8 = products.z + (dt * ((t6 + (diagonal.z * t2)) - (-t7)));
    let t9 = products.z + (dt * (((products.x * t4) + (diagonal.y * spin.x)) - t7));
    let t10 = (t3 * t5) - (t8 * t9);
    let t11 = products.z * spin.y;
    let t12 = ((products.y * spin.x) + t11) + (diagonal.z * spin.z);
    let t13 = products.x + (dt * (((diagonal.x * spin.z) + (products.y * t2)) - t12));
    let t14 = products.x * spin.x;
    let t15 = (t14 + (diagonal.y * spin.y)) + (products.z * spin.z);
    let t16 = products.y + (dt * (((products.z * t0) + (diagonal.z * spin.y)) - t15));
    let t17 = products.x + (dt * ((t11 + (diagonal.y * t0)) - (-t12)));
    let t18 = (t16 * t9) - (t17 * t5);
    let t19 = products.y + (dt * ((t14 + (diagonal.x * t4)) - (-t15)));
    let t20 = (t17 * t8) - (t16 * t3);
    let t21 = ((t1 * t10) + (t13 * t18)) + (t19 * t20);
    let t22 = T::one() / t21;
    let t23 = (spin.y * t12) - (spin.z * t15);
    let t24 = (spin.z * t7) - (spin.x * t12);
    let t25 = (spin.x * t15) - (spin.y * t7);
    let t26 = ((t23 * t10) + (t24 * t18)) + (t25 * t20);
    let t27 = t22 * t26;
    let t28 = dt * (-bar_momentum.x);
    let t29 = dt * (-bar_momentum.z);
    let t30 = dt * (-bar_momentum.y);
    let t31 = ((diagonal.z * t29) + (products.z * t30)) + (products.y * t28);
    let t32 = t22 * t31;
    let t33 = t25 * t32;
    let t34 = t24 * t32;
    let t35 = -t34;
    let t36 = ((products.z * t29) + (diagonal.y * t30)) + (products.x * t28);
    let t37 = t22 * t36;
    let t38 = t25 * t37;
    let t39 = -t38;
    let t40 = t24 * t37;
    let t41 = (t13 * t9) - (t3 * t19);
    let t42 = (t17 * t19) - (t1 * t9);
    let t43 = (t1 * t3) - (t17 * t13);
    let t44 = ((t23 * t41) + (t24 * t42)) + (t25 * t43);
    let t45 = (t8 * t19) - (t13 * t5);
    let t46 = (t1 * t5) - (t16 * t19);
    let t47 = (t16 * t13) - (t1 * t8);
    let t48 = ((t23 * t45) + (t24 * t46)) + (t25 * t47);
    let t49 = ((products.y * t29) + (products.x * t30)) + (diagonal.x * t28);
    let t50 = -(t22 * ((((t44 * t31) + (t48 * t36)) + (t26 * t49)) / t21));
    let t51 = ((((t3 * t33) + (t9 * t35)) + (t8 * t39)) + (t5 * t40)) + (t10 * t50);
    let t52 = t23 * t32;
    let t53 = -t52;
    let t54 = -t40;
    let t55 = t23 * t37;
    let t56 = ((((t17 * t34) + (t3 * t53)) + (t16 * t54)) + (t8 * t55)) + (t20 * t50);
    let t57 = dt * t56;
    let t58 = -t33;
    let t59 = -t55;
    let t60 = ((((t17 * t58) + (t9 * t52)) + (t16 * t38)) + (t5 * t59)) + (t18 * t50);
    let t61 = dt * t60;
    let t62 = t22 * t49;
    let t63 = (t25 * t62) + (t19 * t50);
    let t64 = (t23 * t62) + (t1 * t50);
    let t65 = -t64;
    let t66 = (((t1 * t39) + (t19 * t55)) + (t17 * t63)) + (t9 * t65);
    let t67 = dt * t66;
    let t68 = (t24 * t62) + (t13 * t50);
    let t69 = (((t1 * t35) + (t13 * t52)) + (t16 * t68)) + (t8 * t65);
    let t70 = dt * t69;
    let t71 = ((t43 * t32) + (t47 * t37)) + (t20 * t62);
    let t72 = -t71;
    let t73 = ((t42 * t32) + (t46 * t37)) + (t18 * t62);
    let t74 = ((t67 + (bar_momentum.x + (-t70))) + (spin.y * t72)) + (spin.z * t73);
    let t75 = t22 * t48;
    let t76 = -t63;
    let t77 = (((t1 * t33) + (t19 * t53)) + (t16 * t76)) + (t5 * t64);
    let t78 = -t68;
    let t79 = (((t13 * t58) + (t19 * t34)) + (t8 * t63)) + (t5 * t78);
    let t80 = dt * t79;
    let t81 = (((t13 * t38) + (t19 * t54)) + (t3 * t76)) + (t9 * t68);
    let t82 = dt * t81;
    let t83 = ((t41 * t32) + (t45 * t37)) + (t10 * t62);
    let t84 = -t83;
    let t85 = ((t57 + (bar_momentum.y + (-t82))) + (spin.x * t71)) + (spin.z * t84);
    let t86 = t22 * t44;
    let t87 = (((t1 * t40) + (t13 * t59)) + (t17 * t78)) + (t3 * t64);
    let t88 = -t73;
    let t89 = ((t80 + (bar_momentum.z + (-t61))) + (spin.x * t88)) + (spin.y * t83);
    let t90 = dt * t77;
    let t91 = dt * t51;
    let t92 = (((t79 + (((t27 * t30) + (t75 * t28)) + t60)) + (t4 * t70)) + (spin.z * t90)) + (t0 * t91);
    let t93 = t57 + t85;
    let t94 = dt * t87;
    let t95 = (((t81 + (((t27 * t29) + (t86 * t28)) + t56)) + (t4 * t94)) + (t2 * t61)) + (spin.y * t91);
    let t96 = t67 + t74;
    let t97 = (((t66 + (((t75 * t29) + (t86 * t30)) + t69)) + (spin.x * t94)) + (t2 * t90)) + (t0 * t82);
    let t98 = t80 + t89;
    let t99 = ((products.z * t94) + (diagonal.y * t70)) + (-(((diagonal.z * t67) + (products.z * t90)) + (products.y * t61)));
    let t100 = ((((t99 + (t15 * t71)) + (t12 * t88)) + (products.y * t89)) + (products.x * t93)) + (diagonal.x * t74);
    let t101 = ((diagonal.z * t82) + (products.y * t91)) + (-(((products.y * t94) + (products.x * t70)) + (diagonal.x * t57)));
    let t102 = ((((t101 + (t7 * t72)) + (t12 * t83)) + (products.z * t98)) + (diagonal.y * t85)) + (products.x * t74);
    let t103 = ((products.x * t90) + (diagonal.x * t61)) + (-(((products.z * t82) + (diagonal.y * t80)) + (products.x * t91)));
    let t104 = ((((t103 + (t7 * t73)) + (t15 * t84)) + (diagonal.z * t89)) + (products.z * t85)) + (products.y * t96);
    CarriedAngularMomentumGradient {
        diagonal: vec3(
            ((((t27 * t28) + t51) + (t4 * t57)) + (spin.z * t61)) + (spin.x * t74),
            ((((t75 * t30) + t77) + (spin.x * t70)) + (t0 * t80)) + (spin.y * t85),
            ((((t86 * t29) + t87) + (t2 * t67)) + (spin.y * t82)) + (spin.z * t89),
        ),
        products: vec3(
            (t92 + (spin.x * t93)) + (spin.y * t74),
            (t95 + (spin.x * t89)) + (spin.z * t96),
            (t97 + (spin.y * t98)) + (spin.z * t85),
        ),
        spin: vec3(
            t100,
            t102,
            t104,
        ),
    }
}

/// What [`between_segments_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BetweenSegmentsGradient<T> {
    /// With respect to `a_from`.
    pub a_from: Vec3<T>,
    /// With respect to `a_along`.
    pub a_along: Vec3<T>,
    /// With respect to `a_radius`.
    pub a_radius: T,
    /// With respect to `b_from`.
    pub b_from: Vec3<T>,
    /// With respect to `b_along`.
    pub b_along: Vec3<T>,
    /// With respect to `b_radius`.
    pub b_radius: T,
}

/// The reverse of `between_segments`.
#[inline(always)]
pub fn between_segments_reverse<T: Real>(a_from: Vec3<T>, a_along: Vec3<T>, a_radius: T, b_from: Vec3<T>, b_along: Vec3<T>, b_radius: T, pull: T, bar_gap: T, bar_normal: Vec3<T>, bar_point: Vec3<T>) -> BetweenSegmentsGradient<T> {
    let t0 = ((a_along.x * b_along.x) + (a_along.y * b_along.y)) + (a_along.z * b_along.z);
    let t1 = a_from.x - b_from.x;
    let t2 = a_from.y - b_from.y;
    let t3 = a_from.z - b_from.z;
    let t4 = ((b_along.x * b_along.x) + (b_along.y * b_along.y)) + (b_along.z * b_along.z);
    let t5 = ((a_along.x * a_along.x) + (a_along.y * a_along.y)) + (a_along.z * a_along.z);
    let t6 = ((t5 * t4) + T::from_f64(1e-24)).sqrt();
    let t7 = t0 / t6;
    let t8 = ((t7 * t7) + T::from_f64(0.01)).sqrt();
    let t9 = t7 / t8;
    let t10 = pull - T::from_f64(0.5);
    let t11 = T::from_f64(0.5) + (t9 * t10);
    let t12 = (((b_along.x * t1) + (b_along.y * t2)) + (b_along.z * t3)) + (T::from_f64(0.02) * (t4 * t11));
    let t13 = T::from_f64(1e-12) + (t4 * T::from_f64(1.02));
    let t14 = (((a_along.x * t1) + (a_along.y * t2)) + (a_along.z * t3)) - ((pull * t5) * T::from_f64(0.02));
    let t15 = (t5 * T::from_f64(1.02)) + T::from_f64(1e-12);
    let t16 = (t15 * t13) - (t0 * t0);
    let t17 = ((t0 * t12) - (t13 * t14)) / t16;
    let t18 = t17.select_gt(T::one(), T::one(), t17);
    let t19 = t18.select_gt(T::zero(), t18, T::zero());
    let t20 = (t12 + (t0 * t19)) / t13;
    let t21 = t20.select_gt(T::one(), T::one(), t20);
    let t22 = t21.select_gt(T::zero(), t21, T::zero());
    let t23 = ((t0 * t22) - t14) / t15;
    let t24 = t23.select_gt(T::one(), T::one(), t23);
    let t25 = t24.select_gt(T::zero(), t24, T::zero());
    let t26 = (t12 + (t0 * t25)) / t13;
    let t27 = t26.select_gt(T::one(), T::one(), t26);
    let t28 = t27.select_gt(T::zero(), t27, T::zero());
    let t29 = (a_from.x + (a_along.x * t25)) - (b_from.x + (b_along.x * t28));
    let t30 = (a_from.z + (a_along.z * t25)) - (b_from.z + (b_along.z * t28));
    let t31 = (a_from.y + (a_along.y * t25)) - (b_from.y + (b_along.y * t28));
    let t32 = ((((t29 * t29) + (t31 * t31)) + (t30 * t30)) + T::from_f64(1e-18)).sqrt();
    let t33 = T::one() / t32;
    let t34 = -bar_point.z;
    let t35 = -bar_point.y;
    let t36 = -bar_point.x;
    let t37 = (((t30 * t33) * t34) + ((t31 * t33) * t35)) + ((t29 * t33) * t36);
    let t38 = bar_gap + (T::from_f64(0.5) * t37);
    let t39 = a_radius + (T::from_f64(0.5) * ((t32 - a_radius) - b_radius));
    let t40 = bar_normal.z + (t39 * t34);
    let t41 = bar_normal.y + (t39 * t35);
    let t42 = bar_normal.x + (t39 * t36);
    let t43 = T::from_f64(0.5) * (t38 + (-(t33 * ((((t30 * t40) + (t31 * t41)) + (t29 * t42)) / t32))));
    let t44 = t43 / t32;
    let t45 = t29 * t44;
    let t46 = t45 + ((t33 * t42) + t45);
    let t47 = bar_point.x + t46;
    let t48 = t30 * t44;
    let t49 = t48 + ((t33 * t40) + t48);
    let t50 = -t49;
    let t51 = t31 * t44;
    let t52 = t51 + ((t33 * t41) + t51);
    let t53 = -t52;
    let t54 = -t46;
    let t55 = t27.select_gt(T::zero(), ((b_along.z * t50) + (b_along.y * t53)) + (b_along.x * t54), T::zero());
    let t56 = t26.select_gt(T::one(), T::zero(), t55) / t13;
    let t57 = bar_point.z + t49;
    let t58 = bar_point.y + t52;
    let t59 = t24.select_gt(T::zero(), (((a_along.z * t57) + (a_along.y * t58)) + (a_along.x * t47)) + (t0 * t56), T::zero());
    let t60 = t23.select_gt(T::one(), T::zero(), t59) / t15;
    let t61 = t20.select_gt(T::one(), T::zero(), t21.select_gt(T::zero(), t0 * t60, T::zero())) / t13;
    let t62 = t17.select_gt(T::one(), T::zero(), t18.select_gt(T::zero(), t0 * t61, T::zero())) / t16;
    let t63 = (t56 + t61) + (t0 * t62);
    let t64 = -t62;
    let t65 = (-t60) + (t13 * t64);
    let t66 = (b_along.x * t63) + (a_along.x * t65);
    let t67 = (b_along.y * t63) + (a_along.y * t65);
    let t68 = (b_along.z * t63) + (a_along.z * t65);
    let t69 = t17 * t62;
    let t70 = -t69;
    let t71 = (pull * (T::from_f64(0.02) * (-t65))) + (T::from_f64(1.02) * ((-(t23 * t60)) + (t13 * t70)));
    let t72 = T::from_f64(0.02) * t63;
    let t73 = (t10 * (t4 * t72)) / t8;
    let t74 = t7 * ((T::from_f64(0.5) * (-(t9 * t73))) / t8);
    let t75 = (t74 + (t73 + t74)) / t6;
    let t76 = (T::from_f64(0.5) * (-(t7 * t75))) / t6;
    let t77 = t71 + (t4 * t76);
    let t78 = a_along.x * t77;
    let t79 = t0 * t69;
    let t80 = ((t79 + ((((t25 * t56) + (t22 * t60)) + (t19 * t61)) + t79)) + (t12 * t62)) + t75;
    let t81 = a_along.y * t77;
    let t82 = a_along.z * t77;
    let t83 = -t38;
    let t84 = (t11 * t72) + (T::from_f64(1.02) * ((((-(t26 * t56)) + (-(t20 * t61))) + (t15 * t70)) + (t14 * t64)));
    let t85 = t84 + (t5 * t76);
    let t86 = b_along.x * t85;
    let t87 = b_along.y * t85;
    let t88 = b_along.z * t85;
    BetweenSegmentsGradient {
        a_from: vec3(
            t47 + t66,
            t58 + t67,
            t57 + t68,
        ),
        a_along: vec3(
            t78 + ((((t25 * t47) + (t1 * t65)) + (b_along.x * t80)) + t78),
            t81 + ((((t25 * t58) + (t2 * t65)) + (b_along.y * t80)) + t81),
            t82 + ((((t25 * t57) + (t3 * t65)) + (b_along.z * t80)) + t82),
        ),
        a_radius: t37 + t83,
        b_from: vec3(
            t54 + (-t66),
            t53 + (-t67),
            t50 + (-t68),
        ),
        b_along: vec3(
            t86 + ((((t28 * t54) + (t1 * t63)) + (a_along.x * t80)) + t86),
            t87 + ((((t28 * t53) + (t2 * t63)) + (a_along.y * t80)) + t87),
            t88 + ((((t28 * t50) + (t3 * t63)) + (a_along.z * t80)) + t88),
        ),
        b_radius: t83,
    }
}

/// What [`between_segment_and_box_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BetweenSegmentAndBoxGradient<T> {
    /// With respect to `a_from`.
    pub a_from: Vec3<T>,
    /// With respect to `a_along`.
    pub a_along: Vec3<T>,
    /// With respect to `a_radius`.
    pub a_radius: T,
    /// With respect to `b_centre`.
    pub b_centre: Vec3<T>,
    /// With respect to `b_x`.
    pub b_x: Vec3<T>,
    /// With respect to `b_y`.
    pub b_y: Vec3<T>,
    /// With respect to `b_z`.
    pub b_z: Vec3<T>,
    /// With respect to `b_half`.
    pub b_half: Vec3<T>,
    /// With respect to `b_radius`.
    pub b_radius: T,
}

/// The reverse of `between_segment_and_box`.
#[inline(always)]
pub fn between_segment_and_box_reverse<T: Real>(a_from: Vec3<T>, a_along: Vec3<T>, a_radius: T, b_centre: Vec3<T>, b_x: Vec3<T>, b_y: Vec3<T>, b_z: Vec3<T>, b_half: Vec3<T>, b_radius: T, pull: T, share: T, bar_gap: T, bar_normal: Vec3<T>, bar_point: Vec3<T>) -> BetweenSegmentAndBoxGradient<T> {
    let t0 = a_from.x - b_centre.x;
    let t1 = a_from.y - b_centre.y;
    let t2 = a_from.z - b_centre.z;
    let t3 = ((b_z.x * t0) + (b_z.y * t1)) + (b_z.z * t2);
    let t4 = ((a_along.x * b_z.x) + (a_along.y * b_z.y)) + (a_along.z * b_z.z);
    let t5 = ((a_along.x * b_x.x) + (a_along.y * b_x.y)) + (a_along.z * b_x.z);
    let t6 = ((b_x.x * t0) + (b_x.y * t1)) + (b_x.z * t2);
    let t7 = t6 + (share * t5);
    let t8 = t7.select_gt(b_half.x, b_half.x, t7);
    let t9 = -b_half.x;
    let t10 = t7 - t8.select_gt(t9, t8, t9);
    let t11 = ((a_along.x * b_y.x) + (a_along.y * b_y.y)) + (a_along.z * b_y.z);
    let t12 = ((b_y.x * t0) + (b_y.y * t1)) + (b_y.z * t2);
    let t13 = t12 + (share * t11);
    let t14 = t13.select_gt(b_half.y, b_half.y, t13);
    let t15 = -b_half.y;
    let t16 = t13 - t14.select_gt(t15, t14, t15);
    let t17 = t3 + (share * t4);
    let t18 = t17.select_gt(b_half.z, b_half.z, t17);
    let t19 = -b_half.z;
    let t20 = t17 - t18.select_gt(t19, t18, t19);
    let t21 = t5 * t5;
    let t22 = t11 * t11;
    let t23 = t4 * t4;
    let t24 = ((t21 + t22) + t23) * T::from_f64(0.02);
    let t25 = share - pull;
    let t26 = t7.select_gt(T::zero(), t7, -t7);
    let t27 = t13.select_gt(T::zero(), t13, -t13);
    let t28 = t17.select_gt(T::zero(), t17, -t17);
    let t29 = (t26.select_gt(b_half.x, t21, T::zero()) + t27.select_gt(b_half.y, t22, T::zero())) + t28.select_gt(b_half.z, t23, T::zero());
    let t30 = (t24 + t29) + T::from_f64(1e-12);
    let t31 = ((((t5 * t10) + (t11 * t16)) + (t4 * t20)) + (t24 * t25)) / t30;
    let t32 = share - t31;
    let t33 = t32.select_gt(T::one(), T::one(), t32);
    let t34 = t33.select_gt(T::zero(), t33, T::zero());
    let t35 = t3 + (t4 * t34);
    let t36 = t35.select_gt(T::zero(), t35, -t35) - b_half.z;
    let t37 = t12 + (t11 * t34);
    let t38 = t37.select_gt(T::zero(), t37, -t37) - b_half.y;
    let t39 = t6 + (t5 * t34);
    let t40 = t39.select_gt(T::zero(), t39, -t39) - b_half.x;
    let t41 = t38.select_gt(t40, t38, t40);
    let t42 = t39.select_gt(b_half.x, b_half.x, t39);
    let t43 = t39 - t42.select_gt(t9, t42, t9);
    let t44 = t37.select_gt(b_half.y, b_half.y, t37);
    let t45 = t37 - t44.select_gt(t15, t44, t15);
    let t46 = t35.select_gt(b_half.z, b_half.z, t35);
    let t47 = t35 - t46.select_gt(t19, t46, t19);
    let t48 = ((t43 * t43) + (t45 * t45)) + (t47 * t47);
    let t49 = t48.select_gt(T::from_f64(1e-18), t48, T::one()).sqrt();
    let t50 = T::one() / t49;
    let t51 = t36.select_gt(t41, T::zero(), t38.select_gt(t40, T::zero(), t39.select_gt(T::zero(), T::one(), T::from_f64(-1.0))));
    let t52 = t48.select_gt(T::from_f64(1e-18), t43 * t50, t51);
    let t53 = t36.select_gt(t41, T::zero(), t38.select_gt(t40, t37.select_gt(T::zero(), T::one(), T::from_f64(-1.0)), T::zero()));
    let t54 = t48.select_gt(T::from_f64(1e-18), t45 * t50, t53);
    let t55 = t48.select_gt(T::from_f64(1e-18), t47 * t50, t36.select_gt(t41, t35.select_gt(T::zero(), T::one(), T::from_f64(-1.0)), T::zero()));
    let t56 = -bar_point.z;
    let t57 = -bar_point.y;
    let t58 = ((((b_x.z * t52) + (b_y.z * t54)) + (b_z.z * t55)) * t56) + ((((b_x.y * t52) + (b_y.y * t54)) + (b_z.y * t55)) * t57);
    let t59 = -bar_point.x;
    let t60 = t58 + ((((b_x.x * t52) + (b_y.x * t54)) + (b_z.x * t55)) * t59);
    let t61 = bar_gap + (T::from_f64(0.5) * t60);
    let t62 = t48.select_gt(T::from_f64(1e-18), T::zero(), t61);
    let t63 = t36.select_gt(t41, t62, T::zero());
    let t64 = (t48.select_gt(T::from_f64(1e-18), t49, t36.select_gt(t41, t36, t41)) - a_radius) - b_radius;
    let t65 = a_radius + (t64 * T::from_f64(0.5));
    let t66 = bar_normal.z + (t65 * t56);
    let t67 = bar_normal.y + (t65 * t57);
    let t68 = bar_normal.x + (t65 * t59);
    let t69 = t48.select_gt(T::from_f64(1e-18), ((b_z.z * t66) + (b_z.y * t67)) + (b_z.x * t68), T::zero());
    let t70 = t48.select_gt(T::from_f64(1e-18), ((b_y.z * t66) + (b_y.y * t67)) + (b_y.x * t68), T::zero());
    let t71 = t48.select_gt(T::from_f64(1e-18), ((b_x.z * t66) + (b_x.y * t67)) + (b_x.x * t68), T::zero());
    let t72 = t48.select_gt(T::from_f64(1e-18), t61, T::zero()) + (-(t50 * ((((t47 * t69) + (t45 * t70)) + (t43 * t71)) / t49)));
    let t73 = t48.select_gt(T::from_f64(1e-18), (T::from_f64(0.5) * t72) / t49, T::zero());
    let t74 = t47 * t73;
    let t75 = t74 + ((t50 * t69) + t74);
    let t76 = (t35.select_gt(T::zero(), t63, T::zero()) + (-t35.select_gt(T::zero(), T::zero(), t63))) + t75;
    let t77 = -t75;
    let t78 = t46.select_gt(t19, t77, T::zero());
    let t79 = t76 + t35.select_gt(b_half.z, T::zero(), t78);
    let t80 = (((a_along.z * bar_point.z) + (a_along.y * bar_point.y)) + (a_along.x * bar_point.x)) + (t4 * t79);
    let t81 = t36.select_gt(t41, T::zero(), t62);
    let t82 = t38.select_gt(t40, t81, T::zero());
    let t83 = t45 * t73;
    let t84 = t83 + ((t50 * t70) + t83);
    let t85 = (t37.select_gt(T::zero(), t82, T::zero()) + (-t37.select_gt(T::zero(), T::zero(), t82))) + t84;
    let t86 = -t84;
    let t87 = t44.select_gt(t15, t86, T::zero());
    let t88 = t85 + t37.select_gt(b_half.y, T::zero(), t87);
    let t89 = t38.select_gt(t40, T::zero(), t81);
    let t90 = t43 * t73;
    let t91 = t90 + ((t50 * t71) + t90);
    let t92 = (t39.select_gt(T::zero(), t89, T::zero()) + (-t39.select_gt(T::zero(), T::zero(), t89))) + t91;
    let t93 = -t91;
    let t94 = t42.select_gt(t9, t93, T::zero());
    let t95 = t92 + t39.select_gt(b_half.x, T::zero(), t94);
    let t96 = t32.select_gt(T::one(), T::zero(), t33.select_gt(T::zero(), (t80 + (t11 * t88)) + (t5 * t95), T::zero()));
    let t97 = (-t96) / t30;
    let t98 = t4 * t97;
    let t99 = -t98;
    let t100 = t18.select_gt(t19, t99, T::zero());
    let t101 = t98 + t17.select_gt(b_half.z, T::zero(), t100);
    let t102 = t79 + t101;
    let t103 = t11 * t97;
    let t104 = -t103;
    let t105 = t14.select_gt(t15, t104, T::zero());
    let t106 = t103 + t13.select_gt(b_half.y, T::zero(), t105);
    let t107 = t88 + t106;
    let t108 = t5 * t97;
    let t109 = -t108;
    let t110 = t8.select_gt(t9, t109, T::zero());
    let t111 = t108 + t7.select_gt(b_half.x, T::zero(), t110);
    let t112 = t95 + t111;
    let t113 = ((b_z.x * t102) + (b_y.x * t107)) + (b_x.x * t112);
    let t114 = ((b_z.y * t102) + (b_y.y * t107)) + (b_x.y * t112);
    let t115 = ((b_z.z * t102) + (b_y.z * t107)) + (b_x.z * t112);
    let t116 = -(t31 * t97);
    let t117 = T::from_f64(0.02) * (t116 + (t25 * t97));
    let t118 = t4 * (t28.select_gt(b_half.z, t116, T::zero()) + t117);
    let t119 = ((t118 + ((t34 * t79) + t118)) + (t20 * t97)) + (share * t101);
    let t120 = t11 * (t27.select_gt(b_half.y, t116, T::zero()) + t117);
    let t121 = ((t120 + ((t34 * t88) + t120)) + (t16 * t97)) + (share * t106);
    let t122 = t5 * (t26.select_gt(b_half.x, t116, T::zero()) + t117);
    let t123 = ((t122 + ((t34 * t95) + t122)) + (t10 * t97)) + (share * t111);
    let t124 = -t61;
    let t125 = ((-t89) + t39.select_gt(b_half.x, t94, T::zero())) + (-(t42.select_gt(t9, T::zero(), t93) + t8.select_gt(t9, T::zero(), t109)));
    let t126 = ((-t82) + t37.select_gt(b_half.y, t87, T::zero())) + (-(t44.select_gt(t15, T::zero(), t86) + t14.select_gt(t15, T::zero(), t104)));
    let t127 = ((-t63) + t35.select_gt(b_half.z, t78, T::zero())) + (-(t46.select_gt(t19, T::zero(), t77) + t18.select_gt(t19, T::zero(), t99)));
    BetweenSegmentAndBoxGradient {
        a_from: vec3(
            bar_point.x + t113,
            bar_point.y + t114,
            bar_point.z + t115,
        ),
        a_along: vec3(
            (((t34 * bar_point.x) + (b_z.x * t119)) + (b_y.x * t121)) + (b_x.x * t123),
            (((t34 * bar_point.y) + (b_z.y * t119)) + (b_y.y * t121)) + (b_x.y * t123),
            (((t34 * bar_point.z) + (b_z.z * t119)) + (b_y.z * t121)) + (b_x.z * t123),
        ),
        a_radius: t60 + t124,
        b_centre: vec3(
            -t113,
            -t114,
            -t115,
        ),
        b_x: vec3(
            ((t52 * t68) + (a_along.x * t123)) + (t0 * t112),
            ((t52 * t67) + (a_along.y * t123)) + (t1 * t112),
            ((t52 * t66) + (a_along.z * t123)) + (t2 * t112),
        ),
        b_y: vec3(
            ((t54 * t68) + (a_along.x * t121)) + (t0 * t107),
            ((t54 * t67) + (a_along.y * t121)) + (t1 * t107),
            ((t54 * t66) + (a_along.z * t121)) + (t2 * t107),
        ),
        b_z: vec3(
            ((t55 * t68) + (a_along.x * t119)) + (t0 * t102),
            ((t55 * t67) + (a_along.y * t119)) + (t1 * t102),
            ((t55 * t66) + (a_along.z * t119)) + (t2 * t102),
        ),
        b_half: vec3(
            t125 + t7.select_gt(b_half.x, t110, T::zero()),
            t126 + t13.select_gt(b_half.y, t105, T::zero()),
            t127 + t17.select_gt(b_half.z, t100, T::zero()),
        ),
        b_radius: t124,
    }
}

/// What [`pair_friction_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairFrictionGradient<T> {
    /// With respect to `first`.
    pub first: T,
    /// With respect to `second`.
    pub second: T,
}

/// The reverse of `pair_friction`.
#[inline(always)]
pub fn pair_friction_reverse<T: Real>(first: T, second: T, bar_coefficient: T) -> PairFrictionGradient<T> {
    let t0 = (bar_coefficient * T::from_f64(0.5)) / ((first * second) + T::from_f64(1e-12)).sqrt();
    PairFrictionGradient {
        first: second * t0,
        second: first * t0,
    }
}

/// What [`pair_resistance_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairResistanceGradient<T> {
    /// With respect to `stiffness`.
    pub stiffness: T,
    /// With respect to `width`.
    pub width: T,
    /// With respect to `gap`.
    pub gap: T,
    /// With respect to `v_n`.
    pub v_n: T,
    /// With respect to `tangent_mobility`.
    pub tangent_mobility: T,
}

/// The reverse of `pair_resistance`.
#[inline(always)]
pub fn pair_resistance_reverse<T: Real>(dt: T, stiffness: T, width: T, onset_speed: T, gap: T, v_n: T, tangent_mobility: T, bar_drag: T, bar_stiffness: T, bar_tangent_drag: T, bar_tangent_stiffness: T) -> PairResistanceGradient<T> {
    let t0 = (-(gap + (dt * v_n))) / width;
    let t1 = (-t0.select_gt(T::zero(), t0, -t0)).exp();
    let t2 = t1 + T::one();
    let t3 = T::one() / t2;
    let t4 = t0.select_gt(T::zero(), t3, t1 * t3);
    let t5 = dt * bar_tangent_drag;
    let t6 = ((dt * dt) * bar_tangent_stiffness) + (dt * t5);
    let t7 = T::from_f64(0.6) * t5;
    let t8 = stiffness * T::from_f64(0.7);
    let t9 = t8 / tangent_mobility;
    let t10 = t9.sqrt();
    let t11 = ((T::from_f64(0.5) * (t4 * t7)) / t10) / tangent_mobility;
    let t12 = dt * bar_drag;
    let t13 = (dt * bar_stiffness) + t12;
    let t14 = t0.select_gt(T::zero(), t0, T::zero()) + t1.ln_1p();
    let t15 = ((v_n * v_n) + (onset_speed * onset_speed)).sqrt();
    let t16 = T::one() + (((v_n + t15) * T::from_f64(0.5)) * T::from_f64(2.0));
    let t17 = t12 / t16;
    let t18 = T::from_f64(2.0) * t17;
    let t19 = t14 * t18;
    let t20 = stiffness * width;
    let t21 = t20 * t18;
    let t22 = ((t10 * t7) + (t8 * t6)) + ((dt * stiffness) * t13);
    let t23 = t0.select_gt(T::zero(), T::zero(), t22);
    let t24 = ((t3 * t23) + (t21 / t2)) + (-(t3 * ((t0.select_gt(T::zero(), t22, T::zero()) + (t1 * t23)) / t2)));
    let t25 = -(t1 * t24);
    let t26 = (t0.select_gt(T::zero(), t21, T::zero()) + t0.select_gt(T::zero(), t25, T::zero())) + (-t0.select_gt(T::zero(), T::zero(), t25));
    let t27 = t26 / width;
    let t28 = -t27;
    let t29 = T::from_f64(0.5) * (T::from_f64(2.0) * (-((((t14 * t20) * T::from_f64(2.0)) / t16) * t17)));
    let t30 = v_n * ((T::from_f64(0.5) * t29) / t15);
    PairResistanceGradient {
        stiffness: ((T::from_f64(0.7) * ((t4 * t6) + t11)) + (dt * (t4 * t13))) + (width * t19),
        width: (stiffness * t19) + (-(t0 * t27)),
        gap: t28,
        v_n: (t30 + (t29 + t30)) + (dt * t28),
        tangent_mobility: -(t9 * t11),
    }
}

/// What [`pair_force_reverse`] gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairForceGradient<T> {
    /// With respect to `stiffness`.
    pub stiffness: T,
    /// With respect to `width`.
    pub width: T,
    /// With respect to `friction`.
    pub friction: T,
    /// With respect to `gap`.
    pub gap: T,
    /// With respect to `v_n`.
    pub v_n: T,
    /// With respect to `slip`.
    pub slip: Vec3<T>,
    /// With respect to `bristle`.
    pub bristle: Vec3<T>,
    /// With respect to `tangent_mobility`.
    pub tangent_mobility: T,
    /// With respect to `sum_drag`.
    pub sum_drag: T,
    /// With respect to `sum_stiffness`.
    pub sum_stiffness: T,
    /// With respect to `sum_tangent_drag`.
    pub sum_tangent_drag: T,
    /// With respect to `sum_tangent_stiffness`.
    pub sum_tangent_stiffness: T,
}

/// The reverse of `pair_force`.
#[inline(always)]
pub fn pair_force_reverse<T: Real>(dt: T, stiffness: T, width: T, friction: T, onset_speed: T, gap: T, v_n: T, slip: Vec3<T>, bristle: Vec3<T>, tangent_mobility: T, sum_drag: T, sum_stiffness: T, sum_tangent_drag: T, sum_tangent_stiffness: T, bar_normal: T, bar_friction: Vec3<T>, bar_bristle: Vec3<T>) -> PairForceGradient<T> {
    let t0 = (-(gap + (dt * v_n))) / width;
    let t1 = (-t0.select_gt(T::zero(), t0, -t0)).exp();
    let t2 = t1 + T::one();
    let t3 = T::one() / t2;
    let t4 = t0.select_gt(T::zero(), t3, t1 * t3);
    let t5 = sum_tangent_stiffness * sum_tangent_stiffness;
    let t6 = (T::one() + (t5 * t5)).sqrt();
    let t7 = t6.sqrt();
    let t8 = T::one() / t7;
    let t9 = stiffness * T::from_f64(0.7);
    let t10 = t4 * t9;
    let t11 = t10 * t8;
    let t12 = bristle.z * t11;
    let t13 = bristle.x * t11;
    let t14 = bristle.y * t11;
    let t15 = ((((t13 * t13) + (t14 * t14)) + (t12 * t12)) + T::from_f64(1e-18)).sqrt();
    let t16 = stiffness * width;
    let t17 = (-gap) / width;
    let t18 = (-t17.select_gt(T::zero(), t17, -t17)).exp();
    let t19 = t17.select_gt(T::zero(), t17, T::zero()) + t18.ln_1p();
    let t20 = t16 * t19;
    let t21 = sum_stiffness * sum_stiffness;
    let t22 = (T::one() + (t21 * t21)).sqrt();
    let t23 = t22.sqrt();
    let t24 = T::one() / t23;
    let t25 = sum_drag + T::one();
    let t26 = T::one() / t25;
    let t27 = t0.select_gt(T::zero(), t0, T::zero()) + t1.ln_1p();
    let t28 = t27 * t16;
    let t29 = ((v_n * v_n) + (onset_speed * onset_speed)).sqrt();
    let t30 = T::one() + (((v_n + t29) * T::from_f64(0.5)) * T::from_f64(2.0));
    let t31 = (t28 * T::from_f64(2.0)) / t30;
    let t32 = (t28 - (v_n * t31)) - t20;
    let t33 = (t20 * t24) + (t26 * t32);
    let t34 = t33.select_gt(T::zero(), t33, T::zero());
    let t35 = friction * t34;
    let t36 = t15.select_gt(t35, t15, t35) + T::from_f64(1e-9);
    let t37 = t35 / t36;
    let t38 = ((bristle.z * bar_bristle.z) + (bristle.y * bar_bristle.y)) + (bristle.x * bar_bristle.x);
    let t39 = t38 / t36;
    let t40 = -(t37 * t39);
    let t41 = (T::from_f64(0.5) * t15.select_gt(t35, t40, T::zero())) / t15;
    let t42 = t12 * t41;
    let t43 = t9 / tangent_mobility;
    let t44 = t43.sqrt();
    let t45 = (dt * t10) + ((t4 * t44) * T::from_f64(0.6));
    let t46 = sum_tangent_drag + T::one();
    let t47 = T::one() / t46;
    let t48 = t45 * t47;
    let t49 = -(t12 + (slip.z * t48));
    let t50 = -(t13 + (slip.x * t48));
    let t51 = -(t14 + (slip.y * t48));
    let t52 = (T::from_f64(1e-18) + (((t50 * t50) + (t51 * t51)) + (t49 * t49))).sqrt();
    let t53 = T::from_f64(1e-9) + t52.select_gt(t35, t52, t35);
    let t54 = t35 / t53;
    let t55 = (((t49 * bar_friction.z) + (t51 * bar_friction.y)) + (t50 * bar_friction.x)) / t53;
    let t56 = -(t54 * t55);
    let t57 = (T::from_f64(0.5) * t52.select_gt(t35, t56, T::zero())) / t52;
    let t58 = t49 * t57;
    let t59 = -(t58 + ((t54 * bar_friction.z) + t58));
    let t60 = (t42 + t42) + t59;
    let t61 = t14 * t41;
    let t62 = t51 * t57;
    let t63 = -(t62 + ((t54 * bar_friction.y) + t62));
    let t64 = (t61 + t61) + t63;
    let t65 = t13 * t41;
    let t66 = t50 * t57;
    let t67 = -(t66 + ((t54 * bar_friction.x) + t66));
    let t68 = (t65 + t65) + t67;
    let t69 = ((bristle.z * t60) + (bristle.y * t64)) + (bristle.x * t68);
    let t70 = ((slip.z * t59) + (slip.y * t63)) + (slip.x * t67);
    let t71 = t47 * t70;
    let t72 = (t8 * t69) + (dt * t71);
    let t73 = T::from_f64(0.6) * t71;
    let t74 = ((T::from_f64(0.5) * (t4 * t73)) / t44) / tangent_mobility;
    let t75 = ((t55 + t52.select_gt(t35, T::zero(), t56)) + t39) + t15.select_gt(t35, T::zero(), t40);
    let t76 = t33.select_gt(T::zero(), bar_normal + (friction * t75), T::zero());
    let t77 = t26 * t76;
    let t78 = -t77;
    let t79 = t78 + (t24 * t76);
    let t80 = (v_n * t78) / t30;
    let t81 = t77 + (T::from_f64(2.0) * t80);
    let t82 = (t19 * t79) + (t27 * t81);
    let t83 = t16 * t79;
    let t84 = -(t18 * (t83 / (T::one() + t18)));
    let t85 = (t17.select_gt(T::zero(), t83, T::zero()) + t17.select_gt(T::zero(), t84, T::zero())) + (-t17.select_gt(T::zero(), T::zero(), t84));
    let t86 = t85 / width;
    let t87 = t16 * t81;
    let t88 = (t44 * t73) + (t9 * t72);
    let t89 = t0.select_gt(T::zero(), T::zero(), t88);
    let t90 = ((t3 * t89) + (t87 / t2)) + (-(t3 * ((t0.select_gt(T::zero(), t88, T::zero()) + (t1 * t89)) / t2)));
    let t91 = -(t1 * t90);
    let t92 = (t0.select_gt(T::zero(), t87, T::zero()) + t0.select_gt(T::zero(), t91, T::zero())) + (-t0.select_gt(T::zero(), T::zero(), t91));
    let t93 = t92 / width;
    let t94 = -t93;
    let t95 = T::from_f64(0.5) * (T::from_f64(2.0) * (-(t31 * t80)));
    let t96 = v_n * ((T::from_f64(0.5) * t95) / t29);
    let t97 = t21 * ((T::from_f64(0.5) * ((T::from_f64(0.5) * (-(t24 * ((t20 * t76) / t23)))) / t23)) / t22);
    let t98 = sum_stiffness * (t97 + t97);
    let t99 = t5 * ((T::from_f64(0.5) * ((T::from_f64(0.5) * (-(t8 * ((t10 * t69) / t7)))) / t7)) / t6);
    let t100 = sum_tangent_stiffness * (t99 + t99);
    PairForceGradient {
        stiffness: (T::from_f64(0.7) * ((t4 * t72) + t74)) + (width * t82),
        width: ((-(t17 * t86)) + (stiffness * t82)) + (-(t0 * t93)),
        friction: t34 * t75,
        gap: (-t86) + t94,
        v_n: (t96 + (((t31 * t78) + t95) + t96)) + (dt * t94),
        slip: vec3(
            t48 * t67,
            t48 * t63,
            t48 * t59,
        ),
        bristle: vec3(
            (t37 * bar_bristle.x) + (t11 * t68),
            (t37 * bar_bristle.y) + (t11 * t64),
            (t37 * bar_bristle.z) + (t11 * t60),
        ),
        tangent_mobility: -(t43 * t74),
        sum_drag: -(t26 * ((t32 * t76) / t25)),
        sum_stiffness: t98 + t98,
        sum_tangent_drag: -(t47 * ((t45 * t70) / t46)),
        sum_tangent_stiffness: t100 + t100,
    }
}
