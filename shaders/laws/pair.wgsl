// Generated from crates/burgess-physics/src/laws/: change the law there, then run
// `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.
// Needs shaders/shared/functions.wgsl.

struct Touch {
    gap: f32,
    normal: vec3<f32>,
    point: vec3<f32>,
}

fn between_segments(a_from: vec3<f32>, a_along: vec3<f32>, a_radius: f32, b_from: vec3<f32>, b_along: vec3<f32>, b_radius: f32, pull: f32) -> Touch {
    let t0 = ((a_along.x * b_along.x) + (a_along.y * b_along.y)) + (a_along.z * b_along.z);
    let t1 = a_from.x - b_from.x;
    let t2 = a_from.y - b_from.y;
    let t3 = a_from.z - b_from.z;
    let t4 = ((b_along.x * b_along.x) + (b_along.y * b_along.y)) + (b_along.z * b_along.z);
    let t5 = ((a_along.x * a_along.x) + (a_along.y * a_along.y)) + (a_along.z * a_along.z);
    let t6 = t0 / sqrt((t5 * t4) + 1e-24);
    let t7 = (((b_along.x * t1) + (b_along.y * t2)) + (b_along.z * t3)) + (0.02 * (t4 * (0.5 + ((t6 / sqrt((t6 * t6) + 0.01)) * (pull - 0.5)))));
    let t8 = 1e-12 + (t4 * 1.02);
    let t9 = (((a_along.x * t1) + (a_along.y * t2)) + (a_along.z * t3)) - ((pull * t5) * 0.02);
    let t10 = (t5 * 1.02) + 1e-12;
    let t11 = ((t0 * t7) - (t8 * t9)) / ((t10 * t8) - (t0 * t0));
    let t12 = select(t11, 1.0, t11 > 1.0);
    let t13 = (t7 + (t0 * select(0.0, t12, t12 > 0.0))) / t8;
    let t14 = select(t13, 1.0, t13 > 1.0);
    let t15 = ((t0 * select(0.0, t14, t14 > 0.0)) - t9) / t10;
    let t16 = select(t15, 1.0, t15 > 1.0);
    let t17 = select(0.0, t16, t16 > 0.0);
    let t18 = a_from.x + (a_along.x * t17);
    let t19 = (t7 + (t0 * t17)) / t8;
    let t20 = select(t19, 1.0, t19 > 1.0);
    let t21 = select(0.0, t20, t20 > 0.0);
    let t22 = t18 - (b_from.x + (b_along.x * t21));
    let t23 = a_from.y + (a_along.y * t17);
    let t24 = t23 - (b_from.y + (b_along.y * t21));
    let t25 = a_from.z + (a_along.z * t17);
    let t26 = t25 - (b_from.z + (b_along.z * t21));
    let t27 = sqrt((((t22 * t22) + (t24 * t24)) + (t26 * t26)) + 1e-18);
    let t28 = (t27 - a_radius) - b_radius;
    let t29 = 1.0 / t27;
    let t30 = t22 * t29;
    let t31 = t24 * t29;
    let t32 = t26 * t29;
    let t33 = a_radius + (0.5 * t28);
    var result: Touch;
    result.gap = t28;
    result.normal.x = t30;
    result.normal.y = t31;
    result.normal.z = t32;
    result.point.x = t18 - (t30 * t33);
    result.point.y = t23 - (t31 * t33);
    result.point.z = t25 - (t32 * t33);
    return result;
}

struct BetweenSegmentsGradient {
    a_from: vec3<f32>,
    a_along: vec3<f32>,
    a_radius: f32,
    b_from: vec3<f32>,
    b_along: vec3<f32>,
    b_radius: f32,
}

