// Generated from crates/burgess-physics/src/laws/: change the law there, then run
// `BURGESS_WRITE_SHADERS=1 cargo test --release -p burgess-physics --test shader_laws`.
// Needs shaders/shared/functions.wgsl.

struct Distance {
    distance: f32,
    normal: vec3<f32>,
}

fn plane_distance(normal: vec3<f32>, x: vec3<f32>) -> Distance {
    var result: Distance;
    result.distance = ((normal.x * x.x) + (normal.y * x.y)) + (normal.z * x.z);
    result.normal.x = normal.x;
    result.normal.y = normal.y;
    result.normal.z = normal.z;
    return result;
}

struct PlaneDistanceGradient {
    x: vec3<f32>,
}

fn plane_distance_reverse(normal: vec3<f32>, x: vec3<f32>, bar: Distance) -> PlaneDistanceGradient {
    var result: PlaneDistanceGradient;
    result.x.x = normal.x * bar.distance;
    result.x.y = normal.y * bar.distance;
    result.x.z = normal.z * bar.distance;
    return result;
}

fn plane_height(normal: vec3<f32>, x: vec3<f32>) -> f32 {
    return x.z + (((normal.x * x.x) + (normal.y * x.y)) / normal.z);
}

struct PlaneHeightGradient {
    x: vec3<f32>,
}

fn plane_height_reverse(normal: vec3<f32>, x: vec3<f32>, bar: f32) -> PlaneHeightGradient {
    let t0 = bar / normal.z;
    var result: PlaneHeightGradient;
    result.x.x = normal.x * t0;
    result.x.y = normal.y * t0;
    result.x.z = bar;
    return result;
}

fn stairs_distance(start: f32, rise: f32, run: f32, count: f32, x: vec3<f32>) -> Distance {
    let t0 = x.x - start;
    let t1 = 1.0 + floor(t0 / run);
    let t2 = select(0.0, t1, t1 > 0.0);
    let t3 = x.z - (rise * select(t2, count, t2 > count));
    let t4 = select(1.0, -1.0, 0.0 > t3);
    let t5 = select(-t3, t3, t3 > 0.0);
    let t6 = floor(x.z / rise);
    let t7 = x.x - (start + (run * t6));
    let t8 = select(1000000.0, select(-t7, t7, t7 > 0.0), select(0.0, select(0.0, 1.0, (count - 0.5) > t6), t6 > (-0.5)) > 0.5);
    let t9 = select(t5, t8, t5 > t8);
    let t10 = x.z - select(0.0, rise, t4 > 0.0);
    let t11 = floor(0.5 + (((run * t0) + (rise * t10)) / ((run * run) + (rise * rise))));
    let t12 = select(0.0, t11, t11 > 0.0);
    let t13 = count - 1.0;
    let t14 = select(t12, t13, t12 > t13);
    let t15 = t0 - (run * t14);
    let t16 = t10 - (rise * t14);
    let t17 = sqrt(((t15 * t15) + (t16 * t16)) + 1e-24);
    var result: Distance;
    result.distance = t4 * select(t9, t17, t9 > t17);
    result.normal.x = select(select(0.0, -1.0, t5 > t8), (t4 * t15) / t17, t9 > t17);
    result.normal.z = select(select(1.0, 0.0, t5 > t8), (t4 * t16) / t17, t9 > t17);
    return result;
}

struct StairsDistanceGradient {
    x: vec3<f32>,
}

