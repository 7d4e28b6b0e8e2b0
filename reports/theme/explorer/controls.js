// The choices of the reader.
"use strict";

{
  const { sentence, h, put, show, MEASURES, data, sets, MOST, state, go } = explorer;

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

  const buildControls = () => {
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
    return [views, choices];
  };

  Object.assign(explorer, { buildControls, offerAll });
}
