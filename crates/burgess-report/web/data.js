// What the page knows: the header at once, a recording when it is asked for.

const header = JSON.parse(document.getElementById("header").textContent);
const recordings = document.getElementById("recordings").textContent;
const { archive, elites, runs, look } = header;
const eliteById = new Map(elites.map((elite) => [elite.id, elite]));
// The map shows the best elite of each cell, the worst first, so that the best are drawn on top.
const shownElites = elites.filter((elite) => elite.best && elite.reward !== null).sort((a, b) => a.reward - b.reward);
const shownFamilies = new Set(shownElites.map((elite) => elite.family).filter((family) => family !== null)).size;
const bestElite = shownElites[shownElites.length - 1];

const offspring = new Map();
for (const elite of elites) {
  for (const parent of elite.parents) {
    if (!offspring.has(parent.id)) offspring.set(parent.id, []);
    offspring.get(parent.id).push(elite);
  }
}

const withUnit = (name, unit) => (unit ? `${name} (${unit})` : name);
const axisLabel = (axis) => withUnit(axis.name, axis.unit);

// Four significant digits and a true minus sign, as plots have them.
function digits(value, count = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const text = size < -3 || size > 5 ? value.toExponential(count - 1) : value.toFixed(Math.max(0, count - 1 - size));
  return text.replace("-", "−");
}

const counted = (count, thing) => `${count} ${thing}${count === 1 ? "" : "s"}`;

const kept = new Map();
const MOST_KEPT = 24;

// The creature of an elite; null if its motion is not recorded.
async function creatureOf(elite) {
  if (!elite.recording) return null;
  if (!kept.has(elite.id)) {
    kept.set(elite.id, unpacked(elite).catch((error) => {
      kept.delete(elite.id);
      throw error;
    }));
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  }
  return kept.get(elite.id);
}

async function unpacked(elite) {
  const [start, size] = elite.recording;
  const packed = Uint8Array.from(atob(recordings.slice(start, start + size)), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const factsLength = new DataView(bytes.buffer).getUint32(0, true);
  const facts = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + factsLength)));
  return new Creature(elite, facts, channelsOf(facts, bytes.subarray(4 + factsLength)));
}

// The low bytes of all channels come first, then the high bytes. A number is a difference between multiples of the quantum (or a difference of
// differences, by the channel's order), with its sign in the lowest bit.
function channelsOf({ frames, codes }, bytes) {
  const high = frames * codes.length;
  return codes.map(({ zero, quantum, order }, channel) => {
    const numbers = new Int16Array(frames);
    for (let frame = 0; frame < frames; frame++) {
      const place = frames * channel + frame;
      const folded = bytes[place] | (bytes[high + place] << 8);
      numbers[frame] = (folded >> 1) ^ -(folded & 1);
    }
    for (let i = 0; i < order; i++) {
      for (let frame = 1; frame < frames; frame++) numbers[frame] += numbers[frame - 1];
    }
    return Float32Array.from(numbers, (number) => (zero + number) * quantum);
  });
}

// The recorded motion of an elite, and its body.
class Creature {
  constructor(elite, facts, channels) {
    Object.assign(this, facts, { elite });
    let next = 0;
    const take = (count) => channels.slice(next, (next += count));
    const pose = () => ({ position: take(3), turn: take(4) });
    this.base = pose();
    this.angles = [];
    this.targets = [];
    this.torques = [];
    for (const _ of this.joints) {
      const [angle, target, torque] = take(3);
      this.angles.push(angle);
      this.targets.push(target);
      this.torques.push(torque);
    }
    this.ground = this.touching.map((link) => ({ link, point: take(3), force: take(3) }));
    [this.rewardSoFar] = take(1);
    this.termsSoFar = take(this.terms);
    this.objectPoses = Array.from({ length: this.objects }, pose);
    // Times of the frames (s). Only the last frame may follow sooner than the others.
    this.times = Float32Array.from({ length: this.frames }, (_, i) => Math.min(i * this.step, this.end));
  }

