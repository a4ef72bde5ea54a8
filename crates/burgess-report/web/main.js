// Puts the parts together: one elite is chosen, others may be pinned beside it, and all play at one time.

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4];
const has3d = Boolean(header.terrain);

const state = { chosen: null, pins: [], time: 0, playing: false, speed: 1, creatures: [], ending: 0 };

// The curves of all runs over each other.
function courseCard() {
  const progress = { evaluations: "evaluations", generation: "generation", wall_time: "wall time (s)" };
  const quantities = [
    ["QD-score", (run) => run.qd_score, true],
    ["coverage (%)", (run) => run.coverage.map((x) => 100 * x), true],
    ["best reward", (run) => run.best],
    header.bodies_evolve && ["topologies", (run) => run.topologies, true],
    header.bodies_evolve && ["mean distance of bodies", (run) => run.body_distance, true],
    runs.some((run) => run.accepted.some(isKnown)) && ["refinements accepted (%)", (run) => run.accepted.map((x) => (x === null ? null : 100 * x)), true],
  ].filter(Boolean);
  const box = h("div", { class: "courses" });
  const draw = (along) => box.replaceChildren(...quantities.map(([title, of, fromZero]) => chart({
    title, fromZero, height: 180, xLabel: progress[along],
    lines: runs.map((run, i) => ({ name: run.folder, x: run[along], y: of(run), colour: kindColour(i), dashed: i >= KINDS.length })),
  })));
  draw("evaluations");
  const legend = runs.map((run, i) => h("span", {}, colourSpot(kindColour(i)), `${run.folder} (${run.name}, seed ${run.seed})`));
  return card("course-card", "Course", h("div", { class: "choices" }, choice("along", Object.entries(progress), "evaluations", draw)), box, h("div", { class: "legend" }, legend));
}

function aboutCard() {
  const parts = header.provenance.map((part, i) => [header.provenance.length > 1 ? h("h4", {}, `part ${i + 1}`) : null, factTable(part)]);
  const ofStage = [["space", "play, pause"], ["← →", "a frame back or on"], ["Home, End", "to the start, to the end"], [", .", "slower, faster"],
    ["P", "pin the chosen elite beside the others"], ["F", "follow, or stand still"], ["1 2 3", "contact points, contact forces, joint torques"], ["drag, wheel, shift-drag", "orbit, zoom, pan (double click: back)"],
    ["shift-click", "pin an elite of the map"]];
  const keys = [["← → ↑ ↓, Enter", "on the map: to the next elite, choose it"], ...(has3d ? ofStage : [])];
  return card("about-card", "About this run",
    h("div", { class: "about" },
      h("div", {}, header.notes.length ? [h("h3", {}, "Recordings"), header.notes.map((note) => h("p", {}, note))] : null, h("h3", {}, "Provenance"), parts),
      h("div", {}, h("h3", {}, "Keys"), factTable(keys))),
    h("details", {}, h("summary", {}, "Experiment file"), h("pre", { tabindex: 0 }, header.experiment)));
}

function stageCard() {
  const canvas = h("canvas", { tabindex: 0, "aria-label": "The chosen creature in motion. Drag to turn, wheel to zoom." });
  const play = h("button", { type: "button", class: "play", title: "play or pause (space)", onclick: () => setPlaying(!state.playing) }, "▶");
  const scrub = h("input", { type: "range", min: 0, max: 1, step: 0.001, value: 0, "aria-label": "time", oninput: () => { setPlaying(false); seek(Number(scrub.value)); } });
  const clock = h("span", { class: "clock" }, "0.00 s");
  const speed = choice("speed", SPEEDS.map((value) => [value, `${value}×`]), 1, (value) => (state.speed = Number(value)));
  const mark = (name, key, text) => toggle(text, `show ${text} (${key})`, false, (on) => {
    stage.shown[name] = on;
    draw();
  });
  const marks = [mark("points", 1, "contact points"), mark("forces", 2, "contact forces"), mark("torques", 3, "joint torques")];
  const follow = toggle("follow", "the camera follows (F)", true, (on) => {
    stage.setFollow(on, state.time);
    draw();
  });
  const pin = h("button", { type: "button", title: "keep this elite beside the next one (P)", onclick: () => togglePin(state.chosen) }, "pin");
  const names = h("div", { class: "names" });
  const box = h("div", { class: "stage" }, canvas, names);
  const element = card("stage-card", "Stage", box, h("div", { class: "transport" }, play, scrub, clock, speed), h("div", { class: "marks" }, pin, follow, marks));
  return { element, box, canvas, play, scrub, clock, speed, marks, follow, pin, names };
}

