// The archive as a map over any two descriptors, or as bars over the only one.

// What colours can show: the value of an elite, and what the legend says.
const SHADES = {
  reward: { name: "reward", value: (elite) => elite.reward },
  gain: { name: "refinement gain", value: (elite) => elite.gain },
  trust: { name: "gradient trust", value: (elite) => elite.trust, range: [-1, 1] },
  generation: { name: "generation", value: (elite) => elite.generation },
  age: { name: "body age (generations)", value: (elite) => elite.age },
  links: { name: "links", value: (elite) => elite.links },
  mass: { name: "mass (kg)", value: (elite) => elite.mass },
  family: { name: "body plan", value: (elite) => elite.family, kinds: true },
};

const isKnown = (value) => value !== null && value !== undefined && Number.isFinite(value);

// Only what tells elites apart is offered.
const usefulShades = () => Object.entries(SHADES).filter(([key, shade]) =>
  key === "reward" || new Set(shownElites.map(shade.value).filter(isKnown)).size > 1);

const shareOf = (axis, value) => (value - axis.range[0]) / (axis.range[1] - axis.range[0]);

// The bins of a grid's cell; the last descriptor varies fastest.
function binsOf(cell) {
  const bins = [];
  for (let i = archive.axes.length - 1; i >= 0; i--) {
    bins[i] = cell % archive.axes[i].bins;
    cell = Math.floor(cell / archive.axes[i].bins);
  }
  return bins;
}

// The part of a polygon that is nearer to a than to b.
function nearerPart(polygon, a, b) {
  const side = ([x, y]) => (x - a[0]) ** 2 + (y - a[1]) ** 2 - (x - b[0]) ** 2 - (y - b[1]) ** 2;
  const kept = [];
  polygon.forEach((p, i) => {
    const q = polygon[(i + 1) % polygon.length];
    const [s, t] = [side(p), side(q)];
    if (s <= 0) kept.push(p);
    if ((s < 0 && t > 0) || (s > 0 && t < 0)) kept.push([0, 1].map((k) => p[k] + ((q[k] - p[k]) * s) / (s - t)));
  });
  return kept;
}

// Voronoi cells in the unit square: each is the square, cut by one half plane for each other point, the nearest first, until none can reach it.
function voronoi(points) {
  const size = Math.max(1, Math.round(Math.sqrt(points.length / 3)));
  const boxOf = (x) => clamp(Math.floor(x * size), 0, size - 1);
  const boxes = Array.from({ length: size * size }, () => []);
  points.forEach(([x, y], i) => boxes[boxOf(x) * size + boxOf(y)].push(i));
  return points.map((centre, own) => {
    let polygon = [[0, 0], [1, 0], [1, 1], [0, 1]];
    const [column, row] = centre.map(boxOf);
    for (let ring = 0; ring <= size; ring++) {
      const reach = Math.sqrt(Math.max(0, ...polygon.map(([x, y]) => (x - centre[0]) ** 2 + (y - centre[1]) ** 2)));
      // Everything in this ring is at least so far away.
      if ((ring - 1) / size > 2 * reach) break;
      for (let i = column - ring; i <= column + ring; i++) {
        for (let j = row - ring; j <= row + ring; j++) {
          if (Math.max(Math.abs(i - column), Math.abs(j - row)) !== ring || i < 0 || j < 0 || i >= size || j >= size) continue;
          for (const other of boxes[i * size + j]) {
            const there = points[other];
            if (other !== own && (there[0] !== centre[0] || there[1] !== centre[1])) polygon = nearerPart(polygon, centre, there);
          }
        }
      }
    }
    return polygon;
  });
}

const EDGES = { left: 58, right: 12, top: 10, bottom: 44 };

