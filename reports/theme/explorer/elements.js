// Small pieces of a page.
"use strict";

{
  const { isKnown } = explorer;

  const root = document.getElementById("explorer");
  const SVG = "http://www.w3.org/2000/svg";
  const fill = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== false && isKnown(value)) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };
  const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
  const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
  const put = (node, text) => {
    if (node.data !== text) node.data = text;
  };
  const script = (address, done, failed) => {
    const element = h("script", { src: address });
    element.addEventListener("load", done);
    element.addEventListener("error", failed);
    document.head.append(element);
  };
  const show = (element, isShown) => {
    if (element.hidden === isShown) element.hidden = !isShown;
  };

  const panel = (caption, ...inner) =>
    h("figure", { class: "explorer-figure" }, h("figcaption", {}, h("span", {}, caption)), ...inner);

  Object.assign(explorer, { root, h, s, put, show, panel, script });
}
