// Rotations, symmetric matrices, spatial vectors and inertias: the twin of crates/burgess-core/src/math and crates/burgess-physics/src/step/spatial.rs.
// Spatial quantities are in world axes about the base origin, which is the point of reference of all links.

// A symmetric 3x3 matrix.
struct Sym3 {
    diagonal: vec3<f32>, // xx, yy, zz
    products: vec3<f32>, // xy, xz, yz
}

// Angular velocity (rad/s) and velocity of the body's point at the base origin (m/s).
struct Twist {
    angular: vec3<f32>,
    linear: vec3<f32>,
}

// Torque about the base origin (N m) and force (N), or their impulses.
struct Wrench {
    torque: vec3<f32>,
    force: vec3<f32>,
}

// A symmetric 6x6 matrix that takes twists to wrenches: [J H; H^T M].
struct Spatial {
    j: Sym3,
    h: mat3x3<f32>,
    m: Sym3,
}

// Rotation about a unit axis, as (x, y, z, w).
fn about_axis(axis: vec3<f32>, angle: f32) -> vec4<f32> {
    let half = angle * 0.5;
    return vec4<f32>(axis * sine(half), cosine(half));
}

// Exponential map of a rotation vector (rad).
fn exponential(rotation: vec3<f32>) -> vec4<f32> {
    let t2 = dot(rotation, rotation);
    // The root's argument is kept away from zero in the branch that is not taken.
    let t = sqrt(select(1.0, t2, t2 > 1e-6));
    let half = t * 0.5;
    let sinc = select(0.5 - t2 * (1.0 / 48.0), sine(half) / t, t2 > 1e-6);
    let w = select(1.0 - t2 * 0.125 + t2 * t2 * (1.0 / 384.0), cosine(half), t2 > 1e-6);
    return vec4<f32>(rotation * sinc, w);
}

// Rotates by b first, then by a.
fn product(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(b.xyz * a.w + a.xyz * b.w + cross(a.xyz, b.xyz), a.w * b.w - dot(a.xyz, b.xyz));
}

fn rotate(q: vec4<f32>, x: vec3<f32>) -> vec3<f32> {
    let t = cross(q.xyz, x) * 2.0;
    return x + t * q.w + cross(q.xyz, t);
}

fn rotation_matrix(q: vec4<f32>) -> mat3x3<f32> {
    let twice = q.xyz + q.xyz;
    let square = q.xyz * twice;
    let w = twice * q.w;
    let xy = q.x * twice.y;
    let xz = q.x * twice.z;
    let yz = q.y * twice.z;
    return mat3x3<f32>(
        vec3<f32>(1.0 - (square.y + square.z), xy + w.z, xz - w.y),
        vec3<f32>(xy - w.z, 1.0 - (square.x + square.z), yz + w.x),
        vec3<f32>(xz + w.y, yz - w.x, 1.0 - (square.x + square.y)),
    );
}

fn symmetric_add(a: Sym3, b: Sym3) -> Sym3 {
    return Sym3(a.diagonal + b.diagonal, a.products + b.products);
}

fn symmetric_mul(s: Sym3, x: vec3<f32>) -> vec3<f32> {
    return vec3<f32>(
        s.diagonal.x * x.x + s.products.x * x.y + s.products.y * x.z,
        s.products.x * x.x + s.diagonal.y * x.y + s.products.z * x.z,
        s.products.y * x.x + s.products.z * x.y + s.diagonal.z * x.z,
    );
}

// R S R^T.
fn rotated(s: Sym3, r: mat3x3<f32>) -> Sym3 {
    // Columns of S R^T, that is, S times the rows of R.
    let a = symmetric_mul(s, vec3<f32>(r[0].x, r[1].x, r[2].x));
    let b = symmetric_mul(s, vec3<f32>(r[0].y, r[1].y, r[2].y));
    let c = symmetric_mul(s, vec3<f32>(r[0].z, r[1].z, r[2].z));
    let ra = r * a;
    let rb = r * b;
    let rc = r * c;
    return Sym3(vec3<f32>(ra.x, rb.y, rc.z), vec3<f32>(rb.x, rc.x, rc.y));
}

