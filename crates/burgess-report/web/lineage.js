// Where an elite comes from, what came from it, and how the archive's body plans are spread.

const PORTRAIT = [144, 108];
const MOST_STEPS = 40;

class Lineage {
  constructor(choose, portraits) {
    this.choose = choose;
    this.portraits = portraits;
    this.tree = h("ol", { class: "tree" });
    this.children = h("div", { class: "children" });
    this.element = card("lineage-card", "Lineage", h("div", { class: "lineage" },
      h("div", {}, h("h3", {}, "Ancestors"), this.tree,
        h("p", { class: "note" }, "The store keeps the genomes of elites that are in the archive now, and of every elite the numbers of its parents. So a line ends where an ancestor was replaced. The phrases say what a comparison of both genomes shows. Names of mutations are not kept, nor whether gradient steps that were tried were accepted.")),
      h("div", {}, h("h3", {}, "Offspring in the archive"), this.children, this.familyTable())));
  }

  show(elite) {
    this.shown = elite;
    this.steps = 0;
    this.tree.replaceChildren(...this.branch(elite, new Set()));
    const born = offspring.get(elite.id) ?? [];
    const sorted = [...born].sort((a, b) => b.reward - a.reward);
    const text = (child) => `${child.id}: ${digits(child.reward, 3)}${child.family !== elite.family ? ", another body plan" : ""}`;
    this.children.replaceChildren(...(sorted.length ? sorted.map((child) => this.link(child, text(child))) : [h("p", { class: "note" }, "None.")]));
  }

  link(elite, text) {
    return h("button", { type: "button", class: "link", onclick: () => this.choose(elite) }, text);
  }

  // An elite and its ancestors, as items of a list.
  branch(elite, seen) {
    if (seen.has(elite.id) || this.steps++ > MOST_STEPS) return [];
    seen.add(elite.id);
    const known = (parent) => eliteById.get(parent.id);
    const parents = [
      ...elite.parents.filter(known).map((parent) => this.step(elite, parent, known(parent), seen)),
      ...elite.parents.filter((parent) => !known(parent)).map((parent) => this.lost(parent)),
    ];
    const seed = h("li", { class: "lost" }, "Made from a seed body or at random: it has no parents.");
    return [h("li", {}, this.face(elite), h("ol", {}, elite.parents.length ? parents.flat() : seed))];
  }

  // The way from a parent that is still there to its child.
  step(child, parent, there, seen) {
    const gained = child.reward - there.reward;
    const lines = [
      `reward ${gained >= 0 ? "+" : ""}${digits(gained, 3)}, by ${header.emitters[child.emitter] ?? "?"}`,
      child.gain !== null && `gradient steps tried: ${child.gain >= 0 ? "+" : ""}${digits(child.gain, 3)}, trust ${digits(child.trust, 2)}`,
      child.family !== there.family && "another body plan",
      ...(parent.changes ?? []),
    ].filter(Boolean);
    if (parent.changes && !parent.changes.length) lines.push("no gene differs");
    return [h("li", { class: "change" }, h("ul", {}, lines.map((line) => h("li", {}, line)))), ...this.branch(there, seen)];
  }

  lost({ id, generation, candidate }) {
    return h("li", { class: "lost" }, `${id}, of generation ${generation}, candidate ${candidate}: replaced since. Nothing else is stored of it.`);
  }

  face(elite) {
    const picture = has3d ? h("span", { class: "face" }) : null;
    if (elite.recording) {
      this.portraits.element(elite, PORTRAIT.map((c) => 2 * c)).then((canvas) => canvas && picture.replaceChildren(canvas), () => {});
    }
    const facts = `generation ${elite.generation}, reward ${digits(elite.reward, 3)}`;
    const family = elite.family === null ? null : h("span", {}, colourSpot(kindColour(elite.family)), header.families[elite.family]);
    const name = elite === this.shown ? h("strong", {}, `elite ${elite.id}`) : this.link(elite, `elite ${elite.id}`);
    return h("div", { class: "ancestor" }, picture, h("div", {}, name, h("div", {}, facts), family));
  }

  familyTable() {
    if (header.families.length === 0) return null;
    const rows = header.families.map((name, family) => {
      const members = shownElites.filter((elite) => elite.family === family);
      return { name, family, members, best: members[members.length - 1] };
    }).filter(({ best }) => best);
    const largest = Math.max(1, ...rows.map(({ members }) => members.length));
    const row = ({ name, family, members, best }) => h("tr", {}, h("td", {}, colourSpot(kindColour(family))), h("th", { scope: "row" }, name),
      h("td", { class: "number" }, members.length), h("td", { class: "wide" }, bar(members.length, [0, largest], kindColour(family))),
      h("td", { class: "number" }, digits(best.reward, 3)), h("td", {}, this.link(best, String(best.id))));
    return [h("h3", {}, counted(rows.length, "body plan")),
      h("div", { class: "scroll families", tabindex: 0 }, h("table", {}, h("thead", {}, h("tr", {}, ["", "plan", "elites", "", "best", "elite"].map((text) => h("th", {}, text)))), h("tbody", {}, rows.map(row))))];
  }
}
