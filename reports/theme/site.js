// What a page gains where scripts run: a search, lists that close by themselves, and no stop of the keyboard without use.
"use strict";
(() => {
  const wide = window.matchMedia("(min-width: 75rem)"); // the menu is a row
  const beside = window.matchMedia("(min-width: 62rem)"); // the contents stand beside the text
  const menu = document.querySelector(".menu");
  const contents = document.querySelector(".toc details");

  // On wide windows menu and contents are in sight; the style sheet does that too, but not in every browser.
  [[menu, wide], [contents, beside]].forEach(([list, query]) => {
    if (!list) return;
    const unfold = () => { list.open = query.matches; };
    query.addEventListener("change", unfold);
    unfold();
  });

  const openLists = () => document.querySelectorAll(wide.matches ? ".group[open]" : ".menu[open]");
  document.addEventListener("click", (event) => {
    openLists().forEach((list) => list.contains(event.target) || (list.open = false));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openLists().forEach((list) => {
      if (list.contains(document.activeElement)) list.querySelector("summary").focus();
      list.open = false;
    });
  });
  contents?.addEventListener("click", (event) => {
    if (event.target.closest("a") && !beside.matches) contents.open = false;
  });

  // A stop of the keyboard only where there is something to scroll to.
  const boxes = [...document.querySelectorAll("main .table, main .figure, main pre")];
  const look = () => boxes.forEach((box) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    const isTable = box.matches(".table");
    if (scrolls) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
    if (isTable && scrolls) box.setAttribute("role", "region");
    else if (isTable) box.removeAttribute("role");
    if (isTable && scrolls) box.setAttribute("aria-label", box.querySelector("caption").textContent);
    else if (isTable) box.removeAttribute("aria-label");
  });
  window.addEventListener("resize", look);
  document.querySelectorAll(".folded").forEach((part) => part.addEventListener("toggle", look));
  document.getElementById("show-code")?.addEventListener("change", look);
  look();

  const slot = document.querySelector(".search");
  if (!slot) return;
  const make = (tag, attributes, text) => {
    const made = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    if (text) made.textContent = text;
    return made;
  };
  const MOST = 12; // results that are shown
  slot.setAttribute("role", "search");
  const field = make("input", {
    type: "search", placeholder: "Search", "aria-label": "Search this site", autocomplete: "off", spellcheck: "false",
  });
  const found = make("div", { class: "found" });
  const count = make("p", { role: "status" });
  const list = make("ul", { "aria-label": "Results" });
  found.hidden = true;
  found.append(count, list);
  slot.append(field, found);
  slot.hidden = false;

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  let entries = null;
  const read = () => {
    const index = window.clusterkitIndex;
    entries = [];
    index.pages.forEach(([page, title, numbers]) => {
      entries.push({ page, title, text: title, anchor: "", rank: 0, words: plain(title) });
      for (let at = 0; at < numbers.length; at += 3) {
        const text = index.texts[numbers[at + 1]];
        const anchor = index.anchors[numbers[at]];
        entries.push({ page, title, text, anchor, rank: 1 + numbers[at + 2], words: plain(`${text} ${title}`) });
      }
    });
    show();
  };
  const load = () => {
    if (document.querySelector("script[data-index]")) return;
    const script = make("script", { src: "search-index.js", "data-index": "" });
    script.addEventListener("load", read);
    script.addEventListener("error", () => { count.textContent = "The index of the search is missing."; });
    document.body.append(script);
  };
  // Earlier kinds first; among them, texts that begin with the first word, then the order of the site.
  const search = (words) => entries
    .filter((entry) => words.every((word) => entry.words.includes(word)))
    .map((entry, at) => [entry.rank * 2 + (plain(entry.text).startsWith(words[0]) ? 0 : 1), at, entry])
    .sort((one, other) => one[0] - other[0] || one[1] - other[1])
    .map(([, , entry]) => entry);
  const show = () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    found.hidden = words.length === 0;
    if (!entries || found.hidden) return;
    const results = search(words);
    const more = results.length > MOST ? `, the first ${MOST} shown` : "";
    count.textContent = results.length === 1 ? "1 result" : `${results.length || "No"} results${more}`;
    list.replaceChildren(...results.slice(0, MOST).map((entry) => {
      const link = make("a", { href: `${entry.page}.html${entry.anchor && `#${encodeURIComponent(entry.anchor)}`}` }, entry.text);
      if (entry.text !== entry.title) link.append(make("span", {}, entry.title));
      const item = make("li", {});
      item.append(link);
      return item;
    }));
  };
  field.addEventListener("focus", load, { once: true });
  field.addEventListener("input", show);
  field.addEventListener("focus", show);
  slot.addEventListener("keydown", (event) => {
    const stops = [field, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Escape") {
      found.hidden = true;
      field.focus();
      found.hidden = true;
    } else if (!found.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      stops[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), stops.length - 1)].focus();
    } else if (event.key === "Enter" && document.activeElement === field) {
      list.querySelector("a")?.click();
    }
  });
  list.addEventListener("click", (event) => {
    if (event.target.closest("a")) found.hidden = true;
  });
  document.addEventListener("focusin", (event) => {
    if (!slot.contains(event.target)) found.hidden = true;
  });
  document.addEventListener("click", (event) => {
    if (!slot.contains(event.target)) found.hidden = true;
  });
})();
