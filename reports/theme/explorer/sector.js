// The first view: one sector in all regions.
"use strict";

{
  const {
    isKnown, whole, decimal, signed, cardinal, count, have, h, HEADINGS, data, sets, isTogether, cellOf, isEstimate,
    valueOf, shownOf, noteOf, classesOf, state, addressOf, sortable, fillTable, sorted, currentSort, isUpNow,
    buildMap, paintMap,
  } = explorer;

  let table;
  const build = () => {
    table = sortable("The sector in all regions");
    return h("div", { class: "explorer-two" }, buildMap(), table.frame);
  };
  const draw = () => {
    const set = sets.get(state.set);
    const code = set.index.get(state.code);
    const classes = classesOf(set, code, state.measure, state.scheme);
    paintMap(set, code, classes);
    const places = data.regions.id.map((_, index) => index);
    const by = currentSort();
    const isUp = isUpNow();
    const valueAt = (region) => (by === "name" ? data.regions.name[region]
      : valueOf(set, cellOf(set, region, code), by, state.scheme));
    // What is asked for stands beside the name, where a narrow frame shows it.
    const measures = [state.measure, ...set.measures.filter((measure) => measure !== state.measure)];
    const columns = [{ id: "name", heading: "Region", isText: true },
      ...measures.map((measure) => ({ id: measure, heading: HEADINGS[measure] }))];
    fillTable(table, {
      key: set.id,
      columns,
      length: places.length,
      names: (region) => ({
        href: addressOf({ ...state, view: "region", region: data.regions.id[region], sort: "", order: "" }),
        text: data.regions.name[region],
        extra: data.regions.kind[region] ? (isTogether(region) ? "pilot, together" : "pilot") : data.regions.codes[region],
      }),
      cells: (region) => measures.map((measure) => shownOf(set, cellOf(set, region, code), measure, state.scheme)),
      order: { by, isUp, places: sorted(places, valueAt, isUp) },
      caption: `${set.labels[code]} in all regions, ${set.year}`,
    });
    return { title: findingOfSector(set, code), notes: [set.reasons[code], set.note, noteOf(set, state.scheme)] };
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

  explorer.views.sector = { build, draw };
}