function subtitle() {
  const run = runs[0];
  const evaluations = run.evaluations[run.evaluations.length - 1] ?? 0;
  return [`seed ${run.seed}`, `${counted(shownElites.length, "elite")} in ${counted(archive.cells, "cell")}`, counted(evaluations, "evaluation"),
    bestElite && `best reward ${digits(bestElite.reward)}`,
    shownFamilies && counted(shownFamilies, "body plan"), runs.length > 1 && `all this of ${run.folder}, curves of ${runs.length} runs`].filter(Boolean).join(" · ");
}

const map = new ArchiveMap((elite, pin) => (pin ? togglePin(elite) : choose(elite)));
const panel = new Panel((time) => { setPlaying(false); seek(time); });
const portraits = new Portraits();
const lineage = new Lineage((elite) => choose(elite), portraits);
const set = has3d ? stageCard() : null;
let stage = null;
// Whether the stage will be drawn before the browser's next frame.
let asked = false;

document.getElementById("page").append(
  h("header", {}, h("h1", {}, runs[0].name), h("p", {}, subtitle())),
  h("div", { class: "top" }, map.element, set?.element ?? panel.element),
  set ? panel.element : "", lineage.element, courseCard(), aboutCard());

if (set) {
  try {
    stage = new Stage(set.canvas, () => draw());
    atItsWidth(set.box, () => draw());
  } catch (error) {
    set.box.replaceChildren(h("p", { class: "note" }, `The stage cannot be shown: ${error.message}.`));
  }
}

function draw() {
  if (asked || !stage) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    stage.draw(state.time);
  });
}

function seek(time) {
  state.time = clamp(time, 0, state.ending);
  if (set) {
    set.scrub.value = state.time;
    set.clock.textContent = `${state.time.toFixed(2)} s`;
  }
  panel.setTime(state.time);
  draw();
}

let before = null;
let slow = 0;
function tick(now) {
  if (!state.playing) return;
  const passed = before === null ? 0 : (now - before) / 1000;
  before = now;
  // Where frames come slowly, fewer pixels are drawn.
  slow = 0.9 * slow + 0.1 * passed;
  if (slow > 0.055 && stage.resolution > 0.4) {
    stage.resolution *= 0.8;
    slow = 0.03;
  }
  const next = state.time + Math.min(passed, 0.25) * state.speed;
  seek(next >= state.ending ? 0 : next);
  requestAnimationFrame(tick);
}

function setPlaying(playing) {
  playing = playing && Boolean(stage) && state.ending > 0;
  if (playing === state.playing) return;
  state.playing = playing;
  set.play.textContent = playing ? "❚❚" : "▶";
  set.play.setAttribute("aria-label", playing ? "pause" : "play");
  before = null;
  if (playing) requestAnimationFrame(tick);
  else {
    stage.resolution = 1;
    draw();
  }
}

function setSpeed(speed) {
  state.speed = speed;
  set.speed.querySelector("select").value = speed;
}

let latest = 0;
async function choose(elite) {
  state.chosen = elite;
  // So that the address leads back to this elite.
  history.replaceState(null, "", `#${elite.id}`);
  await showActors();
}

async function togglePin(elite) {
  if (!elite?.recording) return;
  const at = state.pins.indexOf(elite);
  if (at >= 0) state.pins.splice(at, 1);
  else state.pins.push(elite);
  if (state.pins.length > 6) state.pins.shift();
  await showActors();
}

