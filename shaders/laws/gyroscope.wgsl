// Generated from crates/burgess-physics/src/laws/: change the law there, then run
// `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.
// Needs shaders/shared/functions.wgsl.

struct CarriedMomentum {
    momentum: vec3<f32>,
}

fn carried_angular_momentum(diagonal: vec3<f32>, products: vec3<f32>, spin: vec3<f32>, dt: f32) -> CarriedMomentum {
    let t0 = products.y * spin.z;
    let t1 = ((diagonal.x * spin.x) + (products.x * spin.y)) + t0;
    let t2 = -spin.z;
    let t3 = diagonal.x + (dt * ((products.x * t2) + (products.y * spin.y)));
    let t4 = -spin.x;
    let t5 = diagonal.y + (dt * ((products.x * spin.z) + (products.z * t4)));
    let t6 = -spin.y;
    let t7 = diagonal.z + (dt * ((products.y * t6) + (products.z * spin.x)));
    let t8 = products.z + (dt * ((t0 + (diagonal.z * t4)) - (-t1)));
    let t9 = products.z + (dt * (((products.x * t6) + (diagonal.y * spin.x)) - t1));
    let t10 = (t5 * t7) - (t8 * t9);
    let t11 = products.z * spin.y;
    let t12 = ((products.y * spin.x) + t11) + (diagonal.z * spin.z);
    let t13 = products.x + (dt * (((diagonal.x * spin.z) + (products.y * t4)) - t12));
    let t14 = products.x * spin.x;
    let t15 = (t14 + (diagonal.y * spin.y)) + (products.z * spin.z);
    let t16 = products.y + (dt * (((products.z * t2) + (diagonal.z * spin.y)) - t15));
    let t17 = products.x + (dt * ((t11 + (diagonal.y * t2)) - (-t12)));
    let t18 = (t16 * t9) - (t17 * t7);
    let t19 = products.y + (dt * ((t14 + (diagonal.x * t6)) - (-t15)));
    let t20 = (t17 * t8) - (t16 * t5);
    let t21 = 1.0 / (((t3 * t10) + (t13 * t18)) + (t19 * t20));
    let t22 = (spin.y * t12) - (spin.z * t15);
    let t23 = (spin.z * t1) - (spin.x * t12);
    let t24 = (spin.x * t15) - (spin.y * t1);
    let t25 = t21 * (((t22 * t10) + (t23 * t18)) + (t24 * t20));
    let t26 = ((t22 * ((t8 * t19) - (t13 * t7))) + (t23 * ((t3 * t7) - (t16 * t19)))) + (t24 * ((t16 * t13) - (t3 * t8)));
    let t27 = t21 * t26;
    let t28 = ((t22 * ((t13 * t9) - (t5 * t19))) + (t23 * ((t17 * t19) - (t3 * t9)))) + (t24 * ((t3 * t5) - (t17 * t13)));
    let t29 = t21 * t28;
    var result: CarriedMomentum;
    result.momentum.x = t1 - (dt * (((diagonal.x * t25) + (products.x * t27)) + (products.y * t29)));
    result.momentum.y = t15 - (dt * (((products.x * t25) + (diagonal.y * t27)) + (products.z * t29)));
    result.momentum.z = t12 - (dt * (((products.y * t25) + (products.z * t27)) + (diagonal.z * t29)));
    return result;
}

struct CarriedAngularMomentumGradient {
    diagonal: vec3<f32>,
    products: vec3<f32>,
    spin: vec3<f32>,
}

fn carried_angular_momentum_reverse(diagonal: vec3<f32>, products: vec3<f32>, spin: vec3<f32>, dt: f32, bar: CarriedMomentum) -> CarriedAngularMomentumGradient {
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
    let t22 = 1.0 / t21;
    let t23 = (spin.y * t12) - (spin.z * t15);
    let t24 = (spin.z * t7) - (spin.x * t12);
    let t25 = (spin.x * t15) - (spin.y * t7);
    let t26 = ((t23 * t10) + (t24 * t18)) + (t25 * t20);
    let t27 = t22 * t26;
    let t28 = dt * (-bar.momentum.x);
    let t29 = dt * (-bar.momentum.z);
    let t30 = dt * (-bar.momentum.y);
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
    let t74 = ((t67 + (bar.momentum.x + (-t70))) + (spin.y * t72)) + (spin.z * t73);
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
    let t85 = ((t57 + (bar.momentum.y + (-t82))) + (spin.x * t71)) + (spin.z * t84);
    let t86 = t22 * t44;
    let t87 = (((t1 * t40) + (t13 * t59)) + (t17 * t78)) + (t3 * t64);
    let t88 = -t73;
    let t89 = ((t80 + (bar.momentum.z + (-t61))) + (spin.x * t88)) + (spin.y * t83);
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
    var result: CarriedAngularMomentumGradient;
    result.diagonal.x = ((((t27 * t28) + t51) + (t4 * t57)) + (spin.z * t61)) + (spin.x * t74);
    result.diagonal.y = ((((t75 * t30) + t77) + (spin.x * t70)) + (t0 * t80)) + (spin.y * t85);
    result.diagonal.z = ((((t86 * t29) + t87) + (t2 * t67)) + (spin.y * t82)) + (spin.z * t89);
    result.products.x = (t92 + (spin.x * t93)) + (spin.y * t74);
    result.products.y = (t95 + (spin.x * t89)) + (spin.z * t96);
    result.products.z = (t97 + (spin.y * t98)) + (spin.z * t85);
    result.spin.x = t100;
    result.spin.y = t102;
    result.spin.z = t104;
    return result;
}
