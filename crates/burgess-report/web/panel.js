// What is known of the chosen elite: facts, body, reward, joints and feet over time.

const linkName = (creature, link) => (link === 0 ? "base" : `link ${link}`);
const linkColour = (creature, link) => cssColour(creature.solids.find((solid) => solid.link === link)?.colour ?? [0.3, 0.3, 0.3]);

// Why an elite has no motion.
function whyStill(elite) {
  if (!header.terrain) return "Benchmarks have points, not bodies: there is nothing to play.";
  if (!elite.best) return "Another elite of its cell is better. Of each cell only the best is on the map and in motion; this one is kept beside it for its body plan or its age.";
  return "Its motion is not recorded: write the page with a larger --elites to see it.";
}

// Genes of evolved bodies have long random numbers.
const geneName = (gene) => (gene.length > 8 ? `${gene.slice(0, 4)}…${gene.slice(-3)}` : gene);

function solidText({ kind, half, round }) {
  const cm = (x) => digits(100 * x, 2);
  if (kind === "sphere") return `sphere, r ${cm(round)} cm`;
  if (kind === "capsule") return `capsule, r ${cm(round)} cm, l ${cm(2 * half[0])} cm`;
  return `box, ${half.map((x) => cm(2 * (x + round))).join(" × ")} cm`;
}

// A bar from zero to a value, in a row of bars with one scale.
function bar(value, [low, high], colour) {
  const place = (x) => (100 * (x - low)) / (high - low || 1);
  const [a, b] = [place(Math.min(0, value)), place(Math.max(0, value))];
  return h("span", { class: "bar" }, h("span", { style: `left:${a}%;width:${Math.max(0.5, b - a)}%;background:${colour}` }));
}

function rewardTable(creature) {
  const last = creature.frames - 1;
  const values = creature.termsSoFar.map((channel) => channel[last]);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const rows = header.terms.map((term, i) => h("tr", {},
    h("th", { scope: "row" }, term.name), h("td", { class: "number" }, `× ${digits(term.weight, 2)}${term.unit ? ` per ${term.unit}` : ""}`),
    h("td", { class: "number" }, digits(values[i])), h("td", { class: "wide" }, bar(values[i], [low, high], values[i] < 0 ? KINDS[1] : KINDS[0]))));
  return h("table", {}, h("thead", {}, h("tr", {}, ["term", "weight", "reward", ""].map((name) => h("th", {}, name)))), h("tbody", {}, rows));
}

function descriptorTable(elite) {
  const row = (axis, i) => {
    const share = clamp(shareOf(axis, elite.descriptors[i]), 0, 1);
    return h("tr", {}, h("th", { scope: "row" }, axisLabel(axis)), h("td", { class: "number" }, digits(elite.descriptors[i])),
      h("td", { class: "wide" }, h("span", { class: "range", title: `${axis.range[0]} to ${axis.range[1]}` }, h("span", { style: `left:${100 * share}%` }))));
  };
  return h("table", {}, h("tbody", {}, archive.axes.map(row)));
}

function linkTable(creature) {
  const head = ["", "link", "gene", "on", "shape", "kg", "joint limits (rad)", "kp", "kd", "torque (N m)"];
  const rows = creature.links.map((link, i) => {
    const joint = i > 0 ? creature.joints[i - 1] : null;
    const solids = creature.solids.filter((solid) => solid.link === i);
    const of = (value) => h("td", { class: "number" }, joint ? value(joint) : "");
    return h("tr", {}, h("td", {}, colourSpot(linkColour(creature, i))), h("th", { scope: "row" }, linkName(creature, i)),
      h("td", { title: link.gene }, geneName(link.gene)), h("td", {}, joint ? linkName(creature, link.parent) : creature.floating ? "free" : "world"),
      h("td", {}, solids.map(solidText).join("; ")), h("td", { class: "number" }, digits(link.mass, 3)),
      of((j) => `${digits(j.range[0], 2)} to ${digits(j.range[1], 2)}`), of((j) => digits(j.kp, 3)), of((j) => digits(j.kd, 2)), of((j) => digits(j.torque, 3)));
  });
  return h("div", { class: "scroll", tabindex: 0 }, h("table", { class: "links" }, h("thead", {}, h("tr", {}, head.map((name) => h("th", {}, name)))), h("tbody", {}, rows)));
}