class ArchiveMap {
  constructor(choose) {
    this.choose = choose;
    this.axes = archive.axes.length > 1 ? [0, 1] : [0];
    this.shade = "reward";
    this.chosen = null;
    this.pins = [];
    this.pointed = null;
    this.canvas = h("canvas", { tabindex: 0, role: "application", "aria-label": "Archive map. Arrow keys move from elite to elite, Enter chooses one." });
    this.tip = h("div", { class: "tip", role: "status", hidden: true });
    this.legend = h("div", { class: "legend" });
    this.box = h("div", { class: "map" }, this.canvas, this.tip);
    this.note = h("p", { class: "note" });
    this.element = card("map-card", "Archive", h("div", { class: "choices" }, this.choices()), this.box, this.legend, this.note);
    this.listen();
    atItsWidth(this.box, () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  choices() {
    const names = archive.axes.map((axis, i) => [i, axisLabel(axis)]);
    const axis = (place) => (value) => {
      const other = 1 - place;
      // Both axes differ: the other one takes what this one had.
      if (this.axes[other] === Number(value)) this.axes[other] = this.axes[place];
      this.axes[place] = Number(value);
      this.renew();
    };
    const shade = choice("colour", usefulShades().map(([key, { name }]) => [key, name]), this.shade, (value) => {
      this.shade = value;
      this.draw();
    });
    if (archive.axes.length === 1) return [shade];
    this.axisChoices = [choice("x", names, this.axes[0], axis(0)), choice("y", names, this.axes[1], axis(1))];
    return [...this.axisChoices, shade];
  }

  renew() {
    this.axisChoices.forEach((label, i) => (label.querySelector("select").value = this.axes[i]));
    this.pointed = null;
    this.tip.hidden = true;
    this.draw();
  }

  setChosen(chosen, pins) {
    this.chosen = chosen;
    this.pins = pins;
    this.draw();
  }

  // The range that colours cover.
  scale() {
    const shade = SHADES[this.shade];
    if (shade.range) return shade.range;
    const values = shownElites.map(shade.value).filter(isKnown);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return low < high ? [low, high] : [low - 0.5, low + 0.5];
  }

  colour(elite) {
    const shade = SHADES[this.shade];
    const value = shade.value(elite);
    if (!isKnown(value)) return null;
    if (shade.kinds) return kindColour(value);
    const [low, high] = this.scaleNow;
    return viridis((value - low) / (high - low));
  }

  // Places in the frame are shares of the ranges; y grows upwards.
  layout() {
    const [a, b] = this.axes;
    const axes = archive.axes;
    if (b === undefined) return this.barLayout();
    if (archive.kind === "grid") {
      const items = new Map();
      const [columns, rows] = [axes[a].bins, axes[b].bins];
      for (const elite of shownElites) {
        const bins = binsOf(elite.cell);
        const [i, j] = [bins[a], bins[b]];
        const polygon = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]].map(([x, y]) => [x / columns, y / rows]);
        items.set(i * rows + j, { elite, polygon, centre: [(i + 0.5) / columns, (j + 0.5) / rows] });
      }
      return { items: [...items.values()], grid: [columns, rows] };
    }
    if (archive.kind === "cvt" && axes.length === 2) {
      const points = archive.centroids.map((point) => [shareOf(axes[a], point[a]), shareOf(axes[b], point[b])]);
      this.cells ??= new Map();
      const key = `${a} ${b}`;
      if (!this.cells.has(key)) this.cells.set(key, voronoi(points));
      const polygons = this.cells.get(key);
      const items = shownElites.map((elite) => ({ elite, polygon: polygons[elite.cell], centre: points[elite.cell] }));
      return { items, borders: polygons };
    }
    const place = (elite, axis) => clamp(shareOf(axes[axis], elite.descriptors[axis]), 0, 1);
    return { items: shownElites.map((elite) => ({ elite, centre: [place(elite, a), place(elite, b)] })), dots: true };
  }