fn between_segments_reverse(a_from: vec3<f32>, a_along: vec3<f32>, a_radius: f32, b_from: vec3<f32>, b_along: vec3<f32>, b_radius: f32, pull: f32, bar: Touch) -> BetweenSegmentsGradient {
    let t0 = ((a_along.x * b_along.x) + (a_along.y * b_along.y)) + (a_along.z * b_along.z);
    let t1 = a_from.x - b_from.x;
    let t2 = a_from.y - b_from.y;
    let t3 = a_from.z - b_from.z;
    let t4 = ((b_along.x * b_along.x) + (b_along.y * b_along.y)) + (b_along.z * b_along.z);
    let t5 = ((a_along.x * a_along.x) + (a_along.y * a_along.y)) + (a_along.z * a_along.z);
    let t6 = sqrt((t5 * t4) + 1e-24);
    let t7 = t0 / t6;
    let t8 = sqrt((t7 * t7) + 0.01);
    let t9 = t7 / t8;
    let t10 = pull - 0.5;
    let t11 = 0.5 + (t9 * t10);
    let t12 = (((b_along.x * t1) + (b_along.y * t2)) + (b_along.z * t3)) + (0.02 * (t4 * t11));
    let t13 = 1e-12 + (t4 * 1.02);
    let t14 = (((a_along.x * t1) + (a_along.y * t2)) + (a_along.z * t3)) - ((pull * t5) * 0.02);
    let t15 = (t5 * 1.02) + 1e-12;
    let t16 = (t15 * t13) - (t0 * t0);
    let t17 = ((t0 * t12) - (t13 * t14)) / t16;
    let t18 = select(t17, 1.0, t17 > 1.0);
    let t19 = select(0.0, t18, t18 > 0.0);
    let t20 = (t12 + (t0 * t19)) / t13;
    let t21 = select(t20, 1.0, t20 > 1.0);
    let t22 = select(0.0, t21, t21 > 0.0);
    let t23 = ((t0 * t22) - t14) / t15;
    let t24 = select(t23, 1.0, t23 > 1.0);
    let t25 = select(0.0, t24, t24 > 0.0);
    let t26 = (t12 + (t0 * t25)) / t13;
    let t27 = select(t26, 1.0, t26 > 1.0);
    let t28 = select(0.0, t27, t27 > 0.0);
    let t29 = (a_from.x + (a_along.x * t25)) - (b_from.x + (b_along.x * t28));
    let t30 = (a_from.z + (a_along.z * t25)) - (b_from.z + (b_along.z * t28));
    let t31 = (a_from.y + (a_along.y * t25)) - (b_from.y + (b_along.y * t28));
    let t32 = sqrt((((t29 * t29) + (t31 * t31)) + (t30 * t30)) + 1e-18);
    let t33 = 1.0 / t32;
    let t34 = -bar.point.z;
    let t35 = -bar.point.y;
    let t36 = -bar.point.x;
    let t37 = (((t30 * t33) * t34) + ((t31 * t33) * t35)) + ((t29 * t33) * t36);
    let t38 = bar.gap + (0.5 * t37);
    let t39 = a_radius + (0.5 * ((t32 - a_radius) - b_radius));
    let t40 = bar.normal.z + (t39 * t34);
    let t41 = bar.normal.y + (t39 * t35);
    let t42 = bar.normal.x + (t39 * t36);
    let t43 = (0.5 * (t38 + (-(t33 * ((((t30 * t40) + (t31 * t41)) + (t29 * t42)) / t32))))) / t32;
    let t44 = t29 * t43;
    let t45 = t44 + ((t33 * t42) + t44);
    let t46 = bar.point.x + t45;
    let t47 = t30 * t43;
    let t48 = t47 + ((t33 * t40) + t47);
    let t49 = -t48;
    let t50 = t31 * t43;
    let t51 = t50 + ((t33 * t41) + t50);
    let t52 = -t51;
    let t53 = -t45;
    let t54 = select(select(0.0, ((b_along.z * t49) + (b_along.y * t52)) + (b_along.x * t53), t27 > 0.0), 0.0, t26 > 1.0);
    let t55 = t54 / t13;
    let t56 = bar.point.z + t48;
    let t57 = bar.point.y + t51;
    let t58 = select(0.0, (((a_along.z * t56) + (a_along.y * t57)) + (a_along.x * t46)) + (t0 * t55), t24 > 0.0);
    let t59 = select(t58, 0.0, t23 > 1.0) / t15;
    let t60 = select(select(0.0, t0 * t59, t21 > 0.0), 0.0, t20 > 1.0) / t13;
    let t61 = select(select(0.0, t0 * t60, t18 > 0.0), 0.0, t17 > 1.0) / t16;
    let t62 = (t55 + t60) + (t0 * t61);
    let t63 = -t61;
    let t64 = (-t59) + (t13 * t63);
    let t65 = (b_along.x * t62) + (a_along.x * t64);
    let t66 = (b_along.y * t62) + (a_along.y * t64);
    let t67 = (b_along.z * t62) + (a_along.z * t64);
    let t68 = t17 * t61;
    let t69 = -t68;
    let t70 = 0.02 * t62;
    let t71 = (t10 * (t4 * t70)) / t8;
    let t72 = t7 * ((0.5 * (-(t9 * t71))) / t8);
    let t73 = (t72 + (t71 + t72)) / t6;
    let t74 = (0.5 * (-(t7 * t73))) / t6;
    let t75 = ((pull * (0.02 * (-t64))) + (1.02 * ((-(t23 * t59)) + (t13 * t69)))) + (t4 * t74);
    let t76 = a_along.x * t75;
    let t77 = t0 * t68;
    let t78 = ((t77 + ((((t25 * t55) + (t22 * t59)) + (t19 * t60)) + t77)) + (t12 * t61)) + t73;
    let t79 = a_along.y * t75;
    let t80 = a_along.z * t75;
    let t81 = -t38;
    let t82 = (t11 * t70) + (1.02 * ((((-(t26 * t55)) + (-(t20 * t60))) + (t15 * t69)) + (t14 * t63)));
    let t83 = t82 + (t5 * t74);
    let t84 = b_along.x * t83;
    let t85 = b_along.y * t83;
    let t86 = b_along.z * t83;
    var result: BetweenSegmentsGradient;
    result.a_from.x = t46 + t65;
    result.a_from.y = t57 + t66;
    result.a_from.z = t56 + t67;
    result.a_along.x = t76 + ((((t25 * t46) + (t1 * t64)) + (b_along.x * t78)) + t76);
    result.a_along.y = t79 + ((((t25 * t57) + (t2 * t64)) + (b_along.y * t78)) + t79);
    result.a_along.z = t80 + ((((t25 * t56) + (t3 * t64)) + (b_along.z * t78)) + t80);
    result.a_radius = t37 + t81;
    result.b_from.x = t53 + (-t65);
    result.b_from.y = t52 + (-t66);
    result.b_from.z = t49 + (-t67);
    result.b_along.x = t84 + ((((t28 * t53) + (t1 * t62)) + (a_along.x * t78)) + t84);
    result.b_along.y = t85 + ((((t28 * t52) + (t2 * t62)) + (a_along.y * t78)) + t85);
    result.b_along.z = t86 + ((((t28 * t49) + (t3 * t62)) + (a_along.z * t78)) + t86);
    result.b_radius = t81;
    return result;
}

