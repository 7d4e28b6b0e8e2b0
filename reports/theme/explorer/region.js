// The second view: one region with its sectors.
"use strict";

{
  const {
    NBSP, isKnown, whole, decimal, cardinal, count, sentence, have, h, s, put, panel, ENOUGH, HEADINGS, STRONG, data,
    sets, regionIndex, cellOf, isEstimate, isSpecialised, valueOf, shownOf, noteOf, state, addressOf, sortable,
    fillTable, sorted, currentSort, isUpNow, RING, plotPlace, drawPlot, limits, pointOf, within,
  } = explorer;

  // As the classes of the map, each with 3:1 against the page, light and dark.
  const DOTS = [[STRONG, "#d0690f"], [1, "#b8863b"], [0, "#8d81c2"]];
  const dot = (colour) => s("svg", { viewBox: "0 0 16 16", class: "explorer-symbol", "aria-hidden": "true" },
    s("circle", { cx: 8, cy: 8, r: 6, fill: colour }));
  const keys = h("ul", { class: "explorer-keys", "aria-label": "Legend of the plot" },
    ...[`${STRONG} times and more`, `1 to ${STRONG} times`, "less than in Europe"]
      .map((text, place) => h("li", {}, dot(DOTS[place][1]), ` ${text}`)));
  let table;
  const caption = document.createTextNode("");
  const further = h("p");
  const build = () => {
    table = sortable("All sectors of the region");
    return h("div", { class: "explorer-two" }, panel(caption, keys, plotPlace("quotients")), h("div", {}, table.frame, further));
  };
  const draw = () => {
    const set = sets.get(state.set);
    const own = regionIndex.get(state.region);
    const name = data.regions.name[own];
    const places = set.codes.map((_, index) => index);
    const by = currentSort();
    const isUp = isUpNow();
    const valueAt = (code) => (by === "name" ? set.labels[code] : valueOf(set, cellOf(set, own, code), by, state.scheme));
    const order = sorted(places, valueAt, isUp);
    fillTable(table, {
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
        return pointOf(set, own, code, { colour: DOTS.find(([least]) => value >= least)[1] });
      });
    const ends = points.length ? limits(points) : { lowest: 0.1, highest: 8 };
    const finding = findingOfRegion(set, own);
    drawPlot("quotients", { rows: within(points, ends), signals: ends, alt: `Dot plot: ${finding}. The table has the same figures.` });
    put(caption, `How many times the European share of jobs each ${set.noun} of ${name} has, ${set.year}`);
    const page = [...document.querySelectorAll(`header a[href^="${state.region}-"]`)][0];
    further.replaceChildren(...(page ? [h("a", { href: page.getAttribute("href") }, `Read the pages of ${name}`)] : []));
    return { title: finding, notes: [set.note, noteOf(set, state.scheme), RING] };
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

  explorer.views.region = { build, draw };
}
