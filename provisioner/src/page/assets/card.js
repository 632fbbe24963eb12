// The card of one picture: before and after, what it reveals, what was removed and kept.

import { bytes, el, plural } from "./dom.js";
import { map, where } from "./map.js";

const STEPS = ["Looked at", "In bucket A", "Cleaned", "In bucket B"];

const NOTHING = "Nothing of it was published.";

// Of each stage: words, mood, how many steps are done, and what is there in place of a clean copy, in a word and a sentence.
const STAGES = {
  looking: ["Looking at it", "busy", 0, "On its way", ""],
  sending: ["Uploading", "busy", 1, "On its way", ""],
  cleaning: ["Being cleaned", "busy", 2, "On its way", ""],
  clean: ["Clean", "good", 4, "", ""],
  refused: ["Not uploaded", "bad", 1, "Nothing", NOTHING],
  rejected: ["Rejected", "bad", 2, "Nothing", NOTHING],
  overdue: ["No clean copy yet", "bad", 2, "Not there yet", "Its clean copy may still come: see Pending."],
  failed: ["Failed", "bad", 1, "Not known", "What became of it is not known: see Pending and the log."],
};

// Of each kind of fact so many are shown at first.
const FEW = 5;

export class Card {
  static destination = "";

  constructor(picture) {
    this.picture = picture;
    this.shown = {};
    this.title = el("h3", { text: picture.name, id: `picture-${picture.id}` });
    this.what = el("p", { class: "what" });
    this.badge = el("p", { class: "badge" });
    this.steps = el("ol", { class: "steps", "aria-label": "Progress" });
    this.note = el("p", { class: "why", hidden: true });
    this.before = figure("As dropped");
    this.after = figure("As published");
    this.verdict = el("p", { class: "verdict" });
    this.key = el("p", { class: "key", hidden: true });
    this.left = el("div", { class: "column" });
    this.right = el("div", { class: "column" });
    this.body = el("div", { class: "body" }, this.left, this.right);
    this.element = el(
      "li",
      { class: "card", "aria-labelledby": `picture-${picture.id}` },
      el("header", {}, el("div", {}, this.title, this.what), this.badge),
      this.steps,
      this.note,
      this.verdict,
      el("div", { class: "pair" }, this.before.figure, this.after.figure),
      this.key,
      this.body,
    );
  }

  // Shows what is known now. True: it has just come to its end.
  update(picture) {
    const was = STAGES[this.picture.stage][1];
    this.picture = picture;
    const [words, mood, done] = STAGES[picture.stage];
    const took = picture.elapsed_ms !== null && mood === "good" ? ` in ${(picture.elapsed_ms / 1000).toFixed(2)} s` : "";
    this.badge.textContent = words + took;
    this.badge.dataset.mood = mood;
    this.what.textContent = [picture.seen?.what, bytes(picture.bytes)].filter(Boolean).join(", ");
    this.steps.replaceChildren(...STEPS.map((step, index) => {
      const state = index < done ? "done" : index > done ? "" : mood === "bad" ? "bad" : "now";
      return el("li", { text: step, "data-state": state, "aria-current": state === "now" ? "step" : null });
    }));
    this.note.hidden = !picture.note;
    this.note.textContent = picture.note ?? "";
    this.verdict.replaceChildren(...this.sentence());
    this.before.words.textContent = bytes(picture.bytes);
    if (!this.file) this.before.without(mood === "busy" ? "" : "This page does not keep originals.");
    this.showCopy();
    this.showBody();
    return was === "busy" && mood !== "busy";
  }

  // The picture as it was dropped, from the browser's own memory.
  preview(file) {
    if (this.file) return;
    this.file = file;
    this.before.show(URL.createObjectURL(file), `${this.picture.name} as it was dropped`);
  }

  words() {
    return [`${this.picture.name}: ${this.badge.textContent}.`, this.verdict.textContent, this.note.textContent].join(" ");
  }

  showCopy() {
    const { id, name, key, copy, stage } = this.picture;
    if (!copy) {
      const [, mood, , instead] = STAGES[stage];
      this.after.without(instead);
      this.after.figure.dataset.mood = mood;
      return;
    }
    if (this.shown.copy) return;
    this.shown.copy = true;
    this.after.figure.dataset.mood = "good";
    this.after.show(`pictures/${id}/copy`, `${name}, the clean copy`);
    const link = el("a", { href: `pictures/${id}/copy`, download: name, text: "Download" });
    this.after.words.replaceChildren(`${copy.what}, ${bytes(copy.bytes)} · `, link);
    this.key.textContent = `s3://${Card.destination}/${key}`;
    this.key.hidden = false;
  }

