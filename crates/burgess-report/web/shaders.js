// Light and surfaces, as `burgess render` has them: a soft sun, a bright sky that is dimmer where surroundings are near, and lines on the ground
// that show the scale. Bodies are drawn as meshes, the ground by marching rays; both look up the same distances for shadows.

const MOST_SOLIDS = 160;

const vector = (v) => `vec3(${v.map((c) => c.toFixed(6)).join(",")})`;
const scalar = (x) => x.toFixed(6);

// A solid is a box with rounded edges. Four texels each: place and radius of the edges, turn, half sizes and reach, colour and whether it is plain.
const SOLIDS = `
uniform highp sampler2D solids;
uniform int solidCount;
vec4 texel(int solid, int part) { return texelFetch(solids, ivec2(part, solid), 0); }
vec3 turned(vec4 q, vec3 v) { return v + 2.0 * cross(q.yzw, cross(q.yzw, v) + q.x * v); }
`;

const PROJECTION = `
uniform vec3 eye, forward, right, up;
uniform vec2 tangents;
uniform vec2 depths;
`;

const BODY_VERTEX = `#version 300 es
precision highp float;
in vec3 side;
in vec3 normal;
${SOLIDS}
${PROJECTION}
out vec3 at;
out vec3 outward;
flat out vec4 colour;
void main() {
  vec4 place = texel(gl_InstanceID, 0), turn = texel(gl_InstanceID, 1), half_ = texel(gl_InstanceID, 2);
  colour = texel(gl_InstanceID, 3);
  at = place.xyz + turned(turn, side * half_.xyz + normal * place.w);
  outward = turned(turn, normal);
  vec3 d = at - eye;
  float depth = dot(d, forward);
  float n = depths.x, f = depths.y;
  gl_Position = vec4(dot(d, right) / tangents.x, dot(d, up) / tangents.y, ((f + n) * depth - 2.0 * f * n) / (f - n), depth);
}`;

