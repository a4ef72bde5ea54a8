// Curves as SVG, at the width that there is.

// Round numbers over a range, at most about `most` of them.
function niceTicks(low, high, most) {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step);
  return ticks;
}

const ticksOf = (axis, most) => {
  const ticks = niceTicks(...axis.range, most);
  return axis.counts ? ticks.filter((tick) => Math.abs(tick - Math.round(tick)) < 1e-9) : ticks;
};

function tickText(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${+(value / 1e6).toPrecision(3)} M`.replace("-", "−");
  if (size >= 1e4) return `${+(value / 1e3).toPrecision(4)} k`.replace("-", "−");
  return String(+value.toPrecision(6)).replace("-", "−");
}

const extentOf = (lines, includeZero) => {
  let [low, high] = includeZero ? [0, 0] : [Infinity, -Infinity];
  for (const y of lines) {
    if (!isKnown(y)) continue;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (!(low <= high)) [low, high] = [0, 1];
  if (high - low < 1e-9) [low, high] = [low - 0.5, high + 0.5];
  return [low, high];
};

// A frame with lines. `lines`: { x, y, colour, name, thin, dashed }. `pick` is called with the x under a click or drag. The element has `setCursor`.
function chart({ title, lines, xLabel, height = 150, fromZero = false, range, xRange, pick, bare = false }) {
  const element = h("figure", { class: "chart" });
  const cursor = svg("line", { class: "cursor" });
  let toX = () => 0;
  let last = null;
  element.setCursor = (x) => {
    last = x;
    const at = x === null ? -10 : toX(x);
    cursor.setAttribute("x1", at);
    cursor.setAttribute("x2", at);
  };
  const all = (key) => lines.flatMap((line) => Array.from(line[key]));
  const [x0, x1] = xRange ?? extentOf(all("x"));
  const [low, high] = range ?? extentOf(all("y"), fromZero);
  const edges = bare ? { left: 30, right: 4, top: 4, bottom: 4 } : { left: 46, right: 8, top: 6, bottom: 32 };
  const draw = (width) => {
    const [w, hgt] = [width - edges.left - edges.right, height - edges.top - edges.bottom];
    toX = (x) => edges.left + ((x - x0) / (x1 - x0 || 1)) * w;
    const toY = (y) => edges.top + (1 - (y - low) / (high - low)) * hgt;
    const path = ({ x, y }) => {
      let text = "";
      let pen = false;
      for (let i = 0; i < x.length; i++) {
        if (isKnown(y[i])) text += `${pen ? "L" : "M"}${toX(x[i]).toFixed(1)} ${toY(y[i]).toFixed(1)}`;
        // A point without neighbours is a dot.
        if (isKnown(y[i]) && !pen && !isKnown(y[i + 1])) text += "h0.01";
        pen = isKnown(y[i]);
      }
      return text;
    };
    const yTicks = niceTicks(low, high, bare ? 2 : Math.max(2, hgt / 26));
    const xTicks = bare ? [] : niceTicks(x0, x1, Math.max(2, w / 70));
    cursor.setAttribute("y1", edges.top);
    cursor.setAttribute("y2", edges.top + hgt);
    const picture = svg("svg", { width, height, role: "img", "aria-label": title },
      yTicks.map((tick) => svg("line", { class: "grid", x1: edges.left, x2: edges.left + w, y1: toY(tick), y2: toY(tick) })),
      yTicks.map((tick) => svg("text", { class: "tick", x: edges.left - 5, y: toY(tick) + 4, "text-anchor": "end" }, tickText(tick))),
      xTicks.map((tick) => svg("text", { class: "tick", x: toX(tick), y: height - 18, "text-anchor": "middle" }, tickText(tick))),
      bare ? null : svg("text", { class: "label", x: edges.left + w / 2, y: height - 3, "text-anchor": "middle" }, xLabel),
      lines.map((line) => svg("path", { d: path(line), fill: "none", stroke: line.colour, "stroke-width": line.x.length === 1 ? 5 : line.thin ? 1 : 1.8, "stroke-dasharray": line.dashed ? "4 3" : undefined, "stroke-linejoin": "round", "stroke-linecap": line.x.length === 1 ? "round" : undefined },
        line.name ? svg("title", {}, line.name) : null)),
      cursor);
    if (pick) {
      const see = (event) => pick(clamp(x0 + ((event.clientX - picture.getBoundingClientRect().left - edges.left) / w) * (x1 - x0), x0, x1));
      picture.addEventListener("pointerdown", (event) => {
        picture.setPointerCapture(event.pointerId);
        see(event);
      });
      picture.addEventListener("pointermove", (event) => event.buttons && see(event));
    }
    element.replaceChildren(title ? h("figcaption", {}, title) : "", picture);
    element.setCursor(last);
  };
  atItsWidth(element, draw);
  return element;
}
