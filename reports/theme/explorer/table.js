// A table that can be sorted.
// Rows and cells are made once for a list of columns; a new choice only writes texts and puts rows in another order.
"use strict";

{
  const { isKnown, h, put, sets, state, go } = explorer;

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
        const own = { id: column.id, mark, text };
        const button = h("button", { type: "button", onclick: () => sortBy(own.id, column.isText) }, text, mark);
        own.th = h("th", { scope: "col", class: column.isText ? null : "number" }, button);
        return own;
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
      button.id = columns[number].id; // the same columns may come in another order
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
    const rest = () => { if (table.turn === turn) table.body.append(...order.places.slice(FIRST).map(write)); };
    requestAnimationFrame(() => {
      table.frame.scrollTop = 0; // here, since it lays out the page: now that has to be done anyway
      if (order.places.length > FIRST) setTimeout(rest);
    });
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

  Object.assign(explorer, { sortable, fillTable, sorted, currentSort, isUpNow });
}
