// Functions that WGSL lacks, or whose built-in forms are not safe on every driver.

// ln(1 + x) for x >= 0, accurate near zero (Kahan): the rounding of 1 + x is divided out.
fn ln_1p(x: f32) -> f32 {
    let u = 1.0 + x;
    let rest = u - 1.0;
    return select(log(u) * x / max(rest, 1e-30), x, rest == 0.0);
}

// tanh whose exponentials cannot overflow: beyond 10 it is 1 in float32. (What is no number may come out as one.)
fn bounded_tanh(x: f32) -> f32 {
    return tanh(clamp(x, -10.0, 10.0));
}

// Sine and cosine of angles of any size: WGSL promises accuracy between -pi and pi only.
fn sine(x: f32) -> f32 {
    return sin(wrapped(x));
}

fn cosine(x: f32) -> f32 {
    return cos(wrapped(x));
}

// An angle less whole turns; 2 pi is taken off in two parts, so that nothing is lost up to a thousand turns.
fn wrapped(x: f32) -> f32 {
    let turns = round(x * 0.15915494);
    return (x - turns * 6.28125) - turns * 0.0019353072;
}

// Whether x is neither infinite nor no number. Comparisons do not tell: compilers may take it for granted.
fn is_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}