fn share_nearest_to_box(a_from: vec3<f32>, a_along: vec3<f32>, b_centre: vec3<f32>, b_x: vec3<f32>, b_y: vec3<f32>, b_z: vec3<f32>, b_half: vec3<f32>, pull: f32) -> f32 {
    let t0 = ((a_along.x * b_x.x) + (a_along.y * b_x.y)) + (a_along.z * b_x.z);
    let t1 = a_from.x - b_centre.x;
    let t2 = a_from.y - b_centre.y;
    let t3 = a_from.z - b_centre.z;
    let t4 = ((b_x.x * t1) + (b_x.y * t2)) + (b_x.z * t3);
    let t5 = ((b_z.x * t1) + (b_z.y * t2)) + (b_z.z * t3);
    let t6 = ((a_along.x * b_z.x) + (a_along.y * b_z.y)) + (a_along.z * b_z.z);
    let t7 = t6 * t6;
    let t8 = select(1.0, t6, t7 > 1e-12);
    let t9 = (b_half.z - t5) / t8;
    let t10 = select(t9, 1.0, t9 > 1.0);
    let t11 = select(0.0, t10, t10 > 0.0);
    let t12 = t4 + (t0 * t11);
    let t13 = select(t12, b_half.x, t12 > b_half.x);
    let t14 = -b_half.x;
    let t15 = ((a_along.x * b_y.x) + (a_along.y * b_y.y)) + (a_along.z * b_y.z);
    let t16 = ((b_y.x * t1) + (b_y.y * t2)) + (b_y.z * t3);
    let t17 = t16 + (t15 * t11);
    let t18 = select(t17, b_half.y, t17 > b_half.y);
    let t19 = -b_half.y;
    let t20 = (t0 * (t12 - select(t14, t13, t13 > t14))) + (t15 * (t17 - select(t19, t18, t18 > t19)));
    let t21 = t5 + (t6 * t11);
    let t22 = select(t21, b_half.z, t21 > b_half.z);
    let t23 = -b_half.z;
    let t24 = t0 * t0;
    let t25 = t15 * t15;
    let t26 = ((t24 + t25) + t7) * 0.02;
    let t27 = (t20 + (t6 * (t21 - select(t23, t22, t22 > t23)))) + (t26 * (t11 - pull));
    let t28 = (t23 - t5) / t8;
    let t29 = select(t28, 1.0, t28 > 1.0);
    let t30 = select(0.0, t29, t29 > 0.0);
    let t31 = t4 + (t0 * t30);
    let t32 = select(t31, b_half.x, t31 > b_half.x);
    let t33 = t16 + (t15 * t30);
    let t34 = select(t33, b_half.y, t33 > b_half.y);
    let t35 = (t0 * (t31 - select(t14, t32, t32 > t14))) + (t15 * (t33 - select(t19, t34, t34 > t19)));
    let t36 = t5 + (t6 * t30);
    let t37 = select(t36, b_half.z, t36 > b_half.z);
    let t38 = (t35 + (t6 * (t36 - select(t23, t37, t37 > t23)))) + (t26 * (t30 - pull));
    let t39 = select(1.0, t15, t25 > 1e-12);
    let t40 = (b_half.y - t16) / t39;
    let t41 = select(t40, 1.0, t40 > 1.0);
    let t42 = select(0.0, t41, t41 > 0.0);
    let t43 = t4 + (t0 * t42);
    let t44 = select(t43, b_half.x, t43 > b_half.x);
    let t45 = t16 + (t15 * t42);
    let t46 = select(t45, b_half.y, t45 > b_half.y);
    let t47 = (t0 * (t43 - select(t14, t44, t44 > t14))) + (t15 * (t45 - select(t19, t46, t46 > t19)));
    let t48 = t5 + (t6 * t42);
    let t49 = select(t48, b_half.z, t48 > b_half.z);
    let t50 = (t47 + (t6 * (t48 - select(t23, t49, t49 > t23)))) + (t26 * (t42 - pull));
    let t51 = (t19 - t16) / t39;
    let t52 = select(t51, 1.0, t51 > 1.0);
    let t53 = select(0.0, t52, t52 > 0.0);
    let t54 = t4 + (t0 * t53);
    let t55 = select(t54, b_half.x, t54 > b_half.x);
    let t56 = t16 + (t15 * t53);
    let t57 = select(t56, b_half.y, t56 > b_half.y);
    let t58 = (t0 * (t54 - select(t14, t55, t55 > t14))) + (t15 * (t56 - select(t19, t57, t57 > t19)));
    let t59 = t5 + (t6 * t53);
    let t60 = select(t59, b_half.z, t59 > b_half.z);
    let t61 = (t58 + (t6 * (t59 - select(t23, t60, t60 > t23)))) + (t26 * (t53 - pull));
    let t62 = select(1.0, t0, t24 > 1e-12);
    let t63 = (b_half.x - t4) / t62;
    let t64 = select(t63, 1.0, t63 > 1.0);
    let t65 = select(0.0, t64, t64 > 0.0);
    let t66 = t4 + (t0 * t65);
    let t67 = select(t66, b_half.x, t66 > b_half.x);
    let t68 = t16 + (t15 * t65);
    let t69 = select(t68, b_half.y, t68 > b_half.y);
    let t70 = (t0 * (t66 - select(t14, t67, t67 > t14))) + (t15 * (t68 - select(t19, t69, t69 > t19)));
    let t71 = t5 + (t6 * t65);
    let t72 = select(t71, b_half.z, t71 > b_half.z);
    let t73 = (t70 + (t6 * (t71 - select(t23, t72, t72 > t23)))) + (t26 * (t65 - pull));
    let t74 = (t14 - t4) / t62;
    let t75 = select(t74, 1.0, t74 > 1.0);
    let t76 = select(0.0, t75, t75 > 0.0);
    let t77 = t4 + (t0 * t76);
    let t78 = select(t77, b_half.x, t77 > b_half.x);
    let t79 = t16 + (t15 * t76);
    let t80 = select(t79, b_half.y, t79 > b_half.y);
    let t81 = (t0 * (t77 - select(t14, t78, t78 > t14))) + (t15 * (t79 - select(t19, t80, t80 > t19)));
    let t82 = t5 + (t6 * t76);
    let t83 = select(t82, b_half.z, t82 > b_half.z);
    let t84 = (t81 + (t6 * (t82 - select(t23, t83, t83 > t23)))) + (t26 * (t76 - pull));
    let t85 = select(0.0, select(0.0, 1.0, t76 > 0.0), 0.0 > t84);
    let t86 = select(0.0, t76, t85 > 0.5);
    let t87 = select(0.0, select(0.0, 1.0, t65 > t86), 0.0 > t73);
    let t88 = select(t86, t65, t87 > 0.5);
    let t89 = select(0.0, select(0.0, 1.0, t53 > t88), 0.0 > t61);
    let t90 = select(t88, t53, t89 > 0.5);
    let t91 = select(0.0, select(0.0, 1.0, t42 > t90), 0.0 > t50);
    let t92 = select(t90, t42, t91 > 0.5);
    let t93 = select(0.0, select(0.0, 1.0, t30 > t92), 0.0 > t38);
    let t94 = select(t92, t30, t93 > 0.5);
    let t95 = select(0.0, select(0.0, 1.0, t11 > t94), 0.0 > t27);
    let t96 = select(t4, b_half.x, t4 > b_half.x);
    let t97 = select(t16, b_half.y, t16 > b_half.y);
    let t98 = select(t5, b_half.z, t5 > b_half.z);
    let t99 = ((t0 * (t4 - select(t14, t96, t96 > t14))) + (t15 * (t16 - select(t19, t97, t97 > t19)))) + (t6 * (t5 - select(t23, t98, t98 > t23)));
    let t100 = select(select(select(t99 + (t26 * (-pull)), t84, t85 > 0.5), t73, t87 > 0.5), t61, t89 > 0.5);
    let t101 = select(select(select(t100, t50, t91 > 0.5), t38, t93 > 0.5), t27, t95 > 0.5);
    let t102 = select(t94, t11, t95 > 0.5);
    let t103 = select(select(0.0, 1.0, 1.0 > t76), 0.0, 0.0 > t84);
    let t104 = select(1.0, t76, t103 > 0.5);
    let t105 = select(select(0.0, 1.0, t104 > t65), 0.0, 0.0 > t73);
    let t106 = select(t104, t65, t105 > 0.5);
    let t107 = select(select(0.0, 1.0, t106 > t53), 0.0, 0.0 > t61);
    let t108 = select(t106, t53, t107 > 0.5);
    let t109 = select(select(0.0, 1.0, t108 > t42), 0.0, 0.0 > t50);
    let t110 = select(t108, t42, t109 > 0.5);
    let t111 = select(select(0.0, 1.0, t110 > t30), 0.0, 0.0 > t38);
    let t112 = select(t110, t30, t111 > 0.5);
    let t113 = select(select(0.0, 1.0, t112 > t11), 0.0, 0.0 > t27);
    let t114 = t4 + t0;
    let t115 = select(t114, b_half.x, t114 > b_half.x);
    let t116 = t16 + t15;
    let t117 = select(t116, b_half.y, t116 > b_half.y);
    let t118 = (t0 * (t114 - select(t14, t115, t115 > t14))) + (t15 * (t116 - select(t19, t117, t117 > t19)));
    let t119 = t5 + t6;
    let t120 = select(t119, b_half.z, t119 > b_half.z);
    let t121 = select((t118 + (t6 * (t119 - select(t23, t120, t120 > t23)))) + (t26 * (1.0 - pull)), t84, t103 > 0.5);
    let t122 = select(select(select(select(t121, t73, t105 > 0.5), t61, t107 > 0.5), t50, t109 > 0.5), t38, t111 > 0.5);
    let t123 = select(t122, t27, t113 > 0.5);
    let t124 = select(t112, t11, t113 > 0.5);
    let t125 = t123 - t101;
    let t126 = select(t102 - ((t101 * (t124 - t102)) / select(1e-30, t125, t125 > 1e-30)), t124, 0.0 > t123);
    return select(t126, t102, t101 > 0.0);
}