  barLayout() {
    const axis = archive.axes[0];
    const [low, high] = [Math.min(0, ...shownElites.map((e) => e.reward)), Math.max(0, ...shownElites.map((e) => e.reward))];
    const ticks = niceTicks(low, high, 5);
    this.bars = [Math.min(low, ticks[0]), Math.max(high, ticks[ticks.length - 1], low + 1e-6)];
    const up = (reward) => (reward - this.bars[0]) / (this.bars[1] - this.bars[0]);
    const sorted = archive.kind === "cvt" ? archive.centroids.map((point) => point[0]).sort((x, y) => x - y) : [];
    const sides = (elite) => {
      if (archive.kind === "grid") return [elite.cell / axis.bins, (elite.cell + 1) / axis.bins];
      if (archive.kind === "scattered") {
        const place = clamp(shareOf(axis, elite.descriptors[0]), 0, 1);
        return [place - 0.002, place + 0.002];
      }
      const own = archive.centroids[elite.cell][0];
      const place = sorted.indexOf(own);
      const middle = (other, end) => (other === undefined ? end : shareOf(axis, (own + other) / 2));
      return [Math.max(0, middle(sorted[place - 1], 0)), Math.min(1, middle(sorted[place + 1], 1))];
    };
    const items = shownElites.map((elite) => {
      const [from, to] = sides(elite);
      const [zero, top] = [up(0), up(elite.reward)];
      const polygon = [[from, zero], [to, zero], [to, top], [from, top]];
      return { elite, polygon, centre: [(from + to) / 2, (zero + top) / 2] };
    });
    return { items };
  }

  draw() {
    const width = this.box.clientWidth;
    if (!width) return;
    const height = Math.round(clamp(width * 0.92, 260, 540));
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    this.canvas.style.height = `${height}px`;
    this.frame = { x: EDGES.left, y: EDGES.top, width: width - EDGES.left - EDGES.right, height: height - EDGES.top - EDGES.bottom };
    this.scaleNow = this.scale();
    const layout = this.layout();
    this.items = layout.items;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const ink = (name) => style.getPropertyValue(name).trim();
    this.drawCells(pen, layout, ink);
    this.drawMarks(pen, ink);
    this.drawAxes(pen, ink);
    this.drawLegend();
    const others = archive.axes.length - 2;
    const what = layout.dots ? "Each dot is an elite." : layout.grid && others > 0 ? `Each cell shows the best elite over the other ${others === 1 ? "descriptor" : `${others} descriptors`}.` : "";
    const unrecorded = shownElites.filter((elite) => !elite.recording).length;
    const motion = header.terrain && unrecorded ? ` ${unrecorded} of them have no recorded motion.` : "";
    this.note.textContent = shownElites.length ? `${counted(shownElites.length, "elite")} in ${archive.cells} cells. ${what}${motion}` : "No elites yet.";
  }

  at([x, y]) {
    return [this.frame.x + x * this.frame.width, this.frame.y + (1 - y) * this.frame.height];
  }

  // The same on the border of a pixel, so that neighbours leave no gap.
  onPixel(place) {
    const ratio = window.devicePixelRatio || 1;
    return this.at(place).map((c) => Math.round(c * ratio) / ratio);
  }

  path(pen, polygon) {
    pen.beginPath();
    polygon.forEach((corner, i) => (i ? pen.lineTo(...this.at(corner)) : pen.moveTo(...this.at(corner))));
    pen.closePath();
  }