fn stairs_distance_reverse(start: f32, rise: f32, run: f32, count: f32, x: vec3<f32>, bar: Distance) -> StairsDistanceGradient {
    let t0 = x.x - start;
    let t1 = 1.0 + floor(t0 / run);
    let t2 = select(0.0, t1, t1 > 0.0);
    let t3 = x.z - (rise * select(t2, count, t2 > count));
    let t4 = select(1.0, -1.0, 0.0 > t3);
    let t5 = x.z - select(0.0, rise, t4 > 0.0);
    let t6 = floor(0.5 + (((run * t0) + (rise * t5)) / ((run * run) + (rise * rise))));
    let t7 = select(0.0, t6, t6 > 0.0);
    let t8 = count - 1.0;
    let t9 = select(t7, t8, t7 > t8);
    let t10 = t0 - (run * t9);
    let t11 = select(-t3, t3, t3 > 0.0);
    let t12 = floor(x.z / rise);
    let t13 = select(0.0, select(0.0, 1.0, (count - 0.5) > t12), t12 > (-0.5));
    let t14 = x.x - (start + (run * t12));
    let t15 = select(1000000.0, select(-t14, t14, t14 > 0.0), t13 > 0.5);
    let t16 = select(t11, t15, t11 > t15);
    let t17 = t5 - (rise * t9);
    let t18 = sqrt(((t10 * t10) + (t17 * t17)) + 1e-24);
    let t19 = t4 * bar.distance;
    let t20 = select(0.0, bar.normal.z, t16 > t18) / t18;
    let t21 = select(0.0, bar.normal.x, t16 > t18) / t18;
    let t22 = (select(0.0, t19, t16 > t18) + (-(((t4 * t17) / t18) * t20))) + (-(((t4 * t10) / t18) * t21));
    let t23 = (0.5 * t22) / t18;
    let t24 = t10 * t23;
    let t25 = select(t19, 0.0, t16 > t18);
    let t26 = select(0.0, select(0.0, t25, t11 > t15), t13 > 0.5);
    let t27 = (t24 + ((t4 * t21) + t24)) + (select(0.0, t26, t14 > 0.0) + (-select(t26, 0.0, t14 > 0.0)));
    let t28 = select(t25, 0.0, t11 > t15);
    let t29 = t17 * t23;
    let t30 = (select(0.0, t28, t3 > 0.0) + (-select(t28, 0.0, t3 > 0.0))) + (t29 + ((t4 * t20) + t29));
    var result: StairsDistanceGradient;
    result.x.x = t27;
    result.x.z = t30;
    return result;
}

fn stairs_height(start: f32, rise: f32, run: f32, count: f32, x: vec3<f32>) -> f32 {
    let t0 = floor((x.x - start) / run) + 1.0;
    let t1 = select(0.0, t0, t0 > 0.0);
    return x.z - (rise * select(t1, count, t1 > count));
}

struct StairsHeightGradient {
    x: vec3<f32>,
}

fn stairs_height_reverse(start: f32, rise: f32, run: f32, count: f32, x: vec3<f32>, bar: f32) -> StairsHeightGradient {
    var result: StairsHeightGradient;
    result.x.z = bar;
    return result;
}

