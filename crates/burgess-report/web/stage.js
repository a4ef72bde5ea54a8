// The stage: creatures on their ground, drawn with WebGL 2.

// A mesh of which every solid is an instance: a ball cut along its three middle planes, so that its eight parts can be moved apart.
function cutBall(steps) {
  const lines = Array.from({ length: steps + 1 }, (_, i) => Math.tan((Math.PI / 4) * (i / steps)));
  const across = [...lines.map((x) => [-x, -1]).reverse(), ...lines.map((x) => [x, 1])];
  const vertices = [];
  const corners = [];
  for (let face = 0; face < 6; face++) {
    const axis = face % 3;
    const sign = face < 3 ? 1 : -1;
    const first = vertices.length / 6;
    for (const [u, uSide] of across) {
      for (const [v, vSide] of across) {
        const [normal, side] = [[0, 0, 0], [0, 0, 0]];
        [normal[axis], normal[(axis + 1) % 3], normal[(axis + 2) % 3]] = [sign, u, v];
        [side[axis], side[(axis + 1) % 3], side[(axis + 2) % 3]] = [sign, uSide, vSide];
        vertices.push(...side, ...unit(normal));
      }
    }
    const n = across.length;
    for (let i = 0; i + 1 < n; i++) {
      for (let j = 0; j + 1 < n; j++) {
        const [a, b, c, d] = [i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1].map((k) => first + k);
        corners.push(...(sign > 0 ? [a, b, c, a, c, d] : [a, c, b, a, d, c]));
      }
    }
  }
  return { vertices: new Float32Array(vertices), corners: new Uint16Array(corners) };
}

// Numbers of the ground that its shader takes.
function groundNumbers() {
  const { kind, rows } = header.terrain;
  const far = 1e9;
  const steep = (k) => Math.hypot(k[1], k[2]);
  if (kind === "plane") {
    const z = rows[0][2];
    return { number: 0, rows, top: far, bottom: 0, steepest: Math.sqrt(Math.max(z ** -2 - 1, 0)), safety: 1, stride: far, run: far };
  }
  if (kind === "stairs") {
    const [, rise, run, count] = rows[0];
    return { number: 1, rows, top: rise * count, bottom: 0, steepest: far, safety: 1, stride: 0.5 * run, run };
  }
  if (kind === "bumps") {
    const top = rows.reduce((sum, wave) => sum + Math.abs(wave[0]), 0);
    const slope = rows.reduce((sum, wave) => sum + Math.abs(wave[0]) * steep(wave), 0);
    const shortest = Math.max(1e-3, ...rows.map(steep));
    return { number: 2, rows, top, bottom: -top, steepest: slope, safety: 1 / Math.sqrt(1 + slope * slope), stride: 0.8 / shortest, run: far };
  }
  const walls = rows.filter((_, i) => i % 2 === 0);
  const heights = rows.filter((_, i) => i % 2 === 1).map((row) => row[0]);
  const thinnest = Math.min(far, ...walls.map((wall) => 2 * Math.min(wall[2], wall[3])));
  return { number: 3, rows, top: Math.max(0, ...heights), bottom: 0, steepest: far, safety: 1, stride: 0.5 * thinnest, run: far };
}

// A camera that looks at `target` from `distance` (m) away; `direction` goes from the target to the camera.
const viewOf = (target, direction, distance) => {
  const forward = scaled(unit(direction), -1);
  const right = unit(cross(forward, [0, 0, 1]));
  return { eye: subtract(target, scaled(forward, distance)), forward, right, up: cross(right, forward), distance };
};

// How far away a camera shows all of a ball.
const distanceFor = (reach) => (look.fitting * reach) / Math.sin(look.half_angle);

// The angle between neighbouring pixels in the middle of a picture whose shorter side has so many (as a tangent).
const pixelOf = (side) => (2 * Math.tan(look.half_angle)) / side;

