// Elements are made here, always from text, never from markup: what a name contains stays text.

// A function that makes elements of a namespace: (name, attributes, ...children).
function maker(create) {
  return (name, attributes = {}, ...children) => {
    const element = create(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (key === "style") element.style.cssText = value;
      else element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  };
}

const h = maker((name) => document.createElement(name));
const svg = maker((name) => document.createElementNS("http://www.w3.org/2000/svg", name));

const card = (id, title, ...children) =>
  h("section", { id, class: "card", "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title), children);

// A choice among [value, text] pairs.
function choice(label, options, value, change) {
  const select = h("select", { "aria-label": label, onchange: () => change(select.value) },
    options.map(([key, text]) => h("option", { value: key, selected: String(key) === String(value) }, text)));
  return h("label", { class: "choice" }, h("span", {}, label), select);
}

function toggle(label, title, on, change) {
  const button = h("button", { type: "button", title, "aria-pressed": String(on) }, label);
  button.addEventListener("click", () => {
    const now = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(now));
    change(now);
  });
  return button;
}

// Rows of [name, value] as a table of facts.
const factTable = (rows) =>
  h("table", { class: "facts" }, h("tbody", {}, rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)))));

const colourSpot = (colour) => h("span", { class: "spot", style: `background:${colour}`, "aria-hidden": "true" });

// Calls `draw` with the width of an element, now and whenever the width changes.
function atItsWidth(element, draw) {
  let width = 0;
  const see = () => {
    const now = Math.floor(element.clientWidth);
    if (now > 0 && now !== width) {
      width = now;
      draw(width);
    }
  };
  new ResizeObserver(() => requestAnimationFrame(see)).observe(element);
  see();
}
