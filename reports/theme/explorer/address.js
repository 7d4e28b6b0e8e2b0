// What is looked at. It is in the address, so that a view can be kept, sent, and gone back to.
"use strict";

{
  const { data, sets, regionIndex } = explorer;

  const DEFAULTS = {
    view: "sector", set: "sectors", code: "C13", measure: "quotient", scheme: "", region: "piemonte",
    regions: "piemonte saxony", sort: "", order: "",
  };
  const MOST = 5; // regions side by side
  const state = {}; // what is looked at: a legal value of each of the defaults

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
  const turnTo = (wanted) => Object.assign(state, legal(wanted));
  // Steps through one list by key, one after the other, count as one step back.
  const QUICK = 1000; // milliseconds
  const last = { what: "", when: 0 };
  const go = (change) => {
    turnTo({ ...state, ...change });
    const what = Object.keys(change).join(" ");
    const now = performance.now();
    const isSame = what === last.what && now - last.when < QUICK;
    history[isSame ? "replaceState" : "pushState"](null, "", addressOf(state));
    Object.assign(last, { what, when: now });
    explorer.render();
  };

  Object.assign(explorer, { DEFAULTS, MOST, state, legal, addressOf, fromAddress, turnTo, go });
}