class Painter {
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", { antialias: true, alpha: false, powerPreference: "high-performance" });
    if (!gl) throw new Error("this browser has no WebGL 2");
    this.canvas = canvas;
    this.gl = gl;
    this.body = this.program(BODY_VERTEX, BODY_FRAGMENT());
    this.floor = this.program(GROUND_VERTEX, GROUND_FRAGMENT());
    this.ground = groundNumbers();
    this.mesh = this.meshOf(cutBall(6));
    this.nothing = gl.createVertexArray();
    this.scene = this.texture();
    this.marks = this.texture();
  }

  program(vertex, fragment) {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(gl.getShaderInfoLog(shader));
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(gl.getProgramInfoLog(program));
    const uniforms = {};
    for (let i = 0; i < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); i++) {
      const name = gl.getActiveUniform(program, i).name.replace("[0]", "");
      uniforms[name] = gl.getUniformLocation(program, name);
    }
    return { program, uniforms };
  }

  meshOf({ vertices, corners }) {
    const { gl } = this;
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, vertices, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, corners, gl.STATIC_DRAW);
    for (const [name, offset] of [["side", 0], ["normal", 12]]) {
      const place = gl.getAttribLocation(this.body.program, name);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 24, offset);
    }
    return { array, corners: corners.length };
  }

  texture() {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, 4, MOST_SOLIDS);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    return texture;
  }

  upload(texture, solids) {
    const { gl } = this;
    const count = Math.min(solids.length, MOST_SOLIDS);
    const numbers = new Float32Array(count * 16);
    solids.slice(0, count).forEach(({ at, round, turn, half, reach, colour, plain }, i) => {
      numbers.set([...at, round, ...turn, ...half, reach, ...colour, plain ? 1 : 0], 16 * i);
    });
    gl.bindTexture(gl.TEXTURE_2D, texture);
    if (count > 0) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 4, count, gl.RGBA, gl.FLOAT, numbers);
    return count;
  }

  // Draws into a part of the canvas. `only` leaves things away: it is "ground" (with the shadows of bodies), or "silhouette" (bodies in white on
  // black).
  draw({ solids, marks = [], view, part: [x, y, width, height], pixel = pixelOf(Math.min(width, height)), only }) {
    const { gl } = this;
    const count = this.upload(this.scene, solids);
    const ball = solids.length ? ballAround(solids) : { centre: [0, 0, -1e6], reach: 1e-3 };
    const use = ({ program, uniforms: u }) => {
      gl.useProgram(program);
      for (const name of ["eye", "forward", "right", "up"]) gl.uniform3fv(u[name], view[name]);
      gl.uniform2f(u.tangents, (pixel * width) / 2, (pixel * height) / 2);
      gl.uniform2f(u.depths, 0.02 * view.distance, 40 * view.distance);
      gl.uniform1i(u.solids, 0);
      gl.uniform1i(u.solidCount, count);
      gl.uniform4f(u.ball, ...ball.centre, ball.reach);
      gl.uniform1f(u.cameraDistance, view.distance);
      gl.uniform1i(u.groundKind, this.ground.number);
      gl.uniform4fv(u.rows, new Float32Array(this.ground.rows.flat()));
      gl.uniform1i(u.rowCount, this.ground.rows.length);
      gl.uniform1f(u.pixel, pixel);
      for (const [name, key] of [["top_", "top"], ["bottom_", "bottom"], ["steepest"], ["safety"], ["stride"], ["run_", "run"]]) {
        gl.uniform1f(u[name], this.ground[key ?? name]);
      }
    };
    gl.viewport(x, y, width, height);
    gl.scissor(x, y, width, height);
    gl.enable(gl.SCISSOR_TEST);
    gl.enable(gl.DEPTH_TEST);
    // The sky is as far away as depth goes.
    gl.depthFunc(gl.LEQUAL);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.scene);
    if (count > 0 && only !== "ground") {
      use(this.body);
      gl.uniform1f(this.body.uniforms.plain, only === "silhouette" ? 1 : 0);
      gl.bindVertexArray(this.mesh.array);
      gl.drawElementsInstanced(gl.TRIANGLES, this.mesh.corners, gl.UNSIGNED_SHORT, 0, count);
    }
    if (only !== "silhouette") {
      use(this.floor);
      gl.bindVertexArray(this.nothing);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
    if (marks.length) {
      const markCount = this.upload(this.marks, marks);
      use(this.body);
      // Marks show through bodies.
      gl.disable(gl.DEPTH_TEST);
      gl.uniform1f(this.body.uniforms.plain, 0);
      gl.bindVertexArray(this.mesh.array);
      gl.enable(gl.CULL_FACE);
      gl.drawElementsInstanced(gl.TRIANGLES, this.mesh.corners, gl.UNSIGNED_SHORT, 0, markCount);
      gl.disable(gl.CULL_FACE);
    }
  }
}

const plainMark = (at, turn, half, round, colour) => ({ at, turn, half, round, reach: Math.hypot(...half) + round, colour, plain: true });
const barMark = (from, to, round, colour) => {
  const along = subtract(to, from);
  return plainMark(mixed(from, to, 0.5), fromXTo(unit(along)), [length(along) / 2, 0, 0], round, colour);
};

const FORCE_COLOUR = [0.8, 0.02, 0.12];
const POINT_COLOUR = [0.02, 0.02, 0.02];
const TORQUE_COLOURS = [[0.02, 0.25, 0.85], [0.95, 0.32, 0.0]];