async function showActors() {
  const turn = ++latest;
  const { chosen, pins } = state;
  const shown = [...new Set([...pins, chosen])].filter((elite) => elite?.recording);
  map.setChosen(chosen, pins);
  let creatures = [];
  let failed = null;
  try {
    creatures = await Promise.all(shown.map(creatureOf));
  } catch (error) {
    failed = error;
  }
  // Another elite may have been chosen since.
  if (turn !== latest) return;
  state.creatures = creatures;
  state.ending = Math.max(0, ...creatures.map((creature) => creature.end));
  panel.show(chosen, creatures.find((creature) => creature.elite === chosen) ?? null);
  lineage.show(chosen);
  if (set) {
    set.pin.setAttribute("aria-pressed", String(pins.includes(chosen)));
    set.scrub.max = state.ending;
    const told = failed ? `A recording cannot be read: ${failed.message}.` : creatures.length ? "" : "The motion of this elite is not recorded.";
    set.names.replaceChildren(...(told ? [h("span", {}, told)] : []));
    stage?.setActors(creatures, state.time);
    if (stage && creatures.length > 1) set.names.replaceChildren(...nameTags(creatures));
    set.canvas.classList.toggle("unused", creatures.length === 0);
  }
  seek(state.time > state.ending ? 0 : state.time);
}

// Names over the parts of the stage.
function nameTags(creatures) {
  stage.fit();
  const { width, height } = set.canvas;
  return stage.parts().map(([x, y, , partHeight], i) => h("span", {
    class: "tag", style: `left:${(100 * x) / width}%;top:${(100 * (height - y - partHeight)) / height}%`,
  }, `${creatures[i].elite.id}: ${digits(creatures[i].elite.reward, 3)}`));
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, summary, pre, .scroll");
  if (event.ctrlKey || event.metaKey || event.altKey || !stage) return;
  if (event.key === " " && (event.target.closest("button, summary") || event.target.closest("select"))) return;
  const frame = state.creatures[0]?.step || 1 / 60;
  const acts = {
    " ": () => setPlaying(!state.playing),
    ArrowLeft: () => { setPlaying(false); seek(state.time - frame); },
    ArrowRight: () => { setPlaying(false); seek(state.time + frame); },
    Home: () => seek(0),
    End: () => { setPlaying(false); seek(state.ending); },
    ",": () => setSpeed(SPEEDS[Math.max(0, SPEEDS.indexOf(state.speed) - 1)]),
    ".": () => setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, SPEEDS.indexOf(state.speed) + 1)]),
    p: () => togglePin(state.chosen),
    f: () => set.follow.click(),
    1: () => set.marks[0].click(),
    2: () => set.marks[1].click(),
    3: () => set.marks[2].click(),
  };
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (typing && event.key !== " ")) return;
  event.preventDefault();
  act();
});

// What tests and the console can reach.
window.burgess = {
  header, state, map, stage, seek, setPlaying, togglePin,
  choose: (id) => choose(eliteById.get(Number(id))),
  // A picture of an elite as `burgess render` draws it, as a data URL: `frame` is one of `count` frames that are spread over its motion.
  async picture(id, frame, count, size, only) {
    const creature = await creatureOf(eliteById.get(Number(id)));
    const shown = Math.min(count, creature.frames);
    const times = Array.from({ length: shown }, (_, i) => creature.times[Math.floor((i * (creature.frames - 1)) / Math.max(shown - 1, 1))]);
    return portraits.draw(creature, times[frame], times, size, only).toDataURL();
  },
};

// The elite that the address names, such as `page.html#3257`.
const namedElite = () => (location.hash.length > 1 ? eliteById.get(Number(location.hash.slice(1))) : undefined);

window.addEventListener("hashchange", () => {
  const named = namedElite();
  if (named && named !== state.chosen) choose(named);
});

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
if (bestElite) {
  const first = namedElite() ?? [...shownElites].reverse().find((elite) => elite.recording) ?? bestElite;
  window.burgess.ready = choose(first).then(() => setPlaying(!still));
} else {
  panel.body.replaceChildren(h("p", { class: "note" }, "The archive is empty."));
  set?.canvas.classList.add("unused");
  window.burgess.ready = Promise.resolve();
}
