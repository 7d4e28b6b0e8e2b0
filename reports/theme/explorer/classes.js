// The classes of a measure on the map, each with its name and colour.
"use strict";

{
  const { isKnown, whole, decimal, count, data, isTogether, cellOf } = explorer;

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

  Object.assign(explorer, { classOf, classesOf });
}