// What is drawn over a creature: points and forces of contact, torques of joints.
function marksOf(creature, time, shown) {
  const marks = [];
  const size = creature.extent;
  if (shown.points || shown.forces) {
    for (const { point, force } of creature.groundAt(time)) {
      const share = length(force) * creature.weightShare;
      if (share < 0.01) continue;
      if (shown.points) marks.push(plainMark(point, [1, 0, 0, 0], [0, 0, 0], 0.025 * size, POINT_COLOUR));
      // A force of the creature's weight is as long as the creature is wide.
      if (shown.forces) marks.push(barMark(point, add(point, scaled(force, creature.weightShare * size)), 0.012 * size, FORCE_COLOUR));
    }
  }
  if (shown.torques) {
    const poses = creature.poses(time);
    const [a, b, share] = creature.between(time);
    creature.joints.forEach((joint, i) => {
      const torque = mixed([creature.torques[i][a]], [creature.torques[i][b]], share)[0] / joint.torque;
      if (Math.abs(torque) < 0.01) return;
      // Along the axis of the joint, to the side from which the torque turns left; at the torque limit half as long as the creature is wide.
      const pose = poses[i + 1];
      const end = add(pose.position, scaled(rotated(pose.turn, joint.axis), 0.5 * size * torque));
      marks.push(barMark(pose.position, end, 0.014 * size, TORQUE_COLOURS[torque > 0 ? 1 : 0]));
    });
  }
  return marks;
}

// The way of the camera's target: the middle of the body, smoothed over 0.8 s as in animations. Kept with the creature.
function prepare(creature) {
  if (creature.track) return creature;
  const spheres = Array.from(creature.times, (time) => creature.sphere(time));
  const half = Math.round(0.4 / Math.max(creature.step, 1e-3));
  creature.track = spheres.map((_, i) => {
    const reach = Math.min(half, i, spheres.length - 1 - i);
    const near = spheres.slice(i - reach, i + reach + 1);
    return scaled(near.reduce((sum, sphere) => add(sum, sphere.centre), [0, 0, 0]), 1 / near.length);
  });
  creature.extent = spheres[0].reach;
  const reach = Math.max(...spheres.map((sphere, i) => sphere.reach + length(subtract(sphere.centre, creature.track[i]))));
  // Objects need room beside the creature.
  creature.reach = creature.objects ? 1.7 * reach : reach;
  return creature;
}

function targetOf(creature, time) {
  const [a, b, share] = creature.between(time);
  return mixed(creature.track[a], creature.track[b], share);
}

