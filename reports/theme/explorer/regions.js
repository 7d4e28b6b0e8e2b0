// The third view: regions side by side.
"use strict";

{
  const {
    NBSP, isKnown, fixed, whole, decimal, count, sentence, listing, h, put, panel, ENOUGH, HEADINGS, data, sets,
    regionIndex, cellOf, isEstimate, isSpecialised, valueOf, shownOf, noteOf, state, addressOf, sortable, fillTable,
    sorted, currentSort, isUpNow, RING, plotPlace, drawPlot, limits, pointOf, within, symbol,
  } = explorer;

  let table;
  const caption = document.createTextNode("");
  const scoreTitle = document.createTextNode("");
  const keys = h("ul", { class: "explorer-keys", "aria-label": "Legend of the plot" });
  const keysBelow = h("ul", { class: "explorer-keys", "aria-label": "Legend of the plot of the scoreboard" });
  const scoreHead = h("tr");
  const scoreBody = h("tbody");
  const build = () => {
    table = sortable("Sectors of the regions side by side");
    const scores = h("div", { class: "table", role: "region", tabindex: "0", "aria-label": "Scores of the regions" },
      h("table", {}, h("caption", {}, h("span", {}, "Score, 0 to 100, and rank among all regions with a score")), h("thead", {}, scoreHead), scoreBody));
    return h("div", {},
      h("div", { class: "explorer-two" }, panel(caption, keys, plotPlace("compared")), table.frame),
      h("h3", {}, scoreTitle),
      h("div", { class: "explorer-two" }, panel(data.scoreboard.title, keysBelow, plotPlace("scores")), scores),
      h("p", { class: "note" }, "Scores measure conditions, not performance. Source: Eurostat and others, newest year of each indicator; own calculations. Their ranks have intervals, which stand on the scoreboard page of each pilot region."));
  };
  const SHOWN = 20; // sectors in the plot; the table has all
  const draw = () => {
    const set = sets.get(state.set);
    const chosen = state.regions.split(" ").map((id) => regionIndex.get(id));
    const names = chosen.map((own) => data.regions.name[own]);
    const places = set.codes.map((_, index) => index);
    const by = currentSort();
    const isUp = isUpNow();
    const valueAt = (code) => (by === "name" ? set.labels[code]
      : valueOf(set, cellOf(set, chosen[Number(by)], code), state.measure, state.scheme));
    const order = sorted(places, valueAt, isUp);
    fillTable(table, {
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
    drawPlot("compared", { rows: within(points, ends), signals: ends, alt: `Dot plot: ${finding}. The table has the same figures.` });
    put(caption, `${sentence(count(top.length, set.noun))} in which one of them stands out most${set.share ? `, of those with ${ENOUGH}${NBSP}% of its jobs` : ""}, ${set.year}`);
    keys.replaceChildren(...names.map((name, number) => h("li", {}, symbol(number), ` ${name}`)));
    keysBelow.replaceChildren(...names.map((name, number) => h("li", {}, symbol(number), ` ${name}`)));
    drawScores(chosen, names);
    return { title: finding, notes: [set.note, noteOf(set, state.scheme), RING] };
  };
  const drawScores = (chosen, names) => {
    const board = data.scoreboard;
    const size = board.id.length;
    const parts = board.id.map((_, part) => part);
    const text = (own, part) => {
      const at = own * size + part;
      return isKnown(board.score[at]) ? `${fixed(board.score[at], 0)} (${board.rank[at]} of ${board.among[at]})` : "unknown";
    };
    scoreHead.replaceChildren(h("th", { scope: "col" }, "Dimension"), ...names.map((name) => h("th", { scope: "col", class: "number" }, name)));
    scoreBody.replaceChildren(...parts.map((part) => h("tr", {}, h("th", { scope: "row" }, board.names[part]),
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
    put(scoreTitle, leader
      ? `Conditions for clusters: they differ most in ${board.names[widest].toLowerCase()}, where ${leader} leads by ${fixed(gaps[widest], 0)} points`
      : "Conditions for clusters: too little is known to compare these regions");
    // Below the others: drawn as soon as they are on the screen.
    const turn = table.turn;
    const alt = "Dot plot of the scores of each dimension. The table has the same figures.";
    requestAnimationFrame(() => setTimeout(() => { if (table.turn === turn) drawPlot("scores", { rows, alt }); }));
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

  explorer.views.regions = { build, draw };
}