fn bumps_distance(waves: array<vec4<f32>, 8>, x: vec3<f32>) -> Distance {
    let t0 = waves[0].w + ((waves[0].y * x.x) + (waves[0].z * x.y));
    let t1 = waves[0].x * sin(t0);
    let t2 = waves[1].w + ((waves[1].y * x.x) + (waves[1].z * x.y));
    let t3 = waves[1].x * sin(t2);
    let t4 = waves[2].w + ((waves[2].y * x.x) + (waves[2].z * x.y));
    let t5 = waves[2].x * sin(t4);
    let t6 = waves[3].w + ((waves[3].y * x.x) + (waves[3].z * x.y));
    let t7 = waves[3].x * sin(t6);
    let t8 = waves[4].w + ((waves[4].y * x.x) + (waves[4].z * x.y));
    let t9 = waves[4].x * sin(t8);
    let t10 = waves[5].w + ((waves[5].y * x.x) + (waves[5].z * x.y));
    let t11 = waves[5].x * sin(t10);
    let t12 = waves[6].w + ((waves[6].y * x.x) + (waves[6].z * x.y));
    let t13 = waves[6].x * sin(t12);
    let t14 = waves[7].w + ((waves[7].y * x.x) + (waves[7].z * x.y));
    let t15 = waves[7].x * sin(t14);
    let t16 = waves[0].x * cos(t0);
    let t17 = waves[1].x * cos(t2);
    let t18 = waves[2].x * cos(t4);
    let t19 = waves[3].x * cos(t6);
    let t20 = waves[4].x * cos(t8);
    let t21 = ((((waves[0].y * t16) + (waves[1].y * t17)) + (waves[2].y * t18)) + (waves[3].y * t19)) + (waves[4].y * t20);
    let t22 = waves[5].x * cos(t10);
    let t23 = waves[6].x * cos(t12);
    let t24 = waves[7].x * cos(t14);
    let t25 = ((t21 + (waves[5].y * t22)) + (waves[6].y * t23)) + (waves[7].y * t24);
    let t26 = ((((waves[0].z * t16) + (waves[1].z * t17)) + (waves[2].z * t18)) + (waves[3].z * t19)) + (waves[4].z * t20);
    let t27 = ((t26 + (waves[5].z * t22)) + (waves[6].z * t23)) + (waves[7].z * t24);
    let t28 = 1.0 / sqrt((1.0 + (t25 * t25)) + (t27 * t27));
    let t29 = (x.z - (((((((t1 + t3) + t5) + t7) + t9) + t11) + t13) + t15)) * t28;
    let t30 = t28 * (t28 * t29);
    let t31 = waves[0].y * t1;
    let t32 = waves[1].y * t3;
    let t33 = waves[2].y * t5;
    let t34 = waves[3].y * t7;
    let t35 = (((-(waves[0].y * t31)) - (waves[1].y * t32)) - (waves[2].y * t33)) - (waves[3].y * t34);
    let t36 = waves[4].y * t9;
    let t37 = waves[5].y * t11;
    let t38 = waves[6].y * t13;
    let t39 = waves[7].y * t15;
    let t40 = (((t35 - (waves[4].y * t36)) - (waves[5].y * t37)) - (waves[6].y * t38)) - (waves[7].y * t39);
    let t41 = (((-(waves[0].z * t31)) - (waves[1].z * t32)) - (waves[2].z * t33)) - (waves[3].z * t34);
    let t42 = (((t41 - (waves[4].z * t36)) - (waves[5].z * t37)) - (waves[6].z * t38)) - (waves[7].z * t39);
    let t43 = (t28 * (-t25)) - (t30 * ((t25 * t40) + (t27 * t42)));
    let t44 = ((-(waves[0].z * (waves[0].z * t1))) - (waves[1].z * (waves[1].z * t3))) - (waves[2].z * (waves[2].z * t5));
    let t45 = ((t44 - (waves[3].z * (waves[3].z * t7))) - (waves[4].z * (waves[4].z * t9))) - (waves[5].z * (waves[5].z * t11));
    let t46 = (t25 * t42) + (t27 * ((t45 - (waves[6].z * (waves[6].z * t13))) - (waves[7].z * (waves[7].z * t15))));
    let t47 = (t28 * (-t27)) - (t30 * t46);
    let t48 = ((t43 * t43) + (t47 * t47)) + (t28 * t28);
    let t49 = 1.0 / sqrt(select(1e-30, t48, t48 > 1e-30));
    var result: Distance;
    result.distance = t29;
    result.normal.x = t43 * t49;
    result.normal.y = t47 * t49;
    result.normal.z = t28 * t49;
    return result;
}

struct BumpsDistanceGradient {
    x: vec3<f32>,
}