fn between_segment_and_box(a_from: vec3<f32>, a_along: vec3<f32>, a_radius: f32, b_centre: vec3<f32>, b_x: vec3<f32>, b_y: vec3<f32>, b_z: vec3<f32>, b_half: vec3<f32>, b_radius: f32, pull: f32, share: f32) -> Touch {
    let t0 = a_from.x - b_centre.x;
    let t1 = a_from.y - b_centre.y;
    let t2 = a_from.z - b_centre.z;
    let t3 = ((b_x.x * t0) + (b_x.y * t1)) + (b_x.z * t2);
    let t4 = ((a_along.x * b_x.x) + (a_along.y * b_x.y)) + (a_along.z * b_x.z);
    let t5 = t3 + (share * t4);
    let t6 = select(t5, b_half.x, t5 > b_half.x);
    let t7 = -b_half.x;
    let t8 = ((a_along.x * b_y.x) + (a_along.y * b_y.y)) + (a_along.z * b_y.z);
    let t9 = ((b_y.x * t0) + (b_y.y * t1)) + (b_y.z * t2);
    let t10 = t9 + (share * t8);
    let t11 = select(t10, b_half.y, t10 > b_half.y);
    let t12 = -b_half.y;
    let t13 = ((a_along.x * b_z.x) + (a_along.y * b_z.y)) + (a_along.z * b_z.z);
    let t14 = ((b_z.x * t0) + (b_z.y * t1)) + (b_z.z * t2);
    let t15 = t14 + (share * t13);
    let t16 = select(t15, b_half.z, t15 > b_half.z);
    let t17 = -b_half.z;
    let t18 = ((t4 * (t5 - select(t7, t6, t6 > t7))) + (t8 * (t10 - select(t12, t11, t11 > t12)))) + (t13 * (t15 - select(t17, t16, t16 > t17)));
    let t19 = t4 * t4;
    let t20 = t8 * t8;
    let t21 = t13 * t13;
    let t22 = ((t19 + t20) + t21) * 0.02;
    let t23 = select(0.0, t19, select(-t5, t5, t5 > 0.0) > b_half.x) + select(0.0, t20, select(-t10, t10, t10 > 0.0) > b_half.y);
    let t24 = (t18 + (t22 * (share - pull))) / ((t22 + (t23 + select(0.0, t21, select(-t15, t15, t15 > 0.0) > b_half.z))) + 1e-12);
    let t25 = share - t24;
    let t26 = select(t25, 1.0, t25 > 1.0);
    let t27 = select(0.0, t26, t26 > 0.0);
    let t28 = t3 + (t4 * t27);
    let t29 = select(t28, b_half.x, t28 > b_half.x);
    let t30 = t28 - select(t7, t29, t29 > t7);
    let t31 = t9 + (t8 * t27);
    let t32 = select(t31, b_half.y, t31 > b_half.y);
    let t33 = t31 - select(t12, t32, t32 > t12);
    let t34 = t14 + (t13 * t27);
    let t35 = select(t34, b_half.z, t34 > b_half.z);
    let t36 = t34 - select(t17, t35, t35 > t17);
    let t37 = ((t30 * t30) + (t33 * t33)) + (t36 * t36);
    let t38 = sqrt(select(1.0, t37, t37 > 1e-18));
    let t39 = select(-t34, t34, t34 > 0.0) - b_half.z;
    let t40 = select(-t31, t31, t31 > 0.0) - b_half.y;
    let t41 = select(-t28, t28, t28 > 0.0) - b_half.x;
    let t42 = select(t41, t40, t40 > t41);
    let t43 = (select(select(t42, t39, t39 > t42), t38, t37 > 1e-18) - a_radius) - b_radius;
    let t44 = 1.0 / t38;
    let t45 = select(select(select(select(-1.0, 1.0, t28 > 0.0), 0.0, t40 > t41), 0.0, t39 > t42), t30 * t44, t37 > 1e-18);
    let t46 = select(select(select(0.0, select(-1.0, 1.0, t31 > 0.0), t40 > t41), 0.0, t39 > t42), t33 * t44, t37 > 1e-18);
    let t47 = select(select(0.0, select(-1.0, 1.0, t34 > 0.0), t39 > t42), t36 * t44, t37 > 1e-18);
    let t48 = ((b_x.x * t45) + (b_y.x * t46)) + (b_z.x * t47);
    let t49 = ((b_x.y * t45) + (b_y.y * t46)) + (b_z.y * t47);
    let t50 = ((b_x.z * t45) + (b_y.z * t46)) + (b_z.z * t47);
    let t51 = a_radius + (t43 * 0.5);
    var result: Touch;
    result.gap = t43;
    result.normal.x = t48;
    result.normal.y = t49;
    result.normal.z = t50;
    result.point.x = (a_from.x + (a_along.x * t27)) - (t48 * t51);
    result.point.y = (a_from.y + (a_along.y * t27)) - (t49 * t51);
    result.point.z = (a_from.z + (a_along.z * t27)) - (t50 * t51);
    return result;
}

struct BetweenSegmentAndBoxGradient {
    a_from: vec3<f32>,
    a_along: vec3<f32>,
    a_radius: f32,
    b_centre: vec3<f32>,
    b_x: vec3<f32>,
    b_y: vec3<f32>,
    b_z: vec3<f32>,
    b_half: vec3<f32>,
    b_radius: f32,
}

