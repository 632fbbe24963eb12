// Elements and words. Whatever a stranger named is text here and never markup.

const SVG = "http://www.w3.org/2000/svg";

// An element with attributes and children; `text` is its text, `class` its class.
export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

// The same of SVG.
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") element.textContent = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

// `2.3 MB`, as the command line says it.
export function bytes(count) {
  for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
    if (count >= size) return `${(count / size).toFixed(1)} ${unit}`;
  }
  return `${count} B`;
}

export const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

// Tells it to who cannot see the page.
export function say(words) {
  byId("say").textContent = words;
}

// Something that went wrong, until it is dismissed.
export function note(words) {
  const item = el("li", {}, el("span", { text: words }));
  const close = el("button", { type: "button", "aria-label": "Dismiss this note", text: "×" });
  close.addEventListener("click", () => item.remove());
  item.append(close);
  byId("notes").append(item);
}

// Asks this server for a document; an error has the server's words.
export async function ask(path, options) {
  const answer = await fetch(path, options);
  const text = await answer.text();
  const content = text.startsWith("{") ? JSON.parse(text) : { error: text.trim() };
  if (!answer.ok) throw new Error(content.error || answer.statusText);
  return content;
}