// Which links carry weight, over time.
function gaitDiagram(creature, seek) {
  // Limb ends first, in the order in which tasks count them.
  const order = ({ link }) => (creature.ends.includes(link) ? creature.ends.indexOf(link) : 100 + link);
  const rows = [...creature.ground].sort((a, b) => order(a) - order(b));
  const element = h("figure", { class: "chart" });
  const cursor = svg("line", { class: "cursor", y1: 0, y2: 18 * rows.length });
  let toX = () => 0;
  let last = 0;
  element.setCursor = (time) => {
    last = time;
    for (const name of ["x1", "x2"]) cursor.setAttribute(name, toX(time));
  };
  const left = 56;
  const draw = (width) => {
    toX = (time) => left + (time / (creature.end || 1)) * (width - left - 8);
    const parts = rows.flatMap((ground, row) => {
      const runs = [];
      for (let frame = 0; frame < creature.frames; frame++) {
        if (!creature.touches(ground, frame)) continue;
        const from = frame;
        while (frame + 1 < creature.frames && creature.touches(ground, frame + 1)) frame++;
        const x = toX(creature.times[Math.max(0, from - 0.5)] ?? creature.times[from]);
        runs.push(svg("rect", { x, y: 18 * row + 3, width: Math.max(1.2, toX(creature.times[frame]) - x), height: 12, fill: linkColour(creature, ground.link) }));
      }
      return [svg("text", { class: "tick", x: left - 6, y: 18 * row + 13, "text-anchor": "end" }, linkName(creature, ground.link)),
        svg("line", { class: "grid", x1: left, x2: width - 8, y1: 18 * row + 18, y2: 18 * row + 18 }), ...runs];
    });
    const picture = svg("svg", { width, height: 18 * rows.length + 1, role: "img", "aria-label": "links on the ground over time" }, parts, cursor);
    const see = (event) => seek(clamp((event.clientX - picture.getBoundingClientRect().left - left) / (width - left - 8), 0, 1) * creature.end);
    picture.addEventListener("pointerdown", see);
    picture.addEventListener("pointermove", (event) => event.buttons && see(event));
    element.replaceChildren(h("figcaption", {}, rows.length ? "on the ground" : "no link touches the ground"), rows.length ? picture : "");
    element.setCursor(last);
  };
  atItsWidth(element, draw);
  return element;
}

function rewardChart(creature, seek) {
  const line = (name, y, colour, thin) => ({ name, x: creature.times, y, colour, thin });
  const terms = creature.terms > 1 ? creature.termsSoFar.map((y, i) => line(header.terms[i].name, y, kindColour(i + 1), true)) : [];
  const lines = [line("reward", creature.rewardSoFar, KINDS[0]), ...terms];
  // The sum is drawn over its terms.
  const figure = chart({ title: "reward so far", lines: [...lines].reverse(), xLabel: "time (s)", pick: seek, fromZero: true, height: 170 });
  const names = lines.map(({ name, colour }) => h("span", {}, colourSpot(colour), name));
  return [figure, h("div", { class: "legend" }, names)];
}

function jointCharts(creature, seek) {
  return creature.joints.map((joint, i) => chart({
    title: `joint ${i + 1}: ${linkName(creature, creature.links[i + 1].parent)} – ${linkName(creature, i + 1)}`,
    lines: [
      { name: "target", x: creature.times, y: creature.targets[i], colour: "var(--soft)", thin: true, dashed: true },
      { name: "angle", x: creature.times, y: creature.angles[i], colour: linkColour(creature, i + 1) },
    ],
    pick: seek, bare: true, height: 74,
  }));
}

class Panel {
  constructor(seek) {
    this.seek = seek;
    this.cursors = [];
    this.body = h("div", { class: "panel" });
    this.element = card("elite-card", "Elite", this.body);
    this.title = this.element.querySelector("h2");
  }

  show(elite, creature) {
    this.cursors = [];
    const watched = (chartElement) => {
      this.cursors.push(chartElement);
      return chartElement;
    };
    this.title.textContent = `Elite ${elite.id}`;
    const facts = [
      ["reward", digits(elite.reward, 5)],
      ["cell", `number ${elite.cell}, counted from 0, of ${archive.cells}`],
      ["made in", `generation ${elite.generation}, candidate ${elite.candidate}`],
      ["emitter", header.emitters[elite.emitter] ?? "?"],
      elite.gain !== null && ["gradient steps", `tried: ${elite.gain >= 0 ? "+" : ""}${digits(elite.gain, 3)} in reward, trust ${digits(elite.trust, 3)}`],
      elite.family !== null && ["body plan", h("span", {}, colourSpot(kindColour(elite.family)), header.families[elite.family])],
      elite.family !== null && header.bodies_evolve && ["body age", counted(elite.age, "generation")],
      elite.mass !== null && ["body", `${digits(elite.mass, 3)} kg, ${digits(elite.span, 3)} m across`],
      creature && ["episode", `${creature.ending}, ${digits(creature.end, 3)} s`],
      creature && creature.reward !== elite.reward && ["recording", `has the reward ${digits(creature.reward, 5)}${header.environments > 1 ? `: it is of environment 0 of ${header.environments}` : ""}`],
      ...elite.genes.map((line) => line.split(/: (.*)/s).slice(0, 2)).map(([name, value]) => [`genes of the ${name}`, value]),
    ].filter(Boolean);
    const left = [factTable(facts), h("h3", {}, "Descriptors"), descriptorTable(elite)];
    if (!creature) {
      const why = whyStill(elite);
      this.body.replaceChildren(h("div", { class: "whole" }, left, h("p", { class: "note" }, why)));
      return;
    }
    const joints = jointCharts(creature, this.seek).map(watched);
    const [reward, legend] = rewardChart(creature, this.seek);
    this.body.replaceChildren(
      h("div", {}, left, h("h3", {}, "Reward"), rewardTable(creature)),
      h("div", {}, watched(reward), legend, watched(gaitDiagram(creature, this.seek))),
      h("div", { class: "whole" }, h("h3", {}, "Joints: angle, and target dashed (rad)"), joints.length ? h("div", { class: "joints" }, joints) : h("p", { class: "note" }, "It has no joints.")),
      h("div", { class: "whole" }, h("h3", {}, "Links"), linkTable(creature)));
  }

  setTime(time) {
    for (const figure of this.cursors) figure.setCursor(time);
  }
}