fn bumps_distance_reverse(waves: array<vec4<f32>, 8>, x: vec3<f32>, bar: Distance) -> BumpsDistanceGradient {
    let t0 = waves[7].w + ((waves[7].y * x.x) + (waves[7].z * x.y));
    let t1 = sin(t0);
    let t2 = waves[0].w + ((waves[0].y * x.x) + (waves[0].z * x.y));
    let t3 = cos(t2);
    let t4 = waves[0].x * t3;
    let t5 = waves[1].w + ((waves[1].y * x.x) + (waves[1].z * x.y));
    let t6 = cos(t5);
    let t7 = waves[1].x * t6;
    let t8 = waves[2].w + ((waves[2].y * x.x) + (waves[2].z * x.y));
    let t9 = cos(t8);
    let t10 = waves[2].x * t9;
    let t11 = waves[3].w + ((waves[3].y * x.x) + (waves[3].z * x.y));
    let t12 = cos(t11);
    let t13 = waves[3].x * t12;
    let t14 = waves[4].w + ((waves[4].y * x.x) + (waves[4].z * x.y));
    let t15 = cos(t14);
    let t16 = waves[4].x * t15;
    let t17 = ((((waves[0].z * t4) + (waves[1].z * t7)) + (waves[2].z * t10)) + (waves[3].z * t13)) + (waves[4].z * t16);
    let t18 = waves[5].w + ((waves[5].y * x.x) + (waves[5].z * x.y));
    let t19 = cos(t18);
    let t20 = waves[5].x * t19;
    let t21 = waves[6].w + ((waves[6].y * x.x) + (waves[6].z * x.y));
    let t22 = cos(t21);
    let t23 = waves[6].x * t22;
    let t24 = cos(t0);
    let t25 = waves[7].x * t24;
    let t26 = ((t17 + (waves[5].z * t20)) + (waves[6].z * t23)) + (waves[7].z * t25);
    let t27 = ((((waves[0].y * t4) + (waves[1].y * t7)) + (waves[2].y * t10)) + (waves[3].y * t13)) + (waves[4].y * t16);
    let t28 = ((t27 + (waves[5].y * t20)) + (waves[6].y * t23)) + (waves[7].y * t25);
    let t29 = sqrt((1.0 + (t28 * t28)) + (t26 * t26));
    let t30 = 1.0 / t29;
    let t31 = -t28;
    let t32 = sin(t2);
    let t33 = waves[0].x * t32;
    let t34 = sin(t5);
    let t35 = waves[1].x * t34;
    let t36 = sin(t8);
    let t37 = waves[2].x * t36;
    let t38 = sin(t11);
    let t39 = waves[3].x * t38;
    let t40 = sin(t14);
    let t41 = waves[4].x * t40;
    let t42 = sin(t18);
    let t43 = waves[5].x * t42;
    let t44 = sin(t21);
    let t45 = waves[6].x * t44;
    let t46 = waves[7].x * t1;
    let t47 = x.z - (((((((t33 + t35) + t37) + t39) + t41) + t43) + t45) + t46);
    let t48 = t47 * t30;
    let t49 = t30 * t48;
    let t50 = t30 * t49;
    let t51 = waves[0].y * t33;
    let t52 = waves[1].y * t35;
    let t53 = waves[2].y * t37;
    let t54 = waves[3].y * t39;
    let t55 = (((-(waves[0].y * t51)) - (waves[1].y * t52)) - (waves[2].y * t53)) - (waves[3].y * t54);
    let t56 = waves[4].y * t41;
    let t57 = waves[5].y * t43;
    let t58 = waves[6].y * t45;
    let t59 = waves[7].y * t46;
    let t60 = (((t55 - (waves[4].y * t56)) - (waves[5].y * t57)) - (waves[6].y * t58)) - (waves[7].y * t59);
    let t61 = (((-(waves[0].z * t51)) - (waves[1].z * t52)) - (waves[2].z * t53)) - (waves[3].z * t54);
    let t62 = (((t61 - (waves[4].z * t56)) - (waves[5].z * t57)) - (waves[6].z * t58)) - (waves[7].z * t59);
    let t63 = (t28 * t60) + (t26 * t62);
    let t64 = (t30 * t31) - (t50 * t63);
    let t65 = -t26;
    let t66 = ((-(waves[0].z * (waves[0].z * t33))) - (waves[1].z * (waves[1].z * t35))) - (waves[2].z * (waves[2].z * t37));
    let t67 = ((t66 - (waves[3].z * (waves[3].z * t39))) - (waves[4].z * (waves[4].z * t41))) - (waves[5].z * (waves[5].z * t43));
    let t68 = (t67 - (waves[6].z * (waves[6].z * t45))) - (waves[7].z * (waves[7].z * t46));
    let t69 = (t28 * t62) + (t26 * t68);
    let t70 = (t30 * t65) - (t50 * t69);
    let t71 = ((t64 * t64) + (t70 * t70)) + (t30 * t30);
    let t72 = sqrt(select(1e-30, t71, t71 > 1e-30));
    let t73 = 1.0 / t72;
    let t74 = (-(t73 * ((((t30 * bar.normal.z) + (t70 * bar.normal.y)) + (t64 * bar.normal.x)) / t72))) * 0.5;
    let t75 = select(0.0, t74 / t72, t71 > 1e-30);
    let t76 = t30 * t75;
    let t77 = t70 * t75;
    let t78 = t77 + ((t73 * bar.normal.y) + t77);
    let t79 = t64 * t75;
    let t80 = t79 + ((t73 * bar.normal.x) + t79);
    let t81 = -t78;
    let t82 = -t80;
    let t83 = (t69 * t81) + (t63 * t82);
    let t84 = t30 * t83;
    let t85 = ((((t76 + ((t73 * bar.normal.z) + t76)) + (t65 * t78)) + (t31 * t80)) + (t49 * t83)) + (t48 * t84);
    let t86 = bar.distance + (t30 * t84);
    let t87 = (0.5 * (-(t30 * ((t85 + (t47 * t86)) / t29)))) / t29;
    let t88 = t26 * t87;
    let t89 = t50 * t81;
    let t90 = t50 * t82;
    let t91 = t88 + ((((t68 * t89) + (-(t30 * t78))) + (t62 * t90)) + t88);
    let t92 = t28 * t87;
    let t93 = t92 + ((((t62 * t89) + (t60 * t90)) + (-(t30 * t80))) + t92);
    let t94 = t30 * t86;
    let t95 = -t94;
    let t96 = -(t26 * t89);
    let t97 = -((t28 * t89) + (t26 * t90));
    let t98 = -(t28 * t90);
    let t99 = (waves[7].z * (waves[7].z * t96)) + (waves[7].y * ((waves[7].z * t97) + (waves[7].y * t98)));
    let t100 = (-(t1 * (waves[7].x * ((waves[7].z * t91) + (waves[7].y * t93))))) + (t24 * (waves[7].x * (t95 + t99)));
    let t101 = (waves[6].z * (waves[6].z * t96)) + (waves[6].y * ((waves[6].z * t97) + (waves[6].y * t98)));
    let t102 = (-(t44 * (waves[6].x * ((waves[6].z * t91) + (waves[6].y * t93))))) + (t22 * (waves[6].x * (t95 + t101)));
    let t103 = (waves[5].z * (waves[5].z * t96)) + (waves[5].y * ((waves[5].z * t97) + (waves[5].y * t98)));
    let t104 = (-(t42 * (waves[5].x * ((waves[5].z * t91) + (waves[5].y * t93))))) + (t19 * (waves[5].x * (t95 + t103)));
    let t105 = (waves[4].z * (waves[4].z * t96)) + (waves[4].y * ((waves[4].z * t97) + (waves[4].y * t98)));
    let t106 = (-(t40 * (waves[4].x * ((waves[4].z * t91) + (waves[4].y * t93))))) + (t15 * (waves[4].x * (t95 + t105)));
    let t107 = (((waves[7].y * t100) + (waves[6].y * t102)) + (waves[5].y * t104)) + (waves[4].y * t106);
    let t108 = (waves[3].z * (waves[3].z * t96)) + (waves[3].y * ((waves[3].z * t97) + (waves[3].y * t98)));
    let t109 = (-(t38 * (waves[3].x * ((waves[3].z * t91) + (waves[3].y * t93))))) + (t12 * (waves[3].x * (t95 + t108)));
    let t110 = (waves[2].z * (waves[2].z * t96)) + (waves[2].y * ((waves[2].z * t97) + (waves[2].y * t98)));
    let t111 = (-(t36 * (waves[2].x * ((waves[2].z * t91) + (waves[2].y * t93))))) + (t9 * (waves[2].x * (t95 + t110)));
    let t112 = (waves[1].z * (waves[1].z * t96)) + (waves[1].y * ((waves[1].z * t97) + (waves[1].y * t98)));
    let t113 = (-(t34 * (waves[1].x * ((waves[1].z * t91) + (waves[1].y * t93))))) + (t6 * (waves[1].x * (t95 + t112)));
    let t114 = (t95 + (waves[0].z * (waves[0].z * t96))) + (waves[0].y * ((waves[0].z * t97) + (waves[0].y * t98)));
    let t115 = (-(t32 * (waves[0].x * ((waves[0].z * t91) + (waves[0].y * t93))))) + (t3 * (waves[0].x * t114));
    let t116 = (((t107 + (waves[3].y * t109)) + (waves[2].y * t111)) + (waves[1].y * t113)) + (waves[0].y * t115);
    let t117 = (((waves[7].z * t100) + (waves[6].z * t102)) + (waves[5].z * t104)) + (waves[4].z * t106);
    let t118 = (((t117 + (waves[3].z * t109)) + (waves[2].z * t111)) + (waves[1].z * t113)) + (waves[0].z * t115);
    var result: BumpsDistanceGradient;
    result.x.x = t116;
    result.x.y = t118;
    result.x.z = t94;
    return result;
}

