// The explorer: draws what a reader chooses from the figures that the page brings along. No request leaves the page's
// folder. The state of a view is in the address, so that it can be kept, sent, and gone back to.
"use strict";

(() => {
  const root = document.getElementById("explorer");
  if (!root || !root.dataset.source) return;

  // ---------------------------------------------------------------- words and numbers

  const NBSP = "\u00a0";
  const grouped = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
  const SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
  const isKnown = (value) => value !== null && value !== undefined;
  const minus = (text) => text.replace("-", "−");
  // A tie goes to the even digit, as everywhere else on the site; only quarters and halves can be ties.
  const fair = (value, digits) => {
    const scaled = value * 10 ** digits;
    if (!Number.isInteger(value * 4) || !Number.isInteger(scaled * 2) || Number.isInteger(scaled)) return value;
    const below = Math.floor(scaled);
    return (below % 2 === 0 ? below : below + 1) / 10 ** digits;
  };
  const fixed = (value, digits) => fair(value, digits).toFixed(digits);
  const whole = (value) => minus(grouped.format(fair(value, 0)));
  const decimal = (value) => minus(Math.abs(value) < 19.95 ? fixed(value, 1) : whole(value));
  const signed = (value) => {
    const text = Math.abs(value) < 99.95 ? fixed(Math.abs(value), 1) : whole(Math.abs(value));
    return `${Number(text.replace(",", "")) === 0 ? "" : value > 0 ? "+" : "−"}${text}${NBSP}%`;
  };
  const cardinal = (n) => (n < SMALL.length ? SMALL[n] : whole(n));
  const count = (n, noun) => `${cardinal(n)} ${noun}${n > 1 ? "s" : ""}`.replace(/ys$/, "ies");
  const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const listing = (items) =>
    items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
  const have = (n) => (n === 1 ? "has" : "have");

  // ---------------------------------------------------------------- small pieces of a page

  const SVG = "http://www.w3.org/2000/svg";
  const fill = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== false && isKnown(value)) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };
  const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
  const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
  const put = (node, text) => {
    if (node.data !== text) node.data = text;
  };
  const script = (address, done, failed) => {
    const element = h("script", { src: address });
    element.addEventListener("load", done);
    element.addEventListener("error", failed);
    document.head.append(element);
  };

  // ---------------------------------------------------------------- the figures

  const ESTIMATE = "ghm"; // hidden for a part, hidden, missing: an estimate stands in
  const MEANING = {
    p: "published",
    s: "shared out between regions by the authors",
    g: "hidden for a part of the region; an estimate stands in",
    h: "hidden to protect single firms; an estimate stands in",
    m: "missing without a reason given; an estimate stands in",
    "-": "no figure",
  };
  const STRONG = 1.5; // location quotient of a specialised sector; docs/assumptions.md, A8
  const ENOUGH = 1; // percent of the region's jobs that it has at least
  const MEASURES = {
    quotient: "Share of jobs beside Europe",
    persons: "Jobs",
    stars: "Stars",
    wages: "Wages per person employed",
    growth: "Growth of jobs",
  };
  const HEADINGS = {
    quotient: "Times Europe’s share", persons: "Jobs", stars: "Stars", wages: "Wages, 1,000 euro a person",
    growth: "Growth of jobs",
  };

  let data;
  let sets;
  let regionIndex;

  const prepare = (given) => {
    data = given;
    regionIndex = new Map(data.regions.id.map((id, index) => [id, index]));
    sets = new Map(data.sets.map((set) => [set.id, set]));
    for (const set of data.sets) {
      set.size = set.codes.length;
      set.index = new Map(set.codes.map((code, index) => [code, index]));
      set.ranges = new Map(set.range.cell.map((cell, place) => [cell, place]));
      set.measures = Object.keys(MEASURES).filter((measure) =>
        measure === "stars" ? Object.keys(set.stars).length : measure in set);
    }
  };
  const isTogether = (region) => data.regions.kind[region] === 2;
  const cellOf = (set, region, code) => region * set.size + code;
  const isEstimate = (set, cell) => ESTIMATE.includes(set.status[cell]);
  const starsOf = (set, cell, scheme) => {
    const low = set.stars[scheme] ? set.stars[scheme].low[cell] : "-";
    return low === "-" ? null : Number(low);
  };
  const valueOf = (set, cell, measure, scheme) =>
    measure === "stars" ? starsOf(set, cell, scheme) : set[measure] ? set[measure][cell] : null;

  const interval = (set, cell, measure, shown) => {
    const place = set.ranges.get(cell);
    if (place === undefined) return "";
    const [low, high] = measure === "persons" ? [set.range.personsLow[place], set.range.personsHigh[place]]
      : [set.range.low[place], set.range.high[place]];
    if (!isKnown(low) || !isKnown(high) || shown(low) === shown(high)) return "";
    return `\n(${shown(low)}\u2060–\u2060${shown(high)})`; // word joiners: no line ends within
  };
  const shownOf = (set, cell, measure, scheme) => {
    const value = valueOf(set, cell, measure, scheme);
    if (!isKnown(value)) {
      if (!isKnown(set.persons[cell])) return "no figure";
      return measure === "wages" || measure === "growth" ? "not published" : "–";
    }
    if (measure === "stars") {
      const high = Number(set.stars[scheme].high[cell]);
      return high > value ? `${value} to ${high}` : `${value}`;
    }
    if (measure === "wages") return fixed(value / 1000, 1);
    if (measure === "growth") return signed(value) + (set.break[cell] === "1" ? " *" : "");
    const shown = measure === "persons" ? whole : decimal;
    const mark = set.status[cell] === "p" ? "" : "≈" + NBSP;
    return mark + shown(value) + interval(set, cell, measure, shown);
  };

  const inLine = (...of) => shownOf(...of).replace("\n", " ");

  // ---------------------------------------------------------------- classes of a measure, named

  const rounded = (value) => {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(value, 1))) - 1);
    return Math.round(value / step) * step;
  };
  const classOf = (bounds, value) => {
    let place = 0;
    while (place < bounds.length && value >= bounds[place]) place += 1;
    return place;
  };
  const quantiles = (values, show, unit) => {
    const sorted = [...values].sort((a, b) => a - b);
    const bounds = [...new Set([0.2, 0.4, 0.6, 0.8].map((part) => rounded(sorted[Math.floor(part * sorted.length)] || 0)))]
      .filter((bound) => sorted.length && bound > sorted[0] && bound <= sorted[sorted.length - 1]);
    const labels = bounds.length === 0 ? ["all the same"] : [
      `under ${show(bounds[0])}${unit}`,
      ...bounds.slice(1).map((bound, place) => `${show(bounds[place])} to ${show(bound)}`),
      `${show(bounds[bounds.length - 1])} and more`,
    ];
    return { bounds, labels, colours: data.counts.slice(data.counts.length - labels.length) };
  };
  const classesOf = (set, code, measure, scheme) => {
    if (measure === "quotient") return data.quotient;
    if (measure === "growth") return data.growth;
    if (measure === "stars") {
      const most = data.schemes.find((found) => found.id === scheme).stars.length;
      const labels = Array.from({ length: most + 1 }, (_, n) => (n ? count(n, "star") : "no star"));
      const colours = labels.map((_, n) => data.counts[Math.round((n * (data.counts.length - 1)) / most)]);
      return { bounds: labels.slice(1).map((_, n) => n + 1), labels, colours };
    }
    const values = [];
    data.regions.id.forEach((_, region) => {
      const value = isTogether(region) ? null : set[measure][cellOf(set, region, code)];
      if (isKnown(value)) values.push(value);
    });
    return measure === "wages" ? quantiles(values, (value) => decimal(value / 1000), " thousand euro")
      : quantiles(values, whole, " jobs");
  };

  // ---------------------------------------------------------------- state, kept in the address

  const DEFAULTS = {
    view: "sector", set: "sectors", code: "C13", measure: "quotient", scheme: "", region: "piemonte",
    regions: "piemonte saxony", sort: "", order: "",
  };
  const MOST = 5; // regions side by side
  let state;

  const legal = (found) => {
    const next = { ...DEFAULTS, ...found };
    if (!["sector", "region", "regions"].includes(next.view)) next.view = DEFAULTS.view;
    if (!sets.has(next.set)) next.set = data.sets[0].id;
    const set = sets.get(next.set);
    if (!set.index.has(next.code)) next.code = set.codes[0];
    if (!set.measures.includes(next.measure)) next.measure = "quotient";
    const schemes = Object.keys(set.stars);
    if (!schemes.includes(next.scheme)) next.scheme = data.schemes[0].id;
    if (!regionIndex.has(next.region)) next.region = data.regions.id[0];
    const chosen = [...new Set(next.regions.split(/[\s+,]+/))].filter((id) => regionIndex.has(id)).slice(0, MOST);
    for (const id of [...DEFAULTS.regions.split(" "), ...data.regions.id]) {
      if (chosen.length < 2 && regionIndex.has(id) && !chosen.includes(id)) chosen.push(id);
    }
    next.regions = chosen.join(" ");
    if (!["up", "down"].includes(next.order)) next.order = "";
    return next;
  };
  const USED = {
    sector: ["set", "code", "measure", "scheme", "sort", "order"],
    region: ["region", "set", "scheme", "sort", "order"],
    regions: ["regions", "set", "measure", "scheme", "sort", "order"],
  };
  const addressOf = (wanted) => {
    const parts = new URLSearchParams({ view: wanted.view });
    for (const name of USED[wanted.view]) {
      const always = ["code", "region", "regions"].includes(name);
      if (wanted[name] && (always || wanted[name] !== DEFAULTS[name])) {
        if (name !== "scheme" || (wanted.scheme !== data.schemes[0].id)) parts.set(name, wanted[name]);
      }
    }
    return `#${parts}`;
  };
  const fromAddress = () => {
    const parts = new URLSearchParams(location.hash.slice(1));
    return parts.has("view") ? Object.fromEntries(parts) : null; // else a place in the text
  };
  // Steps through one list by key, one after the other, count as one step back.
  const QUICK = 1000; // milliseconds
  const last = { what: "", when: 0 };
  const go = (change) => {
    state = legal({ ...state, ...change });
    const what = Object.keys(change).join(" ");
    const now = performance.now();
    const isSame = what === last.what && now - last.when < QUICK;
    history[isSame ? "replaceState" : "pushState"](null, "", addressOf(state));
    Object.assign(last, { what, when: now });
    render();
  };

  // ---------------------------------------------------------------- controls

  const controls = {};
  const chooser = (name, label, options = {}) => {
    const id = `explorer-${name}`;
    const select = h("select", { id, onchange: () => options.change(select.value) });
    const place = h("div", { class: "explorer-control" }, h("label", { for: id }, label), select);
    controls[name] = { select, place, label: place.firstChild, key: "" };
    return place;
  };
  const offer = (name, groups, value, key) => {
    const control = controls[name];
    if (control.key !== key) {
      control.select.replaceChildren(...groups.flatMap(([group, options]) => {
        const items = options.map(([code, text]) => h("option", { value: code }, text));
        return group ? [h("optgroup", { label: group }, ...items)] : items;
      }));
      control.key = key;
    }
    control.select.value = value;
  };
  const show = (element, isShown) => {
    if (element.hidden === isShown) element.hidden = !isShown;
  };
  let regionGroups;
  const groupedRegions = () => {
    if (regionGroups) return regionGroups;
    const { id, name, country, kind } = data.regions;
    const places = id.map((_, index) => index).sort((a, b) => name[a].localeCompare(name[b]));
    const entry = (index) => [id[index], kind[index] ? name[index] : `${name[index]} (${id[index]})`];
    const groups = [["Pilot regions", places.filter((index) => kind[index]).map(entry)]];
    const countries = Object.entries(data.countries).sort((a, b) => a[1].localeCompare(b[1]));
    for (const [code, title] of countries) {
      const own = places.filter((index) => country[index] === code && !kind[index]).map(entry);
      if (own.length) groups.push([title, own]);
    }
    regionGroups = groups.filter((group) => group[1].length);
    return regionGroups;
  };
  const offerAll = () => {
    const set = sets.get(state.set);
    offer("set", [["", data.sets.map((found) => [found.id, found.title])]], state.set, "all");
    const groups = new Map();
    set.codes.forEach((code, index) => {
      const group = set.groups[index];
      groups.set(group, [...(groups.get(group) || []), [code, set.labels[index]]]);
    });
    offer("code", groups.size > 1 ? [...groups] : [["", [...groups.values()][0]]], state.code, set.id);
    put(controls.code.label.firstChild, sentence(set.noun));
    offer("measure", [["", set.measures.map((measure) => [measure, MEASURES[measure]])]], state.measure, set.id);
    const schemes = data.schemes.filter((scheme) => scheme.id in set.stars);
    offer("scheme", [["", schemes.map((scheme) => [scheme.id, scheme.title])]], state.scheme, set.id);
    offer("region", groupedRegions(), state.region, "all");
    const chosen = state.regions.split(" ");
    for (let place = 0; place < MOST; place += 1) {
      const empty = place < 2 ? [] : [["", [["", "none"]]]];
      offer(`region-${place}`, [...empty, ...groupedRegions()], chosen[place] || "", "all");
    }
    show(controls.code.place, state.view === "sector");
    show(controls.measure.place, state.view !== "region");
    show(controls.scheme.place, set.measures.includes("stars") && (state.view === "region" || state.measure === "stars"));
    show(controls.region.place, state.view === "region");
    show(controls.several.place, state.view === "regions");
    for (const radio of controls.views) radio.checked = radio.value === state.view;
  };

  // ---------------------------------------------------------------- a table that can be sorted

  // Rows and cells are made once for a list of columns; a new choice only writes texts and puts rows in another order.
  const FIRST = 30; // rows; more than fit in a frame
  const sortable = (caption) => {
    const head = h("tr");
    const body = h("tbody");
    const title = document.createTextNode("");
    const table = h("table", {}, h("caption", {}, h("span", {}, title)), h("thead", {}, head), body);
    const frame = h("div", { class: "table explorer-table", role: "region", tabindex: "0", "aria-label": caption }, table);
    return { frame, head, body, title, key: "", rows: [], buttons: [], turn: 0 };
  };
  const fillTable = (table, { key, columns, length, names, cells, order, caption }) => {
    if (table.key !== key) {
      table.buttons = columns.map((column) => {
        const mark = h("span", { class: "explorer-order", "aria-hidden": "true" });
        const text = document.createTextNode("");
        const button = h("button", { type: "button", onclick: () => sortBy(column.id, column.isText) }, text, mark);
        return { id: column.id, mark, text, th: h("th", { scope: "col", class: column.isText ? null : "number" }, button) };
      });
      table.head.replaceChildren(...table.buttons.map((button) => button.th));
      table.rows = Array.from({ length }, (_, place) => {
        const name = names(place);
        const texts = columns.slice(1).map(() => document.createTextNode(""));
        const link = h("a", { href: name.href }, name.text);
        const extra = name.extra ? [" ", h("span", { class: "explorer-extra" }, name.extra)] : [];
        const tr = h("tr", {}, h("th", { scope: "row" }, link, ...extra),
          ...texts.map((text) => h("td", { class: "number" }, text)));
        return { tr, texts, link, href: name.href };
      });
      table.key = key;
    }
    put(table.title, caption);
    for (const [number, button] of table.buttons.entries()) {
      put(button.text, columns[number].heading);
      const sort = button.id === order.by ? (order.isUp ? "ascending" : "descending") : "none";
      if (button.th.getAttribute("aria-sort") !== sort) {
        button.th.setAttribute("aria-sort", sort);
        button.mark.textContent = sort === "none" ? "" : order.isUp ? " ▲" : " ▼";
      }
    }
    const write = (place) => {
      const row = table.rows[place];
      const own = cells(place);
      row.texts.forEach((text, number) => put(text, own[number]));
      const href = names(place).href;
      if (row.href !== href) { row.link.setAttribute("href", href); row.href = href; }
      return row.tr;
    };
    // What fits in the frame first, the rest as soon as that is on the screen: a choice is answered at once.
    table.turn += 1;
    const turn = table.turn;
    table.body.replaceChildren(...order.places.slice(0, FIRST).map(write));
    table.frame.scrollTop = 0;
    const rest = () => { if (table.turn === turn) table.body.append(...order.places.slice(FIRST).map(write)); };
    if (order.places.length > FIRST) requestAnimationFrame(() => setTimeout(rest));
  };
  const sorted = (places, valueAt, isUp) => {
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
    const keys = new Map(places.map((place) => [place, valueAt(place)]));
    return [...places].sort((a, b) => {
      const [x, y] = [keys.get(a), keys.get(b)];
      if (!isKnown(x) || !isKnown(y)) return isKnown(y) - isKnown(x) || a - b; // unknown last, whichever way
      return (isUp ? compare(x, y) : compare(y, x)) || a - b;
    });
  };
  const sortBy = (id, isText) => {
    const isSame = currentSort() === id;
    const wasUp = state.order ? state.order === "up" : currentIsText();
    go({ sort: id, order: (isSame ? !wasUp : isText) ? "up" : "down" });
  };
  const currentSort = () => {
    const fallback = state.view === "region" ? "quotient" : state.view === "sector" ? state.measure : "0";
    const legalNames = state.view === "regions" ? ["name", ...state.regions.split(" ").map((_, place) => `${place}`)]
      : ["name", ...sets.get(state.set).measures];
    return legalNames.includes(state.sort) ? state.sort : fallback;
  };
  const currentIsText = () => currentSort() === "name";
  const isUpNow = () => (state.order ? state.order === "up" : currentIsText());

  // ---------------------------------------------------------------- the map

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

  // ---------------------------------------------------------------- plots, drawn by Vega-Lite

  const plots = {};
  const place = (name) => {
    const element = h("div", { class: "explorer-plot", role: "img", "aria-label": "" });
    plots[name] = { element, view: null, wanted: null };
    return element;
  };
  let library = "absent";
  const warm = () => {
    if (library !== "absent" || !root.dataset.library) return;
    library = "loading";
    script(root.dataset.library, async () => {
      for (const name of Object.keys(plots)) {
        const plot = plots[name];
        try {
          const made = await window.vegaEmbed(plot.element, data.plots[name], {
            ast: true, // expressions are interpreted: the page forbids eval
            actions: false, renderer: "svg", defaultStyle: false, tooltip: tellPoint, logLevel: 1,
          });
          plot.view = made.view;
          if (plot.wanted) draw(name, plot.wanted);
        } catch (error) {
          plot.element.replaceChildren(h("p", { class: "note" }, `The plot could not be drawn; the table has its figures. ${error}`));
        }
        // One at a time, so that a choice made meanwhile is answered in between.
        await new Promise((resolve) => setTimeout(resolve));
      }
      library = "there";
      root.dataset.state = "ready";
    }, () => {
      library = "failed";
      for (const plot of Object.values(plots)) {
        plot.element.replaceChildren(h("p", { class: "note" }, "The plots are not there; the tables have their figures."));
      }
    });
  };
  const tip = h("div", { class: "explorer-tip is-fixed", hidden: true });
  const tellPoint = (_handler, event, _item, value) => {
    tip.hidden = !value;
    if (!value) return;
    tip.textContent = value;
    tip.style.left = `${Math.min(event.clientX + 12, window.innerWidth - 240)}px`;
    tip.style.top = `${event.clientY + 14}px`;
  };
  const draw = (name, wanted) => {
    const plot = plots[name];
    plot.wanted = wanted;
    plot.element.setAttribute("aria-label", wanted.alt);
    if (!plot.view) return;
    const width = plot.element.clientWidth;
    if (!width) return;
    let view = plot.view.data("rows", wanted.rows).width(width).signal("limit", width < 420 ? 120 : 230);
    for (const [signal, value] of Object.entries(wanted.signals || {})) view = view.signal(signal, value);
    view.run();
  };
  const limits = (rows) => {
    const ends = rows.flatMap((row) => [row.low, row.high, row.value]);
    return { lowest: Math.max(0.1, Math.min(0.5, ...ends) * 0.85), highest: Math.max(2, ...ends) * 1.2 };
  };
  const pointOf = (set, region, code, extra) => {
    const cell = cellOf(set, region, code);
    const value = set.quotient[cell];
    const at = set.ranges.get(cell);
    const isOpen = isEstimate(set, cell);
    const low = isOpen && at !== undefined ? set.range.low[at] : value;
    const high = isOpen && at !== undefined ? set.range.high[at] : value;
    return {
      label: set.labels[code], value, low: isKnown(low) ? low : value, high: isKnown(high) ? high : value, isEstimated: isOpen,
      text: `${data.regions.name[region]}, ${set.labels[code]}: ${inLine(set, cell, "quotient")} times ${set.europe}, ${inLine(set, cell, "persons")} jobs`,
      ...extra,
    };
  };
  const within = (rows, ends) => rows.map((row) => ({
    ...row, shown: Math.max(row.value, ends.lowest), low: Math.max(row.low, ends.lowest), high: Math.max(row.high, ends.lowest),
  }));

  // ---------------------------------------------------------------- first view: one sector over all regions

  const sector = {};
  const renderSector = () => {
    const set = sets.get(state.set);
    const code = set.index.get(state.code);
    const classes = classesOf(set, code, state.measure, state.scheme);
    paintMap(set, code, classes);
    const places = data.regions.id.map((_, index) => index);
    const by = currentSort();
    const isUp = isUpNow();
    const valueAt = (region) => (by === "name" ? data.regions.name[region]
      : valueOf(set, cellOf(set, region, code), by, state.scheme));
    const columns = [{ id: "name", heading: "Region", isText: true },
      ...set.measures.map((measure) => ({ id: measure, heading: HEADINGS[measure] }))];
    fillTable(sector.table, {
      key: set.id,
      columns,
      length: places.length,
      names: (region) => ({
        href: addressOf({ ...state, view: "region", region: data.regions.id[region], sort: "", order: "" }),
        text: data.regions.name[region],
        extra: data.regions.kind[region] ? (isTogether(region) ? "pilot, together" : "pilot") : data.regions.codes[region],
      }),
      cells: (region) => set.measures.map((measure) => shownOf(set, cellOf(set, region, code), measure, state.scheme)),
      order: { by, isUp, places: sorted(places, valueAt, isUp) },
      caption: `${set.labels[code]} in all regions, ${set.year}`,
    });
    return { title: findingOfSector(set, code), notes: [set.reasons[code], set.note, noteOf(set)] };
  };
  const noteOf = (set) => {
    const parts = [`Year: ${set.year}; NUTS ${data.nutsVersion}.`];
    if (set.growth) parts.push(`Growth: ${data.baseYear} to ${set.year}, where both are published; * the series breaks between them.`);
    if (set.wages) parts.push("Wages: gross, a year.");
    if (set.measures.includes("stars")) parts.push(`Stars: scheme “${data.schemes.find((found) => found.id === state.scheme).title}”; “0 to 2” where hidden figures leave it open.`);
    return parts.join(" ");
  };
  const findingOfSector = (set, code) => {
    const label = set.labels[code];
    const known = [];
    const guessed = [];
    data.regions.id.forEach((_, region) => {
      if (isTogether(region)) return;
      const cell = cellOf(set, region, code);
      const value = valueOf(set, cell, state.measure, state.scheme);
      if (!isKnown(value)) return;
      (isEstimate(set, cell) ? guessed : known).push([value, region]);
    });
    const all = known.length;
    const best = (list) => list.reduce((top, entry) => (entry[0] > top[0] ? entry : top));
    if (!all) return `${label}: no region has a published figure`;
    const [top, where] = best(known);
    const name = data.regions.name[where];
    if (state.measure === "quotient") {
      const limit = data.quotient.bounds[3];
      const reach = known.filter((entry) => entry[0] >= limit).length;
      const more = guessed.filter((entry) => entry[0] >= limit).length;
      const also = more ? `; so ${more === 1 ? "does" : "do"}, by estimate, ${cardinal(more)} of ${whole(guessed.length)} where it is hidden` : "";
      const most = top >= limit ? `, ${name} most, with ${decimal(top)} times` : `; ${name} comes nearest, with ${decimal(top)} times`;
      return `${label}: ${count(reach, "region")} of ${whole(all)} with a published figure ${have(Math.max(reach, 1))} ${limit} times ${set.europe} or more${most}${also}`;
    }
    if (state.measure === "persons") {
      const list = [...known, ...guessed].sort((a, b) => b[0] - a[0]);
      const total = list.reduce((sum, entry) => sum + entry[0], 0);
      if (!total) return `${label}: nobody works in it in any of ${whole(list.length)} regions`;
      let sum = 0;
      let n = 0;
      while (sum < total / 2) { sum += list[n][0]; n += 1; }
      return `${label}: half of the ${whole(total)} jobs ${n === 1 ? "is" : "are"} in ${cardinal(n)} of ${whole(list.length)} regions; most in ${data.regions.name[list[0][1]]}, ${whole(list[0][0])}`;
    }
    if (state.measure === "stars") {
      const scheme = data.schemes.find((found) => found.id === state.scheme);
      const most = scheme.stars.length;
      const some = [...known, ...guessed].filter((entry) => entry[0] >= 1).length;
      const full = [...known, ...guessed].filter((entry) => entry[0] >= most).length;
      const also = most > 1 ? `, ${cardinal(full)} all ${cardinal(most)}` : "";
      return `${label}: ${count(some, "region")} of ${whole(all + guessed.length)} ${have(Math.max(some, 1))} ${most > 1 ? "at least one star" : "the star"} for certain${also}`;
    }
    if (state.measure === "wages") {
      const [least, poor] = known.reduce((low, entry) => (entry[0] < low[0] ? entry : low));
      const own = set.europeWages[code];
      const europe = isKnown(own) ? `; in Europe as a whole ${decimal(own / 1000)}` : "";
      return `${label}: from ${decimal(least / 1000)} thousand euro per person employed in ${data.regions.name[poor]} to ${decimal(top / 1000)} in ${name}${europe}`;
    }
    const up = known.filter((entry) => entry[0] > 0).length;
    const down = known.filter((entry) => entry[0] < 0).length;
    const own = set.europeGrowth[code];
    const europe = isKnown(own) ? `; in Europe as a whole ${signed(own)}` : "";
    return `${label}: from ${data.baseYear} to ${set.year} jobs grew in ${cardinal(up)} of ${whole(all)} regions and fell in ${cardinal(down)}${europe}`;
  };

  // ---------------------------------------------------------------- second view: one region with its sectors

  const region = {};
  // As on the mapping page: reached at the cautious end of what hidden cells leave open.
  const cautious = (set, cell) => {
    const at = set.ranges.get(cell);
    return at !== undefined && isKnown(set.range.low[at]) ? set.range.low[at] : set.quotient[cell];
  };
  const isSpecialised = (set, cell) => isKnown(set.quotient[cell]) && cautious(set, cell) >= STRONG
    && (!set.share || set.share[cell] >= ENOUGH);
  const renderRegion = () => {
    const set = sets.get(state.set);
    const own = regionIndex.get(state.region);
    const name = data.regions.name[own];
    const places = set.codes.map((_, index) => index);
    const by = currentSort();
    const isUp = isUpNow();
    const valueAt = (code) => (by === "name" ? set.labels[code] : valueOf(set, cellOf(set, own, code), by, state.scheme));
    const order = sorted(places, valueAt, isUp);
    fillTable(region.table, {
      key: set.id,
      columns: [{ id: "name", heading: sentence(set.noun), isText: true },
        ...set.measures.map((measure) => ({ id: measure, heading: HEADINGS[measure] }))],
      length: places.length,
      names: (code) => ({
        href: addressOf({ ...state, view: "sector", code: set.codes[code], sort: "", order: "" }), text: set.labels[code],
      }),
      cells: (code) => set.measures.map((measure) => shownOf(set, cellOf(set, own, code), measure, state.scheme)),
      order: { by, isUp, places: order },
      caption: `All ${count(set.size, set.noun).replace(/^\S+ /, "")} of ${name}, ${set.year}`,
    });
    const points = order.filter((code) => set.persons[cellOf(set, own, code)] > 0 && isKnown(set.quotient[cellOf(set, own, code)]))
      .map((code) => {
        const value = set.quotient[cellOf(set, own, code)];
        const { colours } = data.quotient; // two of them darker, for 3:1 against the page
        return pointOf(set, own, code, { colour: value >= STRONG ? colours[4] : value >= 1 ? "#b8863b" : "#8d81c2" });
      });
    const ends = points.length ? limits(points) : { lowest: 0.1, highest: 8 };
    const finding = findingOfRegion(set, own);
    draw("quotients", { rows: within(points, ends), signals: ends, alt: `Dot plot: ${finding}. The table has the same figures.` });
    put(region.caption, `How many times the European share of jobs each ${set.noun} of ${name} has, ${set.year}`);
    const further = [...document.querySelectorAll(`header a[href^="${state.region}-"]`)][0];
    region.further.replaceChildren(...(further ? [h("a", { href: further.getAttribute("href") }, `Read the pages of ${name}`)] : []));
    return { title: finding, notes: [set.note, noteOf(set), "In the plot: a ring with a line is an estimate with its interval; values under 0.1 stand at the edge."] };
  };
  const findingOfRegion = (set, own) => {
    const name = data.regions.name[own];
    const cells = set.codes.map((_, code) => cellOf(set, own, code));
    const known = cells.filter((cell) => isKnown(set.quotient[cell]));
    if (!known.length) return `${name}: no figures of ${set.year}`;
    const strong = known.filter((cell) => isSpecialised(set, cell) && !isEstimate(set, cell));
    const maybe = known.filter((cell) => isSpecialised(set, cell) && isEstimate(set, cell)).length;
    const large = known.filter((cell) => !isEstimate(set, cell) && (!set.share || set.share[cell] >= ENOUGH));
    const rule = set.share ? `${STRONG} times ${set.europe} and ${ENOUGH}${NBSP}% of its jobs` : `${STRONG} times ${set.europe}`;
    const best = large.reduce((top, cell) => (top === null || set.quotient[cell] > set.quotient[top] ? cell : top), null);
    const most = best === null ? "" : `; ${set.phrases[best % set.size]} ${strong.length ? "stands out most" : "comes nearest"}, with ${decimal(set.quotient[best])} times`;
    const also = maybe ? `; by estimate ${cardinal(maybe)} more` : "";
    return `${name}: ${count(strong.length, set.noun)} of ${whole(set.size)} ${have(Math.max(strong.length, 1))} at least ${rule}${most}${also}`;
  };

  // ---------------------------------------------------------------- third view: regions side by side

  const several = {};
  const SHOWN = 20; // sectors in the plot; the table has all
  const renderSeveral = () => {
    const set = sets.get(state.set);
    const chosen = state.regions.split(" ").map((id) => regionIndex.get(id));
    const names = chosen.map((own) => data.regions.name[own]);
    const places = set.codes.map((_, index) => index);
    const by = currentSort();
    const isUp = isUpNow();
    const valueAt = (code) => (by === "name" ? set.labels[code]
      : valueOf(set, cellOf(set, chosen[Number(by)], code), state.measure, state.scheme));
    const order = sorted(places, valueAt, isUp);
    fillTable(several.table, {
      key: `${set.id} ${chosen.length}`,
      columns: [{ id: "name", heading: sentence(set.noun), isText: true },
        ...names.map((name, number) => ({ id: `${number}`, heading: name }))],
      length: places.length,
      names: (code) => ({
        href: addressOf({ ...state, view: "sector", code: set.codes[code], sort: "", order: "" }), text: set.labels[code],
      }),
      cells: (code) => chosen.map((own) => shownOf(set, cellOf(set, own, code), state.measure, state.scheme)),
      order: { by, isUp, places: order },
      caption: `${HEADINGS[state.measure]} by ${set.noun}, ${set.year}`,
    });
    const best = (code) => Math.max(...chosen.map((own) => {
      const cell = cellOf(set, own, code);
      const isLarge = !set.share || set.share[cell] >= ENOUGH;
      return isLarge && isKnown(set.quotient[cell]) ? set.quotient[cell] : 0;
    }));
    const top = sorted(places.filter((code) => best(code) > 0), best, false).slice(0, SHOWN);
    const points = top.flatMap((code) => chosen.map((own, series) => pointOf(set, own, code, { series }))
      .filter((point) => isKnown(point.value)));
    const ends = points.length ? limits(points) : { lowest: 0.1, highest: 8 };
    const finding = findingOfSeveral(set, chosen, names);
    draw("compared", { rows: within(points, ends), signals: ends, alt: `Dot plot: ${finding}. The table has the same figures.` });
    put(several.caption, `${sentence(count(top.length, set.noun))} in which one of them stands out most${set.share ? `, of those with ${ENOUGH}${NBSP}% of its jobs` : ""}, ${set.year}`);
    several.keys.replaceChildren(...names.map((name, number) => h("li", {}, symbol(number), ` ${name}`)));
    several.keysBelow.replaceChildren(...names.map((name, number) => h("li", {}, symbol(number), ` ${name}`)));
    renderScores(chosen, names);
    return { title: finding, notes: [set.note, noteOf(set), "In the plot: a ring with a line is an estimate with its interval; values under 0.1 stand at the edge."] };
  };
  const SYMBOLS = {
    circle: "M8 2a6 6 0 1 0 .01 0z", square: "M3 3h10v10h-10z", "triangle-up": "M8 2l6.5 11.5h-13z", diamond: "M8 1l6 7-6 7-6-7z",
    cross: "M6 2h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
  };
  const symbol = (number) => s("svg", { viewBox: "0 0 16 16", class: "explorer-symbol", "aria-hidden": "true" },
    s("path", { d: SYMBOLS[data.plots.shapes[number]], fill: data.plots.colours[number] }));
  const renderScores = (chosen, names) => {
    const board = data.scoreboard;
    const size = board.id.length;
    const parts = board.id.map((_, part) => part);
    const text = (own, part) => {
      const at = own * size + part;
      return isKnown(board.score[at]) ? `${fixed(board.score[at], 0)} (${board.rank[at]} of ${board.among[at]})` : "unknown";
    };
    several.scoreHead.replaceChildren(h("th", { scope: "col" }, "Dimension"), ...names.map((name) => h("th", { scope: "col", class: "number" }, name)));
    several.scoreBody.replaceChildren(...parts.map((part) => h("tr", {}, h("th", { scope: "row" }, board.names[part]),
      ...chosen.map((own) => h("td", { class: "number" }, text(own, part))))));
    const rows = parts.flatMap((part) => chosen.map((own, series) => ({
      label: board.names[part], value: board.score[own * size + part], series, isEstimated: false,
      text: `${names[series]}, ${board.names[part]}: ${text(own, part)}`,
    })).filter((row) => isKnown(row.value)));
    const gaps = parts.map((part) => {
      const values = chosen.map((own) => board.score[own * size + part]).filter(isKnown);
      return values.length > 1 ? Math.max(...values) - Math.min(...values) : -1;
    });
    const widest = gaps.indexOf(Math.max(...gaps));
    const leader = gaps[widest] > 0 ? names[chosen.map((own) => board.score[own * size + widest] ?? -1)
      .reduce((top, value, number, list) => (value > list[top] ? number : top), 0)] : "";
    put(several.scoreTitle, leader
      ? `Conditions for clusters: they differ most in ${board.names[widest].toLowerCase()}, where ${leader} leads by ${fixed(gaps[widest], 0)} points`
      : "Conditions for clusters: too little is known to compare these regions");
    // Below the others: drawn as soon as they are on the screen.
    const turn = several.table.turn;
    const alt = "Dot plot of the scores of each dimension. The table has the same figures.";
    requestAnimationFrame(() => setTimeout(() => { if (several.table.turn === turn) draw("scores", { rows, alt }); }));
  };
  const findingOfSeveral = (set, chosen, names) => {
    const places = set.codes.map((_, index) => index);
    const both = places.filter((code) => chosen.every((own) => isSpecialised(set, cellOf(set, own, code))));
    let widest = null;
    let ratio = 0;
    for (const code of places) {
      const cells = chosen.map((own) => cellOf(set, own, code));
      const isLarge = cells.some((cell) => !set.share || set.share[cell] >= ENOUGH);
      if (!isLarge || cells.some((cell) => !isKnown(set.quotient[cell]) || isEstimate(set, cell))) continue;
      const values = cells.map((cell) => set.quotient[cell]);
      const found = (Math.max(...values) + 0.1) / (Math.min(...values) + 0.1);
      if (found > ratio) { ratio = found; widest = [code, Math.max(...values), Math.min(...values)]; }
    }
    const shared = both.length
      ? `${count(both.length, set.noun)} of ${whole(set.size)} ${both.length === 1 ? "is" : "are"} strong in ${chosen.length === 2 ? "both" : "all of them"}, ${listing(both.slice(0, 3).map((code) => set.phrases[code]))}${both.length > 3 ? " among them" : ""}`
      : `no ${set.noun} is strong in ${chosen.length === 2 ? "both" : "all of them"}`;
    const differ = widest ? `; they differ most in ${set.phrases[widest[0]]}, ${decimal(widest[1])} against ${decimal(widest[2])} times ${set.europe}` : "";
    return `${listing(names)}: ${shared}${differ}`;
  };

  // ---------------------------------------------------------------- all together

  const page = {};
  const build = () => {
    const radios = [["sector", "One sector in all regions"], ["region", "One region"], ["regions", "Regions side by side"]];
    controls.views = radios.map(([value]) => h("input", {
      type: "radio", name: "explorer-view", id: `explorer-view-${value}`, value, onchange: () => go({ view: value, sort: "", order: "" }),
    }));
    const views = h("fieldset", { class: "explorer-views" }, h("legend", {}, "What to look at"),
      ...radios.map(([value, text], number) => h("span", {}, controls.views[number], h("label", { for: `explorer-view-${value}` }, text))));
    const compared = h("fieldset", { class: "explorer-several" }, h("legend", {}, "Two to five regions"),
      ...Array.from({ length: MOST }, (_, number) => chooser(`region-${number}`, `Region ${number + 1}`, {
        change: () => go({
          regions: Array.from({ length: MOST }, (_unused, other) => controls[`region-${other}`].select.value).filter(Boolean).join(" "),
          sort: "", order: "",
        }),
      })));
    controls.several = { place: compared };
    const choices = h("div", { class: "explorer-controls" },
      chooser("region", "Region", { change: (value) => go({ region: value }) }),
      chooser("set", "Figures", { change: (value) => go({ set: value, sort: "", order: "" }) }),
      chooser("code", "Sector", { change: (value) => go({ code: value }) }),
      chooser("measure", "Shown", { change: (value) => go({ measure: value, sort: "", order: "" }) }),
      chooser("scheme", "Star scheme", { change: (value) => go({ scheme: value }) }), compared);
    page.title = document.createTextNode("");
    page.files = [...document.querySelectorAll("#explorer-files a")];
    page.status = h("p", { class: "sr-only", role: "status" });
    page.note = h("p", { class: "note" });
    sector.table = sortable("The sector in all regions");
    region.table = sortable("All sectors of the region");
    several.table = sortable("Sectors of the regions side by side");
    region.caption = document.createTextNode("");
    region.further = h("p");
    several.caption = document.createTextNode("");
    several.scoreTitle = document.createTextNode("");
    several.keys = h("ul", { class: "explorer-keys", "aria-label": "Legend of the plot" });
    several.keysBelow = h("ul", { class: "explorer-keys", "aria-label": "Legend of the plot of the scoreboard" });
    several.scoreHead = h("tr");
    several.scoreBody = h("tbody");
    const panel = (caption, ...inner) => h("figure", { class: "explorer-figure" }, h("figcaption", {}, h("span", {}, caption)), ...inner);
    sector.element = h("div", { class: "explorer-two" }, buildMap(), sector.table.frame);
    region.element = h("div", { class: "explorer-two" }, panel(region.caption, place("quotients")),
      h("div", {}, region.table.frame, region.further));
    const scores = h("div", { class: "table", role: "region", tabindex: "0", "aria-label": "Scores of the regions" },
      h("table", {}, h("caption", {}, h("span", {}, "Score, 0 to 100, and rank among all regions with a score")), h("thead", {}, several.scoreHead), several.scoreBody));
    several.element = h("div", {},
      h("div", { class: "explorer-two" }, panel(several.caption, several.keys, place("compared")), several.table.frame),
      h("h3", {}, several.scoreTitle),
      h("div", { class: "explorer-two" }, panel(data.scoreboard.title, several.keysBelow, place("scores")), scores),
      h("p", { class: "note" }, "Scores measure conditions, not performance. Source: Eurostat and others, newest year of each indicator; own calculations. Their ranks have intervals, which stand on the scoreboard page of each pilot region."));
    root.replaceChildren(views, choices, h("h2", { id: "explorer-finding" }, page.title), page.status,
      sector.element, region.element, several.element, page.note, tip);
  };
  const RENDER = { sector: [sector, renderSector], region: [region, renderRegion], regions: [several, renderSeveral] };
  const render = () => {
    if (!map.tip.hidden) hideTip();
    offerAll();
    for (const [view, [own]] of Object.entries(RENDER)) show(own.element, view === state.view);
    const { title, notes } = RENDER[state.view][1]();
    put(page.title, title);
    page.status.textContent = title;
    const file = page.files.find((link) => link.pathname.endsWith(`/${state.set}.csv`));
    page.note.replaceChildren(notes.filter(Boolean).join(" "), " ", ...(file
      ? [h("a", { href: file.getAttribute("href"), download: true }, "Data (CSV)", h("span", { class: "sr-only" }, ` of ${sets.get(state.set).title}`))]
      : []));
    document.title = `${title} – clusterkit`;
    root.dataset.drawn = Number(root.dataset.drawn || 0) + 1;
  };
  const start = () => {
    if (!window.clusterkitExplorer) return refuse();
    prepare(window.clusterkitExplorer);
    state = legal(fromAddress() || {});
    build();
    render();
    window.addEventListener("hashchange", () => {
      const found = location.hash ? fromAddress() : {};
      if (found) { state = legal(found); render(); }
    });
    let width = root.clientWidth;
    new ResizeObserver(() => {
      if (root.clientWidth === width) return;
      width = root.clientWidth;
      for (const [name, plot] of Object.entries(plots)) if (plot.wanted) draw(name, plot.wanted);
    }).observe(root);
    (window.requestIdleCallback || setTimeout)(warm);
    return undefined;
  };
  const refuse = () => root.append(h("p", { class: "warning" }, "The figures of this page could not be loaded. Is the folder “downloads” beside it?"));
  script(root.dataset.source, start, refuse);
})();