// Inertia of a point mass m at c: m (c.c I - c c^T).
fn point_mass(m: f32, c: vec3<f32>) -> Sym3 {
    let mc = c * m;
    return Sym3(
        vec3<f32>(mc.y * c.y + mc.z * c.z, mc.x * c.x + mc.z * c.z, mc.x * c.x + mc.y * c.y),
        vec3<f32>(-mc.x * c.y, -mc.x * c.z, -mc.y * c.z),
    );
}

// a b^T, for a and b that are parallel up to the symmetry of the result.
fn outer_symmetric(a: vec3<f32>, b: vec3<f32>) -> Sym3 {
    return Sym3(a * b, vec3<f32>(a.x * b.y, a.x * b.z, a.y * b.z));
}

fn outer(a: vec3<f32>, b: vec3<f32>) -> mat3x3<f32> {
    return mat3x3<f32>(a * b.x, a * b.y, a * b.z);
}

// The matrix of x -> a x x.
fn skew(a: vec3<f32>) -> mat3x3<f32> {
    return mat3x3<f32>(vec3<f32>(0.0, a.z, -a.y), vec3<f32>(-a.z, 0.0, a.x), vec3<f32>(a.y, -a.x, 0.0));
}

// Velocity of the body's point at x relative to the base origin.
fn velocity_at(twist: Twist, x: vec3<f32>) -> vec3<f32> {
    return twist.linear + cross(twist.angular, x);
}

// Power of a wrench on a twist.
fn power(wrench: Wrench, twist: Twist) -> f32 {
    return dot(wrench.torque, twist.angular) + dot(wrench.force, twist.linear);
}

fn force_at(x: vec3<f32>, force: vec3<f32>) -> Wrench {
    return Wrench(cross(x, force), force);
}

fn wrench_add(a: Wrench, b: Wrench) -> Wrench {
    return Wrench(a.torque + b.torque, a.force + b.force);
}

fn rigid_body(m: f32, c: vec3<f32>, about_com: Sym3) -> Spatial {
    return Spatial(symmetric_add(about_com, point_mass(m, c)), skew(c * m), Sym3(vec3<f32>(m), vec3<f32>(0.0)));
}

// A drag on the velocity of the point x: `across` in every direction and `along` more along the unit vector n.
fn point_drag(x: vec3<f32>, n: vec3<f32>, across: f32, along: f32) -> Spatial {
    let arm = cross(x, n);
    let ones = Sym3(vec3<f32>(across), vec3<f32>(0.0));
    return Spatial(
        symmetric_add(point_mass(across, x), outer_symmetric(arm, arm * along)),
        skew(x * across) + outer(arm * along, n),
        symmetric_add(ones, outer_symmetric(n, n * along)),
    );
}

fn spatial_add(a: Spatial, b: Spatial) -> Spatial {
    return Spatial(symmetric_add(a.j, b.j), a.h + b.h, symmetric_add(a.m, b.m));
}

// The wrench of a twist.
fn apply(a: Spatial, twist: Twist) -> Wrench {
    return Wrench(
        symmetric_mul(a.j, twist.angular) + a.h * twist.linear,
        twist.angular * a.h + symmetric_mul(a.m, twist.linear),
    );
}

// Takes out the direction of a hinge: subtracts u u^T / d, given u and gain = u / d.
fn reduced(a: Spatial, u: Wrench, gain: Wrench) -> Spatial {
    let j = outer_symmetric(u.torque, gain.torque);
    let m = outer_symmetric(u.force, gain.force);
    return Spatial(
        Sym3(a.j.diagonal - j.diagonal, a.j.products - j.products),
        a.h - outer(gain.torque, u.force),
        Sym3(a.m.diagonal - m.diagonal, a.m.products - m.products),
    );
}

fn symmetric_sub(a: Sym3, b: Sym3) -> Sym3 {
    return Sym3(a.diagonal - b.diagonal, a.products - b.products);
}

// As a general matrix.
fn full(s: Sym3) -> mat3x3<f32> {
    return mat3x3<f32>(
        vec3<f32>(s.diagonal.x, s.products.x, s.products.y), vec3<f32>(s.products.x, s.diagonal.y, s.products.z),
        vec3<f32>(s.products.y, s.products.z, s.diagonal.z),
    );
}

