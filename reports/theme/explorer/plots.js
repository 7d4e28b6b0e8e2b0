// The plots, drawn by Vega-Lite.
"use strict";

{
  const { isKnown, root, h, s, script, data, cellOf, isEstimate, inLine } = explorer;

  const RING = "In the plot: a ring with a line is an estimate with its interval; values under 0.1 stand at the edge.";
  const plots = {};
  // Told after each layout: to ask an element for its width would lay out the page once more in every choice.
  const widths = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const plot = Object.values(plots).find((each) => each.element === target);
      const width = Math.round(contentRect.width);
      if (!width || width === plot.width) continue; // a hidden one keeps its width
      plot.width = width;
      // After this pass: what is drawn changes the height of what is observed.
      if (plot.wanted) requestAnimationFrame(() => { if (plot.width === width) drawOne(plot, plot.wanted); });
    }
  });
  const plotPlace = (name) => {
    const element = h("div", { class: "explorer-plot", role: "img", "aria-label": "" });
    plots[name] = { element, view: null, wanted: null, width: 0 };
    widths.observe(element);
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
          if (plot.wanted) drawOne(plot, plot.wanted);
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
  const plotTip = h("div", { class: "explorer-tip is-fixed", hidden: true });
  const tellPoint = (_handler, event, _item, value) => {
    plotTip.hidden = !value;
    if (!value) return;
    plotTip.textContent = value;
    plotTip.style.left = `${Math.min(event.clientX + 12, window.innerWidth - 240)}px`;
    plotTip.style.top = `${event.clientY + 14}px`;
  };
  const measuring = document.createElement("canvas").getContext("2d");
  measuring.font = "13px system-ui, sans-serif"; // of the specification
  // A name that takes more than so many pixels is cut before its code: "Design and other pro… (M74)".
  const shortened = (label, limit) => {
    const widthOf = (text) => measuring.measureText(text).width;
    const [, name, code] = label.match(/^(.*?)( \([^()]*\))?$/);
    if (!code || widthOf(label) <= limit) return label;
    let length = name.length;
    while (length > 1 && widthOf(`${name.slice(0, length)}…${code}`) > limit - 2) length -= 1;
    return `${name.slice(0, length).trimEnd()}…${code}`;
  };
  const drawPlot = (name, wanted) => drawOne(plots[name], wanted);
  const drawOne = (plot, wanted) => {
    plot.wanted = wanted;
    plot.element.setAttribute("aria-label", wanted.alt);
    const { width } = plot;
    if (!plot.view || !width) return;
    const limit = Math.max(120, Math.min(300, width / 2));
    const rows = wanted.rows.map((row) => ({ ...row, label: shortened(row.label, limit) }));
    let view = plot.view.data("rows", rows).width(width).signal("limit", limit);
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

  const SYMBOLS = {
    circle: "M8 2a6 6 0 1 0 .01 0z", square: "M3 3h10v10h-10z", "triangle-up": "M8 2l6.5 11.5h-13z", diamond: "M8 1l6 7-6 7-6-7z",
    cross: "M6 2h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
  };
  const symbol = (number) => s("svg", { viewBox: "0 0 16 16", class: "explorer-symbol", "aria-hidden": "true" },
    s("path", { d: SYMBOLS[data.plots.shapes[number]], fill: data.plots.colours[number] }));

  Object.assign(explorer, { RING, plotPlace, warm, drawPlot, limits, pointOf, within, symbol, plotTip });
}