// The interactive stage. Several creatures stand side by side, each with the same camera in its own part of the canvas, all at one time.
class Stage {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.painter = new Painter(canvas);
    this.changed = changed;
    this.actors = [];
    this.shown = { points: false, forces: false, torques: false };
    this.follow = true;
    // Where the camera looks while it does not follow.
    this.still = null;
    this.resolution = 1;
    this.home();
    this.listen();
    // A browser may take the device away, and give it back.
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.painter = new Painter(canvas);
      changed();
    });
  }

  home() {
    const direction = this.actors[0]?.view ?? [0, -1, 0];
    this.turn = Math.atan2(direction[1], direction[0]);
    this.tilt = Math.asin(direction[2]);
    this.zoom = 1;
    this.pan = [0, 0, 0];
  }

  setActors(creatures, time) {
    const first = !this.actors.length;
    this.actors = creatures.map(prepare);
    this.setFollow(this.follow, time);
    // The visitor's own view stays.
    if (first) this.home();
  }

  setFollow(follow, time) {
    this.follow = follow;
    this.still = follow || !this.actors.length ? null : this.actors.map((actor) => targetOf(actor, time));
  }

  direction() {
    return [Math.cos(this.turn) * Math.cos(this.tilt), Math.sin(this.turn) * Math.cos(this.tilt), Math.sin(this.tilt)];
  }

  // The part of the canvas of each actor, in rows that make the parts' shorter sides as long as possible.
  parts() {
    const count = Math.max(this.actors.length, 1);
    const { width, height } = this.canvas;
    const side = (columns) => Math.min(width / columns, height / Math.ceil(count / columns));
    const columns = Array.from({ length: count }, (_, i) => i + 1).reduce((a, b) => (side(b) > side(a) ? b : a));
    const rows = Math.ceil(count / columns);
    return Array.from({ length: count }, (_, i) => {
      const [column, row] = [i % columns, Math.floor(i / columns)];
      // The last row may have fewer, which then are wider.
      const inRow = Math.min(columns, count - row * columns);
      const x = Math.round((column * width) / inRow);
      const y = Math.round((row * height) / rows);
      const right = Math.round(((column + 1) * width) / inRow);
      const below = Math.round(((row + 1) * height) / rows);
      const gap = count > 1 ? 1 : 0;
      return [x, height - below, right - x - gap, below - y - gap];
    });
  }

  fit() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2) * this.resolution;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map((c) => Math.max(1, Math.round(c * ratio)));
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
  }

  draw(time) {
    this.fit();
    if (!this.actors.length) return;
    // All are shown at one scale, so that sizes compare.
    const distance = distanceFor(Math.max(...this.actors.map((actor) => actor.reach))) * this.zoom;
    const parts = this.parts();
    const pixel = pixelOf(Math.min(...parts.flatMap(([, , width, height]) => [width, height])));
    this.actors.forEach((actor, i) => {
      const target = add(this.still?.[i] ?? targetOf(actor, time), this.pan);
      const view = viewOf(target, this.direction(), distance);
      this.painter.draw({ solids: actor.solidsAt(time), marks: marksOf(actor, time, this.shown), view, part: parts[i], pixel });
    });
  }

  listen() {
    const { canvas } = this;
    const fingers = new Map();
    let spread = 0;
    const spreadNow = () => {
      const [a, b] = [...fingers.values()];
      return Math.hypot(a.x - b.x, a.y - b.y);
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (fingers.size === 2) spread = spreadNow();
    });
    canvas.addEventListener("pointermove", (event) => {
      const finger = fingers.get(event.pointerId);
      if (!finger) return;
      const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
      Object.assign(finger, { x: event.clientX, y: event.clientY });
      if (fingers.size === 2) {
        const now = spreadNow();
        this.zoomBy(spread / Math.max(now, 1));
        spread = now;
        this.panBy(dx / 2, dy / 2);
      } else if (event.shiftKey || event.buttons & 6) this.panBy(dx, dy);
      else this.orbitBy(-dx * 0.008, dy * 0.008);
    });
    const leave = (event) => fingers.delete(event.pointerId);
    canvas.addEventListener("pointerup", leave);
    canvas.addEventListener("pointercancel", leave);
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("dblclick", () => {
      this.home();
      this.changed();
    });
    // The wheel scrolls the page until the stage has been clicked.
    canvas.addEventListener("wheel", (event) => {
      if (document.activeElement !== canvas) return;
      event.preventDefault();
      this.zoomBy(Math.exp(event.deltaY * 0.0012));
    }, { passive: false });
  }

  orbitBy(turn, tilt) {
    this.turn += turn;
    this.tilt = clamp(this.tilt + tilt, 0.02, 1.5);
    this.changed();
  }

  zoomBy(factor) {
    this.zoom = clamp(this.zoom * factor, 0.15, 12);
    this.changed();
  }

  panBy(dx, dy) {
    const { right, up, distance } = viewOf([0, 0, 0], this.direction(), this.zoom);
    const scale = (2 * Math.tan(look.half_angle) * distance * distanceFor(this.actors[0]?.reach ?? 1)) / Math.min(this.canvas.clientWidth, this.canvas.clientHeight);
    this.pan = add(this.pan, add(scaled(right, -dx * scale), scaled(up, dy * scale)));
    this.changed();
  }
}

// Pictures apart from the stage, such as those of ancestors.
class Portraits {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.painter = null;
  }

  // Draws a creature as `burgess render` shows it: from the same place, at the same distance. Gives the canvas that it is drawn on.
  // `times` are the moments whose pictures share one distance.
  draw(creature, time, times, [width, height], only) {
    Object.assign(this.canvas, { width, height });
    this.painter ??= new Painter(this.canvas);
    const ball = (moment) => ballAround(creature.solidsAt(moment));
    const reach = Math.max(...times.map((moment) => ball(moment).reach));
    const view = viewOf(ball(time).centre, creature.view, distanceFor(reach));
    this.painter.draw({ solids: creature.solidsAt(time), view, part: [0, 0, width, height], only });
    return this.canvas;
  }

  // A picture of an elite that stays on the page; nothing if its motion is not recorded.
  async element(elite, [width, height]) {
    const creature = await creatureOf(elite);
    if (!creature) return null;
    const copy = h("canvas", { width, height, class: "portrait", role: "img", "aria-label": `elite ${elite.id}` });
    const time = creature.times[Math.floor(creature.frames * 0.75)];
    copy.getContext("2d").drawImage(this.draw(creature, time, [time], [width, height]), 0, 0);
    return copy;
  }
}