fn bumps_height(waves: array<vec4<f32>, 8>, x: vec3<f32>) -> f32 {
    let t0 = (waves[0].x * sin(waves[0].w + ((waves[0].y * x.x) + (waves[0].z * x.y)))) + (waves[1].x * sin(waves[1].w + ((waves[1].y * x.x) + (waves[1].z * x.y))));
    let t1 = (t0 + (waves[2].x * sin(waves[2].w + ((waves[2].y * x.x) + (waves[2].z * x.y))))) + (waves[3].x * sin(waves[3].w + ((waves[3].y * x.x) + (waves[3].z * x.y))));
    let t2 = (t1 + (waves[4].x * sin(waves[4].w + ((waves[4].y * x.x) + (waves[4].z * x.y))))) + (waves[5].x * sin(waves[5].w + ((waves[5].y * x.x) + (waves[5].z * x.y))));
    let t3 = (t2 + (waves[6].x * sin(waves[6].w + ((waves[6].y * x.x) + (waves[6].z * x.y))))) + (waves[7].x * sin(waves[7].w + ((waves[7].y * x.x) + (waves[7].z * x.y))));
    return x.z - t3;
}

struct BumpsHeightGradient {
    x: vec3<f32>,
}

fn bumps_height_reverse(waves: array<vec4<f32>, 8>, x: vec3<f32>, bar: f32) -> BumpsHeightGradient {
    let t0 = -bar;
    let t1 = (waves[7].x * t0) * cos(waves[7].w + ((waves[7].y * x.x) + (waves[7].z * x.y)));
    let t2 = (waves[6].x * t0) * cos(waves[6].w + ((waves[6].y * x.x) + (waves[6].z * x.y)));
    let t3 = (waves[5].x * t0) * cos(waves[5].w + ((waves[5].y * x.x) + (waves[5].z * x.y)));
    let t4 = (waves[4].x * t0) * cos(waves[4].w + ((waves[4].y * x.x) + (waves[4].z * x.y)));
    let t5 = (waves[3].x * t0) * cos(waves[3].w + ((waves[3].y * x.x) + (waves[3].z * x.y)));
    let t6 = ((((waves[7].y * t1) + (waves[6].y * t2)) + (waves[5].y * t3)) + (waves[4].y * t4)) + (waves[3].y * t5);
    let t7 = (waves[2].x * t0) * cos(waves[2].w + ((waves[2].y * x.x) + (waves[2].z * x.y)));
    let t8 = (waves[1].x * t0) * cos(waves[1].w + ((waves[1].y * x.x) + (waves[1].z * x.y)));
    let t9 = (waves[0].x * t0) * cos(waves[0].w + ((waves[0].y * x.x) + (waves[0].z * x.y)));
    let t10 = ((((waves[7].z * t1) + (waves[6].z * t2)) + (waves[5].z * t3)) + (waves[4].z * t4)) + (waves[3].z * t5);
    var result: BumpsHeightGradient;
    result.x.x = ((t6 + (waves[2].y * t7)) + (waves[1].y * t8)) + (waves[0].y * t9);
    result.x.y = ((t10 + (waves[2].z * t7)) + (waves[1].z * t8)) + (waves[0].z * t9);
    result.x.z = bar;
    return result;
}