// The upper triangle of a matrix that is symmetric.
fn upper_part(m: mat3x3<f32>) -> Sym3 {
    return Sym3(vec3<f32>(m[0].x, m[1].y, m[2].z), vec3<f32>(m[1].x, m[2].x, m[2].y));
}

// The inverse, by cofactors.
fn symmetric_inverse(s: Sym3) -> Sym3 {
    let d = s.diagonal;
    let p = s.products;
    let diagonal = vec3<f32>(d.y * d.z - p.z * p.z, d.x * d.z - p.y * p.y, d.x * d.y - p.x * p.x);
    let products = vec3<f32>(p.y * p.z - p.x * d.z, p.x * p.z - p.y * d.y, p.x * p.y - d.x * p.z);
    let inverse = 1.0 / (d.x * diagonal.x + p.x * products.x + p.y * products.y);
    return Sym3(diagonal * inverse, products * inverse);
}

// The inverse, by blocks.
fn inverse_spatial(a: Spatial) -> Spatial {
    // The linear block, and what it leaves of the angular one.
    let m = symmetric_inverse(a.m);
    let hm = a.h * full(m);
    let j = symmetric_inverse(symmetric_sub(a.j, upper_part(hm * transpose(a.h))));
    let h = full(j) * hm;
    return Spatial(j, h * -1.0, symmetric_add(m, upper_part(transpose(hm) * h)));
}

// The mobility of a child from that of its parent: `s` is the hinge's axis, `y` the parent's twist per unit of the hinge's reaction, `along`
// what the hinge itself adds.
fn turned_by_hinge(a: Spatial, s: Twist, y: Twist, along: f32) -> Spatial {
    // (along s - y) s^T - s y^T, symmetric as a whole.
    let angular = s.angular * along - y.angular;
    let linear = s.linear * along - y.linear;
    return Spatial(
        symmetric_add(a.j, upper_part(outer(angular, s.angular) - outer(s.angular, y.angular))),
        a.h + (outer(angular, s.linear) - outer(s.angular, y.linear)),
        symmetric_add(a.m, upper_part(outer(linear, s.linear) - outer(s.linear, y.linear))),
    );
}

// What a symmetric 6x6 matrix is for a point at x: its product with point_drag of a unit across, and along.
struct AtPoint {
    all: f32,
    one: f32,
}

fn at_point(a: Spatial, x: vec3<f32>, n: vec3<f32>) -> AtPoint {
    let arm = Twist(cross(x, n), n);
    let all = trace(a.j) * dot(x, x) - dot(x, symmetric_mul(a.j, x)) + 2.0 * dot(x, axial(a.h)) + trace(a.m);
    return AtPoint(all, power(apply(a, arm), arm));
}

// Its reverse: bars of the point and of the direction. That of the matrix is a point drag of `bar`.
struct AtPointGradient {
    point: vec3<f32>,
    direction: vec3<f32>,
}

fn at_point_reverse(a: Spatial, x: vec3<f32>, n: vec3<f32>, bar: AtPoint) -> AtPointGradient {
    let says = apply(a, Twist(cross(x, n), n));
    let around = x * trace(a.j) - symmetric_mul(a.j, x) + axial(a.h);
    return AtPointGradient(
        around * (2.0 * bar.all) + cross(n, says.torque) * (2.0 * bar.one),
        (says.force + cross(says.torque, x)) * (2.0 * bar.one),
    );
}

fn trace(s: Sym3) -> f32 {
    return s.diagonal.x + s.diagonal.y + s.diagonal.z;
}

// The vector whose product with p is the sum over all products of a matrix and that of x -> p x x.
fn axial(m: mat3x3<f32>) -> vec3<f32> {
    return vec3<f32>(m[1].z - m[2].y, m[2].x - m[0].z, m[0].y - m[1].x);
}

// -S W S: of a matrix that is the inverse of another, the bar of that other from the bar of this one.
fn sandwich(s: Spatial, w: Spatial) -> Spatial {
    let j = full(s.j);
    let m = full(s.m);
    let ht = transpose(s.h);
    let wj = full(w.j);
    let wm = full(w.m);
    let wht = transpose(w.h);
    let a = wj * j + w.h * ht;
    let b = wj * s.h + w.h * m;
    let c = wht * j + wm * ht;
    let d = wht * s.h + wm * m;
    return Spatial(
        upper_part((j * a + s.h * c) * -1.0), (j * b + s.h * d) * -1.0, upper_part((ht * b + m * d) * -1.0),
    );
}

