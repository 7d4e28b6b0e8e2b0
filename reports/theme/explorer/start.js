// All together: builds the page, and draws it anew with each choice.
"use strict";

{
  const {
    root, h, put, show, script, sets, prepare, state, fromAddress, turnTo, buildControls, offerAll, hideTip,
    warm, plotTip, views,
  } = explorer;

  const page = {};
  const build = () => {
    page.title = document.createTextNode("");
    page.files = [...document.querySelectorAll("#explorer-files a")];
    page.status = h("p", { class: "sr-only", role: "status" });
    page.note = h("p", { class: "note" });
    const choices = buildControls();
    page.views = Object.fromEntries(Object.entries(views).map(([name, view]) => [name, view.build()]));
    root.replaceChildren(...choices, h("h2", { id: "explorer-finding" }, page.title), page.status,
      ...Object.values(page.views), page.note, plotTip);
  };
  explorer.render = () => {
    hideTip();
    offerAll();
    for (const [name, element] of Object.entries(page.views)) show(element, name === state.view);
    const { title, notes } = views[state.view].draw();
    put(page.title, title);
    page.status.textContent = title;
    const file = page.files.find((link) => link.pathname.endsWith(`/${state.set}.csv`));
    page.note.replaceChildren(notes.filter(Boolean).join(" "), " ", ...(file
      ? [h("a", { href: file.getAttribute("href"), download: true }, "Data (CSV)", h("span", { class: "sr-only" }, ` of ${sets.get(state.set).title}`))]
      : []));
    document.title = `${title} – clusterkit`;
    root.dataset.drawn = Number(root.dataset.drawn || 0) + 1;
  };
  const start = () => {
    if (!window.clusterkitExplorer) return refuse();
    prepare(window.clusterkitExplorer);
    turnTo(fromAddress() || {});
    build();
    explorer.render();
    window.addEventListener("hashchange", () => {
      const found = location.hash ? fromAddress() : {};
      if (found) { turnTo(found); explorer.render(); }
    });
    (window.requestIdleCallback || setTimeout)(warm);
    return undefined;
  };
  const refuse = () => root.append(h("p", { class: "warning" }, "The figures of this page could not be loaded. Is the folder “downloads” beside it?"));
  if (root && root.dataset.source) script(root.dataset.source, start, refuse);
}