fn wall_distance(centre: vec2<f32>, half: vec2<f32>, height: f32, x: vec3<f32>) -> Distance {
    let t0 = x.x - centre.x;
    let t1 = select(-t0, t0, t0 > 0.0) - half.x;
    let t2 = select(0.0, t1, t1 > 0.0);
    let t3 = x.y - centre.y;
    let t4 = select(-t3, t3, t3 > 0.0) - half.y;
    let t5 = select(0.0, t4, t4 > 0.0);
    let t6 = x.z - height;
    let t7 = select(0.0, t6, t6 > 0.0);
    let t8 = ((t2 * t2) + (t5 * t5)) + (t7 * t7);
    let t9 = sqrt(t8 + 1e-24);
    let t10 = select(x.z, 0.0, x.z > 0.0);
    let t11 = select(t4, t1, t1 > t4);
    let t12 = sqrt(1e-24 + ((t11 * t11) + (t10 * t10)));
    let t13 = select(t11, -t12, 0.0 > t10);
    let t14 = select(1.0, (-t11) / t12, 0.0 > t10);
    let t15 = select(0.0, 1.0, t1 > t4);
    let t16 = select(0.0, 1.0, t6 > t13);
    let t17 = 1.0 - t16;
    var result: Distance;
    result.distance = select(select(t13, t6, t6 > t13), t9, t8 > 1e-20);
    result.normal.x = select(-1.0, 1.0, t0 > 0.0) * select(t14 * (t15 * t17), t2 / t9, t8 > 1e-20);
    result.normal.y = select(-1.0, 1.0, t3 > 0.0) * select(t14 * (t17 * (1.0 - t15)), t5 / t9, t8 > 1e-20);
    result.normal.z = select(t16 + (select(0.0, (-t10) / t12, 0.0 > t10) * t17), t7 / t9, t8 > 1e-20);
    return result;
}