// The part of a vector across a unit normal.
fn across(vector: vec3<f32>, normal: vec3<f32>) -> vec3<f32> {
    return vector - normal * dot(vector, normal);
}

// Solves a twist for its wrench by LDL^T, the linear block first because it is the well-conditioned one.
fn solve_spatial(a: Spatial, b: Wrench) -> Twist {
    // Rows and columns 0 to 2 are linear, 3 to 5 angular; lower triangle.
    let d0 = 1.0 / a.m.diagonal.x;
    let l10 = a.m.products.x * d0;
    let l20 = a.m.products.y * d0;
    let l30 = a.h[0].x * d0;
    let l40 = a.h[0].y * d0;
    let l50 = a.h[0].z * d0;
    let a11 = a.m.diagonal.y - l10 * a.m.products.x;
    let a21 = a.m.products.z - l20 * a.m.products.x;
    let a31 = a.h[1].x - l30 * a.m.products.x;
    let a41 = a.h[1].y - l40 * a.m.products.x;
    let a51 = a.h[1].z - l50 * a.m.products.x;
    let d1 = 1.0 / a11;
    let l21 = a21 * d1;
    let l31 = a31 * d1;
    let l41 = a41 * d1;
    let l51 = a51 * d1;
    let a22 = a.m.diagonal.z - l20 * a.m.products.y - l21 * a21;
    let a32 = a.h[2].x - l30 * a.m.products.y - l31 * a21;
    let a42 = a.h[2].y - l40 * a.m.products.y - l41 * a21;
    let a52 = a.h[2].z - l50 * a.m.products.y - l51 * a21;
    let d2 = 1.0 / a22;
    let l32 = a32 * d2;
    let l42 = a42 * d2;
    let l52 = a52 * d2;
    let a33 = a.j.diagonal.x - l30 * a.h[0].x - l31 * a31 - l32 * a32;
    let a43 = a.j.products.x - l40 * a.h[0].x - l41 * a31 - l42 * a32;
    let a53 = a.j.products.y - l50 * a.h[0].x - l51 * a31 - l52 * a32;
    let d3 = 1.0 / a33;
    let l43 = a43 * d3;
    let l53 = a53 * d3;
    let a44 = a.j.diagonal.y - l40 * a.h[0].y - l41 * a41 - l42 * a42 - l43 * a43;
    let a54 = a.j.products.z - l50 * a.h[0].y - l51 * a41 - l52 * a42 - l53 * a43;
    let d4 = 1.0 / a44;
    let l54 = a54 * d4;
    let a55 = a.j.diagonal.z - l50 * a.h[0].z - l51 * a51 - l52 * a52 - l53 * a53 - l54 * a54;
    let d5 = 1.0 / a55;
    // Forward.
    let y0 = b.force.x;
    let y1 = b.force.y - l10 * y0;
    let y2 = b.force.z - l20 * y0 - l21 * y1;
    let y3 = b.torque.x - l30 * y0 - l31 * y1 - l32 * y2;
    let y4 = b.torque.y - l40 * y0 - l41 * y1 - l42 * y2 - l43 * y3;
    let y5 = b.torque.z - l50 * y0 - l51 * y1 - l52 * y2 - l53 * y3 - l54 * y4;
    // Back.
    let x5 = y5 * d5;
    let x4 = y4 * d4 - l54 * x5;
    let x3 = y3 * d3 - l53 * x5 - l43 * x4;
    let x2 = y2 * d2 - l52 * x5 - l42 * x4 - l32 * x3;
    let x1 = y1 * d1 - l51 * x5 - l41 * x4 - l31 * x3 - l21 * x2;
    let x0 = y0 * d0 - l50 * x5 - l40 * x4 - l30 * x3 - l20 * x2 - l10 * x1;
    return Twist(vec3<f32>(x3, x4, x5), vec3<f32>(x0, x1, x2));
}
