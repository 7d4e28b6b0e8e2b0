// The map: under the pointer and by keyboard it tells the figures of a region, and a region leads to its view.
"use strict";

{
  const {
    isKnown, whole, sentence, count, h, s, HEADINGS, MEANING, MEASURES, data, sets, isTogether, cellOf, isEstimate,
    valueOf, shownOf, inLine, classOf, DEFAULTS, state, legal, addressOf,
  } = explorer;

  const map = {};
  const buildMap = () => {
    const { width, height, countries, regions, territories } = data.map;
    const hatch = (id) => s("pattern", { id, width: 36, height: 36, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      s("rect", { width: 36, height: 36 }), s("line", { class: id.endsWith("6") ? "explorer-hatch is-land" : "explorer-hatch", x1: 18, y1: 0, x2: 18, y2: 36 }));
    map.patterns = Array.from({ length: 7 }, (_, number) => hatch(`explorer-hatch-${number}`));
    map.links = data.regions.id.map((id, index) => {
      const code = data.regions.codes[index];
      if (isTogether(index) || !regions[code]) return null;
      const path = s("path", { d: regions[code] });
      const link = s("a", { href: addressOf(legal({ view: "region", region: id })), tabindex: "-1" }, path);
      link.place = index;
      path.place = index;
      return { link, path, centre: null };
    });
    // Listeners are on the frame: an SVG element that listens for the focus could be reached by the tab key itself.
    map.cursor = s("path", { class: "explorer-cursor", d: "" });
    const outlines = [...Object.values(territories), ...Object.values(territories)].map((d, number, all) =>
      s("path", { d, class: number < all.length / 2 ? "explorer-halo" : null }));
    map.regions = s("g", { class: "explorer-regions" }, ...map.links.filter(Boolean).map((found) => found.link));
    map.svg = s("svg", { viewBox: `0 0 ${width} ${height}`, class: "explorer-map", role: "group" },
      s("defs", {}, ...map.patterns), s("path", { class: "explorer-land", d: countries }), map.regions,
      s("path", { class: "explorer-borders", d: countries }), s("g", { class: "explorer-pilots" }, ...outlines), map.cursor);
    map.tip = h("div", { class: "explorer-tip", hidden: true });
    map.legend = h("ul", { class: "explorer-legend", "aria-label": "Legend of the map" });
    map.hint = h("p", { class: "note" }, "Point at a region, or go into the map with the tab key and step with the arrow keys; Enter opens the region.");
    map.frame = h("div", { class: "explorer-mapframe" }, map.svg, map.tip);
    map.current = map.links.findIndex((found, index) => found && data.regions.id[index] === DEFAULTS.region);
    if (map.current < 0) map.current = map.links.findIndex(Boolean);
    map.links[map.current].link.setAttribute("tabindex", "0");
    let leaving;
    const keep = () => clearTimeout(leaving);
    const leave = () => { keep(); leaving = setTimeout(hideTip, 250); }; // time to go onto the text itself
    map.frame.addEventListener("pointerover", (event) => {
      if (isKnown(event.target.place)) { keep(); tell(event.target.place); } else if (!map.tip.contains(event.target)) leave();
    });
    map.frame.addEventListener("pointerleave", leave);
    map.tip.addEventListener("pointerenter", keep);
    map.frame.addEventListener("focusin", (event) => {
      if (isKnown(event.target.place)) { keep(); step(event.target.place); tell(event.target.place); }
    });
    map.frame.addEventListener("focusout", hideTip);
    map.frame.addEventListener("keydown", (event) => {
      const way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
      if (!way || !isKnown(event.target.place)) return;
      event.preventDefault();
      const next = neighbour(event.target.place, way);
      if (next !== null) map.links[next].link.focus();
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
    return h("div", { class: "explorer-picture" }, map.frame, map.legend, map.hint);
  };
  const centre = (found) => {
    if (!found.centre) {
      const box = found.path.getBBox();
      found.centre = [box.x + box.width / 2, box.y + box.height / 2, box];
    }
    return found.centre;
  };
  const neighbour = (place, [dx, dy]) => {
    const [x, y] = centre(map.links[place]);
    let best = null;
    let least = Infinity;
    map.links.forEach((found, index) => {
      if (!found || index === place) return;
      const [u, v] = centre(found);
      const ahead = (u - x) * dx + (v - y) * dy;
      const aside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
      if (ahead <= 0 || aside > 2 * ahead) return;
      if (ahead + 2 * aside < least) { least = ahead + 2 * aside; best = index; }
    });
    return best;
  };
  const step = (place) => {
    if (place === map.current) return;
    map.links[map.current].link.setAttribute("tabindex", "-1");
    map.links[place].link.setAttribute("tabindex", "0");
    map.current = place;
  };
  const describe = (place) => {
    const set = sets.get(state.set);
    const code = set.index.get(state.code);
    const cell = cellOf(set, place, code);
    const name = data.regions.name[place];
    const where = `${data.regions.codes[place]}, ${data.countries[data.regions.country[place]]}`;
    if (!isKnown(set.persons[cell])) return { name, where, lines: ["No figure of this sector."] };
    const lines = [`${inLine(set, cell, "quotient")} times ${set.europe}`, `${inLine(set, cell, "persons")} jobs`];
    if (state.measure === "stars") lines.push(`${shownOf(set, cell, "stars", state.scheme)} of ${count(data.schemes.find((found) => found.id === state.scheme).stars.length, "star")}`);
    if (set.wages && isKnown(set.wages[cell])) lines.push(`${shownOf(set, cell, "wages")} thousand euro a person`);
    if (set.growth && isKnown(set.growth[cell])) lines.push(`${shownOf(set, cell, "growth")} jobs since ${data.baseYear}`);
    if (set.status[cell] !== "p") lines.push(sentence(MEANING[set.status[cell]]) + ".");
    return { name, where, lines };
  };
  const tell = (place) => {
    const found = map.links[place];
    const { name, where, lines } = describe(place);
    map.tip.replaceChildren(h("strong", {}, name), h("span", { class: "explorer-extra" }, where),
      ...lines.map((line) => h("span", {}, line)));
    map.cursor.setAttribute("d", found.path.getAttribute("d"));
    const [x, , box] = centre(found);
    const scale = map.svg.clientWidth / data.map.width;
    const isRight = x > data.map.width / 2;
    const isLow = box.y > data.map.height / 2;
    map.tip.hidden = false;
    map.tip.style.left = isRight ? "auto" : `${Math.min(x * scale, map.svg.clientWidth - 210)}px`;
    map.tip.style.right = isRight ? `${map.svg.clientWidth - Math.max(x * scale, 210)}px` : "auto";
    map.tip.style.top = isLow ? "auto" : `${(box.y + box.height) * scale + 4}px`;
    map.tip.style.bottom = isLow ? `${map.svg.clientHeight - box.y * scale + 4}px` : "auto";
  };
  const hideTip = () => {
    if (map.tip.hidden) return;
    map.tip.hidden = true;
    map.cursor.setAttribute("d", "");
  };
  const paintMap = (set, code, classes) => {
    const counts = classes.labels.map(() => 0);
    let estimates = 0;
    let without = 0;
    classes.colours.forEach((colour, number) => map.patterns[number].firstChild.setAttribute("fill", colour));
    map.patterns[6].firstChild.setAttribute("fill", "var(--land)");
    data.regions.id.forEach((_, region) => {
      if (isTogether(region)) return;
      const cell = cellOf(set, region, code);
      const value = valueOf(set, cell, state.measure, state.scheme);
      const number = isKnown(value) ? classOf(classes.bounds, value) : 6;
      const isOpen = !isKnown(value) || isEstimate(set, cell);
      if (isKnown(value)) counts[number] += 1; else without += 1;
      if (isKnown(value) && isOpen) estimates += 1;
      const found = map.links[region];
      if (!found) return;
      const paint = isOpen ? `url(#explorer-hatch-${number})` : classes.colours[number];
      if (found.paint !== paint) { found.path.setAttribute("fill", paint); found.paint = paint; }
      const text = `${data.regions.name[region]}: ${HEADINGS[state.measure]} ${inLine(set, cell, state.measure, state.scheme)}`;
      if (found.text !== text) { found.link.setAttribute("aria-label", text); found.text = text; }
    });
    const item = (swatch, text, n) => h("li", {}, swatch, ` ${text}`,
      isKnown(n) ? h("span", { class: "explorer-extra" }, ` ${n ? whole(n) : "none"}`) : "");
    const box = (name, colour) => {
      const found = h("span", { class: `explorer-swatch ${name}`, "aria-hidden": "true" });
      if (colour) found.style.backgroundColor = colour;
      return found;
    };
    const labels = classes.labels.map((label, number) => item(box("", classes.colours[number]), label, counts[number]));
    map.legend.replaceChildren(h("li", { class: "explorer-legend-title" }, `${MEASURES[state.measure]}, regions`),
      ...labels.reverse(), ...(estimates ? [item(box("is-hatched is-coloured"), "hidden: class of the estimate", estimates)] : []),
      item(box("is-hatched"), state.measure === "wages" || state.measure === "growth" ? "not published" : "no figure", without),
      item(box("is-land"), "not in these statistics"), item(box("is-pilot"), "pilot region"));
    map.svg.setAttribute("aria-label", `Map of Europe: ${MEASURES[state.measure]}, ${set.labels[code]}, ${set.year}. The table has the same figures.`);
  };

  Object.assign(explorer, { buildMap, paintMap, hideTip });
}
