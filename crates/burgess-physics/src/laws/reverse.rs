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