fn between_segment_and_box_reverse(a_from: vec3<f32>, a_along: vec3<f32>, a_radius: f32, b_centre: vec3<f32>, b_x: vec3<f32>, b_y: vec3<f32>, b_z: vec3<f32>, b_half: vec3<f32>, b_radius: f32, pull: f32, share: f32, bar: Touch) -> BetweenSegmentAndBoxGradient {
    let t0 = a_from.x - b_centre.x;
    let t1 = a_from.y - b_centre.y;
    let t2 = a_from.z - b_centre.z;
    let t3 = ((b_z.x * t0) + (b_z.y * t1)) + (b_z.z * t2);
    let t4 = ((a_along.x * b_z.x) + (a_along.y * b_z.y)) + (a_along.z * b_z.z);
    let t5 = ((a_along.x * b_x.x) + (a_along.y * b_x.y)) + (a_along.z * b_x.z);
    let t6 = ((b_x.x * t0) + (b_x.y * t1)) + (b_x.z * t2);
    let t7 = t6 + (share * t5);
    let t8 = select(t7, b_half.x, t7 > b_half.x);
    let t9 = -b_half.x;
    let t10 = t7 - select(t9, t8, t8 > t9);
    let t11 = ((a_along.x * b_y.x) + (a_along.y * b_y.y)) + (a_along.z * b_y.z);
    let t12 = ((b_y.x * t0) + (b_y.y * t1)) + (b_y.z * t2);
    let t13 = t12 + (share * t11);
    let t14 = select(t13, b_half.y, t13 > b_half.y);
    let t15 = -b_half.y;
    let t16 = t13 - select(t15, t14, t14 > t15);
    let t17 = t3 + (share * t4);
    let t18 = select(t17, b_half.z, t17 > b_half.z);
    let t19 = -b_half.z;
    let t20 = t17 - select(t19, t18, t18 > t19);
    let t21 = t5 * t5;
    let t22 = t11 * t11;
    let t23 = t4 * t4;
    let t24 = ((t21 + t22) + t23) * 0.02;
    let t25 = share - pull;
    let t26 = select(-t7, t7, t7 > 0.0);
    let t27 = select(-t13, t13, t13 > 0.0);
    let t28 = select(-t17, t17, t17 > 0.0);
    let t29 = (select(0.0, t21, t26 > b_half.x) + select(0.0, t22, t27 > b_half.y)) + select(0.0, t23, t28 > b_half.z);
    let t30 = (t24 + t29) + 1e-12;
    let t31 = ((((t5 * t10) + (t11 * t16)) + (t4 * t20)) + (t24 * t25)) / t30;
    let t32 = share - t31;
    let t33 = select(t32, 1.0, t32 > 1.0);
    let t34 = select(0.0, t33, t33 > 0.0);
    let t35 = t3 + (t4 * t34);
    let t36 = select(-t35, t35, t35 > 0.0) - b_half.z;
    let t37 = t12 + (t11 * t34);
    let t38 = select(-t37, t37, t37 > 0.0) - b_half.y;
    let t39 = t6 + (t5 * t34);
    let t40 = select(-t39, t39, t39 > 0.0) - b_half.x;
    let t41 = select(t40, t38, t38 > t40);
    let t42 = select(t39, b_half.x, t39 > b_half.x);
    let t43 = t39 - select(t9, t42, t42 > t9);
    let t44 = select(t37, b_half.y, t37 > b_half.y);
    let t45 = t37 - select(t15, t44, t44 > t15);
    let t46 = select(t35, b_half.z, t35 > b_half.z);
    let t47 = t35 - select(t19, t46, t46 > t19);
    let t48 = ((t43 * t43) + (t45 * t45)) + (t47 * t47);
    let t49 = sqrt(select(1.0, t48, t48 > 1e-18));
    let t50 = 1.0 / t49;
    let t51 = select(select(select(select(-1.0, 1.0, t39 > 0.0), 0.0, t38 > t40), 0.0, t36 > t41), t43 * t50, t48 > 1e-18);
    let t52 = select(select(select(0.0, select(-1.0, 1.0, t37 > 0.0), t38 > t40), 0.0, t36 > t41), t45 * t50, t48 > 1e-18);
    let t53 = select(select(0.0, select(-1.0, 1.0, t35 > 0.0), t36 > t41), t47 * t50, t48 > 1e-18);
    let t54 = -bar.point.z;
    let t55 = -bar.point.y;
    let t56 = ((((b_x.z * t51) + (b_y.z * t52)) + (b_z.z * t53)) * t54) + ((((b_x.y * t51) + (b_y.y * t52)) + (b_z.y * t53)) * t55);
    let t57 = -bar.point.x;
    let t58 = t56 + ((((b_x.x * t51) + (b_y.x * t52)) + (b_z.x * t53)) * t57);
    let t59 = bar.gap + (0.5 * t58);
    let t60 = select(t59, 0.0, t48 > 1e-18);
    let t61 = select(0.0, t60, t36 > t41);
    let t62 = a_radius + (((select(select(t41, t36, t36 > t41), t49, t48 > 1e-18) - a_radius) - b_radius) * 0.5);
    let t63 = bar.normal.z + (t62 * t54);
    let t64 = bar.normal.y + (t62 * t55);
    let t65 = bar.normal.x + (t62 * t57);
    let t66 = select(0.0, ((b_z.z * t63) + (b_z.y * t64)) + (b_z.x * t65), t48 > 1e-18);
    let t67 = select(0.0, ((b_y.z * t63) + (b_y.y * t64)) + (b_y.x * t65), t48 > 1e-18);
    let t68 = select(0.0, ((b_x.z * t63) + (b_x.y * t64)) + (b_x.x * t65), t48 > 1e-18);
    let t69 = select(0.0, t59, t48 > 1e-18) + (-(t50 * ((((t47 * t66) + (t45 * t67)) + (t43 * t68)) / t49)));
    let t70 = select(0.0, (0.5 * t69) / t49, t48 > 1e-18);
    let t71 = t47 * t70;
    let t72 = t71 + ((t50 * t66) + t71);
    let t73 = -t72;
    let t74 = select(0.0, t73, t46 > t19);
    let t75 = ((select(0.0, t61, t35 > 0.0) + (-select(t61, 0.0, t35 > 0.0))) + t72) + select(t74, 0.0, t35 > b_half.z);
    let t76 = (((a_along.z * bar.point.z) + (a_along.y * bar.point.y)) + (a_along.x * bar.point.x)) + (t4 * t75);
    let t77 = select(t60, 0.0, t36 > t41);
    let t78 = select(0.0, t77, t38 > t40);
    let t79 = t45 * t70;
    let t80 = t79 + ((t50 * t67) + t79);
    let t81 = -t80;
    let t82 = select(0.0, t81, t44 > t15);
    let t83 = ((select(0.0, t78, t37 > 0.0) + (-select(t78, 0.0, t37 > 0.0))) + t80) + select(t82, 0.0, t37 > b_half.y);
    let t84 = select(t77, 0.0, t38 > t40);
    let t85 = t43 * t70;
    let t86 = t85 + ((t50 * t68) + t85);
    let t87 = -t86;
    let t88 = select(0.0, t87, t42 > t9);
    let t89 = ((select(0.0, t84, t39 > 0.0) + (-select(t84, 0.0, t39 > 0.0))) + t86) + select(t88, 0.0, t39 > b_half.x);
    let t90 = (-select(select(0.0, (t76 + (t11 * t83)) + (t5 * t89), t33 > 0.0), 0.0, t32 > 1.0)) / t30;
    let t91 = t4 * t90;
    let t92 = -t91;
    let t93 = select(0.0, t92, t18 > t19);
    let t94 = t91 + select(t93, 0.0, t17 > b_half.z);
    let t95 = t75 + t94;
    let t96 = t11 * t90;
    let t97 = -t96;
    let t98 = select(0.0, t97, t14 > t15);
    let t99 = t96 + select(t98, 0.0, t13 > b_half.y);
    let t100 = t83 + t99;
    let t101 = t5 * t90;
    let t102 = -t101;
    let t103 = select(0.0, t102, t8 > t9);
    let t104 = t101 + select(t103, 0.0, t7 > b_half.x);
    let t105 = t89 + t104;
    let t106 = ((b_z.x * t95) + (b_y.x * t100)) + (b_x.x * t105);
    let t107 = ((b_z.y * t95) + (b_y.y * t100)) + (b_x.y * t105);
    let t108 = ((b_z.z * t95) + (b_y.z * t100)) + (b_x.z * t105);
    let t109 = -(t31 * t90);
    let t110 = 0.02 * (t109 + (t25 * t90));
    let t111 = t4 * (select(0.0, t109, t28 > b_half.z) + t110);
    let t112 = ((t111 + ((t34 * t75) + t111)) + (t20 * t90)) + (share * t94);
    let t113 = t11 * (select(0.0, t109, t27 > b_half.y) + t110);
    let t114 = ((t113 + ((t34 * t83) + t113)) + (t16 * t90)) + (share * t99);
    let t115 = t5 * (select(0.0, t109, t26 > b_half.x) + t110);
    let t116 = ((t115 + ((t34 * t89) + t115)) + (t10 * t90)) + (share * t104);
    let t117 = -t59;
    let t118 = ((-t84) + select(0.0, t88, t39 > b_half.x)) + (-(select(t87, 0.0, t42 > t9) + select(t102, 0.0, t8 > t9)));
    let t119 = ((-t78) + select(0.0, t82, t37 > b_half.y)) + (-(select(t81, 0.0, t44 > t15) + select(t97, 0.0, t14 > t15)));
    let t120 = ((-t61) + select(0.0, t74, t35 > b_half.z)) + (-(select(t73, 0.0, t46 > t19) + select(t92, 0.0, t18 > t19)));
    var result: BetweenSegmentAndBoxGradient;
    result.a_from.x = bar.point.x + t106;
    result.a_from.y = bar.point.y + t107;
    result.a_from.z = bar.point.z + t108;
    result.a_along.x = (((t34 * bar.point.x) + (b_z.x * t112)) + (b_y.x * t114)) + (b_x.x * t116);
    result.a_along.y = (((t34 * bar.point.y) + (b_z.y * t112)) + (b_y.y * t114)) + (b_x.y * t116);
    result.a_along.z = (((t34 * bar.point.z) + (b_z.z * t112)) + (b_y.z * t114)) + (b_x.z * t116);
    result.a_radius = t58 + t117;
    result.b_centre.x = -t106;
    result.b_centre.y = -t107;
    result.b_centre.z = -t108;
    result.b_x.x = ((t51 * t65) + (a_along.x * t116)) + (t0 * t105);
    result.b_x.y = ((t51 * t64) + (a_along.y * t116)) + (t1 * t105);
    result.b_x.z = ((t51 * t63) + (a_along.z * t116)) + (t2 * t105);
    result.b_y.x = ((t52 * t65) + (a_along.x * t114)) + (t0 * t100);
    result.b_y.y = ((t52 * t64) + (a_along.y * t114)) + (t1 * t100);
    result.b_y.z = ((t52 * t63) + (a_along.z * t114)) + (t2 * t100);
    result.b_z.x = ((t53 * t65) + (a_along.x * t112)) + (t0 * t95);
    result.b_z.y = ((t53 * t64) + (a_along.y * t112)) + (t1 * t95);
    result.b_z.z = ((t53 * t63) + (a_along.z * t112)) + (t2 * t95);
    result.b_half.x = t118 + select(0.0, t103, t7 > b_half.x);
    result.b_half.y = t119 + select(0.0, t98, t13 > b_half.y);
    result.b_half.z = t120 + select(0.0, t93, t17 > b_half.z);
    result.b_radius = t117;
    return result;
}

