// Functions that WGSL lacks, or whose built-in forms are not safe on every driver.

// ln(1 + x) for x >= 0, accurate near zero (Kahan): the rounding of 1 + x is divided out.
fn ln_1p(x: f32) -> f32 {
    let u = 1.0 + x;
    let rest = u - 1.0;
    return select(log(u) * x / max(rest, 1e-30), x, rest == 0.0);
}

// tanh whose exponentials cannot overflow: beyond 10 it is 1 in float32.
fn bounded_tanh(x: f32) -> f32 {
    return tanh(clamp(x, -10.0, 10.0));
}