// Distances from bodies and ground, and how much light reaches a surface.
const SCENE = () => `
${SOLIDS}
${PROJECTION}
uniform vec4 ball;
uniform float cameraDistance;
uniform int groundKind;
uniform vec4 rows[16];
uniform int rowCount;
// Top, bottom, steepest rise over run, factor that makes the distance safe, shortest feature, longest step along x (all m but the third and fourth).
uniform float top_, bottom_, steepest, safety, stride, run_;
uniform float pixel;

const vec3 TO_SUN = ${vector(look.to_sun)};
const vec3 SUN = ${vector(look.sun)};
const vec3 SKY = ${vector(look.sky)};
const vec3 HORIZON = ${vector(look.horizon)};
const vec3 ZENITH = ${vector(look.zenith)};
const float SUN_RADIUS = ${scalar(look.sun_radius)};

float solidDistance(int i, vec3 p) {
  vec4 place = texel(i, 0), q = texel(i, 1), half_ = texel(i, 2);
  vec3 d = abs(turned(vec4(q.x, -q.yzw), p - place.xyz)) - half_.xyz;
  return length(max(d, 0.0)) + min(max(d.x, max(d.y, d.z)), 0.0) - place.w;
}

float climbed(vec4 s, float x) { return clamp(floor((x - s.x) / s.z) + 1.0, 0.0, s.w); }

float stairs(vec4 s, vec3 p, out vec3 n) {
  float above = p.z - climbed(s, p.x) * s.y;
  float side = above < 0.0 ? -1.0 : 1.0;
  float riser = floor(p.z / s.y);
  float beyond = p.x - (s.x + riser * s.z);
  float toRiser = riser > -0.5 && riser < s.w - 0.5 ? abs(beyond) : 1e6;
  vec2 along = vec2(p.x - s.x, p.z - (side > 0.0 ? s.y : 0.0));
  float nearest = clamp(floor((along.x * s.z + along.y * s.y) / (s.z * s.z + s.y * s.y) + 0.5), 0.0, s.w - 1.0);
  vec2 away = along - nearest * vec2(s.z, s.y);
  float toPoint = length(away) + 1e-9;
  float d = abs(above);
  n = vec3(0.0, 0.0, 1.0);
  if (toRiser < d) { d = toRiser; n = vec3(-1.0, 0.0, 0.0); }
  if (toPoint < d) { d = toPoint; n = side * vec3(away.x, 0.0, away.y) / toPoint; }
  return side * d;
}

float bumps(vec3 p, out vec3 n) {
  float h = 0.0;
  vec2 g = vec2(0.0);
  for (int i = 0; i < 8; i++) {
    float angle = dot(rows[i].yz, p.xy) + rows[i].w;
    h += rows[i].x * sin(angle);
    g += rows[i].x * cos(angle) * rows[i].yz;
  }
  float flat_ = inversesqrt(1.0 + dot(g, g));
  n = vec3(-g, 1.0) * flat_;
  return (p.z - h) * flat_;
}

float wall(vec4 foot, float height, vec3 p, out vec3 n) {
  vec2 d = p.xy - foot.xy;
  vec3 q = vec3(abs(d) - foot.zw, p.z - height), out_ = max(q, 0.0);
  vec3 sign_ = vec3(d.x < 0.0 ? -1.0 : 1.0, d.y < 0.0 ? -1.0 : 1.0, 1.0);
  float l = length(out_);
  if (l > 1e-9) { n = sign_ * out_ / l; return l; }
  float inside = max(q.z, max(q.x, q.y));
  n = inside == q.z ? vec3(0.0, 0.0, 1.0) : q.x > q.y ? vec3(sign_.x, 0.0, 0.0) : vec3(0.0, sign_.y, 0.0);
  return inside;
}

float ground(vec3 p, out vec3 n) {
  if (groundKind == 0) { n = rows[0].xyz; return dot(n, p); }
  if (groundKind == 1) return stairs(rows[0], p, n);
  if (groundKind == 2) return bumps(p, n);
  float d = p.z;
  n = vec3(0.0, 0.0, 1.0);
  for (int i = 0; i + 1 < rowCount; i += 2) {
    vec3 m;
    float other = wall(rows[i], rows[i + 1].x, p, m);
    if (other < d) { d = other; n = m; }
  }
  return d;
}

float groundDistance(vec3 p) { vec3 n; return ground(p, n); }

// Whether a ray from \`p\` meets a ball that grows by \`margin\` for each unit of length, and where.
bool meets(vec3 centre, float reach, vec3 p, vec3 direction, float margin, out vec2 part) {
  vec3 to = centre - p;
  float nearest = dot(to, direction);
  float r = reach + margin * max(nearest, 0.0);
  float half2 = r * r - (dot(to, to) - nearest * nearest);
  if (half2 <= 0.0) return false;
  float half_ = sqrt(half2);
  part = vec2(max(nearest - half_, 0.0), nearest + half_);
  return nearest + half_ > 0.0;
}

float smooth_(float x) { x = clamp(x, 0.0, 1.0); return x * x * (3.0 - 2.0 * x); }

// The share of the sun's light that bodies let through to a point.
float pastBodies(vec3 p) {
  vec2 part;
  if (!meets(ball.xyz, ball.w, p, TO_SUN, SUN_RADIUS, part)) return 1.0;
  int near[16];
  int count = 0;
  float t = 1e9, end = 0.0;
  for (int i = 0; i < solidCount && count < 16; i++) {
    if (meets(texel(i, 0).xyz, texel(i, 2).w, p, TO_SUN, SUN_RADIUS, part)) {
      near[count++] = i;
      t = min(t, part.x);
      end = max(end, part.y);
    }
  }
  if (count == 0) return 1.0;
  t = max(t, 1e-3);
  float light = 1.0;
  for (int step_ = 0; step_ < 48 && t < end && light > 0.01; step_++) {
    float d = 1e9;
    for (int i = 0; i < count; i++) d = min(d, solidDistance(near[i], p + TO_SUN * t));
    light = min(light, d / (SUN_RADIUS * t));
    t += max(d, 2e-3);
  }
  return max(light, 0.0);
}

float pastGround(vec3 p) {
  if (steepest * length(TO_SUN.xy) < TO_SUN.z) return 1.0;
  float light = 1.0, t = 0.01;
  for (int step_ = 0; step_ < 64; step_++) {
    vec3 q = p + TO_SUN * t;
    if (light < 0.01 || q.z > top_) break;
    float d = groundDistance(q);
    light = min(light, d / (SUN_RADIUS * t));
    t += clamp(d, 0.01, 0.2);
  }
  return max(light, 0.0);
}

// How open the surroundings of a surface are.
float openness(vec3 p, vec3 n) {
  float size = ${scalar(look.surroundings)} * ball.w;
  bool near = distance(p, ball.xyz) < ball.w + 2.0 * size;
  vec4 shares = vec4(0.08, 0.2, 0.45, 1.0), weights = vec4(0.25, 0.3, 0.3, 0.35);
  vec4 ds;
  for (int k = 0; k < 4; k++) ds[k] = groundDistance(p + n * size * shares[k]);
  if (near) {
    for (int i = 0; i < solidCount; i++) {
      if (distance(p, texel(i, 0).xyz) > texel(i, 2).w + 2.0 * size) continue;
      for (int k = 0; k < 4; k++) ds[k] = min(ds[k], solidDistance(i, p + n * size * shares[k]));
    }
  }
  float closed = dot(weights, clamp(1.0 - ds / (size * shares), 0.0, 1.0));
  return 1.0 - min(closed, 1.0);
}

vec3 skyColour(vec3 d) { return mix(HORIZON, ZENITH, clamp(d.z, 0.0, 0.6) / 0.6); }

vec3 lit(vec3 colour, vec3 p, vec3 n, vec3 direction, float t, bool shiny) {
  float facing = max(dot(n, TO_SUN), 0.0);
  vec3 outside = p + n * (1e-3 * cameraDistance);
  float sun = 0.0;
  if (facing > 0.0) sun = facing * smooth_(min(pastBodies(outside), pastGround(outside)));
  float sky = openness(p, n) * (0.65 + 0.35 * n.z);
  float shine = shiny ? 0.25 * sun * pow(max(dot(n, normalize(TO_SUN - direction)), 0.0), 40.0) : 0.0;
  vec3 light = colour * (SUN * sun + SKY * sky) + shine;
  float depth = t / (0.35 * 30.0 * cameraDistance);
  return mix(light, skyColour(direction), 1.0 - exp(-depth * depth));
}

vec4 displayed(vec3 light) {
  vec3 c = clamp(light, 0.0, 1.0);
  return vec4(mix(1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, 12.92 * c, lessThanEqual(c, vec3(0.0031308))), 1.0);
}
`;