  // What it told, and what its copy tells.
  sentence() {
    const { seen, copy, stage } = this.picture;
    if (!seen) return [];
    const [, mood, , , end] = STAGES[stage];
    const facts = seen.told.reduce((sum, told) => sum + told.values.length, 0) + seen.positions.length;
    const place = seen.positions.length > 0 ? ", where it was taken among them" : "";
    const before = facts === 0 ? "It reveals nothing that we can read." : `It reveals ${plural(facts, "thing", "things")}${place}.`;
    if (mood === "bad" && facts === 0) return [el("span", { text: end })];
    const parts = [el("span", { "data-mood": facts === 0 ? "good" : "warn", text: before })];
    if (copy && copy.found.length === 0) parts.push(" ", el("span", { "data-mood": "good", text: "The published copy reveals nothing." }));
    else if (copy) parts.push(" ", el("span", { "data-mood": "bad", text: `In the published copy: ${copy.found.join(", ")}.` }));
    else if (mood === "bad") parts.push(" ", el("span", { "data-mood": end === NOTHING ? "good" : null, text: end }));
    return parts;
  }

  showBody() {
    const { id, seen, cleaning } = this.picture;
    if (seen && !this.shown.seen) {
      this.shown.seen = true;
      const has = seen.told.length + seen.positions.length > 0;
      if (has) this.left.prepend(el("section", { class: "reveals" }, el("h4", { text: "What it reveals" }), facts(seen)));
      if (seen.positions.length > 0) this.right.append(map(seen.positions));
      if (seen.hidden.length > 0) this.right.append(hidden(id, seen.hidden));
    }
    if (cleaning && !this.shown.cleaning) {
      this.shown.cleaning = true;
      this.left.append(removed(cleaning));
      (this.right.childElementCount > 1 ? this.left : this.right).append(kept(cleaning));
    }
  }
}

// A picture with words below; or words in its place.
function figure(title) {
  const frame = el("div", { class: "frame" });
  const words = el("span", { class: "words" });
  const element = el("figure", {}, frame, el("figcaption", {}, el("b", { text: title }), " ", words));
  const without = (text) => frame.replaceChildren(el("p", { text }));
  const show = (src, alt) => {
    const img = el("img", { src, alt, decoding: "async" });
    img.addEventListener("error", () => without("This browser cannot show it."));
    frame.replaceChildren(img);
  };
  return { figure: element, words, show, without };
}

function facts(seen) {
  const list = el("dl", { class: "facts" });
  if (seen.positions.length > 0) {
    const values = seen.positions.map(({ latitude, longitude, altitude, source }) => ({
      text: where(latitude, longitude) + (altitude === null ? "" : `, ${Math.round(altitude)} m above the sea`),
      source,
    }));
    group(list, "Position", values, "hot");
  }
  for (const { heading, values } of seen.told) group(list, heading, values);
  return list;
}

function group(list, heading, values, mood) {
  const rows = values.map(({ text, source }, index) =>
    el("li", { hidden: index >= FEW && values.length > FEW + 1 }, el("span", { text }), " ", el("small", { text: source })));
  const all = el("ul", {}, ...rows);
  list.append(el("div", { "data-mood": mood }, el("dt", { text: heading }), el("dd", {}, all)));
  const rest = rows.filter((row) => row.hidden);
  if (rest.length > 0) {
    const more = el("button", { type: "button", class: "more", text: `${rest.length} more`, "aria-label": `Show ${rest.length} more: ${heading}` });
    more.addEventListener("click", () => {
      for (const row of rest) row.hidden = false;
      more.parentElement.remove();
      rest[0].tabIndex = -1;
      rest[0].focus();
    });
    all.append(el("li", {}, more));
  }
}

function hidden(id, pictures) {
  const items = pictures.map(({ place, width, height, bytes: length }, index) =>
    el("li", {},
      el("img", { src: `pictures/${id}/hidden/${index}`, alt: `Picture found in its ${place}` }),
      el("span", { text: `${place}, ${width} × ${height}, ${bytes(length)}` })));
  return el("div", { class: "hidden-pictures" },
    el("h4", { text: pictures.length === 1 ? "A picture within it" : "Pictures within it" }),
    el("ul", {}, ...items));
}

function removed(cleaning) {
  const most = Math.max(1, ...cleaning.removed.map((part) => part.bytes));
  const rows = cleaning.removed.map((part) => {
    const bar = el("i", { "aria-hidden": "true" });
    bar.style.width = `${Math.max(2, (100 * part.bytes) / most)}%`;
    return el("li", {}, el("span", { text: part.what }), el("b", { text: bytes(part.bytes) }), bar);
  });
  const sum = cleaning.removed_bytes > 0 ? `Removed: ${bytes(cleaning.removed_bytes)}` : "Removed: nothing";
  return el("section", { class: "removed" }, el("h4", { text: sum }), el("ul", {}, ...rows));
}

function kept(cleaning) {
  return el("section", { class: "kept" }, el("h4", { text: "Kept" }),
    el("ul", {}, ...cleaning.kept.map((text) => el("li", { text }))));
}
