// Vectors are arrays of three numbers, quaternions of four (w, x, y, z).

const add = (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const subtract = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const scaled = (a, s) => [a[0] * s, a[1] * s, a[2] * s];
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const length = (a) => Math.sqrt(dot(a, a));
const unit = (a) => scaled(a, 1 / Math.max(length(a), 1e-12));
const mixed = (a, b, share) => a.map((x, i) => x + (b[i] - x) * share);
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

// The rotation b, then the rotation a.
function product(a, b) {
  return [
    a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
    a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
    a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
    a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
  ];
}

function rotated(q, v) {
  const u = [q[1], q[2], q[3]];
  const t = scaled(cross(u, v), 2);
  return add(add(v, scaled(t, q[0])), cross(u, t));
}

function aboutAxis(axis, angle) {
  const s = Math.sin(angle / 2);
  return [Math.cos(angle / 2), axis[0] * s, axis[1] * s, axis[2] * s];
}

// The shortest rotation that takes the x axis to a unit vector.
function fromXTo(v) {
  if (v[0] < -0.999999) return [0, 0, 0, 1];
  const norm = Math.sqrt(2 * (1 + v[0]));
  return [norm / 2, 0, -v[2] / norm, v[1] / norm];
}