struct PairFriction {
    coefficient: f32,
}

fn pair_friction(first: f32, second: f32) -> PairFriction {
    var result: PairFriction;
    result.coefficient = sqrt((first * second) + 1e-12);
    return result;
}

struct PairFrictionGradient {
    first: f32,
    second: f32,
}

fn pair_friction_reverse(first: f32, second: f32, bar: PairFriction) -> PairFrictionGradient {
    let t0 = (bar.coefficient * 0.5) / sqrt((first * second) + 1e-12);
    var result: PairFrictionGradient;
    result.first = second * t0;
    result.second = first * t0;
    return result;
}

struct PairResistance {
    drag: f32,
    stiffness: f32,
    tangent_drag: f32,
    tangent_stiffness: f32,
}

fn pair_resistance(dt: f32, stiffness: f32, width: f32, onset_speed: f32, gap: f32, v_n: f32, tangent_mobility: f32) -> PairResistance {
    let t0 = (-(gap + (dt * v_n))) / width;
    let t1 = exp(-select(-t0, t0, t0 > 0.0));
    let t2 = (((select(0.0, t0, t0 > 0.0) + ln_1p(t1)) * (stiffness * width)) * 2.0) / (1.0 + (((v_n + sqrt((v_n * v_n) + (onset_speed * onset_speed))) * 0.5) * 2.0));
    let t3 = 1.0 / (t1 + 1.0);
    let t4 = select(t1 * t3, t3, t0 > 0.0);
    let t5 = t4 * (dt * stiffness);
    let t6 = stiffness * 0.7;
    let t7 = t4 * t6;
    var result: PairResistance;
    result.drag = dt * (t2 + t5);
    result.stiffness = dt * t5;
    result.tangent_drag = dt * ((dt * t7) + ((t4 * sqrt(t6 / tangent_mobility)) * 0.6));
    result.tangent_stiffness = t7 * (dt * dt);
    return result;
}

struct PairResistanceGradient {
    stiffness: f32,
    width: f32,
    gap: f32,
    v_n: f32,
    tangent_mobility: f32,
}