struct WallDistanceGradient {
    x: vec3<f32>,
}

fn wall_distance_reverse(centre: vec2<f32>, half: vec2<f32>, height: f32, x: vec3<f32>, bar: Distance) -> WallDistanceGradient {
    let t0 = x.x - centre.x;
    let t1 = select(-t0, t0, t0 > 0.0) - half.x;
    let t2 = x.y - centre.y;
    let t3 = select(-t2, t2, t2 > 0.0) - half.y;
    let t4 = select(t3, t1, t1 > t3);
    let t5 = select(x.z, 0.0, x.z > 0.0);
    let t6 = sqrt(1e-24 + ((t4 * t4) + (t5 * t5)));
    let t7 = x.z - height;
    let t8 = select(t4, -t6, 0.0 > t5);
    let t9 = 1.0 - select(0.0, 1.0, t7 > t8);
    let t10 = select(0.0, t1, t1 > 0.0);
    let t11 = select(0.0, t3, t3 > 0.0);
    let t12 = select(0.0, t7, t7 > 0.0);
    let t13 = ((t10 * t10) + (t11 * t11)) + (t12 * t12);
    let t14 = select(0.0, t9 * select(bar.normal.z, 0.0, t13 > 1e-20), 0.0 > t5) / t6;
    let t15 = select(0.0, 1.0, t1 > t3);
    let t16 = select(-1.0, 1.0, t2 > 0.0) * bar.normal.y;
    let t17 = select(-1.0, 1.0, t0 > 0.0) * bar.normal.x;
    let t18 = ((t9 * (1.0 - t15)) * select(t16, 0.0, t13 > 1e-20)) + ((t15 * t9) * select(t17, 0.0, t13 > 1e-20));
    let t19 = select(0.0, t18, 0.0 > t5) / t6;
    let t20 = select(bar.distance, 0.0, t13 > 1e-20);
    let t21 = select(t20, 0.0, t7 > t8);
    let t22 = (((-(((-t5) / t6) * t14)) + (-(((-t4) / t6) * t19))) + (-select(0.0, t21, 0.0 > t5))) * 0.5;
    let t23 = t22 / t6;
    let t24 = t4 * t23;
    let t25 = t24 + (((-t19) + select(t21, 0.0, 0.0 > t5)) + t24);
    let t26 = sqrt(t13 + 1e-24);
    let t27 = select(0.0, bar.normal.z, t13 > 1e-20) / t26;
    let t28 = select(0.0, t16, t13 > 1e-20) / t26;
    let t29 = (select(0.0, bar.distance, t13 > 1e-20) + (-((t12 / t26) * t27))) + (-((t11 / t26) * t28));
    let t30 = select(0.0, t17, t13 > 1e-20) / t26;
    let t31 = ((t29 + (-((t10 / t26) * t30))) * 0.5) / t26;
    let t32 = t10 * t31;
    let t33 = select(0.0, t25, t1 > t3) + select(0.0, t32 + (t30 + t32), t1 > 0.0);
    let t34 = t11 * t31;
    let t35 = select(t25, 0.0, t1 > t3) + select(0.0, t34 + (t28 + t34), t3 > 0.0);
    let t36 = t5 * t23;
    let t37 = t12 * t31;
    let t38 = select(t36 + ((-t14) + t36), 0.0, x.z > 0.0) + (select(0.0, t20, t7 > t8) + select(0.0, t37 + (t27 + t37), t7 > 0.0));
    var result: WallDistanceGradient;
    result.x.x = select(0.0, t33, t0 > 0.0) + (-select(t33, 0.0, t0 > 0.0));
    result.x.y = select(0.0, t35, t2 > 0.0) + (-select(t35, 0.0, t2 > 0.0));
    result.x.z = t38;
    return result;
}

fn wall_top(centre: vec2<f32>, half: vec2<f32>, height: f32, x: vec3<f32>) -> f32 {
    let t0 = x.x - centre.x;
    let t1 = select(-t0, t0, t0 > 0.0) - half.x;
    let t2 = x.y - centre.y;
    let t3 = select(-t2, t2, t2 > 0.0) - half.y;
    return select(height, 0.0, select(t3, t1, t1 > t3) > 0.0);
}