  drawCells(pen, { items, grid, borders, dots }, ink) {
    const { x, y, width, height } = this.frame;
    pen.fillStyle = ink("--empty");
    pen.fillRect(x, y, width, height);
    this.dotRadius = clamp(110 / Math.sqrt(Math.max(items.length, 1)), 2.5, 6);
    for (const item of items) {
      const colour = this.colour(item.elite) ?? ink("--unknown");
      pen.fillStyle = pen.strokeStyle = colour;
      if (grid) {
        const [left, bottom] = this.onPixel(item.polygon[0]);
        const [right, top] = this.onPixel(item.polygon[2]);
        pen.fillRect(left, top, right - left, bottom - top);
      } else if (dots) {
        pen.beginPath();
        pen.arc(...this.at(item.centre), this.dotRadius, 0, 7);
        pen.fill();
        pen.strokeStyle = ink("--surface");
        pen.lineWidth = 0.8;
        pen.stroke();
      } else {
        this.path(pen, item.polygon);
        pen.fill();
        // Without these lines the background would shine through between neighbours.
        pen.lineWidth = 0.6;
        pen.stroke();
      }
    }
    pen.strokeStyle = ink("--surface");
    pen.lineWidth = 1;
    if (borders && borders.length < 2500) {
      for (const polygon of borders) {
        this.path(pen, polygon);
        pen.stroke();
      }
    }
    if (grid && Math.min(width / grid[0], height / grid[1]) > 7) {
      pen.fillStyle = ink("--surface");
      for (let i = 1; i < grid[0]; i++) pen.fillRect(this.onPixel([i / grid[0], 0])[0] - 0.5, y, 1, height);
      for (let j = 1; j < grid[1]; j++) pen.fillRect(x, this.onPixel([0, j / grid[1]])[1] - 0.5, width, 1);
    }
  }

  drawMarks(pen, ink) {
    const mark = (elite, width, colour) => {
      const item = elite && (this.items.find((other) => other.elite === elite) ?? this.proxy(elite));
      if (!item) return;
      const outline = (line, style) => {
        pen.lineWidth = line;
        pen.strokeStyle = style;
        if (item.polygon) this.path(pen, item.polygon);
        else {
          pen.beginPath();
          pen.arc(...this.at(item.centre), this.dotRadius + 1, 0, 7);
        }
        pen.stroke();
      };
      outline(width + 2, ink("--surface"));
      outline(width, colour);
    };
    for (const pin of this.pins) mark(pin, 2, ink("--accent"));
    mark(this.pointed, 2, ink("--ink"));
    mark(this.chosen, 2.5, ink("--accent"));
  }

  // An elite that is behind a better one of its column and row is marked there.
  proxy(elite) {
    if (archive.kind !== "grid" || this.axes.length < 2) return null;
    const bins = binsOf(elite.cell);
    return this.items.find((item) => this.axes.every((axis) => binsOf(item.elite.cell)[axis] === bins[axis]));
  }

  drawAxes(pen, ink) {
    const { x, y, width, height } = this.frame;
    pen.fillStyle = ink("--soft");
    pen.strokeStyle = ink("--line");
    pen.lineWidth = 1;
    pen.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
    pen.font = `12px ${ink("--font")}`;
    const first = archive.axes[this.axes[0]];
    const second = this.bars && this.axes.length === 1 ? { name: "reward", unit: "", range: this.bars } : archive.axes[this.axes[1]];
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (const tick of ticksOf(first, width / 70)) pen.fillText(tickText(tick), x + shareOf(first, tick) * width, y + height + 6);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const tick of ticksOf(second, height / 45)) pen.fillText(tickText(tick), x - 6, y + (1 - shareOf(second, tick)) * height);
    pen.fillStyle = ink("--ink");
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    pen.fillText(axisLabel(first), x + width / 2, y + height + 38, width);
    pen.save();
    pen.translate(12, y + height / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(axisLabel(second), 0, 0, height);
    pen.restore();
  }

  drawLegend() {
    const shade = SHADES[this.shade];
    if (!shownElites.length) return;
    if (!shade.kinds) {
      const [low, high] = this.scaleNow;
      const stops = Array.from({ length: 9 }, (_, i) => viridis(i / 8)).join(",");
      this.legend.replaceChildren(h("span", {}, shade.name), h("span", {}, digits(low, 3)),
        h("span", { class: "ramp", style: `background:linear-gradient(90deg,${stops})` }), h("span", {}, digits(high, 3)));
      return;
    }
    const rows = header.families.slice(0, Math.min(KINDS.length, shownFamilies)).map((name, i) => h("span", {}, colourSpot(KINDS[i]), name));
    const rest = shownFamilies - KINDS.length;
    if (rest > 0) rows.push(h("span", {}, colourSpot(OTHERS), `${rest} others`));
    this.legend.replaceChildren(...rows);
  }