fn pair_resistance_reverse(dt: f32, stiffness: f32, width: f32, onset_speed: f32, gap: f32, v_n: f32, tangent_mobility: f32, bar: PairResistance) -> PairResistanceGradient {
    let t0 = (-(gap + (dt * v_n))) / width;
    let t1 = exp(-select(-t0, t0, t0 > 0.0));
    let t2 = t1 + 1.0;
    let t3 = 1.0 / t2;
    let t4 = select(t1 * t3, t3, t0 > 0.0);
    let t5 = dt * bar.tangent_drag;
    let t6 = ((dt * dt) * bar.tangent_stiffness) + (dt * t5);
    let t7 = 0.6 * t5;
    let t8 = stiffness * 0.7;
    let t9 = t8 / tangent_mobility;
    let t10 = sqrt(t9);
    let t11 = ((0.5 * (t4 * t7)) / t10) / tangent_mobility;
    let t12 = dt * bar.drag;
    let t13 = (dt * bar.stiffness) + t12;
    let t14 = select(0.0, t0, t0 > 0.0) + ln_1p(t1);
    let t15 = sqrt((v_n * v_n) + (onset_speed * onset_speed));
    let t16 = 1.0 + (((v_n + t15) * 0.5) * 2.0);
    let t17 = t12 / t16;
    let t18 = 2.0 * t17;
    let t19 = t14 * t18;
    let t20 = stiffness * width;
    let t21 = t20 * t18;
    let t22 = ((t10 * t7) + (t8 * t6)) + ((dt * stiffness) * t13);
    let t23 = select(t22, 0.0, t0 > 0.0);
    let t24 = t1 * (((t3 * t23) + (t21 / t2)) + (-(t3 * ((select(0.0, t22, t0 > 0.0) + (t1 * t23)) / t2))));
    let t25 = -t24;
    let t26 = (select(0.0, t21, t0 > 0.0) + select(0.0, t25, t0 > 0.0)) + (-select(t25, 0.0, t0 > 0.0));
    let t27 = t26 / width;
    let t28 = -t27;
    let t29 = 0.5 * (2.0 * (-((((t14 * t20) * 2.0) / t16) * t17)));
    let t30 = v_n * ((0.5 * t29) / t15);
    var result: PairResistanceGradient;
    result.stiffness = ((0.7 * ((t4 * t6) + t11)) + (dt * (t4 * t13))) + (width * t19);
    result.width = (stiffness * t19) + (-(t0 * t27));
    result.gap = t28;
    result.v_n = (t30 + (t29 + t30)) + (dt * t28);
    result.tangent_mobility = -(t9 * t11);
    return result;
}

struct PairForce {
    normal: f32,
    friction: vec3<f32>,
    bristle: vec3<f32>,
}

fn pair_force(dt: f32, stiffness: f32, width: f32, friction: f32, onset_speed: f32, gap: f32, v_n: f32, slip: vec3<f32>, bristle: vec3<f32>, tangent_mobility: f32, sum_drag: f32, sum_stiffness: f32, sum_tangent_drag: f32, sum_tangent_stiffness: f32) -> PairForce {
    let t0 = stiffness * width;
    let t1 = (-gap) / width;
    let t2 = t0 * (select(0.0, t1, t1 > 0.0) + ln_1p(exp(-select(-t1, t1, t1 > 0.0))));
    let t3 = sum_stiffness * sum_stiffness;
    let t4 = (-(gap + (dt * v_n))) / width;
    let t5 = exp(-select(-t4, t4, t4 > 0.0));
    let t6 = (select(0.0, t4, t4 > 0.0) + ln_1p(t5)) * t0;
    let t7 = (t6 * 2.0) / (1.0 + (((v_n + sqrt((v_n * v_n) + (onset_speed * onset_speed))) * 0.5) * 2.0));
    let t8 = (t2 * (1.0 / sqrt(sqrt(1.0 + (t3 * t3))))) + ((1.0 / (sum_drag + 1.0)) * ((t6 - (v_n * t7)) - t2));
    let t9 = select(0.0, t8, t8 > 0.0);
    let t10 = 1.0 / (t5 + 1.0);
    let t11 = select(t5 * t10, t10, t4 > 0.0);
    let t12 = stiffness * 0.7;
    let t13 = t11 * t12;
    let t14 = sum_tangent_stiffness * sum_tangent_stiffness;
    let t15 = t13 * (1.0 / sqrt(sqrt(1.0 + (t14 * t14))));
    let t16 = bristle.x * t15;
    let t17 = ((dt * t13) + ((t11 * sqrt(t12 / tangent_mobility)) * 0.6)) * (1.0 / (sum_tangent_drag + 1.0));
    let t18 = -(t16 + (slip.x * t17));
    let t19 = friction * t9;
    let t20 = bristle.y * t15;
    let t21 = -(t20 + (slip.y * t17));
    let t22 = bristle.z * t15;
    let t23 = -(t22 + (slip.z * t17));
    let t24 = sqrt(1e-18 + (((t18 * t18) + (t21 * t21)) + (t23 * t23)));
    let t25 = t19 / (1e-9 + select(t19, t24, t24 > t19));
    let t26 = sqrt((((t16 * t16) + (t20 * t20)) + (t22 * t22)) + 1e-18);
    let t27 = t19 / (select(t19, t26, t26 > t19) + 1e-9);
    var result: PairForce;
    result.normal = t9;
    result.friction.x = t18 * t25;
    result.friction.y = t21 * t25;
    result.friction.z = t23 * t25;
    result.bristle.x = bristle.x * t27;
    result.bristle.y = bristle.y * t27;
    result.bristle.z = bristle.z * t27;
    return result;
}

struct PairForceGradient {
    stiffness: f32,
    width: f32,
    friction: f32,
    gap: f32,
    v_n: f32,
    slip: vec3<f32>,
    bristle: vec3<f32>,
    tangent_mobility: f32,
    sum_drag: f32,
    sum_stiffness: f32,
    sum_tangent_drag: f32,
    sum_tangent_stiffness: f32,
}

