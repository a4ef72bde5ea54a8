// Functions that WGSL lacks, or whose built-in forms are not safe on every driver.

// ln(1 + x) for x from 0 to 1, to the last places even where x is small: built-in logarithms may be absolutely accurate only, and
// then lose the tails of contact and limits. It is 2 artanh(x / (2 + x)), whose series has converged after six terms.
fn ln_1p(x: f32) -> f32 {
    let s = x / (2.0 + x);
    let q = s * s;
    return 2.0 * s * (1.0 + q * (0.33333333 + q * (0.2 + q * (0.14285715 + q * (0.11111111 + q * 0.09090909)))));
}

// tanh whose exponentials cannot overflow: beyond 10 it is 1 in float32. (What is no number may come out as one.)
fn bounded_tanh(x: f32) -> f32 {
    return tanh(clamp(x, -10.0, 10.0));
}

// Sine and cosine of angles of any size, to the last places: the built-in ones promise an absolute accuracy only, between -pi and pi
// only. Taylor series about zero, after folding what lies beyond a quarter turn.
fn sine(x: f32) -> f32 {
    let turned = wrapped(x);
    let over = abs(turned) > HALF_PI;
    // sin(x) = sin(pi - x), and the mirror image of that; pi is taken off in two parts.
    let rest = select(turned, (sign(turned) * 3.140625 - turned) + sign(turned) * 0.0009676536, over);
    let q = rest * rest;
    return rest * (1.0 + q * (-0.16666667 + q * (0.008333334 + q * (-0.0001984127 + q * (2.7557319e-6 + q * -2.5052108e-8)))));
}

fn cosine(x: f32) -> f32 {
    let turned = abs(wrapped(x));
    // cos(x) = sin(pi / 2 - x), better near a quarter turn; near zero the series of the cosine itself.
    let away = (1.5703125 - turned) + 0.0004838268;
    let near = abs(away);
    let q = near * near;
    let by_sine = near * (1.0 + q * (-0.16666667 + q * (0.008333334 + q * (-0.0001984127 + q * (2.7557319e-6 + q * -2.5052108e-8)))));
    // Beyond three quarters of a half turn the cosine falls from -sin(pi / 4) to -1: the series is that of the rest to a half turn.
    let s = select(turned, (3.140625 - turned) + 0.0009676536, away < 0.0);
    let r = s * s;
    let by_cosine = 1.0 + r * (-0.5 + r * (0.041666668 + r * (-0.0013888889 + r * (2.4801587e-5 + r * -2.755732e-7))));
    return select(by_cosine, by_sine, near < 0.7853982) * select(1.0, -1.0, away < 0.0);
}

const HALF_PI = 1.5707963;

// An angle less whole turns; 2 pi is taken off in two parts, so that nothing is lost up to a thousand turns.
fn wrapped(x: f32) -> f32 {
    let turns = round(x * 0.15915494);
    return (x - turns * 6.28125) - turns * 0.0019353072;
}

// Whether x is neither infinite nor no number. Comparisons do not tell: compilers may take it for granted.
fn is_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}