const BODY_FRAGMENT = () => `#version 300 es
precision highp float;
${SCENE()}
uniform float plain;
in vec3 at;
in vec3 outward;
flat in vec4 colour;
out vec4 pixelColour;
void main() {
  vec3 d = at - eye;
  float t = length(d);
  if (plain > 0.5) { pixelColour = vec4(1.0); return; }
  vec3 n = normalize(outward);
  if (colour.w > 0.5) { pixelColour = displayed(colour.rgb * (0.75 + 0.25 * n.z)); return; }
  pixelColour = displayed(lit(colour.rgb, at, n, d / t, t, true));
}`;

const GROUND_VERTEX = `#version 300 es
precision highp float;
${PROJECTION}
out vec3 ray;
void main() {
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  ray = forward + right * corner.x * tangents.x + up * corner.y * tangents.y;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

const GROUND_FRAGMENT = () => `#version 300 es
precision highp float;
${SCENE()}
in vec3 ray;
out vec4 pixelColour;

float hitGround(vec3 d, float end) {
  float t = 0.0;
  if (eye.z > top_) {
    if (d.z >= 0.0) return -1.0;
    t = (top_ - eye.z) / d.z;
  }
  if (groundKind == 0) {
    float towards = dot(rows[0].xyz, d);
    t = towards < 0.0 ? -dot(rows[0].xyz, eye) / towards : -1.0;
    return t < end ? t : -1.0;
  }
  float before = t;
  for (int i = 0; i < 160; i++) {
    if (t > end) return -1.0;
    vec3 n;
    float distance_ = ground(eye + d * t, n);
    if (distance_ < 1e-4 * t) {
      if (distance_ < 0.0) {
        float low = before, high = t;
        for (int k = 0; k < 14; k++) {
          float middle = 0.5 * (low + high);
          if (groundDistance(eye + d * middle) > 0.0) low = middle; else high = middle;
        }
        t = low;
      }
      return t;
    }
    before = t;
    float safe = distance_ * safety, rise = dot(d, n);
    float tangent = rise < -1e-4 ? safe / -rise : safe;
    t += max(min(max(safe, min(tangent, stride)), run_ / max(abs(d.x), 1e-3)), 1e-4);
  }
  return t;
}

