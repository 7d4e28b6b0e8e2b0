// The figures that the page brings along, and how each is written.
"use strict";

{
  const { NBSP, isKnown, fixed, whole, decimal, signed } = explorer;

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

  const data = {}; // as clusterkit/show/explorer/figures.py packs them
  const sets = new Map(); // lists of sectors and categories by identifier
  const regionIndex = new Map(); // places of the regions in the columns

  const prepare = (given) => {
    Object.assign(data, given);
    data.regions.id.forEach((id, index) => regionIndex.set(id, index));
    for (const set of data.sets) {
      sets.set(set.id, set);
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

  // As on the mapping page: reached at the cautious end of what hidden cells leave open.
  const cautious = (set, cell) => {
    const at = set.ranges.get(cell);
    return at !== undefined && isKnown(set.range.low[at]) ? set.range.low[at] : set.quotient[cell];
  };
  const isSpecialised = (set, cell) => isKnown(set.quotient[cell]) && cautious(set, cell) >= STRONG
    && (!set.share || set.share[cell] >= ENOUGH);

  const noteOf = (set, scheme) => {
    const parts = [`Year: ${set.year}; NUTS ${data.nutsVersion}.`];
    if (set.growth) parts.push(`Growth: ${data.baseYear} to ${set.year}, where both are published; * the series breaks between them.`);
    if (set.wages) parts.push("Wages: gross, a year.");
    if (set.measures.includes("stars")) parts.push(`Stars: scheme “${data.schemes.find((found) => found.id === scheme).title}”; “0 to 2” where hidden figures leave it open.`);
    return parts.join(" ");
  };

  Object.assign(explorer, {
    ENOUGH, HEADINGS, MEANING, MEASURES, STRONG, data, sets, regionIndex, prepare, isTogether, cellOf, isEstimate,
    isSpecialised, valueOf, shownOf, inLine, noteOf,
  });
}
