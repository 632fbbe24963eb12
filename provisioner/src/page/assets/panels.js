// What is pending, the function's log, and who may do what.

import { ask, byId, bytes, el, note, plural, say } from "./dom.js";

const MOST_LINES = 400;
const seenLines = new Set();
let pipeline = null;
let asked = false;

export function startPanels(about) {
  pipeline = about;
  byId("compare").addEventListener("click", () => showPending(true));
  byId("ask").addEventListener("click", askAws);
  byId("all-lines").addEventListener("change", (event) => {
    byId("log").classList.toggle("only-pictures", !event.target.checked);
    countLines();
  });
}

// --- Pending.

const WHY = { "no-copy": "no clean copy", "older-copy": "an older copy only" };
let comparing = false;

export async function showPending(aloud = false) {
  if (comparing) return;
  comparing = true;
  try {
    const { pending, sums, backfill } = await ask("pending");
    byId("count-pending").textContent = sums.pending > 0 ? sums.pending : "";
    const more = sums.complete ? "" : " There may be more.";
    const other = sums.unmatched > 0 ? ` ${plural(sums.unmatched, "other object starts", "other objects start")} nothing.` : "";
    const words = sums.pending === 0
      ? `All ${plural(sums.pictures, "picture has its clean copy", "pictures have their clean copies")}.${other}`
      : `${plural(sums.pending, "picture is", "pictures are")} pending of ${sums.pictures}.${more}${other} Clean them with: ${backfill}`;
    byId("pending-sums").textContent = sums.pictures === 0 && sums.pending === 0 ? `No pictures in bucket A.${other}` : words;
    byId("pending").replaceChildren(...pending.map((one) =>
      el("li", {}, el("b", { text: one.key }), el("span", { text: WHY[one.why] ?? one.why }),
        el("span", { text: bytes(one.bytes) }), el("time", { datetime: one.uploaded, text: time(Date.parse(one.uploaded)) }))));
    if (aloud) say(byId("pending-sums").textContent);
  } catch (error) {
    byId("pending-sums").textContent = `The buckets could not be compared: ${error.message}`;
  } finally {
    comparing = false;
  }
}

const time = (milliseconds) => new Date(milliseconds).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

// --- Log.

export function addLine(line) {
  if (seenLines.has(line.number)) return;
  seenLines.add(line.number);
  const head = [
    el("time", { datetime: new Date(line.at).toISOString(), text: time(line.at) }),
    el("b", { class: "word", "data-word": line.message ?? "lambda", text: line.message ?? "lambda" }),
  ];
  const item = el("li", { "data-kind": line.message ? "picture" : "lambda" });
  if (line.message) {
    const entry = read(line.text);
    const more = line.reason ?? done(entry);
    const words = [el("span", { class: "key", text: line.key ?? "" }), more ? el("span", { class: "reason", text: more }) : null];
    item.append(el("details", {}, el("summary", {}, ...head, ...words.filter(Boolean)), el("pre", { text: JSON.stringify(entry, null, 2) })));
  } else {
    item.append(el("p", {}, ...head, el("span", { class: "key", text: line.text })));
  }
  const log = byId("log");
  log.prepend(item);
  while (log.children.length > MOST_LINES) log.lastElementChild.remove();
  countLines();
}

function countLines() {
  const pictures = byId("log").querySelectorAll("[data-kind=picture]").length;
  byId("count-log").textContent = pictures || "";
  byId("no-lines").hidden = (byId("all-lines").checked ? byId("log").children.length : pictures) > 0;
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// What was done to a picture, and how long it took.
function done({ removed, total_milliseconds: took }) {
  if (!Array.isArray(removed)) return null;
  const sum = removed.reduce((sum, part) => sum + part.bytes, 0);
  return `${sum > 0 ? `${bytes(sum)} of metadata removed` : "nothing to remove"}, ${took} ms`;
}

// --- Access.

const RIGHTS = ["list", "read", "write", "delete"];

export async function showAccess() {
  if (asked) return;
  try {
    matrices(await ask("access"));
  } catch (error) {
    note(error.message);
  }
}

async function askAws() {
  const button = byId("ask");
  button.disabled = true;
  byId("access-about").textContent = "Each user's own key tries everything. This takes a few seconds.";
  try {
    matrices(await ask("access", { method: "POST" }));
    asked = true;
  } catch (error) {
    byId("access-about").textContent = `AWS could not be asked: ${error.message}`;
  } finally {
    button.disabled = false;
  }
}

function matrices(access) {
  const cells = access.rows.flatMap((row) => row.cells);
  const wrong = cells.filter((cell) => cell.is !== null && cell.is !== cell.due).length;
  // A role that does not trust these credentials cannot be tried.
  const unasked = cells.filter((cell) => cell.is === null).length;
  const rest = unasked === 0 ? "" : ` ${unasked} could not be asked for: a role does not trust these credentials.`;
  const words = !access.asked
    ? "What config.toml gives to whom. “Ask AWS” tries every right with each user's own key, and leaves nothing."
    : wrong === 0
      ? `AWS was asked: all ${cells.length - unasked} answers are as in config.toml.${rest}`
      : `AWS was asked: ${plural(wrong, "answer is", "answers are")} not as in config.toml.${rest}`;
  byId("access-about").textContent = words;
  byId("access").replaceChildren(
    matrix("Bucket A", pipeline.source, "source", access),
    matrix("Bucket B", pipeline.destination, "destination", access));
  if (access.asked) say(words);
}

function matrix(title, name, bucket, { rows }) {
  const head = el("tr", {}, el("th", { scope: "col", text: "Who" }), ...RIGHTS.map((right) => el("th", { scope: "col", text: right })));
  const body = rows.map((row) =>
    el("tr", {},
      el("th", { scope: "row" }, el("span", { text: row.who }), " ", el("small", { text: row.configured })),
      ...RIGHTS.map((right) => cell(row.cells.find((one) => one.bucket === bucket && one.right === right)))));
  return el("table", { class: "matrix" },
    el("caption", {}, el("b", { text: title }), " ", el("span", { text: name })), el("thead", {}, head), el("tbody", {}, ...body));
}

function cell({ due, is }) {
  const may = is ?? due;
  const isWrong = is !== null && is !== due;
  const words = `${may ? "yes" : "no"}${isWrong ? ", and it should not be so" : is === null ? "" : ", AWS says"}`;
  return el("td", { "data-may": may ? "yes" : "no", "data-wrong": isWrong ? "yes" : null, "data-asked": is === null ? null : "yes" },
    el("span", { "aria-hidden": "true", text: isWrong ? "!" : may ? "✓" : "–" }), el("span", { class: "unseen", text: words }));
}