// The share of a pixel that lies on lines at multiples of \`spacing\`.
float stripes(float x, float spacing, float width, float footprint) {
  float from = abs(x - round(x / spacing) * spacing), half_ = 0.5 * footprint;
  float covered = min(from + half_, 0.5 * width) - max(from - half_, -0.5 * width);
  return clamp((spacing / footprint - 1.5) / 3.0, 0.0, 1.0) * clamp(covered / footprint, 0.0, 1.0);
}

vec3 groundColour(vec3 p, vec3 n, vec3 d, float t) {
  float slant = max(abs(dot(d, n)), 0.02);
  vec3 foot = t * pixel * (1.0 + abs(d - n * dot(d, n)) * (1.0 / slant - 1.0));
  vec2 at, size;
  bool alongX = true;
  if (abs(n.z) > 0.6) { at = p.xy; size = foot.xy; }
  else if (abs(n.x) > abs(n.y)) { at = p.yz; size = foot.yz; alongX = false; }
  else { at = p.xz; size = foot.xz; }
  float relief = top_ < 1e8 ? clamp((p.z - bottom_) / max(top_ - bottom_, 1e-3), 0.0, 1.0) : 1.0;
  vec3 colour = mix(${vector(look.low_ground)}, ${vector(look.high_ground)}, relief);
  float fine = max(stripes(at.x, ${scalar(look.fine_grid)}, 0.006, size.x), stripes(at.y, ${scalar(look.fine_grid)}, 0.006, size.y));
  colour = mix(colour, ${vector(look.fine_line)}, 0.7 * fine);
  float coarse = max(stripes(at.x, ${scalar(look.coarse_grid)}, 0.016, size.x), stripes(at.y, ${scalar(look.coarse_grid)}, 0.016, size.y));
  colour = mix(colour, ${vector(look.coarse_line)}, 0.9 * coarse);
  float start = alongX && abs(p.x) < 0.5 * ${scalar(look.coarse_grid)} ? stripes(p.x, ${scalar(look.coarse_grid)}, 0.03, foot.x) : 0.0;
  return mix(colour, ${vector(look.start_line)}, start);
}

// What is seen along a ray: the light, how far away it is (-1 for the sky), and its normal.
vec3 see(vec3 d, out float t, out vec3 n) {
  n = vec3(0.0);
  t = hitGround(d, 30.0 * cameraDistance);
  if (t < 0.0) return skyColour(d);
  vec3 p = eye + d * t;
  ground(p, n);
  return lit(groundColour(p, n, d, t), p, n, d, t, false);
}

void main() {
  vec3 d = normalize(ray), n;
  float t;
  vec3 light = see(d, t, n);
  gl_FragDepth = 1.0;
  if (t > 0.0) {
    float depth = t * dot(d, forward), near = depths.x, far = depths.y;
    gl_FragDepth = clamp(0.5 + 0.5 * ((far + near) - 2.0 * far * near / depth) / (far - near), 0.0, 1.0);
  }
  // At an edge of the ground four rays share a pixel. A plane has none.
  vec3 across = dFdx(ray), along = dFdy(ray);
  bool edge = length(fwidth(n)) > 0.25 || fwidth(t) > 0.1 * abs(t);
  if (edge && groundKind != 0) {
    light = vec3(0.0);
    for (int i = 0; i < 4; i++) {
      vec2 place = i == 0 ? vec2(-0.125, -0.375) : i == 1 ? vec2(0.375, -0.125) : i == 2 ? vec2(0.125, 0.375) : vec2(-0.375, 0.125);
      light += 0.25 * min(see(normalize(ray + across * place.x + along * place.y), t, n), 1.0);
    }
  }
  pixelColour = displayed(light);
}`;