fn pair_force_reverse(dt: f32, stiffness: f32, width: f32, friction: f32, onset_speed: f32, gap: f32, v_n: f32, slip: vec3<f32>, bristle: vec3<f32>, tangent_mobility: f32, sum_drag: f32, sum_stiffness: f32, sum_tangent_drag: f32, sum_tangent_stiffness: f32, bar: PairForce) -> PairForceGradient {
    let t0 = (-(gap + (dt * v_n))) / width;
    let t1 = exp(-select(-t0, t0, t0 > 0.0));
    let t2 = t1 + 1.0;
    let t3 = 1.0 / t2;
    let t4 = select(t1 * t3, t3, t0 > 0.0);
    let t5 = sum_tangent_stiffness * sum_tangent_stiffness;
    let t6 = sqrt(1.0 + (t5 * t5));
    let t7 = sqrt(t6);
    let t8 = 1.0 / t7;
    let t9 = stiffness * 0.7;
    let t10 = t4 * t9;
    let t11 = t10 * t8;
    let t12 = bristle.z * t11;
    let t13 = bristle.x * t11;
    let t14 = bristle.y * t11;
    let t15 = sqrt((((t13 * t13) + (t14 * t14)) + (t12 * t12)) + 1e-18);
    let t16 = stiffness * width;
    let t17 = (-gap) / width;
    let t18 = exp(-select(-t17, t17, t17 > 0.0));
    let t19 = select(0.0, t17, t17 > 0.0) + ln_1p(t18);
    let t20 = t16 * t19;
    let t21 = sum_stiffness * sum_stiffness;
    let t22 = sqrt(1.0 + (t21 * t21));
    let t23 = sqrt(t22);
    let t24 = 1.0 / t23;
    let t25 = sum_drag + 1.0;
    let t26 = 1.0 / t25;
    let t27 = select(0.0, t0, t0 > 0.0) + ln_1p(t1);
    let t28 = t27 * t16;
    let t29 = sqrt((v_n * v_n) + (onset_speed * onset_speed));
    let t30 = 1.0 + (((v_n + t29) * 0.5) * 2.0);
    let t31 = (t28 * 2.0) / t30;
    let t32 = (t28 - (v_n * t31)) - t20;
    let t33 = (t20 * t24) + (t26 * t32);
    let t34 = select(0.0, t33, t33 > 0.0);
    let t35 = friction * t34;
    let t36 = select(t35, t15, t15 > t35) + 1e-9;
    let t37 = t35 / t36;
    let t38 = ((bristle.z * bar.bristle.z) + (bristle.y * bar.bristle.y)) + (bristle.x * bar.bristle.x);
    let t39 = t38 / t36;
    let t40 = -(t37 * t39);
    let t41 = (0.5 * select(0.0, t40, t15 > t35)) / t15;
    let t42 = t12 * t41;
    let t43 = t9 / tangent_mobility;
    let t44 = sqrt(t43);
    let t45 = (dt * t10) + ((t4 * t44) * 0.6);
    let t46 = sum_tangent_drag + 1.0;
    let t47 = 1.0 / t46;
    let t48 = t45 * t47;
    let t49 = -(t12 + (slip.z * t48));
    let t50 = -(t13 + (slip.x * t48));
    let t51 = -(t14 + (slip.y * t48));
    let t52 = sqrt(1e-18 + (((t50 * t50) + (t51 * t51)) + (t49 * t49)));
    let t53 = 1e-9 + select(t35, t52, t52 > t35);
    let t54 = t35 / t53;
    let t55 = (((t49 * bar.friction.z) + (t51 * bar.friction.y)) + (t50 * bar.friction.x)) / t53;
    let t56 = -(t54 * t55);
    let t57 = (0.5 * select(0.0, t56, t52 > t35)) / t52;
    let t58 = t49 * t57;
    let t59 = -(t58 + ((t54 * bar.friction.z) + t58));
    let t60 = (t42 + t42) + t59;
    let t61 = t14 * t41;
    let t62 = t51 * t57;
    let t63 = -(t62 + ((t54 * bar.friction.y) + t62));
    let t64 = (t61 + t61) + t63;
    let t65 = t13 * t41;
    let t66 = t50 * t57;
    let t67 = -(t66 + ((t54 * bar.friction.x) + t66));
    let t68 = (t65 + t65) + t67;
    let t69 = ((bristle.z * t60) + (bristle.y * t64)) + (bristle.x * t68);
    let t70 = ((slip.z * t59) + (slip.y * t63)) + (slip.x * t67);
    let t71 = t47 * t70;
    let t72 = (t8 * t69) + (dt * t71);
    let t73 = 0.6 * t71;
    let t74 = ((0.5 * (t4 * t73)) / t44) / tangent_mobility;
    let t75 = ((t55 + select(t56, 0.0, t52 > t35)) + t39) + select(t40, 0.0, t15 > t35);
    let t76 = select(0.0, bar.normal + (friction * t75), t33 > 0.0);
    let t77 = t26 * t76;
    let t78 = -t77;
    let t79 = t78 + (t24 * t76);
    let t80 = (v_n * t78) / t30;
    let t81 = t77 + (2.0 * t80);
    let t82 = (t19 * t79) + (t27 * t81);
    let t83 = t16 * t79;
    let t84 = -(t18 * (t83 / (1.0 + t18)));
    let t85 = (select(0.0, t83, t17 > 0.0) + select(0.0, t84, t17 > 0.0)) + (-select(t84, 0.0, t17 > 0.0));
    let t86 = t85 / width;
    let t87 = t16 * t81;
    let t88 = (t44 * t73) + (t9 * t72);
    let t89 = select(t88, 0.0, t0 > 0.0);
    let t90 = t1 * (((t3 * t89) + (t87 / t2)) + (-(t3 * ((select(0.0, t88, t0 > 0.0) + (t1 * t89)) / t2))));
    let t91 = -t90;
    let t92 = (select(0.0, t87, t0 > 0.0) + select(0.0, t91, t0 > 0.0)) + (-select(t91, 0.0, t0 > 0.0));
    let t93 = t92 / width;
    let t94 = -t93;
    let t95 = 0.5 * (2.0 * (-(t31 * t80)));
    let t96 = v_n * ((0.5 * t95) / t29);
    let t97 = t21 * ((0.5 * ((0.5 * (-(t24 * ((t20 * t76) / t23)))) / t23)) / t22);
    let t98 = sum_stiffness * (t97 + t97);
    let t99 = t5 * ((0.5 * ((0.5 * (-(t8 * ((t10 * t69) / t7)))) / t7)) / t6);
    let t100 = sum_tangent_stiffness * (t99 + t99);
    var result: PairForceGradient;
    result.stiffness = (0.7 * ((t4 * t72) + t74)) + (width * t82);
    result.width = ((-(t17 * t86)) + (stiffness * t82)) + (-(t0 * t93));
    result.friction = t34 * t75;
    result.gap = (-t86) + t94;
    result.v_n = (t96 + (((t31 * t78) + t95) + t96)) + (dt * t94);
    result.slip.x = t48 * t67;
    result.slip.y = t48 * t63;
    result.slip.z = t48 * t59;
    result.bristle.x = (t37 * bar.bristle.x) + (t11 * t68);
    result.bristle.y = (t37 * bar.bristle.y) + (t11 * t64);
    result.bristle.z = (t37 * bar.bristle.z) + (t11 * t60);
    result.tangent_mobility = -(t43 * t74);
    result.sum_drag = -(t26 * ((t32 * t76) / t25));
    result.sum_stiffness = t98 + t98;
    result.sum_tangent_drag = -(t47 * ((t45 * t70) / t46));
    result.sum_tangent_stiffness = t100 + t100;
    return result;
}