  get weightShare() {
    return 1 / Math.max(this.weight, 1e-9);
  }

  // The frames around a time, and how far it is from the first to the second.
  between(time) {
    const last = this.frames - 1;
    if (!(time > 0) || last === 0) return [0, 0, 0];
    if (time >= this.end) return [last, last, 0];
    const before = Math.min(Math.floor(time / this.step + 1e-4), last - 1);
    const span = this.times[before + 1] - this.times[before];
    return [before, before + 1, span > 0 ? clamp((time - this.times[before]) / span, 0, 1) : 0];
  }

  // Position and orientation of every link and object at a time.
  poses(time) {
    const [a, b, share] = this.between(time);
    const between = (channel) => channel[a] + (channel[b] - channel[a]) * share;
    const free = ({ position, turn }) => {
      const q = turn.map(between);
      const norm = Math.hypot(...q);
      return { position: position.map(between), turn: q.map((c) => c / norm) };
    };
    const poses = [free(this.base)];
    this.joints.forEach((joint, i) => {
      const parent = poses[this.links[i + 1].parent];
      poses.push({
        position: add(parent.position, rotated(parent.turn, joint.at)),
        turn: product(parent.turn, aboutAxis(joint.axis, between(this.angles[i]))),
      });
    });
    return poses.concat(this.objectPoses.map(free));
  }

  // The solids at a time, in the world.
  solidsAt(time) {
    const poses = this.poses(time);
    return this.solids.map((solid) => {
      const { position, turn } = poses[solid.link];
      return { ...solid, at: add(position, rotated(turn, solid.at)), turn: product(turn, solid.turn) };
    });
  }

  // A ball that holds the body at a time, without the objects around it.
  sphere(time) {
    const own = this.solidsAt(time).filter((solid) => solid.link < this.links.length);
    return ballAround(own);
  }

  // Forces of the ground at a time.
  groundAt(time) {
    const [a, b, share] = this.between(time);
    const between = (channel) => channel[a] + (channel[b] - channel[a]) * share;
    return this.ground.map(({ link, point, force }) => ({ link, point: point.map(between), force: force.map(between) }));
  }

  // Whether a link of `ground` carries weight in a frame.
  touches(ground, frame) {
    return Math.hypot(...ground.force.map((axis) => axis[frame])) * this.weightShare > 0.01;
  }
}

// Centre and radius of a ball that holds solids.
function ballAround(solids) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const { at, reach } of solids) {
    for (let i = 0; i < 3; i++) {
      low[i] = Math.min(low[i], at[i] - reach);
      high[i] = Math.max(high[i], at[i] + reach);
    }
  }
  const centre = mixed(low, high, 0.5);
  const reach = Math.max(...solids.map((solid) => length(subtract(solid.at, centre)) + solid.reach));
  return { centre, reach };
}

// Colour of a share of a range, 0 to 1.
function viridis(share) {
  const last = header.viridis.length - 1;
  const place = clamp(Number.isFinite(share) ? share : 0, 0, 1) * last;
  const left = Math.min(Math.floor(place), last - 1);
  const [a, b] = [header.viridis[left], header.viridis[left + 1]];
  return `rgb(${a.map((c, i) => Math.round(c + (b[i] - c) * (place - left))).join(",")})`;
}

// Six colours of Okabe and Ito (2008) and a violet, for kinds; what is beyond them is grey.
const KINDS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8459a6"];
const OTHERS = "#b5b5b5";
const kindColour = (kind) => (kind < KINDS.length ? KINDS[kind] : OTHERS);

// A colour in linear light as CSS has it.
function cssColour(light) {
  const shown = light.map((c) => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
  return `rgb(${shown.map((c) => Math.round(255 * clamp(c, 0, 1))).join(",")})`;
}