  // The item under a point of the canvas.
  find(x, y) {
    const { frame } = this;
    const [u, v] = [(x - frame.x) / frame.width, 1 - (y - frame.y) / frame.height];
    const near = (item) => Math.hypot((item.centre[0] - u) * frame.width, (item.centre[1] - v) * frame.height);
    const inside = (polygon) => {
      let odd = false;
      polygon.forEach(([x0, y0], i) => {
        const [x1, y1] = polygon[(i + 1) % polygon.length];
        if (y0 > v !== y1 > v && u < x0 + ((v - y0) * (x1 - x0)) / (y1 - y0)) odd = !odd;
      });
      return odd;
    };
    // Bars are thin: the nearest column counts, however high the pointer is.
    if (this.axes.length === 1) {
      const column = (item) => Math.abs(item.centre[0] - u) * frame.width;
      const best = this.items.reduce((a, b) => (a && column(a) <= column(b) ? a : b), null);
      return best && column(best) < Math.max(6, (frame.width / archive.cells) * 0.6) ? best : null;
    }
    const polygon = this.items.find((item) => item.polygon && inside(item.polygon));
    if (polygon) return polygon;
    const dots = this.items.filter((item) => !item.polygon && near(item) < this.dotRadius + 5);
    // Of dots equally far away the last one, which is drawn on top.
    return dots.reduce((a, b) => (a && near(a) < near(b) ? a : b), null);
  }

  point(item) {
    this.pointed = item?.elite ?? null;
    this.draw();
    if (!item) {
      this.tip.hidden = true;
      return;
    }
    const { elite } = item;
    const rows = [["reward", digits(elite.reward)], ...archive.axes.map((axis, i) => [axis.name, `${digits(elite.descriptors[i], 3)} ${axis.unit}`])];
    if (this.shade !== "reward") {
      const shade = SHADES[this.shade];
      const value = shade.value(elite);
      rows.push([shade.name, shade.kinds ? header.families[value] : digits(value, 3)]);
    }
    this.tip.replaceChildren(h("strong", {}, `elite ${elite.id}`), factTable(rows));
    this.tip.hidden = false;
    const [x, y] = this.at(item.centre);
    const left = x > this.box.clientWidth / 2 ? x - this.tip.offsetWidth - 14 : x + 14;
    this.tip.style.left = `${clamp(left, 0, Math.max(0, this.box.clientWidth - this.tip.offsetWidth))}px`;
    this.tip.style.top = `${clamp(y - this.tip.offsetHeight / 2, 0, Math.max(0, this.box.clientHeight - this.tip.offsetHeight))}px`;
  }

  // The nearest item in a direction (x right, y up).
  towards(dx, dy) {
    const from = this.items.find((item) => item.elite === (this.pointed ?? this.chosen)) ?? this.items[0];
    let best = null;
    let least = Infinity;
    for (const item of this.items) {
      const x = (item.centre[0] - from.centre[0]) * this.frame.width;
      const y = (item.centre[1] - from.centre[1]) * this.frame.height;
      const [along, across] = [x * dx + y * dy, Math.abs(x * dy - y * dx)];
      if (item === from || along < 0.5 || across > 2 * along) continue;
      const cost = along + 2.5 * across;
      if (cost < least) [best, least] = [item, cost];
    }
    return best;
  }

  listen() {
    const place = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return this.find(event.clientX - box.left, event.clientY - box.top);
    };
    this.canvas.addEventListener("pointermove", (event) => {
      const item = place(event);
      if ((item?.elite ?? null) !== this.pointed) this.point(item);
    });
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("click", (event) => {
      const item = place(event);
      if (item) this.choose(item.elite, event.shiftKey);
    });
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    this.canvas.addEventListener("keydown", (event) => {
      if (steps[event.key]) {
        const item = this.items.length && this.towards(...steps[event.key]);
        if (item) this.point(item);
      } else if (event.key === "Enter" && this.pointed) this.choose(this.pointed, event.shiftKey);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.canvas.addEventListener("blur", () => this.point(null));
  }
}
